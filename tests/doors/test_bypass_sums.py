"""Ways around what is counted: each refused by the server and named by ``tk verify``, beside it a
similar way that is legal.
"""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, Refused


@pytest.fixture
def past_hooks(clone: Clone) -> Clone:
    return clone.hooks_off()


def words(clone: Clone, *paragraphs: str) -> None:
    """A commit that changes nothing, of these words as they are."""
    message = "\n\n".join(paragraphs)
    clone.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", stdin=message)


def shut(clone: Clone, code: str, base: str = "origin/main") -> None:
    """The server refuses what was committed, and ``tk verify`` names it."""
    with pytest.raises(Refused, match=code):
        clone.push()
    assert code in clone.verified(f"{base}..HEAD")
    clone.git("reset", "-q", "--hard", base)


# -- what is remembered between pushes ---------------------------------------------------------


def test_pushes_about_another_task_do_not_forget_an_attempt(past_hooks: Clone) -> None:
    clone = past_hooks
    fields = {"attempt": 2, "budget": {"scope": "attempt", "steps": 1}}
    clone.commit("an attempt is over", a=fields, p={"budget": {"steps": 9}})
    clone.push()
    for _ in range(3):
        words(clone, "work", "Tk-Task: p")
        clone.push()
    words(clone, "work", "Tk-Task: a")
    clone.push()
    words(clone, "work", "Tk-Task: a")
    shut(clone, "TK401")
