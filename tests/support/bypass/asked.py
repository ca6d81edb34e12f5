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
