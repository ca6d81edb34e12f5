"""The one table of commands: what each is called, takes and does; carried out by others.

The parser, the help, completion, ``tk batch`` and the documentation are made of it; what the help says beyond
that is in the manual.
"""

from __future__ import annotations

from tkledger.core.lifecycle import TRANSITIONS, Event
from tkledger.verbs import filters as f
from tkledger.verbs import parameters as p
from tkledger.verbs.parameter import Command, Parameter
from tkledger.verbs.parameters import ACTS, COMMITS, EVERYWHERE, READS, WRITES

SET_UP, WRITE, MOVE, LOOK, JUDGE = "Set up", "Write down", "Move", "Look", "Judge"
AGENTS, RECORDS, EXCHANGE = "Agents", "Waits and records", "Exchange"

# fmt: off
_SET_UP = (
    Command("init", "Begin a ledger, or join one in a new clone.",
            (p.PRESET, p.NO_HOOKS, p.PREFIX, p.INSTRUCT, p.WRITE_SETTINGS, *COMMITS)),
    Command("hooks", "Install, remove or check git's hooks."),
    Command("hooks install", "Install the hooks; existing hooks run after them.", (p.SERVER, *EVERYWHERE)),
    Command("hooks uninstall", "Remove the hooks, and restore those that were there before.",
            (p.SERVER, *EVERYWHERE)),
    Command("hooks status", "Show the state of each hook; exit 3 if one is missing.", (p.SERVER, *EVERYWHERE)),
    Command("doctor", "Check this repository, and that each hook rejects.", (p.FIX, p.DENIALS, *EVERYWHERE)),
    Command("config", "Show or change the policy of the ledger."),
    Command("config show", "Show the policy in force, as its file has it.", READS),
    Command("config explain", "Say what each field of the policy means, and its default.",
            (p.MAYBE_SETTING, *EVERYWHERE)),
    Command("config set", "Change one field of the policy, in a commit of its own.",
            (p.SETTING, p.SETTINGS, *COMMITS)),
    Command("config edit", "Change the policy in your editor.", WRITES),
    Command("config approve", "Put the policy in force that another actor proposed.", COMMITS),
    Command("demo", "Play a session in a throw-away repository.", (p.KEEP, *EVERYWHERE)),
    Command("completion", "Print what a shell needs to complete tk.", (p.SHELL, *EVERYWHERE)),
)

_WRITE = (
    Command("new", "Create a task; prints its id.",
            (p.TITLE, p.TEMPLATE, p.FROM, p.WHY_NEW, p.BACKLOG, p.OWN_ID, *p.DESCRIBING, p.OVERRIDE, *COMMITS),
            verb="new"),
    Command("edit", "Change fields of tasks by options, or one in your editor.",
            (p.IDS, p.NEW_TITLE, p.PR, p.AGENT, p.NO_LABEL, p.NO_DEPENDS_ON, p.NO_LINK, p.ERROR_KIND, p.WHY,
             *p.DESCRIBING, *COMMITS), verb="edit"),
    Command("note", "Add a note to a task; notes are only ever added.", (p.ID, p.NOTE, *COMMITS), verb="note"),
    Command("delete", "Remove a task that should not be there.", (p.ID, p.MESSAGE, *COMMITS)),
    Command("rename", "Give a new task another id, while no one else has it.", (p.ID, p.NEW_OWN_ID, *COMMITS)),
    Command("fmt", "Rewrite task files in the one form that is accepted.",
            (p.FILES, p.STAGE, *EVERYWHERE, p.DRY_RUN)),
    Command("batch", "Carry out many changes as one commit, all or nothing.", (p.BATCH_FILE, *COMMITS)),
)

# fmt: on


def _move(event: Event, more: tuple[Parameter, ...], *also: Parameter) -> Command:
    """The command of an event: the edges that it goes are its help."""
    edges = [edge for edge in TRANSITIONS if edge.event is event]
    sources = ", ".join(edge.source.value for edge in edges)
    verb = event.value
    return Command(
        verb,
        f"{verb.capitalize()}: {sources} -> {edges[0].target.value}.",
        (p.IDS, p.HAPPENED, *more, p.OVERRIDE, *COMMITS),
        verb=verb,
        also=also,
    )


_EVENTS = (
    *(Event.ADMIT, Event.START, Event.SUBMIT, Event.FINISH, Event.APPROVE),
    *(Event.REJECT, Event.BLOCK, Event.RESUME, Event.REQUEUE, Event.CANCEL),
)
_MORE = {
    Event.START: (p.TAKE,),
    Event.BLOCK: (p.REASON, p.ERROR_KIND, p.TRIED),
    Event.SUBMIT: (p.PR, p.LESSONS),
    Event.FINISH: (p.PR, p.RESOLUTION, p.LESSONS),
    Event.REQUEUE: (p.TRIED,),
    Event.CANCEL: (p.RESOLUTION, p.CHILDREN_OF, p.TAKE_CHILDREN, p.ERROR_KIND, p.LESSONS, p.TRIED),
    Event.APPROVE: (p.SCORE, p.RESOLUTION),
    Event.REJECT: (p.GAPS, p.SCORE),
}
_ALSO = {Event.START: (p.BRANCH, p.BASE)}
EVENTS = frozenset(event.value for event in _EVENTS)
"""The commands that move a task along one edge of the lifecycle."""
_MOVES = tuple(_move(event, _MORE.get(event, ()), *_ALSO.get(event, ())) for event in _EVENTS)

# fmt: off
_WAYS_BACK = (
    Command("undo", "Take back the newest change of the ledger.", (p.OF_TASK, *COMMITS)),
    Command("reopen", "Reopen an ended task as a new one that continues it.",
            (p.ID, p.WHY_REOPENED, *p.ADMISSION, p.OVERRIDE, *COMMITS), verb="reopen"),
)

_LOOK = (
    Command("status", "Show what needs you now; so does tk alone.", (p.EACH, p.COLOR, *ACTS)),
    Command("list", "List tasks: the open ones, or those that match filters.",
            (*f.CHOICE, p.ALL, *READS)),
    Command("ready", "List what can be started now, most urgent first.", (*f.CHOICE, *READS)),
    Command("search", "Find tasks by words, the best first, also ended ones.",
            (p.WORDS, *f.FILTERS, p.FOUND, *READS)),
    Command("show", "Show one task in full.", (p.ID, *READS)),
    Command("tree", "Show tasks under their parents, and what blocks them.",
            (p.MAYBE_ID, *f.CHOICE, f.DEPTH, p.ALL, *READS)),
    Command("board", "Show the states side by side.", (*f.CHOICE, f.COLUMNS_BY, *READS)),
    Command("ui", "Look at tasks and move them, by keys in a terminal.",
            (p.WORDS._replace(help=f.GREP.help, required=False), *f.FILTERS, f.SORT, p.ALL, p.AT, p.COLOR, *ACTS)),
    Command("streams", "Show streams of work, and their branches.", READS),
    Command("log", "Show what commits did to a task, or to all.",
            (p.MAYBE_ID, f.ACTORS, *f.FILTERS, p.LIMIT, f.FIELDS, f.PATCH, f.GRAPH, *READS)),
    Command("diff", "Show what work on a task changed, or all since a time.",
            (p.MAYBE_ID, p.GIT_WORDS, p.STAT, p.SINCE_WHEN, p.MARKDOWN, *READS)),
    Command("why", "Say which moves are legal, and what prevents the others.", (p.ID, *READS)),
    Command("budget", "Show limits and what is used of them.", (p.MAYBE_ID, p.SUM_BY, p.WHOSE, *READS)),
    Command("stats", "Show how work flows, what it costs, when it may be done.",
            (*f.FILTERS, p.PROMETHEUS, *READS)),
    Command("watch", "Print each change of a task or claim as it comes.",
            (p.SINCE, p.NO_FOLLOW, p.LIMIT, *EVERYWHERE)),
    Command("graph", "Draw what waits for what, and what is part of what.",
            (p.MAYBE_ID, *f.FILTERS, p.LIMIT, p.ALL, p.GRAPH_FORMAT, *READS)),
    Command("page", "Write a page of HTML that opens from disk.",
            (f.PAGE_FOLDER, f.PAGE_TITLE, *f.FILTERS, p.LIMIT, *READS, p.DRY_RUN)),
)

_JUDGE = (
    Command("verify", "Check every commit of a range, or of all history.",
            (p.RANGE, p.ALL_HISTORY, p.AGAIN, p.STAGED, p.ANCHOR, p.FORMAT, *READS)),
    Command("audit", "Show who did what, and what proves that it was them.", (p.RANGE, p.ATTEST, *EVERYWHERE)),
    Command("accept", "Accept a commit that breaks the rules, with a reason.",
            (p.COMMIT, p.WHY_ACCEPTED, *COMMITS)),
    Command("explain", "Print a rule's page; without a code, all rules.", (p.CODE, *EVERYWHERE)),
    Command("replay", "Judge again what commits did to a task.", (p.ID, *READS)),
    Command("check", "Ask before acting: a move, a new task, more work."),
    Command("check transition", "Say whether the lifecycle has an edge between two states.",
            (p.SOURCE, p.TARGET, *EVERYWHERE)),
    Command("check loop", "Say whether a new task would go in circles, or too deep.",
            (p.NEW_ID, p.AGENT_NAME, p.TYPE_NAME, p.PARENT_NAME, p.CREATED_BY, p.MAX_DEPTH, *READS)),
    Command("check budget", "Say whether what was used is within the limits given.",
            (p.NEW_ID, p.STEPS, p.MAX_STEPS, p.DURATION, p.MAX_DURATION, p.DEPTH, p.MAX_DEPTH,
             *EVERYWHERE)),
    Command("check sleep", "Say what an agent without tasks should do.",
            (p.IDLE_SECONDS, p.AGENT_ID, *EVERYWHERE)),
)

_AGENTS = (
    Command("prime", "Brief an agent: rules, what needs it, what to run.", (p.AT_END, *ACTS)),
    Command("next", "Print the id of the task to take next; exit 6 if none.",
            (p.CLAIM, p.REVIEW, p.WAIT, f.LABELS, *COMMITS)),
    Command("work", "Start a task in a checkout and on a branch of its own.",
            (p.ID, p.TAKE, p.ONLY_PATH, p.DONE, p.MERGE, p.DROP, p.KEY, *ACTS)),
    Command("run", "Run a command on a task, and move it by the result.",
            (p.COMMAND, p.NEXT, p.JOBS, p.TIMEOUT, p.RETRIES, p.FAIL_FAST, p.MERGE_DONE, f.LABELS, *ACTS)),
    Command("release", "Give up claims on tasks, so that others can claim them.", (p.IDS, p.HOLDER, *COMMITS)),
    Command("renew", "Renew the leases of claimed tasks.", (p.IDS, p.LEASE, *ACTS)),
    Command("reap", "Free the tasks whose lease has run out.", WRITES),
    Command("register", "Record what an actor can do, and how many tasks it takes.",
            (p.ACTOR_NAME, p.CAN, p.CAPACITY, p.KIND_OF_ACTOR, *ACTS)),
    Command("agents", "List the agents: what each can do, holds, and who is idle.",
            (p.ACTOR_NAMES, *EVERYWHERE)),
    Command("reserve", "Reserve files and folders for a task, or list these.",
            (p.MAYBE_ID, p.PATHS, p.DROP_PATHS, *ACTS)),
    Command("sleep", "Be idle: no new tasks until `tk wake`.",
            (p.ACTOR_NAME, p.EVERYONE, p.WHY_IDLE, p.UNTIL, *ACTS)),
    Command("wake", "End what `tk sleep` began.", (p.ACTOR_NAME, p.EVERYONE, p.WHY_IDLE, *ACTS)),
    Command("retry", "Send a task back for another attempt, noting the gap.", (p.ID, p.GAP, p.TRIED, *COMMITS)),
    Command("escalate", "Escalate a failed task, one tier further.",
            (p.ID, p.TIER, p.PEER, p.APPROVER, p.RECOMMEND, p.RISKS, p.GIVE_UP, p.MESSAGE, *COMMITS)),
    Command("send", "Leave a message for an actor; prints its id.",
            (p.RECIPIENT, p.TEXT, p.TASK, p.LIFETIME, p.TYPE_OF_MESSAGE, p.ACTION, p.PAYLOAD, p.ANSWERS,
             *COMMITS)),
    Command("inbox", "List the messages that wait for you, or answer them.",
            (p.MESSAGE_IDS, p.ACK, p.REFUSE, p.WHY_REFUSED, p.DEAD, p.WAIT, *COMMITS)),
    Command("step", "Count a step of work that no commit of code shows.",
            (p.ID, p.MESSAGE, *COMMITS), verb="step"),
    Command("spend", "Record tokens, cost and calls that work on a task used.",
            (p.ID, p.TOKENS_IN, p.TOKENS_OUT, p.COST, p.CALLS, p.MODEL, p.MESSAGE, *COMMITS), verb="spend"),
)

_RECORDS = (
    Command("wait", "Block a task until a time, an event or an answer.",
            (p.ID, p.OVER, p.EVENT, p.ASK, p.CHOICES, p.JOB, p.CHILD, p.ON, p.APPROVAL, p.GIVE_UP,
             p.BY, p.WHY_WAIT, p.TRIED, *COMMITS), verb="wait"),
    Command("answer", "Answer what a task waits for.", (p.ID, p.ANSWER, *COMMITS), verb="answer"),
    Command("pause", "Pause a task; what it waits for is kept.", (p.ID, p.WHY_WAIT, *COMMITS), verb="pause"),
    Command("signal", "Answer all tasks that wait for an event.", (p.EVENT_NAME, p.SENT, *COMMITS)),
    Command("tick", "Record what timed out, and tell who waits.", WRITES),
    Command("decide", "Record a decision: what was chosen, and why.",
            (p.ID, p.QUESTION, p.CHOICE, p.BECAUSE, p.ALTERNATIVES, p.CONFIDENCE, *COMMITS), verb="decide"),
    Command("concern", "Raise a concern about a task, or settle one.",
            (p.ID, p.CONCERN, p.KIND, p.SETTLE, *COMMITS), verb="concern"),
    Command("criteria", "List what a task has to show; add, meet or waive it.",
            (p.ID, p.ADD, p.MET, p.WAIVE, p.WHY_CRITERIA, *COMMITS), verb="criteria"),
    Command("checklist", "List the steps of a task; add, check or skip one.",
            (p.ID, p.ADD_STEP, p.CHECK, p.SKIP, p.WHY_CRITERIA, *COMMITS), verb="checklist"),
    Command("gate", "Run the gates of a task on its code; record the results.",
            (p.ID, p.GATE, p.RECORD, p.URL, p.FLAKY, *WRITES)),
    Command("gates", "List the gates of the policy, or trust their commands."),
    Command("gates list", "List the gates: who asks for each, and what it runs.", EVERYWHERE),
    Command("gates trust", "Let the commands of gates run on this machine.", (p.GATES, *EVERYWHERE, p.DRY_RUN)),
    Command("recall", "Find lessons, decisions and ended work about some words.", (p.WORDS, p.FOUND, *READS)),
    Command("attach", "Attach files to a task; they travel with the next sync.",
            (p.ID, p.ATTACHED, p.NAME, p.TYPE_OF_FILE, *COMMITS)),
    Command("artifacts", "List the files that are attached to a task.", (p.ID, *READS)),
    Command("cat", "Write out a file that is attached to a task.", (p.ID, p.ARTIFACT, p.OUTPUT, *READS)),
    Command("snapshot", "Name the ledger as it is; list such names, compare.",
            (p.SNAPSHOT, p.MESSAGE, p.SEARCH, p.DIFF, *READS, p.DRY_RUN)),
    Command("restore", "Restore the texts of a task as they were.", (p.ID, p.AS_AT, p.WHY, *COMMITS)),
    Command("anchor", "Print the newest commit, or sign a tag of it.", (p.MAYBE_TAG, *EVERYWHERE)),
)

_EXCHANGE = (
    Command("sync", "Fetch, merge and push: this branch, claims and messages.", (p.REMOTE, *WRITES)),
    Command("resolve", "Settle task files that a merge left open.",
            (p.OPEN_IDS, p.OURS, p.THEIRS, *EVERYWHERE, p.DRY_RUN)),
    Command("tidy", "Remove what is left over of tasks that have ended.", (p.CHECKOUTS, *WRITES)),
    Command("import", "Bring in the tasks of another tracker, as one commit.",
            (f.IMPORT_FROM, f.IMPORT_FILE, f.WHY_IMPORTED, *WRITES)),
    Command("export", "Write tasks out for other programs.", (f.EXPORT_TO, *f.FILTERS, p.LIMIT, *READS)),
    Command("schema", "Print the JSON Schema of task files, or of the policy.", (p.FILE_KIND, *EVERYWHERE)),
    Command("mcp", "Offer commands to a model as tools, by its protocol.", (p.TOOLS, *ACTS)),
)
COMMANDS: dict[str, Command] = {
    one.name: one._replace(group=group)
    for group, commands in (
        (SET_UP, _SET_UP), (WRITE, _WRITE), (MOVE, (*_MOVES, *_WAYS_BACK)), (LOOK, _LOOK), (JUDGE, _JUDGE),
        (AGENTS, _AGENTS), (RECORDS, _RECORDS), (EXCHANGE, _EXCHANGE),
    )
    for one in commands
}
# fmt: on
"""Every command by its name, in the order of the help."""


def inner(name: str) -> tuple[str, ...]:
    """The commands of a group of commands, such as ``hooks``; none of any other."""
    return tuple(one for one in COMMANDS if one.startswith(f"{name} "))
