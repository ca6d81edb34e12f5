"""`tk streams`: a stream a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.quoting import few, many
from tkledger.core.streams import Stream, StreamBranch
from tkledger.views.style import DIM, STRONG
from tkledger.views.text_layout import Frame, Line, Lines, safe, table
from tkledger.views.words import badge


def streams(found: Sequence[Stream]) -> Lines:
    """Each stream: its name, its state, how many of its tasks are done, which are in progress, and its branch."""

    def draw(frame: Frame) -> Iterable[Line | str]:
        return table([_row(one) for one in found], frame)

    return Lines(draw)


def _row(stream: Stream) -> Line:
    done = f"{stream.counts.get(State.DONE, 0):,} of {stream.total:,} done"
    active = f"{few(stream.active, 2)} in progress" if stream.active else ""
    where, how = f"no branch (git branch streams/{stream.name})", DIM
    if stream.branch is not None:
        where, how = _words(stream.branch)
    return (
        *((stream.name, STRONG), badge(stream.state), (done, ""), (active, "")),
        (safe(where), how),
    )


def _words(branch: StreamBranch) -> tuple[str, str]:
    if not branch.ahead:
        return f"{branch.name}: all of it is here", DIM
    behind = f", and lacks {branch.behind:,} of HEAD's" if branch.behind else ""
    return f"{branch.name}: {many(branch.ahead, 'commit')} that HEAD lacks{behind}", ""
