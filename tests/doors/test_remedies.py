"""Every remedy that is a command line is carried out where it was printed, and the door accepts then."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clone import Clone, Refused
from tests.support.project import Project
from tests.support.remedies import Scene, can_be_made, ways
from tests.support.rule_cases import CASES
from tests.support.rule_cases.case import Case
from tkledger.core.rules.rule import NO_ACCEPTANCE


def _cases(*, merges: bool) -> Iterator[Any]:
    """Every case of which a repository can be made; all but the first of a rule take long together."""
    known = set()
    for case in CASES:
        if can_be_made(case) and (merges or not case.broken.is_merge):
            long = [pytest.mark.long] if case.code in known else []
            known.add(case.code)
            name = f"{case.code}-{case.what}".replace(" ", "_")
            yield pytest.param(case, id=name, marks=long)


@pytest.mark.parametrize("case", list(_cases(merges=True)))
def test_what_is_committed_is_repaired_and_accepted(case: Case, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "repo", case.broken).committed()
    scene.repo.git("tag", "published")
    found = [one for one in scene.found() if one["commit"] == scene.commit]
    assert {one["code"] for one in found} == {case.code, *case.also}
    for one in found:
        if one["remedy"].endswith(NO_ACCEPTANCE):
            if case.broken.parents:  # there is something before it to go back to
                scene.carry_out(one["remedy"])
                assert scene.found() == []
            continue
        assert f"tk accept {scene.commit[:10]} --reason TEXT" in one["remedy"]
        accept = one["remedy"].rpartition("; then ")[2]
        for way in [*ways(one["remedy"])] or [(accept,)]:
            scene = Scene(tmp_path / f"repo-{one['code']}-{len(way)}", case.broken).committed()
            scene.repo.git("tag", "published")
            earlier = {one["commit"] for one in scene.found()} - {scene.commit}
            for step in way:
                scene.carry_out(step)
            assert {one["commit"] for one in scene.found()} <= earlier, (way, scene.found())


@pytest.mark.parametrize("case", list(_cases(merges=False)))
def test_what_nobody_else_has_is_taken_back(case: Case, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "repo", case.broken).committed()
    found = scene.found()
    earlier = {one["commit"] for one in found} - {scene.commit}
    if case.broken.parents and case.code != "TK601":  # without a policy no command begins
        (remedy,) = {one["remedy"] for one in found if one["commit"] == scene.commit}
        assert remedy == "tk undo"
        scene.carry_out(remedy)
        assert {one["commit"] for one in scene.found()} <= earlier


@pytest.mark.parametrize("case", list(_cases(merges=False)))
def test_what_is_staged_is_put_right(case: Case, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "repo", case.broken).staged()
    found = scene.found("--staged")
    assert {one["code"] for one in found} == {case.code, *case.also}
    for one in found:
        for way in ways(one["remedy"]):
            scene.staged()
            for step in way:
                scene.carry_out(step)
            if not way[-1].startswith(("tk why", "tk show", "tk list", "tk tree")):
                codes = [again["code"] for again in scene.found("--staged")]
                assert one["code"] not in codes, (way, codes)


def _sh(project: Project, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line], cwd=project.path, capture_output=True, text=True, check=False
    )


def _lines(words: str) -> list[str]:
    """The command lines by which a refused revert says how to go on."""
    heads = ("  to clear the index: ", "  then, to revert the code and keep the task files: ")
    return [
        line.removeprefix(head) for line in words.splitlines() for head in heads if head in line
    ]


def test_a_refused_revert_says_how_to_clear_the_index_and_to_revert_the_code_alone(
    hooked: Project,
) -> None:
    hooked.git("checkout", "-q", "-b", "side")
    hooked.ok("start", "b")
    hooked.write("side.txt", "one\n")
    hooked.git("add", "side.txt")
    hooked.git("commit", "-q", "-m", "side")
    hooked.git("checkout", "-q", "main")
    hooked.ok("start", "c")
    hooked.write("code.txt", "two\n")
    file = hooked.path / ".tasks" / "a.yaml"
    file.write_text(file.read_text().replace("state: todo", "state: in_progress"))
    hooked.git("commit", "-q", "-am", "both")
    hooked.git("merge", "-q", "--no-edit", "side")
    hooked.write("kept.txt", "not staged\n")
    hooked.git("add", "kept.txt")
    hooked.git("commit", "-q", "-m", "kept")
    hooked.write("kept.txt", "an edit\n")

    for command, option in (
        ("revert --no-edit HEAD~2", ""),
        ("revert --no-edit -m 1 HEAD~2", "-m 1 "),
    ):
        refused = _sh(hooked, f"git {command}")
        assert refused.returncode != 0
        assert "[TK201]" in refused.stderr
        clear, again = _lines(refused.stderr)
        assert f"git revert --no-commit {option}" in again
        for line in (clear, again):
            done = _sh(hooked, line)
            assert done.returncode == 0, (line, done.stderr)
        assert hooked.status() == " M kept.txt"
    assert (hooked.path / "code.txt").read_text() == "one\n"
    assert not (hooked.path / "side.txt").exists()
    assert [hooked.state(task) for task in "abc"] == ["in_progress"] * 3
    hooked.ok("verify", "--all")


def test_a_refused_revert_of_a_move_alone_says_how_to_clear_the_index(hooked: Project) -> None:
    hooked.ok("start", "a")
    hooked.ok("start", "b")
    for commits in ("HEAD", "HEAD HEAD~1"):  # one alone, and several, which git keeps a list of
        refused = _sh(hooked, f"git revert --no-edit {commits}")
        assert refused.returncode != 0
        (clear,) = _lines(refused.stderr)
        assert _sh(hooked, clear).returncode == 0
        assert hooked.clean()


def test_files_in_a_bad_form_are_put_right_before_and_after_the_commit(project: Project) -> None:
    file = project.path / ".tasks" / "a.yaml"
    good = file.read_text()
    for bad, code in (
        (f"# a comment\n{good}", "TK101"),
        (f"<<<<<<< ours\n{good}", "TK102"),
        (f"{good}titel: A\n", "TK103"),
        (good.replace("priority: 2", "priority: 9"), "TK104"),
        (good.replace("title: Task a", 'title: "Task a"'), "TK108"),
    ):
        file.write_text(bad)
        project.git("add", "-A")
        (staged,) = project.tk("verify", "--staged", "--json").json["violations"]
        project.git("commit", "-q", "-m", "bad")
        commit = project.git("rev-parse", "HEAD").strip()
        project.git("tag", f"published-{code}")
        (found,) = project.tk("verify", "HEAD^!", "--json").json["violations"]
        assert (staged["code"], found["code"]) == (code, code)
        repair, _, accept = found["remedy"].partition(", then commit it; then ")
        assert accept == f"tk accept {commit[:10]} --reason TEXT"
        if code == "TK108":
            assert (repair, staged["remedy"]) == ("tk fmt", "tk fmt, then commit again")
            project.ok("fmt")
        else:
            assert repair in staged["remedy"]
            assert ".tasks/a.yaml" in repair
            file.write_text(good)
        project.git("commit", "-qam", "repaired")
        project.ok("accept", commit, "--reason", "it happened")
        project.ok("verify", "--all")


def test_a_refused_push_says_how_to_make_the_commit_anew_or_have_it_accepted_first(
    clone: Clone,
) -> None:
    bare = clone.hooks_off()
    main = bare.git("rev-parse", "HEAD").strip()
    bare.write(".tasks/a.yaml", (bare.path / ".tasks/a.yaml").read_text().replace("todo", "done"))
    bare.git("commit", "-q", "-am", "at once")
    commit = bare.git("rev-parse", "HEAD").strip()[:10]
    with pytest.raises(Refused, match="TK201") as refused:
        bare.git("push", "-q", "origin", "main")
    assert (
        f"remedy: tk undo if it is the newest change, else git rebase -i {commit}~1;"
        f" then tk start a && tk done a; or accept it in an earlier push of its own:"
        f" tk accept {commit} --reason TEXT"
    ) in str(refused.value)
    bare.git("checkout", "-q", "-b", "first", main)
    bare.ok("accept", commit, "--reason", "it happened")
    bare.git("push", "-q", "origin", "first:main")
    bare.git("checkout", "-q", "main")
    bare.git("merge", "-q", "--no-edit", "first")
    bare.git("push", "-q", "origin", "main")
