"""What waits for one's review: the list, `tk why` and the rule agree about whose work it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.project import Project


def test_who_lost_a_race_for_a_task_reviews_the_winner_s_work(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the policy asks for independent approvals, whose rule counts any beginning as work."""
    bob = Project.copy(project.path, tmp_path / "bob")
    bob.ok("start", "a", "--as", "bob")
    project.ok("start", "a", "--as", "nia")
    bob.ok("submit", "a", "--as", "bob")
    project.git("pull", "-q", "--no-rebase", str(bob.path), "main", check=False)
    project.ok("resolve", "--theirs")
    project.git("commit", "-q", "--no-edit")
    assert "owner: bob" in project.file("a")

    def agreed(actor: str) -> bool:
        """Whether a review of the task is offered to an actor, and legal."""
        monkeypatch.setenv("TK_ACTOR", actor)
        listed = "review" in project.ok("status", "--json").json
        assert listed == (project.tk("next", "--review").out == "a\n")
        legal = {one["event"] for one in project.ok("why", "a", "--json").json["legal"]}
        assert "approve" in legal or not listed
        return listed

    assert [agreed(one) for one in ("nia", "bob", "carol")] == [True, False, True]
    project.ok("config", "set", "approvals", "independent=true", "--as", "carol")
    assert [agreed(one) for one in ("nia", "bob", "carol")] == [False, False, True]
    assert "TK503" in project.tk("approve", "a", "--as", "nia").err
    project.ok("approve", "a", "--as", "carol")


def test_work_on_a_branch_of_its_own_is_found_by_who_reviews(ada: Project, bob: Project) -> None:
    """The lines that sync and the status print lead to it: first the fetch, then the switch."""
    place = Project(Path(ada.ok("work", "a").out.strip()))
    place.write("code.txt", "more\n")
    place.git("commit", "-qam", "work", "--trailer", "Tk-Task=a")
    place.ok("submit", "a")
    server = str(ada.path.parent / "server.git")
    place.git("push", "-q", server, "HEAD:tk/a")
    ada.git("push", "-q", server, "refs/tk/claims/a")
    assert "a: the work is on tk/a; to see it: git fetch origin\n" in bob.ok("sync").out
    nothing = bob.tk("next", "--review")
    assert "a on tk/a: not here; as far as that was sent, git fetch brings it" in nothing.err
    bob.git("fetch", "origin")
    assert bob.ok("next", "--review").out == "a\n"
    (item,) = bob.ok("status", "--json").json["unmerged"]["items"]
    assert item["why"] == "git switch --track origin/tk/a"
    assert f"remedy: {item['why']}\n" in bob.tk("approve", "a").err
    bob.git(*item["why"].split(" ")[1:])
    bob.ok("approve", "a")
    bob.ok("sync")
    assert bob.ok("status", "--json").json["branch"] == "tk/a"
