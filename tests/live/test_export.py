"""Every verb's exported script is run before the engine: same calls, same output, same exit code, same state."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
import requests
from live.exports import EXPORTS, HELLO, SBOM, WITHOUT_CALLS, Export
from parity import normal
from parity.case import ANY_ORDER
from parity.sides import Engine, Outcome, Side, alone
from real_registry import STUDENT, behind_tokens, push

from rawdocker import compare
from rawdocker.registry.lock import Lock, Pin, keep
from rawdocker_cli.flags.index import all_verbs

pytestmark = pytest.mark.live

OURS = Path(sys.executable).parent / "rawdocker"
RUNNERS = {"curl": "sh", "python": sys.executable, "httpx": sys.executable, "requests": sys.executable}
SCRIPT = """\
#!/bin/sh
# Exports what a command line would send, and runs that instead.
{ours} --host {engine} --dry-run --as {form} "$@" > {folder}/script < /dev/null 2> {folder}/announced || exit
DOCKER_SOCK=${{DOCKER_HOST#unix://}} exec {runner} {folder}/script
"""
CASES = [pytest.param(export, id=export.case.id) for exports in EXPORTS.values() for export in exports]


@pytest.fixture(scope="session")
def engine(engine_host: str) -> Engine:
    return Engine(engine_host)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="export-") as name:
        yield Path(name)


CASES_WITHOUT_A_FORM = [each for exports in EXPORTS.values() for each in exports if set(RUNNERS) - {*each.forms}]


@pytest.fixture(scope="module", autouse=True)
def exported_image(registry: str) -> Iterator[None]:
    """Put course/exported:1 into the registry, and what refers to it; take both out again."""
    push(registry, "course/exported", "1", HELLO)
    push(registry, "course/exported", HELLO.digest.replace(":", "-"), SBOM)
    yield
    for each in (HELLO, SBOM):
        requests.delete(f"http://{registry}/v2/course/exported/manifests/{each.digest}", timeout=10).raise_for_status()


@pytest.mark.parametrize("export", CASES)
def test_a_script_does_what_its_verb_does(export: Export, engine: Engine, oracle: str, folder: Path) -> None:
    token = f"rd{uuid.uuid4().hex[:9]}x"
    values = {f"SECRET_{number}": value for number, value in enumerate(export.secrets, 1)}
    case = export.case._replace(env={**export.case.env, **values})
    with alone(case):
        expected = _compared(export, Side(OURS, oracle, engine, folder).run(case, token), engine)
        for form in export.forms:
            script = Side(_exporter(form, engine, folder), oracle, engine, folder).run(case, token)
            assert _compared(export, script, engine) == expected, f"--as {form}: {script.stderr}"
            if export.shown:
                shown = json.dumps(_documents(script.stdout), ensure_ascii=False)
                assert export.shown in shown, f"--as {form}: {script.stdout}"
            text = (folder / "script").read_text()
            assert not [secret for secret in export.secrets if secret in text or json.dumps(secret)[1:-1] in text]


def _exporter(form: str, engine: Engine, folder: Path) -> Path:
    """Return a program that exports the command line it is given, and runs that."""
    program = folder / "exporter"
    text = SCRIPT.format(ours=OURS, engine=f"unix://{engine.socket}", form=form, folder=folder, runner=RUNNERS[form])
    program.write_text(text)
    program.chmod(0o755)
    return program


def _compared(export: Export, outcome: Outcome, engine: Engine) -> dict[str, Any]:
    names = compare.Names(outcome.known, engine.constant)
    calls = [names.put_into(compare.EPOCH.sub("<epoch>", compare.line(request))) for request in outcome.requests]
    # the same files, but not each byte of an archive
    calls = [re.sub(r' \{"size": \d+\}$', "", call) for call in calls]
    return {
        "code": outcome.code,
        "stderr": outcome.stderr if outcome.code in (0, 3) and export.case.stderr else "",
        "stdout": "" if export.shown or not export.case.stdout else normal.text(outcome.stdout, names),
        "calls": sorted(calls) if export.case.calls == ANY_ORDER else calls,
        "files": normal.text(outcome.tree, names),
        "after": normal.text(outcome.after, names),
    }


def _documents(text: str) -> list[Any]:
    documents, position, decoder = [], 0, json.JSONDecoder()
    while position < len(text.rstrip()):
        document, position = decoder.raw_decode(text, position)
        documents.append(document)
        position += len(text[position:]) - len(text[position:].lstrip())
    return documents


@pytest.mark.parametrize("form", RUNNERS)
def test_a_script_talks_with_a_terminal(form: str, engine_host: str, own_name: str, folder: Path) -> None:
    words = ["run", "-it", "--rm", "--name", own_name, "busybox:1", "sh"]
    done = subprocess.run(
        [OURS, "-H", engine_host, "--dry-run", "--as", form, *words], capture_output=True, text=True, check=True
    )
    (folder / "script").write_text(done.stdout)
    with pexpect.spawn(RUNNERS[form], [str(folder / "script")], timeout=20, encoding="utf-8") as terminal:
        terminal.expect("# ")
        terminal.send("echo $((20 + 22)); exit 4\r")
        terminal.expect("\r\n42\r\n")
        terminal.expect(pexpect.EOF)
    assert terminal.exitstatus == 4


def test_every_verb_has_a_script_that_is_run() -> None:
    assert {verb.name for verb in all_verbs()} - WITHOUT_CALLS == set(EXPORTS)


@pytest.mark.parametrize("export", CASES_WITHOUT_A_FORM, ids=lambda export: export.case.id)
def test_a_form_that_cannot_do_it_says_so(export: Export, engine: Engine, oracle: str, folder: Path) -> None:
    for form in set(RUNNERS) - {*export.forms}:
        done = Side(_exporter(form, engine, folder), oracle, engine, folder).run(
            export.case, f"rd{uuid.uuid4().hex[:9]}x"
        )
        assert (done.code, done.stdout) == (125, "")
        assert f"--as {form} cannot do that: --as python does" in (folder / "announced").read_text()


def test_a_script_pins_into_a_lock(folder: Path) -> None:
    words = ["pin", "--write", "images.lock", "127.0.0.1:5000/course/exported:1"]
    exporting = [OURS, "--dry-run", "--as", "python", *words]
    exported = subprocess.run(exporting, cwd=folder, capture_output=True, check=True)
    (folder / "script").write_bytes(exported.stdout)
    assert not (folder / "images.lock").exists()
    subprocess.run([sys.executable, "script"], cwd=folder, check=True)
    (pin,) = Lock.read(str(folder / "images.lock")).pins.values()
    assert (pin.name, pin.tag, pin.digest) == ("127.0.0.1:5000/course/exported", "1", HELLO.digest)
    assert set(pin.platforms) == {"linux/amd64", "linux/arm64", "linux/arm/v7"}


@pytest.mark.parametrize("flag", ["--check", "--update"])
@pytest.mark.parametrize("digest", [HELLO.digest, HELLO.manifests[0].digest], ids=["as pinned", "moved"])
def test_a_script_compares_a_lock(folder: Path, monkeypatch: pytest.MonkeyPatch, flag: str, digest: str) -> None:
    monkeypatch.chdir(folder)
    image = "127.0.0.1:5000/course/exported"
    keep("images.lock", [Pin(image, "1", digest, HELLO.media_type, "", {}, "2026-11-24T04:08:26Z")])
    before = Path("images.lock").read_text()
    exporting = [OURS, "--dry-run", "--as", "python", "pin", flag]
    Path("script").write_bytes(subprocess.run(exporting, capture_output=True, check=True).stdout)
    assert Path("images.lock").read_text() == before
    script = subprocess.run([sys.executable, "script"], capture_output=True, check=False)
    (pin,) = Lock.read("images.lock").pins.values()
    assert pin.digest == (HELLO.digest if flag == "--update" else digest)
    Path("images.lock").write_text(before)
    verb = subprocess.run([OURS, "pin", flag], capture_output=True, check=False)
    assert (script.returncode, script.stdout, script.stderr) == (verb.returncode, verb.stdout, verb.stderr)


def test_a_script_ends_where_a_tag_names_something_else_than_when_it_was_made(folder: Path) -> None:
    words = ["registry", "config", "--platform", "linux/arm64", "127.0.0.1:5000/course/exported:1"]
    for form, runner in RUNNERS.items():
        done = subprocess.run([OURS, "--dry-run", "--as", form, *words], capture_output=True, text=True, check=True)
        other = "0" * 64
        (folder / "script").write_text(done.stdout.replace(HELLO.digest, f"sha256:{other}"))
        moved = subprocess.run([runner, folder / "script"], capture_output=True, text=True, check=False)
        assert (moved.returncode, moved.stdout) == (1, "")
        assert other in moved.stderr


@pytest.mark.parametrize("form", RUNNERS)
def test_a_script_fetches_the_tokens_that_a_registry_wants(folder: Path, form: str) -> None:
    (folder / "config.json").write_text("{}")
    environ = {**os.environ, "DOCKER_CONFIG": str(folder), "SECRET_1": STUDENT["password"]}
    with behind_tokens(folder / "registry") as (address, tokens):
        for path in ("public/web", "private/web"):
            push(address, path, "1", HELLO, credentials=STUDENT)
            tokens.asked.clear()
            words = ["registry", "config", "--platform", "linux/arm64", f"{address}/{path}:1"]
            exporting = [OURS, "--dry-run", "--as", form, *words]
            exported = subprocess.run(exporting, env=environ, capture_output=True, check=True)
            asked = {user for _, user, _ in tokens.asked}
            assert STUDENT["password"].encode() not in exported.stdout
            tokens.asked.clear()
            (folder / "script").write_bytes(exported.stdout)
            done = subprocess.run([RUNNERS[form], folder / "script"], env=environ, capture_output=True, check=True)
            assert done.stdout == HELLO.manifests[1].blobs[0]
            assert {user for _, user, _ in tokens.asked} == asked
            keep = {address: {"auth": b64encode(":".join(STUDENT.values()).encode()).decode()}}
            (folder / "config.json").write_text(json.dumps({"auths": keep}))
