"""``tk work``: a task claimed, a checkout and a branch of its own for it, and its start there."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.agents.work import begin, drop_checkout
from tkledger.agents.worktrees import Worktree
from tkledger.api.json import without_empty
from tkledger.api.memory import related_json, related_to, related_words
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, Verbatim, tell_of, unread
from tkledger.core.lifecycle import State
from tkledger.core.quoting import quoted
from tkledger.core.typing import Any
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing


def work(
    id: str,
    done: bool = False,
    merge: bool = False,
    drop: bool = False,
    take: bool = False,
    only_path: bool = False,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """Claim and start a task in a checkout and on a branch of its own; prints where that is, and if
    not ``only_path`` what comes next.

    With ``done`` its gates are run, and it is done or submitted; with ``merge`` the branch of a task that is
    done comes to the branch it left.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    if drop and (done or merge):
        word = "merge" if merge else "done"
        raise usage_error(
            "both", f"--{word} and --drop exclude each other", f"tk work {id} --{word}"
        )
    if done:
        return _finished(session, id, merge=merge)
    if merge:
        return _merged(session, id)
    task, place, commit = drop_checkout(session, id) if drop else begin(session, id, key, take=take)

    letters = [] if drop else unread(session)
    begun = None if drop or only_path else existing(session.head(), task)
    related = related_to(session, begun) if begun else []

    def view() -> Iterable[Aside | Verbatim]:
        if drop:
            return [Aside(f"dropped; what was committed is on {place.short}")]
        where = [Verbatim(place.path)]
        said = (*_onward(task, place), *related_words(related))
        return where if only_path else [*where, *map(Aside, said), *tell_of(letters)]

    values: dict[str, Any] = {
        "id": task,
        "path": place.path,
        "branch": place.short,
        "commit": commit,
    }
    values["unread"] = len(letters) or None
    return Answer(lambda: {**without_empty(values), **related_json(related)}, view)


def _onward(task: str, place: Worktree) -> Iterable[str]:
    """What comes next for who works on a task in its checkout."""
    yield f"the checkout of {task}, on branch {place.short}: cd {quoted(place.path)}"
    yield f"when it is done: tk work {task} --done, then tk work {task} --merge"


def _finished(session: Session, word: str, *, merge: bool) -> Answer:
    """The end of the work, and the merge of what is done."""
    from tkledger.agents.finish import finish  # to begin work needs none of it

    ended = finish(session, word)
    way = f"to merge it: tk work {ended.id} --merge"
    if ended.state is not State.DONE:
        way = f"once it is approved: tk work {ended.id} --merge"
    elif merge:
        session.forget()
        return _merged(session, ended.id)
    values = {"id": ended.id, "to": ended.state, "commit": ended.commit}
    return Answer(lambda: values, lambda: [f"{ended.id}: {ended.state}", Aside(way)])


def _merged(session: Session, word: str) -> Answer:
    from tkledger.agents.merge import merge_finished  # to begin work needs none of it

    done = merge_finished(session, word)
    words = f"{done.id}: {done.branch} is merged into {done.base}; it has no checkout any more"
    return Answer(done._asdict, lambda: [Aside(words)])
