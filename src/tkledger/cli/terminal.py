"""Shows an answer on a terminal as its user likes it: colours, glyphs, and a pager for what is long."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from shutil import get_terminal_size

from tkledger.cli.answer import Answer, Aside, Verbatim, say, text_of
from tkledger.cli.settings import Settings, display
from tkledger.views.style import drawn

NEVER, AUTO = "never", "auto"
"""No pager; and the one of the environment, or less."""


def show(answer: Answer) -> None:
    """Print what an answer has for people; what has more lines than the terminal goes through the pager."""
    look = display(say)
    if answer.live or look.pager == NEVER:
        for text in _texts(answer, look):
            sys.stdout.write(text)
            if answer.live:
                sys.stdout.flush()
        return
    whole = "".join(_texts(answer, look))
    if whole.count("\n") < get_terminal_size().lines or not _paged(whole, look.pager):
        sys.stdout.write(whole)


def _texts(answer: Answer, look: Settings) -> Iterator[str]:
    """What is shown on stdout; asides are said on the way."""
    for one in answer.view():
        if isinstance(one, Aside):
            sys.stdout.flush()
            say(one.text)
        elif isinstance(one, (str, Verbatim)):
            yield f"{text_of(one)}\n"
        else:
            coloured = look.color != NEVER
            yield drawn(one, sys.stdout, coloured=coloured, ascii=look.ascii)


def _paged(text: str, pager: str) -> bool:
    """Whether a pager showed a text."""
    import shlex  # most answers are short
    import subprocess

    command = os.environ.get("PAGER") or "less" if pager == AUTO else pager
    sys.stdout.flush()
    try:
        words = shlex.split(command)
        env = {"LESS": "FRX", **os.environ}
        return subprocess.run(words, input=text.encode(), env=env).returncode != 127
    except (OSError, ValueError) as error:
        say(f"warning: the pager {command!r} cannot be run: {error}")
        return False
