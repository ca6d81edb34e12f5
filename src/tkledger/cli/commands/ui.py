"""``tk ui``: the ledger in a terminal, until its user leaves."""

from __future__ import annotations

import gc
import os
import shlex
import sys
from collections.abc import Mapping

from tkledger.cli import parser
from tkledger.cli.answer import Answer, say, wants_colours
from tkledger.cli.settings import NEVER, display, filter_words
from tkledger.core.typing import Any
from tkledger.errors import unusable, usage_error


def ui(
    actor: str | None = None, path: str = ".", color: str | None = None, **options: Any
) -> Answer:
    """Show the ledger in a terminal, and carry out what its user asks for by keys."""
    try:
        from tkledger.ui.app import screen, show
        from tkledger.ui.panes import Manner
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "textual":
            raise
        raise unusable(
            "no-textual",
            "the package for terminals is not installed",
            "pip install 'tkledger[tui]'",
        ) from None
    if not all(one.isatty() for one in (sys.stdin, sys.stdout, sys.stderr)):
        raise unusable("no-terminal", "tk ui needs a terminal", "tk list")
    liked = display(say)
    coloured = liked.color != NEVER if color is None else wants_colours(color)
    if color is not None and coloured:  # it counts more than the environment, which textual asks
        os.environ.pop("NO_COLOR", None)
    manner = Manner(coloured=coloured, ascii=liked.ascii)
    made = screen(path, actor, options, typed, manner)
    gc.enable()  # which commands that end soon do without
    gc.freeze()  # what is loaded stays: to go through it again takes longer than an answer to a key may
    show(made)
    return Answer(lambda: None, lambda: ())


def typed(text: str) -> Mapping[str, Any]:
    """The options that a filter is typed with. Raises TkError for words that do not choose tasks."""
    try:
        call = parser.parse(["ui", *shlex.split(text)], filter_words)
    except ValueError as error:
        raise usage_error("usage", f"the filter: {error}", "close the quotation") from None
    values = dict(call.values) if call else {}
    if call is None or not values.keys().isdisjoint(_FIXED):
        raise usage_error(
            "usage", "the filter takes words and options that choose tasks", "tk ui --help"
        )
    return values


_FIXED = ("actor", "path", "as_json", "at", "all", "color")
"""The options that do not filter: actor and path were given at the start, the others have keys of their own."""
