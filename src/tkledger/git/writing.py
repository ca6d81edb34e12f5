"""Stores objects: commits and trees of files; no ref moves here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tkledger.git.commit import commit_bytes
from tkledger.git.loose import FEW, stored
from tkledger.git.objects import (
    FOLDER_MODE,
    NewObject,
    Oid,
    TreeEntry,
    oid_of,
    pack,
    read_tree,
    replaced,
)
from tkledger.git.process import DURABLE
from tkledger.git.repo import Repo


def write_commit(
    repo: Repo,
    files: Mapping[str, bytes],
    message: str,
    *,
    parent: Oid | None,
    author: str,
    committer: str,
    sign: bool = False,
    others: Iterable[NewObject] = (),
) -> Oid:
    """Store a commit that puts ``files``, on top of ``parent``; and ``others`` with it.

    No ref moves.
    """
    width = repo.width
    objects = {oid_of("blob", data, width): NewObject("blob", data) for data in files.values()}
    blobs = {path: oid_of("blob", data, width) for path, data in files.items()}
    tree = _tree_with(repo, f"{parent}^{{tree}}" if parent else "", blobs, objects, width)
    parents = [parent] if parent else []
    commit = NewObject("commit", commit_bytes(tree, parents, author, committer, message))
    if not sign:
        objects[oid_of("commit", commit.data, width)] = commit
    write_objects(repo, [*objects.values(), *others])
    if sign:
        return commit_tree(repo, tree, parents, message, author, committer, sign=True)
    return oid_of("commit", commit.data, width)


def write_tree(repo: Repo, old: str, files: Mapping[str, bytes]) -> Oid:
    """Store a tree like ``old`` (empty for none) but with ``files``."""
    objects = {oid_of("blob", one, repo.width): NewObject("blob", one) for one in files.values()}
    blobs = {path: oid_of("blob", data, repo.width) for path, data in files.items()}
    tree = _tree_with(repo, old, blobs, objects, repo.width)
    write_objects(repo, [*objects.values()])
    return tree


def write_objects(repo: Repo, objects: Sequence[NewObject]) -> None:
    """Store objects: a few as a file each, many as a pack. No ref moves."""
    if not stored(repo, objects):
        how = ("unpack-objects", "-q") if len(objects) <= FEW else ("index-pack", "--stdin")
        repo.run(*DURABLE, *how, stdin=pack(objects, repo.width), apart=True)


def _tree_with(
    repo: Repo, old: str, blobs: Mapping[str, Oid], objects: dict[Oid, NewObject], width: int
) -> Oid:
    """The id of the tree ``old`` with these files; new trees are added to ``objects``."""
    data = (repo.tree_bytes(old) or ("", b""))[1] if old else b""
    folders = sorted({path.partition("/")[0] for path in blobs if "/" in path})
    entries = read_tree(data, width) if folders else []
    new: dict[str, TreeEntry] = {}
    for folder in folders:
        inner = {
            path[len(folder) + 1 :]: oid
            for path, oid in blobs.items()
            if path.startswith(f"{folder}/")
        }
        below = next((one.oid for one in entries if one.name == folder), "")
        new[folder] = TreeEntry(FOLDER_MODE, folder, _tree_with(repo, below, inner, objects, width))
    for path, oid in blobs.items():
        if "/" not in path:
            new[path] = TreeEntry("100644", path, oid)
    tree = NewObject("tree", replaced(data, new, width))
    name = oid_of("tree", tree.data, width)
    objects[name] = tree
    return name


def empty_tree(repo: Repo) -> Oid:
    """The id of the tree with nothing in it, which is stored if it was not already."""
    return write_tree(repo, "", {})


def commit_tree(
    repo: Repo,
    tree: str,
    parents: Sequence[Oid],
    message: str,
    author: str,
    committer: str,
    *,
    sign: bool,
) -> Oid:
    """Store a commit of a tree that is here already, of any number of parents, by git itself.

    No ref moves.
    """
    env = {**_identity_env("AUTHOR", author), **_identity_env("COMMITTER", committer)}
    words = [*(["-S"] if sign else []), tree]
    words += [word for parent in parents for word in ("-p", parent)]
    out = repo.run(*DURABLE, "commit-tree", *words, stdin=message.encode(), env=env)
    return out.decode().strip()


def _identity_env(who: str, ident: str) -> dict[str, str]:
    name, _, rest = ident.partition(" <")
    email, _, date = rest.partition("> ")
    return {f"GIT_{who}_NAME": name, f"GIT_{who}_EMAIL": email, f"GIT_{who}_DATE": f"@{date}"}
