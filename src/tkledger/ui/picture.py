"""What the screen shows of a ledger, as values that never change; they are made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from tkledger.core.overview import Chosen, Overview
from tkledger.core.task import Task
from tkledger.core.typing import Any, NamedTuple
from tkledger.verbs.filters import FILTERS, SORT
from tkledger.views.text_layout import Lines
from tkledger.views.tree_shape import TreeLine


class Asked(NamedTuple):
    """What is to be looked at.

    at: a revision, a snapshot or a date; None for now
    options: words and filters, by the names of the command's options
    ended: whether tasks that have ended are shown, too
    """

    at: str | None = None
    options: Mapping[str, Any] = {}
    ended: bool = False

    @property
    def filters(self) -> Mapping[str, Any]:
        """The filters as views take them, to which bare words belong."""
        words = self.options.get("words", [])
        return {**self.options, "grep": [*self.options.get("grep", []), *words]}

    @property
    def words(self) -> str:
        """The filters as they are typed."""
        found = [quote(word) for word in self.options.get("words", [])]
        for one in (*FILTERS, SORT):
            value = self.options.get(one.name)
            for each in value if isinstance(value, list) else [value] if value else []:
                found.append(one.words[-1])
                found += [] if one.kind is bool else [quote(str(each))]
        return " ".join(found)


class Picture(NamedTuple):
    """A ledger as it is looked at.

    tip: the commit that it is of; moment: what there is to say of this, if it is not now
    branch, actor: where it is, and who acts; actor is empty if git does not know
    listed, tree, stacks: the list, the lines of the tree, and the places of the board's tasks by state
    wholes: of how many each state of the board is, without filters
    """

    asked: Asked
    tip: str
    moment: str
    branch: str
    actor: str
    overview: Overview
    listed: Chosen
    tree: Sequence[TreeLine]
    stacks: Mapping[str, Sequence[int]]
    wholes: Mapping[str, int]

    @property
    def is_now(self) -> bool:
        """Whether it is the ledger as it is now, so that tasks can be moved."""
        return self.asked.at is None

    @property
    def noun(self) -> str:
        """What the tasks are that are counted."""
        return "tasks" if self.asked.ended or self.asked.options.get("state") else "open"


class Card(NamedTuple):
    """A task whole: the view of it, and the verbs that are legal now."""

    task: Task
    view: Lines
    legal: Sequence[str]
