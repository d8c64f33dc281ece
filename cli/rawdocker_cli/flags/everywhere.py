"""The flags before the verb: docker's own, and ours."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag
from rawdocker_cli.flags.kinds import BOOL, LIST, STRING
from rawdocker_cli.flags.ours import OURS

GLOBALS = (
    Flag("config", STRING, "Directory of docker's configuration"),
    Flag("context", STRING, "Name of the context whose engine is spoken to", short="c"),
    Flag("debug", BOOL, "Enable debug mode", short="D"),
    Flag("host", LIST, "The engine's socket: unix:///path, tcp://host:port", short="H"),
    Flag("log-level", STRING, "debug, info, warn, error or fatal", short="l", default="info"),
    Flag("tls", BOOL, "Use TLS; implied by --tlsverify"),
    Flag("tlscacert", STRING, "Trust only certificates signed by this CA"),
    Flag("tlscert", STRING, "The client's TLS certificate"),
    Flag("tlskey", STRING, "The client's TLS key"),
    Flag("tlsverify", BOOL, "Use TLS and verify the engine"),
    Flag("version", BOOL, "Print version information and quit", short="v"),
    *OURS,
)
