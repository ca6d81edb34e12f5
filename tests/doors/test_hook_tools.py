"""Tools that manage a repository's hooks, before tk, after it, and on both sides: all hooks run, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import hook_tools
from tests.support.clone import Clone, Refused
from tests.support.hook_tools import RAN, STAND_INS, Tool

ORDERS = {
    "before": ("tool", "tk"),
    "after": ("tk", "tool"),
    "again": ("tool", "tk", "tool"),
    "twice": ("tk", "tool", "tk", "tool"),
}


@pytest.fixture
def place(clone: Clone) -> Clone:
    """A clone without hooks, that does not track what the tools' hooks write."""
    clone.ok("hooks", "uninstall")
    (clone.path / ".git/info").mkdir(exist_ok=True)
    (clone.path / ".git/info/exclude").write_text(f"{RAN}\n")
    return clone


def lines_of(clone: Clone) -> int:
    """How often the tool's hook has run here."""
    path = clone.path / RAN
    return len(path.read_text().splitlines()) if path.exists() else 0


def commits_code(clone: Clone, times: int) -> None:
    """A commit of code passes, and the tool's hook runs so often."""
    before = lines_of(clone)
    clone.write("code.txt", f"{clone.oid()}\n")
    clone.git("commit", "-q", "-m", "code", "code.txt")
    assert lines_of(clone) - before == times


def is_refused(clone: Clone) -> None:
    """A change of a task against the rules is refused, by the hook that comes first."""
    clone.edit("b", state="done")
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-a", "-m", "x")
    clone.git("checkout", "-q", "HEAD", "--", ".tasks")


def findings(clone: Clone) -> dict[str, str]:
    """What `tk doctor` finds wrong of the hooks, and the remedy."""
    found = json.loads(clone.tk("doctor", "--json").out)["findings"]
    wrong = {one["what"]: one["remedy"] for one in found if not one["good"]}
    wrong.pop("merge driver", None)  # this ledger asks for none
    return wrong


def lives_with(clone: Clone, tool: Tool, order: str, linked: Path) -> None:
    """tk and a tool in one clone, and in a worktree of it, from the first to the last."""
    for path, text in tool.files.items():
        clone.write(path, text)
        clone.commit("for a tool")
    for step in ORDERS[order]:
        tool.install(clone) if step == "tool" else clone.ok("hooks", "install")
    if ORDERS[order][-1] == "tool" and not tool.yields:
        assert set(findings(clone).values()) == {"tk hooks install"}
        clone.ok("hooks", "install")
    assert findings(clone) == {}
    assert clone.tk("hooks", "status").status == 0
    commits_code(clone, 1)
    is_refused(clone)
    clone.commit("a move by hand", a={"state": "in_progress"})
    clone.push()
    before = lines_of(clone)
    clone.write("code.txt", "changed\n")
    assert findings(clone) == {}
    assert lines_of(clone) == before, "no hook of a tool runs where it might change a file"
    clone.ok("hooks", "install")
    commits_code(clone, 1)
    clone.git("worktree", "add", "-q", "-b", "linked", str(linked))
    other = clone.at(linked)
    is_refused(other)
    commits_code(other, 0 if tool.name == "husky" else 1)
    clone.ok("hooks", "uninstall")
    tool.install(clone)
    commits_code(clone, 1)
    clone.edit("b", state="done")
    clone.git("commit", "-q", "-a", "-m", "nobody refuses it")
    kept = [*(clone.path / ".git/hooks").glob("*"), *(clone.path / ".husky/_").glob("*")]
    assert [one.name for one in kept if "tk-hook" in one.read_text()] == []
    assert [one.name for one in kept if one.suffix in (".legacy", ".old", ".before-tk")] == []
    assert not (clone.path / ".git/tk/hooks").exists()


@pytest.mark.parametrize(
    "order", [pytest.param(one, marks=pytest.mark.long if one != "again" else ()) for one in ORDERS]
)
@pytest.mark.parametrize("tool", STAND_INS, ids=lambda tool: tool.name)
def test_tk_and_a_tool_run_each_others_hooks(
    place: Clone, tool: Tool, order: str, tmp_path: Path
) -> None:
    lives_with(place, tool, order, tmp_path / "linked")


@pytest.fixture(scope="module", params=[one.name for one in STAND_INS])
def real_tool(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tool:
    try:
        return hook_tools.real(request.param, tmp_path_factory.mktemp(request.param))
    except hook_tools.NotInstalled as error:
        pytest.skip(str(error))


@pytest.mark.long
@pytest.mark.parametrize("order", ORDERS)
def test_tk_and_the_real_tool_run_each_others_hooks(
    place: Clone, real_tool: Tool, order: str, tmp_path: Path
) -> None:
    lives_with(place, real_tool, order, tmp_path / "linked")
