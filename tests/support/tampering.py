"""What a forger makes of a random history (`raw_histories`) with plumbing: one change, and all after it on
top of that.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.raw_histories import ACTORS, MESSAGES, Made, State, Task, Weaver, changed
from tests.support.sins_of_reviews import ALL_SINS as SINS

Tampering = Callable[[Weaver, list[Made], int], None]
"""Changes a history at a commit, or from it on."""


def tampered(weaver: Weaver) -> tuple[list[Made], bool]:
    """A history that was tampered with, and whether what names a commit in it still means the one that was.
    The commits keep their numbers.
    """
    made = list(weaver.made[:MOST])
    weaver.rng.choice(WAYS)(weaver, made, weaver.rng.randrange(1, len(made)))
    for number, one in enumerate(made):
        made[number] = one._replace(parents=tuple(p for p in one.parents if p < len(made)))
    return made, weaver.rng.random() < 0.5


MOST = 30
"""So many commits of a history are tampered with."""


def _edited(weaver: Weaver, made: list[Made], at: int) -> None:
    """Another file, message or mode, in this commit only."""
    made[at] = weaver.rng.choice(SINS)(weaver, made[at])


def _edited_for_good(weaver: Weaver, made: list[Made], at: int) -> None:
    """The same, and it stays in all that follow."""
    old, new = made[at], weaver.rng.choice(SINS)(weaver, made[at])
    made[at] = new
    for later in range(at + 1, len(made)):
        if weaver.ancestors[later] >> at & 1:
            state = made[later].state
            tasks: dict[str, Task | None] = {**state.tasks}
            for key in {*new.state.tasks, *old.state.tasks}:
                if new.state.tasks.get(key) != old.state.tasks.get(key) == state.tasks.get(key):
                    tasks[key] = new.state.tasks.get(key)
            kept = {key: one for key, one in tasks.items() if one is not None}
            policy = new.state.policy if state.policy == old.state.policy else state.policy
            odd = {**state.odd, **new.state.odd}
            made[later] = made[later]._replace(state=State(kept, policy, odd, state.code))


def _one_value(weaver: Weaver, made: list[Made], at: int) -> None:
    """One value of one task is another, from this commit on, as far as the value stays."""
    rng = weaver.rng
    task = weaver.pick(made[at].state)
    if task is None:
        return
    name = rng.choice([one for one in task if one != "id"])
    versions = [one.state.tasks[task["id"]] for one in made if task["id"] in one.state.tasks]
    value = rng.choice(versions).get(name)
    if value is None and name in ("title", "state"):
        return
    for later in range(at, len(made)):
        other = made[later].state.tasks.get(task["id"])
        if (
            other is not None
            and other.get(name) == task[name]
            and weaver.ancestors[later] >> at & 1
        ):
            state = made[later].state.put(changed(other, **{name: value}))
            made[later] = made[later]._replace(state=state)


def _dropped(weaver: Weaver, made: list[Made], at: int) -> None:
    """A commit is gone: its children have its parents."""
    for later in range(at + 1, len(made)):
        parents = [
            other
            for one in made[later].parents
            for other in (made[at].parents if one == at else [one])
        ]
        made[later] = made[later]._replace(parents=tuple(dict.fromkeys(parents)))


def _reordered(weaver: Weaver, made: list[Made], at: int) -> None:
    """A commit and its parent in the other order."""
    if made[at].parents:
        one = made[at].parents[0]
        first, second = made[one], made[at]
        made[one] = second._replace(parents=first.parents)
        made[at] = first._replace(parents=second.parents)


def _renamed(weaver: Weaver, made: list[Made], at: int) -> None:
    """Another author of a commit, or of all by an actor, or none."""
    rng, actor = weaver.rng, made[at].actor
    name = rng.choice((*ACTORS, "", "bot-1"))
    everywhere = rng.random() < 0.5
    for number, one in enumerate(made):
        if number == at or (everywhere and one.actor == actor):
            made[number] = one._replace(actor=name)


def _replaced(weaver: Weaver, made: list[Made], at: int) -> None:
    """The whole tree of another commit."""
    made[at] = made[at]._replace(state=weaver.rng.choice(made).state)


def _reparented(weaver: Weaver, made: list[Made], at: int) -> None:
    """Other parents."""
    some = weaver.rng.choice((0, 1, 1, 2, 2, 3))
    made[at] = made[at]._replace(parents=tuple(weaver.rng.sample(range(at), min(at, some))))


def _side_cut(weaver: Weaver, made: list[Made], at: int) -> None:
    """A merge that has lost a parent, or has them in another order."""
    merges = [number for number, one in enumerate(made) if len(one.parents) > 1]
    if merges:
        at = weaver.rng.choice(merges)
        parents = list(made[at].parents)
        weaver.rng.shuffle(parents)
        made[at] = made[at]._replace(parents=tuple(parents[weaver.rng.randrange(2) :]))


def _truncated(weaver: Weaver, made: list[Made], at: int) -> None:
    """A history that begins here."""
    made[at] = made[at]._replace(parents=())


def _reworded(weaver: Weaver, made: list[Made], at: int) -> None:
    """Another message, with other trailers."""
    words = made[at].message
    ways = (
        *MESSAGES,
        words + "\nTk-Actor: ann\n",
        words + "\nTk-Override: so\n",
        words.replace("Tk-", "TK-"),
        "x\n\nTk-Actor: ann\nTk-Reason: so\n",
        "Tk-Actor: rev\n",
        "Tk-Task: t1",
        words.replace("\n", "\r\n"),
        "x\n\nTk-Actor:ann\nTk-Actor: \nTk-Override:\n",
        words + "\n Tk-Task: t2\n",
        "",
    )
    made[at] = made[at]._replace(message=weaver.rng.choice(ways))


WAYS: tuple[Tampering, ...] = (
    *(_edited, _edited_for_good, _one_value, _dropped, _reordered, _renamed, _replaced),
    *(_reparented, _side_cut, _truncated, _reworded),
)
