"""What config.json and the environment decide."""

from __future__ import annotations

import base64
import json
from typing import Any

from parity.case import ANY_ORDER, Case

TWO = ("create --name {c} -l {label} {img} true", "create --name {c2} -l {label} {img} true")
NETS = ("network create --label {label} {net}",)
VOLUMES = ("volume create --label {label} {vol}",)
TAGGED = ("tag {img} {new}:1",)
BOX = "run -d --name {c} --stop-signal KILL {img} sleep 1000"
TICKS = "create -it --name {c} {img} sh -c 'while :; do echo tick; sleep 1; done'"
STUDENT = {"auth": base64.b64encode(b"student:secret").decode()}
LOCKED = "127.0.0.1:5001"


def configured(command: str, setup: tuple[str, ...] = (), *, name: str = "", **config: Any) -> Case:
    """Return a case with a config.json."""
    return Case(
        command,
        setup=setup,
        files={"config.json": json.dumps(config)},
        env={"DOCKER_CONFIG": "{tmp}"},
        name=name or f"config.json: {', '.join(config)}",
    )


PROXIES = {"default": {"httpProxy": "http://proxy:3128", "noProxy": "localhost"}}
CASES = [
    configured("ps -a -f label={label}", TWO, psFormat="{{.Names}} {{.Image}}"),
    configured("ps -aq -f label={label}", TWO, psFormat="{{.Names}}"),
    configured("ps -a --format '{{.ID}}' -f label={label}", TWO, psFormat="{{.Names}}"),
    configured("ps -a --format table -f label={label}", TWO, psFormat="{{.Names}}", name="table asked for"),
    configured("images {new}", TAGGED, imagesFormat="table {{.Repository}}\t{{.Tag}}"),
    configured("images -q {new}", TAGGED, imagesFormat="{{.Tag}}"),
    configured("network ls -f label={label}", NETS, networksFormat="{{.Name}}"),
    configured("volume ls -f label={label}", VOLUMES, volumesFormat="{{.Name}}:{{.Driver}}"),
    configured("stats --no-stream {c}", (BOX,), statsFormat="{{.Name}}"),
    configured("ps -q -f label=nothing", psFormat=5, name="config.json: a number for a text"),
    configured("create --name {c} {img}", proxies=PROXIES),
    configured("create --name {c} -e HTTP_PROXY=mine {img}", proxies=PROXIES),
    configured("exec {c} env", (BOX,), proxies=PROXIES, name="config.json: proxies are not for exec"),
    configured("exec -d {c} true", (BOX,), detachKeys="ctrl-e,e"),
    configured("attach {c}", (BOX, "stop {c}"), detachKeys="ctrl-e,e"),
    configured("start -a {c}", ("create --name {c} {img} echo x",), detachKeys="ctrl-e,e"),
    configured("run --rm {img} echo x", detachKeys="ctrl-e,e"),
    configured("run --rm --detach-keys ctrl-f {img} echo x", detachKeys="ctrl-e,e"),
    configured(f"pull {LOCKED}/not-there:1", auths={LOCKED: STUDENT}),
    configured(f"pull {LOCKED}/not-there:1", auths={f"https://{LOCKED}": STUDENT}, name="config.json: auths by URL"),
    configured(f"pull {LOCKED}/not-there:1", auths={LOCKED: {"identitytoken": "abc"}}, name="config.json: a token"),
    configured(f"pull {LOCKED}/not-there:1", auths={"127.0.0.1:5000": STUDENT}, name="config.json: auths of another"),
    configured("pull {img}", auths={"https://index.docker.io/v1/": STUDENT}, name="config.json: auths of Docker Hub"),
    configured("pull {img}", credsStore="not-there"),
    configured("pull {img}", credHelpers={"127.0.0.1:5000": "not-there"}),
    configured("run --rm --pull always {img} true", auths={"https://index.docker.io/v1/": STUDENT}),
    configured("search 127.0.0.1:5002/debian", auths={"127.0.0.1:5002": STUDENT}),
    configured("ps -q -f label=nothing", currentContext="not-there"),
    configured("container prune -f --filter label={label}", TWO, pruneFilters=["label=other"]),
    configured("image prune -f --filter label={label}", pruneFilters=["label!=keep"]),
    configured("network prune -f --filter label={label}", NETS, pruneFilters=["label=other"]),
    configured("volume prune -f --filter label={label}", VOLUMES, pruneFilters=["label=other"]),
    Case("ps -q", files={"config.json": "{not json"}, env={"DOCKER_CONFIG": "{tmp}"}, stdout=False, name="no JSON"),
    Case("--config {tmp} ps -a -f label={label}", setup=TWO, files={"config.json": '{"psFormat": "{{.Names}}"}'}),
    Case("create --name {c} {img}", env={"DOCKER_DEFAULT_PLATFORM": "linux/amd64"}, name="the platform is pinned"),
    Case("pull {img}", env={"DOCKER_DEFAULT_PLATFORM": "linux/amd64"}, name="the platform is pinned"),
    Case("pull {img}", env={"DOCKER_DEFAULT_PLATFORM": "x/y/z/w"}, name="no platform is pinned"),
    Case("ps -q -f label=nothing", env={"DOCKER_HOST": "", "DOCKER_CONTEXT": "not-there"}, name="no such context"),
    Case("ps -q -f label=nothing", env={"DOCKER_TLS_VERIFY": "1"}, name="TLS on a unix socket"),
    Case("--tls ps -q -f label=nothing"),
    Case("ps -q -f label=nothing", env={"DOCKER_API_VERSION": "bogus"}, name="no version is pinned"),
    Case("-v", stdout=False),
    Case("--version ps", stdout=False),
    Case("-D -l error ps -q -f label=nothing"),
    Case("ps -q -f label=nothing -D"),
    Case("ps -H x"),
    Case("container -H x ls"),
    Case("start -ai {c}", setup=(TICKS,), typed=(("tick", ""), ("tick", "\x05"), ("", "e")), stdout=False,
         files={"config.json": '{"detachKeys": "ctrl-e,e"}'}, env={"DOCKER_CONFIG": "{tmp}"}, calls=ANY_ORDER,
         name="the configuration's keys"),
]  # fmt: skip
