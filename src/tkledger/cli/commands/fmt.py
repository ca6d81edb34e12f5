"""``tk fmt``: task files in the one form that the gate accepts."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tkledger.cli.answer import Answer, Aside
from tkledger.core.change import Violation
from tkledger.core.layout import FOLDER, POLICY_PATH, SUFFIX
from tkledger.core.quoting import quoted
from tkledger.core.rules import RULES
from tkledger.errors import Exit, unusable
from tkledger.files import codec
from tkledger.git.repo import Repo
from tkledger.local.store import SCRATCH, Store, project
from tkledger.report import violation_json, violation_text


def fmt(
    files: Sequence[str] = (),
    staged: bool = False,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Rewrite task files in canonical form; what cannot be read is named and left alone."""
    repo = Repo(path)
    if repo.top is None:
        raise unusable("bare", "a bare repository has no files to rewrite", "git worktree add PATH")
    wanted = _paths(repo, files)
    rewritten, unreadable = [], []
    for name in wanted:
        full = os.path.join(repo.top, name)
        with open(full, "rb") as file:
            data = file.read(codec.MAX_BYTES + 1)
        try:
            better = codec.reformatted(data, is_policy=name == POLICY_PATH)
        except codec.FormError as error:
            unreadable.append(_violation(name, error))
            continue
        if better != data:
            rewritten.append(name)
            if not dry_run:
                project(Store(repo.git_dir).path(SCRATCH), full, better)
    if staged and rewritten and not dry_run:
        repo.run("update-index", "--add", "--", *rewritten)
    if unreadable:
        violations = [violation_json(one) for one in unreadable]
        return Answer(
            lambda: {"files": rewritten, "violations": violations},
            lambda: (Aside(violation_text(one)) for one in unreadable),
            lambda: Exit.REJECTED,
        )
    did = "would rewrite" if dry_run else "rewrote"
    return Answer(lambda: {"files": rewritten}, lambda: (f"{did} {name}" for name in rewritten))


def _paths(repo: Repo, files: Sequence[str]) -> list[str]:
    """The task files that are meant, plain ones only, as paths from the top of the checkout."""
    assert repo.top is not None
    folder = os.path.join(repo.top, FOLDER)
    if os.path.islink(folder) or not os.path.isdir(folder):
        raise unusable("no-ledger", f"there is no {FOLDER} folder here", "tk init")
    names = [
        f"{FOLDER}/{entry.name}"
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)
        if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False)
    ]
    if files:
        stems = {os.path.basename(name).removesuffix(SUFFIX) for name in files}
        names = [name for name in names if os.path.basename(name).removesuffix(SUFFIX) in stems]
        if len(names) < len(stems):
            raise unusable(
                "no-such-file", f"not all of these are files in {FOLDER}", f"ls {FOLDER}"
            )
    return names


def _violation(name: str, error: codec.FormError) -> Violation:
    rule = next(rule for rule in RULES if rule.code == error.code)
    return Violation(
        name, rule.code, rule.name, str(error), error.remedy or f"put it right in {quoted(name)}"
    )
