"""Evidence: what the gates of a task came to on its code, before it enters a state; and who may say so, and what
was decided.
"""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.layout import path_of
from tkledger.core.quoting import quoted
from tkledger.core.rules.guards import entries, lacking
from tkledger.core.rules.overrides import way_around
from tkledger.core.rules.rule import Finding, code_of, grown, open_imports, rule
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.core.evidence import EvidenceLine


@rule("TK513", since=2, overridable=True)
def evidence_missing(change: Change) -> Iterator[Finding]:
    """A task enters a state that a gate of the policy keeps, and the gate has not passed on the code that the
    task has then.

    `gates` in the policy says by name what is to run, and for which `state` and `type`. The code is the
    commit's tree without `.tasks`. A pass counts if its line in `evidence` is about that code, this gate
    and the command that the gate has now; if its actor has the `role` that the gate asks for; and, where
    the policy says `approvals: independent: true`, as in `tk init --preset agents`, if its actor neither
    owns the task nor worked on it in this attempt. What ran elsewhere counts for a gate with a `role` only.
    After a fail on this code, of any actor, only a later pass that says `flaky` counts. A gate is
    asked of a task as it was before the commit and as it is after it, as a guard is (TK507).

    Why: that the tests pass is said easily. A record proves who says that they ran, on which code.

    Remedy: `tk gate ID`; under `--preset agents`, by another actor than the owner.
    """
    law = change.law
    if not law.gates:
        return
    gates = {name: gate.as_guard(name) for name, gate in law.gates.items()}
    for entry in entries(change, gates):
        for fact, remedy in lacking(change, entry):
            yield Finding(
                entry.task.id,
                f"cannot enter {entry.state}: {fact}",
                f"{remedy}{way_around(change)}",
            )


@rule("TK514", since=2)
def evidence_not_as_it_is(change: Change) -> Iterator[Finding]:
    """A line of `evidence` was added that does not say what is so, or that says again what is known.

    A line is added by the commit of who says so, in the name of the commit's actor by the policy's names,
    about the commit's code or that of a parent. It is of a gate of the policy, with the command that the
    gate has, and what its actor says of it counts (TK513). If there is a line already about the same gate,
    command and code, a fail or a pass that counts, the new one says `flaky`. A merge adds none, and keeps those
    of both sides.

    Why: evidence is of the code that ran. A line that is copied to later code, or written in another's name,
    says what no one saw; and a gate that is run until it passes shows nothing.

    Remedy: `tk gate ID NAME` on the code as it is; with `--flaky` if it failed by chance.
    """
    for old, new, lines in recorded(change):
        first = len(new.evidence) - len(lines)
        for number, one in enumerate(lines, first):
            found = _untrue(change, old, new, new.evidence[:number], one)
            if found:
                fact = f"the evidence {one.gate} {'pass' if one.passed else 'fail'}"
                yield Finding(
                    new.id, f"{fact} of {one.actor} is not as it is: {found[0]}", found[1]
                )


@rule("TK518", since=2)
def decided_in_another_name(change: Change) -> Iterator[Finding]:
    """A line of `decisions` was added in another name than that of the commit's actor.

    Names are the policy's. It is asked of each line that an ordinary commit adds, also of a new task. A merge adds
    none, and keeps those of both sides.

    Why: the one who decides is the one who answers for it.

    Remedy: who decided it runs `tk decide ID QUESTION --choice TEXT --because TEXT`.
    """
    for _, new, lines in grown(change, "decisions"):
        from tkledger.core.decision import decisions

        for one in decisions(lines):
            if change.actor and one.actor != change.actor:
                fact = f"the decision {quoted(one.choice)} is of {one.actor}, the commit is by {change.actor}"
                way = f"{quoted(one.actor)} runs tk decide {new.id} QUESTION --choice TEXT --because TEXT"
                yield Finding(new.id, fact, way)


@rule("TK524", since=2)
def attempt_misreported(change: Change) -> Iterator[Finding]:
    """A line was added to `attempts` that is not about an attempt which the commit ends, or says something else
    of it than the task did.

    A requeue ends one. Its line has the number of the attempt, the `wait.reason`, the commit's actor by the
    policy's name, `error.kind` and `branch`, each `-` if it is not there, and the first 200 letters of
    `error.message`, else of `wait.detail` or `wait.prompt`, with one blank between words. A commit
    may leave it out. A merge keeps the lines of both sides.

    Why: what failed, and how often, is what the next attempt is judged by.

    Remedy: take the line out; `tk requeue ID` and `tk retry ID` write it.
    """
    for old, new, lines in grown(change, "attempts"):
        from tkledger.core.attempt import attempts, ended

        before, after = (old.tries if old else new.tries), new.tries
        known = set()
        for one in attempts(lines):
            true = ended(old, change.actor or one.actor) if old and old.wait.reason else None
            over = before <= one.attempt < after and one.attempt not in known
            known.add(one.attempt)
            if not over:
                fact = (
                    f"attempts has a line of attempt {one.attempt}, which this commit does not end"
                )
            elif true is not None and one.attempt == true.attempt and one != true:
                fact = f"attempts says {quoted(one.line)} of what was {quoted(true.line)}"
            elif change.actor and one.actor != change.actor:
                fact = f"the line of attempt {one.attempt} is of {one.actor}, the commit is by {change.actor}"
            else:
                continue
            yield Finding(new.id, fact, f"take the line out of {path_of(new.id)}")


def recorded(
    change: Change,
) -> Iterator[tuple[Task | None, Task, tuple[EvidenceLine, ...]]]:
    """The tasks that an ordinary commit adds evidence to, before, None at a birth, and after; and that."""
    for old, new, lines in grown(change, "evidence", open_imports(change)):
        from tkledger.core.evidence import evidence  # most commits add none

        yield old, new, tuple(evidence(lines))


def _untrue(
    change: Change, old: Task | None, new: Task, known: tuple[str, ...], one: EvidenceLine
) -> tuple[str, str] | None:
    """What is wrong with a line that a commit adds, and what to do instead; None if nothing."""
    from tkledger.core.gates import Gates

    gates = Gates(change.law, old or new, lambda: change.usage, one.tree, new)
    gate, run = change.law.gates.get(one.gate), gates.way(one.gate, "")
    if gate is None:
        return "the policy has no such gate", "tk config show"
    if one.command != gate.run:
        return f"the gate runs {quoted(gate.run or '')}" if gate.run else "it runs nothing", run
    if change.actor and one.actor != change.actor:
        return f"the commit is by {change.actor}", f"{quoted(one.actor)} runs {run}"
    code = change.once(code_of)
    if one.tree not in code:
        return f"the code is {code[0][:10] if code else 'not known'}", run
    unfit = gates.unfit(gate, one.actor, ran=one.ran)
    if unfit is not None:
        return f"it does not count of {one.actor}, {unfit.why}", gates.way(one.gate, one.actor)
    said = gates.known(known, one.gate)
    if not one.flaky and any(not line.passed or why is None for line, why in said):
        return "it is known what it comes to on this code", f"{run} --flaky"
    return None
