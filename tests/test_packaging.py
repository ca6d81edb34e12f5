"""What is installed from a wheel works without the network, and the same commit gives the same files."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OFF = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "SOURCE_DATE_EPOCH": "1700000000"}
NAMES = ("tk", "tkledger", "git-tk")


FIRST = """
    git init -q repo
    cd repo
    git config user.name ann
    git config user.email ann@example.org
    tkledger init
    git tk new 'Try it' --id try
    tk start try
    echo x >code
    git add code
    git commit -q -m 'by hooks of what is installed'
    tk done try
    git tk list --all
    git-tk verify --all
"""
"""From nothing to a done that is verified, by all names of the program."""


def can(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def run(*words: str | Path, cwd: Path, within: float | None = None, **env: str) -> str:
    """What a command prints; it has to end well, and in so many seconds."""
    done = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env={**os.environ, **OFF, **env},
        capture_output=True,
        text=True,
        timeout=within,
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[list[Path]]:
    """Wheel and sdist, built twice from what git has, in two places."""
    found = []
    for number in "12":
        folder = tmp_path_factory.mktemp(f"built{number}")
        names = run(
            "git",
            "ls-files",
            "-z",
            "--",
            "src",
            "docs",
            "*.md",
            "LICENSE",
            "pyproject.toml",
            cwd=ROOT,
        )
        for name in filter(None, names.split("\0")):
            place = folder / "source" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes((ROOT / name).read_bytes())
        build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "out", ".")
        run(*build, cwd=folder / "source")
        found.append(sorted((folder / "out").iterdir()))
    return found


def test_the_same_files_are_built_again(built: list[list[Path]]) -> None:
    wheel, sdist = ([path.name for path in one] for one in zip(*built))
    assert (wheel[0], sdist[0]) == (wheel[1], sdist[1])
    for one, other in zip(*built):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_they_hold_what_is_needed_and_nothing_else(built: list[list[Path]]) -> None:
    wheel, sdist = built[0]
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        (metadata,) = (file.read(name).decode() for name in names if name.endswith("/METADATA"))
    assert {"tkledger/py.typed", "tkledger/doors/hook.sh"} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"tkledger"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "License-Expression: MIT\n" in metadata
    with tarfile.open(sdist) as tar:
        tops = {name.split("/")[1] for name in tar.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "src"} <= tops
    assert tops.isdisjoint({"tests", ".tasks", ".venv"})


def test_it_works_from_a_fresh_environment(built: list[list[Path]], tmp_path: Path) -> None:
    wheel = built[0][0]
    env = tmp_path / "env"
    run(sys.executable, "-m", "venv", "--without-pip", env, cwd=tmp_path)
    python = env / "bin" / "python"
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", wheel, cwd=tmp_path
    )
    site = Path(
        run(
            python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path
        ).strip()
    )
    (site / "dependencies.pth").write_text(
        sysconfig.get_path("purelib")
    )  # they are not what is tried here
    path = {"PATH": f"{env / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": ""}
    for name in NAMES:
        assert run(env / "bin" / name, "--version", cwd=tmp_path, **path).startswith("tk ")
    where = "import tkledger; print(tkledger.__file__)"
    assert run(python, "-c", where, cwd=tmp_path).startswith(str(site))
    off = ["unshare", "--net"] if can(["unshare", "--net", "true"]) else []
    shown = run(*off, "sh", "-e", "-c", FIRST, cwd=tmp_path, within=60, **path)
    assert "try" in shown
    assert shown.endswith(": no violation\n")
    page = run(*off, "tk", "page", "-o", tmp_path / "page", cwd=tmp_path / "repo", **path)
    assert "Try it" in Path(page.strip()).read_text(encoding="utf-8")
