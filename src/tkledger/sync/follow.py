"""Brings the branch here to its upstream while a command waits, where that is a fast-forward; nothing is sent."""

from __future__ import annotations

import time

from tkledger.claims import remote
from tkledger.core.quoting import quoted
from tkledger.errors import TkError
from tkledger.git.errors import GitError, RefMoved
from tkledger.git.history import is_ancestor
from tkledger.git.repo import Repo
from tkledger.ledger.landing import land, require_room
from tkledger.sync.route import Route, route_from_head

_PAUSE = 5.0
"""The least time between two looks at the remote, in seconds."""


class Follower:
    """Follows the upstream of HEAD's branch; without one it does nothing.

    behind: why the branch does not follow, and what to do about it; empty if it does
    """

    def __init__(self, repo: Repo) -> None:
        self.behind = ""
        self._repo = repo
        self._next = 0.0

    def __call__(self) -> str:
        """Fetch and fast-forward, unless that was done just now. The remote that was asked; empty if none was."""
        route = self._route() if time.monotonic() >= self._next else None
        if route is None:
            return ""
        self._next = time.monotonic() + _PAUSE
        try:
            self.behind = self._followed(route)
        except TkError as error:
            self.behind = f"{error.message}: {error.remedy}"
        except RefMoved:
            self._next = 0.0  # another command was faster
        return route.remote

    def _followed(self, route: Route) -> str:
        repo, name = self._repo, route.target.removeprefix("refs/")
        # by a pattern, since a plain name that the remote has not would be an error
        words = remote.fetch_by(repo, route.remote, f"+refs/{name}*:{route.copies}{name}*")
        if words:
            return f"{route.remote} was not reached ({words})"
        repo.refresh()
        found = repo.read(f"{route.copies}{name}")
        theirs, ours = found[0] if found else None, repo.head
        if theirs is None or ours is None or theirs == ours or is_ancestor(repo, theirs, ours):
            return ""
        if not is_ancestor(repo, ours, theirs):
            return f"{quoted(route.here)} and {quoted(route.there)} both have new commits: tk sync"
        require_room(repo, theirs)
        land(repo, theirs, judged=False, again="tk sync")
        return ""

    def _route(self) -> Route | None:
        """The upstream of HEAD's branch; None if there is none."""
        try:
            route = route_from_head(self._repo, None)
        except (TkError, GitError):  # no remote, no branch, or no checkout
            return None
        return route if route.has_upstream else None
