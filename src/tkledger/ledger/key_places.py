"""Which commits say under which key they were made: found by one search of messages, kept, and later
searches are of what is new.

They say where to look: what a commit says is read from the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tkledger.core.trailers import KEY, trailers
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.local.trace_page import Kept, TracePages

_WORTH_KEEPING = 64
"""So many messages are searched again by each command before what they say is kept."""

_NOTHING = Kept("", {})


class KeyPlaces:
    """The keys in the histories of one repository; without ``pages`` to keep them, all is searched."""

    def __init__(self, repo: Repo, pages: TracePages | None = None) -> None:
        self._repo = repo
        self._pages = pages

    def commits(self, key: str, tip: Oid) -> Iterator[Commit]:
        """The commits in the history of ``tip`` that say they were made under a key, parents before
        children. The key is one line.
        """
        kept = self._kept(key)
        new = _New()
        for oid, text in history.messages(self._repo, tip, *([f"^{kept.tip}"] if kept.tip else [])):
            new.add(oid, text)
        if self._pages is not None and new.searched >= _WORTH_KEEPING:
            self._keep(self._pages, kept.tip, tip, new)
        width = len(tip)
        known = kept.rows.get(key, b"").hex()
        for oid in (known[at : at + width] for at in range(0, len(known), width)):
            if history.is_ancestor(self._repo, oid, tip):  # it may be of a branch that was left
                yield from self._saying(key, [oid])
        yield from self._saying(key, new.rows.get(key, []))

    def _kept(self, key: str) -> Kept:
        kept = self._pages.read(key) if self._pages is not None else _NOTHING
        here = kept.tip and history.is_commit(self._repo, kept.tip)
        return kept if here else _NOTHING  # it is of another repository, or was pruned

    @staticmethod
    def _keep(pages: TracePages, since: Oid, tip: Oid, new: _New) -> None:
        """Know the keys up to ``tip``. Commits that it has not in its history stay, and are passed over."""
        rows = {key: bytes.fromhex("".join(oids)) for key, oids in new.rows.items()}
        for place, kept in pages.known_up_to(since).items():
            both = {key: kept.rows.get(key, b"") + row for key, row in rows.items()}
            pages.write(place, Kept(tip, {**kept.rows, **both}))

    def _saying(self, key: str, oids: Sequence[Oid]) -> Iterator[Commit]:
        for commit in map(history.as_commit, self._repo.read_many(oids)):
            if commit is not None and commit.trailers.get(KEY) == key:
                yield commit


class _New:
    """The keys that a search finds, each with its commits, and how many messages were searched."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Oid]] = {}
        self.searched = 0

    def add(self, oid: Oid, message: str) -> None:
        """Note the next commit."""
        self.searched += 1
        if f"{KEY}: " in message:
            key = trailers(message).get(KEY)
            if key is not None:
                self.rows.setdefault(key, []).append(oid)
