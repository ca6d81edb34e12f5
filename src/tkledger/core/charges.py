"""What the words of a commit charge tasks: steps, tokens and dollars; it knows no sums."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.field import DECIMAL
from tkledger.core.pattern import pattern
from tkledger.core.trailers import (
    CALLS,
    COST,
    MODEL,
    PREFIX,
    SPEND,
    STEP,
    TOKENS,
    TOKENS_IN,
    TOKENS_OUT,
    lines,
)
from tkledger.core.typing import NamedTuple

MICRO = 1_000_000
"""Cost is counted in millionths of a US dollar: whole numbers add up in any order."""

_WHOLE = pattern(r"[0-9]{1,15}\Z")


MOST_CHARGED = 1_000
"""The most tasks that one commit may charge."""


class Bill(NamedTuple):
    """What the words of one commit charge one task; a step is work, a record of usage is not."""

    task: str
    step: bool
    tokens: int = 0
    cost: int = 0
    calls: int = 0


def bills(message: str) -> tuple[Bill, ...]:
    """What the ``Tk-`` lines of a message charge, wherever in it they are.

    ``Tk-Task: ID`` names the task that the commit is a step of, ``Tk-Spend: ID`` one that it records
    usage of; the amounts (``Tk-Tokens``, ``Tk-Tokens-In``, ``Tk-Tokens-Out``, ``Tk-Cost`` in US
    dollars, ``Tk-Calls``) belong to the task named last before them, or else to the first. A squashed message
    may hold many: the amounts add up, and a task is charged one step.
    """
    if PREFIX not in message:
        return ()
    found: dict[str, list[int]] = {}
    early = [0, 0, 0, 0]  # whether it is a step, then the amounts of a `Bill`
    into = early
    for name, value in _lines(message):
        if name in (STEP, SPEND):
            into = found.setdefault(value, [0, 0, 0, 0])
            into[0] |= name == STEP
        else:
            into[_PLACES.get(name, 1)] += _amount(name, value) or 0
    for first in found.values():
        first[1:] = map(sum, zip(first[1:], early[1:]))
        break
    return tuple(Bill(task, bool(step), *amounts) for task, (step, *amounts) in found.items())


def steps(message: str) -> tuple[str, ...]:
    """The tasks that a message says its commit is a step of."""
    return tuple(bill.task for bill in bills(message) if bill.step)


def unreadable(message: str) -> Iterator[tuple[str, str]]:
    """The amounts of a message that are not numbers: the name and the text."""
    for name, value in _lines(message):
        if name not in (STEP, SPEND) and _amount(name, value) is None:
            yield name, value


class Expense(NamedTuple):
    """What the words of one commit say was used on a task by a model, which may be left unnamed."""

    task: str
    model: str = ""
    tokens: int = 0
    cost: int = 0
    calls: int = 0


def spendings(message: str) -> list[Expense]:
    """The amounts in a message as `bills` reads them, each with the ``Tk-Model`` that is named for it."""
    if not any(name in message for name in (TOKENS, COST, CALLS)):
        return []
    found = [Expense("")]
    for name, value in _lines(message, (*_NAMES, MODEL)):
        last, amount = found[-1], 0 if name in (STEP, SPEND, MODEL) else _amount(name, value) or 0
        if name in (STEP, SPEND):
            found.append(Expense(value))
        elif name == MODEL:
            found[-1] = last._replace(model=value)
        elif name == COST:
            found[-1] = last._replace(cost=last.cost + amount)
        elif name == CALLS:
            found[-1] = last._replace(calls=last.calls + amount)
        else:
            found[-1] = last._replace(tokens=last.tokens + amount)
    early, *rest = found
    first = early._replace(task=rest[0].task if rest else "")
    return [one for one in (first, *rest) if one.task and any(one[2:])]


_BLANKS = " \t\r"
_NAMES = (STEP, SPEND, TOKENS, TOKENS_IN, TOKENS_OUT, COST, CALLS)
_PLACES = {COST: 2, CALLS: 3}


def _lines(message: str, names: tuple[str, ...] = _NAMES) -> Iterator[tuple[str, str]]:
    for line in lines(message):  # indented, as git merge --squash has them, or not
        name, colon, value = line.strip(_BLANKS).partition(": ")
        if colon and name in names:
            yield name, value.strip(_BLANKS)


def _amount(name: str, value: str) -> int | None:
    if name == COST:
        return micro(value) if DECIMAL.match(value) else None
    return int(value) if _WHOLE.match(value) else None


def micro(dollars: str) -> int:
    """An amount such as ``0.25`` in millionths of a dollar."""
    whole, _, part = dollars.partition(".")
    return int(whole) * MICRO + int(part.ljust(6, "0"))


def dollars(amount: int) -> str:
    """Millionths of a dollar as the shortest decimal."""
    whole, part = divmod(amount, MICRO)
    return f"{whole}.{part:06d}".rstrip("0") if part else str(whole)
