"""Settings of the policy out of the words of a command line; whether they are good is the policy's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tkledger.core import policy_fields
from tkledger.core.field import WHOLE
from tkledger.core.guard import Allowance, Gate, Guard
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.prices import Price
from tkledger.core.quota import Quota
from tkledger.core.quoting import quoted
from tkledger.core.task_parts import Budget
from tkledger.core.typing import Any
from tkledger.errors import usage_error

PARTS: dict[str, type] = {
    **{"guards": Guard, "gates": Gate, "may": Allowance},
    **{"budgets": Budget, "prices": Price, "quotas": Quota},
}
"""The maps whose values have fields of their own, and what these values are."""

LISTS = ("roles", "pushers", "keys")
"""The maps of lists."""

UNSETTABLE = ("version", "accepted")


def field_of(setting: str) -> str:
    """The field of the policy that a setting is, or is in: ``roles`` of ``roles.lead``. Raises TkError,
    USAGE, if none can be set so.
    """
    field, dot, name = setting.partition(".")
    if field not in Policy._fields or field in UNSETTABLE or (dot and not (name and _has(field))):
        raise usage_error("no-such-setting", f"{setting} cannot be set", "tk config explain")
    return field


def _has(field: str) -> bool:
    """Whether a field has values of its own by name."""
    default = getattr(DEFAULT, field)
    return isinstance(default, dict) or hasattr(default, "_asdict")


def changed(policy: Policy, setting: str, words: Sequence[str]) -> Policy:
    """The policy with the next version and a setting of these words; the default without any. Raises
    FieldError, or TkError, USAGE.
    """
    field = field_of(setting)
    _, _, name = setting.partition(".")
    held = getattr(policy, field)
    if not name:
        value = _whole(field, words)
    elif isinstance(held, dict):
        value = {**held, name: _entry(setting, held.get(name), words)}
        if value[name] is None:
            del value[name]
    else:
        value = {**_kept(held), name: _typed(type(held), name, _one(setting, words))}
    return policy_fields.changed(policy, **{field: value})


def value_of(policy: Policy, setting: str) -> Any:
    """What a policy has for a setting; of one that is in a map and not there, nothing."""
    field, _, name = setting.partition(".")
    held = getattr(policy, field)
    if not name:
        return held
    return held.get(name, ()) if isinstance(held, dict) else getattr(held, name, None)


def _kept(part: Any) -> dict[str, Any]:
    """What a part of a policy has set, by name."""
    values = part._asdict().items() if part is not None else ()
    return {name: value for name, value in values if value not in (None, ())}


def _entry(setting: str, held: Any, words: Sequence[str]) -> Any:
    """What a map is to have under one name; None for nothing."""
    field = field_of(setting)
    if not [word for word in words if word]:
        return None
    if field in LISTS:
        return list(words)
    if field not in PARTS:
        return _number(_one(setting, words))
    values = _kept(held)
    for leaf, text in _pairs(setting, words).items():
        values[leaf] = _typed(PARTS[field], leaf, text)
    return {leaf: value for leaf, value in values.items() if value not in (None, [])} or None


def _typed(part: Any, leaf: str, text: str) -> Any:
    """A value as the leaf of a part takes it: a list if the part has lists there."""
    if part._field_defaults.get(leaf) == ():
        return [one for one in text.split(",") if one]
    return _number(text) if text else None


def _whole(field: str, words: Sequence[str]) -> Any:
    """A whole field."""
    default = getattr(DEFAULT, field)
    if not words:
        return default if default != () and default != {} else None
    if field in PARTS:
        return _parts(field, words)
    if isinstance(default, dict) or hasattr(default, "_asdict"):
        pairs = _pairs(field, words)
        if field in LISTS:
            return {name: text.split(",") for name, text in pairs.items()}
        return {name: _number(text) for name, text in pairs.items()}
    if isinstance(default, tuple):
        return words
    return _number(_one(field, words))


def _parts(field: str, words: Sequence[str]) -> dict[str, dict[str, Any]]:
    """``name.leaf=value`` words as a map of parts."""
    found: dict[str, dict[str, Any]] = {}
    for word, text in _pairs(field, words).items():
        name, _, leaf = word.rpartition(".")
        found.setdefault(name, {})[leaf] = _typed(PARTS[field], leaf, text)
    return found


def _pairs(setting: str, words: Sequence[str]) -> Mapping[str, str]:
    """``name=value`` words. Raises TkError, USAGE, for any other."""
    pairs = [word.partition("=") for word in words]
    wrong = [name for name, equals, _ in pairs if not (name and equals)]
    if wrong:
        fact = f"{setting} takes NAME=VALUE, not {wrong[0]!r}"
        raise usage_error("not-a-pair", fact, f"tk config explain {quoted(field_of(setting))}")
    return {name: value for name, _, value in pairs}


def _one(setting: str, words: Sequence[str]) -> str:
    if len(words) > 1:
        way = f"tk config explain {quoted(field_of(setting))}"
        raise usage_error("one-value", f"{setting} takes one value", way)
    return words[0] if words else ""


def _number(word: str) -> int | str:
    return int(word) if WHOLE.match(word) else word
