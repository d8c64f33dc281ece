"""One function for each operation of the Engine API; each returns a `Call` and sends nothing.

The function's name is the specification's operationId in snake_case, its keyword arguments are the API's own
parameter names (a dash becomes an underscore): what is read in the API documentation is what is typed. None
means: not sent, the engine's default holds.

The errors that a function names are those of present engines; older ones call some mistakes ServerError.

Each tag of the API is a module, which is loaded when one of its functions is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rawdocker.calls.container import (
        container_archive as container_archive,
    )
    from rawdocker.calls.container import (
        container_archive_info as container_archive_info,
    )
    from rawdocker.calls.container import (
        container_attach as container_attach,
    )
    from rawdocker.calls.container import (
        container_attach_websocket as container_attach_websocket,
    )
    from rawdocker.calls.container import (
        container_changes as container_changes,
    )
    from rawdocker.calls.container import (
        container_create as container_create,
    )
    from rawdocker.calls.container import (
        container_delete as container_delete,
    )
    from rawdocker.calls.container import (
        container_export as container_export,
    )
    from rawdocker.calls.container import (
        container_inspect as container_inspect,
    )
    from rawdocker.calls.container import (
        container_kill as container_kill,
    )
    from rawdocker.calls.container import (
        container_list as container_list,
    )
    from rawdocker.calls.container import (
        container_logs as container_logs,
    )
    from rawdocker.calls.container import (
        container_pause as container_pause,
    )
    from rawdocker.calls.container import (
        container_prune as container_prune,
    )
    from rawdocker.calls.container import (
        container_rename as container_rename,
    )
    from rawdocker.calls.container import (
        container_resize as container_resize,
    )
    from rawdocker.calls.container import (
        container_restart as container_restart,
    )
    from rawdocker.calls.container import (
        container_start as container_start,
    )
    from rawdocker.calls.container import (
        container_stats as container_stats,
    )
    from rawdocker.calls.container import (
        container_stop as container_stop,
    )
    from rawdocker.calls.container import (
        container_top as container_top,
    )
    from rawdocker.calls.container import (
        container_unpause as container_unpause,
    )
    from rawdocker.calls.container import (
        container_update as container_update,
    )
    from rawdocker.calls.container import (
        container_wait as container_wait,
    )
    from rawdocker.calls.container import (
        put_container_archive as put_container_archive,
    )
    from rawdocker.calls.distribution import (
        distribution_inspect as distribution_inspect,
    )
    from rawdocker.calls.exec import (
        container_exec as container_exec,
    )
    from rawdocker.calls.exec import (
        exec_inspect as exec_inspect,
    )
    from rawdocker.calls.exec import (
        exec_resize as exec_resize,
    )
    from rawdocker.calls.exec import (
        exec_start as exec_start,
    )
    from rawdocker.calls.image import (
        build_prune as build_prune,
    )
    from rawdocker.calls.image import (
        image_attestations as image_attestations,
    )
    from rawdocker.calls.image import (
        image_build as image_build,
    )
    from rawdocker.calls.image import (
        image_commit as image_commit,
    )
    from rawdocker.calls.image import (
        image_create as image_create,
    )
    from rawdocker.calls.image import (
        image_delete as image_delete,
    )
    from rawdocker.calls.image import (
        image_get as image_get,
    )
    from rawdocker.calls.image import (
        image_get_all as image_get_all,
    )
    from rawdocker.calls.image import (
        image_history as image_history,
    )
    from rawdocker.calls.image import (
        image_inspect as image_inspect,
    )
    from rawdocker.calls.image import (
        image_list as image_list,
    )
    from rawdocker.calls.image import (
        image_load as image_load,
    )
    from rawdocker.calls.image import (
        image_prune as image_prune,
    )
    from rawdocker.calls.image import (
        image_push as image_push,
    )
    from rawdocker.calls.image import (
        image_search as image_search,
    )
    from rawdocker.calls.image import (
        image_tag as image_tag,
    )
    from rawdocker.calls.network import (
        network_connect as network_connect,
    )
    from rawdocker.calls.network import (
        network_create as network_create,
    )
    from rawdocker.calls.network import (
        network_delete as network_delete,
    )
    from rawdocker.calls.network import (
        network_disconnect as network_disconnect,
    )
    from rawdocker.calls.network import (
        network_inspect as network_inspect,
    )
    from rawdocker.calls.network import (
        network_list as network_list,
    )
    from rawdocker.calls.network import (
        network_prune as network_prune,
    )
    from rawdocker.calls.system import (
        system_auth as system_auth,
    )
    from rawdocker.calls.system import (
        system_data_usage as system_data_usage,
    )
    from rawdocker.calls.system import (
        system_events as system_events,
    )
    from rawdocker.calls.system import (
        system_info as system_info,
    )
    from rawdocker.calls.system import (
        system_ping as system_ping,
    )
    from rawdocker.calls.system import (
        system_ping_head as system_ping_head,
    )
    from rawdocker.calls.system import (
        system_version as system_version,
    )
    from rawdocker.calls.volume import (
        volume_create as volume_create,
    )
    from rawdocker.calls.volume import (
        volume_delete as volume_delete,
    )
    from rawdocker.calls.volume import (
        volume_inspect as volume_inspect,
    )
    from rawdocker.calls.volume import (
        volume_list as volume_list,
    )
    from rawdocker.calls.volume import (
        volume_prune as volume_prune,
    )
    from rawdocker.calls.volume import (
        volume_update as volume_update,
    )

_FUNCTIONS = {
    "container": (
        "container_list",
        "container_create",
        "container_inspect",
        "container_top",
        "container_changes",
        "container_stats",
        "container_resize",
        "container_start",
        "container_stop",
        "container_restart",
        "container_kill",
        "container_update",
        "container_rename",
        "container_pause",
        "container_unpause",
        "container_wait",
        "container_delete",
        "container_prune",
        "container_logs",
        "container_attach",
        "container_attach_websocket",
        "container_export",
        "container_archive",
        "container_archive_info",
        "put_container_archive",
    ),
    "distribution": ("distribution_inspect",),
    "exec": (
        "container_exec",
        "exec_start",
        "exec_resize",
        "exec_inspect",
    ),
    "image": (
        "image_list",
        "image_create",
        "image_inspect",
        "image_history",
        "image_attestations",
        "image_tag",
        "image_push",
        "image_delete",
        "image_prune",
        "image_search",
        "image_get",
        "image_get_all",
        "image_load",
        "image_commit",
        "image_build",
        "build_prune",
    ),
    "network": (
        "network_list",
        "network_inspect",
        "network_create",
        "network_connect",
        "network_disconnect",
        "network_delete",
        "network_prune",
    ),
    "system": (
        "system_ping",
        "system_ping_head",
        "system_version",
        "system_info",
        "system_events",
        "system_data_usage",
        "system_auth",
    ),
    "volume": (
        "volume_list",
        "volume_create",
        "volume_inspect",
        "volume_update",
        "volume_delete",
        "volume_prune",
    ),
}

_MODULE = {name: module for module, names in _FUNCTIONS.items() for name in names}


if not TYPE_CHECKING:  # or a type checker would take any name

    def __getattr__(name: str) -> Any:
        if name not in _MODULE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        function = getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)
        globals()[name] = function
        return function


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE})
