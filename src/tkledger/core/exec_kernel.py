"""`tk check`: four questions before acting (a move, a new task, more work, none), as exec-kernel 0.2.0 asks.

This is compatibility with another kernel's answers and not part of the law: no rule asks it, and it
knows no history and no policy. Words, order and limits are that kernel's, so that programs written
for it need not change; where its measured answers are faults, such as a depth that is believed or a
cycle of parents that is not seen, the answers here differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable

from tkledger.core.graph import reachable, walk
from tkledger.core.lifecycle import Lifecycle, State, is_terminal
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import NamedTuple

MAX_STEPS = 50
MAX_SECONDS = 1800
MAX_DEPTH = 10
MAX_RECENT = 1000
IDLE_SECONDS = 30
"""The defaults of exec-kernel 0.2.0."""

_SHOWN = 12  # names of a path that are written out


class Ruling(NamedTuple):
    """What a check says: exit 0 if ``ok``, else 1, and ``text`` to be printed.

    ``kind`` names the refusal ("" if there is none); ``reason`` is the sentence by itself,
    in the words of the reference's library where those differ from its command's.
    """

    ok: bool
    text: str
    kind: str = ""
    reason: str = ""


class Node(NamedTuple):
    """A task as the loop check sees it.

    ``depth`` counts ancestors. It is a floor, for a task whose ancestors are not all registered;
    what can be counted along the parents is never less. An empty ``agent`` or ``type`` is unknown
    and equals nothing.
    """

    id: str
    agent: str
    type: str
    parent: str | None = None
    created_by: str | None = None
    depth: int = 0


Registry = Callable[[str], "Node | None"]
"""Finds the registered task of an id; None if there is none. ``dict.get`` is one."""

_Refused = tuple[str, str]  # kind, reason


def transition(source: str, target: str) -> Ruling:
    """Whether the table has an edge between two states, both as written in a task's file."""
    for word in (source, target):
        if word not in [state.value for state in State]:
            reason = f"{word!r} is not a valid TaskState"
            return Ruling(False, f"Invalid state: {reason}", "unknown_state", reason)
    old, new = State(source), State(target)
    edge = Lifecycle().event_between(old, new)
    if edge is not None:
        return Ruling(True, f"VALID: {edge.reason}", reason=edge.reason)
    if old is new:
        reason = "Transition to same state is not allowed"
        return Ruling(False, f"INVALID: {reason}", "same_state", reason)
    reason = f"No valid transition from {old} to {new}"
    text = f"INVALID: {reason}"
    if is_terminal(old):
        return Ruling(False, text, "terminal_state", f"Cannot transition from terminal state {old}")
    return Ruling(False, text, "no_transition", reason)


def loop(
    call: Node, registry: Registry, completed: Container[str] = (), max_depth: int = MAX_DEPTH
) -> Ruling:
    """Whether making the task ``call`` would be work going round in circles, or too deep.

    ``completed`` are the ids not to be worked on again; ``max_depth`` is the deepest level
    allowed, a root being at 0. The depth of ``call`` itself is not believed. Asked in this order,
    the first refusal counts: parents (`unknown_parent`, `cycle_detected`), `depth_exceeded`,
    `cycle_detected`, `unknown_origin`, `identity_loop`, `reprocess_detected`, `duplicate_id`.
    Raises ValueError, with a sentence, for an empty id, agent or type and a depth that is not
    a whole number.
    """
    for name, value in zip(Node._fields, call[:5]):
        if value is not None or name in ("id", "agent", "type"):
            _require_word(f"the task's {name}", value)
    _require_whole("max depth", max_depth)
    line = _line(call, registry)
    depth = _depth(line.nodes) + 1
    refused = (
        _no_root(call, line)
        or _too_deep(line, depth, max_depth)
        or _circle(call, registry)
        or _identity(call, registry)
        or _again(call, registry, completed)
    )
    if refused is None:
        return Ruling(True, f"ALLOWED: depth={depth}")
    kind, reason = refused
    return Ruling(False, f"DENIED: [{kind}] {reason}", kind, reason)


class _Line(NamedTuple):
    """The registered tasks above one, root first, and why the way up ended if not at a root."""

    nodes: tuple[Node, ...]
    missing: str | None  # a parent that is not registered
    ring: tuple[str, ...]  # the ids passed when a parent came again, that one last


def _line(call: Node, registry: Registry) -> _Line:
    def parent(task_id: str) -> str | None:
        node = call if task_id == call.id else registry(task_id)
        return node.parent if node else None

    passed = [call.id, *walk(call.id, parent)]
    again = parent(passed[-1])
    nodes = [registry(task_id) for task_id in reversed(passed[1:])]
    return _Line(
        tuple(node for node in nodes if node is not None),
        passed[-1] if nodes and nodes[0] is None else None,
        (*passed[passed.index(again) :], again) if again is not None else (),
    )


def _depth(nodes: Iterable[Node]) -> int:
    """The depth of the last of a line, -1 for none: counted, or the floor if that is more."""
    depth = -1
    for node in nodes:
        depth = max(depth + 1, node.depth)
    return depth


def _no_root(call: Node, line: _Line) -> _Refused | None:
    """Parents that run in a circle, or end at an unknown one that no floor accounts for."""
    if call.id in line.ring:
        return _cycle(call)
    if line.ring:
        reason = f"The parents of task {call.id} run in a circle: {_path(line.ring)}"
        return ("cycle_detected", reason)
    if line.missing is None or (line.nodes and line.nodes[0].depth > 0):
        return None
    task = f"task {line.nodes[0].id if line.nodes else call.id}"
    reason = f"Parent {line.missing} of {task} is not registered: no depth can be counted"
    return ("unknown_parent", reason)


def _too_deep(line: _Line, depth: int, most: int) -> _Refused | None:
    if depth <= most:
        return None
    chain = _path([f"{node.id}({node.type})" for node in line.nodes])
    return ("depth_exceeded", f"Task depth {depth} exceeds maximum {most}. Chain: {chain}")


def _circle(call: Node, registry: Registry) -> _Refused | None:
    """A way back to ``call``, or to where that can no longer be told, along parents and origins.

    The origin that ``call`` itself names may lie outside the registry, as in the reference.
    """

    def above(task_id: str) -> list[str]:
        node = call if task_id == call.id else registry(task_id)
        return [other for other in (node.parent, node.created_by) if other] if node else []

    reach = list(reachable(above(call.id), above))
    if call.id in reach:
        return _cycle(call)
    for task_id in reach:
        node = registry(task_id)
        if node and node.created_by and registry(node.created_by) is None:
            return (
                "unknown_origin",
                f"Task {node.id} was created by {node.created_by}, which is not registered: "
                "no cycle through it can be ruled out",
            )
    return None


def _cycle(call: Node) -> _Refused:
    return (
        "cycle_detected",
        f"Creating task {call.id} would introduce a cycle in the work graph. "
        f"Agent {call.agent} would be creating work that traces back to itself.",
    )


def _identity(call: Node, registry: Registry) -> _Refused | None:
    parent = registry(call.parent) if call.parent else None
    if parent is None or (parent.agent, parent.type) != (call.agent, call.type):
        return None
    return (
        "identity_loop",
        f"Agent {call.agent} is creating a {call.type} task for itself while currently executing "
        "the same task type. This appears to be a self-referential identity loop.",
    )


def _again(call: Node, registry: Registry, completed: Container[str]) -> _Refused | None:
    if call.id in completed:
        reason = f"Task {call.id} was already completed and is in the recently-completed heap."
        return ("reprocess_detected", f"{reason} Re-processing detected.")
    if registry(call.id) is not None:
        return ("duplicate_id", f"Task {call.id} is already registered")
    return None


def _path(names: list[str] | tuple[str, ...]) -> str:
    if len(names) > _SHOWN:
        half = _SHOWN // 2
        names = [*names[:half], f"({len(names) - _SHOWN} more)", *names[-half:]]
    return " -> ".join(names)


def recent(completed: Iterable[str], size: int = MAX_RECENT) -> tuple[str, ...]:
    """The last ``size`` ids of a record of completions, oldest first.

    An id completed again counts from then. For those who must keep the record short; a ledger
    forgets nothing.
    """
    latest = tuple(dict.fromkeys(reversed(tuple(completed))))
    return latest[: max(size, 0)][::-1]


def registry_of(snapshot: Snapshot) -> Registry:
    """A ledger's tasks for `loop`, each read when asked for; agent is its owner, else creator."""

    def find(task_id: str) -> Node | None:
        task = snapshot.task(task_id)
        agent = (task.owner or task.creator or "") if task else ""
        return Node(task.id, agent, task.kind, task.parent, task.origin) if task else None

    return find


def loop_in(
    snapshot: Snapshot, call: Node, max_depth: int = MAX_DEPTH, *, ended_before: bool = False
) -> Ruling:
    """`loop` for a task not yet in this ledger; whatever is done there counts as completed, and so does
    what had ended before its file was deleted.
    """
    task = snapshot.task(call.id)
    done = (call.id,) if ended_before or (task and task.state is State.DONE) else ()
    return loop(call, registry_of(snapshot), done, max_depth)


def budget(
    task_id: str,
    *,
    steps: int = 0,
    max_steps: int = MAX_STEPS,
    seconds: float = 0,
    max_seconds: int = MAX_SECONDS,
    depth: int = 0,
    max_depth: int = MAX_DEPTH,
) -> Ruling:
    """Whether a task is within its limits: steps, then seconds of active time, then depth.

    A limit is exceeded once more than it is used; seconds are shown without their fraction.
    ``depth`` is that of the task proposed, a root being at 0. Raises ValueError, with a sentence,
    for negative use, for what is not a number, and for a limit that is not a whole number.
    """
    _require_word("the task's id", task_id)
    wholes = {"steps": steps, "max steps": max_steps, "max seconds": max_seconds}
    for name, value in {**wholes, "depth": depth, "max depth": max_depth}.items():
        _require_whole(name, value)
    _require_number("seconds", seconds)
    for name, used in (("steps", steps), ("seconds", seconds)):
        if used < 0:
            raise ValueError(f"{name} must not be negative: {used}")
    elapsed = f"{int(seconds)}s elapsed"
    table = (
        ("steps", "step", steps > max_steps, f"{steps} steps taken, max {max_steps}"),
        ("duration", "duration", seconds > max_seconds, f"{elapsed}, max {max_seconds}s"),
        ("depth", "depth", depth > max_depth, f"proposed depth {depth}, max {max_depth}"),
    )
    for kind, name, exceeded, figures in table:
        if exceeded:
            reason = f"Task {task_id} exceeded {name} budget: {figures}"
            return Ruling(False, f"EXCEEDED: [{kind}] {reason}", kind, reason)
    return Ruling(True, f"OK: {steps} steps, {elapsed} (max {max_steps} steps, {max_seconds}s)")


def _require_word(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be text, not empty: {value!r}")


def _require_whole(name: str, value: object) -> None:
    if type(value) is not int:  # a bool is an int, but no number here
        raise ValueError(f"{name} must be a whole number: {value!r}")


def _require_number(name: str, value: object) -> None:
    if type(value) is not int and not (isinstance(value, float) and math.isfinite(value)):
        raise ValueError(f"{name} must be a number: {value!r}")


def sleep(agent: str = "", seconds: int = IDLE_SECONDS) -> Ruling:
    """That an agent is to be idle for so long; `tk sleep` makes it so."""
    return Ruling(True, f"SLEEP:idle agent={agent} reason=no_tasks timeout={seconds}s")
