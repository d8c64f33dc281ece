"""Exports offline: what scripts look like, that any text comes through, that secrets are in none of them.

The texts of tests/golden/export are compared as they are; `python tests/test_export.py` writes them anew.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st
from live.exports import ASKING_REGISTRIES, EXPORTS
from parity.case import PLACEHOLDER
from registries import index, mock_registry

import rawdocker
from rawdocker import calls
from rawdocker.call import Call
from rawdocker.export import FORMS, alone, request, script
from rawdocker.export.dialects import DIALECTS
from rawdocker.export.shell import FUNCTIONS
from rawdocker.host import Endpoint, TLSFiles
from rawdocker.operations import call_of
from rawdocker.plan import DryRun, Plan
from rawdocker.secrets import Redactor
from rawdocker_cli.main import run
from rawdocker_cli.progress import show

GOLDEN = Path(__file__).parent / "golden" / "export"
ENDPOINT = Endpoint("unix:///var/run/docker.sock", "test")
SECRET = "hunter2-$HOME-\"'`"
COMMANDS = {
    "run": "run --name web -e DB_PASSWORD=hunter2000 debian:12 echo hi",
    "exec-stdin": "exec -i web sh -c 'cat; exit 3'",
    "rm": "rm -f web db",
    "logs": "logs -f web",
    "cp": "cp /etc/hosts web:/srv/hosts.txt",
    "pull": "pull 127.0.0.1:5000/course/hello:1",
    "inspect": "inspect web",
}


ALL = index("linux/amd64", "linux/arm64")
REGISTRY_COMMANDS = {
    "registry-resolve": "registry resolve debian:12",
    "registry-config": "registry config --platform linux/arm64 debian:12",
    "registry-tags": "registry tags debian",
    "registry-platforms": "registry platforms debian:12",
    "registry-copy": "registry copy debian:12 127.0.0.1:5000/debian:12",
    "pin-write": "pin --write images.lock debian:12",
}
"""Those who ask a registry, which a mock is here."""
ONLY_LIBRARY = {"registry-copy", "pin-write"}


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Have a mock answer for debian:12, and for a registry that has nothing."""
    hub = "https://registry-1.docker.io/v2/library/debian"
    with respx.mock(assert_all_called=False) as router:
        mock_registry(router, hub, {"12": ALL})
        router.get(f"{hub}/tags/list").mock(return_value=httpx.Response(200, json={"tags": ["12"]}))
        router.head(url__startswith="http://127.0.0.1:5000/v2/debian").mock(return_value=httpx.Response(404))
        yield


def exported(words: list[str], form: str, how: str = "--dry-run=offline") -> str:
    """Return what a command line is exported to, without an engine."""
    raw = io.BytesIO()
    page = io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", write_through=True)
    with contextlib.redirect_stdout(page):
        code = run(["-H", ENDPOINT.url, how, "--as", form, *words])
    assert code == 0
    return raw.getvalue().decode("utf-8", "surrogateescape")


def goldens() -> list[tuple[str, str]]:
    some = [
        (name, form) for name in REGISTRY_COMMANDS for form in FORMS if form == "python" or name not in ONLY_LIBRARY
    ]
    return [(name, form) for name in COMMANDS for form in FORMS] + some


def made(name: str, form: str) -> str:
    if name in COMMANDS:
        return exported(shlex.split(COMMANDS[name]), form)
    with answering(), contextlib.redirect_stderr(io.StringIO()):
        return exported(shlex.split(REGISTRY_COMMANDS[name]), form, "--dry-run")


@pytest.mark.parametrize(("name", "form"), goldens())
def test_a_script_reads_as_it_did(name: str, form: str) -> None:
    assert made(name, form) == (GOLDEN / f"{name}.{form}.txt").read_text()


CASES = [export.case for verb, exports in EXPORTS.items() if verb not in ASKING_REGISTRIES for export in exports]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_script_can_be_read_by_who_runs_it(case: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"tmp": str(tmp_path), "start": "1", "end": "2", "img": "busybox:1", "label": "a=b"}
    for name in ("x.tar", "a.txt", "site"):
        (tmp_path / name).touch()
    words = shlex.split(PLACEHOLDER.sub(lambda found: values.get(found[1], found[1]), case.command))
    for form in ("python", "httpx", "requests"):
        compile(exported(words, form), form, "exec")
    text = exported(words, "curl").encode("utf-8", "surrogateescape")
    assert subprocess.run(["sh", "-n"], input=text, check=False).returncode == 0


def written(call: Call[Any], form: str, redactor: Redactor | None = None) -> str:
    return request(call.as_json(), form, prefix="/v1.41", endpoint=ENDPOINT, redactor=redactor)


TEXTS = st.text(st.characters(exclude_characters="\0\ufdd0\ufdd1", exclude_categories=("Cs",)), min_size=1)
CURL = """curl() { printf '%s\\0' "$@"; }\n"""


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_comes_through_a_shell(name: str, value: str) -> None:
    call = calls.container_create({"Image": value, "Labels": {name: value}}, name=value)
    text = CURL + written(call, "curl", Redactor(show=True))
    words = subprocess.run(["sh", "-c", text], capture_output=True, check=True).stdout.decode().split("\0")
    url = next(word for word in words if word.startswith("http:"))
    assert parse_qs(urlsplit(url).query, keep_blank_values=True) == {"name": [value]}
    assert json.loads(words[words.index("--data-binary") + 1]) == call.json_body()


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_comes_through_python(name: str, value: str) -> None:
    call = calls.container_create({"Image": value, "Labels": {name: value}}, name=value)
    for form in ("httpx", "requests"):
        sent = evaluated(written(call, form, Redactor(show=True)))
        assert (sent["json"], sent["params"]) == (call.json_body(), {"name": value})
    sent = evaluated(written(call, "python", Redactor(show=True)))
    assert sent["call"] == call


RECORDED = [
    ("POST", "/v1.41/containers/web/stop?t=3", {}, b""),
    ("POST", "/v1.41/containers/create?name=web", {}, b'{"Image":"debian:12","Cmd":["echo","it\'s $HOME `id`\\n"]}'),
    ("GET", "/v1.41/containers/web/logs?stdout=1&tail=all", {}, b""),
    ("POST", "/v1.41/containers/web/attach?stream=1", {}, b""),
    ("POST", "/v1.41/images/create?fromImage=x", {"X-Registry-Auth": "e30="}, b""),
    ("POST", "/v1.41/images/create?fromImage=x", {"X-Registry-Auth": "<redacted: X-Registry-Auth>"}, b""),
    ("GET", "/v1.41/info", {"X-Of-Ours": "yes"}, b""),
    ("GET", "/v1.41/containers/json?all=true&all=1", {}, b""),
    ("PO'ST;", "/v1.41/x?a=$(id)&b=%27", {"X-A": "'; rm -rf /"}, b""),
    ("PUT", "/v1.41/containers/web/archive?path=/", {"Content-Type": "application/x-tar"}, b"\0binary"),
    ("HEAD", "/_ping", {}, b""),
]
FILLED = {"SECRET_1": "<redacted: X-Registry-Auth>"}


@pytest.mark.parametrize(("method", "target", "headers", "body"), RECORDED)
def test_a_recorded_call_is_the_same_when_it_is_made_again(
    method: str, target: str, headers: dict[str, str], body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_of(method, target, headers, body or None)
    prefix = "/v1.41" if call.takes_version else ""
    kept = Kept()
    monkeypatch.setattr(rawdocker, "Client", lambda *words, **named: kept)
    monkeypatch.setitem(os.environ, "SECRET_1", FILLED["SECRET_1"])
    exec(alone(call, "python", prefix=prefix, endpoint=ENDPOINT), {})
    (made,) = kept.calls
    assert (made.method, made.target, made.headers) == (call.method, call.target, call.headers)
    assert made.json_body() == call.json_body()
    text = CURL + alone(call, "curl", prefix=prefix, endpoint=ENDPOINT)
    done = subprocess.run(["sh", "-c", text], capture_output=True, env={**os.environ, **FILLED}, check=True)
    words = done.stdout.decode().split("\0")
    assert words[words.index("--unix-socket") + 1] == ENDPOINT.path
    assert f"http://localhost{prefix}{call.target}" in words
    assert "--head" in words if method == "HEAD" else words[words.index("-X") + 1] == method
    assert {f"{name}: {value}" for name, value in headers.items()} <= set(words)


class Kept:
    """A client that keeps calls."""

    def __init__(self) -> None:
        self.calls: list[Call[Any]] = []

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __iter__(self) -> Any:
        return iter(())

    def send(self, call: Call[Any]) -> Kept:
        self.calls.append(call)
        return self

    stream = send


class Sender:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}

    def post(self, url: str, **arguments: Any) -> None:
        self.sent = {"url": url, **arguments}

    def send(self, call: Call[Any]) -> None:
        self.sent = {"call": call}


def evaluated(text: str, **names: Any) -> dict[str, Any]:
    sender = Sender()
    exec(text, {"client": sender, "session": sender, "docker": sender, "calls": calls, "os": os, **names})
    return sender.sent


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_a_secret_of_any_characters_comes_through(secret: str) -> None:
    text = script(planned({"Image": "x", "Env": [f"A_PASSWORD={secret}"]}), "curl", endpoint=ENDPOINT)
    shell = text.replace("ask() {", 'ask() { printf "%s\\0" "$@"; exit 0; ') + "\n"
    environ = {"SECRET_1": secret, "PATH": os.environ["PATH"]}
    done = subprocess.run(["sh", "-c", shell], capture_output=True, env=environ, check=True)
    words = done.stdout.decode().split("\0")
    assert json.loads(words[words.index("--data-binary") + 1])["Env"] == [f"A_PASSWORD={secret}"]


def planned(body: dict[str, Any]) -> Plan:
    dry = DryRun(version="1.41")
    dry.send(calls.container_create(body))
    return Plan(dry.steps, "1.41", False, [], 0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "words",
    [
        ["run", "-e", f"DB_PASSWORD={SECRET}", "x", "echo", f"TOKEN={SECRET}"],
        ["login", "-u", "student", "-p", SECRET, "localhost:5001"],
        ["import", "https://student:hunter2-planted@localhost/x.tar"],
        ["run", "-l", f"api_key={SECRET}", "x"],
        ["create", "-e", f"A_TOKEN={SECRET}", "-e", f"COPY={SECRET}", "x"],
    ],
    ids=lambda words: words[0] if isinstance(words, list) else words,
)
def test_a_secret_is_in_no_script(form: str, words: list[str]) -> None:
    text = exported(words, form)
    planted = "hunter2"
    assert planted not in text
    if form == "curl":
        assert re.search(r'^: "\$\{SECRET_1:\?', text, re.MULTILINE)
    elif form != "http":
        assert re.search(r'^SECRET_1 = os\.environ\["SECRET_1"\]  # ', text, re.MULTILINE)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_in_no_request_that_is_traced(form: str) -> None:
    call = calls.image_create(fromImage="x", X_Registry_Auth={"username": "a", "password": "hunter2-planted"})
    text = written(call, form)
    assert "hunter2" not in text
    assert "SECRET_1" in text or "{{value of password}}" in text


def test_secrets_that_may_be_shown_stand_in_the_script() -> None:
    plan = planned({"Image": "x", "Env": ["A_PASSWORD=hunter2-planted"]})
    assert "A_PASSWORD=hunter2-planted" in script(plan, "curl", endpoint=ENDPOINT, redactor=Redactor(show=True))


def test_credentials_are_a_document_of_which_only_the_password_is_a_variable() -> None:
    call = calls.image_create(fromImage="x", X_Registry_Auth={"username": "ada", "password": "hunter2-planted"})
    text = CURL + written(call, "curl")
    environ = {"SECRET_1": "other", "PATH": os.environ["PATH"]}
    words = subprocess.run(["sh", "-c", text], capture_output=True, env=environ, check=True).stdout.decode().split("\0")
    header = words[words.index("-H") + 1].removeprefix("X-Registry-Auth: ")
    assert json.loads(urlsafe_b64decode(header)) == {"username": "ada", "password": "other"}


def test_what_is_typed_like_a_placeholder_stays_what_it_is() -> None:
    text = exported(["run", "x", "echo", "<Id of create>"], "curl")
    assert '"<Id of create>"' in text


MESSAGES = [
    {"status": "Pulling from library/debian", "id": "12"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "abcdef012345"},
    {"status": "Downloading", "progressDetail": {"current": 5, "total": 10}, "progress": "[=> ]", "id": "abcdef012345"},
    {"status": "Pull complete", "progressDetail": {}, "id": "abcdef012345"},
    {"status": "The push refers to repository [localhost:5000/x]"},
    {"progressDetail": {}, "aux": {"Tag": "1", "Digest": "sha256:00", "Size": 527}},
    {"stream": "Loaded image: x:1\n"},
    {"status": 'Status: say "hi" to <b> & co'},
]


@pytest.mark.parametrize("form", ["curl", "python", "httpx", "requests"])
def test_progress_is_shown_as_the_verbs_show_it(form: str) -> None:
    page = io.StringIO()
    show(MESSAGES, page)
    lines = "".join(json.dumps(m, separators=(",", ":")).replace("<", "\\u003c") + "\r\n" for m in MESSAGES)
    if form == "curl":
        command = ["sh", "-c", f"tmp=/not/there\n{FUNCTIONS['progress']}\nprogress 1"]
        command[2] = command[2].replace('"$tmp/error"', "/dev/null")
        assert (
            subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout == page.getvalue()
        )
        return
    names: dict[str, Any] = {"json": json, "chunks": lambda answer: [lines.encode()[:30], lines.encode()[30:]]}
    for name in ("messages", "progress"):
        exec(DIALECTS[form].functions.get(name, ""), names)
    shown = io.StringIO()
    names["progress"](MESSAGES, shown)
    assert shown.getvalue() == page.getvalue()


TLS = Endpoint("tcp://engine:2376", "test", TLSFiles("/c/ca.pem", "/c/cert.pem", "/c/key.pem"))


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("curl", "--cacert /c/ca.pem --cert /c/cert.pem --key /c/key.pem"),
        ("python", 'TLSFiles(ca="/c/ca.pem", cert="/c/cert.pem", key="/c/key.pem", verify=True)'),
        ("httpx", 'verify="/c/ca.pem", cert=("/c/cert.pem", "/c/key.pem"), base_url="https://engine:2376"'),
        ("requests", 'session.verify = "/c/ca.pem"\nsession.cert = ("/c/cert.pem", "/c/key.pem")'),
        ("http", "Host: engine:2376"),
    ],
)
def test_an_engine_behind_tls_is_reached_with_its_certificates(form: str, wanted: str) -> None:
    text = script(planned({"Image": "x"}), form, endpoint=TLS)
    assert wanted in re.sub(r"\n    ", " ", re.sub(r"\(\n    ", "(", text))


@pytest.mark.parametrize("form", ["python", "httpx", "requests"])
def test_a_python_script_uses_what_it_imports_and_imports_what_it_uses(form: str) -> None:
    for name in [name for name, other in goldens() if other == form]:
        tree = ast.parse((GOLDEN / f"{name}.{form}.txt").read_text())
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        imported = {alias.name for node in imports for alias in node.names}
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        assert imported <= {node.id for node in names}
        own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        modules = {node.value.id for node in ast.walk(tree)
                   if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}  # fmt: skip
        assert not (modules & set(sys.stdlib_module_names)) - imported - own


if __name__ == "__main__":
    for name, form in goldens():
        (GOLDEN / f"{name}.{form}.txt").write_text(made(name, form))
