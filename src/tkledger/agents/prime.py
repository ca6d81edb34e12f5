"""A brief for an agent: the rules in force, what needs it, and the commands to run.

Texts that others wrote are data here, and stay apart from the commands, which hold ids only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.agents.status import Item, Section, Status, status
from tkledger.api import look
from tkledger.api.overview import Shown
from tkledger.api.session import Session
from tkledger.claims.remote import name_of
from tkledger.core.lifecycle import Event
from tkledger.core.policy import Policy
from tkledger.core.quota import holding
from tkledger.core.quoting import few, quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.typing import NamedTuple

MOST = 5
"""How many tasks or messages of a kind are named."""

_MOST_NAMES = 4

HELD = ("sent_back", "in_progress")
"""The parts that have what the actor holds."""


class BriefStep(NamedTuple):
    """A command to run as it stands, and when."""

    command: str
    when: str = ""


class BriefPart(NamedTuple):
    """Tasks or messages of one kind: how many there are, the first of them, what keeps them from going on,
    and the commands.
    """

    name: str
    total: int
    items: tuple[Item, ...]
    obstacles: tuple[str, ...] = ()
    steps: tuple[BriefStep, ...] = ()


class Brief(NamedTuple):
    """All of it; ``idle`` says why this actor gets no more work, if the ledger has any."""

    actor: str
    branch: str
    now: int
    rules: tuple[str, ...]
    parts: tuple[BriefPart, ...]
    idle: str = ""


def brief(session: Session) -> Brief:
    """What the actor of a session has to know now. Raises TkError if there is no ledger."""
    shown = Shown(session)
    found = status(session, MOST, shown)
    parts = [*_remote(session), *_parts(session, shown.snapshot, found)]
    rules = tuple(rules_of(shown.policy, found.actor))
    return Brief(found.actor, found.branch, found.now, rules, tuple(parts), found.idle)


# -- the rules -----------------------------------------------------------------------------------


def rules_of(law: Policy, actor: str) -> Iterator[str]:
    """What a policy asks of an actor, a sentence each; what it leaves at its default is left out."""
    yield "A commit that breaks a rule is refused here, or by the server; the refusal says what to do."
    if law.requires_review:
        review = f"a review of another actor{_approvals(law)}"
        yield f"Work ends by {review}: with tk submit, not with tk done."
    lease = law.lease // 60
    yield f"A task that you start is yours for {lease:,} minutes; a commit of work renews that."
    if law.attribution == "required":
        yield "Each commit of work names its task in a line `Tk-Task: ID` of its message."
    if law.asks_why(actor):
        yield "A new task says why it is wanted."
    if law.spec == "frozen":
        yield "What a task asks for is fixed once it is started."
    if law.gates:
        names = _names(law.gates)
        yield f"Gates have to pass: {names} (tk gate ID runs them)."
    if law.guards:
        names = _names(law.guards)
        yield f"Guards say what a task needs before it moves: {names} (tk why ID)."
    for limit, what in ((law.wip_actor, "you"), (law.wip_total, "all together")):
        if limit is not None:
            yield f"At work at once: at most {limit} by {what}."
    if law.retry is not None:
        yield f"A task has at most {law.retry} attempts."
    if law.limits_of(actor):
        yield "What you may do is limited: tk config show, under `may`."
    if law.quotas and any(holding(law, actor)):
        yield f"What you may use in a window of time is limited: tk budget --agent {quoted(actor)}"
    if law.protected:
        yield f"Branches that are not rewritten: {_names(law.protected)}."
    if law.wants_signatures:
        yield "Commits of yours that not everyone may make are signed."


def _approvals(law: Policy) -> str:
    asked = law.approvals
    parts = [f"{asked.count} approvals"] if (asked.count or 1) > 1 else []
    parts += [f"by the role {asked.role}"] if asked.role else []
    return f" ({', '.join(parts)})" if parts else ""


def _names(names: Iterable[str]) -> str:
    return few(sorted(names), _MOST_NAMES)


# -- what needs the actor ------------------------------------------------------------------------


def _remote(session: Session) -> Iterator[BriefPart]:
    repo = session.repo
    if name_of(repo.variables(), repo.head_ref) is not None and not repo.is_detached:
        yield BriefPart(
            "remote", 0, (), steps=(BriefStep("tk sync", "now, and after each change"),)
        )


def _parts(session: Session, ledger: Snapshot, found: Status) -> Iterator[BriefPart]:
    """The sections of the status that an agent acts on, in the order in which it does."""
    sections = {one.name: one for one in found.sections}
    amiss = ("under_way", "files", "illegal", "refused", "hooks")
    for one in (sections[name] for name in amiss if name in sections):
        whole = one.command.startswith("tk ") and one.command.isascii()
        why = tuple(": ".join(filter(None, (item.id, item.why))) for item in one.items)
        yield BriefPart(one.name, one.total, (), why, (BriefStep(one.command),) if whole else ())
    for name in HELD:
        if name in sections:
            yield _at_work(session, ledger, sections[name])
    if "review" in sections:
        yield _reviews(session, ledger, sections["review"])
    for name in ("questions", "submitted", "blocked"):
        if name in sections:
            one = sections[name]
            yield BriefPart(name, one.total, one.items)
    if "messages" in sections:
        one = sections["messages"]
        ids = " ".join(item.id for item in one.items)
        read = BriefStep(f"tk inbox --ack {ids}", "once they are read")
        yield BriefPart("messages", one.total, one.items, steps=(read,))
    if "ready" in sections:
        one = sections["ready"]
        busy = {*HELD} & sections.keys()
        take = () if busy else (BriefStep("tk next --claim"),)
        yield BriefPart("ready", one.total, one.items, steps=take)


def _at_work(session: Session, ledger: Snapshot, one: Section) -> BriefPart:
    """What the actor holds, and for each task the move that ends its work, or what keeps it from that."""
    steps, obstacles = [], []
    for item in one.items:
        if one.name == "sent_back":
            steps.append(BriefStep(f"tk show {item.id}", "what is wrong"))
        if item.place:
            obstacles.append(f"{item.id}: its checkout is printed by tk work {item.id} --path")
            continue
        step, hindered = _end(session, ledger, item.id, again=one.name == "sent_back")
        steps += [step] if step else []
        obstacles += [f"{item.id}: {words}" for words in hindered]
    return BriefPart(one.name, one.total, one.items, tuple(obstacles), tuple(steps))


def _end(
    session: Session, ledger: Snapshot, task_id: str, *, again: bool
) -> tuple[BriefStep | None, list[str]]:
    """The move that ends the work on a task, a review if that sent it back; else what hinders it."""
    task = ledger.task(task_id)
    if task is None:
        return None, []
    moves = {one.event: one for one in look.prospects(session, ledger, task)}
    ends = (Event.FINISH, Event.SUBMIT)
    wanted = [moves[event] for event in (reversed(ends) if again else ends)]
    for move in wanted:
        if not move.hindrances:
            return BriefStep(f"tk {move.event.value} {task_id}", "once its work is committed"), []
    last = wanted[-1] if wanted[-1].reason else wanted[0]
    return None, [f"{one.code} {one.message}; {one.remedy}" for one in last.hindrances]


def _reviews(session: Session, ledger: Snapshot, one: Section) -> BriefPart:
    steps, obstacles = [], []
    for item in one.items:
        if item.place:
            obstacles.append(f"{item.id} is on another branch: tk why {item.id}")
            continue
        steps.append(BriefStep(f"tk show {item.id}", "what was asked for"))
        task = ledger.task(item.id)
        if task is not None and look.work_on(session, ledger, task):
            steps.append(BriefStep(f"tk diff {item.id}", "what was done"))
        right = f"if it is right; if not, tk reject {item.id} -m WHY"
        steps.append(BriefStep(f"tk approve {item.id}", right))
    return BriefPart(one.name, one.total, one.items, tuple(obstacles), tuple(steps))
