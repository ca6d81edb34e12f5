"""The ledger as a program uses it: read it, propose and record changes, verify history, watch what happens.

Everything goes through the same doors as the commands: what is recorded is one commit, judged before it is made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from types import TracebackType

from tkledger.api.session import Moved as Moved
from tkledger.api.session import Session, moved
from tkledger.core.change import Refused as Refused
from tkledger.core.change import Violation as Violation
from tkledger.core.events import LedgerEvent as LedgerEvent
from tkledger.core.lifecycle import State as State
from tkledger.core.snapshot import Snapshot as Snapshot
from tkledger.core.task import Task as Task
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.doors.verify import Verdict as Verdict
from tkledger.errors import TkError as TkError
from tkledger.errors import usage_error
from tkledger.git.errors import GitError as GitError

if TYPE_CHECKING:
    from tkledger.verbs.verb import Options

Operation = Mapping[str, Any]
"""One change: ``op``, a verb; ``id``, the task; the options of the verb by their names, as in a batch."""


class RecordResult(NamedTuple):
    """What was recorded, or would be: the commit, None if there is none; the tasks that it touches, as they are
    then, each with the state it had; and what is worth a warning.
    """

    commit: str | None
    moved: tuple[Moved, ...]
    warnings: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """The task, if it is one. Raises ValueError if it is none or several."""
        (one,) = self.moved
        return one.task


class OpenLedger:
    """The ledger of the repository at ``path``, and one actor who acts there: ``actor``, else the environment's
    TK_ACTOR, else the author that git knows.

    It holds processes of git until it is closed: use it in a ``with``. It is for one thread.
    Raises GitError if there is no repository at ``path``, or if git is too old.
    """

    def __init__(self, path: str = ".", *, actor: str | None = None) -> None:
        self._session = Session(path, actor=actor)
        self._path = path

    @classmethod
    def open(cls, path: str = ".", *, actor: str | None = None) -> OpenLedger:
        """The same as calling the class."""
        return cls(path, actor=actor)

    def __enter__(self) -> OpenLedger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes of git. The ledger can be used again, and begins others then."""
        self._session.repo.close()

    @property
    def actor(self) -> str:
        """Who acts, by the name that the policy has for it. Raises TkError if there is no ledger."""
        return self._session.actor(self.read())

    def _now(self) -> Session:
        """The session, which knows where HEAD is by now."""
        if self._session.repo.has_moved():
            self._session.forget()
        self._session.forget_claims()
        return self._session

    # -- reading -------------------------------------------------------------------------------

    def read(self, at: str | None = None) -> Snapshot:
        """All tasks as HEAD has them, or ``at`` a revision, a snapshot or a date; each is read when it is asked
        for. Raises TkError if there is no ledger, GitError if ``at`` names no commit.
        """
        return self._now().read(at)

    def tasks(self, at: str | None = None) -> list[Task]:
        """All tasks that can be read, by id; as `read`."""
        return [*self.read(at).tasks()]

    def task(self, task_id: str, at: str | None = None) -> Task:
        """One task, by its id or an unambiguous beginning of it; as `read`. Raises TkError if there is none."""
        from tkledger.verbs.ids import existing

        return existing(self.read(at), task_id, reading=True)

    # -- writing -------------------------------------------------------------------------------

    def propose(self, *operations: Operation) -> RecordResult:
        """What `record` would do, judged now; nothing is written. Raises what that raises."""
        return self._carried_out(operations, None, dry_run=True)

    def record(self, *operations: Operation, key: str | None = None) -> RecordResult:
        """Carry out changes as one commit, all or nothing.

        With a ``key`` the same changes are recorded once, however often they are repeated.
        Raises Refused, with its violations, if a rule forbids it, and TkError if it cannot be done: ``kind`` and
        ``exit`` say why, ``remedy`` what leads on. Then nothing was written.
        """
        return self._carried_out(operations, key, dry_run=False)

    def _carried_out(
        self, operations: tuple[Operation, ...], key: str | None, *, dry_run: bool
    ) -> RecordResult:
        if not operations:
            raise usage_error("empty", "there is nothing to record", "give at least one operation")
        said: list[str] = []
        session = self._now()
        session.progress = session.progress._replace(say=said.append)
        verbs = [_verb(one) for one in operations]
        recorded = session.carry_out(verbs, dry_run=dry_run, key=key).recorded
        return RecordResult(recorded.commit, tuple(moved(recorded)), tuple(said))

    # -- judging and watching ------------------------------------------------------------------

    def verify(self, since: str | None = None, *, again: bool = False) -> Verdict:
        """Judge the commits of HEAD's history, or those that ``since`` has not. Legal is what has no
        ``violations``. What an earlier call judged is not judged ``again``, unless that is asked for.

        Raises TkError if history is not whole, as in a shallow clone; GitError if ``since`` names no commit.
        """
        from tkledger.doors.verify import judge_range
        from tkledger.git import history

        session = self._now()
        bases = [history.commit_of(session.repo, since)] if since is not None else []
        return judge_range(session.ledger, session.tip(), *bases, again=again)

    def watch(self, since: str | None = None, *, follow: bool = True) -> Iterator[LedgerEvent]:
        """Each change of a task or a claim as it comes, on any branch: from now on, or ``since`` a cursor (of
        an event, ``event.cursor.text``), a revision or a date. Without ``follow`` it ends when
        there are no more. An event may come twice, with the same ``id``; none is left out.

        Raises TkError for a cursor that is of another repository.
        """
        from tkledger.api.events import PAUSE, Watch

        watching = Watch(self._path, since)
        try:
            while True:
                yield from watching.look()
                if not follow:
                    return
                watching.rest()
                while not watching.may_find():
                    time.sleep(PAUSE)
        finally:
            watching.rest()


def _verb(one: Operation) -> tuple[str, Options]:
    from tkledger.verbs.operations import operation

    try:
        return operation(one)
    except ValueError as error:
        raise usage_error("bad-operation", str(error), "docs/api.md has the operations") from None


Ledger = OpenLedger
"""What programs know it by; within tk that is the name of what reads one."""
