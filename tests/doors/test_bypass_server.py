"""Ways past a server's hooks, each beside a similar push that is legal: what a server takes as
validated, which ledger is its law, who pushes, what a ref's name hides.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.support.clone import Clone, Refused
from tkledger.core.claim import Claim, message
from tkledger.errors import Exit

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


def test_what_comes_in_while_no_hook_judges_is_judged_later(clone: Clone, bad: str) -> None:
    """`post-receive` notes what `pre-receive` found legal, whether sh or Python does it."""
    judge = clone.server / "hooks/pre-receive"
    known = (clone.server / "tk/validated").read_text()
    legal = clone.commit_tree("main~1^{tree}", "main~1", message="code")
    clone.push(f"{clone.oid('main~1')}:refs/heads/side")
    judge.chmod(0o644)
    clone.push(f"{bad}:refs/heads/y", f"{bad}:refs/tags/y", f"{legal}:refs/heads/x")
    clone.push(f"{bad}:refs/heads/side", options=("--no-verify",))
    clone.push("main", options=("--no-verify",))
    judge.chmod(0o755)
    assert (clone.server / "tk/validated").read_text() == known
    child = clone.commit_tree(f"{bad}^{{tree}}", bad, message="code")
    refused(clone, f"{child}:main", match="TK201")
    refused(clone, f"{child}:refs/heads/z", match="TK201")
    after = clone.commit_tree(f"{legal}^{{tree}}", legal, message="more")
    clone.push(f"{after}:refs/heads/x")
    assert after in (clone.server / "tk/validated").read_text()


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


# -- which ledger is the law -------------------------------------------------------------------


@pytest.mark.parametrize("head", ["refs/heads/gone", "detached"])
def test_a_server_whose_head_names_no_branch_is_refused(clone: Clone, head: str) -> None:
    server, main = clone.at(clone.server), clone.oid("main")
    change = ["update-ref", "--no-deref", "HEAD", main]
    server.git(
        *(change if head == "detached" else ["symbolic-ref", "HEAD", head]), cwd=clone.server
    )
    line = "git symbolic-ref HEAD refs/heads/main"
    for words in (("hooks", "install", "--server"), ("doctor",), ("doctor", "--fix")):
        said = server.tk(*words)
        assert said.status == Exit.UNUSABLE
        assert f"remedy: {line}" in said.out + said.err
    server.git(*line.split()[1:], cwd=clone.server)
    assert clone.server_tk("install").status == 0
    assert server.tk("doctor", "--fix").status == 0


def test_a_server_without_a_branch_gets_its_law_by_the_first_push(clone: Clone) -> None:
    clone.git("update-ref", "-d", "refs/heads/main", cwd=clone.server)
    assert clone.server_tk("install").status == 0
    clone.push()


@pytest.mark.parametrize("there", [False, True], ids=["no such branch", "no ledger there"])
def test_who_creates_the_branch_of_head_does_not_choose_the_law(clone: Clone, there: bool) -> None:
    """The ledger came on another branch first, and named who may change the policy."""
    clone.hooks_off()
    old = clone.oid()
    clone.ok("config", "set", "roles", "policy=boss@example.org")
    clone.push(f"{old}:refs/heads/work")
    clone.push("main:refs/heads/work")
    first = clone.git("rev-list", "--max-parents=0", "main")
    if there:
        clone.git("update-ref", "refs/heads/trunk", first, cwd=clone.server)
    clone.git("symbolic-ref", "HEAD", "refs/heads/trunk", cwd=clone.server)
    clone.git("update-ref", "-d", "refs/heads/main", cwd=clone.server)
    clone.git("switch", "-q", "-c", "mine", old)
    clone.ok("config", "set", "roles", "policy=test@example.org")
    for new in (old, "mine"):
        refused(clone, f"{new}:refs/heads/trunk", match="TK712.*lacks .* of refs/heads/work")
    clone.git("switch", "-q", "-c", "again", old)
    clone.git("pull", "-q", "--no-rebase", "origin", "work")
    clone.push("again:refs/heads/trunk")


def begun(clone: Clone, *parents: str) -> str:
    """A commit that begins a ledger with the very files of main's."""
    files = clone.oid("main:.tasks")
    tree = clone.git("mktree", stdin=f"040000 tree {files}\t.tasks\n")
    return clone.commit_tree(tree, *parents, message="another ledger")


def test_a_second_ledger_is_refused(clone: Clone) -> None:
    clone.hooks_off()
    code = clone.git("rev-list", "--max-parents=0", "main")
    for begin in (begun(clone), begun(clone, code)):
        files = clone.oid("main^{tree}")
        merge = clone.commit_tree(files, "main", begin, message="join")
        for new in (begin, clone.commit_tree(files, begin), merge):
            for ref in ("refs/heads/other", "refs/tags/v1", "refs/foo/bar"):
                refused(clone, f"{new}:{ref}", match="TK710.*second ledger; refs/heads")
        refused(clone, f"{merge}:main", match="TK604")
        assert "TK604" in clone.verified(f"main..{merge}")


def test_a_branch_of_the_same_ledger_or_of_none_is_welcome(clone: Clone) -> None:
    pages = clone.commit_tree(
        clone.git("mktree", stdin=f"100644 blob {clone.blob('pages')}\tindex.md\n"), message="pages"
    )
    join = clone.commit_tree(clone.oid("main^{tree}"), "main", pages, message="join")
    side = clone.commit_tree(clone.oid("main^{tree}"), "main", message="nothing of the ledger")
    both = clone.commit_tree(clone.oid("main^{tree}"), join, side, message="join")
    clone.push(f"{pages}:refs/heads/pages", f"{side}:refs/heads/side", f"{both}:main")
    assert clone.verified("--at", both) == set()


def test_a_lost_baseline_makes_no_second_ledger(clone: Clone) -> None:
    (clone.server / "tk/validated").unlink()
    clone.commit(b={"priority": 1})
    clone.push()


# -- code that names no task -------------------------------------------------------------------


@pytest.fixture
def strict(clone: Clone) -> Clone:
    """A server whose policy asks for attribution; the clone has no hooks."""
    clone.hooks_off().git("tag", "old", "main")
    clone.git("tag", "code-on-old", clone.tree({"code.txt": b"more"}))
    clone.ok("config", "set", "attribution", "required")
    clone.git("tag", "code-on-main", clone.tree({"code.txt": b"more"}))
    blob = clone.blob("more")
    clone.git("tag", "code-on-", clone.git("mktree", stdin=f"100644 blob {blob}\tcode.txt\n"))
    clone.push()
    return clone


@pytest.mark.parametrize("base", ["main", "old", ""])
def test_code_names_its_task_whatever_it_is_based_on(strict: Clone, base: str) -> None:
    for words in ("work", "w\n\nTk-Task: z", "work\n\nTk-Task: a"):
        work = strict.commit_tree(f"code-on-{base}", *filter(None, [base]), message=words)
        merge = strict.commit_tree("code-on-main", "main", work, message="join")
        if words.endswith("Tk-Task: a"):
            strict.push(f"{work}:refs/heads/work", f"{merge}:main", options=("--no-verify",))
        else:
            for new in (f"{work}:refs/heads/work", f"{work}:refs/tags/v1", f"{merge}:main"):
                refused(strict, new, match="TK706")


def test_who_takes_the_rule_back_need_not_keep_it(strict: Clone) -> None:
    strict.ok("config", "set", "attribution")
    more = strict.commit_tree(strict.tree({"code.txt": b"more"}), "main", message="work")
    strict.push(f"{more}:main", options=("--no-verify",))
    assert strict.git("diff", "main", more)


def test_a_note_is_no_code_until_it_comes_to_a_branch(strict: Clone) -> None:
    strict.git("notes", "add", "-m", "looks good", "main")
    strict.push("refs/notes/commits")
    strict.git("notes", "add", "-m", "looks good", "main~1")
    strict.push("refs/notes/commits")
    refused(strict, "refs/notes/commits:refs/heads/notes", match="TK706")


# -- symbolic refs -----------------------------------------------------------------------------


def aliased(clone: Clone, *names: str) -> None:
    """Symbolic refs on the server, each leading to the one before."""
    for name, other in pairwise(names):
        clone.git("symbolic-ref", f"refs/heads/{other}", f"refs/heads/{name}", cwd=clone.server)


def test_a_symbolic_ref_moves_no_protected_branch(clone: Clone) -> None:
    clone.hooks_off()
    aliased(clone, "main", "master", "trunk")
    for ref in ("master", "trunk"):
        refused(clone, f"+main~1:refs/heads/{ref}", match="TK702] refs/heads/main")
        refused(clone, f":refs/heads/{ref}", match="TK701] refs/heads/main")
    clone.git("pack-refs", "--all", cwd=clone.server)
    refused(clone, ":refs/heads/trunk", match="TK701] refs/heads/main")
    clone.commit(b={"priority": 1})
    clone.push("main:refs/heads/trunk")
    assert clone.git("rev-parse", "main", cwd=clone.server) == clone.oid("main")


def test_a_symbolic_ref_to_a_branch_nobody_protects_goes(clone: Clone) -> None:
    clone.push("main:refs/heads/side")
    aliased(clone, "side", "short")
    clone.push("+main~1:refs/heads/short")
    assert clone.git("rev-parse", "side", cwd=clone.server) == clone.oid("main~1")
    clone.push(":refs/heads/short")


def test_a_symbolic_ref_to_a_claim_is_judged_as_one(clone: Clone, bad: str) -> None:
    clone.push(f"{claimed(clone)}:refs/tk/claims/a")
    clone.git("symbolic-ref", "refs/heads/mine", "refs/tk/claims/a", cwd=clone.server)
    refused(clone, f"+{claimed(clone, on='b')}:refs/heads/mine", match="TK709")
    refused(clone, f"+{bad}:refs/heads/mine", match="TK201")


# -- who accepts -------------------------------------------------------------------------------


@pytest.fixture
def side(clone: Clone) -> str:
    """An illegal commit on a branch that accepts it itself; the clone is on that branch."""
    clone.hooks_off().git("switch", "-q", "-c", "side")
    made = clone.commit(a={"state": "done"})
    clone.ok("accept", made, "--reason", "mine")
    return made


def test_a_branch_does_not_accept_itself(clone: Clone, side: str) -> None:
    """Neither at a server nor on a host that runs `tk verify`, in a range or over all history."""
    refused(clone, "side", match="TK201")
    refused(clone, "side:main", match="TK201")
    for words in (["main..side"], ["--all"], ["side"], [f"{side}^!"]):
        assert clone.verified(*words) == {"TK201"}, words
    said = clone.tk("verify", "--all").err
    assert "1 accepted at the end only: counts once origin/main has it" in said
    clone.ok("config", "set", "protected", "side")
    assert clone.verified("--all") == {"TK201"}, "whatever it protects itself"
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    assert clone.verified("--all") == {"TK201"}


def test_what_the_servers_branch_accepts_is_accepted_on_every_branch(
    clone: Clone, side: str
) -> None:
    clone.git("switch", "-q", "main")
    clone.ok("accept", side, "--reason", "the host let it through")
    refused(clone, "side", match="TK201")
    clone.push("main")
    assert clone.verified("side") == clone.verified("main..side") == set()
    clone.push("side")
    server = clone.at(clone.server)
    assert server.verified("side") == server.verified("--all") == set()
    clone.git("switch", "-q", "side")
    assert clone.verified() == set()


def test_without_a_remote_the_protected_branch_accepts(clone: Clone, side: str) -> None:
    clone.git("remote", "remove", "origin")
    assert clone.verified() == {"TK201"}
    clone.git("branch", "-f", "main", "side")
    assert clone.verified() == set()
