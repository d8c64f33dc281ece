"""What a flag, a verb and a request under construction are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """A type of values: what help calls it, and how a text becomes a value."""

    name: str
    parse: Callable[[str], Any]
    """Text to value; raises ValueError with docker's words."""
    default: Any = None
    """The value of a flag that was not typed."""
    repeated: bool = False
    """Whether each use adds to a list."""
    bare: str = ""
    """The text meant by the flag alone; flags with one take a value only behind "="."""


class Draft:
    """A request under construction: the query parameters and the body that flags fill in."""

    def __init__(self) -> None:
        self.query: dict[str, Any] = {}
        self.body: dict[str, Any] = {}

    def put(self, path: Sequence[str], value: Any) -> None:
        """Set the value at a path of keys in the body, making the objects on the way."""
        place = self.body
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = value

    def at(self, *path: str, default: Any) -> Any:
        """Return the object or list at a path of keys, putting `default` there if nothing is."""
        place = self.body
        for key in path[:-1]:
            place = place.setdefault(key, {})
        return place.setdefault(path[-1], default)


class Into:
    """Puts a flag's value where it belongs in a request, and knows where that is."""

    def __init__(self, put: Callable[[Draft, Any], None], *wire: str) -> None:
        self._put = put
        self.wire = wire
        """The places it may put something in, in the notation of wire.py."""
        self.__doc__ = put.__doc__

    def __call__(self, draft: Draft, value: Any) -> None:
        self._put(draft, value)


def puts(*wire: str) -> Callable[[Callable[[Draft, Any], None]], Into]:
    """Declare the places of a request that a function puts a flag's value into."""
    return lambda put: Into(put, *wire)


def body(path: str) -> Into:
    """Return what puts a value at a dotted path of the body: HostConfig.Memory."""
    keys = path.split(".")
    return Into(lambda draft, value: draft.put(keys, value), path)


def pairs(path: str) -> Into:
    """Return what makes a flag's (name, value) pairs an object at a dotted path of the body."""
    keys = path.split(".")
    return Into(lambda draft, value: draft.put(keys, dict(value)), path)


def query(name: str) -> Into:
    """Return what makes a value a query parameter."""

    @puts(f"?{name}")
    def put(draft: Draft, value: Any) -> None:
        draft.query[name] = value

    return put


def switch(name: str) -> Into:
    """Return what makes a query parameter of a flag that is on; docker does not send one that is off."""

    @puts(f"?{name}")
    def put(draft: Draft, value: Any) -> None:
        if value:
            draft.query[name] = True

    return put


class Flag(NamedTuple):
    """One flag of a verb."""

    name: str
    kind: Kind
    help: str
    """What it does, in a few words."""
    into: Into | None = None
    """Where its value goes by itself; None where the verb decides (or the engine never sees it)."""
    short: str = ""
    since: str = ""
    """The API version that brought it; empty where every version has it."""
    needs: str = ""
    """What else an engine must have: "windows", "experimental"."""
    default: Any = None
    """The value when not typed, where it is not the kind's."""
    alias_of: str = ""
    """The flag whose value it sets, where it is another name of that flag."""
    hidden: bool = False
    """Not shown in help: an old spelling that docker still takes."""
    unsupported: str = ""
    """Why rawdocker refuses it (exit 125), naming the API call that does it; empty where it works."""
    wire: tuple[str, ...] = ()
    """Where else it goes in a request, where the verb puts it there; in the notation of wire.py."""
    client: str = ""
    """What rawdocker itself does for it; all that it does, where no place on the wire is named."""

    @property
    def places(self) -> tuple[str, ...]:
        """Every place on the wire that the flag goes to."""
        return (*(self.into.wire if self.into else ()), *self.wire)


class Use(NamedTuple):
    """One use of a flag on a command line."""

    flag: Flag
    words: Sequence[str]
    """The words it stands in: ["-m", "512m"], ["-m512m"], ["-itd"] for each of three."""
    text: str
    """Its value as it was typed, or meant by the flag alone."""
    value: Any
    """What that becomes."""


class Options:
    """The parsed flags of a command line: options.no_trunc is the value of --no-trunc, typed or default."""

    def __init__(self, flags: Sequence[Flag]) -> None:
        self.flags = flags
        self.values: dict[str, Any] = {}
        """Only what was typed, by the flags' names, in the order of their first use."""
        self.uses: list[Use] = []
        """Every use of a flag, in order."""

    def __getattr__(self, name: str) -> Any:
        name = name.replace("_", "-")
        if name in self.values:
            return self.values[name]
        for flag in self.flags:
            if flag.name == name:
                default = flag.kind.default if flag.default is None else flag.default
                return list(default) if isinstance(default, list) else default
        raise AttributeError(name)

    def typed(self, *names: str) -> bool:
        """Say whether one of these flags stood on the command line."""
        return any(name in self.values for name in names)

    def draft(self) -> Draft:
        """Return the request that the typed flags alone describe."""
        draft = Draft()
        for flag in self.flags:
            if flag.into is not None and flag.name in self.values:
                flag.into(draft, self.values[flag.name])
        return draft


class Verb(NamedTuple):
    """One command: what it is called, what it takes, which calls it makes, and the function that does it."""

    name: str
    """Its full name, such as "container ls"."""
    usage: str
    """What help writes behind the name: "[OPTIONS] CONTAINER [CONTAINER...]"."""
    summary: str
    least: int
    most: int | None
    """How many words it takes behind its flags; None: any number."""
    run: str
    """module:function below rawdocker_cli.verbs, called with (shell, options, words)."""
    calls: tuple[str, ...]
    """The operations behind it, in order, as METHOD /path; shown at the end of its help."""
    flags: tuple[Flag, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names, the one docker calls it by in its usage line first: ("ps", "container list")."""
    since: str = ""
    words: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Where its words go, by the names they have in `usage`; one that is not here fills the place of the path."""
    interspersed: bool = True
    """Whether flags may stand behind words; run, create and exec stop at the first word."""

    asks: tuple[str, ...] = ()
    """Operations whose answers decide what is asked next: a dry run really asks these."""

    called: str = ""
    """The name that usage lines and errors use: how it was called, an alias behind a noun excepted."""

    @property
    def short_name(self) -> str:
        """The name that needs no noun, the full one where there is none."""
        return next((alias for alias in self.aliases if " " not in alias), self.name)
