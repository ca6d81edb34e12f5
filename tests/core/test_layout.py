"""Where the ledger's files lie, and what its refs are called."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tkledger
from tkledger.core import ref_names
from tkledger.core.layout import FOLDER, PATTERN, POLICY_PATH, key_of, path_at, path_of

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


def test_what_other_clones_and_servers_hold_is_called_so_for_good() -> None:
    assert ref_names.SHARED == (
        ref_names.CLAIMS,
        ref_names.INBOXES,
        ref_names.ARTIFACTS,
        ref_names.AGENTS,
        ref_names.RESERVATIONS,
    )
    names = ("claims", "inbox", "artifacts", "agents", "reservations")
    assert tuple(f"refs/tk/{name}/" for name in names) == ref_names.SHARED
    assert ref_names.RECORDS == ("refs/tk/inbox/", "refs/tk/agents/", "refs/tk/reservations/")
    assert (ref_names.ALL, ref_names.SERVER) == ("refs/tk", "refs/tk/server")
    assert ref_names.ABSENT == "refs/tk/none"
    assert ref_names.copies("o") == "refs/tk/remotes/o/"
    assert ref_names.copied_claims("o") == "refs/tk/remotes/o/claims/"
    assert ref_names.copied("o", "refs/tk/inbox/a") == "refs/tk/remotes/o/inbox/a"
    assert ref_names.copied_server("o") == "refs/tk/remotes/o/server"
    assert ref_names.agreed("o") == "refs/tk/agreed/o/"
    assert ref_names.TASK_BRANCHES == "refs/heads/tk/"
    assert ref_names.BRANCHES_AND_TAGS == ("refs/heads/", "refs/tags/")
    assert ref_names.REPLACEMENTS == "refs/replace/"
    assert (PATTERN, POLICY_PATH) == (".tasks/*.yaml", ".tasks/config.yaml")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("ann", "ann"),
        ("a%20b%2f", "a b/"),
        ("%c3%a9x", "\u00e9x"),
        ("%ff", "\ufffd"),
        ("a%2Fb", "a%2Fb"),
        ("%%0123", "an actor with a long name"),
    ],
)
def test_a_ref_is_named_after_its_actor(name: str, owner: str) -> None:
    assert ref_names.actor_of(name) == owner
