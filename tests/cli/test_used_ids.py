"""An id whose file was deleted past the hooks is not given again: the client says what the server will."""

from __future__ import annotations

import pytest

from tests.support.project import Project
from tkledger.core.layout import path_of
from tkledger.errors import Exit


@pytest.fixture
def deleted(hooked: Project) -> Project:
    """Task a is done, and then its file is deleted past the hooks; code is committed after."""
    hooked.ok("start", "a")
    hooked.ok("done", "a", "-m", "works")
    hooked.git("rm", "-q", path_of("a"))
    past = ("-c", "core.hooksPath=no-hooks", "commit", "-q")
    hooked.git(*past, "-m", "gone")
    hooked.git(*past, "--allow-empty", "-m", "code")
    return hooked


def test_a_command_does_not_make_it_again(deleted: Project) -> None:
    before = deleted.head()
    answer = deleted.tk("new", "Again", "--id", "a")
    assert (answer.status, deleted.head()) == (Exit.REJECTED, before)
    assert "error[TK201] a: done -> todo is not a transition" in answer.err
    assert deleted.tk("verify", "--all").status == Exit.REJECTED


def test_a_file_by_hand_does_not(deleted: Project) -> None:
    text = deleted.git("show", f"HEAD~2:{path_of('a')}").replace("state: done", "state: todo")
    deleted.write(path_of("a"), text + "\n")
    deleted.git("add", ".tasks")
    with pytest.raises(AssertionError, match=r"error\[TK201\] a: done -> todo"):
        deleted.git("commit", "-q", "-m", "again")


def test_tk_check_loop_says_so(deleted: Project) -> None:
    answer = deleted.tk("check", "loop", "a", "ada", "task")
    assert answer.status == Exit.REJECTED
    assert "[reprocess_detected] Task a was already completed" in answer.err
    assert deleted.tk("check", "loop", "other", "ada", "task").status == Exit.OK


def test_another_id_is_free(deleted: Project) -> None:
    deleted.ok("new", "Another", "--id", "other")
    deleted.ok("new", "Drawn")
