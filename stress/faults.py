"""The faults that `mutations` puts into a module: each is one change of its syntax tree.

A change that the type checker forbids anyway is left out, such as None for False.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import NamedTuple

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
        case ast.Return(ast.expr() as value) if not _is_nothing(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Yield() | ast.YieldFrom() as given):
            yield ast.Expr(ast.IfExp(ast.Constant(False), given, ast.Constant(None)))
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Raise():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _is_nothing(value: ast.expr) -> bool:
    """Whether a value is as false as None."""
    match value:
        case ast.Constant(value=given):
            return not given
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
    return False


class Place(NamedTuple):
    """Where a node stands: its parent, the field there, where in that if it is a list, and the name of
    the class and function around it.
    """

    parent: ast.AST
    field: str
    at: int | None
    inside: str


def places(tree: ast.AST, inside: str = "") -> Iterator[tuple[Place, ast.AST]]:
    """All nodes that say what is done: no annotation, docstring, decorator or import."""
    if isinstance(tree, ast.FunctionDef | ast.ClassDef):
        inside = f"{inside}.{tree.name}".lstrip(".")
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "bases", "format_spec"):
            continue
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            yield Place(tree, name, at, inside), child
            yield from places(child, inside)


def _says_nothing(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.If(ast.Name("TYPE_CHECKING")):
            return True
        case ast.Expr(ast.Constant(str())) | ast.Assign([ast.Name("Judgement" | "Edit")]):
            return True
    return False


class Fault(NamedTuple):
    """One fault in a module: its line there, in which function, before and after, and the code with it."""

    line: int
    inside: str
    before: str
    after: str
    code: CodeType


def faults(path: Path) -> Iterator[Fault]:
    """All faults that a module can get."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for place, node in list(places(tree)):
        for other in faults_of(node):
            line = getattr(node, "lineno", getattr(place.parent, "lineno", 0))
            _put(place, ast.fix_missing_locations(ast.copy_location(other, node)))
            with contextlib.suppress(SyntaxError):  # such as a break in no loop
                code = compile(tree, str(path), "exec")
                yield Fault(line, place.inside, _shown(node), _shown(other), code)
            _put(place, node)


def _put(place: Place, node: ast.AST) -> None:
    if place.at is None:
        setattr(place.parent, place.field, node)
    else:
        getattr(place.parent, place.field)[place.at] = node


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]
