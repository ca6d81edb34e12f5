"""Anything that a task, a policy, a ledger or a file may hold."""

from __future__ import annotations

import datetime
from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tkledger.core import policy as policies
from tkledger.core import policy_fields
from tkledger.core.artifact import Artifact
from tkledger.core.attempt import AttemptLine
from tkledger.core.decision import DecisionLine
from tkledger.core.evidence import EvidenceLine
from tkledger.core.field import MAX_INT, is_id
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.task import Task, task
from tkledger.core.task_parts import CONCERNS, REASONS, RESOLUTIONS, SCOPES
from tkledger.core.verdict import VerdictLine

LINKS = ("https://example.org/a?b=c#d", "http://b", "https://[::1]:8080/")

FEW_IDS = ("a", "b", "c", "d", "e")
"""So few that random links meet."""

HAZARDS = (
    "no", "NO", "Null", "true", "1", "012", "1:30", "1e3", "2024-01-01", "~", "=", "<<", "-", "?",
    ":", "#", "a: b", "a:", "a #b", "a#b", "- a", "? a", "& a", "*a", "!a", "|", ">", "%a", "@a",
    "`a", "'a'", '"a"', "a'b", 'a"b', "\\", "\\n", "[a]", "{a: b}", "a,b", ".inf", "0x1f", "---",
    "...", "<<<<<<< HEAD", "=======", ">>>>>>> x", "a\u00a0b", "a\u2028b", "a\ufeffb", "a\u200bb",
    "\U0001f600", "e\u0301", "\u05d0\u200f", "a\ufffdb", "/etc", "\u00bfque", "y", "Off",
)  # fmt: skip

letters = st.characters(
    blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"
) | st.sampled_from(" :#-'\"\\|>&*!%@`{}[],?=~aA1/.<")
"""Every character that text may hold, those that YAML minds rather often."""

ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True).filter(is_id)
lines = st.sampled_from(HAZARDS) | st.text(letters, min_size=1, max_size=30).map(str.strip).filter(
    bool
)
paragraphs = st.lists(
    st.text(letters | st.just("\t"), max_size=12) | st.sampled_from(HAZARDS), min_size=1, max_size=5
).map("\n".join)
texts = (lines | paragraphs).filter(lambda text: text.strip("\n") != "")
words = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
labels = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_./:+@-]{0,8}", fullmatch=True)
branches = st.from_regex(r"[a-z]{1,5}(/[a-z0-9_+#-]{1,5})?", fullmatch=True)
criteria = st.from_regex(r"[a-z]([a-z ]{0,9}[a-z])?", fullmatch=True)
concerns = st.builds("{}: {}".format, st.sampled_from(CONCERNS), lines)
verdicts = st.builds(
    lambda attempt, round, approved, actor, work, gaps: (
        VerdictLine(
            attempt, round, approved, actor, work, "6.5", () if approved else tuple(gaps)
        ).text
    ),
    *(st.integers(1, 3), st.integers(1, 3), st.booleans(), lines),
    st.sampled_from([(), ("3f" * 20,), ("0" * 40, "1" * 40)]),
    st.lists(lines, max_size=2),
)
_RAN: dict[bool, dict[str, Any]] = {
    one: {"exit": "20"[one], "seconds": "1.5", "output": "ab" * 32} for one in (False, True)
}
evidence = st.builds(
    lambda gate, passed, tree, actor, ran, **more: (
        EvidenceLine(gate, passed, tree, actor, **(_RAN[passed] if ran else {}), **more).text
    ),
    *(words, st.booleans(), st.sampled_from(["3f" * 20, "4e" * 32]), lines),
    st.booleans(),
    command=st.none() | lines,
    flaky=st.booleans(),
    url=st.none() | st.just('https://ci.example.org/1?"x"#y'),
)
decisions = st.builds(
    lambda actor, said, others, sure: (
        DecisionLine(actor, said[0], said[1], said[2], tuple(others), sure).text
    ),
    lines,
    st.tuples(lines, lines, lines),
    st.lists(st.tuples(lines, lines), max_size=2),
    st.none() | st.integers(0, 100),
)
artifacts = st.builds(
    lambda oid, size, kind, name: Artifact(oid, size, kind, name).text,
    *(st.sampled_from(["3f" * 20, "4e" * 32]), st.integers(0, 10**9 - 1)),
    *(st.sampled_from(["", "image/png"]), st.sampled_from(["a.txt", "a b", "é: #x", "-"])),
)
attempts = st.builds(
    lambda *parts: AttemptLine(*parts).line,
    *(st.integers(1, 10**9 - 1), st.sampled_from(["failed", "user"]), lines),
    *(st.sampled_from(["", "timeout", "odd-1"]), st.just("") | branches, st.just("") | lines),
)
amounts = st.integers(0, MAX_INT)
dollars = st.from_regex(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,6})?", fullmatch=True)
moments = st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2100, 1, 1)).map(
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
)
states = st.sampled_from([state.value for state in State])


def _free(depth: int) -> st.SearchStrategy[Any]:
    keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,4}", fullmatch=True) | st.sampled_from(
        ["no", "y", "null", "True"]
    )
    scalars: st.SearchStrategy[Any] = (
        st.booleans() | st.integers(-MAX_INT, MAX_INT) | st.just("") | texts
    )
    values = scalars
    if depth > 1:
        values = values | st.lists(scalars, min_size=1, max_size=3).map(tuple) | _free(depth - 1)
    return st.dictionaries(keys, values, min_size=1, max_size=3)


free_maps = _free(3)


class Leaves(NamedTuple):
    """What the fields of a task that are no numbers are made of."""

    lines: st.SearchStrategy[str] = lines
    texts: st.SearchStrategy[str] = texts
    words: st.SearchStrategy[str] = words
    labels: st.SearchStrategy[str] = labels
    branches: st.SearchStrategy[str] = branches
    criteria: st.SearchStrategy[str] = criteria
    concerns: st.SearchStrategy[str] = concerns
    verdicts: st.SearchStrategy[str] = verdicts
    evidence: st.SearchStrategy[str] = evidence
    decisions: st.SearchStrategy[str] = decisions
    artifacts: st.SearchStrategy[str] = artifacts
    attempts: st.SearchStrategy[str] = attempts
    dollars: st.SearchStrategy[str] = dollars
    moments: st.SearchStrategy[str] = moments
    x: st.SearchStrategy[dict[str, Any]] = free_maps


ANY = Leaves()
FEW = Leaves(
    lines=st.sampled_from(HAZARDS),
    texts=st.sampled_from((*HAZARDS, "a\nb", "\n# a\n\n\tb\n", "no\n---")),
    words=st.sampled_from(("bug", "epic", "no", "a_b-2")),
    labels=st.sampled_from(("x", "2024", "area/cli", "A.b:c@d")),
    branches=st.sampled_from(("main", "tk/a", "b#2")),
    criteria=st.sampled_from(("it runs", "it is told", "x")),
    concerns=st.sampled_from([f"{one}: {line}" for one in CONCERNS for line in HAZARDS[:4]]),
    verdicts=st.sampled_from(
        [
            VerdictLine(attempt, round, approved, actor, work, "6.5", gaps).text
            for attempt, round, actor in product((1, 2, 3), (1, 2, 3), ("a", "b", "a: b"))
            for work in ((), ("3f" * 20,), ("0" * 40, "1" * 40))
            for approved, gaps in ((True, ()), (False, ()), (False, ("no", "- a")))
        ]
    ),
    evidence=st.sampled_from(
        [
            EvidenceLine(gate, passed, tree, actor, **ran, **more).text
            for gate, actor, passed in product(("no", "tests"), ("a", "a: b"), (False, True))
            for tree, ran in product(("3f" * 20, "4e" * 32), ({}, _RAN[passed]))
            for more in ({}, {"command": "- a", "flaky": True}, {"url": "https://ci.example.org/1"})
        ]
    ),
    decisions=st.sampled_from(
        [
            DecisionLine(actor, "no", "- a", "a: b", others, sure).text
            for actor, sure in product(("a", "a: b"), (None, 0, 100))
            for others in ((), (("no", "a #b"),), (("1", "y"), ("~", "=")))
        ]
    ),
    attempts=st.sampled_from(('1 failed "a: b" - - "- a"', "2 user a timeout tk/a")),
    dollars=st.sampled_from(("0", "0.5", "12.000001", "999999")),
    moments=st.sampled_from(("1970-01-01T00:00:00Z", "2026-02-28T23:59:59Z")),
    x=st.sampled_from(
        ({"a": "b"}, {"no": True, "k": ""}, {"a": {"b": (1, "d")}, "c": {"y": {"z": False}}})
    ),
)
"""A few of each kind. Where it does not matter what a text holds, a task is made in a tenth of the time."""


def _some(optional: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


def raw_tasks(
    names: st.SearchStrategy[str] = ids,
    links: st.SearchStrategy[str] = ids,
    some: Leaves = ANY,
) -> st.SearchStrategy[dict[str, Any]]:
    """Field values of a task, every one good by itself."""
    spent = {
        **{"steps": amounts, "seconds": amounts, "tokens": amounts, "cost": some.dollars},
        **{"rework": amounts, "calls": amounts},
    }
    keys = st.sampled_from(["ask-1", "deploy#2", "a/b"])
    wait: dict[str, st.SearchStrategy[Any]] = {
        **{"reason": st.sampled_from(REASONS), "detail": some.texts, "key": keys},
        **{"until": some.moments, "tasks": st.lists(links, max_size=2), "by": some.lines},
        **{"choices": st.lists(some.labels, max_size=2), "prompt": some.labels},
    }
    return st.fixed_dictionaries(
        {"id": names, "title": some.lines, "state": states},
        optional={
            "type": some.words,
            "priority": st.integers(0, 4),
            "parent": links,
            "origin": links,
            "reopens": links,
            "imported": st.sampled_from(("jsonl:a", "github:#1", "x-y:a: \u202e b")),
            "depends_on": st.lists(links, max_size=3),
            "labels": st.lists(some.labels, max_size=3),
            "stream": st.sampled_from(("pay", "2-up")),
            "due": st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31)).map(str),
            "estimate": st.integers(1, MAX_INT),
            "links": st.lists(st.sampled_from(LINKS), max_size=2),
            "owner": some.lines,
            "creator": some.lines,
            "attempt": st.integers(1, 9),
            "branch": some.branches,
            "base": some.branches,
            "pr": st.integers(1, 9999).map(str) | st.just("https://git.example/pull/1"),
            "agent": some.lines,
            "budget": _some(
                {**spent, "depth": st.integers(0, 5), "scope": st.sampled_from(SCOPES)}
            ),
            "retry": _some({"max": st.integers(1, 9), "not_before": some.moments}),
            "spent": _some(spent),
            "admission": _some({"consumer": some.texts, "validation_path": some.texts}),
            "spec": _some(
                {
                    **{"constraints": some.texts, "goal": some.criteria, "model": some.criteria},
                    **{"inputs": st.lists(some.criteria, max_size=2), "output": some.texts},
                    **{"paths": st.lists(some.criteria, max_size=2), "role": st.just("tester")},
                }
            ),
            "wait": _some({**wait, "earlier": _some(wait)}),
            "answers": st.lists(st.builds("{}: {}".format, keys, some.labels), max_size=2),
            "error": _some({"kind": some.words, "message": some.texts}),
            "resolution": st.sampled_from(sum(RESOLUTIONS.values(), ())),
            "description": some.texts,
            "concerns": st.lists(some.concerns, max_size=3),
            "settled": st.lists(some.concerns, max_size=2),
            "criteria": st.lists(some.criteria, max_size=3),
            "met": st.lists(some.criteria, max_size=2),
            "waived": st.lists(
                st.builds("{} -- {}".format, some.criteria, some.criteria), max_size=2
            ),
            "checklist": st.lists(some.criteria, max_size=3),
            "checked": st.lists(some.criteria, max_size=2),
            "skipped": st.lists(
                st.builds("{} -- {}".format, some.criteria, some.criteria), max_size=2
            ),
            "verdicts": st.lists(some.verdicts, max_size=2),
            "evidence": st.lists(some.evidence, max_size=2),
            "decisions": st.lists(some.decisions, max_size=2),
            "artifacts": st.lists(some.artifacts, max_size=2),
            "attempts": st.lists(some.attempts, max_size=2),
            "lessons": st.lists(some.lines, max_size=2),
            "tried": st.lists(some.lines, max_size=2),
            "notes": st.lists(some.texts, max_size=3),
            "x": some.x,
        },
    )


def tasks(
    names: st.SearchStrategy[str] = ids,
    links: st.SearchStrategy[str] = ids,
    some: Leaves = ANY,
) -> st.SearchStrategy[Task]:
    return raw_tasks(names, links, some).map(task)


oids = st.text("0123456789abcdef", min_size=40, max_size=40)

policy_values: st.SearchStrategy[Policy] = _some(
    {
        "version": st.integers(1, 5),
        "prefix": st.from_regex(r"[a-z0-9][a-z0-9_]{0,5}", fullmatch=True),
        "squash": st.sampled_from(["refuse", "path"]),
        "review": st.sampled_from(["optional", "required"]),
        "forbid": st.lists(st.sampled_from(policies.EDGES), max_size=4),
        "depth": st.integers(0, 3),
        "children": st.integers(0, 3),
        "chain": st.integers(0, 3),
        "discovered": st.integers(0, 3),
        "budget": st.just({"steps": 3}),
        "budgets": st.dictionaries(words, st.just({"cost": "0.5"}), max_size=2),
        "retry": st.integers(1, 3),
        "roles": st.just({"budget": ["a"], "policy": ["b"]}),
        "loops": st.dictionaries(
            st.sampled_from(policies.LOOPS), st.sampled_from(["warn", "refuse"])
        ),
        "claims": st.sampled_from(["local", "remote", "required"]),
        "lease": st.integers(1, 5),
        "wip_actor": st.integers(1, 3),
        "protected": st.lists(lines, max_size=2),
        "actors": st.dictionaries(lines, lines, max_size=3),
        "accepted": st.dictionaries(oids, texts, max_size=2),
    }
).map(policy_fields.policy)

flaws = st.builds(
    Flaw,
    st.sampled_from([f"TK1{n:02}" for n in range(1, 11)]),
    st.sampled_from(FEW_IDS),
    st.just("is bad"),
    st.just("mend it"),
    st.sampled_from(["1", "2"]),
)


@st.composite
def ledgers(draw: st.DrawFn) -> Snapshot:
    """A ledger of a few tasks with links at random, some of them unreadable."""
    few = st.sampled_from(FEW_IDS)
    entries: dict[str, Any] = {}
    for one in draw(st.lists(tasks(few, few, FEW), max_size=5)):
        entries[one.id] = one
    for flaw in draw(st.lists(flaws, max_size=1)):
        entries[flaw.subject] = flaw
    policy = draw(policy_values | st.none())
    if policy is not None:
        entries[POLICY_PATH] = policy
    return Snapshot(entries, policy)
