"""login, logout, and the credentials that pull, push, create and search take along."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from parity.case import Case, usage

OPEN, LOCKED, INDEX = "127.0.0.1:5000", "127.0.0.1:5001", "127.0.0.1:5002"
STUDENT = {LOCKED: {"auth": "c3R1ZGVudDpzZWNyZXQ="}}
OTHERS = {"a.example": {"auth": "YTpi"}}
HELPERS = Path(__file__).parents[2] / "helpers"
LOGIN = f"login -u student -p secret {LOCKED}"
KEPT = {"credsStore": "kept"}
BROKEN = {"credsStore": "not-there"}
LAYER = r"Mounted from \S+|Layer already exists|Pushed"
TAGGED = f"tag {{img}} {LOCKED}/{{new}}:1"


def with_config(command: str, name: str, config: Any = None, *, stdin: str | None = None, **rest: Any) -> Case:
    """Return a case with a configuration of its own, a helper on the path, and what is in both compared afterwards."""
    files = {} if config is None else {"config.json": json.dumps(config, indent="\t")}
    path = f"{HELPERS}:{os.environ['PATH']}"
    env = {"DOCKER_CONFIG": "{tmp}", "KEPT": "{tmp}", "PATH": path}
    return Case(command, files=files, env=env, name=name, stdin=stdin, **rest)


LOGINS = [
    with_config(LOGIN, "nothing is kept yet"),
    with_config(LOGIN, "the same is kept", {"auths": STUDENT}),
    with_config(LOGIN, "others are kept", {"auths": OTHERS}),
    with_config(LOGIN, "a helper keeps it", {"auths": {}, **KEPT}),
    with_config(LOGIN, "a helper of the registry keeps it", {"auths": OTHERS, "credHelpers": {LOCKED: "kept"}}),
    with_config(LOGIN, "the helper is not there", {"auths": {}, **BROKEN}),
    with_config(f"login -u student -p wrong {LOCKED}", "a wrong password", {"auths": OTHERS}),
    with_config(f"login -u student --password-stdin {LOCKED}", "a line on stdin", stdin="secret\n"),
    with_config(f"login -u student --password-stdin {LOCKED}", "two ends of lines on stdin", stdin="secret\r\n"),
    with_config(f"login -u student --password-stdin {LOCKED}", "no line on stdin", stdin="secret"),
    with_config(f"login -u student --password-stdin {LOCKED}", "blanks on stdin", stdin=" secret \n\n"),
    with_config(f"login -u student --password-stdin {LOCKED}", "nothing on stdin", stdin=""),
    with_config(f"login -u ' student ' -p ' secret ' {LOCKED}", "blanks"),
    with_config(f"login -u student -p secret http://{LOCKED}/v2/", "a URL"),
    with_config(f"login {LOCKED}", "it is kept", {"auths": STUDENT}),
    with_config(f"login {LOCKED}", "it is kept under a URL", {"auths": {f"http://{LOCKED}": STUDENT[LOCKED]}}),
    with_config(f"login {LOCKED}", "something wrong is kept", {"auths": {LOCKED: {"auth": "YTpi"}}}),
    with_config(f"login {LOCKED}", "a token is kept", {"auths": {LOCKED: {"identitytoken": "its-token"}}}),
    with_config(f"login {LOCKED}", "nothing is kept"),
    with_config(f"login -u student {LOCKED}", "no password"),
    with_config(f"login {LOCKED}", "typed", typed=(("Username: ", "student\r"), ("Password: ", "secret\r"))),
    with_config(f"login -u student {LOCKED}", "a password is typed", typed=(("Password: ", "secret\r"),)),
    with_config(f"login {LOCKED}", "Ctrl-C for a name", typed=(("Username: ", "\x03"),)),
    with_config(f"login {LOCKED}", "Ctrl-C for a password", typed=(("Username: ", "a\r"), ("Password: ", "\x03"))),
    with_config("login -u a -p b 127.0.0.1:1", "no registry there"),
    Case("login -u '' x"),
    Case("login -p '' x"),
    Case("login -p x --password-stdin x"),
    Case("login --password-stdin x"),
    Case("login --password-stdin -u '' x"),
    Case("login a b"),
    Case("login --bogus"),
    Case("login --password-stdin=maybe"),
    usage("login"),
]
LOGOUTS = [
    with_config(f"logout {LOCKED}", "it is kept", {"auths": STUDENT | OTHERS}),
    with_config(f"logout http://{LOCKED}/v2/", "a URL", {"auths": STUDENT}),
    with_config(f"logout {LOCKED}", "a URL is kept", {"auths": {f"https://{LOCKED}": STUDENT[LOCKED]}}),
    with_config(f"logout {LOCKED}", "others are kept", {"auths": OTHERS}),
    with_config(f"logout {LOCKED}", "nothing is kept"),
    with_config(f"logout {LOCKED}", "a helper keeps it", {"auths": {LOCKED: {}}, **KEPT}),
    with_config("logout", "Docker Hub", {"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"}, **OTHERS}}),
    with_config("logout", "Docker Hub in a helper", KEPT),
    with_config("logout", "the helper is not there", BROKEN),
    with_config(f"logout {LOCKED}", "the helper is not there", BROKEN),
    with_config("logout docker.io", "by its name", {"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"}}}),
    Case("logout a b"),
    Case("logout --bogus"),
    usage("logout"),
]
TAKEN_ALONG = [
    with_config(f"pull {LOCKED}/not-there:1", "a helper is asked", KEPT),
    with_config(f"pull {LOCKED}/not-there:1", "the helper is not there", BROKEN),
    with_config("pull {img}", "the helper is not there", BROKEN),
    with_config("pull -q {img}", "a helper is asked", KEPT),
    with_config(f"search {INDEX}/debian", "a helper is asked", KEPT),
    with_config(f"search {INDEX}/debian", "the helper is not there", BROKEN),
    with_config("create --name {c} --pull always {img}", "a helper is asked", KEPT),
    with_config("create --name {c} --pull always {img}", "the helper is not there", BROKEN),
    with_config("run --name {c} --pull always {img}", "the helper is not there", BROKEN),
    with_config(f"push {LOCKED}/{{new}}:1", "it is kept", {"auths": STUDENT}, setup=(TAGGED,), mask=(LAYER,)),
    with_config(f"push {LOCKED}/{{new}}:1", "nothing is kept", setup=(TAGGED,), mask=(LAYER,)),
    with_config(f"push {LOCKED}/{{new}}:1", "a helper is asked", KEPT, setup=(TAGGED,), mask=(LAYER,)),
    with_config(
        "--config {tmp} push -q " + f"{LOCKED}/{{new}}:1",
        "it is kept",
        {"auths": STUDENT},
        setup=(TAGGED,),
        mask=(LAYER,),
    ),
]
CASES = LOGINS + LOGOUTS + TAKEN_ALONG
