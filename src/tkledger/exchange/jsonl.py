"""Tasks of another ledger of tk, out of the lines that ``tk export`` writes: nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.field import FieldError
from tkledger.core.task import task
from tkledger.exchange.foreign import BadSource, Foreign, leaves
from tkledger.exchange.sources import json_lines


def read(path: Path) -> Iterator[Foreign]:
    """The tasks in a file, one JSON object a line; raises BadSource for what is not a task of tk's."""
    for where, values in json_lines(path):
        try:
            found = task(values)
        except FieldError as error:
            raise BadSource(where, f"it is not a task of tk: {error}") from None
        yield Foreign(
            *(found.id, found.title, found.state),
            parent=found.parent,
            depends_on=found.depends_on,
            fields={"origin": found.origin, "reopens": found.reopens},
            task=found,
            read=leaves(values),
        )
