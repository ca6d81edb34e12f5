"""How `tk run --jobs` looks while it runs, as exact text."""

from __future__ import annotations

from typing import Any

from tkledger.views.jobs import Job, jobs

ROWS = [
    Job("tk-a", "in_progress", 72, "compiling \x1b[2J parser.c"),
    Job("tk-long", "blocked", 3, ""),
    Job("", "looking", 0),
]


def test_a_line_for_each_job(terminal: Any) -> None:
    assert terminal(jobs(ROWS), 60) == (
        "1  ◐ in_progress  tk-a     1m 12s  compiling \\u001b[2J pars…\n"
        "2  ✗ blocked      tk-long  3s\n"
        "3  looking                 0s"
    )


def test_in_a_pipe_no_cell_is_empty(piped: Any) -> None:
    assert piped(jobs(ROWS[1:])) == ("1  ✗ blocked  tk-long  3s  -\n2  looking    -        0s  -\n")


def test_no_jobs_are_no_lines(piped: Any) -> None:
    assert piped(jobs([])) == ""
