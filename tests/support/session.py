"""Two actors work an epic to its end, in two clones of one server: what they type, and what they are told."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.project import Answer
from tkledger.errors import Exit


class Actor(NamedTuple):
    """One who works in a clone; ``run`` carries out a command line, ``tk`` or ``git`` first, there."""

    name: str
    clone: Path
    run: Callable[[Sequence[str]], Answer]

    def types(self, line: str, *, status: int = Exit.OK) -> Answer:
        """What a command line answers; with the ``status``, or it is wrong."""
        answer = self.run(shlex.split(line))
        assert answer.status == status, f"{self.name}: {line}\n{answer.said}"
        return answer

    def out(self, line: str) -> list[str]:
        """The lines on stdout of a command line that succeeds."""
        return self.types(line).out.splitlines()

    def refused(self, line: str, status: int, fact: str) -> str:
        """The remedy for a command line that is refused with this fact; what it would write is not."""
        before = self.out("git for-each-ref")
        answer = self.types(line, status=status)
        assert fact in answer.err, answer.said
        assert self.out("git for-each-ref refs/heads refs/tk/claims") == [
            one for one in before if "\trefs/heads/" in one or "\trefs/tk/claims/" in one
        ]
        return answer.err.rpartition("remedy: ")[2].strip()

    def commits(self, name: str, text: str, task: str = "") -> None:
        """One commit of code, as work on a task if one is given."""
        self.types(f"sh -c 'echo {text} >{name}'")
        self.types(f"git add {name}")
        self.types(f"env TK_TASK={task} git commit -q -m '{text}'")


def founds(alpha: Actor, *settings: str) -> None:
    """Begin a ledger in a clone of an empty server, with these settings of the policy, and send it."""
    alpha.commits("README.md", "tools")
    alpha.types("tk init --preset agents")
    for setting in settings:
        alpha.types(f"tk config set {setting}")
    alpha.types("tk sync")


class Pair(NamedTuple):
    """Who works an epic, and where their claims lie at the server."""

    alpha: Actor
    beta: Actor
    claims: Callable[[], set[str]]


def works_an_epic(pair: Pair) -> None:
    """From the first task to an epic that is done; each answer is right at the first try."""
    alpha, beta = pair.alpha, pair.beta
    _plan(alpha)
    _take(pair)
    _send_back(alpha, beta)
    _approve(pair)
    reopened = _reopen(alpha, beta)
    _finish(alpha, beta, [reopened, "wrap", "count"])
    _end(pair)


WHY = "--consumer writers --pain 'odd links' --value 'good ones' --validation 'a test'"


def _plan(alpha: Actor) -> None:
    """A task has to say why it is wanted; a mistyped one goes without a trace; the epic is sent."""
    part, _, rest = WHY.partition(" --pain 'odd links'")
    fact = "Cannot create task 'Text tools': admission schema incomplete (missing: pain_point)"
    remedy = alpha.refused(f"tk new 'Text tools' {part}{rest}", Exit.REJECTED, fact)
    assert remedy == "tk new with --pain TEXT as well, or with --backlog"
    for line in (
        f"tk new 'Text tools' --id tools --type epic {WHY}",
        f"tk new Slug --id slug --parent tools {WHY}",
        f"tk new Wrapp --id wrapp --parent tools {WHY}",
        "tk rename wrapp wrap",
        f"tk new Count --id count --parent tools {WHY}",
        "tk delete count",
        f"tk new Count --id count --parent tools --depends-on slug {WHY}",
    ):
        alpha.types(line)
    assert alpha.out("tk sync") == ["main <-> origin/main: 4 commits sent"]


def _take(pair: Pair) -> None:
    """Each takes another task; what was taken by mistake is free again for all, at once."""
    alpha, beta = pair.alpha, pair.beta
    alpha.types("tk start tools")
    alpha.types("tk start slug")
    assert beta.out("tk sync")[0] == "main <-> origin/main: 4 commits received"
    remedy = beta.refused("tk start slug", Exit.CLAIMED, "slug is claimed by alpha on main")
    assert remedy.startswith("tk next,")
    assert beta.out("tk next --claim") == ["wrap"]
    assert pair.claims() == {"tools", "slug", "wrap"}
    assert beta.out("tk undo")[1] == "wrap: in_progress -> todo  Wrapp"
    assert pair.claims() == {"tools", "slug"}
    alpha.refused("tk start count", Exit.REJECTED, "cannot be worked on: slug is not done")
    beta.types("tk edit wrap --title Wrap")
    beta.types("tk start wrap")
    remedy = beta.refused("tk done wrap", Exit.REJECTED, "in_progress -> done is not a transition")
    assert remedy == "tk submit wrap, then another actor runs tk approve wrap"
    assert beta.out("tk sync")[0] == "main <-> origin/main: 2 commits sent"


def _send_back(alpha: Actor, beta: Actor) -> None:
    """The author does not approve; the reviewer sends back, takes that back, and says it better."""
    alpha.commits("slug.py", "slugs")
    alpha.types("tk submit slug")
    for line in ("tk approve slug --dry-run", "tk approve slug"):
        remedy = alpha.refused(line, Exit.REJECTED, "slug: approved by alpha, who owns it")
        assert remedy.startswith("another actor runs tk approve slug ")
    assert alpha.out("tk sync")[0] == (
        "main <-> origin/main: 4 commits sent, 2 commits received and merged"
    )
    assert "slug: submitted for review by alpha" in beta.out("tk sync")
    beta.types("tk reject slug -m slow")
    assert beta.out("tk undo")[1] == "slug: in_progress -> in_review  Slug"
    beta.types("tk reject slug -m 'too slow on unicode'")
    beta.types("tk sync")
    assert "slug: sent back by beta: too slow on unicode" in alpha.out("tk sync")
    alpha.commits("slug.py", "faster slugs")
    alpha.types("tk submit slug")
    alpha.types("tk sync")


def _approve(pair: Pair) -> None:
    """An approval is taken back while nobody else has it, and its claim ends with its commit."""
    alpha, beta = pair.alpha, pair.beta
    beta.types("tk sync")
    assert beta.types("tk approve slug").err.endswith("undo: tk undo\n")
    assert beta.out("tk undo")[1] == "slug: done -> in_review  Slug"
    beta.types("tk approve slug")
    assert "slug" in pair.claims()
    assert beta.out("tk sync")[1:] == ["claim ended: slug"]
    assert pair.claims() == {"tools", "wrap"}
    assert "slug: approved by beta" in alpha.out("tk sync")


def _reopen(alpha: Actor, beta: Actor) -> str:
    """What is published is not taken back: it is reopened, and who waited for it waits on."""
    remedy = beta.refused(
        "tk undo", Exit.UNUSABLE, "(tk: approve slug Slug) is on origin/main already"
    )
    assert remedy == "tk reopen slug"
    first = beta.types(f"{remedy} -m 'wrong on emoji'").out.strip()
    beta.types("tk undo")
    answer = beta.types(f"{remedy} -m 'wrong on emoji'")
    new = answer.out.strip()
    assert answer.err == f"slug (done) is reopened as {new}\ncount now depends on {new}\n"
    assert new != first or beta.out("tk list").count(new) == 1
    beta.types("tk sync")
    news = alpha.out("tk sync")[1:]
    assert news == [
        "count: changed by beta",
        f"{new}: created by beta: it reopens slug: wrong on emoji",
    ]
    return new


def _finish(alpha: Actor, beta: Actor, tasks: Sequence[str]) -> None:
    """The rest, each worked by one and approved by the other."""
    for task in tasks:
        worker, reviewer = (beta, alpha) if task == "wrap" else (alpha, beta)
        if task != "wrap":  # which is started
            worker.types(f"tk start {task}")
        worker.commits(f"{task}.py", f"work on {task}")
        worker.types(f"tk submit {task}")
        worker.types("tk sync")
        assert f"{task}: submitted for review by {worker.name}" in reviewer.out("tk sync")
        if task == "count":
            _wait_for_the_last(alpha, beta)
        reviewer.types(f"tk approve {task}")
        reviewer.types("tk sync")
        assert f"{task}: approved by {reviewer.name}" in worker.out("tk sync")


def _wait_for_the_last(alpha: Actor, beta: Actor) -> None:
    """The epic is up for review, but not done before its last part."""
    alpha.types("tk submit tools")
    alpha.types("tk sync")
    assert "tools: submitted for review by alpha" in beta.out("tk sync")
    remedy = beta.refused(
        "tk approve tools", Exit.REJECTED, "tools: cannot end: its child count is open"
    )
    assert remedy.startswith("tk why count")


def _end(pair: Pair) -> None:
    """The epic is approved by who did not drive it, and all is in order everywhere."""
    alpha, beta = pair.alpha, pair.beta
    beta.types("tk approve tools")
    beta.types("tk sync")
    alpha.types("tk sync")
    assert pair.claims() == set()
    for one in (alpha, beta):
        assert one.out("tk sync") == ["nothing to do: main and origin/main are in step"]
        assert one.out("tk list") == []
        assert one.types("tk show tools --json").json["task"]["state"] == "done"
        assert one.out("git status --porcelain") == []
    beta.types("tk verify --all")
    assert alpha.out("git rev-parse HEAD") == beta.out("git rev-parse HEAD")
