"""The screen of `tk ui`, driven by keys in this process: what is on it once all that the keys began is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from rich.segment import Segment
from textual.pilot import Pilot
from textual.strip import Strip

from tests.support.project import Project
from tkledger.cli.commands.ui import typed
from tkledger.ui.app import LedgerApp, screen
from tkledger.ui.panes import Manner

PATIENCE = 60.0
"""Seconds after which what is waited for does not come."""


class Driver:
    """Presses keys, and reads the screen."""

    def __init__(self, app: LedgerApp, pilot: Pilot[None]) -> None:
        self.app = app
        self._pilot = pilot

    async def press(self, *keys: str) -> str:
        """The screen once what these keys began is done, or asks something."""
        for key in keys:
            await self._pilot.press(key)
            await self.settled()
        return self.text

    async def type(self, words: str) -> str:
        """Type words, and leave them so."""
        await self._pilot.press(*("space" if letter == " " else letter for letter in words))
        return await self.press()

    async def settled(self) -> None:
        """Wait until nothing is being read or written."""
        await self._pilot.pause()
        await self.until(lambda: not self._busy())

    def _busy(self) -> bool:
        asking = len(self.app.screen_stack) > 1
        at_work = [one for one in self.app.workers if not one.is_finished]
        return any(not (asking and one.group == "act") for one in at_work)

    async def until(self, holds: Callable[[], bool]) -> str:
        """The screen once something holds, which has to come."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, self.text
            await self._pilot.pause(0.01)
        await self._pilot.pause()
        return self.text

    async def resize(self, width: int, height: int) -> str:
        """The screen in another size."""
        await self._pilot.resize_terminal(width, height)
        await self.settled()
        return self.text

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def outline(self) -> str:
        """The same, of the task whole only its title: the card has tests of its own."""
        pane = self.app.query_one("#detail").region
        strips = self.app.screen._compositor.render_strips()
        for y in (pane.y, *range(pane.y + 2, pane.bottom)):
            blank = Strip([Segment(("~" if y == pane.y else " ") * pane.width)])
            strips[y] = Strip.join((strips[y].crop(0, pane.x), blank, strips[y].crop(pane.right)))
        return "\n".join(strip.text.rstrip() for strip in strips)

    def line(self, words: str) -> str:
        """The first line that has some words."""
        return next(line for line in self.text.split("\n") if words in line)


MANNER = Manner()
Script = Callable[[Driver], Awaitable[None]]


def drive(
    project: Project,
    script: Script,
    words: str = "",
    *,
    size: tuple[int, int] = (120, 30),
    actor: str | None = "ada",
    manner: Manner = MANNER,
    at: str | None = None,
) -> None:
    """Open the screen of a ledger, and do with it what a script says."""
    options = {**typed(words), **({"at": at} if at else {})}

    async def go() -> None:
        app = screen(str(project.path), actor, options, typed, manner)
        try:
            async with app.run_test(size=size) as pilot:
                driver = Driver(app, pilot)
                await driver.settled()
                await script(driver)
        finally:
            app.end()

    asyncio.run(go())
