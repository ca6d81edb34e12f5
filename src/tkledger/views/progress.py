"""A bar on a terminal while something takes long; it does not know what that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tkledger.core.typing import TextIO
from tkledger.views.style import console


@contextmanager
def bar(stream: TextIO) -> Iterator[Callable[[str, float, float | None], None]]:
    """Show how far the current stage is: its name, how much of it is done, of how much.

    The bar is gone at the end of the block; what is to stay is for the caller to say.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(stream), transient=True) as progress:
        line = progress.add_task("asking", total=None)

        def show(stage: str, done: float, most: float | None) -> None:
            progress.update(
                line,
                description=stage,
                completed=int(done),
                total=most and int(most),
                refresh=done == most,  # a short stage would be over before the bar looks again
            )

        yield show
