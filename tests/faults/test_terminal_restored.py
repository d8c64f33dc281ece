"""A terminal is as it was before, whatever breaks the connection that it was carried over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import remove_all
from faults.breaking import Breaking, Fault, Link, cut_at, cut_behind, says_instead, spoils_the_body
from faults.commands import RAWDOCKER, environment, ran
from terminal.seat import Client, pristine

pytestmark = pytest.mark.faults

IMAGE = "busybox:1"
SCREEN = (24, 80)
SHOWS = "i=0; while [ $i -lt 20 ]; do echo line $i; sleep 0.1; i=$((i+1)); done"

FAULTS = {
    "closed before the answer": Fault(cut_at(0)),
    "closed in the middle": Fault(cut_behind(20)),
    "half closed in the middle": Fault(cut_behind(20, Link.half_close)),
    "reset in the middle": Fault(cut_behind(20, Link.reset), tcp=True),
    "nonsense for an answer": Fault(says_instead(b"\x00\xff\x13 no answer\r\n\r\n")),
    "nonsense in the stream": Fault(spoils_the_body),
    "no second connection": Fault(connections=1),
}

LINES = {
    "run": (f"run -it --rm --name {{own}} {IMAGE} sh -c '{SHOWS}'", "POST .*/attach"),
    "run, when it starts": (f"run -it --rm --name {{own}} {IMAGE} sh -c '{SHOWS}'", "POST .*/start"),
    "run, when it ends": (f"run -it --rm --name {{own}} {IMAGE} sh -c '{SHOWS}'", "POST .*/wait"),
    "exec": (f"exec -it {{box}} sh -c '{SHOWS}'", "POST /exec/.*/start"),
    "attach": ("attach {talker}", "POST .*/attach"),
    "start": ("start -ai {talker}", "POST .*/attach"),
}


@pytest.fixture(scope="module")
def boxes(engine_host: str, oracle: str) -> Iterator[dict[str, str]]:
    """Return the names of two containers with a terminal: one that runs, and one that talks for two seconds."""
    own = f"rd-{uuid.uuid4().hex[:12]}"
    names = {"box": f"{own}-box", "talker": f"{own}-talker"}
    assert ran(oracle, engine_host, ["run", "-itd", "--name", names["box"], IMAGE, "sleep", "1000"]).code == 0
    assert ran(oracle, engine_host, ["create", "-it", "--name", names["talker"], IMAGE, "sh", "-c", SHOWS]).code == 0
    yield names
    remove_all(engine_host, own)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", LINES)
def test_a_terminal_is_given_back(
    verb: str, fault: str, engine_host: str, oracle: str, boxes: dict[str, str], own_name: str, tmp_path: Path
) -> None:
    line, request = LINES[verb]
    if verb == "attach":
        ran(oracle, engine_host, ["start", boxes["talker"]])
    with Breaking(engine_host, tmp_path / "s", FAULTS[fault], request) as proxy:
        command = f"{RAWDOCKER} {line.format(own=own_name, **boxes)}"
        client = Client(command, SCREEN, str(tmp_path), environment(proxy.host, TERM="xterm"))
        try:
            _, settings = client.ended()
        finally:
            client.kill()
    assert settings == pristine()
    assert "Traceback" not in "".join(client.screen())
