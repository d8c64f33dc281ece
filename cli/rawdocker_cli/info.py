"""The page that `info` prints: what the engine answers to GET /info, laid out as docker does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rawdocker_cli.listing import truth
from rawdocker_cli.units import bytes_size, human_duration

Info = dict[str, Any]

SECOND = 1_000_000_000

NAMES = (
    (" Kernel Version", "KernelVersion"),
    (" Operating System", "OperatingSystem"),
    (" OSType", "OSType"),
    (" Architecture", "Architecture"),
)
PROXIES = (("HTTP Proxy", "HttpProxy"), ("HTTPS Proxy", "HttpsProxy"), ("No Proxy", "NoProxy"))


def client_lines(client: Info) -> list[str]:
    """Return the lines about this client."""
    return [
        "Client:",
        f" Version:    {client['Version']}",
        f" Context:    {client['Context']}",
        f" Debug Mode: {truth(client['Debug'])}",
    ]


def server_lines(info: Info, user: str = "", debug: bool = False) -> tuple[list[str], list[str]]:
    """Return the lines about the engine, and what was wrong with its answer."""
    errors: list[str] = []
    lines = [
        *_counts(info),
        *_plugins(info),
        *_devices(info),
        *_swarm(info.get("Swarm") or {}),
        *_runtimes(info),
        *(_linux(info, errors) if info.get("OSType") == "linux" else ()),
        *([f" Default Isolation: {info.get('Isolation', '')}"] if info.get("OSType") == "windows" else ()),
        *_machine(info, debug),
        *_filled(info, ((f" {label}", key) for label, key in PROXIES)),
        *([f" Username: {user}"] if user else ()),
        *_labels(info),
        f" Experimental: {truth(info.get('ExperimentalBuild'))}",
        *_registries(info.get("RegistryConfig") or {}),
        *_rest(info),
        "",
    ]
    return lines, errors


def _filled(info: Info, names: Any) -> Iterator[str]:
    """Yield a line for each of the fields that says something."""
    return (f"{label}: {info[key]}" for label, key in names if info.get(key))


def _counts(info: Info) -> Iterator[str]:
    yield f" Containers: {info.get('Containers', 0)}"
    for state in ("Running", "Paused", "Stopped"):
        yield f"  {state}: {info.get(f'Containers{state}', 0)}"
    yield f" Images: {info.get('Images', 0)}"
    yield from _filled(info, ((" Server Version", "ServerVersion"), (" Storage Driver", "Driver")))
    for name, value in info.get("DriverStatus") or ():
        yield f"  {name}: {value}"
    for name, value in info.get("SystemStatus") or ():
        yield f" {name}: {value}"
    yield from _filled(
        info,
        (
            (" Logging Driver", "LoggingDriver"),
            (" Cgroup Driver", "CgroupDriver"),
            (" Cgroup Version", "CgroupVersion"),
        ),
    )


def _plugins(info: Info) -> Iterator[str]:
    plugins = info.get("Plugins") or {}
    yield " Plugins:"
    for kind in ("Volume", "Network", "Authorization", "Log"):
        names = plugins.get(kind) or []
        if names or kind != "Authorization":
            yield f"  {kind}: {' '.join(names)}"


def _devices(info: Info) -> Iterator[str]:
    if info.get("CDISpecDirs"):
        yield " CDI spec directories:"
        yield from (f"  {directory}" for directory in info["CDISpecDirs"])
    if info.get("DiscoveredDevices"):
        yield " Discovered Devices:"
        yield from (f"  {device['Source']}: {device['ID']}" for device in info["DiscoveredDevices"])


def _swarm(swarm: Info) -> Iterator[str]:
    state = swarm.get("LocalNodeState", "")
    yield f" Swarm: {state}"
    if state in ("inactive", "locked"):
        return
    yield f"  NodeID: {swarm.get('NodeID', '')}"
    yield from _filled(swarm, (("  Error", "Error"),))
    yield f"  Is Manager: {truth(swarm.get('ControlAvailable'))}"
    if swarm.get("Cluster") and swarm.get("ControlAvailable") and not swarm.get("Error") and state != "error":
        yield from _cluster(swarm, swarm["Cluster"])
    yield f"  Node Address: {swarm.get('NodeAddr', '')}"
    managers = sorted(manager["Addr"] for manager in swarm.get("RemoteManagers") or ())
    if managers:
        yield "  Manager Addresses:"
        yield from (f"   {address}" for address in managers)


def _cluster(swarm: Info, cluster: Info) -> Iterator[str]:
    spec = cluster["Spec"]
    raft, authority = spec.get("Raft") or {}, spec.get("CAConfig") or {}
    yield f"  ClusterID: {cluster['ID']}"
    yield f"  Managers: {swarm.get('Managers', 0)}"
    yield f"  Nodes: {swarm.get('Nodes', 0)}"
    if cluster.get("DefaultAddrPool") is not None:
        yield "  Default Address Pool: " + "".join(f"{pool}  " for pool in cluster["DefaultAddrPool"])
        yield f"  SubnetSize: {cluster.get('SubnetSize', 0)}"
    yield from _filled(cluster, (("  Data Path Port", "DataPathPort"),))
    yield "  Orchestration:"
    kept = (spec.get("Orchestration") or {}).get("TaskHistoryRetentionLimit") or 0
    yield f"   Task History Retention Limit: {kept}"
    yield "  Raft:"
    yield f"   Snapshot Interval: {raft.get('SnapshotInterval', 0)}"
    if raft.get("KeepOldSnapshots") is not None:
        yield f"   Number of Old Snapshots to Retain: {raft['KeepOldSnapshots']}"
    yield f"   Heartbeat Tick: {raft.get('HeartbeatTick', 0)}"
    yield f"   Election Tick: {raft.get('ElectionTick', 0)}"
    yield "  Dispatcher:"
    yield f"   Heartbeat Period: {_duration(spec.get('Dispatcher'), 'HeartbeatPeriod')}"
    yield "  CA Configuration:"
    yield f"   Expiry Duration: {_duration(authority, 'NodeCertExpiry')}"
    yield f"   Force Rotate: {authority.get('ForceRotate', 0)}"
    if (authority.get("SigningCACert") or "").strip():
        yield f"   Signing CA Certificate: \n{authority['SigningCACert'].strip()}\n"
    if authority.get("ExternalCAs"):
        yield "   External CAs:"
        yield from (f"     {entry['Protocol']}: {entry['URL']}" for entry in authority["ExternalCAs"])
    yield f"  Autolock Managers: {truth((spec.get('EncryptionConfig') or {}).get('AutoLockManagers'))}"
    yield f"  Root Rotation In Progress: {truth(cluster.get('RootRotationInProgress'))}"


def _duration(settings: Info | None, key: str) -> str:
    return human_duration(((settings or {}).get(key) or 0) / SECOND)


def _runtimes(info: Info) -> Iterator[str]:
    if info.get("Runtimes"):
        yield f" Runtimes: {' '.join(info['Runtimes'])}"
        yield f" Default Runtime: {info.get('DefaultRuntime', '')}"


def _linux(info: Info, errors: list[str]) -> Iterator[str]:
    yield f" Init Binary: {info.get('InitBinary', '')}"
    for program in ("containerd", "runc", "init"):
        yield f" {program} version: {(info.get(f'{program.title()}Commit') or {}).get('ID', '')}"
    if not info.get("SecurityOptions"):
        return
    try:
        options = [_security_option(text) for text in info["SecurityOptions"]]
    except ValueError as error:
        errors.append(str(error))
        return
    yield " Security Options:"
    for name, profiles in options:
        yield f"  {name}"
        yield from (f"   Profile: {profile}" for profile in profiles)


def _security_option(text: str) -> tuple[str, list[str]]:
    """Read name=seccomp,profile=default; raises ValueError with docker's words for anything else."""
    if "=" not in text:
        return text, []
    name, profiles = "", []
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f'invalid security option "{part}"')
        if not key or not value:
            raise ValueError("invalid empty security option")
        if key == "name":
            name = value
        elif key == "profile":
            profiles.append(value)
    return name, profiles


def _machine(info: Info, debug: bool) -> Iterator[str]:
    yield from _filled(info, NAMES)
    yield f" CPUs: {info.get('NCPU', 0)}"
    yield f" Total Memory: {bytes_size(info.get('MemTotal', 0))}"
    yield from _filled(info, ((" Name", "Name"), (" ID", "ID")))
    yield f" Docker Root Dir: {info.get('DockerRootDir', '')}"
    yield f" Debug Mode: {truth(info.get('Debug'))}"
    if info.get("Debug") or debug:
        yield f"  File Descriptors: {info.get('NFd', 0)}"
        yield f"  Goroutines: {info.get('NGoroutines', 0)}"
        yield f"  System Time: {info.get('SystemTime', '')}"
        yield f"  EventsListeners: {info.get('NEventsListener', 0)}"


def _labels(info: Info) -> Iterator[str]:
    if info.get("Labels"):
        yield " Labels:"
        yield from (f"  {label}" for label in info["Labels"])


def _registries(config: Info) -> Iterator[str]:
    indexes, networks = config.get("IndexConfigs") or {}, config.get("InsecureRegistryCIDRs") or []
    if indexes or networks:
        yield " Insecure Registries:"
        yield from (f"  {index['Name']}" for index in indexes.values() if not index.get("Secure"))
        yield from (f"  {network}" for network in networks)
    if config.get("Mirrors"):
        yield " Registry Mirrors:"
        yield from (f"  {mirror}" for mirror in config["Mirrors"])


def _rest(info: Info) -> Iterator[str]:
    yield f" Live Restore Enabled: {truth(info.get('LiveRestoreEnabled'))}"
    yield from _filled(info, ((" Product License", "ProductLicense"),))
    if info.get("DefaultAddressPools"):
        yield " Default Address Pools:"
        yield from (f"   Base: {pool['Base']}, Size: {pool['Size']}" for pool in info["DefaultAddressPools"])
