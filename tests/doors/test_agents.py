"""Pushes to what agents are: a chain that only grows, of events that the agent or a dispatcher wrote."""

from __future__ import annotations

import subprocess

from tests.doors.test_records import refused
from tests.support.project import Project
from tests.support.team import Team, tk_refs
from tkledger.core.agent import ASLEEP, MAX_EVENT, AgentEvent, written

REF = "refs/tk/agents/carl"


def said(at: Project, event: str, *parents: str, tree: str = "") -> str:
    """A commit with such a message, on top of others."""
    over = [word for parent in parents for word in ("-p", parent)]
    return at.git("commit-tree", tree or at.git("mktree"), *over, stdin=event)


def slept(by: str = "carl", agent: str = "carl") -> str:
    return written(AgentEvent(ASLEEP, agent, by))


def test_an_agent_on_a_server_only_grows(team: Team, ada: Project) -> None:
    ada.ok("register", "--can", "python", "--as", "carl")
    ada.ok("sleep", "--as", "carl")
    ada.ok("sync")
    before = tk_refs(team.server, "agents")
    refused(ada, "TK718", f":{REF}")
    refused(ada, "TK718", f"+{REF}~1:{REF}")
    refused(ada, "TK718", f"+{said(ada, slept())}:{REF}")
    assert tk_refs(team.server, "agents") == before
    ada.git("push", "-q", "origin", f"{said(ada, slept(), REF)}:{REF}")


def test_what_a_server_refuses_is_put_aside_and_nothing_is_lost(team: Team, ada: Project) -> None:
    wrong = said(ada, "nothing to read")
    ada.git("update-ref", REF, wrong)
    answer = ada.tk("sync")
    assert "[TK720]" in answer.err
    way = f"git update-ref refs/tk/aside/agents/carl {REF} && git update-ref -d {REF}"
    assert f"  remedy: {way}, then tk sync\n" in answer.err, answer.err
    subprocess.run(way, shell=True, cwd=ada.path, check=True)
    ada.ok("sync")
    assert ada.git("rev-parse", "refs/tk/aside/agents/carl") == wrong
    assert REF not in ada.git("for-each-ref")


def test_only_events_of_that_agent_come_to_a_server(team: Team, ada: Project) -> None:
    for ref, event in {
        REF: "nothing to read",
        f"{REF}/more": slept(),
        "refs/tk/agents/eve": slept(),
        "refs/tk/agents/%63arl": slept(),
    }.items():
        refused(ada, "TK720", f"{said(ada, event)}:{ref}")
    long = slept().rstrip("\n") + " " * MAX_EVENT
    refused(ada, "TK720", f"{said(ada, long)}:{REF}")
    refused(ada, "TK720", f"{said(ada, slept(), said(ada, 'words'))}:{REF}")  # an earlier one
    both = (said(ada, slept()), said(ada, slept("ada")))
    code = ada.git("rev-parse", "HEAD:code.txt")
    files = ada.git("mktree", stdin=f"100644 blob {code}\tcode.txt\n")
    refused(ada, "TK720", f"{said(ada, slept(), tree=files)}:{REF}")
    refused(ada, "TK720", f"{said(ada, 'both', *both, tree=files)}:{REF}")
    blob = ada.git("hash-object", "-w", "--stdin", stdin=slept())
    refused(ada, "TK720", f"{blob}:{REF}")
    assert tk_refs(team.server, "agents") == {}
    ada.git("push", "-q", "origin", f"{said(ada, 'both', *both)}:{REF}")


def test_others_need_the_role_dispatcher(team: Team, ada: Project) -> None:
    ada.ok("config", "set", "roles.dispatcher", "boss")
    ada.ok("sync")
    answer = ada.tk("sleep", "carl", "--as", "eve")
    assert "[TK720]" in answer.err
    assert "ask carl itself, or boss" in answer.err
    refused(ada, "TK720", f"{said(ada, slept('eve'))}:{REF}")
    assert "[TK720]" in ada.tk("sleep", "--all", "--as", "carl").err
    ada.ok("sleep", "carl", "--as", "boss")
    ada.ok("sync")
    assert (
        "carl is asleep, and eve may not wake it"
        in ada.ok("edit", "a", "--owner", "carl", "--as", "eve").err
    )
    assert "[TK708]" in ada.tk("new", "T", "--as", "carl").err
    ada.ok("wake", "--as", "carl")
    ada.ok("sync")
    assert team.server.git("log", "--format=%s", REF).splitlines()[0] == "tk: agent awake"


def test_who_pushes_is_who_wrote_it_if_the_policy_asks(team: Team, ada: Project) -> None:
    ada.ok("config", "set", "proof", "pusher")
    ada.ok("config", "set", "pushers", "ada=ada")
    ada.git("push", "-q", "origin", "main")
    team.server.git("config", "tk.pusher", "WHO_PUSHES")
    refused(ada, "TK720", f"{said(ada, slept())}:{REF}")


def test_a_push_that_wakes_brings_new_tasks_along(team: Team, ada: Project) -> None:
    ada.ok("sleep", "--as", "carl")
    ada.ok("sync")
    ada.ok("wake", "--as", "carl")
    ada.ok("new", "T", "--id", "t", "--as", "carl")
    refused(ada, "TK708", "main")  # the server has not heard that carl is awake
    ada.ok("sync")
    assert team.server.git("show", "main:.tasks/t.yaml")
