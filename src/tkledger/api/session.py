"""One run of a command: where, as whom, answering how."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from tkledger import report
from tkledger.claims import moves
from tkledger.claims import standing as claims
from tkledger.core.change import change
from tkledger.core.claim import is_active
from tkledger.core.field import FieldError, line
from tkledger.core.lifecycle import Event
from tkledger.core.rules import advice
from tkledger.core.snapshot import Snapshot
from tkledger.doors.idle import forbidden, sleepers
from tkledger.errors import Exit, TkError, usage
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger, Proposal, Recorded
from tkledger.local.sums import SumsFile
from tkledger.local.task_cache import TaskCache
from tkledger.verbs import VERBS, Options, Step
from tkledger.verbs.moves import Refused


class Session:
    """The repository one stands in, the actor, and whether the answer is JSON."""

    def __init__(self, path: str = ".", *, as_json: bool = False, actor: str | None = None) -> None:
        self.repo = Repo(path)
        self.ledger = Ledger(self.repo, sums=SumsFile(self.repo.common_dir))
        self.as_json = as_json
        self.token: Oid | None = None
        """The claim that this run holds already."""
        self._standing: Mapping[str, claims.Standing] | None = None
        self._actor = actor

    def at(self, path: str) -> Session:
        """The same actor, in another checkout."""
        return Session(path, as_json=self.as_json, actor=self._actor)

    def read(self, at: str | None = None, *, remarks: bool = False) -> Snapshot:
        """The ledger to look at: HEAD's, or at a revision or date; for a view, with ``remarks``."""
        ledger = Ledger(self.repo, TaskCache(self.repo.common_dir))
        tip = None if at is None else self.repo.commit_at(at)
        found = ledger.usable(ledger.head() if tip is None else ledger.at(tip))
        if remarks:
            self.ledger.remark(found, tip)
        return found

    def look(self, at: str | None = None, *, remarks: bool = False) -> Snapshot:
        """The same, with the tasks that are claimed on other branches as they are there."""
        found = self.read(at, remarks=remarks)
        return found if at is not None else claims.shown(self.repo, found, self.standing())

    def standing(self) -> Mapping[str, claims.Standing]:
        """All claims that this repository knows, asked for once."""
        if self._standing is None:
            self._standing = claims.every(self.repo)
        return self._standing

    def actor(self, ledger: Snapshot) -> str:
        """Who acts: ``--as``, else TK_ACTOR, else the author's e-mail; by the policy's name."""
        told = self._actor or os.environ.get("TK_ACTOR")
        try:
            name = line(told) if told else self.repo.author_email()
        except ValueError as error:
            raise usage("bad-actor", f"the actor {error}", "--as NAME") from None
        return ledger.policy.actor(name) if ledger.policy else name

    def carry_out(
        self,
        verbs: Sequence[tuple[str, Options]],
        *,
        dry_run: bool = False,
        key: str | None = None,
        places: Sequence[str] = (),
    ) -> tuple[Recorded, list[Step]]:
        """Propose the verbs one after another as one commit, all or nothing.

        ``places`` say where each verb was read, for the words of an error.
        """
        steps: list[Step] = []
        try:
            key = None if key is None else line(key)
        except ValueError as error:
            raise usage("bad-key", f"the key {error}", "--key KEY") from None

        def propose(before: Snapshot) -> Proposal:
            steps.clear()
            ledger = self.ledger.usable(before)
            actor = self.actor(ledger)
            for (verb, options), place in zip(verbs, places or repeat("")):
                steps.append(_step(ledger, verb, options, actor, place))
                ledger = steps[-1].ledger
            trailers = [("Tk-Actor", actor)]
            trailers += _trailers(steps)
            trailers += [("Tk-Key", key)] if key else []
            words = "".join(f"{name}: {value}\n" for name, value in trailers)
            ledger = self.ledger.booked(before, ledger, words)
            work = any(step.work for step in steps)
            if work:
                moves.require(self.repo, self.claimant(before), [step.id for step in steps])
            return Proposal(ledger, _subject(steps), tuple(trailers), always=work)

        try:
            return self.record(propose, dry_run=dry_run, key=key), steps
        except Refused:
            for verb, options in verbs:
                if verb == Event.START:
                    self._tell_claimed(options["id"])
            raise

    def record(
        self,
        propose: Callable[[Snapshot], Proposal],
        *,
        dry_run: bool = False,
        key: str | None = None,
    ) -> Recorded:
        """Have the ledger record a proposal with the claims that move with it, and pass on its
        warning.
        """
        landing = moves.companions(self.repo, self._at_door, report.say)
        recorded = self.ledger.record(propose, dry_run=dry_run, key=key, companions=landing)
        if dry_run:
            moves.turns(self.repo, recorded, self._at_door(recorded))
        if recorded.warning:
            report.say(f"warning: {recorded.warning}")
        return recorded

    def warn(self, recorded: Recorded, ids: Sequence[str]) -> None:
        """Say which limits of these tasks are nearly used up, and what the policy only warns of."""
        for key in ids:
            task = recorded.after.task(key)
            if task is not None and not task.ended:
                for gauge in self.ledger.gauges(recorded.after, task):
                    if gauge.near:
                        report.say(report.near(task, gauge))
        for violation in advice(change((recorded.before,), recorded.after)):
            report.say(report.violation_text(violation, "warning"))

    def claimant(self, ledger: Snapshot) -> moves.Claimant:
        """Whoever acts, on this branch, under this ledger's policy."""
        assert ledger.policy is not None
        return moves.claimant(self.repo, self.actor(ledger), ledger.policy, self.token)

    def _at_door(self, recorded: Recorded) -> moves.Claimant:
        """Whoever records something, unless a door check keeps them from it."""
        known = recorded.before if recorded.before.policy is not None else recorded.after
        who = self.claimant(known)
        if sleepers(self.repo):
            new = (key for key in recorded.touched if key not in recorded.before.entries)
            born = [task for key in new if (task := recorded.after.task(key)) is not None]
            idle = tuple(forbidden(self.repo, born, who.actor))
            if idle:
                raise Refused(*idle)
        return who

    def _tell_claimed(self, text: str) -> None:
        """A start that the law refuses may have lost a race, which says more."""
        ledger = self.ledger.head()
        found = ledger.matching(text) if ledger.policy else []
        task = ledger.task(found[0]) if len(found) == 1 else None
        if task is not None and is_active(task):
            who = self.claimant(ledger)
            held = claims.standing(self.repo, [task.id], who.remote).get(task.id)
            own = held is not None and held.here and held.claim.holder == who.actor
            if held is not None and held.live and not own:
                raise claims.claimed(held) from None

    def answer_moves(self, recorded: Recorded, *, dry_run: bool, verb: str) -> Exit:
        """Tell what became of the tasks that were touched."""
        moved = [
            (key, before.state if before else None, after)
            for key in recorded.touched
            if (after := recorded.after.task(key)) is not None
            for before in [recorded.before.task(key)]
        ]
        self.warn(recorded, [key for key, _, _ in moved])
        if self.as_json:
            tasks = [
                report.without_empty({"id": key, "from": source, "to": task.state})
                for key, source, task in moved
            ]
            report.print_json(
                tasks=tasks, **({"commit": recorded.commit} if recorded.commit else {})
            )
        elif not moved:
            report.say("nothing changed: it is so already")
        for key, source, task in () if self.as_json else moved:
            move = task.state if source in (None, task.state) else f"{source} -> {task.state}"
            prefix = "would be: " if dry_run else ""
            done = f" ({verb})" if source is task.state else ""
            print(report.visible(f"{prefix}{key}: {move}{done}  {task.title}"))
        return Exit.OK


def _step(ledger: Snapshot, verb: str, options: Options, actor: str, place: str) -> Step:
    """One verb carried out on paper; what is wrong with it is said with the place it stands at."""
    try:
        return VERBS[verb](ledger, options, actor)
    except FieldError as error:
        message = f"{place}{error.key}: {error.message}"
        raise usage("bad-value", message, f"tk {verb} --help") from None
    except TkError as error:
        raise TkError(error.exit, error.kind, place + error.message, error.remedy) from None


def _trailers(steps: Sequence[Step]) -> list[tuple[str, str]]:
    """What the steps say beside their subjects; a reason once, and what is charged each time."""
    found: list[tuple[str, str]] = []
    for step in steps:
        found += [one for one in step.trailers if step.work or one not in found]
    return found


def _subject(steps: Sequence[Step]) -> str:
    if len(steps) == 1:
        return steps[0].words
    verbs = sorted({step.words.split(" ", 1)[0] for step in steps})
    ids = [step.id for step in steps]
    shown = ", ".join(ids[:6]) + (f" and {len(ids) - 6} more" if len(ids) > 6 else "")
    return f"{', '.join(verbs)} {shown}"


def claim_json(held: claims.Standing) -> dict[str, Any]:
    """A claim for programs: who, where, since and until when; by this machine's clock."""
    from tkledger.core.time import iso  # no plain move shows a time

    claim = held.claim
    return report.without_empty(
        {
            **{"holder": claim.holder, "branch": claim.branch.removeprefix("refs/heads/")},
            **{"since": iso(held.since), "epoch": claim.epoch, "token": held.oid},
            "until": None if claim.final else iso(held.until),
            "final": claim.final,
        }
    )


def read_text(text: str | None) -> str | None:
    """An option's text; ``-`` is standard input."""
    return read_input() if text == "-" else text


def read_input() -> str:
    """What stands on standard input."""
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        said = f"byte {error.start + 1} of standard input is no {error.encoding}"
        raise usage("bad-input", said, "iconv -t utf-8") from None


def read_ids(ids: Iterable[str]) -> list[str]:
    """Ids in their order, each once; ``-`` is standard input, one or more a line."""
    found: list[str] = []
    for word in ids:
        found += read_input().split() if word == "-" else [word]
    if not found:
        raise usage("no-id", "which task?", "tk list")
    return list(dict.fromkeys(found))


def each(verb: str, ids: Iterable[str], options: Options) -> list[tuple[str, Options]]:
    """The same verb for several tasks."""
    return [(verb, {**options, "id": one}) for one in ids]
