"""``tk check``: four questions asked before acting, in the words of the tool that had them first."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.api.json import without_empty
from tkledger.cli.answer import Answer, Aside
from tkledger.core import exec_kernel
from tkledger.core.exec_kernel import Node
from tkledger.errors import Exit, TkError, usage_error


def _answer(ask: Callable[[], exec_kernel.Ruling]) -> Answer:
    """An answer of the kernel: if allowed on stdout and 0, else on stderr and 1."""
    try:
        found = ask()
    except ValueError as error:
        raise usage_error("bad-value", str(error), "tk check --help") from None
    return Answer(
        lambda: {"ok": found.ok, **without_empty({"text": found.text, "kind": found.kind})},
        lambda: [found.text if found.ok else Aside(found.text)],
        lambda: Exit.OK if found.ok else Exit.REJECTED,
    )


def transition(source: str, target: str, path: str = ".") -> Answer:
    """Say whether the lifecycle has an edge between two states."""
    return _answer(lambda: exec_kernel.transition(source, target))


def loop(
    id: str,
    agent: str,
    type: str,
    parent: str | None = None,
    created_by: str | None = None,
    max_depth: int = exec_kernel.MAX_DEPTH,
    at: str | None = None,
    path: str = ".",
) -> Answer:
    """Say whether making a task would be work that goes in circles, or too deep."""
    call = Node(id, agent, type, parent, created_by)
    return _answer(lambda: _loop(call, max_depth, path, at))


def _loop(call: Node, max_depth: int, path: str, at: str | None) -> exec_kernel.Ruling:
    """Ask the ledger at ``path``; without one no task is registered."""
    from tkledger.api.session import Session
    from tkledger.git.errors import GitError

    try:
        session = Session(path)
        ledger = session.read(at)
    except (GitError, TkError):
        if at is not None:
            raise
        return exec_kernel.loop(call, lambda task_id: None, max_depth=max_depth)
    tip = session.repo.head if at is None and call.id not in ledger.entries else None
    ended = tip is not None and session.ledger.former.ended(tip, call.id)
    return exec_kernel.loop_in(ledger, call, max_depth, ended_before=ended)


def budget(
    id: str,
    steps: int = 0,
    max_steps: int = exec_kernel.MAX_STEPS,
    seconds: float = 0,
    max_seconds: int = exec_kernel.MAX_SECONDS,
    depth: int = 0,
    max_depth: int = exec_kernel.MAX_DEPTH,
    path: str = ".",
) -> Answer:
    """Say whether what was used is within the limits given."""
    return _answer(
        lambda: exec_kernel.budget(
            id,
            steps=steps,
            max_steps=max_steps,
            seconds=seconds,
            max_seconds=max_seconds,
            depth=depth,
            max_depth=max_depth,
        ),
    )


def sleep(timeout: int = exec_kernel.IDLE_SECONDS, agent_id: str = "", path: str = ".") -> Answer:
    """Say what an agent without tasks is to do."""
    return _answer(lambda: exec_kernel.sleep(agent_id, timeout))
