"""What a rule is: a code, a name that states the rejected pattern, a page, a pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tkledger.core.change import Change, Found, Violation
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import Any, NamedTuple


class Finding(NamedTuple):
    """What a rule says of one task or path: the fact, and the next legal move instead of what was tried.

    ``repair`` is what a later commit can do about it once it is committed; empty if nothing.
    """

    task: str
    message: str
    remedy: str
    repair: str = ""


NO_ACCEPTANCE = "(no one can accept it)"
"""The end of a repair after which nothing is to be accepted, since the policy can no longer be changed."""

Judgement = Callable[..., Iterable[Finding]]
"""Of a Change; a door check is asked of what its door sees instead."""


_ASIDE = "An actor with the role `override` may set it aside, with a reason: `--override REASON`."


class Rule(NamedTuple):
    """One rule of the law. ``since`` is the edition of the law that brought it; what is ``overridable`` is
    set aside by an actor with the role ``override`` who says why.
    """

    code: str
    name: str
    since: int
    findings: Judgement
    overridable: bool = False

    @property
    def page(self) -> str:
        """What the rule rejects, why, and the remedy: its docstring."""
        from inspect import cleandoc  # 4 ms that no move needs

        text = cleandoc(self.findings.__doc__ or "")
        return text.replace("\n\nWhy: ", f"\n\n{_ASIDE}\n\nWhy: ") if self.overridable else text

    def judge(self, subject: object) -> Iterator[Violation]:
        """What of a Change, or of what a door sees, breaks this rule."""
        for task, message, remedy, repair in self.findings(subject):
            yield Violation(task, self.code, self.name, message, remedy, repair=repair)


class SharedChange(Change):
    """A Change of which many rules ask the same."""

    _found: dict[Any, Any]

    @classmethod
    def of(cls, change: Change) -> SharedChange:
        """The same change."""
        shared = tuple.__new__(cls, change)
        shared._found = {}
        return shared

    def once(self, find: Callable[[Change], Found]) -> Found:
        """What ``find`` makes of it."""
        if find not in self._found:
            self._found[find] = find(self)
        found: Found = self._found[find]
        return found


def rule(code: str, *, since: int = 1, overridable: bool = False) -> Callable[[Judgement], Rule]:
    """Make a function a rule: its name is the rule's name, its docstring the rule's page."""

    def declare(findings: Judgement) -> Rule:
        name = findings.__name__.replace("_", "-")
        return Rule(code, name, since, findings, overridable)

    return declare


def way_on(ledger: Snapshot, ended: str, policy: Policy) -> str:
    """The way on from an ended task, as a command. Reopening came with format 2 of the files."""
    last = ledger.latest(ended)
    if last is None:
        return "tk new TITLE"  # its file was lost, and its id stays used up
    if not last.ended:
        return f"tk why {last.id}"
    return f"tk reopen {last.id}" if policy.format >= 2 else f"tk new --from {last.id} TITLE"


def elsewhere(change: Change, task_id: str) -> tuple[str, str]:
    """How to hang a task elsewhere in the tree, as remedy and as repair: a new task is not there yet."""
    edit = f"tk edit {task_id} --parent ID"
    known = any(task_id in parent.entries for parent in change.parents)
    return (edit if known else "another parent: --parent ID"), edit


def versions(change: Change) -> list[tuple[Task | None, Task]]:
    """The tasks that an ordinary commit edits or creates, before, None at a birth, and after."""
    return change.once(_versions)


def _versions(change: Change) -> list[tuple[Task | None, Task]]:
    return [*change.edits(), *((None, task) for task in change.births())]


def code_of(change: Change) -> tuple[str, ...]:
    """The ids of the code that a change leaves and of that in each parent; empty if it is not known."""
    return change.code() if change.code is not None else ()


def open_imports(change: Change) -> Iterator[Task]:
    """The tasks of an import that have not ended: what is there counts for what they come to."""
    return (task for task in change.imports() if not task.ended)


def grown(
    change: Change, log: str, also: Iterable[Task] = ()
) -> Iterator[tuple[Task | None, Task, tuple[str, ...]]]:
    """Those to which an ordinary commit adds entries at the end of a list, and these entries; and of others
    that it creates.
    """
    for old, new in (*versions(change), *((None, task) for task in also)):
        known, now = getattr(old, log) if old is not None else (), getattr(new, log)
        if len(now) > len(known) and now[: len(known)] == known:
            yield old, new, now[len(known) :]


def newly(change: Change, standing: Callable[[Snapshot], Iterable[Finding]]) -> Iterator[Finding]:
    """What ``standing`` finds after the change and in none of its parents.

    An old debt does not block new work, and a merge answers only for what neither side had.
    """
    found = list(standing(change.after))
    if found:
        known = {finding for parent in change.parents for finding in standing(parent)}
        yield from (finding for finding in found if finding not in known)
