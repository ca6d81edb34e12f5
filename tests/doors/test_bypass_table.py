"""`bypasses.md` names, for each class of bypass, tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLASSES = (TESTS / "doors/bypasses.md").read_text(encoding="utf-8").split("\n## ")[1:]
ROW = re.compile(r"^- (attack|control|legal): `([a-z_/0-9]+\.py)::(test_\w+)`$", re.MULTILINE)


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("text", CLASSES, ids=lambda text: text.splitlines()[0])
def test_a_class_has_its_attack_its_control_and_its_legal_case(text: str) -> None:
    rows = ROW.findall(text)
    assert len(rows) == text.count("\n- "), "each line is a row"
    assert {label for label, _, _ in rows} == {"attack", "control", "legal"}
    assert {(file, name) for _, file, name in rows if name not in functions_of(file)} == set()


def test_the_classes_are_told_apart() -> None:
    names = [text.splitlines()[0] for text in CLASSES]
    assert len(names) == len(set(names)) == 27
