"""The one way to write a task or a policy, as text; docs/format.md has the grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tkledger.core.field import HIDDEN
from tkledger.core.pattern import pattern
from tkledger.core.task import LOGS, Task
from tkledger.core.task_parts import Wait
from tkledger.core.typing import Any

MAX_BYTES = 64 * 1024
"""The most bytes a file under ``.tasks/`` may have."""

RESERVED = 8 * 1024
"""So many bytes of a file are kept for what its end takes."""

_WORDS = frozenset(
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"]
)
_LETTER = "A-Za-z_"
_MARKS = r"0-9./@+,;!?()'&=*%<>~^|\\$\[\]{}\"-"
_PLAIN = pattern(rf"[{_LETTER}/](?:[{_LETTER}{_MARKS}]|:(?=[^ ])|(?<=[^ ])#| (?=[^ ]))*\Z")
_FOREIGN = pattern("[^\x00-\xbf]")
"""Counts as a letter if it is not hidden; in _PLAIN itself it would cost 5 ms at every start."""
_ESCAPED = pattern(f"[{HIDDEN}]")

WORD = r"[A-Za-z_][A-Za-z0-9_.@+-]*"
"""A key that needs no quotes."""

_PLAIN_KEY = pattern(rf"{WORD}\Z")


def text_of(task: Task) -> str:
    """The text of a task's file."""
    return "".join(entries(zip(Task._fields, task)))


def entries(items: Iterable[tuple[str, Any]], indent: str = "") -> Iterator[str]:
    """The lines of a map, by parts that belong together; what is empty is left out."""
    for key, value in items:
        if value is None:
            continue
        if isinstance(value, str):
            yield f"{indent}{key_text(key)}:{_text(value, indent)}"
        elif isinstance(value, bool):
            yield f"{indent}{key_text(key)}: {'true' if value else 'false'}\n"
        elif isinstance(value, int):
            yield f"{indent}{key_text(key)}: {value}\n"
        elif type(value) in (tuple, list):
            if value:
                yield f"{indent}{key_text(key)}:\n"
                yield from [f"{indent}-{entry(item, indent)}" for item in value]
        elif not isinstance(value, tuple) or tuple.count(value, None) < len(value):
            inner = value._asdict() if hasattr(value, "_asdict") else value
            body = "".join(entries(sorted(inner.items()), indent + "  "))
            if body:
                yield f"{indent}{key_text(key)}:\n{body}"


@lru_cache(maxsize=256)
def key_text(key: str) -> str:
    """A key as a file has it."""
    return key if _PLAIN_KEY.match(key) and not _reserved(key) else quoted(key)


def entry(value: Any, indent: str = "") -> str:
    """An entry of a list, behind its dash."""
    if isinstance(value, bool):
        return " true\n" if value else " false\n"
    return f" {value}\n" if isinstance(value, int) else _text(value, indent)


def _text(value: str, indent: str) -> str:
    if "\n" not in value:
        return f" {value}\n" if _is_plain(value) else f" {quoted(value)}\n"
    if not _is_block(value):
        return f" {quoted(value)}\n"
    lines = (f"{indent}  {line}\n" if line else "\n" for line in value[:-1].split("\n"))
    return " |\n" + "".join(lines)


def _is_plain(value: str) -> bool:
    if not value.isascii():
        if _ESCAPED.search(value):
            return False
        value = _FOREIGN.sub("a", value)
    return _PLAIN.match(value) is not None and not _reserved(value)


def _reserved(value: str) -> bool:
    return value.lower() in _WORDS


def _is_block(value: str) -> bool:
    """Whether text of several lines can be written unquoted: nothing hidden in it, a newline at its end, a last
    line with more than blanks, and a first line that begins with no blank (YAML takes its
    indentation from there).
    """
    lines = value.split("\n")
    return (
        lines[-1] == ""
        and lines[-2].strip(" ") != ""
        and value[0] not in " \n"
        and not any(map(_ESCAPED.search, lines))
    )


def quoted(value: str) -> str:
    """A JSON string, with everything that cannot be seen escaped."""
    from json.encoder import encode_basestring  # five modules, and most text is plain

    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", encode_basestring(value))


def is_small(task: Task) -> bool:
    """Whether a task's file and lists have room for certain, which is seen without writing the file."""
    texts = [task.title, task.description, task.owner, task.creator, *task.admission]
    texts += [*_said(task.wait), *task.error, *task.labels, *task.depends_on, *task.links]
    spec = task.spec
    texts += [*spec.inputs, *spec.paths, spec.constraints, spec.goal, spec.model, spec.output]
    texts += [*task.concerns, *task.criteria]  # and once more, since they may be open
    for name in LOGS:
        texts += getattr(task, name)
    if len(texts) > _FEW:
        return False
    text = "".join(filter(None, texts))
    most = len(text) * (2 if text.isascii() else 6)
    most += 12 * len(repr(task.x)) if task.x else 0
    return most + _AROUND * len(texts) + _REST < MAX_BYTES - RESERVED


def _said(wait: Wait) -> list[str | None]:
    """The texts of a wait, and of the earlier one that it keeps."""
    if wait.earlier is None:
        return [*wait[:4], *wait.tasks, wait.prompt, *wait.choices, wait.by, wait.set_by]
    return [*_said(wait._replace(earlier=None)), *_said(wait.earlier)]


_FEW = 100
"""No list may have fewer."""

_AROUND, _REST = 32, 10_000
"""More than the bytes around each text, and than those of all other fields. A character of the text takes two
at most if it is of ASCII, with what its line is moved in, else six, if it is escaped.
"""
