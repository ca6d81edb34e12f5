"""How much an agent takes at once, and how often an actor may start: the same at every door."""

from __future__ import annotations

import time

import pytest

from tests.support.clone import Clone, Refused
from tkledger.errors import Exit

QUIETLY = ("-c", "core.hooksPath=/dev/null")
AGENTS = "refs/tk/agents/*:refs/tk/agents/*"


def begin(clone: Clone, task: str, *options: str, owner: str | None = None) -> None:
    clone.edit(task, state="in_progress", owner=owner)
    clone.git(*options, "commit", "-q", "-a", "-m", "by hand")


def test_an_agent_takes_as_many_as_it_says(clone: Clone) -> None:
    clone.ok("register", "--capacity", "2")  # p and s are in progress
    clone.git("push", "-q", "origin", AGENTS)
    words = "test@example.org is at work on p, s, and takes 2 at once"
    for command in (["start", "a"], ["work", "a"]):
        answer = clone.tk(*command)
        assert answer.status == Exit.REJECTED
        assert f"error[TK713] a: {words}" in answer.err
    assert words in clone.tk("next").err
    with pytest.raises(Refused, match=words):
        begin(clone, "a")
    clone.git("reset", "-q")
    begin(clone, "a", *QUIETLY)
    for options in ((), ("--no-verify",)):
        with pytest.raises(Refused, match=words):
            clone.push(options=options)
    clone.ok("start", "b", "--as", "bob")
    clone.ok("register", "--capacity", "3")
    with pytest.raises(Refused, match=words):  # the server has not heard of it
        clone.push()
    clone.git("push", "-q", "origin", "main", AGENTS)


def test_an_actor_starts_so_many_in_so_long(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    ago = f"@{int(time.time()) - 7_200} +0000"
    with monkeypatch.context() as then:
        then.setenv("GIT_COMMITTER_DATE", ago)
        clone.ok("start", "a", "--as", "bot-1")
    clone.ok("config", "set", "rates.bot-*", "2/h")
    clone.ok("start", "b", "--as", "bot-1")
    clone.ok("new", "Task x", "--id", "x")
    clone.push()
    lines = "".join(f'{{"op": "start", "id": "{task}"}}\n' for task in "xc")
    answer = clone.tk("batch", "--as", "bot-1", stdin=lines)
    assert answer.err.count("[TK721]") == 2  # since they come together
    clone.ok("start", "c", "--as", "bot-1")
    words = "bot-1 has started b, c in the last 1h, the policy's rates.bot-* is 2/h"
    answer = clone.tk("start", "x", "--as", "bot-1")
    assert f"error[TK721] x: {words}\n  remedy: wait until 2" in answer.err
    assert words in clone.tk("next", "--as", "bot-1").err
    clone.push()
    with pytest.raises(Refused, match="TK721"):
        begin(clone, "x", owner="bot-1")
    clone.git("reset", "-q")
    begin(clone, "x", *QUIETLY, owner="bot-1")
    for options in ((), ("--no-verify",)):
        with pytest.raises(Refused, match="TK721"):
            clone.push(options=options)
    assert clone.verified() == set()
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.ok("start", "x", "--as", "bot-2")
    clone.push()
