"""`tk delete` and `tk rename`: a new task is taken back or made again, an old one stays as a mistake."""

from __future__ import annotations

import json

import pytest

from tests.support.histories import PlainRepo, a_task, genesis
from tests.support.project import Project
from tkledger.errors import Exit


def ids(project: Project, *words: str) -> list[str]:
    return [task["id"] for task in project.ok("list", *words, "--json").json["tasks"]]


def batch(project: Project, *lines: dict[str, object]) -> None:
    project.ok("batch", stdin="".join(f"{json.dumps(line)}\n" for line in lines))


def subject(project: Project) -> str:
    return project.git("log", "-1", "--format=%s")


def named(project: Project, revision: str) -> str:
    """A commit as texts name it."""
    return project.git("log", "-1", "--abbrev=10", "--format=%h (%s)", revision)


def test_a_new_task_is_deleted_with_its_creation(hooked: Project) -> None:
    head = hooked.head()
    hooked.ok("new", "E", "--id", "e")
    hooked.write("code.txt", "more\n")
    hooked.git("commit", "-q", "-a", "-m", "above")
    assert hooked.ok("delete", "e", "--dry-run").out.startswith("would be: undone: ")
    answer = hooked.ok("delete", "e")
    assert answer.out.splitlines()[1] == "e: todo -> absent  E"
    assert (hooked.git("rev-parse", "HEAD~1"), hooked.clean()) == (head, True)
    one = {"op": "new", "title": "T"}
    batch(hooked, {**one, "id": "e"}, {**one, "id": "f", "parent": "e"}, {**one, "id": "g"})
    answer = hooked.tk("delete", "e")
    assert (answer.status, "TK301" in answer.err) == (Exit.REJECTED, True), answer.said
    hooked.ok("delete", "f")
    assert (subject(hooked), hooked.clean()) == ("tk: new e, g", True)
    hooked.ok("delete", "g")
    assert subject(hooked) == "tk: new e"
    hooked.ok("verify", "--all")


def test_a_task_that_others_have_is_hidden(project: Project) -> None:
    project.ok("new", "E", "--id", "e", "--parent", "a")
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    answer = project.ok("delete", "e", "-m", "twice")
    assert answer.out == "e: todo -> cancelled  E\n"
    fact = f"its creation, {named(project, 'HEAD~')}, is on origin/main already"
    assert answer.err == f"cancelled, since {fact}; list, tree and board hide it\n"
    for words in ((), ("--state", "cancelled"), ("--parent", "a")):
        assert "e" not in ids(project, *words)
    assert "e" in ids(project, "--all")
    assert "mistake" in project.ok("show", "e").out
    for view in (["tree"], ["tree", "a"], ["board"]):
        for more in ([], ["--json"]):
            assert "mistake" not in project.ok(*view, *more).out
            assert ' "e"' not in project.ok(*view, *more).out
    assert " e " in project.ok("tree", "--all").out
    assert '"id": "e"' in project.ok("tree", "--all", "--json").out
    answer = project.tk("delete", "e")
    assert (answer.status, "TK201" in answer.err) == (Exit.REJECTED, True)
    project.ok("undo")
    assert project.state("e") == "todo", "until that is published it can be taken back"


def test_a_task_that_nobody_else_has_is_hidden_if_another_change_came_after_it(
    project: Project,
) -> None:
    project.ok("new", "E", "--id", "e")
    project.ok("start", "e")
    said = project.ok("delete", "e").err
    fact = f"{named(project, 'HEAD~')} came after its creation"
    assert said == f"cancelled, since {fact}; list, tree and board hide it\n"
    for words in (["undo"], ["undo"], ["delete", "e"]):
        project.ok(*words)
    assert "e.yaml" not in project.git("ls-files")


def test_a_new_task_gets_another_id(project: Project) -> None:
    author = ("--author", "Ada <ada@example.org>")
    one = {"op": "new", "title": "T"}
    batch(project, {**one, "id": "new"}, {**one, "id": "f", "depends_on": ["new"]})
    project.git("commit", "-q", "--amend", *author, "-C", "HEAD")
    project.write("code.txt", "more\n")
    project.git("commit", "-q", "-a", "-m", "above")
    for bad, kind in (("a", "id-taken"), ("A B", "bad-id")):
        answer = project.tk("rename", "new", bad, "--json")
        assert (answer.status, json.loads(answer.out)["error"]["kind"]) == (Exit.USAGE, kind)
    assert project.ok("rename", "new", "e", "--dry-run").out == "would be: new -> e  T\n"
    assert project.ok("rename", "new", "e", "--json").json["renamed"] == "new"
    assert project.clean()
    assert "id: e\n" in project.file("e")
    assert "depends_on:\n- e\n" in project.file("f")
    assert project.git("log", "-1", "--format=%s %ae", "HEAD~1") == "tk: new e, f ada@example.org"
    project.ok("verify", "--all")


@pytest.mark.parametrize("how", ["published", "later"])
def test_a_task_that_others_have_keeps_its_id(project: Project, how: str) -> None:
    project.ok("new", "E", "--id", "e")
    if how == "published":
        project.git("tag", "v1")
    else:
        project.ok("note", "e", "words")
    before = project.snapshot()
    answer = project.tk("rename", "e", "f", "--json")
    error = json.loads(answer.out)["error"]
    assert (answer.status, project.snapshot()) == (Exit.UNUSABLE, before)
    assert (
        "is on the tag v1 already" if how == "published" else "came after its creation"
    ) in error["message"]
    assert error["remedy"] == "give it another title: tk edit e --title TITLE"
    project.ok("edit", "e", "--title", "TITLE")


def test_an_older_ledger_cancels_it_plainly(plain_repo: PlainRepo) -> None:
    plain_repo.fast_import([(genesis(format=1, law=1), ()), ({"a": a_task("a")}, (1,))])
    plain_repo.git("reset", "-q", "--hard")
    plain_repo.git("tag", "v1")
    project = Project(plain_repo.path)
    said = project.ok("delete", "a").err
    assert said.startswith("cancelled, since its creation, ")
    assert said.endswith(", is on the tag v1 already\n")
    assert "resolution" not in project.file("a")
