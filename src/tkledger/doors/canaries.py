"""Checks that each hook rejects what it must, or records it, and lets pass what it must; leaves no trace."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence

from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.core.ref_names import CANARY_BRANCH, HEADS
from tkledger.core.typing import NamedTuple
from tkledger.doors.places import current, is_ours, previous, script_path
from tkledger.doors.script import CLIENT
from tkledger.doors.validated import ValidatedTips
from tkledger.files.reader import PLAIN_FILE
from tkledger.git import hooks
from tkledger.git.objects import FOLDER_MODE, Oid, TreeEntry, tree_bytes
from tkledger.git.refs import RefLine
from tkledger.git.repo import Repo
from tkledger.local.store import MESSAGE_CHECKED, UNTOUCHED, Store

CANARY = "TK101"
"""The rule that every canary breaks: it adds an empty file, which is not a task under any policy.
So it is also illegal as an amendment of HEAD, which the hooks of a commit cannot tell from a new commit.
"""

_ADDED = "tk-canary.yaml"

_MESSAGE = b"tk doctor: a canary\n"

_CHARGING = "tk doctor: a canary\n\nTk-Cost: 0\n"
"""A message that commit-msg has to judge, since it charges an amount."""


class Stop(NamedTuple):
    """A hook that rejects a commit of code: where it is, whether it is tk's, and the last line that it printed."""

    path: str
    ours: bool
    words: str


def illegal_commit(repo: Repo) -> Oid | None:
    """A commit on HEAD that breaks the rule, stored without a ref; None if there is no policy."""
    head = repo.head
    if head is None or repo.read(f"{head}:{POLICY_PATH}") is None:
        return None
    kept = [one for one in repo.tree(f"{head}:{FOLDER}") or () if one.name != _ADDED]
    added = TreeEntry(PLAIN_FILE, _ADDED, _store(repo, "blob", b""))
    folder = _store(repo, "tree", tree_bytes([*kept, added]))
    root = [one for one in repo.tree(f"{head}^{{tree}}") or () if one.name != FOLDER]
    tree = _store(repo, "tree", tree_bytes([*root, TreeEntry(FOLDER_MODE, FOLDER, folder)]))
    return _commit(repo, tree, "-p", head)


def _store(repo: Repo, kind: str, data: bytes) -> Oid:
    return repo.run("hash-object", "-w", "-t", kind, "--stdin", stdin=data).decode().strip()


def _commit(repo: Repo, tree: Oid, *options: str) -> Oid:
    who = {"NAME": "tk doctor", "EMAIL": "doctor@localhost"}
    env = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    out = repo.run("commit-tree", tree, *options, stdin=_MESSAGE, env=env)
    return out.decode().strip()


def of_clone(repo: Repo, illegal: Oid, *, alone: bool) -> Iterator[tuple[str, bool]]:
    """Each hook of a clone, as this checkout has it, and whether it rejects. ``alone`` leaves out those
    of other tools that run tk's: they run after it, and may stash what is changed.
    """
    for name in ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg"):
        script = script_path(current(repo).folder, name) if alone else hooks.path(repo, name)
        yield name, _commit_hook_refuses(repo, name, script, illegal)
    yield "reference-transaction", _transaction_is_refused(repo, illegal)
    yield "pre-push", _push_is_refused(repo, illegal)


def of_server(repo: Repo, illegal: Oid) -> Iterator[tuple[str, bool]]:
    """Each hook of a server, and whether it works."""
    push = f"{'0' * len(illegal)} {illegal} {CANARY_BRANCH}\n"
    yield (
        "pre-receive",
        _by_our_hook(hooks.refusal(repo, hooks.path(repo, "pre-receive"), stdin=push)),
    )
    yield "post-receive", _is_noted(repo)


def _commit_hook_refuses(repo: Repo, name: str, script: str, illegal: Oid) -> bool:
    """Whether a hook rejects a commit of an index that holds the illegal tree."""
    with hooks.prepared(repo, illegal, _CHARGING.encode()) as (env, message):
        arguments = {"prepare-commit-msg": [message, "message"], "commit-msg": [message]}
        return _by_our_hook(hooks.refusal(repo, script, *arguments.get(name, ()), env=env))


def runs_others(repo: Repo) -> bool:
    """Whether git runs hooks here, for a commit or a push, that tk did not write."""
    where = current(repo)
    scripts = (os.path.join(where.folder, name) for name in CLIENT)
    before = (os.path.join(repo.top or "", previous(where, name)) for name in CLIENT)
    return any(os.access(one, os.X_OK) and not is_ours(one) for one in (*scripts, *before))


def code_commit(repo: Repo) -> Stop | None:
    """What stops a commit, or a push, that leaves the ledger alone; None if it passes every hook.

    It changes no file, so that other tools' hooks find none to check or to mend: whether they are
    run as they are to be is the question. Its message is one that has passed here before. A rule of
    tk's, such as which task a commit is for, may stop it.
    """
    try:
        return _stop_of_commit(repo) or _stop_of_transaction(repo)
    finally:
        for note in (UNTOUCHED, MESSAGE_CHECKED):  # it would hold for all that this process asks
            Store(repo.git_dir).remove(note)


def _stop_of_commit(repo: Repo) -> Stop | None:
    hooks_folder = current(repo).folder
    with hooks.prepared(repo, "HEAD", _message_of_code(repo)) as (env, message):
        for name, arguments in (
            ("pre-commit", []),
            ("prepare-commit-msg", [message, "message"]),
            ("commit-msg", [message]),
            ("pre-push", ["origin", "."]),  # of nothing that is new there
        ):
            said = hooks.refusal(repo, os.path.join(hooks_folder, name), *arguments, env=env)
            if said is not None and "error[TK" not in said:
                return _stop(repo, name, arguments, env, said)
    return None


def _stop(
    repo: Repo, name: str, arguments: Sequence[str], env: Mapping[str, str], said: str
) -> Stop:
    """Which of the hooks that run one after another for a name failed, by running each alone."""
    where = current(repo)
    before, ours = previous(where, name), script_path(where.folder, name)
    if hooks.refusal(repo, before, *arguments, env=env) is not None:
        return Stop(before, False, hooks.last_line(said))
    if is_ours(ours) and hooks.refusal(repo, ours, *arguments, env=env) is not None:
        return Stop(ours, True, hooks.last_line(said))
    return Stop(os.path.join(where.folder, name), False, hooks.last_line(said))


def _message_of_code(repo: Repo) -> bytes:
    """The message of the latest commit that changed something else than the ledger."""
    where = ("--", ".", f":(exclude){FOLDER}")
    magic = {"GIT_LITERAL_PATHSPECS": "0"}
    return repo.run("log", "-1", "--no-merges", "--format=%B", *where, env=magic) or _MESSAGE


def _stop_of_transaction(repo: Repo) -> Stop | None:
    """What stops a branch that comes to HEAD's commit. The transaction is given up in any case."""
    ref = f"{HEADS}tk-canary-{os.getpid()}"
    steps = f"start\ncreate {ref} {repo.head}\nprepare\nabort\n"
    done = repo.call("update-ref", "--stdin", stdin=steps.encode())
    if not done.status:
        return None
    path = hooks.path(repo, "reference-transaction")
    return Stop(path, is_ours(path), hooks.last_line(done.err))


def _transaction_is_refused(repo: Repo, illegal: Oid) -> bool:
    """Whether a branch at the illegal commit is rejected; if not, the branch is deleted again."""
    ref = f"{HEADS}tk-canary-{os.getpid()}"
    refusal = repo.refusal("update-ref", ref, illegal)
    if refusal is None:
        repo.run("update-ref", "-d", ref, illegal)
    return _by_our_hook(refusal)


def _push_is_refused(repo: Repo, illegal: Oid) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        repo.run("init", "--quiet", "--bare", folder)
        line = f"{illegal}:{CANARY_BRANCH}"
        return _by_our_hook(repo.refusal("push", "--dry-run", "--quiet", folder, line))


def _is_noted(repo: Repo) -> bool:
    """Whether post-receive records a pushed commit as validated; the record is removed again.

    The commit has no files and no parents, so that nothing else counts as validated meanwhile. No
    hook but ours is run, neither in its place nor chained behind it: it might announce the push.
    """
    script = hooks.path(repo, "post-receive")
    if not is_ours(script) or not os.access(script, os.X_OK):
        return False
    pushed = _commit(repo, _store(repo, "tree", b""))
    ref = CANARY_BRANCH
    ValidatedTips(repo).note_passed([RefLine(ref, None, pushed)])  # as pre-receive would
    with tempfile.TemporaryDirectory(dir=repo.common_dir) as folder:  # /tmp may be mounted noexec
        alone = shutil.copy(script, folder)
        hooks.refusal(repo, alone, stdin=f"{'0' * len(pushed)} {pushed} {ref}\n")
    return ValidatedTips(repo).forget(pushed)


def _by_our_hook(refusal: str | None) -> bool:
    """Whether the gate rejected the canary; hooks fail for other reasons, too."""
    return refusal is not None and CANARY in refusal
