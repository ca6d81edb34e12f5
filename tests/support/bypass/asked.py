"""What a policy asks of tasks, and ways around it: rows of the table."""

from __future__ import annotations

from functools import partial

from tests.support.bypass.table import PC, PCM, row
from tests.support.clone import Clone
from tests.support.rule_cases.admission import WHY


def wanted(clone: Clone, admission: dict[str, str], options: tuple[str, ...]) -> None:
    """A task created by hand."""
    clone.ok("config", "set", "admission", "required")
    clone.commit("by hand", *options, n={"admission": admission})


def admitted(clone: Clone, admission: dict[str, str], options: tuple[str, ...]) -> None:
    """A task that lay in the backlog admitted by hand."""
    clone.ok("config", "set", "admission", "required")
    clone.ok("new", "Later", "--id", "n", "--backlog", "--pain", "slow")
    clone.commit("by hand", *options, n={"state": "todo", "admission": admission})


BLANK = {**WHY, "consumer": "  "}
for name, attempt in (("created", wanted), ("admitted", admitted)):
    for options, door in (((), PC), (("--no-verify",), PCM)):
        row(
            f"{name} without a reason {' '.join(options)}".strip(),
            partial(attempt, admission=BLANK, options=options),
            door,
            "TK517",
            partial(attempt, admission=WHY, options=options),
        )


def finished(clone: Clone, how: str, *, met: bool) -> None:
    """A task with a criterion that is done by hand."""
    clone.ok("criteria", "p", "--add", "is fast")
    if met:
        clone.ok("criteria", "p", "--met", "1")
    if how == "merged":
        clone.git("switch", "-q", "-c", "side")
    clone.commit("by hand", *(["--no-verify"] if how == "unverified" else []), p={"state": "done"})
    if how == "merged":
        clone.git("switch", "-q", "main")
        clone.commit(b={"priority": 1})
        clone.git("merge", "-q", "-m", "x", "side")


def respecified(clone: Clone, actor: str, *, later: bool = False) -> None:
    """Another title for a task that was started, and maybe blocked later, by some actor."""
    clone.ok("config", "set", "spec", "frozen")
    clone.ok("config", "set", "roles.spec", "chief")
    if later:
        clone.ok("block", "p", "--reason", "user")
    words = "by hand\n\nTk-Reason: it was wrong\n"
    clone.commit(words, "--author", f"{actor} <{actor}>", p={"title": "Another"})


for how, door in (("", PC), ("unverified", PCM), ("merged", PC)):
    row(
        f"done with an open criterion {how}".strip(),
        partial(finished, how=how, met=False),
        door,
        "TK515",
        partial(finished, how=how, met=True),
    )
for later in (False, True):
    row(
        f"a frozen title{' of what is blocked' if later else ''}",
        partial(respecified, actor="bob", later=later),
        PC,
        "TK516",
        partial(respecified, actor="chief", later=later),
    )
