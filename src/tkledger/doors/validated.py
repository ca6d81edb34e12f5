"""The tips that a server has validated: what is in their history need not be judged again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import chain, islice

from tkledger.core.ref_names import BRANCHES_AND_TAGS
from tkledger.core.trailers import lines
from tkledger.errors import TkError
from tkledger.git.history import is_ancestor, is_commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.local.lock import writing
from tkledger.local.store import PASSED, VALIDATED, Store

_OLDER = 1_000
"""So many lines are kept in addition to those of the latest push: others may be between their two hooks."""


class ValidatedTips:
    """A file of commit ids next to the repository, which no push can write.

    Never "all refs": a commit pushed to a ref that is not judged would count as known. If the file
    is lost, everything is judged again, which only costs time.
    """

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._store = Store(repo.common_dir)

    def tips(self) -> list[Oid]:
        """The validated commits that still exist."""
        known = self._read()
        found = self._repo.read_many([f"{oid}^{{commit}}" for oid in known])
        return [oid for oid, answer in zip(known, found) if answer is not None]

    @property
    def has_begun(self) -> bool:
        """Whether any push, or `begin`, has left validated tips here."""
        return self._store.read(VALIDATED) is not None

    def present(self) -> list[Oid]:
        """The tips of the branches and tags that are here."""
        form = "--format=%(objecttype) %(*objecttype) %(objectname)"
        out = self._repo.run("for-each-ref", form, *BRANCHES_AND_TAGS)
        rows = [line.split(" ") for line in lines(out.decode())]
        return sorted({oid for kind, inner, oid in rows if "commit" in (kind, inner)})

    def begin(self, tips: Iterable[Oid]) -> None:
        """Take these as validated, too."""
        with writing(self._repo):
            self._replace(VALIDATED, dict.fromkeys([*self._read(), *tips]))

    def note_passed(self, lines: Iterable[RefLine]) -> None:
        """Note the branches and tags of a push that was found legal, so that `advance` may take them.

        The hook that judges a push and the one that comes once it has landed know of each other by
        this file alone: git runs the second one even if it cannot run the first, and they need not
        have the same parent process, since hosts put their own programs between. What is not noted is
        judged again.
        """
        found = _moves(lines)
        if found:
            with suppress(OSError, TkError), writing(self._repo):
                older = (line for line in self._passed() if line not in found)
                self._replace(PASSED, islice(chain(found, older), len(found) + _OLDER))

    def advance(self, lines: Iterable[RefLine]) -> None:
        """Take the new tips of a push that has landed as validated, in place of the old ones: those of
        branches and tags that `note_passed` noted. Of other refs not all is judged that is of a branch,
        and of claims no history at all.

        `hook.sh` does the same by itself for the usual push of one branch.
        """
        with writing(self._repo):
            known = dict.fromkeys(self._read())
            passed = frozenset(self._passed())
            moves = [move for line, move in _moves(lines).items() if line in passed]
            for old, new in dict.fromkeys(moves):
                if is_commit(self._repo, new):
                    if old is not None and old in known and is_ancestor(self._repo, old, new):
                        del known[old]
                    known[new] = None
            self._replace(VALIDATED, known)

    def forget(self, tip: Oid) -> bool:
        """Drop one tip; whether it was validated."""
        with writing(self._repo):
            known = self._read()
            if tip in known:
                self._replace(VALIDATED, (one for one in known if one != tip))
            self._replace(PASSED, (one for one in self._passed() if f" {tip} " not in one))
            return tip in known

    def _read(self) -> list[Oid]:
        return (self._store.read(VALIDATED) or b"").decode("ascii").split()

    def _passed(self) -> list[str]:
        return lines((self._store.read(PASSED) or b"").decode(errors="surrogateescape"))

    def _replace(self, name: str, found: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in found)
        self._store.replace(name, data=text.encode(errors="surrogateescape"))


def _moves(lines: Iterable[RefLine]) -> dict[str, tuple[Oid | None, Oid]]:
    """Where branches and tags move in a push, by the line in which git tells its hooks."""
    return {
        f"{old or '0' * len(new)} {new} {ref}": (old, new)
        for ref, old, new in lines
        if new is not None and ref.startswith(BRANCHES_AND_TAGS)
    }
