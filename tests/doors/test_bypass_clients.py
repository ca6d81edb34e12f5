"""What a hostile repository tries with those who work in it; beside each is an honest case that passes."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import tkledger
from tests.support.clone import Clone
from tests.support.impostors import IMPOSTORS, plant
from tests.support.project import Project
from tkledger.core.claim import UNREADABLE, Claim, message, parsed
from tkledger.core.layout import path_of
from tkledger.doors import ref_lines
from tkledger.errors import Exit
from tkledger.git.errors import GitError
from tkledger.git.objects import read_tree
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

OPENED = re.compile(r"""open\([^)\n]*, "[wax]""")


def test_few_places_open_a_file_to_write_it() -> None:
    """All others go by way of a new file under a random name: `tkledger.local.store`."""
    files = Path(tkledger.__file__).parent.rglob("*.py")
    writers = {path.name for path in files if OPENED.search(path.read_text(encoding="utf-8"))}
    assert OPENED.search((Path(tkledger.__file__).parent / "doors/hooks.py").read_text()) is None
    assert writers == {
        "store.py",
        *("hooks.py", "demo.py", "jobs.py", "signatures.py"),  # in a temporary folder
        "loose.py",  # a new file under a random name, among git's objects
        *("parallel.py", "editor.py"),  # a pipe; what mkstemp has opened
        *("driver.py", "process.py"),  # git's scratch file; a log, which only grows
        "cat.py",  # a new file, where the user wants it
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


# -- what is printed can be pasted ------------------------------------------------------------

COMMAND = re.compile(r"(^|[ ('\"])(tk|git|rm|ask) ")

PLAIN = {
    *("task", "claim.task", "move.task", "work.task", "verb", "name", "command", "wanted"),
    *("key", "parent", "root", "first", "child", "node", "other", "path[-1]", "path[0]", "path[1]"),
    *("waiting[0]", "near[0]", "node.mark", "number", "left", "flag"),
    *(
        "count.others",
        "found.others",
        "joined.task",
        "NO_ACCEPTANCE",
        "ENTRIES",
        "LINKED",
        "unfit.way",
        "score",
        "kept.version",
        "was",
        "ask",
        "limit.kind",
        "gauge.kind",
        "options",
        "option",
        "reason",
        "BEFORE",
        "FOLDER",
        "POLICY_PATH",
    ),
    *(
        "PATTERN",
        "MAX_BYTES",
        "newest",
        "policy_file.FORMAT",
        "LONGEST_LEASE",
        "LOCK_SECONDS",
        "INSET",
        "did",
    ),
    *(
        "_FOR_GIT",
        "__version__",
        "timeout",
        "cancelled",
        "counts(hidden)",
        "node.deeper",
        "args[0]",
    ),
    *("remedy", "freed", "condition", "there", "files", "LEAVE", "back", "STEP"),
    *(
        "task_id",
        "id",
        "ids[0]",
        "few(ids)",
        "ids",
        "way",
        "where",
        "ended.task",
        "left['parent']",
        "commit",
        "own",
    ),
    *(
        "label",
        "remote",
        "reverted",
        "back",
        "one.remedy",
        "' '.join(sorted(paths))",
        "again",
        "same",
    ),
    *("'revert --abort' if begun else 'reset --merge'", "edge.event", "word"),
    *("_MORE.get(edge.event, '')", "way_on(change.before, new.id, change.law)"),
    *(
        "asked[role]",
        "since",
        "lists",
        "own",
        "newest",
        "older",
        "repeat",
        "_POLICY",
        "few(named)",
        "track",
        "later",
    ),
    *("short", "line", "quote(reason)", "(ACK if ack else REFUSE).words[0]", "answer", "action"),
    *("command('install', server=repo.is_bare)", "usage"),
    "after if one.remote or has_remote(repo) else ''",
    *("NOT_JUDGED", "out_of(cancelled, every)"),
    *("_options(missing)", "task.reopens", "meet", "waived[0].number"),
}
"""What can only be an id of a task or a commit, a number, a word of tk's, or text made of quoted parts."""

FACTS = {
    *("folder", "value", "words", "known.message", "words.removeprefix('fatal: ')", "what", "now"),
    *("done.err.strip()", "marked[1:]", "path", "fields", "expire", "len(paths)"),
    *(
        "gauge.figures_for(task.id)",
        "ENCODING",
    ),
    *("ended.words", "refused", "item.by", "long", "len(done.news) - _LISTED", "more", "fact"),
    *("pusher", "asked.tk", "setting", "on", "tasks", "review", "names"),
    "plan.settings_file",
}
"""Parts of messages, which mention a command and are none."""


def test_foreign_text_in_a_remedy_is_quoted() -> None:
    foreign = []
    for path in sorted(Path(tkledger.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else ()
            text = "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in parts)
            for one in parts if COMMAND.search(text) else ():
                if isinstance(one, ast.FormattedValue):
                    word = ast.unparse(one.value)
                    plain = word in PLAIN | FACTS or word.endswith(
                        (".id", ".value", ".name", "[:10]")
                    )
                    if not plain and not word.startswith(("quoted(", "any_of(")):
                        foreign.append(f"{path.name}: {word} in {text!r}")
    assert foreign == [], "\n".join(foreign)


@pytest.mark.parametrize(
    ("holder", "branch", "final", "remedy"),
    [
        ("m; touch pwned #", "tk/a", "", "tk start a --take"),
        ("$(touch pwned)", "tk/a", "", "tk start a --take"),
        ("m", "x;touch${IFS}pwned", "done", "git merge 'x;touch${IFS}pwned'"),
        ("agent 1", "tk/a", "", "tk start a --take"),
        ("ada@example.org", "tk/a", "", "tk start a --take"),
    ],
)
def test_what_a_claim_says_is_no_command(
    project: Project, holder: str, branch: str, final: str, remedy: str
) -> None:
    base = "refs/heads/main"
    claim = Claim("a", holder, f"refs/heads/{branch}", base, 3600, "n", final=final)
    project.git("branch", branch)
    put_claim(project, message(claim))
    answer = project.tk("start", "a", "--as", "eve")
    assert (answer.status, remedy in answer.err) == (Exit.CLAIMED, True), answer.said
    line = answer.err.partition("remedy: ")[2].strip()
    subprocess.run(["sh", "-c", line], cwd=project.path, capture_output=True)
    assert not (project.path / "pwned").exists()


def put_claim(project: Project, text: str) -> None:
    tree = project.git("mktree")
    made = project.git("commit-tree", tree, "-m", text)
    project.git("update-ref", "refs/tk/claims/a", made)


@pytest.mark.parametrize(
    "line",
    [
        *("holder: a\u2028b\x1b[2J", "branch: refs/heads/--upload-pack=x", "branch: main"),
        *("base: refs/heads/a..b", "base: ../../x", "ttl: -1", "ttl: 1_0", "ttl: \u0663", "epoch: 0"),
        *("epoch: -3", "nonce: ", "final: gone", "ttl: 99999999999999999999"),
    ],
)  # fmt: skip
def test_a_claim_is_as_strict_as_a_task_file(project: Project, line: str) -> None:
    name = line.partition(":")[0]
    good = message(Claim("a", "m", "refs/heads/tk/a", "refs/heads/main", 3600, "n", final="done"))
    bad = "".join(f"{line if one.startswith(f'{name}: ') else one}\n" for one in good.splitlines())
    assert bad != good
    assert parsed("a", good).holder == "m"
    assert parsed("a", bad).holder == UNREADABLE
    put_claim(project, bad)
    assert project.tk("show", "a").status == Exit.OK
    assert project.tk("start", "a").status == Exit.OK, "it has run out"


# -- what git does to the checkout ------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("/.tasks/* working-tree-encoding=UTF-16", True),
        ("*.yaml working-tree-encoding=latin1", True),
        ("[attr]wide working-tree-encoding=UTF-16\n*.y?ml wide", True),
        ("a.yaml ident", False),
        ("*.bin filter=lfs\n/docs/* working-tree-encoding=UTF-16", False),
        ("*.yaml text eol=crlf", False),
    ],
)
def test_a_move_refuses_files_that_git_converts(project: Project, line: str, refused: bool) -> None:
    project.write(".gitattributes", f"{line}\n")
    if not line.startswith("/"):  # not every template of git's has the folder
        shutil.rmtree(project.path / ".git/info")
    before = project.snapshot()
    answer = project.tk("edit", "a", "--title", "Gr\u00fc\u00dfe")
    if not refused:
        assert (answer.status, project.git("diff", "HEAD")) == (Exit.OK, ""), answer.said
        return
    assert (answer.status, project.snapshot()) == (Exit.UNUSABLE, before), answer.said
    asked = project.tk("doctor", "--json").json["findings"]
    found = next(one for one in asked if one["what"] == "attributes")
    remedy = answer.err.partition("remedy: ")[2].strip()
    assert (found["good"], found["remedy"]) == (False, remedy)
    subprocess.run(["sh", "-c", remedy], cwd=project.path, check=True, capture_output=True)
    project.ok("edit", "a", "--title", "Gr\u00fc\u00dfe")
    assert "Gr\u00fc\u00dfe" in project.file("a")
    assert project.git("diff", "HEAD") == ""


def test_a_git_that_is_killed_in_a_move_blocks_no_other(project: Project, tmp_path: Path) -> None:
    lock = project.path / ".git/index.lock"
    folder = tmp_path / "bin"
    folder.mkdir()
    killed = folder / "git"
    killed.write_text(
        f'#!/bin/sh\ncase "$*" in *update-index*) : >"{lock}"; kill -9 $$ ;; esac\n'
        f'PATH=${{PATH#*:}} exec git "$@"\n'
    )
    killed.chmod(0o755)
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    answer = project.process("start", "a", env=path)
    assert (answer.status, lock.exists()) == (Exit.UNUSABLE, True), answer.said
    assert project.process("start", "b").status == Exit.OK
    assert (project.state("a"), project.state("b")) == ("todo", "in_progress")
    assert project.clean()


def test_the_lock_of_another_git_stays(project: Project) -> None:
    """As under `git commit`, whose editor is open."""
    lock = project.path / ".git/index.lock"
    editor = f"sh -c 'sleep 4; echo x >{project.path}/.git/COMMIT_EDITMSG'"
    project.write("code.txt", "two\n")
    commit = subprocess.Popen(
        ["git", "-c", f"core.editor={editor}", "commit", "-q", "-a"], cwd=project.path
    )
    while not lock.exists():
        time.sleep(0.01)
    assert project.process("start", "a").status == Exit.BUSY
    assert commit.wait() == 0
    assert project.process("start", "a").status == Exit.OK


# -- odd input is an error with its place -----------------------------------------------------


@pytest.mark.parametrize("odd", ["\\ud800", "\\u0000"])
@pytest.mark.parametrize(
    "line",
    [
        '{"op": "step", "id": "a", "message": "x%s"}',
        '{"op": "edit", "id": "a", "budget": "steps=5", "reason": "x%s"}',
        '{"op": "edit", "id": "a", "label": ["x%s"]}',
    ],
)
def test_a_batch_line_that_no_message_can_hold_is_named(
    project: Project, line: str, odd: str
) -> None:
    good = '{"op": "note", "id": "b", "message": "\\u2028 and \\ud83d\\ude00 are text"}'
    before = project.count()
    answer = project.tk("batch", stdin=f"{good}\n{line % odd}\n")
    assert (answer.status, "line 2: " in answer.err) == (Exit.USAGE, True), answer.said
    assert project.count() == before
    project.ok("batch", stdin=f"{good}\n")


def test_a_branch_with_a_line_separator_is_one_ref() -> None:
    line = f"{'0' * 40} {'a' * 40} refs/heads/x\u2028y\n"
    assert [one.ref for one in ref_lines.from_receive(line.encode())] == ["refs/heads/x\u2028y"]


@pytest.mark.parametrize("mode", [b"10x644", b"", b"100648", b"-40000"])
def test_a_tree_with_a_malformed_mode_is_an_error_of_git(mode: bytes) -> None:
    with pytest.raises(GitError, match="mode"):
        read_tree(mode + b" a\0" + bytes(20))


@pytest.mark.parametrize("width", [40, 64])
def test_a_tree_that_ends_within_an_entry_is_an_error_of_git(width: int) -> None:
    whole = b"100644 a\0" + bytes(width // 2)
    assert len(read_tree(whole * 2, width)) == 2
    for length in range(1, len(whole)):
        with pytest.raises(GitError, match="ends within an entry"):
            read_tree(whole + whole[:length], width)
