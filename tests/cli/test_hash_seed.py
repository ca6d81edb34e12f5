"""What tk says of one commit does not hang on the order in which Python's sets happen to be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import Project

NAMES = [f"{letter}-{number}" for letter in "abcd" for number in (1, 2, 10)]

ASKED = [
    ["audit"],
    ["verify"],
    ["verify", "--json"],
    ["list", "--all", "--json"],
    ["tree"],
    ["board", "--by", "label"],
    ["graph", "--format", "mermaid"],
    ["log", "-p"],
    ["log", "--json"],
    ["show", "a-1"],
    ["why", "d-10"],
    ["budget"],
    ["stats", "--until", "2020-02-01"],
    ["search", "task"],
    ["export", "--to", "jsonl"],
    ["diff", "--since", "HEAD~2"],
    ["undo", "--dry-run"],
    ["start", "d-10", "--dry-run"],
]

EACH = """\
import json, sys
from tkledger.cli import run
for words in json.loads(sys.argv[1]):
    print("$", *words, flush=True)
    print(run(words), flush=True)
"""


@pytest.fixture
def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A ledger whose last commits touch many tasks at once: an import, then what breaks rules in most. All are
    years old, so that no age changes while they are read.
    """
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2020-01-01T12:00:00Z")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T12:00:00Z")
    made = Project.create(tmp_path / "crowded")
    made.ok("init", "--no-hooks")
    lines = (
        {
            "id": name,
            "title": f"Task {name}",
            "status": "closed" if name < "b" else "open",
            "labels": ["x", name[0], "y"],
            "dependencies": [{"issue_id": name, "depends_on_id": "a-1", "type": "blocks"}] * (name > "b"),
        }
        for name in NAMES
    )  # fmt: skip
    file = tmp_path / "issues.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    made.ok("import", "--from", "beads", str(file))
    files = {f".tasks/{name}.yaml": made.file(name) for name in NAMES if name > "b"}
    made.plumb({path: f"{text}\n".replace("todo", "done").encode() for path, text in files.items()})
    made.git("reset", "-q", "--hard")
    return made


def test_two_hash_seeds_say_the_same(crowded: Project) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", EACH, json.dumps(ASKED)],
            cwd=crowded.path,
            env={**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": "100"},
            capture_output=True,
            text=True,
        )
        for seed in ("1", "2", "3")
    ]
    assert said[0].stdout.count("$ ") >= len(ASKED), said[0].stderr
    for other in said[1:]:
        assert other.stdout.split("\n") == said[0].stdout.split("\n")
        assert other.stderr.split("\n") == said[0].stderr.split("\n")
