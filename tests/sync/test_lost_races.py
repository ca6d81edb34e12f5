"""Two clones start the same task: whoever pushes last has lost, and has a way on from wherever that is found."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.project import Answer, Project
from tests.support.team import Team
from tkledger.errors import Exit

REBASE = "rebase -i --empty=drop"
CLAIMS = "+refs/tk/claims/*:refs/tk/remotes/origin/claims/*"


@pytest.fixture
def lost(ada: Project, bob: Project) -> Project:
    """Bob has started a, and changed b; Ada's start of a is pushed already."""
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("start", "a")
    bob.ok("edit", "b", "--title", "of Bob")
    return bob


def is_sent(bob: Project) -> None:
    """All that Bob has is at the server, where a is Ada's and b is as he made it."""
    bob.ok("sync")
    assert "owner: ada@example.org\n" in bob.file("a", "origin/main")
    assert bob.file("b", "origin/main") == bob.file("b")
    assert "of Bob" in bob.file("b")
    assert bob.head() == bob.git("rev-parse", "origin/main")
    assert bob.clean
    bob.ok("verify", "--all")


def refused(bob: Project) -> Answer:
    answer = bob.tk("sync")
    assert (answer.status, "error[TK707] a: bob@" in answer.err) == (Exit.REJECTED, True), (
        answer.said
    )
    return answer


def reworked(
    bob: Project, answer: Answer, editing: str, how: str, onto: str = "origin/main"
) -> None:
    """Carry the remedy out that names a commit: in a rebase it is dropped, or gets other words."""
    _, said = answer.err.split(f"  remedy: git {REBASE} {onto}, and there ")
    assert said.startswith(how), said
    commit = said.split()[1][:7]
    orders = f"sequence.editor=sed -i -E 's/^pick ({commit})/{how} \\1/'"
    bob.git(*("-c", orders, "-c", f"core.editor={editing}"), *REBASE.split(" "), onto)


def test_a_sync_settles_it_by_the_claim(lost: Project, ada: Project) -> None:
    said = lost.ok("sync").out
    assert "a: your claim is lost, since it is claimed by ada@example.org" in said
    is_sent(lost)
    lost.ok("start", "b")
    lost.ok("sync")
    ada.ok("sync")
    ada.ok("done", "a")
    ada.ok("sync")


def test_what_claims_do_not_decide_is_still_asked(lost: Project, ada: Project) -> None:
    ada.ok("edit", "b", "--title", "of Ada")
    ada.ok("sync")
    answer = lost.tk("sync")
    assert "both changed the same: .tasks/b.yaml (title)\n" in answer.err
    lost.git("merge", "-q", "origin/main", check=False)
    assert lost.git("ls-files", "-u", ".tasks/a.yaml") == "", "the driver knows of the claim too"
    lost.ok("resolve", "--ours")
    lost.git("commit", "-q", "--no-edit")
    is_sent(lost)


def test_resolve_takes_the_side_of_whoever_has_it(lost: Project) -> None:
    lost.git("fetch", "-q", "origin", "main", CLAIMS)
    lost.git("-c", "merge.tk.driver=false", "merge", "-q", "origin/main", check=False)
    said = lost.ok("resolve", "--ours").out
    assert "settled .tasks/a.yaml: ada@example.org has claimed it" in said
    lost.git("commit", "-q", "--no-edit")
    is_sent(lost)


def test_a_start_that_a_merge_has_given_up_is_let_in(lost: Project) -> None:
    lost.git("fetch", "-q")
    lost.git("merge", "-q", "origin/main", check=False)
    answer = lost.tk("resolve")
    assert ".tasks/a.yaml: both sides changed owner; what was pushed first counts" in answer.err
    lost.ok("resolve", "--theirs")
    lost.git("commit", "-q", "--no-edit")
    lost.git("push", "-q", "origin", "main")
    is_sent(lost)


def test_a_merge_that_took_the_wrong_side_is_made_again(lost: Project) -> None:
    start = lost.git("rev-parse", "HEAD^")
    lost.git("fetch", "-q")
    lost.git("merge", "-q", "origin/main", check=False)
    lost.ok("resolve", "--ours")
    lost.git("commit", "-q", "--no-edit")
    answer = refused(lost)
    assert f"drop {start[:10]}, then tk sync" in answer.err
    reworked(lost, answer, "true", "drop")
    is_sent(lost)


def test_code_for_the_task_is_kept_under_other_words(lost: Project) -> None:
    lost.write("code.txt", "of Bob\n")
    lost.git("commit", "-q", "-a", "-m", "code\n\nTk-Task: a")
    lost.ok("note", "b", "on top")
    answer = refused(lost)
    assert "without its line Tk-Task: a, then tk sync; or if its work has ended:" in answer.err
    reworked(lost, answer, "sed -i /^Tk-Task/d", "reword")
    is_sent(lost)
    assert lost.git("show", "origin/main:code.txt") == "of Bob"


def test_more_than_a_start_is_taken_back(lost: Project) -> None:
    lost.ok("block", "a", "--reason", "other", "-m", "no idea")
    answer = refused(lost)
    reworked(lost, answer, "true", "drop")
    is_sent(lost)


def test_on_a_branch_of_its_own_the_start_goes_and_the_rest_stays(lost: Project) -> None:
    start, tip = lost.git("rev-parse", "HEAD^", "HEAD").split("\n")
    lost.git("switch", "-q", "-c", "topic")
    lost.git("branch", "-q", "-f", "main", f"{start}^")
    reworked(lost, refused(lost), "true", "drop", onto=f"{start[:10]}^")
    lost.ok("sync")
    assert lost.state("a", "origin/topic") == "todo"
    lost.git("switch", "-q", "-c", "other", tip)
    lost.ok("undo", "b")
    assert "  remedy: tk undo a, then tk sync; or if its work has ended:" in refused(lost).err
    lost.ok("undo", "a")
    lost.ok("sync")


def test_only_a_start_is_let_in_and_only_where_nothing_is_left_of_it(
    lost: Project, team: Team
) -> None:
    start = lost.git("rev-parse", "HEAD^")
    lost.git("fetch", "-q", "origin", "main", CLAIMS)
    lost.git("merge", "-q", "--no-edit", "origin/main")
    before = team.server.git("for-each-ref")

    def is_refused(*refs: str) -> None:
        done = subprocess.run(
            ["git", "push", "-q", "origin", *refs], cwd=lost.path, capture_output=True, text=True
        )
        assert "error[TK707] a: bob@" in done.stderr
        assert team.server.git("for-each-ref") == before

    is_refused("HEAD:main", f"{start}:refs/heads/other")
    is_refused("HEAD:main", f"{start}:refs/other/one")
    merged = lost.head()
    lost.git("reset", "-q", "--hard", start)
    for words in ("block a --reason other -m x", "requeue a", "start a"):
        lost.ok(*words.split(" "))
    lost.git("merge", "-q", "--no-edit", "origin/main")
    assert "owner: ada@example.org\n" in lost.file("a")
    is_refused("HEAD:main")
    lost.git("push", "-q", "origin", f"{merged}:main")


def test_who_ends_anothers_task_cannot_delete_its_claim_along_with_it(
    ada: Project, bob: Project
) -> None:
    ada.ok("config", "set", "claims", "remote")
    ada.ok("sync")
    ada.ok("start", "a")
    ada.ok("sync")
    bob.git("pull", "-q", "--ff-only")
    bob.write(".tasks/a.yaml", bob.file("a").rstrip("\n").replace("in_progress", "done") + "\n")
    bob.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "done")
    claim = ada.git("rev-parse", "refs/tk/claims/a")
    along = (f"--force-with-lease=refs/tk/claims/a:{claim}", "origin", "main", ":refs/tk/claims/a")
    words = ["git", "-c", "core.hooksPath=/dev/null", "push", "--atomic", *along]
    pushed = subprocess.run(words, cwd=bob.path, capture_output=True, text=True)
    assert "error[TK707] a: bob@example.org" in pushed.stderr
    assert pushed.returncode
    assert "but ada@example.org has claimed it" in refused(bob).err
    assert ada.git("ls-remote", "origin", "refs/tk/claims/a").startswith(claim)
    bob.ok("release", "a", "--from", "ada@example.org")  # openly, as the refusal says
    bob.ok("sync")
    assert "state: done\n" in bob.file("a", "origin/main")


def test_the_holder_ends_task_and_claim_at_once(ada: Project) -> None:
    ada.ok("config", "set", "claims", "remote")
    ada.ok("start", "a")
    ada.ok("sync")
    ada.ok("done", "a")
    ada.ok("sync")
    assert ada.git("ls-remote", "origin", "refs/tk/claims/a") == ""
