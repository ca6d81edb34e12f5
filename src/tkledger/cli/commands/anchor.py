"""``tk anchor``: what to keep elsewhere, so that a history that is cut off or rewritten shows."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api.session import Session
from tkledger.cli.answer import Answer, Aside
from tkledger.core.quoting import quoted
from tkledger.doors.anchor import tagged


def anchor(name: str | None = None, path: str = ".") -> Answer:
    """Print the newest commit, to be kept elsewhere; or sign a tag of it."""
    session = Session(path)
    session.head()
    tip = session.tip()
    tag = tagged(session.repo, name) if name else ""

    def view() -> Iterable[str | Aside]:
        yield tag or tip
        if tag:
            yield Aside(f"to publish it: git push origin {quoted(tag)}")
        yield Aside(f"later: tk verify --anchor {quoted(tag or tip)}")

    return Answer(lambda: {"commit": tip, **({"tag": tag} if tag else {})}, view)
