"""Which branch of which remote a checkout syncs with, by configuration alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from zlib import crc32

from tkledger.core import ref_names
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable, usage_error
from tkledger.git.repo import Repo
from tkledger.merging.under_way import under_way


class Route(NamedTuple):
    """A branch here and its counterpart there, as full ref names, and where the copies of the
    remote's refs are kept.

    queue: the file by which syncs on this machine take turns at that branch, if there is one
    """

    remote: str
    branch: str
    target: str
    has_upstream: bool
    queue: str | None = None

    @property
    def copies(self) -> str:
        """The prefix of the refs that hold what the remote last had: ``heads``, ``claims``,
        ``inbox`` below it. Never ``refs/tk/claims`` itself: a pruning fetch would delete our own.
        """
        return ref_names.copies(self.remote)

    @property
    def agreed(self) -> str:
        """The prefix of the refs that hold the claims both sides last had alike."""
        return ref_names.agreed(self.remote)

    @property
    def here(self) -> str:
        """The short name of the branch here."""
        return branch_name(self.branch)

    @property
    def there(self) -> str:
        """The short name of the branch there, with the remote's."""
        return f"{self.remote}/{branch_name(self.target)}"


def route_from_head(repo: Repo, remote: str | None) -> Route:
    """From HEAD's branch to its upstream, or to the branch of the same name on a remote.

    Raises TkError if there is no checkout, no branch or no remote.
    """
    _require_branch(repo)
    variables = repo.variables()
    branch = branch_name(repo.head_ref)
    upstream = variables.get(f"branch.{branch}.remote")
    chosen = remote or _default(variables, upstream)
    if f"remote.{chosen}.url" not in variables:
        raise usage_error(
            "no-such-remote",
            f"no such remote: {chosen!r}; there are {', '.join(_remotes(variables)) or 'none'}",
            f"git remote add {quoted(chosen)} URL",
        )
    merge = variables.get(f"branch.{branch}.merge") if upstream == chosen else None
    target = merge or repo.head_ref
    url = variables.get(f"remote.{chosen}.pushurl") or variables[f"remote.{chosen}.url"]
    queue = _queue(repo.top or "", url, target)
    return Route(chosen, repo.head_ref, target, merge is not None, queue)


_QUEUES = 16
"""How many queue files there are at most; branches that share one wait for each other."""


def _queue(top: str, url: str, target: str) -> str | None:
    """Next to the remote, if it is a path and tk's hooks are in it; else in the user's cache, so that all
    processes of one user on this machine take turns.
    """
    path = _path(url)
    if path is not None:
        folder = _folder(os.path.join(top, path))
        branch = target
    else:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(
            os.environ.get("HOME", ""), ".cache"
        )
        folder = os.path.join(home, "tkledger") if os.path.isabs(home) else None
        branch = f"{url} {target}"
    number = crc32(branch.encode(errors="surrogateescape")) % _QUEUES
    return os.path.join(folder, f"queue-{number}") if folder else None


def _path(url: str) -> str | None:
    """The path in a remote's URL; None if it leads to another machine, or may do so."""
    path = url.removeprefix("file://")
    return None if ":" in path.partition("/")[0] else path


def _folder(path: str) -> str | None:
    """The ``tk`` folder of the repository that git finds at a path, if there is one."""
    for place in (f"{path}/.git", path, f"{path}.git"):
        if os.path.isfile(os.path.join(place, "HEAD")):
            found = os.path.join(place, "tk")
            return found if os.path.isdir(found) else None
    return None


def _require_branch(repo: Repo) -> None:
    if repo.is_bare:
        raise unusable(
            "bare",
            "a bare repository has no checkout to merge in",
            "git worktree add PATH",
        )
    if found := under_way(repo):
        raise unusable("under-way", f"{found.fact}; finish it first", found.way)
    if repo.is_detached:
        raise unusable(
            "detached", "HEAD is detached, so there is no branch to sync", "git switch BRANCH"
        )


def _default(variables: Mapping[str, str], upstream: str | None) -> str:
    """The branch's own remote, else ``origin``, else the only one there is."""
    known = _remotes(variables)
    if upstream in known:
        return upstream or ""
    if "origin" in known or len(known) == 1:
        return "origin" if "origin" in known else known[0]
    if not known:
        raise unusable(
            "no-remote",
            "there is no remote to sync with",
            "git remote add origin URL, then tk sync",
        )
    raise usage_error(
        "which-remote", f"which remote? {', '.join(known)}", f"tk sync {quoted(known[0])}"
    )


def _remotes(variables: Mapping[str, str]) -> list[str]:
    start, end = "remote.", ".url"
    return sorted(
        name[len(start) : -len(end)]
        for name in variables
        if name.startswith(start) and name.endswith(end)
    )
