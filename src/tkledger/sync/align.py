"""Plans how claims and inboxes here and at a remote come into step; it runs no git that talks to it.

Claims follow the table of `core.claim_merge`. An inbox only ever grows: two that diverged are joined
by a commit with both as parents, which has the events of both in its history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from tkledger.core.claim_merge import ThreeWay, Way, way
from tkledger.core.field import is_id
from tkledger.core.ref_names import CLAIMS, INBOXES
from tkledger.git import history, identity, writing
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.git.transport import Send
from tkledger.sync.route import Route

Refs = Mapping[str, Oid]


class Exchange(NamedTuple):
    """What was sent and received, and which claims were lost to the remote's, by name."""

    sent: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def with_earlier(self, earlier: Exchange) -> Exchange:
        """This one, and what an earlier try received or lost and already settled."""
        return Exchange(
            self.sent,
            tuple(dict.fromkeys([*earlier.received, *self.received])),
            tuple(dict.fromkeys([*earlier.lost, *self.lost])),
        )


class Alignment(NamedTuple):
    """Refs to move here at once, what to push, and refs to move here once the push was taken."""

    moves: tuple[RefSwap, ...]
    sends: tuple[Send, ...]
    afterwards: tuple[RefSwap, ...]
    claims: Exchange
    inboxes: Exchange


class _One(NamedTuple):
    """How one ref changes, here and there."""

    moves: tuple[RefSwap, ...] = ()
    sends: tuple[Send, ...] = ()
    afterwards: tuple[RefSwap, ...] = ()
    way: Way = Way.KEEP


def align(repo: Repo, route: Route, here: Refs, theirs: Refs) -> Alignment:
    """What to do about every claim and inbox; ``here`` are our refs under ``refs/tk``.

    A ref that is not a claim on a task or an inbox is ignored.
    """
    known = *_under(CLAIMS, here), *_under(CLAIMS, theirs), *_under(f"{route.agreed}claims/", here)
    claims = {
        name: _claim(repo, route, here, theirs, name) for name in sorted({*known}) if is_id(name)
    }
    inboxes = {
        name: _inbox(repo, here.get(INBOXES + name), theirs.get(INBOXES + name), INBOXES + name)
        for name in sorted({*_under(INBOXES, here), *_under(INBOXES, theirs)})
        if "/" not in name
    }
    every = [*claims.values(), *inboxes.values()]
    return Alignment(
        tuple(move for one in every for move in one.moves),
        tuple(send for one in every for send in one.sends),
        tuple(move for one in every for move in one.afterwards),
        _exchange(claims),
        _exchange(inboxes),
    )


def _under(prefix: str, refs: Refs) -> Iterator[str]:
    return (ref.removeprefix(prefix) for ref in refs if ref.startswith(prefix))


def _claim(repo: Repo, route: Route, here: Refs, theirs: Refs, name: str) -> _One:
    ref, mark = CLAIMS + name, f"{route.agreed}claims/{name}"
    claim = ThreeWay(here.get(ref), theirs.get(ref), here.get(mark))
    chosen = way(claim, partial(history.is_ancestor, repo))
    if chosen in _SENT:
        return _One(
            sends=(Send(ref, claim.ours, claim.theirs or ""),),
            afterwards=(RefSwap(mark, claim.ours, claim.agreed),),
            way=chosen,
        )
    ours, agreed = RefSwap(ref, claim.theirs, claim.ours), RefSwap(mark, claim.theirs, claim.agreed)
    return _One(tuple(one for one in (ours, agreed) if one.new != one.old), way=chosen)


def _inbox(repo: Repo, ours: Oid | None, theirs: Oid | None, ref: str) -> _One:
    if ours == theirs:
        return _One()
    if theirs is None or (ours and history.is_ancestor(repo, theirs, ours)):
        return _One(sends=(Send(ref, ours),), way=Way.SEND)
    if ours is None or history.is_ancestor(repo, ours, theirs):
        return _One((RefSwap(ref, theirs, ours),), way=Way.TAKE)
    both = _unite(repo, theirs, ours)
    return _One((RefSwap(ref, both, ours),), (Send(ref, both),), way=Way.YIELD)


def _unite(repo: Repo, a: Oid, b: Oid) -> Oid:
    author, committer, _ = identity.identities(repo)
    return writing.commit_tree(
        repo, writing.empty_tree(repo), [a, b], "tk: both inboxes\n", author, committer, sign=False
    )


_SENT = {Way.SEND, Way.WITHDRAW}
_RECEIVED = {Way.TAKE, Way.DROP}


def _exchange(found: Mapping[str, _One]) -> Exchange:
    """The names by how they changed; an inbox that was joined was sent and received."""
    chains = {name for name, one in found.items() if one.way is Way.YIELD and one.sends}
    return Exchange(
        tuple(name for name, one in found.items() if one.way in _SENT or name in chains),
        tuple(name for name, one in found.items() if one.way in _RECEIVED or name in chains),
        tuple(name for name, one in found.items() if one.way is Way.YIELD and name not in chains),
    )
