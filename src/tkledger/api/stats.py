"""How work flows in a project, or in what filters choose: out of history alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from tkledger.api import lists
from tkledger.api.filters import Choice
from tkledger.api.json import Json, used_json, without_empty
from tkledger.api.overview import Shown
from tkledger.core.flow import WEEK, Spread, Week, flow, settled
from tkledger.core.forecast import PERCENT, forecast
from tkledger.core.lifecycle import State
from tkledger.core.overview import picked
from tkledger.core.statistics import BY, WANTED, Spent, SpentBy, Stats, added, by, total
from tkledger.core.time import iso, week
from tkledger.core.usage import Used
from tkledger.git import history


def stats(ledger: Shown, choice: Choice) -> Stats:
    """The statistics of the tasks that match, between the times that are asked for, up to now or the ledger's
    commit.
    """
    from tkledger.ledger.timelines import timelines

    asked, repo = choice.filter, ledger.session.repo
    places = choice.timeless.found(ledger, lists.every(ledger.overview, mistakes=False))
    column = ledger.overview.column
    states = dict(zip(picked(column("id"), places), picked(column("state"), places)))
    now = int(time.time()) if ledger.is_now else history.date(repo, ledger.tip)
    end = min(asked.until or now + 1, now + 1)
    known = timelines(ledger.session.ledger, ledger.tip, ledger.session.progress)
    name = ledger.policy.author
    moves = {
        key: [
            one._replace(actor=name(one.actor))
            for one in settled(known.get(key, ()), State(state), now)
        ]
        for key, state in states.items()
    }
    found = flow(moves, end, asked.since)
    counts = Counter(State(state) for state in states.values())
    whole = [one.done for one in found.weeks if found.begin <= one.begin <= end - WEEK]
    open_ = sum(counts[state] for state in WANTED)
    weeks = week(asked.since) if asked.since else "", week(end - 1) if asked.until else "~"
    spent = _spent(ledger, places, weeks)
    return Stats(found, counts, spent, forecast(whole, open_), repo.is_shallow)


def _spent(ledger: Shown, places: Sequence[int], weeks: tuple[str, str]) -> Spent:
    """What was spent on the tasks at these places, from one week to another."""
    from tkledger.ledger import spendings

    column, policy = ledger.overview.column, ledger.policy
    columns = [picked(column(name), places) for name in ("id", "owner", "kind", "labels")]
    tasks = {key: (policy.actor(owner), kind, labels) for key, owner, kind, labels in zip(*columns)}
    sums: dict[SpentBy, Used] = {}
    for key, one in spendings.sums(ledger.session.repo, ledger.tip).items():
        if key.task in tasks and weeks[0] <= key.week <= weeks[1]:
            owner, kind, labels = tasks[key.task]
            name = SpentBy(owner, kind, key.model, labels)
            more = Used(tokens=one.tokens, cost=one.cost, calls=one.calls)
            sums[name] = added(sums.get(name, Used()), more)
    return sums


# -- JSON ---------------------------------------------------------------------------------------


def stats_json(found: Stats) -> Json:
    """The statistics by stable names; times in seconds but for dates."""
    how = found.flow
    return without_empty(
        {
            **{"begin": iso(how.begin), "end": iso(how.end), "tasks": sum(found.states.values())},
            "states": _counts(found.states),
            "wip": found.wip,
            "weeks": [_week_json(one) for one in how.weeks],
            "lead": _spread_json(how.lead),
            "cycle": _spread_json(how.cycle),
            "in_state": {state.value: _spread_json(one) for state, one in how.in_state.items()},
            "sent_back": {**how.sent_back, "tasks": how.reworked},
            "ended": [
                without_empty({"actor": actor, **_counts(ends)})
                for actor, ends in sorted(how.ended.items())
            ],
            "spent": _spent_json(found.spent),
            "forecast": _forecast_json(found),
            "shallow": True if found.shallow else None,
        }
    )


def _counts(counts: Mapping[State, int]) -> Json:
    return {state.value: counts[state] for state in State if counts.get(state)}


def _week_json(one: Week) -> Json:
    return {
        **{"week": week(one.begin), "begin": iso(one.begin)[:10]},
        **{"created": one.created, "done": one.done, "cancelled": one.cancelled},
        **{"sent_back": one.sent_back, "states": _counts(one.states)},
    }


def _spread_json(one: Spread | None) -> Json | None:
    if one is None:
        return None
    return {"tasks": one.tasks, "median": one.half, "p85": one.most, "total": one.total}


def _spent_json(spent: Spent) -> Json:
    sums = {
        what: [{what: name, **used_json(used)} for name, used in by(spent, what)] for what in BY
    }
    return {"total": used_json(total(spent)), **sums} if spent else {}


def _forecast_json(found: Stats) -> Json:
    ahead = found.forecast
    ways = {
        f"p{percent}": {"weeks": weeks, "date": iso(found.flow.end + weeks * WEEK)[:10]}
        for percent, weeks in zip(PERCENT, ahead.weeks)
    }
    return {"open": ahead.open, "sample": list(ahead.sample), **ways}
