"""Words in a line of a list: as they are, or as JSON strings; what a line is about is not known here."""

from __future__ import annotations

from tkledger.core.pattern import pattern

_PLAIN = pattern(r"[!#-\[\]-~]+\Z")
"""A name that is written as it is: printable ASCII without blanks, quotes and backslashes."""

TEXT = r'"(?:[^"\\]|\\.)+"'
ACTOR = rf"{TEXT}|[^\s\"]\S*"
"""A text in quotes, and a name, as regular expressions; `meant` says whether they are right."""


def quoted(text: str) -> str:
    """A text in quotes."""
    import json  # many lines have none

    return json.dumps(text, ensure_ascii=False)


def word(name: str) -> str:
    """A name in the one form that a line has it in."""
    return name if _PLAIN.match(name) else quoted(name)


def meant(text: str) -> str:
    """What a name, or a text in quotes, says. Raises ValueError if that is not a JSON string."""
    if not text.startswith('"'):
        return text
    import json

    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError(f"{text} is not a JSON string") from None
    return str(found)
