"""Images, networks, volumes and the engine itself, told by the command line and checked by asking without it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines import LABEL, ask

pytestmark = pytest.mark.live

Command = Callable[..., tuple[int, str, str]]
PROGRAM = Path(sys.executable).with_name("rawdocker")


@pytest.fixture
def rawdocker(engine_host: str) -> Command:
    """Give a function that runs the command against the engine."""

    def command(*words: str, **environment: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [PROGRAM, "-H", engine_host, *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        return done.returncode, done.stdout, done.stderr

    return command


@pytest.fixture
def repository(engine_host: str, registry: str, own_name: str) -> str:
    """Give a repository at the tests' registry, with busybox:1 pushed as tags 1 and 2 and not in the engine."""
    name = f"{registry}/{own_name}"
    for tag in ("1", "2"):
        ask(engine_host, "POST", "/images/busybox:1/tag", params={"repo": name, "tag": tag})
        ask_text(engine_host, f"/images/{name}/push?tag={tag}")
        ask(engine_host, "DELETE", f"/images/{name}:{tag}")
    return name


def ask_text(host: str, path: str) -> str:
    """Post with empty credentials and return the text of the answer, a stream of JSON."""
    import requests_unixsocket

    base = f"http+unix://{host.removeprefix('unix://').replace('/', '%2F')}"
    with requests_unixsocket.Session() as session:
        answer = session.post(base + path, headers={"X-Registry-Auth": "e30="}, timeout=60)
        answer.raise_for_status()
        assert '"error"' not in answer.text
        return answer.text


def tags_of(host: str, repository: str) -> set[str]:
    found = ask(host, "GET", "/images/json", params={"filters": json.dumps({"reference": [repository]})})
    return {tag.rpartition(":")[2] for image in found for tag in image["RepoTags"] or []}


def test_an_image_is_pulled_listed_tagged_and_removed(rawdocker: Command, engine_host: str, repository: str) -> None:
    code, out, err = rawdocker("pull", f"{repository}:1")
    assert (code, err) == (0, "")
    name = repository.partition("/")[2]
    lines = out.splitlines()
    assert lines[0] == f"1: Pulling from {name}"
    assert lines[-2:] == [f"Status: Downloaded newer image for {repository}:1", f"{repository}:1"]
    assert tags_of(engine_host, repository) == {"1"}
    assert rawdocker("pull", "-q", "-a", repository) == (0, f"{repository}\n", "")
    assert tags_of(engine_host, repository) == {"1", "2"}
    assert rawdocker("tag", f"{repository}:1", f"{repository}:3") == (0, "", "")
    listed = rawdocker("images", "--format", "{{.Tag}}", repository)[1]
    assert sorted(listed.split()) == ["1", "2", "3"]
    digest = ask(engine_host, "GET", f"/images/{repository}:1/json")["RepoDigests"]
    (digest,) = [text for text in digest if text.startswith(repository)]
    assert rawdocker("pull", "-q", digest) == (0, f"{digest}\n", "")
    code, out, err = rawdocker("rmi", f"{repository}:1", f"{repository}:nope", f"{repository}:2", f"{repository}:3")
    assert (code, err) == (1, f"Error response from daemon: No such image: {repository}:nope\n")
    assert out.startswith(f"Untagged: {repository}:1\n")
    assert tags_of(engine_host, repository) == set()


def test_a_missing_tag_is_refused_by_the_registry(rawdocker: Command, repository: str) -> None:
    code, out, err = rawdocker("pull", f"{repository}:nope")
    assert (code, out) == (1, "")
    assert (
        err
        == f"Error response from daemon: manifest for {repository}:nope not found: manifest unknown: manifest unknown\n"
    )


def test_a_locked_registry_opens_to_stored_credentials(
    rawdocker: Command, locked_registry: str, tmp_path: Path
) -> None:
    wanted = f"{locked_registry}/nothing/here:1"
    code, _, err = rawdocker("pull", wanted)
    assert code == 1
    assert "no basic auth credentials" in err
    (tmp_path / "config.json").write_text(json.dumps({"auths": {locked_registry: {"auth": "c3R1ZGVudDpzZWNyZXQ="}}}))
    code, _, err = rawdocker("-TTT", "pull", wanted, DOCKER_CONFIG=str(tmp_path))
    assert code == 1
    assert "manifest unknown" in err
    assert "c3R1ZGVudDpzZWNyZXQ" not in err
    assert "secret" not in err


def test_an_index_is_searched(rawdocker: Command, index: str) -> None:
    code, out, err = rawdocker("search", "--limit", "2", f"{index}/debian")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["NAME", "debian", "course/debian-tools"]
    code, out, err = rawdocker("search", "127.0.0.1:9/debian")
    assert (code, out) == (1, "")
    assert err.startswith('Error response from daemon: invalid registry endpoint "http://127.0.0.1:9/v1/"')


def test_a_network_is_made_joined_left_and_removed(rawdocker: Command, engine_host: str, own_name: str) -> None:
    label = f"{LABEL}={own_name}"
    words = ("--subnet", "10.231.7.0/24", "--gateway", "10.231.7.1", "--aux-address", "x=10.231.7.9", "--label", label)
    code, out, err = rawdocker("network", "create", *words, own_name)
    assert (code, err) == (0, "")
    found = ask(engine_host, "GET", f"/networks/{own_name}")
    assert found["Id"] == out.strip()
    assert found["Driver"] == "bridge"
    assert found["IPAM"]["Config"] == [
        {"Subnet": "10.231.7.0/24", "Gateway": "10.231.7.1", "AuxiliaryAddresses": {"x": "10.231.7.9"}}
    ]
    code, _, err = rawdocker("network", "create", own_name)
    assert (code, err) == (1, f"Error response from daemon: network with name {own_name} already exists\n")
    body = {"Image": "busybox:1", "Cmd": ["sleep", "100"], "Labels": {LABEL: own_name}}
    ask(engine_host, "POST", "/containers/create", params={"name": own_name}, json=body)
    assert rawdocker("network", "connect", "--ip", "10.231.7.5", "--alias", "box", own_name, own_name) == (0, "", "")
    joined = ask(engine_host, "GET", f"/containers/{own_name}/json")["NetworkSettings"]["Networks"][own_name]
    assert joined["IPAMConfig"]["IPv4Address"] == "10.231.7.5"
    assert "box" in joined["Aliases"]
    assert rawdocker("network", "disconnect", own_name, own_name) == (0, "", "")
    assert rawdocker("network", "ls", "-f", f"label={label}", "--format", "{{.Name}}") == (0, f"{own_name}\n", "")
    removed = rawdocker("network", "rm", own_name, own_name)
    assert removed == (1, f"{own_name}\n", f"Error response from daemon: network {own_name} not found\nexit status 1\n")
    assert ask(engine_host, "GET", "/networks", params={"filters": json.dumps({"name": [own_name]})}) == []


def test_a_volume_is_made_listed_and_removed(rawdocker: Command, engine_host: str, own_name: str) -> None:
    label = f"{LABEL}={own_name}"
    words = ("--label", label, "-o", "type=tmpfs", "-o", "device=tmpfs")
    assert rawdocker("volume", "create", *words, own_name) == (0, f"{own_name}\n", "")
    found = ask(engine_host, "GET", f"/volumes/{own_name}")
    assert (found["Labels"], found["Options"]) == ({LABEL: own_name}, {"type": "tmpfs", "device": "tmpfs"})
    assert rawdocker("volume", "ls", "-q", "-f", f"label={label}") == (0, f"{own_name}\n", "")
    missing = f"Error response from daemon: get {own_name}: no such volume\n"
    assert rawdocker("volume", "rm", own_name, own_name) == (1, f"{own_name}\n", missing)


def test_prunes_remove_what_a_filter_leaves(rawdocker: Command, engine_host: str, own_name: str) -> None:
    labels = {LABEL: own_name}
    chosen = ("-f", "--filter", f"label={LABEL}={own_name}")
    ask(engine_host, "POST", "/networks/create", json={"Name": own_name, "Labels": labels})
    ask(engine_host, "POST", "/volumes/create", json={"Name": own_name, "Labels": labels})
    assert rawdocker("network", "prune", *chosen) == (0, f"Deleted Networks:\n{own_name}\n\n", "")
    code, out, err = rawdocker("volume", "prune", *chosen)
    assert (code, err) == (0, "")
    assert out == f"Deleted Volumes:\n{own_name}\n\nTotal reclaimed space: 0B\n"
    assert rawdocker("image", "prune", *chosen) == (0, "Total reclaimed space: 0B\n", "")


def test_version_and_info_say_what_the_engine_says(rawdocker: Command, engine_host: str) -> None:
    version, info = ask(engine_host, "GET", "/version"), ask(engine_host, "GET", "/info")
    assert rawdocker("version", "-f", "{{.Server.Version}}") == (0, f"{version['Version']}\n", "")
    assert f"\n  Version:          {version['Version']}\n" in rawdocker("version")[1]
    code, out, _ = rawdocker("info")
    assert code == 0
    assert f"\n Name: {info['Name']}\n ID: {info['ID']}\n" in out
    printed: dict[str, Any] = json.loads(rawdocker("info", "-f", "json")[1])
    assert printed["ID"] == info["ID"]
    assert printed["ClientInfo"]["Context"] == "default"


def test_events_come_as_they_happen_and_end_at_ctrl_c(engine_host: str, own_name: str) -> None:
    chosen = ["-f", f"volume={own_name}", "--format", "{{.Action}} {{.Actor.ID}}"]
    with subprocess.Popen(
        [PROGRAM, "-H", engine_host, "events", "--since", "1m", *chosen],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdout is not None
        ask(engine_host, "POST", "/volumes/create", json={"Name": own_name})
        assert process.stdout.readline() == f"create {own_name}\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 130
