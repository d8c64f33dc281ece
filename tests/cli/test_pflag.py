"""docker's command-line syntax: what docker 28 accepts, refuses, and says."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawdocker_cli.flags import kinds, pflag
from rawdocker_cli.flags.flag import Flag, Options

FLAGS = (
    Flag("interactive", kinds.BOOL, "", short="i"),
    Flag("tty", kinds.BOOL, "", short="t"),
    Flag("detach", kinds.BOOL, "", short="d"),
    Flag("rm", kinds.BOOL, ""),
    Flag("sig-proxy", kinds.BOOL, "", default=True),
    Flag("memory", kinds.BYTES, "", short="m"),
    Flag("name", kinds.STRING, ""),
    Flag("env", kinds.LIST, "", short="e"),
    Flag("last", kinds.INT, "", short="n", default=-1),
    Flag("weight", kinds.UINT16, ""),
    Flag("cpus", kinds.DECIMAL, ""),
    Flag("interval", kinds.DURATION, ""),
    Flag("filter", kinds.FILTER, "", short="f"),
    Flag("trace", kinds.COUNT, "", short="T"),
    Flag("ratio", kinds.FLOAT, ""),
    Flag("swap", kinds.SWAP, ""),
    Flag("old", kinds.BOOL, "", unsupported="nothing does it; see POST /old"),
)


def parsed(line: str, *, interspersed: bool = False) -> tuple[dict[str, Any], list[str]]:
    options, words = pflag.parse(FLAGS, line.split(), interspersed=interspersed)
    return options.values, words


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        ("", {}, []),
        ("a b", {}, ["a", "b"]),
        ("--rm", {"rm": True}, []),
        ("--rm=false", {"rm": False}, []),
        ("--rm=0 x", {"rm": False}, ["x"]),
        ("--rm=T", {"rm": True}, []),
        ("--rm true", {"rm": True}, ["true"]),
        ("--sig-proxy=false", {"sig-proxy": False}, []),
        ("-it x", {"interactive": True, "tty": True}, ["x"]),
        ("-itd", {"interactive": True, "tty": True, "detach": True}, []),
        ("-i=false", {"interactive": False}, []),
        ("-it=false", {"interactive": True, "tty": False}, []),
        ("-m512m", {"memory": 512 << 20}, []),
        ("-m 512m", {"memory": 512 << 20}, []),
        ("-m=512m", {"memory": 512 << 20}, []),
        ("--memory 512m", {"memory": 512 << 20}, []),
        ("--memory=512m", {"memory": 512 << 20}, []),
        ("-itm1g x", {"interactive": True, "tty": True, "memory": 1 << 30}, ["x"]),
        ("--name= x", {"name": ""}, ["x"]),
        ("--name --rm", {"name": "--rm"}, []),
        ("--name=a=b", {"name": "a=b"}, []),
        ("-e A=1 -eB=2 --env=C=3 --env D", {"env": ["A=1", "B=2", "C=3", "D"]}, []),
        ("-n -1", {"last": -1}, []),
        ("-n=0x10", {"last": 16}, []),
        ("-n 010", {"last": 8}, []),
        ("--weight 65535", {"weight": 65535}, []),
        ("--cpus 1.5", {"cpus": 1_500_000_000}, []),
        ("--cpus 1/2", {"cpus": 500_000_000}, []),
        ("--interval 1m30s", {"interval": 90_000_000_000}, []),
        ("-f a=b -f A=c=d", {"filter": [("a", "b"), ("a", "c=d")]}, []),
        ("-T", {"trace": 1}, []),
        ("-TTT", {"trace": 3}, []),
        ("--trace --trace", {"trace": 2}, []),
        ("--trace=2", {"trace": 2}, []),
        ("--ratio 0.5", {"ratio": 0.5}, []),
        ("--swap -1", {"swap": -1}, []),
        ("-- --rm", {}, ["--rm"]),
        ("-", {}, ["-"]),
        ("--rm - x", {"rm": True}, ["-", "x"]),
        ("img --rm -it", {}, ["img", "--rm", "-it"]),
        ("--rm img -- x", {"rm": True}, ["img", "--", "x"]),
    ],
)
def test_what_docker_accepts_is_read_as_docker_reads_it(line: str, values: dict[str, Any], words: list[str]) -> None:
    assert parsed(line) == (values, words)


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        ("a --rm b -i", {"rm": True, "interactive": True}, ["a", "b"]),
        ("a -- --rm", {}, ["a", "--rm"]),
        ("a -m 1g b", {"memory": 1 << 30}, ["a", "b"]),
    ],
)
def test_most_verbs_take_flags_behind_words(line: str, values: dict[str, Any], words: list[str]) -> None:
    assert parsed(line, interspersed=True) == (values, words)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--foo", "unknown flag: --foo"),
        ("--foo=bar", "unknown flag: --foo"),
        ("-z", "unknown shorthand flag: 'z' in -z"),
        ("-izq", "unknown shorthand flag: 'z' in -zq"),
        ("--name", "flag needs an argument: --name"),
        ("-m", "flag needs an argument: 'm' in -m"),
        ("-im", "flag needs an argument: 'm' in -im"),
        ("--=x", "bad flag syntax: --=x"),
        ("---x", "bad flag syntax: ---x"),
        ("-m abc", 'invalid argument "abc" for "-m, --memory" flag: invalid size: \'abc\''),
        ("--rm=maybe", 'invalid argument "maybe" for "--rm" flag: strconv.ParseBool: parsing "maybe": invalid syntax'),
        ("-n x", 'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax'),
        ("-n 08", 'invalid argument "08" for "-n, --last" flag: strconv.ParseInt: parsing "08": invalid syntax'),
        ("-n 1.5", 'invalid argument "1.5" for "-n, --last" flag: strconv.ParseInt: parsing "1.5": invalid syntax'),
        (
            "-n 99999999999999999999",
            'invalid argument "99999999999999999999" for "-n, --last" flag: '
            'strconv.ParseInt: parsing "99999999999999999999": value out of range',
        ),
        (
            "--weight 70000",
            'invalid argument "70000" for "--weight" flag: strconv.ParseUint: parsing "70000": value out of range',
        ),
        (
            "--weight -1",
            'invalid argument "-1" for "--weight" flag: strconv.ParseUint: parsing "-1": invalid syntax',
        ),
        ("--cpus x", 'invalid argument "x" for "--cpus" flag: failed to parse x as a rational number'),
        ("--cpus 1.2345678901", 'invalid argument "1.2345678901" for "--cpus" flag: value is too precise'),
        ("-f foo", 'invalid argument "foo" for "-f, --filter" flag: bad format of filter (expected name=value)'),
        ("--old", "--old is not supported: nothing does it; see POST /old"),
    ],
)
def test_what_docker_refuses_is_refused_in_its_words(line: str, message: str) -> None:
    with pytest.raises(pflag.FlagError) as caught:
        parsed(line)
    assert str(caught.value) == message


@pytest.mark.parametrize(("line", "short"), [("--help", False), ("--rm --help", False), ("-h", True), ("-ih", True)])
def test_help_is_a_flag_of_every_verb(line: str, short: bool) -> None:
    with pytest.raises(pflag.HelpRequested) as caught:
        parsed(line)
    assert caught.value.short is short


def test_a_flag_that_was_not_typed_has_its_default() -> None:
    options, _ = pflag.parse(FLAGS, ["-i"], interspersed=False)
    assert (options.interactive, options.tty, options.sig_proxy, options.last, options.env) == (
        True,
        False,
        True,
        -1,
        [],
    )
    assert options.typed("interactive", "tty")
    assert not options.typed("tty")


def test_lists_of_defaults_are_not_shared() -> None:
    Options(FLAGS).env.append("x")
    assert Options(FLAGS).env == []


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from([f"--{flag.name}" for flag in FLAGS])), max_size=6))
def test_no_command_line_fails_in_another_way(words: list[str]) -> None:
    with suppress(pflag.FlagError, pflag.HelpRequested):
        pflag.parse(FLAGS, words, interspersed=True)
