"""``tk show`` of a task that others have to do with: who they are, and who wrote what."""

from __future__ import annotations

import re

from tests.support.project import Project


def test_a_task_is_shown_with_those_around_it_and_with_who_wrote_its_notes(
    project: Project,
) -> None:
    project.ok("new", "The whole", "--id", "whole")
    project.ok("edit", "a", "--parent", "whole", "--depends-on", "b")
    project.ok("new", "Later", "--id", "later", "--depends-on", "a", "--owner", "zoe")
    project.ok("config", "set", "gates.check", "run=true", "state=done")
    for actor in ("ann", "bob"):
        project.ok("note", "a", f"by {actor}", "--as", actor)
    shown = project.ok("show", "a").out
    for line in (
        "  parent        whole  todo  The whole\n",
        "\nwaits for  0 of 1 done\n  ○ todo  b  Task b\n",
        "\nneeded by  0 of 1 done\n  ○ todo  later  Later  zoe\n",
        "\ngates\n  1  check did not run on this code  tk gate a check\n",
        "\nnotes\n  1  by ann  ann, ",
        " ago\n  2  by bob  bob, ",
        "\nevents  tk log a\n  ",
        "\nnext\n  tk block a · tk cancel a · tk why a\n",
    ):
        assert line in shown
    derived = project.ok("show", "a", "--json").json["derived"]
    assert [one["actor"] for one in derived["notes"]] == ["ann", "bob"]
    assert (derived["needed_by"], derived["blocked_by"]) == (["later"], ["b"])
    assert derived["gates"] == [
        {"name": "check", "passed": False, "why": "did not run on this code"}
    ]
    assert "\nchildren  0 of 1 done\n  ○ todo  a  Task a\n" in project.ok("show", "whole").out


def test_a_log_is_of_those_who_are_asked_for(project: Project) -> None:
    project.ok("config", "set", "actors.anna", "ann")
    for actor in ("anna", "bob", "ann"):
        project.ok("note", "a", f"by {actor}", "--as", actor)

    def told(*words: str) -> list[str]:
        return [
            one.get("reason", "") for one in project.ok("log", *words, "--json").json["entries"]
        ]

    assert told("a", "--actor", "ann") == ["by anna", "by ann"]
    assert told("--actor", "bob,ann", "-n", "2") == ["by bob", "by ann"]
    assert told("a", "--actor", "me", "--actor", "bob")[-1] == "by bob"
    assert told("--actor", "cyd") == []


def test_why_leads_to_the_task_that_all_wait_for(project: Project) -> None:
    for words in (("b", "c"), ("a", "b"), ("d", "a", "b")):
        project.ok("edit", words[0], *(f"--depends-on={one}" for one in words[1:]))
    project.ok("start", "c", "--as", "bob")
    assert "\nnearest: c, in_progress 0s, bob\n         by way of b\n" in re.sub(
        r"\d+s", "0s", project.ok("why", "a").out
    )
    near = project.ok("why", "d", "--json").json["nearest"]
    assert {**near, "since": "then"} == {
        **{"id": "c", "state": "in_progress", "owner": "bob", "since": "then", "way": ["b"]}
    }
    assert "nearest" not in project.ok("why", "c", "--json").json
    project.ok("block", "c", "--reason", "user", "-m", "which one?", "--as", "bob")
    assert ", user – which one?, bob\n" in project.ok("why", "b").out


def test_a_log_has_the_lines_that_changed(project: Project) -> None:
    project.ok("edit", "a", "--title", "Other\u202e title")
    project.ok("step", "a", "-m", "no change of a file")
    shown = project.ok("log", "a", "-p").out
    assert re.search(r"\n +-title: Task a\n +\+title: \S*Other", shown)
    assert "\u202e" not in shown
    first, second, third = project.ok("log", "a", "--patch", "--json").json["entries"]
    assert "+id: a\n" in first["patch"]
    assert "-title: Task a\n" in second["patch"]
    assert "patch" not in third
    assert "patch" not in project.ok("log", "a", "--json").json["entries"][0]


def test_a_log_has_the_graph_that_git_draws(project: Project) -> None:
    base = project.head()
    sides = []
    for name in ("b", "c"):
        side = project.worktree(name)
        side.git("reset", "-q", "--hard", base)
        side.ok("note", name, "beside")
        side.ok("step", name, "-m", "changes no file")
        sides.append(side.head())
    project.ok("note", "a", "between")
    own = project.head()
    project.git("merge", "-q", "--no-ff", "--no-commit", *sides)
    project.write("own.txt", "what the merge itself brings")
    project.git("add", "own.txt")
    project.git("commit", "-q", "-m", "An octopus that charges\n\nTk-Task: a")
    octopus = project.head()
    project.ok("note", "d", "after")

    found = project.ok("log", "--graph", "--json").json["entries"]
    shown = {one["commit"]: one.get("parents", []) for one in found}
    assert shown[octopus] == [own, *sides], "by one that only charges, as of others"
    drawn = [one for one in project.git("log", "--graph", "--format=%h").split("\n") if "*" in one]
    stars = [line for line in project.ok("log", "--graph").out.split("\n") if "*" in line]
    order = [line.split("Z  ")[1][:7] for line in stars]
    assert order == [line.split()[-1][:7] for line in drawn][: len(order)]
    parents_of = dict(
        line.split(" ", 1) for line in project.git("log", "--format=%H %P").split("\n")
    )
    for commit, before in list(shown.items())[1:]:
        if before:
            assert before == parents_of[commit].split()
    newest = project.ok("log", "--graph", "-n", "1", "-p").out.split("\n")
    assert newest[0].startswith("*  ")
    assert any(line.endswith("+- after") for line in newest)
    assert "parents" not in project.ok("log", "--json").json["entries"][-1]


def test_a_merge_that_changed_no_task_has_its_star(project: Project) -> None:
    side = project.worktree("b")
    side.ok("note", "b", "beside")
    project.ok("note", "a", "between")
    project.git("merge", "-q", "--no-ff", "-m", "Both \x1b[31m", side.head())
    merge = project.head()
    first, *others = project.ok("log", "--graph").out.split("\n")
    drawn = [re.split(r"\d{4}-", line)[0].rstrip() for line in (first, *others)]
    assert drawn[:5] == ["*", "|\\", "| *", "* |", "|/"]
    assert re.search(rf"  {merge[:8]}  -  +merge  -  +\S+  Both \\u001b\[31m$", first)
    entries = project.ok("log", "--graph", "--json").json["entries"]
    assert merge not in {one["commit"] for one in entries}, "it did nothing to a task"
    assert merge not in {parent for one in entries for parent in one.get("parents", [])}
    of_one = project.ok("log", "a", "--graph").out
    assert "merge" not in of_one, "nothing of one task alone is joined there"
    earlier = project.ok("log", "--graph", "--at", "HEAD^").out
    assert "merge" not in earlier


def test_a_graph_is_not_of_some_fields(project: Project) -> None:
    refused = project.tk("log", "--graph", "--fields", "commit")
    assert refused.status == 2
    assert "remedy: tk log --graph\n" in refused.err
    assert project.ok("log", "--graph").out.startswith("*")
