"""Agents: what each can do and holds, who sleeps in every clone until when, and who wakes whom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clones import cloned
from tests.support.project import Project
from tests.support.team import tk_refs
from tkledger.claims import agent_log
from tkledger.core.agent import ASLEEP, AWAKE, KEPT, MAX_READ, AgentEvent
from tkledger.errors import Exit
from tkledger.git.repo import Repo


def listed(at: Project, *names: str) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in at.ok("agents", *names, "--json").json["agents"]}


def test_agents_say_what_they_can_do(project: Project) -> None:
    assert "tk register" in project.ok("agents").err
    words = project.ok("register", "--can", "python,docs", "--capacity", "2", "--as", "ann").out
    assert words == "ann is registered: can docs, python; takes 2 at once\n"
    again = project.ok("register", "--can", "docs,python", "--capacity", "2", "--as", "ann")
    assert "already registered so" in again.err
    project.ok("register", "bob", "--kind", "person")
    project.ok("start", "a", "--as", "ann")
    found = listed(project)
    assert {**found["ann"], "seen": ""} == {
        **{"name": "ann", "asleep": False, "can": ["docs", "python"], "capacity": 2},
        **{"holds": ["a"], "seen": ""},
    }
    assert found["bob"] == {"name": "bob", "asleep": False, "type": "person"}
    text = project.ok("agents", "ann").out
    assert "ann  awake  can docs, python  takes 2  holds a  seen " in text
    assert "bob" not in text
    project.ok("register", "--can", "go", "--as", "ann")
    assert listed(project, "ann")["ann"].get("capacity") is None


def test_next_offers_what_an_agent_is_able_to_do(project: Project) -> None:
    project.ok("edit", "a", "--label", "needs:python,parser", "--priority", "0")
    assert project.ok("next", "--as", "ann").out == "a\n"
    project.ok("register", "--can", "go", "--as", "ann")
    assert project.ok("next", "--as", "ann").out == "b\n"
    project.ok("cancel", "b", "c", "d")
    assert "1 ready but needing what ann cannot do" in project.tk("next", "--as", "ann").err
    project.ok("register", "--can", "go,python", "--as", "ann")
    assert project.ok("next", "--claim", "--as", "ann").out == "a\n"


def test_a_worker_elsewhere_takes_what_it_can(project: Project, tmp_path: Path) -> None:
    one, two = cloned(project, tmp_path, 2)
    one.ok("edit", "a", "--label", "needs:gpu")
    one.ok("edit", "b", "--label", "needs:docs")
    one.ok("cancel", "c", "d")
    one.ok("register", "w1", "--can", "docs")
    one.ok("sync")
    two.ok("sync")
    two.ok("run", "--next", "--as", "w1", "--", "true")
    assert two.ok("list", "--state", "done,in_review", "--json").json["tasks"][0]["id"] == "b"
    assert two.state("a") == "todo"


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        (("register", "--can", "two words"), "--can: 'two words' must be a word"),
        (("register", "x" * 201), "longer than 200"),
        (("sleep", "--until", "soon"), "is not a time such as"),
        (("sleep", "--reason", "x" * 501), "longer than 500"),
        (("sleep", "ann", "--all"), "exclude each other"),
    ],
)
def test_wrong_words(project: Project, words: tuple[str, ...], fact: str) -> None:
    answer = project.tk(*words)
    assert answer.status is Exit.USAGE
    assert fact in answer.err or "--can" in answer.err
    assert tk_refs(project, "agents") == {}


def test_a_sleep_holds_in_every_clone_and_an_assignment_ends_it(
    project: Project, tmp_path: Path
) -> None:
    one, two = cloned(project, tmp_path, 2)
    one.ok("sleep", "--as", "ann", "--until", "2h", "--reason", "no tasks")
    assert one.ok("sync", "--json").json["agents"] == {"sent": ["ann"]}
    answer = two.ok("sync")
    assert "agent received: ann" in answer.out
    row = listed(two)["ann"]
    assert (row["asleep"], row["reason"], row["by"]) == (True, "no tasks", "ann")
    assert str(row["wake_at"]) > str(row["since"])
    assert "[TK708]" in two.tk("new", "T", "--as", "ann").err
    assert "ann is asleep until 2" in two.tk("next", "--as", "ann").err
    assert "awake again, for a" in two.ok("edit", "a", "--owner", "ann", "--as", "boss").err
    two.ok("new", "T", "--as", "ann")
    two.ok("sync")
    one.ok("sync")
    assert not listed(one)["ann"]["asleep"]
    one.ok("new", "U", "--as", "ann")


def test_what_two_clones_say_is_joined(project: Project, tmp_path: Path) -> None:
    one, two = cloned(project, tmp_path, 2)
    one.ok("register", "--can", "python", "--as", "ann")
    two.ok("sleep", "--as", "ann")
    one.ok("sync")
    assert two.ok("sync", "--json").json["agents"] == {"sent": ["ann"], "received": ["ann"]}
    one.ok("sync")
    for at in (one, two):
        row = listed(at)["ann"]
        assert (row["asleep"], row["can"]) == (True, ["python"])
    assert tk_refs(one, "agents") == tk_refs(two, "agents")


def test_of_many_who_write_at_once_none_is_lost(project: Project) -> None:
    words = [sys.executable, "-m", "tkledger", "sleep", "ann", "--as", "boss", "--reason"]
    running = [
        subprocess.Popen([*words, f"r{number}"], cwd=project.path, stdout=subprocess.DEVNULL)
        for number in range(6)
    ]
    assert [one.wait() for one in running] == [0] * 6
    told = project.git("log", "--format=%b", "refs/tk/agents/ann")
    assert all(f'"why": "r{number}"' in told for number in range(6))


def test_a_sleep_ends_by_itself(project: Project) -> None:
    repo = Repo(str(project.path))
    agent_log.append(repo, "ann", lambda old: AgentEvent(ASLEEP, "ann", "ann", until=1))
    repo.close()
    project.ok("new", "T", "--as", "ann")
    assert not listed(project)["ann"]["asleep"]


def test_what_cannot_be_read_is_passed_over(project: Project) -> None:
    project.ok("sleep", "--as", "ann")
    ref = "refs/tk/agents/ann"
    other = project.git("commit-tree", project.git("mktree"), "-p", ref, "-m", "garbage")
    project.git("update-ref", ref, other)
    project.git("update-ref", "refs/tk/agents/eve", other)
    project.git(
        "update-ref", "refs/tk/agents/no", project.git("hash-object", "-w", "--stdin", stdin="")
    )
    assert [*listed(project)] == ["ann", "ann"] or [*listed(project)] == ["ann"]
    assert "[TK708]" in project.tk("new", "T", "--as", "ann").err
    project.ok("new", "T", "--as", "eve")


def test_a_registration_does_not_fade(project: Project) -> None:
    project.ok("register", "--can", "python", "--as", "ann")
    repo = Repo(str(project.path))
    first = repo.read("refs/tk/agents/ann")
    assert first is not None
    tree = project.git("mktree")
    chain = []
    for number in range(KEPT + 1):
        kind = (AWAKE, ASLEEP)[number % 2]
        chain.append(f"commit refs/tk/agents/ann\ncommitter a <a@x> {number + 1} +0000\n")
        text = f'tk: agent\n\n{{"tk": "{kind}", "agent": "ann", "by": "ann"}}\n'
        chain[-1] += f"data {len(text)}\n{text}" + (f"from {first[0]}\n" if not number else "")
    project.git("fast-import", "--quiet", "--force", stdin="".join(chain))
    assert tree
    project.ok("sleep", "--as", "ann", "--reason", "again")
    tip = repo.read("refs/tk/agents/ann")
    assert tip is not None
    kinds = [one.kind for one in agent_log.events(repo, tip[0])]
    repo.close()
    assert (kinds[-2:], len(kinds) < MAX_READ) == (["registered", ASLEEP], True)
    assert listed(project)["ann"]["can"] == ["python"]
