"""Reads claims: who holds a task, until when by this machine's clock, and who is fenced off.

It does not move them; `moves` does, and `remote` asks a remote.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from tkledger.core import ref_names
from tkledger.core.change import Violation
from tkledger.core.claim import Claim, is_held, parsed, way_to_take
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.trailers import KEY, trailers
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git import history, refs
from tkledger.git.cat_file import Found
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.core.overview import Overview, TaskRow

_MOST = 10_000
"""How many renewals are read, at most, to find who held a task before."""


_FEW = 20
"""Claims that are asked for by name at once, without looking first which there are."""

_FEW_READ = 16
"""Claims that are read faster than what is remembered of them."""


class Standing(NamedTuple):
    """A claim as this machine sees it.

    oid: the token; since: when it was made, in seconds since 1970 by its holder's clock
    left: how many seconds it still holds, by the clock of this machine
    email: its holder's; here: whether it was made in this repository
    local, there: where the ref is in this repository, and where the remote's is known to be
    """

    claim: Claim
    oid: Oid
    since: int
    left: float
    email: str
    here: bool
    local: Oid | None
    there: Oid | None

    @property
    def until(self) -> int:
        """When it runs out, in seconds since 1970, as this machine will see it."""
        return int(time.time() + self.left)

    @property
    def live(self) -> bool:
        """Whether it keeps others away: its lease has not run out, or the work is done already."""
        return bool(self.claim.final) or self.at_work

    @property
    def at_work(self) -> bool:
        """Whether its holder is at work, and its lease has not run out."""
        return is_held(self.claim) and self.left > 0


class Worker(NamedTuple):
    """Who did some work: by name, or if no name was given by e-mail.

    branch: HEAD's, None if that is not known; where: the commit, empty before it is made
    begins: whether a claim is asked for if the policy requires one
    open: whether the task is in progress, so that a start may take it from its holder
    takes_up: whose work it is from then on, if this took it up; empty if not
    assigned, taken: of a start, whose task it was, if another's, and whom the commit says it is taken from
    starts: whether all that is known of it is starts of a task that was not begun
    """

    actor: str
    email: str = ""
    branch: str | None = None
    where: str = ""
    begins: bool = True
    open: bool = False
    takes_up: str = ""
    assigned: str = ""
    taken: str = ""
    starts: bool = False


# -- reading -----------------------------------------------------------------------------------


def standing(
    repo: Repo,
    ids: Sequence[str],
    remote_name: str | None = None,
    moving: Mapping[str, Oid | None] | None = None,
) -> dict[str, Standing]:
    """The claims on these tasks, by task id; a task without one is left out.

    If the remote's differs from the local one, the later epoch counts, and of two with the same epoch
    the remote's. ``moving`` are refs as a push is about to leave them.
    """
    if len(ids) > _FEW:  # git looks for each ref that is not there, in vain
        known = {one.rpartition("/")[2] for one in (*_named(repo, remote_name)[0], *(moving or {}))}
        ids = [one for one in ids if one in known]
    return _found(repo, ids, remote_name, moving)


def _found(
    repo: Repo,
    ids: Sequence[str],
    remote_name: str | None,
    moving: Mapping[str, Oid | None] | None = None,
) -> dict[str, Standing]:
    names = [f"{ref_names.CLAIMS}{one}" for one in ids]
    places = [(moving or {}).get(name, name) or ref_names.ABSENT for name in names]
    found = {
        task: _standing(repo, task, read, local=True)
        for task, read in zip(ids, repo.read_many(places))
        if read is not None
    }
    if remote_name:
        copies = [f"{ref_names.copied_claims(remote_name)}{one}" for one in ids]
        for task, read in zip(ids, repo.read_many(copies)):
            if read is not None:
                there = _standing(repo, task, read, local=False)
                found[task] = _later(found.get(task), there)
    return found


def held_on(repo: Repo, task: str, remote_name: str | None = None) -> Standing | None:
    """The claim on one task, if there is one."""
    return standing(repo, [task], remote_name).get(task)


def every(repo: Repo, remote_name: str | None = None) -> dict[str, Standing]:
    """All claims; of a remote's, those fetched before.

    Without a name, the first remote that has any.
    """
    names, there = _named(repo, remote_name)
    if not names:
        return {}
    from tkledger.local.first_seen import forget_others  # most often there is none

    found = _found(repo, list(dict.fromkeys(n.rpartition("/")[2] for n in names)), there)
    oids = {one for held in found.values() for one in (held.local, held.there) if one}
    forget_others(repo.common_dir, oids)
    return found


def _named(repo: Repo, remote_name: str | None) -> tuple[list[str], str | None]:
    """The refs of all claims, and the remote whose claims count."""
    names = [
        name
        for name in refs.names(repo, ref_names.CLAIMS, ref_names.REMOTES)
        if name.startswith(ref_names.CLAIMS) or "/claims/" in name
    ]
    remotes = [name[len(ref_names.REMOTES) :].partition("/claims/")[0] for name in names]
    first = (one for one, name in zip(remotes, names) if ref_names.CLAIMS not in name)
    return names, remote_name or next(first, None)


def glance(repo: Repo) -> dict[str, Standing]:
    """All claims for a view: what many of them say is remembered by their ids, so it decides nothing."""
    names, there = _named(repo, None)
    places = refs.places(repo, names) if there is None and len(names) > _FEW_READ else {}
    if len(places) < len(names) or not names:
        return every(repo)
    from tkledger.local.first_seen import Sighting, forget_others, noted, sighting
    from tkledger.local.page import read_page, write_page
    from tkledger.local.store import CLAIMS, Store

    store = Store(repo.common_dir)
    known = read_page(store, CLAIMS) or {}
    new = {oid: name for name, oid in places.items() if oid not in known}
    if new:
        for (oid, name), read in zip(new.items(), repo.read_many([*new])):
            claim, since, email = _said(name.rpartition("/")[2], read)
            known[oid] = (tuple(claim), since, email, noted(repo.common_dir, oid))
        known = {oid: known[oid] for oid in places.values()}
        write_page(store, CLAIMS, known)
        forget_others(repo.common_dir, known)
    found = {}
    for name, oid in places.items():
        values, since, email, words = known[oid]
        claim = Claim(*values)
        seen = sighting(words) or Sighting(0.0, here=True)
        left = claim.lease - seen.age
        found[name.rpartition("/")[2]] = Standing(claim, oid, since, left, email, True, oid, None)
    return found


def _said(task: str, read: Found | None) -> tuple[Claim, int, str]:
    """What a claim says, when it was made, and by whose e-mail."""
    made = history.as_commit(read)
    claim = parsed(task, made.text if made else "")
    return (claim, made.at, made.email) if made else (claim, 0, "")


def _standing(repo: Repo, task: str, read: Found, *, local: bool) -> Standing:
    from tkledger.local.first_seen import note_first_seen

    oid = read[0]
    claim, since, email = _said(task, read)
    seen = note_first_seen(repo.common_dir, oid)
    left = claim.lease - seen.age
    places = (oid, None) if local else (None, oid)
    return Standing(claim, oid, since, left, email, seen.here or local, *places)


def _later(local: Standing | None, there: Standing) -> Standing:
    if local is None:
        return there
    ours, theirs = local.claim, there.claim
    same = ours.nonce == theirs.nonce and ours.epoch == theirs.epoch
    if ours.epoch > theirs.epoch or same:
        return local._replace(there=there.oid)
    return there._replace(local=local.local)


# -- work that is left --------------------------------------------------------------------------


def vacancy(held: Standing | None) -> str:
    """Why a task in progress with this claim has no holder; empty if it may have one."""
    if held is None or held.claim.final:
        return ""
    if held.claim.released:
        return f"released by {held.claim.holder}"
    if held.left <= 0 and not held.claim.reserved:
        from tkledger.core.time import iso  # no plain move shows a time

        return f"the lease of {held.claim.holder} ran out at {iso(held.until)}"
    return ""


def vacant(ledger: Snapshot | Overview, known: Mapping[str, Standing]) -> dict[str, str]:
    """The tasks in progress that have no holder, by their ids, and why."""
    found = {}
    for key, held in known.items():
        task = ledger.task(key)
        if task is not None and task.state is State.IN_PROGRESS and (why := vacancy(held)):
            found[key] = why
    return found


NOBODYS = "without an owner"
"""Said of a task in progress that no one owns or has claimed, such as one begun by hand."""


def is_nobodys(task: Task | TaskRow, held: Standing | None) -> bool:
    """Whether a task is in progress, but no one owns it or has ever claimed it."""
    return task.state is State.IN_PROGRESS and not task.owner and held is None


def unheld(task: Task | TaskRow, held: Standing | None) -> str:
    """Why no one works on a task in progress; empty if someone may be at work on it,
    or if it is not in progress.
    """
    if is_nobodys(task, held):
        return NOBODYS
    return vacancy(held) if task.state is State.IN_PROGRESS else ""


# -- judging -----------------------------------------------------------------------------------


def claimed(held: Standing) -> TkError:
    """The error if another actor holds the task: who, since when, until when."""
    from tkledger.core.time import iso  # no plain move shows a time

    claim = held.claim
    branch = branch_name(claim.branch)
    if claim.final:
        fact = f"{claim.final} by {claim.holder} on {branch}, which is not merged yet"
        return TkError(
            Exit.CLAIMED, "claimed", f"{claim.task} is {fact}", f"git merge {quoted(branch)}"
        )
    since = f"since {iso(held.since)}, until {iso(held.until)} unless renewed"
    fact = f"{claim.task} is claimed by {claim.holder} on {branch} {since}"
    return TkError(Exit.CLAIMED, "claimed", fact, way_to_take(claim.task))


def fencing(
    repo: Repo,
    held: Standing | None,
    task: str,
    who: Worker,
    policy: Policy,
    *,
    shared: bool = False,
) -> Iterator[Violation]:
    """The violations of work on a task by ``who``.

    If claims are local and not ``shared`` by a server, an actor who never held the task and is on the
    holder's branch may work on it: a person may act under several names, or finish what another began.
    """
    from tkledger.core.door_rules import judge_door
    from tkledger.core.door_rules.claims import ClaimedWork

    live = held if held is not None and held.live else None
    holder = policy.actor(live.claim.holder) if live else None
    if live is not None and holder != who.actor:
        same = bool(who.email) and who.email == live.email
        strict = shared or policy.claims != "local" or who.branch not in (None, live.claim.branch)
        if same or not (strict or who.actor in former(repo, live)):
            holder = who.actor
    required = policy.claims == "required" and who.begins
    open = who.open and live is not None and not live.claim.final
    yield from judge_door(ClaimedWork(task, who.actor, holder, who.where, required, open))


def former(repo: Repo, held: Standing) -> set[str]:
    """The actors who held a task before, and lost it."""
    if held.claim.epoch == 1:
        return set()
    known = (parsed(held.claim.task, made.text) for made in _chain(repo, held))
    return {one.holder for one in known if one.nonce != held.claim.nonce}


def _chain(repo: Repo, held: Standing) -> Iterator[Commit]:
    """The commits of a claim and of those before it on its task, the newest first."""
    oid: Oid | None = held.oid
    for _ in range(_MOST):
        made = history.as_commit(repo.read(oid)) if oid else None
        if made is None:
            return
        yield made
        oid = made.parents[0] if made.parents else None


def was_released(repo: Repo, held: Standing, holder: str, key: str) -> bool:
    """Whether this claim, or one before it, was released under a key.

    Raises TkError, USAGE, if that was another holder's.
    """
    for made in _chain(repo, held):
        if trailers(made.text).get(KEY) == key:
            if parsed(held.claim.task, made.text).holder != holder:
                from tkledger.ledger.keys import used

                raise used(key, made.text, made.oid)
            return True
    return False
