"""The name of every ref that tk keeps; it reads and moves none."""

from __future__ import annotations

ALL = "refs/tk"
"""What all of them begin with, as git lists refs: by whole components."""

CLAIMS = f"{ALL}/claims/"
"""The claims of a repository: one ref for each task, shared by all its worktrees."""

INBOXES = f"{ALL}/inbox/"
"""The inboxes: one ref for each actor."""

REMOTES = f"{ALL}/remotes/"
"""Copies of what each remote has under ``refs/tk``. They are kept apart from our own refs, which a
fetch that prunes would delete.
"""

AGREED = f"{ALL}/agreed/"
"""For each remote, the claims that both sides had after the last sync."""

ABSENT = f"{ALL}/none"
"""A name that no ref has, to ask for in place of one that a push deletes."""

SHARED = (CLAIMS, INBOXES)
"""What may be pushed; the rest of ``refs/tk`` belongs to one clone."""

REPLACEMENTS = "refs/replace/"
"""Git's own: the objects that it shows in place of others."""


def claim(task: str) -> str:
    """The ref of the claim on a task."""
    return f"{CLAIMS}{task}"


def copies(remote: str) -> str:
    """The prefix of the copies of a remote's refs: ``heads/``, ``claims/``, ``inbox/`` below it."""
    return f"{REMOTES}{remote}/"


def copied_claims(remote: str) -> str:
    """The prefix of the copies of a remote's claims."""
    return f"{REMOTES}{remote}/claims/"


def agreed(remote: str) -> str:
    """The prefix of what was agreed with a remote; ``claims/`` below it."""
    return f"{AGREED}{remote}/"
