"""--publish and --expose."""

from __future__ import annotations

from collections.abc import Iterator

from rawdocker_cli.flags.flag import Draft, puts
from rawdocker_cli.flags.values import go

PROTOCOLS = ("tcp", "udp", "sctp")


@puts("HostConfig.PortBindings", "ExposedPorts")
def into_publish(draft: Draft, specs: list[str]) -> None:
    """Put each [[ip:]host:]container[/protocol] into ExposedPorts and HostConfig.PortBindings."""
    for spec in map(_short_form, specs):
        for port, binding in _bindings(spec):
            draft.at("ExposedPorts", default={})[port] = {}
            draft.at("HostConfig", "PortBindings", port, default=[]).append(binding)


@puts("ExposedPorts")
def into_expose(draft: Draft, specs: list[str]) -> None:
    """Put each port[-port][/protocol] into ExposedPorts."""
    for spec in specs:
        if ":" in spec:
            raise ValueError(f"invalid port format for --expose: {spec}")
        ports, protocol = _port_and_protocol(spec)
        try:
            first, last = _range(ports)
        except ValueError as error:
            raise ValueError(f"invalid range format for --expose: {spec}, error: {error}") from None
        for port in range(first, last + 1):
            draft.at("ExposedPorts", default={})[f"{port}/{protocol}"] = {}


def _short_form(spec: str) -> str:
    """Return published=8080,target=80,protocol=tcp as 8080:80/tcp."""
    if "=" not in spec:
        return spec
    parts = {"published": "", "target": "", "protocol": "tcp"}
    for field in spec.split(","):
        key, equals, value = field.partition("=")
        if not equals or not key:
            raise ValueError(f"invalid publish opts format (should be name=value but got '{field}')")
        parts[key] = value
    return f"{parts['published']}:{parts['target']}/{parts['protocol']}"


def _bindings(spec: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each port of the container (80/tcp) with the binding on the host that a spec gives it."""
    *addresses, container = spec.rsplit(":", 2)
    host = addresses.pop() if addresses else ""
    address = _host_address(":".join(addresses))
    ports, protocol = _port_and_protocol(container)
    if not ports:
        raise ValueError(f"no port specified: {spec}<empty>")
    first, last = _range_or(ports, f"invalid containerPort: {ports}")
    host_first, host_last = _range_or(host, f"invalid hostPort: {host}") if host else (0, 0)
    if host and last - first != host_last - host_first and last != first:
        raise ValueError(f"invalid ranges specified for container and host Ports: {ports} and {host}")
    if protocol.lower() not in PROTOCOLS:
        raise ValueError(f"invalid proto: {protocol}")
    for offset in range(last - first + 1):
        host_port = str(host_first + offset) if host else ""
        if first == last and host_first != host_last:
            # one port of the container and a range of the host: the engine takes whichever is free
            host_port = f"{host_first}-{host_last}"
        yield f"{first + offset}/{protocol.lower()}", {"HostIp": address, "HostPort": host_port}


def _host_address(text: str) -> str:
    address = text
    if text.startswith("["):
        if not text.endswith("]"):
            raise ValueError(f"invalid IP address {text}: address {text}:: missing ']' in address")
        address = text[1:-1]
    if address and not go.ip_address(address):
        raise ValueError(f"invalid IP address: {address}")
    return address


def _port_and_protocol(spec: str) -> tuple[str, str]:
    ports, _, rest = spec.partition("/")
    return (ports, rest.partition("/")[0] or "tcp") if ports else ("", "")


def _range(text: str) -> tuple[int, int]:
    if not text:
        raise ValueError("empty string specified for ports")
    first, *rest = text.split("-")
    start = go.unsigned(first, 16)
    end = go.unsigned(rest[0], 16) if rest else start
    if end < start:
        raise ValueError(f"invalid range specified for port: {text}")
    return start, end


def _range_or(text: str, message: str) -> tuple[int, int]:
    try:
        return _range(text)
    except ValueError:
        raise ValueError(message) from None
