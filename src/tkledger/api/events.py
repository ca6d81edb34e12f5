"""What happens in a repository, as a stream of events that continues from a cursor."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tkledger.claims.events import claim_events, claims_among, task_of
from tkledger.core.events import BEGINNING, MOST, Cursor, LedgerEvent, cursor_of, is_cursor
from tkledger.core.ref_names import CLAIMS, HEADS, REMOTES, branch_name
from tkledger.errors import unusable, usage_error
from tkledger.git import history, refs
from tkledger.git.moved import RefsMoved
from tkledger.git.objects import Oid
from tkledger.git.refs import COPIES
from tkledger.git.repo import Repo
from tkledger.ledger.events import task_events
from tkledger.ledger.reader import Ledger
from tkledger.report import SILENT, Progress

PAUSE = 0.5
"""Seconds between two looks at whether refs have moved."""

_ALL_AGAIN = "everything once more: tk watch --since 0"

_FEW = 256
"""So many tips are named by a cursor without looking first which of them HEAD has in its history."""


class Watch:
    """The changes on all branches and of all claims, each printed at least once, from a cursor on; without one,
    from now on.
    """

    def __init__(self, path: str, since: str | None = None, progress: Progress = SILENT) -> None:
        self.repo = Repo(path)
        self._moved = RefsMoved(self.repo, (HEADS, COPIES, CLAIMS, REMOTES))
        self._known: frozenset[Oid] = frozenset()
        self._claims: dict[Oid, str] = {}
        self.cursor = Cursor()
        """What has been delivered."""
        if since is None:
            self._keep(self._refs())
        elif since != BEGINNING:
            self.cursor = _meant(self.repo, since, progress)
            self._known = frozenset(self.cursor.seen)
            self._claims = claims_among(self.repo, self._known)

    def may_find(self) -> bool:
        """Whether a look may find something new; costs next to nothing."""
        return self._moved.asked()

    def look(self) -> Iterator[LedgerEvent]:
        """What is new since the last look. All of a look that was broken off is new to the next."""
        found = self._refs()
        if self._known.issuperset(found.values()) and set(self._claims) <= {*found.values()}:
            return
        self.repo.refresh()
        stale = self._known.difference(found.values())  # git cannot leave out what it has pruned
        self._known -= stale - {*_commits(self.repo, stale)}
        tips: dict[Oid, str] = {}
        for ref, oid in sorted(found.items(), key=self._order):
            if oid not in self._known and task_of(ref) is None:
                tips.setdefault(oid, branch_name(ref).removeprefix(COPIES))
        if tips:
            ledger = Ledger(self.repo)  # of its own, so that what it remembers goes with it
            for event in task_events(ledger, tips, self._known, self.cursor):
                yield event
                self.cursor = event.cursor
        yield from claim_events(self.repo, found, self._claims, self._known, self.cursor)
        self._keep(found)

    def rest(self) -> None:
        """Let go of git until the next look."""
        self.repo.close()

    def _refs(self) -> dict[str, Oid]:
        """The branches, the copies of those that remotes have, and all claims."""
        self._moved.note()
        found = refs.listed(
            self.repo, *(one.rstrip("/") for one in (HEADS, COPIES, CLAIMS, REMOTES))
        )
        return {
            ref: oid
            for ref, oid in found.items()
            if task_of(ref) or ref.startswith((HEADS, COPIES))
        }

    def _order(self, found: tuple[str, Oid]) -> tuple[bool, bool, bool, str]:
        """By which of several branches a commit is told: HEAD's, else another one here, else a copy."""
        ref, _ = found
        return ref != self.repo.head_ref, not ref.startswith(HEADS), ref.endswith("/HEAD"), ref

    def _keep(self, found: dict[str, Oid]) -> None:
        """Take all that these refs have in their histories as delivered."""
        tasks = {oid: task for ref, oid in found.items() if (task := task_of(ref))}
        tips = dict.fromkeys(oid for ref, oid in found.items() if task_of(ref) is None)
        self._known, self._claims = frozenset(found.values()), tasks
        head = found.get(self.repo.head_ref)
        if len(tips) > _FEW and head:
            tips = dict.fromkeys([head, *refs.not_merged(self.repo, head, HEADS, COPIES)])
        self.cursor = Cursor((*dict.fromkeys([*tips, *tasks]),)[:MOST])


def _meant(repo: Repo, since: str, progress: Progress) -> Cursor:
    """The cursor that a text is, or that stands after a revision or at a date. Raises TkError."""
    if not is_cursor(since):
        return Cursor((history.commit_at(repo, since),))
    try:
        named = cursor_of(since, repo.width)
    except ValueError as error:
        fact = f"the cursor is {error}, or of another repository"
        raise usage_error("bad-cursor", fact, _ALL_AGAIN) from None
    found = tuple(_commits(repo, named.seen))
    if named.seen and not found:
        fact = "no commit of this cursor is here: it is of another repository, or history was rewritten"
        raise unusable("unknown-cursor", fact, _ALL_AGAIN)
    if gone := len(named.seen) - len(found):
        are = "1 commit of the cursor is" if gone == 1 else f"{gone:,} commits of the cursor are"
        progress.say(f"{are} gone: events that come again have the same id")
    return named._replace(seen=found)


def _commits(repo: Repo, oids: Collection[Oid]) -> Iterator[Oid]:
    """Those of some ids that are of commits that are here."""
    found = repo.read_many([*oids])
    yield from (one[0] for one in found if one and one[1] == "commit")
