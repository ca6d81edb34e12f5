"""``tk import``: tasks of another tracker, as they stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tkledger.api.importing import bring
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit, would_be
from tkledger.cli.parser import read_text
from tkledger.core.quoting import many
from tkledger.core.task import NOT_JUDGED
from tkledger.core.typing import Any
from tkledger.exchange.importing import ImportPlan

_SHOWN = 20
"""So many rows of a table are shown to a person; JSON has all."""


def import_(
    kind: str,
    file: str,
    message: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Bring in what is new there, as one commit, and say what has no place here."""
    session = Session(path, actor=actor, progress=TERMINAL)
    done = bring(session, kind, file, read_text(message), dry_run=dry_run)
    plan = done.plan

    def to_json() -> dict[str, Any]:
        return {
            **{"kind": kind, "imported": [task.id for task in plan.tasks], "known": plan.known},
            **{"fields": plan.read, "lost": plan.lost_values, "percent": round(plan.percent, 2)},
            "lost_fields": [one._asdict() for one in plan.lost],
            "mapped": [one._asdict() for one in plan.mapped],
            **with_commit(done.recorded),
        }

    return Answer(to_json, lambda: _view(plan, dry_run=dry_run))


def _view(plan: ImportPlan, *, dry_run: bool) -> Iterator[str | Aside]:
    were = "is" if plan.known == 1 else "are"
    known = f"; {plan.known:,} {were} there already" if plan.known else ""
    if not plan.tasks:
        yield Aside(f"nothing to do{known}")
        return
    new = many(len(plan.tasks), "task")
    yield f"{would_be(dry_run)}{new} imported from {plan.kind}{known}"
    states = Counter(task.state.value for task in plan.tasks)
    yield "  " + ", ".join(f"{count:,} {state}" for state, count in states.items())
    yield f"  {plan.read:,} values read, {plan.lost_values:,} lost ({plan.percent:.1f} %)"
    yield from _table("lost, kept under x where the file has room", _lost(plan))
    yield from _table(
        "ids that are not the keys", [f"{one.key} -> {one.id}" for one in plan.mapped]
    )
    if not dry_run:
        yield Aside(f"they are marked as {NOT_JUDGED}; tk list --all shows them")


def _lost(plan: ImportPlan) -> list[str]:
    """The fields that are lost, each with how often, why, and where first."""
    found: dict[tuple[str, str], list[str]] = {}
    values: Counter[tuple[str, str]] = Counter()
    for one in plan.lost:
        found.setdefault((one.field, one.why), []).append(one.key)
        values[one.field, one.why] += one.values
    return [
        f"{field} ({values[field, why]:,}): {why}; {keys[0]}"
        + (f" and {len(keys) - 1:,} more" if len(keys) > 1 else "")
        for (field, why), keys in found.items()
    ]


def _table(title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield f"  {title}:"
        yield from (f"    {row}" for row in rows[:_SHOWN])
        if len(rows) > _SHOWN:
            yield f"    and {len(rows) - _SHOWN:,} more: --json has all"
