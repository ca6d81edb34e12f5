"""What is judged, and by which policy."""

from __future__ import annotations

from tests.support.changes import a_task, codes, commit, done, edit, ledger, merged
from tests.support.rule_cases.case import (
    REVIEW,
    SQUASH,
    V2,
    flaw,
)
from tkledger.core.change import Change, Refused, Violation, change
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_merge import merged_policy
from tkledger.core.rules import judge
from tkledger.core.rules.rule import Finding, SharedChange, rule, way_on
from tkledger.core.snapshot import EMPTY, Snapshot


def test_a_rule_of_a_later_edition_does_not_judge_under_an_earlier_law() -> None:
    def nothing_may_change(change: Change) -> list[Finding]:
        return [Finding(key, "changed", "do not") for key in change.touched]

    later = (rule("TK999", since=2)(nothing_may_change),)
    older = DEFAULT._replace(law=1)
    assert judge(edit(a_task(), a_task(owner="x"), policy=older), later) == ()
    under_the_new_law = edit(a_task(), a_task(owner="x"))
    assert codes(under_the_new_law, later) == {"TK999"}


def test_a_commit_is_judged_by_the_law_of_its_parent_not_by_its_own() -> None:
    jump = commit(ledger(a_task()), ledger(done("a"), policy=SQUASH._replace(version=2)))
    assert "TK201" in codes(jump)
    followed = commit(ledger(a_task(), policy=REVIEW), ledger(done("a"), policy=REVIEW))
    assert "TK201" in codes(followed)


def test_a_merge_is_judged_by_the_newest_law_of_its_parents() -> None:
    strict = V2._replace(forbid=("todo->blocked",))
    sides = ledger(a_task(), policy=strict), ledger(a_task(owner="x"))
    for parents in (sides, sides[::-1]):
        joined = merged(ledger(a_task()), *parents, into=ledger(a_task(owner="x"), policy=strict))
        assert joined.policy == strict
        assert judge(joined) == ()


def test_a_given_policy_judges_instead() -> None:
    jump = change((ledger(a_task()),), ledger(done("a")), policy=SQUASH)
    assert judge(jump) == ()


def test_where_there_is_no_ledger_nothing_is_judged() -> None:
    assert judge(change((Snapshot(),), Snapshot({"a": done("a")}))) == ()
    assert judge(change((), Snapshot({"a": flaw("TK101")}))) == ()


def test_what_changes_nothing_breaks_nothing() -> None:
    same = ledger(a_task(parent="nobody"), flaws=(flaw("TK101", "b"),))
    assert judge(commit(same, same)) == ()
    assert judge(commit(same, same.evolve({}))) == ()


def test_every_state_has_a_remedy_for_every_wish() -> None:
    fields = {State.BLOCKED: {"wait": {"reason": "user"}}}
    for source in State:
        for target in State:
            old = a_task(state=source.value, **fields.get(source, {}))
            again = {"attempt": 2} if (source, target) == (State.BLOCKED, State.TODO) else {}
            new = a_task(state=target.value, **again, **fields.get(target, {}))
            for violation in judge(edit(old, new)):
                assert violation.code == "TK201"
                assert violation.remedy.startswith("tk ")


def test_a_rule_is_of_the_first_edition_and_called_after_its_function() -> None:
    def nothing_may_change(change: Change) -> list[Finding]:
        return []

    made = rule("TK999")(nothing_may_change)
    assert (made.code, made.name, made.since, made.page) == ("TK999", "nothing-may-change", 1, "")
    nothing_may_change.__doc__ = """What.

        Why.
    """
    assert made.page == "What.\n\nWhy."


def test_the_way_on_from_what_has_ended() -> None:
    ended, again = done("a"), a_task("b", reopens="a")
    for tasks, way, older in (
        ((ended,), "tk reopen a", "tk new --from a TITLE"),
        ((ended, again), "tk why b", "tk why b"),
        ((ended, done("b", reopens="a")), "tk reopen b", "tk new --from b TITLE"),
        ((), "tk new TITLE", "tk new TITLE"),
    ):
        assert way_on(ledger(*tasks), "a", DEFAULT) == way
        assert way_on(ledger(*tasks), "a", DEFAULT._replace(format=1)) == older


def test_a_change_knows_its_first_parent_and_whether_a_ledger_begins() -> None:
    one, two = ledger(a_task()), ledger(a_task(owner="x"))
    joined = merged(one, one, two, into=two)
    assert (joined.before, joined.former("a")) == (one, (a_task(),))
    assert (joined.actor, joined.own_content, joined.is_merge) == ("", False, True)
    assert not joined.begins
    assert change((), one).begins
    assert change((Snapshot(),), one).begins
    bare = Snapshot({"a": a_task()})
    assert not change((Snapshot(),), bare).begins
    lost = change((Snapshot(),), bare)._replace(earlier=lambda parent, key: (done(key),))
    assert lost.former("a") == ()
    assert lost._replace(policy=DEFAULT).former("a") == (done("a"),)


def test_a_shared_change_looks_for_what_it_is_asked_once() -> None:
    asked: list[Change] = []

    def found(change: Change) -> tuple[str, ...]:
        asked.append(change)
        return tuple(change.touched)

    made = edit(a_task(), a_task(owner="x"))
    shared = SharedChange.of(made)
    for one in (made, shared):
        assert [one.once(found), one.once(found)] == [("a",), ("a",)]
    assert [type(one) for one in asked] == [Change, Change, SharedChange]
    assert shared.edits() is shared.edits()
    assert (shared, shared.edits()) == (made, made.edits())


def test_what_a_parent_without_a_policy_holds_comes_with_the_ledger() -> None:
    bare, begun = Snapshot({"a": a_task()}), ledger(a_task())
    made = change((bare,), begun)
    assert made.parents == (EMPTY,)
    assert [one.id for one in made.births()] == ["a"]
    joined = change((begun, bare), begun)
    assert joined.parents == (begun, EMPTY)
    assert "a" in joined.touched
    given = change((begun, Snapshot()), begun, keys=frozenset("b"))
    assert given.touched == {"b"}


def test_a_merge_has_all_that_is_accepted_since_the_second_edition() -> None:
    sides = [V2._replace(accepted={"a": "x"}), DEFAULT._replace(accepted={"b": "y"})]
    for law, accepted in ((1, {"a": "x"}), (2, {"a": "x", "b": "y"})):
        parents = tuple(ledger(policy=one._replace(law=law)) for one in sides)
        found = merged_policy(parents, parents[0])
        assert found is not None
        assert (found.version, found.accepted) == (2, accepted)
    assert merged_policy((Snapshot(),), Snapshot()) is None


def test_a_refusal_says_all_that_is_broken() -> None:
    one, two = (Violation("a", "TK1", "name", fact, "do") for fact in ("is bad", "is worse"))
    assert (str(Refused(one, two)), one.commit, one.repair) == ("is bad; is worse", "", "")
