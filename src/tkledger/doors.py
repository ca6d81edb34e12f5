"""What git's hooks run: reads what git hands over, asks the gate, hands on to the foreign hook.

``python -m tkledger.doors HOOK FOREIGN ARGUMENT...``; see `main`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator

from tkledger import fence, gate
from tkledger.baseline import Baseline
from tkledger.core.change import Violation
from tkledger.core.rules.door import ATTRIBUTION, Work
from tkledger.core.snapshot import FOLDER
from tkledger.errors import Exit, TkError
from tkledger.git import GitError, Repo
from tkledger.ledger import Ledger, trailer
from tkledger.objects import Oid


def in_index(ledger: Ledger) -> tuple[Violation, ...]:
    """Judge what the index holds as a commit on HEAD, and on the heads that are being merged.

    Which index that is says GIT_INDEX_FILE: git commits from another one under ``commit -a``.
    """
    try:
        out = ledger.repo.run("write-tree", env=_index_environment())
    except GitError:  # unmerged paths: git itself refuses that commit
        return ()
    return gate.staged(ledger, out.decode().strip(), _merge_heads(ledger.repo))


def _index_environment() -> dict[str, str]:
    index = os.environ.get("GIT_INDEX_FILE")
    return {"GIT_INDEX_FILE": index} if index else {}


def _commit_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    """pre-commit, pre-merge-commit, prepare-commit-msg."""
    return in_index(ledger)


def _message_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterator[Violation]:
    """commit-msg: whether work names its task, and whether that is somebody else's. What changes a
    task was judged before this.
    """
    with open(arguments[0], encoding="utf-8", errors="replace") as file:
        task = trailer(file.read(), "Tk-Task")
    yield from fence.about_to(ledger.repo, ledger.head().policy, [task] if task else [])
    staged_ledger = ("diff-index", "--cached", "--quiet", "HEAD", "--", FOLDER)
    if ledger.repo.refusal(*staged_ledger, env=_index_environment()) is not None:
        return
    work = Work("this commit", bool(_merge_heads(ledger.repo)), task, ledger.head())
    for check in ATTRIBUTION:
        yield from check.judge(work)


def _merge_heads(repo: Repo) -> list[Oid]:
    """The other parents of a merge: from its file or, in pre-merge-commit, the environment."""
    try:
        with open(os.path.join(repo.git_dir, "MERGE_HEAD"), encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:
        return [name[len("GITHEAD_") :] for name in os.environ if name.startswith("GITHEAD_")]


def _transaction_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    """reference-transaction: local branches, and HEAD where it is on none."""
    tips = []
    for _, new, ref in _ref_lines(stdin):
        if ref.startswith("refs/heads/") or (ref == "HEAD" and ledger.repo.is_detached):
            if gate.or_none(new) and not new.startswith("ref:"):  # a symbolic ref brings nothing
                tips.append(new)
    return gate.arriving(ledger, dict.fromkeys(tips)) if tips else ()


def _pre_push_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    # the first word is the source as it was typed, ":/some message" perhaps
    lines = [line.rsplit(" ", 3) for line in stdin.decode(errors="surrogateescape").splitlines()]
    tips = [oid for _, oid, _, _ in lines if gate.is_commit(ledger.repo, oid)]
    return gate.leaving(ledger, dict.fromkeys(tips), arguments[0]) if tips else ()


def _pre_receive_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    import time

    return gate.pushed(ledger, _ref_lines(stdin), int(time.time()))


def _post_receive_hook(ledger: Ledger, arguments: list[str], stdin: bytes) -> Iterable[Violation]:
    Baseline(ledger.repo).advance(_ref_lines(stdin))
    return ()


HOOKS: dict[str, Callable[[Ledger, list[str], bytes], Iterable[Violation]]] = {
    "pre-commit": _commit_hook,
    "pre-merge-commit": _commit_hook,
    "prepare-commit-msg": _commit_hook,
    "commit-msg": _message_hook,
    "reference-transaction": _transaction_hook,
    "pre-push": _pre_push_hook,
    "pre-receive": _pre_receive_hook,
    "post-receive": _post_receive_hook,
}

_READ_STDIN = frozenset({"reference-transaction", "pre-push", "pre-receive", "post-receive"})


def _ref_lines(stdin: bytes) -> list[tuple[Oid, Oid, str]]:
    lines = stdin.decode(errors="surrogateescape").splitlines()
    return [(old, new, ref) for old, new, ref in (line.split(" ", 2) for line in lines)]


def main(argv: list[str]) -> int:
    """Run as a hook: ``HOOK FOREIGN ARGUMENT...``; the exit status is the verdict.

    FOREIGN is the path of the hook that was there before; it runs if the change is legal.
    Whatever goes wrong refuses: a door that cannot judge stays shut.
    """
    name, foreign, *arguments = argv
    stdin = sys.stdin.buffer.read() if name in _READ_STDIN else b""
    verdict = _verdict(name, arguments, stdin)
    if verdict and name != "post-receive":  # after which there is nothing left to refuse
        return verdict
    return _run_foreign(foreign, arguments, stdin) if os.access(foreign, os.X_OK) else verdict


def _verdict(name: str, arguments: list[str], stdin: bytes) -> int:
    """The exit status of our own hook, which has told its reasons."""
    from tkledger import report

    try:
        violations = list(dict.fromkeys(HOOKS[name](Ledger(Repo()), arguments, stdin)))
    except Exception as error:
        known = report.understood(error) or report.bug(error)
        report.fail(
            TkError(known.exit, known.kind, f"tk {name}: {known.message}", known.remedy),
            as_json=False,
        )
        return Exit.REJECTED
    return report.refuse(violations, as_json=False) if violations else Exit.OK


def _run_foreign(foreign: str, arguments: list[str], stdin: bytes) -> int:
    import subprocess

    # a script without #! is one of sh's, to git as well
    run = ["sh", "-c", 'exec "$0" "$@"', foreign, *arguments]
    return subprocess.run(run, input=stdin or None).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
