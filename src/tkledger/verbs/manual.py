"""What the help and the pages say of each command beyond its line: examples, and what is to be known of it.

It is loaded only for them.
"""

from __future__ import annotations

from tkledger.core.page_limits import ENTRIES, LINKED
from tkledger.core.typing import NamedTuple
from tkledger.verbs.commands import EVENTS
from tkledger.verbs.filters import IMPORTS


class Page(NamedTuple):
    """Command lines that are right, and sentences on the command."""

    examples: tuple[str, ...] = ()
    text: str = ""


# fmt: off
PAGES = {
    **{verb: Page((f"tk {verb} a1",)) for verb in EVENTS},
    "block": Page(("tk block a1 --reason user -m 'a question'",)),
    "init": Page(
        ("tk init", "tk init --preset agents --prefix job", "tk init --agents"),
        "It makes one commit, with the policy and the line in .gitattributes that merges task files, and "
        "installs git's hooks. In a repository with a remote it asks whether that decides about claims. In a "
        "clone of a ledger it installs hooks and merge driver, and commits nothing. With --agents it writes a "
        "marked block into AGENTS.md and skills for coding agents, to be committed, and prints settings that run "
        "tk prime; --write puts these into the user's own settings, and nowhere else."),
    "hooks install": Page(("tk hooks install", "tk hooks install --server -C project.git")),
    "hooks uninstall": Page(("tk hooks uninstall",)),
    "hooks status": Page(("tk hooks status",)),
    "doctor": Page(
        ("tk doctor --fix", "tk doctor --denials -C project.git"),
        "It finds what would let the ledger be bypassed, misread or stuck. On a server --denials lists who was "
        "refused what, when and why, as far as that is kept: the latest MiB or two."),
    "config show": Page(
        ("tk config show",),
        "A field that the file leaves out has its default."),
    "config explain": Page(("tk config explain", "tk config explain lease")),
    "config set": Page(
        ("tk config set depth 4", "tk config set protected main stable",
         "tk config set roles.lead ann bob", "tk config set guards.safe state=done role=lead"),
        "That commit has the next version of the policy. Of a map it sets one name (`guards.safe`), and of that "
        "the values given, an empty one (`role=`) taking a value out. It says what gets looser."),
    "config edit": Page(
        ("tk config edit",),
        "Form and version are put right, and it says what gets looser."),
    "config approve": Page(
        ("tk config approve",),
        "Where several actors may change the policy, `tk config set` only proposes what loosens it, and another "
        "of them approves it."),
    "demo": Page(
        ("tk demo",),
        "Two agents work in two worktrees, and a server rejects a shortcut. With --json the session goes to "
        "stderr."),
    "new": Page(
        ('tk new "Ship it" --type bug --label ui', "tk new --from a1 --budget steps=50 Title",
         "tk new 'Pay the bill' --due fri --estimate 1h --link https://example.org/7",
         "tk new --template bug 'It fails'"),
        "A template is one of your own, in ~/.config/tk/config.yaml: options by their names, as `tk batch` has "
        "them. What is given counts more."),
    "edit": Page(
        ("tk edit a1 --priority 1 --label ui,api", "tk edit a1 b2 --owner me"),
        "Without options it opens your editor. An empty value ('') removes a field."),
    "note": Page(('tk note a1 "works on Windows too"',)),
    "delete": Page(
        ("tk delete a1",),
        "If its creation could be undone it is. Otherwise, if others may have it or another change came after "
        "it, the task is cancelled with the resolution mistake: list, tree and board hide it."),
    "rename": Page(
        ("tk rename tk-7f3k2 parse",),
        "Only if its creation is the newest change of the ledger and could be undone: the commit is made again "
        "with the other id."),
    "fmt": Page(
        ("tk fmt --staged",),
        "A file that cannot be read is named and left alone."),
    "batch": Page(
        ("tk batch changes.jsonl",),
        'Each line is one JSON object: {"op": VERB, "id": ID}, and the options by their names.'),
    "undo": Page(
        ("tk undo", "tk undo a1"),
        "Only while no one else can have it: no other branch, tag or checkout does, and what was committed after"
        " it are your own commits of code, not signed and no merges; they are made again. Files, index and "
        "claims follow, and other uncommitted work stays. All tasks of the commit go back. If that is not "
        "possible, it prints the moves that lead back."),
    "reopen": Page(
        ("tk reopen a1", "tk reopen a1 -m 'fails on Windows'"),
        "The new task has its title, description, labels, limits and parent, and why it is wanted unless options"
        " say that anew. Open tasks that depended on it wait for the new one. The ended task stays as it is. "
        "Prints the new id."),
    "status": Page(
        ("tk status", "tk status --as bob --limit 20"),
        "Your work in progress, what was sent back and why, what waits for your review, questions and messages, "
        "what is due within seven days or was due, what is blocked, what is ready; and what this clone has left "
        "over: leases that ran out, branches of tasks that are not merged, commits that were not sent, missing "
        "hooks. How long is said as far as the newest 500 commits know."),
    "list": Page(
        ("tk list --label ui --priority 1", "tk list --waiting --stale 14d",
         "tk list --due 'in 2 weeks' --sort due", "tk list --grep 'empty file' --json --fields id,title"),
        "Of several values of a filter one is enough, but a task has all of the labels and words. A task has "
        "changed when a commit changed its file or was work on it. With --json it lists all that match, also "
        "those that have ended, and `total` is how many there are without --limit; --fields leaves the rest out. "
        "`@NAME` is a filter that you saved in ~/.config/tk/config.yaml. On a terminal tasks go by state unless "
        "they are put in order; the age is how long a task has been in its state. It is left out while more than "
        "1,000 commits would have to be read for it: `tk stats` reads them once."),
    "ready": Page(
        ("tk ready --limit 5", "tk ready --label ui --sort title"),
        "A task with open children is left out: the work is in those. It takes the filters of `tk list`."),
    "search": Page(
        ("tk search 'empty file'", "tk search parser --state done --json"),
        "It ranks tasks by words in all their texts, in small letters, also if one only begins so, and shows the "
        "line that has the most of them. It takes the filters of `tk list`; `tk recall` finds what was learnt."),
    "show": Page(
        ("tk show a1", "tk show a1 --at 2026-01-31"),
        "Its file, and what its history and its neighbours add to it."),
    "tree": Page(
        ("tk tree", "tk tree a1 --depth 1", "tk tree --owner me"),
        "With filters, those of `tk list`, what is above a task that matches is shown too, its title in "
        "parentheses. The bar counts all that is below a task and not cancelled."),
    "streams": Page(
        ("tk streams", "tk streams --json"),
        "The tasks that name a stream add up to its state: in_progress if one is, blocked if no open one can be "
        "begun. The branch `streams/NAME` is made with git; while it is there, tasks of the stream start from it "
        "and are merged into it. At an earlier commit branches are left out."),
    "board": Page(
        ("tk board", "tk board --by owner", "tk board --label ui --limit 3"),
        "It takes the filters of `tk list`; --limit is of each column, by default what the terminal's height has "
        "room for. What is done has the newest first. With --by it shows open tasks, in JSON under the names of "
        "the columns, and those without one under the empty name."),
    "log": Page(
        ("tk log a1 -p", "tk log --graph --limit 10", "tk log --actor me --since yesterday"),
        "On a terminal the newest comes first, under its day, by the clock of the machine; through a pipe and in "
        "JSON the oldest, in UTC. --limit keeps the newest; --since and --until go by the date of the commit, "
        "--actor by who made it. All other filters, those of `tk list`, choose tasks as they are now. With "
        "--graph merges that changed no task are shown where they join commits that did; JSON has none of these."),
    "diff": Page(
        ("tk diff a1", "tk diff a1 --stat", "tk diff a1 -- src", "tk diff --since yesterday --md"),
        "Its commits are those with a line `Tk-Task: ID` in their message, oldest first, also on the task's own "
        "branch; in git's pager and colours. What comes after -- goes to git log as it is: options, paths. With "
        "--since it shows the tasks that are not as they were then, by person: finished, moved, blocked, new, "
        "re-parented, edited, cancelled or gone. A day counts from its beginning."),
    "why": Page(("tk why a1",)),
    "budget": Page(
        ("tk budget a1", "tk budget --by model"),
        "With an id: of the task and its ancestors. Without: of every open task. --by: what was recorded."),
    "stats": Page(
        ("tk stats", "tk stats --label ui --since 2026-01-31", "tk stats --prometheus"),
        "Out of history alone: how many tasks are done a week, lead time (from creation to done) and cycle time "
        "(from the first start), half of the tasks and 85 %, time in each state, what is at work, what was sent "
        "back, who ended tasks, what was spent, burn-up and cumulative flow. Weeks begin on Monday in UTC. The "
        "forecast draws weeks like the last 12 whole ones a thousand times, and has a range; from the same "
        "numbers it is the same. --since and --until go by when things happened; all other filters, those of "
        "`tk list`, choose tasks as they are now."),
    "watch": Page(
        ("tk watch", "tk watch --json --since 0 --no-follow"),
        "Of all branches, also those that were fetched. It waits for more until it is interrupted. With --json "
        "each line is an object, whose cursor continues after it: `tk watch --since CURSOR`. An event may come "
        "again, and has the same id then."),
    "graph": Page(
        ("tk graph", "tk graph a1", "tk graph --label ui --format mermaid", "tk graph --all --format svg"),
        "Each task is below the one that it waits for the longest, or else in the one that it is a part of. "
        "Tasks without a link to another one are counted only. It says how many open tasks each unblocks, "
        "directly or through others, and marks the longest chain of open tasks that have to be done one after "
        "another. With an ID it shows all that the task and what is below it wait for, and all that waits for "
        "them. It takes the filters of `tk list`."),
    "page": Page(
        ("tk page -o site", "tk page -o site --label ui --title 'The interface'"),
        "One file with the tree, a list, the board, the graph, the log, the statistics and a search; it asks no "
        "network, and the same commit gives the same bytes. Other branches and claims do not count. It has the "
        f"newest {ENTRIES:,} entries of the log and {LINKED:,} linked tasks; long texts are cut with a sign. "
        "Nothing is replaced that tk page did not write. It takes the filters of `tk list`."),
    "verify": Page(
        ("tk verify origin/main..HEAD", "tk verify --all", "tk verify --anchor v1"),
        "It reads nothing but the commits. Of all history it judges what is new since an earlier run here; with "
        "--again everything, as always of a range. If the range has no commits, nothing is checked: exit 6."),
    "audit": Page(
        ("tk audit", "tk audit v1..v2 --attest"),
        "Approvals, what roles did, changes of the policy, and how tasks ended: proven by a signature, vouched "
        "for by the server, or by a name in the commit only. --attest prints that as one in-toto statement in a "
        "DSSE envelope, signed with the key that git signs commits with."),
    "accept": Page(
        ("tk accept 1f3a --reason 'imported by hand'",),
        "The policy records it. A server believes it once the policy that names the commit is on its HEAD: push "
        "that first. tk verify goes by the same branch."),
    "explain": Page(("tk explain TK201",)),
    "replay": Page(
        ("tk replay a1", "tk replay a1 --at v1"),
        "It goes through the commits that changed or named the task, from its birth on, and names the first that"
        " the law does not lead to: exit 1. Nothing that was remembered decides."),
    "check transition": Page(("tk check transition todo in_progress",)),
    "check loop": Page(("tk check loop t7 agent-1 bug --parent a1",)),
    "check budget": Page(("tk check budget t7 --steps 12 --max-steps 50",)),
    "check sleep": Page(("tk check sleep --timeout 30 --agent-id a",)),
    "prime": Page(
        ("tk prime", "tk prime --as ada"),
        "It is short enough to begin each session of a model with, and to continue one after its context was cut. "
        "Lines that begin with tk are commands that can be run unchanged. What others wrote is in quotes."),
    "completion": Page(
        ("tk completion bash",),
        "It prints, and edits no file. For bash it belongs in ~/.local/share/bash-completion/completions/tk. In "
        "zsh the file is _tk in a folder of $fpath, in fish ~/.config/fish/completions/tk.fish."),
    "import": Page(
        ("tk import --from beads .beads --dry-run", "tk import --from github issues.json"),
        "KIND is one of " + ", ".join(IMPORTS) + ". Tasks come as they stand there, in one commit, and are "
        "marked: imported, not judged. Run again, it brings what is new. It says which ids it had to change, and "
        "each field that has no place here: those are under x. Tasks that have begun or ended take the role "
        "policy, or a ledger in which no work has begun."),
    "export": Page(
        ("tk export", "tk export --to csv --state open"),
        "jsonl has every field of a task, one task a line; markdown is a page by states, csv a table for a "
        "spreadsheet, github a list of issues as its interface takes them. Ended tasks come along, mistakes do "
        "not."),
    "schema": Page(
        ("tk schema", "tk schema policy"),
        "Editors that know JSON Schema then complete task files, and mark what is wrong while it is written. It "
        "accepts all that tk accepts, and some more: what tk says counts."),
    "ui": Page(
        ("tk ui", "tk ui --owner me --sort due", "tk ui --at yesterday"),
        "The key ? lists the keys, and / takes the same words as the command. It follows what others do, asks "
        "before it moves a task, and only looks if --at is given. It needs pip install 'tkledger[tui]'."),
    "mcp": Page(
        ("tk mcp --as ada", "tk mcp --tools all"),
        "It speaks the Model Context Protocol on standard input and output. Each call of a tool is one command, "
        "by the actor that was named when it started. It needs pip install 'tkledger[mcp]'."),
    "next": Page(
        ("tk next --claim --wait 60", "tk next --review"),
        "It is the most urgent, then the oldest, and has no open children. With --review it is the task that has"
        " waited for a review the longest, and is not your own work. Says why on stderr. While it waits, it "
        "fetches, and fast-forwards your branch to its upstream. It ends early once a message or a review "
        "needs you."),
    "work": Page(
        ("tk work a1", "tk work a1 --path", "tk work a1 --done --merge"),
        "It claims the task first, and prints where the checkout is, also of work that it continues. --done "
        "runs the gates that the task lacks, of those that are trusted here, and ends it once they pass. --merge "
        "brings the branch of a task that is done to the branch it left, as the law has it, and gives up claim "
        "and checkout; a conflict leaves all as it was."),
    "run": Page(
        ("tk run a1 -- make test", "tk run --next --jobs 4 --merge -- my-agent"),
        "It claims the task, and runs the command in a checkout of its own. The command's environment has "
        "TK_TASK, TK_ACTOR, TK_ATTEMPT and TK_WORKTREE, and three files: TK_FEEDBACK with what was said of the "
        "task, also by earlier attempts, TK_INBOX with the messages that wait for the actor, and TK_RELATED with"
        " what was learnt, tried and decided in tasks like it. What it leaves uncommitted is committed as work "
        "on the task. The commit that ends the run says what it came to: exit status, seconds and the last lines "
        "of its output, which `tk log` and `tk show` have. Before a task is done its gates are run: one that "
        "fails blocks it, and one that is not trusted here ends tk before it claims the task. Interrupted, or if "
        "the command cannot be run (exit 127), tk gives the task back, and counts no attempt."),
    "release": Page(
        ("tk release a1",),
        "Their state stays as it is."),
    "renew": Page(
        ("tk renew a1 --ttl 3600",),
        "A task in progress without a claim is claimed."),
    "reap": Page(
        ("tk reap",),
        "It ends what a killed `tk run` left running. Their state stays as it is, on whatever branch; `tk next` "
        "offers them, and the one who takes a task continues it."),
    "register": Page(
        ("tk register --can go --capacity 2",),
        "It replaces what was said. `tk next` offers it no task whose label `needs:WORD` asks for more."),
    "agents": Page(("tk agents", "tk agents ann --json")),
    "reserve": Page(
        ("tk reserve a1 src/parser", "tk reserve a1 --drop"),
        "It counts while the task is claimed. A start of another task that reserves the same is warned about, or "
        "refused by `reservations: refuse`; git's pre-commit names files that others reserved."),
    "sleep": Page(
        ("tk sleep --until 2h --reason 'no tasks'",),
        "Until then every hook rejects new tasks, and `tk next` finds none: in every clone, after a sync. A task"
        " that another actor assigns ends it."),
    "wake": Page(("tk wake", "tk wake agent-2")),
    "retry": Page(
        ("tk retry a1 --gap 'no test for an empty file'",),
        "The gap becomes a note, which `tk run` passes on."),
    "escalate": Page(
        ("tk escalate a1", "tk escalate a1 --to peer --by bob -m 'which parser?'",
         "tk escalate a1 --to approval --approval lead --recommend 'drop it' --risk 'users notice'"),
        "The tiers: another attempt, a peer's answer, a task for its creator, an approval. At all but the first "
        "the task stays blocked, no attempt is counted, and a message says so to whom it concerns."),
    "send": Page(
        ("tk send agent-2 'the build is red' --task a1",
         "tk send agent-2 'which branch?' --type request --action tell --answers 3f2a"),
        "It travels with the next sync."),
    "inbox": Page(
        ("tk inbox", "tk inbox --ack 3f2a", "tk inbox --wait 60"),
        "A message is taken once in a repository; under `claims: remote` once in all clones, by whose receipt is"
        " first at the remote. Its sender gets a notice when it is dead."),
    "step": Page(
        ("tk step a1 -m 'read the logs'",),
        "A commit of work with a line `Tk-Task: ID` in its message is a step by itself."),
    "spend": Page(
        ("tk spend a1 --tokens-in 1200 --tokens-out 300 --cost 0.25",),
        "It is never rejected, since it has already happened."),
    "wait": Page(
        ("tk wait a1 --until '2026-03-29 14:30'", "tk wait a1 --event deployed --timeout 2h",
         "tk wait a1 --ask 'Which region?' --choice eu --choice us --by ann"),
        "For one thing, with an end if one is given. Then the task is offered again; who takes it resumes it."),
    "answer": Page(
        ("tk answer a1 eu",),
        "The answer stays in the task."),
    "pause": Page(
        ("tk pause a1 -m 'until the audit is over'",),
        "`tk resume` ends it: the task is in progress again, or waits as before."),
    "signal": Page(
        ("tk signal deployed", "tk signal deployed --payload '{\"build\": 7}'"),
        "In one commit. Tasks that wait for it later are not answered; exit 6 if none waits."),
    "tick": Page(
        ("tk tick", "tk tick --dry-run"),
        "Nothing depends on it. Its messages are the same wherever it runs, and so are one."),
    "decide": Page(
        ("tk decide a1 'Which parser?' --choice ours --because 'it is fast'"
         " --alternative 'the library=it is slow'",),
        "It is found again by `tk recall`."),
    "concern": Page(
        ("tk concern a1 'who restarts it?' --kind ops", "tk concern a1 --settle 1"),
        "A task is not done while a design concern is open."),
    "criteria": Page(
        ("tk criteria a1", "tk criteria a1 --add 'reads an empty file' --met 1",
         "tk criteria a1 --waive 2 --reason 'never asked for'"),
        "Without options it lists them. A task is not done while one is neither met nor waived."),
    "checklist": Page(
        ("tk checklist a1 --add 'write the tests' --check 1", "tk checklist a1 --skip 2 --reason later"),
        "Without options it lists them. They say how the work goes, and prevent nothing."),
    "gate": Page(
        ("tk gate a1", "tk gate a1 check --flaky",
         "tk gate a1 ci --record pass --url https://ci.example.org/7"),
        "It runs each in the checkout of the task, whose files have to be committed, and records it in a commit;"
        " exit 1 if one fails. Its command runs only after `tk gates trust`. Its environment has TK_TASK and "
        "TK_GATE. With --record it runs nothing, and records what came elsewhere."),
    "gates list": Page(("tk gates list",)),
    "gates trust": Page(
        ("tk gates trust", "tk gates trust check"),
        "It prints them. What is trusted is remembered outside of the repository, for all its checkouts; a gate "
        "that changes in any way asks again."),
    "recall": Page(
        ("tk recall parser 'empty file'", "tk recall build --limit 3"),
        "It ranks what `tk done --lesson`, `tk block --tried` and `tk decide` recorded, and tasks that have "
        "ended, by words: in small letters, also if one only begins so. Exit 6 if nothing has any."),
    "attach": Page(
        ("tk attach a1 report.pdf", "tk attach a1 /tmp/shot.png --name before.png"),
        "They are kept outside the branches, so that no checkout has them. 100 MiB at most."),
    "artifacts": Page(("tk artifacts a1",)),
    "cat": Page(
        ("tk cat a1 report.pdf -o report.pdf",),
        "If it is not here it is fetched from the remote. Of several of one name it is the newest."),
    "snapshot": Page(
        ("tk snapshot sprint-3", "tk snapshot --diff sprint-3"),
        "It is the tag tk/NAME."),
    "restore": Page(
        ("tk restore a1 --at sprint-3",),
        "Title, description and admission, by an ordinary edit; never a state."),
    "anchor": Page(
        ("tk anchor", "tk anchor release-1"),
        "Keep it elsewhere: `tk verify --anchor` tells later whether history still has it, or was cut off or "
        "rewritten since. With a name git signs the tag tk/NAME with your key."),
    "sync": Page(
        ("tk sync",),
        "Task files are merged field by field. The branch is pushed together with the claims that its commits "
        "end, or not at all; then messages and the claims of work under way go without it. It never changes the "
        "policy."),
    "resolve": Page(
        ("tk resolve --ours",),
        "Field by field, by the rules of merges."),
    "tidy": Page(
        ("tk tidy --checkouts --dry-run",),
        "A checkout goes if all its commits are merged and nothing in it is uncommitted; its branch stays. Any "
        "other is named, with what keeps it."),
}
# fmt: on
"""By the names of commands; a group of commands has none."""


def page(name: str) -> Page:
    """The page of a command; an empty one for a group of commands."""
    return PAGES.get(name, Page())
