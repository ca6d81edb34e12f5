"""Says which file of a shared repository keeps a user out, and what its owner can do; it changes none."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tkledger.core.quoting import quoted
from tkledger.core.typing import NamedTuple
from tkledger.git.repo import is_git_folder


class Denied(NamedTuple):
    """Why a user may not write: a path with its owner, in words; and what the owner runs to allow it."""

    fact: str
    remedy: str


def denied(*paths: str) -> Denied | None:
    """Why a system call on these paths was refused; None if none of them is in a repository and closed
    to this user.
    """
    standing = [_standing(os.path.abspath(path)) for path in paths]
    for one in (*standing, *map(os.path.dirname, standing)):  # a file is replaced in its folder
        root = None if _is_open(one) else _repository(one)
        if root:
            return _of(one, root)
    return None


def denied_in(git_folder: str) -> Denied | None:
    """The first path in a git folder that this user may not write; None if there is none, as on a disk
    that is read-only. Objects are only read: git replaces none.
    """
    found = next((one for one in _written(git_folder) if not _is_open(one)), None)
    return _of(found, _repository(git_folder) or git_folder) if found else None


def _written(git_folder: str) -> Iterator[str]:
    """The folders and files that git and tk write to, in the order in which a commit does."""
    objects = os.path.join(git_folder, "objects")
    yield from (one for one in (git_folder, objects) if os.path.isdir(one))
    for top in (objects, *(os.path.join(git_folder, name) for name in ("refs", "logs", "tk"))):
        for folder, _, files in os.walk(top):
            yield folder
            if top != objects:
                yield from (os.path.join(folder, name) for name in files)


def _of(path: str, root: str) -> Denied:
    fact = f"{path} belongs to {_user(os.stat(path).st_uid)}"
    return Denied(fact, _remedy(path, root))


def _remedy(path: str, root: str) -> str:
    """The owner's command. It leaves the files of others alone, which only they may change; a folder
    passes its group on to what is made in it.
    """
    owner, where = os.stat(path).st_uid, quoted(root)
    if owner == os.geteuid():
        return f"chmod -R u+rwX {where}"
    mine = {os.getegid(), *os.getgroups()}
    own = f"find {where} -uid {owner} ! -type l"  # chmod would follow a link
    if os.stat(root).st_gid not in mine:
        own += f" -exec chgrp {_common_group(owner, mine)} {{}} +"
    own += " -exec chmod g+rwX {} + -type d -exec chmod g+s {} +"
    return f"as {quoted(_user(owner))}: git -C {where} config core.sharedRepository group && {own}"


def _is_open(path: str) -> bool:
    """Whether this user may do with a file or a folder what git does."""
    return os.access(path, os.R_OK | os.W_OK | (os.X_OK if os.path.isdir(path) else 0))


def _common_group(owner: int, mine: set[int]) -> str:
    """A group that both are in; GROUP, as a word to be replaced, if there is none yet."""
    import grp
    import pwd

    try:
        user = pwd.getpwuid(owner)
        both = sorted(mine & {*os.getgrouplist(user.pw_name, user.pw_gid)})
        return quoted(grp.getgrgid(both[0]).gr_name) if both else "GROUP"
    except KeyError:
        return "GROUP"


def _standing(path: str) -> str:
    """The path itself, or if there is no such file the nearest folder above it: no file can be made there."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def _repository(path: str) -> str | None:
    """The checkout with its git folder, or the git folder alone, that a path is in."""
    while path != os.path.dirname(path):
        above, name = os.path.split(path)
        if os.path.isdir(os.path.join(path, ".git")):
            return path
        if name != ".git" and is_git_folder(path):
            return path
        path = above
    return None


def _user(number: int) -> str:
    """The name of a user, or the number of one without a name."""
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):  # Windows; a user of another machine
        return f"user {number}"
