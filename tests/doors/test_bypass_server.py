"""Ways past a server's hooks, each beside a similar push that is legal: what a server takes as
validated, which ledger is its law, who pushes, what a ref's name hides.
"""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, Refused
from tkledger.core.claim import Claim, message

CLAIM = Claim("a", "alice", "refs/heads/main", "refs/heads/main", 3600, "n1")


@pytest.fixture
def bad(clone: Clone) -> str:
    """An illegal commit on a clone's main, without hooks there."""
    clone.hooks_off()
    return clone.commit(a={"state": "done"})


def refused(clone: Clone, *refs: str, match: str) -> None:
    before = clone.arrived()
    with pytest.raises(Refused, match=match):
        clone.push(*refs, options=("--no-verify",))
    assert clone.arrived() == before


def claimed(clone: Clone, *parents: str, tree: str = "", on: str = "a") -> str:
    """The commit of a claim by alice."""
    words = message(CLAIM._replace(task=on))
    return clone.commit_tree(tree or clone.git("mktree"), *parents, message=words)


# -- validated by renewal ----------------------------------------------------------------------


def test_nothing_comes_in_under_a_claim(clone: Clone, bad: str) -> None:
    files = clone.oid(f"{bad}^{{tree}}")
    for under in (
        *(claimed(clone, bad), claimed(clone, claimed(clone, bad))),
        *(claimed(clone, tree=files), claimed(clone, claimed(clone, on="b"))),
    ):
        refused(clone, f"{under}:refs/tk/claims/a", match="TK709.*comes with the pushed claim")
    first = claimed(clone)
    clone.push(f"{first}:refs/tk/claims/a")
    refused(clone, f"{claimed(clone, first, bad)}:refs/tk/claims/a", match="TK709")
    clone.push(f"{claimed(clone, claimed(clone, first))}:refs/tk/claims/a")


@pytest.mark.parametrize(
    "ref", ["refs/heads/old", "refs/tags/v1", "refs/tk/claims/b", "refs/tk/inbox/x", "refs/pull/1"]
)
def test_renewing_the_hooks_validates_nothing(clone: Clone, bad: str, ref: str) -> None:
    """Whatever came in past the hooks is as unknown after `tk hooks install` as before."""
    clone.git("fetch", "-q", str(clone.path), f"{bad}:{ref}", cwd=clone.server)
    assert clone.server_tk("install").status == 0
    (clone.server / "hooks/pre-receive").unlink()
    clone.at(clone.server).tk("doctor", "--fix")
    assert (clone.server / "hooks/pre-receive").exists()
    refused(clone, "main", match="TK201")


@pytest.mark.parametrize(("ref", "known"), [("refs/heads/old", True), ("refs/pull/1", False)])
def test_the_first_install_judges_branches_and_tags(
    clone: Clone, bad: str, ref: str, known: bool
) -> None:
    clone.git("fetch", "-q", str(clone.path), f"{bad}:{ref}", cwd=clone.server)
    (clone.server / "tk/validated").unlink()
    said = clone.server_tk("install")
    assert said.status == 0
    assert (f"warning[TK201] a: todo -> done is not a transition ({bad[:10]})" in said.err) is known
    if known:
        clone.push(options=("--no-verify",))
    else:
        refused(clone, "main", match="TK201")


def test_an_inbox_is_never_a_validated_tip(clone: Clone) -> None:
    letter = clone.commit_tree(clone.git("mktree"), message="words")
    clone.push(f"{letter}:refs/tk/inbox/bob")
    later = clone.commit_tree(clone.git("mktree"), letter, message="more")
    clone.commit(b={"priority": 1})
    clone.push(f"{later}:refs/tk/inbox/bob", "main")
    known = (clone.server / "tk/validated").read_text().split()
    assert known == [clone.oid("main")]
