"""What an agent used up in a window of time stops its next step and start in any task, at every door."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.support.clone import Clone, Refused
from tests.support.templates import After
from tkledger.core.quota import HOUR
from tkledger.core.time import iso
from tkledger.errors import Exit

ME = "test@example.org"
QUIETLY = ("-c", "core.hooksPath=/dev/null")


@pytest.fixture
def limited(clone_after: After[Clone]) -> Clone:
    """Who acts may make three calls in 24 hours, whatever the tasks; p and s are in progress."""
    return clone_after(_limited)


def _limited(clone: Clone) -> None:
    clone.ok("config", "set", "quotas.test@*", "calls=3")
    clone.push()


def called(clone: Clone, count: int, task: str = "p") -> None:
    clone.ok("spend", task, "--calls", str(count))


def by_commit(clone: Clone, task: str) -> None:
    clone.git("commit", "-q", "--allow-empty", "-m", f"work\n\nTk-Task: {task}")


def by_no_verify(clone: Clone, task: str) -> None:
    clone.git("commit", "-q", "-n", "--allow-empty", "-m", f"work\n\nTk-Task: {task}")


def made(clone: Clone, task: str) -> str:
    tree = clone.oid("HEAD^{tree}")
    return clone.commit_tree(tree, "HEAD", message=f"work\n\nTk-Task: {task}")


def by_plumbing(clone: Clone, task: str) -> None:
    clone.git("update-ref", "refs/heads/main", made(clone, task))


def by_push(clone: Clone, task: str) -> None:
    clone.push(f"{made(clone, task)}:refs/heads/x")


def at_the_server(clone: Clone, task: str) -> None:
    clone.push(f"{made(clone, task)}:refs/heads/x", options=("--no-verify",))


def by_verify(clone: Clone, task: str) -> None:
    found = clone.verified(f"HEAD..{made(clone, task)}")
    if found:
        raise Refused(" ".join(f"[{code}]" for code in found))


def by_command(clone: Clone, task: str) -> None:
    answer = clone.tk("step", task)
    if answer.status:
        raise Refused(answer.err)


def by_start(clone: Clone, task: str) -> None:
    answer = clone.tk("start", "a")
    if answer.status:
        raise Refused(answer.err)


def by_hand(clone: Clone, task: str) -> None:
    clone.edit("a", state="in_progress")
    clone.git("commit", "-q", "-a", "-m", "go")


DOORS = [
    *(by_commit, by_no_verify, by_plumbing, by_push, at_the_server, by_verify, by_command),
    *(by_start, by_hand),
]


@pytest.mark.parametrize("door", DOORS)
def test_it_is_refused_at_one_more_than_the_quota(
    limited: Clone, door: Callable[[Clone, str], None]
) -> None:
    called(limited, 2, "p")
    called(limited, 1, "a")  # all of it is still allowed
    door(limited.copy(limited.root.parent / "all"), "s")
    called(limited, 1, "p")
    with pytest.raises(Refused, match="TK525"):
        door(limited, "s")


def test_what_has_happened_is_recorded_and_what_there_is_is_handed_in(limited: Clone) -> None:
    called(limited, 9)
    called(limited, 10**15 - 1)
    assert limited.tk("next").status == Exit.NOTHING
    assert "has used 1000000000000008 of 3 calls in 24h" in limited.tk("next").err
    limited.ok("submit", "p")
    limited.ok("block", "s", "--reason", "user")
    limited.ok("cancel", "b")
    limited.ok("note", "c", "this is no work")
    limited.ok("start", "c", "--as", "bob")  # whom no quota limits
    answer = limited.tk("start", "a")
    assert "[TK525] a: " in answer.err
    assert "remedy: wait until 20" in answer.err
    assert "or tk config set 'quotas.test@*' calls=N" in answer.err
    assert limited.verified() == set()
    limited.push()


def test_a_remedy_is_carried_out(limited: Clone) -> None:
    called(limited, 4)
    limited.ok("config", "set", "quotas.test@*", "calls=5")
    by_commit(limited, "s")
    limited.ok("start", "a")
    limited.push()
    assert limited.verified() == set()


def test_only_who_keeps_the_policy_raises_a_quota(limited: Clone) -> None:
    limited.ok("config", "set", "roles.policy", "boss")
    called(limited, 4)
    answer = limited.tk("start", "a")
    assert "or ask boss: tk config set 'quotas.test@*' calls=N" in answer.err
    assert "[TK502]" in limited.tk("config", "set", "quotas.test@*", "calls=9").err
    limited.ok("config", "set", "quotas.test@*", "calls=9", "--as", "boss")
    limited.ok("start", "a")


def test_steps_tokens_and_cost_are_limited_too(clone: Clone) -> None:
    clone.ok("config", "set", "quotas.*", "steps=2", "tokens=1000", "cost=0.5", "window=7d")
    by_commit(clone, "p")
    by_commit(clone, "s")
    with pytest.raises(Refused, match="3 of 2 steps in 7d"):
        by_commit(clone, "p")
    clone.ok("spend", "p", "--tokens-in", "1000", "--cost", "0.5")
    clone.ok("start", "a")
    clone.ok("spend", "a", "--tokens-out", "1", "--cost", "0.000001")
    answer = clone.tk("start", "b")
    assert "has used 1001 of 1000 tokens in 7d" in answer.err
    assert "has used 0.500001 of 0.5 US dollars in 7d" in answer.err


def test_what_is_older_than_the_window_counts_no_more(limited: Clone) -> None:
    begin = (int(time.time()) // HOUR + 1) * HOUR

    def at(hours: int) -> dict[str, str]:
        return {"GIT_COMMITTER_DATE": f"{begin + hours * HOUR} +0000"}

    for hours in (0, 2):
        message = f"{hours}\n\nTk-Spend: p\nTk-Calls: 2"
        limited.git(*QUIETLY, "commit", "-q", "--allow-empty", "-m", message, env=at(hours))
    for hours, codes in ((2, {"TK525"}), (23, {"TK525"}), (24, set()), (99, set())):
        words = ("commit-tree", limited.oid("HEAD^{tree}"), "-p", "HEAD", "-m", "x\n\nTk-Task: p")
        late = limited.git(*words, env=at(hours))
        assert limited.verified(f"HEAD..{late}") == codes
    with pytest.raises(Refused, match="TK703"):
        limited.push(f"{late}:refs/heads/x", options=("--no-verify",))
    (then,) = json.loads(limited.ok("budget", "--agent", ME, "--at", "HEAD", "--json").out)[
        "quotas"
    ]
    assert (then["used"], then["exceeded"]) == (4, True)
    assert then["again_at"] == iso(begin + 24 * HOUR)


def test_a_date_before_that_of_a_parent_gives_nothing_back(limited: Clone) -> None:
    called(limited, 4)
    for date in ("@1000000000 +0000", "@0 +0000"):
        with pytest.raises(Refused, match="TK525"):
            limited.git(
                *("commit", "-q", "--allow-empty", "-m", "work\n\nTk-Task: p"),
                env={"GIT_COMMITTER_DATE": date},
            )


def test_a_date_in_the_future_gives_nothing_back(limited: Clone) -> None:
    limited.git("switch", "-q", "-c", "one")
    message = "x\n\nTk-Spend: p\nTk-Calls: 4"
    far = {"GIT_COMMITTER_DATE": "@4102444800 +0000"}
    limited.git(*QUIETLY, "commit", "-q", "--allow-empty", "-m", message, env=far)
    assert "TK525" in limited.tk("start", "a").err
    limited.git("switch", "-q", "main")
    answer = limited.tk("start", "a")
    assert "TK724" in answer.err
    assert "wait until 2100-01-02T" in answer.err
    with pytest.raises(Refused, match="TK703"):
        limited.push("one", options=("--no-verify",))
    limited.git("branch", "-q", "-D", "one")
    limited.ok("start", "a")


def test_other_names_of_an_actor_are_no_other_actors(limited: Clone) -> None:
    limited.ok("config", "set", f"actors.{ME}", "ann")
    limited.ok("config", "set", "quotas.ann", "calls=3")
    limited.ok("spend", "p", "--calls", "3", "--as", "ann")
    called(limited, 1)
    with pytest.raises(Refused, match="ann has used 4 of 3 calls"):
        by_commit(limited, "p")


def test_who_names_nobody_is_limited_by_what_nobody_used(clone: Clone) -> None:
    clone.ok("config", "set", "quotas.*", "calls=3")
    clone.git("config", "user.email", "")
    message = "x\n\nTk-Spend: p\nTk-Calls: 4"
    clone.git(*QUIETLY, "commit", "-q", "--allow-empty", "-m", message)
    clone.git(*QUIETLY, "commit", "-q", "--allow-empty", "-m", "work\n\nTk-Task: p")
    assert clone.verified("HEAD~1..") == {"TK525"}


def test_what_is_charged_to_no_task_counts_for_no_actor(limited: Clone) -> None:
    for name in ("none", "@test@example.org", "@", ".tasks/p.yaml"):
        message = f"x\n\nTk-Spend: {name}\nTk-Calls: 9"
        limited.git("commit", "-q", "--allow-empty", "-m", message)
    message = "work\n\nTk-Task: p\nTk-Spend: none\nTk-Calls: 9"
    limited.git("commit", "-q", "--allow-empty", "-m", message)
    limited.ok("start", "a")
    limited.push()
    assert limited.verified() == set()


def test_a_merge_that_joins_what_was_used_is_no_crime(limited: Clone) -> None:
    for side, task in (("one", "p"), ("two", "s")):
        limited.git("switch", "-q", "-c", side, "main")
        called(limited, 2, task)
        by_commit(limited, task)
    limited.git("merge", "-q", "--no-edit", "one")
    assert limited.verified() == set()
    with pytest.raises(Refused, match="TK525"):
        by_commit(limited, "p")


def test_all_branches_count_where_work_is_taken_up(limited: Clone) -> None:
    limited.git("switch", "-q", "-c", "one")
    called(limited, 2)
    limited.git("switch", "-q", "-c", "two", "main")
    called(limited, 2, "s")
    said = f"{ME} has used 4 of 3 calls in 24h on all branches, by the policy's quotas.test@*"
    for command in (["start", "a"], ["start", "a", "--dry-run"], ["work", "a"]):
        answer = limited.tk(*command)
        assert answer.status == Exit.REJECTED
        assert f"error[TK724] a: {said}" in answer.err
    assert said in limited.tk("next").err
    with pytest.raises(Refused, match="TK724"):
        by_hand(limited, "a")
    limited.git("reset", "-q", "--hard")
    limited.ok("start", "a", "--as", "bob")
    limited.git("branch", "-q", "-D", "one")
    limited.ok("start", "b")


def test_a_branch_counts_once_though_a_remote_has_it_too(limited: Clone) -> None:
    limited.git("switch", "-q", "-c", "tk/one")
    called(limited, 2)
    limited.push("tk/one")
    limited.git("commit", "-q", "--amend", "--no-edit", "--allow-empty", "--date", "@1000000000")
    assert limited.oid() != limited.oid("origin/tk/one")
    limited.ok("start", "a")  # two calls, which two commits tell of
    limited.git("switch", "-q", "main")
    limited.git("branch", "-q", "-D", "tk/one")
    called(limited, 2, "s")
    assert "TK724" in limited.tk("start", "b").err  # with those that only the remote has


def test_a_server_counts_all_of_its_branches(limited: Clone) -> None:
    limited.git("switch", "-q", "-c", "one")
    called(limited, 2)
    limited.push("one")
    limited.git("switch", "-q", "-c", "two", "main")
    called(limited, 1)
    by_commit(limited, "s")
    limited.push("two")  # three, on two branches
    called(limited, 1)
    limited.push("two")  # what was spent is never refused
    by_commit(limited, "s")
    with pytest.raises(Refused, match=r"TK724.*4 of 3 calls in 24h on all branches"):
        limited.push("two")
    limited.push("two", ":one")  # no branch has these any more
    assert limited.verified() == set()


def test_a_start_is_refused_at_a_server(limited: Clone) -> None:
    limited.git("switch", "-q", "-c", "one")
    called(limited, 4)
    limited.push("one")
    limited.git("switch", "-q", "-c", "two", "main")
    limited.git("branch", "-q", "-D", "one")
    limited.git("branch", "-q", "-r", "-D", "origin/one")
    limited.ok("start", "a")  # which this clone cannot know better
    with pytest.raises(Refused, match="TK724"):
        limited.push("two", options=("--no-verify",))


def test_what_is_left_is_shown_and_nearly_none_is_warned_of(limited: Clone) -> None:
    limited.ok("config", "set", "quotas.*", "calls=10", "cost=5", "window=7d")
    limited.git("switch", "-q", "-c", "one")
    called(limited, 1)
    limited.git("switch", "-q", "main")
    called(limited, 1, "s")
    shown = limited.ok("budget", "--agent", ME).out
    assert "2 of 3, 1 left  in 24h  quotas.test@*" in shown
    assert "$0 of $5, $5 left  in 7d  quotas.*" in shown
    then = json.loads(limited.ok("budget", "--agent", ME, "--at", "HEAD", "--json").out)
    assert [one["used"] for one in then["quotas"]] == ["0", 1, 1]
    answer = limited.ok("spend", "p", "--calls", "1")
    assert "warning" not in answer.err
    limited.ok("config", "set", "warn_at", "60")
    message = "work\n\nTk-Task: p\nTk-Calls: 1"
    told = limited.run("commit", "-q", "--allow-empty", "-m", message).stderr.decode()
    assert f"warning: {ME} has used 3 of 3 calls in 24h: tk budget --agent {ME}" in told
    assert "has used 3 of 3 calls in 24h" in limited.ok("note", "s", "nearly").err
    (bob,) = [limited.tk("budget", "--agent", "bob", "--json")]
    assert [one["pattern"] for one in json.loads(bob.out)["quotas"]] == ["*", "*"]
    limited.ok("config", "set", "quotas.*")
    assert "the policy has no quota for bob" in limited.ok("budget", "--agent", "bob").err
    assert limited.tk("budget", "p", "--agent", "bob").status == Exit.USAGE


def test_a_step_of_who_is_limited_costs_no_more_than_under_a_budget(clone: Clone) -> None:
    """The commit-msg hook of a step, against one where nothing is limited; nothing is counted for others."""
    by_commit(clone, "p")
    clone.ok("budget", "p")

    def processes() -> int:
        clone.trace.unlink(missing_ok=True)
        clone.write(".git/message", "work\n\nTk-Task: p\n")
        clone.git("hook", "run", "commit-msg", "--", ".git/message")
        return len(clone.ran())

    free = processes()
    clone.ok("config", "set", "quotas.bob", "calls=1")
    known = processes()
    clone.ok("config", "set", "quotas.test@*", "calls=50")
    assert processes() <= known + 1
    assert known <= free + 1  # who commits is asked
