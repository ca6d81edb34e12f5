"""``tk streams``: the streams of work, and the branches that they are brought together on."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api import streams as api
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def streams(at: str | None = None, path: str = ".") -> Answer:
    """List the streams: what their tasks add up to, and what of their branches HEAD's lacks."""
    session = Session(path, progress=TERMINAL)
    found = api.shown(session, at)

    def view() -> Iterable[Lines | Aside]:
        if not found:
            return [Aside("no task names a stream: tk edit ID --stream NAME")]
        from tkledger.views.streams import streams as drawn

        return [drawn(found)]

    return Answer(lambda: {"streams": [api.stream_json(one) for one in found]}, view)
