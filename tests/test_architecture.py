"""The shape holds: who imports whom, what is loaded when, what the wheel contains."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY, CLI = ROOT / "rawdocker", ROOT / "cli" / "rawdocker_cli"

# What each part of the library may import of it at run time; a part may always import itself.
ALLOWED = {
    "errors": {"secrets"},
    "host": {"errors"},
    "version": {"errors"},
    "call": {"errors", "secrets"},
    "codec": {"call", "errors"},
    "observe": {"call"},
    "operations": {"call", "errors"},
    "secrets": set(),
    "har": {"call", "codec", "errors", "observe", "operations", "secrets"},
    "listen": {"errors"},
    "pytest_plugin": {"har", "host", "replay", "spy"},
    "normal": set(),
    "replay": {"call", "codec", "har", "listen", "normal", "operations", "secrets"},
    "plan": {"call", "errors", "operations", "version"},
    "show": {"call", "observe", "plan", "secrets"},
    "calls": {"call", "errors"},
    "models": set(),
    "broken": set(),
    "http1": {"broken"},
    "transport": {"asyncsocket", "broken", "errors", "host", "http1", "tls"},
    "asyncsocket": {"host", "transport"},
    "tls": {"errors", "host"},
    "answer": {"broken", "call", "codec", "errors", "host", "models"},
    "interception": {"http1"},
    "pool": {"broken", "host", "http1", "interception", "transport"},
    "connection": {"answer", "call", "codec", "errors", "observe", "transport"},
    "client": {"answer", "call", "connection", "errors", "host", "http1", "observe", "pool", "version"},
    "registry": {"answer", "call", "codec", "errors", "host", "observe", "plan"},
    "flows": {"archive", "call", "calls", "client", "codec", "connection", "errors", "registry", "host"},
    "archive": {"errors"},
    "compare": {"call", "normal", "observe"},
    "export": {"archive", "call", "calls", "errors", "host", "observe", "operations", "plan", "registry", "secrets"},
    "spy": {"broken", "call", "errors", "host", "http1", "listen", "observe", "operations", "transport"},
    "report": {"call", "codec", "errors", "export", "har", "host", "operations", "secrets"},
}
DATA = {"rawdocker/api/operations.tsv", "rawdocker/api/parameters.tsv", "rawdocker/report/page.html"}
"""What is no Python in the wheel."""
SPEAKERS_OF_HTTP = {"interception", "pool", "registry/client"}
"""What may load a library for HTTP, each for its own reason: mocks, users' transports, registries."""


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports at run time, also inside functions."""
    tree = ast.parse(path.read_text())
    skipped = {
        node
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for statement in branch.body
        for node in ast.walk(statement)
    }
    found = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def part(path: Path) -> str:
    """Return the part of the library that a file belongs to."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


FILES = sorted(path for path in LIBRARY.rglob("*.py") if path != LIBRARY / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_dependencies_point_one_way(path: Path) -> None:
    own = {name.split(".")[1] for name in imports(path) if name.startswith("rawdocker.")}
    assert own - {part(path)} <= ALLOWED[part(path)] | {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_the_library_knows_nothing_of_the_command_line(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & {"rawdocker_cli", "typer", "rich", "click"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_http_is_spoken_in_few_places(path: Path) -> None:
    if str(path.relative_to(LIBRARY).with_suffix("")) not in SPEAKERS_OF_HTTP:
        assert not {name.split(".")[0] for name in imports(path)} & {"httpx", "httpcore", "h11"}


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: str(path.relative_to(CLI)))
def test_the_command_line_uses_typer_in_one_place_and_models_nowhere(path: Path) -> None:
    top = {name.split(".")[0] for name in imports(path)}
    assert not top & {"click", "rich", "pydantic", "httpx", "httpcore", "requests"}
    assert "typer" not in top or path.name == "typer_app.py"
    assert not any(name.startswith("rawdocker.models") for name in imports(path))


def test_the_names_of_the_tree_of_errors_are_all_drawn() -> None:
    from rawdocker import errors

    assert errors.__doc__ is not None
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert f"{name} " in errors.__doc__ or name == "RawdockerError"


def loaded(code: str, *arguments: str, **environment: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    script = f"import sys\nsys.argv[1:] = {list(arguments)!r}\n{code}\nsys.stderr.write('\\n' + ' '.join(sys.modules))"
    environ = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environ, check=True)
    return set(done.stderr.splitlines()[-1].split())


def test_importing_the_library_loads_nothing_else() -> None:
    assert not loaded("import rawdocker") & {
        "typer", "rich", "rawdocker_cli", "httpx", "pydantic", "json", "asyncio", "rawdocker.call", "rawdocker.client",
    }  # fmt: skip


def test_the_client_loads_neither_models_nor_the_command_line() -> None:
    modules = loaded("from rawdocker import Client, calls; Client(version='1.41'); calls.container_list()")
    heavy = HEAVY | HTTP | {"urllib.request", "http.client"}
    assert not modules & (heavy | {"rawdocker_cli", "rawdocker.calls.image"})


RUN = "from rawdocker_cli.main import run\nrun(sys.argv[1:])"
HEAVY = {"pydantic", "rich", "pygments", "asyncio", "typer", "click", "argparse", "tarfile", "requests"}
HTTP = {"httpx", "httpcore", "h11", "anyio", "ssl", "certifi", "logging"}
"""What a call to a local socket needs nothing of."""
NO_ENGINE = "unix:///none/docker.sock"


@pytest.mark.parametrize(
    "words",
    [
        "ps",
        "ps -q",
        "inspect web",
        "stop web",
        "rm -f web",
        "logs web",
        "images",
        "run debian:12",
        "exec web ls",
        "version",
        "api /info",
        "api POST /containers/create -f Image=x",
        "explain run -it debian:12",
    ],
)
def test_a_verb_loads_no_heavy_module(words: str) -> None:
    modules = loaded(RUN, *words.split(), DOCKER_HOST=NO_ENGINE, DOCKER_API_VERSION="1.41")
    assert not modules & (HEAVY | HTTP | {"urllib.request", "http.client"})


@pytest.mark.parametrize(
    "words", ["--help", "ps --help", "run --help", "container --help", "ps --nope", "nope", "rename x"]
)
def test_what_needs_no_engine_loads_no_client(words: str) -> None:
    assert not loaded(RUN, *words.split()) & (HEAVY | HTTP | {"rawdocker.client"})


@pytest.mark.parametrize("form", ["curl", "python", "httpx", "requests", "http"])
def test_an_export_loads_no_client(form: str) -> None:
    modules = loaded(RUN, "--dry-run=offline", "--as", form, "run", "debian:12", DOCKER_HOST=NO_ENGINE)
    assert not modules & (HEAVY - {"tarfile"} | HTTP | {"rawdocker.client"})


def test_a_verb_loads_no_more_where_click_is_installed_beside_rich(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('click was imported')")
    environment = {"DOCKER_HOST": NO_ENGINE, "DOCKER_API_VERSION": "1.41", "PYTHONPATH": str(tmp_path)}
    modules = loaded(RUN, "manifest", "inspect", "127.0.0.1:1/web:1", **environment)
    assert "httpx" in modules
    assert not modules & HEAVY


@pytest.mark.parametrize("words", ["ps", "stop web", "images"])
def test_a_verb_loads_only_its_own_tables(words: str) -> None:
    modules = loaded(RUN, *words.split(), DOCKER_HOST=NO_ENGINE, DOCKER_API_VERSION="1.41")
    known = {"everywhere", "flag", "index", "kinds", "ours", "pflag"}
    tables = {name.split(".")[2] for name in modules if name.startswith("rawdocker_cli.flags.")} - known
    assert tables <= {"ps", "container", "image", "common"}
    assert len(tables - {"common"}) == 1


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with what is installed."""
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(directory), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(directory.glob("*.whl"))


def test_the_wheel_holds_two_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"rawdocker", "rawdocker_cli"}
    assert {"rawdocker/py.typed", "rawdocker_cli/py.typed"} <= set(names)
    assert not [name for name in names if name.endswith(".pyc") or "tests/" in name]
    data = {name for name in names if not name.endswith((".py", "py.typed")) and ".dist-info/" not in name}
    assert data == DATA


def test_the_wheel_has_every_module_of_the_tree(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in (LIBRARY, CLI):
        assert {str(path.relative_to(package.parent)) for path in package.rglob("*.py")} <= names


def test_each_dependency_is_justified_in_the_docs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    text = (ROOT / "docs" / "design.md").read_text()
    for requirement in wanted:
        name = requirement.split("<")[0].split(">")[0].split("=")[0].split("[")[0].strip()
        assert f"`{name}`" in text, f"{name} is not justified in docs/design.md"
