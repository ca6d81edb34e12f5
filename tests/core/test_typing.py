"""``NamedTuple`` does what the one of ``typing`` does."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tkledger.core import typing as ours

SOURCE = str(Path(ours.__file__).parents[2])


class Pair(ours.NamedTuple):
    """Two."""

    first: int
    second: str = "two"

    @property
    def both(self) -> str:
        return f"{self.first} {self.second}"


class Many(ours.NamedTuple):
    """More fields than there are constructors for."""

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int
    g: int = 7
    h: int = 8
    i: int = 9
    j: int = 10
    k: int = 11
    l: int = 12  # noqa: E741
    m: int = 13
    n: int = 14
    o: int = 15


class Sum(Pair):
    """The same fields, and what it remembers."""

    known: dict[str, int]


def _of_typing(mine: Any, defaults: tuple[object, ...]) -> Any:
    made: Any = typing.NamedTuple(mine.__name__, [(name, Any) for name in mine._fields])  # type: ignore[misc]
    made.__new__.__defaults__ = defaults
    return made


SAME: list[Callable[[Any], object]] = [
    lambda cls: cls(*range(len(cls._fields))),
    lambda cls: cls(1, **{name: name for name in cls._fields[1:]}),
    lambda cls: cls(**{name: name for name in cls._fields[:6]}),
    lambda cls: repr(cls(*cls._fields)),
    lambda cls: cls._make(cls._fields),
    lambda cls: cls(*cls._fields)._asdict(),
    lambda cls: cls(*cls._fields)._replace(**{cls._fields[1]: 5}),
    lambda cls: cls(*cls._fields)[-1],
    lambda cls: {cls(*cls._fields)} == {cls._fields},
    lambda cls: cls(*cls._fields) + cls._fields,
    lambda cls: cls.__match_args__,
    lambda cls: cls.__slots__,
    lambda cls: [getattr(cls(*cls._fields), name) for name in cls._fields],
]
REFUSED: list[tuple[type[Exception], Callable[[Any], object]]] = [
    (TypeError, lambda cls: cls()),
    (TypeError, lambda cls: cls(*range(len(cls._fields) + 1))),
    (TypeError, lambda cls: cls(1, **{cls._fields[0]: 1})),
    (TypeError, lambda cls: cls(*cls._fields[:6], other=1)),
    (ValueError, lambda cls: cls(*cls._fields)._replace(other=1)),
    (AttributeError, lambda cls: setattr(cls(*cls._fields), cls._fields[0], 1)),
    (AttributeError, lambda cls: setattr(cls(*cls._fields), "other", 1)),
    (AttributeError, lambda cls: cls(*cls._fields).other),
]
CLASSES = [
    (Pair, _of_typing(Pair, ("two",))),
    (Many, _of_typing(Many, (7, 8, 9, 10, 11, 12, 13, 14, 15))),
]


@pytest.mark.parametrize(("mine", "theirs"), CLASSES)
@pytest.mark.parametrize("asked", SAME)
def test_it_answers_the_same(mine: Any, theirs: Any, asked: Callable[[Any], object]) -> None:
    assert asked(mine) == asked(theirs)


@pytest.mark.parametrize("cls", [one for both in CLASSES for one in both])
@pytest.mark.parametrize(("error", "asked"), REFUSED)
def test_it_refuses_the_same(
    cls: Any, error: type[Exception], asked: Callable[[Any], object]
) -> None:
    with pytest.raises(error):
        asked(cls)


def test_it_has_methods_and_is_copied_and_pickled() -> None:
    pair = Pair(1)
    assert pair.both == "1 two"
    assert Pair.__doc__ == "Two."
    for one in (copy.copy(pair), copy.deepcopy(pair), pickle.loads(pickle.dumps(pair))):
        assert one == pair
        assert type(one) is Pair


def test_a_class_of_such_a_class_has_its_fields_and_may_remember_more() -> None:
    made = Sum(1)
    made.known = {"first": 1}
    assert (made, made.second, Sum._fields) == ((1, "two"), "two", Pair._fields)
    other = made._replace(first=2)
    assert type(other) is Sum
    assert not hasattr(other, "known")


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(TypeError, match=r"__new__.*'third'"):
        Pair(1, third=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Many takes"):
        Many(1, 2)  # type: ignore[call-arg]


def test_what_commands_load_does_not_load_typing() -> None:
    asked = (
        "import sys, tkledger.cli.answer, tkledger.api.session, tkledger.doors.gate, tkledger.claims.moves\n"
        "import tkledger.ledger.record, tkledger.views.list, tkledger.views.show, tkledger.views.tree\n"
        "sys.exit('typing' in sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({SOURCE!r}); {asked}"],
        check=True,
    )
