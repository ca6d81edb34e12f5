"""Some fields of tasks, for who asks for no others: as values and as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from tkledger.core.overview import picked
from tkledger.core.task import FIELDS
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.errors import usage_error

if TYPE_CHECKING:
    from tkledger.api.overview import Shown

NAMES = tuple(field.name for field in FIELDS)

_IN_ROWS = ("id", "title", "state", "owner", "labels", "parent", "depends_on", "stream", "due")
"""The fields that rows have as the file has them; of others they have what is in force without one."""


def require(asked: Collection[str], known: Sequence[str] = NAMES) -> None:
    """Raise TkError, USAGE, if there is no field of such a name."""
    for name in asked:
        if name not in known:
            fact = f"no such field: {name!r}"
            raise usage_error("no-such-field", fact, f"some of {','.join(known)}")


def values_of(ledger: Shown, places: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
    """These fields of the tasks at these places, by the names in the file; what a task does not have is absent.
    Files are read only for what their rows do not say.
    """
    if {*fields} <= {*_IN_ROWS}:
        columns = [picked(ledger.overview.column(name), places) for name in fields]
        return [_there(dict(zip(fields, row))) for row in zip(*columns)]
    from tkledger.api.texts import texts_of

    return [some(json.loads(text), fields) for text in texts_of(ledger, places)]


def some(values: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """These of the values, in the order in which they are asked for."""
    return {name: values[name] for name in fields if name in values}


def _there(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", ())}


def texts_of_fields(ledger: Shown, places: Sequence[int], fields: Sequence[str]) -> list[str]:
    """The same as JSON."""
    return [json.dumps(one, ensure_ascii=False) for one in values_of(ledger, places, fields)]
