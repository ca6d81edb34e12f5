"""What became of claims, as events; a claim that came and went between two looks is not known of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tkledger.core.claim import UNREADABLE, Claim, is_held, parsed
from tkledger.core.events import CLAIM, CLAIM_END, END, Cursor, LedgerEvent, claim_event
from tkledger.core.field import is_id
from tkledger.core.ref_names import CLAIMS, branch_name
from tkledger.core.trailers import ACTOR, REASON
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid, oid_of
from tkledger.git.repo import Repo

_MOST = 1_000
"""So many renewals of one claim are reported at once, the latest; the others came and went."""


def task_of(ref: str) -> str | None:
    """The task that a ref is a claim on, here or at a remote; None for other refs."""
    below = ref.startswith(CLAIMS) or "/claims/" in ref
    task = ref.rpartition("/")[2]
    return task if below and is_id(task) else None


def claims_among(repo: Repo, oids: Collection[Oid]) -> dict[Oid, str]:
    """Those of some commits that are claims, and on which task each is."""
    empty, found = oid_of("tree", b"", repo.width), {}
    for answer in repo.read_many([*oids]):
        made = history.as_commit(answer)
        word, _, task = (made.subject if made else "").rpartition(" ")
        if made and word == "tk: claim" and made.tree == empty and is_id(task):
            found[made.oid] = task
    return found


def claim_events(
    repo: Repo,
    refs: Mapping[str, Oid],
    before: Mapping[Oid, str],
    known: Collection[Oid],
    cursor: Cursor,
) -> Iterator[LedgerEvent]:
    """What became of claims, by the refs as they are now. Before there were these claims, on these tasks, and
    what is ``known`` was delivered; the cursor says so.
    """
    there = {ref: (task, oid) for ref, oid in refs.items() if (task := task_of(ref))}
    told: set[Oid] = set()
    for _, (task, oid) in sorted(there.items()):
        if oid not in known and oid not in told:
            told.add(oid)
            for event in _links(repo, task, oid, known, cursor):
                yield event
                cursor = event.cursor
    tasks, places = {task for task, _ in there.values()}, set(refs.values())
    for oid, task in sorted(before.items()):
        if oid not in places and task not in tasks:
            cursor = cursor.without(oid)
            yield from _gone(repo, task, oid, cursor)


def _links(
    repo: Repo, task: str, oid: Oid, known: Collection[Oid], cursor: Cursor
) -> Iterator[LedgerEvent]:
    """The commits of a claim that are new, the oldest first."""
    links = [*_chain(repo, task, oid, known)]
    older: Claim | None = None
    if links[-1:] and links[-1][0].parents:
        first = history.as_commit(repo.read(links[-1][0].parents[0]))
        older = parsed(task, first.text) if first else None
    for made, claim in reversed(links):
        cursor = cursor.after(made.oid, made.parents)
        yield _event(made, claim_event(older, claim), older, claim, cursor)
        older = claim


def _chain(
    repo: Repo, task: str, oid: Oid, known: Collection[Oid]
) -> Iterator[tuple[Commit, Claim]]:
    """A claim and its earlier versions, back to a known one, or to anything that is not a claim."""
    for _ in range(_MOST):
        made = history.as_commit(repo.read(oid))
        if made is None:
            return
        claim = parsed(task, made.text)
        yield made, claim
        if claim.holder == UNREADABLE or not made.parents or made.parents[0] in known:
            return
        oid = made.parents[0]


def _gone(repo: Repo, task: str, oid: Oid, cursor: Cursor) -> Iterator[LedgerEvent]:
    """The end of a claim whose ref was deleted; nothing if it was pruned, since its holder is not known."""
    made = history.as_commit(repo.read(oid))
    if made is not None:
        claim = parsed(task, made.text)
        event = _event(made, END, claim, claim._replace(released=True), cursor)
        yield event._replace(field=CLAIM_END)


def _event(
    made: Commit, word: str, before: Claim | None, claim: Claim, cursor: Cursor
) -> LedgerEvent:
    source = before.holder if before and is_held(before) else ""
    return LedgerEvent(
        made.oid,
        claim.task,
        CLAIM,
        word,
        branch_name(claim.branch),
        made.at,
        made.trailers.get(ACTOR, claim.holder),
        source,
        claim.holder if is_held(claim) else "",
        cursor,
        made.trailers.get(REASON, ""),
    )
