"""What a hostile repository tries with those who work in it; beside each is an honest case that passes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tkledger
from tests.support.clone import Clone
from tests.support.impostors import IMPOSTORS, plant
from tests.support.project import Project
from tkledger.local import python

ALONE = (sys.executable, "-I", "-m", "tkledger")
"""tk as its own script starts it: without the working folder."""


# -- code of the repository does not run ------------------------------------------------------


def test_one_place_starts_a_python() -> None:
    files = Path(tkledger.__file__).parent.rglob("*.py")
    starters = [path for path in files if "sys.executable" in path.read_text(encoding="utf-8")]
    assert {path.name for path in starters} == {"python.py", "install.py"}  # the latter for hook.sh


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--next", "--jobs", "2", "--", "true"),
        ("demo",),
        ("doctor", "--fix"),
        ("edit", "--help"),
    ],
    ids=lambda command: command[0],
)
def test_what_a_command_starts_imports_nothing_of_the_working_folder(
    hooked: Project, tmp_path: Path, command: tuple[str, ...]
) -> None:
    mark = tmp_path / "mark"
    plant(hooked.path, mark)
    done = subprocess.run(
        [*ALONE, *command], cwd=hooked.path, capture_output=True, text=True, check=False
    )
    status = 3 if command[0] == "doctor" else 0  # there is no .gitattributes
    assert done.returncode == status, done.stdout + done.stderr
    assert not mark.exists(), mark.read_text()
    if command[0] == "run":
        assert hooked.state("a", "tk/a") == "done"


def test_nor_does_the_merge_driver(clone: Clone, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    plant(clone.path, mark)
    clone.write(".git/info/attributes", "/.tasks/*.yaml merge=tk\n")
    clone.git("switch", "-q", "-c", "side")
    clone.ok("edit", "a", "--priority", "1")
    clone.git("switch", "-q", "main")
    clone.ok("edit", "a", "--label", "x")
    clone.git("merge", "-q", "side")
    assert (clone.task("a").priority, clone.task("a").labels) == (1, ("x",))
    assert not mark.exists(), mark.read_text()


def test_nor_tk_as_a_module_of_python(project: Project, tmp_path: Path) -> None:
    """``python -m`` finds tkledger itself in the working folder first, but nothing after that."""
    mark = tmp_path / "mark"
    plant(project.path, mark, ("typer.py", "yaml.py", "filelock.py"))
    assert project.process("edit", "--help").status == 0
    assert not mark.exists(), mark.read_text()


def test_the_impostors_would_have_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    plant(tmp_path, mark)
    subprocess.run([sys.executable, "-m", "tkledger"], cwd=tmp_path, capture_output=True)
    assert "tkledger/__main__.py" in mark.read_text()
    mark.unlink()
    code = "import yaml, typer"
    subprocess.run(python.isolated(code), cwd=tmp_path, capture_output=True, check=True)
    assert not mark.exists()
    assert "yaml.py" in IMPOSTORS
