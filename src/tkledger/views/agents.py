"""`tk agents`: an agent a line, and what it holds; it does not choose them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.core.agent import EVERYBODY, Known
from tkledger.views.style import BAD, DIM, GOOD, ID, STRONG
from tkledger.views.text_layout import Frame, Line, Lines, cut_line, safe
from tkledger.views.words import duration, minute


def agents(found: Sequence[Known], now: int) -> Lines:
    """Agents in their order: name, awake or until when and why asleep, what it can do, how much it takes at
    once, what it holds, when it was last seen.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        for one in found:
            line = _line(one, now)
            yield line if frame.piped else cut_line(line, frame.width)

    return Lines(draw)


def _line(one: Known, now: int) -> Line:
    agent = one.agent
    name = "everybody" if agent.name == EVERYBODY else safe(agent.name)
    sleep = agent.sleep(now)
    state = ("awake", GOOD)
    if sleep is not None:
        end = f" until {minute(sleep.until)}" if sleep.until is not None else ""
        why = f" ({safe(sleep.why)})" if sleep.why else ""
        state = (f"asleep since {minute(sleep.at)}{end}{why}", BAD)
    known = agent.registered
    words = [
        known.type if known else "",
        f"can {', '.join(known.can)}" if known and known.can else "",
    ]
    words.append(f"takes {known.capacity}" if known and known.capacity else "")
    seen = f"seen {duration(max(now - one.seen, 0))} ago" if one.seen else ""
    return (
        *((name, STRONG), ("  ", ""), state),
        *((f"  {word}", "") for word in words if word),
        (f"  holds {', '.join(one.holds)}" if one.holds else "", ID),
        (f"  {seen}" if seen else "", DIM),
    )
