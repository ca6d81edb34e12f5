"""How `tk run --jobs` looks while it runs and at its end, as exact text."""

from __future__ import annotations

from typing import Any

from tests.support.golden import drawn, hold
from tkledger.core.run import AttemptEnd
from tkledger.views.jobs import Job, closing, jobs

ROWS = [
    Job("tk-a", "in_progress", 72, "compiling \x1b[2J parser.c", 600),
    Job("tk-slow", "in_progress", 570, "修复 👩‍👩‍👧‍👦 עברית", 600),
    Job("tk-long", "blocked", 3, ""),
    Job("", "looking", 0),
    Job("", "ended", 0),
]
ENDED = [
    AttemptEnd("tk-1", "done", 61, "done, merged into main"),
    AttemptEnd("tk-2", "blocked", 3, "failed (exit 1): one\nmore"),
    AttemptEnd("tk-3", "done", 3_700, "done"),
    AttemptEnd("tk-2", "blocked", 4, "failed (exit 1): \x1b[2J two"),
    AttemptEnd("tk-4", "in_review", 2, "in_review"),
]
VIEWS = {
    "jobs at work": jobs(ROWS, ENDED, 724),
    "jobs of which nothing has ended": jobs(ROWS[:1], (), 2),
    "the end": closing(ENDED, 3_790),
    "the end of one": closing(ENDED[:1], 61),
}


def test_jobs_look_so(terminal: Any, piped: Any) -> None:
    hold(drawn(VIEWS, terminal, piped), "jobs.txt")


def test_a_header_counts_each_task_once(terminal: Any) -> None:
    first = terminal(jobs(ROWS, ENDED, 724)).splitlines()[0]
    assert first == "4 at work · 1 in_review, 1 blocked, 2 done · 12m 4s"


def test_what_is_nearly_over_its_limit_says_so(terminal: Any) -> None:
    lines = terminal(jobs(ROWS)).splitlines()
    assert "1m 12s of 10m  compiling \\u001b[2J parser.c" in lines[1]
    assert "9m 30s of 10m" in lines[2]


def test_nothing_that_ended_has_no_end(piped: Any) -> None:
    assert piped(closing((), 3)) == ""
