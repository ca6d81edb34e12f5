"""Proposals: the ledger as a command wants it, the commit that it becomes, and what lands with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache

from tkledger.core.change import Change, Refused, change
from tkledger.core.field import is_drawn
from tkledger.core.layout import is_task_key
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.rules import judge
from tkledger.core.rules.signatures import to_be_signed
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.trailers import ACTOR, folded, trailers
from tkledger.core.typing import NamedTuple
from tkledger.core.usage import Usage
from tkledger.errors import usage_error
from tkledger.files import codec
from tkledger.git import identity
from tkledger.git.objects import NewObject, Oid
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.store import COMMIT_HOOKS


class Proposal(NamedTuple):
    """The ledger as a command wants it, and the words of the commit."""

    after: Snapshot
    subject: str
    trailers: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, bytes], ...] = ()
    """Files outside the ledger that go with it; only ``tk init`` has any."""
    always: bool = False
    """Whether to commit even if no task changes: the message may charge one."""

    @property
    def message(self) -> str:
        """The message of the commit."""
        rows = "".join(f"{name}: {folded(value)}\n" for name, value in self.trailers)
        title = (self.after.policy or DEFAULT).titled(self.subject)
        return f"{title}\n" + (f"\n{rows}" if rows else "")


Propose = Callable[[Snapshot], Proposal]
"""What a command wants of the ledger in HEAD; called again after a lost race."""


class Recorded(NamedTuple):
    """A proposal that was recorded: the ledger before and after, the keys of what changed, and the
    commit; None if there is none, as in a dry run or if nothing changes.
    """

    commit: Oid | None
    before: Snapshot
    after: Snapshot
    touched: tuple[str, ...]
    warning: str = ""


Who = tuple[str, str, Mapping[str, str]]
"""Author and committer of a commit, and git's configuration: see `identities`."""


class Together(NamedTuple):
    """What lands with a commit or not at all: other refs, and objects for them."""

    swaps: tuple[RefSwap, ...] = ()
    objects: tuple[NewObject, ...] = ()


Companions = Callable[[Recorded], AbstractContextManager[Together]]
"""Called with a proposal that was found legal; gives what is to land with it. The context is left by
an exception if the commit could not be made.
"""


def alone(recorded: Recorded) -> AbstractContextManager[Together]:
    """Companions: nothing lands with the commit."""
    return nullcontext(Together())


def about_to_be(
    ledger: Ledger, made: Change, parents: Sequence[Oid], message: str | None
) -> Change:
    """A change that is about to be committed on ``parents``, with its actor and what is used by then."""
    made = made._replace(message=message)
    if made.policy is None:
        return made
    name = trailers(message or "").get(ACTOR)
    laws = [law for law in (made.policy, *(side.policy for side in made.parents)) if law]
    # only these ask for an e-mail, which costs a process
    asked = not name and any(law.depends_on_actor for law in laws)
    who = identity.known_by(name, identity.author_email(ledger.repo) if asked else "")
    now = int(time.time())
    law, accepted = made.policy, made.policy.accepted
    # counted as on a walk: a file that cannot be read is not a version of a task
    keys = () if made.is_merge else (key for key in made.touched if is_task_key(key))
    sides = ((made.before.task(key), made.after.task(key)) for key in keys)
    edits = [side for side in sides if any(side)]

    def tally() -> Usage:
        there = made.after.entries
        charged = [one for one in made.charged if is_task_key(one.task) and one.task in there]
        return ledger.tally.usage(parents, now, charged, edits, who.actor)

    def earlier(parent: int, key: str) -> tuple[Task, ...]:
        new = parents and key not in made.parents[parent].entries
        if not parents or (new and not accepted and is_drawn(key, law.prefix)):
            return ()  # as nearly always, and then nothing is loaded for it
        if new:
            ledger.former.search_unseen(parents)
        return ledger.former.versions(made, parents, parent, key)

    @cache
    def code() -> tuple[Oid, ...]:
        from tkledger.ledger.code_trees import of_next  # few policies have gates

        return of_next(ledger.repo, parents)

    return made._replace(
        actor=made.policy.author(who.actor) if name or asked else "",
        earlier=earlier,
        code=code,
        tally=tally,
    )


class Legal(NamedTuple):
    """A proposal on HEAD that is legal, what it would record, and the files that it changes, by key; and
    what it does, if the policy wants that signed.
    """

    recorded: Recorded
    proposal: Proposal
    new: Mapping[str, bytes]
    signed: Change | None


def legal(ledger: Ledger, propose: Propose) -> Legal:
    """A proposal on HEAD, judged; raises Refused or TkError if it is not legal, or could not be signed here."""
    before = ledger.head()
    proposal = propose(before)
    parents = ledger.place.parents
    made = change((before,) if parents else (), proposal.after)
    made = about_to_be(ledger, made, parents, proposal.message)
    violations = judge(made)
    if violations:
        raise Refused(*violations)
    signed = made if to_be_signed(made) else None
    if signed is not None:
        from tkledger.ledger.signing import require_able  # few policies want it

        require_able(ledger, signed)
    new = files_of(proposal.after, made.touched)
    return Legal(Recorded(None, before, proposal.after, tuple(new)), proposal, new, signed)


def may_take_long(config: Mapping[str, str]) -> bool:
    """Whether making a commit may wait for a person: git may ask for a passphrase, a hook for anything."""
    return identity.signs(config) or config.get(COMMIT_HOOKS) == "run"


def worded(
    repo: Repo,
    proposal: Proposal,
    files: Mapping[str, bytes],
    parent: Oid | None,
    who: Who,
) -> str:
    """The message that is written: signed off, and as commit-msg leaves it, if the user wants that. Raises
    TkError if commit-msg refuses it.
    """
    _, committer, config = who
    message = identity.signed_off(proposal.message, committer, config)
    if config.get(COMMIT_HOOKS) != "run":
        return message
    from tkledger.ledger.wording import heard  # few want it

    return heard(repo, message, files, parent)


def file_of(snapshot: Snapshot, key: str) -> bytes | None:
    """The bytes of the file of a task or of the policy; None if there is none."""
    entry = snapshot.entry(key)
    if isinstance(entry, Task):
        return codec.dump_task(entry)
    if isinstance(entry, Policy):
        return codec.dump_policy(entry)
    return None


def files_of(snapshot: Snapshot, keys: Iterable[str]) -> dict[str, bytes]:
    """The bytes of these files, by key, in order. Raises TkError if one is larger than any reader takes."""
    found = {key: file_of(snapshot, key) or b"" for key in sorted(keys)}
    for key, data in found.items():
        if len(data) > codec.MAX_BYTES:
            raise usage_error(
                "too-large",
                f"{key} would take more than {codec.MAX_BYTES} bytes",
                "commit the long text as a file of its own, and name that file in the task",
            )
    return found
