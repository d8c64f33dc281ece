"""What the other live tests take for granted about the engine scripts/engine starts."""

from __future__ import annotations

import os
import select
import signal
import socket

import pytest
import requests
from engines import LABEL, Engine, ask
from requests.adapters import HTTPAdapter
from urllib3 import Retry


def create(host: str, name: str, **body: object) -> str:
    identifier: str = ask(host, "POST", "/containers/create", params={"name": name}, json=body)["Id"]
    return identifier


@pytest.mark.live
def test_the_images_of_the_tests_have_the_digest_of_a_pull(engine_host: str) -> None:
    for image in ("debian:12", "busybox:1"):
        assert ask(engine_host, "GET", f"/images/{image}/json")["RepoDigests"]


@pytest.mark.live
def test_a_published_port_is_reached_on_loopback(engine_host: str, own_name: str) -> None:
    serve = "mkdir /w && echo published >/w/index.html && exec httpd -f -p 80 -h /w"
    create(
        engine_host,
        own_name,
        Image="busybox:1",
        Cmd=["sh", "-c", serve],
        Labels={LABEL: own_name},
        ExposedPorts={"80/tcp": {}},
        HostConfig={"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}, "Init": True},
    )
    ask(engine_host, "POST", f"/containers/{own_name}/start")
    ports = ask(engine_host, "GET", f"/containers/{own_name}/json")["NetworkSettings"]["Ports"]
    url = f"http://127.0.0.1:{ports['80/tcp'][0]['HostPort']}/"
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(8, backoff_factor=0.05)))
        assert session.get(url, timeout=5).text == "published\n"


@pytest.mark.live
def test_a_privileged_container_may_mount(engine_host: str, own_name: str) -> None:
    create(
        engine_host,
        own_name,
        Image="busybox:1",
        Cmd=["mount", "-t", "tmpfs", "tmpfs", "/tmp"],
        HostConfig={"Privileged": True},
    )
    ask(engine_host, "POST", f"/containers/{own_name}/start")
    assert ask(engine_host, "POST", f"/containers/{own_name}/wait")["StatusCode"] == 0


@pytest.mark.live
def test_the_locked_registry_opens_to_its_student_only(locked_registry: str) -> None:
    url = f"http://{locked_registry}/v2/"
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.get(url, auth=("student", "secret"), timeout=5).status_code == 200


@pytest.mark.live
def test_the_engine_finds_what_the_index_holds(engine_host: str, index: str) -> None:
    found = ask(engine_host, "GET", "/images/search", params={"term": f"{index}/debian", "limit": "2"})
    assert [image["name"] for image in found] == ["debian", "course/debian-tools"]


@pytest.mark.faults
def test_a_disposable_engine_can_be_killed(disposable_engine: Engine) -> None:
    assert ask(disposable_engine.host, "GET", "/images/busybox:1/json")
    process = os.pidfd_open(disposable_engine.pid)
    signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [], 10)
    os.close(process)
    with socket.socket(socket.AF_UNIX) as connection, pytest.raises(ConnectionRefusedError):
        connection.connect(disposable_engine.host.removeprefix("unix://"))
