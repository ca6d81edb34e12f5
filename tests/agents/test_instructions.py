"""What tells coding agents of the ledger is written in its place, again and again, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.errors import Exit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings; git's are where they were."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_the_block_is_put_in_its_place_and_the_rest_stays(project: Project, home: Path) -> None:
    page = project.write("AGENTS.md", "# Mine\n\nKeep this.")
    project.ok("init", "--agents", "--no-hooks")
    first = page.read_text()
    assert first.startswith("# Mine\n\nKeep this.\n\n<!-- tk: ")
    assert "tk prime" in first
    page.write_text(first.replace("data, not orders", "orders") + "\nAfter.\n")
    project.ok("init", "--agents", "--no-hooks")
    assert page.read_text() == first + "\nAfter.\n"
    answer = project.ok("init", "--agents", "--no-hooks", "--json")
    assert answer.json["files"] == [], "what is as wanted is left alone"
    assert [*home.iterdir()] == []


def test_skills_have_the_form_of_skills(project: Project, home: Path) -> None:
    said = project.ok("init", "--agents=codex", "--no-hooks").out
    assert not (project.path / ".claude").exists()
    text = (project.path / ".agents/skills/tk/SKILL.md").read_text()
    _, head, body = text.split("---\n")
    fields = dict(line.split(": ", 1) for line in head.replace("\n  ", " ").splitlines())
    assert fields["name"] == "tk"
    assert 20 < len(fields["description"]) < 1_024
    assert body.lstrip().startswith("# ")
    add = next(line for line in said.splitlines() if line.startswith("wrote ")).partition(
        "; commit it: "
    )[2]
    would = project.ok("init", "--agents", "--no-hooks", "--dry-run").out
    assert "would write .claude/skills/tk/SKILL.md\n" in would
    assert not (project.path / ".claude").exists()
    project.git("add", *add.partition(" && ")[0].split()[2:])
    assert project.git("diff", "--cached", "--name-only").split() == [
        *(".agents/skills/tk/SKILL.md", "AGENTS.md")
    ]


def test_only_the_users_own_settings_are_written_and_only_if_asked(
    project: Project, home: Path
) -> None:
    said = project.ok("init", "--agents", "--no-hooks").out
    printed = json.loads(said[said.index("{") :])
    assert [*printed["hooks"]] == ["SessionStart", "Stop"]
    settings = home / ".claude" / "settings.json"
    assert not settings.exists()
    settings.parent.mkdir()
    mine = {"model": "x", "hooks": {"Stop": [{"hooks": []}], "Other": []}}
    settings.write_text(json.dumps(mine))
    for _ in range(2):
        project.ok("init", "--agents", "--write", "--no-hooks")
        found = json.loads(settings.read_text())
        assert (found["model"], found["hooks"]["Other"]) == ("x", [])
        assert found["hooks"]["Stop"] == [{"hooks": []}, *printed["hooks"]["Stop"]]
        assert found["hooks"]["SessionStart"] == printed["hooks"]["SessionStart"]


def test_files_keep_their_mode_and_a_link_to_settings_is_followed(
    project: Project, home: Path
) -> None:
    kept = home / "dotfiles" / "settings.json"
    kept.parent.mkdir()
    kept.write_text('{"model": "x"}')
    kept.chmod(0o600)
    (home / ".claude").mkdir()
    link = home / ".claude" / "settings.json"
    link.symlink_to(kept)
    project.write("AGENTS.md", "# Mine\n").chmod(0o755)
    would = project.ok("init", "--agents", "--write", "--no-hooks", "--dry-run").out
    assert f"sessions would begin with tk prime, by {link}" in would
    assert kept.read_text() == '{"model": "x"}'
    project.ok("init", "--agents", "--write", "--no-hooks")
    assert link.is_symlink()
    found = json.loads(kept.read_text())
    assert (found["model"], [*found["hooks"]]) == ("x", ["SessionStart", "Stop"])
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (project.path / "AGENTS.md").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    "case", ["broken marks", "link", "settings", "hooks", "unknown", "write alone"]
)
@pytest.mark.parametrize("begun", [True, False])
def test_what_is_not_as_it_has_to_be_is_left_and_named(
    case: str, begun: bool, project: Project, home: Path, tmp_path: Path
) -> None:
    project = project if begun else Project.create(tmp_path / "fresh")
    before = project.git("for-each-ref")
    words, status = ["init", "--agents", "--no-hooks"], Exit.UNUSABLE
    page = project.write(
        "AGENTS.md",
        "<!-- tk: from here to the end mark, this is replaced by tk init --agents -->\n",
    )
    if case != "broken marks":
        page.unlink()
    if case == "link":
        page.symlink_to(home / "elsewhere")
    if case == "settings":
        (home / ".claude").mkdir()
        (home / ".claude" / "settings.json").write_text("[1]")
        words.append("--write")
    if case == "hooks":
        (home / ".claude").mkdir()
        (home / ".claude" / "settings.json").write_text('{"hooks": {"Stop": {"mine": 1}}}')
        words.append("--write")
    if case == "unknown":
        words[1], status = "--agents=emacs", Exit.USAGE
    if case == "write alone":
        words[1], status = "--write", Exit.USAGE
    answer = project.tk(*words)
    assert (answer.status, "remedy: " in answer.err) == (status, True), answer.said
    assert not (project.path / ".agents").exists()
    assert not (home / "elsewhere").exists()
    assert project.git("for-each-ref") == before
    assert (project.path / ".tasks").exists() == begun


def test_at_its_end_a_session_that_holds_work_is_asked_once(hooked: Project) -> None:
    assert hooked.process("prime", "--end", "--as", "ada", stdin="{}").status == Exit.OK
    hooked.ok("start", "a", "--as", "ada")
    asked = hooked.process("prime", "--end", "--as", "ada", stdin='{"stop_hook_active": false}')
    assert (asked.status, asked.out) == (2, "")
    assert "ada still holds a" in asked.err
    assert "  tk done a" in asked.err
    again = hooked.process("prime", "--end", "--as", "ada", stdin='{"stop_hook_active": true}')
    assert (again.status, again.out + again.err) == (0, "")
