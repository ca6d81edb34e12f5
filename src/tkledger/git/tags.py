"""Tags under a prefix: what they name and say; what they mean is unknown here."""

from __future__ import annotations

from tkledger.core.typing import NamedTuple
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

_FORMAT = "%00".join(
    (
        *("%(refname)", "%(objecttype)", "%(objectname)", "%(*objecttype)", "%(*objectname)"),
        *("%(creatordate:unix)", "%(taggeremail:trim)", "%(contents:subject)"),
    )
)


class Tag(NamedTuple):
    """A tag: its full name, the commit that it names, None if it names none; when it was made in seconds since
    1970, by whom, and what it says, as far as it says so.
    """

    ref: str
    commit: Oid | None
    at: int
    by: str
    text: str


def tags(repo: Repo, prefix: str) -> list[Tag]:
    """The tags whose full names begin so (whole components), the oldest first."""
    out = repo.run("for-each-ref", "--sort=creatordate", f"--format={_FORMAT}", prefix)
    found = []
    for row in out.decode(errors="replace").split("\n"):
        fields = row.split("\0")
        if len(fields) == 8:
            ref, kind, oid, inner, peeled, at, by, text = fields
            is_tag = kind == "tag"
            commit = peeled if is_tag and inner == "commit" else oid if kind == "commit" else None
            found.append(
                Tag(ref, commit, int(at or 0), by if is_tag else "", text if is_tag else "")
            )
    return found


def tag(repo: Repo, name: str, commit: Oid, text: str) -> None:
    """Make an annotated tag that does not exist yet; raises GitError if it does."""
    repo.run("tag", "--annotate", "-m", text, "--", name, commit)
