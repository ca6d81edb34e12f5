"""`tk undo`: what it takes back, what it leaves alone, and where it leads if it cannot."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.project import Answer, Project
from tkledger.errors import Exit
from tkledger.ledger import newest

Prepare = Callable[[Project], object]


def refused(project: Project, status: int, fact: str, *words: str) -> str:
    """The remedy of an undo that changes nothing."""
    before = project.snapshot()
    for more in (("--dry-run",), ()):
        answer = project.tk("undo", *words, *more, "--json")
        assert answer.status == status, answer.said
        assert project.snapshot() == before
    error = json.loads(answer.out)["error"]
    assert fact in error["message"], error
    remedy: str = error["remedy"]
    return remedy


def code(project: Project, words: str, *options: str) -> str:
    """One more commit of code."""
    project.write(f"{words}.txt", words)
    project.git("add", f"{words}.txt")
    project.git("commit", "-q", "-m", words, *options)
    return project.head()


def test_each_move_is_taken_back_with_files_index_and_claim(hooked: Project) -> None:
    heads = [hooked.head()]
    for verb in ("start", "done"):
        answer = hooked.tk(verb, "a", "--as", "ada")
        assert answer.err.endswith("undo: tk undo\n") == (verb == "done")
        heads.append(hooked.head())
    for state, claims in (("in_progress", 1), ("todo", 0)):
        undone = heads.pop()
        would = hooked.ok("undo", "--dry-run", "--as", "ada")
        assert hooked.head() == undone
        answer = hooked.ok("undo", "--as", "ada")
        assert would.out == "".join(f"would be: {line}\n" for line in answer.out.splitlines())
        assert hooked.head() == heads[-1]
        assert (hooked.state("a"), hooked.clean()) == (state, True), hooked.status()
        refs = hooked.git("for-each-ref", "--format=%(contents)", "refs/tk/claims/a")
        assert ("holder: ada" in refs) == bool(claims)
    assert f"undone: {undone[:10]} tk: start a Task a\na: in_progress -> todo" in answer.out
    assert not hooked.tk("done", "b").err.startswith("undo"), "a refused move has no hint"
    hooked.ok("verify", "--all")


def test_all_that_a_commit_did_is_taken_back(project: Project) -> None:
    project.git("switch", "-q", "-c", "topic")
    head = project.head()
    lines = [
        {"op": "new", "id": "e", "title": "E"},
        {"op": "start", "id": "a"},
        {"op": "note", "id": "b", "message": "n"},
    ]
    project.ok("batch", stdin="".join(f"{json.dumps(line)}\n" for line in lines))
    made = project.head()
    answer = project.ok("undo", "e", "--json")
    assert answer.json == {
        "schema": "tk/1",
        "undone": made,
        "tasks": [
            {"id": "a", "from": "in_progress", "to": "todo"},
            {"id": "b", "from": "todo", "to": "todo"},
            {"id": "e", "from": "todo"},
        ],
        "commit": head,
    }
    assert not (project.path / ".tasks/e.yaml").exists()
    assert project.clean()
    for words in (("step", "b", "-m", "s"), ("config", "set", "depth", "4")):
        project.ok(*words)
        project.ok("undo")
        assert (project.head(), project.clean()) == (head, True)
    assert project.git("rev-parse", "main") == head, "the other branch is where it was"


def test_commits_of_code_above_are_made_again_and_open_work_stays(
    hooked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = hooked.head()
    hooked.ok("start", "a")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2030-01-01T12:00:00+0100")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2030-01-02T12:00:00+0200")
    code(hooked, "above", "-m", "Tk-Task: b")
    code(hooked, "higher", "--cleanup=verbatim", "-m", "odd  \n\n\nbytes é")
    hooked.write("code.txt", "stashed\n")
    hooked.git("stash", "-q")
    hooked.write("code.txt", "two\n")
    hooked.write("staged.txt", "staged\n")
    hooked.git("add", "staged.txt")
    hooked.write("loose.txt", "loose\n")
    hooked.write(".tasks/b.yaml", hooked.file("b") + "\nnotes:\n- open\n")
    format = "--format=%an %ae %aI %cn %cI %B"
    above, status = hooked.git("log", format, f"{base}..HEAD^"), hooked.status()
    above = hooked.git("log", "-2", format)
    hooked.ok("undo")
    assert hooked.git("log", format, f"{base}..HEAD") == above
    assert hooked.git("diff", "--name-only", base, "HEAD").split() == ["above.txt", "higher.txt"]
    assert (hooked.status(), hooked.state("a")) == (status, "todo")
    assert (hooked.path / "loose.txt").read_text() == "loose\n"
    hooked.git("checkout", "-q", "--", ".tasks/b.yaml")
    hooked.ok("verify", "--all")


def test_work_on_the_same_file_is_not_lost(project: Project) -> None:
    project.ok("start", "a")
    text = project.file("a") + "\nnotes:\n- open\n"
    project.write(".tasks/a.yaml", text)
    remedy = refused(project, Exit.UNUSABLE, ".tasks/a.yaml is changed and not committed")
    assert remedy.endswith("git stash push -- .tasks/a.yaml")
    project.git("add", ".tasks/a.yaml")
    refused(project, Exit.UNUSABLE, ".tasks/a.yaml has staged changes")
    project.git("stash", "push", "--", ".tasks/a.yaml")
    project.ok("undo")
    assert project.clean()


def obey(project: Project, remedy: str) -> Answer:
    """Run what a remedy says, word by word."""
    for command in remedy.split(" && "):
        words = shlex.split(command)
        assert words[0] == "tk"
        answer = project.ok(*words[1:])
    return answer


BACK = [
    (["start"], "tk block a --reason other && tk requeue a", "todo"),
    (["start", "submit"], "tk reject a", "in_progress"),
    (["start", "submit", "reject"], "tk submit a", "in_review"),
    (["block --reason other"], "tk requeue a", "todo"),
    (["start", "block --reason user"], "tk resume a", "in_progress"),
    (["cancel"], "tk reopen a", "cancelled"),
    (["start", "done"], "tk reopen a", "done"),
    (["note words"], "tk note a TEXT", "todo"),
    (["step -m words"], "tk note a TEXT", "todo"),
]
"""Moves, what leads back from the last of them, and the state that leads to."""


@pytest.mark.parametrize(("moves", "back", "state"), BACK)
def test_what_others_have_is_led_back_by_moves(
    project: Project, moves: list[str], back: str, state: str
) -> None:
    for move in moves:
        verb, *more = move.split()
        project.ok(verb, "a", *more)
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    project.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    remedy = refused(project, Exit.UNUSABLE, "is on origin/main already")
    assert remedy == back
    obey(project, remedy)
    assert project.state("a") == state
    project.ok("verify", "--all")


def test_the_way_back_of_other_changes_works_too(project: Project) -> None:
    project.ok("new", "E", "--id", "e", "--backlog")
    project.git("tag", "v1")
    assert (
        refused(project, Exit.UNUSABLE, "is on the tag v1 already") == "tk admit e && tk delete e"
    )
    obey(project, "tk admit e && tk delete e")
    assert project.state("e") == "cancelled"
    project.ok("new", "F", "--id", "f", "--backlog")
    project.ok("admit", "f")
    project.git("tag", "v2")
    assert refused(project, Exit.UNUSABLE, "v2") == "tk why f"
    obey(project, "tk why f")
    project.ok("edit", "a", "--title", "T")
    project.git("tag", "v3")
    assert refused(project, Exit.UNUSABLE, "v3") == "tk edit a"
    project.ok("config", "set", "depth", "4")
    project.git("tag", "v4")
    assert refused(project, Exit.UNUSABLE, "v4").startswith("tk config show, then tk config set")
    project.ok("start", "a", "b", "c", "d", "f")
    project.ok("new", "G", "--id", "g")
    project.git("tag", "v5")
    remedy = refused(project, Exit.UNUSABLE, "the newest change is", "f")
    assert remedy == "tk block f --reason other && tk requeue f"
    obey(project, remedy)


def _signed(project: Project) -> None:
    code(project, "signed")
    raw = project.git("cat-file", "commit", "HEAD")
    head, _, message = raw.partition("\n\n")
    data = f"{head}\ngpgsig -----BEGIN SSH SIGNATURE-----\n x\n\n{message}\n"
    oid = project.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=data)
    project.git("update-ref", "HEAD", oid)


def _merge(project: Project) -> None:
    project.git("switch", "-q", "-c", "side", "HEAD~1")
    code(project, "side")
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "side")
    project.git("branch", "-q", "-D", "side")


def _mixed(project: Project) -> None:
    project.write(".tasks/b.yaml", project.file("b") + "\nnotes:\n- by hand\n")
    code(project, "mixed", "-a")


def _many(project: Project) -> None:
    for number in range(3):
        code(project, f"c{number}")


OBSTACLES: dict[str, tuple[Prepare, str]] = {
    "branch": (lambda project: project.git("branch", "other"), "is on the branch other already"),
    "refs of ours": (
        lambda project: project.git("update-ref", "refs/tk/agreed/origin/heads/main", "HEAD"),
        "is on origin/heads/main already",
    ),
    "other ref": (
        lambda project: project.git("update-ref", "refs/x/y", "HEAD"),
        "is on refs/x/y already",
    ),
    "checkout": (
        lambda project: project.git("worktree", "add", "-q", "--detach", "../other"),
        "/other too",
    ),
    "same branch": (
        lambda project: project.git("worktree", "add", "-q", "-f", "../other", "main"),
        "/other too",
    ),
    "merge": (_merge, "which is a merge"),
    "signed": (_signed, "which is signed"),
    "another's": (
        lambda project: code(project, "theirs", "--author", "Eve <eve@example.org>"),
        "which is by eve@example.org",
    ),
    "work": (lambda project: code(project, "w", "-m", "Tk-Task: e"), "which is work on e"),
    "mixed": (_mixed, "also changes files outside of .tasks"),
    "many": (_many, "has 2 commits above it"),
}


def test_what_stands_in_the_way_is_said(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "MOST_ABOVE", 2)
    lines = ({"op": "start", "id": "a"}, {"op": "new", "id": "e", "title": "E"})
    project.ok("batch", stdin="".join(f"{json.dumps(line)}\n" for line in lines))
    for number, (prepare, fact) in enumerate(OBSTACLES.values()):
        one = Project.copy(project.path, tmp_path / f"one-{number}" / "repo")
        prepare(one)
        refused(one, Exit.UNUSABLE, fact)
    # what only looks like a second place is none
    project.git("worktree", "add", "-q", "--detach", "../gone")
    shutil.rmtree(project.path.parent / "gone")
    project.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    project.ok("undo")
    assert project.state("a") == "todo"


def test_it_is_no_accident_to_undo_what_another_did(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.ok("start", "a", "--as", "ada")
    monkeypatch.setenv("TK_ACTOR", "bob")
    remedy = refused(project, Exit.UNUSABLE, "is by ada")
    assert remedy == "if it is to go: tk undo a"
    project.ok("undo", "a")
    assert project.state("a") == "todo"
    project.ok("config", "set", "depth", "4", "--as", "ada")
    remedy = refused(project, Exit.UNUSABLE, "is by ada")
    assert remedy == "if it is to go: tk config show, then tk config set FIELD VALUE"


def test_there_is_an_end(bare_git: Project) -> None:
    bare_git.ok("init", "--no-hooks")
    assert refused(bare_git, Exit.UNUSABLE, "begins the ledger").startswith("tk config show")
    code(bare_git, "code")
    bare_git.git("checkout", "-q", "--detach")
    assert bare_git.tk("undo").status == Exit.UNUSABLE
    assert "HEAD is on no branch" in bare_git.tk("undo").err


def test_a_commit_made_meanwhile_stays(project: Project, tmp_path: Path) -> None:
    """Before the branch moves it comes on top; after that, with an index that has not followed yet,
    it makes the move again, and the command says so.
    """
    project.ok("start", "a")
    once = "mkdir ../once 2>/dev/null || exit 0; "
    happens = f"{once}echo more >>code.txt; git add code.txt; git commit -qm meanwhile"
    for point, state in (("before update-ref", "todo"), ("before update-index", "in_progress")):
        one = Project.copy(project.path, tmp_path / state / "repo")
        answer = one.at_point(point, happens, "undo")
        assert answer.status == 0, answer.said
        assert one.git("log", "-1", "--format=%s") == "meanwhile"
        assert (one.state("a"), one.clean()) == (state, True), one.status()
        assert ("HEAD has moved meanwhile" in answer.err) == (state == "in_progress")
        one.ok("verify", "--all")
