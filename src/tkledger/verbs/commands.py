"""The one table of commands: what each is called, takes and does; carried out by others.

The parser, the help, completion, ``tk batch`` and the documentation are made of it.
"""

from __future__ import annotations

from tkledger.core.lifecycle import TRANSITIONS, Event
from tkledger.verbs import parameters as p
from tkledger.verbs.parameter import Command, Parameter
from tkledger.verbs.parameters import ACTS, COMMITS, EVERYWHERE, READS, WRITES

SET_UP, WRITE, MOVE, LOOK, JUDGE = "Set up", "Write down", "Move", "Look", "Judge"
AGENTS, RECORDS, EXCHANGE = "Agents", "Waits and records", "Exchange"

# fmt: off
_SET_UP = (
    Command("init", "Begin a ledger, or join one in a new clone.",
            (p.PRESET, p.NO_HOOKS, p.PREFIX, *COMMITS),
            ("tk init", "tk init --preset agents --prefix job"),
            "It makes one commit, with the policy and the line in .gitattributes that merges task files,"
            " and installs git's hooks. In a repository with a remote it asks whether that decides about"
            " claims. In a clone of a ledger it installs hooks and merge driver, and commits nothing."),
    Command("hooks", "Install, remove or check git's hooks."),
    Command("hooks install", "Install the hooks; existing hooks run after them.",
            (p.SERVER, *EVERYWHERE), ("tk hooks install", "tk hooks install --server -C project.git")),
    Command("hooks uninstall", "Remove the hooks, and restore those that were there before.",
            (p.SERVER, *EVERYWHERE), ("tk hooks uninstall",)),
    Command("hooks status", "Show the state of each hook; exit 3 if one is missing.",
            (p.SERVER, *EVERYWHERE), ("tk hooks status",)),
    Command("doctor", "Check this repository, and that each hook rejects.",
            (p.FIX, p.DENIALS, *EVERYWHERE), ("tk doctor --fix", "tk doctor --denials -C project.git"),
            "It finds what would let the ledger be bypassed, misread or stuck. On a server --denials lists who"
            " was refused what, when and why, as far as that is kept: the latest MiB or two."),
    Command("config", "Show or change the policy of the ledger."),
    Command("config show", "Show the policy in force, as its file has it.",
            READS, ("tk config show",), "A field that the file leaves out has its default."),
    Command("config explain", "Say what each field of the policy means, and its default.",
            (p.MAYBE_SETTING, *EVERYWHERE), ("tk config explain", "tk config explain lease")),
    Command("config set", "Change one field of the policy, in a commit of its own.",
            (p.SETTING, p.SETTINGS, *COMMITS),
            ("tk config set depth 4", "tk config set protected main stable",
             "tk config set roles.lead ann bob", "tk config set guards.safe state=done role=lead"),
            "That commit has the next version of the policy. Of a map it sets one name (`guards.safe`), and of"
            " that the values given, an empty one (`role=`) taking a value out. It says what gets looser."),
    Command("config edit", "Change the policy in your editor.", WRITES, ("tk config edit",),
            "Form and version are put right, and it says what gets looser."),
    Command("config approve", "Put the policy in force that another actor proposed.",
            COMMITS, ("tk config approve",),
            "Where several actors may change the policy, `tk config set` only proposes what loosens it, and"
            " another of them approves it."),
    Command("demo", "Play a session in a throw-away repository.",
            (p.KEEP, *EVERYWHERE), ("tk demo",),
            "Two agents work in two worktrees, and a server rejects a shortcut. With --json the session"
            " goes to stderr."),
)

_WRITE = (
    Command("new", "Create a task; prints its id.",
            (p.TITLE, p.FROM, p.WHY_NEW, p.BACKLOG, p.OWN_ID, *p.DESCRIBING, p.OVERRIDE, *COMMITS),
            ('tk new "Ship it" --type bug --label ui', "tk new --from a1 --budget steps=50 Title"),
            verb="new"),
    Command("edit", "Change fields of tasks by options, or one in your editor.",
            (p.IDS, p.NEW_TITLE, p.PR, p.AGENT, p.NO_LABEL, p.NO_DEPENDS_ON, p.ERROR_KIND, p.WHY,
             *p.DESCRIBING, *COMMITS),
            ("tk edit a1 --priority 1 --label ui,api", "tk edit a1 b2 --owner me"),
            "Without options it opens your editor. An empty value ('') removes a field.",
            verb="edit"),
    Command("note", "Add a note to a task; notes are only ever added.",
            (p.ID, p.NOTE, *COMMITS), ('tk note a1 "works on Windows too"',), verb="note"),
    Command("delete", "Take a task away that should not be there.",
            (p.ID, p.MESSAGE, *COMMITS), ("tk delete a1",),
            "If its creation could be undone it is. Otherwise, if others may have it or another change came"
            " after it, the task is cancelled with the resolution mistake: list, tree and board hide it."),
    Command("rename", "Give a new task another id, while nobody else has it.",
            (p.ID, p.NEW_OWN_ID, *COMMITS), ("tk rename tk-7f3k2 parse",),
            "Only if its creation is the newest change of the ledger and could be undone: the commit is made"
            " again with the other id."),
    Command("fmt", "Rewrite task files in the one form that is accepted.",
            (p.FILES, p.STAGE, *EVERYWHERE, p.DRY_RUN), ("tk fmt --staged",),
            "A file that cannot be read is named and left alone."),
    Command("batch", "Carry out many changes as one commit, all or nothing.",
            (p.BATCH_FILE, *COMMITS), ("tk batch changes.jsonl",),
            'Each line is one JSON object: {"op": VERB, "id": ID}, and the options by their names.'),
)

# fmt: on


def _move(event: Event, more: tuple[Parameter, ...], *also: Parameter) -> Command:
    """The command of an event: the edges that it goes are its help."""
    edges = [edge for edge in TRANSITIONS if edge.event is event]
    sources = ", ".join(edge.source.value for edge in edges)
    verb = event.value
    reason = " --reason user -m 'a question'" if event is Event.BLOCK else ""
    return Command(
        verb,
        f"{verb.capitalize()}: {sources} -> {edges[0].target.value}.",
        (p.IDS, p.HAPPENED, *more, p.OVERRIDE, *COMMITS),
        (f"tk {verb} a1{reason}",),
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
    Command("undo", "Take back the newest change of the ledger.",
            (p.OF_TASK, *COMMITS), ("tk undo", "tk undo a1"),
            "Only while nobody else can have it: no other branch, tag or checkout does, and what was"
            " committed after it are your own commits of code, not signed and no merges; they are made"
            " again. Files, index and claims follow, and other uncommitted work stays. All tasks of the"
            " commit go back. If that is not possible, it prints the moves that lead back."),
    Command("reopen", "Go on with an ended task: a new one in its place.",
            (p.ID, p.WHY_REOPENED, *p.ADMISSION, p.OVERRIDE, *COMMITS),
            ("tk reopen a1", "tk reopen a1 -m 'fails on Windows'"),
            "The new task has its title, description, labels, limits and parent, and why it is wanted unless"
            " options say that anew. Open tasks that depended on it wait for the new one. The ended task"
            " stays as it is. Prints the new id.",
            verb="reopen"),
)

_LOOK = (
    Command("status", "Show what needs you now; so does tk alone.",
            (p.EACH, *ACTS), ("tk status", "tk status --as bob --limit 20"),
            "Your work in progress, what was sent back and why, what waits for your review, questions and"
            " messages, what is blocked, what is ready; and what this clone has left over: leases that ran"
            " out, branches of tasks that are not merged, commits that were not sent, missing hooks. How"
            " long is said as far as the newest 500 commits know."),
    Command("list", "List tasks: the open ones, or those that match filters.",
            (p.STATES, p.TYPES, p.LABELS, p.THEIR_OWNER, p.THEIR_PARENT, p.THEIR_PRIORITY,
             p.STREAMS, p.ALL, p.WAITING, p.DUE, p.STALLED, p.LIMIT, *READS),
            ("tk list --label ui --priority 1", "tk list --state done --json"),
            "With --json it lists all that match, also those that have ended."),
    Command("ready", "List what can be started now, most urgent first.",
            (p.LABELS, p.LIMIT, *READS), ("tk ready --limit 5",),
            "A task with open children is left out: the work is in those."),
    Command("show", "Show one task whole.",
            (p.ID, *READS), ("tk show a1", "tk show a1 --at 2026-01-31"),
            "Its file, and what its history and its neighbours add to it."),
    Command("tree", "Show tasks under their parents, and what blocks them.",
            (p.MAYBE_ID, p.ALL, *READS), ("tk tree", "tk tree a1")),
    Command("board", "Show the states side by side.", READS, ("tk board",)),
    Command("log", "Show what commits did to a task, or to all.",
            (p.MAYBE_ID, p.LIMIT, *READS), ("tk log a1", "tk log --limit 10"),
            "The oldest comes first; --limit keeps the newest."),
    Command("diff", "Show what the commits of a task changed.",
            (p.ID, p.GIT_WORDS, p.STAT, *READS),
            ("tk diff a1", "tk diff a1 --stat", "tk diff a1 -- src"),
            "Those with a line `Tk-Task: ID` in their message, oldest first, also on the task's own branch;"
            " in git's pager and colours. What comes after -- goes to git log as it is: options, paths."),
    Command("why", "Say which moves are legal, and what hinders the others.",
            (p.ID, *READS), ("tk why a1",)),
    Command("budget", "Show limits and what is used of them.",
            (p.MAYBE_ID, p.SUM_BY, *READS), ("tk budget a1", "tk budget --by model"),
            "With an id: of the task and its ancestors. Without: of every open task. --by: what was recorded."),
    Command("watch", "Print each change of a task or claim as it comes.",
            (p.SINCE, p.NO_FOLLOW, p.LIMIT, *EVERYWHERE),
            ("tk watch", "tk watch --json --since 0 --no-follow"),
            "Of all branches, also those that were fetched. It waits for more until it is interrupted. With"
            " --json each line is an object, whose cursor goes on after it: `tk watch --since CURSOR`. An event"
            " may come again, and has the same id then."),
)

_JUDGE = (
    Command("verify", "Check every commit of a range, or of all history.",
            (p.RANGE, p.ALL_HISTORY, p.AGAIN, p.STAGED, p.ANCHOR, p.FORMAT, *READS),
            ("tk verify origin/main..HEAD", "tk verify --all", "tk verify --anchor v1"),
            "It reads nothing but the commits. Of all history it judges what is new since an earlier run"
            " here; with --again everything, as always of a range. If the range has no commits, nothing is"
            " checked: exit 6."),
    Command("audit", "Show who did what, and what proves that it was them.",
            (p.RANGE, p.ATTEST, *EVERYWHERE), ("tk audit", "tk audit v1..v2 --attest"),
            "Approvals, what roles did, changes of the policy, and how tasks ended: proven by a signature,"
            " vouched for by the server, or by a name in the commit only. --attest prints that as one in-toto"
            " statement in a DSSE envelope, signed with the key that git signs commits with."),
    Command("accept", "Accept a commit that breaks the rules, with a reason.",
            (p.COMMIT, p.WHY_ACCEPTED, *COMMITS),
            ("tk accept 1f3a --reason 'imported by hand'",),
            "The policy records it. A server believes it once the policy that names the commit is on its"
            " HEAD: push that first. tk verify goes by the same branch."),
    Command("explain", "Print a rule's page; without a code, all rules.",
            (p.CODE, *EVERYWHERE), ("tk explain TK201",)),
    Command("replay", "Judge what commits did to a task once more.",
            (p.ID, *READS), ("tk replay a1", "tk replay a1 --at v1"),
            "It goes through the commits that changed or named the task, from its birth on, and names the first"
            " that the law does not lead to: exit 1. Nothing that was remembered decides."),
    Command("check", "Ask before acting: a move, a new task, more work."),
    Command("check transition", "Say whether the lifecycle has an edge between two states.",
            (p.SOURCE, p.TARGET, *EVERYWHERE), ("tk check transition todo in_progress",)),
    Command("check loop", "Say whether a new task would go in circles, or too deep.",
            (p.NEW_ID, p.AGENT_NAME, p.TYPE_NAME, p.PARENT_NAME, p.CREATED_BY, p.MAX_DEPTH, *READS),
            ("tk check loop t7 agent-1 bug --parent a1",)),
    Command("check budget", "Say whether what was used is within the limits given.",
            (p.NEW_ID, p.STEPS, p.MAX_STEPS, p.DURATION, p.MAX_DURATION, p.DEPTH, p.MAX_DEPTH,
             *EVERYWHERE),
            ("tk check budget t7 --steps 12 --max-steps 50",)),
    Command("check sleep", "Say what an agent without tasks is to do.",
            (p.IDLE_SECONDS, p.AGENT_ID, *EVERYWHERE), ("tk check sleep --timeout 30 --agent-id a",)),
)

_AGENTS = (
    Command("next", "Print the id of the task to take next; exit 6 if none.",
            (p.CLAIM, p.REVIEW, p.WAIT, p.LABELS, *COMMITS),
            ("tk next --claim --wait 60", "tk next --review"),
            "It is the most urgent, then the oldest, and has no open children. With --review it is the task"
            " that has waited for a review the longest, and is not your own work. Says why on stderr."),
    Command("work", "Start a task in a checkout and on a branch of its own.",
            (p.ID, p.TAKE, p.ONLY_PATH, p.MERGE, p.DROP, p.KEY, *ACTS),
            ("tk work a1", "tk work a1 --path", "tk work a1 --merge"),
            "It claims the task first, and prints where the checkout is, also of work that it goes on with."
            " --merge brings the branch of a task that is done to the branch it left, as the law has it, and"
            " gives up claim and checkout; a conflict leaves all as it was."),
    Command("run", "Run a command on a task, and move it by the result.",
            (p.COMMAND, p.NEXT, p.JOBS, p.TIMEOUT, p.RETRIES, p.FAIL_FAST, p.MERGE_DONE, p.LABELS, *ACTS),
            ("tk run a1 -- make test", "tk run --next --jobs 4 --merge -- my-agent"),
            "It claims the task, and runs the command in a checkout of its own. The command's environment"
            " has TK_TASK, TK_ACTOR, TK_ATTEMPT and TK_WORKTREE, and three files: TK_FEEDBACK with what was"
            " said of the task, also by earlier attempts, TK_INBOX with the messages that wait for the"
            " actor, and TK_RELATED with what was learnt, tried and decided in tasks like it. What it leaves"
            " uncommitted is committed as work on the task. Interrupted, or if the command cannot be run"
            " (exit 127), tk gives the task back, and counts no attempt."),
    Command("release", "Give claimed tasks back, for others to claim.",
            (p.IDS, p.HOLDER, *COMMITS), ("tk release a1",), "Their state stays as it is."),
    Command("renew", "Hold claimed tasks for longer.",
            (p.IDS, p.LEASE, *ACTS), ("tk renew a1 --ttl 3600",),
            "A task in progress without a claim is claimed."),
    Command("reap", "Free the tasks whose lease has run out.", WRITES, ("tk reap",),
            "It ends what a killed `tk run` left running. Their state stays as it is, on whatever branch;"
            " `tk next` offers them, and the one who takes a task goes on with it."),
    Command("register", "Say what an actor can do, and how much it takes at once.",
            (p.ACTOR_NAME, p.CAN, p.CAPACITY, p.KIND_OF_ACTOR, *ACTS), ("tk register --can go --capacity 2",),
            "It replaces what was said. `tk next` offers it no task whose label `needs:WORD` asks for more."),
    Command("agents", "List the agents: what each can do, holds, and who is idle.",
            (p.ACTOR_NAMES, *EVERYWHERE), ("tk agents", "tk agents ann --json")),
    Command("reserve", "Reserve files and folders for a task, or list these.",
            (p.MAYBE_ID, p.PATHS, p.DROP_PATHS, *ACTS), ("tk reserve a1 src/parser", "tk reserve a1 --drop"),
            "It counts while the task is claimed. Who starts another task that reserves the same is told so, or"
            " refused by `reservations: refuse`; git's pre-commit names files that others reserved."),
    Command("sleep", "Be idle: no new tasks until `tk wake`.",
            (p.ACTOR_NAME, p.EVERYONE, p.WHY_IDLE, p.UNTIL, *ACTS), ("tk sleep --until 2h --reason 'no tasks'",),
            "Until then every hook rejects new tasks, and `tk next` finds none: in every clone, after a sync."
            " A task that another actor assigns ends it."),
    Command("wake", "End what `tk sleep` began.",
            (p.ACTOR_NAME, p.EVERYONE, p.WHY_IDLE, *ACTS), ("tk wake", "tk wake agent-2")),
    Command("retry", "Send a task back for another attempt, noting the gap.",
            (p.ID, p.GAP, p.TRIED, *COMMITS), ("tk retry a1 --gap 'no test for an empty file'",),
            "The gap becomes a note, which `tk run` passes on."),
    Command("escalate", "Escalate a failed task, one tier further.",
            (p.ID, p.TIER, p.PEER, p.APPROVER, p.RECOMMEND, p.RISKS, p.GIVE_UP, p.MESSAGE, *COMMITS),
            ("tk escalate a1", "tk escalate a1 --to peer --by bob -m 'which parser?'",
             "tk escalate a1 --to approval --approval lead --recommend 'drop it' --risk 'users notice'"),
            "The tiers: another attempt, a peer's answer, a task for its creator, an approval. At all but the"
            " first the task stays blocked, no attempt is counted, and a message says so to whom it concerns."),
    Command("send", "Leave a message for an actor; prints its id.",
            (p.RECIPIENT, p.TEXT, p.TASK, p.LIFETIME, p.TYPE_OF_MESSAGE, p.ACTION, p.PAYLOAD, p.ANSWERS,
             *COMMITS),
            ("tk send agent-2 'the build is red' --task a1",
             "tk send agent-2 'which branch?' --type request --action tell --answers 3f2a"),
            "It travels with the next sync."),
    Command("inbox", "List the messages that wait for you, or answer them.",
            (p.MESSAGE_IDS, p.ACK, p.REFUSE, p.WHY_REFUSED, p.DEAD, p.WAIT, *COMMITS),
            ("tk inbox", "tk inbox --ack 3f2a", "tk inbox --wait 60"),
            "A message is taken once in a repository; under `claims: remote` once in all clones, by whose"
            " receipt is first at the remote. The sender of one that is dead is told so."),
    Command("step", "Count a step of work that no commit of code shows.",
            (p.ID, p.MESSAGE, *COMMITS), ("tk step a1 -m 'read the logs'",),
            "A commit of work with a line `Tk-Task: ID` in its message is a step by itself.", verb="step"),
    Command("spend", "Record tokens and cost that work on a task used.",
            (p.ID, p.TOKENS_IN, p.TOKENS_OUT, p.COST, p.MODEL, p.MESSAGE, *COMMITS),
            ("tk spend a1 --tokens-in 1200 --tokens-out 300 --cost 0.25",),
            "It is never rejected, since it has already happened.", verb="spend"),
)

_RECORDS = (
    Command("wait", "Block a task until a time, or something else, has come.",
            (p.ID, p.OVER, p.EVENT, p.ASK, p.CHOICES, p.JOB, p.CHILD, p.ON, p.APPROVAL, p.GIVE_UP,
             p.BY, p.WHY_WAIT, p.TRIED, *COMMITS),
            ("tk wait a1 --until '2026-03-29 14:30'", "tk wait a1 --event deployed --timeout 2h",
             "tk wait a1 --ask 'Which region?' --choice eu --choice us --by ann"),
            "For one thing, with an end if told. Then it is offered again; who takes it resumes it.", verb="wait"),
    Command("answer", "Answer what a task waits for.",
            (p.ID, p.ANSWER, *COMMITS), ("tk answer a1 eu",), "The answer stays in the task.", verb="answer"),
    Command("pause", "Pause a task; what it waits for is kept.",
            (p.ID, p.WHY_WAIT, *COMMITS), ("tk pause a1 -m 'until the audit is over'",),
            "`tk resume` ends it: the task goes on, or waits as before.", verb="pause"),
    Command("signal", "Answer all tasks that wait for an event.",
            (p.EVENT_NAME, p.SENT, *COMMITS),
            ("tk signal deployed", """tk signal deployed --payload '{"build": 7}'"""),
            "In one commit. Who waits for it later is not answered; exit 6 if nobody waits."),
    Command("tick", "Record what timed out, and tell who waits.", WRITES, ("tk tick", "tk tick --dry-run"),
            "Nothing depends on it. Its messages are the same wherever it runs, and so are one."),
    Command("decide", "Record a decision: what was chosen, and why.",
            (p.ID, p.QUESTION, p.CHOICE, p.BECAUSE, p.ALTERNATIVES, p.CONFIDENCE, *COMMITS),
            ("tk decide a1 'Which parser?' --choice ours --because 'it is fast'"
             " --alternative 'the library=it is slow'",),
            "It is found again by `tk recall`.", verb="decide"),
    Command("concern", "Raise a concern about a task, or settle one.",
            (p.ID, p.CONCERN, p.KIND, p.SETTLE, *COMMITS),
            ("tk concern a1 'who restarts it?' --kind ops", "tk concern a1 --settle 1"),
            "A task is not done while a design concern is open.", verb="concern"),
    Command("criteria", "List what a task has to show; add, meet or waive it.",
            (p.ID, p.ADD, p.MET, p.WAIVE, p.WHY_CRITERIA, *COMMITS),
            ("tk criteria a1", "tk criteria a1 --add 'reads an empty file' --met 1",
             "tk criteria a1 --waive 2 --reason 'never asked for'"),
            "Without options it lists them. A task is not done while one is neither met nor waived.",
            verb="criteria"),
    Command("checklist", "List the steps of a task; add, check or skip one.",
            (p.ID, p.ADD_STEP, p.CHECK, p.SKIP, p.WHY_CRITERIA, *COMMITS),
            ("tk checklist a1 --add 'write the tests' --check 1", "tk checklist a1 --skip 2 --reason later"),
            "Without options it lists them. They say how the work goes, and prevent nothing.",
            verb="checklist"),
    Command("gate", "Run the gates of a task on its code; record the results.",
            (p.ID, p.GATE, p.RECORD, p.URL, p.FLAKY, *WRITES),
            ("tk gate a1", "tk gate a1 check --flaky",
             "tk gate a1 ci --record pass --url https://ci.example.org/7"),
            "It runs each in the checkout of the task, whose files have to be committed, and records it in a"
            " commit; exit 1 if one fails. Its command runs only after `tk gates trust`. Its environment has"
            " TK_TASK and TK_GATE. With --record it runs nothing, and records what came elsewhere."),
    Command("gates", "List the gates of the policy, or trust their commands."),
    Command("gates list", "List the gates: who asks for each, and what it runs.",
            EVERYWHERE, ("tk gates list",)),
    Command("gates trust", "Let the commands of gates run on this machine.",
            (p.GATES, *EVERYWHERE, p.DRY_RUN), ("tk gates trust", "tk gates trust check"),
            "It prints them. What is trusted is remembered outside of the repository, for all its checkouts;"
            " a gate that changes in any way asks again."),
    Command("recall", "Find lessons, decisions and ended work about some words.",
            (p.WORDS, p.FOUND, *READS), ("tk recall parser 'empty file'", "tk recall build --limit 3"),
            "It ranks what `tk done --lesson`, `tk block --tried` and `tk decide` recorded, and tasks that have"
            " ended, by words: in small letters, also if one only begins so. Exit 6 if nothing has any."),
    Command("attach", "Attach files to a task; they travel with the next sync.",
            (p.ID, p.ATTACHED, p.NAME, p.TYPE_OF_FILE, *COMMITS),
            ("tk attach a1 report.pdf", "tk attach a1 /tmp/shot.png --name before.png"),
            "They are kept beside the branches, so that no checkout has them. 100 MiB at most."),
    Command("artifacts", "List the files that are attached to a task.",
            (p.ID, *READS), ("tk artifacts a1",)),
    Command("cat", "Write out a file that is attached to a task.",
            (p.ID, p.ARTIFACT, p.OUTPUT, *READS), ("tk cat a1 report.pdf -o report.pdf",),
            "If it is not here it is fetched from the remote. Of several of one name it is the newest."),
    Command("snapshot", "Name the ledger as it is; list such names, compare.",
            (p.SNAPSHOT, p.MESSAGE, p.SEARCH, p.DIFF, *READS, p.DRY_RUN),
            ("tk snapshot sprint-3", "tk snapshot --diff sprint-3"), "It is the tag tk/NAME."),
    Command("restore", "Bring back the texts of a task as they were.",
            (p.ID, p.AS_AT, p.WHY, *COMMITS), ("tk restore a1 --at sprint-3",),
            "Title, description and admission, by an ordinary edit; never a state."),
    Command("anchor", "Print the newest commit, or sign a tag of it.",
            (p.MAYBE_TAG, *EVERYWHERE), ("tk anchor", "tk anchor release-1"),
            "Keep it elsewhere: `tk verify --anchor` tells later whether history still has it, or was cut off"
            " or rewritten since. With a name git signs the tag tk/NAME with your key."),
)

_EXCHANGE = (
    Command("sync", "Fetch, merge and push: this branch, claims and messages.",
            (p.REMOTE, *WRITES), ("tk sync",),
            "Task files are merged field by field. The branch is pushed together with the claims that its"
            " commits end, or not at all; then messages and the claims of work under way go without it."
            " It never changes the policy."),
    Command("resolve", "Settle task files that a merge left open.",
            (p.OPEN_IDS, p.OURS, p.THEIRS, *EVERYWHERE, p.DRY_RUN), ("tk resolve --ours",),
            "Field by field, by the rules of merges."),
    Command("tidy", "Remove what is left over of tasks that have ended.",
            (p.CHECKOUTS, *WRITES), ("tk tidy --checkouts --dry-run",),
            "A checkout goes if all its commits are merged and nothing in it is uncommitted; its branch"
            " stays. Any other is named, with what keeps it."),
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
