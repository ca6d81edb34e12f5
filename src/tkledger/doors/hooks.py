"""What git's hooks run: reads the input of the hook, asks the gate, then runs the foreign hook.

``python -m tkledger.doors.hooks HOOK FOREIGN ARGUMENT...``; see `main`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from tkledger.claims import fence
from tkledger.claims.standing import NOBODYS, is_nobodys
from tkledger.core.change import Change, Violation, change
from tkledger.core.charges import Bill, bills, steps
from tkledger.core.door_rules import judge_door
from tkledger.core.door_rules.attribution import CodeCommit, asks
from tkledger.core.lifecycle import State
from tkledger.core.ref_names import HEADS, RESERVATIONS
from tkledger.core.trailers import PREFIX, lines
from tkledger.core.typing import NoReturn
from tkledger.doors import gate, reach, ref_lines
from tkledger.errors import Exit, TkError
from tkledger.git import refs
from tkledger.git.commit import Commit
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger
from tkledger.local.verdicts import note_message_checked, note_size


def in_index(ledger: Ledger) -> tuple[Violation, ...]:
    """Judge what the index holds as a commit on HEAD, and on the heads that are being merged."""
    tree = _tree(ledger)
    return gate.staged(ledger, tree, _merge_heads(ledger.repo)).violations if tree else ()


def _tree(ledger: Ledger) -> Oid | None:
    """The tree of the index; None if paths are unmerged, a commit that git itself refuses.

    GIT_INDEX_FILE says which index: git commits from another one under ``commit -a``.
    """
    try:
        return ledger.repo.run("write-tree", env=_index_environment()).decode().strip()
    except GitError:
        return None


def _index_environment() -> dict[str, str]:
    index = os.environ.get("GIT_INDEX_FILE")
    return {"GIT_INDEX_FILE": index} if index else {}


def _commit_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    """pre-merge-commit, prepare-commit-msg."""
    return in_index(ledger)


def _pre_commit_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    known = arguments.pop() if arguments else ""  # of the script: git tells this hook nothing
    tree, heads = known or _tree(ledger), _merge_heads(ledger.repo)
    found = gate.staged(ledger, tree, heads).violations if tree else ()
    note_size(ledger.repo, len(ledger.head().entries))
    if tree and not (found or heads):
        _warn_of_nobodys(change((ledger.head(),), ledger.in_tree(tree)))
        _warn_of_reserved(ledger, tree)
    return found


def _warn_of_nobodys(made: Change) -> None:
    """Warn of each task that is put in progress without an owner: a commit of code does not name it."""
    from tkledger import report

    for before, after in made.edits():
        if before.state is not State.IN_PROGRESS and is_nobodys(after, None):
            fact = f"{after.id} is in progress {NOBODYS}"
            report.say(f"warning: {fact}: tk start {after.id} makes it yours")


_SHOWN = 5
"""So many files that others reserved are named."""


def _warn_of_reserved(ledger: Ledger, tree: Oid) -> None:
    """Warn of files that are reserved for the task of another actor."""
    policy = ledger.head().policy
    if policy is None or not refs.names(ledger.repo, RESERVATIONS):
        return
    from tkledger import report
    from tkledger.doors.reserved_paths import touched  # most repositories reserve none

    for met in islice(touched(ledger.repo, policy, tree), _SHOWN):
        fact = f"{met.path} is reserved for {met.task}, which {met.holder} holds"
        report.say(f"warning: {report.visible(fact)}")


_SCISSORS = "# ------------------------ >8 ------------------------\n"
"""The line of ``git commit -v`` between the message and the diff."""


def _message_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterator[Violation]:
    """commit-msg: what the message charges, whether code names its task, and whether another actor
    holds that task.
    """
    with open(arguments[0], "rb") as file:
        text, scissors, below = file.read().decode(errors="surrogateescape").partition(_SCISSORS)
    message = "".join(f"{line}\n" for line in lines(text) if not line.startswith("#"))
    tree = _tree(ledger)
    if tree is None:
        return
    heads = _merge_heads(ledger.repo)
    tasks = steps(message)
    verdict = gate.staged(ledger, tree, heads, message)
    head = ledger.head()
    fenced = tuple(fence.about_to(ledger.repo, head.policy, head, tasks))
    yield from (*verdict.violations, *fenced)
    cut = not (scissors and PREFIX in below)  # by git, as a rule: what it keeps is judged later
    if not verdict.violations and not fenced and verdict.certain and cut:
        note_message_checked(ledger.repo)
    if not heads:
        _warn(ledger, bills(message))
    yield from _unattributed(ledger, tree, heads, message)


def _unattributed(
    ledger: Ledger, tree: Oid, heads: Sequence[Oid], message: str
) -> Iterator[Violation]:
    """A commit of code about to be made that names no task, as a server will ask: an ordinary one that
    changes a task needs no trailer, and a merge none if all that it holds comes from its sides.
    """
    head, after = ledger.head(), ledger.in_tree(tree)
    required = asks(head) or asks(after)
    if not required or not (heads or after.entries == head.entries):
        return
    joins = False
    if heads and ledger.repo.head is not None:
        parents = (ledger.repo.head, *heads)
        joins = not ledger.has_own_content(Commit("", tree, parents, 0, "", message))
    named = steps(message)
    own = None
    if not named and not heads:
        from tkledger.doors.at_work import at_work

        own = tuple(at_work(ledger.repo, head)) or tuple(
            at_work(ledger.repo, head, State.IN_REVIEW)
        )
    commit = CodeCommit("this commit", joins, named, required, (head, after), exists=False, own=own)
    yield from judge_door(commit)


def _warn(ledger: Ledger, charged: Collection[Bill]) -> None:
    """Warn of budgets and quotas that are nearly used up, before the commit that charges them."""
    from tkledger import report
    from tkledger.ledger import limits

    head = ledger.head()
    for bill in charged:
        task = head.task(bill.task)
        if task is not None:
            for gauge in limits.gauges(ledger, head, task, charged):
                if gauge.near and not gauge.exceeded:
                    report.say(report.near(task, gauge))
    if charged and head.policy is not None and head.policy.quotas:
        from tkledger.claims import fence  # few policies have any

        actor = fence.committer(ledger.repo, head.policy).actor
        for one in limits.quotas(ledger, head, actor, charged):
            if one.near and not one.exceeded:
                report.say(report.near_quota(actor, one))


def _merge_heads(repo: Repo) -> list[Oid]:
    """The other parents of a merge: from its file or, in pre-merge-commit, the environment."""
    try:
        with open(os.path.join(repo.git_dir, "MERGE_HEAD"), encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:
        return [name[len("GITHEAD_") :] for name in os.environ if name.startswith("GITHEAD_")]


def _transaction_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    """reference-transaction: local branches, and a detached HEAD."""
    tips = []
    for ref, _, new in ref_lines.from_receive(stdin):
        if ref.startswith(HEADS) or (ref == "HEAD" and ledger.repo.is_detached):
            if new and not new.startswith("ref:"):  # a symbolic ref brings nothing
                tips.append(new)
    return gate.arriving(ledger, dict.fromkeys(tips)) if tips else ()


def _pre_push_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterator[Violation]:
    lines = ref_lines.from_pre_push(stdin)
    tips = ref_lines.tips(ledger.repo, lines)
    if tips:
        yield from gate.leaving(ledger, tips, arguments[0])
        from tkledger.doors import joined

        yield from joined.leaving(ledger, lines, arguments[0])
    yield from reach.pushing(ledger.repo, ledger.head().policy, [line.ref for line in lines])


def _pre_receive_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    import time

    from tkledger.doors import push
    from tkledger.doors.published import note_if_due
    from tkledger.doors.validated import ValidatedTips

    lines = ref_lines.from_receive(stdin)
    found = list(push.judge_push(ledger, lines, int(time.time())))
    if not found:
        ValidatedTips(ledger.repo).note_passed(lines)
        note_if_due(ledger, lines)
    return found


def _post_receive_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    from tkledger.claims import handover
    from tkledger.doors.published import publish
    from tkledger.doors.validated import ValidatedTips

    lines = ref_lines.from_receive(stdin)
    ValidatedTips(ledger.repo).advance(lines)
    handover.tidy(ledger.repo, lines)
    publish(ledger.repo, pushed=True)
    return ()


HOOKS: dict[str, Callable[[Ledger, list[str], bytes], Iterable[Violation]]] = {
    "pre-commit": _pre_commit_hook,
    "pre-merge-commit": _commit_hook,
    "prepare-commit-msg": _commit_hook,
    "commit-msg": _message_hook,
    "reference-transaction": _transaction_hook,
    "pre-push": _pre_push_hook,
    "pre-receive": _pre_receive_hook,
    "post-receive": _post_receive_hook,
}

_OF_PUSHES = frozenset({"pre-push", "pre-receive", "post-receive"})
_READ_STDIN = frozenset({"reference-transaction", "pre-push", "pre-receive", "post-receive"})


def main(argv: list[str]) -> int:
    """Run as a hook: ``HOOK FOREIGN ARGUMENT...``; the exit status is the verdict.

    FOREIGN is the path of the hook that was there before; it runs if the change is legal.
    Any error rejects the change: a door that cannot judge stays shut.
    """
    name, foreign, *arguments = argv
    stdin = sys.stdin.buffer.read() if name in _READ_STDIN else b""
    verdict = _verdict(name, arguments, stdin)
    if verdict and name != "post-receive":  # it is too late to reject anything
        return verdict
    return _run_foreign(foreign, arguments, stdin) if os.access(foreign, os.X_OK) else verdict


def _verdict(name: str, arguments: list[str], stdin: bytes) -> int:
    """The exit status of our own hook; the reasons are on stderr."""
    from tkledger import report

    repo = None
    try:
        repo = Repo()
        ledger = Ledger(repo, remembers=True)
        found = list(dict.fromkeys(HOOKS[name](ledger, arguments, stdin)))
        if not found:
            return Exit.OK
        violations, more = _worded(repo, name, found)
    except Exception as error:
        known = report.understood(error) or report.bug(error)
        _note_denial(repo, name, stdin, (), known)
        report.fail(
            TkError(known.exit, known.kind, f"tk {name}: {known.message}", known.remedy),
            as_json=False,
        )
        return Exit.REJECTED
    _note_denial(repo, name, stdin, violations)
    status = report.refuse(violations, as_json=False)
    for line in more:
        report.say(report.visible(f"  {line}"))
    return status


def _note_denial(
    repo: Repo | None,
    name: str,
    stdin: bytes,
    violations: Sequence[Violation],
    error: TkError | None = None,
) -> None:
    """Note on a server that a push was refused, for `tk doctor --denials`."""
    if repo is not None and name == "pre-receive":
        from tkledger.doors import denials

        denials.note(repo, stdin, violations, error)


def _worded(repo: Repo, name: str, found: list[Violation]) -> tuple[list[Violation], list[str]]:
    """What a hook refuses with the remedies, and lines on what to do next as a whole."""
    from tkledger.doors import remedies

    if name in _OF_PUSHES:
        return list(remedies.for_push(found)), []
    more = list(remedies.after_revert(repo))
    of_index = not more and name != "reference-transaction"
    return (list(remedies.for_index(repo, found)) if of_index else found), more


def _run_foreign(foreign: str, arguments: list[str], stdin: bytes) -> int:
    import subprocess

    # like git, run a script without #! by sh
    run = ["sh", "-c", 'exec "$0" "$@"', foreign, *arguments]
    return subprocess.run(run, input=stdin or None).returncode


def run(argv: list[str]) -> NoReturn:
    """`main` as a process. It ends after one verdict, so it skips Python's clean-up."""
    status = main(argv)
    with suppress(OSError):  # the reader is gone; the verdict holds
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    run(sys.argv[1:])
