"""What stands in a sync's way is said in a sentence, and nothing is lost by it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.locks import waits
from tests.support.project import Answer, Project
from tests.support.team import Team, tk_refs
from tkledger.errors import Exit


def refused(answer: Answer, status: Exit, *words: str) -> None:
    assert answer.status == status, answer.said
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err, answer.said


def test_a_real_conflict_leaves_all_as_it_was(team: Team, ada: Project, bob: Project) -> None:
    ada.ok("edit", "a", "--priority", "0")
    ada.ok("sync")
    bob.ok("edit", "a", "--priority", "4")
    bob.write("code.txt", "not committed\n")
    before, server = bob.snapshot()[1:], team.server.git("for-each-ref")
    refused(
        bob.tk("sync"),
        Exit.UNUSABLE,
        "main and origin/main both changed the same: .tasks/a.yaml (priority)",
        "  remedy: git merge origin/main, then tk resolve, git commit and tk sync",
    )
    assert (bob.snapshot()[1:], team.server.git("for-each-ref")) == (before, server)
    assert not (bob.path / ".git" / "MERGE_HEAD").exists()


def test_the_remedy_for_a_conflict_is_one(ada: Project, bob: Project) -> None:
    ada.ok("edit", "a", "--priority", "0")
    ada.ok("sync")
    bob.ok("edit", "a", "--priority", "4")
    refused(bob.tk("sync"), Exit.UNUSABLE)
    bob.git("merge", "origin/main", check=False)
    bob.ok("resolve", "--theirs")
    bob.git("commit", "-q", "--no-edit")
    assert "2 commits sent" in bob.ok("sync").out
    ada.ok("sync")
    assert "priority: 0" in ada.file("a")
    ada.ok("verify", "--all")


def test_a_conflict_in_code_is_named(ada: Project, bob: Project) -> None:
    for one, text in ((ada, "by ada\n"), (bob, "by bob\n")):
        one.write("code.txt", text)
        one.git("commit", "-qam", text)
    ada.ok("sync")
    refused(
        bob.tk("sync"), Exit.UNUSABLE, "both changed the same: code.txt", "git merge origin/main"
    )
    assert bob.clean()


def test_two_legal_branches_that_do_not_go_together(ada: Project, bob: Project) -> None:
    ada.ok("edit", "a", "--depends-on", "b")
    ada.ok("sync")
    bob.ok("edit", "b", "--depends-on", "a")
    before = bob.head()
    refused(bob.tk("sync"), Exit.REJECTED, "would break the rules", "error[TK30")
    answer = bob.tk("sync", "--json")
    assert answer.status == Exit.REJECTED
    assert answer.json["violations"]
    assert (bob.head(), bob.clean()) == (before, True)


def test_what_is_illegal_does_not_leave(team: Team, ada: Project) -> None:
    """Also from a clone without hooks, where it could be committed."""
    visitor = team.visitor("visitor")
    text = (visitor.path / ".tasks/a.yaml").read_text()
    visitor.write(".tasks/a.yaml", text.replace("state: todo", "state: done"))
    visitor.git("commit", "-qam", "by hand")
    before, server = visitor.head(), team.server.git("for-each-ref")
    words = ("syncing main with origin/main would break the rules", "error[TK201] a: todo -> done")
    refused(visitor.tk("sync"), Exit.REJECTED, *words)
    said = visitor.tk("sync", "--json").json["violations"]
    assert [(one["code"], one["commit"]) for one in said] == [("TK201", before)]
    assert (visitor.head(), team.server.git("for-each-ref")) == (before, server)


def test_a_refusal_of_the_server_is_passed_on(
    team: Team, ada: Project, bob: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only a server can know: its own clock."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2099-01-01T00:00:00Z")
    bob.ok("start", "a")
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    ada.ok("start", "b")
    ada.ok("sync")
    before, server = bob.head(), team.server.git("for-each-ref", "refs/heads")
    refused(
        bob.tk("sync"),
        Exit.REJECTED,
        "origin refused the push, so nothing of main was sent; refused:",
        f"  {before[:10]} tk: start a Task a",
        f"error[TK703] {before[:10]}: is dated ",
        "remedy: set the clock right, then git rebase --force-rebase onto its parent",
    )
    assert (bob.head(), team.server.git("for-each-ref", "refs/heads")) == (before, server)
    said = bob.tk("sync", "--json").json
    assert said["commits"] == [{"commit": before, "subject": "tk: start a Task a"}]
    assert [(one["name"], one["commit"]) for one in said["violations"]] == [
        ("dated-in-the-future", before)
    ]


def test_what_needs_no_commit_goes_though_the_server_refuses_one(
    team: Team, ada: Project, bob: Project
) -> None:
    """Messages, claims and renewals; a claim that the commit ends stays as it is, and is renewed."""
    bob.ok("start", "a", "c")
    bob.ok("sync")
    held = tk_refs(team.server)
    server = Project(team.server.path)
    server.git("update-ref", "refs/heads/law", "main")
    bob.ok("renew", "c")
    bob.ok("start", "b")
    bob.ok("done", "a")
    bob.ok("send", "carl", "hello")
    refuses = "echo 'error[TK705] a: not by you ('$(git rev-parse --short=10 $new)')' >&2"
    hook = f"while read old new ref; do case $ref in refs/heads/*)\n{refuses}\n"
    hook += "echo '  remedy: have it done by ann' >&2; exit 1;; esac; done\n"
    team.server.write("hooks/pre-receive", f"#!/bin/sh\n{hook}").chmod(0o755)
    answer = bob.tk("sync")
    refused(
        answer,
        Exit.REJECTED,
        "origin refused the push, so nothing of main was sent; refused:",
        f"  {bob.head()[:10]} tk: done a Task a",
        "error[TK705] a: not by you",
        "remedy: have it done by ann; or take the commit back: tk undo a",
        "claims and messages go without it: claim sent: b, c; inbox sent: carl;"
        " claim kept until its commit is sent: a",
    )
    now = tk_refs(team.server)
    assert set(now) == set("abc")
    assert now["a"] != held["a"]
    assert team.server.git("rev-parse", f"{now['a']}^") == held["a"]
    assert "final" not in team.server.git("log", "-1", "--format=%b", now["a"])
    assert set(tk_refs(team.server, "inbox")) == {"carl"}
    assert bob.tk("sync", "--json").json["claims"] == {"sent": ["b"], "waiting": ["a"]}
    bob.ok("undo", "a")
    assert bob.state("a") == "in_progress"
    team.server.write("hooks/pre-receive", "#!/bin/sh\nexit 0\n")
    bob.ok("sync")
    assert set(tk_refs(team.server)) == set("abc")
    bob.ok("done", "a")
    bob.ok("sync")
    assert tk_refs(team.server) == tk_refs(bob)
    assert set(tk_refs(bob)) == set("bc")
    assert team.server.git("rev-parse", "main") == bob.head()


def test_what_needs_no_commit_goes_though_the_branch_cannot(
    team: Team, ada: Project, bob: Project
) -> None:
    """A conflict, and work in the way; only the sync that brings the commit in ends the claim."""
    ada.ok("edit", "a", "--priority", "0")
    ada.ok("sync")
    bob.ok("edit", "a", "--priority", "4")
    bob.ok("send", "carl", "hello")
    words = "claims and messages go without it: inbox sent: carl"
    refused(bob.tk("sync"), Exit.UNUSABLE, "both changed the same", words)
    assert set(tk_refs(team.server, "inbox")) == {"carl"}


def test_a_push_that_was_late_is_told_so_without_a_judgement(
    team: Team, ada: Project, bob: Project
) -> None:
    """It waited for its turn at the server, and another was through before it."""
    ada.ok("start", "a")
    bob.ok("start", "b")
    turn = team.server.path / "tk" / "turn"
    turn.parent.mkdir(exist_ok=True)
    with turn.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        push = subprocess.Popen(
            ["git", "push", "-q", "origin", "main"], cwd=ada.path, stderr=subprocess.PIPE, text=True
        )
        waits(push, turn)
        bob.git("push", "-q", str(team.server.path), "main:refs/heads/other")
        team.server.git("update-ref", "refs/heads/main", "refs/heads/other")
    said = push.communicate()[1]
    assert push.returncode
    assert "refs/heads/main moved meanwhile, so this was not judged" in said
    assert "received and merged" in ada.ok("sync").out


def test_a_refusal_of_the_clones_own_hook_is_passed_on(team: Team) -> None:
    ada = team.visitor("ada")
    ada.write(".git/hooks/pre-push", "#!/bin/sh\necho not on a Friday >&2\nexit 1\n").chmod(0o755)
    ada.ok("start", "a")
    refused(ada.tk("sync"), Exit.REJECTED, "not on a Friday")


def test_a_server_that_never_takes_it_is_not_asked_for_ever(team: Team, tmp_path: Path) -> None:
    """A checkout instead of a bare repository: git refuses, and no hook is the reason."""
    ada = team.visitor("ada", url="first")
    ada.ok("start", "a")
    refused(ada.tk("sync"), Exit.REJECTED, "branch is currently checked out")


def test_a_push_larger_than_the_server_allows_is_told_so(
    team: Team, ada: Project, tmp_path: Path
) -> None:
    """It is sent once, then the claim alone; and in two parts it gets through."""
    team.server.git("config", "receive.maxInputSize", "14000")
    for name in ("big", "bigger"):
        ada.write(name, os.urandom(9000))
        ada.git("add", name)
        ada.git("commit", "-q", "-m", name)
    ada.ok("start", "a")
    before, server = (
        (ada.head(), *ada.snapshot()[1:]),
        team.server.git("for-each-ref", "refs/heads"),
    )
    counting = f"#!/bin/sh\necho once >>'{tmp_path}/sent'\n"
    ada.write(".git/hooks/pre-push.before-tk", counting).chmod(0o755)
    refused(
        ada.tk("sync"),
        Exit.REJECTED,
        "origin rejected the push, it is larger than the remote allows",
        "fatal: pack exceeds maximum allowed size",
        "remedy: nothing here was changed; push less at a time,"
        " git push origin COMMIT:refs/heads/main, then tk sync;",
    )
    assert (tmp_path / "sent").read_text() == "once\n" * 2
    assert (ada.head(), *ada.snapshot()[1:]) == before
    assert team.server.git("for-each-ref", "refs/heads") == server
    ada.git("push", "-q", "origin", "HEAD~2:refs/heads/main")
    assert "2 commits sent" in ada.ok("sync").out
    assert team.server.git("rev-parse", "main") == ada.head()
    ada.ok("verify", "--all")


@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_work_in_the_way_stops_it_before_a_commit_is_sent(
    team: Team, ada: Project, bob: Project, staged: bool
) -> None:
    ada.write("code.txt", "ONE\ntwo\nthree\n")
    ada.git("commit", "-qam", "first line")
    ada.ok("sync")
    bob.ok("start", "b")
    bob.write("code.txt", "mine\n")
    if staged:
        bob.git("add", "code.txt")
    before, server = bob.snapshot()[1:], team.server.git("for-each-ref", "refs/heads")
    refused(
        bob.tk("sync"),
        Exit.UNUSABLE,
        "uncommitted changes would be overwritten: code.txt",
        "stash push -u -- code.txt",
    )
    assert (bob.snapshot()[1:], team.server.git("for-each-ref", "refs/heads")) == (before, server)
    assert (bob.path / "code.txt").read_text() == "mine\n"


def test_a_file_that_git_does_not_know_is_not_written_over(ada: Project, bob: Project) -> None:
    ada.write("new.txt", "by ada\n")
    ada.git("add", "new.txt")
    ada.git("commit", "-qm", "new")
    ada.ok("sync")
    bob.write("new.txt", "by bob\n")
    refused(bob.tk("sync"), Exit.UNUSABLE, "new.txt")
    assert (bob.path / "new.txt").read_text() == "by bob\n"


def test_nor_one_that_it_was_told_to_ignore(ada: Project, bob: Project) -> None:
    ada.write("new.txt", "by ada\n")
    ada.git("add", "new.txt")
    ada.git("commit", "-qm", "new")
    ada.ok("sync")
    bob.write(".git/info/exclude", "new.txt\n")
    bob.write("new.txt", "by bob\n")
    refused(bob.tk("sync"), Exit.UNUSABLE, "new.txt")
    assert (bob.path / "new.txt").read_text() == "by bob\n"


def test_a_changed_task_file_is_not_written_over(ada: Project, bob: Project) -> None:
    ada.ok("start", "a")
    ada.ok("sync")
    text = (bob.path / ".tasks/a.yaml").read_text() + "description: mine\n"
    bob.write(".tasks/a.yaml", text)
    refused(bob.tk("sync"), Exit.UNUSABLE, ".tasks/a.yaml")
    assert (bob.path / ".tasks/a.yaml").read_text() == text


def test_offline_work_goes_on(team: Team, ada: Project, bob: Project) -> None:
    away = team.server.path.rename(team.folder / "away.git")
    ada.ok("start", "a")
    refused(
        ada.tk("sync"), Exit.UNUSABLE, "origin cannot be reached", "run tk sync origin again later"
    )
    ada.ok("note", "a", "offline")
    away.rename(team.server.path)
    assert "2 commits sent" in ada.ok("sync").out
    bob.ok("sync")
    assert "- offline" in bob.file("a")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.git", "git://127.0.0.1:9/x.git"])
def test_nobody_listens_there(ada: Project, url: str) -> None:
    ada.git("remote", "set-url", "origin", url)
    refused(ada.tk("sync"), Exit.UNUSABLE, "origin cannot be reached: ")


def test_a_sentence_for_each_place_where_nothing_can_be_synced(
    team: Team, ada: Project, tmp_path: Path
) -> None:
    refused(ada.tk("sync", "nobody"), Exit.USAGE, "no such remote: 'nobody'; there are origin")
    refused(team.server.tk("sync"), Exit.UNUSABLE, "bare repository")
    ada.git("remote", "rename", "origin", "left")
    ada.git("remote", "add", "right", "../server.git")
    ada.git("branch", "--unset-upstream")
    refused(ada.tk("sync"), Exit.USAGE, "which remote? left, right", "tk sync left")
    ada.git("switch", "-q", "--detach")
    refused(ada.tk("sync"), Exit.UNUSABLE, "HEAD is detached", "git switch BRANCH")
    alone = Project.create(tmp_path / "alone")
    refused(alone.tk("sync"), Exit.UNUSABLE, "there is no remote", "git remote add origin URL")


def test_a_merge_under_way_comes_first(ada: Project, bob: Project) -> None:
    ada.ok("edit", "a", "--priority", "0")
    ada.ok("sync")
    bob.ok("edit", "a", "--priority", "4")
    bob.git("fetch", "-q")
    bob.git("merge", "origin/main", check=False)
    refused(bob.tk("sync"), Exit.UNUSABLE, "a merge is under way here", "git commit")


def test_an_empty_server_gets_the_branch(team: Team, ada: Project) -> None:
    empty = Project.create(team.folder / "empty.git", "--bare")
    ada.git("remote", "add", "empty", "../empty.git")
    assert "as a new branch" in ada.ok("sync", "empty").out
    assert empty.git("rev-parse", "main") == ada.head()
    assert "nothing to do" in ada.ok("sync", "empty").out


def test_a_branch_without_a_commit_takes_what_is_there(team: Team, tmp_path: Path) -> None:
    fresh = Project.create(team.folder / "fresh")
    fresh.git("remote", "add", "origin", "../server.git")
    assert "received" in fresh.ok("sync").out
    assert fresh.clean()
    assert fresh.head() == team.server.git("rev-parse", "main")


def test_nothing_on_either_side(team: Team) -> None:
    Project.create(team.folder / "empty.git", "--bare")
    fresh = Project.create(team.folder / "fresh")
    fresh.git("remote", "add", "origin", "../empty.git")
    assert "nothing to do" in fresh.ok("sync").out


def test_histories_without_a_common_beginning(team: Team) -> None:
    other = Project.create(team.folder / "other")
    other.git("commit", "-q", "--allow-empty", "-m", "another one")
    other.git("remote", "add", "origin", "../server.git")
    refused(other.tk("sync"), Exit.UNUSABLE, "have no common ancestor")


def test_a_shallow_clone_syncs_what_it_can(team: Team, ada: Project) -> None:
    url = f"file://{team.server.path}"
    shallow = team.visitor("shallow", "--depth", "1", url=url)
    ada.ok("start", "a")
    ada.ok("sync")
    shallow.ok("start", "b")
    assert "sent, 1 commit received and merged" in shallow.ok("sync").out
    ada.ok("sync")
    ada.ok("verify", "--all")
    assert (ada.state("a"), ada.state("b")) == ("in_progress", "in_progress")


def test_a_shallow_clone_says_when_it_has_too_little(team: Team, ada: Project) -> None:
    ada.git("switch", "-q", "-c", "old", "HEAD~1")
    ada.git("push", "-q", "origin", "old")
    shallow = team.visitor("shallow", "--depth", "1", url=f"file://{team.server.path}")
    shallow.git("fetch", "-q", "--depth", "1", "origin", "old:old")
    shallow.git("switch", "-q", "old")
    shallow.git("config", "branch.old.remote", "origin")
    shallow.git("config", "branch.old.merge", "refs/heads/main")
    answer = shallow.tk("sync")
    refused(answer, Exit.UNUSABLE, "shallow", "git fetch --unshallow")


def test_a_remote_that_cannot_push_all_at_once_gets_it_all_the_same(
    team: Team, ada: Project
) -> None:
    team.server.git("config", "receive.advertiseAtomic", "false")
    ada.ok("start", "a")
    team.claim(ada, "a", "holds")
    ada.ok("sync")
    assert team.server.git("rev-parse", "main") == ada.head()
    assert team.server.git("rev-parse", "refs/tk/claims/a")


def test_a_command_that_was_cut_short_is_mended_first(ada: Project, bob: Project) -> None:
    ada.ok("start", "b")
    ada.ok("sync")
    bob.at_point("update-ref", "kill", "start", "a")
    bob.settle()
    shutil.rmtree(bob.path / ".git" / "hooks")
    bob.ok("sync")
    assert bob.clean(), bob.status()
    assert bob.state("b") == "in_progress"


def rewritten(team: Team, ada: Project, bob: Project) -> str:
    """Ada and Bob have a move of Ada's, which somebody took away from the server since."""
    ada.ok("start", "a")
    ada.ok("sync")
    bob.ok("sync")
    had = bob.head()
    team.server.git("update-ref", "refs/heads/main", f"{had}~1")
    return had


@pytest.mark.parametrize("own", [False, True])
def test_a_branch_moved_back_at_the_server_is_told_and_not_mended(
    team: Team, ada: Project, bob: Project, own: bool
) -> None:
    had = rewritten(team, ada, bob)
    if own:
        bob.ok("start", "b")
    before = bob.head()
    for command in (("sync", "--dry-run"), ("sync",), ("sync",)):  # and it is not forgotten
        answer = bob.tk(*command)
        assert answer.status == Exit.REJECTED, answer.said
        assert f"rewritten: it no longer has {had[:10]}" in answer.err
    assert bob.head() == before
    assert team.server.git("rev-parse", "main", f"{had}~1").split()[0] != had
    remedy = answer.err.partition("if that was meant: ")[2].strip()
    for command in remedy.split(", then "):
        bob.git(*command.split()[1:])
    bob.ok("sync")
    assert (bob.state("a"), bob.state("b")) == ("todo", "in_progress" if own else "todo")
    assert bob.head() == team.server.git("rev-parse", "main")
    bob.ok("verify", "--all")


def test_who_rewrote_the_branch_goes_on_with_it(team: Team, ada: Project, bob: Project) -> None:
    had = rewritten(team, ada, bob)
    bob.git("reset", "-q", "--hard", f"{had}~1")
    bob.ok("start", "c")
    bob.ok("sync")
    assert bob.head() == team.server.git("rev-parse", "main")
    assert ada.process("sync").status == Exit.REJECTED


def test_what_keeps_commits_here_comes_with_the_command_that_is_next(
    team: Team, ada: Project, bob: Project
) -> None:
    """Not `tk sync`, which would be refused: each command is carried out, and leads on to the next."""

    def said(section: str) -> str:
        """The line of a section; nothing if it is not there."""
        rows = bob.ok("status").out.splitlines()
        found = [row.removeprefix(section).strip() for row in rows if row.startswith(section)]
        return found[0] if found else ""

    ada.ok("edit", "a", "--priority", "0")
    ada.ok("sync")
    bob.ok("edit", "a", "--priority", "4")
    assert said("not sent") == "1 commit that origin/main does not have: tk sync"
    refused(bob.tk("sync"), Exit.UNUSABLE)
    way = "git merge origin/main, then tk resolve, git commit and tk sync"
    fact = "main and origin/main both changed the same: .tasks/a.yaml (priority)"
    assert said("refused") == f"tk sync: {fact}: {way}"
    assert said("not sent") == "1 commit that origin/main does not have"
    bob.git("merge", "origin/main", check=False)
    way = "tk resolve, then git commit"
    fact = "a merge is under way here"
    assert said("unfinished") == f"{fact}, unmerged: .tasks/a.yaml: {way}"
    assert (said("refused"), said("task files")) == ("", "")
    refused(bob.tk("sync"), Exit.UNUSABLE, f"{fact}; finish it first", f"remedy: {way}")
    bob.ok("resolve", "--theirs")
    assert said("unfinished") == f"{fact}: git commit, or git merge --abort"
    bob.git("commit", "-q", "--no-edit")
    assert said("not sent") == "2 commits that origin/main does not have: tk sync"
    # by hand
    path = bob.path / ".tasks" / "b.yaml"
    text = path.read_text()
    path.write_text(text.replace("Task b", "Another"))
    assert said("task files") == "not committed: .tasks/b.yaml: git add .tasks && git commit"
    path.write_text(f"{text}labels: [x]\n")
    assert said("task files") == "not in the one form: .tasks/b.yaml: tk fmt"
    bob.git("checkout", "-q", ".tasks")
    bob.write("code.txt", "by bob\n")
    assert said("task files") == ""
    # past the hooks
    bob.git("rm", "-q", ".tasks/b.yaml")
    bob.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Tidy up")
    where = bob.head()[:10]
    assert said("illegal") == f"TK204 b: its file is deleted ({where}): tk undo"
    assert bob.ok("status", "--json").json["unpublished"]["command"] == "tk undo"
    assert said("not sent") == "3 commits that origin/main does not have"
    bob.ok("undo")
    assert said("illegal") == ""
    bob.ok("sync")
    found = bob.ok("status", "--json").json
    assert {"under_way", "files", "illegal", "refused", "unpublished"} & found.keys() == set()
