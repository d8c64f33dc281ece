"""Programs that drive the docker command drive rawdocker: the same script gives the same with both."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from python_on_whales import DockerClient
from python_on_whales.exceptions import DockerException, NoSuchContainer

pytestmark = pytest.mark.live

RAWDOCKER = str(Path(sys.executable).with_name("rawdocker"))
IMAGE = "busybox:1"


@pytest.fixture(params=["docker", "rawdocker"])
def command(request: pytest.FixtureRequest, oracle: str, engine_host: str) -> list[str]:
    return [oracle if request.param == "docker" else RAWDOCKER, "-H", engine_host]


@pytest.fixture
def whales(command: list[str]) -> DockerClient:
    return DockerClient(client_call=command)


def test_python_on_whales_takes_a_container_through_its_life(
    whales: DockerClient, own_name: str, tmp_path: Path
) -> None:
    whales.pull(IMAGE, quiet=True)
    assert whales.image.exists(IMAGE)
    assert whales.image.inspect(IMAGE).os == "linux"
    assert IMAGE in [tag for image in whales.image.list() for tag in image.repo_tags]
    box = whales.run(
        IMAGE, ["sh", "-c", "echo one; sleep 1000"], name=own_name, detach=True, envs={"A": "1"},
        labels={"l": own_name}, memory="64m", publish=[(0, 80)], hostname="whale", interactive=True,
    )  # fmt: skip
    assert whales.container.exists(own_name)
    assert whales.container.list(filters=[("label", f"l={own_name}")]) == [box]
    assert box.state.running
    assert box.config.env[0] == "A=1"
    assert box.host_config.memory == 64 << 20
    assert whales.execute(own_name, ["sh", "-c", "echo $A $HOSTNAME; hostname"]).split() == ["1", "whale", "whale"]
    (tmp_path / "file").write_text("copied")
    whales.copy(tmp_path / "file", (own_name, "/tmp/file"))
    whales.copy((own_name, "/tmp/file"), tmp_path / "back")
    assert (tmp_path / "back").read_text() == "copied"
    assert whales.logs(own_name) == "one\n"
    assert list(whales.logs(own_name, stream=True, tail=1)) == [("stdout", b"one\n")]
    assert [row.container_name for row in whales.stats(own_name)] == [own_name]
    box.pause()
    box.unpause()
    whales.container.rename(box, f"{own_name}-new")
    box.stop(time=0)
    box.start()
    box.kill()
    assert whales.wait(box) == 137
    whales.container.remove(box, force=True, volumes=True)
    with pytest.raises(NoSuchContainer):
        whales.container.inspect(f"{own_name}-new")


def test_python_on_whales_runs_in_the_foreground(whales: DockerClient, own_name: str) -> None:
    assert whales.run(IMAGE, ["echo", "hi"], remove=True, name=own_name) == "hi"
    lines = whales.run(
        IMAGE, ["sh", "-c", "echo out; sleep 0.2; echo err >&2"], remove=True, name=own_name, stream=True
    )
    assert list(lines) == [("stdout", b"out\n"), ("stderr", b"err\n")]
    with pytest.raises(DockerException, match="code 3"):
        whales.run(IMAGE, ["sh", "-c", "exit 3"], remove=True, name=own_name)


def test_python_on_whales_makes_networks_and_volumes(whales: DockerClient, own_name: str) -> None:
    network = whales.network.create(own_name, labels={"l": own_name})
    volume = whales.volume.create(own_name, labels={"l": own_name})
    try:
        assert network in whales.network.list(filters=[("label", f"l={own_name}")])
        assert volume in whales.volume.list(filters=[("label", f"l={own_name}")])
        with whales.run(IMAGE, ["sleep", "1000"], detach=True, name=own_name, volumes=[(volume, "/data")]) as box:
            whales.network.connect(network, box)
            assert own_name in box.network_settings.networks
            whales.network.disconnect(network, box)
            box.stop(time=0)
    finally:
        network.remove()
        volume.remove()
    assert not whales.volume.exists(own_name)


def test_python_on_whales_reads_the_engine(whales: DockerClient) -> None:
    assert whales.info().server_version
    assert whales.version().server.api_version == "1.41"


def asked(command: list[str], *words: str, stdin: bytes = b"") -> tuple[int, bytes]:
    done = subprocess.run([*command, *words], input=stdin, capture_output=True, check=False)
    return done.returncode, done.stdout


def test_the_ways_of_connection_plugins_and_test_fixtures(command: list[str], own_name: str) -> None:
    assert asked(command, "run", "-d", "-P", "--expose", "80", "--label", f"l={own_name}", "--name", own_name, IMAGE,
                 "sleep", "1000")[0] == 0  # fmt: skip
    copied = asked(
        command, "exec", "-i", own_name, "/bin/sh", "-c", "dd of=/tmp/x bs=65536; wc -c < /tmp/x", stdin=b"x" * 200_000
    )
    assert copied == (0, b"200000\n")
    assert asked(command, "exec", "-i", "-u", "root", own_name, "/bin/sh", "-c", "exit 7") == (7, b"")
    code, port = asked(command, "port", own_name, "80/tcp")
    assert code == 0
    assert port.startswith(b"0.0.0.0:")
    assert asked(command, "inspect", "--format", "{{.State.Running}} {{.Config.Image}}", own_name) == (
        0,
        b"true busybox:1\n",
    )
    assert asked(command, "inspect", "--format", '{{index .Config.Labels "l"}}', own_name) == (
        0,
        f"{own_name}\n".encode(),
    )
    assert len(asked(command, "ps", "-q", "--filter", f"label=l={own_name}")[1].split()) == 1
    row: Any = asked(command, "ps", "--filter", f"name={own_name}", "--format", "{{json .}}")
    assert b'"Image":"busybox:1"' in row[1]
    assert asked(command, "rm", "-fv", own_name) == (0, f"{own_name}\n".encode())
