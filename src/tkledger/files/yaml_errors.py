"""Reads YAML by its events, never by yaml's constructors; the only importer of yaml.

The codec asks about bytes that it does not accept, to say what is wrong with them; the exchange about the files of
other trackers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

from tkledger.core.trailers import lines
from tkledger.core.typing import Any


class Unreadable(Exception):
    """YAML that cannot be read in one way only; ``line`` counts from 1."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read(
    text: str, max_depth: int, plain: Callable[[str], Any], *, comments: bool = False
) -> tuple[dict[str, Any], dict[str, int]]:
    """The map that ``text`` is, and the line of each key by its dotted name.

    ``plain`` says what an unquoted word means. Raises Unreadable for anchors, tags, comments unless they are
    welcome, more than one document, repeated keys, deep nesting and whatever yaml itself cannot scan.
    """
    try:
        parsed = yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        events = _checked(parsed, max_depth)
        events = events if comments else _uncommented(events, text + "\n")
        places: dict[str, int] = {}
        value = _node(next(events), events, plain, places, "")
        for _ in events:
            pass
    except StopIteration:
        raise Unreadable("is empty") from None
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        raise Unreadable(f"is not YAML: {error.problem}", mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"is not YAML: {lines(str(error))[0]}") from None
    if not isinstance(value, dict):
        raise Unreadable("must be a map of fields", 1)
    return value, places


def _checked(events: Iterator[Any], max_depth: int) -> Iterator[Any]:
    """The events of the one document, as long as they are harmless."""
    depth = documents = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1 or event.explicit:
                raise Unreadable("holds '---': one document, without markers", line)
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable("anchors and aliases are not read", line)
        elif getattr(event, "tag", None):
            raise Unreadable("tags are not read", line)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > max_depth:
                raise Unreadable(f"nests deeper than {max_depth} levels", line)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if isinstance(event, (yaml.NodeEvent, yaml.CollectionEndEvent)):
            yield event


def _uncommented(events: Iterator[Any], text: str) -> Iterator[Any]:
    """The events; raises Unreadable for a comment between them: rewriting the file would lose it.

    Without tags and anchors, a ``#`` outside of every scalar begins a comment.
    """
    end = 0
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            begin, following = _span(event)
            is_block = event.style in ("|", ">")  # whose first line may end in a comment
            _refuse_comment(text, end, text.find("\n", begin) if is_block else begin)
            end = following
        yield event
    _refuse_comment(text, end, len(text))


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _refuse_comment(text: str, begin: int, end: int) -> None:
    comment = text.find("#", begin, end)
    if comment >= 0:
        line = text.count("\n", 0, comment) + 1
        raise Unreadable("comments are not kept: put it under 'notes' or 'x'", line)


def _node(
    event: Any,
    events: Iterator[Any],
    plain: Callable[[str], Any],
    places: dict[str, int],
    path: str,
) -> Any:
    """The value that begins with ``event``; the depth is bounded by the check before."""
    if isinstance(event, yaml.ScalarEvent):
        return event.value if event.style else plain(event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, plain, places, path))
        return items
    values: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent):
            raise Unreadable("a key must be a word", line)
        key = event.value
        if key in values:
            raise Unreadable(f"the key {key} is there twice", line)
        name = f"{path}.{key}" if path else key
        places[name] = line
        values[key] = _node(next(events), events, plain, places, name)
    return values
