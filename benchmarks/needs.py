"""What rows need of the stage before they are played: containers, files, images, a log; and the one odd measurement.

Each function takes the stage and a size, and returns what commands name in braces, and: bytes, that pass; each, the
number of calls; done, what programs must report.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
from collections.abc import Callable
from functools import partial
from time import perf_counter, time
from typing import Any

from benchmarks.measure import Sample, ended, environment
from benchmarks.stage import Stage
from benchmarks.standin import serving

LINES = 200
"""Lines whose way through `logs -f` is timed."""


def box(stage: Stage, size: int) -> dict[str, Any]:
    """A container that runs, which so many calls ask for."""
    return {"box": stage.box, "done": size, "each": size}


def image(stage: Stage, size: int) -> dict[str, Any]:
    """An image with one layer of zeros, imported; and saved."""
    archive = stage.folder / "layer.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(stage.zeros(size), "zeros")
    saved = stage.folder / "saved.tar"
    docker = ("docker", "-H", f"unix://{stage.socket}")
    subprocess.run([*docker, "import", archive, "bench:1"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*docker, "save", "-o", saved, "bench:1"], check=True)
    archive.unlink()
    return {"bytes": saved.stat().st_size, "saved": saved}


def logged(stage: Stage, size: int) -> dict[str, Any]:
    """A container that has written so many lines."""
    box = stage.once(f"logs-{size}", lambda: stage.ended("seq", str(size)))
    done = sum(len(str(number)) + 1 for number in (range(1, size + 1)))
    return {"box": box, "done": done, "bytes": done}


def piped(stage: Stage, size: int) -> dict[str, Any]:
    """Commands that write and read so many bytes."""
    size -= size % 65536
    script = f"dd if=/dev/zero bs=64k count={size // 65536} 2>/dev/null"
    swallow = "dd of=/dev/null bs=64k 2>/dev/null"
    return {
        "box": stage.box,
        "bytes": size,
        "done": size,
        "script": script,
        "swallow": swallow,
        "zeros": stage.zeros(size),
    }


def file_inside(stage: Stage, size: int) -> dict[str, Any]:
    """A file in the container."""
    stage.once(f"inside-{size}", lambda: stage.run(stage.box, f"head -c {size} /dev/zero > /zeros"))
    return {"box": stage.box, "bytes": size}


def file_outside(stage: Stage, size: int) -> dict[str, Any]:
    """A file on this side, and an archive of it."""
    archive = stage.folder / "zeros.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(stage.zeros(size), "zeros")
    return {"box": stage.box, "bytes": size, "zeros": stage.zeros(size), "archive": archive}


def files_inside(stage: Stage, size: int) -> dict[str, Any]:
    """A folder of small files in the container."""
    make = f"mkdir -p /many; for i in $(seq {size}); do echo file $i > /many/$i; done"
    stage.once(f"many-inside-{size}", lambda: stage.run(stage.box, make))
    return {"box": stage.box}


def files_outside(stage: Stage, size: int) -> dict[str, Any]:
    """A folder of small files on this side."""
    folder = stage.folder / "many"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(size):
        (folder / str(number)).write_text(f"file {number}\n")
    return {"box": stage.box, "many": folder}


def no_copy(stage: Stage) -> None:
    """Remove what was copied here."""
    shutil.rmtree(stage.folder / "copy", ignore_errors=True)
    (stage.folder / "copy").mkdir()


def no_pulled_image(stage: Stage) -> None:
    """Remove what was pulled."""
    if any("debian:12" in (image["RepoTags"] or ()) for image in stage.ask("GET", "/images/json")):
        stage.ask("DELETE", "/images/debian:12?force=1")


def listed(stage: Stage, size: int) -> dict[str, Any]:
    """So many containers, all of which are listed."""
    stage.containers(size)
    stage.afterwards(partial(stage.containers, 0))  # what others list before they are measured is not this
    return {"done": size, "times": 5, "each": 5}


def an_event(stage: Stage) -> bytes:
    """Return an event as the engine sends it."""
    engine = stage.engine()
    engine.request("GET", f"/events?since=1&until={int(time())}")
    return engine.getresponse().readline()


def events(stage: Stage, size: int) -> dict[str, Any]:
    """Let a stand-in repeat an event of the engine."""
    assert stage.box, "its creation is an event"
    event = an_event(stage)
    socket = str(stage.folder / "events.sock")
    stage.enter(serving(socket, event, size))
    return {"host": f"unix://{socket}", "socket": socket, "done": size, "bytes": len(event) * size}


def to_parse(stage: Stage, size: int) -> dict[str, Any]:
    """Files of what an engine sends: a log as frames and as chunks, a stream of bytes as frames, events, containers."""
    # Pieces, not whole files: our own memory is the least peak that can be told of others.
    container, event = stage.ask("GET", "/containers/json?all=1")[0], an_event(stage)
    frame = b"\x01\0\0\0%b%b"
    lines = [b"line %d\n" % number for number in range(1000)]
    contents = {
        "small": (frame % (len(line).to_bytes(4, "big"), line) for _ in range(size // 1000) for line in lines),
        "chunked": (b"%x\r\n%b\r\n" % (len(line), line) for _ in range(size // 1000) for line in lines),
        "large": (frame % ((32768).to_bytes(4, "big"), bytes(32768)) for _ in range(size // 100)),
        "events": (event for _ in range(size // 4)),
        "containers": [json.dumps([container] * 1000).encode()],
    }
    return {name: stage.file(f"parse-{name}", content) for name, content in contents.items()}


def parsed(name: str, times: int = 1) -> Callable[[Stage, int], dict[str, Any]]:
    """Prepare the parsing of one of these files."""

    def prepare(stage: Stage, size: int) -> dict[str, Any]:
        assert stage.box
        values = stage.once(f"parse-{size}", lambda: to_parse(stage, size))
        return {**values, "bytes": os.path.getsize(values[name]) * times, "times": times}

    return prepare


def latency(words: list[str], stage: Stage) -> Sample:
    """Return as wall time what a line takes from a container's process through `logs -f` to our eyes."""
    box, stdin = stage.conversation()
    words = [word.replace("BOX", box) for word in words]
    with subprocess.Popen(words, stdout=subprocess.PIPE, bufsize=0, env=environment(stage)) as process, stdin:
        assert process.stdout is not None
        taken = []
        for number in range(LINES):
            line, seen, started = b"line %d end\n" % number, b"", perf_counter()
            stdin.sendall(line)
            while line not in seen:
                seen += process.stdout.read(65536) or sys.exit(f"{' '.join(words)}: ended")
            taken.append(perf_counter() - started)
        process.kill()
        sample = ended(process, 0)
    stage.ask("DELETE", f"/containers/{box}?force=1")
    return sample._replace(wall=statistics.median(taken[LINES // 10 :]))
