"""version, info, events; and what is no command."""

from __future__ import annotations

from parity.case import Case, usage

MOVED = (
    "create --name {c} -l {label} {img} true",
    "start {c}",
    "wait {c}",
    "rename {c} {c2}",
    "rm {c2}",
    "network create --label {label} {net}",
    "network rm {net}",
    "volume create {vol}",
    "volume rm {vol}",
)
BETWEEN = "--since {start} --until {end}"
SERVER = r"^ (?:Engine|  Version|  API|  Git|  Go|  OS|  Exper|containerd|runc|docker-init|  GitCommit)|^Server"
HELP = (r"(?s)(?<=COMMAND\n).*",)
VOLATILE = r"Containers|Running|Paused|Stopped|Images|Goroutines|Descriptors|System Time|EventsListeners|Runtimes"
STABLE = f"^(?! Version|.*(?:{VOLATILE}|Context|Debug Mode))"
FIELDS = """
.ServerVersion
.Driver
.NCPU
.MemTotal
.OperatingSystem
.OSType
.Architecture
.CgroupDriver
.CgroupVersion
.DockerRootDir
json .Plugins
json .RegistryConfig
json .SecurityOptions
.SecurityOptions
.Swarm.LocalNodeState
json .Swarm
.Runtimes
json .DriverStatus
.Warnings
.ID
.Bogus
range .DriverStatus}}{{index . 0}}{{end
len .Plugins.Network
""".strip().splitlines()

VERSION = [
    Case("version", lines=SERVER),
    Case("version -f '{{.Server.Version}} {{.Server.APIVersion}} {{.Server.Os}}/{{.Server.Arch}}'"),
    Case("version --format '{{json .Server}}'"),
    Case("version -f '{{.Server.Bogus}}'"),
    Case("version -f '{{.Bogus}}'"),
    Case("version -f '{{range .Server.Components}}{{.Name}} {{.Version}}{{println}}{{end}}'"),
    Case("version -f '{{.Server.KernelVersion}} {{.Server.GoVersion}} {{.Server.GitCommit}} {{.Server.BuildTime}}'"),
    Case("version -f '{{.Client.APIVersion}} {{.Client.Os}}/{{.Client.Arch}} {{.Client.Context}}'"),
    Case("version -f json", stdout=False),
    Case("version x"),
    Case("version --bogus"),
    Case("version", lines=SERVER, env={"DOCKER_API_VERSION": "1.41"}, name="the version is pinned"),
    Case("ps -q -f label=nothing", env={"DOCKER_API_VERSION": "1.40"}, name="an older version is pinned"),
    Case("ps -q -f label=nothing", env={"DOCKER_API_VERSION": "1.99"}, name="a version that is too new is pinned"),
    Case("version", lines=SERVER, env={"DOCKER_HOST": "unix:///not/there.sock"}, name="no engine"),
    usage("version"),
]
INFO = [
    Case("info", lines=STABLE),
    Case("system info", lines=STABLE),
    *(Case(f"info -f '{{{{{field}}}}}'") for field in FIELDS),
    Case("info -f json", stdout=False),
    Case("info x"),
    Case("info --bogus"),
    Case("info", lines=STABLE, env={"DOCKER_HOST": "unix:///not/there.sock"}, name="no engine"),
    usage("info"),
]
EVENTS = [
    Case(f"events {BETWEEN} -f label={{label}}", setup=MOVED),
    Case(f"events {BETWEEN} -f container={{c}}", setup=MOVED),
    Case(f"events {BETWEEN} -f network={{net}}", setup=MOVED),
    Case(f"events {BETWEEN} -f volume={{vol}}", setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} -f event=start -f event=die", setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} -f type=container", setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} --format '{{{{json .}}}}'", setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} --format json", setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} --format '{{{{.Type}}}} {{{{.Action}}}} {{{{.Actor.Attributes.name}}}}'",
         setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} --format '{{{{.ID}}}} {{{{.Status}}}} {{{{.From}}}} {{{{.Time}}}}'",
         setup=MOVED),
    Case(f"events {BETWEEN} -f label={{label}} --format '{{{{.Bogus}}}}'", setup=MOVED),
    Case("events --since 1s --until 0s -f label=nothing"),
    Case("events --since 2020-01-01 --until 2020-01-02"),
    Case("events --since bogus --until 0s"),
    Case("events --until bogus"),
    Case("events --since 1s --until 0s -f label=nothing -f bogus=1"),
    Case("events --since 1s --until 0s -f bogus"),
    Case("events x"),
    Case("events --bogus"),
    Case(f"system events {BETWEEN} -f label={{label}}", setup=MOVED),
    usage("events"),
]  # fmt: skip
NO_COMMANDS = [
    Case("bogus"),
    Case("bogus --help"),
    Case("container bogus"),
    Case("container", mask=HELP),
    Case("container --bogus"),
    Case("image bogus x"),
    Case("image", mask=HELP),
    Case("help bogus"),
    Case("help container bogus"),
    Case("help ps x"),
    Case("help ps", lines="^Usage"),
    Case("ps help"),
    Case("--bogus"),
    Case("--bogus ps"),
    Case("-Q ps"),
    Case("-H"),
    Case("-H bogus://x ps"),
    Case("-H unix:///not/there.sock ps"),
    Case("-H tcp://127.0.0.1:1 ps"),
    Case("-H a -H b ps"),
    Case("-l bogus ps"),
    Case("-l debug ps -q -f label=nothing"),
    Case("-D ps -q -f label=nothing"),
    Case("-c not-there ps"),
    Case("-c default ps -q -f label=nothing"),
    Case("ps -q -f label=nothing", env={"DOCKER_CONTEXT": "not-there"}, name="DOCKER_HOST goes before DOCKER_CONTEXT"),
    Case("--help", lines="^Usage"),
    Case("", mask=HELP),
    *(usage(noun) for noun in ("container", "image", "system")),
]
CASES = VERSION + INFO + EVENTS + NO_COMMANDS
