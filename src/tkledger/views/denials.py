"""`tk doctor --denials`: the pushes that a server refused; it does not read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tkledger.core.denial import Denial
from tkledger.core.quoting import few
from tkledger.views.style import BAD, DIM, PERSON
from tkledger.views.text_layout import Line, Lines, safe

_SHORT = 8


def refused(found: Sequence[Denial]) -> Lines:
    """Each push with its refs, and below it what was refused and why."""
    return Lines(lambda frame: (line for one in found for line in _lines(one)))


def _lines(one: Denial) -> Iterator[Line]:
    who = few([safe(name) for name in one.pusher], joint=" or ") or "an unknown pusher"
    refs = few([_move(ref) for ref in one.refs])
    yield (
        (safe(one.at), DIM),
        ("  ", ""),
        (who, PERSON),
        ("  ", ""),
        (refs + _more(one, "refs"), ""),
    )
    for broken in one.violations:
        commit = broken.get("commit", "")
        where = f" ({safe(commit)[:_SHORT]})" if commit else ""
        words = f"{safe(broken.get('task', ''))}: {safe(broken.get('message', ''))}{where}"
        yield (("  ", ""), (safe(broken.get("code", "")), BAD), (f" {words}", ""))
    if one.error:
        yield (("  ", ""), ("not judged", BAD), (f" {safe(one.error)}", ""))
    if more := _more(one, "violations"):
        yield ((f" {more} violations", DIM),)


def _move(ref: Mapping[str, str]) -> str:
    sides = [safe(ref.get(side, ""))[:_SHORT] or "none" for side in ("old", "new")]
    return f"{safe(ref.get('ref', ''))} {sides[0]} -> {sides[1]}"


def _more(one: Denial, what: str) -> str:
    count = one.more.get(what)
    return f" and {count} more" if count else ""
