"""The options that choose tasks, the same wherever several are shown, each defined once; nothing here filters."""

from __future__ import annotations

from tkledger.verbs import parameters as p
from tkledger.verbs.parameter import STATE_NAMES, STATE_WORDS, Parameter, option, switch, word

SORTS = ("priority", "id", "title", "state", "type", "owner", "stream", "due", "created", "updated")
"""What tasks are put in order by; the first is the order in which they are shown without."""

NOW = "now"
"""When something is due, unless it is said."""

GREP = option(
    *("--grep", "grep", "WORDS", "Only with all these words in title, description or notes."),
    many=True,
)
STATES = option(
    *("--state", "state", "S", "Only these states; open is all that have not ended."),
    many=True,
    listed=True,
    clean=word,
    means=tuple(STATE_WORDS.items()),
    choices=STATE_NAMES,
    noun="state",
)
TYPES = p.TYPE._replace(help="Only these types.", many=True, listed=True)
LABELS = p.LABEL._replace(help="Only tasks with this label; may be repeated.")
OWNERS = p.OWNER._replace(
    help="Only these owners'; me, or none for those without one.", many=True, listed=True
)
PARENTS = p.PARENT._replace(
    help="Only children of these tasks, at any depth.", many=True, listed=True
)
STREAMS = p.STREAM._replace(help="Only of these streams.", many=True, listed=True)
PRIORITIES = p.PRIORITY._replace(help="Only these priorities.", many=True, listed=True)
BLOCKED_BY = p.PARENT._replace(
    words=("--blocked-by",), name="blocked_by", help="Only what waits for these tasks.", many=True
)
WAITING = switch("--waiting", "waiting", "Only what is blocked.")
DUE = p.DUE._replace(
    metavar="[DAY]",
    help="Only what is due by then, now by default: its date, or its wait.",
    bare=NOW,
)
OVERDUE = switch("--overdue", "overdue", "Only what was due before today.")
STALLED = switch("--stalled", "stalled", "Only waits that no time and no other task ends.")
SINCE = p.SINCE._replace(
    metavar="TIME", help="Only what changed since: 14d, yesterday, 2026-01-31."
)
UNTIL = p.UNTIL._replace(help="Only what last changed by then: 14d, 2026-01-31.")
STALE = p.UNTIL._replace(
    words=("--stale",), name="stale", help="Only what has not changed for this long: 14d."
)
SORT = option(
    *("--sort", "sort", "FIELD", f"By {', '.join(SORTS)}; -FIELD the other way round."),
    choices=(*SORTS, *(f"-{name}" for name in SORTS)),
    noun="order",
)

FIELDS = option(
    *("--fields", "fields", "NAMES", "Only these fields of each, such as id,title,labels."),
    many=True,
    listed=True,
)

ACTORS = p.OWNER._replace(
    words=("--actor",),
    name="actors",
    help="Only what these actors did; me for the actor.",
    many=True,
    listed=True,
)
"""What chooses entries of a log by who made them."""

PATCH = switch("-p --patch", "patch", "With the lines that changed in the task's file.")
GRAPH = switch("--graph", "graph", "With the graph of commits on the left, the newest first.")

FILTERS = (
    *(GREP, STATES, TYPES, LABELS, OWNERS, PARENTS, PRIORITIES, STREAMS),
    *(SINCE, UNTIL, STALE, BLOCKED_BY, WAITING, DUE, OVERDUE, STALLED),
)
"""What chooses tasks."""
CHOICE = (*FILTERS, SORT, p.LIMIT, FIELDS)
"""And in which order, how many, and what of each."""

DEPTH = p.DEPTH._replace(
    metavar="N", help="Only so many levels below the first; 0 for that alone.", least=0
)
PAGE_FOLDER = p.OUTPUT._replace(
    metavar="DIR", help="Write index.html into this folder.", required=True
)
PAGE_TITLE = p.NEW_TITLE._replace(help="Its heading.")

COLUMNS = ("owner", "parent", "label")
COLUMNS_BY = p.BY._replace(
    metavar="WHAT",
    help=f"A column each: {', '.join(COLUMNS)}; not the state.",
    choices=COLUMNS,
    noun="column",
)
"""By what a board goes."""

IMPORTS = (
    *("beads", "backlog", "ticket", "taskmaster", "taskwarrior", "github", "speckit"),
    *("exec-kernel", "jsonl"),
)
IMPORT_FROM = p.FROM._replace(
    name="kind",
    metavar="KIND",
    help="The tracker that it comes from, such as beads.",
    choices=IMPORTS,
    noun="kind of tracker",
    required=True,
    is_task=False,
)
IMPORT_FILE = Parameter("file", "FILE|DIR", "What it exported, or its folder.", required=True)
WHY_IMPORTED = p.MESSAGE._replace(help="Why, for the commit; - reads standard input.")

EXPORTS = ("jsonl", "markdown", "csv", "github")

EXPORT_TO = p.TIER._replace(
    metavar="KIND",
    help=f"{', '.join(EXPORTS)}.",
    choices=EXPORTS,
    noun="kind of export",
    default=EXPORTS[0],
)
"""The form in which those that were chosen are written out."""
