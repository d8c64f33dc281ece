"""Images: where they come from, what they are called, how they go."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from rawdocker.calls.image import (
    image_delete,
    image_history,
    image_list,
    image_prune,
    image_push,
    image_search,
    image_tag,
)
from rawdocker.errors import InvalidCallError, NotFoundError, RawdockerError, ServerError
from rawdocker.registry import reference
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.shell import PROGRAM, Shell, spoken

if TYPE_CHECKING:
    from rawdocker.call import Call
    from rawdocker_cli.format import Table

NONE = "<none>"
ZERO_TIME = -62135596800
"""The year 1, which is how Go says never, as seconds since 1970."""
LONG_AGO = 946684800
"""The year 2000: builders that write no times write an older one."""

VERBS_OF_IMAGE = (
    "build", "history", "import", "inspect", "list", "load", "ls", "prune", "pull", "push", "rm", "save", "tag"
)  # fmt: skip

NOT_WITH_TREE = {"quiet": "quiet", "no-trunc": "no-trunc", "digests": "show-digest", "format": "format"}
"""Flags that --tree refuses, and what docker calls them then."""

UNREACHABLE = ("dial tcp", "no such host", "i/o timeout", "TLS handshake timeout", "Client.Timeout")
"""What an engine's error has in it where another server did not answer."""

ONE_PLATFORM = """Using --platform pushes only the specified platform manifest of a multi-platform image index.
Other components, like attestations, will not be included.
To push the complete multi-platform image, remove the --platform flag.
"""
ONE_MANIFEST = "Not all multiplatform-content is present and only the available single-platform image was pushed"
CONTENT_MISSING = "\n".join(
    (
        "You're trying to push a manifest list/index which ",
        "\t\t\t\treferences multiple platform specific manifests, but not all of them are available locally",
        "\t\t\t\tor available to the remote repository.",
        "",
        "\t\t\t\tMake sure you have all the referenced content and try again.",
        "",
        "\t\t\t\tYou can also push only a single platform specific manifest directly by specifying the platform "
        "you want to push with the --platform flag.",
    )
)


class Row(NamedTuple):
    """One line of `images`: an image under one of its names."""

    image: dict[str, Any]
    repository: str = NONE
    tag: str = NONE
    digest: str = NONE


def images(shell: Shell, options: Options, words: list[str]) -> None:
    """List images, and say what may have been meant where a verb was taken for a name."""
    found = _listed(shell, options, words)
    if words and words[0] in VERBS_OF_IMAGE and not found and not options.tree:
        shell.warn(f'\nNo images found matching "{words[0]}": did you mean "{PROGRAM} image {words[0]}"?')


def ls(shell: Shell, options: Options, words: list[str]) -> None:
    """List images, in the engine's order."""
    _listed(shell, options, words)


def _listed(shell: Shell, options: Options, words: list[str]) -> list[dict[str, Any]]:
    from rawdocker_cli.listing import chosen_format, show
    from rawdocker_cli.units import truncate_id

    chosen = filters([*options.filter, *(("reference", word) for word in words if word)])
    if options.tree:
        return _tree(shell, options, chosen)
    found: list[dict[str, Any]] = shell.send(image_list(filters=chosen, **options.draft().query))
    source = chosen_format(shell, options.format, "imagesFormat", options.quiet)
    if options.digests and source.startswith("table ") and "{{.Digest}}" not in source:
        source += "\t{{.Digest}}"
    with_digests = options.digests or "{{.Digest}}" in source
    shown = found if options.no_trunc else [{**image, "Id": truncate_id(image["Id"])} for image in found]
    rows = [row for image in shown for row in _rows(image, with_digests, options.digests)]
    show(shell, image_table(options.digests), rows, source, options.quiet)
    return found


def _tree(shell: Shell, options: Options, chosen: Any) -> list[dict[str, Any]]:
    from rawdocker_cli.tree import show_tree

    for name, told in NOT_WITH_TREE.items():
        if getattr(options, name):
            shell.fail(f"--{told} is not yet supported with --tree")
    found = shell.send(image_list(filters=chosen, manifests=True, **options.draft().query))
    show_tree(shell, [image for image in found if options.all or not _is_dangling(image)])
    return []


def _rows(image: dict[str, Any], with_digests: bool, digests_alone: bool) -> Iterator[Row]:
    """Yield an image once for each of its tags (and digests, where they are shown), then under names without a tag."""
    tags = _by_name(image.get("RepoTags"), "tag")
    digests = _by_name(image.get("RepoDigests"), "digest")
    if _is_dangling(image):
        yield Row(image)
    for name, found in tags.items():
        of_name = digests.pop(name, [])
        for tag in found:
            for digest in (of_name if with_digests else []) or [NONE]:
                yield Row(image, name, tag, digest)
    for name, found in digests.items():
        for digest in found if digests_alone else [""]:
            yield Row(image, name, digest=digest)


def _is_dangling(image: dict[str, Any]) -> bool:
    # Engines before API 1.43 write the names of an image without any as <none>.
    tags, digests = image.get("RepoTags") or [], image.get("RepoDigests") or []
    return (tags, digests) in (([], []), ([f"{NONE}:{NONE}"], [f"{NONE}@{NONE}"]))


def _by_name(names: list[str] | None, part: str) -> dict[str, list[str]]:
    """Return the tags (or digests) among an image's names, by the familiar name before them."""
    found: dict[str, list[str]] = {}
    for text in names or ():
        try:
            name = reference.parse(text)
        except InvalidCallError:
            continue
        if getattr(name, part):
            found.setdefault(name.familiar.name, []).append(getattr(name, part))
    return found


def image_table(digests: bool = False) -> Table[Row]:
    """Return what `images` can show."""
    from rawdocker_cli.format import Table
    from rawdocker_cli.units import human_age, human_size, local

    def created(row: Row) -> int:
        return row.image.get("Created") or 0

    def known(size: int, shown: str) -> str:
        return "N/A" if size == -1 else shown

    def unique(row: Row) -> str:
        size, shared = row.image["Size"], row.image["SharedSize"]
        return "N/A" if -1 in (size, shared) else human_size(size - shared)

    digest = r"\t{{.Digest}}" if digests else ""
    raw_digest = r"digest: {{.Digest}}\n" if digests else ""
    age = "{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}"
    return Table(
        "*formatter.imageContext",
        {
            "ID": ("IMAGE ID", lambda row: row.image["Id"]),
            "Repository": ("REPOSITORY", lambda row: row.repository),
            "Tag": ("TAG", lambda row: row.tag),
            "Digest": ("DIGEST", lambda row: row.digest),
            "CreatedSince": ("CREATED", lambda row: "" if created(row) == ZERO_TIME else human_age(created(row))),
            "CreatedAt": ("CREATED AT", lambda row: str(local(created(row)))),
            "Size": ("SIZE", lambda row: human_size(row.image["Size"], 3)),
            "Containers": ("CONTAINERS", lambda row: known(row.image["Containers"], str(row.image["Containers"]))),
            "VirtualSize": ("SIZE", lambda row: human_size(row.image["Size"])),
            "SharedSize": (
                "SHARED SIZE",
                lambda row: known(row.image["SharedSize"], human_size(row.image["SharedSize"])),
            ),
            "UniqueSize": ("UNIQUE SIZE", unique),
        },
        default=rf"table {{{{.Repository}}}}\t{{{{.Tag}}}}{digest}\t{{{{.ID}}}}\t{age}\t{{{{.Size}}}}",
        raw=r"repository: {{ .Repository }}\ntag: {{.Tag}}\n"
        + raw_digest
        + r"image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n",
        raw_quiet="image_id: {{.ID}}",
    )


def pull(shell: Shell, options: Options, words: list[str]) -> None:
    """Let the engine pull an image, or all tags of a name, and print the full name."""
    from rawdocker_cli.credentials import offering
    from rawdocker_cli.pinned import check_pulled, pinned_image
    from rawdocker_cli.pull import pull, refuse_content_trust

    pinned = pinned_image(options, words[0])
    image = _transferred(shell, options, pinned or reference.parse(words[0]))
    refuse_content_trust(options, image)
    progress = None if options.quiet else sys.stdout
    pulling = partial(pull, shell, image, platform=_platform(options), progress=progress)
    try:
        offering(shell, image.domain, "pull", pulling)
    except RawdockerError as error:
        if "when fetching 'plugin'" in str(error):
            shell.fail(f"{spoken(error)} - Use `docker plugin install`")
        raise
    if pinned is not None:
        check_pulled(shell, pinned)
    shell.print(str(image))


def _transferred(shell: Shell, options: Options, image: reference.Reference) -> reference.Reference:
    """Return the name of what is pulled or pushed: with a tag, unless all tags are meant."""
    if options.all_tags and not image.name_only:
        shell.fail("tag can't be used with --all-tags/-a")
    if options.all_tags or not image.name_only:
        return image
    if not options.quiet:
        shell.print(f"Using default tag: {reference.DEFAULT_TAG}")
    return image.with_default_tag()


def _platform(options: Options) -> str:
    import os

    return options.platform if options.typed("platform") else os.environ.get("DOCKER_DEFAULT_PLATFORM", "")


def push(shell: Shell, options: Options, words: list[str]) -> None:
    """Let the engine push an image, or all tags of a name; with --quiet print the full name alone."""
    from rawdocker_cli.credentials import offering
    from rawdocker_cli.note import note
    from rawdocker_cli.progress import show
    from rawdocker_cli.pull import refuse_content_trust

    platform = _pushed_platform(shell, options.platform)
    image = _transferred(shell, options, reference.parse(words[0]))
    refuse_content_trust(options, image)
    if image.digest:
        shell.fail("cannot push a digest reference")
    notes: list[str] = []

    def pushing(credentials: dict[str, str] | None) -> None:
        call = image_push(image.name, tag=image.tag or None, platform=platform, X_Registry_Auth=credentials)
        shell.goes_to("progress", "" if options.quiet else "stdout")
        with shell.stream(call) as messages:
            progress = None if options.quiet else sys.stdout
            show(messages, progress, lambda aux: notes.extend(_notes_of_push(aux)))

    try:
        offering(shell, image.domain, "push", pushing)
        if options.quiet:
            shell.print(str(image))
    finally:
        for text in notes:
            shell.print(note(text, terminal=sys.stdout.isatty()))


def _pushed_platform(shell: Shell, text: str) -> dict[str, str] | None:
    from rawdocker.registry import platform
    from rawdocker_cli.note import note

    if not text:
        return None
    try:
        found = platform.parse(text)
    except InvalidCallError as error:
        shell.fail(f"Invalid platform {text}{error}")
    shell.print(note(ONE_PLATFORM, terminal=sys.stdout.isatty()))
    return found


def _notes_of_push(aux: dict[str, Any]) -> Iterator[str]:
    """Yield what a user should know of a push that was less than the whole image."""
    from rawdocker_cli.note import styled

    if aux.get("manifestPushedInsteadOfIndex"):
        index, manifest = aux["originalIndex"]["digest"], aux["selectedManifest"]["digest"]
        yield f"{ONE_MANIFEST}\n{styled(index, '31')} -> {styled(manifest, '32')}"
    if aux.get("contentMissing"):
        yield CONTENT_MISSING


def tag(shell: Shell, options: Options, words: list[str]) -> None:
    """Give an image one more name."""
    source, target = words
    _parsed(shell, reference.parse_any, source)
    name = _parsed(shell, reference.parse, target)
    if name.digest:
        shell.fail("refusing to create a tag with a digest reference")
    shell.send(image_tag(source, repo=name.name, tag=name.tag_or_digest))


def _parsed(shell: Shell, parse: Any, text: str) -> reference.Reference:
    from rawdocker_cli.units import quote

    try:
        return parse(text)  # type: ignore[no-any-return]
    except InvalidCallError as error:
        shell.fail(f"Error parsing reference: {quote(text)} is not a valid repository/tag: {error}")


def rmi(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove names of images, and images with their last name; with --force a missing one is no failure."""
    query = options.draft().query
    errors: list[RawdockerError] = []
    for name in words:
        try:
            done = shell.send(image_delete(name, **query))
        except RawdockerError as error:
            errors.append(error)
            continue
        for step in done:
            shell.print(
                f"Deleted: {step['Deleted']}" if step.get("Deleted") else f"Untagged: {step.get('Untagged', '')}"
            )
    message = "\n".join(map(spoken, errors))
    if errors and not (options.force and all(isinstance(error, NotFoundError) for error in errors)):
        shell.fail(message)
    if errors:
        shell.warn(message)


def history(shell: Shell, options: Options, words: list[str]) -> None:
    """Show the steps an image was made in, the newest first."""
    from rawdocker_cli.listing import show
    from rawdocker_cli.units import truncate_id

    rows = shell.send(image_history(words[0], platform=_wanted_platform(shell, options.platform)))
    if not options.no_trunc:
        rows = [{**row, "Id": truncate_id(row["Id"])} for row in rows]
    show(shell, history_table(options.human, short=not options.no_trunc), rows, options.format, options.quiet)


def _wanted_platform(shell: Shell, text: str) -> dict[str, str] | None:
    from rawdocker.registry import platform

    try:
        return platform.parse(text) if text else None
    except InvalidCallError as error:
        shell.fail(f"invalid platform: {error}")


def history_table(human: bool, short: bool) -> Table[dict[str, Any]]:
    """Return what `history` can show: sizes and times for people or not, texts cut or not."""
    from rawdocker_cli.format import Table
    from rawdocker_cli.units import ellipsis, human_age, human_size, local

    def created_at(row: dict[str, Any]) -> str:
        return local(row["Created"]).rfc3339()

    def created_since(row: dict[str, Any]) -> str:
        if not human:
            return created_at(row)
        return human_age(row["Created"]) if row["Created"] > LONG_AGO else "N/A"

    def created_by(row: dict[str, Any]) -> str:
        text = row["CreatedBy"].replace("\t", " ")
        return ellipsis(text, 45) if short else text

    since = "CreatedSince" if human else "CreatedAt"
    return Table(
        "*image.historyContext",
        {
            "ID": ("IMAGE", lambda row: row["Id"]),
            "CreatedAt": ("CREATED AT", created_at),
            "CreatedSince": ("CREATED", created_since),
            "CreatedBy": ("CREATED BY", created_by),
            "Size": ("SIZE", lambda row: human_size(row["Size"], 3) if human else str(row["Size"])),
            "Comment": ("COMMENT", lambda row: row["Comment"]),
        },
        default=rf"table {{{{.ID}}}}\t{{{{.{since}}}}}\t{{{{.CreatedBy}}}}\t{{{{.Size}}}}\t{{{{.Comment}}}}",
    )


def search(shell: Shell, options: Options, words: list[str]) -> None:
    """Search an index for images."""
    from rawdocker_cli.credentials import offering
    from rawdocker_cli.listing import show

    (term,) = words
    if any(name == "is-automated" for name, _ in options.filter):
        shell.warn(
            'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" '
            "will not yield any results in future."
        )
    index, query = _index_of(term), options.draft().query

    def searching(credentials: dict[str, str] | None) -> Any:
        call = image_search(term=term, filters=filters(options.filter), X_Registry_Auth=credentials, **query)
        return _searched_hub(shell, call) if index == reference.DEFAULT_DOMAIN else shell.send(call)

    found = offering(shell, index, "search", searching)
    show(shell, search_table(options.format, short=not options.no_trunc), found, options.format)


def _searched_hub(shell: Shell, call: Call[Any]) -> Any:
    try:
        return shell.send(call)
    except ServerError as error:
        if any(sign in str(error) for sign in UNREACHABLE):
            hint = "It is the engine that asks Docker Hub, and it could not reach it; HOST/TERM asks another index."
            raise RawdockerError(f"{spoken(error)}\n{hint}") from None
        raise


def _index_of(term: str) -> str:
    first, slash, _ = term.partition("/")
    named = slash and (first == "localhost" or "." in first or ":" in first)
    return first if named else reference.DEFAULT_DOMAIN


def search_table(source: str, short: bool) -> Table[dict[str, Any]]:
    """Return what `search` can show; as JSON an official image is true, in a table [OK]."""
    from rawdocker_cli.format import Table
    from rawdocker_cli.units import ellipsis

    def description(row: dict[str, Any]) -> str:
        text = row["description"].replace("\n", " ").replace("\r", " ")
        return ellipsis(text, 45) if short else text

    yes, no = ("true", "false") if source == "json" or "json ." in source else ("[OK]", "")
    return Table(
        "*registry.searchContext",
        {
            "Name": ("NAME", lambda row: row["name"]),
            "Description": ("DESCRIPTION", description),
            "StarCount": ("STARS", lambda row: str(row["star_count"])),
            "IsOfficial": ("OFFICIAL", lambda row: yes if row["is_official"] else no),
        },
        default=r"table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}",
    )


def prune(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove images that no container uses, after asking."""
    from rawdocker_cli.prune import confirmed, prune_filters
    from rawdocker_cli.units import human_size

    what = "all images without at least one container associated to them" if options.all else "all dangling images"
    chosen = prune_filters(shell, [*options.filter, ("dangling", "false" if options.all else "true")])
    question = f"WARNING! This will remove {what}.\nAre you sure you want to continue?"
    if not options.force and not confirmed(shell, question):
        return
    report = shell.send(image_prune(filters=chosen))
    deleted = report.get("ImagesDeleted") or []
    if deleted:
        shell.print("Deleted Images:\n" + "".join(f"{_step(step)}\n" for step in deleted))
    shell.print(f"Total reclaimed space: {human_size(report['SpaceReclaimed'] if deleted else 0)}")


def _step(step: dict[str, str]) -> str:
    return f"untagged: {step['Untagged']}" if step.get("Untagged") else f"deleted: {step.get('Deleted', '')}"
