"""Whatever is wrong in a ledger or in a command: a sentence, a remedy, an exit status, nothing written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.contract import told
from tests.support.project import Project
from tkledger.errors import Exit


def nothing(project: Project) -> None:
    """The project as it is."""


class Case(NamedTuple):
    """What is wrong, what is tried, and what must come of it."""

    name: str
    command: tuple[str, ...]
    status: Exit
    says: str
    wrong: Callable[[Project], object] = nothing


START = ("start", "a")


def bomb() -> bytes:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi")]
    return ("\n".join(lines) + "\n").encode()


def merge_bomb() -> bytes:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 9)]
    return ("\n".join(lines) + "\n").encode()


HOSTILE = {
    "aliases": bomb(),
    "merge keys": merge_bomb(),
    "nested": b"[" * 50_000,
    "10 MB": b"id: a\ntitle: " + b"x" * 10_000_000 + b"\n",
    "no UTF-8": b"\xff\xfe\x00",
    "empty": b"",
    "NUL": b"id: a\n\0",
    "markers": b"id: a\n<<<<<<< HEAD\nstate: todo\n=======\nstate: done\n>>>>>>> other\n",
}


def plumbed(path: str, value: bytes | tuple[str, bytes]) -> Callable[[Project], object]:
    """Something committed past everything; the checkout follows as far as git lets it."""

    def wrong(project: Project) -> None:
        project.plumb({path: value})
        project.git("reset", "-q", "--hard")

    return wrong


def edited(name: str, text: str, *, stage: bool = False) -> Callable[[Project], object]:
    def wrong(project: Project) -> None:
        project.write(name, text)
        if stage:
            project.git("add", name)

    return wrong


def staged_and_edited(project: Project) -> None:
    edited(".tasks/a.yaml", "id: a\n", stage=True)(project)
    edited(".tasks/a.yaml", "id: b\n")(project)


def unmerged(project: Project) -> None:
    """A conflict in the task's file whose MERGE_HEAD is gone, as after `git stash pop`."""
    blob = project.git("rev-parse", "HEAD:.tasks/a.yaml")
    stages = "".join(f"100644 {blob} {stage}\t.tasks/a.yaml\n" for stage in (1, 2, 3))
    project.git("update-index", "--force-remove", ".tasks/a.yaml")
    project.git("update-index", "--index-info", stdin=stages)


def no_identity(project: Project) -> None:
    text = Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()
    lines = [line for line in text.splitlines() if "email" not in line and "name" not in line]
    (project.path.parent / "nobody").write_text("\n".join(lines))
    pytest.MonkeyPatch().setenv("GIT_CONFIG_GLOBAL", str(project.path.parent / "nobody"))


def linked_away(project: Project) -> None:
    """.tasks in the working tree leads to a folder elsewhere."""
    folder = project.path / ".tasks"
    away = project.path.parent / "away"
    folder.rename(away)
    folder.symlink_to(away)


def a_file_instead(project: Project) -> None:
    shutil.rmtree(project.path / ".tasks")
    project.write(".tasks", "a file\n")


def file_is(kind: str) -> Callable[[Project], object]:
    """The task's working file is a folder, a pipe, or a link."""

    def wrong(project: Project) -> None:
        path = project.path / ".tasks/a.yaml"
        path.unlink()
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to("b.yaml")

    return wrong


def policy(more: str) -> bytes:
    return f"version: 1\nformat: 1\nlaw: 1\n{more}".encode()


CASES = [
    # the repository
    Case("detached", START, Exit.UNUSABLE, "no branch", lambda p: p.git("switch", "-q", "--detach")),
    Case("no identity", START, Exit.UNUSABLE, "who you are", no_identity),
    Case("shallow verify", ("verify", "--all"), Exit.UNUSABLE, "shallow",
         lambda p: p.write(".git/shallow", p.head() + "\n")),
    Case("no ledger", START, Exit.UNUSABLE, "no ledger",
         lambda p: (p.git("rm", "-q", "-r", ".tasks"), p.git("commit", "-q", "-m", "gone"))),
    # the id
    Case("no such id", ("start", "q9"), Exit.UNUSABLE, "q9"),
    Case("empty id", ("start", ""), Exit.USAGE, "which task"),
    Case("no id", ("start",), Exit.USAGE, "ID"),
    Case("odd id", ("start", "../a"), Exit.UNUSABLE, "../a"),
    Case("long id", ("start", "x" * 5000), Exit.UNUSABLE, "no such task"),
    Case("id with a newline", ("start", "a\nb"), Exit.UNUSABLE, "no such task"),
    Case("id taken", ("new", "--id", "a", "T"), Exit.USAGE, "already"),
    Case("id that is none", ("new", "--id", "A b", "T"), Exit.USAGE, "invalid id"),
    Case("id of a device", ("new", "--id", "con", "T"), Exit.USAGE, "invalid id"),
    # the user's own work is in the way
    Case("edited", START, Exit.UNUSABLE, "not committed", edited(".tasks/a.yaml", "id: a\n")),
    Case("staged", START, Exit.UNUSABLE, "staged", edited(".tasks/a.yaml", "id: a\n", stage=True)),
    Case("staged and edited", START, Exit.UNUSABLE, "staged", staged_and_edited),
    Case("removed", START, Exit.UNUSABLE, "not committed",
         lambda p: (p.path / ".tasks/a.yaml").unlink()),
    Case("markers in the file", START, Exit.UNUSABLE, "not committed",
         edited(".tasks/a.yaml", HOSTILE["markers"].decode())),
    Case("in the way of a new one", ("new", "--id", "e", "T"), Exit.UNUSABLE, "exists",
         edited(".tasks/e.yaml", "mine\n")),
    Case("staged in its way", ("new", "--id", "e", "T"), Exit.UNUSABLE, "staged",
         edited(".tasks/e.yaml", "mine\n", stage=True)),
    Case("unmerged", START, Exit.UNUSABLE, "staged", unmerged),
    Case("a folder for a file", START, Exit.UNUSABLE, ".tasks/a.yaml", file_is("folder")),
    Case("a pipe for a file", START, Exit.UNUSABLE, "not committed", file_is("pipe")),
    Case("a pipe to format", ("fmt", "a"), Exit.UNUSABLE, "files in .tasks", file_is("pipe")),
    Case("a folder to format", ("fmt", "a"), Exit.UNUSABLE, "files in .tasks", file_is("folder")),
    Case("a link for a file", START, Exit.UNUSABLE, "not committed", file_is("link")),
    Case("linked away", START, Exit.UNUSABLE, "not a folder", linked_away),
    Case("a file instead", START, Exit.UNUSABLE, "not a folder", a_file_instead),
    # what HEAD's tree holds
    *(Case(f"{name}: move", START, Exit.UNUSABLE, "a:", plumbed(".tasks/a.yaml", data))
      for name, data in HOSTILE.items()),
    *(Case(f"{name}: show", ("show", "a"), Exit.UNUSABLE, "a:", plumbed(".tasks/a.yaml", data))
      for name, data in HOSTILE.items()),
    *(Case(f"{name}: policy", START, Exit.UNUSABLE, "config.yaml", plumbed(".tasks/config.yaml", data))
      for name, data in HOSTILE.items()),
    Case("unknown setting", START, Exit.UNUSABLE, "depht",
         plumbed(".tasks/config.yaml", policy("depht: 3\n"))),
    Case("newer format", START, Exit.UNUSABLE, "pip install -U",
         plumbed(".tasks/config.yaml", b"version: 1\nformat: 99\nlaw: 1\n")),
    Case("newer format, looking", ("list",), Exit.UNUSABLE, "pip install -U",
         plumbed(".tasks/config.yaml", b"version: 1\nformat: 99\nlaw: 1\nnew: 1\n")),
    Case("a link in HEAD", START, Exit.UNUSABLE, "symbolic link",
         plumbed(".tasks", ("120000", b"elsewhere"))),
    Case("a file in HEAD", START, Exit.UNUSABLE, "is a file",
         plumbed(".tasks", b"a file\n")),
    Case("a link for a task", START, Exit.UNUSABLE, "symbolic link",
         plumbed(".tasks/a.yaml", ("120000", b"b.yaml"))),
    Case("begin where .tasks is a file", ("init", "--no-hooks"), Exit.REJECTED, ".tasks",
         plumbed(".tasks", b"a file\n")),
    # words
    Case("unknown command", ("strat", "a"), Exit.USAGE, "tk start"),
    Case("unknown option", ("start", "a", "--fast"), Exit.USAGE, "--fast"),
    Case("unknown state", ("list", "--state", "floating"), Exit.USAGE, "floating"),
    Case("unknown reason", ("block", "a", "--reason", "bored"), Exit.USAGE, "reason"),
    Case("no reason", ("block", "a"), Exit.USAGE, "reason"),
    Case("unknown resolution", ("cancel", "a", "--resolution", "eaten"), Exit.USAGE, "resolution"),
    Case("resolution of another end", ("cancel", "a", "--resolution", "merged"), Exit.USAGE, "dropped"),
    Case("no number", ("new", "T", "--priority", "soon"), Exit.USAGE, "priority"),
    Case("no such priority", ("new", "T", "--priority", "9"), Exit.USAGE, "priority"),
    Case("no title", ("new", ""), Exit.USAGE, "title"),
    Case("blank title", ("new", "  "), Exit.USAGE, "title"),
    Case("huge title", ("new", "x" * 100_000), Exit.REJECTED, "TK111"),
    Case("control characters", ("new", "a\x1b[31mb"), Exit.USAGE, "control"),
    Case("newline in the title", ("new", "a\nb"), Exit.USAGE, "one line"),
    Case("no letter", ("new", "a\udcffb"), Exit.USAGE, "title"),
    Case("huge text", ("note", "a", "x" * 100_000), Exit.REJECTED, "TK111"),
    Case("huge actor", ("start", "a", "--as", "x" * 100_000), Exit.REJECTED, "TK111"),
    Case("odd actor", ("start", "a", "--as", "a\nb"), Exit.USAGE, "actor"),
    Case("no such parent", ("new", "T", "--parent", "q9"), Exit.UNUSABLE, "q9"),
    Case("no such budget", ("new", "T", "--budget", "lives=9"), Exit.USAGE, "lives"),
    Case("no such revision", ("list", "--at", "q9"), Exit.UNUSABLE, "q9"),
    Case("revision like an option", ("list", "--at", "--all"), Exit.UNUSABLE, "--all"),
    Case("odd prefix", ("init", "--prefix", "A B"), Exit.USAGE, "tk init --help"),
    Case("no such file of a batch", ("batch", "q9"), Exit.UNUSABLE, "q9 cannot be read"),
    # rules
    Case("no such edge", ("done", "a"), Exit.REJECTED, "TK201"),
    Case("cycle", ("edit", "a", "--depends-on", "a"), Exit.REJECTED, "TK3"),
]  # fmt: skip


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_says_what_is_wrong(project: Project, case: Case, as_json: bool) -> None:
    case.wrong(project)
    before = project.snapshot()
    answer = project.tk(*case.command, *(["--json"] if as_json else []))
    assert answer.status == case.status, answer.said
    told(answer, case.says, as_json=as_json)
    assert project.snapshot() == before


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    """What a case set in the environment is taken back."""
    kept = os.environ["GIT_CONFIG_GLOBAL"]
    yield
    os.environ["GIT_CONFIG_GLOBAL"] = kept


@pytest.mark.parametrize("command", ["start a", "list", "init", "verify --all", "new T", "fmt"])
@pytest.mark.parametrize("where", ["nowhere", "missing", "bare", "inside"])
def test_no_place_for_a_ledger(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, command: str
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    places = {
        "nowhere": tmp_path / "nowhere",
        "missing": tmp_path / "missing",
        "bare": tmp_path / "bare.git",
        "inside": project.path / ".git",
    }
    (tmp_path / "nowhere").mkdir()
    if where == "bare":
        project.git("clone", "-q", "--bare", ".", str(places["bare"]))
    verb = command.split()[0]
    looks = verb in ("list", "verify") and where in ("bare", "inside")
    before = project.snapshot()
    answer = Project(places[where]).tk(*command.split())
    assert answer.status == (Exit.OK if looks else Exit.UNUSABLE), answer.said
    if not looks:
        told(answer, "", as_json=False)
    assert project.snapshot() == before


def test_looking_goes_on_where_one_task_is_broken(project: Project) -> None:
    for name, data in HOSTILE.items():
        project.plumb({".tasks/a.yaml": data})
        answer = project.ok("list")
        assert "warning[TK1" in answer.err, name
        assert "Task b" in answer.out
        assert project.ok("list", "--json").json["tasks"][0]["id"] == "b"
        judged = project.tk("verify", "--all", "--json")
        assert judged.status == Exit.REJECTED
        assert judged.json["violations"][-1]["task"] == "a"


def test_what_no_letters_can_show_is_told_all_the_same(project: Project) -> None:
    for letters in (b"\xff\xfe", b"\xe2\x80\xae", b"\xf3\xa0\x80\x81"):
        project.plumb({os.fsdecode(b".tasks/%s.yaml" % letters): b"x\n"})
    for options in ([], ["--json"]):
        answer = project.process("verify", "--all", *options)
        assert answer.status == Exit.REJECTED, answer.said
        assert (answer.out + answer.err).replace("\n", "").isprintable()
        assert (answer.out + answer.err).count("remedy") >= 3


def test_an_option_without_its_value(project: Project) -> None:
    before = project.snapshot()
    answer = project.tk("start", "a", "-m")
    assert answer.status == Exit.USAGE
    told(answer, "-m", as_json=False)
    assert project.snapshot() == before


def test_near_ids_are_named(project: Project) -> None:
    project.ok("new", "--id", "tk-parse", "T")
    assert "did you mean tk-parse?" in project.tk("start", "tk-prase").err


def test_an_ambiguous_id_lists_what_it_could_be(project: Project) -> None:
    for one in ("tk-one", "tk-onyx"):
        project.ok("new", "--id", one, "T")
    before = project.snapshot()
    answer = project.tk("start", "tk-on")
    assert answer.status == Exit.USAGE
    told(answer, "tk-one, tk-onyx", as_json=False)
    assert project.snapshot() == before


def test_options_come_after_the_command(project: Project) -> None:
    answer = project.process("--json", "start", "a")
    assert answer.status == Exit.USAGE
    assert "come after the command" in answer.out
    answer = project.process("-C", ".", "list")
    assert answer.status == Exit.USAGE
    told(answer, "come after the command", as_json=False)
