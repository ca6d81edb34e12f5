"""Merges two versions of a task file or of the policy by the law of `core.merge`; it runs no git."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.layout import PATTERN, POLICY_PATH
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.policy_merge import joined
from tkledger.core.task import Task
from tkledger.core.typing import NamedTuple
from tkledger.files import codec
from tkledger.ledger.reader import Ledger

ATTRIBUTES_PATH = ".gitattributes"
ATTRIBUTES = f"/{PATTERN} merge=tk text eol=lf"
"""The line of ``.gitattributes`` that asks for the driver. If a host or a clone does not run it, git
merges as text, and the gate judges the result all the same."""


class Outcome(NamedTuple):
    """A merged file, and the fields in it that both sides changed.

    ``data`` has our values in them, ``other`` theirs. ``holder`` is who has the task, if a claim chose.
    ``repeat`` is the line that makes those changes of a policy again that it leaves out.
    """

    data: bytes
    other: bytes
    conflicts: tuple[str, ...]
    holder: str = ""
    repeat: str = ""


def merge_bytes(base: bytes | None, ours: bytes, theirs: bytes, path: str, law: Policy) -> Outcome:
    """Merge two versions of a file under ``.tasks``; raises FormError for what cannot be read."""
    if path == POLICY_PATH:
        return _merge_policy(ours, theirs)
    from tkledger.core.merge import merged  # policies do without, and so does who only looks

    old = None if base is None else base_task(base)
    result = merged(old, codec.load_task(ours), codec.load_task(theirs), law.lifecycle)
    return Outcome(codec.dump_task(result.task), codec.dump_task(result.other), result.conflicts)


def _merge_policy(ours: bytes, theirs: bytes) -> Outcome:
    """The newer policy and, since edition 2 of the law, all that either accepts; two different ones of
    the same version are a conflict.
    """
    a, b = codec.load_policy(ours), codec.load_policy(theirs)
    both = [joined(one, (a, b)) if one.law >= 2 else one for one in (a, b)]
    left, right = (codec.dump_policy(one) for one in both)
    if a.version == b.version:
        return Outcome(left, right, () if a == b else ("version",))
    newer = left if a.version > b.version else right
    return Outcome(newer, newer, ())


def base_task(data: bytes) -> Task | None:
    """A base version; None if it is not a task file: then both sides made one."""
    try:
        return codec.load_task(data)
    except codec.FormError:
        return None


def only_one(ours: bytes | None, theirs: bytes | None) -> Outcome:
    """The merge if one side has no such file: the other's, since no task is ever deleted."""
    data = (ours if ours is not None else theirs) or b""
    return Outcome(data, data, ())


def marked(outcome: Outcome) -> bytes:
    """A merged file with conflict markers around the lines of those fields."""
    from difflib import SequenceMatcher

    left, right = (
        [b"%s\n" % line for line in data.removesuffix(b"\n").split(b"\n")]
        for data in (outcome.data, outcome.other)
    )
    out: list[bytes] = []
    for kind, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            out += left[i:j]
        else:
            out += [b"<<<<<<< ours\n", *left[i:j], b"=======\n", *right[k:m], b">>>>>>> theirs\n"]
    return b"".join(out)


def law_of(ledger: Ledger) -> Policy:
    """The policy by which HEAD's tasks merge."""
    return ledger.head().policy or DEFAULT


def by_best_base(
    bases: Iterable[bytes | None], ours: bytes, theirs: bytes, path: str, law: Policy
) -> Outcome:
    """The merge for that of several bases which leaves the fewest conflicts."""
    found = [merge_bytes(base, ours, theirs, path, law) for base in bases]
    return min(found, key=lambda one: len(one.conflicts))
