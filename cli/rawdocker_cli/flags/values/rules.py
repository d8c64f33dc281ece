"""What the flags of create and run mean together: the conflicts docker refuses, and what follows from several."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Draft, Options
from rawdocker_cli.flags.values.networks import is_user_defined

PER_NETWORK = (
    ("network-alias", "Aliases", "--network-alias and per-network alias"),
    ("ip", "IPv4Address", "--ip and per-network IPv4 address"),
    ("ip6", "IPv6Address", "--ip6 and per-network IPv6 address"),
    ("mac-address", "MacAddress", "--mac-address and per-network MAC address"),
    ("link-local-ip", "LinkLocalIPs", "--link-local-ip and per-network link-local IP addresses"),
)
"""The flags that name a setting of the first network: the key of the setting, and both as the error names them."""

HEALTH = tuple(f"health-{name}" for name in ("cmd", "interval", "timeout", "retries", "start-period", "start-interval"))


def finish(draft: Draft, options: Options) -> None:
    """Refuse what does not go together, and add what docker concludes; raises ValueError with docker's words."""
    host = draft.body.get("HostConfig", {})
    if options.log_driver == "none" and options.log_opt:
        raise ValueError("invalid logging opts for driver none")
    if options.no_healthcheck and any(options.values.get(name) for name in HEALTH):
        raise ValueError("--no-healthcheck conflicts with --health-* options")
    if options.rm and host.get("RestartPolicy", {}).get("Name", "no") != "no":
        raise ValueError("conflicting options: cannot specify both --restart and --rm")
    _check_networks(draft, options)
    if not options.attach and not getattr(options, "detach", False):
        draft.body.update(AttachStdout=True, AttachStderr=True)
    if draft.body.get("OpenStdin") and draft.body.get("AttachStdin"):
        draft.body["StdinOnce"] = True


def _check_networks(draft: Draft, options: Options) -> None:
    attachments = options.network
    if attachments:
        typed = {**attachments[0].settings, **attachments[0].settings.get("IPAMConfig", {})}
        for flag, key, both in PER_NETWORK:
            if options.values.get(flag) and typed.get(key):
                raise ValueError(f"conflicting options: cannot specify both {both}")
    targets = [attachment.target for attachment in attachments]
    if not all(target.strip() for target in targets):
        raise ValueError("no name set for network")
    for network, settings in draft.body.get("NetworkingConfig", {}).get("EndpointsConfig", {}).items():
        if settings.get("Aliases") and not is_user_defined(network):
            raise ValueError("network-scoped aliases are only supported for user-defined networks")
    for index, target in enumerate(targets):
        if target in targets[:index]:
            raise ValueError(f'network "{target}" is specified multiple times')
    if len({is_user_defined(target) for target in targets}) > 1:
        raise ValueError("conflicting options: cannot attach both user-defined and non-user-defined network-modes")
