"""One change at every door: the command line, a clone's hooks, a server's, and ``tk verify``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest

from tests.support.clone import Clone, Refused
from tkledger.errors import Exit


class Attempt(NamedTuple):
    """What somebody does: by a command, and by hand as ``fields`` of tasks; empty for neither.

    lines: of the message, for what is done by hand
    files: outside the ledger, that change as well
    """

    words: str
    fields: dict[str, dict[str, Any]]
    actor: str = "test@example.org"
    lines: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return "\n".join(["by hand", "", f"Tk-Actor: {self.actor}", *self.lines])

    def made(self, clone: Clone) -> str:
        """The commit that does it on HEAD; no ref shows it."""
        files: dict[str, bytes | tuple[str, str] | None] = {
            f".tasks/{id}.yaml": clone.task_bytes(id, **values)
            for id, values in self.fields.items()
        }
        files.update(dict.fromkeys(self.files, b"changed\n"))
        return clone.commit_tree(clone.tree(files), "HEAD", message=self.message)

    def by_command(self, clone: Clone, *options: str) -> tuple[Exit, str]:
        words = self.words.split(" ")
        answer = clone.tk(*words, "--as", self.actor, *options)
        return Exit(answer.status), answer.err

    def by_hand(self, clone: Clone) -> None:
        """A commit in the actor's name, past no hook."""
        for id, values in self.fields.items():
            clone.edit(id, **values)
        for name in self.files:
            clone.write(name, "changed\n")
        clone.git("add", "-A")
        env = {**os.environ, "GIT_AUTHOR_EMAIL": self.actor}
        clone.git("commit", "-q", "-m", self.message, env=env)


def refused_everywhere(clone: Clone, code: str, attempt: Attempt) -> None:
    """No door takes it, and each says why; nothing is left of it."""
    head = clone.oid()
    if attempt.words:
        for options in ((), ("--dry-run",)):
            status, said = attempt.by_command(clone, *options)
            assert status == Exit.REJECTED, said
            assert f"[{code}]" in said
    with pytest.raises(Refused, match=code):
        attempt.by_hand(clone)
    assert clone.oid() == head
    clone.git("restore", "--staged", "--worktree", "--source=HEAD", ".")
    clone.git("clean", "-q", "-f", "-d")
    forged = attempt.made(clone)
    with pytest.raises(Refused, match=code):
        clone.push(f"{forged}:refs/heads/tk/try", options=("--no-verify",))
    assert clone.verified(f"{head}..{forged}") == {code}


def each_at_every_door(clone: Clone, rows: Iterable[tuple[str, str, Attempt, Attempt]]) -> None:
    """Each attack, by its name and the code of its rule, is refused, and its legal twin is taken.

    What is the twin of several attacks is tried once, and a server takes all twins in one push.
    """
    twins: list[Attempt] = []
    made = []
    for name, code, attack, legal in rows:
        try:
            refused_everywhere(clone, code, attack)
            if legal not in twins:
                made.append(_taken_here(clone, legal))
                twins.append(legal)
        except (AssertionError, Refused) as error:
            raise AssertionError(name) from error
    _taken_there(clone, made)


def taken_everywhere(clone: Clone, attempt: Attempt) -> None:
    """Every door takes it; the clone is as it was before."""
    _taken_there(clone, [_taken_here(clone, attempt)])


def _taken_here(clone: Clone, attempt: Attempt) -> str:
    head = clone.oid()
    if attempt.words:
        status, said = attempt.by_command(clone, "--dry-run")
        assert status == Exit.OK, said
    attempt.by_hand(clone)
    made = clone.oid()
    assert clone.verified(f"{head}..{made}") == set()
    clone.git("-c", "core.hooksPath=/dev/null", "reset", "-q", "--keep", head)
    return made


def _taken_there(clone: Clone, made: Iterable[str]) -> None:
    clone.push(*(f"{one}:refs/heads/tk/legal-{one}" for one in made))
