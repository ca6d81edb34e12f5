"""What idle actors must not do: create tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.change import Change, Refused, Violation
from tkledger.core.ref_names import AGENTS
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import refs
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.claims.agents import Agents
    from tkledger.core.policy import Policy
    from tkledger.git.commit import Commit
    from tkledger.ledger.proposal import Recorded


class Idle:
    """Who is idle, by the agents that are known here; ``lines`` are refs as a push is about to leave them. It
    loads nothing where no agent is known.
    """

    def __init__(self, repo: Repo, lines: Sequence[RefLine] = ()) -> None:
        self._repo = repo
        self._lines = [one for one in lines if one.ref.startswith(AGENTS)]
        self._agents: Agents | None = None
        self.any = bool(self._lines or refs.names(repo, AGENTS))

    def forbidden(self, new: Iterable[Task], actor: str) -> Iterator[Violation]:
        """The violations by tasks that ``actor`` creates."""
        if not self.any:
            return
        from tkledger.claims.agents import Agents

        self._agents = self._agents or Agents(self._repo, self._lines)
        sleep = self._agents.sleep_of(actor)
        if sleep is None:
            return
        from tkledger.core.agent import EVERYBODY
        from tkledger.core.door_rules import judge_door
        from tkledger.core.door_rules.idle import NewTask

        all_idle = sleep.agent == EVERYBODY
        for task in new:
            yield from judge_door(NewTask(task.id, actor, all_idle, not all_idle))

    def created(
        self, commit: Commit, change: Change | None, policy: Policy | None
    ) -> Iterator[Violation]:
        """The violations by tasks that a commit creates although its actor is idle."""
        if change is not None and self.any and (new := list(change.created())):
            from tkledger.claims import fence  # commands judge what they propose

            yield from self.forbidden(new, fence.made_by(commit, policy).actor)


def require_awake(repo: Repo, recorded: Recorded, actor: str) -> None:
    """Raise Refused if an idle ``actor`` creates a task by a proposal."""
    new = (key for key in recorded.touched if key not in recorded.before.entries)
    born = [task for key in new if (task := recorded.after.task(key)) is not None]
    if born and (found := tuple(Idle(repo).forbidden(born, actor))):
        raise Refused(*found)
