"""The gates of a task: which of them passed on its code, and what is missing for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tkledger.core.approvals import OpenReview, Unfit
from tkledger.core.evidence import EvidenceLine, evidence
from tkledger.core.guard import Gate
from tkledger.core.policy import Approvals, Policy
from tkledger.core.quoting import any_of
from tkledger.core.roles import by_keeper, holders
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.usage import Usage


class GateStanding(NamedTuple):
    """What a gate came to on some code.

    gate: as the policy has it; None if it has none of that name
    passed: whether that is a pass that counts
    why: why it is not, as words that follow the name; failed: whether it failed
    """

    name: str
    gate: Gate | None
    passed: bool
    why: str = ""
    failed: bool = False


def asked(policy: Policy, task: Task) -> list[str]:
    """The gates that a task is asked for before it enters some state."""
    own = {name: gate.as_guard(name) for name, gate in policy.gates.items() if gate.state}
    found = [guard for guard in (*own.values(), *policy.guards.values()) if guard.selects(task)]
    return list(dict.fromkeys(name for guard in found for name in guard.evidence))


class Gates:
    """The gates of a task, on the code of a commit.

    ``used`` gives what was used up to there, which is asked only if it matters; ``after`` is the task after
    what is judged, if it is not the same.
    """

    def __init__(
        self,
        law: Policy,
        task: Task,
        used: Callable[[], Usage | None],
        tree: str,
        after: Task | None = None,
    ) -> None:
        self.law = law
        self.task = task
        self.after = after or task
        self.tree = tree
        self._used = used

    def unfit(self, gate: Gate, actor: str, *, ran: bool = True) -> Unfit | None:
        """Why what an actor says of a gate would not count; None if it would. ``ran`` is whether they ran it."""
        if not (ran or gate.role):
            return Unfit("who did not run it, and it has no role for that")
        asks = Approvals(role=gate.role, independent=self.law.approvals.independent)
        review = OpenReview(self.law, self.task, self._used, self.after, asks)
        return review.unfit(self.law.actor(actor))

    def way(self, name: str, actor: str, *, failed: bool = False) -> str:
        """How a gate gets a pass that counts, as a remedy for who acts; empty ``actor`` if that is not known."""
        gate, task = self.law.gates.get(name), self.task.id
        if gate is None:
            return by_keeper(self.law, actor, f"tk config set gates.{name} run=COMMAND")
        command = f"tk gate {task} {name}" + ("" if gate.run else " --record pass --url URL")
        unfit = self.unfit(gate, actor) if actor else None
        if unfit is not None:
            named = holders(self.law, gate.role) if gate.role else ()
            more = f" ({unfit.way})" if unfit.way else ""
            command = f"{any_of(named) if named else 'another actor'} runs {command}"
            return f"commit what puts it right, then {command}{more}" if failed else command + more
        if failed:
            return f"commit what puts it right, then {command}; or, if it failed by chance, {command} --flaky"
        return command

    def known(self, lines: Sequence[str], name: str) -> Iterator[tuple[EvidenceLine, Unfit | None]]:
        """The lines about a gate as it is now, on this code, and why one of them does not count."""
        gate = self.law.gates.get(name)
        for one in evidence(lines) if gate is not None else ():
            if gate is not None and one.is_of(name, gate.run, self.tree):
                yield one, self.unfit(gate, one.actor, ran=one.ran)

    def standing(self, name: str) -> GateStanding:
        """The state of a gate by the last lines that the task has.

        A fail counts, also by who could not pass it. After it only a later pass that says ``flaky`` counts.
        """
        gate = self.law.gates.get(name)
        if gate is None:
            return GateStanding(name, None, False, "is not in the policy")
        passed = failed = False
        why = "did not run on this code"
        for one, unfit in self.known(self.after.evidence, name):
            if not one.passed:
                passed, failed = False, True
                how = f" (exit {one.exit})" if one.ran else ""
                why = f"failed on this code{how}, says {one.actor}"
            elif unfit is not None:
                why = why if failed else f"passed on this code only by {one.actor}, {unfit.why}"
            elif one.flaky or not failed:
                passed, failed = True, False
        return GateStanding(name, gate, passed, "" if passed else why, failed)
