"""Bytes to Task and Policy and back: one way to write, one to read, a reason for each rejection.

A file is accepted iff ``dump(parse(bytes)) == bytes``. yaml is loaded only for what is not, to say
what is wrong and to rewrite it; what it thinks never decides. docs/format.md has the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from tkledger.core import flaws, policy_fields, written
from tkledger.core import task as task_file
from tkledger.core.field import WHOLE, FieldError, read
from tkledger.core.layout import FOLDER
from tkledger.core.pattern import pattern
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.task import Task
from tkledger.core.trailers import lines
from tkledger.core.typing import Any, NamedTuple

MAX_BYTES = written.MAX_BYTES

MAX_DEPTH = 4
"""How deep maps and lists may nest: the file itself, ``x``, and two maps in it."""

_FORBIDDEN = pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_MARKER = pattern(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_LFS = "version https://git-lfs.github.com/"
_UNFILTER = f"write into .gitattributes: /{FOLDER}/** -filter, then git add --renormalize {FOLDER}"
_KEY = pattern(rf"({written.WORD}|\"(?:[^\"\\]|\\.)*\"):(?: (.*))?\Z")


_FIELD = re.compile(r"[^ \n-][^\n]*\n(?:[ -][^\n]*\n|\n)*")
"""A line with a key, and those that belong to it."""

_FIELDS_KNOWN, _MOST_KNOWN = 4096, 500
"""So many fields are kept in memory, and the longest that is, in characters."""


class FormError(ValueError):
    """Bytes that are not an acceptable file: which form rule they break, and where.

    ``line`` counts from 1, 0 where it is not known; ``meant`` is what the file says all the same,
    if it can be told: then rewriting it loses nothing; ``remedy`` is one of its own, if it has one.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        line: int = 0,
        key: str = "",
        meant: Any = None,
        remedy: str = "",
    ) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{key + ': ' if key else ''}{message}")
        self.code = code
        self.line = line
        self.key = key
        self.meant = meant
        self.remedy = remedy


# -- writing ---------------------------------------------------------------------------------


def dump_task(task: Task) -> bytes:
    """The one way to write a task."""
    return written.text_of(task).encode()


def dump_policy(policy: Policy) -> bytes:
    """The one way to write a policy: the fields that differ from the defaults, and always the
    version, the format and the law.
    """
    kept = {
        name: value
        for name, value in policy._asdict().items()
        if name in ("version", "format", "law") or value != getattr(DEFAULT, name)
    }
    if policy.proposal is not None:
        inner = dump_policy(policy.proposal.policy).decode()
        kept["proposal"] = {"by": policy.proposal.by, "policy": inner}
    return "".join(written.entries(kept.items())).encode()


# -- reading ---------------------------------------------------------------------------------


class _Kind(NamedTuple):
    """How one kind of file is made of raw values and written."""

    make: Callable[[Mapping[str, Any]], Any]
    dump: Callable[[Any], bytes]


_TASK = _Kind(task_file.task, dump_task)
_POLICY = _Kind(lambda raw: policy_fields.policy(_unfolded(raw)), dump_policy)


def load_task(data: bytes) -> Task:
    """The task that ``data`` is; raises FormError."""
    try:
        return task_file.of_fields(_fields(_decoded(data)))
    except (_NotCanonical, FieldError):
        pass
    raise _why_not(data, _TASK)


def load_policy(data: bytes) -> Policy:
    """The policy that ``data`` is; raises FormError, or TooNew."""
    policy: Policy = _load(data, _POLICY)
    return policy


def _unfolded(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a policy's file, with the policy that is proposed in it read; raises FieldError."""
    held = raw.get("proposal")
    text = held.get("policy") if isinstance(held, Mapping) else None
    if not isinstance(held, Mapping) or not isinstance(text, str):
        return raw
    try:
        return {**raw, "proposal": {**held, "policy": load_policy(text.encode())}}
    except FormError as error:
        raise FieldError("proposal.policy", str(error)) from None


def _load(data: bytes, kind: _Kind) -> Any:
    try:
        value = kind.make(_parsed(_decoded(data)))
        if kind.dump(value) == data:
            return value
    except (_NotCanonical, FieldError):
        pass
    raise _why_not(data, kind)


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise FormError(flaws.TOO_LARGE, f"is larger than {MAX_BYTES} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormError(flaws.UNREADABLE, "is not UTF-8", line=line) from None


class _NotCanonical(Exception):
    """The small parser does not know this form."""


def _fields(text: str) -> dict[str, Any]:
    """The values of a task's file. It is written field by field, so each is proved by itself; most were
    read before, in an earlier version of the file or in another one.
    """
    if not text.endswith("\n"):  # the search below would try each letter of the last line anew
        raise _NotCanonical
    values: dict[str, Any] = {}
    last, end = -1, 0
    for match in _FIELD.finditer(text):
        field = match[0]
        place, value = (_known_field if len(field) <= _MOST_KNOWN else _field)(field)
        if place <= last or match.start() != end:  # out of order, twice, or something in between
            raise _NotCanonical
        values[Task._fields[place]] = value
        last, end = place, match.end()
    if end != len(text):
        raise _NotCanonical
    return values


def _field(text: str) -> tuple[int, Any]:
    """The place and the value of one field in its canonical form."""
    values = read(task_file.FIELDS, _parsed(text))
    if len(values) != 1 or "".join(written.entries(values.items())) != text:
        raise _NotCanonical
    ((name, value),) = values.items()
    return Task._fields.index(name), value


_known_field = lru_cache(maxsize=_FIELDS_KNOWN)(_field)


def _parsed(text: str) -> dict[str, Any]:
    """The raw values of a file in canonical form.

    Accepts somewhat more than that form: the caller proves it by writing the values again.
    """
    if not text.endswith("\n"):
        raise _NotCanonical
    lines = text[:-1].split("\n")
    return _map(lines, 0, "", MAX_DEPTH)[0]


def _map(lines: list[str], at: int, indent: str, depth: int) -> tuple[dict[str, Any], int]:
    if not depth:
        raise _NotCanonical
    values: dict[str, Any] = {}
    width = len(indent)
    while at < len(lines) and lines[at].startswith(indent):
        match = _KEY.match(lines[at], width)
        if match is None:
            raise _NotCanonical
        key, rest = match.groups()
        if key.startswith('"'):
            key = _scalar(key)
        if key in values:
            raise _NotCanonical
        at += 1
        if rest is not None:
            values[key], at = _value(rest, lines, at, indent)
        elif at < len(lines) and lines[at].startswith(indent + "- "):
            values[key], at = _list(lines, at, indent)
        else:
            values[key], at = _map(lines, at, indent + "  ", depth - 1)
    return values, at


def _list(lines: list[str], at: int, indent: str) -> tuple[list[Any], int]:
    items = []
    while at < len(lines) and lines[at].startswith(indent + "- "):
        item, at = _value(lines[at][len(indent) + 2 :], lines, at + 1, indent)
        items.append(item)
    return items, at


def _value(rest: str, lines: list[str], at: int, indent: str) -> tuple[Any, int]:
    if rest != "|":
        return _scalar(rest), at
    begin, margin = at, indent + "  "
    while at < len(lines) and (lines[at].startswith(margin) or not lines[at]):
        at += 1
    width = len(margin)
    return "".join(f"{line[width:]}\n" for line in lines[begin:at]), at


def _scalar(raw: str) -> Any:
    if raw[:1] == '"':
        from json import loads

        try:
            return loads(raw)
        except ValueError:
            raise _NotCanonical from None
    return _plain(raw)


def _plain(raw: str) -> str | int | bool:
    """What an unquoted word means: the least that a reader could take it for."""
    if WHOLE.match(raw):
        return int(raw)
    return raw == "true" if raw in ("true", "false") else raw


def load_settings(data: bytes, make: Callable[[Mapping[str, Any]], Any]) -> Any:
    """What is made of a map that a person wrote, in any order and with comments; raises FormError, with the line.

    What is plain enough for the small parser needs no yaml, which takes longer than all the rest.
    """
    text = _decoded(data)
    kept = [line for line in lines(text) if line.strip() and not line.lstrip().startswith("#")]
    body = "".join(f"{line}\n" for line in kept)
    if not body:
        return make({})
    if "|" not in body:  # a block may hold lines that look like comments
        try:
            values = _parsed(body)
            if "".join(_in_order(values)) == body:
                return make(values)
        except (_NotCanonical, FieldError):
            pass
    return _scanned(text, make, comments=True)


def _in_order(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """The lines of a map whose keys stay in their order."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{written.key_text(key)}:\n"
            yield from _in_order(value, indent + "  ")
        else:
            yield from written.entries([(key, value)], indent)


def _scanned(text: str, make: Callable[[Mapping[str, Any]], Any], *, comments: bool = False) -> Any:
    """What is made of a map that yaml's own scanner reads; raises FormError."""
    from tkledger.files import yaml_errors

    try:
        values, places = yaml_errors.read(text, MAX_DEPTH, _plain, comments=comments)
    except yaml_errors.Unreadable as error:
        raise FormError(flaws.UNREADABLE, error.message, line=error.line) from None
    try:
        return make(values)
    except FieldError as error:
        code = flaws.UNKNOWN_FIELD if error.unknown else flaws.BAD_VALUE
        where = places.get(error.key, 0)
        raise FormError(code, error.message, line=where, key=error.key) from None


# -- saying what is wrong --------------------------------------------------------------------


def _why_not(data: bytes, kind: _Kind) -> FormError:
    """The reason why ``data`` is not accepted, found with yaml's own scanner."""
    text = _decoded(data)
    marker = _MARKER.search(text)
    if marker:
        return FormError(
            flaws.CONFLICT_MARKERS,
            "holds the markers of a merge conflict",
            line=text.count("\n", 0, marker.start()) + 1,
        )
    if text.startswith(_LFS):
        return FormError(
            flaws.UNREADABLE, "is a pointer of Git LFS in place of the file", remedy=_UNFILTER
        )
    hidden = _FORBIDDEN.search(text.replace("\r\n", "\n"))
    if hidden:
        return FormError(
            flaws.UNREADABLE,
            f"holds the character U+{ord(hidden[0]):04X}",
            line=text.count("\n", 0, hidden.start()) + 1,
        )
    try:
        value = _scanned(text, kind.make)
    except FormError as error:
        return error
    canonical = kind.dump(value)
    if len(canonical) > MAX_BYTES:
        return FormError(flaws.TOO_LARGE, f"is larger than {MAX_BYTES} bytes in the form tk writes")
    line = next(
        (n for n, (a, b) in enumerate(zip(data.split(b"\n"), canonical.split(b"\n")), 1) if a != b),
        0,
    )
    return FormError(flaws.NOT_CANONICAL, "is not in the form tk writes", line=line, meant=value)


def reformatted(data: bytes, *, is_policy: bool = False) -> bytes:
    """``data`` in canonical form; raises FormError if its meaning cannot be determined."""
    kind = _POLICY if is_policy else _TASK
    try:
        return kind.dump(_load(data, kind))
    except FormError as error:
        if error.meant is None:
            raise
        return kind.dump(error.meant)
