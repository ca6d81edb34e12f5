"""Whether any test notices a fault: in functions that are loaded already, or from a fresh start."""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import importlib
import importlib.util
import inspect
import marshal
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

from stress.faults import Fault

ROOMS = ("tests/core", "tests/files")
GOLDEN = "tests/core/rules/test_golden_texts.py"
LEFT_OUT = ("layers", "exec_kernel", "properties", "model", "any_bytes", "folder")
"""Tests of something else, long ones, and those that need a repository."""

SLOW = 4.0
"""Seconds; a test that takes longer is left out."""

ENOUGH = 20.0
"""Seconds; the quickest tests that take so long together are run with a fault, and no more."""

PATIENCE = 60
"""Seconds of the processor; a fault that lets the tests run for longer is noticed, too. Where their times
are known, three times as long is enough, and five seconds more: a busy machine takes longer for the same.
"""

ANY = "*"
"""Every function of a module."""

MEMORY = 4 << 30
"""Bytes; more is noticed as well."""


class Test(NamedTuple):
    """A test: its id, the seconds that it takes, the functions of tkledger that it comes through, each
    as its file and name there, and the modules that its file imports.
    """

    id: str
    seconds: float
    through: frozenset[tuple[str, str]]
    imports: frozenset[str]


def prepared() -> None:
    """What tests need beside tkledger itself, before the first fork; how many examples hypothesis tries is
    set, too, since the tests' conftest is left out.
    """
    for name in ("pytest", "yaml", "hypothesis.strategies", "hypothesis.stateful"):
        importlib.import_module(name)
    hypothesis = importlib.import_module("hypothesis")
    hypothesis.settings.register_profile(
        "mutations", deadline=None, derandomize=True, database=None, max_examples=50,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("mutations")


def _pytest(rooms: list[str], plugin: object) -> int:
    """Run tests as bare as can be: they are pure and need nothing of what is switched off."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    words = [
        "-c",
        os.devnull,
        "--rootdir=.",
        "--import-mode=importlib",
        "-m",
        "not long",
        "--noconftest",
        "--assert=plain",
        "-s",
    ]
    for off in ("cacheprovider", "xdist", "terminal", "logging", "warnings", "faulthandler"):
        words += ["-p", f"no:{off}"]
    for name in LEFT_OUT:
        words += ["--ignore-glob", f"*/test_{name}.py"]
    return int(importlib.import_module("pytest").main([*words, *rooms], plugins=[plugin]))


def _one(session: Any, item: Any) -> bool:
    """Whether a test passes. One that needs no more than its parameters is called as the function that it
    is: for most of them that is a small part of what pytest does.
    """
    given = item.callspec.params if hasattr(item, "callspec") else {}
    if given.keys() >= set(item.fixturenames) and not list(item.iter_markers("xfail")):
        try:
            item.obj(**given)
        except BaseException:
            session.testsfailed += 1  # pytest ends with 1 if any did
            return False
        return True
    before = session.testsfailed
    session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return bool(session.testsfailed == before)


def _in_child(ask: Callable[[], object], patience: int = PATIENCE) -> object:
    """What a function answers in a process of its own; None if that ends without an answer."""
    receiver, sender = Pipe(duplex=False)
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (patience, patience))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            sender.send(ask())
        finally:
            os._exit(0)
    sender.close()
    answer: object = None
    with contextlib.suppress(EOFError), receiver:
        answer = receiver.recv()
    os.waitpid(child, 0)
    return answer


# -- loaded ------------------------------------------------------------------------------------


class Loaded:
    """A process that has all modules and tests loaded, and forks for each fault."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.tests: list[Test] = []

    def __enter__(self) -> Loaded:
        self._ours, theirs = Pipe()
        self._child = os.fork()
        if not self._child:
            self._ours.close()
            with contextlib.suppress(BaseException):
                _pytest([*ROOMS], _Server(self.source, theirs))
            os._exit(1)
        theirs.close()
        self.tests = self._ours.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        os.waitpid(self._child, 0)

    def notice(self, path: Path, fault: Fault) -> bool:
        """Whether a test fails with the fault in functions that are loaded; False if none of them has it."""
        self._ours.send((path, fault.inside, marshal.dumps(fault.code)))
        return bool(self._ours.recv())


_CACHED = functools._lru_cache_wrapper


class _Server:
    """A plugin of pytest: instead of running the tests it answers for one fault after another."""

    def __init__(self, source: Path, asked: Connection) -> None:
        self.source, self.asked = source, asked
        self.order: list[str] = []

    def pytest_runtestloop(self, session: Any) -> bool:
        """Answer until nobody asks any more."""
        self.items = {item.nodeid: item for item in session.items}
        tests = _in_child(lambda: self._measured(session), 20 * PATIENCE)
        assert isinstance(tests, list)
        self.caches = [one for one in gc.get_objects() if isinstance(one, _CACHED)]
        self.live = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
        gc.freeze()  # not copied by the first collection in a child
        self.asked.send(tests)
        self.tests: list[Test] = tests
        with contextlib.suppress(EOFError):
            while True:
                path, inside, code = self.asked.recv()
                original = compile(path.read_text(encoding="utf-8"), str(path), "exec")
                swaps = swapped(self.live, original, marshal.loads(code))
                told = swaps is not None and self._noticed(session, (str(path), inside), swaps)
                self.asked.send(told)
        return True

    def _measured(self, session: Any) -> list[Test]:
        """Every test with its time and what it comes through; all have to pass without a fault."""
        found = []
        for item in session.items:
            if "thousand" in item.name:
                continue
            if getattr(item.obj, "is_hypothesis_test", False):
                found.append(self._at_random(session, item))
                continue
            through: set[tuple[str, str]] = set()
            begun = time.process_time()
            sys.settrace(functools.partial(_seen, str(self.source), through))
            passed = _one(session, item)
            sys.settrace(None)
            if not passed:
                raise SystemExit(f"{item.nodeid} fails without any fault")
            spent = time.process_time() - begun
            found.append(Test(item.nodeid, spent, frozenset(through), imports(item.path)))
        return found

    def _at_random(self, session: Any, item: Any) -> Test:
        """A test that tries inputs at random: it takes long, and is asked only of the module that its file is
        named after. It is not traced, and counts as a second at least.
        """
        name = item.path.stem.removeprefix("test_")
        named = self.source.rglob(f"{name}.py")
        through = frozenset((str(path), ANY) for path in named)
        begun = time.process_time()
        if not _one(session, item):
            raise SystemExit(f"{item.nodeid} fails without any fault")
        spent = max(1.0, time.process_time() - begun)
        return Test(item.nodeid, spent, through, imports(item.path))

    def _noticed(
        self, session: Any, where: tuple[str, str], swaps: list[tuple[FunctionType, CodeType]]
    ) -> bool:
        fitting = [one.id for one in fit(self.tests, *where)]
        named = [one for one in fitting if f"/test_{Path(where[0]).stem}" in one]
        first = [*(one for one in self.order[-5:][::-1] if one in set(fitting)), *named]

        def run() -> str:
            for function, code in swaps:
                function.__code__ = code
            for cached in self.caches:
                cached.cache_clear()
            for one in dict.fromkeys([*first, *fitting]):
                if not _one(session, self.items[one]):
                    return one
            return ""

        by_id = {one.id: one.seconds for one in self.tests}
        told = _in_child(run, 5 + int(3 * sum(map(by_id.__getitem__, fitting))))
        if isinstance(told, str) and told:
            self.order = [one for one in self.order if one != told] + [told]
        return told is None or bool(told)


def _seen(
    source: str, through: set[tuple[str, str]], frame: FrameType, event: str, _: object
) -> None:
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(source):
        through.add((code.co_filename, _name(code).split(".<locals>")[0]))


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file imports, and what it imports from them, as if each was a module, too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update((node.module, *(f"{node.module}.{one.name}" for one in node.names)))
    return frozenset(found)


def fit(tests: list[Test], path: str, inside: str) -> Iterator[Test]:
    """The tests that come through a function, the quickest first, as far as there is time for them."""
    spent = 0.0
    for one in sorted(tests, key=lambda one: one.seconds):
        if any(
            path == file and (name in (ANY, inside) or inside.startswith(f"{name}."))
            for file, name in one.through
        ):
            spent += one.seconds
            if spent > ENOUGH or one.seconds > SLOW:
                return
            yield one


def swapped(
    live: list[FunctionType], original: CodeType, faulty: CodeType
) -> list[tuple[FunctionType, CodeType]] | None:
    """The loaded functions that a fault changes, with their code; None if it is not, or not only, there."""
    if _outside(original) != _outside(faulty):
        return None
    changed = {
        (_name(before), before.co_firstlineno): after
        for before, after in zip(_functions(original), _functions(faulty), strict=True)
        if before != after
    }
    ours = [one for one in live if one.__code__.co_filename == original.co_filename]
    found = []
    for (name, line), code in changed.items():
        named = [
            one
            for one in ours
            if (_name(one.__code__), one.__code__.co_firstlineno) == (name, line)
        ]
        if len(named) != 1 or len(named[0].__code__.co_freevars) != len(code.co_freevars):
            return None
        found.append((named[0], code))
    return found


def _name(code: CodeType) -> str:
    """Its name in its module; Python has had it since 3.11."""
    return str(code.co_qualname)  # type: ignore[attr-defined]


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_OPTIMIZED)


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module and its classes, without those inside of functions."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if _is_function(one):
                yield one
            else:
                yield from _functions(one)


def _outside(code: CodeType) -> object:
    """What a module and its classes do, without the functions."""
    return (
        code.co_code,
        code.co_names,
        [
            (None if _is_function(one) else _outside(one))
            if isinstance(one, CodeType)
            else repr(one)
            for one in code.co_consts
        ],
    )


# -- fresh -------------------------------------------------------------------------------------


class Faulty(SourceFileLoader):
    """Loads a module from code that was compiled already."""

    code: CodeType

    def get_code(self, fullname: str) -> CodeType:
        """The code it was given."""
        return self.code


def planted(name: str, path: Path, code: CodeType) -> None:
    """From now on this process finds the module with that code."""

    class Finder(PathFinder):
        @classmethod
        def find_spec(cls, fullname: str, *args: Any) -> ModuleSpec | None:
            if fullname != name:
                return None
            loader = Faulty(name, str(path))
            loader.code = code
            return importlib.util.spec_from_file_location(name, path, loader=loader)

    sys.meta_path.insert(0, Finder)


class Fresh:
    """Runs the tests of a fault in a process that loads everything with the fault in its place."""

    def __init__(self, name: str, path: Path, tests: list[Test]) -> None:
        self.name, self.path, self.tests = name, path, tests

    def notice(self, fault: Fault) -> bool:
        """Whether a test fails with the fault, or cannot be loaded."""
        path = str(self.path)
        chosen = list(fit(self.tests, path, fault.inside))
        if not any((path, fault.inside) in one.through for one in chosen):
            chosen = self._outside
        named = [one for one in chosen if f"/test_{self.path.stem}.py::" in one.id]
        return any(self._fails(fault.code, some) for some in (named, chosen) if some)

    def _fails(self, code: CodeType, chosen: list[Test]) -> bool:
        files = list(dict.fromkeys(one.id.split("::")[0] for one in chosen))

        def run() -> bool:
            planted(self.name, self.path, code)
            return _pytest(files, _Only([one.id for one in chosen])) != 0

        return _in_child(run) is not False

    @functools.cached_property
    def _outside(self) -> list[Test]:
        """The tests for a fault outside of functions: those that come through a function of the module, or
        only name a value of it, and those of all rules.
        """
        return [
            one
            for one in sorted(self.tests, key=lambda one: one.seconds)
            if one.seconds < 1
            and (
                any(file == str(self.path) for file, _ in one.through)
                or self.name in one.imports
                or one.id.startswith("tests/core/rules")
            )
        ]

    def control(self) -> None:
        """Without a fault nothing may fail that way; raises SystemExit."""
        code = compile(self.path.read_text(encoding="utf-8"), str(self.path), "exec")
        if self._fails(code, self._outside):
            raise SystemExit(f"{self.name}: a test fails from a fresh start without any fault")


class _Only:
    """A plugin of pytest: runs these tests in this order, until one fails."""

    def __init__(self, chosen: list[str]) -> None:
        self.chosen = chosen

    def pytest_collection_modifyitems(self, session: Any, items: list[Any]) -> None:
        """Leave out all others. A test that is not there any more, with a fault, is noticed."""
        by_id = {item.nodeid: item for item in items}
        items[:] = [by_id[one] for one in self.chosen]

    def pytest_runtestloop(self, session: Any) -> bool:
        """Run them."""
        for item in session.items:
            if not _one(session, item):
                break
        return True
