"""Images: pull, tag, rmi, prune and search, beyond what the recorded outputs of docker show of the lists."""

from __future__ import annotations

import base64
import json
import sys
import time
from typing import Any

import pytest
from answers import recorded

BASE = "http://localhost/v1.41"
DIGEST = "sha256:e71858f38050021b4a8acfa498c51703138c62f461dc7d3c1f7c58baf8f1965e"
HUB = "https://index.docker.io/v1/"
PROGRESS = f"12: Pulling from library/debian\nDigest: {DIGEST}\nStatus: Image is up to date for debian:12\n"
DEBIAN = "POST /images/create?fromImage=docker.io%2Flibrary%2Fdebian"


@pytest.fixture(autouse=True)
def no_content_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_CONTENT_TRUST", raising=False)


def pulls(engine: Any, name: str = "image_pull") -> None:
    """Let the engine stream what it streamed when this was recorded."""
    stream = "\r\n".join(map(json.dumps, recorded(name)))
    engine.router.post(url__regex=f"^{BASE}/images/create").respond(200, text=stream)


def refuses(engine: Any, request: str, message: str, status: int) -> None:
    engine.answers(request, status=status, body={"message": message})


@pytest.mark.parametrize(
    ("line", "request_sent", "before", "name"),
    [
        ("debian:12", f"{DEBIAN}&tag=12", "", "docker.io/library/debian:12"),
        ("debian", f"{DEBIAN}&tag=latest", "Using default tag: latest\n", "docker.io/library/debian:latest"),
        ("-a debian", DEBIAN, "", "docker.io/library/debian"),
        (
            f"debian@{DIGEST}",
            f"{DEBIAN}&tag={DIGEST.replace(':', '%3A')}",
            "",
            f"docker.io/library/debian@{DIGEST}",
        ),
        (
            "--platform Linux/ARM64 debian:12",
            f"{DEBIAN}&platform=linux%2Farm64&tag=12",
            "",
            "docker.io/library/debian:12",
        ),
        (
            "localhost:5000/team/web:1",
            "POST /images/create?fromImage=localhost%3A5000%2Fteam%2Fweb&tag=1",
            "",
            "localhost:5000/team/web:1",
        ),
        ("--disable-content-trust debian:12", f"{DEBIAN}&tag=12", "", "docker.io/library/debian:12"),
    ],
)
def test_pull_asks_for_a_full_name_and_prints_it_at_the_end(
    engine: Any, rawdocker: Any, line: str, request_sent: str, before: str, name: str
) -> None:
    pulls(engine)
    assert rawdocker("pull", *line.split()) == (0, f"{before}{PROGRESS}{name}\n", "")
    assert engine.requests == [request_sent]
    assert "X-Registry-Auth" not in engine.router.calls[0].request.headers


def test_a_quiet_pull_prints_the_name_alone(engine: Any, rawdocker: Any) -> None:
    pulls(engine)
    assert rawdocker("image", "pull", "-q", "debian") == (0, "docker.io/library/debian:latest\n", "")


def test_the_environment_may_name_the_platform(engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64")
    pulls(engine)
    assert rawdocker("pull", "debian:12").code == 0
    assert rawdocker("pull", "--platform", "linux/s390x", "debian:12").code == 0
    assert [call.request.url.params["platform"] for call in engine.router.calls] == ["linux/arm64", "linux/s390x"]


def test_stored_credentials_travel_in_a_header_and_nowhere_else(engine: Any, rawdocker: Any, config: Any) -> None:
    auth = base64.b64encode(b"student:secret").decode()
    config(auths={"localhost:5000": {"auth": auth}})
    pulls(engine)
    ran = rawdocker("pull", "-TTT", "localhost:5000/web:1")
    header = engine.router.calls[0].request.headers["X-Registry-Auth"]
    sent = json.loads(base64.urlsafe_b64decode(header))
    assert sent == {"username": "student", "password": "secret", "serveraddress": "localhost:5000"}
    shown = ran.out + ran.err
    assert "POST" in ran.err
    assert not [secret for secret in ("secret", auth, header) if secret in shown]


def test_an_error_inside_the_stream_ends_the_pull(engine: Any, rawdocker: Any) -> None:
    pulls(engine, "image_pull_broken")
    ran = rawdocker("pull", "127.0.0.1:5077/rd/big:1")
    assert (ran.code, ran.err) == (1, "unknown blob\n")
    assert ran.out.startswith("1: Pulling from rd/big\na62141ff5328: Pulling fs layer\n")
    assert not ran.out.endswith("127.0.0.1:5077/rd/big:1\n")
    assert rawdocker("pull", "-q", "127.0.0.1:5077/rd/big:1") == (1, "", "unknown blob\n")


def test_a_refused_pull_is_the_engines_error(engine: Any, rawdocker: Any) -> None:
    refuses(engine, "POST /images/create", "manifest for debian:nope not found: manifest unknown", 404)
    told = "Error response from daemon: manifest for debian:nope not found: manifest unknown\n"
    assert rawdocker("pull", "debian:nope") == (1, "", told)


def test_a_plugin_is_not_pulled_as_an_image(engine: Any, rawdocker: Any) -> None:
    refuses(engine, "POST /images/create", "Encountered remote x when fetching 'plugin'", 500)
    ran = rawdocker("pull", "a/plugin:1")
    assert ran.err.endswith("when fetching 'plugin' - Use `docker plugin install`\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase"),
        ("a:b:c", "invalid reference format"),
        ("-a debian:12", "tag can't be used with --all-tags/-a"),
        (f"-a debian@{DIGEST}", "tag can't be used with --all-tags/-a"),
    ],
)
def test_a_name_that_cannot_be_pulled_is_refused_at_once(engine: Any, rawdocker: Any, line: str, message: str) -> None:
    assert rawdocker("pull", *line.split()) == (1, "", message + "\n")
    assert engine.requests == []


def test_a_tag_is_not_pulled_where_its_signature_shall_be_verified(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulls(engine)
    assert rawdocker("pull", "--disable-content-trust=false", "debian:12").code == 1
    monkeypatch.setenv("DOCKER_CONTENT_TRUST", "1")
    assert rawdocker("pull", "debian:12").code == 1
    assert engine.requests == []
    assert rawdocker("pull", "--disable-content-trust", "debian:12").code == 0
    assert rawdocker("pull", f"debian@{DIGEST}").code == 0


@pytest.mark.parametrize(
    ("source", "target", "request_sent"),
    [
        ("debian:12", "web", "POST /images/debian:12/tag?repo=docker.io%2Flibrary%2Fweb&tag=latest"),
        (
            "6a3f5e5cfc30",
            "localhost:5000/team/web:1",
            "POST /images/6a3f5e5cfc30/tag?repo=localhost%3A5000%2Fteam%2Fweb&tag=1",
        ),
    ],
)
def test_tag_sends_the_new_name_in_full(
    engine: Any, rawdocker: Any, source: str, target: str, request_sent: str
) -> None:
    engine.answers(f"POST /images/{source}/tag", status=201)
    assert rawdocker("tag", source, target) == (0, "", "")
    assert engine.requests == [request_sent]


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("a b", "web", 'Error parsing reference: "a b" is not a valid repository/tag: invalid reference format'),
        (
            "debian",
            "UPPER",
            'Error parsing reference: "UPPER" is not a valid repository/tag: invalid reference format: '
            "repository name (library/UPPER) must be lowercase",
        ),
        ("debian", f"web@{DIGEST}", "refusing to create a tag with a digest reference"),
    ],
)
def test_names_that_are_none_are_not_sent(engine: Any, rawdocker: Any, source: str, target: str, message: str) -> None:
    assert rawdocker("image", "tag", source, target) == (1, "", message + "\n")
    assert engine.requests == []


def test_rmi_tells_what_went_and_goes_on_after_an_error(engine: Any, rawdocker: Any) -> None:
    engine.answers("DELETE /images/models-image", "image_delete")
    refuses(engine, "DELETE /images/nope", "No such image: nope:latest", 404)
    gone = (
        "Untagged: models-image:latest\n"
        "Deleted: sha256:59e24a82f0a3baa63b6eb31198b94c5854d0109658d682b1226a330adea4744a\n"
    )
    missing = "Error response from daemon: No such image: nope:latest\n"
    assert rawdocker("rmi", "nope", "models-image", "nope") == (1, gone, missing * 2)
    assert rawdocker("image", "rm", "-f", "nope", "models-image") == (0, gone, missing)
    assert rawdocker("image", "remove", "--no-prune", "models-image") == (0, gone, "")
    assert engine.requests[3:] == [
        "DELETE /images/nope?force=1",
        "DELETE /images/models-image?force=1",
        "DELETE /images/models-image?noprune=1",
    ]


def test_rmi_with_force_minds_what_is_in_use(engine: Any, rawdocker: Any) -> None:
    refuses(engine, "DELETE /images/nope", "No such image: nope:latest", 404)
    refuses(engine, "DELETE /images/used", "conflict: in use", 409)
    both = "Error response from daemon: No such image: nope:latest\nError response from daemon: conflict: in use\n"
    assert rawdocker("rmi", "-f", "nope", "used") == (1, "", both)


def test_rmi_of_some_platforms_needs_a_newer_engine(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = rawdocker("rmi", "--platform", "linux/arm64", "web")
    assert '"--platform" requires API version 1.50, but the Docker daemon API version is 1.41\n' in refused.err
    monkeypatch.setenv("DOCKER_API_VERSION", "1.50")
    route = engine.router.delete(url__startswith="http://localhost/v1.50/images/web").respond(200, json=[])
    assert rawdocker("rmi", "--platform", "linux/arm64,linux/aarch64", "--platform", "s390x", "web").code == 0
    sent = route.calls[0].request.url.params.get_list("platforms")
    assert [json.loads(text)["architecture"] for text in sent] == ["arm64", "s390x"]


def test_history_of_a_platform_asks_a_newer_engine_for_it(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.48")
    route = engine.router.get(url__startswith="http://localhost/v1.48/images/web/history")
    route.respond(200, json=recorded("image_history"))
    assert rawdocker("history", "-q", "--platform", "linux/arm/v7", "web").out == "6a3f5e5cfc30\n"
    sent = json.loads(route.calls[0].request.url.params["platform"])
    assert sent == {"architecture": "arm", "os": "linux", "variant": "v7"}
    wrong = rawdocker("history", "--platform", "foo", "web")
    assert wrong == (1, "", 'invalid platform: "foo": unknown operating system or architecture: invalid argument\n')


def test_tables_tell_how_old_an_image_is(engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (image,) = recorded("image_list")
    monkeypatch.setattr(time, "time", lambda: image["Created"] + 200.0)
    engine.answers("GET /images/json", "image_list")
    engine.answers("GET /images/debian/history", "image_history")
    assert rawdocker("images").out == (
        "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE\n"
        "debian       12        6a3f5e5cfc30   3 minutes ago   199MB\n"
    )
    assert rawdocker("image", "ls", "--digests").out == (
        f"REPOSITORY   TAG       {'DIGEST':71}   IMAGE ID       CREATED         SIZE\n"
        f"debian       12        {DIGEST}   6a3f5e5cfc30   3 minutes ago   199MB\n"
    )
    assert rawdocker("history", "debian").out == (
        "IMAGE          CREATED         CREATED BY   SIZE      COMMENT\n"
        "6a3f5e5cfc30   3 minutes ago                199MB     Imported from -\n"
    )


@pytest.mark.parametrize(("created", "shown"), [(0, "N/A"), (946684800, "N/A"), (946684801, "3 minutes ago")])
def test_steps_from_before_the_year_2000_have_no_age(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, created: int, shown: str
) -> None:
    monkeypatch.setattr(time, "time", lambda: created + 200.0)
    engine.answers("GET /images/x/history", status=200, body=[{**recorded("image_history")[0], "Created": created}])
    assert rawdocker("history", "--format", "{{.CreatedSince}}", "x").out == f"{shown}\n"


def test_long_commands_of_a_history_are_cut(engine: Any, rawdocker: Any) -> None:
    step = {**recorded("image_history")[0], "CreatedBy": "RUN\t" + "x" * 60}
    engine.answers("GET /images/x/history", status=200, body=[step])
    assert rawdocker("history", "--format", "{{.CreatedBy}}", "x").out == "RUN " + "x" * 40 + "…\n"
    assert rawdocker("history", "--no-trunc", "--format", "{{.CreatedBy}}", "x").out == "RUN " + "x" * 60 + "\n"


def test_a_verb_taken_for_a_name_is_pointed_out(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /images/json", status=200, body=[])
    head = "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n"
    hint = '\nNo images found matching "ls": did you mean "rawdocker image ls"?\n'
    assert rawdocker("images", "ls") == (0, head, hint)
    assert rawdocker("images", "web") == (0, head, "")
    assert rawdocker("image", "ls", "ls") == (0, head, "")


def test_the_format_of_config_json_is_used_unless_another_or_ids_are_wanted(
    engine: Any, rawdocker: Any, config: Any
) -> None:
    config(imagesFormat="{{.Tag}}")
    engine.answers("GET /images/json", "image_list")
    assert rawdocker("images").out == "12\n"
    assert rawdocker("images", "-q").out == "6a3f5e5cfc30\n"
    assert rawdocker("images", "--format", "{{.Repository}}").out == "debian\n"


@pytest.mark.parametrize(
    ("flags", "what", "dangling"),
    [
        ((), "all dangling images", "true"),
        (("-a",), "all images without at least one container associated to them", "false"),
    ],
)
def test_prune_asks_first_and_tells_what_it_freed(
    engine: Any, rawdocker: Any, flags: tuple[str, ...], what: str, dangling: str
) -> None:
    steps = [{"Untagged": "web:1"}, {"Deleted": "sha256:abc"}]
    engine.answers("POST /images/prune", status=200, body={"ImagesDeleted": steps, "SpaceReclaimed": 2048})
    question = f"WARNING! This will remove {what}.\nAre you sure you want to continue? [y/N] "
    assert rawdocker("image", "prune", *flags, stdin="\n") == (0, question, "")
    assert engine.requests == []
    report = "Deleted Images:\nuntagged: web:1\ndeleted: sha256:abc\n\nTotal reclaimed space: 2.048kB\n"
    assert rawdocker("image", "prune", *flags, stdin="y\n") == (0, question + report, "")
    sent = json.loads(engine.router.calls[0].request.url.params["filters"])
    assert sent == {"dangling": {dangling: True}}


def test_nothing_pruned_frees_nothing(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /images/prune", "image_prune")
    assert rawdocker("image", "prune", "-f", "--filter", "until=1h").out == "Total reclaimed space: 0B\n"


@pytest.mark.parametrize(
    ("term", "address"),
    [("debian", HUB), ("team/web", HUB), ("localhost/x", "localhost")],
)
def test_search_sends_the_credentials_of_the_index(
    engine: Any, rawdocker: Any, config: Any, term: str, address: str
) -> None:
    config(auths={HUB: {"identitytoken": "t"}, "localhost": {"identitytoken": "t"}})
    engine.answers("GET /images/search", "image_search")
    assert rawdocker("search", "--limit", "0", term).code == 0
    request = engine.router.calls[0].request
    assert dict(request.url.params) == {"term": term}
    assert json.loads(base64.urlsafe_b64decode(request.headers["X-Registry-Auth"]))["serveraddress"] == address


@pytest.mark.parametrize("terminal", [True, False])
def test_what_others_say_steers_no_terminal(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    evil, harmless = "\x1b[2J", "\\x1b[2J" if terminal else "\x1b[2J"
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
    refuses(engine, "POST /images/create", evil, 500)
    assert rawdocker("pull", "debian:12").err == f"Error response from daemon: {harmless}\n"
    found = {"name": evil, "description": evil, "star_count": 1, "is_official": False}
    engine.answers("GET /images/search", status=200, body=[found])
    assert rawdocker("search", "--format", "{{.Name}} {{.Description}}", "x").out == f"{harmless} {harmless}\n"
