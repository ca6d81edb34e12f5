"""The only writer: judges a proposal and commits it by compare-and-swap of the ref, again if a race is lost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from tkledger.core.layout import FOLDER, path_at
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git import history, identity, refs
from tkledger.git.errors import GitError, Locked, RefMoved
from tkledger.git.objects import Oid, oid_of
from tkledger.git.refs import RefSwap
from tkledger.git.writing import write_commit
from tkledger.ledger.checkout import Checkout, dirty, restore
from tkledger.ledger.proposal import (
    Companions,
    Legal,
    Proposal,
    Propose,
    Recorded,
    Together,
    Who,
    alone,
    file_of,
    legal,
    may_take_long,
    worded,
)
from tkledger.ledger.reader import Ledger
from tkledger.local.lock import TRIES, WriteLock, racing, writing
from tkledger.local.verdicts import note_judged

_PATIENCE = 5.0
"""Seconds to wait for another commit that may be taking a move along."""


def record(
    ledger: Ledger,
    propose: Propose,
    *,
    dry_run: bool = False,
    key: str | None = None,
    companions: Companions = alone,
) -> Recorded:
    """Read HEAD, propose, judge, and commit by compare-and-swap; again after a lost race.
    ``companions`` land with the commit or not at all.

    Nothing is written before the verdict. Raises Refused if the law forbids it, TkError if the
    repository is in no state for it or stays BUSY. The user's index and working files are touched
    at these paths only, and are brought back to HEAD if the ref does not move. With a ``key`` the same
    command gives its first answer again; ``propose`` is then called with an older ledger, too.
    """
    ledger.place.require_writable()
    if dry_run:
        return legal(ledger, propose).recorded
    with writing(ledger.repo) as lock:
        if lock.waited:
            ledger.place.refresh()
        return _Writer(ledger, lock, key, companions).record(propose)


class _File(NamedTuple):
    """A file that a commit writes: its bytes before, None if it is new, and after."""

    old: bytes | None
    new: bytes


class _Try(NamedTuple):
    """A try to commit: on which commit, with which files, and what it would have recorded."""

    base: Oid | None
    files: Mapping[str, Oid]
    recorded: Recorded


class _Writer:
    """Has one proposal committed, in as many tries as it takes."""

    def __init__(
        self, ledger: Ledger, lock: WriteLock, key: str | None, companions: Companions
    ) -> None:
        self._ledger = ledger
        self._repo = ledger.repo
        self._place = ledger.place
        self._checkout = Checkout(ledger.repo)
        self._lock = lock
        self._key = key
        self._companions = companions
        self._tries: list[_Try] = []

    def record(self, propose: Propose) -> Recorded:
        """Try until the swap is won; if that fails, bring index and files back."""
        try:
            return self._won(propose)
        except BaseException:
            restore(self._checkout, self._place, self._lock)
            raise

    def _won(self, propose: Propose) -> Recorded:
        """Try until the swap is won.

        Between two tries index and files are not brought back: a commit that took the move from
        the index may land at any time, and the next one, made from an index that was brought back,
        would undo it.
        """
        end = time.monotonic() + _PATIENCE
        for number in racing():
            if number:
                self._place.refresh()
                self._place.require_writable()
            else:
                self._checkout.heal()
            try:
                return self._try(propose)
            except RefMoved:
                pass
            except Locked:
                # perhaps by a commit of the index, which takes this move along: wait for its end
                if not self._tries or time.monotonic() > end:
                    raise
        moved = f"{self._place.ref} moved {TRIES} times meanwhile"
        raise TkError(Exit.BUSY, "busy", moved, "run it again")

    def _try(self, propose: Propose) -> Recorded:
        """One try, unless an earlier one was recorded after all; raises RefMoved, Locked."""
        earlier = self._answered(propose) or self._taken_along()
        if earlier is None:
            found = legal(self._ledger, propose)
            if found.recorded.touched or found.proposal.always:
                with self._companions(found.recorded) as together:
                    return self._commit(found, together)
            earlier = found.recorded
        if self._tries:
            self._checkout.heal(again=True)
        return earlier

    def _commit(self, found: Legal, together: Together) -> Recorded:
        """Write the objects, bring index and files up to them, and move the refs."""
        recorded, proposal = found.recorded, found.proposal
        files = self._files(recorded, proposal, found.new)
        who = identity.identities(self._repo)
        ref, base = self._place.ref, self._place.tip
        try:
            self._checkout.require_clean({path: file.old for path, file in files.items()})
            commit = self._written(files, found, together, who)
            note_judged(self._repo, commit)
            self._project(files, recorded)
            swaps = (RefSwap(ref, commit, base), *together.swaps)
            refs.swap(self._repo, swaps, f"tk: {proposal.subject}")
        except (RefMoved, TkError) as error:
            if not self._has_moved():
                raise
            raise RefMoved(str(error)) from None  # a TkError compared with an old HEAD
        self._place.advance(commit)
        return recorded._replace(commit=commit, warning=self._settled(files))

    def _files(
        self, recorded: Recorded, proposal: Proposal, new: Mapping[str, bytes]
    ) -> dict[str, _File]:
        """The files that the commit writes, by path."""
        before = recorded.before
        files = {path_at(key): _File(file_of(before, key), data) for key, data in new.items()}
        for path, data in proposal.others:
            found = self._repo.read(f"HEAD:{path}") if self._place.tip else None
            files[path] = _File(found[2] if found else None, data)
        return files

    def _written(
        self, files: Mapping[str, _File], found: Legal, together: Together, who: Who
    ) -> Oid:
        """The commit, in the object store; no ref shows it yet. Raises RefMoved if HEAD moved while it
        was signed, or a hook read its message; Refused if it has to be signed, and is by another key.
        """
        author, committer, config = who
        sign = found.signed is not None or identity.signs(config)
        slow = sign or may_take_long(config)
        new = {path: file.new for path, file in files.items()}
        with self._lock.pause(slow):
            commit = write_commit(
                self._repo,
                new,
                worded(self._repo, found.proposal, new, self._place.tip, who),
                parent=self._place.tip,
                author=author,
                committer=committer,
                sign=sign,
                others=together.objects,
            )
            if found.signed is not None:
                from tkledger.ledger.signing import require_signed

                require_signed(self._ledger, found.signed, commit)
        if slow and self._place.refresh():
            raise RefMoved(self._place.ref)
        return commit

    def _project(self, files: Mapping[str, _File], recorded: Recorded) -> None:
        """Bring index and files up to the commit, and remember the try."""
        known = self._checkout.note(files)
        new = {path: file.new for path, file in files.items()}
        for path in self._checkout.project(new, known):
            raise dirty(path, "was changed just now")
        oids = {path: oid_of("blob", data, self._repo.width) for path, data in new.items()}
        self._tries.append(_Try(self._place.tip, oids, recorded))

    def _settled(self, files: Mapping[str, _File]) -> str:
        """Tidy up after the swap; gives a warning if HEAD has left the branch meanwhile, else ""."""
        if self._place.was_left():
            ref = self._place.ref
            restore(self._checkout, self._place, self._lock)
            return f"committed to {ref}, but HEAD is {self._place.ref} now"
        if all(path in files for one in self._tries for path in one.files):
            self._checkout.forget()
        else:  # an earlier try was to write other files
            self._checkout.heal()
        return ""

    def _has_moved(self) -> bool:
        """Whether HEAD is elsewhere now; it is read again."""
        with suppress(GitError, OSError, TkError):
            return self._place.refresh()
        return False

    def _answered(self, propose: Propose) -> Recorded | None:
        """What this command recorded before under its key."""
        if self._key is None:
            return None
        from tkledger.ledger.keys import answered  # few commands have a key

        return answered(self._ledger, self._key, propose)

    def _taken_along(self) -> Recorded | None:
        """What an earlier try recorded after all: another commit of the index, made in the middle of
        the try, committed its files. Never a commit of another tk, which has its own winner.
        """
        if self._place.tip is None:
            return None
        for base, files, recorded in self._tries:
            since = [f"^{base}"] if base else []
            for commit in history.log(self._repo, self._place.tip, *since, path=FOLDER):
                there = {diff.path: diff.new for diff in commit.diffs}
                if files.items() <= there.items() and ACTOR not in commit.trailers:
                    return recorded._replace(commit=commit.oid)
        return None
