"""What the options are called that people bring from other tools and from other commands; it words nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.verbs import filters as f
from tkledger.verbs import parameters as p
from tkledger.verbs.parameter import Command, Parameter, split

_OPTIONS = {
    **dict.fromkeys(("-s", "--status", *f.STATES.words), f.STATES),
    **dict.fromkeys(("-a", "--assignee", "--assign"), p.OWNER),
    **dict.fromkeys(
        (*p.MESSAGE.words, "-d", "--description", "--desc", "--body", "-b", "--comment"), p.MESSAGE
    ),
    **dict.fromkeys((*p.REASON.words, "-r", "--why", "--note", "--text"), p.MESSAGE),
    **dict.fromkeys(("-l", "--labels", "--tag", "--tags", "-T"), p.LABEL),
    **dict.fromkeys(("--remove-label", "--untag"), p.NO_LABEL),
    **dict.fromkeys((f.PATCH.words[0], "-P", "--pri"), p.PRIORITY),
    **dict.fromkeys(("-t", *p.KIND.words), p.TYPE),
    **dict.fromkeys(("--deps", "--dep", *f.BLOCKED_BY.words, "--needs", *p.ON.words), p.DEPENDS_ON),
    **dict.fromkeys(("--epic", "--subtask-of"), p.PARENT),
    **dict.fromkeys((*f.ACTORS.words, "--author"), p.ACTOR),
    **dict.fromkeys((*p.FORMAT.words, *p.OUTPUT.words, "-j", "--robot"), p.JSON),
    "--max": p.LIMIT,
    **dict.fromkeys(("--colour", "--colors"), p.COLOR),
    **dict.fromkeys(("--due-date", "--deadline"), p.DUE),
    "--once": p.NO_FOLLOW,
    "--blocked": f.WAITING,
}
"""Options that people bring, also from other commands of tk, and what they are here."""

_SHORTEST = 3
"""The letters by which a beginning of an option is known."""


def wanted(word: str) -> Parameter | None:
    """What an option means elsewhere; None if that is not known."""
    return _OPTIONS.get(word) or _OPTIONS.get(_meant(word, _OPTIONS))


def here(command: Command, word: str) -> Parameter | None:
    """What an option of other tools, or of other commands, is in a command; None if it is nothing there.

    A text has several names here, so that another one that the command takes may be meant.
    """
    own = _own(command)
    found = own.get(word) or _OPTIONS.get(word) or own.get(_meant(word, own)) or wanted(word)
    if found is None:
        return None
    alike = [one for one in command.takes if one.name == found.name]
    if found is p.MESSAGE:
        alike += [one for one in command.takes if one.metavar == found.metavar]
    return alike[0] if alike else None


def in_terms_of(command: Command, words: Sequence[str]) -> list[str] | None:
    """Words of a command line with the options as a command has them; None if it has not all of them."""
    left, found = list(words), list[str]()
    while left:
        word = left.pop(0)
        if word == "--":
            return [*found, word, *left]
        if not word.startswith("-") or word == "-":
            found.append(word)
            continue
        name, text = split(word)
        option = here(command, name)
        if option is None or not option.words:
            return None
        known = name in _own(command)
        found.append(name if known else option.words[0])
        if option.kind is bool:
            del left[: not known and left[:1] == ["json"]]  # of `--format json`
        elif text is not None or (left and option.bare is None):
            found.append(left.pop(0) if text is None else text)
    return found


def _own(command: Command) -> dict[str, Parameter]:
    return {word: one for one in command.takes for word in one.words}


def _meant(word: str, names: dict[str, Parameter]) -> str:
    """The only one of the options that a word is with a typo, or the beginning of; else it is empty.

    Letters that are merely like those of an option mean another thing.
    """
    letters = word.lstrip("-")
    alike = {
        names[one].name: one
        for one in names
        if one.startswith("--")
        and (is_typo(letters, one[2:]) or (len(letters) >= _SHORTEST and one.startswith(word)))
    }
    return next(iter(alike.values())) if len(alike) == 1 else ""


def is_typo(word: str, name: str) -> bool:
    """Whether a word is ``name`` with one letter too many, one too few, or two next to each other
    swapped. Another letter makes another word, such as stop of step; so does another beginning.
    """
    if len(name) < 4 or word[:1] != name[:1] or word == name:
        return False
    longer, shorter = (word, name) if len(word) > len(name) else (name, word)
    if len(longer) == len(shorter) + 1:
        return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))
    return len(word) == len(name) and any(
        word[:n] + word[n + 1] + word[n] + word[n + 2 :] == name for n in range(len(word) - 1)
    )
