"""The tips that a server has validated: what is in their history need not be judged again."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.core.ref_names import BRANCHES_AND_TAGS
from tkledger.core.trailers import lines
from tkledger.git.history import is_ancestor, is_commit
from tkledger.git.objects import Oid
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.local.lock import writing
from tkledger.local.store import VALIDATED, Store


class ValidatedTips:
    """A file of commit ids beside the repository, which no push can write.

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
        """Take these as validated, besides what there is."""
        with writing(self._repo):
            self._write(dict.fromkeys([*self._read(), *tips]))

    def advance(self, lines: Iterable[RefLine]) -> None:
        """Take the new tips of a push that was judged as validated, in place of the old ones; those
        of branches and tags only. Of other refs not all is judged that is of a branch, and of claims
        no history at all.

        `hook.sh` does the same by itself for the usual push of one branch.
        """
        with writing(self._repo):
            known = dict.fromkeys(self._read())
            moves = ((old, new) for ref, old, new in lines if ref.startswith(BRANCHES_AND_TAGS))
            for old, new in dict.fromkeys(moves):
                if new is not None and is_commit(self._repo, new):
                    if old is not None and old in known and is_ancestor(self._repo, old, new):
                        del known[old]
                    known[new] = None
            self._write(known)

    def forget(self, tip: Oid) -> bool:
        """Drop one tip; whether it was validated."""
        with writing(self._repo):
            known = self._read()
            if tip in known:
                self._write(one for one in known if one != tip)
            return tip in known

    def _read(self) -> list[Oid]:
        return (self._store.read(VALIDATED) or b"").decode("ascii").split()

    def _write(self, tips: Iterable[Oid]) -> None:
        lines = "".join(f"{oid}\n" for oid in tips)
        self._store.replace(VALIDATED, data=lines.encode("ascii"))
