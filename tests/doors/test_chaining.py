"""A hook that was there before goes on working behind ours, and is there again when ours is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clone import Clone, Refused
from tkledger.core.layout import path_of
from tkledger.doors import install

TELLING = """\
#!/bin/sh
# tells its arguments, its input, where it is and what it sees, and ends as it is told
{
	echo "${0##*/} $*"
	case $0 in *pre-push* | *receive* | *reference*) cat ;; esac
	echo "in $(pwd)"
	git diff --cached --name-only 2>/dev/null
} >>"%s"
exit %d
"""

FRAMEWORK = """\
#!/usr/bin/env bash
# as the pre-commit framework writes it
HERE="$(cd "$(dirname "$0")" && pwd)"
ARGS=(hook-impl --config=.pre-commit-config.yaml --hook-type=pre-commit)
ARGS+=(--hook-dir "$HERE" -- "$@")
printf '%%s\\n' "${ARGS[@]}" >>"%s"
exit %d
"""


def put(folder: Path, name: str, text: str, said: Path, status: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text % (said, status))
    path.chmod(0o755)
    return path


@pytest.fixture
def said(tmp_path: Path) -> Path:
    return tmp_path / "said"


@pytest.fixture
def bare_clone(clone: Clone) -> Clone:
    """A clone without our hooks, so that others can be there first."""
    clone.ok("hooks", "uninstall")
    return clone


def behind(clone: Clone, name: str, said: Path, text: str = TELLING, status: int = 0) -> Path:
    path = put(clone.path / ".git/hooks", name, text, said, status)
    clone.ok("hooks", "install")
    return path


# -- chained ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [TELLING, FRAMEWORK, TELLING.replace("#!/bin/sh\n", "")])
def test_a_foreign_hook_runs_with_and_without_something_to_judge(
    bare_clone: Clone, said: Path, text: str
) -> None:
    clone = bare_clone
    behind(clone, "pre-commit", said, text)
    clone.write("code.txt", "x\n")
    clone.git("commit", "-q", "-a", "-m", "code")
    first = said.read_text()
    assert first
    clone.edit("a", state="in_progress")
    clone.git("commit", "-q", "-a", "-m", "x")
    assert said.read_text().startswith(first)
    assert said.read_text().count("\n") == 2 * first.count("\n")


@pytest.mark.parametrize("state", ["todo", "in_progress"])
def test_a_foreign_hook_that_refuses_refuses(bare_clone: Clone, said: Path, state: str) -> None:
    clone = bare_clone
    behind(clone, "pre-commit", said, status=7)
    clone.edit("a", state=state)
    clone.write("code.txt", "x\n")
    before = clone.oid()
    with pytest.raises(Refused):
        clone.git("commit", "-q", "-a", "-m", "x")
    assert clone.oid() == before
    assert clone.refusals() == ["pre-commit"]


def test_what_is_illegal_does_not_reach_the_foreign_hook(bare_clone: Clone, said: Path) -> None:
    behind(bare_clone, "pre-commit", said)
    bare_clone.edit("a", state="done")
    with pytest.raises(Refused, match="TK201"):
        bare_clone.git("commit", "-q", "-a", "-m", "x")
    assert not said.exists()


def test_a_message_hook_gets_its_arguments(bare_clone: Clone, said: Path) -> None:
    behind(bare_clone, "prepare-commit-msg", said)
    bare_clone.commit("one", "--allow-empty")
    bare_clone.commit("two", a={"state": "in_progress"})
    words = [line for line in said.read_text().splitlines() if line.startswith("prepare")]
    assert words == ["prepare-commit-msg.before-tk .git/COMMIT_EDITMSG message"] * 2


def test_a_message_hook_may_write_the_message(bare_clone: Clone, said: Path) -> None:
    writing = '#!/bin/sh\necho "written" >"$1"; : "%s" %d\n'
    behind(bare_clone, "prepare-commit-msg", said, writing)
    bare_clone.commit("one", a={"state": "in_progress"})
    assert bare_clone.git("log", "-1", "--format=%s") == "written"


def test_pre_push_gets_its_arguments_and_its_input(bare_clone: Clone, said: Path) -> None:
    clone = bare_clone
    behind(clone, "pre-push", said)
    old = clone.oid()
    new = clone.commit(a={"state": "in_progress"})
    clone.push()
    assert said.read_text().splitlines()[:2] == [
        "pre-push.before-tk origin ../server.git",
        f"refs/heads/main {new} refs/heads/main {old}",
    ]
    said.unlink()
    clone.push()
    assert said.read_text().splitlines()[0] == "pre-push.before-tk origin ../server.git"


def test_reference_transaction_gets_every_state_and_its_input(
    bare_clone: Clone, said: Path
) -> None:
    clone = bare_clone
    behind(clone, "reference-transaction", said)
    old = clone.oid()
    clone.git("update-ref", "refs/x/z", old)
    said_lines = [line for line in said.read_text().splitlines() if not line.startswith("in ")]
    line = f"{'0' * 40} {old} refs/x/z"
    name = "reference-transaction.before-tk"
    assert said_lines == [f"{name} prepared", line, f"{name} committed", line]
    said.unlink()
    made = clone.dangling(a={"state": "in_progress"})
    clone.git("update-ref", "refs/heads/main", made, old)
    assert f"{old} {made} refs/heads/main" in said.read_text().splitlines()
    assert said.read_text().count(f"{name} prepared") == 1


def test_a_foreign_hook_sees_the_index_that_is_committed(bare_clone: Clone, said: Path) -> None:
    clone = bare_clone
    behind(clone, "pre-commit", said)
    clone.write("code.txt", "x\n")
    clone.git("add", "-A")
    clone.edit("a", state="in_progress")
    clone.git("commit", "-q", "-m", "x", "--", path_of("a"))
    assert said.read_text().splitlines()[1:] == [f"in {clone.path}", path_of("a")]


def test_a_foreign_hook_that_reads_nothing_does_no_harm(bare_clone: Clone, said: Path) -> None:
    behind(bare_clone, "pre-push", said, '#!/bin/sh\n: "%s"; exit %d\n')
    made = bare_clone.commit(a={"state": "in_progress"})
    bare_clone.push(*(f"{made}:refs/heads/b{n}" for n in range(200)))
    assert bare_clone.arrived().count("\trefs/heads/") == 201


def test_a_foreign_hook_that_is_not_executable_stays_unused(bare_clone: Clone, said: Path) -> None:
    path = put(bare_clone.path / ".git/hooks", "pre-commit", TELLING, said, 1)
    path.chmod(0o644)
    bare_clone.ok("hooks", "install")
    bare_clone.commit(a={"state": "in_progress"})
    assert not said.exists()


def test_a_hook_of_a_name_we_do_not_use_is_left_alone(bare_clone: Clone, said: Path) -> None:
    path = behind(bare_clone, "post-commit", said)
    bare_clone.commit(a={"state": "in_progress"})
    assert said.read_text().startswith("post-commit ")
    assert path.exists()


def test_a_server_goes_on_deploying(clone: Clone, said: Path) -> None:
    assert clone.server_tk("uninstall").status == 0
    for name in install.SERVER:
        put(clone.server / "hooks", name, TELLING, said)
    assert clone.server_tk("install").status == 0
    old = clone.oid()
    new = clone.commit(a={"state": "in_progress"})
    clone.push()
    words = said.read_text().splitlines()
    line = f"{old} {new} refs/heads/main"
    assert [one for one in words if "receive" in one or "refs/" in one] == [
        "pre-receive.before-tk ", line, "post-receive.before-tk ", line
    ]  # fmt: skip
    said.unlink()
    (clone.server / "tk/validated").unlink()
    (clone.server / "tk/validated").mkdir()
    path = clone.server / "hooks/pre-receive"
    path.rename(path.with_suffix(".off"))
    clone.commit(a={"state": "done"})
    clone.push()
    assert said.read_text().startswith("post-receive"), "whatever becomes of ours"


def test_a_server_whose_foreign_hook_refuses_refuses(clone: Clone, said: Path) -> None:
    assert clone.server_tk("uninstall").status == 0
    put(clone.server / "hooks", "pre-receive", TELLING, said, 1)
    assert clone.server_tk("install").status == 0
    clone.commit(a={"state": "in_progress"})
    before = clone.arrived()
    with pytest.raises(Refused, match="pre-receive hook declined"):
        clone.push()
    assert clone.arrived() == before


# -- where hooks lie -------------------------------------------------------------------------


def test_linked_worktrees_run_the_hooks(bare_clone: Clone, said: Path) -> None:
    clone = bare_clone
    linked = clone.at(clone.root / "linked")
    clone.git("worktree", "add", "-q", "-b", "linked", str(linked.path))
    put(clone.path / ".git/hooks", "pre-commit", TELLING, said)
    linked.ok("hooks", "install")
    linked.ok("hooks", "status")
    clone.ok("hooks", "status")
    for one, id in ((clone, "a"), (linked, "b")):
        one.edit(id, state="done")
        with pytest.raises(Refused, match="TK201"):
            one.git("commit", "-q", "-a", "-m", "x")
        one.edit(id, state="in_progress")
        one.git("commit", "-q", "-a", "-m", "x")
        assert f"in {one.path}" in said.read_text()


def test_a_folder_with_blanks_and_quotes_is_a_folder(fresh: object, clone: Clone) -> None:
    odd = clone.root / 'it\'s a "folder" $x'
    clone.path.rename(odd)
    clone = clone.at(odd)
    clone.ok("hooks", "install")
    clone.edit("a", state="done")
    with pytest.raises(Refused, match="TK201"):
        clone.git("commit", "-q", "-a", "-m", "x")


# -- and back --------------------------------------------------------------------------------


def listing(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.name: (
            os.readlink(path).encode() if path.is_symlink() else path.read_bytes(),
            path.lstat().st_mode,
        )
        for path in sorted(folder.iterdir())
    }


def test_uninstalling_restores_byte_for_byte(bare_clone: Clone, said: Path) -> None:
    clone = bare_clone
    folder = clone.path / ".git/hooks"
    put(folder, "pre-commit", TELLING, said)
    (folder / "shared").write_bytes(b"#!/bin/sh\n\xff\r\n")
    (folder / "shared").chmod(0o711)
    (folder / "pre-push").symlink_to("shared")
    (folder / "commit-msg.sample").write_text("x")
    config = clone.git("config", "--local", "--list")
    before = listing(folder)
    clone.ok("hooks", "install")
    once = listing(folder)
    clone.ok("hooks", "install")
    assert listing(folder) == once
    answer = clone.ok("hooks", "uninstall")
    assert "restored pre-commit, pre-push" in answer.out
    assert listing(folder) == before
    assert clone.git("config", "--local", "--list") == config
    clone.ok("hooks", "uninstall")
    assert listing(folder) == before


def test_a_server_is_restored_too(clone: Clone, said: Path) -> None:
    assert clone.server_tk("uninstall").status == 0
    folder = clone.server / "hooks"
    put(folder, "pre-receive", TELLING, said)
    before = listing(folder)
    for verb in ("install", "install", "uninstall"):
        assert clone.server_tk(verb).status == 0
    assert listing(folder) == before


def test_a_repository_is_asked_for_the_hooks_of_its_kind(clone: Clone) -> None:
    """Wherever a refusal or a state names a command, that command works from there."""
    server = clone.at(clone.server)
    assert clone.server_tk("uninstall").status == 0
    states = server.tk("hooks", "status")
    assert states.status == 3
    rows = [line.split(None, 1) for line in states.out.splitlines()]
    assert rows == [[name, "not installed: tk hooks install --server"] for name in install.SERVER]
    for one, verb, *asked in (
        *((server, verb) for verb in ("install", "uninstall")),
        *((clone, verb, "--server") for verb in ("install", "status", "uninstall")),
    ):
        refused = one.tk("hooks", verb, *asked)
        right = f"tk hooks {verb}" if asked else f"tk hooks {verb} --server"
        assert (refused.status, f"\n  remedy: {right}\n" in refused.err) == (3, True), refused
        one.ok(*right.split()[1:])
    server.ok("hooks", "install", "--server")
    assert server.ok("hooks", "status").out == server.ok("hooks", "status", "--server").out
    script = clone.server / "hooks/pre-receive"
    script.write_text(script.read_text().replace("python='", "python='/gone"))
    push = [str(script)]
    gone = subprocess.run(push, cwd=clone.server, input="", capture_output=True, text=True)
    assert "\n  remedy: install tk again and run: tk hooks install --server\n" in gone.stderr


def test_a_hook_put_over_ours_is_not_lost(clone: Clone, said: Path) -> None:
    """Another tool installs itself after us: renewing ours keeps it behind."""
    put(clone.path / ".git/hooks", "pre-commit", TELLING, said)
    assert clone.tk("hooks", "status").status == 3
    clone.ok("hooks", "install")
    clone.commit(a={"state": "in_progress"})
    assert said.exists()
    put(clone.path / ".git/hooks", "pre-commit", TELLING, said)
    clone.ok("hooks", "install")  # it is the same one, so there is nothing to join
    put(clone.path / ".git/hooks", "pre-commit", FRAMEWORK, said)
    answer = clone.tk("hooks", "install")
    assert answer.status == 3
    assert "join the two into pre-commit.before-tk" in answer.err


def test_a_hook_of_another_tk_is_renewed(clone: Clone) -> None:
    path = clone.path / ".git/hooks/pre-commit"
    path.write_text(path.read_text().replace(sys.executable, "/opt/old/python"))
    answer = clone.tk("hooks", "status")
    assert (answer.status, "another tk" in answer.out) == (3, True)
    clone.ok("hooks", "install")
    assert not (path.parent / "pre-commit.before-tk").exists()
    clone.ok("hooks", "status")
