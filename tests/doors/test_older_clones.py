"""Hooks and configuration that tk wrote before its modules moved work on, and `tk doctor` renews them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import tkledger
from tests.support.clone import Clone, Refused
from tkledger.core.layout import path_of
from tkledger.doors import install, script
from tkledger.merging.files import ATTRIBUTES, ATTRIBUTES_PATH

OLDER = Path(__file__).parents[1] / "data/older_tk"
"""The texts that commit 4740563 wrote, with the paths of the machine left out."""

COUNTING = "#!/bin/sh\necho ${0##*/} >>'%s'\n"
"""A hook of others, which was there before tk's and is chained behind it."""


def older(name: str) -> str:
    """A text of the older tk, for this Python and this package."""
    text = (OLDER / name).read_text()
    package = Path(tkledger.__file__).parent.parent
    return text.replace("@PYTHON@", sys.executable).replace("@PACKAGE@", str(package))


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """Where the hooks of others leave a line each."""
    return tmp_path / "said"


@pytest.fixture
def old(clone: Clone, said: Path) -> Clone:
    """A clone and a server as the older tk left them, each with one foreign hook in the chain."""
    for folder, names, chained in (
        (clone.path / ".git/hooks", script.CLIENT, "pre-commit"),
        (clone.server / "hooks", script.SERVER, "post-receive"),
    ):
        for name in names:
            (folder / name).write_text(older("hook.sh"))
        foreign = folder / f"{chained}.before-tk"
        foreign.write_text(COUNTING % said)
        foreign.chmod(0o755)
    clone.git("config", install.DRIVER, older("merge-driver").strip())
    clone.write(ATTRIBUTES_PATH, f"{ATTRIBUTES}\n")
    clone.commit("attributes", "--no-verify")
    return clone


def findings(clone: Clone, *words: str) -> dict[str, dict[str, str]]:
    """What `tk doctor` finds wrong, by its name."""
    found = json.loads(clone.tk("doctor", "--json", *words).out)["findings"]
    return {one["what"]: one for one in found if not one["good"]}


def test_older_hooks_still_judge(old: Clone, said: Path) -> None:
    old.edit("a", state="done")
    with pytest.raises(Refused, match="TK201"):
        old.git("commit", "-q", "-m", "x", path_of("a"))
    made = old.commit(a={"state": "in_progress"})
    old.push()
    assert old.git("rev-parse", "main", cwd=old.server) == made
    assert said.read_text().split() == ["pre-commit.before-tk", "post-receive.before-tk"]
    illegal = old.dangling(b={"state": "done"})
    with pytest.raises(Refused, match="TK201"):
        old.git("update-ref", "refs/heads/other", illegal)
    with pytest.raises(Refused, match="TK201"):
        old.git("push", "-q", "--no-verify", "origin", f"{illegal}:refs/heads/other")


def test_an_older_merge_driver_still_merges(old: Clone) -> None:
    merged_field_by_field(old)


def merged_field_by_field(clone: Clone) -> None:
    """Two neighbouring lines, which git's own merge of text cannot merge."""
    clone.git("switch", "-q", "-c", "side")
    clone.commit(b={"state": "in_progress"})
    clone.git("switch", "-q", "main")
    clone.commit(b={"priority": 0})
    with pytest.raises(Refused, match="CONFLICT"):
        clone.git("-c", f"{install.DRIVER}=false", "merge", "--no-edit", "side")
    clone.git("merge", "--abort")
    clone.git("merge", "-q", "--no-edit", "side")
    text = (clone.path / path_of("b")).read_text()
    assert "state: in_progress\npriority: 0\n" in text


def test_doctor_finds_and_renews_what_is_older(old: Clone, said: Path) -> None:
    found = findings(old)
    assert set(found) == {"hooks", "merge driver"}
    for one in found.values():
        assert "of an older tk, works until the next release" in one["message"]
        assert one["remedy"] == "tk hooks install"
    assert "fixed: hooks (before: of an older tk" in old.tk("doctor", "--fix").out
    assert findings(old) == {}
    for name in script.CLIENT:
        assert script.ENTRY in (old.path / ".git/hooks" / name).read_text()
    assert script.DRIVER_ENTRY in old.git("config", install.DRIVER)
    said.unlink(missing_ok=True)
    merged_field_by_field(old)
    assert set(said.read_text().split()) == {"pre-commit.before-tk"}
    assert (old.path / ".git/hooks/pre-commit.before-tk").read_text() == COUNTING % said


def test_doctor_renews_an_older_server(old: Clone, said: Path) -> None:
    server = old.at(old.server)
    assert "pre-receive, post-receive" in findings(server)["hooks"]["message"]
    server.tk("doctor", "--fix")
    assert findings(server) == {}
    made = old.commit(a={"state": "in_progress"})
    said.unlink()
    old.push()
    assert old.git("rev-parse", "main", cwd=old.server) == made
    assert said.read_text() == "post-receive.before-tk\n"
    assert script.ENTRY in (old.server / "hooks/pre-receive").read_text()
