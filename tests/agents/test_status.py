"""What needs an actor: each kind once, how to begin where there is nothing, and how little is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tkledger import cli
from tkledger.doors import gate
from tkledger.errors import Exit


def ids(found: dict[str, Any], section: str) -> list[str]:
    return [one["id"] for one in found[section]["items"]] if section in found else []


def alone(*options: str) -> tuple[int, str]:
    """`tk` without a command, in the current folder."""
    out = io.StringIO()
    with redirect_stdout(out):
        return cli.run([*options]), out.getvalue()


def test_each_thing_that_needs_ada_is_in_its_section(project: Project, tmp_path: Path) -> None:
    (one,) = cloned(project, tmp_path, 1)
    one.ok("config", "set", "claims", "local")
    lines = [f'{{"op": "new", "id": "r{n}", "title": "Ready {n}"}}\n' for n in range(7)]
    one.ok("batch", stdin="".join(lines))
    for task, who in (("a", "ada"), ("b", "ada"), ("c", "bob"), ("d", "bob"), ("r0", "dan")):
        one.ok("start", task, "--as", who)
    for task, who in (("b", "ada"), ("c", "bob")):
        one.ok("submit", task, "--as", who)
    one.ok("reject", "b", "--as", "bob", "-m", "no test for an empty file")
    one.ok("block", "d", "--reason", "user", "-m", "which port?", "--as", "bob")
    one.ok("renew", "r0", "--ttl", "0", "--as", "dan")
    one.ok("start", "r1", "--as", "ada")
    one.ok("block", "r1", "--reason", "approval", "-m", "ops", "--as", "ada")
    one.ok("edit", "r2", "--owner", "ada", "--depends-on", "r1")
    one.ok("send", "ada", "the build is red", "--as", "bob")
    place = Project(Path(one.ok("work", "r3", "--as", "bob").out.strip()))
    place.ok("done", "r3", "--as", "bob")
    away = Project(Path(one.ok("work", "r4", "--as", "ada").out.strip()))

    found = one.ok("status", "--as", "ada", "--json").json
    head = [found[name] for name in ("actor", "branch", "tasks", "open")]
    assert head == ["ada", "main", 11, 11]
    assert {name: ids(found, name) for name in found if isinstance(found[name], dict)} == {
        "in_progress": ["a", "r4"],
        "sent_back": ["b"],
        "review": ["c"],
        "questions": ["d"],
        "messages": [found["messages"]["items"][0]["id"]],
        "blocked": ["r1", "r2"],
        "ready": ["r5", "r6"],
        "expired": ["r0"],
        "unmerged": ["tk/r3"],
        "unpublished": ["origin/main"],
        "hooks": [one["id"] for one in found["hooks"]["items"]],
    }
    (back,) = found["sent_back"]["items"]
    assert (back["by"], back["why"], len(back["since"])) == ("bob", "no test for an empty file", 20)
    assert found["in_progress"]["items"][1]["place"] == "tk/r4"
    assert [item["why"] for item in found["blocked"]["items"]] == ["approval: ops", "waits for r1"]
    assert found["questions"]["items"][0]["why"] == "which port?"
    assert found["unmerged"]["items"][0]["why"] == "git merge tk/r3"
    assert found["hooks"]["total"] == 6
    commits = one.git("rev-list", "--count", "origin/main..HEAD")
    assert found["unpublished"]["total"] == int(commits)
    for name in ("in_progress", "review", "ready", "unmerged"):  # the command for the rest works
        command = found[name]["command"].split()
        run = one.git if command.pop(0) == "git" else one.ok
        run(*command)

    capped = one.ok("status", "--as", "ada", "--limit", "1")
    assert "and 1 more: tk ready\n" in capped.out
    assert "and 1 more: tk list --state in_progress --owner ada\n" in capped.out
    assert one.ok("status", "--as", "ada", "--limit", "1", "--json").json["ready"]["total"] == 2
    assert ids(one.ok("status", "--as", "bob", "--json").json, "review") == []
    # what was dealt with is gone
    one.ok("submit", "a", "b", "--as", "ada")
    one.ok("approve", "c", "--as", "ada")
    one.ok("reap")
    one.git("merge", "-q", "--no-edit", "tk/r3")
    one.ok("hooks", "install")
    one.git("push", "-q", "origin", "main")
    found = one.ok("status", "--as", "ada", "--json").json
    gone = {"sent_back", "review", "expired", "unmerged", "hooks", "unpublished"}
    assert gone & found.keys() == set()
    assert ids(found, "in_progress") == ["r4"]
    assert ids(found, "submitted") == ["a", "b"]
    one.ok(*found["submitted"]["command"].split()[1:])
    assert away.ok("status", "--as", "ada", "--json").json["branch"] == "tk/r4"


def test_tk_alone_is_the_status_or_says_how_to_begin(
    bare_git: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    status, text = alone()
    assert (status, "not in a git repository. To begin: git init, then tk init" in text) == (
        0,
        True,
    )
    assert bare_git.tk("status").status == Exit.UNUSABLE
    monkeypatch.chdir(bare_git.path)
    status, text = alone()
    assert (status, "To begin one: tk init" in text, "tk --help" in text) == (0, True, True)
    assert alone("--json")[0] == Exit.UNUSABLE
    bare_git.ok("init")
    status, text = alone()
    assert (status, text.splitlines()[1:]) == (
        *(0, ["", "There are no tasks yet. To write one down: tk new TITLE"]),
    )
    bare_git.ok("new", "Only", "--id", "only")
    assert "ready        only  P2  Only" in alone("-C", ".")[1]
    bare_git.ok("start", "only", "--as", "bob")
    assert "Nothing needs you now. All open tasks: tk list" in alone()[1]
    bare_git.ok("done", "only", "--as", "bob")
    assert "All tasks have ended." in alone()[1]
    assert alone("--josn")[0] == Exit.USAGE
    bare_git.write(".tasks/config.yaml", "broken")
    bare_git.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "broken")
    assert alone()[0] == Exit.UNUSABLE  # not a place to begin in


def test_the_status_of_a_long_history_reads_its_newest_commits_only(project: Project) -> None:
    project.ok("start", "a", "--as", "ada")
    tree = project.git("rev-parse", "HEAD^{tree}")
    who = "T <t@example.org> 1700000000 +0000"
    old = f"tree {tree}\nparent {'1' * 40}\nauthor {who}\ncommitter {who}\n\nold\n"
    base = project.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=old)
    stream = [f"reset refs/heads/main\nfrom {base}\n\n"]
    for n in range(700):
        stream.append(
            f"commit refs/heads/main\ncommitter T <t@example.org> {1700000000 + n} +0000\n"
        )
        stream.append("data 1\n.\n")
    project.git("fast-import", "--quiet", "--force", stdin="".join(stream))
    Project(Path(project.ok("work", "b", "--as", "bob").out.strip())).ok("done", "b", "--as", "bob")
    with pytest.raises(AssertionError, match="1111"):  # all of it cannot be read
        project.git("log", "--oneline", "HEAD")
    found = project.ok("status", "--as", "ada", "--json").json
    (item,) = found["in_progress"]["items"]
    assert (item["before"], "since" in item) == ("2023-11-14T22:16:40Z", False)
    assert ids(found, "unmerged") == ["tk/b"]
    assert "more than" in project.ok("status", "--as", "ada").out


def test_what_was_found_legal_is_not_judged_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    real = gate.judge_commits

    def noted(*of: Any) -> Iterator[gate.Judged]:
        for one in real(*of):
            judged.append(one.commit.oid)
            yield one

    monkeypatch.setattr(gate, "judge_commits", noted)
    project.ok("start", "a")
    project.ok("status")
    assert len(judged) == project.count()
    for words in ("note a one", "note a two"):
        project.ok(*words.split())
    judged.clear()
    project.ok("status")
    assert judged == project.git("rev-list", "--reverse", "HEAD~2..HEAD").split()
    project.git("rm", "-q", ".tasks/a.yaml")
    project.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "deleted")
    for _ in range(2):  # it stays until something is done about it
        project.ok("note", "b", "after it")
        assert "TK204 a" in project.ok("status").out
