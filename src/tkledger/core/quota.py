"""Quotas: how much an actor may use in a window of time, by the policy, and how much of that it used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring_ascii

from tkledger.core.budget import UNITS, amount, limit_in
from tkledger.core.charges import Bill
from tkledger.core.field import Field, decimal, matching, part_of, whole
from tkledger.core.pattern import fits
from tkledger.core.policy import Policy
from tkledger.core.typing import Any, NamedTuple
from tkledger.core.usage import BY, Account, Fact, Usage, Used, charged

HOUR = 3600
"""In seconds: what an actor used is counted by the hour."""

KINDS = ("steps", "tokens", "cost", "calls")
"""What a quota limits, as a budget names it."""

_HOURS = {"h": 1, "d": 24}
_USUAL = "24h"


class Quota(NamedTuple):
    """How much an actor may use in a window of time.

    steps: commits of work
    tokens: tokens read and written
    cost: US dollars
    calls: calls of tools and models
    window: how long, such as ``24h`` or ``7d``; 24 hours if it does not say
    """

    steps: int | None = None
    tokens: int | None = None
    cost: str | None = None
    calls: int | None = None
    window: str | None = None

    @property
    def hours(self) -> int:
        """How many hours the window has, the present one included."""
        text = self.window or _USUAL
        return int(text[:-1]) * _HOURS[text[-1]]


_QUOTA = part_of(
    Quota,
    (
        *(Field(name, whole(0)) for name in ("steps", "tokens", "calls")),
        Field("cost", decimal),
        Field("window", matching(r"[1-9][0-9]?[hd]", "such as 1h, 24h or 7d")),
    ),
)


def quota(raw: Any) -> Quota:
    """A quota with an amount at least; raises ValueError without one."""
    made: Quota = _QUOTA(raw)
    if made == Quota(window=made.window):
        raise ValueError("must have an amount: cost=5 calls=1000 window=24h")
    return made


class QuotaGauge(NamedTuple):
    """One amount of a quota, and how much of it an actor used in its window.

    pattern: which quota of the policy; kind: of `KINDS`; most, used: cost in millionths of a dollar
    again: when enough of it is out of the window, in seconds since 1970, if nothing more is used; None if it
        is not exceeded
    warn_at: from how much on a warning is due, in percent
    """

    pattern: str
    kind: str
    most: int
    used: int
    window: str
    again: int | None
    warn_at: int

    @property
    def exceeded(self) -> bool:
        """Whether more is used than allowed; all of it is still allowed."""
        return self.used > self.most

    @property
    def near(self) -> bool:
        """Whether a warning is due."""
        return self.used > 0 and self.used * 100 >= self.most * self.warn_at

    @property
    def figures(self) -> str:
        """What is used of what, in words."""
        used, most = amount(self.kind, self.used), amount(self.kind, self.most)
        return f"{used} of {most} {UNITS[self.kind]} in {self.window}"


def holding(policy: Policy, actor: str) -> dict[str, Quota]:
    """The quotas that hold for an actor, by the pattern that fits it."""
    known = policy.actor(actor)
    return {one: found for one, found in policy.quotas.items() if fits(known, policy.actor(one))}


def names_of(policy: Policy, actor: str) -> list[str]:
    """The names by which commits may call an actor; an empty one, if it is who made those without a name."""
    known = policy.actor(actor)
    others = [name for name, meant in policy.actors.items() if meant == known and name != known]
    return [known, *others, *([""] if policy.author("") == known else [])]


def _key(actor: str) -> str:
    """An actor in the place of a task's id; one word, as the file of the sums has it."""
    return BY + encode_basestring_ascii(actor)[1:-1].replace(" ", r"\u0020")


def used_by(actor: str, commit: str, at: int, words: Iterable[Bill]) -> Fact:
    """What one commit adds to the count of its actor: all that it charges any tasks with."""
    return Fact(commit, _key(actor), at // HOUR, Used(*map(sum, zip(*map(charged, words)))))


def gauges(
    policy: Policy, actor: str, usage: Usage, at: int, *, later: bool = False
) -> Iterator[QuotaGauge]:
    """What an actor used of each of its quotas, in the windows that end ``at``, in seconds since 1970. What is
    dated ``later`` counts only if asked for: where a clock gives the end, it is in the future.
    """
    quotas, last = holding(policy, actor), at // HOUR
    longest = max((one.hours for one in quotas.values()), default=0)
    named = map(usage.account, map(_key, names_of(policy, actor)))
    accounts = [account for account in named if account is not None]
    end = max((hour for one in accounts for hour in one.sums), default=last) if later else last
    hours = _by_hour(accounts, last - longest + 1, max(end, last))
    for pattern, found in quotas.items():
        within = [hour for hour in hours if hour > last - found.hours]
        for kind in KINDS:
            most = limit_in(found, kind)
            if most is None:
                continue
            each = [(hour, getattr(hours[hour], kind)) for hour in within]
            used = sum(some for _, some in each)
            left, again = used, None
            for hour, some in each:
                if left <= most:
                    break
                left, again = left - some, (hour + found.hours) * HOUR
            window = found.window or _USUAL
            yield QuotaGauge(pattern, kind, most, used, window, again, policy.warn_at)


def _by_hour(accounts: Sequence[Account], first: int, last: int) -> dict[int, Used]:
    """What was used in each hour, from the first to the last, in which anything was, in their order. Of a window
    only its hours are looked at: an actor may have worked for years.
    """
    window: Iterable[int] = range(first, last + 1)
    if last - first > _LONGEST:  # a date may be centuries away
        window = sorted({hour for one in accounts for hour in one.sums if first <= hour <= last})
    found: dict[int, Used] = {}
    for hour in window:
        each = [one.sums[hour] for one in accounts if hour in one.sums]
        if each:
            found[hour] = Used(*map(sum, zip(*each)))
    return found


_LONGEST = 99 * 24
"""How many hours a window has at most."""


def way_on(policy: Policy, actor: str, gauge: QuotaGauge, task: str = "") -> str:
    """What an actor does whose quota is used up; with a task that it works on, also to hand that in."""
    from tkledger.core.quoting import quoted  # only a refusal asks
    from tkledger.core.roles import by_keeper
    from tkledger.core.time import iso

    wait = f"wait until {iso(gauge.again)}" if gauge.again is not None else "wait"
    hand_in = f"tk submit {task}, or tk block {task} --reason user" if task else ""
    setting = quoted(f"quotas.{gauge.pattern}")
    more = by_keeper(policy, actor, f"tk config set {setting} {gauge.kind}=N")
    return "; or ".join(filter(None, (wait, hand_in, more)))
