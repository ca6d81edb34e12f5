"""Dependencies run one way; what is pure imports nothing that is not."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import tkledger

ROOT = Path(tkledger.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
PURE = [path for path in FILES if path.is_relative_to(ROOT / "core")]

IMPURE = {
    *("os", "io", "sys", "pathlib", "subprocess", "socket", "time", "datetime"),
    *(
        "random",
        "secrets",
        "shutil",
        "tempfile",
        "logging",
        "threading",
        "asyncio",
        "multiprocessing",
    ),
    *("getpass", "platform", "locale", "urllib", "http", "glob", "fcntl"),
}
"""What reaches files, the clock, the environment, the network or chance."""


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


@cache  # nearly every test here asks for those of all files
def _imported(path: Path) -> tuple[str, ...]:
    """The modules that a file imports, at its top or inside a function."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by dots"
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(names)


def _imports(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for name in _imported(path))


def _importers(package: str) -> set[str]:
    return {_name(path) for path in FILES if _imports(path, package)}


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_the_core_imports_the_standard_library_and_itself_only(path: Path) -> None:
    for name in _imported(path):
        top = name.split(".")[0]
        assert name.startswith("tkledger.core") or top in sys.stdlib_module_names, name
        assert top not in IMPURE, name


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_the_core_opens_and_prints_nothing(path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input", "exec", "eval", "__import__"}


def test_nothing_loads_typing() -> None:
    assert _importers("typing") == {"tkledger.core.typing"}


def test_only_the_scanner_imports_yaml() -> None:
    assert _importers("yaml") == {"tkledger.files.yaml_errors"}


def test_only_who_reads_yaml_that_tk_did_not_write_asks_the_scanner() -> None:
    readers = {"tkledger.files.codec", "tkledger.exchange.front_matter"}
    assert _importers("tkledger.files.yaml_errors") == readers


def test_only_views_import_rich() -> None:
    names = _importers("rich")
    assert names
    assert all(name.startswith("tkledger.views") for name in names)


def test_only_the_transport_imports_gitpython() -> None:
    assert _importers("git") == {"tkledger.git.transport"}


def test_only_the_terminal_imports_typer() -> None:
    names = _importers("typer")
    assert names
    assert all(name.startswith("tkledger.cli") for name in names)


SILENT = [path for path in FILES if path.is_relative_to(ROOT / "api")]
SILENT += [path for path in FILES if path.is_relative_to(ROOT / "agents")]


@pytest.mark.parametrize("path", SILENT, ids=_name)
def test_what_front_ends_ask_prints_nothing_and_asks_no_terminal(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"print", "input"}
    assert not _imports(path, "sys")  # the way to stdin, stdout and stderr
    assert not {"tkledger.report.say", "tkledger.report.print_json"} & set(_imported(path))


def test_the_application_layer_knows_no_front_end() -> None:
    for path in FILES:
        if path.is_relative_to(ROOT / "api"):
            for package in ("tkledger.cli", "tkledger.views", "rich", "typer"):
                assert not _imports(path, package), (_name(path), package)


def test_what_front_ends_import_loads_no_front_end() -> None:
    names = ", ".join(map(_name, SILENT))
    asked = f"import sys, {names}; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    modules = loaded.stdout.split()
    assert {"tkledger.api.session", "tkledger.agents.run"} <= set(modules)
    for package in ("tkledger.cli", "rich", "typer", "click"):
        assert not [one for one in modules if one == package or one.startswith(f"{package}.")]


ROOMS = (
    {"core"},
    {"errors"},
    {"git", "verbs"},
    {"local"},
    {"files"},
    {"report"},
    {"exchange"},
    {"ledger"},
    {"views"},
    {"claims"},
    {"merging"},
    {"doors"},
    {"api"},
    {"sync", "agents", "mcp", "ui", "html"},
    {"cli"},
)
"""From the bottom up: a room imports those below it, and itself."""

FLAT = {
    "tkledger.driver": "merging",
}
"""Modules that lie outside their room."""


def _room(module: str) -> str:
    """The room of a module, or of a name in one."""
    parts = module.split(".")
    for length in (3, 2):
        if (room := FLAT.get(".".join(parts[:length]))) is not None:
            return room
    return parts[1] if len(parts) > 1 else ""


def test_every_module_has_its_room() -> None:
    rooms = {_room(_name(path)) for path in FILES}
    assert rooms - {"", "__main__", "driver"} == set().union(*ROOMS)


def test_dependencies_run_one_way() -> None:
    level = {name: height for height, names in enumerate(ROOMS) for name in names}
    upwards = set()
    for path in FILES:
        here = _room(_name(path))
        for name in _imported(path) if here in level else ():
            there = _room(name) if name.startswith("tkledger.") else ""
            if there in level and there != here and level[there] >= level[here]:
                upwards.add((here, there))
    assert not upwards
