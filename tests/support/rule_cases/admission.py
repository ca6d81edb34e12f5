"""What is created or admitted without saying why it is wanted, TK517, or of a type that is not listed, TK523."""

from __future__ import annotations

from tests.support.changes import a_task, birth, edit
from tests.support.rule_cases.case import Case
from tkledger.core.policy import DEFAULT

WHY = {
    **{"consumer": "end-user", "pain_point": "slow"},
    **{"expected_value": "faster", "validation_path": "bench"},
}
REQUIRED = DEFAULT._replace(admission="required")
AGENTS = DEFAULT._replace(admission="agents", roles={"agents": ("bot",)})


def admission_cases() -> list[Case]:
    less = {name: text for name, text in WHY.items() if name != "pain_point"}
    blank = WHY | {"consumer": " \u200b\t\u3000"}
    wanted, bare = birth(a_task(admission=WHY), policy=REQUIRED), a_task()
    later = a_task(state="backlog")
    squash = REQUIRED._replace(squash="path")
    bots = {"creator": "bot"}
    rows = (
        ("nothing said", birth(bare, policy=REQUIRED), birth(bare)),
        ("one missing", birth(a_task(admission=less), policy=REQUIRED), wanted),
        ("one blank", birth(a_task(admission=blank), policy=REQUIRED), wanted),
        (
            "born in a squash, and begun",
            birth(a_task(state="in_progress"), policy=squash),
            birth(a_task(state="in_progress", admission=WHY), policy=squash),
        ),
        (
            "reopened without a word",
            birth(a_task("b", reopens="a"), among=(a_task(state="cancelled"),), policy=REQUIRED),
            birth(
                a_task("b", reopens="a", admission=WHY),
                among=(a_task(state="cancelled"),),
                policy=REQUIRED,
            ),
        ),
        (
            "admitted without a word",
            edit(later, bare, policy=REQUIRED),
            birth(later, policy=REQUIRED),
        ),
        (
            "admitted and begun in a squash",
            edit(later, a_task(state="in_progress"), policy=squash),
            edit(later, a_task(state="cancelled"), policy=squash),
        ),
        (
            "said no more",
            edit(a_task(admission=WHY), a_task(admission=less), policy=REQUIRED),
            edit(a_task(admission=less), a_task(owner="x", admission=less), policy=REQUIRED),
        ),
        (
            "what an agent creates",
            birth(a_task(**bots), policy=AGENTS),
            birth(a_task(creator="ann"), policy=AGENTS),
        ),
        (
            "what an agent creates in another's name",
            birth(a_task(creator="ann"), policy=AGENTS)._replace(actor="bot"),
            birth(a_task(creator="ann"), policy=AGENTS)._replace(actor="ann"),
        ),
        (
            "what an agent created is admitted by another",
            edit(later._replace(**bots), a_task(**bots), policy=AGENTS)._replace(actor="ann"),
            edit(later, bare, policy=AGENTS)._replace(actor="ann"),
        ),
        (
            "what no actor has the role for",
            birth(bare, policy=DEFAULT._replace(admission="agents")),
            birth(a_task(admission=WHY), policy=DEFAULT._replace(admission="agents")),
        ),
    )
    cases = [Case("TK517", what, broken, legal) for what, broken, legal in rows]
    return [*cases, *_types()]


def _types() -> list[Case]:
    listed = DEFAULT._replace(types=("bug", "epic"))
    bug, odd = a_task(type="bug"), a_task(type="bugg")
    rows = (
        ("born with another", birth(odd, policy=listed), birth(bug, policy=listed)),
        ("born without one", birth(a_task(), policy=listed), birth(a_task())),
        ("it gets another", edit(bug, odd, policy=listed), edit(odd, bug, policy=listed)),
        (
            "it loses its own",
            edit(bug, a_task(), policy=listed),
            edit(odd, odd._replace(title="It keeps it"), policy=listed),
        ),
    )
    return [Case("TK523", what, broken, legal) for what, broken, legal in rows]
