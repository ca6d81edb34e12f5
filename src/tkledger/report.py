"""How violations and errors are worded and printed, as text for people or JSON for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from tkledger.core.pattern import pattern
from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple, TextIO
from tkledger.errors import Exit, TkError, some, too_old
from tkledger.git.errors import GitError, Locked

if TYPE_CHECKING:
    from tkledger.core.budget import Gauge
    from tkledger.core.change import Violation
    from tkledger.core.quota import QuotaGauge
    from tkledger.core.task import Task

SCHEMA = "tk/1"


def _drop(text: str) -> None:
    """Say nothing."""


class Progress(NamedTuple):
    """Who follows a command while it runs; by default no one does.

    say: takes a warning as a text
    show: takes what is going on, how much of it is done, and of how much, if that is known; None if
        no one watches, so that it need not be found out
    """

    say: Callable[[str], None] = _drop
    show: Callable[[str, float, float | None], None] | None = None

    def update(self, stage: str, done: float, most: float | None = None) -> None:
        """Tell those who watch how far a stage is."""
        if self.show is not None:
            self.show(stage, done, most)


SILENT = Progress()


_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_JOINING = "\u0620-\u109f\u1780-\u18af"  # Arabic, Syriac, the scripts of India, Khmer, Mongolian
_IS_TEXT = pattern(
    rf"[\n\U0001f000-\U0001faff]"  # also emoji that this Python does not know yet
    rf"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
    rf"|(?<=[{_JOINING}])[\u200c\u200d]"
    rf"|(?<=\U0001f3f4)[\U000e0030-\U000e007a]+\U000e007f"  # the flags of parts of a country
    rf"|(?<=[\w«])[\u00a0\u202f\u3000](?=[\w:;!?»])"
)
"""What Python calls unprintable, and is text all the same where it stands: what joins emoji or letters, and
blanks that do not break, or are as wide as the letters around them.
"""


def visible(text: str) -> str:
    """Text out of a repository with nothing in it that could steer a terminal."""
    if text.isprintable():
        return text
    parts, end = [], 0
    for found in _IS_TEXT.finditer(text):
        parts += [*map(_shown, text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, *map(_shown, text[end:])])


def _shown(letter: str) -> str:
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_ASCII = str.maketrans(
    "◌○◐◑✗●⊘▰▱█▓▒░▏▎▍▌▋▊▉▁▂▃▄▅▆▇─│├└…–·→←↑↓▸▾",
    ".o>%x*-#-#=:.---====_.,-=+*-||`~-|><^v>v",
)
"""What is drawn with in ASCII instead, each sign in one cell as before."""


def in_ascii(text: str) -> str:
    """A text with the signs that tk draws with in ASCII; the words of others stay as they are."""
    return text if text.isascii() else text.translate(_ASCII)


def lacks_signs(stream: TextIO) -> bool:
    """Whether a stream's encoding lacks some letters."""
    return "utf" not in (getattr(stream, "encoding", None) or "utf-8").lower()


def fitting(text: str, stream: TextIO) -> str:
    """A text as a stream can have it: in ASCII what has a sign of ASCII."""
    return in_ascii(text) if lacks_signs(stream) else text


class JsonText(str):
    """A value that is JSON already, with all letters as they are."""


def print_json(**values: Any) -> None:
    """One object on stdout, of the stable schema."""
    print(json_text(**values))


def json_text(**values: Any) -> str:
    """One object of the stable schema; in ASCII where stdout has not all letters, or where one could steer a
    terminal.
    """
    import json  # as long as all of tk that a list loads

    parts = (
        f'"{name}": {value if isinstance(value, JsonText) else json.dumps(value, ensure_ascii=False)}'
        for name, value in {"schema": SCHEMA, **values}.items()
    )
    text = f"{{{', '.join(parts)}}}"
    if not text.isprintable() or lacks_signs(sys.stdout):
        text = json.dumps(json.loads(text))
    return text


def violation_json(violation: Violation) -> dict[str, str]:
    """A violation by the names of its parts; absent ones are absent."""
    parts = violation._replace(repair="")._asdict()
    return {name: value for name, value in parts.items() if value}


def violation_text(violation: Violation, level: str = "error") -> str:
    """The fact, then the next legal move; none if the violation may stay."""
    where = f" ({violation.commit[:10]})" if violation.commit else ""
    if level != "error":
        return visible(f"{level}[{violation.code}] {violation.task}: {violation.message}{where}")
    return visible(
        f"{level}[{violation.code}] {violation.task}: {violation.message}{where}\n"
        f"  remedy: {violation.remedy}"
    )


def refuse(violations: Iterable[Violation], *, as_json: bool, **more: Any) -> Exit:
    """Print the rules that were broken; for people the first of many."""
    if as_json:
        print_json(**more, violations=[violation_json(one) for one in violations])
    else:
        say(some([violation_text(one) for one in violations]))
    return Exit.REJECTED


def fail(error: TkError, *, as_json: bool) -> Exit:
    """Print why a command could not be carried out."""
    if as_json:
        parts = {"kind": error.kind, "message": error.message, "remedy": error.remedy}
        print_json(error={name: value for name, value in parts.items() if value})
    else:
        say(error_text(error))
    return error.exit


def error_text(error: TkError) -> str:
    """The fact, then what to do about it."""
    remedy = f"\n  remedy: {error.remedy}" if error.remedy else ""
    return visible(f"error: {error.message}{remedy}")


def understood(error: Exception) -> TkError | None:
    """Errors of the layers below in the words of the command line; None for a bug."""
    if isinstance(error, TkError):
        return error
    from tkledger.core.field import FieldError
    from tkledger.core.policy_fields import TooNew

    if isinstance(error, Locked):
        return TkError(Exit.BUSY, "locked", error.message, error.remedy)
    if isinstance(error, TooNew):
        return too_old(str(error))
    if isinstance(error, GitError):
        return TkError(Exit.UNUSABLE, "git", error.message, error.remedy)
    if isinstance(error, FieldError):
        return TkError(Exit.USAGE, "bad-value", f"{error.key}: {error.message}", "tk new --help")
    if isinstance(error, PermissionError) and error.filename:
        from tkledger.git.permissions import denied

        found = denied(*(os.fsdecode(one) for one in (error.filename, error.filename2) if one))
        if found is not None:
            return TkError(Exit.UNUSABLE, "system", f"{error.strerror}: {found.fact}", found.remedy)
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        # stdout may be what failed, and that after a commit
        remedy = "check permissions and disk space; tk log shows what was committed"
        return TkError(Exit.UNUSABLE, "system", f"{error.strerror or error}{where}", remedy)
    return None


def near(task: Task, gauge: Gauge) -> str:
    """How much of a limit is used, as a warning if that is nearly all."""
    text = f"{task.id}: {gauge.figures_for(task.id)}: tk budget {task.id}"
    return visible(f"warning: {text}" if gauge.near else text)


def near_quota(actor: str, gauge: QuotaGauge) -> str:
    """How much of a quota an actor has used, as a warning."""
    way = f"tk budget --agent {quoted(actor)}"
    return visible(f"warning: {actor} has used {gauge.figures}: {way}")


def say(text: str) -> None:
    """Words for a person, on stderr."""
    print(fitting(text, sys.stderr), file=sys.stderr)


def bug(error: Exception) -> TkError:
    """The one sentence for what should not have happened."""
    what = lines(f"{type(error).__name__}: {error}")[0]
    return TkError(
        Exit.BUG, "bug", f"tk itself failed: {what}", "run it again with TK_DEBUG=1 and report it"
    )
