"""Attacks on what the verdict rests on: refs, objects, caches, attributes, sizes."""

from __future__ import annotations

import hashlib
import os
import re
import tracemalloc
import zlib

import pytest

from tests.support.clone import Clone, Refused, text_of
from tkledger.core.layout import FOLDER, path_of
from tkledger.files.reader import TreeReader
from tkledger.git.objects import TreeEntry, tree_bytes
from tkledger.git.repo import Repo
from tkledger.ledger.diffs import steps

LAUNDRY = ("refs/heads/wip", "refs/tags/v1", "refs/foo/bar", "refs/notes/n")


@pytest.fixture
def bad(clone: Clone) -> str:
    """An illegal commit in a clone without hooks, and legal work on top of it."""
    clone.hooks_off()
    clone.commit(a={"state": "done"})
    return clone.commit(b={"priority": 1})


def refused(clone: Clone, *refs: str, options: tuple[str, ...] = (), match: str = "TK201") -> None:
    before = clone.arrived()
    with pytest.raises(Refused, match=match):
        clone.push(*refs, options=("--no-verify", *options))
    assert clone.arrived() == before


# -- laundering ------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", LAUNDRY)
def test_a_commit_is_not_laundered_through_another_ref(clone: Clone, bad: str, ref: str) -> None:
    refused(clone, f"{bad}:{ref}")
    refused(clone, f"{bad}:{ref}", "main")
    refused(clone, f"{bad}:{ref}", "main", options=("--atomic",))
    refused(clone, "main")


@pytest.mark.parametrize("ref", LAUNDRY)
def test_what_nobody_judged_is_not_known(clone: Clone, bad: str, ref: str) -> None:
    """It lies on the server, put there by hand; that makes it no more legal."""
    clone.git("fetch", "-q", str(clone.path), f"main:{ref}", cwd=clone.server)
    refused(clone, "main")


def test_what_was_there_at_the_first_install_is_known(clone: Clone, bad: str) -> None:
    clone.git("fetch", "-q", str(clone.path), "main:refs/heads/old", cwd=clone.server)
    (clone.server / "tk/validated").unlink()
    assert clone.server_tk("install").status == 0
    clone.push(options=("--no-verify",))


def test_a_lost_baseline_only_costs_time(clone: Clone) -> None:
    (clone.server / "tk/validated").unlink()
    clone.commit(a={"state": "in_progress"})
    clone.push()
    clone.commit(a={"state": "done"})
    clone.push()
    clone.hooks_off().commit(b={"state": "done"})
    refused(clone, "main")


def test_a_baseline_of_vanished_commits_is_passed_over(clone: Clone) -> None:
    with (clone.server / "tk/validated").open("a") as file:
        file.write(f"{'1' * 40}\n")
    clone.commit(a={"state": "in_progress"})
    clone.push()


# -- refs ------------------------------------------------------------------------------------


def test_replaced_objects_are_not_pushed_and_not_believed(clone: Clone, bad: str) -> None:
    illegal = clone.oid("HEAD~1")
    clone.git("replace", illegal, "origin/main")
    refused(clone, f"refs/replace/{illegal}", match="TK704")
    assert clone.verified() == {"TK201"}
    clone.git("replace", "-d", illegal)
    clone.git("replace", "--graft", "HEAD")
    assert clone.verified() == {"TK201"}


def test_replaced_objects_on_the_server_do_not_matter(clone: Clone, bad: str) -> None:
    illegal, before = clone.oid("HEAD~1"), clone.oid("origin/main")
    clone.git("fetch", "-q", str(clone.path), "main:refs/x/y", cwd=clone.server)
    clone.git("replace", illegal, before, cwd=clone.server)
    (clone.server / "info").mkdir(exist_ok=True)
    (clone.server / "info/grafts").write_text(f"{bad}\n")
    refused(clone, "main")


def test_replaced_objects_do_not_blind_the_clients_hooks(clone: Clone) -> None:
    made = clone.dangling(a={"state": "done"})
    clone.git("replace", made, clone.commit_tree(clone.oid("HEAD^{tree}"), "HEAD"))
    with pytest.raises(Refused, match="TK201"):
        clone.git("reset", "-q", "--hard", made)


@pytest.mark.parametrize("ref", ["refs/tk/policy", "refs/tk/meta", "refs/replace/" + "1" * 40])
def test_reserved_refs_are_refused(clone: Clone, ref: str) -> None:
    refused(clone, f"main:{ref}", match="TK704")


@pytest.mark.parametrize("ref", ["refs/tk/inbox/a", "refs/heads/topic", "refs/tags/v1"])
def test_other_refs_are_welcome(clone: Clone, ref: str) -> None:
    clone.push(f"main:{ref}")
    assert ref in clone.arrived()


def test_a_protected_branch_is_not_rewritten_or_deleted(clone: Clone) -> None:
    clone.git("config", "receive.denyDeleteCurrent", "ignore", cwd=clone.server)
    other = clone.commit_tree(clone.oid("HEAD^{tree}"), "HEAD~1")
    refused(clone, f"+{other}:main", match="TK702")
    refused(clone, "+HEAD~1:main", match="TK702")
    refused(clone, ":main", match="TK701")
    refused(clone, ":main", "main:other", match="TK701")
    clone.push("main:topic")
    clone.push("+HEAD~1:topic")
    clone.push(":topic")


def test_a_branch_deleted_and_made_again_cannot_forget(clone: Clone) -> None:
    """On a branch that is not protected history may go, but what comes is judged."""
    clone.push("main:topic")
    clone.push(":topic")
    clone.hooks_off().commit(a={"state": "done"})
    refused(clone, "main:topic")


def test_a_tag_named_like_a_branch_hides_nothing(clone: Clone, bad: str) -> None:
    clone.git("tag", "main", "origin/main")
    assert clone.verified("origin/main..HEAD") == {"TK201"}
    refused(clone, "refs/heads/main")
    clone.push("refs/tags/main", options=("--no-verify",))
    refused(clone, "refs/heads/main")
    clone.git("tag", "-f", "main", bad)
    refused(clone, "+refs/tags/main")


@pytest.mark.parametrize("what", ["HEAD^{tree}", "HEAD:code.txt"])
def test_a_branch_holds_no_tree_and_no_blob(clone: Clone, what: str) -> None:
    refused(clone, f"{what}:refs/heads/odd", match=r"odd|non-commit|not a commit")
    clone.push(f"{what}:refs/tags/odd")
    clone.hooks_off().commit(a={"state": "done"})
    refused(clone, "main")


# -- caches and objects ----------------------------------------------------------------------


def test_a_forged_commit_graph_hides_nothing(clone: Clone, bad: str) -> None:
    """The graph says that the last commit has no parent; its checksum is right."""
    clone.git("commit-graph", "write", "--reachable")
    path = clone.path / ".git/objects/info/commit-graph"
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    chunks = {bytes(data[at : at + 4]): int.from_bytes(data[at + 4 : at + 12], "big")
              for at in range(8, 8 + 12 * data[6], 12)}  # fmt: skip
    count = int.from_bytes(data[chunks[b"OIDF"] + 1020 : chunks[b"OIDF"] + 1024], "big")
    for number in range(count):
        oid = chunks[b"OIDL"] + 20 * number
        if data[oid : oid + 20] == bytes.fromhex(bad):
            parent = chunks[b"CDAT"] + 36 * number + 20
            data[parent : parent + 4] = (0x70000000).to_bytes(4, "big")
    data[-20:] = hashlib.sha1(data[:-20]).digest()
    path.write_bytes(data)
    assert clone.git("rev-list", "--count", "HEAD") == "1", "git itself believes it"
    assert clone.verified() == {"TK201"}
    refused(clone, "main", match="TK201|graph|error|failed")


def test_a_tampered_object_is_noticed(clone: Clone, bad: str) -> None:
    """The bytes of the legal file, under the name of the illegal one."""
    oid = clone.oid(f"HEAD:{path_of('a')}")
    legal = clone.git("cat-file", "blob", f"origin/main:{path_of('a')}").encode() + b"\n"
    path = clone.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob %d\0" % len(legal) + legal))
    assert b"todo" in clone.git("cat-file", "blob", oid).encode()
    answer = clone.tk("verify", "--all")
    assert answer.status not in (0, 1)
    assert oid in answer.err
    refused(clone, "main", match="TK|unpack|hash|corrupt|error")


def test_a_shallow_boundary_is_no_beginning(clone: Clone, bad: str) -> None:
    (clone.path / ".git/shallow").write_text(f"{bad}\n")
    assert clone.tk("verify", "--all").status == 3
    refused(clone, "main", match="shallow|TK|unpack|fail")


def test_an_honest_shallow_clone_pushes(clone: Clone) -> None:
    path = clone.root / "shallow"
    clone.git("clone", "-q", "--depth", "2", f"file://{clone.server}", str(path), cwd=clone.root)
    shallow = clone.at(path)
    assert shallow.tk("hooks", "install").status == 0
    shallow.commit(a={"state": "in_progress"})
    shallow.push()
    with pytest.raises(Refused, match="TK201"):
        shallow.commit(b={"state": "done"})


# -- what the checkout shows -----------------------------------------------------------------


def test_hidden_changes_of_the_checkout_are_no_state(clone: Clone) -> None:
    clone.git("update-index", "--skip-worktree", path_of("a"))
    clone.git("update-index", "--assume-unchanged", path_of("b"))
    clone.edit("a", state="done")
    clone.edit("b", state="done")
    assert clone.git("status", "--porcelain") == ""
    for id in "ab":
        assert '"state": "todo"' in clone.tk("show", id, "--json").out
    clone.git("commit", "-q", "-a", "--allow-empty", "-m", "x")
    clone.push()
    assert clone.verified() == set()


@pytest.mark.parametrize(
    "attributes",
    [
        "* filter=lie",
        ".tasks/* working-tree-encoding=UTF-16LE-BOM",
        ".tasks/* text eol=crlf",
        ".tasks/* ident",
    ],
)
def test_attributes_change_no_verdict(clone: Clone, attributes: str) -> None:
    clone.git("config", "filter.lie.smudge", "sed 's/state: todo/state: done/'")
    clone.git("config", "filter.lie.clean", "sed 's/state: done/state: todo/'")
    clone.write(".gitattributes", attributes + "\n")
    clone.commit("attributes")
    clone.git("rm", "-q", "--cached", "-r", ".tasks")
    clone.git("reset", "-q", "--hard")
    assert '"state": "todo"' in clone.tk("show", "a", "--json").out
    clone.push()
    made = clone.dangling_bytes(path_of("a"), text_of("a", state="done", title="Task a"))
    with pytest.raises(Refused, match="TK201"):
        clone.git("update-ref", "refs/heads/main", made)


def test_a_union_merge_says_two_things_at_once(clone: Clone) -> None:
    (clone.path / ".git/info").mkdir(exist_ok=True)
    clone.write(".git/info/attributes", ".tasks/* merge=union\n")
    clone.git("switch", "-q", "-c", "side")
    clone.commit(s={"state": "done"})
    clone.git("switch", "-q", "main")
    clone.commit(s={"state": "in_review"})
    with pytest.raises(Refused, match="TK101"):
        clone.git("merge", "-q", "-m", "x", "side")


# -- sizes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["assets.bin", path_of("big")])
def test_large_files_do_not_matter(clone: Clone, path: str) -> None:
    """Of a task no more is kept in memory than the limit."""
    made = clone.dangling_bytes(path, os.urandom(4_000_000))
    clone.hooks_off()
    if path == "assets.bin":
        clone.push(f"{made}:main")
    else:
        refused(clone, f"{made}:main", match="TK109")


def test_three_thousand_tasks_in_a_commit(clone: Clone) -> None:
    files = b"".join(
        b"M 100644 inline %s\ndata %d\n%s\n" % (path_of(id).encode(), len(data), data)
        for id, data in ((f"n{n}", text_of(f"n{n}")) for n in range(3000))
    )
    head = "commit refs/heads/main\ncommitter T <t@x> 1700000000 +0000\ndata 1\nx\nfrom main^0\n"
    clone.git("fast-import", "--quiet", stdin=head.encode() + files)
    clone.push()
    assert clone.verified() == set()


def test_a_thousand_branches_are_judged_once(clone: Clone) -> None:
    made = clone.dangling(a={"state": "in_progress"})
    clone.trace.unlink()
    lines = "".join(f"create refs/heads/b{n} {made}\n" for n in range(1000))
    clone.git("update-ref", "--stdin", stdin=lines)
    assert len(clone.ran()) < 20
    clone.hooks_off().trace.unlink()
    clone.push("refs/heads/*:refs/heads/*")
    assert len(clone.ran()) < 20
    made = clone.commit(c={"priority": 1})
    clone.trace.unlink()
    clone.push(*(f"+{made}:refs/heads/b{n}" for n in range(1000)))
    assert len(clone.ran()) < 20
    bad = clone.commit(b={"state": "done"})
    refused(clone, *(f"{bad}:refs/heads/c{n}" for n in range(50)))


@pytest.mark.long
def test_more_validated_tips_than_a_command_line_holds(clone: Clone) -> None:
    """Two megabytes, most often; a server collects them over the years."""
    stream = "commit refs/x/y\ncommitter T <t@x> 1700000000 +0000\ndata 1\nx\n" * 45_000
    clone.git("fast-import", "--quiet", stdin=stream, cwd=clone.server)
    with (clone.server / "tk/validated").open("a") as file:
        file.write(clone.git("rev-list", "refs/x/y", cwd=clone.server) + "\n")
    clone.commit(a={"state": "in_progress"})
    clone.push()
    clone.hooks_off().commit(a={"state": "todo"})
    refused(clone, "main")


def test_names_that_come_and_go_are_not_kept_in_memory(clone: Clone) -> None:
    """A push of a few kilobytes may bring millions of them."""
    few, line = clone.oid("HEAD^{tree}"), f"100644 blob {clone.blob('x')}\tz{{}}\n"
    listed = clone.git("ls-tree", "HEAD") + "\n" + "".join(map(line.format, range(5_000)))
    many, tip = clone.git("mktree", stdin=listed), "HEAD"
    for tree in (many, few) * 20:
        tip = clone.commit_tree(tree, tip)
    repo = Repo(str(clone.path))
    assert len(list(steps(repo, TreeReader(repo), [tip]))) > 40, (
        "what is loaded once is not counted"
    )
    tracemalloc.start()
    assert len(list(steps(repo, TreeReader(repo), [tip]))) > 40
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    repo.close()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("leaf", "mode"), [("100644 blob", "40000"), ("040000 tree", "40000"), ("100644 blob", "40755")]
)
def test_a_few_trees_that_name_ten_thousand_millions(clone: Clone, leaf: str, mode: str) -> None:
    """git's log would walk into every one of them, whether there is a file at its end or not."""
    oid = clone.blob("x") if "blob" in leaf else clone.git("mktree")
    inner = clone.git("mktree", stdin=f"{leaf} {oid}\tx\n")
    for _ in range(10):
        inner = clone.git("mktree", stdin="".join(f"040000 tree {inner}\t{n}\n" for n in range(10)))
    repo = Repo(str(clone.path))
    data = tree_bytes([*(repo.tree(f"HEAD:{FOLDER}") or ()), TreeEntry(mode, "bomb", inner)])
    repo.close()
    folder = clone.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data)
    rest = [line for line in clone.git("ls-tree", "HEAD").splitlines() if FOLDER not in line]
    root = clone.git("mktree", stdin="\n".join([*rest, f"040000 tree {folder}\t{FOLDER}\n"]))
    made = clone.commit_tree(root, "HEAD")
    clone.hooks_off()
    refused(clone, f"{made}:main", match="bomb holds more than 10,000 files")


def test_names_in_the_folder_of_many_lines(clone: Clone) -> None:
    """Each ends a line of git's; what comes of the first 16 MB of them is refused, soon."""
    blob = clone.blob("x")
    for count, match in ((20_000, "TK110"), (200_000, "changes more of .tasks")):
        lines = "".join(f"100644 blob {blob}\t\n{n:06}\0" for n in range(count))
        root = clone.git("ls-tree", "HEAD").splitlines()
        rest = "".join(f"{line}\0" for line in root if FOLDER not in line)
        folder = clone.git("mktree", "-z", stdin=lines)
        tree = clone.git("mktree", "-z", stdin=f"{rest}040000 tree {folder}\t{FOLDER}\0")
        made = clone.commit_tree(tree, "HEAD")
        clone.hooks_off()
        refused(clone, f"{made}:main", match=match)


def test_folders_in_each_other_have_long_paths(clone: Clone) -> None:
    inner, leaf = clone.git("mktree"), f"100644 blob {clone.blob('x')}\t{'a' * 250}\n"
    for _ in range(200):
        inner = clone.git("mktree", stdin=f"{leaf}040000 tree {inner}\t{'b' * 250}\n")
    made = clone.commit_tree(clone.tree({}), "HEAD")
    listed = clone.git("ls-tree", f"{made}:{FOLDER}") + f"\n040000 tree {inner}\tdeep\n"
    folder = clone.git("mktree", stdin=listed)
    root = [line for line in clone.git("ls-tree", "HEAD").splitlines() if FOLDER not in line]
    tree = clone.git("mktree", stdin="\n".join([*root, f"040000 tree {folder}\t{FOLDER}\n"]))
    clone.hooks_off()
    refused(clone, f"{clone.commit_tree(tree, 'HEAD')}:main", match="deep holds more than 10,000")


@pytest.mark.parametrize("between", [[], ["100644 blob {} .tasks-x"]])
@pytest.mark.parametrize("mode", ["100644 blob", "120000 blob", "160000 commit"])
def test_a_folder_beside_a_file_of_its_name(clone: Clone, mode: str, between: list[str]) -> None:
    """To git the two are in order; which of them a checkout shows is its own affair."""
    blob = clone.blob("../elsewhere")
    lines = [f"{mode} {blob} {FOLDER}", *(line.format(blob) for line in between)]
    entries = [TreeEntry(mode, name, oid) for mode, _, oid, name in (one.split() for one in lines)]
    repo = Repo(str(clone.path))
    data = tree_bytes([*entries, *(repo.tree("HEAD^{tree}") or ())])
    repo.close()
    root = clone.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data)
    made = clone.commit_tree(root, "HEAD")
    clone.hooks_off()
    refused(clone, f"{made}:main", match="TK107")


def test_an_octopus_of_seventy(clone: Clone) -> None:
    tree = clone.oid("HEAD^{tree}")
    arms = [clone.commit_tree(tree, "HEAD", message=f"arm {n}") for n in range(70)]
    clone.git("update-ref", "refs/heads/main", clone.commit_tree(tree, *arms))
    clone.push()
    assert clone.verified() == set()
    made = clone.dangling(*arms, a={"state": "in_progress"})
    with pytest.raises(Refused, match="TK222"):
        clone.git("update-ref", "refs/heads/wide", made)


def test_a_message_in_another_encoding(clone: Clone) -> None:
    clone.edit("a", state="in_progress")
    message = clone.root / "message"
    message.write_bytes("h\xe9 Tk-Task: a\n".encode("latin-1"))
    clone.git("-c", "i18n.commitEncoding=latin-1", "commit", "-q", "-a", "-F", str(message))
    clone.git("-c", "user.name=\udce9\udcff", "commit", "-q", "--allow-empty", "-m", "\udce9")
    clone.push()
    assert clone.verified() == set()


TWO = "T <t@x> 4000000000 -0000\ncommitter Z <z@z> 1000 -0000"
UTF_7 = "T+AAo-committer Z +ADw-z@z+AD4- 1000 -0000+AAo-x <t@x> 4000000000 -0000\nencoding UTF-7"
EBCDIC = "T <t@x> 4000000000 -0000\nencoding IBM037"


@pytest.mark.parametrize("committer", [TWO, UTF_7, EBCDIC])
def test_a_date_is_not_hidden_from_those_who_ask_the_log(clone: Clone, committer: str) -> None:
    """git's log takes the second of two committers, and finds another one, or none, in encodings
    that do not leave ASCII as it is.
    """
    clone.git("config", "receive.fsckObjects", "true", cwd=clone.server)
    text = clone.git("cat-file", "commit", clone.dangling(a={"state": "in_progress"})) + "\n"
    text = re.sub("committer .*", f"committer {committer}", text.replace("+0000", "-0000"))
    made = clone.git("hash-object", "-w", "-t", "commit", "--stdin", stdin=text)
    assert clone.git("log", "-1", "--format=%ct", made) in ("1000", "")
    clone.hooks_off()
    refused(clone, f"{made}:main", match="TK703")


def test_a_tampered_commit_is_noticed(clone: Clone, bad: str) -> None:
    """Under the name of the illegal commit, one of the legal tree."""
    oid = clone.oid("HEAD~1")
    text = clone.git("cat-file", "commit", oid).replace(
        clone.oid(f"{oid}^{{tree}}"), clone.oid("origin/main^{tree}")
    )
    path = clone.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"commit %d\0" % (len(text) + 1) + text.encode() + b"\n"))
    answer = clone.tk("verify", "--all")
    assert answer.status not in (0, 1)
    assert oid in answer.err


def test_names_without_end_that_look_like_the_folder(clone: Clone) -> None:
    rest = clone.git("ls-tree", "HEAD") + "\n"
    names = "".join(f"100644 blob {clone.blob('x')}\t.tasks:{n}\n" for n in range(101))
    made = clone.commit_tree(clone.git("mktree", stdin=rest + names), "HEAD")
    clone.hooks_off()
    refused(clone, f"{made}:main", match="more than 100 names look like .tasks")


def test_a_push_that_breaks_a_rule_without_end_is_refused_before_its_end(clone: Clone) -> None:
    names = "".join(f"100644 blob {clone.blob('x')}\ts{n}\n" for n in range(600))
    folder = clone.git("ls-tree", "HEAD:.tasks") + "\n"
    few, tip = clone.oid("HEAD:.tasks"), "HEAD"
    many = clone.git("mktree", stdin=folder + names)
    rest = [line for line in clone.git("ls-tree", "HEAD").splitlines() if FOLDER not in line]
    for tree in (many, few) * 4:
        lines = [*rest, f"040000 tree {tree}\t{FOLDER}"]
        tip = clone.commit_tree(clone.git("mktree", stdin="\n".join(lines) + "\n"), tip)
    clone.hooks_off()
    with pytest.raises(Refused) as found:
        clone.push(f"{tip}:main", options=("--no-verify",))
    assert str(found.value).count("[TK110]") == 10
    (more,) = re.findall(r"and ([\d,]+) more", str(found.value))
    assert 1_000 < int(more.replace(",", "")) < 2_000
