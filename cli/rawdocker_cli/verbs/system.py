"""The engine itself: its version, how it is set up, what happens in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker import __version__
from rawdocker.calls.system import system_events, system_info, system_version
from rawdocker.errors import EngineError, RawdockerError, UnreachableError
from rawdocker.version import HIGHEST
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.shell import PROGRAM, Shell, spoken

if TYPE_CHECKING:
    from rawdocker_cli.template import Template
    from rawdocker_cli.template.values import Function

BAD_TEMPLATE = 64
"""The exit code for a --format that cannot be parsed."""


def version_line() -> str:
    """Return what --version prints."""
    return f"{PROGRAM} version {__version__}"


def version(shell: Shell, options: Options, words: list[str]) -> None:
    """Show the version of this client and, if the engine answers, of the engine."""
    template = _version_template(shell, options.format) if options.format else None
    found, failure = _versions(shell)
    if template is None:
        _print_columns(shell, "\n".join(version_lines(found["Client"], found["Server"])))
    else:
        from rawdocker_cli.goshapes import shape
        from rawdocker_cli.template import ExecutionError

        try:
            _print_columns(shell, template.render(shape("system.versionInfo", found)))
        except ExecutionError as error:
            _print_columns(shell, error.partial)
            failure = failure or str(error)
    if failure:
        shell.fail(failure)


def _version_template(shell: Shell, text: str) -> Template:
    from rawdocker_cli.goshapes import VERSION_FUNCTIONS

    return _parsed(shell, text, "template parsing error", "version", VERSION_FUNCTIONS)


def _parsed(
    shell: Shell, text: str, complaint: str, name: str = "", functions: Mapping[str, Function] | None = None
) -> Template:
    from rawdocker_cli.template import FUNCTIONS, TemplateError, parse

    try:
        return parse("{{json .}}" if text == "json" else text, name, functions or FUNCTIONS)
    except TemplateError as error:
        shell.fail(f"{complaint}: {error}", BAD_TEMPLATE)


def _print_columns(shell: Shell, text: str) -> None:
    from rawdocker_cli.tabwriter import render

    shell.write(render(text.split("\n"), min_width=20, padding=1))


def _versions(shell: Shell) -> tuple[dict[str, Any], str]:
    """Return what is known of client and engine, and why nothing is known of the engine."""
    client = {**_client(shell), "ApiVersion": HIGHEST}
    try:
        client["ApiVersion"] = shell.docker.negotiate()
        server = shell.send(system_version())
    except RawdockerError as error:
        return {"Client": client, "Server": None}, spoken(error)
    components = server.setdefault("Components", [])
    if not any(component["Name"] == "Engine" for component in components):
        components.append(_engine_alone(server))
    for component in components:
        if component["Name"] == "Engine" and "BuildTime" in component["Details"]:
            component["Details"]["BuildTime"] = _readable(component["Details"]["BuildTime"])
    return {"Client": client, "Server": server}, ""


def _client(shell: Shell) -> dict[str, str]:
    """Return what this client is, in the names of docker's own version information."""
    from sys import version_info

    from rawdocker.registry.platform import local_architecture, local_system

    return {
        "Version": __version__,
        "DefaultAPIVersion": HIGHEST,
        "GoVersion": "python{}.{}.{}".format(*version_info),
        "Os": local_system(),
        "Arch": local_architecture(),
        "Context": shell.docker.endpoint.context,
    }


def _engine_alone(server: dict[str, Any]) -> dict[str, Any]:
    """Return the component that engines without a list of components are themselves."""
    names = ("ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "BuildTime")
    details = {name: server.get(name, "") for name in names}
    details["Experimental"] = "true" if server.get("Experimental") else "false"
    return {"Name": "Engine", "Version": server["Version"], "Details": details}


def _readable(time: str) -> str:
    from rawdocker_cli.units import UnitError, parse_rfc3339

    try:
        return parse_rfc3339(time).ansic()
    except UnitError:
        return time


def version_lines(client: dict[str, str], server: dict[str, Any] | None) -> list[str]:
    """Return the lines of `version`, a tab between a name and its value."""
    api, newest = client["ApiVersion"], client["DefaultAPIVersion"]
    lines = [
        "Client:",
        f" Version:\t{client['Version']}",
        f" API version:\t{api}{f' (downgraded from {newest})' if api != newest else ''}",
        f" Python version:\t{client['GoVersion'].removeprefix('python')}",
        f" OS/Arch:\t{client['Os']}/{client['Arch']}",
        f" Context:\t{client['Context']}",
    ]
    if server is None:
        return lines
    platform = server.get("Platform", {}).get("Name", "")
    lines += ["", f"Server: {platform}" if platform else "Server:"]
    for component in server["Components"]:
        lines += [f" {component['Name']}:", f"  Version:\t{component['Version']}", *_detail_lines(component)]
    return lines


def _detail_lines(component: dict[str, Any]) -> list[str]:
    details = component.get("Details") or {}
    if component["Name"] != "Engine":
        return [f"  {name}:\t{details[name]}" for name in sorted(details)]

    def detail(name: str) -> str:
        return str(details.get(name, ""))

    return [
        f"  API version:\t{detail('ApiVersion')} (minimum version {detail('MinAPIVersion')})",
        f"  Go version:\t{detail('GoVersion')}",
        f"  Git commit:\t{detail('GitCommit')}",
        f"  Built:\t{detail('BuildTime')}",
        f"  OS/Arch:\t{detail('Os')}/{detail('Arch')}",
        f"  Experimental:\t{detail('Experimental')}",
    ]


def info(shell: Shell, options: Options, words: list[str]) -> None:
    """Show how client and engine are set up."""
    client = {**_client(shell), "Debug": bool(shell.options.debug), "Plugins": []}
    if options.format:
        _format_info(shell, options.format, client)
    else:
        _print_info(shell, client)


def _print_info(shell: Shell, client: dict[str, Any]) -> None:
    from rawdocker_cli.info import client_lines, server_lines

    shell.print("\n".join([*client_lines(client), "", "Server:"]))
    try:
        found = shell.send(system_info())
    except UnreachableError:
        raise
    except RawdockerError as error:
        shell.warn(f"ERROR: {spoken(error)}")
        shell.fail("errors pretty printing info")
    lines, errors = server_lines(found, user=_hub_user(shell), debug=client["Debug"])
    shell.print("\n".join(lines))
    for warning in found.get("Warnings") or ():
        shell.warn(warning)
    for text in errors:
        shell.warn(f"ERROR: {text}")
    if errors:
        shell.fail("errors pretty printing info")


def _hub_user(shell: Shell) -> str:
    from rawdocker.registry.credentials import in_file
    from rawdocker.registry.reference import DEFAULT_DOMAIN

    return in_file(DEFAULT_DOMAIN, shell.config).get("username", "")


def _format_info(shell: Shell, text: str, client: dict[str, Any]) -> None:
    from rawdocker_cli.goshapes import shape
    from rawdocker_cli.template import ExecutionError

    found: dict[str, Any] = {"ClientInfo": client}
    failures: list[str] = []
    if _needs_engine(text, client):
        try:
            found = {**shell.send(system_info()), **found}
        except EngineError as error:
            shell.warn(spoken(error))
            found["ServerErrors"] = [spoken(error)]
        except RawdockerError as error:
            failures.append(spoken(error))
    template = _parsed(shell, text, "\n".join([*failures, "template parsing error"]))
    try:
        shell.print(template.render(shape("system.dockerInfo", found)))
    except ExecutionError as error:
        shell.print(error.partial)
        failures.append(str(error))
    if failures:
        shell.fail("\n".join(failures))


def _needs_engine(text: str, client: dict[str, Any]) -> bool:
    """Say whether a template shows anything that the client alone does not know."""
    import re

    from rawdocker_cli.goshapes import shape
    from rawdocker_cli.template import TemplateError, parse

    if not re.search(r"\.[a-zA-Z]", text):
        return True
    known = {"ClientInfo": shape("*system.clientInfo", client), "ClientErrors": shape("[]string", [])}
    try:
        parse(text).render(known, missing_is_error=True)
    except TemplateError:
        return True
    return False


def events(shell: Shell, options: Options, words: list[str]) -> None:
    """Print what happens in the engine, until --until or Ctrl-C."""
    from rawdocker_cli.units import UnitError, timestamp

    template = _event_template(shell, options.format) if options.format else None
    try:
        since, until = (timestamp(text) if text else None for text in (options.since, options.until))
    except UnitError as error:
        shell.fail(str(error))
    with shell.stream(system_events(since=since, until=until, filters=filters(options.filter))) as messages:
        for message in messages:
            shell.print(event_line(message) if template is None else _rendered(shell, template, message))


def _event_template(shell: Shell, text: str) -> Template:
    """Return a template that was tried: what it cannot show is told before anything happens."""
    from rawdocker_cli.goshapes import shape
    from rawdocker_cli.template import TemplateError

    template = _parsed(shell, text, "Error parsing format")
    try:
        template.render(shape("*events.Message", {}))
    except TemplateError as error:
        shell.fail(f"Error parsing format: {error}", BAD_TEMPLATE)
    return template


def _rendered(shell: Shell, template: Template, message: dict[str, Any]) -> str:
    from rawdocker_cli.goshapes import shape
    from rawdocker_cli.template import ExecutionError

    try:
        return template.render(shape("events.Message", message))
    except ExecutionError as error:
        shell.print(error.partial)
        shell.fail(str(error))


def event_line(message: dict[str, Any]) -> str:
    """Return an event as a line: when, what kind of object, what happened, to which one, and its attributes."""
    from rawdocker_cli.units import local

    nanoseconds = message.get("timeNano") or (message.get("time") or 0) * 1_000_000_000
    when = local(*divmod(nanoseconds, 1_000_000_000)).rfc3339(9) + " " if nanoseconds else ""
    actor = message.get("Actor") or {}
    attributes = ", ".join(f"{name}={value}" for name, value in sorted((actor.get("Attributes") or {}).items()))
    line = f"{when}{message.get('Type', '')} {message.get('Action', '')} {actor.get('ID', '')}"
    return f"{line} ({attributes})" if attributes else line
