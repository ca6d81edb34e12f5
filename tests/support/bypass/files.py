"""Files, trees, YAML and the policy: rows of the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.support.bypass.table import PC, PCM, PMC, RT, SERVER, Attempt, row
from tests.support.clone import Clone, text_of
from tkledger.core.layout import FOLDER, POLICY_PATH, path_of

A = path_of("a")
RAW = "\udcff\udcfe"


def staged(clone: Clone, mode: str, path: str, oid: str) -> None:
    clone.git("update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
    clone.git("commit", "-q", "-m", "x")


def linked(clone: Clone, path: str = A) -> None:
    staged(clone, "120000", path, clone.blob("../../etc/passwd"))


def submodule(clone: Clone, path: str = ".tasks/sub", *, ignored: bool = False) -> None:
    if ignored:  # git then sees nothing to commit, unless there is more
        clone.git("config", "diff.ignoreSubmodules", "all")
        clone.write("code.txt", "more\n")
        clone.git("add", "code.txt")
    staged(clone, "160000", path, clone.oid())


def folder_as(clone: Clone, mode: str, oid: str) -> None:
    clone.git("rm", "-q", "-r", "--cached", FOLDER)
    staged(clone, mode, FOLDER, oid)


def plumbed(clone: Clone, root: str) -> None:
    clone.git("update-ref", "refs/heads/main", clone.commit_tree(root, "HEAD"))


def dots(clone: Clone, name: str, data: bytes = b"x") -> None:
    """A tree with an entry that no git writes by itself: mktree does not look."""
    inner = clone.git("ls-tree", f"HEAD:{FOLDER}") + f"\n100644 blob {clone.blob(data)}\t{name}\n"
    root(clone, clone.git("mktree", stdin=inner))


def root(clone: Clone, folder: str) -> None:
    lines = [line for line in clone.git("ls-tree", "HEAD").splitlines() if FOLDER not in line]
    lines.append(f"040000 tree {folder}\t{FOLDER}")
    plumbed(clone, clone.git("mktree", stdin="".join(f"{line}\n" for line in lines)))


def twice(clone: Clone, state: str, *, once: bool = False) -> None:
    """A file that stands twice in its folder: the legal one first, as a reader may see it. Or just
    ``once``, the new one in place of the old, in a tree written as that one is.
    """
    lines = clone.git("ls-tree", f"HEAD:{FOLDER}").splitlines()
    entries = [line.replace("\t", " ").split(" ") for line in lines]
    clone.edit("a", state=state)
    text = (clone.path / A).read_bytes()
    entries[0:1] = [] if once else entries[0:1]
    entries.insert(0 if once else 1, ["100644", "blob", clone.blob(text), "a.yaml"])
    data = b"".join(f"{e[0]} {e[3]}\0".encode() + bytes.fromhex(e[2]) for e in entries)
    root(clone, clone.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data))


def file(clone: Clone, path: str, data: bytes | str) -> None:
    """Past the file system, which may not know such names."""
    env = {"GIT_INDEX_FILE": ".git/index"}
    line = f"100644 {clone.blob(data)}\t{path}\0".encode(errors="surrogateescape")
    clone.git("update-index", "-z", "--index-info", stdin=line, env=env)
    clone.git("commit", "-q", "-m", "x")


def renamed(clone: Clone, path: str = A) -> None:
    clone.git("mv", path, path_of("z") if path == A else "z")
    clone.git("commit", "-q", "-m", "x")


def deleted(clone: Clone, path: str = A) -> None:
    clone.git("rm", "-q", path)
    clone.git("commit", "-q", "-m", "x")


def made_again(clone: Clone, path: str = A) -> None:
    old = (clone.path / path).read_bytes()
    deleted(clone, path)
    clone.write(path, old)
    clone.commit()


def executable(clone: Clone, path: str = A) -> None:
    clone.git("update-index", "--chmod=+x", path)
    clone.git("commit", "-q", "-m", "x")


CODE = "code.txt"


def beside(how: Callable[[Clone, str], object], path: str) -> Attempt:
    """The same done to what is none of the ledger's."""
    return lambda clone: how(clone, path)


def plainly(clone: Clone, path: str) -> None:
    """A file of which nobody can say that it is another's: a task, or nothing of the ledger's."""
    stem = path.removeprefix(f"{FOLDER}/").removesuffix(".yaml")
    file(clone, path, text_of(stem) if path == path_of(stem) else "x")


row("a symbolic link", linked, PC, "TK107", beside(linked, "a.yaml"))
row("a submodule", submodule, PC, "TK107", beside(submodule, "sub"))
hidden = partial(submodule, ignored=True)
row("a submodule that diffs ignore", hidden, PC, "TK107", beside(hidden, "sub"))
row("the executable bit", executable, PC, "TK107", beside(executable, CODE))
for what, mode, oid, code in (
    ("a link", "120000", lambda c: c.blob("x"), "TK107"),
    ("a submodule", "160000", Clone.oid, "TK107"),
    ("a file", "100644", lambda c: c.blob("x"), "TK601"),
):
    row(
        f"{what} for the folder",
        lambda c, mode=mode, oid=oid: folder_as(c, mode, oid(c)),
        PC,
        code,
        lambda c, mode=mode, oid=oid: staged(c, mode, "tasks", oid(c)),
    )
for what, path, code, plain in (
    ("alike but for case", ".tasks/A.yaml", "TK106", ".tasks/a2.yaml"),
    ("in wide letters", ".tasks/\uff41.yaml", "TK106", "docs/\uff41.yaml"),
    ("with a letter that cannot be seen", ".tasks/a\u200b.yaml", "TK106", ".tasks/ab.yaml"),
    ("in a folder alike but for case", ".Tasks/a.yaml", "TK106", "Tasks/a.yaml"),
    ("in a folder with a letter that cannot be seen", ".ta\u200csks/a.yaml", "TK106",
     ".ta\u200cks/a.yaml"),
    ("in a folder of wide letters", ".\uff54asks/a.yaml", "TK106", "\uff54asks/a.yaml"),
    ("in a folder with a dot at its end", ".tasks./a.yaml", "TK106", ".tasks.d/a.yaml"),
    ("that is no letter at all", f".tasks/{RAW}.yaml", "TK105", f"docs/{RAW}.yaml"),
    ("that leads out", ".tasks/con.yaml", "TK105", ".tasks/con1.yaml"),
):  # fmt: skip
    row(
        f"a file {what}",
        lambda c, path=path: file(c, path, text_of("a")),
        PC,
        code,
        lambda c, path=plain: plainly(c, path),
    )
for what, path, data, code, plain in (
    ("a file in place of a look-alike", ".TASKS", "x", "TK106", "TASKS"),
    ("a stray file", ".tasks/readme.txt", "x", "TK110", "readme.txt"),
    ("attributes in the folder", ".tasks/.gitattributes", "x", "TK110", "docs/.gitattributes"),
    ("a folder in the folder", ".tasks/x/a.yaml", text_of("a"), "TK110", "x/a.yaml"),
):
    row(
        what,
        lambda c, path=path, data=data: file(c, path, data),
        PC,
        code,
        lambda c, path=plain, data=data: file(c, path, data),
    )
for name in ("..", ".git"):
    row(
        f"an entry {name}",
        lambda c, name=name: dots(c, name),
        RT,
        "TK110",
        lambda c: dots(c, "n.yaml", text_of("n")),
    )
for what, state in (("a file twice", "done"), ("a file twice, both legal", "in_progress")):
    row(
        what,
        lambda c, state=state: twice(c, state),
        RT,
        "TK107",
        lambda c: twice(c, "in_progress", once=True),
    )
for what, change in (
    ("renamed", renamed),
    ("deleted", deleted),
    ("deleted and made again", made_again),
):
    row(what, change, PC, "TK204", beside(change, CODE))


# -- YAML ------------------------------------------------------------------------------------

BOMB = "x:\n  a: &a [x, x, x]\n" + "".join(
    f"  {new}: &{new} [*{old}, *{old}, *{old}, *{old}]\n"
    for old, new in zip("abcdefgh", "bcdefghi")
)
TEXTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a key twice": (
        "TK101",
        "state: todo\n",
        "state: todo\nstate: done\n",
        {"state": "in_progress"},
    ),
    "an anchor": (
        "TK101",
        "state: todo\n",
        "state: &s todo\nlabels:\n- *s\n",
        {"title": "&s todo"},
    ),
    "a bomb": ("TK101", "", BOMB, {"x": {"a": ["x", "x", "x"]}}),
    "a type": ("TK101", "state: todo\n", "state: !!str todo\n", {"owner": "!!str todo"}),
    "owner: no": ("TK108", "state: todo\n", "state: todo\nowner: no\n", {"owner": "no"}),
    "a date": (
        "TK108",
        "state: todo\n",
        "state: todo\nowner: 2024-01-01\n",
        {"owner": "2024-01-01"},
    ),
    "a tab": ("TK108", "state: todo\n", "state:\ttodo\n", {"description": "state:\ttodo"}),
    "tabs to indent": (
        "TK101",
        "state: todo\n",
        "state: todo\nlabels:\n\t- x\n",
        {"labels": ["x"]},
    ),
    "windows line ends": ("TK108", "\n", "\r\n", {"description": "one\ntwo"}),
    "a byte order mark": ("TK101", "id: a\n", "\ufeffid: a\n", {"description": "\ufeffid: a"}),
    "NUL": ("TK101", "Task a", "Task\0a", {"title": "Task\\0a"}),
    "a second document": (
        "TK101",
        "state: todo\n",
        "state: todo\n---\nstate: done\n",
        {"description": "---\nstate: done"},
    ),
    "an octal number": ("TK104", "priority: 2\n", "priority: 0o2\n", {"x": {"number": "0o2"}}),
    "a number to base 60": (
        "TK104",
        "state: todo\n",
        "state: todo\nattempt: 1:30\n",
        {"x": {"number": "1:30"}},
    ),
    "a number with a sign": ("TK104", "priority: 2\n", "priority: +2\n", {"x": {"number": "+2"}}),
    "a merge key": (
        "TK103",
        "state: todo\n",
        "state: todo\n<<: {owner: x}\n",
        {"x": {"merge": {"owner": "x"}}},
    ),
    "a comment": (
        "TK101",
        "state: todo\n",
        "state: todo # done really\n",
        {"title": "todo # done really"},
    ),
    "deep nesting": (
        "TK101",
        "",
        "x: " + "[" * 5000 + "]" * 5000 + "\n",
        {"x": {"a": {"b": {"c": "d"}}}},
    ),
    "conflict markers": (
        "TK102",
        "state: todo\n",
        "<<<<<<< a\nstate: todo\n=======\n>>>>>>> b\n",
        {"description": "<<<<<<< a\n=======\n>>>>>>> b"},
    ),
    "a field unknown": (
        "TK103",
        "state: todo\n",
        "state: todo\ncolour: red\n",
        {"x": {"colour": "red"}},
    ),
    "an id that leads out": ("TK104", "id: a\n", "id: ../../etc\n", {"title": "../../etc"}),
    "another's id": ("TK105", "id: a\n", "id: b\n", {"depends_on": ["b"]}),
    "five megabytes": ("TK109", "", "x" * 5_000_000, {"description": "x" * 40_000}),
}
"""What is written for what, why that is refused, and the nearest that can be said in the one form."""


def rewritten(clone: Clone, old: str, new: str) -> None:
    text = (clone.path / A).read_text()
    made = text.replace(old, new) if old else text + new
    clone.write(A, made.encode())
    clone.git("config", "core.autocrlf", "false")
    clone.git("commit", "-q", "-a", "-m", "x")


def latin(clone: Clone) -> None:
    clone.write(A, (clone.path / A).read_bytes().replace(b"Task a", "T\xe4sk".encode("latin-1")))
    clone.git("commit", "-q", "-a", "-m", "x")


def said(clone: Clone, **fields: Any) -> None:
    clone.edit("a", **fields)
    clone.git("commit", "-q", "-a", "-m", "x")


for name, (code, old, new, fields) in TEXTS.items():
    row(
        name,
        lambda c, old=old, new=new: rewritten(c, old, new),
        PC,
        code,
        lambda c, fields=fields: said(c, **fields),
    )
row(
    "Latin-1",
    latin,
    PC,
    "TK101",
    lambda c: rewritten(c, "Task a", "T\xe4sk a \U0001f600"),
)


# -- policy ----------------------------------------------------------------------------------


def weakened_by_the_way(clone: Clone) -> None:
    clone.policy(squash="path")
    clone.commit(a={"state": "done"})


def restarted(clone: Clone) -> None:
    clone.policy(depth=5)
    clone.commit("policy")
    clone.commit(a={"state": "in_progress"})


def weakened_before(clone: Clone, **fields: object) -> None:
    clone.policy(**fields)
    clone.commit("policy")
    clone.commit(a={"state": "done"})


def role_named(clone: Clone, who: str) -> None:
    """The policy says who may change it, by name."""
    clone.policy(roles={"policy": [who]})
    clone.commit("policy")


def weakened_by(clone: Clone, who: str) -> None:
    role_named(clone, who)
    weakened_before(clone, squash="path")


def weakened_beside(clone: Clone, who: str) -> None:
    """A branch that left before the policy named anybody weakens it twice, and is merged."""
    clone.git("switch", "-q", "-c", "side")
    for depth in (5, 6):
        clone.policy(depth=depth, squash="path")
        clone.commit("weaker")
    clone.git("switch", "-q", "main")
    role_named(clone, who)
    clone.git("merge", "-q", "-m", "x", "-X", "theirs", "side")


def tightened(clone: Clone, *options: str) -> None:
    """A branch that left before the law was tightened, and ends work as was legal then."""
    clone.git("switch", "-q", "-c", "side")
    clone.commit(s={"state": "done"})
    clone.git("switch", "-q", "main")
    clone.policy(review="required")
    clone.commit("policy")
    clone.git("merge", "-q", "-m", "x", *options, "side")


def reviewed(clone: Clone, *options: str) -> None:
    clone.git("switch", "-q", "-c", "side")
    clone.commit(s={"state": "in_review"})
    clone.git("switch", "-q", "main")
    clone.policy(review="required")
    clone.commit("policy")
    clone.git("merge", "-q", "-m", "x", *options, "side")


def old_policy(clone: Clone, winner: str) -> None:
    """Both sides change the policy, one of them twice; a merge takes one's."""
    clone.git("switch", "-q", "-c", "side")
    clone.policy(squash="path")
    clone.commit("weaker")
    clone.git("switch", "-q", "main")
    clone.policy(depth=3)
    clone.commit("first")
    clone.policy(review="required")
    clone.commit("second")
    clone.git("merge", "-q", "-m", "x", "-s", "ort", "-X", winner, "side")


def no_policy(clone: Clone) -> None:
    clone.git("rm", "-q", POLICY_PATH)
    clone.git("commit", "-q", "-m", "x")


def dated(clone: Clone, date: str) -> None:
    clone.edit("a", state="in_progress")
    clone.git("commit", "-q", "-a", "-m", "x", env={"GIT_COMMITTER_DATE": date})


def orphan(clone: Clone, ledger: bool) -> None:
    clone.git("switch", "-q", "--orphan", "pages")
    clone.write("index.html", "<p>hello\n")
    if ledger:
        clone.write(POLICY_PATH, b"version: 1\nformat: 1\nlaw: 1\n")
        clone.write(A, text_of("a", state="done"))
    clone.git("add", "-A")
    clone.git("commit", "-q", "-m", "x")
    clone.git("switch", "-q", "main")


row("policy weakened by the way", weakened_by_the_way, PC, "TK603", restarted)
row(
    "policy weakened before, under the same number",
    partial(weakened_before, squash="path", version=1),
    PC,
    "TK602",
    partial(weakened_before, squash="path"),
)
row(
    "policy changed before, and not weakened enough",
    partial(weakened_before, depth=5),
    PC,
    "TK201",
    restarted,
)
row(
    "policy weakened before, by one who may not",
    lambda c: weakened_by(c, "alice"),
    PC,
    "TK502",
    lambda c: weakened_by(c, "test@example.org"),
)
row(
    "policy weakened on an old branch, by one who may not",
    lambda c: weakened_beside(c, "alice"),
    PMC,
    "TK502",
    lambda c: weakened_beside(c, "test@example.org"),
)
row("work under the law of an old branch", tightened, PMC, "TK201", reviewed)
row(
    "work under the law of an old branch --no-verify",
    lambda c: tightened(c, "--no-verify"),
    PCM,
    "TK201",
    lambda c: reviewed(c, "--no-verify"),
)
row(
    "a merge that takes the older policy",
    lambda c: old_policy(c, "theirs"),
    PMC,
    "TK605",
    lambda c: old_policy(c, "ours"),
)
row("policy deleted", no_policy, PC, "TK601", partial(deleted, path="code.txt"))
row(
    "a commit from the future",
    lambda c: dated(c, "@4000000000 +0000"),
    SERVER,
    "TK703",
    lambda c: dated(c, "@1000000000 +0000"),
    verified=False,
)
row(
    "an orphan branch with a ledger",
    partial(orphan, ledger=True),
    PC,
    "TK202",
    partial(orphan, ledger=False),
    pushed=("pages",),
    apart=True,
)
