"""Where the screen's values come from, and where its moves go: the session that commands have, too.

All of it runs in one thread, one call after another, and none of it in the thread of the keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from tkledger.api import filters, lists, look, undo
from tkledger.api.advice import advise
from tkledger.api.events import Watch
from tkledger.api.overview import Shown
from tkledger.api.session import Session, moved
from tkledger.core.change import Refused
from tkledger.core.events import LedgerEvent
from tkledger.core.history import HistoryEntry
from tkledger.core.layout import FOLDER
from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen, Overview, picked, turns
from tkledger.core.ref_names import branch_name
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import Any, NamedTuple
from tkledger.errors import TkError
from tkledger.git import history
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid
from tkledger.ledger.log import newest
from tkledger.ledger.newest import subject
from tkledger.report import Progress, bug, error_text, near, near_quota, understood, violation_text
from tkledger.ui.picture import Asked, Card, Picture
from tkledger.verbs.legal_moves import Outlook
from tkledger.views.show import card
from tkledger.views.tree import DEEPEST
from tkledger.views.tree_shape import TreeLine, tree_lines
from tkledger.views.words import minute

ENTRIES = 500
"""How many entries of the log are shown at most, the newest ones."""

_STEPS = 20_000
"""How many commits back one can step."""


class NewestChange(NamedTuple):
    """The newest change, which could be taken back: its commit, and the first line of what it says."""

    commit: Oid
    words: str


class CarriedOut(NamedTuple):
    """What came of a verb: the tasks that it touched, and what there is to say."""

    tasks: Sequence[str]
    told: Sequence[str]


class Source:
    """One actor at one repository, for as long as the screen is open."""

    def __init__(self, path: str, actor: str | None) -> None:
        self._path, self._actor = path, actor
        self._said: list[str] = []
        self._watch = Watch(path)
        self._session = self._new_session()
        self._ledgers: dict[str | None, Snapshot] = {}
        self._steps: list[Oid] = []
        self._log: tuple[Oid | None, Sequence[HistoryEntry]] = None, ()
        """The newest entries of all tasks, up to a commit."""

    def _new_session(self) -> Session:
        return Session(self._path, actor=self._actor, progress=Progress(self._said.append))

    def close(self) -> None:
        """Let go of git."""
        self._session.repo.close()
        self._watch.rest()

    # -- looking -------------------------------------------------------------------------------

    def look(self, asked: Asked) -> Picture:
        """What there is to see. Raises TkError if it cannot be looked at."""
        self._forget()
        session = self._session
        ledger = Shown(session, asked.at)
        overview = ledger.overview
        choice = filters.choice(ledger, asked.filters)
        every = lists.every(overview, mistakes=asked.ended)
        found = choice.found(ledger, every)
        shown, whole = found, every
        if not (asked.ended or choice.filter.state):
            shown, whole = lists.parted(overview, found)[0], lists.parted(overview, every)[0]
        chosen = choice.cut(shown, len(whole))
        len(overview.remarks)  # which may count all history: not when a line is drawn
        return Picture(
            asked=asked,
            tip=ledger.tip,
            moment="" if asked.at is None else self._moment(ledger.tip),
            branch=branch_name(session.repo.head_ref),
            actor=_actor(session, ledger),
            overview=overview,
            listed=chosen,
            tree=_tree(overview, chosen),
            stacks=lists.by_state(overview, found),
            wholes=Counter(picked(overview.column("state"), every)),
        )

    def _forget(self) -> None:
        """Read everything again that is asked for from now on."""
        self._session.repo.close()
        self._session = self._new_session()
        self._ledgers.clear()

    def _moment(self, tip: Oid) -> str:
        made = history.as_commit(self._session.repo.read(tip))
        return f"{tip[:10]} {minute(made.at)} {subject(made)}" if made else tip[:10]

    def _ledger(self, at: str | None) -> Snapshot:
        if at not in self._ledgers:
            self._ledgers[at] = self._session.look(at)
        return self._ledgers[at]

    def card(self, task_id: str, at: str | None) -> Card | None:
        """A task whole; None if it is not there, or cannot be read."""
        ledger = self._ledger(at)
        task = ledger.task(task_id)
        if task is None:
            return None
        details = look.details(self._session, ledger, task, at)
        legal = details.legal or ()
        return Card(task, card(task, details), legal if at is None else ())

    def log(self, task_id: str | None, at: str | None) -> Sequence[HistoryEntry]:
        """What commits did to one task, or to all; the newest first. Of all, what is known is not read again."""
        session = self._session
        if task_id is not None or at is not None:
            return look.entries(session, task_id, ENTRIES, at)[::-1]
        tip, (before, known) = session.tip(), self._log
        if before is None or not history.is_ancestor(session.repo, before, tip):
            before, known = None, ()
        since = [f"^{before}"] if before else []
        found = newest(session.ledger, [tip, *since], ENTRIES) if before != tip else []
        self._log = tip, (*reversed(found), *known)[:ENTRIES]
        return self._log[1]

    def prospect(self, task_id: str, verb: str) -> Outlook | None:
        """What hinders a verb now; None if the task is not there."""
        ledger = self._ledger(None)
        task = ledger.task(task_id)
        if task is None:
            return None
        found = look.prospects(self._session, ledger, task)
        return next(one for one in found if one.event.value == verb)

    # -- what others do ------------------------------------------------------------------------

    def may_have_news(self) -> bool:
        """Whether refs may have moved; asked in the thread of the keys, since it only looks at a few files."""
        return self._watch.may_find()

    def news(self) -> list[LedgerEvent] | None:
        """What has happened since this was asked last; None if nothing has, and HEAD is where it was."""
        events = list(self._watch.look())
        self._watch.rest()
        return events if events or self._session.repo.has_moved() else None

    def _pass_over(self) -> None:
        """Take what has happened so far for known: it is shown as what came of a key."""
        for _ in self._watch.look():
            pass
        self._watch.rest()

    # -- history -------------------------------------------------------------------------------

    def step(self, tip: Oid, *, back: bool) -> Oid | None:
        """The change of the ledger before one commit, or after it; None if there is none, or that is now."""
        repo = self._session.repo
        now = self._session.tip()
        if not self._steps or self._steps[0] != self._last(now):
            found = history.changed(repo, now, FOLDER)
            self._steps = [oid for oid, *_ in islice(found, _STEPS)]
        last = self._last(tip)
        if last not in self._steps:
            return None
        place = self._steps.index(last) + (1 if back else -1)
        return self._steps[place] if 0 < place < len(self._steps) else None

    def _last(self, tip: Oid) -> Oid | None:
        """The commit that made the ledger what it is in another one."""
        return next((oid for oid, *_ in history.changed(self._session.repo, tip, FOLDER)), None)

    # -- moving --------------------------------------------------------------------------------

    def carry_out(self, verb: str, options: Mapping[str, Any]) -> CarriedOut:
        """Carry out a verb, as its command does; what there is to say of it. Raises what hinders it."""
        self._forget()
        session = self._session
        self._said.clear()
        recorded, steps = session.carry_out([(verb, options)])
        tasks = moved(recorded)
        advice = advise(session, recorded, [one.task.id for one in tasks])
        told = [f"{one.task.id}: {_way(one.source, one.task.state)}" for one in tasks]
        told += [step.approvals.words for step in steps if step.approvals is not None]
        told += [near(task, gauge) for task, gauge in advice.near]
        told += [near_quota(actor, gauge) for actor, gauge in advice.quotas]
        told += [violation_text(one, "warning") for one in advice.violations]
        self._pass_over()
        told = told or ["nothing to do: already in that state"]
        return CarriedOut([one.task.id for one in tasks], [*told, *self._said])

    def undoable(self) -> NewestChange:
        """The newest change, if it can be taken back. Raises TkError if not, with what leads back instead."""
        self._forget()
        found = undo.undo(self._session, dry_run=True).newest.commit
        return NewestChange(found.oid, subject(found))

    def undo(self, wanted: NewestChange) -> list[str]:
        """Take the newest change back. Raises TkError if it cannot be, or if there is a newer one by now."""
        self._forget()
        self._said.clear()
        undo.undo(self._session, only=wanted.commit)
        self._pass_over()
        return [f"undone: {wanted.words}", *self._said]


def _actor(session: Session, ledger: Shown) -> str:
    try:
        return session.actor(ledger)
    except (GitError, TkError):
        return ""


def _tree(overview: Overview, chosen: Chosen) -> list[TreeLine]:
    wanted = None
    if len(chosen.places) < len(overview):
        wanted = overview.with_ancestors(picked(overview.column("id"), chosen.places))
    return list(tree_lines(overview, None, wanted, DEEPEST, turns(overview, chosen)))


def _way(source: State | None, target: State) -> str:
    return target.value if source in (None, target) else f"{source} -> {target}"


def words_of(error: Exception) -> str:
    """What hindered something: the fact, then what to do about it."""
    if isinstance(error, Refused):
        return "\n".join(violation_text(one) for one in error.violations)
    return error_text(understood(error) or bug(error))
