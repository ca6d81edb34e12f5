"""Quotas: what of the hours that were counted is in a window, who is limited, and when it may go on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tkledger.core import quota
from tkledger.core.charges import Bill
from tkledger.core.field import is_id
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.policy_fields import policy
from tkledger.core.quota import HOUR, Quota, gauges, holding, names_of, used_by, way_on
from tkledger.core.usage import Account, Activity, Usage, Used

NOON = 1_769_860_800  # 2026-01-31T12:00:00Z
NOW = NOON // HOUR


def by(hours: dict[int, Used], actor: str = "ann") -> Usage:
    """What an actor used in these hours since 1970, and no other anything."""
    account, fact = Account(), used_by(actor, "c", 0, [Bill("a", False)])
    for hour, used in hours.items():
        account.add(fact._replace(attempt=hour, used=used))
    return Usage({fact.task: account}.get, lambda task: Activity(), NOON)


def limiting(**quotas: dict[str, object]) -> Policy:
    return policy({"quotas": {name.replace("_", "*"): one for name, one in quotas.items()}})


@pytest.mark.parametrize(
    ("window", "hours"), [(None, 24), ("1h", 1), ("24h", 24), ("99h", 99), ("7d", 168)]
)
def test_a_window_has_so_many_hours(window: str | None, hours: int) -> None:
    assert Quota(calls=1, window=window).hours == hours


def test_what_is_in_the_window_counts() -> None:
    law = limiting(ann={"calls": 10, "window": "3h"})
    each = {NOW - hour: Used(calls=10**hour) for hour in range(6)}
    each[NOW + 1] = Used(calls=10**9)
    for at in (NOON, NOON + HOUR - 1):
        (one,) = gauges(law, "ann", by(each), at)
        assert (one.kind, one.used, one.most, one.window) == ("calls", 111, 10, "3h")
    (one,) = gauges(law, "ann", by(each), NOON + HOUR)
    assert one.used == 10**9 + 11
    (one,) = gauges(law, "ann", by(each), NOON, later=True)
    assert (one.used, one.again) == (10**9 + 111, (NOW + 1 + 3) * HOUR)
    far = by({NOW: Used(calls=11), 10**12: Used(calls=1), -(10**12): Used(calls=9)})
    (one,) = gauges(law, "ann", far, NOON, later=True)
    assert (one.used, one.again) == (12, NOON + 3 * HOUR)
    (one,) = gauges(law, "ann", by({}), NOON)
    assert (one.used, one.near, one.exceeded, one.again) == (0, False, False, None)


@pytest.mark.parametrize(
    ("amounts", "again"),
    [
        ({0: 3}, None),
        ({0: 2, 2: 1}, None),
        ({0: 1, 2: 3}, 1),
        ({0: 1, 1: 2, 2: 1}, 1),
        ({0: 2, 1: 2, 2: 2}, 2),
        ({0: 4}, 3),
        ({0: 4, 1: 1}, 3),
    ],
)
def test_an_actor_goes_on_when_enough_is_out_of_the_window(
    amounts: dict[int, int], again: int | None
) -> None:
    law = limiting(ann={"steps": 3, "window": "3h"})
    usage = by({NOW - ago: Used(some) for ago, some in amounts.items()})
    (one,) = gauges(law, "ann", usage, NOON + 5)
    assert one.exceeded == (again is not None)
    assert one.again == (None if again is None else NOON + again * HOUR)
    if one.again is not None:
        (then,) = gauges(law, "ann", usage, one.again)
        (before,) = gauges(law, "ann", usage, one.again - 1)
        assert (then.exceeded, before.exceeded) == (False, True)


def test_each_pattern_that_fits_limits_each_amount_by_itself() -> None:
    law = limiting(a_={"cost": "0.5", "tokens": 5}, _={"steps": 1, "calls": 0}, bob={"steps": 9})
    assert [*holding(law, "ann")] == ["*", "a*"]
    found = gauges(law, "ann", by({NOW: Used(1, 0, 6, 500_001, 0, 1)}), NOON)
    assert [(one.pattern, one.kind, one.used, one.exceeded) for one in found] == [
        ("*", "steps", 1, False),
        ("*", "calls", 1, True),
        ("a*", "tokens", 6, True),
        ("a*", "cost", 500_001, True),
    ]
    assert not [*gauges(limiting(bob={"steps": 0}), "ann", by({NOW: Used(9)}), NOON)]


def test_an_actor_is_counted_by_all_its_names() -> None:
    law = limiting(ann={"steps": 1})._replace(actors={"ann@x": "ann", "bob@x": "bob"})
    assert names_of(law, "ann@x") == ["ann", "ann@x"]
    assert names_of(law, "nobody") == ["nobody", ""]
    assert names_of(law._replace(law=1), "nobody") == ["nobody"]
    assert [*holding(law, "ann@x")] == ["ann"]
    accounts: dict[str, Account] = {}
    for name, hours in (("ann", 1), ("ann@x", 2), ("bob@x", 4)):
        for hour in range(hours):
            fact = used_by(name, "c", NOON + hour * HOUR, [Bill("a", True), Bill("b", False, 5)])
            accounts.setdefault(fact.task, Account()).add(fact)
    usage = Usage(accounts.get, lambda task: Activity(), NOON)
    at = NOON + 9 * HOUR
    (one,) = gauges(law, "ann@x", usage, at)
    assert (one.kind, one.used) == ("steps", 3)
    everyone = limiting(_={"tokens": 1})._replace(actors=law.actors)
    for actor, used in (("ann", 15), ("bob", 20), ("eve", 0)):
        (one,) = gauges(everyone, actor, usage, at)
        assert one.used == used


names = st.text(st.characters(codec="utf-8") | st.sampled_from(' \n\t\\"u0020\ud800'), max_size=9)


@given(names, names)
def test_what_stands_for_an_actor_is_one_word_and_no_id(one: str, other: str) -> None:
    keys = [used_by(name, "c", 0, [Bill("a", True)]).task for name in (one, other)]
    assert keys[0].isascii()
    assert len(keys[0].split()) == 1
    assert not is_id(keys[0])
    assert (keys[0] == keys[1]) == (one == other)


def test_a_remedy_says_when_and_who() -> None:
    law = limiting(a_={"cost": "1"})._replace(roles={"policy": ("eve smith",)})
    (one,) = gauges(law, "ann", by({NOW: Used(cost=10**21 + 1)}), NOON)
    assert one.figures == "1000000000000000.000001 of 1 US dollars in 24h"
    assert way_on(law, "ann", one, "a") == (
        "wait until 2026-02-01T12:00:00Z; or tk submit a, or tk block a --reason user;"
        " or ask 'eve smith': tk config set 'quotas.a*' cost=N"
    )
    assert way_on(DEFAULT, "ann", one._replace(again=None)) == (
        "wait; or tk config set 'quotas.a*' cost=N"
    )


@pytest.mark.parametrize(
    "raw", [{}, {"window": "1h"}, {"steps": -1}, {"cost": "NaN"}, {"cost": "-1"}, {"calls": 1.5}]
)
def test_a_quota_has_an_amount(raw: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        quota.quota(raw)
