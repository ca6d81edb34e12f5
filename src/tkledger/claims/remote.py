"""Asks a remote for claims: pushes them with a lease, then reads its refs again; it judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tkledger.core import ref_names
from tkledger.core.ref_names import CLAIMS, SERVER, branch_name, copied
from tkledger.core.trailers import lines
from tkledger.errors import Exit, TkError
from tkledger.git import writing
from tkledger.git.errors import RefMoved
from tkledger.git.objects import NewObject
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.local.lock import retrying

SETTING = "tk.remote"
"""Configuration of a clone: the remote that decides about claims; else the branch's, else origin."""

REMOTE_SECONDS = 20.0
"""How long a remote may take to answer; shorter than others wait for the ledger's lock."""

_TRIES = 5
"""How often a push is tried that fails although nothing has moved."""


def name_of(config: Mapping[str, str], branch: str) -> str | None:
    """The name of the remote that decides about claims; None if there is none."""
    short = branch_name(branch)
    named = config.get(SETTING) or config.get(f"branch.{short}.remote")
    if named and named != ".":
        return named
    return "origin" if "remote.origin.url" in config else None


DECIDED = "to let the remote decide: tk config set claims remote"

TWICE = f"two clones can start the same task; {DECIDED}"
"""What is to be known where claims are local and there is a remote."""


def has_remote(repo: Repo) -> bool:
    """Whether this clone has a remote at all."""
    return any(name.startswith("remote.") and name.endswith(".url") for name in repo.variables())


def _refspec(remote: str, names: str) -> str:
    return f"+{names}*:{copied(remote, names)}*"


def fetch_server(repo: Repo, remote: str) -> str:
    """Fetch what a remote asks of pushes; gives why that failed, or nothing."""
    return fetch(repo, remote, SERVER)


def fetch(repo: Repo, remote: str, names: str = CLAIMS) -> str:
    """Fetch the claims of a remote, or other refs whose names begin so; gives why that failed, or nothing."""
    return fetch_by(repo, remote, _refspec(remote, names))


def fetch_by(repo: Repo, remote: str, refspec: str) -> str:
    """Fetch what a refspec selects; gives why that failed, or nothing."""
    words = repo.refusal(
        *("fetch", "--quiet", "--no-tags", "--prune", "--no-write-fetch-head"),
        *("--no-auto-maintenance", remote, refspec),
        timeout=REMOTE_SECONDS,
    )
    return "" if words is None else _last(words)


def push(repo: Repo, remote: str, swaps: Sequence[RefSwap], names: str = CLAIMS) -> str:
    """Move refs of a remote whose names begin so, all or none; gives why it cannot be reached, or nothing.

    Whether they moved is read from the refs afterwards, not from git's words. Raises RefMoved if
    another was faster, TkError if the remote rejects them.
    """
    leases = [f"--force-with-lease={ref}:{old or ''}" for ref, _, old in swaps]
    lines = [f"{new or ''}:{ref}" for ref, new, _ in swaps]
    config = ("-c", f"remote.{remote}.fetch={_refspec(remote, names)}")
    together = ["--atomic"] if len(swaps) > 1 else []  # which not every remote can
    command = (*config, "push", "--quiet", "--no-verify", *together, *leases, remote, *lines)
    words = ""
    for _ in retrying(_TRIES, lambda attempt: 0.02 * 2**attempt):
        failed = repo.refusal(*command, timeout=REMOTE_SECONDS)
        if failed is None:
            return ""
        words = _last(failed)
        if fetch(repo, remote, names):
            return words
        now = {swap: _there(repo, remote, swap.ref) for swap in swaps}
        if all(oid == swap.new for swap, oid in now.items()):
            return ""
        if any(oid != swap.old for swap, oid in now.items()):
            raise RefMoved(words)
        if "hook declined" in failed:
            break
    what = "the claim" if names == CLAIMS else "it"
    raise TkError(Exit.UNUSABLE, "refused", f"{remote} rejected {what}: {words}", "tk doctor")


def _there(repo: Repo, remote: str, ref: str) -> str | None:
    found = repo.read(copied(remote, ref))
    return found[0] if found else None


def agreed(repo: Repo, remote: str, swaps: Sequence[RefSwap]) -> tuple[RefSwap, ...]:
    """The refs to move here together with these claims, which the remote has taken: what both sides
    have alike from now on. One that is deleted there only after that is left out.
    """
    marks = [f"{ref_names.agreed(remote)}claims/{ref[len(CLAIMS) :]}" for ref, _, _ in swaps]
    known = repo.read_many(marks)
    return tuple(
        RefSwap(mark, swap.new, found[0] if found else None)
        for mark, swap, found in zip(marks, swaps, known)
        if swap.new is not None
    )


@contextmanager
def pushed_before(
    repo: Repo, remote: str, swaps: Sequence[RefSwap], objects: Sequence[NewObject]
) -> Iterator[str]:
    """Push claims to a remote before something is done, also those that end, and back if it fails.

    Gives why the remote cannot be reached, or nothing.
    """
    if swaps and objects:
        writing.write_objects(repo, objects)
    words = push(repo, remote, swaps) if swaps else ""
    try:
        yield words
    except BaseException:
        if swaps and not words:
            _quietly(repo, remote, [RefSwap(ref, old, new) for ref, new, old in swaps])
        raise


@contextmanager
def ask_consent(
    repo: Repo, remote: str, swaps: Sequence[RefSwap], objects: Sequence[NewObject]
) -> Iterator[str]:
    """The same; but claims that end are pushed afterwards."""
    first = [swap for swap in swaps if swap.new is not None]
    after = [swap for swap in swaps if swap.new is None]
    with pushed_before(repo, remote, first, objects) as words:
        yield words
    if after and not words:
        _quietly(repo, remote, after)


def _quietly(repo: Repo, remote: str, swaps: Sequence[RefSwap]) -> None:
    """If this fails, the claim runs out by itself, or another actor has it already."""
    try:
        push(repo, remote, swaps)
    except (RefMoved, TkError):
        return


def unreachable(remote: str, words: str) -> TkError:
    """The error if the policy requires the remote's consent, and it does not answer."""
    return TkError(
        Exit.BUSY,
        "unreachable",
        f"cannot reach {remote}, which decides about claims: {words}",
        "run it again when it can be reached",
    )


def _last(output: str) -> str:
    """The line of git's output that says most."""
    said = [line.removeprefix("remote: ").strip() for line in lines(output) if line.strip()]
    law = [line for line in said if line.startswith("error[")]
    errors = [line for line in said if line.startswith(("fatal:", "error:", "!"))]
    best = (law or errors or said or ["git gave no reason"])[0]
    return best.removeprefix("fatal: ").removeprefix("error: ")
