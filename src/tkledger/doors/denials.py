"""What a server refused: pre-receive notes each push in a bounded file, which decides nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from tkledger.core.change import Violation
from tkledger.core.denial import Denial
from tkledger.core.ref_names import CANARY_BRANCH
from tkledger.core.time import iso
from tkledger.core.trailers import lines
from tkledger.core.typing import Any
from tkledger.doors import ref_lines
from tkledger.errors import TkError, unusable
from tkledger.git.pusher import pusher
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.local.lock import writing
from tkledger.local.store import DENIALS, OLDER_DENIALS, Store

MOST_BYTES = 1 << 20
"""A file of this size is full: the next refusal begins another, and the one before that is gone."""

_MOST = 10
"""So many refs and violations of a push are noted, and counted if there are more."""

_LONGEST = 400
"""The most letters that are kept of one text: the one who pushes can choose them."""


def note(
    repo: Repo, stdin: bytes, violations: Sequence[Violation], error: TkError | None = None
) -> None:
    """Note that a push was refused, by the input of the hook. Whatever happens here, the verdict stands."""
    with suppress(Exception):
        moved = ref_lines.from_receive(stdin)
        if not _is_tried(moved):
            _append(Store(repo.common_dir), repo, _denial(repo, moved, violations, error))


def _is_tried(moved: Sequence[RefLine]) -> bool:
    """Whether `tk doctor` tries the hook: in a real push the new objects are in quarantine."""
    names = [line.ref for line in moved if line.new]
    return names == [CANARY_BRANCH] and "GIT_QUARANTINE_PATH" not in os.environ


def _denial(
    repo: Repo, moved: Sequence[RefLine], violations: Sequence[Violation], error: TkError | None
) -> Denial:
    refs = [_given(ref=ref, old=old or "", new=new or "") for ref, old, new in moved[:_MOST]]
    found = [
        _given(code=one.code, task=one.task, message=one.message, commit=one.commit)
        for one in violations[:_MOST]
    ]
    more = {"refs": len(moved) - len(refs), "violations": len(violations) - len(found)}
    return Denial(
        iso(int(time.time())),
        [_cut(name) for name in sorted(pusher(repo).names)[:_MOST]],
        refs,
        found,
        _cut(error.message) if error else "",
        {name: count for name, count in more.items() if count},
    )


def _given(**texts: str) -> dict[str, str]:
    return {name: _cut(text) for name, text in texts.items() if text}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _append(store: Store, repo: Repo, denial: Denial) -> None:
    """Add one line. A file that is full is put aside, in place of the one before."""
    values = {name: value for name, value in denial._asdict().items() if value}
    line = json.dumps(values) + "\n"  # in ASCII, whatever the names of refs are
    if store.append(DENIALS, data=line.encode()) <= MOST_BYTES:
        return
    with writing(repo):
        with suppress(OSError):
            if os.path.getsize(store.path(DENIALS)) > MOST_BYTES:  # no other has done it
                os.replace(store.path(DENIALS), store.path(OLDER_DENIALS))


def denials(repo: Repo) -> list[Denial]:
    """The pushes that were refused here, as far as they are kept, the oldest first.

    Raises TkError in a clone, which no push comes to.
    """
    store = Store(repo.common_dir)
    data = [store.read(name) for name in (OLDER_DENIALS, DENIALS)]
    if not repo.is_bare and data == [None, None]:
        fact = "this is a clone: what a server refused is kept in the repository there"
        raise unusable("not-a-server", fact, "on the server: tk doctor --denials -C PROJECT.git")
    return [*_read(b"".join(filter(None, data)))]


def _read(data: bytes) -> Iterable[Denial]:
    """The lines that are whole: a server that was killed may have left half of one."""
    for line in lines(data.decode(errors="replace")):
        with suppress(ValueError, TypeError):
            values: Any = json.loads(line)
            yield Denial(**values)
