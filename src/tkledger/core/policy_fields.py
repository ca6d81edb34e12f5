"""The fields of a policy's file, and the policy that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tkledger.core.field import (
    Field,
    choice,
    decimal,
    flag,
    line,
    map_of,
    matching,
    part_of,
    read,
    set_of,
    text,
    whole,
)
from tkledger.core.pattern import pattern
from tkledger.core.policy import (
    AGENTS,
    EDGES,
    FORMAT,
    LAW,
    LONGEST_LEASE,
    LOOPS,
    SUBJECT,
    Approvals,
    Policy,
)
from tkledger.core.task_parts import BUDGET, KIND, NAME, Budget
from tkledger.core.trailers import PREFIX
from tkledger.core.typing import Any

_OID = pattern(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")
_TITLE = rf"(?!.*{PREFIX})[^{{}}]{{0,60}}{re.escape(SUBJECT)}[^{{}}]{{0,60}}"
"""A line that begins with the prefix would be read as a trailer."""

RATE = r"[1-9][0-9]{0,2}/([1-9][0-9]?)?[mhd]"
"""So many in so long: minutes, hours or days, of which one is meant if there is no number."""


def _oid(raw: Any) -> str:
    value = line(raw)
    if not _OID.match(value):
        raise ValueError(f"{value!r} must be a full commit id")
    return value


ROLE = NAME
"""The name of a role, of a guard, or of a gate."""


def _later(name: str) -> Callable[[Any], Any]:
    """What a function of `core.guard` makes of a value; few policies have any of these."""

    def clean(raw: Any) -> Any:
        from tkledger.core import guard

        return getattr(guard, name)(raw)

    return clean


def _layout(raw: Any) -> str:
    return choice(("flat",))(raw)


def _public_key(raw: Any) -> str:
    from tkledger.core.public_keys import public_key  # few policies have any

    return public_key(raw)


def _quota(raw: Any) -> Any:
    from tkledger.core.quota import quota  # few policies have any

    return quota(raw)


def _price(raw: Any) -> Any:
    from tkledger.core.prices import price  # few policies have any

    return price(raw)


_APPROVALS = (
    Field("count", whole(1, 100)),
    Field("independent", flag),
    Field("role", ROLE),
    Field("score", decimal),
)
_budget = part_of(Budget, tuple(leaf for leaf in BUDGET if leaf.name != "depth"))

FIELDS = (
    Field("version", whole(1)),
    Field("format", whole(1)),
    Field("law", whole(1)),
    Field("prefix", matching(r"[a-z0-9][a-z0-9_]{0,15}", "1 to 16 of a-z, 0-9 and _")),
    Field("layout", _layout),
    Field("squash", choice(("refuse", "path"))),
    Field("review", choice(("optional", "required"))),
    Field("forbid", set_of(choice(EDGES))),
    Field("depth", whole(0, 1000)),
    Field("children", whole(0)),
    *(Field(name, whole(0)) for name in ("chain", "discovered")),
    Field("loops", map_of(choice(("warn", "refuse")), choice(LOOPS))),
    Field("budget", _budget),
    Field("budgets", map_of(_budget, KIND)),
    Field("warn_at", whole(1, 100), since=2),
    Field("retry", whole(1)),
    Field("backoff", map_of(whole(0, LONGEST_LEASE), choice(("base", "cap", "factor"))), since=2),
    Field("retry_on", set_of(KIND), since=2),
    Field("repeats", whole(1), since=2),
    Field("roles", map_of(set_of(line), ROLE)),
    Field("attribution", choice(("optional", "required"))),
    Field("claims", choice(("local", "remote", "required"))),
    *(Field(name, whole(1)) for name in ("lease", "wip_actor", "wip_total", "failures")),
    Field("rates", map_of(matching(RATE, "such as 10/h, 3/30m or 50/7d"), line), since=2),
    Field("quotas", map_of(_quota, line), since=2),
    Field("reservations", choice(("warn", "refuse")), since=2),
    Field("protected", set_of(line)),
    Field("actors", map_of(line, line)),
    Field("approvals", part_of(Approvals, _APPROVALS), since=2),
    Field("spec", choice(("free", "frozen")), since=2),
    Field("admission", choice(("off", AGENTS, "required")), since=2),
    Field("types", set_of(KIND), since=2),
    Field("prices", map_of(_price, line), since=2),
    Field("artifact_size", whole(0), since=2),
    Field("guards", map_of(_later("guard"), ROLE), since=2),
    Field("gates", map_of(_later("gate"), ROLE), since=2),
    Field("may", map_of(_later("allowance"), line), since=2),
    Field("keys", map_of(set_of(_public_key), line), since=2),
    Field("proposal", _later("next_policy"), since=2),
    Field("proof", choice(("name", "pusher", "signature")), since=2),
    Field("pushers", map_of(set_of(line), line), since=2),
    Field("shared_login", choice(("one", "independent")), since=2),
    Field("subject", matching(_TITLE, f"text with one {SUBJECT}, and no {PREFIX}"), since=2),
    Field("accepted", map_of(text, _oid)),
)
"""Every field of the policy file, in the order in which it is written."""


class TooNew(Exception):
    """The ledger needs a newer tk: its format or its law is above what this one knows."""


def policy(raw: Mapping[str, Any]) -> Policy:
    """The policy that ``raw`` field values make; raises FieldError, or TooNew.

    Newness is looked at first, since a newer format may hold keys unknown here.
    """
    for name, newest in (("format", FORMAT), ("law", LAW)):
        value = raw.get(name) if isinstance(raw, Mapping) else None
        if isinstance(value, int) and value > newest:
            raise TooNew(f"the ledger's {name} is {value}, this tk knows {newest}")
    return Policy(**read(FIELDS, raw))


def changed(before: Policy, **values: Any) -> Policy:
    """``before`` with other values and the next version; None is the default. What was proposed is not
    proposed any more. Raises FieldError.
    """
    after = {**before._asdict(), "proposal": None, **values, "version": before.version + 1}
    return policy(after)
