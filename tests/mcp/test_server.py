"""tk as a server of the Model Context Protocol, asked by the SDK's own client over standard input and output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client

from tests.support.project import Project
from tkledger.errors import Exit, TkError
from tkledger.mcp.tools import DEFAULT, NEVER, chosen, only_reads, schema, tool_name, words
from tkledger.verbs.commands import COMMANDS, inner

Ask = Callable[[ClientSession], Awaitable[Any]]


def server(project: Project, *options: str, **env: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "tkledger", "mcp", *options],
        cwd=project.path,
        env={**os.environ, **env},
    )


def asked(project: Project, ask: Ask, *options: str, **env: str) -> Any:
    """What a client got to know of a server that it began, and that ended with it."""

    async def answer() -> Any:
        with open(os.devnull, "w", encoding="utf-8") as said:
            async with (
                stdio_client(server(project, *options, **env), said) as streams,
                ClientSession(*streams) as client,
            ):
                await client.initialize()
                return await ask(client)

    return anyio.run(answer)


async def called(client: ClientSession, tool: str, **given: Any) -> tuple[bool, dict[str, Any]]:
    """Whether a call failed, and its answer, which the text says as well."""
    found = await client.call_tool(tool, given)
    assert json.loads(found.content[0].text) == found.structured_content
    return found.is_error, found.structured_content


def test_the_tools_are_those_of_the_table(project: Project) -> None:
    async def names(client: ClientSession) -> list[str]:
        return [one.name for one in (await client.list_tools()).tools]

    assert asked(project, names) == [tool_name(name) for name in DEFAULT]
    assert asked(project, names, "--tools", "show,config show") == ["show", "config_show"]
    every = asked(project, names, "--tools", "all")
    assert {*every} == {tool_name(n) for n in COMMANDS if not inner(n)} - {*map(tool_name, NEVER)}
    answer = project.tk("mcp", "--tools", "none")
    assert (answer.status, "'none' is not a tool" in answer.err) == (Exit.USAGE, True)


def test_what_a_tool_says_it_does_not_it_does_not(project: Project) -> None:
    given = {"id": "a", "ids": ["a"], "words": ["task"], "shell": "bash"}
    given |= {"source": "todo", "target": "done", "agent": "ada", "type": "bug"}
    reading = {name: one for name, one in chosen(["all"]).items() if only_reads(one)}
    assert {"list", "stats", "prime", "schema", "check_loop", "hooks_status"} <= {*reading}
    assert not {"new", "snapshot", "doctor", "anchor", "inbox", "next"} & {*reading}
    before = project.git("for-each-ref"), project.status()
    for name, command in reading.items():
        asked = [*schema(command)["required"], *(["id"] if name == "diff" else [])]
        some = {key: given[key] for key in asked}
        answer = project.tk(*words(command, some))
        assert answer.status not in (Exit.USAGE, Exit.BUG), (name, answer.said)
    assert (project.git("for-each-ref"), project.status()) == before


def test_a_task_is_made_done_and_a_refusal_has_code_fact_and_remedy(project: Project) -> None:
    async def work(client: ClientSession) -> None:
        failed, made = await called(
            client, "new", title="--as eve", label=["ui", "api"], priority=1
        )
        assert not failed
        task = made["id"]
        assert (await called(client, "start", ids=[task]))[0] is False
        assert (await called(client, "done", ids=[task], message="it works"))[0] is False
        failed, refused = await called(client, "start", ids=[task])
        assert failed
        (violation,) = refused["violations"]
        assert (refused["exit"], violation["code"]) == (1, "TK201")
        assert violation["message"] == "done -> in_progress is not a transition"
        assert violation["remedy"] == f"tk reopen {task}"
        failed, unknown = await called(client, "show", id="none")
        assert (failed, unknown["error"]["kind"], unknown["exit"]) == (True, "no-such-task", 3)
        failed, shown = await called(client, "show", id=task)
        assert not failed
        assert (shown["task"]["title"], shown["task"]["labels"]) == ("--as eve", ["api", "ui"])

    asked(project, work, "--as", "ada")
    actors = project.git("log", "-3", "--format=%(trailers:key=Tk-Actor,valueonly)").split()
    assert actors == ["ada"] * 3
    project.ok("verify", "--all")


def test_who_acts_is_fixed_when_it_starts(project: Project) -> None:
    for name, command in chosen(["all"]).items():
        taken = {*schema(command)["properties"]}
        assert not taken & {"actor", "path", "as_json", "output"}, name

    async def lies(client: ClientSession) -> None:
        for given in ({"actor": "eve"}, {"as": "eve"}, {"message": "--as=eve"}):
            failed, answer = await called(client, "start", ids=["a"], **given)
            assert failed == ("message" not in given), answer
        assert (await called(client, "note", id="a", message="-C /tmp --as eve"))[0] is False

    asked(project, lies, TK_ACTOR="ada")
    assert {*project.git("log", "--format=%(trailers:key=Tk-Actor,valueonly)", "-2").split()} == {
        "ada"
    }
    assert "owner: ada" in project.file("a")


def test_what_is_no_argument_is_refused_before_anything_runs(project: Project) -> None:
    start = COMMANDS["start"]
    assert schema(start)["properties"]["ids"]["items"]["maxLength"] == 20_000
    for given in (
        {},
        {"ids": []},
        {"ids": [1]},
        {"ids": ["a\0b"]},
        {"ids": ["a" * 20_001]},
        {"ids": ["a"], "take": "yes"},
        {"ids": ["a"], "sudo": True},
    ):
        with pytest.raises(TkError) as refused:
            words(start, given)
        assert refused.value.exit is Exit.USAGE
    assert words(start, {"ids": ["-x", "a"], "take": True, "message": "-m"}) == [
        *("start", "--json", "--message=-m", "--take", "--", "-x", "a")
    ]


def test_the_brief_and_tasks_are_resources(project: Project) -> None:
    project.ok("start", "a", "--as", "ada")

    async def read(client: ClientSession) -> list[str]:
        listed = (await client.list_resources()).resources
        assert [str(one.uri) for one in listed] == ["tk://brief"]
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "tk://task/{id}"
        found = []
        for uri in ("tk://brief", "tk://task/a"):
            (text,) = (await client.read_resource(uri)).contents
            found.append(text.text)
        for uri in ("tk://task/none", "tk://task/--help", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
        return found

    brief, task = asked(project, read, "--as", "ada")
    assert "You are ada, on main." in brief
    assert "\ntk done a" in brief
    assert json.loads(task)["task"]["state"] == "in_progress"


def test_of_two_clients_that_take_the_next_task_each_gets_another(project: Project) -> None:
    async def both() -> list[str]:
        taken: list[str] = []
        ready = anyio.Event()
        waiting = [0]

        async def take(actor: str) -> None:
            with open(os.devnull, "w", encoding="utf-8") as said:
                async with (
                    stdio_client(server(project, "--as", actor), said) as streams,
                    ClientSession(*streams) as client,
                ):
                    await client.initialize()
                    waiting[0] += 1
                    if waiting[0] == 2:
                        ready.set()
                    await ready.wait()
                    for _ in range(2):
                        failed, found = await called(client, "next", claim=True)
                        assert not failed, found
                        taken.append(found["task"]["id"])

        async with anyio.create_task_group() as group:
            group.start_soon(take, "ada")
            group.start_soon(take, "bob")
        return taken

    assert sorted(anyio.run(both)) == ["a", "b", "c", "d"]
    project.ok("verify", "--all")


def test_without_the_package_it_says_how_to_get_it(project: Project, tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp" / "__init__.py").write_text("raise ModuleNotFoundError(name='mcp')\n")
    answer = project.process("mcp", env={"PYTHONPATH": str(tmp_path)})
    assert answer.status == Exit.UNUSABLE
    assert "remedy: pip install 'tkledger[mcp]'" in answer.err
