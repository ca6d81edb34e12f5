"""Judges the history of a ledger once more: ``python stress/verify_elsewhere.py REPO [REV]``.

Written from docs/ alone, with Python's standard library and git: it shares no line with tk, so what
both say is what the words say. Prints a line for each commit that breaks a rule, and exits 1 if any
does. What was used is not counted: TK4xx is not asked. A file outside of the documented grammar is
told as "TK1xx": whether that is TK101, TK103, TK104 or TK108, a reader of all YAML has to tell.
"""
# One blank line between functions: it is to be read in one go.
# fmt: off

from __future__ import annotations

import heapq
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

FOLDER, POLICY = ".tasks", ".tasks/config.yaml"
GREATEST = 2**53 - 1
NEWEST = {"format": 2, "law": 2}
DEFAULT: dict[str, Any] = {"version": 1, **NEWEST}

# -- objects ---------------------------------------------------------------------------------

class Commit(NamedTuple):
    """One commit object; ``place`` is its place in an order that has parents before children."""

    oid: str
    place: int
    parents: tuple[str, ...]
    tree: str
    email: str
    message: str

    def said(self, name: str, blanks: str | None = None) -> list[str]:
        """What lines of a name in the message say; indented ones too, if ``blanks`` are given."""
        lines = (line.strip(blanks) if blanks else line for line in self.message.split("\n"))
        rows = (line.partition(": ") for line in lines)
        return [value.strip(blanks) for key, colon, value in rows if colon and key == name]

    @property
    def who(self) -> str:
        """Who made it, by the name in it."""
        return [self.email, *filter(None, self.said("Tk-Actor")[-1:])][-1]

class Objects:
    """The objects of a repository, through one ``git cat-file``."""

    def __init__(self, path: str) -> None:
        self._command = ["git", "--no-replace-objects", "-C", path]
        command = [*self._command, "cat-file", "--batch"]
        self._reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def git(self, *args: str) -> str:
        """What a command of git prints."""
        done = subprocess.run([*self._command, *args], capture_output=True, check=True)
        return done.stdout.decode(errors="surrogateescape")

    def close(self) -> None:
        """End git."""
        self._reader.communicate()

    @cache  # noqa: B019  (it lives as long as the program)
    def read(self, oid: str) -> bytes:
        """The content of an object."""
        assert self._reader.stdin
        assert self._reader.stdout
        self._reader.stdin.write(oid.encode() + b"\n")
        self._reader.stdin.flush()
        head = self._reader.stdout.readline().split()
        if len(head) != 3:
            raise SystemExit(f"{oid} is not here")
        return self._reader.stdout.read(int(head[2]) + 1)[:-1]

    def tree(self, oid: str) -> list[tuple[str, str, str]]:
        """The mode, name and object of each entry of a tree, with the modes as git takes them."""
        data, at, found = self.read(oid), 0, []
        while at < len(data):
            blank, end = data.index(b" ", at), data.index(b"\0", at)
            mode = int(data[at:blank], 8)
            if mode & 0o170000 == 0o100000:
                mode = 0o100755 if mode & 0o100 else 0o100644
            name = data[blank + 1 : end].decode(errors="surrogateescape")
            at = end + 1 + len(oid) // 2
            found.append((f"{mode:06o}", name, data[end + 1 : at].hex()))
        return found

    def commits(self, *revisions: str) -> dict[str, Commit]:
        """All history up to some revisions, parents before children."""
        found = dict[str, Commit]()
        for oid in self.git("rev-list", "--topo-order", "--reverse", *revisions, "--").split():
            head, _, words = self.read(oid).decode(errors="surrogateescape").partition("\n\n")
            rows = [line.partition(" ")[::2] for line in head.split("\n")]
            parents = tuple(value for key, value in rows if key == "parent")
            one = dict(reversed(rows))
            email = one.get("author", "").rpartition("> ")[0].partition("<")[2]
            found[oid] = Commit(oid, len(found), parents, one["tree"], email, words)
        return found

# -- files: docs/format.md -------------------------------------------------------------------

_HIDDEN = re.compile(
    "[\0-\x1f\x7f-\xa0\xad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FIRST = "A-Za-z_/\u00c0-\U0010ffff"
_MARKS = r"0-9.@+,;!?()'&=*%<>~^|\\$\[\]{}\"-"
_PLAIN = re.compile(rf"[{_FIRST}](?:[{_FIRST}{_MARKS}]|:(?=[^ ])|(?<! )#| (?=[^ ]))*")
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"}
_WORD = "[A-Za-z_][A-Za-z0-9_.@+-]*"
_ENTRY = re.compile(rf'( *)({_WORD}|"(?:[^"\\]|\\.)*"):(?: (.*))?')
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)

class Bad(Exception):
    """A file that cannot be taken; the code that says why."""

class Flag(NamedTuple):  # noqa: D101
    value: bool

"""True or false in a file: to Python ``True`` would be 1."""

def _is_plain(text: str) -> bool:
    is_plain = _PLAIN.fullmatch(text) and not _HIDDEN.search(text)
    return bool(is_plain) and text.lower() not in _RESERVED

def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return '"' + _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + '"'

def _scalar(text: str, indent: str) -> str:
    lines = text.split("\n")
    is_block = lines[1:] and not lines[-1] and lines[-2].strip(" ") and text[0] not in " \n"
    if not is_block or any(map(_HIDDEN.search, lines)):
        return f" {text if _is_plain(text) else _quoted(text)}\n"
    return " |\n" + "".join(f"{indent}  {line}\n" if line else "\n" for line in lines[:-1])

def _value(value: Any, indent: str) -> str:  # What comes after a key's colon, or an item's dash
    if isinstance(value, Flag):
        return f" {str(value.value).lower()}\n"
    if isinstance(value, str):
        return _scalar(value, indent)
    if isinstance(value, dict):
        return "\n" + dumped(value, indent + "  ")
    if isinstance(value, list):
        return "\n" + "".join(f"{indent}-{_value(one, indent)}" for one in value)
    return f" {value}\n"

def dumped(values: dict[str, Any], indent: str = "", order: Iterable[str] = ()) -> str:
    """A map in the canonical form."""
    text = ""
    for key in order or sorted(values):
        if key in values:
            is_word = re.fullmatch(_WORD, key) and key.lower() not in _RESERVED
            text += f"{indent}{key if is_word else _quoted(key)}:{_value(values[key], indent)}"
    return text

class Reader:
    """Reads what the grammar describes, without asking whether each value has its one form."""

    def __init__(self, text: str) -> None:
        self._lines, self._at = text.split("\n"), 0
        if self._lines.pop():
            self._fail()

    def file(self) -> dict[str, Any]:
        """All of it."""
        values = self._map("", 1)
        return values if self._at == len(self._lines) else self._fail()

    def _fail(self) -> Any:
        raise Bad("TK1xx")

    def _map(self, indent: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while self._at < len(self._lines):
            found = _ENTRY.fullmatch(self._lines[self._at])
            if not found or found[1] != indent:
                break
            key = self._word(found[2])
            if key in values or depth > 4:
                self._fail()
            self._at += 1
            values[key] = self._after(found[3], indent, depth)
        return values or self._fail()

    def _after(self, rest: str | None, indent: str, depth: int) -> Any:
        if rest is not None:
            return self._block(indent + "  ") if rest == "|" else self._word(rest)
        items = []
        while self._at < len(self._lines) and self._lines[self._at].startswith(indent + "- "):
            self._at += 1
            items.append(self._after(self._lines[self._at - 1][len(indent) + 2 :], indent, depth))
        return items or self._map(indent + "  ", depth + 1)

    def _block(self, indent: str) -> str:
        start = self._at
        while self._at < len(self._lines):
            if self._lines[self._at] and not self._lines[self._at].startswith(indent):
                break
            self._at += 1
        lines = [line[len(indent) :] + "\n" for line in self._lines[start : self._at]]
        return "".join(lines) or self._fail()

    def _word(self, text: str) -> Any:
        if re.fullmatch(r"0|-?[1-9][0-9]{0,15}", text):
            return int(text)
        if text in ("true", "false"):
            return Flag(text == "true")
        if text[:1] == '"':
            try:
                return json.loads(text)
            except ValueError:
                self._fail()
        return text if _is_plain(text) else self._fail()

# -- values: a kind is a pattern of one line, a range, some words, a list or map of kinds ------

STATES = ("backlog", "todo", "in_progress", "in_review", "blocked", "done", "cancelled")
ENDED = ("done", "cancelled")
RESOLUTIONS = {
    "done": ("completed", "merged", "no_pr"), "cancelled":
    ("dropped", "failed", "duplicate", "superseded", "rejected", "timeout", "mistake"),
}
_REASONS = (
    "user", "event", "until", "job", "child", "dependency", "approval", "failed", "stale", "other",
)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{a}{n}" for a in ("com", "lpt") for n in range(1, 10))}
_BRANCH = r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|^@$|^[-/]|[./]$|.{201}"

def _need(is_right: object, value: Any = None) -> Any:
    if not is_right:
        raise Bad("TK104")
    return value

def _text(raw: Any) -> str:
    raw = str(raw.value).lower() if isinstance(raw, Flag) else raw
    raw = str(raw) if isinstance(raw, int) else raw
    _need(isinstance(raw, str) and not _CONTROL.search(raw) and raw.rstrip("\n"))
    value: str = raw.rstrip("\n")
    return value + "\n" if "\n" in value else value

def _line(raw: Any) -> str:
    value = _text(raw)
    return str(_need("\n" not in value and "\t" not in value and value == value.strip(), value))

def _is_id(text: str) -> bool:
    known = re.fullmatch("[a-z0-9][a-z0-9_-]{0,62}", text)
    return known is not None and text not in _DEVICES and text != "config"

def _id(raw: Any) -> Any:
    return _need(_is_id(_line(raw)), raw)

def _branch(raw: Any) -> Any:
    return _need(not re.search(_BRANCH, value := _line(raw)), value)

def _amount(raw: Any) -> Any:
    value = str(raw) if isinstance(raw, int) else raw
    number = r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?"
    return _need(isinstance(value, str) and re.fullmatch(number, value), value)

def _time(raw: Any) -> Any:
    value = _line(raw)
    _need(re.fullmatch(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:[0-5]\dZ", value, re.ASCII))
    try:
        return _need(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ"), value)
    except ValueError:
        raise Bad("TK104") from None

def _own(raw: Any, depth: int = 4) -> Any:  # what is one's own, under x
    if isinstance(raw, dict):
        _need(depth > 1)
        return {_clean(key, _KEY): _own(raw[key], depth - 1) for key in sorted(raw, key=str)}
    if isinstance(raw, list):
        _need(depth > 1 and not any(isinstance(one, (dict, list)) for one in raw))
        return [_own(one, depth) for one in raw]
    _need(depth < 4 and (not isinstance(raw, int) or abs(raw) <= GREATEST))
    return _need(not isinstance(raw, str) or not _CONTROL.search(raw), raw)

def _true(raw: Any) -> Any:
    _need(isinstance(raw, Flag) or raw in ("true", "false"))
    return Flag(True) if raw in (Flag(True), "true") else None

def _clean(raw: Any, kind: Any) -> Any:
    """The value that is kept; raises `Bad`. A tuple are words, a set of a kind is a set of such."""
    if isinstance(kind, str):
        return _need(re.fullmatch(kind, value := _line(raw)), value)
    if isinstance(kind, range):
        return _need(isinstance(raw, int) and raw in kind, raw)
    if isinstance(kind, tuple):
        return _need((value := _text(raw)) in kind, value)
    if isinstance(kind, (list, frozenset)):
        items = [_clean(one, *kind) for one in _need(isinstance(raw, list), raw)]
        return items if isinstance(kind, list) else sorted(set(items))
    if not isinstance(kind, dict):
        return kind(raw)
    _need(isinstance(raw, dict))
    if ANY in kind:  # of any keys of a kind
        return {_clean(k, kind[ANY][0]): _clean(raw[k], kind[ANY][1]) for k in sorted(raw, key=str)}
    values = {}
    for key, value in raw.items():
        if key not in kind:
            raise Bad("TK103")
        values[key] = _clean(value, kind[key])
    return {key: value for key, value in values.items() if value is not None}

ANY = "*"
_COUNT, _FROM_1 = range(GREATEST + 1), range(1, GREATEST + 1)
_TYPE, _KEY = "[a-z][a-z0-9_-]{0,31}", "[A-Za-z_][A-Za-z0-9_.-]{0,62}"
_SPENT = {"cost": _amount, "rework": _COUNT, "seconds": _COUNT, "steps": _COUNT, "tokens": _COUNT}
_LIMITS = {**_SPENT, "scope": ("lifetime", "attempt")}
_CONCERNS = [r"(design|ops): \S.{0,499}"]
_LOOPS = ("identity", "ancestors", "respawn", "children", "chain", "discovered")
ADMISSION = ("consumer", "expected_value", "pain_point", "validation_path")
TASK: dict[str, Any] = {
    "id": _id, "title": _line, "type": _TYPE, "state": STATES, "priority": range(5), "parent": _id,
    "origin": _id, "reopens": _id, "depends_on": frozenset([_id]),
    "labels": frozenset(["[A-Za-z0-9][A-Za-z0-9_./:+@-]{0,62}"]), "owner": _line, "creator": _line,
    "attempt": _FROM_1, "branch": _branch, "base": _branch,
    "pr": r"[1-9][0-9]{0,9}|https?://[!-~]{1,500}", "agent": ".{1,200}",
    "budget": {**_LIMITS, "depth": _COUNT}, "spent": _SPENT,
    "retry": {"max": _FROM_1, "not_before": _time}, "admission": dict.fromkeys(ADMISSION, _text),
    "wait": {"reason": _REASONS, "detail": _text}, "error": {"kind": _TYPE, "message": _text},
    "resolution": (*chain(*RESOLUTIONS.values()),), "description": _text, "concerns": _CONCERNS,
    "settled": _CONCERNS, "notes": [_text], "x": _own,
}
EDGES = [
    ("backlog", "todo"), ("todo", "in_progress"), ("todo", "blocked"), ("todo", "cancelled"),
    *(("in_progress", to) for to in ("in_review", "done", "blocked", "cancelled")),
    *(("in_review", to) for to in ("done", "in_progress", "blocked", "cancelled")),
    ("blocked", "in_progress"), ("blocked", "todo"), ("blocked", "cancelled"),
]
POLICIES: dict[str, Any] = {
    "version": _FROM_1, "format": _FROM_1, "law": _FROM_1, "prefix": "[a-z0-9][a-z0-9_]{0,15}",
    "layout": ("flat",), "squash": ("refuse", "path"), "review": ("optional", "required"),
    "forbid": frozenset([tuple(f"{a}->{b}" for a, b in EDGES)]), "depth": range(1001),
    "children": _COUNT, "chain": _COUNT, "discovered": _COUNT,
    "loops": {ANY: (_LOOPS, ("refuse", "warn"))}, "budget": _LIMITS,
    "budgets": {ANY: (_TYPE, _LIMITS)}, "retry": _FROM_1,
    "roles": {ANY: (("budget", "policy"), frozenset([_line]))},
    "attribution": ("optional", "required"), "claims": ("local", "remote", "required"),
    "lease": _FROM_1, "wip_actor": _FROM_1, "wip_total": _FROM_1, "failures": _FROM_1,
    "protected": frozenset([_line]), "actors": {ANY: (_line, _line)},
    "approvals": {"independent": _true}, "proof": ("name", "pusher"),
    "pushers": {ANY: (_line, frozenset([_line]))}, "shared_login": ("one", "independent"),
    "subject": r"(?!.*Tk-)[^{}]{0,60}\{subject\}[^{}]{0,60}",
    "accepted": {ANY: ("[0-9a-f]{40}([0-9a-f]{24})?", _text)},
}
DEFAULTS = {
    "prefix": "tk", "layout": "flat", "squash": "refuse", "review": "optional", "depth": 10,
    "attribution": "optional", "claims": "local", "lease": 3600, "proof": "name",
    "shared_login": "one", "subject": "tk: {subject}",
}
LATER = {"reopens", "approvals", "proof", "pushers", "shared_login", "subject"}
"""The fields that format 2 brought."""

def _parsed(data: bytes, kinds: dict[str, Any], required: Iterable[str]) -> dict[str, Any]:
    if len(data) > 64 * 1024:
        raise Bad("TK109")
    try:
        text = data.decode()
        raw = Reader(text).file()
        if any(isinstance(n := raw.get(key), int) and n > most for key, most in NEWEST.items()):
            raise SystemExit("this ledger is newer than this program")
        values: dict[str, Any] = _clean(raw, kinds)
        _need(all(key in values for key in required))
        if kinds is POLICIES:
            values = {key: one for key, one in values.items() if one != DEFAULTS.get(key)}
            values = {**values, **{key: raw.get(key, one) for key, one in DEFAULT.items()}}
        if dumped(values, order=kinds).encode() != data:
            raise Bad("TK108")
    except UnicodeDecodeError:
        raise Bad("TK101") from None
    except Bad as bad:
        raise Bad("TK102" if _MARKER.search(text) else str(bad)) from None
    return values

# -- the ledger of a commit: docs/judging.md -------------------------------------------------

Task = dict[str, Any]

class Flaw(NamedTuple):
    """What cannot be taken for a task or the policy: the rule it breaks, and what it is told as."""

    code: str
    told: str
    mark: str

Entries = dict[str, "Task | Flaw"]
_ALIKE = str.maketrans(
    "\u0660\u06d4\u06f0\u0701\u0702\ua4f8\u0442\u03c4\u1d1b\u0430\u03b1\u0251\u1d00\u0455\ua731"
    "\u043a\u03ba\u1d0b\u0138",
    "......tttaaaasskkkk",
)
_UNSEEN = "[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"

def _plain_name(name: str) -> str:
    text = re.sub(_UNSEEN, "", unicodedata.normalize("NFKC", name))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn", "Me", "Cc"))
    return unicodedata.normalize("NFKC", text.casefold()).rstrip(". ")

def _looks_like_folder(name: str) -> bool:
    plain = re.split(r"[:\\]", _plain_name(name), maxsplit=1)[0].rstrip(". ")
    alike = plain.translate(_ALIKE) == FOLDER or re.match("tasks~[0-9]+$", plain)
    return name != FOLDER and bool(alike)

class Ledger(NamedTuple):
    """What ``.tasks`` holds in one commit, by task id or path; and the policy in force."""

    entries: Entries
    policy: Task | None

    def task(self, key: str | None) -> Task | None:
        """A task, if its file can be read."""
        found = self.entries.get(key) if key and "/" not in key else None
        return found if isinstance(found, dict) else None

    def tasks(self) -> dict[str, Task]:
        """All that can be read."""
        return {key: one for key in self.entries if (one := self.task(key)) is not None}

EMPTY = Ledger({}, None)

class Reading:
    """Reads ledgers; each tree and each file once."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._folders: dict[Any, Entries] = {}
        self._files: dict[tuple[str, str], Task | Flaw] = {}

    def entries(self, tree: str) -> Entries:
        """What a commit's tree has under ``.tasks``."""
        root = self._objects.tree(tree)
        names = [f"{name}/" if mode == "040000" else name for mode, name, _ in root]
        order = [name.encode(errors="surrogateescape") for name in names]
        is_odd = order != sorted(order) or len({name for _, name, _ in root}) < len(root)
        is_odd = is_odd or any("/" in name for _, name, _ in root)
        looks = tuple(name for _, name, _ in root if _looks_like_folder(name))
        found = tuple((mode, oid) for mode, name, oid in root if name == FOLDER)
        known = (found, looks, tree if is_odd else "")
        if known not in self._folders:
            entries: Entries = {f"{name}/": Flaw("TK106", name, name) for name in looks}
            if is_odd:
                entries[".tasks//"] = Flaw("TK107", FOLDER, tree)
            for mode, oid in found:
                if mode == "040000":
                    self._read(FOLDER, oid, entries)
                else:
                    entries[".tasks/"] = Flaw("TK107", FOLDER, f"{mode} {oid}")
            self._folders[known] = entries
        return self._folders[known]

    def _read(self, folder: str, oid: str, entries: Entries) -> None:
        for mode, name, blob in self._objects.tree(oid):
            path = f"{folder}/{name}"
            if mode == "040000":
                self._read(path, blob, entries)
                continue
            is_task = folder == FOLDER and name.endswith(".yaml") and _is_id(name[:-5])
            key = name[:-5] if is_task else path
            twice = Flaw("TK107", path, "twice")
            entries[key] = twice if key in entries else self._entry(key, path, mode, blob)

    def _entry(self, key: str, path: str, mode: str, oid: str) -> Task | Flaw:
        if mode != "100644":
            return Flaw("TK107", path, f"{mode} {oid}")
        if key == path and path != POLICY:
            name = path[len(FOLDER) + 1 :]
            plain = _plain_name(name)
            meant = plain == "config.yaml" or (plain.endswith(".yaml") and _is_id(plain[:-5]))
            is_file = name.endswith(".yaml") and "/" not in name
            code = "TK106" if plain != name and meant else "TK105" if is_file else "TK110"
            return Flaw(code, path, oid)
        if (key, oid) not in self._files:
            try:
                kind = (POLICIES, ()) if key == POLICY else (TASK, ("id", "title", "state"))
                found = _parsed(self._objects.read(oid), *kind)
                fits = key == POLICY or found["id"] == key
                self._files[key, oid] = found if fits else Flaw("TK105", key, oid)
            except Bad as bad:
                self._files[key, oid] = Flaw(str(bad), key, oid)
        return self._files[key, oid]

# -- the lifecycle: docs/lifecycle.md --------------------------------------------------------

Edge = tuple[str, str]

def _edges(policy: Task, is_jump: bool = False) -> set[Edge]:
    """The edges that a policy leaves; those that a jump may go along."""
    gone = {tuple(each.split("->")) for each in policy.get("forbid", ())}
    if policy.get("review") == "required":
        gone |= {("in_progress", "done"), *([("in_review", "done")] if is_jump else [])}
    return {edge for edge in EDGES if edge not in gone}

def _reach(table: set[Edge], state: str) -> dict[str, bool]:
    """Where a state leads, and whether the shortest, and first, way comes into in_progress."""
    seen, waiting = {state: False}, [state]
    for one in waiting:
        for a, b in EDGES:
            if a == one and (a, b) in table and b not in seen:
                seen[b] = seen[a] or b == "in_progress"
                waiting.append(b)
    return seen

def _is_way(policy: Task, start: str, end: str) -> bool:  # Whether a commit may move a task so
    is_path = policy.get("squash") == "path" and end in _reach(_edges(policy, True), start)
    return (start, end) in _edges(policy) or is_path

def _passes_work(policy: Task, start: str, end: str) -> bool:
    """Whether a move comes into in_progress, be it on its way."""
    if (start, end) in _edges(policy) or not _is_way(policy, start, end):
        return end == "in_progress"
    return _reach(_edges(policy, True), start)[end]

def _counts_right(policy: Task, start: str, end: str, more: int) -> bool:
    """Whether an attempt may rise by so many between two states."""
    again = ("blocked", "todo")
    if policy.get("squash") != "path":
        return more == ((start, end) == again)
    table = _edges(policy, True)
    if more == 0:
        return (start, end) in _edges(policy) - {again} or end in _reach(table - {again}, start)
    if more < 0 or again not in table or "blocked" not in _reach(table, start):
        return False
    return end in _reach(table, "todo") and (more == 1 or "blocked" in _reach(table, "todo"))

# -- the rules: docs/rules.md ----------------------------------------------------------------

Finding = tuple[str, str]
"""A code, and what it is told of."""

class Change(NamedTuple):
    """A commit as the rules see it. ``policy`` judges it, ``own`` does if no later merge does;
    ``former`` gives the versions of a task before, on one side, ``workers`` who worked on one.
    """

    commit: Commit
    sides: tuple[Ledger, ...]
    before: Ledger
    after: Ledger
    bases: tuple[Ledger, ...]
    touched: list[str]
    policy: Task
    own: Task
    law: int
    former: Callable[[int, str], list[Task]]
    workers: Callable[[Task], set[str]]
    is_merge: bool

    def name(self, actor: str) -> str:
        """The one name of an actor."""
        return str(self.policy.get("actors", {}).get(actor, actor))

    def present(self) -> list[Task]:
        """The touched tasks that can be read."""
        return [one for key in self.touched if (one := self.after.task(key)) is not None]

    def births(self) -> list[Task]:
        """The new tasks of an ordinary commit."""
        known = self.before.entries if self.law < 2 else ()
        found = [] if self.is_merge else self.present()
        return [one for one in found if one["id"] not in known and not self.former(0, one["id"])]

    def edits(self) -> list[tuple[Task, Task]]:
        """The tasks that an ordinary commit changes, before and after."""
        found = [] if self.is_merge else self.present()
        return [(old, new) for new in found for old in self.former(0, new["id"])]

def _told(change: Change) -> set[Finding]:  # All that a commit breaks
    if not change.touched:
        return set(_joined(change)) if change.is_merge else set()
    rules = [_form, _links, _too_deep, _cycles, _family, _qualifiers, _authority, _law]
    rules += [_merged, _joined] if change.is_merge else [_births, _edits, _attempts, _growth]
    found = {one for rule in rules for one in rule(change)}
    later = {"TK216", "TK313", "TK503", "TK608"} if change.law < 2 else ()
    return {(code, key) for code, key in found if code not in later}

def _if(key: str, **codes: object) -> Iterator[Finding]:  # The codes whose condition holds
    return ((code, key) for code, is_broken in codes.items() if is_broken)

def _form(change: Change) -> Iterator[Finding]:
    """TK101 to TK110, TK204, TK601: what lies there, and what does not any more."""
    for key in change.touched:
        new = change.after.entries.get(key)
        olds = [side.entries.get(key) for side in change.sides]
        if new is None:
            bases = [None, *(base.entries.get(key) for base in change.bases)]
            lost = not change.is_merge or None not in olds or any(o not in bases for o in olds)
            yield from _if(key, TK601=key == POLICY, TK204=lost and "/" not in key)
        elif isinstance(new, Flaw):
            yield from _if(new.told, **{new.code: new not in olds})
        elif change.policy["format"] < 2:
            known = {name for old in olds if isinstance(old, dict) for name in _later(old)}
            yield from _if(key, TK103=_later(new) - known)

def _later(values: Task) -> set[str]:
    mistakes = {"mistake"} if values.get("resolution") == "mistake" else set[str]()
    return LATER & values.keys() | mistakes

def _newly(change: Change, find: Callable[[Ledger], Iterable[Any]]) -> list[Any]:
    """What is found in the ledger after and in that of no parent."""
    found = dict.fromkeys(find(change.after))
    known = {one for side in change.sides for one in find(side)} if found else set()
    return [one for one in found if one not in known]

def _others(task: Task | None, name: str) -> list[str]:
    value = (task or {}).get(name, [])
    return [value] if isinstance(value, str) else value

def _links(change: Change) -> Iterator[Finding]:  # TK301 to TK303: links that lead nowhere
    names = {"TK301": "parent", "TK302": "depends_on", "TK303": "origin"}

    def unknown(ledger: Ledger) -> Iterator[tuple[str, str, str]]:
        for key, (code, name) in ((key, one) for key in change.touched for one in names.items()):
            for other in _others(ledger.task(key), name):
                if other not in ledger.entries:
                    yield code, key, other

    return ((code, key) for code, key, _ in _newly(change, unknown))

def _above(ledger: Ledger, key: str, *names: str) -> list[str]:
    """What a task hangs on by the first of some links that it has, the nearest first."""
    seen = [key]
    for one in seen:
        task = ledger.task(one) or {}
        seen += [other for name in names for other in [task.get(name)] if other][:1]
        if seen[-1] in seen[:-1]:
            return seen[1:-1]
    return seen[1:]

def _too_deep(change: Change) -> Iterator[Finding]:  # TK307
    def deep(ledger: Ledger) -> Iterator[tuple[str, int, int]]:
        for key, task in ledger.tasks().items():
            line = [one for one in _above(ledger, key, "parent") if one in ledger.entries]
            budgets = ((ledger.task(one) or {}).get("budget", {}) for one in [key, *line])
            limits = (one["depth"] for one in budgets if "depth" in one)
            most = min([change.policy.get("depth", 10), *limits])
            if len(line) > most and not (change.is_merge and task["state"] in ENDED):
                yield key, len(line), most

    return (("TK307", key) for key, *_ in _newly(change, deep))

def _family(change: Change) -> Iterator[Finding]:
    """TK212, TK213: an open task under one that has ended."""

    def orphans(ledger: Ledger) -> Iterator[tuple[str, str]]:
        for key, task in ledger.tasks().items():
            parent = ledger.task(task.get("parent"))
            if parent and task["state"] not in ENDED and parent["state"] in ENDED:
                yield parent["id"], key

    for parent, child in _newly(change, orphans):
        old = change.before.task(parent)
        has_ended = old is not None and old["state"] in ENDED
        yield ("TK213", child) if has_ended else ("TK212", parent)

def _graphs(ledger: Ledger, is_merge: bool) -> dict[str, dict[str, set[str]]]:
    """For each code the links that must not form a circle."""
    tasks = ledger.tasks()
    alive = {key: task for key, task in tasks.items() if task["state"] not in ENDED}
    needs = {key: set(_others(task, "depends_on")) for key, task in alive.items()}
    both = {key: set(some) for key, some in needs.items()}
    for key, task in tasks.items():
        if task.get("parent") in both:
            both[task["parent"]].add(key)
    some = alive if is_merge else tasks
    parents = {key: set(_others(task, "parent")) for key, task in some.items()}
    return {"TK304": parents, "TK305": needs, "TK306": both}

def _cycles(change: Change) -> Iterator[Finding]:
    """TK304 to TK306, told by the first of the tasks on it."""
    olds = [_graphs(side, change.is_merge) for side in change.sides]
    for code, graph in _graphs(change.after, change.is_merge).items():
        for knot in _knots(graph):
            found = {(a, b) for a in knot for b in graph[a] if b in knot}
            known = [{(a, b) for a in knot for b in old[code].get(a, ())} for old in olds]
            needs = any(b in _others(change.after.task(a), "depends_on") for a, b in found)
            parts = any([a] == _others(change.after.task(b), "parent") for a, b in found)
            if all(found - one for one in known) and (code != "TK306" or (needs and parts)):
                yield code, min(knot)

def _knots(graph: dict[str, set[str]]) -> Iterator[set[str]]:
    """The sets of nodes of which each leads to each."""
    ahead: dict[str, set[str]] = {}
    for start in graph:
        ahead[start], waiting = set(), [start]
        while waiting:
            new = graph.get(waiting.pop(), set()) - ahead[start]
            ahead[start] |= new
            waiting += new
    for node in graph:
        knot = {other for other in ahead[node] if node in ahead.get(other, ())}
        if knot and node == min(knot):
            yield knot

def _qualifiers(change: Change) -> Iterator[Finding]:
    """TK205, TK206, TK215: fields that do not fit each other."""
    homes = {"wait": ["blocked"], "error": ["blocked", "cancelled"]}
    for task in change.present():
        if any(side.task(task["id"]) == task for side in change.sides):
            continue
        state, concerns = task["state"], task.get("concerns", ())
        odd = any(name in task and state not in home for name, home in homes.items())
        odd |= "resolution" in task and task["resolution"] not in RESOLUTIONS.get(state, ())
        unsaid = state == "blocked" and "reason" not in task.get("wait", {})
        unraised = any(one not in concerns for one in task.get("settled", ()))
        yield from _if(task["id"], TK205=unsaid, TK206=odd, TK215=unraised)

def _births(change: Change) -> Iterator[Finding]:
    """TK202, TK203, TK211, TK214, TK309, TK310, TK313: what a new task must not be."""
    policy, after = change.policy, change.after
    loops = policy.get("loops", {})
    for new in change.births():
        key, state = new["id"], new["state"]
        is_path = policy.get("squash") == "path" and _is_way(policy, "todo", state)
        is_right = state in ("todo", "backlog") or is_path
        works = _passes_work(policy, "todo", state) if is_path else state == "in_progress"
        ended = after.task(new.get("reopens"))
        line = _above(after, key, "parent")
        if loops.get("ancestors") != "refuse":
            line = line[:1] if loops.get("identity") == "refuse" else []
        makers = {change.name(new[name]) for name in ("creator", "owner") if name in new}
        bosses = [one for one in map(after.task, line) if one and _kind(one) == _kind(new)]
        reopened = _above(after, key, "reopens")
        old = filter(None, map(after.task, _above(after, key, "reopens", "origin")))
        again = [one for one in old if one["id"] not in reopened or one["state"] not in ENDED]
        looks = [[_kind(one), _sound(one["title"])] for one in again]
        alike = [_kind(new), _sound(new["title"])] in looks
        yield from _if(
            key, TK202=not is_right, TK203="spent" in new or new.get("attempt", 1) > 1,
            TK211=works and _waits(change, new), TK214=state == "done" and _is_doubted(new),
            TK309=any("owner" in one and change.name(one["owner"]) in makers for one in bosses),
            TK310=loops.get("respawn") == "refuse" and alike,
            TK313="reopens" in new
            and (not ended or ended["state"] not in ENDED or "origin" in new),
        )

def _kind(task: Task) -> str:
    return str(task.get("type", "task"))

def _sound(title: str) -> str:
    return re.sub(r"[!-/:-@\[-`{-~ \t\n]", "", title.casefold())

def _waits(change: Change, task: Task) -> bool:
    needs = map(change.after.task, task.get("depends_on", ()))
    return any(one is None or one["state"] != "done" for one in needs)

def _is_doubted(task: Task) -> bool:
    left = (one for one in task.get("concerns", ()) if one not in task.get("settled", ()))
    return any(one.startswith("design") for one in left)

def _growth(change: Change) -> Iterator[Finding]:
    """TK308, TK311, TK312: what a commit adds beyond a limit."""
    policy, after, loops = change.policy, change.after, change.policy.get("loops", {})
    most = {
        name: GREATEST if loops.get(name) == "warn" else policy.get(name, GREATEST)
        for name in ("children", "chain", "discovered")
    }
    for new in change.present():
        parent, old = new.get("parent"), change.before.task(new["id"]) or {}
        if parent and old.get("parent") != parent:
            count = sum(one.get("parent") == parent for one in after.tasks().values())
            yield from _if(parent, TK308=count > most["children"])
    roots: dict[str, list[str]] = {}
    for new in change.births():
        line = [one for one in _above(after, new["id"], "reopens", "origin") if after.task(one)]
        yield from _if(new["id"], TK311=len(line) > most["chain"])
        if line:
            roots.setdefault(line[-1], []).append(new["id"])
    for root, tasks in roots.items():
        lines = (_above(after, key, "reopens", "origin") for key in after.tasks() if key != root)
        yield from _if(min(tasks), TK312=sum(root in one for one in lines) > most["discovered"])

def _edits(change: Change) -> Iterator[Finding]:
    """TK201, TK207 to TK211, TK214, TK503: what a task keeps at every move."""
    for old, new in change.edits():
        start, end = old["state"], new["state"]
        changed = {name for name in TASK if old.get(name) != new.get(name)}
        marks, was = new.get("spent", {}), old.get("spent", {})
        fell = any(k not in marks or Decimal(marks[k]) < Decimal(n) for k, n in was.items())
        closed = changed - {"notes", "concerns", "settled", "labels", "x"}
        moves = start != end
        yield from _if(
            new["id"], TK201=moves and not _is_way(change.policy, start, end),
            TK207=changed & {"creator", "origin", "reopens"},
            TK208=start in ENDED and not moves and closed,
            TK209=fell or new.get("attempt", 1) < old.get("attempt", 1),
            TK210=any(new.get(n, [])[: len(old.get(n, []))] != old.get(n, []) for n in LOGS),
            TK211=moves and _passes_work(change.policy, start, end) and _waits(change, new),
            TK214=moves and end == "done" and _is_doubted(new),
            TK503=(start, end) == ("in_review", "done") and not _is_independent(change, old, new),
        )

def _attempts(change: Change) -> Iterator[Finding]:  # TK216
    for new in change.present():
        olds = sorted(change.former(0, new["id"]), key=lambda one: -int(one.get("attempt", 1)))
        for old in olds[:1]:
            way = change.policy, old["state"], new["state"]
            more = new.get("attempt", 1) - old.get("attempt", 1)
            is_wrong = not _counts_right(*way, more) and (more >= 0 or not _counts_right(*way, 0))
            is_move = way[1] != way[2]
            asked = way[1] not in ENDED and (_is_way(*way) if is_move else more)
            yield from _if(new["id"], TK216=asked and is_wrong)

def _is_independent(change: Change, old: Task, new: Task) -> bool:
    """Whether who approves neither owns a task nor worked on it, as the policy may ask."""
    policy, actor = change.policy, change.name(change.commit.who)
    if "independent" not in policy.get("approvals", {}):
        return True
    owners = {task["owner"] for task in (old, new) if "owner" in task}
    others = set(map(change.name, owners | change.workers(new)))
    if policy.get("proof") == "pusher" and policy.get("shared_login") != "independent":
        logins = [set(map(change.name, some)) for some in policy.get("pushers", {}).values()]
        others |= {actor for login in logins if actor in login and login & others}
    return actor not in others

# -- the policy ------------------------------------------------------------------------------

def _amended(change: Change) -> Task | None:
    """The policy that an ordinary commit changes to another."""
    new, old = change.after.entries.get(POLICY), change.before.policy
    is_new = not change.is_merge and POLICY in change.touched and old not in (None, new)
    return new if is_new and isinstance(new, dict) else None

def _authority(change: Change) -> Iterator[Finding]:
    """TK502: a policy that loses its force by one without the role."""
    lost = [change.before.policy] if _amended(change) else []
    if change.is_merge:
        kept = [None, change.own, *(base.policy for base in change.bases)]
        lost = [side.policy for side in change.sides if side.policy not in kept]
    for policy in filter(None, lost):
        allowed = policy.get("roles", {}).get("policy")
        yield from _if(POLICY, TK502=allowed and change.name(change.commit.who) not in allowed)

def _law(change: Change) -> Iterator[Finding]:
    """TK602, TK603, TK606 to TK608: a policy that changes."""
    new = change.after.entries.get(POLICY)
    if isinstance(new, dict) and all(side.entries.get(POLICY) != new for side in change.sides):
        ends = (_reach(_edges(new), state).keys() & {*ENDED} for state in STATES)
        yield from _if(POLICY, TK606=not all(ends))
    new, old = _amended(change), change.before.policy
    if new is not None and old is not None:
        accepted = new.get("accepted", {}).items()
        yield from _if(
            POLICY, TK602=new["version"] != old["version"] + 1, TK603=len(change.touched) > 1,
            TK607=new["format"] < old["format"] or new["law"] < old["law"],
            TK608=old.get("accepted", {}).items() - accepted,
        )

def _joined(change: Change) -> Iterator[Finding]:  # TK604, TK605: the policies that a merge joins
    begun = [side for side in change.sides if POLICY in side.entries]
    is_second = len(begun) > 1 and not any(POLICY in base.entries for base in change.bases)
    right, accepted = change.own, dict[str, str]()
    for side in change.sides if right["law"] > 1 else ():
        accepted |= (side.policy or {}).get("accepted", {})
    if accepted:
        right = {**right, "accepted": accepted | right.get("accepted", {})}
    is_touched = POLICY in change.touched
    yield from _if(
        POLICY, TK604=is_second and (change.touched or change.law > 1),
        TK605=is_touched and change.after.entries.get(POLICY) not in (None, right),
    )

# -- merges: docs/merging.md -----------------------------------------------------------------

QUALIFIERS = ("owner", "wait", "error", "resolution")
SETS, LOGS = ("depends_on", "labels"), ("concerns", "settled", "notes")
PARTS = ("budget", "spent", "retry", "admission", "x")

def _merged(change: Change) -> Iterator[Finding]:  # TK221, TK222: the tasks that a merge joins
    for new in change.present():
        key = new["id"]
        sides = [_side(change, number, key) for number in range(len(change.sides))]
        bases = [base.task(key) for base in change.bases or (EMPTY,)]
        wrong = (sorted(_wrong(change, base, sides, new)) for base in bases)
        names = min(wrong, key=lambda some: (len(some), some))
        authored = any(name != "state" for name in names)
        yield from _if(key, TK221=authored or not any(sides), TK222="state" in names)
    for key in change.touched if change.law > 1 else ():
        kept = change.after.entries.get(key)
        if isinstance(kept, Flaw) and any(side.entries.get(key) == kept for side in change.sides):
            known = [None, *(base.task(key) for base in change.bases)]
            yield from _if(key, TK222=any(side.task(key) not in known for side in change.sides))

def _side(change: Change, number: int, key: str) -> Task | None:
    """The version of a task on one side."""
    entries, task = change.sides[number].entries, change.sides[number].task(key)
    if task is not None or any(base.entries.get(key) == entries.get(key) for base in change.bases):
        return task
    found = change.former(number, key)
    ended = [one for one in found if one["state"] in ENDED]
    return next(iter([*ended, *found]), None)

def _wrong(change: Change, old: Task | None, sides: list[Task | None], new: Task) -> set[str]:
    """The fields that a merge may not have so, with one base."""
    here = [side for side in sides if side is not None]
    moved = [side for side in here if side != old]
    if len(sides) == 2 and len(moved) == 2:
        return set(_disputes(change, old or {}, moved[0], moved[1], new))
    right = moved or [one for one in (old, *here) if one is not None]
    return {name for name in TASK for one in right if one.get(name) != new.get(name)}

def _disputes(change: Change, old: Task, a: Task, b: Task, new: Task) -> Iterator[str]:
    states = old.get("state"), a["state"], b["state"]
    both_moved = states[0] not in states[1:]
    is_right = new["state"] in _winners(change.policy, *states)
    for name in TASK:
        values = [one.get(name) for one in (old, a, b, new)]
        if name == "state":
            yield from () if is_right else (name,)
        elif name in QUALIFIERS:
            right = _settled(*values[:3]) or values[1:3]
            yield from (name,) if is_right and not both_moved and values[3] not in right else ()
        elif name in PARTS:
            yield from _part_disputes(change.law, name, [one or {} for one in values])
        elif not _is_right(name, change.law, *values):
            yield name
    if both_moved and is_right:
        chosen = [side for side in (a, b) if side["state"] == new["state"]]
        found = [[n for n in QUALIFIERS if one.get(n) != new.get(n)] for one in chosen]
        yield from found[0] if all(found) else ()

def _part_disputes(law: int, name: str, values: list[Any]) -> Iterator[str]:
    """Of a map entry by entry; of one's own maps also in maps within it."""
    for key in sorted({key for one in values for key in one}):
        inner = [one.get(key) for one in values]
        if all(one is None or isinstance(one, dict) for one in inner):
            yield from _part_disputes(law, f"{name}.{key}", [one or {} for one in inner])
        elif not _is_right(f"{name}.{key}", law, *inner):
            yield f"{name}.{key}"

def _settled(old: Any, a: Any, b: Any) -> list[Any]:
    """The one value that is right where not both sides moved, or both alike."""
    return [a] if a == b or b == old else [b] if a == old else []

def _winners(policy: Task, old: str | None, a: str, b: str) -> list[str]:
    """The states that a merge may choose."""
    found = _settled(old, a, b) or [end for end in ENDED if end in (a, b)][:1]
    table = _edges(policy)
    led = [mine for mine, other in ((a, b), (b, a)) if mine in _reach(table, other)]
    return found or led or [a, b]

def _is_right(name: str, law: int, old: Any, a: Any, b: Any, new: Any) -> bool:
    """Whether a merge may give a field this value."""
    if one := _settled(old, a, b):
        return bool(new == one[0])
    part, _, leaf = name.rpartition(".")
    if name in ("title", "description"):
        return new is not None or new in (a, b)
    if name in SETS:
        was, left, right = (set(one or ()) for one in (old, a, b))
        return set(new or ()) == (left & right) | (left - was) | (right - was)
    if name in LOGS:
        return _is_log_right(*(list(one or ()) for one in (old, a, b, new)))
    if name == "attempt" or part == "spent":
        most = max(Decimal(one or 0) for one in (a, b))
        return new in (a, b) and new is not None and Decimal(new) == most
    is_limit = part in ("budget", "retry") and law > 1
    return new in (a, b) and (not is_limit or bool(new == _strictest(leaf, [new, a, b])))

def _strictest(name: str, values: list[Any]) -> Any:
    """Of several values of a limit the one that allows least."""
    if name == "scope":
        return min(values, key=["lifetime", None, "attempt"].index)
    given = [value for value in values if value is not None]
    if name == "not_before" or not given:
        return max(given, default=None)
    return min(given, key=Decimal)

def _is_log_right(old: list[str], a: list[str], b: list[str], new: list[str]) -> bool:
    """Those of both, none lost and none new, each side's in its order."""

    def is_within(part: list[str], whole: list[str]) -> bool:
        rest = iter(whole)
        return all(one in rest for one in part)

    def beyond(side: list[str]) -> list[str]:
        known = Counter(old)
        known.subtract(side)
        more = []
        for item in reversed(side):
            if known[item] < 0:
                known[item] += 1
                more.append(item)
        return more[::-1]

    added = [beyond(side) for side in (a, b)]
    if Counter(new) - Counter([*old, *added[0], *added[1]]):
        return False
    after = new[len(old) :] if new[: len(old)] == old else []
    follows = after and all(is_within(one, after) for one in added)
    return bool(follows) or (is_within(a, new) and is_within(b, new))

# -- verdicts --------------------------------------------------------------------------------

class Verdicts:
    """What each commit of a history breaks, by its id."""

    def __init__(self, objects: Objects, *revisions: str) -> None:
        self._objects, self._reading = objects, Reading(objects)
        self.commits = objects.commits(*revisions)
        self._ledgers: dict[str, Ledger] = {}
        self._deleters: dict[str, list[str]] = {}
        found = {commit.oid: self._judged(commit) for commit in self.commits.values()}
        self.found = {oid: some for oid, some in found.items() if some}

    def _judged(self, commit: Commit) -> set[Finding]:
        entries = self._reading.entries(commit.tree)
        policy = entries.get(POLICY)
        if not isinstance(policy, dict):
            policy = self._ledgers[commit.parents[0]].policy if commit.parents else None
        self._ledgers[commit.oid] = Ledger(entries, policy)
        for parent in commit.parents:
            for key in self._ledgers[parent].entries.keys() - entries.keys():
                self._deleters.setdefault(key, []).append(commit.oid)
        change = self._change(commit)
        found = _told(change) if change is not None else set()
        for oid in self._brought(change) if change is not None else ():
            older, again = self._change(self.commits[oid]), self._change(self.commits[oid], change)
            if again is not None:
                found |= _told(again) - (_told(older) if older is not None else set())
        return found

    def _at(self, oid: str) -> Ledger:
        return self._ledgers[oid] if self._ledgers[oid].policy is not None else EMPTY

    def _sides(self, commit: Commit, law: int) -> tuple[str, ...]:
        """The parents that count as sides."""
        if len(commit.parents) < 3 or law < 2:
            return commit.parents
        left = self._independent(commit.parents)
        return left if len(left) > 1 else left * 2

    def _independent(self, parents: Iterable[str]) -> tuple[str, ...]:
        some = tuple(dict.fromkeys(parents))
        inside = {one for one in some for other in some if one != other and self._has(other, one)}
        return tuple(one for one in some if one not in inside)

    def _governing(self, parents: tuple[str, ...], after: Ledger) -> Task | None:
        """The policy that judges a commit."""
        known = [one for oid in parents if (one := self._ledgers[oid].policy) is not None]
        if known:
            return max(known, key=lambda one: int(one["version"]))
        return (after.policy or DEFAULT) if POLICY in after.entries else None

    def _change(self, commit: Commit, by: Change | None = None) -> Change | None:
        """A commit as the rules see it, by the policy in force or that of a later merge."""
        after = self._ledgers[commit.oid]
        own = self._governing(commit.parents, after)
        parents = self._sides(commit, int(own["law"])) if own is not None else ()
        own = self._governing(parents, after)
        if own is None:
            return None
        policy = own if by is None else by.policy
        sides = tuple(map(self._at, parents))

        def former(number: int, key: str) -> list[Task]:
            found = sides[number].task(key) if sides else None
            if found is not None or not sides or policy["law"] < 2:
                return [found] if found is not None else []
            return list(self._former(parents[number], key))

        def workers(task: Task) -> set[str]:
            history = (self.commits[oid] for oid in self._history([commit.oid]))
            return {one.who for one in history if self._is_work(one, task)}

        new = after.entries
        olds = [side.entries for side in sides or (EMPTY,)]
        is_same = all(old is new for old in olds)
        keys = set[str]().union(*(() if is_same else (*olds, new)))
        touched = sorted(k for k in keys if any(old.get(k) != new.get(k) for old in olds))
        bases = tuple(map(self._at, self._merge_bases(parents)))
        asked, is_merge = (policy, own, int(policy["law"]), former, workers), len(sides) > 1
        before = sides[0] if sides else EMPTY
        return Change(commit, sides, before, after, bases, touched, *asked, is_merge)

    def _former(self, oid: str, key: str) -> Iterator[Task]:
        """The last versions of a task that could be read, up to a commit."""
        if key in self._at(oid).entries:
            yield from self._mended(oid, key)
            return
        for commit in self._deleters.get(key, ()):
            for parent in self.commits[commit].parents if self._has(oid, commit) else ():
                task = self._at(parent).task(key)
                yield from [task] if task is not None else self._mended(parent, key)

    def _mended(self, oid: str, key: str) -> Iterator[Task]:
        """The versions of a task before its file became what cannot be read."""
        while (flaw := self._at(oid).entries.get(key)) is not None:
            parents = self.commits[oid].parents
            found = [one for parent in parents if (one := self._at(parent).task(key)) is not None]
            same = [one for one in parents if self._at(one).entries.get(key) == flaw]
            others = [one for one in parents if key in self._at(one).entries]
            if (found and not same) or not others:
                yield from found
                return
            oid = [*same, *others][0]

    def _is_work(self, commit: Commit, task: Task) -> bool:
        """Whether a commit is work on a task in its present attempt."""
        key, parents = task["id"], commit.parents
        if len(parents) > 1 and not self._has_own_content(commit):
            return False
        old = (self._at(parents[0]).task(key) if parents else None) or {}
        new = self._at(commit.oid).task(key) or {}
        if (old or new).get("attempt", 1) < task.get("attempt", 1):
            return False
        if key in commit.said("Tk-Task", " \t\r") and key in self._at(commit.oid).entries:
            return True
        if old.get("state") == "in_progress":
            names = ("state", "attempt", *QUALIFIERS)
            return bool(new) and any(old.get(name) != new.get(name) for name in names)
        return bool(old) and new.get("state") == "in_progress" and old["state"] != "in_review"

    def _has_own_content(self, commit: Commit) -> bool:
        """Whether a merge holds files, or parts of files, that come from no parent."""
        sides = self._independent(commit.parents)
        if 1 < len(sides) < len(commit.parents):
            return True
        args = [sides[0], commit.oid] if len(sides) == 1 else ["--cc", "--no-commit-id", commit.oid]
        return bool(self._objects.git("diff-tree", "-r", *args, "--", ".", f":(exclude){FOLDER}"))

    def _brought(self, change: Change) -> list[str]:
        """The commits that a merge brings under a newer policy than theirs."""
        is_joint = change.touched or (change.law > 1 and POLICY in change.after.entries)
        if not (change.is_merge and is_joint):
            return []
        parents = self._sides(change.commit, int(change.own["law"]))
        sides = {oid: self._ledgers[oid].policy for oid in parents}
        settled = [oid for oid, policy in sides.items() if policy == change.policy]
        owners = [side for side in change.sides if side.policy == change.policy]
        is_known = any(base.policy == change.policy for base in change.bases)
        if change.law > 1 and len(owners) > 1 and not is_known:
            settled = self._merge_bases(parents)
        brought = [oid for oid, one in sides.items() if one is not None and oid not in settled]
        return sorted(self._history(brought) - self._history(settled)) if brought else []

    def _history(self, tips: Iterable[str]) -> set[str]:
        """All that some commits have in their history, themselves included."""
        seen = set(tips)
        waiting = list(seen)
        while waiting:
            new = set(self.commits[waiting.pop()].parents) - seen
            seen |= new
            waiting += new
        return seen

    def _has(self, oid: str, older: str) -> bool:  # Whether a commit has another in its history
        return oid == older or older in self._merge_bases((oid, older))

    @cache  # noqa: B019
    def _merge_bases(self, parents: tuple[str, ...]) -> list[str]:
        """The best common ancestors of some commits, as git finds them."""
        tips = tuple(dict.fromkeys(parents)) if len(parents) > 1 else ()
        whole, stale = (1 << len(tips)) - 1, 1 << len(tips)
        marks, live, found = Counter[str](), set[str](), list[str]()
        heap: list[tuple[int, str]] = []

        def mark(oid: str, bits: int) -> None:
            if oid not in marks:
                heapq.heappush(heap, (-self.commits[oid].place, oid))
                live.add(oid)
            marks[oid] |= bits

        for number, oid in enumerate(tips):
            mark(oid, 1 << number)
        while any(not marks[oid] & stale for oid in live):
            oid = heapq.heappop(heap)[1]
            live.discard(oid)
            if marks[oid] & whole == whole and not marks[oid] & stale:
                found.append(oid)
                marks[oid] |= stale
            for parent in self.commits[oid].parents:
                mark(parent, marks[oid])
        return found

def main(path: str, revision: str = "HEAD") -> int:
    """Print what each commit breaks."""
    objects = Objects(path)
    verdicts = Verdicts(objects, revision)
    for oid, found in verdicts.found.items():
        print(oid, " ".join(sorted(f"{code}:{key}" for code, key in found)))
    print(f"{len(verdicts.commits)} commits: {len(verdicts.found)} break the rules")
    objects.close()
    return 1 if verdicts.found else 0

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
