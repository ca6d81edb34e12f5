"""What a commit costs with hooks, counted: what their scripts ask git, and how often they start Python."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.clone import Clone, Refused
from tkledger.core.layout import path_of
from tkledger.doors import script
from tkledger.git.repo import Repo
from tkledger.local.store import LARGE, Store
from tkledger.local.verdicts import note_size

ABOUT_TO_MOVE = "rev-list"
"""What the reference-transaction asks: whether this commit comes alone, on the parents that were judged."""


@pytest.fixture
def traced(clone: Clone) -> Clone:
    """A clone whose hooks leave a line where git leaves its own when they start Python."""
    event = json.dumps({"event": "start", "argv": ["hook", "Python"]})
    python = clone.root / "python"
    python.write_text(
        f"#!/bin/sh\necho '{event}' >>'{clone.trace}'\nexec '{sys.executable}' \"$@\"\n"
    )
    python.chmod(0o755)
    for name in script.CLIENT:
        path = clone.path / ".git/hooks" / name
        path.write_text(
            path.read_text().replace(f"python='{sys.executable}'", f"python='{python}'")
        )
    return clone


def asked(clone: Clone) -> list[str]:
    """What ran since this was last asked, without options; not what Python asks, or git has to do after."""
    ran = [words.split()[1:] for words in clone.ran()] if clone.trace.exists() else []
    clone.trace.write_text("")
    names = [re.sub(r"^(-c \S+ )*", "", " ".join(words)).split()[0] for words in ran]
    return [name for name in names if name != "maintenance"]


def by_hand(clone: Clone, **fields: object) -> list[str]:
    """What a commit of a task edited by hand asks of git."""
    clone.edit("b", **fields)
    clone.git("add", "-A")
    asked(clone)
    clone.git("commit", "-q", "-m", "by hand")
    return asked(clone)


def test_a_task_by_hand_is_judged_by_one_python_and_few_questions(traced: Clone) -> None:
    wanted = ["commit", "diff-index", "write-tree", "Python", "diff-tree", ABOUT_TO_MOVE]
    assert by_hand(traced, priority=1) == wanted
    (traced.path / ".git/tk" / LARGE).touch()
    wanted = ["commit", "write-tree", "diff-tree", "Python", "diff-tree", ABOUT_TO_MOVE]
    assert by_hand(traced, priority=2) == wanted, "no index of many files is compared"


@pytest.mark.parametrize("large", [False, True])
def test_code_is_committed_without_python(traced: Clone, large: bool) -> None:
    traced.commit(p={"priority": 1})
    traced.write("code.txt", "more\n")
    traced.git("add", "-A")
    if large:
        (traced.path / ".git/tk" / LARGE).touch()
    asked(traced)
    traced.git("commit", "-q", "-m", "code", env={"TK_TASK": "-"})
    questions = ["write-tree", "diff-tree"] if large else ["diff-index"]
    assert asked(traced) == ["commit", *questions]


def test_what_another_hook_may_have_changed_is_judged_again(traced: Clone) -> None:
    hook = traced.path / f".git/hooks/pre-commit{script.BEFORE}"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o755)
    assert by_hand(traced, priority=1).count("write-tree") == 2
    traced.write("bad.yaml", traced.task_bytes("c", state="done"))
    hook.write_text(f"#!/bin/sh\ncp bad.yaml {path_of('c')} && git add {path_of('c')}\n")
    with pytest.raises(Refused, match="TK201"):
        by_hand(traced, priority=2)


def test_a_verdict_on_one_tree_settles_no_other(clone: Clone) -> None:
    """As if another process had changed the index after a hook: the commit that is made is judged."""
    path = clone.path / ".git/hooks/pre-commit"
    text = path.read_text().replace('exec "$python"', '"$python"')
    path.write_text(f"{text}git add -A\n")
    clone.edit("b", priority=1)
    clone.git("add", "-A")
    clone.edit("c", state="done")
    asked(clone)
    head = clone.oid()
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-m", "by hand")
    assert clone.refusals() == ["reference-transaction"]
    assert clone.oid() == head


def test_a_large_ledger_is_noted_while_it_is_one(tmp_path: Path, clone: Clone) -> None:
    repo = Repo(str(clone.path))
    path = Path(Store(repo.git_dir).path(LARGE))
    for files, there in ((10, False), (3_000, True), (3_001, True), (10, False)):
        note_size(repo, files)
        assert path.exists() is there
    repo.close()
