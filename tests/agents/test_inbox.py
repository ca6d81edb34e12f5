"""``tk send`` and ``tk inbox``, in one clone and across several."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.support.project import Answer, Project, at_once, race
from tests.support.team import Team, tk_refs
from tkledger.agents import inbox
from tkledger.core.messages import Message, written
from tkledger.core.ref_names import INBOXES, inbox_of
from tkledger.errors import Exit
from tkledger.git.repo import Repo


@pytest.fixture
def alone(tmp_path: Path) -> Project:
    """A ledger without a server."""
    made = Project.create(tmp_path / "repo")
    made.ok("init", "--no-hooks")
    made.ok("new", "Parse", "--id", "parse")
    return made


def texts(at: Project, who: str, *more: str) -> list[str]:
    answer = at.ok("inbox", "--as", who, "--json", *more)
    return [one["text"] for one in answer.json["messages"]]


def test_a_message_waits_for_whom_it_is_sent_to(alone: Project) -> None:
    sent = alone.ok("send", "bob", "look at parse", "--as", "ada", "--task", "pars").out.strip()
    (line, text) = alone.ok("inbox", "--as", "bob").out.splitlines()
    assert line.startswith(f"{sent}  ")
    assert "  from ada  parse  for " in line
    assert text == "  look at parse"
    answer = alone.ok("inbox", "--as", "carl")
    assert (answer.out, answer.err) == ("", "no message waits for carl\n")


def test_the_answer_for_programs(alone: Project) -> None:
    sent = alone.ok("send", "bob", "hello", "--as", "ada", "--ttl", "60", "--json").json
    assert sent == {"schema": "tk/1", "id": sent["id"], "to": "bob"}
    said = alone.ok("inbox", "--as", "bob", "--json").json
    (one,) = said["messages"]
    assert (said["actor"], one["id"], one["from"]) == ("bob", sent["id"], "ada")
    assert one.keys() == {"id", "from", "to", "text", "at", "expires_at"}


def test_what_is_taken_waits_no_longer(alone: Project) -> None:
    first, second = (alone.ok("send", "bob", word, "--as", "ada").out.strip() for word in "xy")
    assert alone.ok("inbox", "--ack", first, "--as", "bob").out == f"{first}: taken\n"
    assert texts(alone, "bob") == ["y"]
    again = alone.ok("inbox", "--ack", first, second, "--as", "bob")
    assert again.out == f"{second}: taken\n"
    assert again.err == f"{first}: already taken\n"
    assert texts(alone, "bob") == []


def test_what_is_refused_three_times_is_dead(alone: Project) -> None:
    oid = alone.ok("send", "bob", "do it", "--as", "ada").out.strip()
    for reason in ("no time", "no tools"):
        alone.ok("inbox", "--refuse", oid, "-m", reason, "--as", "bob")
        assert texts(alone, "bob") == ["do it"]
    assert "  refused by bob: no tools\n" in alone.ok("inbox", "--as", "bob").out
    alone.ok("inbox", "--nack", oid, "--as", "bob")
    assert texts(alone, "bob") == []
    assert texts(alone, "bob", "--dead") == ["do it"]
    alone.ok("inbox", "--ack", oid, "--as", "bob")
    assert texts(alone, "bob", "--dead") == []


def test_what_has_expired_is_gone(alone: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    alone.ok("send", "bob", "old news", "--as", "ada", "--ttl", "1h")
    monkeypatch.setattr(time, "time", lambda: now + 3_599)
    assert texts(alone, "bob") == ["old news"]
    monkeypatch.setattr(time, "time", lambda: now + 3_601)
    assert texts(alone, "bob") == []


def test_the_policys_names_are_one_actor(alone: Project) -> None:
    alone.ok("config", "set", "actors", "bob@example.org=bob")
    alone.ok("send", "bob@example.org", "hello")
    assert texts(alone, "bob") == texts(alone, "bob@example.org") == ["hello"]


def test_a_dry_run_sends_nothing(alone: Project) -> None:
    assert alone.ok("send", "bob", "x", "--dry-run").out == "would be: a message to bob\n"
    assert tk_refs(alone, "inbox") == {}
    oid = alone.ok("send", "bob", "x").out.strip()
    before = alone.git("for-each-ref")
    assert (
        alone.ok("inbox", "--ack", oid, "--as", "bob", "--dry-run").out
        == f"{oid}: would be taken\n"
    )
    assert alone.git("for-each-ref") == before


def refused(answer: Answer, *words: str) -> None:
    assert answer.status == Exit.USAGE, answer.said
    for word in words:
        assert word in answer.err, answer.said


def test_what_cannot_be_sent_is_said(alone: Project) -> None:
    refused(alone.tk("send", "bob", ""), "TEXT: must not be empty")
    refused(alone.tk("send", "bob", "x" * 16_385), "takes 16385 bytes, of 16384 at most")
    refused(alone.tk("send", "bob", "a\x1b[2J"), "must not hold control characters")
    refused(alone.tk("send", "bob\nx", "a"), "ACTOR: must be one line")
    refused(alone.tk("send", "bob", "a", "--ttl", "soon"), "is not a duration")
    assert "no such task: 'nothing'" in alone.tk("send", "bob", "a", "--task", "nothing").err
    refused(alone.tk("inbox", "--ack", "--as", "bob"), "which message?")
    refused(alone.tk("inbox", "--ack", "abc", "--as", "bob"), "no message to bob begins with 'abc'")
    refused(alone.tk("inbox", "--ack", "--refuse", "abc"), "exclude each other")
    sent = alone.ok("send", "bob", "-", stdin="x" * 16_384)
    asked = alone.tk("inbox", "--ack", "--as", "bob")
    refused(asked, "which message?")
    remedy = asked.err.partition("remedy: tk ")[2].split()
    assert alone.ok(*remedy, "--as", "bob").out == f"{sent.out.strip()}: taken\n"


NAMES = [
    *(
        "ada",
        "Ada",
        "a.b",
        "a..b",
        "x.lock",
        "@{",
        "a/b",
        "../../heads/main",
        "ä",
        "a b",
        "~^:?*[\\",
    ),
    *("con", "-x", "%41", "A", ".", "x" * 500, "X" * 60, "日本語" * 40),
]


def test_every_name_has_an_inbox_of_its_own(alone: Project) -> None:
    refs = [inbox_of(name) for name in NAMES]
    assert len({ref.casefold() for ref in refs}) == len(NAMES)
    for name, ref in zip(NAMES, refs):
        assert "/" not in ref.removeprefix(INBOXES)
        alone.git("check-ref-format", ref)
        alone.ok("send", "--as", "t", "--", name, f"to {name}")
        (found,) = inbox.inbox(Repo(str(alone.path)), name)
        assert (found.message.to, found.message.text) == (name, f"to {name}")


def test_what_others_pushed_cannot_steer_a_terminal(alone: Project) -> None:
    repo = Repo(str(alone.path))
    letter = Message("", "ada\u202e", "bob", "a\u202eb\u2028c", 0)
    inbox.append(repo, "bob", letter)
    for tree, words in (
        (alone.git("mktree"), "tk: x\n\n\x1b[2J"),
        (alone.git("mktree"), "[" * 9_999),
    ):
        tip = alone.git("rev-parse", "refs/tk/inbox/bob")
        oid = alone.git("commit-tree", tree, "-p", tip, "-m", words)
        alone.git("update-ref", "refs/tk/inbox/bob", oid)
    said = alone.ok("inbox", "--as", "bob").out
    assert "a\\u202eb\\u2028c" in said
    assert "from ada\\u202e" in said
    assert all(letter == "\n" or letter.isprintable() for letter in said)
    assert alone.ok("inbox", "--as", "bob", "--json").out.strip().isprintable()


def test_a_date_of_nobody_does_no_harm(alone: Project) -> None:
    body = written(Message("", "ada", "bob", "later", 0))
    data = f"tree {alone.git('mktree')}\nauthor a <b> 1 +0000\ncommitter a <b> {'9' * 18} +0000\n\n{body}"
    oid = alone.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=data)
    alone.git("update-ref", "refs/tk/inbox/bob", oid)
    assert texts(alone, "bob") == []
    assert alone.ok("inbox", "--as", "bob", oid[:10]).status == Exit.OK


def test_an_inbox_is_read_up_to_a_bound(alone: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        alone.ok("send", "bob", str(number))
    monkeypatch.setattr(inbox, "MAX_READ", 3)
    assert sorted(texts(alone, "bob")) == ["1", "2", "3"]
    monkeypatch.setattr(inbox, "MAX_EVENT", 20)
    assert texts(alone, "bob") == []


def test_messages_come_in_the_order_in_which_they_were_sent(alone: Project) -> None:
    for number in range(6):
        alone.ok("send", "bob", str(number), "--as", f"ada{number % 2}")
    assert texts(alone, "bob") == [*"012345"]


def test_a_message_says_what_it_asks_for_and_what_it_answers(alone: Project) -> None:
    asked = alone.ok(
        *("send", "bob", "which branch?", "--as", "ada", "--type", "request", "--action", "tell"),
        *("--payload", '{"of": ["parse"]}', "--ttl", "0"),
    ).out.strip()
    (one,) = alone.ok("inbox", "--as", "bob", "--json").json["messages"]
    assert (one["type"], one["action"], one["payload"]) == ("request", "tell", {"of": ["parse"]})
    assert "expires_at" not in one
    (line, *rest) = alone.ok("inbox", "--as", "bob").out.splitlines()
    assert line.endswith("from ada  request  to tell  without an end")
    assert rest == ["  which branch?", '  {"of":["parse"]}']
    alone.ok("send", "ada", "main", "--as", "bob", "--type", "response", "--answers", asked[:6])
    (answer,) = alone.ok("inbox", "--as", "ada", "--json").json["messages"]
    assert answer["answers"] == one["id"]
    refused(alone.tk("send", "ada", "x", "--as", "bob", "--answers", "ffff"), "no message to bob")
    refused(alone.tk("send", "ada", "x", "--type", "A b"), "--type", "must be a word")
    refused(alone.tk("send", "ada", "x", "--payload", "{"), "--payload: is not JSON")


def test_the_sender_learns_of_a_dead_letter(alone: Project) -> None:
    oid = alone.ok("send", "bob", "do it", "--as", "ada", "--task", "parse").out.strip()
    for _ in range(3):
        alone.ok("inbox", "--refuse", oid, "--as", "bob")
    (told,) = alone.ok("inbox", "--as", "ada", "--json").json["messages"]
    assert told["text"] == f"your message {oid} to bob was refused 3 times"
    assert (told["type"], told["action"], told["task"], told["from"]) == (
        *("notice", "dead", "parse"),
        "bob",
    )
    assert told["answers"].startswith(oid)


def test_a_message_is_waited_for(alone: Project) -> None:
    nothing = alone.tk("inbox", "--as", "bob", "--wait", "0")
    assert (nothing.status, nothing.err) == (Exit.NOTHING, "no message waits for bob\n")
    with at_once([(alone, ["inbox", "--as", "bob", "--wait", "60"])]) as line:
        alone.ok("send", "bob", "now")
        (answer,) = line.answers()
    assert answer.status == Exit.OK
    assert "  now\n" in answer.out


def test_who_takes_a_task_or_looks_at_one_hears_of_messages(alone: Project) -> None:
    for task in ([], ["--task", "parse"]):
        alone.ok("send", "bob", "hello", "--as", "ada", *task)
    assert "2 messages wait for you: tk inbox\n" in alone.ok("next", "--as", "bob").err
    assert alone.ok("next", "--as", "bob", "--json").json["unread"] == 2
    assert "unread" not in alone.ok("next", "--as", "carl", "--json").json
    alone.git("config", "user.email", "bob")
    assert "1 message waits for you: tk inbox\n" in alone.ok("show", "parse").err
    assert alone.ok("work", "parse", "--as", "bob", "--json").json["unread"] == 2
    alone.git("config", "user.useConfigOnly", "true")
    alone.git("config", "--unset", "user.email")
    assert alone.ok("show", "parse").err == "", "who git does not know can look, too"


def test_of_two_clones_the_one_at_the_remote_first_takes_a_message(
    team: Team, ada: Project
) -> None:
    ada.ok("config", "set", "claims", "remote")
    short = ada.ok("send", "carl", "build it").out.strip()
    ada.ok("sync")
    one, two = team.member("carl"), team.member("carl2")
    for clone in (one, two):
        clone.ok("sync")
    said = race([(clone, ["inbox", "--ack", short, "--as", "carl"]) for clone in (one, two)])
    lines = sorted(answer.out + answer.err for answer in said)
    assert lines == [f"{short}: already taken\n", f"{short}: taken\n"]
    assert tk_refs(one, "inbox") == tk_refs(two, "inbox") == tk_refs(team.server, "inbox")


def test_what_is_taken_offline_is_not_exclusive_and_the_second_is_told(
    team: Team, ada: Project
) -> None:
    ada.ok("config", "set", "claims", "remote")
    short = ada.ok("send", "carl", "build it").out.strip()
    ada.ok("sync")
    clones = one, two = team.member("carl"), team.member("carl2")
    for clone in clones:
        clone.ok("sync")
    url = one.git("config", "remote.origin.url")
    for clone in clones:
        clone.git("config", "remote.origin.url", str(clone.path / "nowhere"))
        said = clone.ok("inbox", "--ack", short, "--as", "carl")
        assert said.out == f"{short}: taken\n"
        assert said.err.startswith("not exclusive: origin was not reached")
        clone.git("config", "remote.origin.url", url)
    assert "took it first" not in one.ok("sync", "--as", "carl").out
    assert f"message {short}: another clone took it first" in two.ok("sync", "--as", "carl").out
    assert "took it first" not in one.ok("sync", "--as", "carl").out


def test_where_no_remote_decides_it_says_so(team: Team, ada: Project) -> None:
    short = ada.ok("send", "carl", "build it").out.strip()
    said = ada.ok("inbox", "--ack", short, "--as", "carl", "--json")
    assert said.json["not_exclusive"].startswith("another clone can take it as well")


def test_many_send_at_once_and_all_arrive(alone: Project) -> None:
    answers = race([(alone, ["send", "bob", f"by {number}"]) for number in range(8)])
    assert [answer.status for answer in answers] == [0] * 8, answers
    assert sorted(texts(alone, "bob")) == sorted(f"by {number}" for number in range(8))


def test_of_many_who_take_one_message_one_has_it(alone: Project) -> None:
    short = alone.ok("send", "bob", "build it").out.strip()
    said = race([(alone, ["inbox", "--ack", short, "--as", "bob"])] * 8)
    lines = sorted(answer.out + answer.err for answer in said)
    assert lines == [f"{short}: already taken\n"] * 7 + [f"{short}: taken\n"]


def test_messages_travel_both_ways(team: Team, ada: Project, bob: Project) -> None:
    ada.ok("send", "carl", "from ada")
    bob.ok("send", "carl", "from bob")
    oid = bob.ok("inbox", "--as", "carl", "--json").json["messages"][0]["id"]
    bob.ok("inbox", "--as", "carl", "--refuse", oid)
    for one in (ada, bob, ada):
        one.ok("sync")
    assert sorted(texts(ada, "carl")) == sorted(texts(bob, "carl")) == ["from ada", "from bob"]
    carl = team.member("carl")
    carl.ok("sync")
    said = carl.ok("inbox", "--as", "carl", "--json").json["messages"]
    assert [len(one.get("refusals", [])) for one in said if one["id"] == oid] == [1]
    carl.ok("inbox", "--ack", *(one["id"] for one in said), "--as", "carl")
    for one in (carl, ada, bob):
        one.ok("sync")
        assert texts(one, "carl") == []
    assert len({json.dumps(tk_refs(one, "inbox")) for one in (ada, bob, carl, team.server)}) == 1


def test_a_server_that_asks_for_attribution_takes_messages(team: Team, ada: Project) -> None:
    ada.ok("config", "set", "attribution", "required")
    ada.ok("sync")
    ada.ok("send", "bob", "hello")
    assert "inbox sent: bob" in ada.ok("sync").out


def test_a_name_that_no_task_here_has_is_said(alone: Project) -> None:
    alone.ok("start", "parse", "--as", "ada@example.org")
    assert "has not" not in alone.ok("send", "ada@example.org", "hello").err
    assert "did you mean ada@example.org?" in alone.ok("send", "ada", "hello").err
    assert alone.ok("send", "eve", "hello").err == "eve has not created or taken a task here\n"


def test_who_sends_is_told_that_a_sync_takes_it_along(ada: Project, alone: Project) -> None:
    assert "it goes out with the next tk sync\n" in ada.ok("send", "bob", "look").err
    assert "tk sync" not in alone.ok("send", "bob", "look").err
