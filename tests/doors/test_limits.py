"""What is begun beyond the limits of the policy, or is another's, is refused where it begins, and only there."""

from __future__ import annotations

import re
import shlex
import time

import pytest

from tests.support.clone import Clone, Refused
from tests.support.templates import After
from tkledger.errors import Exit
from tkledger.files import codec


@pytest.fixture
def busy(clone_after: After[Clone]) -> Clone:
    """The actor is at work on p and s; a, b, c wait, and no more than two may be at work on."""
    return clone_after(_busy)


def _busy(clone: Clone) -> None:
    clone.ok("config", "set", "wip_actor", "2")
    clone.push()


QUIETLY = ("-c", "core.hooksPath=/dev/null")


def begin(clone: Clone, task: str = "a", *options: str, message: str = "by hand") -> None:
    clone.edit(task, state="in_progress")
    clone.git(*options, "commit", "-q", "-a", "-m", message)


def test_it_is_the_same_at_every_door(busy: Clone) -> None:
    words = "test@example.org is at work on p, s, the policy's wip_actor is 2"
    for command in (
        ["start", "a"],
        ["start", "a", "--dry-run"],
        ["work", "a"],
        ["run", "a", "--", "true"],
    ):
        answer = busy.tk(*command)
        assert answer.status == Exit.REJECTED, command
        assert f"error[TK713] a: {words}" in answer.err
    assert words in busy.tk("next").err
    assert busy.tk("next", "--claim").status == Exit.NOTHING
    assert not busy.git("for-each-ref", "refs/tk/claims/a", "refs/heads/tk")
    with pytest.raises(Refused, match="TK713"):
        begin(busy)
    busy.git("reset", "-q")
    begin(busy, "a", *QUIETLY)
    for options in ((), ("--no-verify",)):
        with pytest.raises(Refused, match=r"TK713.*wip_actor is 2"):
            busy.push(options=options)
    assert busy.verified() == set()  # what is in history is legal
    busy.git("switch", "-q", "-c", "side", "origin/main")
    busy.git(*QUIETLY, "merge", "-q", "--no-ff", "--no-edit", "main")  # nor is a merge asked
    busy.git("switch", "-q", "main")
    busy.ok("submit", "p")  # as the remedy says
    busy.push()
    busy.ok("block", "s", "--reason", "user")
    busy.ok("start", "b")
    assert "TK713" in busy.tk("resume", "s").err
    assert busy.tk("reject", "p").status == Exit.OK  # the reviewer does not take it up
    assert "TK713" in busy.tk("resume", "s").err
    busy.ok("start", "a")  # one's own
    busy.ok("start", "b", "--take", "--as", "bob")


def test_one_commit_may_end_what_is_in_progress_and_begin_another(busy: Clone) -> None:
    lines = '{"op": "done", "id": "p"}\n{"op": "start", "id": "a"}\n'
    busy.ok("batch", stdin=lines)
    busy.push()
    lines = '{"op": "done", "id": "s"}\n{"op": "start", "id": "b"}\n{"op": "start", "id": "c"}\n'
    assert busy.tk("batch", stdin=lines).err.count("TK713") == 2  # both, since they come together
    busy.edit("a", state="in_review")
    busy.git("switch", "-q", "-c", "tk/b")
    begin(busy, "b")
    busy.push("tk/b")
    busy.git("commit", "-q", "--amend", "-m", "by hand, in other words")
    busy.push("+tk/b")  # the same work in another commit


def test_all_together_may_begin_so_much(busy: Clone) -> None:
    busy.ok("config", "set", "wip_total", "3")
    busy.push()
    busy.ok("start", "a", "--as", "bob")
    answer = busy.tk("start", "b", "--as", "ann")
    assert "error[TK713] b: 3 tasks are worked on, the policy's wip_total is 3" in answer.err
    assert "remedy: tk list --state in_progress" in answer.err
    busy.ok("list", "--state", "in_progress")
    assert "wip_total is 3" in busy.tk("next", "--as", "ann").err
    busy.ok("start", "a", "--take", "--as", "ann")  # it is no task more
    busy.ok("done", "a", "--as", "ann")
    busy.ok("start", "b", "--as", "ann")


def test_work_on_other_branches_counts_here_and_at_the_server(busy: Clone) -> None:
    busy.ok("start", "a", "--as", "bob")
    busy.push()
    busy.git("switch", "-q", "-c", "tk/b")
    busy.ok("start", "b", "--as", "bob")
    busy.push("tk/b")
    busy.git("switch", "-q", "main")
    answer = busy.tk("start", "c", "--as", "bob")
    assert "bob is at work on a, b" in answer.err
    busy.git("update-ref", "-d", "refs/tk/claims/b")
    assert "bob is at work on a, b" in busy.tk("start", "c", "--as", "bob").err
    busy.edit("c", state="in_progress", owner="bob")
    busy.git(*QUIETLY, "commit", "-q", "-a", "-m", "by hand")
    with pytest.raises(Refused, match=r"TK713.*bob is at work on a, b"):
        busy.push(options=("--no-verify",))
    busy.git("switch", "-q", "tk/b")
    busy.ok("submit", "b", "--as", "bob")
    busy.push("tk/b", options=("--no-verify",))
    busy.git("switch", "-q", "main")
    busy.push()


def test_who_failed_in_a_row_waits(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = ("--as", "ann")
    clone.ok("config", "set", "failures", "2")
    clone.push()
    for task in "ab":
        clone.git("switch", "-q", "-c", f"tk/{task}", "main")
        clone.ok("start", task, *ann)
        clone.ok("block", task, "--reason", "failed", *ann)
    clone.git("switch", "-q", "main")
    answer = clone.tk("start", "c", *ann)
    # both may be of the same second
    assert re.search(
        r"error\[TK714\] c: ann failed at (b, a|a, b), the policy's failures is 2", answer.err
    )
    assert re.search("or let another actor do it: tk requeue [ab]\n", answer.err)
    assert "failures is 2" in clone.tk("next", *ann).err
    clone.edit("c", state="in_progress", owner="ann")
    clone.git(*QUIETLY, "commit", "-q", "-a", "-m", "by hand")
    with pytest.raises(Refused, match="TK714"):
        clone.push("main", "tk/a", "tk/b", options=("--no-verify",))
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.git("switch", "-q", "tk/b")
    clone.ok("requeue", "b", *ann)  # to send back what one failed at is no answer
    assert "TK714" in clone.tk("start", "b", *ann).err
    clone.git("reset", "-q", "--hard", "HEAD~1")
    other = clone.copy(clone.root.parent / "other")
    clone.ok("requeue", "b", "--as", "bob")  # as the remedy says
    clone.ok("start", "b", *ann)
    clone.ok("submit", "b", *ann)
    clone.git("switch", "-q", "main")
    clone.ok("start", "c", *ann)  # what comes to an end, ends the row
    assert clone.verified() == set()
    later = int(time.time()) + 3601
    monkeypatch.setattr("tkledger.claims.workload.time.time", lambda: later)
    other.ok("start", "c", *ann)


def test_what_is_assigned_is_begun_by_another_in_the_open_only(clone: Clone) -> None:
    clone.ok("edit", "a", "--owner", "ann")
    clone.push()
    remedies: list[str] = []
    answer = clone.tk("start", "a", "--as", "bob")
    assert (answer.status, "a is assigned to ann" in answer.err) == (Exit.CLAIMED, True)
    clone.edit("a", state="in_progress", owner="bob")
    hand = ("commit", "-q", "-a", "-m", "by hand")
    for more in ((), ("--trailer", "Tk-Taken-From: eve")):
        with pytest.raises(Refused, match=r"TK715.*assigned to ann, and test@example.org") as found:
            clone.git(*hand, *more)
        remedies.append(str(found.value).partition("remedy: ")[2].splitlines()[0])
    assert remedies[1] == "git stash push .tasks/a.yaml, then tk start a --take"
    clone.git(*QUIETLY, *hand)
    for options in ((), ("--no-verify",)):
        with pytest.raises(Refused, match="TK715") as found:
            clone.push(options=options)
    assert clone.verified() == set()
    remedies.append(str(found.value).partition("remedy: ")[2].splitlines()[0])
    for remedy, more in ((remedies[2], ("--no-edit",)), (remedies[0], hand[1:])):  # as each says
        clone.git(*shlex.split(remedy.partition(": git ")[2]), *more)
        clone.push("+HEAD:refs/heads/side")
        clone.git("reset", "-q", "--soft", "HEAD~1")
    clone.git("reset", "-q", "--hard")
    clone.ok("edit", "b", "--owner", "ann")
    clone.edit("b", state="in_progress")
    clone.git("stash", "push", "-q", ".tasks/b.yaml")
    clone.ok("start", "b", "--take")
    clone.ok("edit", "c", "--owner", "ann")
    clone.ok("edit", "c", "--owner", "bob")  # whoever assigns work gives it to another
    clone.ok("start", "c", "--as", "bob")
    clone.push()


def test_it_reads_what_is_worked_on_and_no_other_task(busy: Clone) -> None:
    """A start under a limit, in a ledger that grows by many tasks."""
    _read(busy)  # what came before is looked at once
    few = _read(busy)
    busy.ok(
        "batch", stdin="".join(f'{{"op": "new", "id": "n{n}", "title": "T"}}\n' for n in range(60))
    )
    _read(busy)
    assert _read(busy) == few < 10


def _read(clone: Clone) -> int:
    """How many task files a refused start reads."""
    loaded: list[str] = []
    original = codec.load_task
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "load_task", lambda data: loaded.append("") or original(data))
        clone.tk("start", "a", "--dry-run")
    return len(loaded)
