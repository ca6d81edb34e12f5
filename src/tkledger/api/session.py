"""One actor at one repository: reads the ledger and has commits made; it prints nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import repeat

from tkledger.core.lifecycle import Event, State
from tkledger.core.ref_names import AGENTS, ALL
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.errors import TkError, usage_error
from tkledger.git import refs
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.report import SILENT, Progress

if TYPE_CHECKING:
    from tkledger.api.overview import Shown
    from tkledger.api.taking import Resumed
    from tkledger.claims.claimant import Claimant
    from tkledger.claims.standing import Standing
    from tkledger.core.snapshot import Snapshot
    from tkledger.core.task import Task
    from tkledger.git.identity import Identity
    from tkledger.git.refs import RefSwap
    from tkledger.ledger.proposal import Proposal, Propose, Recorded
    from tkledger.ledger.reader import Ledger
    from tkledger.verbs.verb import Options, Proposed

    Verbs = Sequence[tuple[str, Options]]


class Carried(NamedTuple):
    """What was recorded, and the steps it was made of."""

    recorded: Recorded
    steps: list[Proposed]


class Moved(NamedTuple):
    """A task that a commit touched, as it is now, and the state it had; None if it is new."""

    source: State | None
    task: Task


class Session:
    """A repository, who acts there, and who follows what a command does."""

    def __init__(
        self, path: str = ".", *, actor: str | None = None, progress: Progress = SILENT
    ) -> None:
        self.repo = Repo(path)
        self.progress = progress
        self.token: Oid | None = None
        """The claim that this run holds already."""
        self._standing: Mapping[str, Standing] | None = None
        self._actor = actor
        self.said: set[str] = set()
        """What is said once, here or `at` another checkout."""
        self._work: list[str] = []
        """The tasks that the proposal at hand charges."""
        self.resumed: list[Resumed] = []
        self._taking: set[str] = set()
        """The tasks in progress that it starts, and those that it takes from who holds them."""

    @cached_property
    def ledger(self) -> Ledger:
        """The ledgers of the repository; a view that is remembered does without."""
        from tkledger.ledger.reader import Ledger

        return Ledger(self.repo, remembers=True)

    def at(self, path: str) -> Session:
        """The same actor, in another checkout."""
        there = Session(path, actor=self._actor, progress=self.progress)
        there.said = self.said
        return there

    def head(self) -> Snapshot:
        """HEAD's ledger, to act on. Raises TkError if it cannot be used."""
        return self.ledger.usable(self.ledger.head())

    def read(self, at: str | None = None) -> Snapshot:
        """The ledger to look at: HEAD's, or at a revision or date."""
        return self.read_at(None if at is None else self.tip(at))

    def read_at(self, tip: Oid | None = None) -> Snapshot:
        """The same, HEAD's or in a commit."""
        from tkledger.ledger.reader import Ledger
        from tkledger.local.task_cache import TaskCache

        ledger = Ledger(self.repo, TaskCache(self.repo.common_dir), remembers=True)
        return ledger.usable(ledger.head() if tip is None else ledger.at(tip))

    def look(self, at: str | None = None) -> Snapshot:
        """The same, with the tasks that are further on other branches as they are there."""
        if at is not None:
            return self.read(at)
        found = self.read()
        if refs.other_branches(self.repo):
            from tkledger.claims.elsewhere import shown

            found = shown(self.repo, found, self.standing())
        return found

    def begun(self, ledger: Snapshot) -> Snapshot:
        """HEAD's ledger with the tasks that were begun on other branches, as they are there, so that they
        are not begun again here.
        """
        if not refs.other_branches(self.repo):
            return ledger
        from tkledger.api.places import begun

        return begun(self, ledger)

    def tip(self, at: str | None = None) -> Oid:
        """The commit that such a ledger is read at."""
        if at is not None:
            from tkledger.git import history

            return history.commit_at(self.repo, at)
        assert self.repo.head is not None  # else there is no ledger to look at
        return self.repo.head

    def standing(self, remote: str | None = None) -> Mapping[str, Standing]:
        """All claims known here, asked for once; of a remote's, those of the one that is named first."""
        if self._standing is None:
            self._standing = {}
            if refs.names(self.repo, f"{ALL}/"):
                from tkledger.claims.standing import every

                self._standing = every(self.repo, remote)
        return self._standing

    def glance(self) -> Mapping[str, Standing]:
        """The same, for a view that decides nothing: what many claims say is remembered."""
        if self._standing is None and refs.names(self.repo, f"{ALL}/"):
            from tkledger.claims.standing import glance

            return glance(self.repo)
        return self._standing or {}

    def forget(self) -> None:
        """Read HEAD and claims again when they are next asked for."""
        self.repo.refresh()
        self.forget_claims()

    def forget_claims(self) -> None:
        """Read claims again when they are next asked for."""
        self._standing = None

    def who(self) -> Identity:
        """Who acts, as it was said."""
        from tkledger.git import identity

        return identity.acting(self.repo, self._actor)

    def message_of_named(self) -> str | None:
        """What a commit of who acts here says of it; None if no name was given, since to find out who is
        the author costs a process.
        """
        from tkledger.core.trailers import folded
        from tkledger.git import identity

        name = identity.named(self._actor)
        return f"\n\n{ACTOR}: {folded(name)}\n" if name else None

    def actor(self, ledger: Snapshot | Shown) -> str:
        """Who acts: ``--as``, else TK_ACTOR, else the author's e-mail; by the policy's name."""
        from tkledger.core.field import line

        who = self.who()
        try:
            name = who.actor if who.actor == who.email else line(who.actor)
        except ValueError as error:
            raise usage_error("bad-actor", f"the actor {error}", "--as NAME") from None
        return ledger.policy.actor(name) if ledger.policy else name

    def carry_out(
        self,
        verbs: Verbs | Callable[[Snapshot], Verbs],
        *,
        dry_run: bool = False,
        key: str | None = None,
        places: Sequence[str] = (),
    ) -> Carried:
        """Propose the verbs one after another as one commit, all or nothing.

        What depends on the ledger is a function of it, so that a repeated ``key`` can ask what was
        wanted of an older one. ``places`` say where each verb was read, for the words of an error.
        """
        from tkledger.core.change import Refused

        steps: list[Proposed] = []

        def propose(before: Snapshot) -> Proposal:
            asked = verbs(before) if callable(verbs) else verbs
            if key is not None:
                asked = [(verb, {"key": f"{key} {n}", **o}) for n, (verb, o) in enumerate(asked)]
            steps[:] = self._steps(before, asked, places)
            self._work = [step.id for step in steps] if any(step.work for step in steps) else []
            starts = [one.id for one, (verb, _) in zip(steps, asked) if verb == Event.START]
            if starts and refs.other_branches(self.repo):
                from tkledger.api.places import require_not_begun

                require_not_begun(self, before, starts)
            return self._proposal(before, steps)

        try:
            recorded = self.record(propose, dry_run=dry_run, key=key)
            _go_on(self, recorded, dry_run=dry_run)
            return Carried(recorded, steps)
        except Refused as refused:
            for verb, options in () if callable(verbs) else verbs:
                if verb == Event.START:
                    from tkledger.api.taking import require_unclaimed

                    require_unclaimed(self, options["id"])
            from tkledger.api.places import with_places

            raise with_places(self, refused) from None

    def _steps(self, before: Snapshot, verbs: Verbs, places: Sequence[str]) -> list[Proposed]:
        """Each verb on the ledger that the one before it leaves. Raises what is wrong with all of them."""
        from tkledger.core.change import Refused

        ledger = self.ledger.usable(before)
        actor = self.actor(ledger)
        steps: list[Proposed] = []
        wrong: list[tuple[str, Refused | TkError]] = []
        self.resumed, self._taking = [], set()
        for (verb, options), place in zip(verbs, places or repeat("")):
            try:
                options = _prepared(self, before, ledger, verb, options)
                steps.append(_step(ledger, verb, options, actor, place))
                ledger = steps[-1].ledger
            except (Refused, TkError) as error:
                wrong.append((place, error))
        if wrong:
            from tkledger.api.wrong import together

            raise together(wrong)
        return steps

    def _proposal(self, before: Snapshot, steps: Sequence[Proposed]) -> Proposal:
        """The steps as one commit."""
        from tkledger.ledger import limits
        from tkledger.ledger.proposal import Proposal
        from tkledger.verbs.verb import subject_of, trailers_of

        trailers = [(ACTOR, self.actor(before)), *trailers_of(steps)]
        after = steps[-1].ledger if steps else before
        proposal = Proposal(after, subject_of(steps), tuple(trailers), always=bool(self._work))
        return limits.booked(self.ledger, before, proposal)

    def record(
        self,
        propose: Propose,
        *,
        dry_run: bool = False,
        key: str | None = None,
        along: Callable[[], Sequence[RefSwap]] = tuple,
    ) -> Recorded:
        """Have the ledger record a proposal with the claims that move with it, and with the refs that
        move ``along``; pass on its warning. A ``key`` goes into the message; the same command with it
        is recorded only once.
        """
        from tkledger.claims import moves
        from tkledger.ledger.record import record

        landing = moves.companions(self.repo, partial(_at_door, self), along)
        if key is not None:
            from tkledger.ledger.keys import keyed  # few commands have a key

            propose = keyed(propose, key)
        recorded = record(self.ledger, propose, dry_run=dry_run, key=key, companions=landing)
        if dry_run:
            moves.turns(self.repo, recorded, _at_door(self, recorded))
        if recorded.warning:
            self.progress.say(f"warning: {recorded.warning}")
        if recorded.commit and recorded.before.policy is not None:  # else `tk init` is at work
            from tkledger.api.advice import afterwards

            afterwards(self, recorded)
        return recorded

    def claimant(self, ledger: Snapshot | Shown) -> Claimant:
        """Who acts, on this branch, under this ledger's policy."""
        from tkledger.claims.claimant import claimant

        assert ledger.policy is not None
        who = claimant(self.repo, self.actor(ledger), ledger.policy, self.token)
        return who._replace(progress=self.progress, taking=frozenset(self._taking))


def _at_door(session: Session, recorded: Recorded) -> Claimant:
    """Who records something. Raises Refused if an idle actor creates a task, if work in it is on a
    task that others hold, or if it begins more than the policy allows.
    """
    known = recorded.before if recorded.before.policy is not None else recorded.after
    who = session.claimant(known)
    if known.policy is not None and known.policy.asks_who_pushes:
        from tkledger.core.change import change
        from tkledger.doors.foreseen import require_vouched

        made = change((recorded.before,), recorded.after)
        require_vouched(session.repo, made._replace(actor=who.actor), session.progress)
    if session._work:
        from tkledger.claims import moves

        moves.require(session.repo, who, known, session._work)
    agents = refs.names(session.repo, AGENTS)
    if who.policy.limits_starts or agents:
        from tkledger.claims.workload import require_room

        require_room(session.ledger, recorded, who)
    if agents:
        from tkledger.doors.idle import require_awake

        require_awake(session.repo, recorded, who.actor)
    return who


def _prepared(
    session: Session, before: Snapshot, ledger: Snapshot, verb: str, options: Options
) -> Options:
    """The options of a verb with what else it needs: of a review what was used ``before``, of a start the
    work that it goes on with if the task is in progress already.
    """
    if verb in (Event.APPROVE, Event.REJECT):
        from tkledger.ledger.limits import usage
        from tkledger.verbs.review import USED

        tip = before.commit or None
        return {**options, USED: lambda: usage(session.ledger, tip)}
    if verb in _TIMED:
        from tkledger.verbs.verb import NOW

        options = {**options, NOW: int(time.time())}
    if verb == Event.CANCEL and (options.get("children") or options.get("take")):
        from tkledger.api.cancelling import taken

        session._taking |= taken(session, ledger, options)
    found = ledger.matching(str(options.get("id") or "/").lower()) if verb == Event.START else []
    task = ledger.task(found[0]) if len(found) == 1 else None  # else the verb says so
    if task is not None and options.get("take"):
        session._taking.add(task.id)
    if task is None or task.state is not State.IN_PROGRESS:
        return options
    from tkledger.api.taking import resumed

    session.resumed.append(resumed(session, ledger, task, options))
    return session.resumed[-1].options


_TIMED = ("new", "edit", "wait", "escalate", Event.START, Event.RESUME)
"""The verbs that ask what time it is."""


def _go_on(session: Session, recorded: Recorded, *, dry_run: bool) -> None:
    """What is to be done once tasks in progress were started, if any were."""
    if session.resumed:
        from tkledger.api.taking import go_on

        go_on(session, recorded, session.resumed, dry_run=dry_run)


def moved(recorded: Recorded) -> list[Moved]:
    """The tasks that a commit touched and that are still there."""
    return [
        Moved(before.state if before else None, after)
        for key in recorded.touched
        if (after := recorded.after.task(key)) is not None
        for before in [recorded.before.task(key)]
    ]


def _step(ledger: Snapshot, verb: str, options: Options, actor: str, place: str) -> Proposed:
    """One verb applied to a ledger, nothing written; an error names the place it was read at."""
    from tkledger.core.field import FieldError
    from tkledger.verbs.verb import readable
    from tkledger.verbs.verb import verb as proposed_by

    try:
        return proposed_by(verb)(ledger, readable(options), actor)
    except FieldError as error:
        message = f"{place}{error.key}: {error.message}"
        raise usage_error("bad-value", message, f"tk {verb} --help") from None
    except TkError as error:
        raise TkError(error.exit, error.kind, place + error.message, error.remedy) from None


def each(verb: str, ids: Iterable[str], options: Options) -> list[tuple[str, Options]]:
    """The same verb for several tasks."""
    return [(verb, {**options, "id": one}) for one in ids]
