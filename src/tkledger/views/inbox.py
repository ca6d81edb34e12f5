"""`tk inbox`: messages, one under the other; it does not choose them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.core.messages import SHORT_ID, Letter
from tkledger.views.style import BAD, DIM, ID, STRONG
from tkledger.views.text_layout import Frame, Line, Lines, cut_line, safe, safe_lines, wrap
from tkledger.views.words import duration, minute


def inbox(found: Sequence[Letter], now: int) -> Lines:
    """Letters in their order: id, time (UTC), sender, task, type and action, which message it answers, how
    long it is valid; the text, and the payload.
    """

    def draw(frame: Frame) -> Iterable[Line | str]:
        for letter in found:
            head = _head(letter, now)
            yield head if frame.piped else cut_line(head, frame.width)
            for text in _text(letter, frame):
                yield (("  ", ""), (text, ""))
            if letter.message.payload:
                line = (("  ", ""), (safe(letter.message.payload), DIM))
                yield line if frame.piped else cut_line(line, frame.width)
            for one in letter.refusals:
                why = f": {' '.join(safe(one.why).split())}" if one.why else ""
                line = (("  ", ""), (f"refused by {safe(one.by)}{why}", BAD))
                yield line if frame.piped else cut_line(line, frame.width)

    return Lines(draw)


def _head(letter: Letter, now: int) -> Line:
    message = letter.message
    if message.until is None:
        validity = "without an end"
    else:
        validity = (
            "expired" if message.is_over(now) else f"for {duration(message.until - now)} more"
        )
    words = [message.type, message.action and f"to {message.action}"]
    words += [message.answers and f"answers {message.answers[:SHORT_ID]}"]
    return (
        (message.id[:SHORT_ID], DIM),
        ("  ", ""),
        (minute(message.at), DIM),
        ("  ", ""),
        (f"from {safe(message.sender)}", STRONG),
        (f"  {message.task}" if message.task else "", ID),
        *((f"  {word}", "") for word in words if word),
        (f"  {validity}", DIM),
    )


def _text(letter: Letter, frame: Frame) -> Iterable[str]:
    for line in safe_lines(letter.message.text):
        yield from [line] if frame.piped else wrap(line, max(frame.width - 2, 8))
