"""What one try of a sync will do: fetches, compares both sides, makes the merge; it moves no branch."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core import ref_names
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import CLAIMS, HEADS, RECORDS, SERVER, copied
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git import refs, transport
from tkledger.git.history import is_ancestor
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.landing import require_room
from tkledger.ledger.reader import Ledger
from tkledger.report import Progress
from tkledger.sync.align import Alignment, Exchange, align
from tkledger.sync.route import Route

if TYPE_CHECKING:
    from tkledger.sync.news import News


class Synced(NamedTuple):
    """What a sync did, or would do: commits sent and received, claims, inboxes, artifacts and other records
    by name, and the news of tasks that came with them.

    merged: whether both sides had commits of their own; created: whether the branch is new there
    commit: where the branch is now, None if it has no commit yet
    repeat: the line that makes those changes of the policy again that gave way in the merge, if any did
    """

    sent: int
    received: int
    merged: bool
    created: bool
    commit: Oid | None
    claims: Exchange
    inboxes: Exchange
    artifacts: Exchange = Exchange()
    records: Mapping[str, Exchange] = {}
    news: tuple[News, ...] = ()
    tries: int = 1
    repeat: str = ""

    @property
    def idle(self) -> bool:
        """Whether both sides had the same already."""
        moved = self.sent or self.received or self.created
        kinds = (self.claims, self.inboxes, self.artifacts, *self.records.values())
        return not moved and all(one.idle for one in kinds)

    def after(self, earlier: Synced, tries: int) -> Synced:
        """This one, with what earlier tries had settled already."""
        told = {one.task for one in self.news}
        return self._replace(
            claims=self.claims.with_earlier(earlier.claims),
            inboxes=self.inboxes.with_earlier(earlier.inboxes),
            records={
                kind: one.with_earlier(earlier.records.get(kind, Exchange()))
                for kind, one in self.records.items()
            },
            news=(*self.news, *(one for one in earlier.news if one.task not in told)),
            tries=tries,
        )


NOTHING = Synced(0, 0, False, False, None, Exchange(), Exchange())


class Plan(NamedTuple):
    """What one try will do.

    theirs: the remote's refs, by name; had: the branch as both sides last had it
    pushing: the commit to push, if any; landing: the commit that the checkout goes to, if any
    done: what to report once it is done
    """

    theirs: dict[str, Oid]
    had: Oid | None
    alignment: Alignment
    pushing: Oid | None
    landing: Oid | None
    done: Synced


def make_plan(
    ledger: Ledger, route: Route, actor: str, *, dry_run: bool, progress: Progress
) -> Plan:
    """Fetch, and see what there is to do; raises as `sync` does."""
    repo = ledger.repo
    here, theirs = _both(repo, route, dry_run=dry_run, progress=progress)
    ours, other, had = repo.head, theirs.get(route.target), here.get(mark(route))
    _require_forward(repo, route, had, other)
    sent, received = _apart(repo, ours, other)
    commit, repeat = ours or other, ""
    if sent and received:
        from tkledger.merging.policies import to_repeat
        from tkledger.sync.join import join

        assert ours
        assert other
        commit = join(ledger, other, ours, (route.here, route.there), actor)
        repeat = to_repeat(ledger, (other, ours), commit)
    elif received:
        commit = other
    landing = commit if received else None
    if landing:
        require_room(repo, landing)
    created = bool(ours) and other is None
    if dry_run and sent and commit and SERVER in theirs:
        from tkledger.sync.foresight import require_accepted

        require_accepted(ledger, theirs[SERVER], commit, other)
    alignment = align(repo, route, here, theirs, commit)
    news = alignment.news
    if received and ours and other and commit:
        from tkledger.sync.news import LOST, by_task, of_commits

        lost = [one for one in news if one.event == LOST]
        news = by_task(lost, of_commits(ledger, ours, other, commit), news)
    done = Synced(
        *(sent, received, bool(sent and received), created, commit),
        *(alignment.claims, alignment.inboxes, alignment.artifacts, alignment.records, news),
        repeat=repeat,
    )
    return Plan(theirs, had, alignment, commit if sent else None, landing, done)


def plan_without_commits(
    ledger: Ledger, route: Route, progress: Progress, *, claims: bool = True
) -> Plan:
    """Fetch, and see what there is to do although the branch stays as it is on both sides; of messages
    only, unless ``claims`` go as well.
    """
    repo = ledger.repo
    here, theirs = _both(repo, route, dry_run=False, progress=progress)
    alignment = align(repo, route, here, theirs, theirs.get(route.target), alone=True)
    if not claims:
        alignment = alignment.messages()
    done = Synced(
        *(0, 0, False, False, None, alignment.claims, alignment.inboxes),
        *(alignment.artifacts, alignment.records, alignment.news),
    )
    return Plan(theirs, None, alignment, None, None, done)


def mark(route: Route) -> str:
    """The ref that keeps the branch as both sides last had it."""
    return f"{route.agreed}{route.target.removeprefix('refs/')}"


def _require_forward(repo: Repo, route: Route, had: Oid | None, theirs: Oid | None) -> None:
    """Raise if the remote no longer has a commit that both sides had, and HEAD still has it.

    A merge would bring that commit back; following the remote would lose work built on it.
    """
    if had is None or theirs is None or had == theirs or is_ancestor(repo, had, theirs):
        return
    ours = repo.head
    if ours and is_ancestor(repo, theirs, ours) and not is_ancestor(repo, had, ours):
        return
    raise TkError(
        Exit.REJECTED,
        "rewritten",
        f"{route.there} has been rewritten: it no longer has {had[:10]}, which both sides had",
        f"ask who did it; if that was meant: git fetch {quoted(route.remote)}, then"
        f" git rebase --onto {quoted(route.there)} {had[:10]}",
    )


def _apart(repo: Repo, ours: Oid | None, theirs: Oid | None) -> tuple[int, int]:
    """How many commits we have that they have not, and the other way round."""
    if ours is None or theirs is None:
        one = ours or theirs
        count = int(repo.run("rev-list", "--count", one)) if one else 0
        return (count, 0) if ours else (0, count)
    left, right = repo.run("rev-list", "--count", "--left-right", f"{ours}...{theirs}").split()
    return int(left), int(right)


def _both(
    repo: Repo, route: Route, *, dry_run: bool, progress: Progress
) -> tuple[dict[str, Oid], dict[str, Oid]]:
    """Our refs under ``refs/tk``, and what the remote has, by its own names, after fetching it.

    The branch is asked for by a pattern: a plain name that the remote has not would be an error.
    """
    name = route.target.removeprefix("refs/")
    refspecs = [
        f"+refs/{name}*:{route.copies}{name}*",
        f"+{CLAIMS}*:{route.copies}claims/*",
        *(f"+{one}*:{copied(route.remote, one)}*" for one in RECORDS),
        f"+{SERVER}*:{route.copies}server*",
    ]
    transport.fetch(repo, route.remote, refspecs, progress=progress.show, dry_run=dry_run)
    here = refs.listed(repo, ref_names.ALL)
    if dry_run:  # no ref was moved, so the remote has to be asked
        return here, transport.listed(repo, route.remote, _patterns(route))
    places = {"heads/": HEADS, "claims/": CLAIMS}
    places |= {one.removeprefix(f"{ref_names.ALL}/"): one for one in RECORDS}
    found = {}
    for ref, oid in here.items():
        if ref.startswith(route.copies):
            kind, slash, rest = ref.removeprefix(route.copies).partition("/")
            if kind + slash in places:
                found[places[kind + slash] + rest] = oid
    return here, found


def _patterns(route: Route) -> list[str]:
    return [route.target, f"{CLAIMS}*", *(f"{one}*" for one in RECORDS), SERVER]
