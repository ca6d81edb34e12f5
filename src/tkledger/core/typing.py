"""What tk uses of ``typing``, which is not loaded: that takes as long as a fifth of tk's own modules.

``NamedTuple`` compiles nothing. That of ``typing`` compiles every annotation and a constructor for each class, and
a command defines some seventy. Here constructors are compiled once, with this file: a class takes the one for its
number of fields, under its own fields' names.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO as IO
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import TextIO as TextIO
    from typing import TypeAlias as TypeAlias
    from typing import TypeVar as TypeVar
else:
    from collections import _tuplegetter
    from types import FunctionType

    IO = Any = NoReturn = Protocol = TextIO = TypeAlias = object  # annotations only, and a base

    class Generic:
        """A base whose parameters are for the type checker."""

        def __class_getitem__(cls, _):
            return object

    def TypeVar(name, *bounds, **bound):  # noqa: N802 - its name there
        """Something that stands for a type."""
        return object

    made = tuple.__new__

    # fmt: off
    CONSTRUCTORS = (
        lambda _cls: made(_cls, ()),
        lambda _cls, a: made(_cls, (a,)),
        lambda _cls, a, b: made(_cls, (a, b)),
        lambda _cls, a, b, c: made(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: made(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: made(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: made(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: made(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: made(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: made(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: made(_cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k: made(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: made(_cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n: made(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o: made(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)
        ),
    )
    # fmt: on

    def constructor(fields, defaults):
        """The ``__new__`` of a class with such fields; ``defaults`` are those of the last ones."""
        if len(fields) >= len(CONSTRUCTORS):
            return any_number
        template = CONSTRUCTORS[len(fields)]
        code = template.__code__.replace(co_varnames=("_cls", *fields))
        new = FunctionType(code, template.__globals__, "__new__", defaults)
        new.__qualname__ = "__new__"  # errors have it
        return new

    def any_number(_cls, *values, **named):
        """The constructor of a class of many fields."""
        rest = _cls._fields[len(values) :]
        given = {**_cls._field_defaults, **named}
        if len(values) > len(_cls._fields) or not named.keys() <= set(rest) <= given.keys():
            raise TypeError(f"{_cls.__name__} takes {_cls._fields}, not {values} and {named}")
        return made(_cls, (*values, *map(given.__getitem__, rest)))

    class _Definition(type):
        """Makes a class of its annotations: the fields in their order, with their defaults."""

        def __new__(meta, name, bases, body):
            # a class of such a class has its fields, and no others
            if any(getattr(base, "_fields", ()) for base in bases):
                return super().__new__(meta, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            places = {field: _tuplegetter(place, None) for place, field in enumerate(fields)}
            of_all = {
                "__slots__": (),
                "__match_args__": fields,
                "__new__": constructor(fields, tuple(defaults.values())),
                "_fields": fields,
                "_field_defaults": defaults,
            }
            return super().__new__(meta, name, bases, {**body, **places, **of_all})

    class NamedTuple(tuple, metaclass=_Definition):
        """A tuple whose places have names; see ``typing.NamedTuple``."""

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _asdict(self):
            return dict(zip(self._fields, self))

        def _replace(self, **changed):
            replaced = made(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"{type(self).__name__} has no {', '.join(changed)}")
            return replaced

        def __repr__(self):
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self):
            return tuple(self)
