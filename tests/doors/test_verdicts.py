"""Verdicts say what is so, and as many approve as are to: at every door, each attack with its legal twin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clone import Clone, Refused, followed
from tests.support.every_door import (
    Attempt,
    each_at_every_door,
    refused_everywhere,
    taken_everywhere,
)
from tests.support.project import Project
from tests.support.team import Team
from tests.support.templates import After
from tkledger.core.verdict import VerdictLine
from tkledger.errors import Exit

OWNER = "test@example.org"
SETTINGS = ("approvals count=2 independent=true", "actors eve@old=eve")


@pytest.fixture
def reviewed(clone_after: After[Clone]) -> Clone:
    """p and s are in review for the second time in their second attempt, and ben worked on them; eve has
    approved s.
    """
    return clone_after(_reviewed)


def _reviewed(clone: Clone) -> None:
    for one in SETTINGS:
        clone.ok("config", "set", *one.split(" "))
    for id in "ps":
        clone.ok("submit", id)
        clone.ok("block", id, "--reason", "failed")
        clone.ok("requeue", id)
        clone.ok("start", id)
        work(clone, id)
        clone.ok("submit", id)
        clone.ok("reject", id, "--gap", "no test", "--as", "cy")
        work(clone, id)
        clone.ok("submit", id)
    clone.ok("approve", "s", "--as", "eve")
    clone.push()


def work(clone: Clone, id: str) -> str:
    path = clone.path / f"{id}.txt"
    path.write_text((path.read_text() if path.exists() else "") + "more\n")
    clone.git("add", path.name)
    clone.git("commit", "-q", "-m", f"work\n\nTk-Task: {id}\nTk-Actor: ben")
    return clone.oid()


def newest(clone: Clone, id: str, skip: int = 0) -> tuple[str]:
    """The newest commit of work on a task, or one before it."""
    words = ("log", "-1", f"--skip={skip}", "--format=%H", f"--grep=Tk-Task: {id}")
    return (clone.git(*words),)


def line(
    clone: Clone, actor: str, id: str = "p", place: str = "2.2", *more: str, skip: int = 0
) -> str:
    attempt, _, round = place.partition(".")
    verdict = VerdictLine(int(attempt), int(round), True, actor, newest(clone, id, skip))
    return " ".join([verdict.text, *more])


def rows(clone: Clone) -> Iterator[tuple[str, str, Attempt, Attempt]]:
    """Attacks by the code that refuses them, and what is like them and legal."""
    p, s = (clone.task(id).verdicts for id in "ps")

    def given(*lines: str, actor: str, **more: str) -> Attempt:
        return Attempt("", {"p": {"verdicts": [*p, *lines], **more}}, actor)

    cy, eve = line(clone, "cy"), line(clone, "eve")
    legal = given(cy, actor="cy")
    back = VerdictLine(2, 2, False, "cy", newest(clone, "p")).text
    yield "forged in another's name", "TK504", given(eve, actor="cy"), legal
    yield "of work before the newest", "TK504", given(line(clone, "cy", skip=1), actor="cy"), legal
    yield "of an earlier round", "TK504", given(line(clone, "cy", "p", "2.1"), actor="cy"), legal
    yield "of an earlier attempt", "TK504", given(line(clone, "cy", "p", "1.1"), actor="cy"), legal
    yield "two at once", "TK504", given(cy, eve, actor="cy"), legal
    yield "the owner's", "TK503", given(line(clone, OWNER), actor=OWNER), legal
    yield "a worker's", "TK503", given(line(clone, "ben"), actor="ben"), legal
    yield (
        "by another name of his",
        "TK504",
        given(line(clone, "eve@old"), actor="eve@old"),
        given(eve, actor="eve@old"),
    )

    def done(id: str, *lines: str, actor: str, words: str = "") -> Attempt:
        known = {"p": p, "s": s}[id]
        return Attempt(words, {id: {"state": "done", "verdicts": [*known, *lines]}}, actor)

    cy_s = line(clone, "cy", "s")
    last = done("s", cy_s, actor="cy", words="approve s")
    yield "one of two, by hand", "TK505", done("p", actor="cy"), done("s", actor="cy")
    yield "by the owner", "TK505", done("p", actor=OWNER, words="approve p"), last
    yield "by a worker", "TK505", done("s", actor="ben", words="approve s"), last
    yield "twice by one", "TK505", done("s", actor="eve", words="approve s"), last
    yield "by one, under another name", "TK505", done("s", actor="eve@old", words="approve s"), last
    rejected = {"state": "in_progress", "verdicts": [*p, back]}
    yield (
        *("sent back without a line", "TK506"),
        Attempt("", {"p": {"state": "in_progress"}}, "cy"),
        Attempt("reject p", {"p": rejected}, "cy"),
    )
    yield (
        *("sent back, and approved", "TK504"),
        Attempt("", {"p": {"state": "in_progress", "verdicts": [*p, back, eve]}}, "cy"),
        Attempt("reject p", {"p": rejected}, "cy"),
    )


def test_every_door_refuses_what_is_not_so_and_takes_what_is(reviewed: Clone) -> None:
    each_at_every_door(reviewed, rows(reviewed))


def test_an_approval_is_not_carried_over_later_work(reviewed: Clone) -> None:
    """Copied by git to a later commit it says what nobody said; the one that was there counts no more."""
    reviewed.git("switch", "-q", "-c", "side")
    reviewed.ok("approve", "p", "--as", "eve")
    approval = reviewed.oid()
    reviewed.git("switch", "-q", "main")
    work(reviewed, "p")
    with pytest.raises(Refused, match="TK504"):
        reviewed.git("cherry-pick", approval, env={"GIT_AUTHOR_EMAIL": "eve"})
    reviewed.git("cherry-pick", "--abort")
    work(reviewed, "s")
    answer = reviewed.tk("approve", "s", "--as", "cy")
    assert (
        answer.out
        == "s: in_review, 1 of 2 approvals (cy); eve approved before the newest work  Task s\n"
    )
    assert reviewed.task("s").state == "in_review"
    reviewed.ok("approve", "s", "--as", "eve")
    assert reviewed.task("s").state == "done"
    reviewed.push()
    assert reviewed.verified() == set()


def test_the_same_approval_on_another_branch_is_the_same(reviewed: Clone) -> None:
    """The work that it names is what is newest there, too."""
    reviewed.git("branch", "side")
    reviewed.ok("approve", "p", "--as", "eve")
    approval = reviewed.oid()
    reviewed.git("switch", "-q", "side")
    reviewed.ok("note", "p", "on another branch")
    reviewed.git("cherry-pick", approval, env={"GIT_AUTHOR_EMAIL": "eve"})
    reviewed.ok("approve", "p", "--as", "cy")
    reviewed.push("side")
    assert reviewed.verified("side") == set()


def test_work_in_the_commit_that_ends_the_review_outdates_what_was_approved(
    reviewed: Clone,
) -> None:
    fields = {"s": {"state": "done"}}
    refused_everywhere(
        reviewed, "TK505", Attempt("", fields, "cy", ("Tk-Task: s",), files=("code.txt",))
    )
    taken_everywhere(reviewed, Attempt("", fields, "cy", files=("code.txt",)))


def test_enough_is_enough_for_anybody_s_end(reviewed: Clone) -> None:
    """Approvals that were given while fewer were asked for, or more, count as they are."""
    reviewed.ok("approve", "s", "--as", "cy", "--dry-run")
    reviewed.ok("config", "set", "approvals.count", "3")
    reviewed.ok("approve", "s", "--as", "cy")
    assert reviewed.task("s").state == "in_review"
    reviewed.ok("config", "set", "approvals.count", "2")
    before = reviewed.task("s").verdicts
    reviewed.ok("approve", "s", "--as", OWNER)
    assert (reviewed.task("s").state, reviewed.task("s").verdicts) == ("done", before)
    reviewed.push()
    assert reviewed.verified() == set()


def test_a_guard_that_asks_for_approvals_asks_for_rounds(reviewed: Clone) -> None:
    """Else an approval would outlast a rejection."""
    reviewed.ok("config", "set", "approvals")
    reviewed.ok("config", "set", "guards.safe", "state=done", "label=safety", "approvals=2")
    reviewed.ok("edit", "s", "--label", "safety")
    back = {"s": {"state": "in_progress"}}
    refused_everywhere(reviewed, "TK506", Attempt("", back, "cy"))
    taken_everywhere(reviewed, Attempt("", {"p": {"state": "in_progress"}}, "cy"))
    reviewed.ok("reject", "s", "--as", "cy")
    reviewed.ok("submit", "s")
    answer = reviewed.tk("approve", "s", "--as", "cy")
    assert "s: in_review, 1 of 2 approvals (cy)" in answer.out
    reviewed.ok("approve", "s", "--as", "eve")
    assert reviewed.task("s").state == "done"


def test_roles_and_scores(reviewed: Clone) -> None:
    reviewed.ok("config", "set", "roles.lead", "eve", "lead-*")
    reviewed.ok("config", "set", "approvals", "role=lead", "score=7")
    answer = reviewed.tk("approve", "p", "--as", "cy", "--score", "9")
    assert answer.status == Exit.REJECTED
    assert "0 of 1 approval, without cy, who does not have the role lead" in answer.err
    assert "remedy: eve or lead-* runs tk approve p" in answer.err
    answer = reviewed.tk("approve", "p", "--as", "lead-1")
    assert "remedy: tk approve p --score N" in answer.err
    answer = reviewed.tk("approve", "p", "--as", "lead-1", "--score", "6.9")
    assert (answer.status, "tk reject p --score 6.9 --gap TEXT" in answer.err) == (Exit.USAGE, True)
    low = VerdictLine(2, 2, True, "lead-1", newest(reviewed, "p"), "6.9").text
    high = VerdictLine(2, 2, True, "lead-1", newest(reviewed, "p"), "7").text
    p = reviewed.task("p").verdicts
    refused_everywhere(
        reviewed,
        "TK505",
        Attempt("", {"p": {"state": "done", "verdicts": [*p, low]}}, "lead-1"),
    )
    taken_everywhere(
        reviewed,
        Attempt("approve p --score 7", {"p": {"state": "done", "verdicts": [*p, high]}}, "lead-1"),
    )


# -- approvals and later work that a merge joins ---------------------------------------------------


def ended_beside(clone: Clone, *, worked: str = "s") -> str:
    """s is done on main, and on side there is one more commit of work on that task or another; the work."""
    clone.git("switch", "-q", "-c", "side")
    made = work(clone, worked)
    clone.git("switch", "-q", "main")
    clone.ok("approve", "s", "--as", "cy")
    clone.push("main", "side")
    clone.git("merge", "-q", "-m", "join", "side")
    return made


def said_of(clone: Clone, *words: str) -> list[str]:
    answer = clone.ok("verify", *words, "--json").json
    return [f"{one['code']} {one['task']} {one['commit']}" for one in answer.get("joined", ())]


def test_a_merge_of_an_approval_with_later_work_is_kept_from_protected_branches(
    reviewed: Clone,
) -> None:
    later = ended_beside(reviewed)
    merge = reviewed.oid()
    fact = f"s: is done by an approval that did not see {later[:10]}"
    answer = reviewed.ok("verify")
    assert f"warning[TK716] {fact} ({merge[:10]})\n  remedy: tk reopen s\n" in answer.err
    assert "no violation" in answer.out
    github = reviewed.ok("verify", "--all", "--format", "github").out
    assert "::warning file=.tasks/s.yaml,title=TK716" in github
    for words in ((), ("--again",), (), (f"{merge}^1..{merge}",)):
        assert said_of(reviewed, *words) == [f"TK716 s {merge}"]
    for options in ((), ("--no-verify",)):
        with pytest.raises(Refused, match=rf"TK716.*{fact} on main, which is protected"):
            reviewed.push(options=options)
    assert "TK716" in reviewed.tk("sync").err
    reviewed.push("main:refs/heads/elsewhere")  # where it is only reported
    with pytest.raises(Refused, match=r"TK716"):
        reviewed.push(options=("--no-verify",))  # though the server knows its commits
    with pytest.raises(Refused, match=r"remedy: tk reopen s, then push again"):
        reviewed.push()
    followed(reviewed, "tk reopen s")
    reviewed.push()
    assert said_of(reviewed) == said_of(reviewed, "--again") == []
    reviewed.git("switch", "-q", "-c", "protected-too", "origin/main")
    reviewed.push("HEAD:refs/heads/other")


@pytest.mark.parametrize("way", ["other work", "no approvals asked", "approved again"])
def test_what_is_like_it_and_passes(reviewed: Clone, way: str) -> None:
    if way == "no approvals asked":
        reviewed.ok("config", "set", "approvals")
    if way == "approved again":  # where the work was
        reviewed.git("switch", "-q", "-c", "side")
        work(reviewed, "s")
        for actor in ("eve", "cy"):
            reviewed.ok("approve", "s", "--as", actor)
        reviewed.git("switch", "-q", "main")
        reviewed.ok("note", "p", "beside")
        reviewed.git("merge", "-q", "-m", "join", "side")
    else:
        ended_beside(reviewed, worked="p" if way == "other work" else "s")
    assert reviewed.task("s").state == "done"
    reviewed.push()
    assert said_of(reviewed) == []
    assert reviewed.verified() == set()


def test_both_sides_verdicts_stay_whoever_merges(reviewed: Clone) -> None:
    """By the driver, by hand and by tk; a merge may not drop or add one."""
    reviewed.git("switch", "-q", "-c", "side")
    reviewed.ok("approve", "p", "--as", "eve")
    eve = reviewed.task("p").verdicts[-1]
    reviewed.git("switch", "-q", "main")
    reviewed.ok("reject", "p", "--gap", "slow", "--as", "dan")
    dan = reviewed.task("p").verdicts[-1]
    known = reviewed.task("p").verdicts[:-1]
    head = reviewed.oid()

    def joined(*lines: str) -> str:
        files: dict[str, bytes | tuple[str, str] | None] = {
            ".tasks/p.yaml": reviewed.task_bytes("p", verdicts=[*known, *lines])
        }
        return reviewed.commit_tree(reviewed.tree(files), head, "side", message="join")

    for lines in ((eve, dan), (dan, eve)):
        assert reviewed.verified(f"{head}..{joined(*lines)}") == set()
    forged = line(reviewed, "cy")
    for lines in ((dan,), (eve,), (eve, dan, forged), (forged, dan, eve)):
        with pytest.raises(Refused, match="TK221"):
            reviewed.push(f"{joined(*lines)}:refs/heads/try", options=("--no-verify",))
    with pytest.raises(Refused, match="CONFLICT"):
        reviewed.git("-c", "merge.tk.driver=false", "merge", "-q", "-m", "join", "side")
    reviewed.ok("resolve")
    reviewed.git("commit", "-q", "--no-edit")
    assert {*reviewed.task("p").verdicts} == {*known, eve, dan}
    assert reviewed.task("p").state == "in_progress"
    work(reviewed, "p")
    reviewed.ok("submit", "p")
    reviewed.ok("approve", "p", "--as", "eve")
    assert reviewed.task("p").verdicts[-1].startswith("2.3 approved eve ")
    reviewed.push()
    assert reviewed.verified() == set()


# -- what is printed is the way ------------------------------------------------------------------


def told(member: Project, *words: str) -> str:
    answer = member.ok(*words)
    return answer.out + answer.err


def test_two_reviewers_over_a_server(team: Team) -> None:
    """From the setting to the end, by what is printed."""
    ada, bob, cyd = (team.member(name) for name in ("ada", "bob", "cyd"))
    assert "count=2, independent=true" in told(
        ada, "config", "set", "approvals", "count=2", "independent=true"
    )
    assert ada.tk("done", "a").status == Exit.REJECTED
    ada.ok("start", "a")
    ada.write("a.txt", "work\n")
    ada.git("add", "a.txt")
    ada.git("commit", "-q", "-m", "work")
    ada.ok("submit", "a")
    ada.ok("sync")
    assert ada.tk("next", "--review").status == Exit.NOTHING
    for member in (bob, cyd):
        member.ok("sync")
        assert member.ok("next", "--review").out == "a\n"
    said = told(bob, "approve", "a")
    assert "a: in_review, 1 of 2 approvals (bob@example.org)  Task a\n" in said
    assert "a: not done yet; another actor runs tk approve a\n" in said
    bob.ok("sync")
    assert bob.tk("next", "--review").status == Exit.NOTHING
    assert "review" not in bob.ok("status", "--json").json
    assert "1 of 2 approvals (bob@example.org)" in told(bob, "why", "a")
    assert "another actor runs tk approve a" in told(bob, "show", "a")
    refused = bob.tk("approve", "a")
    assert "TK505" in refused.err
    cyd.ok("sync")
    assert "1 of 2 approvals" in cyd.ok("next", "--review").err
    assert "tk approve a  -> done" in told(cyd, "why", "a")
    cyd.ok("reject", "a", "--gap", "no test", "--gap", "a name", "--score", "5")
    cyd.ok("sync")
    ada.ok("sync")
    assert "score 5: no test; a name" in told(ada, "status")
    assert "1.1 rejected by cyd@example.org" in told(ada, "show", "a")
    ada.write("a.txt", "more work\n")
    ada.git("commit", "-q", "-am", "more work")
    ada.ok("submit", "a")
    ada.ok("sync")
    bob.ok("sync")
    assert bob.ok("next", "--review").out == "a\n", "what was approved was sent back"
    bob.ok("approve", "a")
    bob.ok("sync")
    cyd.ok("sync")
    assert "a: in_review -> done" in told(cyd, "approve", "a")
    cyd.ok("sync")
    ada.ok("sync")
    assert ada.state("a") == "done"
    ada.ok("verify", "--all")


def test_the_next_attempt_gets_to_know_what_was_missing(project: Project) -> None:
    project.ok("start", "a", "--as", "ada")
    project.ok("submit", "a", "--as", "ada")
    project.ok("reject", "a", "--gap", "no test\nat all", "--score", "2", "--as", "bob")
    project.ok("block", "a", "--reason", "failed", "--as", "ada")
    project.ok("requeue", "a", "--as", "ada")
    run = project.process("run", "a", "--as", "ada", "--", "sh", "-c", 'cat "$TK_FEEDBACK"')
    assert run.status == Exit.OK, run.said
    (log,) = (project.path / ".git/tk/runs/a").glob("*.log")
    assert "sent back by bob (1.1, score 2)\n- no test at all\n" in log.read_text()
