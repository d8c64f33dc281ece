"""run and create."""

from __future__ import annotations

from typing import Any

from rawdocker_cli.flags.common import DETACH_KEYS, RAW_TERMINAL, SENDS_STDIN, SIG_PROXY
from rawdocker_cli.flags.flag import Flag, Kind, Verb, body, pairs, query
from rawdocker_cli.flags.kinds import (
    BOOL,
    BYTES,
    DECIMAL,
    DURATION,
    INT,
    INT64,
    LABEL,
    LIST,
    MAP,
    STRING,
    SWAP,
    UINT16,
    UINT64,
)
from rawdocker_cli.flags.ours import PIN
from rawdocker_cli.flags.values import devices, mounts, networks, ports, process, variables


def _flag(name: str, kind: Kind, path: str, help: str, **more: Any) -> Flag:
    """Return a flag whose value goes to a path of the body as it is."""
    return Flag(name, kind, help, body(path), **more)


def _host(name: str, kind: Kind, key: str, help: str, **more: Any) -> Flag:
    return _flag(name, kind, f"HostConfig.{key}", help, **more)


_ATTACH = "POST /containers/{id}/attach"

# In the order in which docker checks the values, so that of several mistakes both name the same one.
_STREAMS = (
    Flag("attach", process.ATTACH, "stdin, stdout or stderr", process.into_attach, short="a"),
    Flag("interactive", BOOL, "Keep stdin open", process.into_interactive, short="i", wire=("StdinOnce",)),
)

_NETWORK = (
    Flag(
        "network",
        networks.NETWORK,
        "A network's name, or name=…,alias=…,ip=…",
        networks.into_networks,
    ),
    Flag("net", networks.NETWORK, "Old name of --network", networks.into_networks, alias_of="network", hidden=True),
    Flag(
        "mac-address",
        STRING,
        "MAC address in the first network",
        networks.into_mac,
    ),
)

_RESOURCES = (
    Flag(
        "memory-swappiness",
        INT64,
        "0 to 100: how readily memory is swapped out",
        process.into_swappiness,
        default=-1,
    ),
    _host("memory", BYTES, "Memory", "The most memory", short="m"),
    _host("memory-reservation", BYTES, "MemoryReservation", "Memory kept for it when memory is short"),
    _host("memory-swap", SWAP, "MemorySwap", "Memory and swap together, -1 for no limit"),
    _host("kernel-memory", BYTES, "KernelMemory", "Kernel memory; not sent since API 1.42", hidden=True),
    _host("cpus", DECIMAL, "NanoCpus", "How many CPUs, 1.5 for one and a half", since="1.25"),
    _host("cpu-shares", INT64, "CpuShares", "Relative weight where CPUs are short", short="c"),
    _host("cpu-period", INT64, "CpuPeriod", "Microseconds of a scheduling period"),
    _host("cpu-quota", INT64, "CpuQuota", "Microseconds of CPU in each period"),
    _host("cpu-rt-period", INT64, "CpuRealtimePeriod", "Microseconds of a real-time period", since="1.25"),
    _host("cpu-rt-runtime", INT64, "CpuRealtimeRuntime", "Microseconds of CPU in each real-time period", since="1.25"),
    _host("cpuset-cpus", STRING, "CpusetCpus", "Which CPUs: 0-3, 0,1"),
    _host("cpuset-mems", STRING, "CpusetMems", "Which memory nodes: 0-3, 0,1"),
    _host("cpu-count", INT64, "CpuCount", "How many CPUs; Windows only", needs="windows"),
    _host("cpu-percent", INT64, "CpuPercent", "Percentage of the CPUs; Windows only", needs="windows"),
    _host("io-maxbandwidth", BYTES, "IOMaximumBandwidth", "Bytes a second of the system drive", needs="windows"),
    _host("io-maxiops", UINT64, "IOMaximumIOps", "Operations a second of the system drive", needs="windows"),
    _host("pids-limit", INT64, "PidsLimit", "The most processes, -1 for no limit"),
    _host("blkio-weight", UINT16, "BlkioWeight", "Relative weight of block I/O, 10 to 1000, 0 for none"),
    _host("blkio-weight-device", devices.WEIGHT, "BlkioWeightDevice", "The same for /dev/name:weight"),
    _host("device-read-bps", devices.BYTES_RATE, "BlkioDeviceReadBps", "/dev/name:bytes read a second"),
    _host("device-read-iops", devices.COUNT_RATE, "BlkioDeviceReadIOps", "/dev/name:reads a second"),
    _host("device-write-bps", devices.BYTES_RATE, "BlkioDeviceWriteBps", "/dev/name:bytes written a second"),
    _host("device-write-iops", devices.COUNT_RATE, "BlkioDeviceWriteIOps", "/dev/name:writes a second"),
    _host("oom-kill-disable", BOOL, "OomKillDisable", "Do not kill it when memory runs out"),
    _host("oom-score-adj", INT, "OomScoreAdj", "-1000 to 1000: how soon it is killed when memory runs out"),
    _host("shm-size", BYTES, "ShmSize", "Size of /dev/shm"),
    Flag("ulimit", devices.ULIMIT, "name=soft[:hard]", devices.into_ulimits),
    _host("cgroup-parent", STRING, "CgroupParent", "The cgroup above its own"),
)

_FILES = (
    Flag(
        "volume",
        LIST,
        "source:target[:options], or a target alone",
        mounts.into_volumes,
        short="v",
    ),
    _host("mount", mounts.MOUNT, "Mounts", "type=bind|volume|tmpfs|image,src=…,dst=…,…"),
    Flag("tmpfs", LIST, "path[:options]", mounts.into_tmpfs),
    _host("volumes-from", LIST, "VolumesFrom", "All volumes of a container, :ro to read only"),
    _host("volume-driver", STRING, "VolumeDriver", "Driver of the volumes that are made"),
    _host("read-only", BOOL, "ReadonlyRootfs", "Do not write to the root file system"),
)

_PORTS = (
    Flag(
        "publish",
        LIST,
        "[[ip:]port:]port[/protocol], or ranges",
        ports.into_publish,
        short="p",
    ),
    Flag("expose", LIST, "port[-port][/protocol]", ports.into_expose),
    _host("publish-all", BOOL, "PublishAllPorts", "Publish exposed ports at free ports of the host", short="P"),
)

_DEVICES = (
    Flag(
        "gpus",
        devices.GPUS,
        "A count, all, or device=…,capabilities=…",
        devices.into_gpus,
        since="1.40",
    ),
    Flag(
        "device",
        LIST,
        "host[:container][:rwm], or a CDI device",
        devices.into_devices,
    ),
    _host("device-cgroup-rule", devices.CGROUP_RULE, "DeviceCgroupRules", "'c 1:3 mr': devices it may use"),
)

_PROCESS = (
    Flag("env-file", LIST, "Files of variables", variables.into_environment_from_files),
    Flag(
        "env",
        variables.ENVIRONMENT,
        "name=value; a name alone is passed on",
        variables.into_environment,
        short="e",
    ),
    Flag("label-file", LIST, "Files of labels", variables.into_labels_from_files),
    Flag("label", LABEL, "name=value", variables.into_labels, short="l"),
    Flag("entrypoint", STRING, "The program, instead of the image's", process.into_entrypoint),
    _flag("hostname", STRING, "Hostname", "Its host name", short="h"),
    _flag("domainname", STRING, "Domainname", "Its NIS domain"),
    _flag("user", STRING, "User", "name|uid[:group|gid]", short="u"),
    _host("group-add", LIST, "GroupAdd", "More groups"),
    _flag("workdir", STRING, "WorkingDir", "Where the command starts", short="w"),
    _flag("tty", BOOL, "Tty", "Give it a terminal", short="t"),
    _flag("stop-signal", STRING, "StopSignal", "What stop sends first"),
    _flag("stop-timeout", INT, "StopTimeout", "Seconds from stop to SIGKILL", since="1.25"),
    _host("init", BOOL, "Init", "A small process 1 that reaps others and passes signals on", since="1.25"),
    _host("runtime", STRING, "Runtime", "The OCI runtime"),
    _host("isolation", STRING, "Isolation", "default, process or hyperv; Windows only"),
    Flag(
        "annotation",
        MAP,
        "name=value for the runtime",
        pairs("HostConfig.Annotations"),
        since="1.43",
    ),
    Flag("sysctl", variables.SYSCTL, "name=value", pairs("HostConfig.Sysctls")),
    Flag(
        "pid",
        STRING,
        "host or container:name",
        process.into_namespace("HostConfig.PidMode", "--pid: invalid PID mode", "host", shared=True),
    ),
    Flag(
        "uts",
        STRING,
        "host",
        process.into_namespace("HostConfig.UTSMode", "--uts: invalid UTS mode", "host"),
    ),
    Flag(
        "userns",
        STRING,
        "host",
        process.into_namespace("HostConfig.UsernsMode", "--userns: invalid USER mode", "host"),
    ),
    Flag(
        "cgroupns",
        STRING,
        "host or private",
        process.into_namespace("HostConfig.CgroupnsMode", "--cgroupns: invalid CGROUP mode", "host", "private"),
        since="1.41",
    ),
    _host("ipc", STRING, "IpcMode", "none, private, shareable, host or container:name"),
    Flag(
        "restart",
        STRING,
        "no, always, on-failure[:n], unless-stopped",
        process.into_restart,
        default="no",
    ),
    _host("log-driver", STRING, "LogConfig.Type", "Where its output is kept"),
    Flag(
        "log-opt",
        MAP,
        "name=value for the log driver",
        pairs("HostConfig.LogConfig.Config"),
    ),
    Flag("security-opt", LIST, "name=value", process.into_security),
    _host("privileged", BOOL, "Privileged", "All rights, all devices"),
    Flag("cap-add", LIST, "Capabilities more", process.into_capabilities("CapAdd")),
    Flag("cap-drop", LIST, "Capabilities less", process.into_capabilities("CapDrop")),
    Flag("storage-opt", LIST, "name=value for the storage driver", variables.into_storage),
    Flag("health-cmd", STRING, "Command that tells health", process.into_health_command),
    *(
        Flag(
            f"health-{name}",
            kind,
            help,
            process.into_health(key, f"health-{name}"),
            since=since,
        )
        for name, kind, key, since, help in (
            ("interval", DURATION, "Interval", "", "From one check to the next"),
            ("timeout", DURATION, "Timeout", "", "How long a check may take"),
            ("retries", INT, "Retries", "", "Failures in a row that mean unhealthy"),
            ("start-period", DURATION, "StartPeriod", "1.29", "How long failures do not count"),
            ("start-interval", DURATION, "StartInterval", "1.44", "From one check to the next in that time"),
        )
    ),
    Flag("no-healthcheck", BOOL, "No health check, nor the image's", process.into_no_healthcheck),
    _host("rm", BOOL, "AutoRemove", "Remove it when it ends"),
)

_NAMES = (
    Flag("link", networks.LINK, "container[:alias]", networks.into_links),
    Flag(
        "network-alias",
        LIST,
        "One more name in the first network",
        networks.into_endpoint("Aliases"),
    ),
    Flag(
        "net-alias",
        LIST,
        "Old name of --network-alias",
        networks.into_endpoint("Aliases"),
        alias_of="network-alias",
        hidden=True,
    ),
    *(
        Flag(name, kind, help, networks.into_endpoint("IPAMConfig", key))
        for name, kind, key, help in (
            ("ip", STRING, "IPv4Address", "IPv4 address in the first network"),
            ("ip6", STRING, "IPv6Address", "IPv6 address in the first network"),
            ("link-local-ip", LIST, "LinkLocalIPs", "Link-local addresses in the first network"),
        )
    ),
    _host("add-host", networks.EXTRA_HOST, "ExtraHosts", "name:ip for its /etc/hosts"),
    _host("dns", networks.NAMESERVER, "Dns", "Addresses of name servers"),
    _host("dns-search", networks.SEARCH_DOMAIN, "DnsSearch", "Domains in which names are looked up"),
    _host("dns-option", LIST, "DnsOptions", "Options of /etc/resolv.conf"),
    _host("dns-opt", LIST, "DnsOptions", "Old name of --dns-option", alias_of="dns-option", hidden=True),
)

_CREATION = (
    Flag("name", STRING, "Its name", query("name")),
    Flag("platform", STRING, "os[/arch[/variant]] of the image", query("platform"), since="1.32"),
    PIN,
    Flag(
        "pull",
        STRING,
        "always, missing or never: whether the image is pulled",
        default="missing",
        wire=("POST /images/create",),
        client="pulls the image before it creates the container: always, or where that was answered by 404 (missing)",
    ),
    Flag(
        "quiet",
        BOOL,
        "Do not show the pull",
        short="q",
        client="does not print the progress that POST /images/create streams",
    ),
    _host(
        "cidfile",
        STRING,
        "ContainerIDFile",
        "Write its id to this file",
        client="makes the file, which must not exist, and writes the id of the answer into it",
    ),
    Flag(
        "use-api-socket",
        BOOL,
        "Mount the engine's socket, and copy the stored credentials into it",
        wire=("HostConfig.Mounts", "Env", "PUT /containers/{id}/archive"),
        client="reads the credentials that are stored for registries",
    ),
    Flag(
        "disable-content-trust",
        BOOL,
        "Do not verify the image; rawdocker never does",
        default=True,
        hidden=True,
        client="refuses an image whose signature is to be verified",
    ),
)

_CREATE = (
    *_STREAMS, *_NETWORK, *_RESOURCES, *_FILES, *_PORTS, *_DEVICES, *_PROCESS, *_NAMES, *_CREATION,
)  # fmt: skip

_WHEN_RUN: dict[str, dict[str, Any]] = {
    "attach": {"wire": tuple(f"?{name} of {_ATTACH}" for name in ("stdin", "stdout", "stderr"))},
    "interactive": {"wire": ("StdinOnce", f"?stdin of {_ATTACH}"), "client": SENDS_STDIN},
    "tty": {"client": f"{RAW_TERMINAL} by POST /containers/{{id}}/resize"},
    "rm": {"wire": ("?condition=removed of POST /containers/{id}/wait",)},
}
"""What else some flags of create do where the container is started as well."""

_RUN = (
    *(flag._replace(**_WHEN_RUN.get(flag.name, {})) for flag in _CREATE),
    Flag(
        "detach",
        BOOL,
        "Print its id and leave it running",
        process.into_detach,
        short="d",
        client="does not attach, prints the id of the answer, and does not wait for the end",
    ),
    Flag(
        "detach-keys",
        STRING,
        "Keys that leave it, ctrl-p,ctrl-q",
        wire=(f"?detachKeys of {_ATTACH}",),
        client=DETACH_KEYS,
    ),
    Flag(
        "sig-proxy",
        BOOL,
        "Pass signals on to it",
        default=True,
        wire=("?signal of POST /containers/{id}/kill",),
        client=SIG_PROXY,
    ),
)

_USAGE = "[OPTIONS] IMAGE [COMMAND] [ARG...]"
_WORDS = {"IMAGE": ("Image", "?fromImage of POST /images/create"), "COMMAND": ("Cmd",), "ARG": ("Cmd",)}

VERBS = (
    Verb(
        "container run",
        _USAGE,
        "Create a container and run a command in it",
        1,
        None,
        "run:run",
        (
            "POST /containers/create?name&platform",
            "POST /images/create?fromImage&tag (where the image is missing, then create again)",
            "POST /containers/{id}/attach?stream&stdin&stdout&stderr (without --detach)",
            "POST /containers/{id}/wait?condition",
            "POST /containers/{id}/start",
        ),
        _RUN,
        aliases=("run",),
        words=_WORDS,
        interspersed=False,
    ),
    Verb(
        "container create",
        _USAGE,
        "Create a container without starting it",
        1,
        None,
        "create:create",
        (
            "POST /containers/create?name&platform",
            "POST /images/create?fromImage&tag (where the image is missing, then create again)",
        ),
        _CREATE,
        aliases=("create",),
        words=_WORDS,
        interspersed=False,
    ),
)
