"""Where the ledger's files lie, and what its refs are called."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tkledger
from tkledger.core import ref_names
from tkledger.core.layout import FOLDER, POLICY_PATH, key_of, path_at, path_of

ROOT = Path(tkledger.__file__).parent


@pytest.mark.parametrize(
    "key", ["a", "build-2", POLICY_PATH, ".tasks/no id.yaml", ".tasks/x/y.yaml"]
)
def test_the_path_at_a_key_has_that_key(key: str) -> None:
    assert key_of(path_at(key)) == key


def test_a_task_lies_in_the_folder_under_its_id() -> None:
    assert path_of("a") == path_at("a") == ".tasks/a.yaml"
    assert key_of(".tasks/a.yaml") == "a"


@pytest.mark.parametrize("path", ["a.yaml", ".tasks/a.yml", ".tasks/A b.yaml", ".tasks/x/a.yaml"])
def test_another_path_is_its_own_key(path: str) -> None:
    assert key_of(path) == path


def test_the_folder_itself_has_a_key_that_no_file_has() -> None:
    assert key_of(FOLDER) == ".tasks/"


def test_refs_are_named_in_one_module_only() -> None:
    spelled = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lstrip("+^").startswith(("refs/tk", "refs/replace"))
    }
    assert spelled == {"core/ref_names.py"}
    assert ref_names.copied_claims("origin") == "refs/tk/remotes/origin/claims/"
    assert ref_names.agreed("origin") == "refs/tk/agreed/origin/"
