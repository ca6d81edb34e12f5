"""The screen: its panes, how they are laid out, and what they show; what keys do is not known here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.worker import Worker

from tkledger.api.events import PAUSE
from tkledger.core.events import LedgerEvent
from tkledger.core.typing import Any, TypeVar
from tkledger.ui.ask import TypedLine
from tkledger.ui.board import Board
from tkledger.ui.lists import LogPane, TaskList, Tasks, TaskTree
from tkledger.ui.panes import Manner, TextPane
from tkledger.ui.picture import Asked, Card, Picture
from tkledger.ui.source import Source, words_of
from tkledger.ui.strips import KeyLine, SaidLines, StatusLine
from tkledger.views.text_layout import Lines, safe

Result = TypeVar("Result")
Work = Callable[[], Coroutine[None, None, None]]

WIDE, HIGH = 110, 18
"""From so many cells on panes are side by side, and from so many lines on one is below the other."""

_REST = 0.05
"""Seconds that a task is selected before it is read."""

_KEPT = 64
"""How many tasks that were read are kept."""


class Window(App[None]):
    """A ledger in a terminal, to look at; it follows what others do."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; layout: vertical; }
    ModalScreen { background: transparent; }
    #body { layout: vertical; height: 1fr; }
    #side { layout: vertical; height: 1fr; width: 1fr; }
    .wide #body { layout: horizontal; }
    .wide #side { border-left: solid ansi_default; }
    .ascii.wide #side { border-left: ascii ansi_default; }
    .wide #log { height: 2fr; }
    .wide #detail { height: 3fr; }
    .wide.board #body { layout: vertical; }
    .wide.board #side, .ascii.wide.board #side { layout: horizontal; border-left: none; }
    .wide.board #detail, .wide.board #log { height: 1fr; }
    .gone { display: none; }
    #filter { display: none; height: 1; }
    #filter.open { display: block; }
    """

    def __init__(self, source: Source, picture: Picture, manner: Manner) -> None:
        super().__init__(ansi_color=True)
        self.picture = picture
        self._asked = picture.asked
        """What is to be looked at; it is shown when it has been read."""
        self._source, self._manner = source, manner
        self._thread = ThreadPoolExecutor(1)
        self._cards: dict[tuple[str, str | None], Card | None] = {}
        self._view, self._below = "list", "detail"
        self._zoomed = False
        self._log_of: str | None = None
        self._log_follows = False

    def compose(self) -> ComposeResult:
        """The panes."""
        yield StatusLine("status", self._manner)
        with Container(id="body"):
            yield TaskList("list", self._manner, self.picture)
            yield TaskTree("tree", self._manner, self.picture)
            yield Board("board", self._manner, self.picture)
            with Container(id="side"):
                yield TextPane("detail", self._manner)
                yield LogPane("log", self._manner)
        yield SaidLines("said", self._manner)
        yield TypedLine(id="filter", placeholder="words, or --owner me --state open --sort due")
        yield KeyLine("keys", self._manner)

    def on_mount(self) -> None:
        """Show what there is, and begin to watch."""
        self.screen.set_class(self._manner.ascii, "ascii")
        self.query_one("#list").focus()
        self._arrange()
        self._read_around()  # the panes were made with the picture
        self.set_interval(PAUSE, self._watch)

    # -- the thread of the ledger --------------------------------------------------------------

    async def _ask(self, work: Callable[..., Result], *words: Any, **more: Any) -> Result:
        """What the ledger's thread answers."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(work, *words, **more))

    def _begin_once(self, work: Work, group: str) -> None:
        """Begin it unless such work is being done."""
        if not any(one.group == group and not one.is_finished for one in self.workers):
            self._begin(work, group)

    def _begin(self, work: Work, group: str) -> None:
        """Begin what takes a while; what it replaces is given up."""
        run: Work = partial(self._told, work)
        _: Worker[None] = self.run_worker(run, group=group, exclusive=True)

    async def _told(self, work: Work) -> None:
        """Do it, and say what hindered it."""
        try:
            await work()
        except Exception as error:  # the screen goes on, whatever it is
            self.say(words_of(error), is_bad=True)

    def end(self) -> None:
        """Wait for what is being written, and let go of git."""
        self._thread.shutdown(cancel_futures=True)
        self._source.close()

    # -- what is shown -------------------------------------------------------------------------

    @property
    def tasks(self) -> Tasks:
        """The pane that tasks are selected in."""
        return self.query_one(f"#{self._view}", Tasks)

    @property
    def card(self) -> Card | None:
        """The selected task whole, if it has been read."""
        return self._cards.get((self.tasks.selected_id() or "", self.picture.asked.at))

    def say(self, text: str, *, is_bad: bool = False) -> None:
        """Say something above the last line, until the next key."""
        self.query_one(SaidLines).say(text, is_bad=is_bad)

    def _show(self, picture: Picture, fresh: frozenset[str] = frozenset()) -> None:
        """Show another picture; what is fresh in it stands out."""
        self.picture = picture
        self._cards.clear()
        for pane in self.query(Tasks):
            pane.fresh = fresh
            pane.take(picture)
        self._read_around()

    def _read_around(self) -> None:
        """Show where the picture is of, and read what is shown beside its tasks."""
        self.query_one(StatusLine).show(self.picture)
        if self._log_follows:
            self._log_of = None  # so that the task's is read again, too
        else:
            self._read_log()
        self._read_task(at_once=True)

    def _arrange(self) -> None:
        """Lay the panes out for the size that there is."""
        wide = self.size.width >= WIDE
        self.set_class(wide, "wide")
        self.screen.set_class(wide, "wide")
        self.screen.set_class(self._view == "board", "board")
        focused = self.focused.id if self.focused and self.focused.id else self._view
        alone = self._zoomed or self.size.height < HIGH
        in_side = focused in ("detail", "log")
        for name in ("list", "tree", "board"):
            hidden = name != self._view or (alone and in_side)
            self.query_one(f"#{name}").set_class(hidden, "gone")
        self.query_one("#side").set_class(alone and not in_side, "gone")
        both = wide and not alone
        for name in ("detail", "log"):
            self.query_one(f"#{name}").set_class(not both and name != self._below, "gone")

    def on_resize(self, event: events.Resize) -> None:
        """Lay the panes out anew."""
        self._arrange()

    def on_descendant_focus(self) -> None:
        """Show the pane that the keys go to."""
        name = self.focused.id if self.focused else None
        if name in ("detail", "log"):
            self._below = name
        self._arrange()

    def on_pane_selected(self) -> None:
        """Read the task that is selected now, once it stays so."""
        self._read_task()

    def _read_task(self, *, at_once: bool = False) -> None:
        self.query_one(KeyLine).show(self.card, self.picture)
        self._begin(partial(self._task_read, 0 if at_once else _REST), "card")

    async def _task_read(self, rest: float) -> None:
        await asyncio.sleep(rest)
        key, at = self.tasks.selected_id(), self.picture.asked.at
        detail = self.query_one("#detail", TextPane)
        if key is None:
            detail.show(Lines(lambda frame: ()), "no task", from_top=True)
            return
        if (key, at) not in self._cards:
            found = await self._ask(self._source.card, key, at)
            while len(self._cards) >= _KEPT:
                del self._cards[next(iter(self._cards))]
            self._cards[key, at] = found
        card = self._cards[key, at]
        is_same = detail.heading() == key
        detail.show(card.view if card else Lines(_gone), key, from_top=not is_same)
        self.query_one(KeyLine).show(card, self.picture)
        if self._log_follows and self._log_of != key:
            self._log_of = key
            await self._log_read()

    def _read_log(self) -> None:
        self._begin(self._log_read, "log")

    async def _log_read(self) -> None:
        found = await self._ask(self._source.log, self._log_of, self.picture.asked.at)
        self.query_one(LogPane).show(found, f"log · {self._log_of or 'all'}")

    # -- what others do ------------------------------------------------------------------------

    def _watch(self) -> None:
        if self._source.may_have_news():
            self._begin_once(
                self._followed, "news"
            )  # what it has learnt would be lost if it were given up

    async def _followed(self) -> None:
        """Show what has changed, if anything has."""
        happened = await self._ask(self._source.news)
        if happened is None:
            return
        if self.picture.is_now:
            await self._looked(fresh=frozenset(one.task for one in happened))
        if happened:
            self.say(_words(happened))

    async def _looked(
        self, asked: Asked | None = None, fresh: frozenset[str] = frozenset()
    ) -> None:
        """Look at something else, or once more at what is looked at; the last one to be asked for is shown."""
        wanted = self._asked = asked or self._asked
        try:
            found = await self._ask(self._source.look, wanted)
        except Exception:
            if self._asked is wanted:
                self._asked = self.picture.asked
            raise
        if self._asked is wanted:
            self._show(found, fresh)

    def _look_at(self, asked: Asked) -> None:
        self._asked = asked
        self._begin(partial(self._looked, asked), "look")


def _gone(frame: object) -> list[list[tuple[str, str]]]:
    return [[("this task cannot be read, or is not there", "dim")]]


def _words(happened: Sequence[LedgerEvent]) -> str:
    """What others did, in a line."""
    moves = [one for one in happened if not one.is_of_claim] or happened
    last = moves[-1]
    more = f", and {len(moves) - 1:,} more" if len(moves) > 1 else ""
    return f"{safe(last.actor)}: {last.event} {last.task}{more}"
