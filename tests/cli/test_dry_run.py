"""--dry-run: every verb says what it would send; nothing is sent, read, written or asked."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rawdocker_cli.flags.index import OURS, all_verbs

WORDS = {
    "api": "/info", "attach": "x", "commit": "x", "cp": "x:/a b", "create": "img", "diff": "x", "exec": "x true",
    "export": "x",
    "history": "x", "image inspect": "x", "container inspect": "x", "import": "-", "inspect": "x", "kill": "x",
    "logs": "x", "network connect": "n x", "network create": "n", "network disconnect": "n x",
    "network inspect": "n", "network rm": "n", "ns": "x",
    "pause": "x", "port": "x", "pull": "img", "push": "img", "rename": "x y",
    "restart": "x", "rm": "x", "rmi": "img", "run": "img", "save": "-o y img", "search": "term", "start": "x",
    "stats": "x", "stop": "x", "tag": "x y", "top": "x", "unpause": "x", "update": "-m 5m x",
    "volume inspect": "v", "volume rm": "v", "wait": "x", "container prune": "-f", "image prune": "-f",
    "network prune": "-f", "volume prune": "-f",
    "manifest inspect": "img", "pin": "img", "registry blob": f"img@sha256:{'0' * 64}", "registry config": "img",
    "registry copy": "img x", "registry manifest": "img", "registry platforms": "img", "registry referrers": "img",
    "registry resolve": "img", "registry tags": "img",
}  # fmt: skip
"""What a verb is given behind its flags; nothing where it needs nothing."""

LOCAL = {"completion", "logout", *OURS} - {"api", "ns"}
"""Verbs that ask no engine, or only pass on what others ask."""


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let there be no engine, so that whatever is sent fails."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///not/there.sock")
    monkeypatch.delenv("DOCKER_API_VERSION", raising=False)
    monkeypatch.chdir(tmp_path)


def asked(text: str) -> list[str]:
    """Return the requests in a dry run, without notes."""
    methods = ("GET", "HEAD", "POST", "PUT", "DELETE")
    return [line.split("   (")[0] for line in text.splitlines() if line.startswith(methods)]


REGISTRY_VERBS = [verb for verb in all_verbs() if verb.short_name.split()[0] in ("manifest", "pin", "registry")]
ENGINE_VERBS = [verb for verb in all_verbs() if verb.short_name.split()[0] not in LOCAL and verb not in REGISTRY_VERBS]


@pytest.mark.parametrize("verb", ENGINE_VERBS, ids=lambda verb: verb.name)
def test_every_verb_says_what_it_would_send(verb: Any, rawdocker: Any, tmp_path: Path) -> None:
    words = [*verb.short_name.split(), "--dry-run=offline", *WORDS.get(verb.short_name, "").split()]
    ran = rawdocker(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# dry run: nothing is changed. API 1.55: no engine was asked")
    requests = asked(ran.out)
    assert requests[0] == "HEAD /_ping"
    assert len(requests) > 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", REGISTRY_VERBS, ids=lambda verb: verb.name)
def test_every_verb_of_registries_says_what_it_would_ask_first(verb: Any, rawdocker: Any, tmp_path: Path) -> None:
    words = [*verb.short_name.split(), "--dry-run=offline", *WORDS[verb.short_name].split()]
    ran = rawdocker(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# dry run: nothing is changed. No engine is asked\n")
    (request,) = asked(ran.out)
    method, path = verb.calls[0].split()[:2]
    shape = re.sub(r"\\{\w+\\}", "[^/]+(/img)?", re.escape(path))
    assert re.fullmatch(f"{method} https://registry-1.docker.io{shape}", request)
    depends = f"{request}   (what follows depends on the answer)\n"
    assert (depends in ran.out) == (verb.name != "registry blob")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", [verb for verb in ENGINE_VERBS if verb.name != "api"], ids=lambda verb: verb.name)
def test_the_calls_of_a_plan_are_those_of_the_help(verb: Any, rawdocker: Any) -> None:
    words = [*verb.short_name.split(), "--dry-run=offline", *WORDS.get(verb.short_name, "").split()]
    from rawdocker.operations import matched

    documented = {matched(*found[-2:])[0] for call in verb.calls if (found := _request(call))}
    for line in asked(rawdocker(*words).out)[1:]:
        method, target = line.split(" ", 1)
        assert matched(method, target.split("?")[0])[0] in documented


def _request(call: str) -> tuple[str, str] | None:
    """Return method and path in a line of help, None where it names none."""
    words = call.split()
    for method, path in pairwise(words):
        if path.startswith("/") and method.isupper():
            return method, path.split("?")[0]
    return None


RUN = """\
# dry run: nothing is changed. API 1.55: no engine was asked, and DOCKER_API_VERSION can name another
HEAD /_ping
POST /v1.55/containers/create?name=web
    {
      "Image": "debian:12",
      "Cmd": [
        "echo",
        "hi"
      ],
      "AttachStdout": true,
      "AttachStderr": true
    }
  if 404:
    POST /v1.55/images/create?fromImage=docker.io%2Flibrary%2Fdebian&tag=12
    POST /v1.55/containers/create?name=web   (again)
POST /v1.55/containers/<Id of create>/attach?stderr=1&stdout=1&stream=1   (the connection is taken over)
POST /v1.55/containers/<Id of create>/wait?condition=next-exit
POST /v1.55/containers/<Id of create>/start
"""


@pytest.mark.parametrize(
    "line", ["--dry-run run --name web debian:12 echo hi", "run --dry-run --name web debian:12 echo hi"]
)
def test_run_is_create_attach_wait_start_and_pulls_where_the_image_is_missing(line: str, rawdocker: Any) -> None:
    assert rawdocker(*line.split()) == (0, RUN, "")


def test_a_pinned_version_is_the_plan_s(rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.43")
    assert asked(rawdocker("--dry-run", "stop", "a", "b").out) == [
        "POST /v1.43/containers/a/stop",
        "POST /v1.43/containers/b/stop",
    ]


def test_inspect_looks_among_one_kind_after_the_other(rawdocker: Any) -> None:
    out = rawdocker("--dry-run", "inspect", "x").out
    found = [line.split()[1].removeprefix("/v1.55") for line in out.splitlines() if "GET /v1.55" in line]
    assert found == ["/containers/x/json", "/images/x/json", "/networks/x", "/volumes/x", "/info", "/plugins/x/json"]


def test_words_of_the_container_are_not_ours(rawdocker: Any) -> None:
    out = rawdocker("--dry-run=offline", "exec", "x", "ls", "--dry-run", "-T").out
    assert '"ls",\n        "--dry-run",\n        "-T"\n' in out


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("--dry-run run --memory x img", 125, 'invalid argument "x" for "-m, --memory" flag: invalid size: \'x\''),
        ("--dry-run ps --bogus", 125, "unknown flag: --bogus"),
        ("--dry-run run", 1, "rawdocker: 'rawdocker run' requires at least 1 argument"),
        ("--dry-run=maybe ps", 125, 'invalid argument "maybe" for "--dry-run" flag'),
        ("--dry-run ps --format {{", 1, "unclosed action"),
        ("--dry-run exec x true", 1, "Cannot connect to the Docker daemon at unix:///not/there.sock"),
    ],
)
def test_mistakes_are_told_as_without_it(line: str, code: int, err: str, rawdocker: Any) -> None:
    ran = rawdocker(*line.split())
    assert ran.code == code
    assert err in ran.err
    assert "Traceback" not in ran.err


def test_secrets_are_hidden(rawdocker: Any, config: Any) -> None:
    config(auths={"https://index.docker.io/v1/": {"auth": "dTpodW50ZXIyLWxvbmc="}})
    out = rawdocker("--dry-run", "run", "-e", "DB_PASSWORD=hunter2-long", "img").out
    assert "DB_PASSWORD=<redacted: value of DB_PASSWORD>" in out
    assert "X-Registry-Auth: <redacted: X-Registry-Auth>" in out
    assert "hunter2-long" not in out
    assert "dTpodW50" not in out


def test_no_file_is_made_and_stdin_is_not_read(rawdocker: Any, tmp_path: Path) -> None:
    for line in ("create --cidfile cid img", "run --cidfile cid img", "save -o images.tar img", "export -o fs.tar x"):
        verb, *words = line.split()
        assert rawdocker("--dry-run=offline", verb, *words).code == 0
    assert not list(tmp_path.iterdir())
    assert rawdocker("--dry-run=offline", "run", "-i", "img", stdin="not read").code == 0
    assert rawdocker("--dry-run=offline", "container", "prune", stdin="").code == 0


@pytest.mark.parametrize("verb", [*ENGINE_VERBS, *REGISTRY_VERBS], ids=lambda verb: verb.name)
def test_our_flags_stand_before_the_verb_or_behind_it(verb: Any, rawdocker: Any) -> None:
    name, words = verb.short_name.split(), WORDS.get(verb.short_name, "").split()
    before = rawdocker("--dry-run=offline", *name, *words)
    assert before.out.startswith("# dry run")
    assert rawdocker(*name, "--dry-run=offline", *words) == before
    if verb.interspersed:
        assert rawdocker(*name, *words, "--dry-run=offline") == before


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("run img", "Cmd"),
        ("create img", "Cmd"),
        ("exec box true", "Cmd"),
        ("top box", "?ps_args="),
    ],
)
@pytest.mark.parametrize(
    "word", ["-T", "-TTT", "--trace", "--dry-run", "--as=curl", "--record=x", "--help", "-H", "--"]
)
def test_a_word_that_belongs_to_the_container_is_passed_on_untouched(
    rawdocker: Any, line: str, sent: str, word: str
) -> None:
    ran = rawdocker("--dry-run=offline", *line.split(), word)
    assert (ran.code, ran.err) == (0, "")
    if sent == "Cmd":
        assert f'"{word}"' in ran.out
    else:
        assert f"{sent}{word.replace('=', '%3D')}\n" in ran.out


@pytest.mark.parametrize("line", ["stop", "rm", "inspect", "logs", "images", "rmi", "network rm", "volume rm", "kill"])
def test_what_follows_two_dashes_is_no_flag_of_ours(rawdocker: Any, line: str) -> None:
    ran = rawdocker("--dry-run=offline", *line.split(), "--", "-T")
    assert (ran.code, ran.err) == (0, "")
    assert "-T" in ran.out
