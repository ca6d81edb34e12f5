"""Runs the gates of a task on its code, in its checkout, and records what they came to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256

from tkledger.agents import process
from tkledger.agents.briefing import last_lines
from tkledger.agents.interruptions import Interruptions
from tkledger.agents.process import End, GateWatch, Stopped
from tkledger.agents.worktrees import checkouts
from tkledger.api.session import Session
from tkledger.claims.elsewhere import branch_of
from tkledger.core.evidence import EvidenceLine
from tkledger.core.gates import Gates, asked
from tkledger.core.layout import FOLDER
from tkledger.core.policy import Policy
from tkledger.core.quoting import few, quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError, unusable
from tkledger.git.objects import Oid
from tkledger.git.process import outside
from tkledger.git.repo import Repo
from tkledger.ledger import limits
from tkledger.ledger.code_trees import code_tree
from tkledger.ledger.proposal import Proposal
from tkledger.local.store import GATES, Store
from tkledger.local.trust import Trust
from tkledger.verbs.gates import gate_named
from tkledger.verbs.ids import existing

_SECONDS = 1800
"""How long a gate may take that does not say so."""

_MOST_OUTPUT = 64 << 20
_SHOWN = 20
"""How many bytes a gate may write, and how many of its last lines are shown if it fails."""

_NO_RESULT, _TOO_MUCH = "nothing is recorded", "too much output"


class GateResult(NamedTuple):
    """What a gate came to: its line, the commit that records it, None in a dry run or if it was there already;
    the file with what it wrote, and the last lines of that if it failed.
    """

    line: EvidenceLine
    commit: Oid | None
    log: str = ""
    last: Sequence[str] = ()


class _Work(NamedTuple):
    """A task in the checkout that its gates run in: the ledger of HEAD there, and who acts."""

    there: Session
    ledger: Snapshot
    policy: Policy
    task: Task
    actor: str
    gates: Gates


def _work(session: Session, word: str) -> _Work:
    """The task in its own checkout, if it has one, else in this one."""
    repo = session.repo
    task = existing(session.ledger.usable(session.head()), word)
    folder = checkouts(repo).get(branch_of(repo.variables(), task.id))
    there = session if folder in (None, repo.top) else session.at(str(folder))
    ledger = there.ledger.usable(there.head())
    task, policy, tip = existing(ledger, task.id), ledger.policy, there.ledger.place.tip
    assert policy is not None
    assert tip is not None  # a ledger is in a commit
    tree = code_tree(there.repo, f"{tip}^{{tree}}")
    gates = Gates(policy, task, lambda: limits.usage(there.ledger, tip), tree)
    return _Work(there, ledger, policy, task, there.actor(ledger), gates)


def run(
    session: Session, word: str, name: str | None, *, flaky: bool, dry_run: bool
) -> Iterator[GateResult]:
    """Run a gate of a task, or each that is asked of it and has no pass; record each when it has ended."""
    work = _work(session, word)
    names = [name] if name is not None else list(_left(work))
    lines = _allowed(work, names, flaky=flaky)
    with Interruptions() as interruptions:
        for line in lines:
            try:
                yield (
                    GateResult(line, None)
                    if dry_run
                    else _ran(work, line, GateWatch(interruptions))
                )
            except Stopped:
                raise KeyboardInterrupt from None


def run_own(there: Session, task: str, watch: GateWatch) -> Iterator[GateResult]:
    """The same for each gate that is asked of a task in its checkout, has no pass, and is the actor's to run.
    Raises Stopped.
    """
    work = _work(there, task)
    own = [name for name in _left(work) if _is_own(work.gates, name, work.actor)]
    for line in _allowed(work, own):
        yield _ran(work, line, watch)


def require_trusted(session: Session, task: Task) -> None:
    """Raise TkError if a gate that the actor has to run before they finish a task is not trusted here."""
    ledger = session.head()
    assert ledger.policy is not None
    actor = session.actor(ledger)
    gates = Gates(ledger.policy, task._replace(owner=actor), lambda: None, "")
    own = [name for name in asked(ledger.policy, task) if _is_own(gates, name, actor)]
    _require_trusted(session.repo, ledger.policy, own)


def _is_own(gates: Gates, name: str, actor: str) -> bool:
    """Whether a gate has a command, and a pass counts if the actor runs it."""
    gate = gates.law.gates.get(name)
    return gate is not None and gate.run is not None and gates.unfit(gate, actor) is None


def _allowed(work: _Work, names: Iterable[str], *, flaky: bool = False) -> list[EvidenceLine]:
    """The lines of passes of gates that may run on the code as it is. Raises Refused and TkError."""
    lines = {name: _tried(work, name, flaky=flaky) for name in names}
    _require_trusted(work.there.repo, work.policy, lines)
    _require_committed(work.there)
    return [*lines.values()]


def _left(work: _Work) -> Iterator[str]:
    """The gates that are asked of a task, have no pass, and do not run elsewhere only."""
    for name in asked(work.policy, work.task):
        gate = work.policy.gates.get(name)
        if not work.gates.standing(name).passed and (gate is None or gate.run is not None):
            yield name


def tell(
    session: Session,
    word: str,
    name: str,
    *,
    passed: bool,
    url: str | None,
    flaky: bool,
    dry_run: bool,
) -> GateResult:
    """Record what a gate came to elsewhere. What is recorded already is not recorded again."""
    work = _work(session, word)
    gate = gate_named(work.policy, name)
    line = EvidenceLine(
        *(name, passed, work.gates.tree, work.actor), command=gate.run, flaky=flaky, url=url
    )
    if line.text in work.task.evidence:
        return GateResult(line, None)
    return GateResult(line, _record(work, line, dry_run=dry_run))


def _tried(work: _Work, name: str, *, flaky: bool) -> EvidenceLine:
    """The line of a pass, which is legal: what would be refused is not run. Raises Refused."""
    gate = gate_named(work.policy, name)
    if gate.run is None:
        fact = f"the gate {name} has no command: it runs elsewhere"
        raise unusable("runs-elsewhere", fact, work.gates.way(name, work.actor))
    line = EvidenceLine(
        *(name, True, work.gates.tree, work.actor), "0", "0", "0" * 64, gate.run, flaky
    )
    _record(work, line, dry_run=True)
    return line


def _require_trusted(repo: Repo, policy: Policy, names: Iterable[str]) -> None:
    trust = Trust(repo.common_dir, repo.top)
    for name in names:
        if not trust.has(name, policy.gates[name]):
            run = policy.gates[name].run
            at = "" if repo.top == os.getcwd() else f" -C {quoted(repo.top or repo.git_dir)}"
            way = f"if it may run on this machine: tk gates trust {quoted(name)}"
            fact = f"the gate {name} is not trusted here: {run}"
            raise unusable("untrusted", fact, way + at)


def _require_committed(there: Session) -> None:
    """Raise TkError if the files that a command would see are not the code of HEAD; a submodule has to be at
    its commit, whatever its configuration, which may come with the code, says to ignore.
    """
    top = there.repo.top
    if top is None:
        raise unusable(
            "no-checkout", "a gate runs in a checkout, and this is not one", "-C CHECKOUT"
        )
    status = ("status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames")
    rows = _outside_ledger(there, *status, "--ignore-submodules=none")
    if rows:
        names = few([row[3:] for row in rows], 4)
        fact = f"not committed in {top}, so not the code that would be tried: {names}"
        raise unusable("dirty", fact, f"git -C {quoted(top)} status, then commit or ignore them")


def _outside_ledger(there: Session, *command: str) -> list[str]:
    """What git lists of files outside the ledger."""
    where = ("--", ":(top)", f":(top,exclude){FOLDER}")
    out = there.repo.run(*command, *where, env={"GIT_LITERAL_PATHSPECS": "0"})
    return [os.fsdecode(row) for row in out.split(b"\0")[:-1]]


def _ran(work: _Work, line: EvidenceLine, watch: GateWatch) -> GateResult:
    """Run one gate to its end, and record it. Raises Stopped."""
    there, gate, name = work.there, work.policy.gates[line.gate], line.gate
    store = Store(there.repo.common_dir)
    log = store.make(GATES, f"{work.task.id}.{name}")
    scratch = f"{log}.{os.getpid()}"
    with suppress(FileNotFoundError):
        os.unlink(scratch)
    invocation = process.Invocation(
        ("sh", "-c", gate.run or ""),
        there.repo.top or "",
        {**outside(), "TK_TASK": work.task.id, "TK_GATE": name},
        scratch,
        gate.timeout or _SECONDS,
        beats=min(1.0, watch.beats),
        beat=_beat(scratch, watch),
        child=watch.child or f"{scratch}.child",
    )
    result = process.run_command(invocation, watch.interruptions)
    os.replace(scratch, log)
    if result.end is End.INTERRUPTED or (result.end is End.LOST and result.why != _TOO_MUCH):
        raise Stopped(result)
    if result.end is End.NOT_RUN:
        way = f"tk gate {work.task.id} {name} again, once it can be run"
        raise TkError(Exit.NOT_RUN, "no-command", f"{result.why}; {_NO_RESULT}", way)
    if result.end is End.LOST or os.path.getsize(log) > _MOST_OUTPUT:
        fact = f"{name} wrote more than {_MOST_OUTPUT >> 20} MiB, so it was ended; {_NO_RESULT}"
        raise unusable("too-much", fact, f"tail {quoted(log)}")
    ended, seconds = result.exit, f"{result.seconds:.1f}"
    line = line._replace(passed=ended == "0", exit=ended, seconds=seconds, output=_digest(log))
    there.forget()
    _require_unchanged(there, line)
    commit = _record(work, line)
    last = [] if line.passed else last_lines(log, _SHOWN)
    return GateResult(line, commit, log, last)


def _beat(log: str, watch: GateWatch) -> Callable[[], str]:
    """Whether a gate may continue: it has not written too much, and the one who watches it says so."""
    looked = time.monotonic()

    def beat() -> str:
        nonlocal looked
        if os.path.getsize(log) > _MOST_OUTPUT:
            return _TOO_MUCH
        if time.monotonic() - looked < watch.beats:
            return ""
        looked = time.monotonic()
        return watch.beat()

    return beat


def _digest(path: str) -> str:
    found = sha256()
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            found.update(data)
    return found.hexdigest()


def _require_unchanged(there: Session, line: EvidenceLine) -> None:
    """Raise TkError if the files that are known to git are not the code that was to run, any more."""
    repo = there.repo
    repo.refresh()
    diff = ("diff", "--name-only", "-z", "--no-ext-diff", "--ignore-submodules=untracked", "HEAD")
    different = _outside_ledger(there, *diff)
    if different or code_tree(repo, "HEAD^{tree}") != line.tree:
        fact = f"the code changed while {line.gate} ran; {_NO_RESULT}"
        raise unusable(
            "changed", fact, f"git -C {quoted(repo.top or '')} status, then tk gate again"
        )


def _record(work: _Work, line: EvidenceLine, *, dry_run: bool = False) -> Oid | None:
    """Record a line, if it is legal. Raises Refused."""

    def propose(before: Snapshot) -> Proposal:
        task = existing(work.there.ledger.usable(before), work.task.id)
        after = before.put(changed(task, evidence=(*task.evidence, line.text)))
        word = "passed" if line.passed else "failed"
        words = f"gate {task.id} {line.gate} {word}"
        return Proposal(after, words, ((ACTOR, work.there.actor(before)),))

    return work.there.record(propose, dry_run=dry_run).commit
