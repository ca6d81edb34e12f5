"""Writes the pages that repeat the code: docs/lifecycle.md, docs/rules.md, docs/cli.md, and the
list of commands in README.md; and the hooks to copy, in hooks/.

`python docs/generate.py` writes them, with `--check` it names those that are stale and exits 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from tkledger import __version__
from tkledger.cli.typer_app import ABOUT
from tkledger.core import door_rules
from tkledger.core.catalogue import DOOR_FAMILIES, rules_of
from tkledger.core.lifecycle import INITIAL, TERMINAL, TRANSITIONS, Event, State
from tkledger.core.rules import FAMILIES
from tkledger.doors import script
from tkledger.errors import Exit
from tkledger.verbs.commands import COMMANDS, inner
from tkledger.verbs.manual import page
from tkledger.verbs.parameter import Command, Parameter
from tkledger.verbs.parameters import SHARED

DOCS = Path(__file__).parent
README = "../README.md"
HOOKS = "../hooks/"

WRITTEN = "<!-- Written by docs/generate.py out of {source}. Change that, then: make docs -->\n"

BEGIN, END = "<!-- commands: written by docs/generate.py -->", "<!-- end of the commands -->"
"""The marks in README.md between which its list of commands is."""


def main(argv: list[str]) -> int:
    """Write the pages, or with ``--check`` say which of them are stale."""
    stale = [name for name, text in pages().items() if _read(name) != text]
    if "--check" in argv:
        for name in stale:
            print(f"docs/{name} is stale: python docs/generate.py", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(pages()[name], encoding="utf-8")
        if name.startswith(HOOKS):
            path.chmod(0o755)  # git runs only what is executable
        print(f"wrote docs/{name}")
    return 0


def pages() -> dict[str, str]:
    """Every file that is generated, or has a part that is, by its name as seen from docs/."""
    return {
        "lifecycle.md": _joined(_lifecycle()),
        "rules.md": _joined(_rules()),
        "cli.md": _joined(_commands()),
        README: readme(_read(README)),
        "man/tk.1": man(),
        **{HOOKS + name: script.hook(name) for name in (*script.CLIENT, *script.SERVER)},
    }


def _read(name: str) -> str:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _joined(blocks: Iterable[str]) -> str:
    return "\n".join(f"{block.strip()}\n" for block in blocks)


def _table(*rows: Iterable[str]) -> str:
    """A table; the first row is its head."""
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body))


# -- the page for man ------------------------------------------------------------------------


def man() -> str:
    """The page that `man tk` shows, of the table of commands."""
    about = ABOUT.strip().split("\n\n")
    lines = [
        '.\\" Written by docs/generate.py out of verbs/commands.py. Change that, then: make docs',
        f'.TH TK 1 "" "tk {__version__}" "tk"',
        ".SH NAME",
        f"tk \\- {_roff(about[0].lower().rstrip('.'))}",
        ".SH SYNOPSIS",
        ".B tk",
        r"\fICOMMAND\fR [\fIARGUMENT\fR...] [\fIOPTION\fR...]",
        ".SH DESCRIPTION",
        *[line for text in about for line in (_roff(" ".join(text.split())), ".PP")][:-1],
        ".SH COMMANDS",
    ]
    for group, some in groupby(COMMANDS.values(), lambda one: one.group):
        lines += [f".SS {_roff(group)}"]
        for one in some:
            arguments = [each.usage for each in one.takes if not each.words]
            lines += [".TP", rf"\fBtk {_roff(one.name)}\fR {_roff(' '.join(arguments))}".rstrip()]
            lines += [_roff(f"{one.help} {page(one.name).text}".strip())]
            for each in one.takes:
                if each.words and each not in SHARED:
                    words = ", ".join(each.words) + (f" {each.metavar}" if each.metavar else "")
                    lines += [".br", rf"\fB{_roff(words)}\fR: {_roff(each.help)}"]
    lines += [".SH COMMON OPTIONS"]
    for each in SHARED:
        words = ", ".join(each.words) + (f" {each.metavar}" if each.metavar else "")
        lines += [".TP", rf"\fB{_roff(words)}\fR", _roff(each.help)]
    lines += [".SH SEE ALSO", r"\fBgit\fR(1)"]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    """Text as roff takes it: no line begins with what it reads as a request."""
    plain = (
        text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    )
    return rf"\&{plain}" if plain.startswith(".") else plain


# -- the lifecycle ---------------------------------------------------------------------------


def _lifecycle() -> Iterator[str]:
    yield WRITTEN.format(source="tkledger/core/lifecycle.py")
    yield "# The lifecycle of a task"
    yield (
        f"{len(State)} states, {len(TRANSITIONS)} edges. A commit moves a task along one edge at a"
        " time; every other change of state is [TK201](rules.md#tk201-illegal-transition). A hook"
        " sees only the state before and after, so between two states there is at most one edge."
    )
    yield "## The grid"
    yield (
        "From the row to the column. A dot: the table has no such transition. The cell names"
        " the verb, which is also the command: `tk start ID`."
    )
    yield _table(["from \\ to", *(f"`{state}`" for state in State)], *map(_grid_row, State))
    yield "## The edges"
    yield _table(
        ["from", "verb", "to", "what it says"],
        *(
            [f"`{edge.source}`", f"`{edge.event}`", f"`{edge.target}`", edge.reason]
            for edge in TRANSITIONS
        ),
    )
    initial = " or ".join(f"`{state}`" for state in INITIAL)
    terminal = " and ".join(f"`{state}`" for state in State if state in TERMINAL)
    yield (
        f"A task is created in {initial} (`tk new`, `tk new --backlog`). {terminal} are ends: nothing"
        " leaves them. `tk reopen ID` makes a new task that goes on with an ended one, and what comes up"
        " later is one of its own, `tk new --from ID TITLE`."
    )
    yield "## Back again"
    yield (
        "`tk undo` takes the newest change back, whatever it was, while no other branch, tag or checkout"
        " has it: the commit is gone, and the task is as if it had never moved. Later only moves lead"
        " back: `tk reject`, `tk resume`, `tk requeue`, `tk reopen`; `tk undo` prints which. In the same"
        " way `tk delete` takes a creation back, or cancels a task that others may have as a `mistake`,"
        " which views hide."
    )
    yield "## The diagram"
    yield f"```mermaid\nstateDiagram-v2\n{_diagram()}\n```"
    yield "## What a policy changes"
    yield (
        "A policy narrows the table and never extends it: `forbid` takes edges out, and"
        f" `review: required` takes out every `{Event.FINISH}` edge, so that work ends by"
        " an approval only. A policy that leaves some state without a way to an end is"
        " [TK606](rules.md#tk606-state-without-a-way-out). With `squash: path` one commit may go"
        " several edges, where a path of legal edges exists that needs no approval."
    )


def _grid_row(source: State) -> list[str]:
    verbs = {edge.target: edge.event for edge in TRANSITIONS if edge.source is source}
    return [f"`{source}`", *(f"`{verbs[to]}`" if to in verbs else "." for to in State)]


def _diagram() -> str:
    births = [f"[*] --> {state}: {Event.NEW}" for state in INITIAL]
    edges = [f"{edge.source} --> {edge.target}: {edge.event}" for edge in TRANSITIONS]
    ends = [f"{state} --> [*]" for state in State if state in TERMINAL]
    return "\n".join(f"    {line}" for line in (*births, *edges, *ends))


# -- the rules -------------------------------------------------------------------------------


def _rules() -> Iterator[str]:
    families = [(_title(family[0]), rules_of(*family), False) for family in FAMILIES]
    families.append((_title(door_rules), rules_of(*DOOR_FAMILIES), True))
    yield WRITTEN.format(source="tkledger/core/rules/")
    yield "# The rules"
    yield (
        "A rule is a pure function of a change: the ledger before and after, the policy, and for a"
        " merge its bases. `tk verify` replays every rule on every commit. All violations are"
        " reported, not only the first; each names the rule's code, the fact, and the next legal"
        " move. `tk explain TK201` prints a page at the terminal. A code is never used again. What a"
        " change is, and what of it the rules are asked, is in [judging.md](judging.md)."
    )
    yield _table(
        ["code", "name", "rejects"],
        *(
            [f"[{rule.code}](#{rule.code.lower()}-{rule.name})", rule.name, _sentence(rule.page)]
            for _, rules, _ in families
            for rule in rules
        ),
    )
    for title, rules, is_door in families:
        yield f"## {title.rstrip('.')}"
        if is_door:
            yield (
                "These are asked by the hooks, of a commit or a push. History cannot answer them,"
                " so `tk verify` does not ask them."
            )
        for rule in rules:
            yield f"### {rule.code} {rule.name}"
            yield _marked(rule.page)


def _title(family: object) -> str:
    return _marked(_sentence(family.__doc__))


def _sentence(text: str | None) -> str:
    """The first sentence of a docstring, in one line."""
    words = " ".join((text or "").split("\n\n")[0].split())
    end = words.find(". ")
    return words if end < 0 else words[: end + 1]


def _marked(page: str) -> str:
    for word in ("Why:", "Remedy:"):
        page = page.replace(f"\n{word}", f"\n**{word}**")
    return page.replace("``", "`")  # docstrings have both, Markdown one


# -- the commands ----------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield WRITTEN.format(source="tkledger/verbs/commands.py")
    yield "# The commands"
    yield ABOUT.split("\n\n", 1)[1].strip()
    yield (
        "To look at a task, any unambiguous beginning of its id is enough; to change it, four"
        " letters after the prefix. If a command takes `ID...`, all of them move in one commit or"
        " none does; `-` reads the ids from standard input. With"
        ' `--json` an answer is one object on stdout with `"schema": "tk/1"`; a refusal has'
        " `violations`, any other failure `error`. Words for people go to stderr."
    )
    yield "## All of them"
    yield _table(["group", "command", "what it does"], *_top_rows())
    yield "## Exit statuses"
    yield _table(["status", "meaning"], *([str(one.value), _EXITS[one]] for one in Exit))
    yield "## Options that many commands share"
    yield _table(["option", "what it does"], *([_words(one), _help(one)] for one in SHARED))
    for group, commands in groupby(COMMANDS.values(), lambda one: one.group):
        yield f"## {group}"
        for command in commands:
            yield from _command(command)


def _top_rows() -> Iterator[list[str]]:
    for group, commands in groupby(COMMANDS.values(), lambda one: one.group):
        name = group.lower()
        for one in commands:
            if " " not in one.name:
                yield [name, f"[`{one.name}`](#tk-{one.name})", one.help]
                name = ""


_EXITS = {
    Exit.OK: "done",
    Exit.REJECTED: "refused by a rule",
    Exit.USAGE: "the words of the command are wrong",
    Exit.UNUSABLE: "the repository, the task or the file cannot be worked with",
    Exit.BUSY: "lost too many races; safe to run again",
    Exit.CLAIMED: "someone else holds the task",
    Exit.NOTHING: "nothing to do",
    Exit.BUG: "a bug in tk; `TK_DEBUG=1` shows where",
    Exit.NOT_RUN: "the command of `tk run` is not there, or not executable",
    Exit.INTERRUPTED: "interrupted",
}


def _command(command: Command) -> Iterator[str]:
    yield f"{'#' * (3 + command.name.count(' '))} tk {command.name}"
    found = page(command.name)
    yield f"{command.help} {found.text}".strip()
    if inner(command.name):
        return
    arguments = [one.usage for one in command.takes if not one.words]
    usage = " ".join(["tk", command.name, *arguments, "[OPTION...]"])
    yield f"```\n{usage}\n```"
    names = [one.name for one in SHARED]
    own = [one for one in command.takes if one.name not in names or not one.words]
    if own:
        own.sort(key=lambda one: bool(one.words))
        yield _table(
            ["argument or option", "what it is"], *([_words(one), _help(one)] for one in own)
        )
    shared = [f"`{one.words[-1]}`" for one in command.takes if one not in own]
    yield f"Also: {', '.join(shared)}."
    examples = "\n".join(found.examples)
    yield f"```\n{examples}\n```"


def _words(one: Parameter) -> str:
    if not one.words:
        return f"`{one.usage}`"
    value = f" {one.metavar}" if one.metavar else ""
    return ", ".join(f"`{word}{value}`" for word in one.words)


def _help(one: Parameter) -> str:
    required = " Required." if one.words and one.required else ""
    default = f" [{one.default}]" if one.default not in (None, "-", 0) else ""
    return one.help + required + default


# -- the README ------------------------------------------------------------------------------


def readme(text: str) -> str:
    """README.md with the list of commands as it is now."""
    if BEGIN not in text:
        return text
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    rows = [
        [group.lower(), ", ".join(f"`{one.name}`" for one in commands if " " not in one.name)]
        for group, commands in groupby(COMMANDS.values(), lambda one: one.group)
    ]
    return f"{head}{begin}\n{_table(['group', 'commands'], *rows)}\n{end}{tail}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
