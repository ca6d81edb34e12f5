"""``tk next``: the task to take next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from tkledger.agents.next import Taken, next_review, next_task
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, tell_of, unread, with_commit, would_be
from tkledger.core.overview import TaskRow
from tkledger.core.quoting import quoted
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.errors import Exit, usage_error

if TYPE_CHECKING:
    from tkledger.sync.follow import Follower


def next_(
    claim: bool = False,
    review: bool = False,
    wait: float | None = None,
    label: Sequence[str] = (),
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Print the id of the task to take next: the most urgent, then the oldest; or to review next.
    Exit 6 if there is none.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    follower = _follower(session) if wait and not dry_run else None
    meanwhile = partial(_look, session, follower) if follower is not None else None
    if review:
        if claim:
            fact = "--claim and --review exclude each other: a review needs no claim"
            raise usage_error("both", fact, "tk next --review")
        taken = next_review(session, tuple(label), wait=wait or 0, meanwhile=meanwhile)
    else:
        taken = next_task(
            session,
            tuple(label),
            claim=claim,
            wait=wait or 0,
            key=key,
            dry_run=dry_run,
            meanwhile=meanwhile,
        )
    status = Exit.OK if taken.task else Exit.NOTHING
    letters = unread(session)
    said, more = (
        _related(session, taken) if claim else ([], {})
    )  # the search reads the whole ledger
    more = {**more, **({"unread": len(letters)} if letters else {})}
    behind = follower.behind if follower is not None and taken.task is None else ""
    more = {**more, **({"behind": behind} if behind else {})}
    return Answer(
        lambda: {**_json(session, taken), **more},
        lambda: [
            *_view(taken, would_be(claim and dry_run)),
            *map(Aside, said),
            *([Aside(behind)] if behind else []),
            *tell_of(letters),
        ],
        lambda: status,
    )


def _follower(session: Session) -> Follower:
    from tkledger.sync.follow import Follower  # only who waits follows

    return Follower(session.repo)


def _look(session: Session, follower: Follower) -> None:
    """Follow the branch's upstream, and fetch the messages for who waits."""
    from tkledger.agents import inbox  # only who waits needs them

    remote = follower()
    if remote:
        inbox.fetch(session.repo, session.actor(session.ledger.head()), remote)


def _json(session: Session, taken: Taken) -> dict[str, Any]:
    from tkledger.api.json import claim_json, task_json

    task = taken.task
    if task is None:
        return {"reasons": list(taken.reasons)}
    if isinstance(task, TaskRow):
        task = session.ledger.files.task_at(session.tip(), task.id)
        assert task is not None  # it was offered
    return {
        "task": task_json(task),
        **({"elsewhere": taken.place} if taken.place else {}),
        **({"why": taken.why} if taken.why else {}),
        **(with_commit(taken.recorded) if taken.recorded else {}),
        **({"path": taken.checkout} if taken.checkout else {}),
        **({"commit": taken.commit} if taken.commit else {}),
        **({"claim": claim_json(taken.claim)} if taken.claim else {}),
    }


def _related(session: Session, taken: Taken) -> tuple[list[str], dict[str, Any]]:
    """What earlier work has to say of the task, in words and for JSON."""
    if taken.task is None:
        return [], {}
    from tkledger.api.memory import related_json, related_to, related_words

    found = related_to(session, taken.task)
    return related_words(found), related_json(found)


def _view(taken: Taken, would: str) -> Iterable[str | Aside]:
    task = taken.task
    if task is None:
        yield Aside(f"nothing to do: {'; '.join(taken.reasons)}")
        return
    yield task.id
    place = f" (on {taken.place})" if taken.place else ""
    started = " (started)" if taken.recorded or taken.checkout else ""
    yield Aside(f"{would}P{task.urgency} {task.title}{place}{started}")
    if taken.why:
        yield Aside(f"why: {taken.why}")
    if taken.checkout:
        yield Aside(f"its checkout: cd {quoted(taken.checkout)}")
