"""`tk replay` judges one task's history again; `tk verify --anchor` tells whether a history is still whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clone import Clone
from tests.support.project import Project
from tests.support.signers import HAVE, ssh_key
from tkledger.errors import Exit


def test_a_task_is_replayed_from_its_birth_to_where_it_is(project: Project) -> None:
    for words in (
        ("new", "One", "--id", "one"),
        ("start", "one"),
        ("step", "one"),
        ("done", "one"),
    ):
        project.ok(*words)
    answer = project.ok("replay", "one")
    assert "replayed 4 commits of one: done, as the law leads\n" in answer.out
    told = project.ok("replay", "one", "--json").json
    assert [(one["event"], one["to"]) for one in told["entries"]] == [
        ("new", "todo"),
        ("start", "in_progress"),
        ("step", "in_progress"),
        ("done", "done"),
    ]
    assert (told["id"], told["state"], told["violations"]) == ("one", "done", [])
    begun = project.ok("replay", "one", "--at", "HEAD~2", "--json").json
    assert begun["state"] == "in_progress"


def test_the_first_commit_that_the_law_does_not_lead_to_is_named(clone: Clone) -> None:
    """Also behind legal ones, and whatever other tasks did."""
    clone.hooks_off()
    bad = clone.commit("a jump", a={"state": "done"})
    clone.commit("an edit of another", b={"title": "Another name"})
    answer = clone.tk("replay", "a")
    assert answer.status is Exit.REJECTED
    assert f"error[TK201] a: todo -> done is not a transition ({bad[:10]})" in answer.err
    assert "replayed 2 commits of a: the last is not where the law leads\n" in answer.err
    told = clone.tk("replay", "a", "--json").json
    assert [one["code"] for one in told["violations"]] == ["TK201"]
    assert "state" not in told
    assert clone.tk("replay", "b").status is Exit.OK


def test_what_is_accepted_is_passed_over(project: Project) -> None:
    jump = f"{project.file('a').replace('state: todo', 'state: done')}\n"
    project.plumb({".tasks/a.yaml": jump.encode()})
    project.git("reset", "-q", "--hard")
    assert project.tk("replay", "a").status is Exit.REJECTED
    project.ok("accept", "HEAD", "--reason", "it was so")
    accepted = project.ok("replay", "a")
    assert "accepted[TK201]" in accepted.err
    assert "  reason: it was so\n" in accepted.err
    assert "replayed 2 commits of a: done, as the law leads\n" in accepted.out


def test_a_file_that_cannot_be_read_or_is_gone_is_not_where_the_law_leads(clone: Clone) -> None:
    clone.hooks_off()
    clone.write(".tasks/a.yaml", "id: a\n")
    clone.git("rm", "-q", ".tasks/b.yaml")
    clone.git("commit", "-qam", "broken")
    for task, code in (("a", "TK104"), ("b", "TK204")):
        answer = clone.tk("replay", task, "--at", "HEAD~0")
        assert (task, answer.status) == (task, Exit.REJECTED)
        assert f"error[{code}] {task}: " in answer.err


def test_a_merge_is_part_of_it(clone: Clone) -> None:
    clone.git("switch", "-q", "-c", "side")
    clone.ok("start", "a")
    clone.git("switch", "-q", "main")
    clone.ok("note", "a", "meanwhile")
    clone.git("merge", "-q", "-m", "joined", "side")
    told = clone.ok("replay", "a", "--json").json
    assert sorted(one["event"] for one in told["entries"]) == ["edit", "merge", "new", "start"]
    assert told["state"] == "in_progress"


def test_an_anchor_tells_a_history_that_was_cut_off_or_rewritten(project: Project) -> None:
    noted = project.ok("anchor").out.strip()
    project.ok("note", "a", "later")
    later = project.head()
    assert project.ok("verify", "--anchor", noted, "--json").json["head"] == later
    assert project.tk("verify", "--anchor", later, "--at", noted).status is Exit.REJECTED
    answer = project.tk("verify", "HEAD~1", "--anchor", later)
    assert answer.status is Exit.REJECTED
    assert "which ends before it: it was cut off\n" in answer.err
    project.git("commit", "-q", "--amend", "-m", "another", "--no-verify")
    answer = project.tk("verify", "--all", "--anchor", later)
    assert answer.status is Exit.REJECTED
    assert "it was rewritten, or this is another branch\n" in answer.err
    answer = project.tk("verify", "--anchor", "0123456789" * 4)
    assert answer.status is Exit.REJECTED
    assert "is not here: history was cut off or rewritten since" in answer.err


@pytest.mark.skipif(not HAVE["ssh-keygen"], reason="there is no ssh-keygen")
def test_an_anchor_is_a_signed_tag(project: Project, tmp_path: Path) -> None:
    refused = project.tk("anchor", "one")
    assert "git knows no key to sign with" in refused.err
    for name, value in ssh_key(tmp_path, "key").config.items():
        project.git("config", name, value)
    assert project.ok("anchor", "one").out == "tk/one\n"
    assert "-----BEGIN SSH SIGNATURE-----" in project.git("cat-file", "tag", "tk/one")
    assert project.tk("verify", "--anchor", "tk/one").status is Exit.OK
    assert "already exists" in project.tk("anchor", "one").err
    assert "cannot be the name of a tag" in project.tk("anchor", "a..b").err


def test_what_a_shallow_clone_lacks_is_not_taken_for_cut_off(
    project: Project, tmp_path: Path
) -> None:
    begun = project.head()
    project.ok("note", "a", "later")
    project.git("clone", "-q", "--depth", "1", f"file://{project.path}", str(tmp_path / "few"))
    shallow = Project(tmp_path / "few")
    for words in (("replay", "a"), ("verify", "HEAD^!", "--anchor", begun)):
        answer = shallow.tk(*words)
        assert answer.status is Exit.UNUSABLE
        assert "this clone is shallow" in answer.err
    shallow.git("fetch", "-q", "--unshallow")
    shallow.ok("replay", "a")
    shallow.ok("verify", "HEAD^!", "--anchor", begun)
