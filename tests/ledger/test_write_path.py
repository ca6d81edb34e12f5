"""One move, in every kind of checkout: what it writes, and what it leaves alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.errors import Exit


def test_a_ledger_begins_on_an_unborn_branch(bare_git: Project) -> None:
    bare_git.ok("init", "--no-hooks")
    task = bare_git.ok("new", "First").out.strip()
    bare_git.ok("start", task)
    assert (bare_git.count(), bare_git.state(task)) == (3, "in_progress")
    assert bare_git.clean()
    bare_git.ok("verify", "--all")


def test_a_ledger_begins_where_object_ids_are_longer(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "repo", "--object-format=sha256")
    project.ok("init", "--no-hooks")
    task = project.ok("new", "First").out.strip()
    project.ok("start", task)
    assert len(project.head()) == 64
    assert project.clean()
    project.git("fsck", "--strict")


def test_a_ledger_joins_a_history(bare_git: Project) -> None:
    bare_git.write("code.txt", "one\n")
    bare_git.write("staged.txt", "staged\n")
    bare_git.git("add", "code.txt")
    bare_git.git("commit", "-q", "-m", "code")
    bare_git.git("add", "staged.txt")
    bare_git.ok("init", "--no-hooks")
    assert bare_git.git("ls-tree", "-r", "--name-only", "HEAD") == ".tasks/config.yaml\ncode.txt"
    assert bare_git.status() == "A  staged.txt"


@pytest.mark.parametrize("verb", ["start", "edit"])
def test_other_work_is_left_as_it_is(project: Project, verb: str) -> None:
    project.write("code.txt", "two\n")
    project.git("add", "code.txt")
    project.write("code.txt", "three\n")
    project.write("new.txt", "untracked\n")
    project.write(".tasks/b.yaml", project.file("b") + "\n\n# an edit under way\n")
    project.git("add", "-N", "new.txt")
    status, staged = project.status(), project.git("ls-files", "-s")
    project.ok(verb, "a", *(["--title", "Another"] if verb == "edit" else []))
    assert project.status() == status
    now = dict(line.split("\t")[::-1] for line in project.git("ls-files", "-s").splitlines())
    before = dict(line.split("\t")[::-1] for line in staged.splitlines())
    assert {path for path in now if now[path] != before[path]} == {".tasks/a.yaml"}
    assert (project.path / "code.txt").read_text() == "three\n"


def test_a_state_change_is_one_line(project: Project) -> None:
    project.ok("edit", "a", "--owner", "test@example.org")
    for verb in ("start", "submit", "reject"):
        project.ok(verb, "a")
        assert project.git("show", "--numstat", "--format=") == "1\t1\t.tasks/a.yaml"
        assert project.clean()


def test_several_tasks_move_in_one_commit(project: Project) -> None:
    before = project.count()
    project.ok("start", "a", "b", "c")
    assert project.count() == before + 1
    assert [project.state(one) for one in "abcd"] == ["in_progress"] * 3 + ["todo"]
    assert project.clean()


def test_one_that_may_not_move_stops_all(project: Project) -> None:
    project.ok("cancel", "b")
    before = project.snapshot()
    assert project.tk("start", "a", "b", "c").status == Exit.REJECTED
    assert project.snapshot() == before


@pytest.mark.parametrize(
    "command",
    ["start a", "new Title", "edit a --title T", "note a words", "cancel a", "config set depth 3"],
)
def test_a_dry_run_writes_nothing(project: Project, command: str) -> None:
    before = project.snapshot()
    answer = project.ok(*command.split(), "--dry-run")
    assert "would be" in answer.out
    project.ok(*command.split(), "--dry-run", "--json")
    assert project.snapshot() == before


@pytest.mark.parametrize(
    "command", ["done a", "approve a", "start nobody", "new --parent nobody T"]
)
def test_a_refusal_writes_nothing(project: Project, command: str) -> None:
    before = project.snapshot(), project.git("count-objects")
    assert project.tk(*command.split()).status in (Exit.REJECTED, Exit.UNUSABLE)
    assert (project.snapshot(), project.git("count-objects")) == before


def test_a_key_is_answered_once(project: Project) -> None:
    first = project.ok("start", "a", "--key", "k1", "--json")
    project.ok("note", "b", "meanwhile")
    head = project.head()
    again = project.ok("start", "a", "--key", "k1", "--json")
    assert (again.json, project.head()) == (first.json, head)
    other = project.ok("start", "a", "--key", "k", "--json")  # its owner goes on
    assert (other.json["tasks"], project.head()) == ([], head)


@pytest.mark.parametrize("key", ["two  blanks", "-dash", "a.*", "ключ"])
def test_any_key_is_answered_once(project: Project, key: str) -> None:
    first = project.ok("start", "a", "--key", key, "--json")
    assert project.ok("start", "a", "--key", key, "--json").json == first.json


@pytest.mark.parametrize("key", ["", " ", " around ", "a\ttab", "two\nlines"])
def test_a_key_that_cannot_be_kept_is_refused(project: Project, key: str) -> None:
    before = project.snapshot()
    assert project.tk("start", "a", "--key", key).status == Exit.USAGE
    assert project.snapshot() == before


# -- where one stands ------------------------------------------------------------------------


def test_a_linked_worktree_has_its_own_branch(project: Project) -> None:
    linked = project.worktree("linked")
    linked.ok("start", "a")
    assert (linked.state("a"), project.state("a")) == ("in_progress", "todo")
    assert linked.clean()
    assert project.clean()


def test_a_folder_further_down_will_do(project: Project) -> None:
    below = project.path / "deep" / "down"
    below.mkdir(parents=True)
    assert project.process("start", "a", cwd=below).status == 0
    assert project.process("done", "-C", "..", "a", cwd=below).status == 0
    assert project.state("a") == "done"
    assert project.clean()
    assert not (below / ".tasks").exists()


def test_git_told_where_by_its_environment(project: Project) -> None:
    below = project.path / "deep"
    below.mkdir()
    env = {"GIT_DIR": "../.git", "GIT_WORK_TREE": ".."}
    answer = project.process("start", "a", cwd=below, env=env)
    assert answer.status == 0, answer.said
    assert project.state("a") == "in_progress"
    assert project.clean()


def test_a_repository_that_is_named_is_the_one(project: Project, tmp_path: Path) -> None:
    """Git tells a hook in a linked worktree by GIT_DIR where it is; -C PATH is elsewhere all the same."""
    other = Project.copy(project.path, tmp_path / "other")
    linked = Project(tmp_path / "linked")
    project.git("worktree", "add", "-q", str(linked.path))
    tk = f"'{sys.executable}' -m tkledger"
    hook = project.path / ".git/hooks/post-commit"
    hook.write_text(f"#!/bin/sh\n{tk} start a -C '{other.path}' && {tk} start b\n")
    hook.chmod(0o755)
    linked.git("commit", "-q", "--allow-empty", "-m", "code")
    states = [(one.state("a"), one.state("b")) for one in (other, linked, project)]
    assert states == [("in_progress", "todo"), ("todo", "in_progress"), ("todo", "todo")]
    assert other.clean()
    assert linked.clean()


def test_what_another_git_left_in_the_environment_does_not_count(
    project: Project, tmp_path: Path
) -> None:
    env = {"GIT_INDEX_FILE": str(tmp_path / "index"), "GIT_PREFIX": "deep/"}
    assert project.process("start", "a", env=env).status == 0
    assert not (tmp_path / "index").exists()
    assert project.clean()


def test_a_path_of_any_letters(project: Project, tmp_path: Path) -> None:
    odd = Project.copy(project.path, tmp_path / "с пробелом 'and\"$quotes")
    odd.ok("start", "a")
    assert odd.clean()


# -- how git is set up -----------------------------------------------------------------------


needs_key = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs ssh-keygen")


@needs_key
def test_commits_are_signed_where_git_is_set_to(project: Project, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"test@example.org {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(signers)),
        ("commit.gpgSign", "true"),
    ):
        project.git("config", name, value)
    project.ok("start", "a")
    assert project.git("log", "-1", "--format=%G?%an %ae") == "GTest Person test@example.org"
    assert project.git("log", "-1", "--format=%B").startswith("tk: start a Task a\n")
    project.git("verify-commit", "HEAD")
    assert project.clean()


@needs_key
def test_others_write_while_a_key_is_asked_for(project: Project, tmp_path: Path) -> None:
    """Whoever signs stands before a passphrase for as long as they like; here until others are done."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    meanwhile = f"'{sys.executable}' -m tkledger note b meanwhile -C '{project.path}'"
    program = tmp_path / "ssh-keygen"
    program.write_text(
        "#!/bin/sh\n"
        f"if mkdir '{tmp_path}/asked' 2>/dev/null; then\n"
        f"\tenv -u GIT_DIR GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=commit.gpgSign"
        f" GIT_CONFIG_VALUE_0=false {meanwhile} >'{tmp_path}/said' 2>&1\n"
        'fi\nexec ssh-keygen "$@"\n'
    )
    program.chmod(0o755)
    for name, value in (
        ("gpg.format", "ssh"),
        ("gpg.ssh.program", str(program)),
        ("user.signingKey", str(key)),
        ("commit.gpgSign", "true"),
    ):
        project.git("config", name, value)
    project.ok("start", "a")
    assert (tmp_path / "said").read_text().startswith("b: ")
    for commit, subject, signed in (("HEAD", "start a", True), ("HEAD~1", "note b", False)):
        text = project.git("cat-file", "commit", commit)
        assert f"\n\ntk: {subject} " in text
        assert ("\ngpgsig " in text) is signed
    assert project.clean()
    project.ok("verify")


def test_a_signature_that_cannot_be_made_stops_the_move(project: Project) -> None:
    project.git("config", "gpg.format", "ssh")
    project.git("config", "user.signingKey", str(project.path / "no-such-key"))
    with (project.path / ".git/config").open("a") as file:
        file.write("[commit]\n\tgpgSign\n")  # a name alone is git's way to write true
    before = project.snapshot()
    assert project.tk("start", "a").status == Exit.UNUSABLE
    assert project.snapshot() == before


def test_the_author_may_be_set_apart_from_the_committer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for who in ("author", "committer"):
        project.git("config", f"{who}.email", f"{who}@example.org")
        project.git("config", f"{who}.name", who)
    project.ok("start", "a")
    said = project.git("log", "-1", "--format=%an %ae %cn %ce")
    assert said == "author author@example.org committer committer@example.org"


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_stays_sparse(project: Project, cone: str) -> None:
    project.write("src/code.txt", "code\n")
    project.git("add", "src")
    project.git("commit", "-q", "-m", "src")
    project.git("sparse-checkout", "set", cone, "src")
    (project.path / ".tasks").mkdir(exist_ok=True)
    project.ok("start", "a")
    assert project.state("a") == "in_progress"
    assert project.status() == ""
    assert not (project.path / ".tasks/a.yaml").exists()
    project.ok("new", "--id", "e", "Title")
    assert project.status() == ""
    project.ok("start", "e")
    assert project.status() == ""
    project.git("sparse-checkout", "disable")
    assert project.clean()


@pytest.mark.parametrize("safe", ["true", "false", "warn"])
def test_a_checkout_with_other_line_ends(project: Project, safe: str) -> None:
    project.git("config", "core.autocrlf", "true")
    project.git("config", "core.safecrlf", safe)
    shutil.rmtree(project.path / ".tasks")
    project.git("checkout", "-q", "--", ".tasks")
    assert b"\r\n" in (project.path / ".tasks/a.yaml").read_bytes()
    project.ok("start", "a")
    assert project.clean()
    project.ok("done", "a")
    assert project.clean()
    assert "\r" not in project.file("a")


def test_an_ignored_folder_is_tracked_all_the_same(project: Project) -> None:
    project.write(".gitignore", ".tasks\n*.yaml\n")
    project.git("add", ".gitignore")
    project.git("commit", "-q", "-m", "ignore")
    project.ok("new", "--id", "e", "Title")
    project.ok("start", "e")
    assert project.clean()


def test_a_split_index_and_packed_refs(project: Project) -> None:
    project.git("update-index", "--split-index")
    project.git("pack-refs", "--all")
    project.git("gc", "-q")
    project.ok("start", "a")
    assert project.clean()


def test_a_merge_under_way_comes_first(project: Project) -> None:
    project.git("switch", "-q", "-c", "other")
    project.write("code.txt", "theirs\n")
    project.git("commit", "-q", "-a", "-m", "theirs")
    project.git("switch", "-q", "main")
    project.write("code.txt", "ours\n")
    project.git("commit", "-q", "-a", "-m", "ours")
    project.git("merge", "-q", "other", check=False)
    before = project.snapshot()
    assert project.tk("start", "a").status == Exit.UNUSABLE
    assert project.snapshot() == before
    project.write("code.txt", "both\n")
    project.git("commit", "-q", "-a", "-m", "merged")
    project.ok("start", "a")
    assert project.clean()


def test_moves_go_on_in_a_shallow_clone(project: Project, tmp_path: Path) -> None:
    project.git("clone", "-q", "--depth", "1", f"file://{project.path}", str(tmp_path / "shallow"))
    shallow = Project(tmp_path / "shallow")
    shallow.ok("start", "a")
    shallow.ok("done", "a", "--key", "once")
    assert shallow.clean()
    shallow.git("push", "-q", "origin", "HEAD:refs/heads/side")
    assert project.state("a", "side") == "done"


def test_the_reflog_says_what_moved_the_branch(project: Project) -> None:
    project.ok("start", "a")
    assert project.git("log", "-1", "-g", "--format=%gs", "main") == "tk: start a Task a"


def test_a_hook_that_says_no_leaves_everything_as_it_was(project: Project) -> None:
    project.write(
        ".git/hooks/reference-transaction",
        '#!/bin/sh\n[ "$1" = prepared ] || exit 0\necho not today >&2\nexit 1\n',
    ).chmod(0o755)
    before = project.snapshot()
    answer = project.tk("start", "a")
    assert answer.status == Exit.UNUSABLE, answer.said
    assert "not today" in answer.err
    assert project.snapshot() == before


def test_a_locked_index_is_busy_and_nothing_is_done(project: Project) -> None:
    lock = project.write(".git/index.lock", "")
    head = project.head()
    answer = project.tk("start", "a")
    assert answer.status == Exit.BUSY, answer.said
    assert answer.err.startswith("error: git update-index: ")
    assert (project.head(), project.status()) == (head, "")
    lock.unlink()
    project.ok("start", "a")
    assert project.clean()


def test_a_locked_branch_is_busy_and_says_so(project: Project) -> None:
    lock = project.write(".git/refs/heads/main.lock", "")
    answer = project.tk("start", "a")
    assert answer.status == Exit.BUSY, answer.said
    assert "main.lock" in answer.err
    assert project.status() == ""
    lock.unlink()
    project.ok("start", "a")
    assert project.clean()
