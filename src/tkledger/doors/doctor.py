"""Finds what would let a ledger be bypassed, misread or blocked; tries each hook to see that it rejects."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial

from tkledger.claims import elsewhere, standing
from tkledger.claims.remote import TWICE, has_remote, name_of
from tkledger.claims.standing import vacancy
from tkledger.core.layout import FOLDER, PATTERN, path_of
from tkledger.core.lifecycle import State
from tkledger.core.loosening import who_is_bound
from tkledger.core.policy import DEFAULT, FORMAT, LAW, Policy
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import CLAIMS, branch_name
from tkledger.core.snapshot import Flaw
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.doors import canaries, install, script
from tkledger.errors import TkError
from tkledger.git.errors import GitError
from tkledger.git.permissions import denied_in
from tkledger.git.repo import Repo
from tkledger.ledger import conversions
from tkledger.ledger.reader import Ledger
from tkledger.merging.files import ATTRIBUTES

STALE_SECONDS = 600
"""How old a lock file must be to be called stale: no git command holds one for ten minutes."""

OLDEST_GIT = (2, 34)


class Examined(NamedTuple):
    """The result of one check: whether all is well, and if not, the remedy and a safe way to fix it."""

    what: str
    good: bool
    message: str
    remedy: str = ""
    fix: Callable[[], object] | None = None


def examine(repo: Repo) -> Iterator[Examined]:
    """Every check, the general ones first."""
    yield _git_version(repo)
    yield from _ledger(repo)
    if repo.is_bare:
        yield _head(repo)
        yield from _server_settings(repo)
        yield from _hooks(repo)
    else:
        yield from _hooks(repo)
        yield from _attributes(repo)
        yield from _hidden(repo)
    yield from _claims(repo)
    yield _permissions(repo)
    yield _pruning(repo)
    yield from _locks(repo)


def _git_version(repo: Repo) -> Examined:
    text = repo.run("version").decode().split()[2]
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    return Examined("git", numbers >= OLDEST_GIT, f"version {text}", "install git 2.34 or newer")


def _ledger(repo: Repo) -> Iterator[Examined]:
    ledger = Ledger(repo)
    try:
        snapshot = ledger.usable(ledger.head())
    except TkError as error:
        yield Examined("ledger", False, error.message, error.remedy)
        return
    flaws, policy = list(snapshot.flaws()), snapshot.policy or DEFAULT
    yield Examined("ledger", not flaws, _flaws_text(flaws), flaws[0].remedy if flaws else "")
    yield from _editions(policy)
    yield from _who_decides(repo, policy)
    if repo.is_shallow:
        yield Examined(
            "history",
            False,
            "this clone is shallow: verify --all cannot judge it",
            "git fetch --unshallow",
        )
    yield _names(repo, policy)
    if policy.keys:
        from tkledger.doors import signing

        for good, fact, remedy in signing.examined(repo, policy):
            yield Examined("signing", good, fact, remedy)
    if words := who_is_bound(policy):
        yield Examined("keepers", True, words)


def _names(repo: Repo, policy: Policy) -> Examined:
    """What the names in commits are worth here, and whether the server can know what it asks."""
    from tkledger.core.server import names_worth, refuses_all
    from tkledger.doors import published
    from tkledger.doors.foreseen import remembered

    if repo.is_bare:
        pusher = published.pusher_known_by(repo)
    else:
        remote = name_of(repo.variables(), repo.head_ref)
        asked = remembered(repo, remote) if remote else None
        pusher = asked.pusher if asked else ""
    return Examined(
        "names",
        not refuses_all(policy, pusher),
        names_worth(policy, pusher),
        "on the server: git config tk.pusher VARIABLE; without one: tk config set proof name"
        if policy.law >= 2
        else "on the server: git config tk.pusher VARIABLE, or none",
    )


def _head(repo: Repo) -> Examined:
    """Whether the branch exists whose policy counts on a server."""
    missing = install.missing_head_branch(repo)
    if missing is not None:
        return Examined("HEAD", False, missing.message, missing.remedy)
    return Examined("HEAD", True, f"the policy that counts is that of {repo.head_ref}")


def _editions(policy: Policy) -> Iterator[Examined]:
    """Offers the newest format and edition of the rules, if the policy has older ones: not an error."""
    for name, newest in (("format", FORMAT), ("law", LAW)):
        now = getattr(policy, name)
        if now < newest:
            offer = (
                f"{now} is in force; if everybody here has this tk: tk config set {name} {newest}"
            )
            yield Examined(name, True, offer)


def _who_decides(repo: Repo, policy: Policy) -> Iterator[Examined]:
    """Offers claims that a remote decides, if there is one: not an error."""
    if policy.claims == "local" and not repo.is_bare and has_remote(repo):
        yield Examined("claims", True, TWICE)


def _flaws_text(flaws: list[Flaw]) -> str:
    if not flaws:
        return "every file of HEAD can be read"
    return f"{len(flaws):,} files cannot be read, {flaws[0].subject} first: {flaws[0].message}"


# -- hooks -----------------------------------------------------------------------------------


def _hooks(repo: Repo) -> Iterator[Examined]:
    """How the hooks are installed, and whether each rejects what it must; leaves no trace."""
    installed = _installed(repo)
    yield installed
    illegal = canaries.illegal_commit(repo)
    if illegal is None:
        return
    # one that does not reject has no cause of its own if it is not installed as it should be
    remedy = installed.remedy
    if repo.is_bare:
        yield from (_tried(*one, remedy) for one in canaries.of_server(repo, illegal))
        return
    for folder in _worktrees(repo):
        try:
            here = repo if folder == repo.top else Repo(folder)
        except GitError as error:
            yield Examined("worktree", False, error.message, "git worktree prune")
            continue
        where = "" if folder == repo.top else f" in {folder}"
        risky = canaries.runs_others(here) and bool(
            here.run("status", "--porcelain", "--untracked-files=no")
        )
        for name, works in canaries.of_clone(here, illegal, alone=risky):
            yield _tried(name, works, remedy, where)
        yield _code_commit(here, where, risky=risky)


def _code_commit(repo: Repo, where: str, *, risky: bool) -> Examined:
    """Whether a commit that leaves the ledger alone gets through all hooks, other tools' included."""
    what = f"code commit{where}"
    if risky:
        why = "not tried while files are changed: hooks of other tools might change them, too"
        return Examined(what, True, why)
    stop = canaries.code_commit(repo)
    if stop is None:
        return Examined(what, True, "passes the hooks")
    remedy = "tk hooks install" if stop.ours else f"repair {quoted(stop.path)}, which is not tk's"
    return Examined(what, False, f"is stopped by {stop.path}: {stop.words}", remedy)


def _installed(repo: Repo) -> Examined:
    """Whether the hooks are there, and of this tk."""
    try:
        states = install.status(repo)
    except TkError as error:
        return Examined("hooks", False, error.message, error.remedy)
    old = [one.name for one in states if install.outdated(one)]
    bad = [one.name for one in states if not (one.ours and one.current and one.executable)]
    tools = {one.name: one.tool for one in states if one.tool and not one.ours}
    reasons: dict[str, list[str]] = {_OLD: old}
    for name in (name for name in bad if name not in old):
        why = f"replaced by {tools[name]}" if name in tools else _MISSING
        reasons.setdefault(why, []).append(name)
    message = "; ".join(f"{why}: {', '.join(names)}" for why, names in reasons.items() if names)
    return Examined(
        "hooks",
        not bad,
        message or "installed",
        script.command("install", server=repo.is_bare),
        None
        if repo.is_bare and install.missing_head_branch(repo)
        else partial(install.install, repo, server=repo.is_bare),
    )


_MISSING = "missing or of another version of tk"

_OLD = "of an older tk, works until the next release"
"""The message for a hook or a merge driver that enters tk where an older one did."""


_TRIED = {
    "pre-receive": ("rejects an illegal push", "accepts an illegal push"),
    "post-receive": ("records validated commits", "does not record validated commits"),
}
"""The messages for a hook that works, and for one that does not."""


def _tried(name: str, works: bool, remedy: str, where: str = "") -> Examined:
    good, bad = _TRIED.get(name, ("rejects an illegal change", "accepts an illegal change"))
    return Examined(f"{name}{where}", works, good if works else bad, remedy)


def _worktrees(repo: Repo) -> list[str]:
    out = repo.run("worktree", "list", "--porcelain").decode(errors="surrogateescape")
    return [line[len("worktree ") :] for line in lines(out) if line.startswith("worktree ")]


# -- claims ----------------------------------------------------------------------------------


def _claims(repo: Repo) -> Iterator[Examined]:
    """Claims that say otherwise than the ledger, which keep others away or let them in."""
    from tkledger.doors import stray_claims

    after = "" if repo.is_bare else ", then tk sync"
    known = stray_claims.listed(repo)
    strays = list(stray_claims.found(repo, known))
    for one in strays:
        remedy = f"tk doctor --fix{after if one.remote or has_remote(repo) else ''}"
        yield Examined(one.task, False, one.fact, remedy, partial(stray_claims.mend, repo, one))
    if not strays:
        yield Examined("standing claims", True, "agree with the ledger")
    yield from _left(repo, [ref.removeprefix(CLAIMS) for ref in known if ref.startswith(CLAIMS)])


def _left(repo: Repo, tasks: list[str]) -> Iterator[Examined]:
    """Work that its holder has left, which others may take up: not an error."""
    for task, held in standing.standing(repo, tasks).items():
        there = elsewhere.task_at(repo, held.claim.branch, task)
        words = vacancy(held)
        if words and there is not None and there.state is State.IN_PROGRESS:
            branch = branch_name(held.claim.branch)
            on, way = "", f"tk start {task}"
            if held.claim.branch != repo.head_ref or repo.is_bare:
                own = held.claim.branch == elsewhere.branch_of(repo.variables(), task)
                way = f"tk work {task}" if own else f"git switch {quoted(branch)}, then {way}"
                on = f" on {branch}"
            place = "in a clone: " if repo.is_bare else ""
            fact = f"is in progress{on}, {words}; to take it up: {place}{way}"
            yield Examined(task, True, fact)


# -- settings --------------------------------------------------------------------------------


def _server_settings(repo: Repo) -> Iterator[Examined]:
    """Settings that refuse what no hook sees, or refuse it before the hooks run."""
    for name, why in (
        ("receive.fsckObjects", "git checks the form of every object pushed"),
        ("receive.denyNonFastForwards", "no branch is rewritten, even if the hook is off"),
        ("receive.denyDeletes", "no branch is deleted, even if the hook is off"),
    ):
        good = repo.answers("config", "--type=bool", name) == "true"
        yield Examined(
            name,
            good,
            why if good else f"is off; if it were on: {why}",
            f"git config {name} true",
            partial(repo.run, "config", name, "true"),
        )


def _attributes(repo: Repo) -> Iterator[Examined]:
    """Whether git changes task files on checkout, and how it merges them."""
    new = path_of("canary")
    known = repo.tree(f"HEAD:{FOLDER}") or ()
    values = conversions.found(repo, [new, *(f"{FOLDER}/{one.name}" for one in known)], "merge")
    changed = {path: active for path in values if (active := conversions.active(values[path]))}
    names = ", ".join(dict.fromkeys(name for active in changed.values() for name in active))
    yield Examined(
        "attributes",
        not changed,
        f"{names} changes task files on checkout, {next(iter(changed))} for one"
        if changed
        else "no attribute changes task files on checkout",
        conversions.remedy(repo),
    )
    yield _merge_driver(repo, asked=values[new].get("merge") == "tk")


def _merge_driver(repo: Repo, *, asked: bool) -> Examined:
    """Whether task files are merged field by field; ``asked`` is whether the attribute says so."""
    command = repo.variables().get(install.DRIVER)
    old = asked and script.is_old(command or "")
    good = asked and command is not None and not old
    message = "merges task files" if good else "is not set up: git merges task files as text"
    if old:
        message = _OLD
    remedy = "tk hooks install" if asked else f"add to .gitattributes: {ATTRIBUTES}"
    return Examined(
        "merge driver", good, message, remedy, (lambda: install.install(repo)) if asked else None
    )


def _hidden(repo: Repo) -> Iterator[Examined]:
    """Task files whose changes git was told to ignore."""
    out = repo.run("ls-files", "-v", "-z", "--", FOLDER).decode(errors="surrogateescape")
    rows = [line.split(" ", 1) for line in out.split("\0")[:-1]]
    yield _flagged(repo, "assume-unchanged", [path for tag, path in rows if tag.islower()])
    if repo.answers("config", "--type=bool", "core.sparseCheckout") != "true":
        yield _flagged(repo, "skip-worktree", [path for tag, path in rows if tag in ("S", "s")])


def _flagged(repo: Repo, flag: str, paths: list[str]) -> Examined:
    return Examined(
        flag,
        not paths,
        f"hides changes of {len(paths)} task files from git" if paths else "hides no task file",
        f"git update-index --no-{flag} {PATTERN}",
        lambda: repo.run("update-index", f"--no-{flag}", "--", *paths),
    )


def _permissions(repo: Repo) -> Examined:
    """Whether this user may write what another user of the repository has made."""
    found = denied_in(repo.common_dir)
    if found is None:
        return Examined("permissions", True, "this user may write to the repository")
    return Examined("permissions", False, found.fact, found.remedy)


def _pruning(repo: Repo) -> Examined:
    expire = repo.variables().get("gc.pruneexpire", "2.weeks.ago")
    good = expire not in ("now", "0") and "second" not in expire and "minute" not in expire
    message = "keeps new objects" if good else f"is {expire}: git may remove objects in use"
    return Examined("gc.pruneExpire", good, message, "git config gc.pruneExpire 2.weeks.ago")


def _locks(repo: Repo) -> Iterator[Examined]:
    """Lock files that a git process left behind; they are named, never removed."""
    names = ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "shallow.lock")
    folders = dict.fromkeys([repo.git_dir, repo.common_dir])
    old = [os.path.join(folder, name) for folder in folders for name in names]
    for base, _, files in os.walk(os.path.join(repo.common_dir, "refs")):
        old += [os.path.join(base, name) for name in files if name.endswith(".lock")]
    stale = [path for path in old if _age(path) > STALE_SECONDS]
    for path in stale:
        yield Examined(
            "lock", False, f"{path} is stale", f"if no git is running: rm {quoted(path)}"
        )
    if not stale:
        yield Examined("locks", True, "no stale locks")


def _age(path: str) -> float:
    try:
        return time.time() - os.stat(path).st_mtime
    except OSError:
        return 0
