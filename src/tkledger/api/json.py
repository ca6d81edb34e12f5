"""Values of the ledger as JSON, by stable names; absent fields are absent, never null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tkledger.core.budget import Gauge, amount, exhaustion
from tkledger.core.ref_names import branch_name
from tkledger.core.task import Task
from tkledger.core.time import iso
from tkledger.core.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tkledger.api.reserving import Reserved
    from tkledger.claims.standing import Standing
    from tkledger.core.agent import Known
    from tkledger.core.causes import Cause
    from tkledger.core.events import LedgerEvent
    from tkledger.core.history import Details, HistoryEntry, WorkCommit
    from tkledger.core.messages import Letter
    from tkledger.core.policy import Policy
    from tkledger.core.quota import QuotaGauge
    from tkledger.core.usage import Used

Json = dict[str, Any]


def without_empty(values: Mapping[str, Any]) -> Json:
    """``values`` without what is absent or empty."""
    return {
        name: value
        for name, value in values.items()
        if value is not None and value != () and value != [] and value != {} and value != ""
    }


def task_json(task: Task) -> Json:
    """A task by the names of its file's fields."""
    found: Json = _json(task)
    return found


def policy_json(policy: Policy) -> Json:
    """A policy by the names of its file's fields."""
    found: Json = _json(policy)
    return found


def _json(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return without_empty({name: _json(inner) for name, inner in value._asdict().items()})
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    return value


def claim_json(held: Standing) -> Json:
    """A claim: its holder, where, since and until when; by this machine's clock."""
    claim = held.claim
    return without_empty(
        {
            **{"holder": claim.holder, "branch": branch_name(claim.branch)},
            **{"since": iso(held.since), "epoch": claim.epoch, "token": held.oid},
            "until": None if claim.final else iso(held.until),
            "final": claim.final,
        }
    )


def used_json(used: Used) -> Json:
    """What was used, by kind; cost as a decimal, without the kinds of which nothing was used."""
    return {
        kind: amount(kind, value) if kind == "cost" else value
        for kind, value in used._asdict().items()
        if value
    }


def budget_json(task: Task, used: Used, gauges: Iterable[Gauge], now: int) -> Json:
    """What a task used, and each limit that holds for it; ``now`` in seconds since 1970."""
    limits = [gauge_json(one, exhaustion(one, used, task, now)) for one in gauges]
    return {"id": task.id, "state": task.state, "used": used_json(used), "limits": limits}


def gauge_json(gauge: Gauge, exhausted: int | None = None) -> Json:
    """A limit and what is used of it; ``exhausted`` is when it will be used up, if that is known."""
    limit = gauge.limit

    def value(number: int) -> int | str:
        return amount(limit.kind, number) if limit.kind == "cost" else number

    return without_empty(
        {
            "holder": limit.holder,
            "kind": limit.kind,
            "limit": value(limit.most),
            "used": value(gauge.used),
            "remaining": value(max(limit.most - gauge.used, 0)),
            "exceeded": gauge.exceeded,
            "exhausted_at": None if exhausted is None else iso(exhausted),
        }
    )


def quota_json(gauge: QuotaGauge) -> Json:
    """An amount of a quota and what is used of it."""

    def value(number: int) -> int | str:
        return amount(gauge.kind, number) if gauge.kind == "cost" else number

    return without_empty(
        {
            "pattern": gauge.pattern,
            "kind": gauge.kind,
            "window": gauge.window,
            "limit": value(gauge.most),
            "used": value(gauge.used),
            "remaining": value(max(gauge.most - gauge.used, 0)),
            "exceeded": gauge.exceeded,
            "again_at": None if gauge.again is None else iso(gauge.again),
        }
    )


def details_json(task: Task, details: Details) -> Json:
    """What is known of a task beyond its file: times, counts, neighbours, who wrote its notes, legal moves, its
    claim.
    """
    from tkledger.core.history import noted

    used = used_json(details.used._replace(seconds=0))
    names = ("created_at", "updated_at", "started_at")
    overrides = [
        {"commit": one.commit, "at": iso(one.at), "actor": one.actor, "reason": one.override}
        for one in details.overrides
    ]
    notes = [
        {"actor": one.actor, "at": iso(one.at)} if one else {}
        for one in noted(task.notes, details.entries)
    ]
    gates = [
        without_empty({"name": one.name, "passed": one.passed, "why": one.why})
        for one in details.gates
    ]
    return {
        **{name: iso(at) for name in names if (at := getattr(details, name)) is not None},
        "seconds_active": details.used.seconds,
        **used,
        "limits": budget_json(task, details.used, details.gauges, details.at)["limits"],
        **({"shallow": True} if details.shallow else {}),
        "depth": details.depth,
        "children": [child.id for child in details.children],
        "blocked_by": list(details.blocked_by),
        **({"needed_by": [one.id for one in details.needed_by]} if details.needed_by else {}),
        **({"notes": notes} if notes else {}),
        **({"gates": gates} if gates else {}),
        **({"overrides": overrides} if overrides else {}),
        **({"run": run_json(details.run)} if details.run else {}),
        **({"approvals": details.approvals._asdict()} if details.approvals else {}),
        **({"reopened_as": list(details.reopened_as)} if details.reopened_as else {}),
        "legal": list(details.legal or ()),
        **({"claim": dict(details.claim)} if details.claim else {}),
        **(
            {
                "commits": [step_json(one) for one in details.work],
                "commits_total": details.steps_in_all,
            }
            if details.work
            else {}
        ),
    }


def cause_json(one: Cause) -> Json:
    """What a task comes down to waiting for, since when and why that waits, and the tasks on the way."""
    return without_empty(
        {
            **{"id": one.task.id, "state": one.task.state, "owner": one.task.owner},
            "since": None if one.since is None else iso(one.since),
            **{"reason": one.reason, "way": list(one.way)},
        }
    )


def step_json(step: WorkCommit) -> Json:
    """A commit of work on a task."""
    return {**step._asdict(), "at": iso(step.at)}


ENTRY_FIELDS = (
    *("commit", "at", "actor", "task", "event", "from", "to", "reason", "changes", "used"),
    *("override", "run", "message"),
)
"""What an entry of a log may have."""


def entry_json(entry: HistoryEntry) -> Json:
    """What one commit did to one task."""
    values = {
        **{"commit": entry.commit, "at": iso(entry.at), "actor": entry.actor, "task": entry.task},
        **{"event": entry.event, "from": entry.source, "to": entry.target},
        "reason": entry.reason,
        "changes": [
            {"field": one.name, **without_empty({"from": _json(one.old), "to": _json(one.new)})}
            for one in entry.changes
        ],
        "used": used_json(entry.used),
        "override": entry.override,
        "run": run_json(entry),
        "message": entry.message,
    }
    return without_empty(values)


def run_json(entry: HistoryEntry) -> Json:
    """What a command came to that was run on a task: its exit status, seconds and the end of its output."""
    run = entry.run
    return without_empty(run._replace(task="")._asdict()) if run else {}


def event_json(event: LedgerEvent) -> Json:
    """An event of the stream; of what a commit did to a task also what `tk log` has."""
    values = {
        **{"id": event.id, "kind": "claim" if event.is_of_claim else "task"},
        **{"task": event.task, "event": event.event, "from": event.source, "to": event.target},
        **{"actor": event.actor, "at": iso(event.at), "branch": event.branch},
        **{"commit": event.commit, "reason": event.reason},
    }
    return {**without_empty(values), **(entry_json(event.entry) if event.entry else {})}


def letter_json(letter: Letter) -> Json:
    """A message in an inbox, and who refused it."""
    message = letter.message
    refusals = [without_empty({"by": one.by, "why": one.why}) for one in letter.refusals]
    values = {
        **{"id": message.id, "from": message.sender, "to": message.to, "text": message.text},
        **{
            "at": iso(message.at),
            "task": message.task,
            "type": message.type,
            "action": message.action,
        },
        **{"expires_at": iso(message.until) if message.until is not None else None},
        **{"answers": message.answers, "refusals": refusals},
    }
    found = without_empty(values)
    if message.payload:
        import json  # few messages have one

        found["payload"] = json.loads(message.payload)
    return found


def agent_json(one: Known) -> Json:
    """An agent: what it can do, how much it takes at once, what it holds, and since when and why it sleeps."""
    import time

    agent, known = one.agent, one.agent.registered
    sleep = agent.sleep(int(time.time()))
    values = {
        **{"name": agent.name, "asleep": sleep is not None},
        "type": known.type if known else None,
        **{"can": list(known.can) if known else None, "capacity": agent.capacity},
        "since": iso(sleep.at) if sleep else None,
        "wake_at": iso(sleep.until) if sleep and sleep.until is not None else None,
        "reason": sleep.why if sleep else None,
        "by": sleep.by if sleep else None,
        "holds": list(one.holds),
        "seen": iso(one.seen) if one.seen else None,
    }
    return without_empty(values)


def reserved_json(one: Reserved) -> Json:
    """What is reserved for a task, who holds it, and where others reserved the same."""
    return without_empty(
        {
            **{"task": one.reservation.task, "by": one.reservation.by, "holder": one.holder},
            "paths": list(one.reservation.paths),
            "overlaps": [met._asdict() for met in one.overlaps],
        }
    )
