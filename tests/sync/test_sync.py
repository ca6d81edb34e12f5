"""``tk sync`` between clones and a server that judges: what one did, all have."""

from __future__ import annotations

from tests.support.project import Project
from tests.support.team import Team
from tkledger.errors import Exit


def in_step(*members: Project) -> None:
    """All have one commit, clean files, and a legal history."""
    assert len({one.head() for one in members}) == 1
    for one in members:
        assert one.clean(), one.status()
        assert one.tk("verify", "--all").status == Exit.OK


def test_what_one_did_the_other_has(ada: Project, bob: Project) -> None:
    ada.ok("start", "a")
    assert ada.ok("sync").out == "main <-> origin/main: 1 commit sent\nclaim sent: a\n"
    said = "main <-> origin/main: 1 commit received\na: started by ada@example.org\n"
    assert bob.ok("sync").out == said
    in_step(ada, bob)
    assert bob.state("a") == "in_progress"


def test_nothing_to_do_is_said(ada: Project) -> None:
    answer = ada.ok("sync")
    assert answer.out == "nothing to do: main and origin/main are in step\n"


def test_both_worked_and_it_is_merged(team: Team, ada: Project, bob: Project) -> None:
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("start", "b")
    bob.ok("note", "b", "half way")
    theirs = team.server.git("rev-parse", "main")
    assert bob.ok("sync").out.splitlines() == [
        "main <-> origin/main: 2 commits sent, 1 commit received and merged",
        "claim sent: b",
        "a: started by ada@example.org",
    ]
    assert bob.git("rev-parse", "HEAD^1") == theirs, "the shared branch goes straight on"
    ada.ok("sync")
    in_step(ada, bob)
    assert (ada.state("a"), ada.state("b")) == ("in_progress", "in_progress")
    assert team.server.git("rev-parse", "main") == ada.head()


def test_one_task_is_merged_field_by_field(team: Team, ada: Project) -> None:
    """Also in a clone that has no merge driver, where git's text merge leaves a conflict."""
    bob = team.visitor("bob")
    ada.ok("start", "a")
    ada.ok("note", "a", "by ada")
    ada.ok("sync")
    bob.ok("edit", "a", "--priority", "0", "--label", "urgent")
    bob.ok("note", "a", "by bob")
    bob.ok("sync")
    ada.ok("sync")
    in_step(ada, bob)
    text = ada.file("a")
    assert "state: in_progress\npriority: 0\nlabels:\n- urgent\n" in text
    assert text.endswith("notes:\n- by ada\n- by bob")


def test_code_goes_along(ada: Project, bob: Project) -> None:
    ada.write("code.txt", "ONE\ntwo\nthree\n")
    ada.git("commit", "-qam", "first line")
    ada.ok("sync")
    bob.write("code.txt", "one\ntwo\nTHREE\n")
    bob.git("commit", "-qam", "third line")
    bob.ok("start", "b")
    bob.ok("sync")
    ada.ok("sync")
    in_step(ada, bob)
    assert (ada.path / "code.txt").read_text() == "ONE\ntwo\nTHREE\n"


def test_the_answer_for_programs(ada: Project, bob: Project) -> None:
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("start", "b")
    said = bob.ok("sync", "--json").json
    assert said == {
        **{"schema": "tk/1", "remote": "origin", "branch": "main", "upstream": "origin/main"},
        **{"sent": 1, "received": 1, "merged": True, "commit": bob.head(), "tries": 1},
        "claims": {"sent": ["b"], "received": ["a"]},
        "news": [{"task": "a", "event": "start", "actor": "ada@example.org"}],
    }


def test_news_is_the_last_of_each_task(ada: Project, bob: Project) -> None:
    ada.ok("start", "a", "b", "c")
    ada.ok("submit", "a", "b")
    bob.ok("sync")
    ada.ok("sync")
    bob.ok("sync")
    bob.ok("reject", "a", "-m", "too slow on unicode", "--as", "alpha")
    bob.ok("note", "a", "see the third test", "--as", "alpha")
    bob.ok("approve", "b", "--as", "alpha")
    bob.ok("edit", "d", "--priority", "1", "--as", "alpha")
    bob.ok("sync")
    assert ada.ok("sync").out.splitlines() == [
        "main <-> origin/main: 4 commits received",
        "a: sent back by alpha: too slow on unicode",
        "b: approved by alpha",
        "d: changed by alpha",
    ]


def test_a_dry_run_says_what_would_be_and_moves_no_ref(
    team: Team, ada: Project, bob: Project
) -> None:
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("start", "b")
    before = bob.snapshot(), team.server.git("for-each-ref")
    said = bob.ok("sync", "--dry-run").out.splitlines()
    assert said == [
        "would be: main <-> origin/main: 1 commit sent, 1 commit received and merged",
        "would be: claim sent: b",
        "a: started by ada@example.org",
    ]
    assert (bob.snapshot(), team.server.git("for-each-ref")) == before


def test_a_task_that_was_started_here_and_got_a_dependency_there_is_said_to_wait(
    ada: Project, bob: Project
) -> None:
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("edit", "a", "--depends-on", "b", "--depends-on", "c")
    assert "\na: started by ada@example.org, and waits for b, c\n" in bob.ok("sync").out
    assert (
        "\na: changed by bob@example.org, and waits for b, c\n" in ada.ok("sync", "--dry-run").out
    )
    (news,) = ada.ok("sync", "--json").json["news"]
    assert news["waits"] == ["b", "c"]
    bob.ok("start", "b")
    bob.ok("sync")
    assert "waits" not in ada.ok("sync").out


def test_a_linked_worktree_syncs_its_own_branch(team: Team, ada: Project, bob: Project) -> None:
    side = ada.worktree("side")
    side.ok("start", "a")
    said = f"side <-> origin/side: {side.count()} commits sent as a new branch\n"
    assert side.ok("sync").out == f"{said}claim sent: a\n"
    assert side.git("rev-parse", "--abbrev-ref", "side@{upstream}") == "origin/side"
    assert team.server.git("rev-parse", "side") == side.head()
    assert ada.clean()
    assert ada.state("a") == "todo"


def test_a_branch_may_have_an_upstream_of_another_name(team: Team, ada: Project) -> None:
    ada.git("switch", "-q", "-c", "work", "--track", "origin/main")
    ada.ok("start", "a")
    assert ada.ok("sync").out == "work <-> origin/main: 1 commit sent\nclaim sent: a\n"
    assert team.server.git("rev-parse", "main") == ada.head()


def test_uncommitted_work_elsewhere_stays(ada: Project, bob: Project) -> None:
    ada.ok("start", "a")
    ada.ok("sync")
    bob.write("code.txt", "mine\n")
    bob.write("new.txt", "new\n")
    bob.git("add", "new.txt")
    bob.ok("start", "b")
    bob.ok("sync")
    assert bob.state("a") == "in_progress"
    assert (bob.path / "code.txt").read_text() == "mine\n"
    assert bob.status() == " M code.txt\nA  new.txt"


def test_policies_travel_too(ada: Project, bob: Project) -> None:
    ada.ok("config", "set", "review", "required")
    ada.ok("sync")
    bob.ok("start", "b")
    bob.ok("sync")
    assert bob.tk("done", "b").status == Exit.REJECTED
    in_step(bob)
