"""Headless Chromium for tests, spoken to over a pipe in the DevTools protocol: no driver and no library is needed.

with Browser.start() as browser:
    browser.open("file:///tmp/page.html")
    browser.press("j")
    assert browser.value("document.activeElement.tagName") == "SUMMARY"
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60
CODES = {"Enter": 13, "Tab": 9, "Escape": 27, "End": 35, "Home": 36, "Left": 37, "Up": 38, "Right": 39, "Down": 40}


def _high(number: int) -> int:
    """Return an open file under a number that is not one of those the browser uses."""
    moved = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(number)
    return moved


class Browser:
    """One page of one browser. Chromium reads messages at its file 3 and writes at 4, each ended by a zero byte."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._buffer = b""
        self._last = 0
        self._session = ""
        self.events: list[tuple[str, dict[str, Any]]] = []
        """What the browser told by itself since the page was opened."""
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.command(f"{domain}.enable")

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Browser]:
        """Start a browser with an empty profile, and end it."""
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program, "chromium is not installed"
        theirs_in, to = map(_high, os.pipe())
        back, theirs_out = map(_high, os.pipe())
        profile = tempfile.mkdtemp()
        command = ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", program, *FLAGS]
        process = subprocess.Popen(
            [*command, f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": profile},
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield cls(to, back)
        finally:
            os.close(to)
            os.close(back)
            process.terminate()
            process.wait(PATIENCE)
            shutil.rmtree(profile, ignore_errors=True)

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            if "method" in answer:
                self.events.append((answer["method"], answer.get("params", {})))

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._back], [], [], until - time.monotonic())
            assert ready, f"the browser has said nothing for {PATIENCE} s"
            data = os.read(self._back, 1 << 20)
            assert data, "the browser has ended"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def open(self, url: str) -> None:
        """Go to a page and wait until it is there."""
        self.events.clear()
        result = self.command("Page.navigate", url=url)
        assert "errorText" not in result, result
        while "Page.loadEventFired" not in [name for name, _ in self.events]:
            self.value("0")

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives, as JSON."""
        result = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, *keys: str, modifiers: int = 0) -> None:
        """Press and release keys: letters, or names such as Enter and ArrowDown."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            code = CODES.get(key.removeprefix("Arrow"), ord(key.upper()) if len(key) == 1 and key.isalnum() else 0)
            given = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
            self.command("Input.dispatchKeyEvent", type="keyDown", text=text, **given)
            self.command("Input.dispatchKeyEvent", type="keyUp", **given)

    def prefer(self, theme: str = "", media: str = "") -> None:
        """Let the person prefer light or dark, or look at the page in print."""
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.command("Emulation.setEmulatedMedia", media=media, features=features)

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def screenshot(self) -> bytes:
        """Return a picture of what is seen, as PNG."""
        return b64decode(self.command("Page.captureScreenshot", format="png")["data"])
