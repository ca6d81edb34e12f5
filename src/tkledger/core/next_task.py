"""Which ready task an actor should take next, or why there is none; it knows no refs and no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from tkledger.core.claim import assignee
from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow, picked
from tkledger.core.policy import Policy
from tkledger.core.quoting import quoted
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple


class Wish(NamedTuple):
    """Who looks for work: the labels it has to have, and the tasks that are excluded; what the one who looks is
    able to do, None if that is not known; and the only stream that it may be of, if one is named.
    """

    actor: str
    labels: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    can: tuple[str, ...] | None = None
    stream: str = ""


class Pick(NamedTuple):
    """The ids of the tasks one may take, the most urgent first, or the reasons why there is none; and of those
    that were begun on another branch and left, which that is.

    urgency: the priority of the most urgent; urgent: how many of the first have it
    first: the first, as it was looked at, if one is offered
    """

    ids: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    places: Mapping[str, str] = {}
    urgency: int = 0
    urgent: int = 0
    first: TaskRow | None = None

    @property
    def why(self) -> str:
        """Why the oldest of the most urgent is the one to take."""
        many = len(self.ids)
        if many < 2:
            return "the only task that you can take now"
        urgency = f"P{self.urgency}"
        if self.urgent < 2:
            return f"{urgency}: the most urgent of {many} that you can take now"
        others = f"; {many} can be taken now" if self.urgent < many else ""
        return f"{urgency}: the oldest of {self.urgent} with this priority{others}"


def pick(
    ledger: Overview,
    law: Policy,
    wish: Wish,
    holders: Mapping[str, str],
    vacant: Collection[str],
    beyond: Callable[[Sequence[str]], Mapping[str, str]],
) -> Pick:
    """The tasks that ``wish.actor`` may start; ``holders`` has the live claims by task, ``vacant`` the
    tasks in progress that anybody may take up, and the blocked ones whose wait is over. ``beyond`` says of tasks
    which of them a limit of the policy keeps this actor from, and why.

    A task with open children is not offered: the work is in those; nor one of a stream of which another is being
    worked on.
    """
    places = ledger.ready()
    if vacant:
        places = sorted({*places, *(ledger.places[key] for key in vacant)})
    left, reasons = _sifted(ledger, places, law, wish, holders)
    ids = picked(ledger.column("id"), left)
    refused = beyond(ids)
    if refused:
        left = [place for place, key in zip(left, ids) if key not in refused]
        ids = [key for key in ids if key not in refused]
    if not ids:
        return Pick((), tuple(dict.fromkeys(refused.values())) or tuple(reasons) or (_NONE,))
    urgencies = picked(ledger.column("urgency"), left)
    return Pick(tuple(ids), urgency=urgencies[0], urgent=urgencies.count(urgencies[0]))


_NONE = "no task is ready to start"


def _sifted(
    ledger: Overview,
    ready: Sequence[int],
    law: Policy,
    wish: Wish,
    holders: Mapping[str, str],
) -> tuple[Sequence[int], list[str]]:
    """The places of the ready tasks that are for this actor, and why the others are not."""
    left, reasons, ids = ready, list[str](), ledger.column("id")
    sieves: tuple[tuple[str, Collection[str | None]], ...] = (
        ("with open children", ledger.open_parents),
        (f"without label {', '.join(wish.labels)}", _without_labels(ledger, ready, wish)),
        (f"needing what {quoted(wish.actor)} cannot do", _out_of_reach(ledger, ready, wish)),
        (f"not of the stream {wish.stream}", _of_other_streams(ledger, ready, wish.stream)),
        ("assigned to others", _of_others(ledger, ready, law, wish.actor)),
        ("claimed", holders),
        ("of a stream that is at work", _in_busy_streams(ledger, ready, holders)),
        ("begun on a branch of their own", wish.without),
    )
    for words, out in sieves:
        kept = [place for place in left if ids[place] not in out] if out else left
        if len(kept) < len(left):
            reasons.append(f"{len(left) - len(kept)} ready but {words}")
        left = kept
    return left, reasons


def _without_labels(ledger: Overview, ready: Iterable[int], wish: Wish) -> set[str]:
    if not wish.labels:
        return set()
    ids, labels = ledger.column("id"), ledger.column("labels")
    return {ids[place] for place in ready if not {*wish.labels} <= {*labels[place]}}


def _out_of_reach(ledger: Overview, ready: Iterable[int], wish: Wish) -> set[str]:
    if wish.can is None:
        return set()
    from tkledger.core.agent import lacks  # few are registered

    ids, labels = ledger.column("id"), ledger.column("labels")
    return {ids[place] for place in ready if labels[place] and lacks(wish.can, labels[place])}


def _of_other_streams(ledger: Overview, ready: Iterable[int], stream: str) -> set[str]:
    if not stream:
        return set()
    ids, names = ledger.column("id"), ledger.column("stream")
    return {ids[place] for place in ready if names[place] != stream}


def _of_others(ledger: Overview, ready: Iterable[int], law: Policy, actor: str) -> set[str]:
    owners = ledger.column("owner")
    owned = (ledger.at(place) for place in ready if owners[place])
    return {one.id for one in owned if _is_others(law, actor, one)}


def _is_others(law: Policy, actor: str, one: TaskRow) -> bool:
    """Whether a task that is not begun is assigned to another, or one whose wait is over is another's."""
    waited = one.state is State.BLOCKED and law.another(actor, one.owner or None)
    return bool(waited or assignee(law, actor, one))


def _in_busy_streams(
    ledger: Overview, ready: Sequence[int], holders: Mapping[str, str]
) -> set[str]:
    """The ready tasks of streams of which another task is in progress, or claimed on another branch."""
    if not any(ledger.column("stream")):
        return set()
    ids, states, names = map(ledger.column, ("id", "state", "stream"))
    streams, own = {names[place] for place in ready} - {""}, {*ready}
    busy = {
        stream
        for place, (key, state, stream) in enumerate(zip(ids, states, names))
        if stream in streams
        and (key in holders or (state == State.IN_PROGRESS and place not in own))
    }
    return {ids[place] for place in ready if names[place] in busy}


def reviewable(
    law: Policy, tasks: Iterable[Task], actor: str, workers: Callable[[Task], Collection[str]]
) -> list[Task]:
    """The tasks in review that are not this actor's own work; ``workers`` says who worked on one in its
    present attempt.
    """
    from tkledger.core.approvals import dependence  # the one answer to whose work it is

    return [
        task
        for task in tasks
        if task.state is State.IN_REVIEW and not dependence(law, actor, [task.owner], workers(task))
    ]
