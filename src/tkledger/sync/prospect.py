"""Tasks and claims as this repository has them, and as the remote will once a push is taken; moves nothing."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.claims.elsewhere import task_at, tasks_at
from tkledger.core.claim import Claim, parsed
from tkledger.core.ref_names import ABSENT, branch_name
from tkledger.core.task import Task
from tkledger.git import history, transport
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.sync.route import Route


class Prospect:
    """What both sides will have; ``tip`` is the commit that the remote's branch will be at."""

    def __init__(self, repo: Repo, route: Route, tip: Oid | None, tasks: Iterable[str]) -> None:
        self._repo = repo
        self._route = route
        self._tip = tip
        self.branches = (route.branch, route.target)
        names = list(tasks)
        places = [(tip or ABSENT, name) for name in names]
        self._tasks = dict(zip(names, tasks_at(repo, places)))
        self._listed: dict[str, Oid | None] = {}

    def task(self, name: str) -> Task | None:
        """The task on the branch, as the remote will have it."""
        return self._tasks.get(name)

    def claim(self, name: str, oid: Oid | None) -> Claim | None:
        """What a claim says; None without one."""
        made = history.as_commit(self._repo.read(oid)) if oid else None
        return parsed(name, made.text if made else "") if oid else None

    def here(self, claim: Claim) -> Task | None:
        """The task where a claim says it is worked on; where that branch is gone, at its base."""
        found = task_at(self._repo, claim.branch, claim.task)
        return found if found is not None else task_at(self._repo, claim.base, claim.task)

    def there(self, claim: Claim) -> list[Task]:
        """The task on the claim's branch and at its base, as far as the remote will have it there."""
        places = (self._at(ref, claim.task) for ref in dict.fromkeys((claim.branch, claim.base)))
        return [task for task in places if task is not None]

    def _at(self, ref: str, name: str) -> Task | None:
        if ref in self.branches:
            return self.task(name)
        short = branch_name(ref)
        copy = f"refs/remotes/{self._route.remote}/{short}"
        found = self._repo.read(copy)
        task = task_at(self._repo, copy, name) if found else None
        if task is None or found is None:
            return None
        if ref not in self._listed:  # git's copy may be old: what was pushed may be gone since
            listed = transport.listed(self._repo, self._route.remote, [ref])
            self._listed[ref] = listed.get(ref)
        return task if self._listed[ref] == found[0] else None
