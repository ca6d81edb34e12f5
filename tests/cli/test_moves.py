"""The contract of the moves: every one answers alike."""

from __future__ import annotations

import pytest

from tests.support.contract import Git, Tk, failed, lines, moved, refused, state_of
from tkledger.errors import Exit


def test_every_move_answers_alike(ledger: Tk) -> None:
    ledger("new", "Later", "--backlog", "--id", "l")
    assert moved(ledger, "admit", "l") == [("l", "backlog", "todo")]
    assert moved(ledger, "start", "a") == [("a", "todo", "in_progress")]
    assert moved(ledger, "submit", "a") == [("a", "in_progress", "in_review")]
    assert moved(ledger, "reject", "a", "-m", "not yet") == [("a", "in_review", "in_progress")]
    assert moved(ledger, "block", "a", "--reason", "user") == [("a", "in_progress", "blocked")]
    assert moved(ledger, "resume", "a") == [("a", "blocked", "in_progress")]
    moved(ledger, "block", "a", "--reason", "failed", "-m", "it broke")
    task = ledger("show", "a", "--json").json["task"]
    assert task["wait"] == {"reason": "failed", "detail": "it broke"}
    assert task["error"] == {"message": "it broke"}
    assert moved(ledger, "requeue", "a") == [("a", "blocked", "todo")]
    task = ledger("show", "a", "--json").json["task"]
    assert task["attempt"] == 2
    assert not {"owner", "wait", "error"} & set(task)
    moved(ledger, "start", "a")
    moved(ledger, "submit", "a")
    assert moved(ledger, "approve", "a", "--resolution", "merged") == [("a", "in_review", "done")]
    assert moved(ledger, "cancel", "b", "--resolution", "duplicate") == [("b", "todo", "cancelled")]
    moved(ledger, "start", "l")
    assert moved(ledger, "done", "l", "-m", "easy") == [("l", "in_progress", "done")]
    tasks = {one["id"]: one for one in ledger("list", "--json").json["tasks"]}
    assert [tasks[one].get("resolution") for one in "abl"] == ["merged", "duplicate", None]
    assert tasks["l"]["notes"] == ["easy"]
    assert ledger("verify", "--all").status is Exit.OK


def test_work_that_is_handed_in_or_ended_may_name_its_pull_request(ledger: Tk) -> None:
    def pr(task: str) -> str:
        return str(ledger("show", task, "--json").json["task"]["pr"])

    ledger("start", "a", "b")
    moved(ledger, "submit", "a", "--pr", "https://git.example/pull/7")
    assert pr("a") == "https://git.example/pull/7"
    moved(ledger, "done", "b", "--pr", "12", "--resolution", "merged")
    assert pr("b") == "12"
    assert ledger("verify", "--all").status is Exit.OK
    ledger("reject", "a")
    answer = ledger("done", "a", "--pr", "soon")
    assert answer.status is Exit.USAGE
    assert "pr: 'soon'" in answer.err


def test_a_move_says_what_it_did(ledger: Tk) -> None:
    assert ledger("start", "a").out == "a: todo -> in_progress  First\n"
    assert ledger("done", "a", "--dry-run").out == "would be: a: in_progress -> done  First\n"


def test_who_stops_is_told_one_line_that_puts_it_back(ledger: Tk) -> None:
    """By requeue, and by the word that people have for it, from wherever the work is."""
    for verb, more in (("requeue", ()), ("stop", ("submit",))):
        for move in ("start", *more):
            ledger(move, "a")
        line = ledger(verb, "a").err.split("remedy: ")[1].strip()
        assert line == "tk block a --reason other && tk requeue a"
        for command in line.split(" && "):
            assert ledger(*command.split()[1:]).status is Exit.OK
        assert state_of(ledger, "a") == "todo"
    ledger("start", "a")
    assert ledger("release", "a").out == "a: released, still in_progress  First\n"


def test_a_move_says_what_a_person_should_know_of_it(ledger: Tk, git: Git) -> None:
    def step(words: str) -> None:
        git("commit", "-q", "--allow-empty", "-m", f"{words}\n\nTk-Task: a")

    idle = "no commit since work began names a: tk diff a\n"
    ledger("edit", "a", "--budget", "rework=5")
    ledger("start", "a")
    assert ledger("submit", "a", "--dry-run").err == ""
    assert ledger("submit", "a").err == idle
    back = ledger("reject", "a").err
    assert back == (
        "a: 1 of 5 rounds of rework used: tk budget a\n"
        "no reason was given (-m TEXT); to say what is missing: tk note a TEXT\n"
    )
    step("work")
    assert ledger("submit", "a").err == ""
    assert "no reason" not in ledger("reject", "a", "-m", "no test").err
    again = "no commit since it was sent back names a: tk diff a\n"
    assert ledger("submit", "a").err == again, "what was done before that is known"
    ledger("reject", "a", "-m", "still no test")
    ledger("block", "a", "--reason", "failed", "-m", "which test?")
    assert ledger("resume", "a", "--dry-run").err == ""
    said = ledger("resume", "a").err
    assert said == "warning: a: 4 of 5 rounds of rework used: tk budget a\n"
    assert "rework" not in ledger("note", "b", "words").err
    ledger("edit", "b", "--parent", "a")
    assert ledger("submit", "a").err.count("\n") == 1, "the work may be in its parts"
    assert "  at this rate until 2" not in ledger("budget", "a").out
    ledger("edit", "b", "--parent", "", "--budget", "seconds=900")
    ledger("start", "b")
    assert "  at this rate until 2" in ledger("budget", "b").out


@pytest.mark.parametrize(
    "words", [["start", "a"], ["block", "a", "--reason", "other"], ["cancel", "a"]]
)
def test_a_dry_run_judges_and_writes_nothing(ledger: Tk, git: Git, words: list[str]) -> None:
    def world() -> list[str]:
        return [git("for-each-ref"), git("count-objects", "-v"), git("ls-files", "-s")]

    before = world()
    said = ledger(*words, "--dry-run", "--json").json
    assert list(said) == ["schema", "tasks"]
    assert said["tasks"][0]["id"] == "a"
    refused(ledger("submit", "a", "--dry-run", "--json"), "TK201")
    assert world() == before


def test_several_ids_move_together_or_not_at_all(ledger: Tk, git: Git) -> None:
    count = int(git("rev-list", "--count", "HEAD"))
    assert moved(ledger, "start", "a", "b", "a") == [
        ("a", "todo", "in_progress"),
        ("b", "todo", "in_progress"),
    ]
    assert int(git("rev-list", "--count", "HEAD")) == count + 1
    moved(ledger, "submit", "a")
    refused(ledger("submit", "b", "a", "--json"), "TK201")
    assert state_of(ledger, "b") == "in_progress"


def test_the_same_key_again_gives_the_first_answer_again(ledger: Tk, git: Git) -> None:
    for key in ("k1", "job 7: a  b", "ä"):
        first = ledger("start", "a", "--key", key, "--json")
        again = ledger("start", "a", "--key", key, "--json")
        assert (again.status, again.json) == (Exit.OK, first.json)
        assert git("rev-parse", "HEAD") == first.json["commit"]
        ledger("block", "a", "--reason", "other")
        ledger("requeue", "a")
    refused(ledger("submit", "a", "--key", "k2", "--json"), "TK201")
    text = lines({"op": "note", "id": "b", "message": "once"})
    first = ledger("batch", "--key", "k3", "--json", stdin=text)
    assert ledger("batch", "--key", "k3", "--json", stdin=text).json == first.json
    assert ledger("show", "b", "--json").json["task"]["notes"] == ["once"]


def test_a_refusal_names_fact_and_remedy(ledger: Tk, git: Git) -> None:
    ledger("new", "Third", "--id", "c", "--depends-on", "a", "--parent", "b")
    answer = ledger("start", "c")
    assert (answer.status, answer.out) == (Exit.REJECTED, "")
    assert answer.err.startswith("error[TK211] c: cannot be worked on: a is not done\n  remedy: ")
    refused(ledger("cancel", "b", "--json"), "TK212")
    both = ledger("start", "c", "a", "--json")
    refused(both, "TK211")
    assert both.json["violations"][0]["name"] == "started-with-open-dependencies"


def test_the_actor_is_as_then_tk_actor_then_the_e_mail(
    ledger: Tk, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    def actor() -> str:
        return git("log", "-1", "--format=%(trailers:key=Tk-Actor,valueonly)")

    ledger("start", "a")
    assert actor() == "test@example.org"
    assert ledger("show", "a", "--json").json["task"]["owner"] == "test@example.org"
    monkeypatch.setenv("TK_ACTOR", "agent-3")
    ledger("start", "b")
    assert actor() == "agent-3"
    ledger("submit", "b", "--as", "agent-4")
    assert actor() == "agent-4"
    assert (
        ledger("config", "set", "actors", "agent-4=Four", "test@example.org=Tess").status is Exit.OK
    )
    ledger("reject", "b", "--as", "agent-4")
    assert actor() == "Four"
    monkeypatch.delenv("TK_ACTOR")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "test@example.org")
    ledger("note", "b", "by e-mail")
    assert actor() == "Tess"
    assert ledger("log", "b", "--json").json["entries"][-1]["actor"] == "Tess"


def test_prefixes_name_tasks_and_near_ids_are_suggested(ledger: Tk) -> None:
    for name in ("task-one", "task-two", "other"):
        ledger("new", "T", "--id", name)
    assert ledger("show", "task-o", "--json").json["task"]["id"] == "task-one"
    assert moved(ledger, "start", "othe") == [("other", "todo", "in_progress")]
    error = failed(ledger("start", "task", "--json"), Exit.USAGE, "ambiguous")
    assert "task-one, task-two" in error["message"]
    error = failed(ledger("start", "tsak-one", "--json"), Exit.UNUSABLE, "no-such-task")
    assert error["remedy"].startswith("did you mean task-one")
    error = failed(ledger("show", "qqqqqqq", "--json"), Exit.UNUSABLE, "no-such-task")
    assert error["remedy"] == "tk list"
