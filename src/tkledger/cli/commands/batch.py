"""``tk batch``: many verbs as one commit, all or nothing."""

from __future__ import annotations

import json
import sys

from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, changed
from tkledger.errors import some, unusable, usage_error
from tkledger.verbs.operations import operation
from tkledger.verbs.verb import Options

MAX_LINES = 20_000
"""The most lines one batch may have; a commit of that size still takes seconds only."""


def batch(
    file: str,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Carry out one JSON object a line, {"op": VERB, "id": ID, options...}, as one commit."""
    lines = _read(file).split("\n")  # and nowhere else: a JSON text may hold U+2028
    if len(lines) > MAX_LINES:
        raise usage_error("too-many", f"a batch has at most {MAX_LINES} lines", "split the file")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    verbs, wrong = [], []
    for number, line in numbered:
        try:
            verbs.append(_verb(line))
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
    if wrong:
        raise usage_error("bad-line", some(wrong), "tk batch --help; nothing was written")
    if not verbs:
        raise usage_error(
            "empty", "the batch is empty", 'echo \'{"op": "new", "title": "T"}\' | tk batch'
        )
    session = Session(path, actor=actor, progress=TERMINAL)
    places = [f"line {number}: " for number, _ in numbered]
    recorded, steps = session.carry_out(verbs, dry_run=dry_run, key=key, places=places)
    return changed(session, recorded, dry_run=dry_run, verb="changed", steps=steps)


def _read(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read()
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except UnicodeDecodeError:
        raise usage_error("bad-file", f"{file} is not UTF-8", "tk batch --help") from None
    except OSError as error:
        words = f"{file} cannot be read: {error.strerror}"
        raise unusable("bad-file", words, "tk batch --help") from None


def _verb(line: str) -> tuple[str, Options]:
    """A verb and its options out of a line; raises ValueError with what is wrong."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    return operation(raw)
