"""The life of a container: what each verb sends, prints and ends with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rawdocker_cli.order import natural

NOBODY = "Error response from daemon: No such container: nobody\n"


@pytest.mark.parametrize(
    ("line", "request_sent"),
    [
        ("stop web", "POST /containers/web/stop"),
        ("stop -t 3 web", "POST /containers/web/stop?t=3"),
        ("container stop --timeout=0 web", "POST /containers/web/stop?t=0"),
        ("stop -t -1 web", "POST /containers/web/stop?t=-1"),
        ("stop --signal INT web", "POST /containers/web/stop"),
        ("restart web", "POST /containers/web/restart"),
        ("restart web -t 2 -s INT", "POST /containers/web/restart?t=2"),
        ("kill web", "POST /containers/web/kill"),
        ("kill -s HUP web", "POST /containers/web/kill?signal=HUP"),
        ("kill --signal= web", "POST /containers/web/kill"),
        ("pause web", "POST /containers/web/pause"),
        ("container unpause web", "POST /containers/web/unpause"),
        ("rm web", "DELETE /containers/web"),
        ("rm -f web", "DELETE /containers/web?force=1"),
        ("rm --force=false web", "DELETE /containers/web"),
        ("container remove -vl web", "DELETE /containers/web?link=1&v=1"),
    ],
)
def test_a_verb_sends_one_request_and_prints_the_name(
    engine: Any, rawdocker: Any, line: str, request_sent: str
) -> None:
    method, path = request_sent.partition("?")[0].split(" ")
    engine.answers(f"{method} {path}")
    assert rawdocker(*line.split()) == (0, "web\n", "")
    assert engine.requests == [request_sent]


@pytest.mark.parametrize("verb", ["stop", "restart"])
def test_a_signal_to_stop_with_is_sent_where_the_engine_knows_it(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.42")
    engine.router.post(f"http://localhost/v1.42/containers/web/{verb}", params={"signal": "INT", "t": "1"}).respond(204)
    assert rawdocker(verb, "-t1", "-sINT", "web") == (0, "web\n", "")


@pytest.mark.parametrize("verb", ["stop", "restart"])
def test_the_old_name_of_timeout_is_taken_with_a_word_on_it(engine: Any, rawdocker: Any, verb: str) -> None:
    engine.answers(f"POST /containers/web/{verb}")
    old = "Flag --time has been deprecated, use --timeout instead\n"
    assert rawdocker(verb, "--time", "3", "web") == (0, f"{old}web\n", "")
    assert engine.requests == [f"POST /containers/web/{verb}?t=3"]
    both = rawdocker(verb, "--time", "3", "-t", "4", "web")
    assert both == (1, old, "conflicting options: cannot specify both --timeout and --time\n")
    assert len(engine.requests) == 1


@pytest.mark.parametrize("verb", ["stop", "restart", "kill", "pause", "unpause", "rm"])
def test_each_of_several_names_is_done_and_failures_are_told_at_the_end(engine: Any, rawdocker: Any, verb: str) -> None:
    method, path = ("DELETE", "") if verb == "rm" else ("POST", f"/{verb}")
    for name in ("a", "b", "c"):
        engine.answers(f"{method} /containers/{name}{path}")
    engine.answers(f"{method} /containers/nobody{path}", "error_no_container")
    assert rawdocker(verb, "c", "nobody", "a", "nobody", "b") == (1, "c\na\nb\n", NOBODY * 2)
    assert sorted(engine.requests)[:3] == [f"{method} /containers/{name}{path}" for name in ("a", "b", "c")]
    assert len(engine.requests) == 5


def test_rm_with_force_does_not_mind_what_is_not_there(engine: Any, rawdocker: Any) -> None:
    engine.answers("DELETE /containers/nobody", "error_no_container")
    engine.answers("DELETE /containers/web")
    assert rawdocker("rm", "-f", "nobody", "web") == (0, "web\n", NOBODY)


def test_rm_of_a_running_container_fails_with_the_engine_s_words(engine: Any, rawdocker: Any) -> None:
    engine.answers("DELETE /containers/web", "verbs/error_remove_running")
    code, out, err = rawdocker("rm", "web")
    assert (code, out) == (1, "")
    assert err.startswith("Error response from daemon: You cannot remove a running container f9898096fb5c")


def test_rm_takes_a_name_as_the_api_writes_it(engine: Any, rawdocker: Any) -> None:
    engine.answers("DELETE /containers/web")
    assert rawdocker("rm", "/web/") == (0, "/web/\n", "")
    assert engine.requests == ["DELETE /containers/web"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (["stop", ""], "invalid container name or ID: value is empty\n"),
        (["kill", " ", "  "], "invalid container name or ID: value is empty\n" * 2),
        (["rm", " "], "invalid container name or ID: value is empty\n"),
        (["rm", "//"], "container name cannot be empty\n"),
        (["wait", ""], "invalid container name or ID: value is empty\n"),
        (["top", ""], "invalid container name or ID: value is empty\n"),
        (["port", ""], "invalid container name or ID: value is empty\n"),
        (["diff", ""], "Container name cannot be empty\n"),
        (["diff", " "], "invalid container name or ID: value is empty\n"),
        (["rename", "", "x"], "Error: Neither old nor new names may be empty\n"),
        (["rename", "x", " "], "Error: Neither old nor new names may be empty\n"),
        (["update", "-m", "1g", ""], "invalid container name or ID: value is empty\n"),
        (["update", "web"], "you must provide one or more flags when using this command\n"),
        (["update", "--restart", ":3", "web"], "invalid restart policy format: no policy provided before colon\n"),
        (
            ["update", "--restart", "always:x", "web"],
            "invalid restart policy format: maximum retry count must be an integer\n",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    engine: Any, rawdocker: Any, line: list[str], error: str
) -> None:
    assert rawdocker(*line) == (1, "", error)
    assert engine.requests == []


def test_blanks_around_a_name_are_no_part_of_it(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/web/stop")
    assert rawdocker("stop", " web ") == (0, " web \n", "")
    assert engine.requests == ["POST /containers/web/stop"]


def test_wait_prints_each_exit_code(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/web/wait", "container_wait")
    engine.answers("POST /containers/nobody/wait", "error_no_container")
    assert rawdocker("wait", "web", "nobody", "web") == (1, "3\n3\n", NOBODY)
    assert engine.requests == [f"POST /containers/{name}/wait" for name in ("web", "nobody", "web")]


def test_rename_sends_names_without_blanks_and_prints_nothing(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/old/rename")
    assert rawdocker("rename", " old", "new ") == (0, "", "")
    assert engine.requests == ["POST /containers/old/rename?name=new"]


def test_rename_to_a_name_that_is_taken_says_who_has_it_and_what_failed(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/ps-gone/rename", "verbs/error_rename_taken")
    code, out, err = rawdocker("rename", "ps-gone", "ps-web")
    assert (code, out) == (1, "")
    assert err.startswith(
        'Error response from daemon: Error when allocating new name: Conflict. The container name "/ps'
    )
    assert err.endswith("\nError: failed to rename container named ps-gone\n")


@pytest.mark.parametrize(
    ("flags", "body"),
    [
        ("--blkio-weight 300", {"BlkioWeight": 300}),
        ("--cpu-period 100000 --cpu-quota=50000", {"CpuPeriod": 100000, "CpuQuota": 50000}),
        ("--cpu-rt-period 1000 --cpu-rt-runtime 900", {"CpuRealtimePeriod": 1000, "CpuRealtimeRuntime": 900}),
        ("-c 512", {"CpuShares": 512}),
        ("--cpu-shares 512", {"CpuShares": 512}),
        ("--cpus 1.5", {"NanoCpus": 1500000000}),
        ("--cpuset-cpus 0-1 --cpuset-mems 0", {"CpusetCpus": "0-1", "CpusetMems": "0"}),
        ("--kernel-memory 64m", {"KernelMemory": 67108864}),
        ("-m 64m --memory-swap -1", {"Memory": 67108864, "MemorySwap": -1}),
        ("--memory 1g --memory-swap 2g", {"Memory": 1073741824, "MemorySwap": 2147483648}),
        ("--memory-reservation 32m", {"MemoryReservation": 33554432}),
        ("--pids-limit 50", {"PidsLimit": 50}),
        ("--pids-limit -1", {"PidsLimit": -1}),
        ("--pids-limit 0", {}),
        ("--restart always", {"RestartPolicy": {"Name": "always"}}),
        ("--restart on-failure:3", {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}),
        ("--restart no:", {"RestartPolicy": {"Name": "no"}}),
        ("--restart=", {}),
    ],
)
def test_update_sends_what_was_typed_and_nothing_else(
    engine: Any, rawdocker: Any, flags: str, body: dict[str, Any]
) -> None:
    engine.answers("POST /containers/web/update", "container_update")
    assert rawdocker("update", *flags.split(), "web") == (0, "web\n", "")
    assert engine.requests == ["POST /containers/web/update " + json.dumps(body, separators=(",", ":"))]


def test_warnings_of_update_follow_all_names_on_stdout(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/web/update", "verbs/update_kernel_memory")
    engine.answers("POST /containers/nobody/update", "error_no_container")
    warning = "Specifying a kernel memory limit is deprecated and will be removed in a future release.\n"
    ran = rawdocker("update", "--kernel-memory", "64m", "web", "nobody", "web")
    assert ran == (1, "web\nweb\n" + warning * 2, NOBODY)


@pytest.mark.parametrize(
    ("words", "query"),
    [([], ""), (["-o", "pid,comm"], "?ps_args=-o+pid%2Ccomm"), (["aux", "-T"], "?ps_args=aux+-T")],
)
def test_top_hands_what_stands_behind_the_name_to_ps(engine: Any, rawdocker: Any, words: list[str], query: str) -> None:
    engine.answers("GET /containers/web/top", "container_top")
    code, out, err = rawdocker("top", "web", *words)
    assert (code, err) == (0, "")
    assert engine.requests == [f"GET /containers/web/top{query}"]
    assert (
        out.splitlines()[0]
        == "".join(title.ljust(20) for title in ("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")).rstrip()
    )
    assert out.splitlines()[2].endswith("00:00:00            sleep 1000")


PORTS = """\
10/tcp -> 0.0.0.0:48510
10/tcp -> [::]:48510
11/tcp -> 0.0.0.0:48511
11/tcp -> [::]:48511
12/tcp -> 0.0.0.0:48512
12/tcp -> [::]:48512
13/tcp -> 0.0.0.0:48513
13/tcp -> [::]:48513
48520/tcp -> 0.0.0.0:48520
48520/tcp -> [::]:48520
48521/tcp -> 0.0.0.0:48521
48521/tcp -> [::]:48521
48522/udp -> 127.0.0.1:48522
"""


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ([], PORTS),
        ([""], PORTS),
        (["12"], "0.0.0.0:48512\n[::]:48512\n"),
        (["12/tcp"], "0.0.0.0:48512\n[::]:48512\n"),
        (["48522/udp"], "127.0.0.1:48522\n"),
    ],
)
def test_port_lists_where_ports_are_published(engine: Any, rawdocker: Any, words: list[str], out: str) -> None:
    engine.answers("GET /containers/web/json", "verbs/inspect_ports")
    assert rawdocker("port", "web", *words) == (0, out, "")
    assert engine.requests == ["GET /containers/web/json"]


@pytest.mark.parametrize(
    ("port", "error"),
    [
        ("30", "No public port '30' published for web"),
        ("12/udp", "No public port '12/udp' published for web"),
        ("12/TCP", "No public port '12/TCP' published for web"),
        ("x", 'invalid port (x): strconv.ParseUint: parsing "x": invalid syntax'),
        ("/tcp", 'invalid port (): strconv.ParseUint: parsing "": invalid syntax'),
        ("99999", 'invalid port (99999): strconv.ParseUint: parsing "99999": value out of range'),
    ],
)
def test_port_refuses_what_is_not_published(engine: Any, rawdocker: Any, port: str, error: str) -> None:
    engine.answers("GET /containers/web/json", "verbs/inspect_ports")
    assert rawdocker("port", "web", port) == (1, "", f"Error: {error}\n")


def test_numbers_inside_text_sort_by_their_value() -> None:
    lines = ["80/tcp -> [::]:1", "9/udp", "80/tcp -> 0.0.0.0:1", "9/tcp", "100/tcp"]
    assert sorted(lines, key=natural) == ["9/tcp", "9/udp", "80/tcp -> 0.0.0.0:1", "80/tcp -> [::]:1", "100/tcp"]


def test_diff_prints_a_letter_for_each_kind_of_change(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /containers/web/changes", "container_changes")
    code, out, err = rawdocker("diff", "web")
    assert (code, err) == (0, "")
    assert {"A /new", "D /etc/issue", "C /etc"} <= set(out.splitlines())


def test_diff_of_a_container_that_changed_nothing_prints_nothing(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /containers/web/changes", "container_changes_none")
    assert rawdocker("diff", "web") == (0, "", "")


QUESTION = "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "
NOTHING = "Total reclaimed space: 0B\n"


@pytest.mark.parametrize("answer", ["y\n", "Y\n", " y \n", "y"])
def test_prune_goes_on_where_the_answer_is_yes(engine: Any, rawdocker: Any, answer: str) -> None:
    engine.answers("POST /containers/prune", body={"ContainersDeleted": None, "SpaceReclaimed": 0})
    assert rawdocker("container", "prune", stdin=answer) == (0, QUESTION + NOTHING, "")
    assert engine.requests == ["POST /containers/prune"]


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "yes\n", "ja\n"])
def test_prune_is_given_up_quietly_where_the_answer_is_another(engine: Any, rawdocker: Any, answer: str) -> None:
    assert rawdocker("container", "prune", stdin=answer) == (0, QUESTION, "")
    assert engine.requests == []


def test_prune_lists_what_is_gone_and_the_space_it_had(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/prune", "container_prune")
    code, out, err = rawdocker("container", "prune", "--force")
    title, *ids, blank, total = out.splitlines()
    assert (code, title, blank, err) == (0, "Deleted Containers:", "", "")
    assert ids
    assert all(len(id) == 64 for id in ids)
    assert total.startswith("Total reclaimed space: ")


def test_prune_sends_typed_filters_and_those_of_the_configuration(engine: Any, rawdocker: Any, config: Any) -> None:
    config(pruneFilters=["label!=keep", "label=mine", "until=24h", "nonsense"])
    engine.answers("POST /containers/prune", body={"ContainersDeleted": [], "SpaceReclaimed": 0})
    assert rawdocker("container", "prune", "-f", "--filter", "label=keep") == (0, NOTHING, "")
    (request,) = engine.router.calls
    sent = json.loads(request.request.url.params["filters"])
    assert sent == {"label": {"keep": True, "mine": True}, "until": {"24h": True}}
