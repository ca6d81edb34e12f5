"""Finds claims that disagree with the ledger, here and as the remote last had them; repairs them if asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.claims.elsewhere import task_at
from tkledger.claims.moves import commit_of
from tkledger.claims.renewal import made_here
from tkledger.core.claim import Claim, Stray, message, parsed, stray
from tkledger.core.field import is_id
from tkledger.core.ref_names import CLAIMS, REMOTES, branch_name
from tkledger.core.typing import NamedTuple
from tkledger.git import history, refs, writing
from tkledger.git.objects import Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.first_seen import note_first_seen

_COPIES = "/claims/"


class Found(NamedTuple):
    """A claim that disagrees: of which task, where its commit is, and where the ref is that is to move.

    remote: whose claim it is, empty for one of this repository
    """

    task: str
    remote: str
    oid: Oid
    local: Oid | None
    wrong: Stray

    @property
    def fact(self) -> str:
        """What is wrong, for a person."""
        where = f" at {self.remote}" if self.remote else ""
        return f"the claim on it{where}: {self.wrong.fact}"


def listed(repo: Repo) -> dict[str, Oid]:
    """All claims, of this repository and as its remotes last had them, by their refs."""
    return refs.listed(repo, CLAIMS, REMOTES)


def found(repo: Repo, known: Mapping[str, Oid]) -> Iterator[Found]:
    """Every claim of these that disagrees. Of a remote's only a false end is looked for: the next sync sees to the
    others by itself.
    """
    local = {ref.removeprefix(CLAIMS): oid for ref, oid in known.items() if ref.startswith(CLAIMS)}
    for task, oid in local.items():
        claim = _claim(repo, task, oid)
        if is_id(task) and claim is not None:
            sides = (task_at(repo, ref, task) for ref in (claim.branch, claim.base))
            committed = not repo.is_bare and made_here(repo, oid)
            wrong = stray(claim, *sides, committed=committed)
            if wrong is not None:
                yield Found(task, "", oid, oid, wrong)
    for ref, oid in known.items():
        remote, copied, task = ref.removeprefix(REMOTES).partition(_COPIES)
        if ref.startswith(REMOTES) and copied and is_id(task):
            yield from _false_end(repo, remote, task, oid, local.get(task))


def _false_end(repo: Repo, remote: str, task: str, oid: Oid, local: Oid | None) -> Iterator[Found]:
    claim = _claim(repo, task, oid)
    if claim is None or not claim.final or local not in (None, oid):
        return  # what is newer here goes there by itself
    here = task_at(repo, claim.branch, task)
    if here is not None and here.state.value == claim.final:
        return  # so will the commit
    heads = [branch_name(ref) for ref in (claim.branch, claim.base)]
    there = (task_at(repo, f"refs/remotes/{remote}/{head}", task) for head in heads)
    wrong = stray(claim, *there, committed=False)
    if wrong is not None:
        yield Found(task, remote, oid, local, wrong)


def _claim(repo: Repo, task: str, oid: Oid) -> Claim | None:
    """A claim that can be read; any other keeps no one away for long."""
    made = history.as_commit(repo.read(oid))
    claim = parsed(task, made.text) if made else None
    return claim if claim is not None and claim.nonce else None


def mend(repo: Repo, one: Found) -> None:
    """Make the claim here say what the ledger says; the next sync passes it on. Raises RefMoved if it was
    moved meanwhile.
    """
    new = None
    if one.wrong.claim is not None:
        new, objects = commit_of(repo, message(one.wrong.claim), one.oid)
        writing.write_objects(repo, objects)
        note_first_seen(repo.common_dir, new, here=True)
    refs.swap(repo, [RefSwap(f"{CLAIMS}{one.task}", new, one.local)], "tk: doctor")
