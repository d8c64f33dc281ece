"""Files and images as tar archives: cp, export, save, load, import, commit."""

from __future__ import annotations

from rawdocker_cli.flags.common import QUIET
from rawdocker_cli.flags.flag import Flag, Verb, query
from rawdocker_cli.flags.kinds import BOOL, LIST, STRING
from rawdocker_cli.shell import PROGRAM

_OUTPUT = Flag(
    "output", STRING, "Write to this file, not to stdout", short="o", client="writes what is answered into the file"
)
_CHANGE = Flag("change", LIST, "Apply a Dockerfile instruction to the image", query("changes"), short="c")

VERBS = (
    Verb(
        "container cp",
        f"[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\t{PROGRAM} cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
        "Copy files between a container and this machine; - is a tar archive on stdin or stdout",
        2,
        2,
        "copy:cp",
        (
            "GET /containers/{id}/archive?path",
            "HEAD /containers/{id}/archive?path",
            "PUT /containers/{id}/archive?path&noOverwriteDirNonDir&copyUIDGID",
        ),
        (
            Flag(
                "archive",
                BOOL,
                "Keep the owners' numbers",
                short="a",
                wire=("?copyUIDGID",),
                client="keeps them in the archive that it packs or unpacks",
            ),
            Flag(
                "follow-link",
                BOOL,
                "Copy what a link SRC_PATH leads to",
                short="L",
                wire=("HEAD /containers/{id}/archive",),
                client="asks where the link leads, and for that path",
            ),
            Flag(
                "quiet",
                BOOL,
                "Do not tell how much was copied; so where stdout is no terminal",
                short="q",
                client=QUIET,
            ),
        ),
        aliases=("cp",),
        asks=("ContainerArchiveInfo",),
        words={
            "CONTAINER:SRC_PATH": ("{id}", "?path"),
            "DEST_PATH|-": ("{id}", "?path of PUT /containers/{id}/archive"),
        },
    ),
    Verb(
        "container export",
        "[OPTIONS] CONTAINER",
        "Write a container's file system as a tar archive",
        1,
        1,
        "archive:export",
        ("GET /containers/{id}/export",),
        (_OUTPUT,),
        aliases=("export",),
    ),
    Verb(
        "image save",
        "[OPTIONS] IMAGE [IMAGE...]",
        "Write images as a tar archive (to stdout unless told otherwise)",
        1,
        None,
        "archive:save",
        ("GET /images/get?names&platform",),
        (
            _OUTPUT,
            Flag("platform", STRING, "Only this os[/arch[/variant]]", wire=("?platform",), since="1.48"),
        ),
        aliases=("save",),
        words={"IMAGE": ("?names",)},
    ),
    Verb(
        "image load",
        "[OPTIONS]",
        "Load images from a tar archive (from stdin unless told otherwise)",
        0,
        0,
        "archive:load",
        ("POST /images/load?quiet&platform",),
        (
            Flag(
                "input",
                STRING,
                "Read this file, not stdin",
                short="i",
                wire=("<body>",),
                client="sends the file as it is",
            ),
            Flag("platform", STRING, "Only this os[/arch[/variant]]", wire=("?platform",), since="1.48"),
            Flag(
                "quiet", BOOL, "No progress; so where stdout is no terminal", short="q", wire=("?quiet",), client=QUIET
            ),
        ),
        aliases=("load",),
    ),
    Verb(
        "image import",
        "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
        "Make an image of a file system in a tar archive",
        1,
        None,
        "archive:import_image",
        ("POST /images/create?fromSrc&repo&message&changes&platform",),
        (
            _CHANGE,
            Flag("message", STRING, "The comment in the image's history", query("message"), short="m"),
            Flag("platform", STRING, "What it runs on, os[/arch[/variant]]", wire=("?platform",), since="1.32"),
        ),
        aliases=("import",),
        words={"file|URL|-": ("?fromSrc", "<body>"), "REPOSITORY[:TAG]": ("?repo",)},
    ),
    Verb(
        "container commit",
        "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
        "Make an image of what a container's file system is now",
        1,
        2,
        "archive:commit",
        ("POST /commit?container&repo&tag&comment&author&changes&pause",),
        (
            Flag("author", STRING, "Who made it, such as Ada <ada@example.org>", query("author"), short="a"),
            _CHANGE,
            Flag("message", STRING, "The comment in the image's history", query("comment"), short="m"),
            Flag("pause", BOOL, "Freeze the container meanwhile", query("pause"), short="p", default=True),
        ),
        aliases=("commit",),
        words={"CONTAINER": ("?container",), "REPOSITORY[:TAG]": ("?repo", "?tag")},
        interspersed=False,
    ),
)
