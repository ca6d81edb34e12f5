"""Which key does what: the one table that the keys, the help and the documentation are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.core.lifecycle import Event
from tkledger.core.typing import NamedTuple


class KeyHelp(NamedTuple):
    """Keys by textual's names, and what the help says of them.

    action: of the screen, or of a pane; empty for what textual does by itself
    shown: the keys as people read them
    """

    keys: str
    action: str
    shown: str
    help: str


class MoveKey(NamedTuple):
    """A verb and its key, and what is asked for before it is carried out: its message.

    required: whether it needs words
    """

    key: str
    verb: str
    asks: str = "a note, if you like"
    required: bool = False


MOVES = (
    MoveKey("s", Event.START.value),
    MoveKey("S", Event.SUBMIT.value),
    MoveKey("d", Event.FINISH.value),
    MoveKey("b", Event.BLOCK.value, "what does it wait for?", required=True),
    MoveKey("r", Event.RESUME.value),
    MoveKey("Q", Event.REQUEUE.value),
    MoveKey("a", Event.APPROVE.value),
    MoveKey("R", Event.REJECT.value, "what is missing?"),
    MoveKey("A", Event.ADMIT.value),
    MoveKey("c", Event.CANCEL.value, "why, if you like"),
    MoveKey("n", "note", "the note", required=True),
)

LOOK = (
    KeyHelp("1", "view('list')", "1", "the list"),
    KeyHelp("2", "view('tree')", "2", "the tree"),
    KeyHelp("3", "view('board')", "3", "the board"),
    KeyHelp("4", "side('detail')", "4", "the selected task"),
    KeyHelp("5", "side('log')", "5", "the log"),
    KeyHelp("l", "scope", "l", "the log of the selected task, or of all"),
    KeyHelp("tab,shift+tab", "", "Tab", "the next pane"),
    KeyHelp("enter", "open", "Enter", "the selected task whole; fold a branch of the tree"),
    KeyHelp("escape", "lead_back", "Esc", "back to the list; no filter; now"),
    KeyHelp("z", "zoom", "z", "this pane alone, or all"),
    KeyHelp("slash", "filter", "/", "filter: words, or options such as --owner me --sort due"),
    KeyHelp("e", "ended", "e", "tasks that have ended, too, or not"),
)
TRAVEL = (
    KeyHelp("left_square_bracket", "step(True)", "[", "the ledger before the last change"),
    KeyHelp("right_square_bracket", "step(False)", "]", "after the next change"),
    KeyHelp("at", "at", "@", "at a revision, a snapshot or a date"),
    KeyHelp("0", "now", "0", "as it is now"),
)
WITHIN = (
    KeyHelp("down,j", "by(1)", "j ↓", "down"),
    KeyHelp("up,k", "by(-1)", "k ↑", "up"),
    KeyHelp("left,h", "sideways(-1)", "h ←", "fold, or the column to the left"),
    KeyHelp("right", "sideways(1)", "→", "unfold, or the column to the right"),
    KeyHelp("ctrl+d,pagedown", "pages(1)", "^D", "a page down"),
    KeyHelp("ctrl+u,pageup", "pages(-1)", "^U", "a page up"),
    KeyHelp("home,g", "go(False)", "g", "to the top"),
    KeyHelp("end,G", "go(True)", "G", "to the end"),
)
CHANGE = (
    KeyHelp("N", "new", "N", "a new task"),
    KeyHelp("u", "undo", "u", "take the newest change back"),
)
OTHERS = (
    KeyHelp("question_mark", "help", "?", "these keys"),
    KeyHelp("q,ctrl+c", "quit", "q", "leave"),
)


def groups() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The keys as the help lists them: what they are for, and each key with what it does."""
    yield "Look", _listed(LOOK)
    yield "In a pane", _listed(WITHIN)
    yield "Move the selected task, if that is legal", [(one.key, one.verb) for one in MOVES]
    yield "Change the ledger", _listed(CHANGE)
    yield "Look at the past, where nothing can be moved", _listed(TRAVEL)
    yield "Else", _listed(OTHERS)


def _listed(some: Iterable[KeyHelp]) -> list[tuple[str, str]]:
    return [(one.shown, one.help) for one in some]
