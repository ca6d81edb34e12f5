"""Small faults put into the law, each to be noticed: ``python -m stress.mutations [MODULE...]``.

A module is named from ``src/tkledger``, such as ``core/rules/authority.py``. Every fault is one change
of its syntax tree; a process of its own loads the module with it and runs that module's pure tests,
without touching a file. Prints what survived, and exits 1 if it is more than 3 of 100.

mutmut 3.8.1 does not serve here: it leaves decorated functions alone, and every rule is one.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

SOURCE = Path(__file__).parents[1] / "src" / "tkledger"
SECONDS = 180
"""A fault that lets the tests run for longer is noticed, too: it is an endless loop."""

JOBS = 2
ENOUGH = 0.97
"""Of all faults, so many have to be noticed."""

GOLDEN = "tests/core/rules/test_golden_texts.py"
RULES = ["tests/core/rules", "tests/core/test_edition_2.py"]
TESTS: dict[str, list[list[str]]] = {
    "core/rules/authority.py": [["tests/core/rules/test_authority.py"], [GOLDEN], RULES],
    "core/budget.py": [[GOLDEN], RULES, ["tests/core/test_usage.py"]],
    "core/merge.py": [["tests/core/test_merged.py"], RULES, ["tests/core/test_merge.py"]],
    "core/rules/budget.py": [["tests/core/rules/test_budget_rules.py"], RULES, ["tests/core/test_usage.py"]],
    "core/rules/merge.py": [["tests/core/rules/test_merge_texts.py"], [GOLDEN], RULES],
    "core/rules/graph.py": [[GOLDEN], RULES, ["tests/core/test_graph.py"]],
    "core/rules/growth.py": [[GOLDEN], RULES, ["tests/core/test_graph.py"]],
    "core/usage.py": [["tests/core/test_usage.py"], RULES],
    "core/claim.py": [["tests/core/test_claim.py"]],
    "core/messages.py": [["tests/core/test_messages.py"]],
    "core/field.py": [["tests/core/test_field.py"], ["tests/files"], RULES],
    "core/time.py": [["tests/core/test_time.py"]],
    "core/trailers.py": [["tests/core/test_lines.py", "tests/core/test_usage.py"]],
    "files/codec.py": [["tests/files/test_codec.py"], ["tests/files/test_refused_files.py"],
                       ["tests/files"]],
}  # fmt: skip
"""The tests of a module in the order in which they are run: most faults are noticed by the first.
Of a module that is not here, `GOLDEN` and then `RULES`."""

MODULES = (
    "core/rules/authority.py",
    *sorted(f"core/rules/{path.name}" for path in (SOURCE / "core/rules").glob("[a-z]*.py")),
    *("core/budget.py", "core/merge.py", "files/codec.py"),
)


# -- faults ------------------------------------------------------------------------------------

_FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OTHERS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def faults_of(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node, each a fault."""
    match node:
        case ast.Compare(left, [op], [right]):
            for flip in _FLIPS[type(op)]:
                yield ast.Compare(left, [flip()], [right])
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            if len(values) > 2:
                yield from (
                    ast.BoolOp(op, [*values[:n], *values[n + 1 :]]) for n in range(len(values))
                )
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _OTHERS:
            yield ast.BinOp(left, _OTHERS[type(op)](), right)
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(str(value)):
            yield ast.Constant(value + "XX" if value else "XX")
        case ast.If(test, body, orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.comprehension(target, iterated, ifs) if ifs:
            yield ast.comprehension(target, iterated, [], node.is_async)
        case ast.Return(ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Yield() | ast.YieldFrom() as given):
            yield ast.Expr(ast.IfExp(ast.Constant(False), given, ast.Constant(None)))
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Raise():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


Place = tuple[ast.AST, str, int | None]
"""A node's parent, its field there, and where in that if it is a list."""


def places(tree: ast.AST) -> Iterator[tuple[Place, ast.AST]]:
    """All nodes that say what is done: no annotation, docstring, decorator or import."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "bases", "format_spec"):
            continue
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            yield (tree, name, at), child
            yield from places(child)


def _says_nothing(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.If(ast.Name("TYPE_CHECKING")):
            return True
        case ast.Expr(ast.Constant(str())) | ast.Assign([ast.Name("Judgement" | "Edit")]):
            return True
    return False


class Fault(NamedTuple):
    """One fault in a module: its line there, before and after, and the code with it."""

    line: int
    before: str
    after: str
    code: CodeType


def faults(path: Path) -> Iterator[Fault]:
    """All faults that a module can get."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for (parent, field, at), node in list(places(tree)):
        for other in faults_of(node):
            line = getattr(node, "lineno", getattr(parent, "lineno", 0))
            _put(parent, field, at, ast.fix_missing_locations(ast.copy_location(other, node)))
            with contextlib.suppress(SyntaxError):  # such as a break in no loop
                yield Fault(line, _shown(node), _shown(other), compile(tree, str(path), "exec"))
            _put(parent, field, at, node)


def _put(parent: ast.AST, field: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]


# -- running -----------------------------------------------------------------------------------


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


def noticed(module: str, code: CodeType | None) -> bool:
    """Whether the tests of a module fail with that code in its place, in a process of its own."""
    child = os.fork()
    if not child:
        _run(module, code)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run(module: str, code: CodeType | None) -> None:
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    if code is not None:
        name = "tkledger." + module.removesuffix(".py").replace("/", ".")
        planted(name, SOURCE / module, code)
    early = "ignore::pytest.PytestAssertRewriteWarning"  # hypothesis, by `pytest` below
    words = ["-W", early, "-x", "-q", "-m", "not long", "--noconftest", "--assert=plain"]
    words += ["-p", "no:cacheprovider", "-p", "no:xdist"]  # pure tests need none of that
    for test in TOO_SLOW:
        words += ["--deselect", test]
    stages = TESTS.get(module, [[GOLDEN], RULES])
    os._exit(any(int(pytest().main([*words, *stage])) for stage in stages))


TOO_SLOW = ("tests/core/test_graph.py::test_a_hundred_thousand_children_are_judged",)


def pytest() -> ModuleType:
    """Imported before the first fork, and with it what tests need beside tkledger itself; how many
    examples hypothesis tries is set, too, since the tests' conftest is left out.
    """
    for name in ("yaml", "hypothesis.strategies"):
        importlib.import_module(name)
    hypothesis = importlib.import_module("hypothesis")
    hypothesis.settings.register_profile(
        "mutations", deadline=None, derandomize=True, database=None, max_examples=50,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("mutations")
    return importlib.import_module("pytest")


def tried(module: str) -> Iterator[tuple[Fault, bool]]:
    """Every fault of a module, and whether it was noticed."""
    if noticed(module, None):
        raise SystemExit(f"{module}: its tests fail without any fault")
    every = list(faults(SOURCE / module))
    ask: Callable[[Fault], bool] = lambda fault: noticed(module, fault.code)  # noqa: E731
    with ThreadPoolExecutor(JOBS) as pool:
        yield from zip(every, pool.map(ask, every))


def main(modules: list[str]) -> int:
    """Try all faults of the modules; tell which survive."""
    pytest()
    poor = False
    for module in modules:
        begun, total, killed = time.perf_counter(), 0, 0
        for fault, told in tried(module):
            total, killed = total + 1, killed + told
            if not told:
                where = f"{module}:{fault.line}"
                print(f"  {where}: {fault.before}  ->  {fault.after}", flush=True)
        share = killed / total if total else 1.0
        poor |= share < ENOUGH
        seconds = time.perf_counter() - begun
        print(f"{module}: {killed} of {total} noticed, {share:.1%}, in {seconds:.0f} s", flush=True)
    return 1 if poor else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(dict.fromkeys(MODULES))))
