"""What a hostile repository tries with those who work in it; beside each is an honest case that passes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import tkledger
from tests.support.clone import Clone
from tests.support.impostors import IMPOSTORS, plant
from tests.support.project import Project
from tkledger.core.layout import path_of
from tkledger.errors import Exit
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


# -- no file outside is written ---------------------------------------------------------------

WRITES = re.compile(r"""open\([^)\n]*, "[wax]""")


def test_few_places_open_a_file_to_write_it() -> None:
    """All others go by way of a new file under a random name: `tkledger.local.store`."""
    files = Path(tkledger.__file__).parent.rglob("*.py")
    writers = {path.name for path in files if WRITES.search(path.read_text(encoding="utf-8"))}
    assert writers == {
        "store.py",
        *("canaries.py", "demo.py", "jobs.py"),  # in a temporary folder
        *("parallel.py", "editor.py"),  # a pipe; what mkstemp has opened
        *("driver.py", "process.py"),  # git's scratch file; a log, which only grows
    }


@pytest.fixture
def far(project: Project) -> Iterator[Project]:
    """A linked checkout on another file system than its git folder."""
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == project.path.stat().st_dev:
        pytest.skip("there is no second file system")
    with TemporaryDirectory(dir=shm) as folder:
        project.git("worktree", "add", "-q", "-b", "far", f"{folder}/far")
        yield Project(Path(folder) / "far")


@pytest.mark.parametrize("where", ["project", "far"])
def test_a_move_follows_no_link_beside_a_task_file(
    request: pytest.FixtureRequest, tmp_path: Path, where: str
) -> None:
    checkout: Project = request.getfixturevalue(where)
    outside = tmp_path / "outside"
    outside.write_text("mine\n")
    for name in ("new", "tmp", f"{os.getpid()}"):
        (checkout.path / f"{path_of('a')}.{name}").symlink_to(outside)
    checkout.ok("start", "a")
    checkout.write(path_of("b"), (checkout.path / path_of("b")).read_text() + "\n")
    checkout.ok("fmt")
    assert checkout.state("a") == "in_progress"
    assert outside.read_text() == "mine\n"
    names = {path.name for path in (checkout.path / ".tasks").iterdir()}
    assert {n for n in names if n.startswith("b")} == {"b.yaml"}


@pytest.mark.parametrize("where", ["project", "far"])
def test_a_merge_is_settled_through_no_link(
    request: pytest.FixtureRequest, tmp_path: Path, where: str
) -> None:
    checkout: Project = request.getfixturevalue(where)
    checkout.git("switch", "-q", "-c", "one")
    checkout.ok("edit", "a", "--priority", "1")
    checkout.git("switch", "-q", "-c", "two", "HEAD~1")
    checkout.ok("edit", "a", "--label", "x")
    checkout.git("merge", "-q", "one", check=False)
    file, outside = checkout.path / path_of("a"), tmp_path / "outside"
    outside.write_text("mine\n")
    file.unlink()
    file.symlink_to(outside)
    checkout.ok("resolve")
    assert outside.read_text() == "mine\n"
    assert not file.is_symlink()
    assert "priority: 1\n" in file.read_text()


def test_a_link_in_the_place_of_the_folder_is_not_written_through(
    project: Project, tmp_path: Path
) -> None:
    project.git("switch", "-q", "-c", "one")
    project.ok("edit", "a", "--priority", "1")
    project.git("switch", "-q", "-c", "two", "HEAD~1")
    project.ok("edit", "a", "--label", "x")
    project.git("merge", "-q", "one", check=False)
    outside = tmp_path / "outside"
    (project.path / ".tasks").rename(outside)
    (project.path / ".tasks").symlink_to(outside)
    before = (outside / "a.yaml").read_bytes()
    answer = project.tk("resolve")
    assert (answer.status, "git status .tasks" in answer.err) == (Exit.UNUSABLE, True), answer.said
    assert (outside / "a.yaml").read_bytes() == before
