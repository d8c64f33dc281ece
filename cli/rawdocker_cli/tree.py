"""images --tree: each image with its platforms below it, in columns that fit the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from rawdocker_cli import note
from rawdocker_cli.shell import Shell
from rawdocker_cli.terminal import window_size
from rawdocker_cli.units import human_size, truncate_id

LEAST_WIDTH, USUAL_WIDTH, LEAST_NAME = 20, 80, 12
GAP = "   "
BRANCH, LAST_BRANCH = "├─ ", "└─ "
BRANCH_BYTES = 7
"""What docker adds to a platform's length: the bytes of a branch, though it is three columns wide."""

BLUE, DEFAULT, FAINT, YELLOW = "34", "39", "2", "93"
TITLE = (DEFAULT, note.BOLD)
WARNING = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on."


class Part(NamedTuple):
    """What a line tells of an image or of one of its platforms."""

    id: str
    total: int
    content: int
    used: bool


class Platform(NamedTuple):
    """One of the manifests of an image that can be run somewhere."""

    name: str
    available: bool
    part: Part


class Image(NamedTuple):
    """A line of its own for all but the last name, then that with the rest, then the platforms."""

    names: list[str]
    part: Part
    platforms: list[Platform]


class Column(NamedTuple):
    """A column behind the first, which has the names."""

    title: str
    width: int
    text: Callable[[Part], str]
    right: bool = False
    plain: bool = False
    """Whether its text has colours of its own."""


def show_tree(shell: Shell, found: list[dict[str, Any]]) -> None:
    """Write images as a tree, the newest first."""
    view = _View([_image(image) for image in sorted(found, key=lambda image: -(image.get("Created") or 0))])
    shell.write("".join(f"{line}\n" for line in view.lines()))


def _image(image: dict[str, Any]) -> Image:
    manifests = image.get("Manifests") or []
    platforms = [_platform(manifest) for manifest in manifests if manifest["Kind"] == "image"]
    content = sum(manifest["Size"]["Content"] for manifest in manifests)
    used = image["Containers"] > 0 or any(platform.part.used for platform in platforms)
    names = sorted(image.get("RepoTags") or [], key=lambda name: -len(name))
    return Image(names, Part(image["Id"], image["Size"], content, used), platforms)


def _platform(manifest: dict[str, Any]) -> Platform:
    data, size = manifest["ImageData"], manifest["Size"]
    parts = [data["Platform"].get(name) for name in ("os", "architecture", "variant")]
    name = "/".join(filter(None, parts)) if parts[0] else "unknown"
    part = Part(manifest["ID"], size["Total"], size["Content"], bool(data.get("Containers")))
    return Platform(name, manifest["Available"], part)


class _View:
    def __init__(self, images: list[Image]) -> None:
        self._images = images
        self._terminal = sys.stdout.isatty()
        self._width = max(window_size()[1] or USUAL_WIDTH, LEAST_WIDTH)
        self._columns, room = _fitting(self._all_columns(), self._width)
        named = [len(name) for image in images for name in image.names]
        below = [len(platform.name) + BRANCH_BYTES for image in images for platform in image.platforms]
        self._name_width = min(room, max(len("Image"), *named, *below, 0))

    def lines(self) -> list[str]:
        if self._terminal:
            warning, used = note.styled(WARNING, YELLOW), self._used(True)
        else:
            warning, used = WARNING, "U"
        legend = f"{note.head(terminal=self._terminal)} {used} In Use "
        shown = note.COLUMNS + len(f" {'   ' if self._terminal else 'U'} In Use ")
        titles = [_cell("IMAGE", self._name_width, TITLE)]
        titles += [_cell(column.title.upper(), column.width, TITLE, column.right) for column in self._columns]
        lines = [warning, " " * (self._width - shown) + legend, "", GAP.join(titles)]
        spaced = any(image.platforms for image in self._images)
        for image in self._images:
            lines += self._lines_of(image)
            lines += [""] * spaced
        return lines

    def _lines_of(self, image: Image) -> list[str]:
        name_style, style = self._style(BLUE, note.BOLD), self._style(DEFAULT)
        *above, last = image.names or ["<untagged>"]
        if not image.names:
            name_style = self._style(DEFAULT, FAINT)
        columns = window_size()[1]
        lines = [note.styled(_cut(name, columns), *name_style) for name in above]
        lines.append(_cell(last, self._name_width, name_style) + self._details(image.part, style))
        for number, (name, available, part) in enumerate(image.platforms, 1):
            own = style if available else self._style(DEFAULT, FAINT)
            branch = LAST_BRANCH if number == len(image.platforms) else BRANCH
            lines.append(_cell(branch + name, self._name_width, own) + self._details(part, own))
        return lines

    def _details(self, part: Part, style: tuple[str, ...]) -> str:
        cells = [
            _cell(column.text(part), column.width, () if column.plain else style, column.right)
            for column in self._columns
        ]
        return "".join(GAP + cell for cell in cells)

    def _style(self, *codes: str) -> tuple[str, ...]:
        return codes if self._terminal else ()

    def _all_columns(self) -> list[Column]:
        # docker looks only at platforms for what the last column may have to show
        any_used = any(platform.part.used for image in self._images for platform in image.platforms)
        return [
            Column("ID", 12, lambda part: truncate_id(part.id)),
            Column("Disk usage", 10, lambda part: human_size(part.total, 3), right=True),
            Column("Content size", 12, lambda part: human_size(part.content, 3), right=True),
            Column("Extra", len("Extra"), lambda part: self._used(part.used) if any_used else "", plain=True),
        ]

    def _used(self, used: bool) -> str:
        if not self._terminal:
            return "U" if used else " "
        return "\x1b[38;5;0m\x1b[48;5;14m U \x1b[0m" if used else "   "


def _fitting(columns: list[Column], width: int) -> tuple[list[Column], int]:
    """Return the first columns that leave room for a name, and that room."""
    for number, column in enumerate(columns):
        left = width - column.width - len(GAP)
        if left < LEAST_NAME:
            return columns[:number], width
        width = left
    return columns, width


def _cell(text: str, width: int, style: tuple[str, ...], right: bool = False) -> str:
    shown = len(_without_codes(text))
    if shown > width:
        return note.styled(_cut(text, width), *style)
    filled = note.styled(text, *style)
    blanks = " " * (width - shown)
    return blanks + filled if right else filled + blanks


def _cut(text: str, width: int) -> str:
    """Return a text that is shorter than a width, with an ellipsis at its end where it was not; 0: any width."""
    return text if not width or len(text) < width else text[: width - 1] + "…"


def _without_codes(text: str) -> str:
    import re

    return re.sub("\x1b[^m]*m", "", text)
