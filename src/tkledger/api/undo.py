"""Takes back the newest change, while no one else can have it; also for ``tk rename`` and ``tk delete``."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tkledger.api.session import Carried, Session
from tkledger.claims import undo as claims
from tkledger.core.layout import POLICY_PATH, is_task_key
from tkledger.core.lifecycle import Event
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.task_parts import MISTAKE
from tkledger.core.trailers import ACTOR, SPEND, STEP
from tkledger.core.typing import NamedTuple
from tkledger.doors import gate
from tkledger.errors import TkError, unusable
from tkledger.git import identity
from tkledger.git.commit import Commit
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid
from tkledger.ledger import newest as finding
from tkledger.ledger import undo as taking
from tkledger.ledger.newest import Newest, subject
from tkledger.ledger.undo import Instead, Undoing, Undone
from tkledger.verbs.ids import existing, require_free
from tkledger.verbs.way_back import way_back

_SHOWN = 5
"""For how many tasks the way back is printed."""


def undo(
    session: Session,
    word: str | None = None,
    *,
    only: Oid | None = None,
    dry_run: bool = False,
    key: str | None = None,
) -> Undone:
    """Take back the newest change of the ledger: the whole commit, whatever tasks it has.

    If ``word`` names a task, the change has to be one of this task, but may be another actor's. It has to be
    the commit ``only``, if that is given. Raises TkError, with what leads back instead, if it cannot be done.
    """

    def choose(found: Newest) -> None:
        if only is not None and found.commit.oid != only:
            fact = f"{_named(found)} came after {only[:10]}"
            raise unusable("not-newest", fact, "look at it: tk log --limit 5")
        wanted = existing(session.head(), word).id if word else None
        if wanted is not None and wanted not in found.touched:
            raise _not_newest(session, found, wanted)
        if found.obstacle:
            raise _stays(session, found)
        if wanted is None and not _owns(session)(found.commit):
            raise _of_another(session, found)

    words = f"undo {word}" if word else "undo"
    return _taken_back(session, _undoing(session, words, key, choose), dry_run=dry_run)


def rename(
    session: Session, word: str, new: str, *, dry_run: bool = False, key: str | None = None
) -> Undone:
    """Give a task another id, by the creation of it made again. Raises TkError if its creation is not
    the newest change, or cannot be taken back.
    """

    def choose(found: Newest) -> Instead:
        head = session.head()
        old = existing(head, word)
        require_free(head, new, f"tk rename {old.id} NEW")
        why = _not_created_by(found, old.id)
        if why:
            remedy = f"tk note {old.id} TEXT" if old.ended else f"tk edit {old.id} --title TITLE"
            fact = f"{old.id} keeps its id: {why}"
            raise unusable("published", fact, f"give it another title: {remedy}")
        return Instead(_renamed(found, old.id, new), _reworded(found.commit.message, old.id, new))

    undoing = _undoing(session, f"rename {word} {new}", key, choose)
    return _taken_back(session, undoing, dry_run=dry_run)


class Cancelled(NamedTuple):
    """A task that was cancelled, and why its creation stays, as a sentence without its end."""

    carried: Carried
    why: str


def delete(
    session: Session,
    word: str,
    text: str | None = None,
    *,
    dry_run: bool = False,
    key: str | None = None,
) -> Undone | Cancelled:
    """Take the creation of a task back; if that cannot be done any more, cancel it, as a mistake if the
    format of the files has that.
    """

    def choose(found: Newest) -> Instead | None:
        task = existing(session.head(), word)
        why = _not_created_by(found, task.id)
        if why:
            raise unusable("moved", f"{task.id} stays: {why}", f"run it again: tk delete {task.id}")
        if found.touched == {task.id}:
            return None
        message = _reworded(found.commit.message, task.id)
        return Instead(found.after.evolve({task.id: None}), message)

    undoing = _undoing(session, f"delete {word}", key, choose)
    earlier = taking.answered(session.ledger, undoing)
    if earlier is not None and not dry_run:
        return earlier
    task = existing(session.head(), word)
    why = _not_created_by(undoing.find(), task.id)
    if why:
        policy = session.head().policy
        hidden = policy is not None and policy.format >= 2  # which brought the resolution
        options = {"id": task.id, "resolution": MISTAKE if hidden else None, "message": text}
        move = (Event.CANCEL.value, options)
        return Cancelled(session.carry_out([move], dry_run=dry_run, key=key), why)
    return _taken_back(session, undoing, dry_run=dry_run)


def _undoing(
    session: Session, words: str, key: str | None, choose: Callable[[Newest], Instead | None]
) -> Undoing:
    """How the newest change is taken back, with the claims that move with it."""
    ledger, repo = session.ledger, session.repo
    session.head()  # raises if there is no ledger
    return Undoing(
        words,
        key,
        find=lambda: finding.newest(ledger, _owns(session)),
        choose=choose,
        judge=lambda tip: gate.arriving(ledger, [tip]),
        companions=claims.companions(repo, lambda recorded: session.claimant(recorded.before)),
    )


def _taken_back(session: Session, undoing: Undoing, *, dry_run: bool) -> Undone:
    """Take the newest change back, and pass on the warning."""
    done = taking.undo(session.ledger, undoing, dry_run=dry_run)
    if dry_run:
        claims.turns(session.repo, done.recorded, session.claimant(done.recorded.before))
    if done.recorded.warning:
        session.progress.say(f"warning: {done.recorded.warning}")
    return done


def undoable(session: Session) -> Oid | None:
    """The newest change of the ledger, if nothing is known that prevents ``tk undo`` from taking it back."""
    try:
        found = finding.newest(session.ledger, _owns(session))
    except (TkError, GitError):
        return None
    return None if found.obstacle else found.commit.oid


def _owns(session: Session) -> Callable[[Commit], bool]:
    """Tells whether a commit is of the one who acts: of the same name if one is given and the commit
    says one, else of the same author.
    """
    who = session.who()
    policy = session.head().policy
    assert policy is not None  # else the ledger cannot be used
    email = who.email or identity.author_email(session.repo)

    def is_own(made: Commit) -> bool:
        name = made.trailers.get(ACTOR)
        if name and not who.email:
            return policy.actor(name) == policy.actor(who.actor)
        return made.email == email

    return is_own


# -- why not, and what instead -----------------------------------------------------------------


def _named(found: Newest) -> str:
    return f"{found.commit.oid[:10]} ({subject(found.commit)})"


def _stays(session: Session, found: Newest) -> TkError:
    """The error for a change that cannot be taken back any more, with the moves that lead back."""
    remedy = _ways_back(session.head(), found.before, found.touched)
    return unusable("not-undoable", f"{_named(found)} {found.obstacle}", remedy)


def _ways_back(head: Snapshot, before: Snapshot, keys: Collection[str]) -> str:
    """The commands that lead back from a change of these keys, for the first few tasks of them."""
    if before.policy is None or POLICY_PATH in keys:
        return "tk config show, then tk config set FIELD VALUE"
    tasks = [
        now for key in sorted(keys) if is_task_key(key) and (now := head.task(key)) is not None
    ]
    ways = [way_back(before.task(now.id), now, head) for now in tasks[:_SHOWN]]
    return "; ".join([*ways, *(["tk log"] if len(tasks) > _SHOWN or not tasks else [])])


def _not_newest(session: Session, found: Newest, wanted: str) -> TkError:
    """The error if another change came after the last one of a task."""
    ledger = session.ledger
    tip = ledger.place.tip
    last = finding.last_change(ledger, tip, wanted) if tip else None
    before = ledger.before(last) if last else ledger.empty()
    fact = f"the newest change is {_named(found)}, which is not of {wanted}"
    return unusable("not-newest", fact, _ways_back(session.head(), before, [wanted]))


def _of_another(session: Session, found: Newest) -> TkError:
    """The error for the change of another actor, which may be taken back if that is meant."""
    ids = [key for key in sorted(found.touched) if is_task_key(key)]
    way = f"tk undo {ids[0]}" if ids else _ways_back(session.head(), found.before, found.touched)
    fact = f"{_named(found)} is by {found.commit.author.actor}"
    return unusable("of-another", fact, f"if it is to go: {way}")


def _not_created_by(found: Newest, id: str) -> str:
    """Why the creation of a task cannot be taken back or made again, in words; or nothing."""
    entries = found.after.entries
    if id not in entries or id in found.before.entries:
        return f"{_named(found)} came after its creation"
    if found.obstacle:
        return f"its creation, {_named(found)}, {found.obstacle}"
    readable = (Task, Policy)
    if not all(isinstance(found.after.entry(key), readable) for key in found.touched):
        return f"its creation, {_named(found)}, has a file that cannot be read"
    return ""


# -- another id --------------------------------------------------------------------------------


def _renamed(found: Newest, old: str, new: str) -> Snapshot:
    """The ledger of a change with another id for a task that it created: in its file, and in the
    links of the tasks that it changed; no others can have one.
    """
    tasks = (found.after.task(key) for key in found.touched if is_task_key(key))
    changes = {task.id: task for task in tasks if task is not None}
    made = {key: _relinked(task, old, new) for key, task in changes.items() if key != old}
    return found.after.evolve(
        {**made, old: None, new: _relinked(changes[old]._replace(id=new), old, new)}
    )


_LINKS = ("parent", "origin", "reopens")
"""The fields that name one other task."""


def _relinked(task: Task, old: str, new: str) -> Task:
    """A task with other links where it has links to ``old``."""
    links = {name: new for name in _LINKS if getattr(task, name) == old}
    wanted = [new if one == old else one for one in task.depends_on]
    return changed(task, depends_on=wanted, **links)


def _reworded(message: str, old: str, new: str = "") -> str:
    """The message of a commit with another id for a task, or without the task."""
    first, *rest = message.split("\n")
    kept = [line for line in (_charging(line, old, new) for line in rest) if line is not None]
    return "\n".join([_retitled(first, old, new), *kept])


def _retitled(first: str, old: str, new: str) -> str:
    """The first line of such a message: ``tk: new ID TITLE``, or ``tk: VERB, VERB ID, ID``."""
    words = first.split(" ")
    ids = next((n for n, word in enumerate(words) if n and not word.endswith(",")), 0) + 1
    place = next((n for n in range(ids, len(words)) if words[n].rstrip(",") == old), None)
    if words[0] != "tk:" or place is None:
        return first
    comma = "," if words[place].endswith(",") else ""
    words[place : place + 1] = [new + comma] if new else []
    return " ".join(words).rstrip(",")


def _charging(line: str, old: str, new: str) -> str | None:
    """A line of such a message, which may charge the task; None to leave it out."""
    name, _, value = line.partition(": ")
    if name not in (STEP, SPEND) or value.strip() != old:
        return line
    return f"{name}: {new}" if new else None
