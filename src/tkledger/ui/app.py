"""What each key does, and what comes of it; how things look is not known here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from textual import events
from textual.widgets import Input

from tkledger.core.change import Refused
from tkledger.core.typing import Any
from tkledger.errors import TkError, unusable
from tkledger.ui.ask import Ask, Help
from tkledger.ui.keys import CHANGE, LOOK, MOVES, OTHERS, TRAVEL, MoveKey
from tkledger.ui.lists import LogPane, TaskList, Tasks, TaskTree
from tkledger.ui.panes import Manner
from tkledger.ui.picture import Asked, Picture
from tkledger.ui.source import Source, words_of
from tkledger.ui.strips import SaidLines
from tkledger.ui.window import WIDE, Window, Work
from tkledger.views.text_layout import safe

Typed = Callable[[str], Mapping[str, Any]]
"""The options that the words of a filter are; raises TkError for other words."""

_ACT = "act"
"""What asks and then does something: one at a time."""


class LedgerApp(Window):
    """A ledger in a terminal, whose tasks are moved by keys."""

    def __init__(self, source: Source, picture: Picture, typed: Typed, manner: Manner) -> None:
        super().__init__(source, picture, manner)
        self._typed = typed
        for key in (*LOOK, *TRAVEL, *CHANGE, *OTHERS):
            if key.action:
                self.bind(key.keys, key.action, show=False)
        for move in MOVES:
            self.bind(move.key, f"move({move.verb!r})", show=False)

    def _act(self, work: Work) -> None:
        """Begin what asks first, unless something is being asked already."""
        self._begin_once(work, _ACT)

    def on_pane_opened(self) -> None:
        """Open what is selected."""
        self.action_open()

    # -- keys: what is shown -------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """What was said is over with the next key."""
        if isinstance(event, events.Key):
            self.query_one(SaidLines).say("")
        await super().on_event(event)

    def action_view(self, name: str) -> None:
        """Show the list, the tree or the board, with the same task selected."""
        key = self.tasks.selected_id()
        self._view = name
        self._arrange()
        self.tasks.find(key)
        self.tasks.focus()
        self._read_task()

    def action_side(self, name: str) -> None:
        """Go to the task whole, or to the log."""
        self._below = name
        for each in ("side", name):
            self.query_one(f"#{each}").remove_class("gone")
        self.query_one(f"#{name}").focus()

    def action_scope(self) -> None:
        """The log of the selected task, or of all."""
        self._log_follows = not self._log_follows
        self._log_of = self.tasks.selected_id() if self._log_follows else None
        self._read_log()

    def action_open(self) -> None:
        """Open the selected task, or the one of the selected entry; fold or unfold a branch."""
        focused = self.focused
        if isinstance(focused, LogPane):
            entry = focused.selected()
            if entry is not None and not self.tasks.find(entry.task):
                self.say(
                    f"{entry.task} is not among what is shown (e: ended tasks; Esc: no filter)"
                )
            elif entry is not None:
                self.tasks.focus()
        elif isinstance(focused, TaskTree) and focused.toggle():
            return
        elif isinstance(focused, Tasks):
            self._zoomed = self.size.width < WIDE
            self.action_side("detail")

    def action_lead_back(self) -> None:
        """Lead back: to all panes, to the list, to no filter, to now."""
        if self.query_one("#filter").has_class("open"):
            self._close_filter()
        elif self._zoomed or not isinstance(self.focused, Tasks):
            self._zoomed = False
            self.tasks.remove_class("gone")
            self.tasks.focus()
            self._arrange()
        elif self.picture.asked.options:
            self._look_at(self._asked._replace(options={}))
        elif not self.picture.is_now:
            self.action_now()

    def action_zoom(self) -> None:
        """One pane alone, or all."""
        self._zoomed = not self._zoomed
        self._arrange()

    def action_ended(self) -> None:
        """Show tasks that have ended, too, or not."""
        self._look_at(self._asked._replace(ended=not self.picture.asked.ended))

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help(self._manner))

    # -- keys: the filter ----------------------------------------------------------------------

    def action_filter(self) -> None:
        """Ask for a filter."""
        line = self.query_one("#filter", Input)
        line.value = self.picture.asked.words
        line.add_class("open")
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show meanwhile what has the words in id, title or owner."""
        if event.input.id != "filter" or not event.input.has_class("open"):
            return
        words = event.value.lower().split()
        is_plain = not any(word.startswith(("-", "@", "'", '"')) for word in words)
        if is_plain and not self.picture.asked.options:
            self.query_one(TaskList).narrow(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Filter by what was typed."""
        if event.input.id != "filter":
            return
        try:
            options = self._typed(event.value)
        except TkError as error:
            self.say(words_of(error), is_bad=True)
            return
        self._close_filter()
        self._look_at(self._asked._replace(options=options))

    def _close_filter(self) -> None:
        self.query_one("#filter").remove_class("open")
        self.query_one(TaskList).narrow(())
        self.tasks.focus()

    # -- keys: the past ------------------------------------------------------------------------

    def action_at(self) -> None:
        """Ask for a revision, a snapshot or a date."""
        self._act(self._gone_to)

    async def _gone_to(self) -> None:
        question = "Look at the ledger as it was. Nothing can be moved there."
        at = await self.push_screen_wait(
            self._question(question, "a revision, a snapshot or a date: yesterday", required=True)
        )
        if at:
            await self._looked(self._asked._replace(at=at))

    def action_step(self, back: bool) -> None:
        """Go one change back, or forth."""
        self._begin(partial(self._stepped, back), "step")

    async def _stepped(self, back: bool) -> None:
        if self.picture.is_now and not back:
            self.say("this is the ledger as it is now")
            return
        found = await self._ask(self._source.step, self.picture.tip, back=back)
        if found is None and back:
            self.say("there is no change before this one")
            return
        await self._looked(self._asked._replace(at=found))

    def action_now(self) -> None:
        """Look at the ledger as it is now."""
        self._look_at(self._asked._replace(at=None))

    # -- keys: moves ---------------------------------------------------------------------------

    def action_move(self, verb: str) -> None:
        """Move the selected task, if that is meant."""
        self._act(partial(self._moved, next(one for one in MOVES if one.verb == verb)))

    async def _moved(self, move: MoveKey) -> None:
        key = self.tasks.selected_id()
        self._require_now()
        if key is None:
            return
        if move.verb != "note":
            found = await self._ask(self._source.prospect, key, move.verb)
            if found is None:
                self.say(f"{key} is gone", is_bad=True)
                return
            if found.hindrances:
                raise Refused(*found.hindrances)
        row = self.picture.overview.task(key)
        title = safe(row.title) if row else ""
        question = f"{move.verb} {key}  {title}"
        asked = self._question(question, move.asks, required=move.required)
        text = await self.push_screen_wait(asked)
        if text is not None:
            await self._carried_out(move.verb, {"id": key, **({"message": text} if text else {})})

    def action_new(self) -> None:
        """Create a task, if that is meant."""
        self._act(self._created)

    async def _created(self) -> None:
        self._require_now()
        title = await self.push_screen_wait(
            self._question("a new task", "its title", required=True)
        )
        if title is not None:
            await self._carried_out("new", {"title": title})

    async def _carried_out(self, verb: str, options: Mapping[str, Any]) -> None:
        """Have a verb carried out, and show what came of it."""
        done = await self._ask(self._source.carry_out, verb, options)
        await self._looked(fresh=frozenset(done.tasks))
        for key in done.tasks:
            self.tasks.find(key)
        self.say("\n".join(done.told))

    def _question(self, question: str, asks: str = "", *, required: bool = False) -> Ask:
        return Ask(question, asks, self._manner, required=required)

    def _require_now(self) -> None:
        if not self.picture.is_now:
            raise unusable("past", "nothing can be moved in the past", "0 leads back to now")

    def action_undo(self) -> None:
        """Take the newest change back, if that is meant."""
        self._act(self._undone)

    async def _undone(self) -> None:
        self._require_now()
        newest = await self._ask(self._source.undoable)
        question = f"take back {newest.commit[:10]}  {safe(newest.words)}"
        if await self.push_screen_wait(self._question(question)) is None:
            return
        told = await self._ask(self._source.undo, newest)
        await self._looked()
        self.say("\n".join(told))


def screen(
    path: str, actor: str | None, options: Mapping[str, Any], typed: Typed, manner: Manner
) -> LedgerApp:
    """The screen of a ledger. Raises what hinders the first look at it."""
    source = Source(path, actor)
    given = {name: value for name, value in options.items() if name not in ("at", "all", "as_json")}
    asked = Asked(options.get("at"), given, ended=bool(options.get("all")))
    return LedgerApp(source, source.look(asked), typed, manner)


def show(shown: LedgerApp) -> None:
    """Show a screen until its user leaves."""
    try:
        shown.run()
    finally:
        shown.end()
