"""The names of the refs that tk keeps; it reads and moves none of them."""

from __future__ import annotations

import re

ALL = "refs/tk"
"""The prefix of all of them, as git lists refs: whole components, no slash at the end."""

CLAIMS = f"{ALL}/claims/"
"""The claims of a repository: one ref for each task, shared by all its worktrees."""

INBOXES = f"{ALL}/inbox/"
"""The inboxes: one ref for each actor."""

ARTIFACTS = f"{ALL}/artifacts/"
"""The files of tasks: a ref for each, to the file itself, by its id."""

AGENTS = f"{ALL}/agents/"
"""What agents are: one ref for each actor that says so."""

RESERVATIONS = f"{ALL}/reservations/"
"""The paths that tasks reserve: one ref for each."""

RECORDS = (INBOXES, AGENTS, RESERVATIONS)
"""Chains of events, which only grow."""

ASIDE = f"{ALL}/aside/"
"""Where a person keeps chains that a server refused; tk does not look there."""

SERVER = f"{ALL}/server"
"""What a server asks of pushes: a blob that its hooks write."""

REMOTES = f"{ALL}/remotes/"
"""Copies of what each remote has under ``refs/tk``. They are kept apart from our own refs, which
``git fetch --prune`` would delete.
"""

AGREED = f"{ALL}/agreed/"
"""For each remote, the branch and the claims that both sides had after the last sync."""

ABSENT = f"{ALL}/none"
"""A name that no ref has: read it in place of a ref that a push deletes."""

SHARED = (CLAIMS, INBOXES, ARTIFACTS, AGENTS, RESERVATIONS)
"""What may be pushed; the rest of ``refs/tk`` belongs to one clone."""

HEADS = "refs/heads/"
"""The branches, as git keeps them."""

CANARY_BRANCH = f"{HEADS}tk-canary"
"""The branch by which `tk doctor` tries the hooks for pushes; it never exists."""

TASK_BRANCHES = f"{HEADS}tk/"
"""The branches of tasks, unless the clone is configured otherwise."""

STREAM_BRANCHES = f"{HEADS}streams/"
"""The branches that streams of work are brought together on, where they have one."""

SNAPSHOTS = "refs/tags/tk/"
"""The snapshots and the anchors: tags of commits of the ledger."""

BRANCHES_AND_TAGS = (HEADS, "refs/tags/")
"""Branches and tags: what a server takes as validated. Other refs are judged as well, but no one
builds on them.
"""

REPLACEMENTS = "refs/replace/"
"""git's own refs: objects to show in place of others."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
_LONGEST = 120
"""The longest name a ref gets: it is also a file's, and ``.lock`` comes on top."""


def branch_name(ref: str) -> str:
    """A branch by the name that people and git's commands use; any other ref, or name, as it is."""
    return ref.removeprefix(HEADS)


def stream_branch(stream: str) -> str:
    """The branch that a stream is brought together on, whether or not there is one."""
    return STREAM_BRANCHES + stream


def stream_of(ref: str) -> str:
    """The stream that is brought together on a branch; empty if none is."""
    name = ref.removeprefix(STREAM_BRANCHES)
    return "" if name == ref or "/" in name else name


def inbox_of(actor: str) -> str:
    """The ref of an actor's inbox."""
    return _ref_of(INBOXES, actor)


def agent_ref(actor: str) -> str:
    """The ref that says what an actor is."""
    return _ref_of(AGENTS, actor)


def _ref_of(prefix: str, actor: str) -> str:
    """An actor's ref.

    Any name becomes one component that git takes, and that stays apart from others where file
    names are told apart by neither case nor form. A long one is named by its hash; the messages
    have it whole.
    """
    data = actor.encode()
    name = "".join(chr(one) if one in _PLAIN else f"%{one:02x}" for one in data)
    if len(name) <= _LONGEST:
        return prefix + name
    from hashlib import sha256  # loads OpenSSL, for 10 ms

    return f"{prefix}%%{sha256(data).hexdigest()}"


def actor_of(name: str) -> str:
    """Whose ref has this name, below `INBOXES` or `AGENTS`: letters that a ref cannot have are bytes in hex."""
    if name.startswith("%%"):
        return "an actor with a long name"
    parts = re.split("%([0-9a-f]{2})", name)
    data = (bytes([int(part, 16)]) if odd % 2 else part.encode() for odd, part in enumerate(parts))
    return b"".join(data).decode(errors="replace")


def copies(remote: str) -> str:
    """The prefix of the copies of a remote's refs: ``heads/``, ``claims/``, ``inbox/``, ``agents/`` below it."""
    return f"{REMOTES}{remote}/"


def copied(remote: str, name: str) -> str:
    """The copy of what a remote has under this name, or prefix of names, below ``refs/tk``."""
    return copies(remote) + name.removeprefix(f"{ALL}/")


def copied_claims(remote: str) -> str:
    """The prefix of the copies of a remote's claims."""
    return copied(remote, CLAIMS)


def copied_server(remote: str) -> str:
    """The copy of what a remote asks of pushes."""
    return copied(remote, SERVER)


def agreed(remote: str) -> str:
    """The prefix of what was agreed with a remote; ``claims/`` below it."""
    return f"{AGREED}{remote}/"
