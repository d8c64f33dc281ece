"""Credentials: where they are looked for, in which order, and how they are kept; helpers are real programs."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rawdocker.errors import CredentialsError, EndpointError
from rawdocker.host import load_config
from rawdocker.registry.credentials import HUB_KEY, everything, for_registry, forget, in_file, keep

REGISTRY = "registry.example:5000"
PASSWORD = "hunter2-of-the-tests"
AUTH = "YWRhOmh1bnRlcjItb2YtdGhlLXRlc3Rz"
"""ada and the password, as config.json holds them."""
ADA = {"username": "ada", "password": PASSWORD, "serveraddress": REGISTRY}
HELPER = (Path(__file__).parent / "helpers" / "docker-credential-kept").read_text()

Environ = dict[str, str]


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """Return an environment with a configuration directory and a folder of helpers of its own."""
    for name in ("config", "bin", "kept"):
        (tmp_path / name).mkdir()
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "DOCKER_CONFIG": str(tmp_path / "config"),
        "KEPT": str(tmp_path / "kept"),
    }


@pytest.fixture
def install(tmp_path: Path, environ: Environ) -> Callable[..., None]:
    """Give a function that puts a helper on the path."""

    def helper(name: str, script: str = HELPER, mode: int = 0o755) -> None:
        path = tmp_path / "bin" / f"docker-credential-{name}"
        path.write_text(script)
        path.chmod(mode)

    return helper


def calls(environ: Environ) -> list[str]:
    return Path(environ["KEPT"], "calls").read_text().splitlines()


def config_file(environ: Environ) -> Path:
    return Path(environ["DOCKER_CONFIG"], "config.json")


CONFIG = {
    "auths": {
        HUB_KEY: {"auth": "c3R1ZGVudDpzZWNyZXQ="},
        "localhost:5000": {"username": "ada", "password": "pw"},
        "https://old.example/v1/": {"identitytoken": "token"},
        "kept-elsewhere.example": {},
    }
}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("docker.io", {"username": "student", "password": "secret", "serveraddress": HUB_KEY}),
        ("localhost:5000", {"username": "ada", "password": "pw", "serveraddress": "localhost:5000"}),
        ("old.example", {"identitytoken": "token", "serveraddress": "https://old.example/v1/"}),
        ("kept-elsewhere.example", {}),
        ("elsewhere.example", {}),
    ],
)
def test_credentials_are_found_by_registry(domain: str, expected: dict[str, str], environ: Environ) -> None:
    assert for_registry(domain, CONFIG, environ) == expected
    assert in_file(domain, CONFIG) == expected


@pytest.mark.parametrize(
    ("config", "variable"),
    [
        ({"auths": {REGISTRY: {"auth": "bm90LXNlY3JldA"}}}, None),
        ({"auths": {REGISTRY: {"auth": 5}}}, None),
        ({"auths": [AUTH]}, None),
        ({"auths": {REGISTRY: AUTH}}, None),
        ({}, AUTH),
        ({}, f'["{AUTH}"]'),
        ({}, f'{{"auths": {{"{REGISTRY}": "{AUTH}"}}}}'),
        ({}, f'{{"auths": {{"{REGISTRY}": {{"auth": "bm90LXNlY3JldA"}}}}}}'),
    ],
)
def test_broken_credentials_are_not_repeated_in_the_error(
    config: dict[str, Any], variable: str | None, environ: Environ
) -> None:
    given = environ if variable is None else environ | {"DOCKER_AUTH_CONFIG": variable}
    with pytest.raises(CredentialsError) as caught:
        for_registry(REGISTRY, config, given)
    assert ("config.json" if variable is None else "DOCKER_AUTH_CONFIG") in str(caught.value)
    assert not [text for text in ("bm90", AUTH) if text in str(caught.value)]


def test_the_environment_comes_before_helpers_and_the_file(environ: Environ, install: Any) -> None:
    install("fake")
    config = {"credsStore": "fake", "auths": {REGISTRY: {"identitytoken": "old"}}}
    given = environ | {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {REGISTRY: {"auth": AUTH}}, "credHelpers": {}})}
    assert for_registry(REGISTRY, config, given) == ADA
    assert not Path(environ["KEPT"], "calls").exists()
    assert for_registry("other.example", config, given) == {}
    assert calls(environ) == ["get other.example"]


def test_the_helper_of_a_registry_comes_before_the_store_of_all(environ: Environ, install: Any) -> None:
    install("one", HELPER.replace("printf '%s %s", "printf 'one %s %s"))
    install("all", HELPER.replace("printf '%s %s", "printf 'all %s %s"))
    config = {"credsStore": "all", "credHelpers": {REGISTRY: "one", "file.example": ""}}
    for domain in (REGISTRY, "docker.io", "file.example"):
        for_registry(domain, config, environ)
    assert calls(environ) == [f"one get {REGISTRY}", f"all get {HUB_KEY}"]


def test_a_helper_keeps_gives_and_forgets(environ: Environ, install: Any) -> None:
    install("fake")
    config: dict[str, Any] = {"credsStore": "fake"}
    assert keep(ADA, config, environ) is False
    assert json.loads(config_file(environ).read_text()) == {"auths": {REGISTRY: {}}, "credsStore": "fake"}
    assert for_registry(REGISTRY, load_config(environ), environ) == ADA
    token = {"username": "ada", "password": "", "identitytoken": "its-token", "serveraddress": REGISTRY}
    keep(token, config, environ)
    assert for_registry(REGISTRY, config, environ) == {"identitytoken": "its-token", "serveraddress": REGISTRY}
    forget(REGISTRY, config, environ)
    assert for_registry(REGISTRY, config, environ) == {}
    assert load_config(environ) == {"auths": {}, "credsStore": "fake"}
    stored = f'{{"ServerURL":"{REGISTRY}","Username":"ada","Secret":"{PASSWORD}"}}'
    assert calls(environ)[0] == f"store {stored}"
    assert [line.partition(" ")[0] for line in calls(environ)] == ["store", "get", "store", "get", "erase", "get"]


def test_the_usual_helper_of_the_system_is_used_where_nothing_is_configured(
    environ: Environ, install: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert for_registry(REGISTRY, {}, environ) == {}
    install("osxkeychain")
    config: dict[str, Any] = {"psFormat": "x"}
    assert keep(ADA, config, environ) is False
    assert load_config(environ) == {"auths": {REGISTRY: {}}, "psFormat": "x", "credsStore": "osxkeychain"}
    assert for_registry(REGISTRY, {}, environ) == ADA
    assert for_registry(REGISTRY, {"auths": {"a.example": {"auth": AUTH}}}, environ) == {}


@pytest.mark.parametrize(("with_pass", "helper"), [(True, "pass"), (False, "secretservice")])
def test_linux_has_two_usual_helpers(
    environ: Environ, tmp_path: Path, install: Any, monkeypatch: pytest.MonkeyPatch, with_pass: bool, helper: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    alone = environ | {"PATH": f"{tmp_path / 'bin'}"}
    if with_pass:
        (tmp_path / "bin" / "pass").touch(0o755)
    install(helper, '#!/bin/sh\nprintf \'{"Username":"<token>","Secret":"%s"}\' $0')
    found = for_registry(REGISTRY, {}, alone)
    assert found["identitytoken"].endswith(f"docker-credential-{helper}")


FAILING = [
    pytest.param("#!/bin/sh\necho no; exit 3", 0o755, "err: exit status 3, out: `no`", id="says no"),
    pytest.param("#!/bin/sh\nkill -9 $$", 0o755, "err: signal: killed, out: ``", id="is killed"),
    pytest.param("", 0o755, "exec format error", id="is no program"),
    pytest.param(
        "#!/bin/sh", 0o644, 'exec: "docker-credential-bad": executable file not found in $PATH', id="must not run"
    ),
    pytest.param("#!/bin/sh\necho junk", 0o755, "the answer is not an object of texts", id="talks junk"),
    pytest.param("#!/bin/sh\necho '{\"Secret\": 5}'", 0o755, "the answer is not an object of texts", id="has a number"),
]


@pytest.mark.parametrize(("script", "mode", "reason"), FAILING)
def test_a_helper_that_fails_is_an_error(environ: Environ, install: Any, script: str, mode: int, reason: str) -> None:
    install("bad", script, mode)
    with pytest.raises(CredentialsError) as caught:
        for_registry(REGISTRY, {"credsStore": "bad"}, environ)
    assert str(caught.value).startswith("error getting credentials - err: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize("secret", [PASSWORD, 'with"quotes'])
def test_what_a_helper_did_not_keep_is_neither_shown_nor_written(environ: Environ, install: Any, secret: str) -> None:
    install("bad", "#!/bin/sh\ncat; exit 1")
    config: dict[str, Any] = {"credsStore": "bad"}
    with pytest.raises(CredentialsError, match="error storing credentials - err: exit status 1") as caught:
        keep(ADA | {"password": secret}, config, environ)
    assert not [part for part in secret.split('"') if part in str(caught.value)]
    assert config == {"credsStore": "bad"}
    assert not config_file(environ).exists()


def test_a_password_is_kept_in_the_file_where_there_is_no_helper(environ: Environ) -> None:
    config: dict[str, Any] = {}
    assert keep(ADA, config, environ | {"PATH": ""}) is True
    assert (
        config_file(environ).read_text()
        == f'{{\n\t"auths": {{\n\t\t"{REGISTRY}": {{\n\t\t\t"auth": "{AUTH}"\n\t\t}}\n\t}}\n}}'
    )
    assert stat.S_IMODE(config_file(environ).stat().st_mode) == 0o600
    assert for_registry(REGISTRY, load_config(environ), environ) == ADA
    before = config_file(environ).stat()
    assert keep(ADA, config, environ) is False
    assert config_file(environ).stat().st_ino == before.st_ino


def test_a_token_is_kept_without_the_password(environ: Environ) -> None:
    token = {**ADA, "password": "", "identitytoken": "its-token"}
    config: dict[str, Any] = {"auths": {}}
    assert keep(token, config, environ) is False
    assert load_config(environ) == {"auths": {REGISTRY: {"auth": "YWRhOg==", "identitytoken": "its-token"}}}
    assert for_registry(REGISTRY, config, environ) == {
        "username": "ada", "identitytoken": "its-token", "serveraddress": REGISTRY,
    }  # fmt: skip


def test_what_else_is_in_the_file_stays_as_it_is(environ: Environ) -> None:
    others = {"a.example": {"auth": AUTH, "unknown": 1}}
    text = json.dumps({"psFormat": "x", "strange": [1], "auths": others, "credsStore": "", "HttpHeaders": {"A": "ü"}})
    config_file(environ).write_text(text)
    config_file(environ).chmod(0o644)
    config = load_config(environ)
    keep(ADA, config, environ)
    found = load_config(environ)
    assert list(found) == ["psFormat", "strange", "auths", "credsStore", "HttpHeaders"]
    assert found["auths"] == {**others, REGISTRY: {"auth": AUTH}}
    assert stat.S_IMODE(config_file(environ).stat().st_mode) == 0o600
    forget(REGISTRY, config, environ)
    assert load_config(environ) == json.loads(text)
    assert list(Path(environ["DOCKER_CONFIG"]).iterdir()) == [config_file(environ)]


def test_a_link_to_the_file_stays_one(environ: Environ, tmp_path: Path) -> None:
    config_file(environ).symlink_to(tmp_path / "real.json")
    keep(ADA, {"auths": {}}, environ)
    assert config_file(environ).is_symlink()
    assert REGISTRY in (tmp_path / "real.json").read_text()


def test_a_file_that_cannot_be_written_stays_as_it_is(environ: Environ, monkeypatch: pytest.MonkeyPatch) -> None:
    config_file(environ).write_text('{"auths": {}}')

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    config: dict[str, Any] = {"auths": {}}
    with pytest.raises(EndpointError, match=r"config.json: No space left on device"):
        keep(ADA, config, environ)
    assert config == {"auths": {}}
    assert [path.read_text() for path in Path(environ["DOCKER_CONFIG"]).iterdir()] == ['{"auths": {}}']


def test_a_missing_directory_is_made_for_its_owner_alone(environ: Environ) -> None:
    environ["DOCKER_CONFIG"] += "/not/there"
    keep(ADA, {"auths": {}}, environ)
    assert stat.S_IMODE(Path(environ["DOCKER_CONFIG"]).stat().st_mode) == 0o700


def test_everything_is_what_the_file_and_the_helpers_keep(environ: Environ, install: Any) -> None:
    install("fake")
    config: dict[str, Any] = {"auths": {"a.example": {"auth": AUTH}, "empty.example": {}}}
    assert list(everything(config, environ)) == ["a.example"]
    keep(ADA, {"credsStore": "fake"}, environ)
    listed = environ | {"LISTED": REGISTRY}
    assert everything({**config, "credsStore": "fake"}, listed) == {REGISTRY: ADA}
    assert everything({**config, "credHelpers": {REGISTRY: "fake"}}, environ)[REGISTRY] == ADA
    given = environ | {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {"b.example": {"auth": AUTH}}})}
    assert list(everything(config, given)) == ["b.example"]


@pytest.mark.parametrize("helpers", [1, "x", ["r.example"], True])
def test_helpers_that_are_no_table_are_an_error_that_names_them(helpers: Any) -> None:
    with pytest.raises(CredentialsError, match=r"credHelpers of config\.json"):
        for_registry(REGISTRY, {"credHelpers": helpers}, {})
