"""Shows an answer on a terminal as its user likes it: colours, glyphs, and a pager for what is long."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from shutil import get_terminal_size

from tkledger import report
from tkledger.cli.answer import Answer, Aside, TerminalView, Verbatim, say, text_of, wants_colours
from tkledger.cli.settings import NEVER, Settings, display
from tkledger.core.typing import NamedTuple
from tkledger.views.style import drawn

AUTO = "auto"
"""The pager that git would use."""

_PLAIN = ("cat", "")
"""What stands for no pager, as in git."""
_WITHOUT_LETTERS = ("C", "POSIX")
"""The locales whose terminals have ASCII alone, if they are asked for."""


class _Look(NamedTuple):
    """Whether there are colours, and whether signs are of ASCII."""

    coloured: bool
    ascii: bool


def show(answer: Answer, color: str | None = None) -> None:
    """Print what an answer has for people; what has more lines than the terminal goes through the pager."""
    liked = display(say)
    look = _look(color, liked)
    if answer.live or not _may_page(liked.pager):
        for text in _texts(answer, look):
            sys.stdout.write(text)
            if answer.live:
                sys.stdout.flush()
        return
    whole = "".join(_texts(answer, look))
    if whole.count("\n") < get_terminal_size().lines or not _paged(whole, liked.pager):
        sys.stdout.write(whole)


def _look(color: str | None, liked: Settings) -> _Look:
    """How output looks: what is typed counts most, then what its user set, then the environment."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if color is None:
        coloured = liked.color != NEVER and (coloured or wants_colours(color))
    else:
        coloured = wants_colours(color)
    without = sys.stdout.isatty() and os.environ.get("LC_ALL") in _WITHOUT_LETTERS
    return _Look(coloured, liked.ascii or without or report.lacks_signs(sys.stdout))


def _texts(answer: Answer, look: _Look) -> Iterator[str]:
    """What is shown on stdout; asides are said on the way."""
    for one in answer.view():
        if isinstance(one, Aside):
            sys.stdout.flush()
            say(one.text)
        elif isinstance(one, Verbatim):
            yield f"{text_of(one)}\n"
        elif isinstance(one, str):
            text = text_of(one)
            yield f"{report.in_ascii(text) if look.ascii else text}\n"
        else:
            view = one.view() if isinstance(one, TerminalView) else one
            yield drawn(view, sys.stdout, coloured=look.coloured, ascii=look.ascii)


def _may_page(pager: str) -> bool:
    """Whether a person is there to leave a pager, on a terminal that can be scrolled."""
    there = sys.stdin.isatty() and sys.stdout.isatty()
    return pager != NEVER and there and os.environ.get("TERM") not in (None, "", "dumb")


def _paged(text: str, pager: str) -> bool:
    """Whether a pager showed a text."""
    import shlex  # most answers are short
    import subprocess

    command = _of_git() if pager == AUTO else pager
    if command.strip() in _PLAIN:
        return False
    sys.stdout.flush()
    env = {"LESS": "FRX", "LV": "-c", **os.environ}
    try:
        words = ["sh", "-c", command] if _FOR_A_SHELL & {*command} else shlex.split(command)
        return subprocess.run(words, input=text.encode(), env=env).returncode != 127
    except (OSError, ValueError) as error:
        if command != _USUAL:
            say(f"warning: the pager {command!r} cannot be run: {error}")
        return False


_USUAL = "less"
"""The pager if none is set, which not every machine has."""
_FOR_A_SHELL = {*"|&;<>()$`"}


def _of_git() -> str:
    """The pager that git would use here: of GIT_PAGER, of its configuration, of PAGER, or less."""
    from tkledger.git.process import displayed

    done = displayed(["var", "GIT_PAGER"], os.getcwd(), b"", here=False)
    return done.out.decode(errors="replace").strip() or _USUAL
