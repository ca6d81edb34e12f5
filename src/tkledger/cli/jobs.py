"""``tk run --next --jobs N``: as many tk as there are jobs, and on a terminal a view of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from tkledger.agents.briefing import last_lines
from tkledger.agents.interruptions import Interruptions
from tkledger.agents.jobs import VARIABLE, finished, latest, unmerged
from tkledger.cli.answer import say
from tkledger.core.run import AttemptEnd
from tkledger.core.typing import IO, NamedTuple
from tkledger.local.python import COMMAND, isolated
from tkledger.verbs.parameters import JOBS
from tkledger.views.jobs import OVER, Job, Screen, closing, jobs, live
from tkledger.views.style import show
from tkledger.views.text_layout import Lines

_LOOK_SECONDS = 0.2
"""How often the view is drawn again."""


class _Worker(NamedTuple):
    """A tk at work, the file with its current task and state, and its output."""

    process: subprocess.Popen[bytes]
    status_file: str
    out: IO[str]
    err: IO[str]


def side_by_side(count: int) -> int:
    """As many of this very command as there are jobs; claims keep them apart."""
    command = isolated(COMMAND, *_alone(sys.argv[1:]))
    with Interruptions() as interruptions, TemporaryDirectory(prefix="tk-jobs-") as folder:
        files = [os.path.join(folder, str(number)) for number in range(count)]
        try:
            if sys.stderr.isatty():
                return _watched(command, files, interruptions)
            return _ended([_started(command, one) for one in files], interruptions)
        finally:
            for line in unmerged([task for one in files for task in latest(one).unmerged]):
                say(line)


def _started(
    command: list[str],
    status_file: str,
    out: IO[bytes] | None = None,
    err: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    env = {**os.environ, VARIABLE: status_file}
    return subprocess.Popen(command, stdout=out, stderr=err, env=env)


def _alone(argv: list[str]) -> list[str]:
    """The command line of one job."""
    at = next(place for place, word in enumerate(argv) if word.partition("=")[0] in JOBS.words)
    return argv[:at] + argv[at + (1 if "=" in argv[at] else 2) :]


def _ended(
    processes: list[subprocess.Popen[bytes]],
    interruptions: Interruptions,
    look: Callable[[], None] | None = None,
) -> int:
    """Wait for all, and look at them meanwhile; an interruption is passed on to all of them."""
    try:
        with interruptions.let_through():
            while look is not None and any(process.poll() is None for process in processes):
                look()
                time.sleep(_LOOK_SECONDS)
            return max(process.wait() for process in processes)
    except KeyboardInterrupt:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        raise


def _watched(command: list[str], files: Sequence[str], interruptions: Interruptions) -> int:
    """The same, with a view of the jobs on a terminal."""
    begun = time.monotonic()
    try:
        with ExitStack() as stack:
            workers = [_worker(command, one, stack) for one in files]
            screen = stack.enter_context(live(sys.stderr))
            try:
                processes = [worker.process for worker in workers]
                return _ended(processes, interruptions, lambda: _show(screen, workers, begun))
            finally:
                _show(screen, workers, begun)
                screen.draw(Lines(lambda frame: ()))
    finally:
        show(closing(_all_finished(files), int(time.monotonic() - begun)), sys.stderr)


def _all_finished(files: Sequence[str]) -> Sequence[AttemptEnd]:
    return [one for path in files for one in finished(path)]


def _worker(command: list[str], status_file: str, stack: ExitStack) -> _Worker:
    """A job whose words go to files, so that they do not get between the lines of the view."""
    with open(f"{status_file}.out", "wb") as out, open(f"{status_file}.err", "wb") as err:
        process = _started(command, status_file, out, err)
    return _Worker(
        process,
        status_file,
        _words(f"{status_file}.out", stack),
        _words(f"{status_file}.err", stack),
    )


def _words(path: str, stack: ExitStack) -> IO[str]:
    return stack.enter_context(open(path, encoding="utf-8", errors="replace"))


def _show(screen: Screen, workers: list[_Worker], begun: float) -> None:
    """Pass on what the jobs have said since, and draw what they are at."""
    for worker in workers:
        data, words = worker.out.read(), worker.err.read()
        if data and not sys.stdout.isatty():
            sys.stdout.write(data)
            sys.stdout.flush()
        for text in (words, data if sys.stdout.isatty() else ""):
            if text:
                screen.say(text.rstrip("\n"))
    ended = _all_finished([worker.status_file for worker in workers])
    seconds = int(time.monotonic() - begun)
    screen.draw(jobs([_job(worker) for worker in workers], ended, seconds))


def _job(worker: _Worker) -> Job:
    report = latest(worker.status_file)
    if worker.process.poll() is not None:
        return Job("", OVER, 0)
    seconds = max(0, int(time.time() - report.since)) if report.since else 0
    last = (last_lines(report.log, 1) if report.log else []) or [""]
    return Job(report.task, report.state, seconds, last[-1], report.limit)
