"""images, pull, push, tag, rmi, history, search and image prune."""

from __future__ import annotations

from rawdocker_cli.flags.common import CONFIRMS, FORMAT, QUIET, SHORTENS
from rawdocker_cli.flags.flag import Draft, Flag, Verb, puts, switch
from rawdocker_cli.flags.kinds import BOOL, FILTER, INT, STRING, STRINGS
from rawdocker_cli.flags.ours import PIN


@puts("?limit")
def _limit(draft: Draft, value: int) -> None:
    if value > 0:
        draft.query["limit"] = value


@puts("?platforms")
def _platforms(draft: Draft, texts: list[str]) -> None:
    from rawdocker.registry import platform

    found = [platform.parse(text) for text in texts]
    draft.query["platforms"] = [wanted for place, wanted in enumerate(found) if wanted not in found[:place]]


_NO_TRUNC = Flag("no-trunc", BOOL, "Do not shorten anything", client=SHORTENS)

_NO_PROGRESS = "does not print the progress that is streamed"

_LIST = (
    Flag("all", BOOL, "Also the layers between", switch("all"), short="a"),
    Flag("digests", BOOL, "Also digests", client="prints one column more of the answer"),
    Flag("filter", FILTER, "Only those that match name=value", wire=("?filters",), short="f"),
    FORMAT,
    _NO_TRUNC,
    Flag("quiet", BOOL, "Only ids", short="q", client=QUIET),
    Flag("tree", BOOL, "A tree of platforms", wire=("?manifests",), since="1.47"),
)
_LIST_CALLS = ("GET /images/json?all&filters",)
_LIST_WORDS = {"REPOSITORY[:TAG]": ("?filters",)}

VERBS = (
    Verb(
        "image ls",
        "[OPTIONS] [REPOSITORY[:TAG]]",
        "List images",
        0,
        1,
        "image:ls",
        _LIST_CALLS,
        _LIST,
        aliases=("image list",),
        words=_LIST_WORDS,
    ),
    Verb(
        "images",
        "[OPTIONS] [REPOSITORY[:TAG]]",
        "List images",
        0,
        1,
        "image:images",
        _LIST_CALLS,
        _LIST,
        words=_LIST_WORDS,
    ),
    Verb(
        "image pull",
        "[OPTIONS] NAME[:TAG|@DIGEST]",
        "Let the engine download an image from a registry",
        1,
        1,
        "image:pull",
        ("POST /images/create?fromImage&tag&platform",),
        (
            Flag("all-tags", BOOL, "All tags of the name", wire=("no ?tag",), short="a"),
            Flag(
                "disable-content-trust",
                BOOL,
                "Do not verify signatures",
                default=True,
                hidden=True,
                client="refuses to verify: it cannot",
            ),
            PIN,
            Flag("platform", STRING, "os/arch, where there are several", wire=("?platform",), since="1.32"),
            Flag("quiet", BOOL, "No progress", short="q", client=_NO_PROGRESS),
        ),
        aliases=("pull",),
        words={"NAME[:TAG|@DIGEST]": ("?fromImage", "?tag")},
    ),
    Verb(
        "image push",
        "[OPTIONS] NAME[:TAG]",
        "Let the engine upload an image to a registry",
        1,
        1,
        "image:push",
        ("POST /images/{name}/push?tag&platform",),
        (
            Flag("all-tags", BOOL, "All tags of the name", wire=("no ?tag",), short="a"),
            Flag(
                "disable-content-trust",
                BOOL,
                "Do not sign",
                default=True,
                hidden=True,
                client="refuses to sign: it cannot",
            ),
            Flag("platform", STRING, "Only this of several, os/arch", wire=("?platform",), since="1.46"),
            Flag("quiet", BOOL, "No progress", short="q", client=_NO_PROGRESS),
        ),
        aliases=("push",),
        words={"NAME[:TAG]": ("{name}", "?tag")},
    ),
    Verb(
        "image tag",
        "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
        "Give an image one more name",
        2,
        2,
        "image:tag",
        ("POST /images/{name}/tag?repo&tag",),
        aliases=("tag",),
        words={"TARGET_IMAGE[:TAG]": ("?repo", "?tag")},
        interspersed=False,
    ),
    Verb(
        "image rm",
        "[OPTIONS] IMAGE [IMAGE...]",
        "Remove one or more images",
        1,
        None,
        "image:rmi",
        ("DELETE /images/{name}?force&noprune&platforms",),
        (
            Flag("force", BOOL, "Also where a container uses it, or it has more names", switch("force"), "f"),
            Flag("no-prune", BOOL, "Keep parents without a name", switch("noprune")),
            Flag("platform", STRINGS, "Only this platform", _platforms, since="1.50"),
        ),
        aliases=("rmi", "image remove", "image rmi"),
    ),
    Verb(
        "image history",
        "[OPTIONS] IMAGE",
        "Show the steps an image was made in",
        1,
        1,
        "image:history",
        ("GET /images/{name}/history?platform",),
        (
            FORMAT,
            Flag(
                "human",
                BOOL,
                "Sizes and times for people",
                short="H",
                default=True,
                client="prints 117MB for 116982784",
            ),
            _NO_TRUNC,
            Flag("platform", STRING, "os/arch, where there are several", wire=("?platform",), since="1.48"),
            Flag("quiet", BOOL, "Only ids", short="q", client=QUIET),
        ),
        aliases=("history",),
    ),
    Verb(
        "search",
        "[OPTIONS] TERM",
        "Search Docker Hub, or the index that TERM begins with",
        1,
        1,
        "image:search",
        ("GET /images/search?term&limit&filters",),
        (
            Flag("filter", FILTER, "Only those that match name=value", wire=("?filters",), short="f"),
            FORMAT,
            Flag("limit", INT, "At most so many", _limit),
            _NO_TRUNC,
        ),
        words={"TERM": ("?term",)},
    ),
    Verb(
        "image prune",
        "[OPTIONS]",
        "Remove unused images",
        0,
        0,
        "image:prune",
        ("POST /images/prune?filters",),
        (
            Flag(
                "all", BOOL, "All that no container uses, not only those without a name", short="a", wire=("?filters",)
            ),
            Flag("filter", FILTER, "Only those that match: until=24h, label=name=value", wire=("?filters",)),
            Flag("force", BOOL, "Do not ask first", short="f", client=CONFIRMS),
        ),
    ),
)
