"""The arguments and options of all commands, each defined once; nothing here reads a command line."""

from __future__ import annotations

from tkledger.core.policy import LONGEST_LEASE, PRESET_NAMES, Policy
from tkledger.core.task_parts import CHILDREN, CONCERNS, ERRORS, REASONS, RESOLUTIONS, TIERS, Spec
from tkledger.verbs.parameter import (
    COLORS,
    PRIORITY_WORDS,
    STATE_NAMES,
    Parameter,
    joined,
    option,
    switch,
)

# -- what many commands take -----------------------------------------------------------------

PATH = option("-C", "path", "PATH", "Run as if in this folder.")
JSON = switch("--json", "as_json", "Answer with one JSON object on stdout.")
ACTOR = option("--as", "actor", "ACTOR", "Act as this name (or set TK_ACTOR).")
DRY_RUN = switch("--dry-run", "dry_run", "Check and show, write nothing.")
AT = option(
    "--at", "at", "REV", "Look at a revision, a snapshot or a date (2026-01-31, yesterday)."
)
AS_AT = AT._replace(help="As it was at a revision, a snapshot or a date.", required=True)
KEY = option("--key", "key", "KEY", "Repeated with the same key and words, it is carried out once.")

COLOR = option(
    *("--color", "color", "WHEN", "Colours: auto, always, never."), choices=COLORS, noun="color"
)
EVERYWHERE = (PATH, COLOR, JSON)
READS = (AT, *EVERYWHERE)
ACTS = (ACTOR, PATH, JSON)
WRITES = (ACTOR, PATH, JSON, DRY_RUN)
COMMITS = (KEY, *WRITES)
"""Of a command that makes one commit."""
SHARED = (ACTOR, PATH, JSON, COLOR, DRY_RUN, AT)
"""What the documentation explains once for all commands."""

ID = Parameter(
    *("id", "ID", "A task's id or its beginning; to change it, four letters."),
    required=True,
    is_task=True,
)
NEW_OWN_ID = Parameter("new", "NEW", "The id it is to have.", required=True)
MAYBE_ID = ID._replace(required=False)
OF_TASK = MAYBE_ID._replace(help="Only if it is a change of this task, even by another actor.")
IDS = ID._replace(name="ids", help="Ids of tasks, or their beginnings of four letters.", many=True)
OPEN_IDS = IDS._replace(help="Only these; all by default.", required=False, is_task=False)
MESSAGE_IDS = OPEN_IDS._replace(help="Only these messages.")
NEW_ID = ID._replace(help="The id of a task that need not exist.", is_task=False)

# -- a task's fields -------------------------------------------------------------------------

TITLE = Parameter("title", "TITLE", "One line; - reads standard input.", required=True)
NEW_TITLE = option("--title", "title", "TITLE", "A new title.")
TEMPLATE = option("--template", "template", "NAME", "With the fields of a template of yours.")
OWN_ID = option("--id", "id", "ID", "Its id; by default a new one is made.")
TYPE = option("--type", "type", "T", "What kind of work it is.", clean=str.lower)
PRIORITY = option(
    *("--priority", "priority", "N", "0 most urgent .. 4; 2 by default; P1 and high are 1."),
    kind=int,
    means=tuple(PRIORITY_WORDS.items()),
)
PARENT = option("--parent", "parent", "ID", "The task it is a part of.", is_task=True)
FROM = option("--from", "from", "ID", "The task whose work discovered this one.", is_task=True)
DEPENDS_ON = option(
    *("--depends-on", "depends_on", "ID", "A task that must be done first; may be repeated."),
    many=True,
    is_task=True,
    listed=True,
)
NO_DEPENDS_ON = DEPENDS_ON._replace(
    words=("--no-depends-on",), name="no_depends_on", help="Remove a dependency."
)
LABEL = option(
    *("--label", "label", "L", "A label, or several: a,b; may be repeated."),
    many=True,
    listed=True,
    clean=joined,
)
NO_LABEL = LABEL._replace(words=("--no-label",), name="no_label", help="Remove a label.")
BACKLOG = switch("--backlog", "backlog", "Not to be worked on yet.")
MESSAGE = option("-m --message", "message", "TEXT", "Text; - reads standard input.")
HAPPENED = MESSAGE._replace(help="What happened, or what it waits for; - is stdin.")
WHY_REOPENED = MESSAGE._replace(help="Why, as its first note; - reads standard input.")
WHY_REFUSED = MESSAGE._replace(help="Why they are refused.")
BUDGET = option(
    *("--budget", "budget", "LIMITS", "steps=50,seconds=1800,tokens=..,cost=..,depth=.."), kind=dict
)
CONSUMER = option("--consumer", "consumer", "TEXT", "Admission: who asks for it.")
PAIN = option("--pain", "pain", "TEXT", "Admission: what hurts without it.")
VALUE = option("--value", "value", "TEXT", "Admission: what it gains.")
VALIDATION = option("--validation", "validation", "TEXT", "Admission: how that will be shown.")
ADMISSION = (CONSUMER, PAIN, VALUE, VALIDATION)
OWNER = option("--owner", "owner", "ACTOR", "Who is to do it; '' for no one, me for the actor.")
STREAM = option("--stream", "stream", "S", "The stream of work it belongs to.", clean=str.lower)
DUE = option("--due", "due", "DAY", "When it is due: fri, in 2 weeks, 2026-01-31.")
ESTIMATE = option("--estimate", "estimate", "TIME", "How long it takes: 90m, 4h, 2d.")
LINK = option("--link", "link", "URL", "An address that belongs to it; may be repeated.", many=True)
NO_LINK = LINK._replace(words=("--no-link",), name="no_link", help="Remove an address.")
SPEC = option(
    *("--spec", "spec", "NAME=VALUE", f"{', '.join(Spec._fields)}; may be repeated."), many=True
)
DESCRIBING = (
    *(TYPE, PRIORITY, PARENT, DEPENDS_ON, LABEL, STREAM, OWNER, DUE, ESTIMATE, LINK, BUDGET),
    *(SPEC, *ADMISSION, MESSAGE),
)
"""What both new and edit take."""

PR = option("--pr", "pr", "URL", "Its pull request: address or number.")
AGENT = option("--agent", "agent", "ADDRESS", "Where its agent is reached.")
BRANCH = Parameter("branch", "BRANCH", "The branch that the work is on.")
BASE = Parameter("base", "BRANCH", "The branch that the work's own one left.")

_WAYS = "; ".join(f"{state} {', '.join(ways)}" for state, ways in RESOLUTIONS.items())
REASON = option(
    *("--reason", "reason", "REASON", f"What it waits for: {', '.join(REASONS)}."),
    choices=REASONS,
)
ERROR_KIND = option(
    *("--error-kind", "error_kind", "KIND", f"Of which kind the error is: {', '.join(ERRORS)}."),
    choices=ERRORS,
)
OVERRIDE = option(
    "--override", "override", "REASON", "Set aside what the role override may; says why."
)
WHY = REASON._replace(metavar="TEXT", help="Reason (required to raise a limit).", choices=())
WHY_NEW = WHY._replace(help="Why it is made.")
WHY_CRITERIA = WHY._replace(help="Why (required to leave one out).")
WHY_ACCEPTED = WHY._replace(help="Why it may stay.", required=True)
RESOLUTION = option(
    *("--resolution", "resolution", "HOW", f"How it ended: {_WAYS}."),
    choices=tuple(word for ways in RESOLUTIONS.values() for word in ways),
)
KIND = option(
    *("--kind", "kind", "KIND", f"What it is about: {', '.join(CONCERNS)}."),
    choices=CONCERNS,
    default=CONCERNS[0],
)
GATE = Parameter("gate", "NAME", "The gate; without, all that lack a pass.")
GATES = Parameter("names", "NAME", "Only these; all by default.", many=True)
RECORD = option(
    *("--record", "record", "RESULT", "Run nothing: it came to pass, or fail, elsewhere."),
    choices=("pass", "fail"),
    noun="result",
)
URL = option("--url", "url", "URL", "Where more is said of it; with --record.")
FLAKY = switch("--flaky", "flaky", "Run again on the same code: it fails by chance.")
ADD = option("--add", "add", "TEXT", "What is to be shown; may be repeated.", many=True)
MET = option(
    "--met", "met", "N", "The criterion with this number is met.", kind=int, many=True, listed=True
)
WAIVE = MET._replace(name="waive", words=("--waive",), help="Waive it, with a --reason.")
ADD_STEP = ADD._replace(help="A step of the work; may be repeated.")
CHECK = MET._replace(name="check", words=("--check",), help="The step with this number is done.")
SKIP = MET._replace(name="skip", words=("--skip",), help="Leave it out, with a --reason.")
SETTLE = option("--settle", "settle", "N", "Settle the concern with this number.", kind=int)
WHOSE = AGENT._replace(metavar="NAME", help="What an agent used of its quotas, on all branches.")
TOKENS_IN = option("--tokens-in", "tokens_in", "N", "Tokens read.", kind=int, least=0)
TOKENS_OUT = option("--tokens-out", "tokens_out", "N", "Tokens written.", kind=int, least=0)
CALLS = option("--calls", "calls", "N", "Calls of tools and models.", kind=int, least=0)
COST = option("--cost", "cost", "USD", "US dollars, such as 0.25.")
MODEL = option("--model", "model", "M", "Which model; by its price in the policy, also the cost.")

# -- what is shown, and how much of it ------------------------------------------------------

ALL = switch("--all", "all", "Include tasks that have ended, and mistakes.")
ALL_HISTORY = ALL._replace(help="All history, from the ledger's beginning.")
AGAIN = switch("--again", "again", "Judge what earlier runs found legal here as well.")
EVERYONE = ALL._replace(help="Every actor.")
LIMIT = option("-n --limit", "limit", "N", "At most N.", kind=int, least=1)
SINCE = option("--since", "since", "CURSOR", "What came after: REV or a date; 0: all, -: stdin.")
SINCE_WHEN = SINCE._replace(metavar="WHEN", help="The ledger, since 14d, REV or a snapshot.")
MARKDOWN = switch("--md", "markdown", "As Markdown, for a stand-up.")
PROMETHEUS = switch("--prometheus", "prometheus", "In the text format of Prometheus.")
NO_FOLLOW = switch("--no-follow", "no_follow", "Stop after what is there now.")
FOUND = LIMIT._replace(default=10)
EACH = LIMIT._replace(help="At most N of each kind.", default=5)

# -- what one command or two take ------------------------------------------------------------

PRESET = option(
    *("--preset", "preset", "NAME", f"{' or '.join(PRESET_NAMES)}."),
    choices=PRESET_NAMES,
    noun="preset",
    default="default",
)
NO_HOOKS = switch("--no-hooks", "no_hooks", "Leave git's hooks alone.")
INSTRUCT = option(
    *("--agents", "agents", "TOOLS", "Tell agents: AGENTS.md, skills; claude,codex."), bare=""
)
WRITE_SETTINGS = switch("--write", "write", "Write your own settings as well.")
AT_END = switch("--end", "end", "At a session's end: exit 2 if work is held.")
PREFIX = option("--prefix", "prefix", "P", "What new ids begin with.")
SERVER = switch("--server", "server", "The server hooks (bare repository).")
FIX = switch("--fix", "fix", "Repair what is safe to repair.")
DENIALS = switch("--denials", "denials", "Only list the pushes that this server refused.")
SETTING = Parameter(
    *("setting", "KEY", "A field, or a name in one: roles.lead."),
    required=True,
    choices=Policy._fields,
)
MAYBE_SETTING = SETTING._replace(help="Only this field.", required=False)
SETTINGS = Parameter(
    *("values", "VALUE", "Several for a list, name=value for a map; none is the default."),
    many=True,
)
KEEP = switch("--keep", "keep", "Leave the repository, and say where it is.")
FILES = Parameter("files", "FILE", "Only these; all by default.", many=True)
STAGED = switch("--staged", "staged", "Check what is staged, as a commit on HEAD.")
STAGE = STAGED._replace(help="Stage what was rewritten, too.")
BATCH_FILE = Parameter("file", "FILE", "One JSON object a line; - is stdin.", default="-")
RANGE = Parameter(
    "range",
    "REV|A..B",
    "As git reads it: REV is all history up to it, REV^! that commit alone, A..B what B has"
    " and A has not.",
)
ANCHOR = option(
    "--anchor", "anchor", "REV", "A commit or tag noted elsewhere, which has to be in the history."
)
MAYBE_TAG = Parameter("name", "NAME", "Make a signed tag of this name; else only print the commit.")
SNAPSHOT = MAYBE_TAG._replace(help="Take one of this name; without, they are listed.")
SEARCH = option("--search", "search", "WORD", "Only those with this word.", many=True)
DIFF = option("--diff", "diff", "REV", "What has changed since.")
ATTEST = switch("--attest", "attest", "Print a signed statement of it.")
FORMAT = option(
    *("--format", "format", "F", "text, github, gitlab (code quality), sarif or junit."),
    choices=("text", "github", "gitlab", "sarif", "junit"),
    noun="format",
    default="text",
)
GRAPH_FORMAT = FORMAT._replace(
    help="How: text, mermaid, dot, svg or json.", choices=("text", "mermaid", "dot", "svg", "json")
)
COMMIT = Parameter("commit", "COMMIT", "The commit to accept.", required=True)
CODE = Parameter("code", "CODE", "A rule, such as TK201.")
SOURCE = Parameter("source", "FROM", "A state.", required=True, choices=STATE_NAMES)
TARGET = SOURCE._replace(name="target", metavar="TO")
CLAIM = switch("--claim", "claim", "Claim and start it, too.")
REVIEW = switch("--review", "review", "The task to review next.")
WAIT = option(
    *("--wait", "wait", "[S]", "Wait for one, fetching; S seconds at most."),
    kind=float,
    least=0,
    bare=365 * 86_400.0,
)
CHILDREN_OF = option(
    *("--children", "children", "HOW", f"What becomes of open ones: {', '.join(CHILDREN)}."),
    choices=CHILDREN,
    noun="way",
)
TAKE = switch("--take", "take", "Take it even if it is another's, assigned or in progress.")
TAKE_CHILDREN = TAKE._replace(help="Also what others have claimed; with cascade.")
MERGE = switch("--merge", "merge", "Merge its branch, if it is done; remove the checkout.")
DONE = switch("--done", "done", "Run its gates, then end it: done, or submitted.")
ONLY_PATH = switch("--path", "only_path", "Print the path alone, for scripts.")
MERGE_DONE = MERGE._replace(help="Merge the branch of each task that is done.")
CHECKOUTS = switch("--checkouts", "checkouts", "The checkouts of tasks that have ended.")
DROP = switch("--drop", "drop", "Remove the checkout, if all is committed.")
GIT_WORDS = Parameter("words", "-- OPTION|PATH", "Options and paths for git log.", many=True)
STAT = switch("--stat", "stat", "Only which files changed, and how much.")
COMMAND = Parameter(
    *("words", "[ID] -- CMD", "The task (not with --next), and the command to run."),
    many=True,
    required=True,
)
NEXT = switch("--next", "next_", "Keep taking ready tasks.")
JOBS = option(
    "--jobs", "jobs", "N", "Run N tasks in parallel (with --next).", kind=int, least=1, default=1
)
TIMEOUT = option(
    *("--timeout", "timeout", "S", "Stop an attempt after S seconds; 0 means no limit."),
    kind=float,
    least=0,
)
FAIL_FAST = switch("--fail-fast", "fail_fast", "Take no other task once one has failed.")
RETRIES = option(
    "--retries", "retries", "N", "Attempts after the first.", kind=int, least=0, default=0
)
HOLDER = FROM._replace(
    name="holder", metavar="HOLDER", help="Take the claim from this holder.", is_task=False
)
LEASE = option(
    *("--ttl", "ttl", "S", "Lease in seconds, 30 days at most; by default the policy's."),
    kind=int,
    least=0,
    most=LONGEST_LEASE,
)
LIFETIME = LEASE._replace(
    metavar="TIME",
    help="How long it stays: 90, 30m, 12h, 7d; 0 has no end.",
    kind=str,
    least=None,
    default="7d",
)
GAP = option("--gap", "gap", "TEXT", "What the last attempt is missing.", required=True)
GAPS = GAP._replace(help="What is missing; may be repeated.", required=False, many=True)
LESSONS = option(
    "--lesson", "lesson", "TEXT", "What was learnt, for later work; may be repeated.", many=True
)
TRIED = option(
    "--tried", "tried", "TEXT", "What was tried and did not work; may be repeated.", many=True
)
QUESTION = Parameter("question", "QUESTION", "What was to be decided.", required=True)
CHOICE = option("--choice", "choice", "TEXT", "What was chosen.", required=True)
BECAUSE = option("--because", "because", "TEXT", "Why.", required=True)
_OTHERS = "What else there was, and why not; may be repeated."
ALTERNATIVES = option("--alternative", "alternative", "TEXT=WHY", _OTHERS, many=True)
CONFIDENCE = option(
    "--confidence", "confidence", "N", "How sure, 0 to 100.", kind=int, least=0, most=100
)
CHOICES = CHOICE._replace(metavar="C", help="What may be answered.", many=True, required=False)
GIVE_UP = TIMEOUT._replace(metavar="TIME", help="At most: 30m, 2h, 7d.", kind=str, least=None)
EVENT = option("--event", "event", "NAME", "For an event, until `tk signal NAME`.")
ASK = option("--ask", "ask", "TEXT", "For the answer to a question.")
JOB = option("--job", "job", "KEY", "For the result of a job elsewhere, by its name.")
CHILD = PARENT._replace(words=("--child",), name="child", help="For the end of a child.", many=True)
ON = CHILD._replace(words=("--on",), name="on", help="For the end of any task; may be repeated.")
APPROVAL = option("--approval", "approval", "ROLE", "For who has this role to approve.")
BY = option("--by", "by", "WHO", "Who may answer: an actor, agent-*, or a role.")
SUM_BY = BY._replace(metavar="WHAT", help="Sums instead: by agent, model or week.", noun="sum")
SUM_BY = SUM_BY._replace(choices=("agent", "model", "week"))
WHY_WAIT = MESSAGE._replace(help="Why; - reads standard input.")
EVENT_NAME = Parameter("event", "NAME", "The event.", required=True)
ANSWER = Parameter("value", "VALUE", "The answer; - reads standard input.", required=True)
WORDS = Parameter("words", "WORD", "What it is about.", many=True, required=True)
SCORE = option("--score", "score", "N", "How good it is, such as 6.5.")
TIER = option(
    *("--to", "to", "TIER", f"{', '.join(TIERS)}; by default the next one."),
    choices=TIERS,
    noun="tier",
)
SHELL = Parameter(
    *("shell", "SHELL", "bash, zsh or fish."),
    required=True,
    choices=("bash", "zsh", "fish"),
)
FILE_KIND = Parameter(
    *("kind", "KIND", "task or policy."),
    choices=("task", "policy"),
    default="task",
)
TOOLS = option(
    "--tools", "tools", "NAME", "The commands to offer: a,b, or all.", many=True, listed=True
)
APPROVER = APPROVAL._replace(help="Which role approves, at that tier.")
PEER = BY._replace(help="Which peer: an actor, agent-*, or a role.")
RECOMMEND = option("--recommend", "recommend", "ACTION", "What to approve, at that tier.")
RISKS = option("--risk", "risk", "TEXT", "What may go wrong; may be repeated.", many=True)
RECIPIENT = Parameter("to", "ACTOR", "The recipient.", required=True)
ACTOR_NAME = Parameter("name", "ACTOR", "Another actor; by default who acts.")
ACTOR_NAMES = GATES._replace(metavar="ACTOR")
CAN = option("--can", "can", "WORD", "What it can do, or several: a,b.", many=True, listed=True)
CAPACITY = option("--capacity", "capacity", "N", "How many tasks at once.", kind=int, least=1)
KIND_OF_ACTOR = KIND._replace(help="What it is: agent, person, ...", choices=(), default="")
WHY_IDLE = WHY._replace(help="Why.")
UNTIL = option("--until", "until", "TIME", "When it wakes: 30m, 12h, tomorrow 09:00.")
OVER = UNTIL._replace(help="When it ends: 2h, tomorrow 09:00, 2026-03-29 14:30.")
IDLE_SECONDS = TIMEOUT._replace(help="30 by default.", kind=int, least=None, default=30)
PATHS = FILES._replace(name="paths", metavar="PATH", help="A file, or a folder with all in it.")
DROP_PATHS = DROP._replace(help="Give up what meets these; all without a PATH.")
AGENT_ID = option("--agent-id", "agent_id", "AGENT", "Who sleeps.")
TEXT = Parameter("text", "TEXT", "The text; - reads standard input.", required=True)
TYPE_OF_MESSAGE = TYPE._replace(help="What kind it is, such as request or progress.", clean=str)
ATTACHED = Parameter("files", "FILE", "The files.", many=True, required=True)
NAME = option("--name", "name", "NAME", "What one file is called; by default as it is.")
TYPE_OF_FILE = TYPE._replace(help="What kind of file; by default as its name says.", clean=str)
ARTIFACT = Parameter("artifact", "NAME", "Its name, or the beginning of its id.", required=True)
OUTPUT = option("-o --output", "output", "FILE", "Write it to this file, which must be new.")
ACTION = option("--action", "action", "ACTION", "What it asks for, a word such as review.")
PAYLOAD = option("--payload", "payload", "JSON", "What a program needs for that.")
SENT = PAYLOAD._replace(help="What is answered; true by default.")
ANSWERS = option("--answers", "answers", "ID", "The message to you that this answers.")
NOTE = TEXT._replace(name="message")
CONCERN = NOTE._replace(help="The concern, or how it was settled; - reads stdin.", required=False)
TASK = option("--task", "task", "ID", "What it is about.", is_task=True)
ACK = switch("--ack", "ack", "Mark them as taken.")
REFUSE = switch(
    "--refuse --nack", "refuse", "Refuse them; a message that is refused three times is dead."
)
DEAD = switch("--dead", "dead", "Those that were refused three times.")
REMOTE = Parameter("remote", "REMOTE", "By default the branch's upstream, or origin.")
OURS = switch("--ours", "ours", "If both sides changed a field, keep ours.")
THEIRS = switch("--theirs", "theirs", "If both sides changed a field, take theirs.")
AGENT_NAME = Parameter("agent", "AGENT", "Who makes it.", required=True)
TYPE_NAME = Parameter("type", "TYPE", "Its type.", required=True)
PARENT_NAME = PARENT._replace(words=(*PARENT.words, "--parent-task-id"), is_task=False)
CREATED_BY = option(
    "--created-by --created-by-task-id", "created_by", "ID", "The task it was created by."
)
STEPS = option("--steps", "steps", "N", "Steps taken.", kind=int)
MAX_STEPS = option("--max-steps", "max_steps", "N", "50 by default.", kind=int)
DURATION = option("--duration", "seconds", "S", "Seconds worked.", kind=float)
MAX_DURATION = option("--max-duration", "max_seconds", "S", "1800 by default.", kind=int)
DEPTH = option("--depth", "depth", "N", "Depth proposed.", kind=int)
MAX_DEPTH = option("--max-depth", "max_depth", "N", "10 by default; a root is at 0.", kind=int)
