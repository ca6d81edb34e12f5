"""Plans how claims and records here and at a remote come into step; it runs no git that talks to it.

Claims follow the table of `core.claim_merge`: one that tells of a commit goes with it or
waits. Records are chains, which only ever grow: two that diverged are joined
by a commit with both as parents, which has the events of both in its history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tkledger.claims.moves import commit_of
from tkledger.claims.renewal import made_here
from tkledger.core.claim import Claim, is_held, message
from tkledger.core.claim_merge import (
    ThreeWay,
    Way,
    ended,
    has_arrived,
    made_final,
    tells_of_a_commit,
    way,
)
from tkledger.core.field import is_id
from tkledger.core.ref_names import ARTIFACTS, CLAIMS, INBOXES, RECORDS, actor_of
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.git import history, refs, writing
from tkledger.git.chains import BOTH, joined
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.git.transport import Send
from tkledger.local.first_seen import note_first_seen
from tkledger.sync.prospect import Prospect
from tkledger.sync.route import Route

if TYPE_CHECKING:
    from tkledger.sync.news import News

Refs = Mapping[str, Oid]


class Exchange(NamedTuple):
    """What was sent and received, by name; of claims also which were lost to the remote's, which were
    deleted on both sides because their task has ended, and which wait for a commit that was not sent.
    """

    sent: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether nothing moves."""
        return not (self.sent or self.received or self.lost or self.ended)

    def with_earlier(self, earlier: Exchange) -> Exchange:
        """This one, and what an earlier try received or lost and already settled."""
        return self._replace(
            received=tuple(dict.fromkeys([*earlier.received, *self.received])),
            lost=tuple(dict.fromkeys([*earlier.lost, *self.lost])),
        )


class Alignment(NamedTuple):
    """Refs to move here at once, what to push, and refs to move here once the push was taken."""

    moves: tuple[RefSwap, ...]
    sends: tuple[Send, ...]
    afterwards: tuple[RefSwap, ...]
    claims: Exchange
    inboxes: Exchange
    artifacts: Exchange = Exchange()
    records: Mapping[str, Exchange] = {}
    news: tuple[News, ...] = ()

    def messages(self) -> Alignment:
        """The same without any claim or artifact."""
        return Alignment(
            tuple(move for move in self.moves if move.ref.startswith(RECORDS)),
            tuple(send for send in self.sends if send.ref.startswith(RECORDS)),
            *((), Exchange(), self.inboxes),
            records=self.records,
        )


class _One(NamedTuple):
    """How one ref changes, here and there."""

    moves: tuple[RefSwap, ...] = ()
    sends: tuple[Send, ...] = ()
    afterwards: tuple[RefSwap, ...] = ()
    way: Way = Way.KEEP
    news: News | None = None


def align(
    repo: Repo, route: Route, here: Refs, theirs: Refs, tip: Oid | None, *, alone: bool = False
) -> Alignment:
    """What to do about every claim, record and artifact; ``here`` are our refs under ``refs/tk``, ``tip``
    is where the remote's branch will be.

    A ref that is not a claim on a task, or a record is ignored. ``alone`` is whether no commit goes, so
    that the remote's claims of work that waits here are renewed.
    """
    known = *_under(CLAIMS, here), *_under(CLAIMS, theirs), *_under(f"{route.agreed}claims/", here)
    names = sorted(name for name in {*known} if is_id(name))
    prospect = Prospect(repo, route, tip, names)
    claims = {
        name: _claim(repo, prospect, _Claim(name, _three(route, here, theirs, name), route), alone)
        for name in names
    }
    records = {prefix: _chains(repo, prefix, here, theirs) for prefix in RECORDS}
    chains = [one for found in records.values() for one in found.values()]
    inboxes = records.pop(INBOXES)
    artifacts = _artifacts(repo, route)
    every = [*claims.values(), *chains, *artifacts.values()]
    return Alignment(
        tuple(move for one in every for move in one.moves),
        tuple(send for one in every for send in one.sends),
        tuple(move for one in every for move in one.afterwards),
        _exchange(claims),
        _exchange(inboxes),
        _exchange(artifacts),
        {prefix.split("/")[2]: _exchange(found) for prefix, found in records.items()},
        tuple(one.news for one in claims.values() if one.news),
    )


def _under(prefix: str, refs: Refs) -> Iterator[str]:
    return (ref.removeprefix(prefix) for ref in refs if ref.startswith(prefix))


class _Claim(NamedTuple):
    """The claim on a task, by its objects, and where it goes."""

    task: str
    sides: ThreeWay
    route: Route

    @property
    def ref(self) -> str:
        return CLAIMS + self.task

    @property
    def mark(self) -> str:
        return f"{self.route.agreed}claims/{self.task}"

    def sent(self, new: Oid | None, way: Way) -> _One:
        """It is to be ``new`` there; here it is already."""
        return _One(
            sends=(Send(self.ref, new, self.sides.theirs or ""),),
            afterwards=(RefSwap(self.mark, new, self.sides.agreed),),
            way=way,
        )


def _three(route: Route, here: Refs, theirs: Refs, name: str) -> ThreeWay:
    ref, mark = CLAIMS + name, f"{route.agreed}claims/{name}"
    return ThreeWay(here.get(ref), theirs.get(ref), here.get(mark))


def _claim(repo: Repo, prospect: Prospect, one: _Claim, alone: bool) -> _One:
    sides = one.sides
    chosen = way(sides, partial(history.is_ancestor, repo))
    task = prospect.task(one.task)
    if task is not None and task.ended and not _frees(prospect, one, chosen):
        found = _at_its_end(repo, prospect, one, chosen)
        if found is not None:
            return found
    if chosen in _SENT:
        ours, theirs = (prospect.claim(one.task, oid) for oid in (sides.ours, sides.theirs))
        known = ours or theirs
        assert known is not None
        if tells_of_a_commit(ours, theirs) and not has_arrived(
            ours, prospect.here(known), prospect.there(known)
        ):
            return _waiting(repo, one, theirs) if alone else _One(way=Way.WAIT)
        return one.sent(sides.ours, chosen)
    moves = (
        RefSwap(one.ref, sides.theirs, sides.ours),
        RefSwap(one.mark, sides.theirs, sides.agreed),
    )
    news = None
    if chosen in _RECEIVED or chosen is Way.YIELD:
        from tkledger.sync.news import of_claim

        ours, theirs = (prospect.claim(one.task, oid) for oid in (sides.ours, sides.theirs))
        if ours and theirs and ours.holder == theirs.holder:
            chosen = Way.TAKE  # two claims of one holder: nothing is lost
        news = of_claim(one.task, theirs, lost=chosen is Way.YIELD)
    return _One(tuple(move for move in moves if move.new != move.old), way=chosen, news=news)


def _frees(prospect: Prospect, one: _Claim, chosen: Way) -> bool:
    """Whether a claim that is still held at the remote was released here: a server has to see the release
    before the claim is deleted, or it refuses the work of another actor.
    """
    ours, theirs = (prospect.claim(one.task, oid) for oid in one.sides[:2])
    released = chosen in _SENT and ours is not None and ours.released
    return released and theirs is not None and is_held(theirs)


def _at_its_end(repo: Repo, prospect: Prospect, one: _Claim, chosen: Way) -> _One | None:
    """The claim on a task that will have ended at the remote: deleted on both sides if that is its base;
    if it is its branch, marked final, however the end came there. None if it is neither.
    """
    ours, theirs, agreed = one.sides
    oid = theirs if chosen in _THEIRS else ours or theirs
    claim, task = prospect.claim(one.task, oid), prospect.task(one.task)
    if oid is None or claim is None:
        return None
    if ended(claim, prospect.branches, task):
        sends = (Send(one.ref, None, theirs),) if theirs else ()
        gone = RefSwap(one.ref, None, ours), RefSwap(one.mark, None, agreed)
        return _One((), sends, tuple(move for move in gone if move.old), Way.END)
    final = made_final(claim, prospect.branches, task) if chosen is not Way.DROP else None
    if final is None:
        return None
    new, objects = commit_of(repo, message(final), oid)
    writing.write_objects(repo, objects)
    return one.sent(new, Way.SEND)._replace(moves=(RefSwap(one.ref, new, ours),))


def _waiting(repo: Repo, one: _Claim, theirs: Claim | None) -> _One:
    """A claim whose commit is not sent: the remote's, if it was made here, is renewed for the time being,
    and what waits is put on top of that.
    """
    oid = one.sides.theirs
    if theirs is None or not oid or not is_held(theirs) or not made_here(repo, oid):
        return _One(way=Way.WAIT)
    renewed, objects = commit_of(repo, message(theirs), oid)
    moves = []
    made = history.as_commit(repo.read(one.sides.ours)) if one.sides.ours else None
    if made is not None:  # as it is worded, for it may have the key of a command
        new, more = commit_of(repo, made.text, renewed)
        objects += more
        moves = [RefSwap(one.ref, new, one.sides.ours)]
        note_first_seen(repo.common_dir, new, here=True)
    note_first_seen(repo.common_dir, renewed, here=True)
    writing.write_objects(repo, objects)
    return one.sent(renewed, Way.WAIT)._replace(moves=tuple(moves))


def _artifacts(repo: Repo, route: Route) -> dict[Oid, _One]:
    """Those that the remote was not sent, as far as is known here, and what says that it was."""
    found = {}
    marks = f"{route.agreed}artifacts/"
    known = {*refs.names(repo, ARTIFACTS, marks)}
    for ref in sorted(name for name in known if name.startswith(ARTIFACTS)):
        oid = ref.removeprefix(ARTIFACTS)
        if marks + oid not in known:
            mark = RefSwap(marks + oid, oid, None)
            found[oid] = _One(sends=(Send(ref, oid),), afterwards=(mark,), way=Way.SEND)
    return found


def _chains(repo: Repo, prefix: str, here: Refs, theirs: Refs) -> dict[str, _One]:
    """Those below a prefix, by the actor or the task that each is of."""
    return {
        actor_of(name): _chain(
            repo, here.get(prefix + name), theirs.get(prefix + name), prefix + name
        )
        for name in sorted({*_under(prefix, here), *_under(prefix, theirs)})
        if "/" not in name
    }


def _chain(repo: Repo, ours: Oid | None, theirs: Oid | None, ref: str) -> _One:
    if ours == theirs:
        return _One()
    both = joined(repo, theirs, ours, BOTH)
    if both == ours:
        return _One(sends=(Send(ref, ours),), way=Way.SEND)
    if both == theirs:
        return _One((RefSwap(ref, theirs, ours),), way=Way.TAKE)
    return _One((RefSwap(ref, both, ours),), (Send(ref, both),), way=Way.YIELD)


_SENT = {Way.SEND, Way.WITHDRAW}
_THEIRS = {Way.TAKE, Way.YIELD}
_RECEIVED = {Way.TAKE, Way.DROP}


def _exchange(found: Mapping[str, _One]) -> Exchange:
    """The names by how they changed; a chain that was joined was sent and received."""
    chains = {name for name, one in found.items() if one.way is Way.YIELD and one.sends}
    return Exchange(
        tuple(name for name, one in found.items() if one.way in _SENT or name in chains),
        tuple(name for name, one in found.items() if one.way in _RECEIVED or name in chains),
        tuple(name for name, one in found.items() if one.way is Way.YIELD and name not in chains),
        tuple(name for name, one in found.items() if one.way is Way.END),
        tuple(name for name, one in found.items() if one.way is Way.WAIT),
    )
