"""``tk recall``: lessons, what was tried, decisions and ended tasks about some words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.memory import memory_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.typing import Any
from tkledger.errors import Exit
from tkledger.ledger.recall import recalled


def recall(words: Sequence[str], limit: int, at: str | None = None, path: str = ".") -> Answer:
    """Find what earlier work left about some words, the best first. Exit 6 if there is nothing."""
    session = Session(path, progress=TERMINAL)
    tip = session.tip(at) if at is not None else None
    session.ledger.usable(session.ledger.head() if tip is None else session.ledger.at(tip))
    found, cut = recalled(session.ledger, tip or session.tip(), " ".join(words), limit)

    def to_json() -> dict[str, Any]:
        return {"found": [memory_json(one) for one in found], **({"cut": True} if cut else {})}

    def view() -> Iterable[str | Aside]:
        for one in found:
            title = "" if one.text == one.title else f" ({one.title})"
            yield f"{one.kind:<8}  {one.task}  {one.text}{title}"
        if not found:
            yield Aside("nothing is known of these words")
        if cut:
            yield Aside("the ledger has too many lines with these words; give rarer ones")

    return Answer(to_json, view, lambda: Exit.OK if found else Exit.NOTHING)
