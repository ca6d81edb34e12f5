"""Shows the message of a commit of tk's to the commit-msg hook of a repository, where its user wants that."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.trailers import lines, own_lines
from tkledger.errors import TkError, unusable
from tkledger.git import hooks
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.git.writing import write_tree

_WAY = (
    "tk config set subject 'FORM {subject}' in the form it wants, or git config tk.commitHooks skip"
)


def heard(repo: Repo, message: str, files: Mapping[str, bytes], parent: Oid | None) -> str:
    """The message as commit-msg leaves it: with lines of its own, such as an id of the change.

    files: what the commit changes, by path, on ``parent``. The hook sees the index as of that commit.
    Raises TkError if it refuses the message, or changes a line of tk's.
    """
    tree = write_tree(repo, f"{parent}^{{tree}}" if parent else "", files)
    with hooks.prepared(repo, tree, message.encode()) as commit:
        script = hooks.path(repo, "commit-msg")
        refusal = hooks.refusal(repo, script, commit.message, env=commit.env)
        if refusal is not None:
            raise _refused(f"refuses {lines(message)[0]!r}: {hooks.last_line(refusal)}")
        with open(commit.message, encoding="utf-8", errors="replace") as file:
            found = file.read()
    if own_lines(found) != own_lines(message):
        raise _refused("changed lines that tk reads: it may add lines of its own only")
    return found


def _refused(fact: str) -> TkError:
    return unusable("commit-msg", f"the hook commit-msg of this repository {fact}", _WAY)
