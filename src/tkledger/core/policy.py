"""The policy of a ledger: limits, lifecycle and form as one value with defaults; not how its file is written."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.lifecycle import TRANSITIONS, Lifecycle, edge_name, narrowed
from tkledger.core.pattern import fits
from tkledger.core.task_parts import Budget
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.guard import Allowance, Gate, Guard, NextPolicy
    from tkledger.core.prices import Price
    from tkledger.core.quota import Quota

FORMAT = 2
"""The newest form of the files that this tk reads."""

LAW = 2
"""The newest edition of the rules that this tk knows."""

EDGES = tuple(edge_name(edge.source, edge.target) for edge in TRANSITIONS)
LOOPS = ("identity", "ancestors", "respawn", "chain", "discovered", "children", "repeats")
"""The checks for work that breeds work, or repeats itself; cycles are always refused."""

LONGEST_LEASE = 30 * 86_400
"""The longest time a claim holds, in seconds: an actor who is gone keeps a task from others no longer."""

ROLES = ("budget", "policy")
"""The roles that format 1 knows: ``budget`` may raise limits, ``policy`` may change the policy itself."""

OVERRIDE = "override"
"""The role that may set aside the rules that allow it, with a reason."""

SPEC = "spec"
"""The role of those who may change what a task asks for once it was started, where the policy freezes it."""

NOBODY = "nobody"
"""Who made a commit that names no one."""

AGENTS = "agents"
"""The role of those who are asked why they want a task, where the policy asks only them."""

SUBJECT = "{subject}"
"""In the first line of a message: what was done."""

_NUMBERED = ("chain", "discovered", "children", "repeats")


class Approvals(NamedTuple):
    """What it takes that a review ends a task.

    count: how many different actors have to approve; one, if it is left out
    independent: whether an approver must be neither the owner nor who worked on it in this attempt
    role: the role that each approver must have; score: the least score that an approval must have
    """

    count: int | None = None  # type: ignore[assignment]  # no one counts in this tuple
    independent: bool | None = None
    role: str | None = None
    score: str | None = None

    @property
    def required(self) -> bool:
        """Whether no work ends without them."""
        return any(asked is not None for asked in (self.count, self.role, self.score))

    @property
    def asked(self) -> bool:
        """Whether anything is asked of an approval."""
        return self.required or bool(self.independent)


class Policy(NamedTuple):
    """What holds in a ledger. `DEFAULT` suits a person with a small repository.

    version: rises by one with every change of the policy
    format: which form of the files is in force
    law: which edition of the rules is in force
    prefix: how new ids begin
    layout: how task files are laid out under ``.tasks/``
    squash: ``refuse`` a jump over several states, or accept one with a legal ``path``
    review: ``required`` takes ``tk done`` away, so that work ends by an approval only
    forbid: edges taken out of the lifecycle, such as ``todo->cancelled``
    depth: the deepest level a task may be at; a root is at 0
    children: how many children one task may have
    chain: how many tasks may have come out of each other in a row
    discovered: how many tasks may have come out of one, directly and indirectly
    loops: loop checks that ``refuse`` or ``warn``; those with a number of their own refuse anyway
    budget: limits of each task that has none of its own
    budgets: the same by type, before ``budget``
    warn_at: from how much of a limit on there are warnings, in percent
    retry: how many attempts a task may have that does not say so itself
    backoff: how many seconds the second attempt waits, ``base``, how many times as long each later one,
        ``factor``, and the most, ``cap``: 1, 2 and 120, where attempts are limited
    retry_on: the kinds of errors after which there is another attempt; all but ``permanent``, if none is named
    repeats: how many attempts of a task in a row may fail with the same error
    roles: the actors that have each role, by name or by a pattern such as ``agent-*``; ``budget`` may raise
        limits, ``policy`` change the policy, ``override`` set rules aside, others are for you to ask
    attribution: ``required`` asks of each commit of work which task it is for, by a trailer
    claims: whether a start claims the task in this repository (``local``) or at its remote as well
        (``remote``), and whether work without a claim is refused (``required``)
    lease: how many seconds a claim holds unless it is renewed, 30 days at most
    wip_actor: how many tasks one actor may be at work on
    wip_total: how many all may be at work on
    failures: how many tasks one actor may fail at in a row; then it waits for an hour
    rates: by actor or pattern of actors, how many tasks it may start in how long, such as ``10/h``; each pattern
        that fits an actor limits it
    quotas: by actor or pattern of actors, how much it may use in a ``window``: ``steps``, ``tokens``, ``cost`` in
        US dollars, ``calls``; each pattern that fits an actor limits it
    reservations: whether a start is to ``warn`` if paths that its task reserves are reserved for another that is
        claimed, or to ``refuse``
    protected: branches that are not rewritten or deleted
    actors: other names of an actor, such as an e-mail, and the name used instead
    approvals: what ends a review: a ``count`` of actors, ``independent`` of the work or not, with a ``role``,
        and the least ``score``; each but ``independent`` makes reviews ``required``
    spec: ``frozen``: once a task was started, its title, description, spec, criteria and dependencies change
        only by an actor with the role ``spec`` who says why; else ``free``
    admission: whether a task has to say why it is wanted when it is created or admitted: ``off``,
        ``required``, or only if its creator has the role ``agents``, and everybody's if no one has it
    types: the only types that tasks may get; any if empty
    prices: by model, US dollars for a million tokens of ``input`` and of ``output``, by which `tk spend --model`
        finds the cost
    artifact_size: how many bytes a file that is attached to a task may have
    guards: by name, what a task needs before it enters a ``state``: an actor with a ``role``, ``fields`` that
        say something, ``concerns: settled``; only of a ``type`` or with a ``label``, if they are given
    gates: by name, what is to ``run`` on the code of a task, and before which ``state`` it has to have passed:
        `tk gate`
    may: by actor or pattern of actors, the only ``verbs`` they may use, ``paths`` their commits may touch and
        ``branches`` they may push to; each pattern that fits an actor limits it
    keys: the public keys of each actor, of ssh or gpg, by which its signatures are known
    proposal: the next policy, which one who may change this one proposes, for another of them to approve
    proof: what says who did it: the ``name`` in the commit; or, for what not everyone may do, also the
        ``pusher`` that the server knows, or a ``signature`` of the commit by one of the actor's ``keys``;
        edition 1 of the law always asks for the pusher
    pushers: the actors that a login may push for; a login that is not listed, for itself only
    shared_login: whether actors of one login, or with one key, are ``one`` when approvals have to be
        independent, or ``independent``
    subject: the first line of the messages of tk's commits; ``{subject}`` stands for what was done
    accepted: commits that break the rules and stay, each with the reason
    """

    version: int = 1
    format: int = FORMAT
    law: int = LAW
    prefix: str = "tk"
    layout: str = "flat"
    squash: str = "refuse"
    review: str = "optional"
    forbid: tuple[str, ...] = ()
    depth: int = 10
    children: int | None = None
    chain: int | None = None
    discovered: int | None = None
    loops: Mapping[str, str] = {}
    budget: Budget = Budget()
    budgets: Mapping[str, Budget] = {}
    warn_at: int = 80
    retry: int | None = None
    backoff: Mapping[str, int] = {}
    retry_on: tuple[str, ...] = ()
    repeats: int | None = None
    roles: Mapping[str, tuple[str, ...]] = {}
    attribution: str = "optional"
    claims: str = "local"
    lease: int = 3600
    wip_actor: int | None = None
    wip_total: int | None = None
    failures: int | None = None
    rates: Mapping[str, str] = {}
    quotas: Mapping[str, Quota] = {}
    reservations: str = "warn"
    protected: tuple[str, ...] = ()
    actors: Mapping[str, str] = {}
    approvals: Approvals = Approvals()
    spec: str = "free"
    admission: str = "off"
    types: tuple[str, ...] = ()
    prices: Mapping[str, Price] = {}
    artifact_size: int | None = None
    guards: Mapping[str, Guard] = {}
    gates: Mapping[str, Gate] = {}
    may: Mapping[str, Allowance] = {}
    keys: Mapping[str, tuple[str, ...]] = {}
    proposal: NextPolicy | None = None
    proof: str = "name"
    pushers: Mapping[str, tuple[str, ...]] = {}
    shared_login: str = "one"
    subject: str = "tk: {subject}"
    accepted: Mapping[str, str] = {}

    @property
    def lifecycle(self) -> Lifecycle:
        """The edges this policy leaves."""
        asked = self.approvals.asked
        return narrowed(self.forbid, review=self.requires_review, approvals=asked)

    @property
    def requires_review(self) -> bool:
        """Whether work ends by an approval only."""
        return self.review == "required" or self.approvals.required

    def refuses(self, loop: str) -> bool:
        """Whether a loop check is on, and not only as a warning."""
        return self.loops.get(loop, "refuse" if loop in _NUMBERED else "") == "refuse"

    def strictest(self) -> Policy:
        """The same policy with every warning about loops a refusal."""
        return self._replace(loops=dict.fromkeys(self.loops, "refuse"))

    def actor(self, name: str) -> str:
        """The one name of the actor called ``name``."""
        return self.actors.get(name, name)

    def author(self, name: str) -> str:
        """The one name of who made a commit; since edition 2 of the law ``nobody``, if it names no one."""
        return self.actor(name or NOBODY) if self.law >= 2 else self.actor(name)

    def owns(self, actor: str, owner: str | None) -> bool:
        """Whether an owner is this actor, also by another of its names."""
        return owner is not None and self.actor(owner) == actor

    def has_role(self, actor: str, role: str) -> bool:
        """Whether an actor has a role: by one of its names or, since format 2, by a pattern."""
        named = self.roles.get(role, ())
        if self.format < 2:
            return actor in named
        known = self.actor(actor)
        return any(fits(known, self.actor(one)) for one in named)

    def asks_why(self, *actors: str | None) -> bool:
        """Whether a task that one of these actors wants has to say why it is wanted."""
        if self.admission != AGENTS or not self.roles.get(AGENTS):
            return self.admission != "off"
        return any(self.has_role(actor, AGENTS) for actor in actors if actor)

    def limits_of(self, actor: str) -> dict[str, Allowance]:
        """What limits an actor, by the pattern that fits it."""
        known = self.actor(actor)
        return {one: found for one, found in self.may.items() if fits(known, self.actor(one))}

    @property
    def wants_signatures(self) -> bool:
        """Whether it wants any commit to be signed."""
        return self.proof == "signature" or any(guard.signed for guard in self.guards.values())

    @property
    def depends_on_actor(self) -> bool:
        """Whether what a commit may do depends on who made it."""
        asks = (self.roles, self.guards, self.gates, self.may, self.quotas, self.approvals.asked)
        return any(asks) or self.proof == "signature" or self.spec == "frozen"

    def titled(self, subject: str) -> str:
        """The first line of the message of a commit of tk's that did this."""
        return self.subject.replace(SUBJECT, " ".join(subject.split()))

    def another(self, actor: str, owner: str | None) -> str:
        """The owner, if that is another actor; else empty."""
        return "" if owner is None or self.owns(actor, owner) else owner

    @property
    def limits_starts(self) -> bool:
        """Whether work is not to be taken up if too much is in progress, after failures, or too often."""
        return not (self.wip_actor is self.wip_total is self.failures is None) or bool(
            self.rates or self.quotas or self.reservations == "refuse"
        )

    @property
    def asks_who_pushes(self) -> bool:
        """Whether a server has to know who pushes what not everyone may do."""
        return self.law < 2 or self.proof == "pusher"

    def actors_of(self, login: str) -> frozenset[str]:
        """The actors that a login, or the signer of a commit or a push, speaks for."""
        return frozenset(map(self.actor, self.pushers.get(login, (login,))))


DEFAULT = Policy()

PRESET_NAMES = ("default", "agents")  # of the policies in `core.presets`
