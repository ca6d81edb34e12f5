"""Templates of new tasks: the options of ``tk new`` that their user set under a name."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.cli.settings import path, template
from tkledger.core.typing import Any
from tkledger.errors import unusable
from tkledger.verbs.operations import operation

TITLE = "{title}"
"""The placeholder of the title in the title of a template; all else of it is text."""


def filled(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a template with those that are given: of one that may be repeated both, of any other what is
    given. Raises TkError if there is no such template, or it cannot be used.
    """
    try:
        _, kept = operation({**template(name), "op": "new"})
        title = kept.get("title", TITLE)
        if TITLE not in title:
            raise ValueError(f"title must hold {TITLE}")
    except ValueError as error:
        fact = f"{path()}: templates.{name}: {error}"
        raise unusable("bad-settings", fact, "tk new --help") from None
    found = {key: value for key, value in given.items() if value is not None}
    lists = {
        key: [*_items(value), *found[key]]
        for key, value in kept.items()
        if isinstance(found.get(key), list)
    }
    whole = title.replace(TITLE, found["title"]) if found["title"] else ""
    return {**kept, **found, **lists, "title": whole}


def _items(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
