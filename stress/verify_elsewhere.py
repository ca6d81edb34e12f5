"""Judges the history of a ledger once more: ``python stress/verify_elsewhere.py REPO [REV]``.

Written from docs/ alone: it shares no line with tk. Prints what each commit breaks, and exits 1 if
any does. Left out are budgets, quotas, signatures, how waits end, what attempts say (TK4xx, TK501,
TK512, TK519 to 521, TK524, TK525), and which TK1xx a file that is not in the grammar breaks.
"""

# fmt: off
from __future__ import annotations  # it has few blank lines, since it is to be read in one go

import hashlib
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache, reduce
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

FOLDER, POLICY, _words = ".tasks", ".tasks/config.yaml", str.split
GREATEST, NEWEST = 2**53 - 1, {"format": 2, "law": 2}
DEFAULT: dict[str, Any] = {"version": 1, **NEWEST}
Map = dict[str, Any]  # the fields of a task, of the policy, or of a part of them
# -- objects ---------------------------------------------------------------------------------
class _Commit(namedtuple("_Commit", "oid place parents tree email message")):  # parents come first
    def said(self, name: str, blanks: str = "") -> list[str]:  # in lines indented by some blanks
        rows = (line.strip(blanks).partition(": ") for line in self.message.split("\n"))
        return [value.strip(blanks or None) for key, colon, value in rows if colon and key == name]
    def says_why(self, name: str) -> bool:  # whether the last such line has a letter or digit
        return any(letter.isalnum() for letter in "".join(self.said(name)[-1:]))
    def who(self) -> str: return str([self.email, *filter(None, self.said("Tk-Actor")[-1:])][-1])
class _Objects:  # the objects of a repository, through one ``git cat-file``
    def __init__(self, path: str) -> None:
        self.path, self._command = path, ["git", "--no-replace-objects", "-C", path]
        pipes: Map = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._reader: Any = subprocess.Popen([*self._command, "cat-file", "--batch"], **pipes)
    def git(self, *args: str) -> str:  # what a command of git prints
        done = subprocess.run([*self._command, *args], capture_output=True, check=True)
        return done.stdout.decode(errors="surrogateescape")
    def close(self) -> None: self._reader.communicate()
    @cache  # noqa: B019  (it lives as long as the program)
    def read(self, oid: str) -> bytes:  # the content of an object
        self._reader.stdin.write(oid.encode() + b"\n")
        self._reader.stdin.flush()
        head = self._reader.stdout.readline().split()
        if len(head) != 3:
            raise SystemExit(f"{oid} is not here")
        return bytes(self._reader.stdout.read(int(head[2]) + 1)[:-1])
    def stored(self, oid: str) -> Iterator[Any]:  # modes, names and ids in a tree, as they are
        data, at = self.read(oid), 0
        while at < len(data):
            begin, end = at, data.index(b"\0", at)
            at = end + 1 + len(oid) // 2
            yield *data[begin:end].split(b" ", 1), data[end + 1 : at]
    def tree(self, oid: str) -> Iterator[tuple[str, str, str]]:  # modes as git takes them
        for mode, name, found in self.stored(oid):
            what, is_file = int(mode, 8), int(mode, 8) >> 12 == 8
            what = what if not is_file else 0o100755 if what & 0o100 else 0o100644
            yield f"{what:06o}", name.decode(errors="surrogateescape"), found.hex()
    def code(self, oid: str) -> str:  # the id of a tree without the ledger
        kept = b"".join(b"%s %s\0%s" % one for one in self.stored(oid) if one[1] != b".tasks")
        data = b"tree %d\0" % len(kept) + kept
        return hashlib.new("sha1" if len(oid) == 40 else "sha256", data).hexdigest()
    def commits(self, *revisions: str) -> dict[str, _Commit]:  # parents before children
        found = dict[str, _Commit]()
        for oid in self.git("rev-list", "--topo-order", "--reverse", *revisions, "--").split():
            head, _, words = self.read(oid).decode(errors="surrogateescape").partition("\n\n")
            rows = [line.partition(" ")[::2] for line in head.split("\n")]
            parents, one = tuple(v for k, v in rows if k == "parent"), dict(reversed(rows))
            email = one.get("author", "").rpartition("> ")[0].partition("<")[2]
            found[oid] = _Commit(oid, len(found), parents, one["tree"], email, words)
        return found
# -- files: docs/format.md -------------------------------------------------------------------
_HIDDEN = re.compile(
    "[\0-\x1f\x7f-\xa0\xad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]")
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FIRST, _WORD = "A-Za-z_/\u00c0-\U0010ffff", "[A-Za-z_][A-Za-z0-9_.@+-]*"
_MARKS = r"0-9.@+,;!?()'&=*%<>~^|\\$\[\]{}\"-"
_PLAIN = re.compile(rf"[{_FIRST}](?:[{_FIRST}{_MARKS}]|:(?=[^ ])|(?<! )#| (?=[^ ]))*")
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"}
_ENTRY = re.compile(rf'( *)({_WORD}|"(?:[^"\\]|\\.)*"):(?: (.*))?')
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
class _Bad(ValueError):
    """A file that cannot be taken; the code that says why."""
class Flag(int):
    """True or false in a file."""
def _is_plain(text: str) -> bool:
    return not (_HIDDEN.search(text) or text.lower() in _RESERVED or not _PLAIN.fullmatch(text))
def _quoted(text: str) -> str:
    text = re.sub(r'(["\\])', r"\\\1", text).replace("\n", "\\n").replace("\t", "\\t")
    return '"' + _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + '"'
def _value(value: Any, indent: str) -> str:  # what comes after a key's colon, or an item's dash
    if isinstance(value, dict):
        return "\n" + dumped(value, indent + "  ")
    if isinstance(value, list):
        return "\n" + "".join(f"{indent}-{_value(one, indent)}" for one in value)
    if not isinstance(value, str):
        return f" {str(bool(value)).lower() if isinstance(value, Flag) else value}\n"
    lines = value.split("\n")
    is_block = lines[1:] and not lines[-1] and lines[-2].strip(" ") and value[0] not in " \n"
    if not is_block or any(map(_HIDDEN.search, lines)):
        return f" {value if _is_plain(value) else _quoted(value)}\n"
    return " |\n" + "".join(f"{indent}  {line}\n" if line else "\n" for line in lines[:-1])
def dumped(values: Map, indent: str = "", order: Iterable[str] = ()) -> str:
    """A map in the canonical form."""
    text = ""
    for key in (one for one in order or sorted(values) if one in values):
        is_word = re.fullmatch(_WORD, key) and key.lower() not in _RESERVED
        text += f"{indent}{key if is_word else _quoted(key)}:{_value(values[key], indent)}"
    return text
def _unread(code: str = "TK1xx") -> Any: raise _Bad(code)
def _read(text: str) -> Map:  # what is in the grammar, whatever form each value has
    lines = deque(text.split("\n"))
    values = _map(lines, "") if lines.pop() == "" else _unread()
    return _unread() if lines else values
def _map(lines: deque[str], indent: str, depth: int = 1) -> Map:
    values: Map = {}
    while lines and (found := _ENTRY.fullmatch(lines[0])) and found[1] == indent:
        _, key = lines.popleft(), _word(found[2])
        values[key] = _after(lines, found[3], indent, depth) if key not in values else _unread()
    return values if values and depth < 5 else _unread()
def _after(lines: deque[str], rest: str | None, indent: str, depth: int) -> Any:
    if rest not in (None, "|"):
        return _word(rest or "")
    found: list[Any] = []
    if rest:
        while lines and (not lines[0] or lines[0].startswith(indent + "  ")):
            found.append(lines.popleft()[len(indent) + 2 :] + "\n")
        return "".join(found) or _unread()
    while lines and lines[0].startswith(indent + "- "):
        found.append(_after(lines, lines.popleft()[len(indent) + 2 :], indent, depth))
    return found or _map(lines, indent + "  ", depth + 1)
def _word(text: str) -> Any:
    is_number = re.fullmatch(r"0|-?[1-9][0-9]{0,15}", text)
    if is_number or text in ("true", "false"):
        return int(text) if is_number else Flag(text == "true")
    return json.loads(text) if text[:1] == '"' else text if _is_plain(text) else _unread()
# -- values: a kind is a pattern of one line, a range, some words, a list or map of kinds ------
STATES = ("backlog", "todo", "in_progress", "in_review", "blocked", "done", "cancelled")
RESOLUTIONS = {"done": ("completed", "merged", "no_pr"), "cancelled": (
    "dropped", "failed", "duplicate", "superseded", "rejected", "timeout", "mistake")}
_REASONS = (*_words("user event until job child dependency approval failed stale other"
    " rate_limit checkpoint cost memory paused"),)  # the last five came with format 2
_NO_IDS = {*_words("config con prn aux nul"), *(a + n for a in ("com", "lpt") for n in "123456789")}
_BRANCH = r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|^@$|^[-/]|[./]$|.{201}"
def _need(is_so: object, value: Any = None) -> Any: return value if is_so else _unread("TK104")
def _is_number(raw: Any) -> bool: return isinstance(raw, int) and not isinstance(raw, Flag)
def _text(raw: Any) -> str:
    raw = str(bool(raw)).lower() if isinstance(raw, Flag) else str(raw) if _is_number(raw) else raw
    _need(isinstance(raw, str) and not _CONTROL.search(raw) and raw.rstrip("\n"))
    return str(raw.rstrip("\n") + "\n" * ("\n" in raw.rstrip("\n")))
def _line(raw: Any) -> str:
    return str(_need(not {*"\n\t"} & {*(value := _text(raw))} and value == value.strip(), value))
def _is_id(text: str) -> bool: return bool(re.fullmatch(_NAME, text)) and text not in _NO_IDS
def _id(raw: Any) -> Any: return _need(_is_id(value := _line(raw)), value)
def _branch(raw: Any) -> Any: return _need(not re.search(_BRANCH, value := _line(raw)), value)
_AMOUNT = r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?"
def _amount(raw: Any) -> Any: return _need(re.fullmatch(_AMOUNT, value := _text(raw)), value)
def _time(raw: Any) -> Any:
    _need(re.fullmatch(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:[0-5]\dZ", value := _line(raw), re.ASCII))
    return _need(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ"), value)
def _day(raw: Any) -> Any: return _need(_time(f"{_line(raw)}T00:00:00Z"), raw)
def _own(raw: Any, depth: int = 4) -> Any:  # what is one's own, under x
    if isinstance(raw, dict):
        _need(depth > 1)
        return {_clean(key, _KEY): _own(raw[key], depth - 1) for key in sorted(raw, key=str)}
    if isinstance(raw, list):
        _need(depth > 1 and not any(isinstance(one, (dict, list)) for one in raw))
        return [_own(one, depth) for one in raw]
    _need(depth < 4 and (not isinstance(raw, int) or abs(raw) <= GREATEST))
    return _need(not isinstance(raw, str) or not _CONTROL.search(raw), raw)
ENDED, _SAID, _BARE = STATES[5:], r'"(?:[^"\\]|\\["\\])+"', r"[!#-\[\]-~]+"
_ROUND, _NAME, _TYPE = "[1-9][0-9]{0,9}", "[a-z0-9][a-z0-9_-]{0,62}", "[a-z][a-z0-9_-]{0,31}"
_VERDICT = (rf"({_ROUND}\.{_ROUND}) (approved|rejected) ({_SAID}|{_BARE}) (-|[0-9a-f+]+)"
            rf"(?: ({_AMOUNT}))?((?: {_SAID})*)")
_EVIDENCE = (rf"({_NAME}) (pass|fail) ([0-9a-f]{{40}}|[0-9a-f]{{64}}) ({_SAID}|{_BARE})"
    rf" (?:- - -|(timeout|0|[1-9][0-9]{{0,2}}) {_AMOUNT} [0-9a-f]{{64}}) (-|{_SAID})( flaky)?"
    r"(?: https?://[!-~]{1,500})?")
_DECISION = rf"({_SAID}|{_BARE}) (?:-|100|[1-9]?[0-9])((?: {_SAID}){{3,43}})"
_ATTEMPT = (rf"[1-9][0-9]{{0,8}} [a-z][a-z_]{{0,31}} ({_SAID}|{_BARE}) (?:-|{_TYPE})"
    rf" ({_SAID}|{_BARE})(?: ({_SAID}))?")
_ARTIFACT = (r"([0-9a-f]{40}|[0-9a-f]{64}) (0|[1-9][0-9]{0,8}) (-|X/X) [^/\\\s][^/\\]{0,199}"
    .replace("X", "[a-z0-9.+-]{1,60}"))
_Verdict = namedtuple("_Verdict", "when approves actor work score")  # of which work
_Evidence = namedtuple("_Evidence", "about passed actor ran flaky")  # a gate, its command, a code
def _meant(text: str, plain: str = "") -> str:  # in quotes, unless it could be plain
    said = _line(re.sub(r"\\(.)", r"\1", text[1:-1])) if text[:1] == '"' else text
    return str(_need(said == text or not re.fullmatch(plain, said), said))
def _groups(how: str, raw: Any) -> Any: return _need(f := re.fullmatch(how, _line(raw)), f).groups()
def _verdict(raw: Any) -> _Verdict:  # in a line of a task; raises _Bad
    when, way, actor, work, score, more = _groups(_VERDICT, raw)
    gaps, ids = [*map(_meant, re.findall(_SAID, more))], work.split("+") if work != "-" else []
    _need(ids == sorted({*ids}) and {*map(len, ids)} <= {40, 64})
    _need(len(gaps) <= 20 * (way == "rejected") and all(len(one) <= 500 for one in gaps))
    return _Verdict(when, way == "approved", _meant(actor, _BARE), work, score)
def _evidence(raw: Any) -> _Evidence:
    gate, way, code, actor, end, command, flaky = _groups(_EVIDENCE, raw)
    _need(end is None or (way == "pass") == (end == "0"))
    about = gate, None if command == "-" else _meant(command), code
    return _Evidence(about, way == "pass", _meant(actor, _BARE), end is not None, bool(flaky))
def _decision(raw: Any) -> str:  # who decided
    actor, said = _groups(_DECISION, raw)
    texts = [*map(_meant, re.findall(_SAID, said))]
    return str(_need(len(texts) % 2 and max(map(len, texts)) <= 500, _meant(actor, _BARE)))
def _answer(raw: Any) -> Any: return _groups(rf"({_TOKEN}): (?!\s)(.{{1,1000}})", raw)
def _attempt(raw: Any) -> tuple[str, ...]:
    actor, branch, text = _groups(_ATTEMPT, raw)
    return _meant(actor, _BARE), _meant(branch, _BARE), _need(len(_meant(text or "-")) <= 200, "-")
SAYS = {"verdicts": _verdict, "evidence": _evidence, "answers": _answer, "decisions": _decision}
def _kept(read: Callable[[Any], Any]) -> Any: return lambda raw: _need(read(raw), raw)
def _true(raw: Any) -> Any: return _need(
    isinstance(raw, Flag) or raw in ("true", "false"), Flag(1) if raw in (1, "true") else None)
def _clean(raw: Any, kind: Any) -> Any:  # the value that is kept; raises _Bad
    if isinstance(kind, str):
        return _need(re.fullmatch(kind, value := _line(raw)), value)
    if isinstance(kind, range):
        return _need(_is_number(raw) and raw in kind, raw)
    if isinstance(kind, tuple):
        return _need((value := _text(raw)) in kind, value)
    if isinstance(kind, (list, frozenset)):  # a set of a kind
        items = [_clean(one, *kind) for one in _need(isinstance(raw, list), raw)]
        return items if isinstance(kind, list) else sorted(set(items))
    if not isinstance(kind, dict):
        return kind(raw)
    values, (name, each) = {}, kind.get(ANY, (None, None))  # of any keys of a kind
    for key in _need(isinstance(raw, dict), raw) if name is None else sorted(raw, key=str):
        _unread("TK103") if name is None and key not in kind else None
        values[_clean(key, name) if name else key] = _clean(raw[key], each or kind[key])
    return {key: value for key, value in values.items() if value is not None}
ANY, _COUNT, _FROM_1, _IDS = "*", range(GREATEST + 1), range(1, GREATEST + 1), frozenset([_id])
_KEY, _TOKEN = "[A-Za-z_][A-Za-z0-9_.-]{0,62}", "[A-Za-z0-9][A-Za-z0-9_./:@+#-]{0,99}"
_LABEL, _LINES, _SHORT = "[A-Za-z0-9][A-Za-z0-9_./:+@-]{0,62}", frozenset([_line]), ".{1,300}"
_SPENT = {"cost": _amount, **dict.fromkeys(_words("calls rework seconds steps tokens"), _COUNT)}
_QUOTA = {**{n: _SPENT[n] for n in _words("calls cost steps tokens")}, "window": "[1-9][0-9]?[hd]"}
_LIMITS, _CONCERNS = {**_SPENT, "scope": ("lifetime", "attempt")}, [r"(design|ops): \S.{0,499}"]
_SHOWN = [*2 * [[rf"(?!.* -- ){_SHORT}"]], [rf"(?!.* -- .* -- ){_SHORT} -- {_SHORT}"]]
CHECKS, _URL = _words("criteria met waived checklist checked skipped"), "https?://[!-~]{1,500}"
_SPEC = {"constraints": _text, "output": _text, "goal": _SHORT, "model": _SHORT, "role": _NAME,
    "inputs": frozenset([_SHORT]), "paths": frozenset([rf"(?!/|(.*/)?\.{{1,2}}(/|$)){_SHORT}"])}
_WAIT = {"reason": _REASONS, "detail": _text, "key": _TOKEN, "until": _time, "then": ("cancel",),
    "tasks": _IDS, "prompt": ".{1,500}", "choices": [".{1,500}"], "by": _line, "set_by": _line}
_LOOPS = tuple(_words("identity ancestors respawn children chain discovered repeats"))
WHY = [f"admission.{n}" for n in _words("consumer expected_value pain_point validation_path")]
TASK: Map = {
    "id": _id, "title": _line, "type": _TYPE, "state": STATES, "priority": range(5), "parent": _id,
    "origin": _id, "reopens": _id, "imported": "[a-z][a-z0-9-]{0,31}:.{1,200}",
    "depends_on": _IDS, "labels": frozenset([_LABEL]),
    "stream": _NAME, "due": _day, "estimate": _FROM_1, "links": frozenset([_URL]), "owner": _line,
    "creator": _line, "attempt": _FROM_1, "branch": _branch, "base": _branch,
    "pr": f"[1-9][0-9]{{0,9}}|{_URL}", "agent": ".{1,200}", "budget": {**_LIMITS, "depth": _COUNT},
    "spent": _SPENT, "retry": {"max": _FROM_1, "not_before": _time},
    "admission": dict.fromkeys((n[10:] for n in WHY), _text), "spec": _SPEC,
    "wait": {**_WAIT, "earlier": _WAIT}, "error": {"kind": _TYPE, "message": _text},
    "resolution": (*chain(*RESOLUTIONS.values()),), "description": _text, "concerns": _CONCERNS,
    "settled": _CONCERNS, **dict(zip(CHECKS, 2 * _SHOWN)), **{n: [_kept(SAYS[n])] for n in SAYS},
    **{n: [".{1,500}"] for n in ("lessons", "tried")}, "attempts": [_kept(_attempt)],
    "artifacts": [_ARTIFACT], "notes": [_text], "x": _own}
EDGES = {(start, end): verb for start, end, verb in (one.split("/") for one in _words(
    "backlog/todo/admit todo/in_progress/start todo/blocked/block todo/cancelled/cancel"
    " in_progress/in_review/submit in_progress/done/done in_progress/blocked/block"
    " in_progress/cancelled/cancel in_review/done/approve in_review/in_progress/reject"
    " in_review/blocked/block in_review/cancelled/cancel blocked/in_progress/resume"
    " blocked/todo/requeue blocked/cancelled/cancel"))}
NAMES = [*TASK, *(f"{a}.{b}" for a in _words("budget spent retry admission spec") for b in TASK[a])]
_GUARD = {"state": frozenset([STATES]), "type": frozenset([_TYPE]), "label": frozenset([_LABEL]),
    "role": _NAME, **dict.fromkeys(("approvals", "attempt"), _FROM_1), "concerns": ("settled",),
    "criteria": ("met",), "evidence": frozenset([_NAME]), "signed": _true,
    "fields": frozenset(["|".join((*map(re.escape, NAMES), rf"x\.{_KEY}"))])}
def _guard(raw: Any) -> Map: return dict(_need("state" in (one := _clean(raw, _GUARD)), one))
_GATE = {"run": ".{1,300}", "timeout": range(1, 86401), "state": frozenset([STATES]),
         "type": frozenset([_TYPE]), "role": _NAME}
def _gate(raw: Any) -> Map: return dict(_need({"run", "role"} & {*(v := _clean(raw, _GATE))}, v))
_VERBS = (*EDGES.values(), "new", "edit", "note")
_MAY = {"verbs": frozenset([_VERBS]), "paths": _LINES, "branches": _LINES}
def _proposal(raw: Any) -> Map:
    values = _clean(raw, {"by": _line, "policy": _text})
    return dict(_need(len(values) == 2 and "proposal" not in _proposed(values), values))
POLICIES: Map = {
    **dict.fromkeys(_words("version format law"), _FROM_1), "prefix": "[a-z0-9][a-z0-9_]{0,15}",
    "layout": ("flat",), "squash": ("refuse", "path"), "review": ("optional", "required"),
    "forbid": frozenset([tuple(f"{a}->{b}" for a, b in EDGES)]), "depth": range(1001),
    **dict.fromkeys(_words("children chain discovered"), _COUNT),
    "loops": {ANY: (_LOOPS, ("refuse", "warn"))}, "budget": _LIMITS,
    "budgets": {ANY: (_TYPE, _LIMITS)}, "warn_at": range(1, 101), "retry": _FROM_1,
    "backoff": dict.fromkeys(_words("base cap factor"), range(2592001)),
    "retry_on": frozenset([_TYPE]), "repeats": _FROM_1, "roles": {ANY: (_NAME, _LINES)},
    "attribution": ("optional", "required"), "claims": ("local", "remote", "required"),
    **dict.fromkeys(_words("lease wip_actor wip_total failures"), _FROM_1),
    "rates": {ANY: (_line, "[1-9][0-9]{0,2}/([1-9][0-9]?)?[mhd]")},
    "quotas": {ANY: (_line, lambda raw: _need({*(one := _clean(raw, _QUOTA))} - {"window"}, one))},
    "reservations": ("warn", "refuse"), "protected": _LINES, "actors": {ANY: (_line, _line)},
    "approvals": {"count": range(1, 101), "independent": _true, "role": _NAME, "score": _amount},
    "spec": ("free", "frozen"), "admission": ("off", "agents", "required"),
    "types": frozenset([_TYPE]), "prices": {ANY: (_line, {"input": _amount, "output": _amount})},
    "artifact_size": _COUNT, "guards": {ANY: (_NAME, _guard)}, "gates": {ANY: (_NAME, _gate)},
    "may": {ANY: (_line, _MAY)}, "keys": {ANY: (_line, frozenset([_text]))}, "proposal": _proposal,
    "proof": ("name", "pusher", "signature"), "pushers": {ANY: (_line, _LINES)},
    "shared_login": ("one", "independent"),
    "subject": r"(?!.*Tk-)[^{}]{0,60}\{subject\}[^{}]{0,60}",
    "accepted": {ANY: ("[0-9a-f]{40}([0-9a-f]{24})?", _text)}}
QUALIFIERS = ("owner", "wait", "error", "resolution")
SETS = ("depends_on", "labels", "links", "spec.inputs", "spec.paths")
LOGS = [name for name, kind in TASK.items() if isinstance(kind, list)]
MOVES = ("state", "attempt", "branch", "base", "spent", "retry", "attempts", *QUALIFIERS)
PROOFS = ("settled", *CHECKS[1:3], *CHECKS[4:], "verdicts", "evidence", "answers")
MOST = {"notes": (1000, 48), **dict.fromkeys(("concerns", "criteria"), (100, 12))}
DEFAULTS = {"prefix": "tk", "layout": "flat", "squash": "refuse", "review": "optional", "depth": 10,
    "attribution": "optional", "claims": "local", "lease": 3600, "proof": "name", "spec": "free",
    "admission": "off", "shared_login": "one", "subject": "tk: {subject}", "reservations": "warn",
    "warn_at": 80}
LATER = {*[*TASK][11:15], *LOGS[2:-1],  # what format 2 brought; `admission` of the policy only
    *_words("reopens approvals spec admission guards gates may keys proof pushers shared_login"
    " subject proposal rates reservations types prices backoff retry_on warn_at repeats"
    " artifact_size quotas imported")}
def _parsed(data: bytes, kinds: Map, required: Iterable[str]) -> Map:
    _unread("TK109") if len(data) > 64 * 1024 else None
    text = data.decode(errors="surrogateescape")
    try:
        raw = _read(data.decode())
        if any(isinstance(n := raw.get(key), int) and n > most for key, most in NEWEST.items()):
            raise SystemExit("this ledger is newer than this program")
        values: Map = _clean(raw, kinds)
        _need(all(key in values for key in required))
        if kinds is POLICIES:
            values = {key: one for key, one in values.items() if one != DEFAULTS.get(key)}
            values = {**values, **{key: raw.get(key, one) for key, one in DEFAULT.items()}}
        _unread("TK108") if dumped(values, order=kinds).encode() != data else None
    except UnicodeDecodeError:
        raise _Bad("TK101") from None
    except ValueError as bad:
        code = str(bad) if isinstance(bad, _Bad) else "TK1xx"
        raise _Bad("TK102" if _MARKER.search(text) else code) from None
    return values
# -- the ledger of a commit: docs/judging.md -------------------------------------------------
_Flaw = namedtuple("_Flaw", "code told mark")  # the rule, what it is told as
Entries = dict[str, "Map | _Flaw"]
_ALIKE = str.maketrans(
    "\u0660\u06d4\u06f0\u0701\u0702\ua4f8\u0442\u03c4\u1d1b\u0430\u03b1\u0251\u1d00\u0455\ua731"
    "\u043a\u03ba\u1d0b\u0138", "......tttaaaasskkkk")
_UNSEEN = "[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
def _plain_name(name: str) -> str:
    text = re.sub(_UNSEEN, "", unicodedata.normalize("NFKC", name))
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn", "Me", "Cc"))
    return unicodedata.normalize("NFKC", text.casefold()).rstrip(". ")
def _looks_like_folder(name: str) -> bool:
    plain = re.split(r"[:\\]", _plain_name(name), maxsplit=1)[0].rstrip(". ")
    alike = plain.translate(_ALIKE) == FOLDER or re.match("tasks~[0-9]+$", plain)
    return name != FOLDER and bool(alike)
class _Ledger(NamedTuple):  # what .tasks holds, by task id or path; and the policy in force
    entries: Entries
    policy: Map | None
    def task(self, key: str | None) -> Map | None:  # if its file can be read
        found = self.entries.get(key) if key and "/" not in key else None
        return found if isinstance(found, dict) else None
    def tasks(self) -> dict[str, Map]: return {k: t for k in self.entries if (t := self.task(k))}
EMPTY = _Ledger({}, None)
class _History:  # commits, their ledgers, how they hang together; sets of commits are bits
    def __init__(self, objects: _Objects, *revisions: str) -> None:
        self.objects, self.commits = objects, objects.commits(*revisions)
        self.ledgers, self._ancestors = dict[str, _Ledger](), dict[str, int]()
        self._folders, self._deleters = dict[Any, Entries](), dict[str, list[str]]()
        for oid, commit in self.commits.items():
            entries = self._entries(commit.tree)
            above = [self.ledgers[one].policy for one in commit.parents[:1]]
            policies = (one for one in (entries.get(POLICY), *above) if isinstance(one, dict))
            self.ledgers[oid] = _Ledger(entries, next(policies, None))
            self._ancestors[oid] = 1 << commit.place | self.all_of(commit.parents)
            for parent in commit.parents:
                for key in self.ledgers[parent].entries.keys() - entries.keys():
                    self._deleters.setdefault(key, []).append(oid)
    def _entries(self, tree: str) -> Entries:
        root = [*self.objects.tree(tree)]
        names = [f"{name}/" if mode == "040000" else name for mode, name, _ in root]
        order = [name.encode(errors="surrogateescape") for name in names]
        plain = {name for _, name, _ in root if "/" not in name}
        is_odd = order != sorted(order) or len(plain) < len(root)
        looks = tuple(name for _, name, _ in root if _looks_like_folder(name))
        found = tuple((mode, oid) for mode, name, oid in root if name == FOLDER)
        known = (found, looks, tree if is_odd else "")
        if known not in self._folders:
            entries: Entries = {f"{name}/": _Flaw("TK106", name, name) for name in looks}
            entries |= {".tasks//": _Flaw("TK107", FOLDER, tree)} if is_odd else {}
            for mode, oid in found:
                if mode == "040000":
                    self._take(FOLDER, oid, entries)
                else:
                    entries[".tasks/"] = _Flaw("TK107", FOLDER, f"{mode} {oid}")
            self._folders[known] = entries
        return self._folders[known]
    def _take(self, folder: str, oid: str, entries: Entries) -> None:
        for mode, name, blob in self.objects.tree(oid):
            path = f"{folder}/{name}"
            if mode == "040000":
                self._take(path, blob, entries)
                continue
            is_task = folder == FOLDER and name.endswith(".yaml") and _is_id(name[:-5])
            key, twice = name[:-5] if is_task else path, _Flaw("TK107", path, "twice")
            entries[key] = twice if key in entries else self._entry(key, path, mode, blob)
    @cache  # noqa: B019
    def _entry(self, key: str, path: str, mode: str, oid: str) -> Map | _Flaw:
        if mode != "100644":
            return _Flaw("TK107", path, f"{mode} {oid}")
        if key == path and path != POLICY:
            plain = _plain_name(name := path[len(FOLDER) + 1 :])
            meant = plain == "config.yaml" or (plain.endswith(".yaml") and _is_id(plain[:-5]))
            is_file = name.endswith(".yaml") and "/" not in name
            code = "TK106" if plain != name and meant else "TK105" if is_file else "TK110"
            return _Flaw(code, path, oid)
        try:
            kind = (POLICIES, ()) if key == POLICY else (TASK, ("id", "title", "state"))
            found = _parsed(self.objects.read(oid), *kind)
            return found if found.get("id", key) == key else _Flaw("TK105", key, oid)
        except _Bad as bad:
            return _Flaw(str(bad), key, oid)
    def at(self, oid: str) -> _Ledger:  # empty without a policy, be it one that cannot be read
        found = self.ledgers[oid]
        return found if found.policy is not None or POLICY in found.entries else EMPTY
    def governing(self, parents: tuple[str, ...], after: _Ledger) -> Map | None:  # what judges
        known = [one for oid in parents if (one := self.ledgers[oid].policy) is not None]
        own = (after.policy or DEFAULT) if POLICY in after.entries else None
        return max(known, key=lambda one: int(one["version"])) if known else own
    def independent(self, parents: tuple[str, ...]) -> tuple[str, ...]:
        some = tuple(dict.fromkeys(parents))
        others = {one: self.all_of(other for other in some if other != one) for one in some}
        return tuple(one for one in some if not others[one] >> self.commits[one].place & 1)
    def former(self, oid: str, key: str) -> Iterator[Map]:  # the last that could be read
        is_there = key in self.at(oid).entries
        yield from self._mended(oid, key) if is_there else ()
        for commit in () if is_there else self._deleters.get(key, ()):
            if self._ancestors[oid] >> self.commits[commit].place & 1:
                for parent in self.commits[commit].parents:
                    task = self.at(parent).task(key)
                    yield from [task] if task is not None else self._mended(parent, key)
    def _mended(self, oid: str, key: str) -> Iterator[Map]:
        while (flaw := self.at(oid).entries.get(key)) is not None:
            sides = {one: self.at(one).entries.get(key) for one in self.commits[oid].parents}
            same = [one for one, entry in sides.items() if entry == flaw]
            others = [*same, *(one for one, entry in sides.items() if entry is not None)]
            found = [entry for entry in sides.values() if isinstance(entry, dict)]
            if (found and not same) or not others:
                yield from found
                return
            oid = others[0]
    @cache  # noqa: B019
    def own_content(self, commit: _Commit, *how: str) -> str:
        sides = self.independent(commit.parents)
        if 1 < len(sides) < len(commit.parents):
            return "all of it"
        args = [sides[0], commit.oid] if len(sides) == 1 else ["--cc", "--no-commit-id", commit.oid]
        return self.objects.git("diff-tree", "-r", *how, *args, "--", ".", f":(exclude){FOLDER}")
    @cache  # noqa: B019
    def files(self, oid: str) -> dict[str, str]:  # the files outside the ledger, and what is there
        rows = self.objects.git("ls-tree", "-r", "-z", oid).split("\0")[:-1]
        found = {path: what for what, _, path in (row.partition("\t") for row in rows)}
        return {path: what for path, what in found.items() if path.split("/")[0] != FOLDER}
    def all_of(self, tips: Iterable[str]) -> int:  # commits and their histories
        return reduce(int.__or__, (self._ancestors[oid] for oid in tips), 0)
    def members(self, bits: int) -> list[_Commit]:  # the commits of a set
        return [one for one in self.commits.values() if bits >> one.place & 1]
    def merge_bases(self, parents: tuple[str, ...]) -> list[str]:
        left, found, order = -1 if parents[1:] else 0, list[str](), [*self.commits]
        left = reduce(int.__and__, (self._ancestors[oid] for oid in parents), left)
        while left:
            found.append(order[left.bit_length() - 1])
            left &= ~self._ancestors[found[-1]]
        return found
# -- the lifecycle: docs/lifecycle.md --------------------------------------------------------
def _edges(policy: Map, is_jump: bool = False) -> set[tuple[str, str]]:  # that a policy leaves
    gone = {tuple(each.split("->")) for each in policy.get("forbid", ())}
    asked = {name for name, value in policy.get("approvals", {}).items() if value}
    must = policy.get("review") == "required" or asked - {"independent"}
    barred = ["in_progress"] * bool(must) + ["in_review"] * bool(is_jump and (must or asked))
    return {(a, b) for a, b in EDGES if (a, b) not in gone and (b != "done" or a not in barred)}
def _reach(table: set[tuple[str, str]], state: str) -> dict[str, list[str]]:
    seen, waiting = {state: list[str]()}, [state]  # where it leads, and by which: the shortest way
    for one in waiting:
        more = [b for a, b in EDGES if a == one and (a, b) in table and b not in seen]
        seen |= {b: [*seen[one], b] for b in more}
        waiting += more
    return seen
def _way(policy: Map, start: str, end: str) -> list[str] | None:  # that a commit may move a task
    far = _reach(_edges(policy, True), start).get(end) if policy.get("squash") == "path" else None
    return [end] if (start, end) in _edges(policy) else far
def _birth_way(policy: Map, state: str) -> list[str] | None:
    way = _way(policy, "todo", state) if policy.get("squash") == "path" else None
    return [state] if state in STATES[:2] else None if way is None else ["todo", *way]
def _entered(policy: Map, old: Map | None, end: str) -> list[str]:  # the states on its way
    way = _way(policy, old["state"], end) if old else _birth_way(policy, end)
    return way if way is not None else [end] if old else ["todo", end]
def _counts_right(policy: Map, start: str, end: str, more: int) -> bool:  # as attempts rise
    again, table = ("blocked", "todo"), _edges(policy, True)
    if policy.get("squash") != "path":
        return more == ((start, end) == again)
    if more < 1:
        is_edge = (start, end) in _edges(policy) - {again}
        return more == 0 and (is_edge or end in _reach(table - {again}, start))
    ways = "blocked" in _reach(table, start) and end in _reach(table, "todo")
    return again in table and ways and (more == 1 or "blocked" in _reach(table, "todo"))
# -- the rules: docs/rules.md ----------------------------------------------------------------
Found = Iterator[tuple[str, str]]  # codes, and what each is told of
class _Change:  # a commit as the rules see it, by its policy or by that of a later merge
    def __init__(self, history: _History, commit: _Commit, by: Map | None = None) -> None:
        self.history, self.commit, self.after = history, commit, history.ledgers[commit.oid]
        own, self.parents = history.governing(commit.parents, self.after), commit.parents
        if len(self.parents) > 2 and own is not None and own["law"] > 1:
            self.parents = history.independent(self.parents)
            self.parents *= 2 if len(self.parents) < 2 else 1
        self.own: Map = history.governing(self.parents, self.after) or {}
        self.policy: Map = by if by is not None and self.own else self.own
        self.law, self.format = (int(self.policy.get(name, 1)) for name in ("law", "format"))
        self.is_merge = len(self.parents) > 1
        self.actor = self.name(commit.who() or "nobody" * (self.law > 1))
        self.sides = tuple(map(history.at, self.parents))
        self.before = self.sides[0] if self.sides else EMPTY
        self.edition = max([self.law, *(int(p["law"]) for _, p in self.sides * self.is_merge if p)])
        self.bases = tuple(map(history.at, history.merge_bases(self.parents)))
        new, olds = self.after.entries, [side.entries for side in self.sides or (EMPTY,)]
        keys = set[str]().union(*([] if all(old is new for old in olds) else [*olds, new]))
        self.touched = sorted(k for k in keys if any(old.get(k) != new.get(k) for old in olds))
        self.present = [one for key in self.touched if (one := self.after.task(key)) is not None]
        self.made = [t for t in self.present if all(s.task(t["id"]) != t for s in self.sides)]
        had, mine = self.before.entries if self.law < 2 else {}, self.present * (not self.is_merge)
        self.created = [t for t in mine if t["id"] not in had and not self.former(0, t["id"])]
        self.brought = self.created if self.law > 1 and self._is_import() else []
        self.births = self.created if not self.brought else []
        self.going = [(None, one) for one in self.brought if one["state"] not in ENDED]
        self.edits = [(old, new) for new in mine for old in self.former(0, new["id"])]
        self.pairs: list[tuple[Map | None, Map]] = [*((None, t) for t in self.births), *self.edits]
        self.entered = [(old, t, _entered(self.policy, old, t["state"])) for old, t in self.pairs
                        if old is None or old["state"] != t["state"]]
        may_waive = _has_role(self.policy, self.actor, "override")
        self.is_waived = may_waive and commit.says_why("Tk-Override")
    def _is_import(self) -> bool:
        moved = (t["state"] not in STATES[:2] or t.get("attempt", 1) > 1
                 for t in self.before.tasks().values() if "imported" not in t)
        only = len(self.created) == len(self.touched) and all("imported" in t for t in self.created)
        known = "policy" in self.policy.get("roles", {})
        return only and not (_lacks(self.policy, self.actor, "policy") if known else any(moved))
    def former(self, number: int, key: str) -> list[Map]:
        found = self.sides[number].task(key) if self.sides else None
        if found is not None or not self.sides or self.law < 2:
            return [found] if found is not None else []
        return list(self.history.former(self.parents[number], key))
    def past(self) -> Any: return self.history.members(self.history.all_of([self.commit.oid]))
    def name(self, actor: str) -> str: return str(self.policy.get("actors", {}).get(actor, actor))
def _fits(pattern: str, text: str) -> bool:
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL))
def _has_role(policy: Map, actor: str, role: str) -> bool:
    names, known = policy.get("actors", {}), policy.get("roles", {}).get(role, [])
    named = any(_fits(names.get(one, one), names.get(actor, actor)) for one in known)
    return named if policy.get("format", 1) > 1 else actor in known
def _lacks(by: Map, who: str, role: str) -> bool: return bool(who) and not _has_role(by, who, role)
def _told(change: _Change) -> set[tuple[str, str]]:  # all that a commit breaks
    rules = [_authority, _allowed, *([_joined] if change.is_merge else [_reviews, _recorded])]
    if change.touched:
        rules += [_form, _full, _links, _too_deep, _cycles, _family, _fields, _policies]
        rules += [_merged] if change.is_merge else [_births, _edits, _attempts, _growth]
    found = {one for rule in rules if change.policy for one in rule(change)}
    left_out = SINCE_2 if change.edition < 2 else OVERRIDABLE if change.is_waived else ()
    return {(code, key) for code, key in found if code not in left_out}
SINCE_2 = {f"TK{n}" for n in (111, 216, 217, 218, 313, 608, 609, *range(503, 524))}
OVERRIDABLE = {"TK505", "TK507", "TK513", "TK515", "TK517"}
def _if(key: str, **codes: object) -> Found: return ((c, key) for c, bad in codes.items() if bad)
def _form(change: _Change) -> Found:  # TK101 to TK110, TK204, TK601: what lies there, or is gone
    for key in change.touched:
        new, olds = change.after.entries.get(key), [s.entries.get(key) for s in change.sides]
        if new is None:
            bases = [None, *(base.entries.get(key) for base in change.bases)]
            lost = not change.is_merge or None not in olds or any(o not in bases for o in olds)
            yield from _if(key, TK601=key == POLICY, TK204=lost and "/" not in key)
        elif isinstance(new, _Flaw):
            yield from _if(new.told, **{new.code: new not in olds})
        elif change.format < 2:
            known = {name for old in olds if isinstance(old, dict) for name in _later(old)}
            yield from _if(key, TK103=_later(new) - known)
def _size(task: Map) -> int: return len(dumped(task, order=TASK).encode())
def _taken(task: Map) -> int:  # with what is open settled
    more = {"settled": [*dict.fromkeys(_open(task))], "met": [*_unshown(task)]}
    return _size({**task, **{n: [*task.get(n, ()), *some] for n, some in more.items() if some}})
def _full(change: _Change) -> Found:  # TK111
    for new in change.present:
        much = _size(new) if (has_ended := new["state"] in ENDED) else _taken(new)
        yield from _if(new["id"], TK111=change.is_merge and not has_ended and much > 63.5 * 1024)
        for old in change.former(0, new["id"]) or [{}] if not change.is_merge else ():
            longer = [n for n in LOGS if len(new.get(n, ())) > len(old.get(n, ()))]
            most = ((new[n], *MOST.get(n, (200, 24))) for n in longer)
            long = any(len(some) > count or sum(len(one.encode()) for one in some) > size * 1024
                       for some, count, size in most)
            changed = {n for n in TASK if old.get(n) != new.get(n)}
            rest = {n: one for n, one in new.items() if n not in (*MOVES, *PROOFS)}
            rest |= {n: one for n, one in old.items() if n in (*MOVES, *PROOFS)}
            is_move = "state" in changed and changed <= {*MOVES}
            limit = 63.5 if is_move else 63 if old and _taken(rest) <= _taken(old) else 56
            limit = 56 if not old else 64 if has_ended else limit
            yield from _if(new["id"], TK111=long or much > max(limit * 1024, _taken(old)))
def _later(values: Map) -> set[str]:
    found = LATER & values.keys() - ({"admission"} if "id" in values else set())
    found |= {f"roles.{one}" for one in values.get("roles", ()) if one not in ("budget", "policy")}
    found |= {f"wait.{one}" for one in values.get("wait", ()) if one not in ("reason", "detail")}
    within = (("budget", "calls"), ("spent", "calls"), ("loops", "repeats"))
    found |= {f"{one}.{name}" for one, name in within if name in values.get(one, ())}
    found |= {f"{n} calls" for n, one in values.get("budgets", {}).items() if "calls" in one}
    said = {values.get("resolution"), values.get("wait", {}).get("reason")}
    return found | said & {"mistake", *_REASONS[10:]}
def _newly(change: _Change, find: Callable[[_Ledger], Iterable[Any]]) -> list[Any]:
    found = dict.fromkeys(find(change.after))  # and in the ledger of no parent
    known = {one for side in change.sides for one in find(side)} if found else set()
    return [one for one in found if one not in known]
def _others(task: Map | None, name: str) -> list[str]:
    return [value] if isinstance(value := (task or {}).get(name, []), str) else value
def _links(change: _Change) -> Found:  # TK301 to TK303: links that lead nowhere
    names = {"TK301": "parent", "TK302": "depends_on", "TK303": "origin"}
    def unknown(ledger: _Ledger) -> Iterator[tuple[str, str, str]]:
        return ((code, key, one) for key in change.touched for code, name in names.items()
                for one in _others(ledger.task(key), name) if one not in ledger.entries)
    return ((code, key) for code, key, _ in _newly(change, unknown))
def _above(ledger: _Ledger, key: str, *names: str) -> list[str]:
    seen = [key]  # what a task hangs on by the first of some links that it has, the nearest first
    for one in seen:
        more = [t[n] for t in [ledger.task(one) or {}] for n in names if n in t][:1]
        seen += [other for other in more if other not in seen]
    return seen[1:]
def _too_deep(change: _Change) -> Found:  # TK307
    def deep(ledger: _Ledger) -> Iterator[tuple[str, int, int]]:
        for key, task in ledger.tasks().items():
            line = [one for one in _above(ledger, key, "parent") if one in ledger.entries]
            budgets = ((ledger.task(one) or {}).get("budget", {}) for one in [key, *line])
            limits = (one["depth"] for one in budgets if "depth" in one)
            most = min([change.policy.get("depth", 10), *limits])
            if len(line) > most and not (change.is_merge and task["state"] in ENDED):
                yield key, len(line), most
    return (("TK307", key) for key, *_ in _newly(change, deep))
def _family(change: _Change) -> Found:  # TK212, TK213: an open task under an ended one
    def orphans(ledger: _Ledger) -> Iterator[tuple[str, str]]:
        for key, task in ledger.tasks().items():
            parent = ledger.task(task.get("parent"))
            if parent and task["state"] not in ENDED and parent["state"] in ENDED:
                yield parent["id"], key
    for parent, child in _newly(change, orphans):
        has_ended = (change.before.task(parent) or {}).get("state") in ENDED
        yield ("TK213", child) if has_ended else ("TK212", parent)
def _graphs(ledger: _Ledger, is_merge: bool) -> dict[str, dict[str, set[str]]]:
    tasks = ledger.tasks()  # for each code the links that must not form a circle
    alive = {key: task for key, task in tasks.items() if task["state"] not in ENDED}
    needs = {key: set(_others(task, "depends_on")) for key, task in alive.items()}
    both = {key: {one for one in tasks if tasks[one].get("parent") == key} | some
            for key, some in needs.items()}
    parents = {k: {*_others(t, "parent")} for k, t in (alive if is_merge else tasks).items()}
    return {"TK304": parents, "TK305": needs, "TK306": both}
def _cycles(change: _Change) -> Found:  # TK304 to TK306
    olds = [_graphs(side, change.is_merge) for side in change.sides]
    for code, graph in _graphs(change.after, change.is_merge).items():
        ahead = {key: {*some} for key, some in graph.items()}  # where each leads
        for key, some in ((key, some) for key in graph for some in ahead.values()):
            some |= ahead[key] if key in some else set()
        knots = ({b for b in ahead[a] if a in ahead.get(b, ())} for a in graph)
        for knot in {min(one): one for one in knots if one}.values():
            found = {(a, b) for a in knot for b in graph[a] if b in knot}
            known = [{(a, b) for a in knot for b in old[code].get(a, ())} for old in olds]
            needs = any(b in _others(change.after.task(a), "depends_on") for a, b in found)
            parts = any([a] == _others(change.after.task(b), "parent") for a, b in found)
            if all(found - one for one in known) and (code != "TK306" or (needs and parts)):
                yield code, min(knot)
def _fields(change: _Change) -> Found:  # TK205, TK206, TK215, TK515: fields that do not fit
    homes = {"wait": ["blocked"], "error": ["blocked", "cancelled"]}
    for task in change.made:
        state, concerns = task["state"], task.get("concerns", ())
        odd = any(name in task and state not in home for name, home in homes.items())
        odd |= "resolution" in task and task["resolution"] not in RESOLUTIONS.get(state, ())
        known = [] if change.is_merge else change.former(0, task["id"])
        strays = (one.partition(" -- ")[0] not in task.get(CHECKS[n // 3 * 3], ()) and not any(
            one in old.get(CHECKS[n], ()) for old in known)
            for n in (1, 2, 4, 5) for one in task.get(CHECKS[n], ()))
        unsaid = state == "blocked" and "reason" not in task.get("wait", {})
        unraised = any(one not in concerns for one in task.get("settled", ()))
        yield from _if(task["id"], TK205=unsaid, TK206=odd, TK215=unraised,
                       TK515=any(strays) and not change.is_merge)
def _births(change: _Change) -> Found:  # TK202, TK203, TK217, TK218, TK309, TK310, TK313
    policy, after, loops = change.policy, change.after, change.policy.get("loops", {})
    for new in change.created:
        key, source, ended = new["id"], new.get("imported"), after.task(new.get("reopens"))
        most = None if loops.get("ancestors") == "refuse" else loops.get("identity") == "refuse"
        line = _above(after, key, "parent")[:most]
        makers = {change.name(new[name]) for name in ("creator", "owner") if name in new}
        bosses = [one for one in map(after.task, line) if one and _kind(one) == _kind(new)]
        reopened = _above(after, key, "reopens")
        old = filter(None, map(after.task, _above(after, key, "reopens", "origin")))
        again = [one for one in old if one["id"] not in reopened or one["state"] not in ENDED]
        alike = [_kind(new), _sound(new)] in [[_kind(one), _sound(one)] for one in again]
        early = "reopens" in new and (not ended or ended["state"] not in ENDED or "origin" in new)
        first = min((k not in change.before.entries, k) for k, one in after.tasks().items()
                    if one.get("imported") == source)
        yield from _if(key, TK313=early, TK218=source and first[1] != key, TK523=
            (None, new) in change.going and _kind(new) not in policy.get("types", [_kind(new)]))
        yield from () if change.brought else _if(key,
            TK202=not (source and change.edition > 1) and _birth_way(policy, new["state"]) is None,
            TK217=source and new["state"] not in STATES[:2],
            TK203="spent" in new or new.get("attempt", 1) > 1,
            TK309=any("owner" in one and change.name(one["owner"]) in makers for one in bosses),
            TK310=loops.get("respawn") == "refuse" and alike)
def _kind(task: Map) -> str: return str(task.get("type", "task"))
def _sound(task: Map) -> str: return re.sub(r"[!-/:-@\[-`{-~ \t\n]", "", task["title"].casefold())
def _open(task: Map, kind: str = "") -> list[str]:
    left = (one for one in task.get("concerns", ()) if one not in task.get("settled", ()))
    return [one for one in left if one.startswith(kind)]
def _unshown(task: Map) -> set[str]:
    waived = {one.partition(" -- ")[0] for one in task.get("waived", ())}
    return {*task.get("criteria", ())} - {*task.get("met", ())} - waived
def _growth(change: _Change) -> Found:  # TK308, TK311, TK312: what a commit adds beyond a limit
    policy, after, loops = change.policy, change.after, change.policy.get("loops", {})
    most = {name: GREATEST if loops.get(name) == "warn" else policy.get(name, GREATEST)
            for name in ("children", "chain", "discovered")}
    for new in change.present:
        parent, old = new.get("parent", ""), change.before.task(new["id"]) or {}
        tasks = after.tasks().values() if parent != old.get("parent") else ()
        count = sum(one.get("parent") == parent for one in tasks)
        yield from _if(parent, TK308=parent and count > most["children"])
    lines = {key: _above(after, key, "reopens", "origin") for key in after.tasks()}
    roots: dict[str, list[str]] = {}
    for new in change.births:
        line = [one for one in lines[new["id"]] if after.task(one)]
        yield from _if(new["id"], TK311=len(line) > most["chain"])
        roots.setdefault(line[-1] if line else "", []).append(new["id"])
    for root, keys in roots.items():
        count = sum(root in line for key, line in lines.items() if key != root)
        yield from _if(min(keys), TK312=count > most["discovered"])
def _only_added(old: Map, new: Map, names: Iterable[str]) -> bool:
    return all(new.get(n, [])[: len(old.get(n, []))] == old.get(n, []) for n in names)
def _edits(change: _Change) -> Found:  # TK201, TK207 to TK211, TK214, TK515: at every move
    for _, new, states in change.entered:
        needs, done = map(change.after.task, new.get("depends_on", ())), new["state"] == "done"
        waits = any(one is None or one["state"] != "done" for one in needs)
        yield from _if(new["id"], TK214=done and _open(new, "design"), TK515=done and _unshown(new),
                       TK211="in_progress" in states and waits)
    for old, new in change.edits:
        start, end, marks = old["state"], new["state"], new.get("spent", {})
        changed = {name for name in TASK if old.get(name) != new.get(name)}
        fell = any(k not in marks or Decimal(marks[k]) < Decimal(n)
                   for k, n in old.get("spent", {}).items())
        closed = start == end and changed - {"notes", "concerns", "settled", "labels", "x"}
        yield from _if(new["id"], TK201=start != end and _way(change.policy, start, end) is None,
            TK207=changed & {"creator", "origin", "reopens", "imported"},
            TK208=start in ENDED and closed, TK210=not _only_added(old, new, LOGS),
            TK209=fell or new.get("attempt", 1) < old.get("attempt", 1))
def _attempts(change: _Change) -> Found:  # TK216
    for new in change.present:
        olds = sorted(change.former(0, new["id"]), key=lambda one: -int(one.get("attempt", 1)))
        for old in olds[:1]:
            way = change.policy, old["state"], new["state"]
            more = new.get("attempt", 1) - old.get("attempt", 1)
            wrong = not _counts_right(*way, more) and (more >= 0 or not _counts_right(*way, 0))
            asked = way[1] not in ENDED and (_way(*way) if way[1] != way[2] else more)
            yield from _if(new["id"], TK216=asked and wrong)
# -- who may: TK5xx --------------------------------------------------------------------------
def _same_hand(policy: Map, actor: str, others: set[str]) -> bool:  # also by a login or a key
    proof, names = policy.get("proof"), policy.get("actors", {})
    groups = [*policy.get("pushers", {}).values()] if proof == "pusher" else []
    keys = policy.get("keys", {}) if proof == "signature" else {}
    groups += [[w for w in keys if any(k.startswith(o) for k in keys[w])] for o in _listed(keys)]
    groups = [] if policy.get("shared_login") == "independent" else groups
    hands = ({names.get(one, one) for one in group} for group in groups)
    return actor in others or any(actor in hand and hand & others for hand in hands)
def _listed(keys: Map) -> Counter[str]:  # without the comments of those of ssh
    return Counter(" ".join(key.split(" ")[:2]) for some in keys.values() for key in some)
def _is_independent(change: _Change, actor: str, old: Map, new: Map) -> bool:
    if "independent" not in change.policy.get("approvals", {}):
        return True
    owners = {task["owner"] for task in (old, new) if "owner" in task}
    workers = {one.who() for one in change.past() if _is_work(change.history, one, old)}
    return not _same_hand(change.policy, actor, set(map(change.name, owners | workers)))
def _is_work(past: _History, commit: _Commit, task: Map) -> bool:  # in its present attempt
    new, old = [*(past.at(o).task(task["id"]) or {} for o in (commit.oid, *commit.parents)), {}][:2]
    moved = _work(old, new) if new and not commit.parents[1:] else 0
    step = (old or new).get("attempt", 1) if _is_step(past, commit, task["id"]) else 0
    return bool(max(moved, step) >= task.get("attempt", 1))
def _work(old: Map, new: Map) -> int:  # the last attempt that a move works on; 0 if it is no work
    state, was, now = old.get("state", ""), old.get("attempt", 1), new.get("attempt", 1)
    begins = now > was or state in ("", "backlog", "todo", "blocked")
    begins |= state in ENDED and new["state"] == "in_progress"
    if begins and new["state"] in ("in_progress", "in_review", "done"):
        return int(max(was, now))
    moves = (1 for n in ("state", "attempt", *QUALIFIERS) if old.get(n) != new.get(n))
    return int(was) if state == "in_progress" and any(moves) else 0
def _is_step(history: _History, commit: _Commit, key: str) -> bool:  # of a task, with its line
    is_said = key in commit.said("Tk-Task", " \t\r") and key in history.at(commit.oid).entries
    law = (history.governing(commit.parents, EMPTY) or DEFAULT)["law"]
    return bool(is_said and (not commit.parents[1:] or (law > 1 and history.own_content(commit))))
def _newest_work(change: _Change, key: str) -> str:
    history = change.history
    steps = [one for one in change.past() if _is_step(history, one, key)]
    older = history.all_of(chain.from_iterable(one.parents for one in steps))
    return "+".join(sorted(one.oid for one in steps if not older >> one.place & 1)) or "-"
def _when(task: Map) -> str:  # which attempt and round of reviews a task is in
    attempt, known = task.get("attempt", 1), map(_verdict, task.get("verdicts", ()))
    back = [one for one in known if not one.approves and one.when.startswith(f"{attempt}.")]
    return f"{attempt}.{1 + len(back)}"
def _approvers(change: _Change, old: Map, new: Map, *more: str) -> list[str]:  # whose counts
    asks, counted = change.policy.get("approvals", {}), list[str]()
    lines = [one for one in map(_verdict, new.get("verdicts", ())) if one.approves]
    work = _newest_work(change, new["id"]) if lines else ""
    lines = [one for one in lines if (one.when, one.work) == (_when(old), work)]
    lines = [one for one in lines if Decimal(one.score or -1) >= Decimal(asks.get("score", -1))]
    more = () if "score" in asks else more
    for actor in filter(None, (*(change.name(one.actor) for one in lines), *more)):
        fits = "role" not in asks or _has_role(change.policy, actor, asks["role"])
        if fits and not _same_hand(change.policy, actor, {*counted}):
            counted += [actor] if _is_independent(change, actor, old, new) else []
    return counted
def _added(old: Map | None, new: Map, name: str = "verdicts") -> list[Any]:
    was, now = (old or {}).get(name, []), new.get(name, [])
    return [*map(SAYS[name], now[len(was) :] if now[: len(was)] == was else [])]
def _counts(change: _Change, gate: Map, one: _Evidence, old: Map, new: Map) -> bool:
    actor, role = change.name(one.actor), gate.get("role")
    fits = _has_role(change.policy, actor, role) if role else one.ran
    return bool(fits) and _is_independent(change, actor, old, new)
def _has_passed(change: _Change, name: str, old: Map, new: Map) -> bool:  # a gate, on its code
    passed, failed, gate = False, False, change.policy.get("gates", {}).get(name)
    about = name, (gate or {}).get("run"), change.history.objects.code(change.commit.tree)
    for one in map(_evidence, new.get("evidence", ()) if gate else ()):
        if one.about == about and (not one.passed or _counts(change, gate, one, old, new)):
            passed = one.passed and (passed or one.flaky or not failed)
            failed = not passed
    return passed
def _recorded(change: _Change) -> Found:  # TK514, TK518
    trees = [change.history.commits[one].tree for one in (change.commit.oid, *change.parents)]
    for before, new in change.pairs + change.going:
        added, lines = _added(before, new, "evidence"), [*map(_evidence, new.get("evidence", ()))]
        for place, one in enumerate(added, len(lines) - len(added)):
            gate, by = change.policy.get("gates", {}).get(one.about[0]), change.actor or one.actor
            is_so = gate and (gate.get("run"), by) == (one.about[1], one.actor)
            is_so = is_so and one.about[2] in map(change.history.objects.code, trees)
            same = [line for line in lines[:place] if line.about == one.about and not one.flaky]
            is_so = is_so and _counts(change, gate, one, before or new, new) and not any(
                not line.passed or _counts(change, gate, line, before or new, new) for line in same)
            yield from _if(new["id"], TK514=not is_so)
        by = () if change.brought else _added(before, new, "decisions")
        yield from _if(new["id"], TK518={*by} - {change.actor})
def _reviews(change: _Change) -> Found:  # TK503 to TK506
    asks, actor = change.policy.get("approvals", {}), change.actor
    guards = [one for one in change.policy.get("guards", {}).values() if "done" in one["state"]]
    required = {*asks} - {"independent"}
    for before, new in change.pairs + change.going:
        key, old, added = new["id"], before or new, _added(before, new)
        way = (before or {}).get("state"), new["state"]
        for one in added:
            is_so = way[0] == "in_review" and len(added) == 1 and one.actor == (actor or one.actor)
            is_so &= way[1] in (("in_review", "done") if one.approves else ("in_progress",))
            is_so = is_so and (one.when, one.work) == (_when(old), _newest_work(change, key))
            by = one.approves and not _is_independent(change, change.name(one.actor), old, new)
            yield from _if(key, TK504=not is_so, TK503=by)
        if way == ("in_review", "done"):
            by = actor and not (required or _approvers(change, old, new))
            few = required and len(_approvers(change, old, new, actor)) < asks.get("count", 1)
            by = by and not _is_independent(change, actor, old, new)
            yield from _if(key, TK503=by, TK505=few)
        silent = way == ("in_review", "in_progress") and all(one.approves for one in added)
        guarded = any("approvals" in one and _holds(one, old) for one in guards)
        yield from _if(key, TK506=silent and (asks or guarded))
def _authority(change: _Change) -> Found:  # TK502, TK507, TK508, TK510, TK511, TK513, TK516, TK517
    policy, actor, guards = change.policy, change.actor, [*change.policy.get("guards", {}).values()]
    gates = [{"state": one.get("state", ()), "type": one.get("type"), "evidence": [name]}
             for name, one in policy.get("gates", {}).items()]  # each of them is a guard
    for lost in _lost(change):
        yield from _if(POLICY, TK511=_is_alone(change, lost),
            TK502=lost.get("roles", {}).get("policy") and _lacks(lost, actor, "policy"))
    for old, task, states in change.entered:
        for guard in (one for one in guards + gates if _holds(one, old) or _holds(one, task)):
            if {*states} & {*guard["state"]}:
                lacks = "role" in guard and _lacks(policy, actor, guard["role"])
                says = all(_says(task, name) for name in guard.get("fields", ()))
                doubt = "concerns" in guard and _open(task)
                unmet = "criteria" in guard and _unshown(task)
                ends = [actor] if old and old["state"] == "in_review" else []
                few = "approvals" in guard and guard["approvals"] > len(
                    _approvers(change, old or task, task, *ends))
                few = few or any(not _has_passed(change, one, old or task, task)
                                 for one in guard.get("evidence", ()))
                code = "TK513" if guard in gates else "TK507"
                yield from _if(task["id"], **{code: lacks or not says or doubt or unmet or few})
        admits = task["state"] not in ("backlog", "cancelled") and old and old["state"] == "backlog"
        admits = admits or (old is None and task["state"] != "backlog")
        asked = admits and _asks_why(policy, actor, task)
        yield from _if(task["id"], TK517=asked and not all(_says(task, name) for name in WHY),
            TK523=_kind(task) not in (old and _kind(old), *policy.get("types", [_kind(task)])))
    for old, task in change.edits:
        gone = task["state"] not in ("backlog", "cancelled") and _asks_why(policy, actor, task)
        yield from _if(task["id"], TK517=gone and any(
            _says(old, name) and not _says(task, name) for name in WHY))
    for old, task in [*change.edits, *_chosen(change)]:
        for guard in guards + gates if task["state"] not in ENDED else ():
            role = guard.get("role") or ("policy" if policy.get("roles", {}).get("policy") else "")
            if role and _holds(guard, old) and not _holds(guard, task):
                yield from _if(task["id"], TK508=_lacks(policy, actor, role))
    for key in _thawed(change) if policy.get("spec") == "frozen" else ():
        silent = not change.commit.says_why("Tk-Reason")
        yield from _if(key, TK516=silent or _lacks(policy, actor, "spec"))
    if change.touched and change.commit.said("Tk-Override"):
        yield from _if(change.touched[0], TK510=actor and not change.is_waived)
def _is_alone(change: _Change, old: Map) -> bool:  # whether one of several loosens it alone
    keepers, new = old.get("roles", {}).get("policy", []), _amended(change) or change.own
    known, said = old.get("actors", {}), old.get("proposal")
    names = {known.get(one, one) for one in keepers}
    several = any("*" in a or not _same_hand(old, a, {b}) for a in names for b in names if a != b)
    plan = {} if change.is_merge else new.get("proposal", {})
    is_mine = not plan or known.get(plan["by"], plan["by"]) == (change.actor or plan["by"])
    if not is_mine or (plan and _proposed(plan)["version"] != new["version"] + 1):
        return True
    if old["law"] < 2 or not (several or any("*" in one for one in names)):
        return False
    by = known.get(said["by"], said["by"]) if said and new == _proposed(said) else ""
    agreed = by and _has_role(old, by, "policy") and not _same_hand(old, change.actor, {by})
    asked = change.is_merge or (change.actor and not agreed)
    return bool(asked) and _is_looser(old, new, change.is_merge)
def _proposed(said: Map) -> Map: return _parsed(said["policy"].encode(), POLICIES, ())
STRICT = {**dict.fromkeys(("review", "attribution"), ("required", "optional")),  # strictest first
    "spec": ("frozen", "free"), "squash": ("refuse", "path"), "reservations": ("refuse", "warn"),
    "admission": ("required", "agents", "off"), "claims": ("required", "remote", "local"),
    "shared_login": ("one", "independent")}
NUMBERS = _words(
    "depth children chain discovered retry wip_actor wip_total failures repeats artifact_size")
BINDS_NOBODY = _words("version format prefix layout lease subject proposal warn_at")
def _is_looser(old: Map, new: Map, is_merge: bool) -> bool:  # docs/format.md, What is looser
    old, new = {**DEFAULTS, **old}, {**DEFAULTS, **new}
    names = {name for name in (*old, *new) if old.get(name) != new.get(name)}
    names -= {*BINDS_NOBODY, *(["accepted"] if is_merge else [])}
    nothing: Map = {n: None if n in (*NUMBERS, "proof") else {} for n in names}
    each = [(n, *({**nothing, **one}[n] for one in (old, new))) for n in names]
    kinds = ("", *old.get("budgets", ()), *new.get("budgets", ()))
    limits = [[{**one.get("budget", {}), **one.get("budgets", {}).get(kind, {})}
               for one in (old, new)] for kind in kinds]
    more = [any(_is_more(a.get(n), b.get(n)) for n in _SPENT)
            or a.get("scope") != "attempt" == b.get("scope") for a, b in limits]
    more += [STRICT[n].index(now) > STRICT[n].index(was) for n, was, now in each if n in STRICT]
    return any(more) or any(n not in LOOSENS or LOOSENS[n](*s) for n, *s in each if n not in STRICT)
def _rank(loops: Map, n: str) -> int:
    return ["", "warn", "refuse"].index(loops.get(n, "refuse" if n in NUMBERS else ""))
LOOSENS: dict[str, Callable[[Any, Any], bool]] = {
    **{n: lambda was, now: _is_more(was, now) for n in NUMBERS},
    **dict.fromkeys(("forbid", "protected"), lambda was, now: bool({*was} - {*now})),
    **dict.fromkeys(("budget", "budgets"), lambda was, now: False),
    "proof": lambda was, now: was != "name",
    "roles": lambda was, now: "budget" in {*was} - {*now} or any(
        was.get(n) != now.get(n) if n in ("policy", "agents") else
        _beyond(was.get(n, ["*"] * (n == "budget")), now.get(n, [])) for n in {*was, *now}),
    "may": lambda was, now: any(who not in now or any(
        _beyond(some, now[who].get(n, ["\n"])) for n, some in one.items())
        for who, one in was.items()),
    "loops": lambda was, now: any(_rank(was, n) > _rank(now, n) for n in _LOOPS),
    "accepted": lambda was, now: bool({*now} - {*was}),
    "approvals": lambda was, now: bool(was) and _is_less(was, now),
    **dict.fromkeys(("guards", "gates"), lambda was, now: any(
        n not in now or _is_less(one, now[n]) for n, one in was.items())),
    "keys": lambda was, now: any({*some} - {*was.get(n, ())} for n, some in now.items())
    or any(most > 1 and _listed(now)[key] < most for key, most in _listed(was).items())}
def _is_more(was: Any, now: Any) -> bool:
    return was is not None and (now is None or Decimal(now) > Decimal(was))
def _beyond(was: Any, now: Any) -> bool: return any(not any(_fits(a, b) for a in was) for b in now)
def _is_less(was: Map, now: Map) -> bool:  # whether a guard, a gate or approvals ask for less
    fewer = any({*was.get(n, ())} - {*now.get(n, ())} for n in ("state", "fields", "evidence"))
    kinds = [(was.get(n), now[n]) for n in ("type", "label") if n in now]
    fewer |= any(some is None or bool({*some} - {*left}) for some, left in kinds)
    fewer |= any(n in was and (n not in now or _is_more(now[n], was[n])) for n in LEAST)
    fewer |= any(_is_more(was.get(n, usual), now.get(n, usual)) for n, usual in MOST_OF.items())
    return fewer or any(n in was and was[n] != now.get(n) for n in ASKED)
LEAST, MOST_OF = ("approvals", "count", "score"), {"timeout": None, "attempt": 1}
ASKED = ("role", "run", "concerns", "criteria", "signed", "independent")
def _holds(guard: Map, task: Map | None) -> bool:
    kinds, labels, task = guard.get("type"), guard.get("label"), task or {"attempt": 0}
    fits = (not kinds or _kind(task) in kinds) and task.get("attempt", 1) >= guard.get("attempt", 1)
    return fits and (labels is None or bool({*labels} & {*task.get("labels", ())}))
def _says(task: Map, name: str) -> bool:  # whether a field says something
    part, _, leaf = name.partition(".")
    value = task.get(part, {}).get(leaf) if leaf else task.get(part)
    return not _is_blank(value) if isinstance(value, str) else value is not None
def _is_blank(text: str) -> bool:
    return not re.sub("[ \u115f\u1160\u1680\u2800\u3164\uffa0]", "", _HIDDEN.sub("", text))
def _asks_why(policy: Map, actor: str, task: Map) -> bool:
    agents, makers = policy.get("roles", {}).get("agents"), (actor, task.get("creator", actor))
    is_agent = not agents or any(_has_role(policy, one, "agents") for one in makers)
    return policy.get("admission") in ("required", "agents" if is_agent else "required")
def _thawed(change: _Change) -> Iterator[str]:  # of what else is asked than when it was started
    history, names = change.history, ("title", "description", "criteria", "waived", "spec")
    def first(ledger: _Ledger, task: Map) -> set[str]:
        return {[key, *_above(ledger, key, "reopens")][-1] for key in task.get("depends_on", ())}
    def is_begun(task: Map) -> bool:
        is_new = task["state"] in STATES[:2] and task.get("attempt", 1) == 1
        begun = task["state"] not in ("todo", "blocked") or task.get("spent", {}).get("seconds")
        past = (one.oid for one in change.past() if not one.parents[1:])
        tasks = (history.at(oid).task(task["id"]) or {} for oid in past)
        return not is_new and any([begun, *(one.get("state") == "in_progress" for one in tasks)])
    for old, new in change.edits:
        asks = any(old.get(n) != new.get(n) for n in names)
        if asks or first(change.before, old) != first(change.after, new):
            yield from [new["id"]] if old["state"] not in ENDED and is_begun(old) else []
    for new in change.present if change.is_merge else ():
        sides = [one for side in change.sides if (one := side.task(new["id"])) is not None]
        if any(all(new.get(n) != one.get(n) for one in sides) for n in names[:2]):
            yield from [new["id"]] if any(map(is_begun, sides)) else []
def _chosen(change: _Change) -> Iterator[tuple[Map, Map]]:  # by the type that was not chosen
    for new in change.present if change.is_merge else ():
        sides, bases = (
            {one.get("type") for ledger in some if (one := ledger.task(new["id"])) is not None}
            for some in (change.sides, change.bases))
        for kind in sides - bases - {new.get("type")}:
            yield {name: one for name, one in {**new, "type": kind}.items() if one}, new
def _allowed(change: _Change) -> Found:  # TK509
    may = change.policy.get("may", {}).items()
    limits = [one for who, one in may if _fits(change.name(who), change.actor or "\n")]
    alone = limits and _lost(change) and _lacks(change.policy, change.actor, "policy")
    yield from _if(POLICY, TK509=alone)
    for limit in limits:
        for old, new in [*change.pairs, *((None, one) for one in change.brought)]:
            verbs = {*(_verbs_of(change, old, new) if old else _birth_verbs(change, new))}
            yield from _if(new["id"], TK509=verbs - {*limit.get("verbs", verbs)})
        paths = sorted(_paths(change)) if "paths" in limit else ()
        beyond = (path for path in paths if not any(_fits(one, path) for one in limit["paths"]))
        yield from (("TK509", path) for path in islice(beyond, 1))
def _birth_verbs(change: _Change, new: Map) -> list[str]:
    way = None if change.brought else _birth_way(change.policy, new["state"])
    return ["new", *(EDGES[edge] for edge in pairwise(way or ()))]
def _verbs_of(change: _Change, old: Map, new: Map) -> Iterator[str]:
    changed = {name for name in TASK if old.get(name) != new.get(name)}
    way = [old["state"], *(_way(change.policy, old["state"], new["state"]) or ())]
    yield from (EDGES[edge] for edge in pairwise(way) if "state" in changed)
    left = changed - ({*MOVES} if "state" in changed else {"spent"})
    other = {name for name in left if name not in LOGS or not _only_added(old, new, [name])}
    begins = other <= {"owner", "branch", "base"} and new["state"] == "in_progress"
    is_start = begins and change.name(new.get("owner", "")) == change.actor
    judged = old["state"] == "in_review" and "verdicts" in left
    verb = ("start" if is_start else "edit") if other else "approve" if judged else "note"
    yield from [verb] if other or (left and "state" not in changed) else []
def _paths(change: _Change) -> set[str]:  # the files outside the ledger that a commit touches
    history, commit = change.history, change.commit
    new, sides = history.files(commit.oid), [history.files(oid) for oid in change.parents]
    def differ(a: dict[str, str], b: dict[str, str]) -> set[str]:
        return {path for path in a.keys() | b.keys() if a.get(path) != b.get(path)}
    if len({*change.parents}) < 2:
        return differ(new, sides[0] if sides else {})
    bases = [history.files(oid) for oid in history.merge_bases(change.parents)] or [{}]
    lost = [set[str]().union(*(differ(base, side) for side in sides)) - differ(base, new)
            for base in bases]
    return {*history.own_content(commit, "-z", "--name-only").split("\0")[:-1]}.union(*lost)
# -- the policy ------------------------------------------------------------------------------
def _amended(change: _Change) -> Map | None:  # the policy that an ordinary commit brings
    new, old = change.after.entries.get(POLICY), change.before.policy
    is_new = not change.is_merge and POLICY in change.touched and old not in (None, new)
    return new if is_new and isinstance(new, dict) else None
def _lost(change: _Change) -> list[Map]:  # the policies that lose their force
    kept = [None, change.own, *(base.policy for base in change.bases)]
    given = [side.policy for side in change.sides if side.policy not in kept]
    lost = given if change.is_merge else [change.before.policy] if _amended(change) else []
    return [one for one in lost if one and change.touched]
def _policies(change: _Change) -> Found:  # TK602, TK603, TK606 to TK609
    new = change.after.entries.get(POLICY)
    if isinstance(new, dict) and all(side.entries.get(POLICY) != new for side in change.sides):
        ends = (_reach(_edges(new), state).keys() & {*ENDED} for state in STATES)
        names, roles = new.get("keys", {}), new.get("roles", {})
        keeps = any("policy" not in roles or _has_role(new, who, "policy") for who in names)
        yield from _if(POLICY, TK606=not all(ends),
                       TK609=new.get("proof") == "signature" and not keeps)
    new, old = _amended(change), change.before.policy
    if new is not None and old is not None:
        yield from _if(
            POLICY, TK602=new["version"] != old["version"] + 1, TK603=len(change.touched) > 1,
            TK607=new["format"] < old["format"] or new["law"] < old["law"],
            TK608=old.get("accepted", {}).items() - new.get("accepted", {}).items())
def _joined(change: _Change) -> Found:  # TK604, TK605: the policies that a merge joins
    begun = [side for side in change.sides if POLICY in side.entries]
    is_second = len(begun) > 1 and not any(POLICY in base.entries for base in change.bases)
    sides = [side.policy for side in change.sides if side.policy]
    accepted: Map = reduce(dict.__or__, (p.get("accepted", {}) for p in [*sides, change.own]), {})
    more = {"accepted": accepted} if accepted and change.own["law"] > 1 else {}
    other = change.after.entries.get(POLICY) not in (None, {**change.own, **more})
    back = any(side[n] > change.own[n] for side in sides for n in ("law", "format"))
    yield from _if(POLICY, TK604=is_second and (change.touched or change.law > 1),
                   TK607=back and change.edition > 1, TK605=POLICY in change.touched and other)
# -- merges: docs/merging.md -----------------------------------------------------------------
def _merged(change: _Change) -> Found:  # TK217, TK221, TK222: tasks that a merge joins
    for key, new in ((one["id"], one) for one in change.present):
        sides = [_side(change, number, key) for number in range(len(change.sides))]
        bases = [base.task(key) for base in change.bases or (EMPTY,)]
        bad = min((sorted(_wrong(change, b, sides, new)) for b in bases), key=lambda n: (len(n), n))
        yield from _if(key, TK221={*bad} - {"state"} or not any(sides), TK222="state" in bad)
        us = [one for side in change.sides if (one := side.task(key)) and not any(bases)]
        late = ENDED if len({one.get("imported") for one in us}) == 1 else STATES[2:]
        met = len({*map(str, us)}) > 1 and [s for s in us if "imported" in s and s["state"] in late]
        yield from _if(key, TK217=met and "policy" not in change.policy.get("roles", {}))
    for key in change.touched if change.law > 1 else ():
        kept = change.after.entries.get(key)
        if isinstance(kept, _Flaw) and any(side.entries.get(key) == kept for side in change.sides):
            known = [None, *(base.task(key) for base in change.bases)]
            yield from _if(key, TK222=any(side.task(key) not in known for side in change.sides))
def _side(change: _Change, number: int, key: str) -> Map | None:  # the version on one side
    entries, task = change.sides[number].entries, change.sides[number].task(key)
    if task is not None or any(base.entries.get(key) == entries.get(key) for base in change.bases):
        return task
    return min(change.former(number, key), key=lambda one: one["state"] not in ENDED, default=None)
def _wrong(change: _Change, old: Map | None, sides: list[Map | None], new: Map) -> set[str]:
    here = [side for side in sides if side is not None]  # the fields that are wrong with one base
    moved = [side for side in here if side != old]
    if len(sides) == 2 and len(moved) == 2:
        return set(_disputes(change, old or {}, moved[0], moved[1], new))
    right = moved or [one for one in (old, *here) if one is not None]
    return {name for name in TASK for one in right if one.get(name) != new.get(name)}
def _disputes(change: _Change, old: Map, a: Map, b: Map, new: Map) -> Iterator[str]:
    states = old.get("state"), a["state"], b["state"]
    both_moved, is_right = states[0] not in states[1:], new["state"] in _winners(change, *states)
    for name in TASK:
        values = [one.get(name) for one in (old, a, b, new)]
        if name == "state":
            yield from () if is_right else (name,)
        elif name in QUALIFIERS:
            right = _settled(*values[:3]) or values[1:3]
            yield from (name,) if is_right and not both_moved and values[3] not in right else ()
        elif name == "x" or isinstance(TASK[name], dict):
            yield from _part_disputes(change.law, name, [one or {} for one in values])
        elif not _is_right(name, change.law, *values):
            yield name
    if both_moved and is_right:
        chosen = [side for side in (a, b) if side["state"] == new["state"]]
        found = [[n for n in QUALIFIERS if one.get(n) != new.get(n)] for one in chosen]
        yield from found[0] if all(found) else ()
def _part_disputes(law: int, name: str, values: list[Any]) -> Iterator[str]:
    for key in sorted({key for one in values for key in one}):  # entry by entry
        inner = [one.get(key) for one in values]
        if all(one is None or isinstance(one, dict) for one in inner):
            yield from _part_disputes(law, f"{name}.{key}", [one or {} for one in inner])
        elif not _is_right(f"{name}.{key}", law, *inner):
            yield f"{name}.{key}"
def _settled(old: Any, a: Any, b: Any) -> list[Any]:  # what is right where not both sides moved
    return [a] if a == b or b == old else [b] if a == old else []
def _winners(change: _Change, old: str | None, a: str, b: str) -> list[str]:  # states it may choose
    found = _settled(old, a, b) or [end for end in ENDED if end in (a, b)][:1]
    led = [one for one, other in ((a, b), (b, a)) if one in _reach(_edges(change.policy), other)]
    return found or led or [a, b]
def _is_right(name: str, law: int, old: Any, a: Any, b: Any, new: Any) -> bool:
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
def _strictest(name: str, values: list[Any]) -> Any:  # of a limit: what allows least
    given = [value for value in values if value is not None or name == "scope"]
    least = ["lifetime", None, "attempt"].index if name == "scope" else Decimal
    return max(given) if name == "not_before" else min(given, key=least)
def _is_log_right(old: list[str], a: list[str], b: list[str], new: list[str]) -> bool:
    def is_within(part: list[str], rest: Iterator[str]) -> bool: return all(n in rest for n in part)
    def beyond(side: list[str]) -> list[str]:
        return [one for n, one in enumerate(side, 1) if side[:n].count(one) > old.count(one)]
    added = [beyond(side) for side in (a, b)]
    after = new[len(old) :] if new[: len(old)] == old else []
    follows = bool(after) and all(is_within(one, iter(after)) for one in added)
    lost = Counter(new) - Counter([*old, *added[0], *added[1]])
    return not lost and (follows or (is_within(a, iter(new)) and is_within(b, iter(new))))
def verdicts(path: str, *revisions: str) -> dict[str, set[tuple[str, str]]]:
    """What each commit of a history breaks, by its id: codes, and what each is told of."""
    history = _History(_Objects(path), *revisions)
    found = {oid: _judged(history, commit) for oid, commit in history.commits.items()}
    history.objects.close()
    return found
def _judged(history: _History, commit: _Commit) -> set[tuple[str, str]]:
    found = _told(change := _Change(history, commit))
    for older in _brought(history, change):
        again = _told(_Change(history, older, change.policy))
        found |= again and again - _told(_Change(history, older))
    return found
def _brought(history: _History, change: _Change) -> list[_Commit]:  # under a newer policy
    is_joint = change.touched or (change.law > 1 and POLICY in change.after.entries)
    if not (change.policy and change.is_merge and is_joint):
        return []
    sides = {oid: history.ledgers[oid].policy for oid in change.parents}
    settled = [oid for oid, policy in sides.items() if policy == change.policy]
    owners, known = ([one.policy for one in some] for some in (change.sides, change.bases))
    if change.law > 1 and owners.count(change.policy) > 1 and change.policy not in known:
        settled = history.merge_bases(change.parents)
    brought = [oid for oid, one in sides.items() if one is not None and oid not in settled]
    return history.members(history.all_of(brought) & ~history.all_of(settled))
def _main(path: str, revision: str = "HEAD") -> int:
    found = verdicts(path, revision)
    bad = [f"{oid} {' '.join(sorted(map(':'.join, some)))}" for oid, some in found.items() if some]
    print(*bad, f"{len(found)} commits: {len(bad)} break the rules", sep="\n")
    return 1 if bad else 0
if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
