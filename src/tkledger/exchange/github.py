"""Issues of GitHub, as ``gh issue list --json`` prints them and as the REST interface has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.pattern import pattern
from tkledger.core.typing import Any
from tkledger.exchange.foreign import BadSource, Comment, Foreign
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import json_entries
from tkledger.exchange.texts import filled, kind, label, remarks
from tkledger.exchange.times import day, moment

_EXPECTED = "an issue of GitHub"
_COMMAND = "gh issue list --state all --limit 100000 --json number,title,body,state,labels,..."
_STORAGE = (
    *("id", "node_id", "closed", "blocking", "subIssues", "subIssuesSummary", "projectCards"),
    *("repository_url", "labels_url", "comments_url", "events_url", "timeline_url", "assignee"),
    *("sub_issues_summary", "issue_dependencies_summary", "performed_via_github_app"),
    *("author_association", "issue_field_values"),
)
_ELSEWHERE = ("id", "node_id", "title", "state", "repository", "headRepository")
"""What is said of another issue, which says so itself."""

_ISSUE = pattern(r"https?://[^/\s]+/(?:api/v3/)?(?:repos/)?([^/\s]+/[^/\s]+)/issues/(\d{1,15})\Z")
_URGENCY = pattern(r"[pP]([0-4])\Z")
_ENDS = {
    "not_planned": (State.CANCELLED, "rejected"),
    "duplicate": (State.CANCELLED, "duplicate"),
}
_ON_BOARD = {
    **{"in progress": State.IN_PROGRESS, "doing": State.IN_PROGRESS, "backlog": State.BACKLOG},
    **{"in review": State.IN_REVIEW, "review": State.IN_REVIEW},
}


_OF_A_USER = (
    *("id", "node_id", "is_bot", "name", "avatar_url", "gravatar_id", "url", "html_url"),
    *("followers_url", "following_url", "gists_url", "starred_url", "subscriptions_url"),
    *("organizations_url", "repos_url", "events_url", "received_events_url", "type"),
    *("user_view_type", "site_admin", "databaseId"),
)
_OF_A_LABEL = ("id", "node_id", "url", "color", "default", "description")
_OF_A_MILESTONE = (
    *("id", "node_id", "number", "url", "html_url", "labels_url", "creator", "open_issues"),
    *("closed_issues", "state", "created_at", "updated_at", "closed_at"),
)
_OF_A_COMMENT = (
    *("id", "node_id", "url", "html_url", "issue_url", "authorAssociation", "author_association"),
    *("includesCreatedEdit", "isMinimized", "minimizedReason", "viewerDidAuthor", "updated_at"),
    *("reactionGroups", "reactions", "performed_via_github_app"),
)
"""What GitHub says of users, labels, milestones and comments themselves."""


def read(path: Path) -> Iterator[Foreign]:
    """The issues in a file; pull requests, which REST lists among them, are passed over. Raises BadSource."""
    if path.is_dir():
        raise BadSource(str(path), f"it is a folder: write a file with {_COMMAND}")
    found = (
        (where, _issue(Raw(value, where, _EXPECTED, _STORAGE)))
        for where, value in json_entries(path)
        if not (isinstance(value, dict) and value.get("pull_request"))
    )
    yield from distinct(found, path, f"it holds no issues of GitHub, as {_COMMAND} prints them")


def _issue(issue: Raw) -> Foreign:
    number = issue.needed("number")
    page, api = issue.text("html_url"), issue.text("url")
    address = page or api
    created = issue.text_as("createdAt", moment) or issue.text_as("created_at", moment)
    ended = issue.text_as("closedAt", moment) or issue.text_as("closed_at", moment)
    changed = issue.text_as("updatedAt", moment) or issue.text_as("updated_at", moment)
    labels, more = _labels(issue)
    boards = [
        (one.text("title") or "", one.entry("status", ("optionId",)).text("name") or "")
        for one in issue.entries("projectItems")
    ]
    state, resolution, reason = _state(issue, [column for _, column in boards])
    users = [one.text("login") or "" for one in issue.entries("assignees", _OF_A_USER)]
    milestone = issue.entry("milestone", _OF_A_MILESTONE)
    title = milestone.text("title")
    period = label(title)
    pulls = [
        pull
        for one in issue.entries("closedByPullRequestsReferences", (*_ELSEWHERE, "number"))
        if (pull := one.text("url"))
    ]
    told: list[tuple[str, Any]] = [
        ("also assigned", ", ".join(users[1:])),
        ("state reason", reason),
        ("changed", None if changed in (created, ended) else changed),
        ("milestone", None if title == period else title),
        ("milestone description", milestone.text("description")),
        *(("project", f"{name} ({column})" if column else name) for name, column in boards),
        ("closed by", issue.entry("closed_by", _OF_A_USER).text("login")),
        ("reactions", ", ".join(_reactions(issue))),
        ("pinned", issue.flag("isPinned")),
        ("locked", issue.flag("locked")),
        ("lock reason", issue.text("active_lock_reason")),
    ]
    fields = {
        **more,
        "owner": users[0] if users else None,
        "creator": _login(issue, "author") or _login(issue, "user"),
        "labels": [*labels, *filter(None, [period])],
        "due": milestone.text_as("dueOn", day) or milestone.text_as("due_on", day),
        "links": [*filter(None, [address]), *pulls[:-1]],
        "pr": pulls[-1] if pulls else None,
        "description": issue.text("body"),
        "resolution": resolution,
    }
    blockers = issue.entry("blockedBy", ("totalCount",)).entries("nodes", _ELSEWHERE)
    blockers = blockers or issue.entries("blockedBy", _ELSEWHERE)
    parent = issue.entry("parent", _ELSEWHERE)
    above = issue.text("parent_issue_url")
    issue.whole("comments")
    return Foreign(
        *(_key(address, number), issue.needed("title"), state),
        name=f"gh-{number}",
        parent=_key(above, "") if above else _other(parent, address),
        depends_on=tuple(filter(None, (_other(one, address) for one in blockers))),
        fields=filled(fields),
        comments=tuple(_comments(issue)),
        told=remarks(told),
        created=created,
        ended=ended,
        extra=issue.rest(),
        read=issue.read(),
    )


def _login(entry: Raw, name: str) -> str | None:
    return entry.entry(name, _OF_A_USER).text("login")


def _key(address: str | None, number: str) -> str:
    """What names an issue in all repositories, or its number if no address says of which it is."""
    match = _ISSUE.match(address or "")
    return f"{match[1]}#{match[2]}" if match else address or f"#{number}"


def _other(entry: Raw, address: str | None) -> str | None:
    """The key of an issue that another one names, which is of the same repository if nothing else is said."""
    number, url = entry.text("number"), entry.text("url")
    if number is None:
        return None
    match = _ISSUE.match(address or "")
    return _key(url, number) if url or not match else f"{match[1]}#{number}"


def _state(issue: Raw, columns: list[str]) -> tuple[State, str | None, str | None]:
    """The state, the resolution, and the reason if it says more: boards say how far an open issue is."""
    reason = issue.text("stateReason") or issue.text("state_reason") or ""
    if (issue.text("state") or "").lower() == "closed":
        state, resolution = _ENDS.get(reason.lower(), (State.DONE, None))
        return state, resolution, None if reason.lower() in (*_ENDS, "completed") else reason
    found = {_ON_BOARD[one.lower()] for one in columns if one.lower() in _ON_BOARD}
    return (found.pop() if len(found) == 1 else State.TODO), None, reason.lower()


def _labels(issue: Raw) -> tuple[list[str], dict[str, Any]]:
    """The labels, and the type and the priority: by the issue's type, and by labels that say no more."""
    texts = list(issue.texts("labels"))
    texts += [one.text("name") or "" for one in issue.entries("labels", _OF_A_LABEL)]
    definition = ("id", "node_id", "description", "color", "is_enabled", "created_at", "updated_at")
    types = [issue.entry(name, definition).text_as("name", kind) for name in ("issueType", "type")]
    urgent = [text for text in texts if _URGENCY.match(text)]
    found = next(filter(None, types), None)
    as_type = "bug" if found is None and "bug" in texts else None
    labels = [text for text in texts if text not in (as_type, *urgent[:1])]
    return labels, {"type": found or as_type, "priority": int(urgent[0][1]) if urgent else None}


def _reactions(issue: Raw) -> list[str]:
    found = [
        f"{one.text('content')} {one.entry('users').text('totalCount')}"
        for one in issue.entries("reactionGroups")
    ]
    counts = issue.entry("reactions", ("url", "total_count"))
    found += [
        f"{name} {count}"
        for name in counts.names()
        if (count := counts.whole(name)) is not None and count
    ]
    return found


def _comments(issue: Raw) -> list[Comment]:
    return [
        Comment(
            said,
            _login(one, "author") or _login(one, "user"),
            one.text_as("createdAt", moment) or one.text_as("created_at", moment),
        )
        for one in issue.entries("comments", _OF_A_COMMENT)
        if (said := one.text("body"))
    ]
