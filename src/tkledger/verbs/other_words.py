"""The words that people bring from other tools, and the line that does it here; nothing is carried out.

Every word in the help of git, gh, bd, br, ticket, taskwarrior and Backlog.md is here, unless tk has a
command of that name. It is loaded only for a word that is not a command.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from tkledger.core.field import is_id
from tkledger.core.typing import NamedTuple
from tkledger.verbs import parameters as p
from tkledger.verbs.commands import COMMANDS
from tkledger.verbs.option_names import in_terms_of, is_typo


class Hint(NamedTuple):
    """What to say of a word that is not a command: the fact, and a line that helps."""

    fact: str
    line: str


_LINES = {
    "tk new TITLE": "add create create-form insert make q todo",
    "tk new TITLE --backlog": "draft draft-create",
    "tk new TITLE --parent ID": "subtask",
    "tk start ID": "begin claim doing pick take wip",
    "tk done ID": "close complete end finish fix fixed pr-close",
    "tk submit ID": "deliver handoff pr-create pr-ready request-review submit-for-review",
    "tk approve ID": "lgtm",
    "tk reject ID -m TEXT": "decline deny return rework",
    "tk block ID -m TEXT": "hold stuck",
    "tk block ID --reason until -m TEXT": "defer demote",
    "tk resume ID": "continue unblock undefer unhold",
    "tk admit ID": "promote draft-promote",
    "tk release ID": "give-up unclaim",
    "tk cancel ID": "abandon abort discard drop kill",
    "tk cancel ID --resolution duplicate": "duplicate",
    "tk cancel ID --resolution superseded": "supersede",
    "tk cancel ID --resolution rejected": "wontfix",
    "tk delete ID": "del destroy remove rm task-archive trash",
    "tk reopen ID": "uncancel",
    "tk undo": "back rollback undelete",
    "tk rename ID NEW": "mv",
    "tk note ID TEXT": "add-note annotate append comment comments comments-add notes prepend",
    "tk edit ID --owner NAME": "assign own owner reassign",
    "tk edit ID --owner ''": "unassign",
    "tk edit ID": "change modify set update",
    "tk edit ID --title TITLE": "title",
    "tk edit ID -m TEXT": "body description",
    "tk edit ID --type T": "type",
    "tk edit ID --priority N": "pin prioritize priority unpin",
    "tk edit ID --parent OTHER": "move parent refile reparent",
    "tk edit ID --depends-on OTHER": "block-on dep dep-add depend depends depends-on require",
    "tk edit ID --no-depends-on OTHER": "dep-remove undep unlink",
    "tk edit ID --label L": "label label-add label-create tag",
    "tk edit ID --no-label L": "label-delete label-remove",
    "tk list": "count ids issues items label-list-all long ls minimal newest oldest print stale tasks"
    " todos uuids who issue-status pr-status",
    "tk list --all": "all",
    "tk list --state in_progress": "active",
    "tk list --state done": "changelog closed completed",
    "tk list --state blocked": "blocked waiting",
    "tk list --state backlog": "draft-list",
    "tk list --label L": "tags",
    "tk list --type T": "types",
    "tk list --owner me": "mine my",
    "tk ready": "unblocked",
    "tk show ID": "details display get information info-ID inspect issue label-list read task view",
    "tk tree": "blocking dag dep-cycle dep-cycles dep-list dep-tree dependencies deps epic"
    " hierarchy projects",
    "tk tree ID": "children",
    "tk board": "board-export board-view calendar statuses",
    "tk status": "dashboard overview report summary",
    "tk budget": "progress time timer timesheet track",
    "tk stats": "burndown ghistory metrics",
    "tk page -o DIR": "browse browser html serve web",
    "tk log": "activity events timeline",
    "tk watch": "follow stream subscribe tail",
    "tk log ID": "blame changes history shortlog whatchanged",
    "tk work ID": "issue-develop pr-checkout",
    "tk work ID --merge": "pr-merge",
    "tk config show": "config-get config-list get-config settings",
    "tk doctor": "diagnostics fsck info lint orphans preflight where",
    "tk verify --all": "test validate",
    "tk init": "bootstrap onboard setup",
    "tk sync": "download publish pull push synchronize upload",
    "tk --help": "instructions quickstart",
    "tk --version": "version",
    "tk completion bash": "completions",
    "pip install -U tkledger": "upgrade",
    "tk search WORDS": "find grep query",
    "tk list --due": "due",
    "tk list --overdue": "overdue",
}
"""Each line, and the words that mean it; two words are joined by a hyphen, as is ID to one that an id follows."""

_FACTS = {
    ("tk why ID", "a task changes its state by moves only"): "set-state state",
    (
        "tk block ID --reason other && tk requeue ID",
        "work is put back by two moves",
    ): "park stop unstart",
    ("tk approve ID", "a review ends with approve or reject"): "pr-review review",
    ("tk new TITLE", "it may be new, show or reopen here"): "open",
    ("tk edit ID --pr URL", "a pull request belongs to a task"): "pr",
    ("tk edit --help", "tasks are linked by what they depend on, and by their parent"): "link",
    ("tk note ID TEXT", "notes are only ever added"): "denotate",
    ("tk note --help", "what should be remembered is a note on a task"): "forget human kv"
    " memories remember",
    (
        "tk list",
        "there is nothing to clean up: ended tasks leave the list",
    ): "archive cleanup clear compact detect-pollution flatten gc purge",
    ("tk send --help", "send leaves a message for an actor, inbox lists what came"): "mail",
    (
        "git log -- .tasks",
        "the ledger is files in git, which keeps and restores them",
    ): "admin backup daemon dolt federation sql vc",
    (
        "tk undo --help",
        "undo takes back the newest change of the ledger, git takes back others",
    ): "reset revert",
    ("tk list --json", "tasks are YAML files under .tasks/, and every answer can be JSON"): "api"
    " rename-prefix reports",
    (
        "tk import --help",
        "import reads what another tracker writes; tk does not talk to it",
    ): "ado github gitlab jira linear migrate migrate-beads notion",
    ("tk tree --help", "tasks are grouped by their parent, or by a label"): "milestone plan project"
    " sequence sprint swarm",
    (
        "tk config explain",
        "what may be done is said by the policy",
    ): "issue-lock issue-unlock lock merge-slot pr-lock pr-unlock rules ruleset unlock",
    (
        "tk --help",
        "tk has no accounts: the actor is --as, else TK_ACTOR, else your e-mail in git",
    ): "auth login logout whoami",
    ("tk --help", "tk is a command, not a shell"): "exit quit",
    ("tk list", "a task is not repeated"): "recurring",
    ("tk edit --help", "how long a task may take is a field of it"): "estimate",
    ("git branch", "branches are git's; `tk work ID` makes one for a task"): "branch worktree",
    ("tk list", "tk does not look for duplicates"): "duplicates find-duplicates",
}
"""A line and why, and words that tk has no command for."""

_OF = {
    "gh": "alias attestation cache codespace extension gist gpg-key issue-transfer licenses org preview"
    " pr-checks pr-revert pr-update-branch repo secret ssh-key variable workflow",
    "bd": "cook decision formula mol ping ship",
    "taskwarrior": "calc colors columns context execute logo udas",
    "Backlog.md": "doc",
    "many tools": "template vote",
    "git": "am bisect bugreport bundle checkout cherry-pick citool clean clone commit count-objects"
    " describe diagnose difftool fast-export fast-import fetch filter-branch format-patch gitk gitweb gui"
    " instaweb maintenance merge merge-tree mergetool pack-refs prune range-diff rebase reflog"
    " remote repack replace rerere scalar show-branch sparse-checkout stash submodule switch"
    " verify-commit verify-tag",
}
"""A tool, and words of it for which tk has nothing."""

_NOUNS = ("issue", "pr", "task", "draft", "board", "todo", "item", "ticket")
"""What other tools say before a verb."""

_PLACEHOLDERS = frozenset(
    [
        "ID",
        "TITLE",
        "TEXT",
        "OTHER",
        "NEW",
        "NAME",
        "L",
        "N",
        "T",
        "URL",
        "WORDS",
    ]
)
PROSE = frozenset(["TITLE", "TEXT", "WORDS"])
_LONGEST = 200


def hint(argv: Sequence[str]) -> Hint | None:
    """What to say of a command line that does not begin with a command; None if it is not known.

    Words that were typed after it are put into the line, quoted for a shell.
    """
    word, rest = argv[0].lower(), argv[1:]
    if rest:
        found = _known(f"{word}-{rest[0].lower()}", rest[1:], f"{argv[0]} {rest[0]}")
        if found is None and is_id(rest[0]):
            found = _known(f"{word}-ID", rest, argv[0])
        if found is None and word in _NOUNS:
            inside = rest[0] in COMMANDS
            found = Hint(f"leave out {argv[0]!r}", _typed(["tk", *rest])) if inside else hint(rest)
        if found:
            return found
    if word in COMMANDS and word != argv[0]:
        return Hint(f"{argv[0]!r} is written {word!r}", _typed(["tk", word, *rest]))
    if is_id(word) and "-" in word and any(map(str.isdigit, word)):
        return Hint(f"no such command: {argv[0]!r}", f"tk show {word}")
    return _known(word, rest, argv[0])


def _known(word: str, rest: Sequence[str], shown: str) -> Hint | None:
    for line, words in _LINES.items():
        if word in words.split():
            return Hint(f"{shown!r} is {_command(line)!r} here", filled(line, rest))
    for (line, fact), words in _FACTS.items():
        if word in words.split():
            return Hint(f"{shown!r} is not a command: {fact}", filled(line, rest))
    for tool, words in _OF.items():
        if word in words.split():
            line = f"git {word}" if tool == "git" else "tk --help"
            return Hint(f"{shown!r} is a command of {tool}, not of tk", line)
    return None


def _command(line: str) -> str:
    """The words of a line that are neither options nor placeholders."""
    words = line.split()
    plain = [one for one in words[1:] if one.islower() and not one.startswith("-")]
    return " ".join([words[0], *plain[: 2 if words[1] == "config" else 1]]) if plain else line


def filled(line: str, rest: Sequence[str]) -> str:
    """The line with the words that were typed up to the first option, of which the last place takes the
    rest; and with the options, if its command has them all.
    """
    end = next((number for number, word in enumerate(rest) if word.startswith("-")), len(rest))
    given = list(rest[:end])
    places = list(dict.fromkeys(word for word in line.split() if word in _PLACEHOLDERS))
    values = {}
    for number, place in enumerate(places[: len(given)], 1):
        taken, given = (given[:1], given[1:]) if number < len(places) else (given, [])
        values[place] = _typed([" ".join(taken)] if place in PROSE else taken)
    found = " ".join(values.get(word, word) for word in line.split())
    command = COMMANDS.get(line.split()[1])
    if command and rest[end:] and "&&" not in line:
        found = " ".join([found, *map(shlex.quote, in_terms_of(command, rest[end:]) or ())])
    return found if len(found) <= _LONGEST else line


def line_of(words: Sequence[str]) -> str | None:
    """Words as a line for a shell; None if it would be too long to read."""
    line = _typed(words)
    return line if len(line) <= _LONGEST else None


def _typed(words: Sequence[str]) -> str:
    return " ".join(map(shlex.quote, words))


_GROUPS = {group for group, blank, _ in (name.partition(" ") for name in COMMANDS) if blank}


def is_safe(name: str) -> bool:
    """Whether a command only reads, or prints the help of the commands within it."""
    return name in _GROUPS or not {p.ACTOR, p.DRY_RUN, p.SERVER} & {*COMMANDS[name].takes}


def likeness(argv: Sequence[str]) -> str | None:
    """The line that was meant by a command line, if its first word is like a command."""
    name = near(argv[0])
    return (line_of(["tk", name, *argv[1:]]) or f"tk {name}") if name else None


def near(word: str) -> str | None:
    """The command that a word is like: one that only reads, or that is the same word with a typo."""
    from difflib import get_close_matches

    names = [name for name in COMMANDS if " " not in name]
    same = [name for name in names if is_typo(word, name)]
    if len(same) == 1:
        return same[0]
    found = get_close_matches(word, filter(is_safe, names), 1)
    return found[0] if found else None
