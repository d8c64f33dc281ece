"""login, logout and push before an engine that answers what was recorded; no secret is ever shown."""

from __future__ import annotations

import base64
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest

REGISTRY = "registry.example:5000"
PASSWORD = "hunter2-of-the-tests"
AUTH = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
HUB = "https://index.docker.io/v1/"
PUSH = f"POST /images/{REGISTRY}/web/push"
DIGEST = "sha256:e71858f38050021b4a8acfa498c51703138c62f461dc7d3c1f7c58baf8f1965e"


@pytest.fixture(autouse=True)
def own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DOCKER_CONTENT_TRUST", "DOCKER_AUTH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def pushes(engine: Any, *messages: dict[str, Any]) -> None:
    stream = "\r\n".join(map(json.dumps, messages))
    url = f"http://localhost/v1.41{PUSH.partition(' ')[2]}"
    engine.router.post(url__startswith=url).respond(200, text=stream)


def secrets_in(*texts: str) -> list[str]:
    """Return which of the forms that the password travels and is kept in stand in some texts."""
    header = base64.urlsafe_b64encode(json.dumps({"password": PASSWORD}).encode()).decode()[20:40]
    return [secret for secret in (PASSWORD, AUTH, header) if any(secret in text for text in texts)]


@pytest.mark.parametrize(("answer", "kept"), [
    ({"Status": "Login Succeeded"}, {"auth": AUTH}),
    (
        {"Status": "Login Succeeded", "IdentityToken": "its-token"},
        {"auth": base64.b64encode(b"ada:").decode(), "identitytoken": "its-token"},
    ),
])  # fmt: skip
def test_a_login_sends_the_password_keeps_what_it_is_given_and_shows_neither(
    engine: Any, rawdocker: Any, tmp_path: Path, answer: dict[str, str], kept: dict[str, str]
) -> None:
    engine.answers("POST /auth", status=200, body=answer)
    ran = rawdocker("login", "-TTT", "-u", "ada", "--password-stdin", REGISTRY, stdin=f"{PASSWORD}\n")
    assert (ran.code, ran.out) == (0, "Login Succeeded\n")
    sent = {"username": "ada", "password": PASSWORD, "serveraddress": REGISTRY}
    assert json.loads(engine.router.calls[0].request.content) == sent
    assert json.loads((tmp_path / "config.json").read_text()) == {"auths": {REGISTRY: kept}}
    assert "POST" in ran.err
    assert ("WARNING! Your credentials are stored unencrypted" in ran.err) == ("identitytoken" not in kept)
    assert not secrets_in(ran.out, ran.err)
    assert "its-token" not in ran.out + ran.err


def test_a_refused_login_keeps_nothing_and_shows_no_password(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    engine.answers("POST /auth", status=401, body={"message": "unauthorized: incorrect username or password"})
    ran = rawdocker("-D", "login", "-TTT", "-u", "ada", "-p", PASSWORD, REGISTRY)
    assert ran.code == 1
    assert ran.err.endswith("Error response from daemon: unauthorized: incorrect username or password\n")
    assert not secrets_in(ran.out, ran.err)
    assert list(tmp_path.iterdir()) == []


def test_a_login_that_cannot_be_kept_says_why(
    engine: Any, rawdocker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.answers("POST /auth", status=200, body={"Status": "Login Succeeded"})
    (tmp_path / "file").touch()
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "file"))
    ran = rawdocker("login", "-u", "ada", "-p", PASSWORD, REGISTRY)
    assert (ran.code, ran.out) == (1, "")
    assert "Error saving credentials: cannot write " in ran.err
    assert not secrets_in(ran.err)


def test_a_dry_run_asks_for_nothing_keeps_nothing_and_hides_the_password(
    engine: Any, rawdocker: Any, config: Any, tmp_path: Path
) -> None:
    config(auths={REGISTRY: {"auth": AUTH}}, credHelpers={"other.example": "not-there"})
    before = (tmp_path / "config.json").read_bytes()
    lines = (
        ("login", "-u", "ada", "-p", PASSWORD, REGISTRY),
        ("login", REGISTRY),
        ("login", "-u", "ada", "--password-stdin", REGISTRY),
        ("logout", REGISTRY),
        ("logout",),
        ("push", f"{REGISTRY}/web:1"),
        ("push", "other.example/web:1"),
    )
    shown = [rawdocker(*line, "--dry-run=offline") for line in lines]
    assert [ran.code for ran in shown] == [0] * len(lines)
    assert ["POST /v1.41/auth" in ran.out for ran in shown] == [True] * 3 + [False] * 4
    assert not [ran for ran in shown if secrets_in(ran.out, ran.err)]
    assert (tmp_path / "config.json").read_bytes() == before
    assert engine.requests == []


@pytest.mark.parametrize("name", ["", "docker.io", HUB])
def test_docker_hub_has_an_address_of_its_own(engine: Any, rawdocker: Any, name: str) -> None:
    engine.answers("POST /auth", status=200, body={"Status": "Login Succeeded"})
    assert rawdocker("login", "-u", "ada", "-p", PASSWORD, *filter(None, [name])).code == 0
    assert json.loads(engine.router.calls[0].request.content)["serveraddress"] == HUB


def test_a_login_tells_that_the_environment_comes_first(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", json.dumps({"auths": {REGISTRY: {"auth": AUTH}}}))
    engine.answers("POST /auth", status=200, body={"Status": "Login Succeeded"})
    ran = rawdocker("login", REGISTRY)
    assert ran.code == 0
    assert ran.err.startswith("\n Warn -> DOCKER_AUTH_CONFIG is set and takes precedence.\n")
    assert json.loads(engine.router.calls[0].request.content)["password"] == PASSWORD
    assert not secrets_in(ran.out, ran.err)


def test_what_a_login_in_a_browser_has_kept_is_forgotten_too(rawdocker: Any, config: Any, tmp_path: Path) -> None:
    token = {"auth": base64.b64encode(b"ada:its-token..client").decode()}
    config(auths={HUB: {"auth": AUTH}, f"{HUB}access-token": token, f"{HUB}refresh-token": token, REGISTRY: {}})
    assert rawdocker("logout") == (0, f"Removing login credentials for {HUB}\n", "")
    assert json.loads((tmp_path / "config.json").read_text()) == {"auths": {REGISTRY: {}}}


def test_credentials_that_cannot_be_read_are_told_where_they_were_missed(
    engine: Any, rawdocker: Any, config: Any
) -> None:
    config(auths={REGISTRY: {"auth": AUTH[:-3]}})
    pushes(engine, {"status": "done"})
    assert rawdocker("push", f"{REGISTRY}/web:1") == (0, "done\n", "")
    pushes(engine, {"errorDetail": {"message": "no basic auth credentials"}, "error": "no basic auth credentials"})
    ran = rawdocker("push", f"{REGISTRY}/web:1")
    told = f"the credentials of {REGISTRY} in config.json are invalid: not user:password in base64"
    assert ran == (1, "", f"{told}\nno basic auth credentials\n")


def test_a_push_takes_the_credentials_along_and_ends_with_the_digest(engine: Any, rawdocker: Any, config: Any) -> None:
    config(auths={REGISTRY: {"auth": AUTH}})
    pushes(
        engine, {"status": "Pushed", "id": "abc", "progressDetail": {}}, {"status": f"1: digest: {DIGEST} size: 527"}
    )
    ran = rawdocker("push", "-TTT", f"{REGISTRY}/web:1")
    assert (ran.code, ran.out) == (0, f"abc: Pushed\n1: digest: {DIGEST} size: 527\n")
    assert engine.requests == [f"POST /images/{REGISTRY}/web/push?tag=1"]
    header = engine.router.calls[0].request.headers["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header))["password"] == PASSWORD
    assert not secrets_in(ran.out, ran.err)
    assert header not in ran.out + ran.err


def test_a_push_of_all_tags_names_none(engine: Any, rawdocker: Any) -> None:
    pushes(engine, {"status": "done"})
    assert rawdocker("image", "push", "-a", "-q", f"{REGISTRY}/web") == (0, f"{REGISTRY}/web\n", "")
    assert engine.requests == [f"POST /images/{REGISTRY}/web/push"]
    header = engine.router.calls[0].request.headers["X-Registry-Auth"]
    assert base64.urlsafe_b64decode(header) == b"{}"


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_an_error_inside_the_stream_ends_the_push(engine: Any, rawdocker: Any, quiet: tuple[str, ...]) -> None:
    error = {"errorDetail": {"message": "denied"}, "error": "denied"}
    pushes(engine, {"status": "Preparing", "id": "abc", "progressDetail": {}}, error)
    out = "" if quiet else "Using default tag: latest\nabc: Preparing\n"
    assert rawdocker("push", *quiet, f"{REGISTRY}/web") == (1, out, "denied\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{REGISTRY}/web@{DIGEST}", "cannot push a digest reference"),
        ("-a web:1", "tag can't be used with --all-tags/-a"),
        ("web:1:2", "invalid reference format"),
    ],
)
def test_what_cannot_be_pushed_is_refused_at_once(engine: Any, rawdocker: Any, line: str, message: str) -> None:
    assert rawdocker("push", *line.split()) == (1, "", f"{message}\n")
    assert engine.requests == []


def test_a_hub_that_the_engine_does_not_reach_is_told(engine: Any, rawdocker: Any) -> None:
    reason = 'Get "https://index.docker.io/v1/search?q=x&n=25": dial tcp: lookup index.docker.io: no such host'
    engine.answers("GET /images/search", status=500, body={"message": reason})
    hint = "It is the engine that asks Docker Hub, and it could not reach it; HOST/TERM asks another index.\n"
    assert rawdocker("search", "x") == (1, "", f"Error response from daemon: {reason}\n{hint}")
    engine.answers("GET /images/search", status=500, body={"message": "out of memory"})
    assert rawdocker("search", "x") == (1, "", "Error response from daemon: out of memory\n")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stdin pass for a terminal."""
    monkeypatch.setattr("rawdocker_cli.terminal.is_terminal", lambda descriptor: True)
    monkeypatch.setattr("rawdocker_cli.terminal.unseen", nullcontext)


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize("verb", ["pull", "push"])
def test_credentials_are_asked_for_where_the_registry_wants_them_used_once_and_not_kept(
    engine: Any, rawdocker: Any, tmp_path: Path, verb: str
) -> None:
    answers = [httpx.Response(401, json={"message": "log in"}), httpx.Response(200, text="{}")]
    route = engine.router.post(url__regex="/images/(create|.*/push)").mock(side_effect=answers)
    ran = rawdocker("-TT", verb, "-q", f"{REGISTRY}/web:1", stdin=f"ada\n{PASSWORD}\n")
    assert ran.code == 0
    assert ran.out == f"\nLogin prior to {verb}:\nUsername: Password: \n{REGISTRY}/web:1\n"
    sent = json.loads(base64.urlsafe_b64decode(route.calls.last.request.headers["X-Registry-Auth"]))
    assert sent == {"username": "ada", "password": PASSWORD, "serveraddress": REGISTRY}
    assert not secrets_in(ran.out, ran.err)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("typed")
def test_a_second_refusal_is_the_end(engine: Any, rawdocker: Any) -> None:
    engine.router.post(url__regex="/images/create").respond(401, json={"message": "log in"})
    ran = rawdocker("pull", f"{REGISTRY}/web:1", stdin=f"ada\n{PASSWORD}\n")
    assert (ran.code, ran.err) == (1, "Error response from daemon: log in\n")
    assert len(engine.router.calls) == 2


@pytest.mark.parametrize("verb", ["pull", "push", "search"])
def test_nobody_is_asked_where_stdin_is_no_terminal(engine: Any, rawdocker: Any, verb: str) -> None:
    engine.router.route(url__regex="/images/").respond(401, json={"message": "log in"})
    ran = rawdocker(verb, f"{REGISTRY}/web", stdin=f"ada\n{PASSWORD}\n")
    assert (ran.code, ran.err) == (1, "Error response from daemon: log in\n")
    assert len(engine.router.calls) == 1
