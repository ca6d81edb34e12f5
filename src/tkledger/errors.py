"""The exit statuses, and the one exception for everything that is not a rule's refusal."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit status says; scripts may rely on it."""

    OK = 0
    REJECTED = 1  # by a rule
    USAGE = 2  # the words of the command
    UNUSABLE = 3  # the repository, the task or the file
    BUSY = 4  # lost too many races: safe to try again
    CLAIMED = 5  # someone else holds the task
    NOTHING = 6  # there is nothing to do
    BUG = 70
    NOT_RUN = 127  # the command that was to be run is not there, or not executable
    INTERRUPTED = 130


MOST = 10
"""The most that an error names of one kind."""


def some(texts: Sequence[str]) -> str:
    """The first of several texts, a line each, and how many more there are."""
    more = [f"and {len(texts) - MOST:,} more"] if len(texts) > MOST else []
    return "\n".join([*texts[:MOST], *more])


class TkError(Exception):
    """Why a command cannot do what was asked: the fact, and what to do instead."""

    def __init__(self, exit_: Exit, kind: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.exit = exit_
        self.kind = kind
        self.message = message
        self.remedy = remedy


def usage_error(kind: str, message: str, remedy: str) -> TkError:
    """The words of the command are wrong."""
    return TkError(Exit.USAGE, kind, message, remedy)


def too_old(message: str) -> TkError:
    """The ledger needs a newer tk."""
    return unusable("too-old", message, "upgrade tk: pip install -U tkledger")


def unusable(kind: str, message: str, remedy: str) -> TkError:
    """The repository, the task or the file cannot be worked with as it is."""
    return TkError(Exit.UNUSABLE, kind, message, remedy)
