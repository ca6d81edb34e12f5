"""Takes the newest change of the ledger back, or puts another in its place: moves HEAD's branch by
compare-and-swap. Which change that is, `newest` finds; what claims do is for others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import pairwise

from tkledger.core.change import Change, Refused, Violation, change
from tkledger.core.layout import FOLDER, path_at
from tkledger.core.rules import judge
from tkledger.core.snapshot import Snapshot, touched
from tkledger.core.trailers import KEY, folded
from tkledger.core.typing import NamedTuple
from tkledger.errors import Exit, TkError
from tkledger.git import identity, refs
from tkledger.git.commit import author_line, moved_commit
from tkledger.git.errors import GitError, RefMoved
from tkledger.git.objects import ABSENT, NewObject, Oid, oid_of, tree_bytes
from tkledger.git.refs import RefSwap
from tkledger.git.writing import write_commit, write_objects
from tkledger.ledger import keys, signing
from tkledger.ledger.checkout import Checkout, restore
from tkledger.ledger.newest import Newest, bytes_of, change_of, commit_at, root_of
from tkledger.ledger.proposal import Companions, Recorded, about_to_be, file_of
from tkledger.ledger.reader import Ledger
from tkledger.local.lock import WriteLock, racing, writing
from tkledger.local.store import BIRTH_ORDER, Store


class Instead(NamedTuple):
    """What takes the place of a commit: the ledger as it should have left it, and its message."""

    after: Snapshot
    message: str


class Undone(NamedTuple):
    """What was taken back; the ledger now and then, as if a commit had done it; and the commit that
    the branch is at, None in a dry run.
    """

    newest: Newest
    recorded: Recorded
    head: Oid | None = None


class Undoing(NamedTuple):
    """How a change is to be taken back.

    words: of the command, for git's reflog; key: under which it is carried out once
    find: the newest change; choose: what takes its place, or None for nothing. Both raise to refuse
    judge: what commits break that are in the history of this one and of no branch
    companions: what moves with the branch or not at all
    """

    words: str
    key: str | None
    find: Callable[[], Newest]
    choose: Callable[[Newest], Instead | None]
    judge: Callable[[Oid], Iterable[Violation]]
    companions: Companions


def undo(ledger: Ledger, undoing: Undoing, *, dry_run: bool = False) -> Undone:
    """Take back the newest change; the commits above it are made again, with the ledger as it is then.

    No ref, index or file is touched before all is known to be legal. Raises Refused if what is left
    breaks a rule, TkError if the repository is in no state for it. Uncommitted changes of the files
    that would change are refused, all others stay.
    """
    ledger.place.require_writable()
    if dry_run:
        return _Try(ledger, undoing).checked(Checkout(ledger.repo))
    with writing(ledger.repo) as lock:
        if lock.waited:
            ledger.place.refresh()
        checkout = Checkout(ledger.repo)
        try:
            checkout.heal()
            return _carried_out(ledger, undoing, checkout, lock)
        except BaseException:
            restore(checkout, ledger.place, lock)
            raise


def _carried_out(ledger: Ledger, undoing: Undoing, checkout: Checkout, lock: WriteLock) -> Undone:
    """Try until the swap is won, as long as the same change is the newest."""
    first: Oid | None = None
    for number in racing():
        if number:
            ledger.place.refresh()
            ledger.place.require_writable()
        earlier = answered(ledger, undoing)
        if earlier is not None:
            return earlier
        _require_unused(ledger, undoing)
        one = _Try(ledger, undoing)
        first = first or one.newest.commit.oid
        if one.newest.commit.oid != first:
            break
        with suppress(RefMoved):
            return one.done(checkout, lock)
    fact = f"{ledger.place.ref} moved meanwhile"
    raise TkError(Exit.BUSY, "busy", fact, "look with tk log, and run it again")


# -- keys --------------------------------------------------------------------------------------

_LOGGED = "tk: taken back "
"""How the line of a branch's reflog begins, before the commit and the words of the command."""


def _logged(undoing: Undoing, oid: Oid) -> str:
    """The line of the reflog: it moves with the branch, as a key has to."""
    key = _key_of(undoing) if undoing.key else ""
    return f"{_LOGGED}{oid} {folded(undoing.words)}{key}"


def _require_unused(ledger: Ledger, undoing: Undoing) -> None:
    """Raise TkError, USAGE, if a commit of this branch was made under the key."""
    key = undoing.key
    for commit in keys.made_under(ledger, ledger.place.tip, key) if key else ():
        raise keys.used(commit.trailers[KEY], commit.text, commit.oid)


def answered(ledger: Ledger, undoing: Undoing) -> Undone | None:
    """What this command took back before under its key; None if it did not, or if no reflog is kept.
    Raises TkError, USAGE, if the key was used to take something else back.
    """
    if undoing.key is None:
        return None
    moves = refs.moves(ledger.repo, ledger.place.ref)
    for (new, line), (old, _) in pairwise([*moves, ("", "")]):
        oid = line.removeprefix(_LOGGED).partition(" ")[0]
        if not old or not line.startswith(_LOGGED) or not line.endswith(_key_of(undoing)):
            continue
        if line != _logged(undoing, oid):
            raise keys.used(undoing.key, line.removeprefix(f"{_LOGGED}{oid} "), oid)
        before, after = ledger.at(old), ledger.at(new)
        touches = tuple(sorted(touched((before,), after)))
        change = change_of(ledger, commit_at(ledger, oid))
        return Undone(change, Recorded(None, before, after, touches), new)
    return None


def _key_of(undoing: Undoing) -> str:
    return f" {KEY}: {folded(undoing.key or '')}"


# -- one try -----------------------------------------------------------------------------------


class _Try:
    """One try to take the newest change back."""

    def __init__(self, ledger: Ledger, undoing: Undoing) -> None:
        self._ledger = ledger
        self._repo = ledger.repo
        self._undoing = undoing
        self.newest = undoing.find()
        self._instead = undoing.choose(self.newest)
        now = ledger.head()
        after = self._instead.after if self._instead else self.newest.before
        self._recorded = Recorded(None, now, after, tuple(sorted(touched((now,), after))))

    def checked(self, checkout: Checkout) -> Undone:
        """What would be taken back, if that is legal. Objects may be stored, but nothing shows them."""
        if self.newest.above:
            self._tip()
        else:
            self._require_legal_instead()
        checkout.require_clean({path: now for path, (now, _) in self._files().items()})
        return Undone(self.newest, self._recorded)

    def done(self, checkout: Checkout, lock: WriteLock) -> Undone:
        """Take it back; raises RefMoved if the branch has moved.

        The branch moves first, then index and files: other than in a move (docs/decisions/0058).
        """
        ref, head = self._ledger.place.ref, self._ledger.place.tip
        files = self._files()
        clean = {path: now for path, (now, _) in files.items()}
        checkout.require_clean(clean)
        if self._instead is not None and signing.may_sign(self._ledger):
            with lock.pause():  # git may ask for a passphrase
                tip = self._tip()
            if self._ledger.place.refresh():
                raise RefMoved(ref)
            checkout.require_clean(clean)
        else:
            tip = self._tip()
        with self._undoing.companions(self._recorded) as together:
            if together.objects:
                write_objects(self._repo, together.objects)
            checkout.note(files)
            swaps = (RefSwap(ref, tip, head), *together.swaps)
            refs.swap(self._repo, swaps, _logged(self._undoing, self.newest.commit.oid))
        self._ledger.place.advance(tip)
        Store(self._repo.common_dir).remove(BIRTH_ORDER)  # it may have tasks that are gone
        warning = self._followed(checkout)
        return Undone(self.newest, self._recorded._replace(warning=warning), tip)

    def _followed(self, checkout: Checkout) -> str:
        """Bring index and files to HEAD; gives a warning if that is left to the next command, or if HEAD
        has moved meanwhile: a commit of an index that had not followed yet makes the change again.
        """
        place, tip = self._ledger.place, self._ledger.place.tip
        try:
            checkout.heal(again=True)
            while place.refresh():
                checkout.heal(again=True)
            checkout.forget()
        except (GitError, OSError, TkError) as error:
            return f"index and files follow with the next command: {error}"
        return "" if place.tip == tip else "HEAD has moved meanwhile: tk log"

    def _files(self) -> Mapping[str, tuple[bytes | None, bytes | None]]:
        """The files that change: what HEAD has, and what is to be there; None for no file."""
        diffs = self.newest.diffs
        now = {one.path: self._blob(one.new_mode, one.new) for one in diffs}
        if self._instead is None:
            return {one.path: (now[one.path], self._blob(one.old_mode, one.old)) for one in diffs}
        after, keys = self._recorded.after, self._recorded.touched
        return {path_at(key): (now.get(path_at(key)), file_of(after, key)) for key in keys}

    def _blob(self, mode: str, oid: Oid) -> bytes | None:
        found = None if mode == ABSENT else self._repo.read(oid)
        return found[2] if found else None

    def _tip(self) -> Oid:
        """The commit that the branch is to be at, in the object store. Raises Refused if one that is
        new on the way there breaks a rule.
        """
        tip = self._base()
        folder = root_of(self._ledger, tip).get(FOLDER)
        objects: list[NewObject] = []
        for made in self.newest.above:
            entries = root_of(self._ledger, made.oid)
            entries.pop(FOLDER, None)
            tree = NewObject("tree", tree_bytes([*entries.values(), *([folder] if folder else [])]))
            name = oid_of("tree", tree.data, self._repo.width)
            data = moved_commit(bytes_of(self._ledger, made.oid), name, tip)
            objects += [tree, NewObject("commit", data)]
            tip = oid_of("commit", data, self._repo.width)
        if objects:
            write_objects(self._repo, objects)
        if tip != self.newest.parent:
            violations = tuple(self._undoing.judge(tip))
            if violations:
                raise Refused(*violations)
        return tip

    def _base(self) -> Oid:
        """The commit that the commits above come on: the one below the change, or what takes its
        place, which is stored.
        """
        if self._instead is None:
            return self.newest.parent
        signed = self._require_legal_instead()
        after, message = self._instead
        keys = touched((self.newest.before,), after)
        _, committer, config = identity.identities(self._repo)
        made = write_commit(
            self._repo,
            {path_at(key): file_of(after, key) or b"" for key in keys},
            message,
            parent=self.newest.parent,
            author=author_line(bytes_of(self._ledger, self.newest.commit.oid)),
            committer=committer,
            sign=signed is not None or identity.signs(config),
        )
        if signed is not None:
            signing.require_signed(self._ledger, signed, made)
        return made

    def _require_legal_instead(self) -> Change | None:
        """What the commit in place of the newest does, if the policy wants that signed."""
        if self._instead is None:
            return None
        made = change((self.newest.before,), self._instead.after)
        parents = [self.newest.parent]
        made = about_to_be(self._ledger, made, parents, self._instead.message)
        violations = judge(made)
        if violations:
            raise Refused(*violations)
        return signing.required(self._ledger, made)
