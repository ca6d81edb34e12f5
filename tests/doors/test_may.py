"""What single actors may do, at every door: verbs, paths of files, branches; each with its legal twin."""

from __future__ import annotations

import os

import pytest

from tests.support.clone import Clone, Refused
from tests.support.every_door import Attempt, each_at_every_door
from tests.support.templates import After
from tkledger.errors import Exit

BOT = "bot-1"
SETTINGS = (
    "roles.policy king",
    "may.bot-* verbs=start,submit,note,block paths=src/*,*.md branches=tk/*",
)
BLOCKED = {"state": "blocked", "wait": {"reason": "user"}}
STEP = ("Tk-Task: p",)
ROWS: tuple[tuple[str, str, Attempt, Attempt], ...] = (
    (
        *("a verb", "TK509"),
        Attempt("done p", {"p": {"state": "done"}}, BOT),
        Attempt("submit p", {"p": {"state": "in_review"}}, BOT),
    ),
    (
        *("a new task", "TK509"),
        Attempt("new Title --id z", {"z": {}}, BOT),
        Attempt("new Title --id z", {"z": {}}),
    ),
    (
        *("another title", "TK509"),
        Attempt("edit a --title B", {"a": {"title": "B"}}, BOT),
        Attempt("note a B", {"a": {"notes": ["B"]}}, BOT),
    ),
    (
        *("a file, in work on a task", "TK509"),
        Attempt("", {}, BOT, STEP, ("src/a.py", "lib/b.py")),
        Attempt("", {}, BOT, STEP, ("src/a.py", "src/lib/b.py", "README.md")),
    ),
    (
        *("a file, in any commit", "TK509"),
        Attempt("", {}, BOT, (), ("code.txt",)),
        Attempt("", {}, "ann", (), ("code.txt",)),
    ),
    (
        *("a file beside a move", "TK509"),
        Attempt("", {"p": BLOCKED}, BOT, (), ("code.txt",)),
        Attempt("", {"p": BLOCKED}, BOT, (), ("src/code.txt",)),
    ),
)


@pytest.fixture
def limited(clone_after: After[Clone]) -> Clone:
    return clone_after(_limited)


def _limited(clone: Clone) -> None:
    for one in SETTINGS:
        clone.ok("config", "set", *one.split(" "), "--as", "king")
    clone.push()


def test_every_door_keeps_an_actor_to_what_it_may(limited: Clone) -> None:
    each_at_every_door(limited, ROWS)


def test_who_is_limited_does_not_lift_the_limit(limited: Clone) -> None:
    limited.ok("config", "set", "roles.policy", "--as", "king")
    answer = limited.tk("config", "set", "may", "--as", BOT)
    assert "[TK509] .tasks/config.yaml: the policy changes: not for bot-1" in answer.err
    limited.ok("config", "set", "may.bot-*", "branches=", "--as", "ann")
    limited.ok("config", "set", "may", "--as", "ann")
    limited.ok("new", "Title", "--as", BOT)


def as_bot(clone: Clone, *words: str) -> None:
    clone.git(*words, env={**os.environ, "GIT_AUTHOR_EMAIL": BOT, "TK_ACTOR": BOT})


def test_a_merge_touches_what_it_authors_or_loses(limited: Clone) -> None:
    """To merge what others did is legal, wherever it lies; to lose or to change it is not."""
    limited.write("code.txt", "\n".join("abcdefghij"))
    limited.git("add", "-A")
    limited.git("commit", "-q", "-m", "code")
    limited.git("switch", "-q", "-c", "tk/x")
    limited.write("code.txt", "\n".join("Abcdefghij"))
    limited.git("commit", "-q", "-a", "-m", "at the top, by another")
    limited.write("src/a.py", "new\n")
    limited.git("add", "-A")
    as_bot(limited, "commit", "-q", "-m", "work")
    limited.git("switch", "-q", "main")
    limited.write("code.txt", "\n".join("abcdefghiJ"))
    limited.git("commit", "-q", "-a", "-m", "at the bottom")
    limited.write("lib.txt", "new\n")
    limited.git("add", "-A")
    limited.git("commit", "-q", "-m", "another file")
    main = limited.oid()
    limited.git("switch", "-q", "tk/x")
    side = limited.oid()
    as_bot(limited, "merge", "-q", "-m", "both", "main")
    good = limited.oid()
    assert limited.verified(f"{main}..{good}") == set()
    limited.git("push", "-q", "origin", "main")
    limited.push(f"{good}:refs/heads/tk/good")

    def merge(tree: str) -> str:
        return limited.commit_tree(tree, side, main, message=f"x\n\nTk-Actor: {BOT}")

    for name, tree in (
        ("changed", limited.tree({"code.txt": b"mine\n"})),
        ("taken away", limited.tree({"lib.txt": None})),
        ("as it was", limited.git("rev-parse", f"{side}^{{tree}}")),
    ):
        bad = merge(tree)
        assert limited.verified(f"{main}..{bad}") == {"TK509"}, name
        with pytest.raises(Refused, match=r"TK509.*(code|lib)\.txt"):
            limited.push(f"{bad}:refs/heads/tk/bad", options=("--no-verify",))
    ancestor = limited.commit_tree(
        limited.git("rev-parse", "main~1^{tree}"), "main", "main~1", message=f"x\n\nTk-Actor: {BOT}"
    )
    assert limited.verified(f"main..{ancestor}") == {"TK509"}, "a merge that joins nothing"
    alone = limited.git("mktree", stdin=f"100644 blob {limited.blob(b'x')}\tevil.py\n")
    root = limited.commit_tree(alone)
    tree = limited.tree({"evil.py": b"x"})
    brought = limited.commit_tree(tree, "main", root, message=f"x\n\nTk-Actor: {BOT}")
    assert limited.verified(f"main..{brought}") == {"TK509"}, "from a side that has no ledger"
    by_another = limited.commit_tree(limited.tree({"code.txt": b"mine\n"}), side, main)
    assert limited.verified(f"{main}..{by_another}") == set()


def test_branches_are_asked_of_who_pushes(limited: Clone) -> None:
    env = {**os.environ, "TK_ACTOR": BOT}
    work = limited.commit_tree(
        limited.tree({"src/x": b"x\n"}), "main", message=f"x\n\nTk-Actor: {BOT}"
    )
    push = ("push", "-q", "origin")
    with pytest.raises(Refused, match=r"pre-push|TK717.*main: is not for bot-1"):
        limited.git(*push, f"{work}:main", env=env)
    limited.git(*push, f"{work}:refs/heads/tk/p", env=env)
    with pytest.raises(Refused, match=r"TK717.*main: is not for bot-1"):
        limited.git(*push, "--no-verify", f"{work}:main")  # the server sees who made the tip
    with pytest.raises(Refused, match="TK717"):
        limited.git(*push, ":refs/heads/other", env=env)
    merged = limited.commit_tree(limited.tree({"src/x": b"x\n"}), "main", work, message="x")
    limited.git(*push, f"{merged}:main")
    limited.git(*push, f"{work}:refs/tags/v1", env=env)


def test_a_server_that_knows_who_pushes_asks_that_one(limited: Clone) -> None:
    limited.ok("config", "set", "pushers.fleet", "bot-1", "bot-2", "--as", "king")
    limited.ok("config", "set", "pushers.desk", "ann", "bot-1", "--as", "king")
    limited.push()
    limited.git("config", "tk.pusher", "WHO", cwd=limited.server)
    work = limited.commit_tree(
        limited.tree({"src/x": b"x\n"}), "main", message=f"x\n\nTk-Actor: {BOT}"
    )
    for login, branch, taken in (
        *(("fleet", "main", False), ("fleet", "tk/p", True)),
        *(("bot-1", "main", False), ("desk", "main", True)),
    ):
        words = ("push", "-q", "--no-verify", "origin", f"{work}:refs/heads/{branch}")
        env = {**os.environ, "WHO": login}
        if taken:
            limited.git(*words, env=env)
            continue
        with pytest.raises(Refused, match="TK717"):
            limited.git(*words, env=env)


def test_sync_asks_before_it_sends(limited: Clone) -> None:
    limited.ok("note", "p", "done so far", "--as", BOT)
    limited.git("config", "core.hooksPath", "/dev/null")
    limited.git("config", "user.email", BOT)
    answer = limited.tk("sync")
    assert (answer.status, "TK717" in answer.err) == (Exit.REJECTED, True)
    limited.git("switch", "-q", "-c", "tk/x")
    limited.ok("sync")


def test_an_honest_bot_does_its_work(limited: Clone) -> None:
    """With the few verbs that it has; by the commands as an agent types them."""
    for words in (("start a",), ("note a", "found it"), ("concern a", "slow"), ("step a",)):
        limited.ok(*words[0].split(" "), *words[1:], "--as", BOT)
    limited.ok("block", "a", "--reason", "user", "-m", "what now", "--as", BOT)
    limited.ok("resume", "a", "--as", "ann")
    limited.ok("start", "a", "--take", "--as", BOT)
    limited.git("switch", "-q", "-c", "tk/a")
    limited.write("src/a.py", "done\n")
    limited.git("add", "-A")
    as_bot(limited, "commit", "-q", "-m", "work")
    assert "Tk-Task: a" in limited.git("log", "-1", "--format=%B")
    limited.ok("submit", "a", "--as", BOT)
    limited.git("push", "-q", "origin", "tk/a", env={**os.environ, "TK_ACTOR": BOT})
    limited.git("switch", "-q", "main")
    limited.git("merge", "-q", "--no-ff", "-m", "merge", "tk/a")
    limited.push()
    assert limited.verified() == set()
