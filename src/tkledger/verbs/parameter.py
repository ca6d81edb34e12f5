"""What a command is, and an argument or an option of it: its words, its values, how a command line names them."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.core.lifecycle import State
from tkledger.core.typing import Any, NamedTuple


class Parameter(NamedTuple):
    """An argument of a command; if it has words, an option.

    ``kind`` is str, int or float, bool for a switch, and dict for limits, which are text on a command
    line and may be a map in a batch. ``default`` is what it is if it is not given, ``bare`` what an
    option means whose value is left out. A value that is not one of ``choices`` is an error of the
    command line if they have a ``noun``; else the law or the command judges it.

    What people type for a value: ``listed`` are several in one, with commas between them; ``clean``
    takes one to its usual form, and ``means`` has the values of other names.
    """

    name: str
    metavar: str
    help: str
    words: tuple[str, ...] = ()
    kind: type = str
    many: bool = False
    required: bool = False
    default: Any = None
    bare: Any = None
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    noun: str = ""
    is_task: bool = False
    listed: bool = False
    clean: Callable[[str], str] = str
    means: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def meant(self, text: str) -> list[str]:
        """The values that a text of a command line means."""
        parts = [text]
        if self.listed and "," in text:
            parts = [part.strip() for part in text.split(",") if part.strip()]
        means = dict(self.means)
        cleaned = map(self.clean, parts)
        return [value for one in cleaned for value in means.get(one.lower(), (one,))]

    @property
    def label(self) -> str:
        """How an error names it."""
        return self.words[-1] if self.words else self.metavar

    @property
    def usage(self) -> str:
        """How the help writes an argument: ``ID``, ``[ID]``, ``ID...``, ``[ID...]``."""
        word = self.metavar + ("..." if self.many else "")
        return word if self.required else f"[{word}]"


def option(words: str, name: str, metavar: str, help: str, **more: Any) -> Parameter:
    """An option by its words, the shortest first."""
    return Parameter(name, metavar, help, tuple(words.split()), **more)


def switch(words: str, name: str, help: str) -> Parameter:
    """An option without a value."""
    return option(words, name, "", help, kind=bool)


def split(word: str) -> tuple[str, str | None]:
    """An option, and its value if that is in the same word: ``--limit=5``, ``-n5``."""
    if word.startswith("--"):
        name, equals, text = word.partition("=")
        return name, text if equals else None
    return word[:2], word[2:] or None


# -- what people type for values ----


def word(text: str) -> str:
    """``In Progress`` and ``in-progress`` as ``in_progress``."""
    return "_".join(text.lower().replace("-", " ").split())


def joined(text: str) -> str:
    """``needs review`` as ``needs-review``, since a label has no blanks."""
    return "-".join(text.split())


_URGENCIES = ("critical urgent highest", "high h", "medium normal m", "low l", "lowest trivial")
PRIORITY_WORDS = {
    name: (str(number),)
    for number, names in enumerate(_URGENCIES)
    for name in (f"p{number}", *names.split())
}
COLORS = ("auto", "always", "never")
STATE_NAMES = tuple(state.value for state in State)
_ENDED = (State.DONE.value, State.CANCELLED.value)
_OPEN = tuple(name for name in STATE_NAMES if name not in _ENDED)
STATE_WORDS = {
    "open": _OPEN,
    **dict.fromkeys(("closed", "ended"), _ENDED),
    "all": (*_OPEN, *_ENDED),
    **dict.fromkeys(("doing", "wip", "started", "active"), (State.IN_PROGRESS.value,)),
    **dict.fromkeys(("review", "reviewing"), (State.IN_REVIEW.value,)),
    **dict.fromkeys(("to_do", "pending", "new"), (State.TODO.value,)),
    **dict.fromkeys(("complete", "completed", "finished"), (State.DONE.value,)),
    "canceled": (State.CANCELLED.value,),
}
"""What else people call states, and several together."""


class Command(NamedTuple):
    """One command; the name of one within a group of commands has two words.

    ``verb`` is what it proposes, which ``tk batch`` takes too, and ``also`` what it takes there only.
    """

    name: str
    help: str
    takes: tuple[Parameter, ...] = ()
    verb: str = ""
    also: tuple[Parameter, ...] = ()
    group: str = ""
