"""Who may do what, and ways around it: rows of the table."""

from __future__ import annotations

from functools import partial

from tests.support.bypass.table import PC, PCM, RT, row
from tests.support.clone import Clone


def touched(clone: Clone, path: str, options: tuple[str, ...]) -> None:
    """A commit of code by an actor who may touch some files only; it names no task."""
    clone.ok("config", "set", "may.bot-*", "paths=src/*")
    clone.ok("note", "a", "later")  # else it might amend a commit to which this did not apply
    clone.write(path, "new\n")
    clone.git("add", path)
    clone.git("commit", "-q", *options, "-m", "code", "--author", "bot-1 <bot-1>")


def dropped(clone: Clone, actor: str, options: tuple[str, ...]) -> None:
    """A task that is done in the commit that takes the label of a guard away."""
    clone.ok("config", "set", "roles.lead", "ann")
    clone.ok("config", "set", "guards.safe", "state=done", "label=safe", "role=lead")
    clone.ok("edit", "p", "--label", "safe")
    clone.ok("note", "a", "later")  # likewise
    who = ("--author", f"{actor} <{actor}>")
    clone.commit("by hand", *options, *who, p={"state": "done", "labels": None})


def loosened(clone: Clone, depth: int, options: tuple[str, ...]) -> None:
    """A policy of two that one of them changes."""
    clone.ok("config", "set", "roles.policy", "ann", "test@example.org")
    clone.policy(depth=depth)
    clone.commit("by hand", *options)


for past, door in (((), PC), (("--no-verify",), PCM)):
    how = " ".join(past)
    row(
        f"a label that goes with the move it guards {how}".strip(),
        partial(dropped, actor="bob", options=past),
        door,
        "TK507",
        partial(dropped, actor="ann", options=past),
    )
    row(
        f"a policy loosened alone {how}".strip(),
        partial(loosened, depth=11, options=past),
        door,
        "TK511",
        partial(loosened, depth=9, options=past),
    )
    row(
        f"a file that its author may not touch {how}".strip(),
        partial(touched, path="lib.txt", options=past),
        RT if past else "commit-msg",
        "TK509",
        partial(touched, path="src/lib.txt", options=past),
    )
