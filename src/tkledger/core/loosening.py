"""What a change of the policy loosens, in words: what was refused, limited or asked before and would not be.

What is not known here counts as looser, so that a new setting is never a way out by oversight.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tkledger.core.budget import KINDS, backoff, limit_in
from tkledger.core.pattern import ANY, fits
from tkledger.core.policy import AGENTS, Policy
from tkledger.core.quoting import few, quoted
from tkledger.core.task_parts import ERRORS, Budget
from tkledger.core.typing import Any

Compare = Callable[[str, Any, Any], Iterable[str]]
"""Of a name and two values: what the second one loosens, each in words."""


def loosened(old: Policy, new: Policy) -> list[str]:
    """What ``new`` loosens, in the order of the fields; empty if it only tightens, or changes nothing that
    anybody is held to.
    """
    found: list[str] = []
    for name in Policy._fields:
        was, now = getattr(old, name), getattr(new, name)
        if was == now:
            continue
        if name in ("budget", "budgets"):
            found += _budgets(old, new)
        else:
            found += _FIELDS.get(name, _changed)(name, was, now)
    return list(dict.fromkeys(found))


def _words(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if value is True:
        return "true"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


# -- single values ---------------------------------------------------------------------------


def _changed(name: str, was: Any, now: Any) -> Iterator[str]:
    yield f"{name} changes"


def _free(name: str, was: Any, now: Any) -> Iterable[str]:
    """Fields that bind no one."""
    return ()


def _ordered(*values: str) -> Compare:
    """One of these values, the strictest first."""

    def compare(name: str, was: Any, now: Any) -> Iterator[str]:
        if values.index(now) > values.index(was):
            yield f"{name} {was} -> {now}"

    return compare


def _most(name: str, was: int | None, now: int | None) -> Iterator[str]:
    """The most that is allowed; None limits nothing."""
    if was is not None and (now is None or now > was):
        yield f"{name} {was} -> {'no limit' if now is None else now}"


def _least(name: str, was: Any, now: Any) -> Iterator[str]:
    """The least that is asked; None is nothing."""
    if was is not None and (now is None or float(now) < float(was)):
        yield f"{name} {_words(was)} -> {_words(now)}"


def _backoff(name: str, was: Mapping[str, int], now: Mapping[str, int]) -> Iterator[str]:
    """How long attempts wait, at the least."""
    if any(backoff(now, attempt) < backoff(was, attempt) for attempt in range(1, 33)):
        yield f"{name} is shorter"


def _retry_on(name: str, was: tuple[str, ...], now: tuple[str, ...]) -> Iterator[str]:
    """The kinds of errors that are tried again."""
    from tkledger.core.attempt import tries_again  # few policies name any

    for kind in sorted({*ERRORS, *was, *now}):
        if tries_again(now, kind) and not tries_again(was, kind):
            yield f"{name} with {kind}"


def _asked(name: str, was: Any, now: Any) -> Iterator[str]:
    """What is asked if it is set, and another thing if it is another."""
    if was is not None:
        yield f"{name} {_words(was)} -> {_words(now)}"


def _proof(name: str, was: str, now: str) -> Iterator[str]:
    if was != "name":
        yield f"{name} {was} -> {now}"


# -- sets and maps ---------------------------------------------------------------------------


def _all_of(name: str, was: Collection[str], now: Collection[str]) -> Iterator[str]:
    """Each of them asks or forbids something."""
    gone = [one for one in was if one not in now]
    if gone:
        yield f"{name} without {', '.join(gone)}"


def _one_of(name: str, was: tuple[str, ...], now: tuple[str, ...]) -> Iterator[str]:
    """What it holds for; for everything if it is empty."""
    if now and (not was or set(was) - set(now)):
        yield f"{name} {_words(was) if was else 'any'} -> {_words(now)}"


def _first(name: str, was: int | None, now: int | None) -> Iterator[str]:
    """The first that it holds for; None is 1."""
    if (now or 1) > (was or 1):
        yield f"{name} {was or 1} -> {now}"


def _only(name: str, was: tuple[str, ...], now: tuple[str, ...]) -> Iterator[str]:
    """The only ones that are allowed; all if it is empty."""
    if was and not now:
        yield f"{name} {_words(was)} -> any"
    added = [one for one in now if not any(fits(one, known) for known in was)] if was else ()
    if added:
        yield f"{name} with {', '.join(added)}"


def _parts(leaves: dict[str, Compare], *, is_gone: str = "is gone") -> Compare:
    """A map of parts, each of which asks or limits something."""

    def compare(name: str, was: Any, now: Any) -> Iterator[str]:
        for key, part in was.items():
            if key not in now:
                yield f"{name}.{key} {is_gone}"
            else:
                yield from _part(leaves)(f"{name}.{key}", part, now[key])

    return compare


def _part(leaves: dict[str, Compare]) -> Compare:
    def compare(name: str, was: Any, now: Any) -> Iterator[str]:
        for leaf in was._fields:
            old, new = getattr(was, leaf), getattr(now, leaf)
            if old != new:
                yield from leaves.get(leaf, _changed)(f"{name} {leaf}", old, new)

    return compare


def _keys(name: str, was: Any, now: Any) -> Iterator[str]:
    for actor, keys in now.items():
        if set(keys) - set(was.get(actor, ())):
            yield f"{name}.{actor} has another key"
    before, after = _by_key(was), _by_key(now)
    for key, actors in before.items():
        gone = [one for one in actors if one not in after.get(key, ())]
        if gone and len(actors) > 1:
            yield f"{name}.{gone[0]} without the key by which {few(actors)} count as one"


def _by_key(keys: Any) -> dict[str, list[str]]:
    """The actors that each key is listed for, by its fingerprint."""
    from tkledger.core.public_keys import fingerprint

    found: dict[str, list[str]] = {}
    for actor, some in keys.items():
        for key in some:
            found.setdefault(fingerprint(key), []).append(actor)
    return found


def _accepted(name: str, was: Any, now: Any) -> Iterator[str]:
    added = [commit[:10] for commit in now if commit not in was]
    if added:
        yield f"{name} with {', '.join(added)}"


_RANKS = {"refuse": 0, "warn": 1, "": 2}
_REFUSED_ANYWAY = ("chain", "discovered", "children", "repeats")


def _loops(name: str, was: Any, now: Any) -> Iterator[str]:
    for loop in {**was, **now}:
        usual = "refuse" if loop in _REFUSED_ANYWAY else ""
        old, new = was.get(loop, usual), now.get(loop, usual)
        if _RANKS[new] > _RANKS[old]:
            yield f"{name}.{loop} {old} -> {new or 'none'}"


def _roles(name: str, was: Any, now: Any) -> Iterator[str]:
    for role in sorted({**was, **now}):
        old, new = was.get(role, ()), now.get(role, ())
        if old == new:
            continue
        added = [one for one in new if not any(fits(one, known) for known in old)]
        if role in ("policy", AGENTS):  # who keeps the others, and of whom more is asked
            yield f"{name}.{role} {_words(old)} -> {_words(new)}"
        elif role == "budget" and not (old and new):
            if old:
                yield f"{name}.{role} is gone: anyone may raise limits"
        elif added:
            yield f"{name}.{role} with {', '.join(added)}"


def _budgets(old: Policy, new: Policy) -> Iterator[str]:
    """Limits as they hold for the tasks of each type, and of all others."""
    for kind in (None, *sorted({*old.budgets, *new.budgets})):
        whose = f" of {kind}" if kind else ""
        for limit in KINDS:
            was, now = (_limit(policy, kind, limit) for policy in (old, new))
            if was is not None and (now is None or now > was):
                yield f"the limit of {limit}{whose}: {was} -> {'none' if now is None else now}"
        was_scope, now_scope = (_scope(policy, kind) for policy in (old, new))
        if was_scope != now_scope == "attempt":
            yield f"the limits{whose} count each attempt alone"


def _limit(policy: Policy, kind: str | None, limit: str) -> int | None:
    own = policy.budgets.get(kind, Budget()) if kind else Budget()
    found = limit_in(own, limit)
    return limit_in(policy.budget, limit) if found is None else found


def _scope(policy: Policy, kind: str | None) -> str:
    own = policy.budgets.get(kind, Budget()) if kind else Budget()
    return own.scope or policy.budget.scope or "lifetime"


_GUARD: dict[str, Compare] = {
    **{"state": _all_of, "type": _one_of, "label": _one_of, "role": _asked, "fields": _all_of},
    **{"concerns": _asked, "approvals": _least, "criteria": _asked, "evidence": _all_of},
    **{"signed": _asked, "attempt": _first},
}
_GATE: dict[str, Compare] = {
    "run": _asked,
    "timeout": _most,
    "state": _all_of,
    "type": _one_of,
    "role": _asked,
}
_FIELDS: dict[str, Compare] = {
    **dict.fromkeys(
        ("version", "format", "prefix", "layout", "lease", "subject", "proposal", "warn_at"), _free
    ),
    **dict.fromkeys(
        (
            *("depth", "children", "chain", "discovered", "retry"),
            *("wip_actor", "wip_total", "failures", "repeats", "artifact_size"),
        ),
        _most,
    ),
    "squash": _ordered("refuse", "path"),
    "review": _ordered("required", "optional"),
    "attribution": _ordered("required", "optional"),
    "claims": _ordered("required", "remote", "local"),
    "shared_login": _ordered("one", "independent"),
    "admission": _ordered("required", AGENTS, "off"),
    "spec": _ordered("frozen", "free"),
    "proof": _proof,
    "reservations": _ordered("refuse", "warn"),
    "forbid": _all_of,
    "protected": _all_of,
    "loops": _loops,
    "roles": _roles,
    "backoff": _backoff,
    "retry_on": _retry_on,
    "approvals": _part({"independent": _asked, "count": _least, "role": _asked, "score": _least}),
    "guards": _parts(_GUARD),
    "gates": _parts(_GATE),
    "may": _parts(dict.fromkeys(("verbs", "paths", "branches"), _only)),
    "keys": _keys,
    "accepted": _accepted,
}
"""How each field is compared; any other counts as looser whatever it changes to."""


def is_most(name: str) -> bool:
    """Whether a field of the policy is the most of something; without it nothing is limited."""
    return _FIELDS.get(name) is _most


def is_bound(policy: Policy) -> bool:
    """Whether who may change the policy does not loosen it alone: two actors may, who are not one by their
    login or key, or those of a pattern.
    """
    found = keepers(policy)
    if len(found) < 2:
        return any(ANY in one for one in found)
    from tkledger.core.keyring import shared_by  # few policies have two keepers

    pairs = ((one, other) for one in found for other in found if one < other)
    return any(ANY in one for one in found) or any(not shared_by(policy, *pair) for pair in pairs)


def keepers(policy: Policy) -> list[str]:
    """The actors, and the patterns of actors, who may change the policy; none if everybody may."""
    return sorted({*map(policy.actor, policy.roles.get("policy", ()))})


def other_keepers(policy: Policy, *actors: str) -> list[str]:
    """The keepers of the policy other than these actors, without those who are one with them."""
    from tkledger.core.keyring import shared_by

    return [
        one
        for one in keepers(policy)
        if not any(one == actor or shared_by(policy, one, actor) for actor in actors)
    ]


def who_is_bound(policy: Policy) -> str:
    """Whether those who may change the policy are bound by it, and how they would be, in words; empty where
    no one is bound by their name.
    """
    found = keepers(policy)
    if is_bound(policy):
        return f"{few(found)}: what loosens the policy takes two of them"
    if found:
        way = f"tk config set roles.policy {quoted(found[0])} OTHER"
        return (
            f"{found[0]} is not bound by the policy, which it may loosen alone; with another: {way}"
        )
    if not policy.depends_on_actor:
        return ""
    return "anyone may change the policy, so it binds no one: tk config set roles.policy ACTOR"
