"""A server's door that is killed while it judges: nothing moves, nothing is left, the next push works."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import tkledger
from tests.support.clone import Clone, Refused
from tkledger.core import server

LAST = "    yield from _refs(ledger, policy, others, arrived.dates, now)\n"
"""The line of the gate that comes when every commit of a push has been judged."""


def hook(clone: Clone, name: str = "pre-receive") -> Path:
    return clone.server / "hooks" / name


def write(script: Path, text: str) -> None:
    """A new file in place of the old one, which some shell may still be reading."""
    scratch = script.with_name("scratch")
    scratch.write_text(text)
    scratch.chmod(0o755)
    scratch.replace(script)


def python_at_the_end(clone: Clone) -> None:
    """The gate, when it has found all in order and has not said so yet."""
    source = Path(tkledger.__file__).parent
    package = clone.root / "package"
    shutil.copytree(source, package / "tkledger", ignore=shutil.ignore_patterns("__pycache__"))
    file = package / "tkledger/doors/push.py"
    text = file.read_text()
    assert LAST in text
    file.write_text(text.replace(LAST, "    __import__('os').kill(__import__('os').getpid(), 9)\n"))
    script = hook(clone).read_text()
    assert str(source.parent) in script
    write(hook(clone), script.replace(str(source.parent), str(package)))


def python_at_its_start(clone: Clone) -> None:
    in_place_of_python(clone, "kill -9 $$")


def the_shell_of_the_hook(clone: Clone) -> None:
    in_place_of_python(clone, "kill -9 $PPID")


def the_server_itself(clone: Clone) -> None:
    """git's receive-pack, which holds the objects apart; the door would have said yes."""
    text = hook(clone).read_text()
    write(hook(clone), text.replace("#!/bin/sh\n", "#!/bin/sh\nkill -9 $PPID\n", 1))


def in_place_of_python(clone: Clone, deed: str) -> None:
    program = clone.root / "python"
    write(program, f"#!/bin/sh\n{deed}\n")
    script = hook(clone).read_text()
    (line,) = (one for one in script.splitlines() if one.startswith("python="))
    write(hook(clone), script.replace(line, f"python='{program}'"))


@pytest.mark.parametrize("legal", [True, False])
@pytest.mark.parametrize(
    "kill", [python_at_the_end, python_at_its_start, the_shell_of_the_hook, the_server_itself]
)
def test_a_push_whose_judge_was_killed_moves_nothing(
    clone: Clone, kill: Callable[[Clone], None], legal: bool
) -> None:
    clone.hooks_off()
    clone.commit(a={"state": "in_progress" if legal else "done"})
    before, known = clone.arrived(), (clone.server / "tk/validated").read_text()
    script = hook(clone).read_text()
    kill(clone)
    with pytest.raises(Refused) as found:
        clone.push()
    assert "TK201" not in str(found.value)
    assert clone.arrived() == before
    assert (clone.server / "tk/validated").read_text() == known
    if kill is not the_server_itself:
        assert "pre-receive hook declined" in str(found.value)
        assert clone.run("cat-file", "-e", clone.oid(), cwd=clone.server).returncode
    write(hook(clone), script)
    if legal:
        clone.push()
        assert clone.oid() in clone.arrived()
    else:
        with pytest.raises(Refused, match="TK201"):
            clone.push()
        assert clone.arrived() == before
    left = clone.git("fsck", "--full", cwd=clone.server).splitlines()
    blobs = [line.removeprefix("dangling blob ") for line in left]  # of older publications only
    assert all(server.read(clone.git("cat-file", "blob", oid, cwd=clone.server).encode())
               for oid in blobs)  # fmt: skip


def test_what_came_before_the_record_was_killed_is_judged_again(clone: Clone) -> None:
    """post-receive comes when all has moved: what it did not note is not taken for known."""
    clone.hooks_off()
    script = hook(clone, "post-receive").read_text()
    write(hook(clone, "post-receive"), "#!/bin/sh\nkill -9 $$\n")
    known = (clone.server / "tk/validated").read_text()
    clone.commit(a={"state": "in_progress"})
    clone.push()
    assert (clone.server / "tk/validated").read_text() == known
    write(hook(clone, "post-receive"), script)
    clone.commit(b={"state": "done"})
    with pytest.raises(Refused, match="TK201"):
        clone.push()
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.commit(b={"state": "in_progress"})
    clone.push()
    assert clone.oid() in (clone.server / "tk/validated").read_text()
