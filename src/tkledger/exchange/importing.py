"""An import planned: which tasks of another tracker are new, their ids, what they hang on, and what is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tkledger.core.field import FieldError, is_id
from tkledger.core.graph import walk
from tkledger.core.lifecycle import TERMINAL
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task
from tkledger.core.task_parts import DEFAULT_TYPE
from tkledger.core.typing import NamedTuple
from tkledger.exchange.drafts import Draft, Lost, one_line
from tkledger.exchange.foreign import BadSource, Foreign
from tkledger.exchange.texts import numbered

_LONGEST_KEY = 200
_LONGEST_ID = 63
_MOST_CIRCLES = 2_000


class Mapped(NamedTuple):
    """A task whose id is not what the other tracker calls it."""

    key: str
    id: str


class ImportPlan(NamedTuple):
    """What an import would bring.

    tasks: the new ones; known: how many are there already
    read: how many values the other tracker has of the new ones; lost: those that have no place in tk
    mapped: the ids that are not the keys
    """

    kind: str
    tasks: tuple[Task, ...]
    known: int
    read: int
    lost: tuple[Lost, ...]
    mapped: tuple[Mapped, ...]

    @property
    def lost_values(self) -> int:
        """How many values are lost."""
        return sum(one.values for one in self.lost)

    @property
    def percent(self) -> float:
        """How much of a hundred values is lost."""
        return 100 * self.lost_values / self.read if self.read else 0.0


def planned(kind: str, found: Iterable[Foreign], ledger: Snapshot) -> ImportPlan:
    """The import of what a reader found into a ledger; raises BadSource, which names the entry."""
    entries = _by_key(found)
    ids = {task.imported: task.id for task in ledger.tasks() if task.imported is not None}
    places = {key: ids[name] for key, one in entries.items() if (name := _name(kind, one)) in ids}
    places |= {key: one.id for key, one in _same(entries, places, ledger)}
    new = {key: one for key, one in entries.items() if key not in places}
    taken = {*ledger.entries}
    mapped = []
    for key, id in _ids(kind, new, taken):
        places[key] = id
        if id != (new[key].name or key):
            mapped.append(Mapped(key, id))
    drafts = {key: Draft(kind, one) for key, one in new.items()}
    _link(drafts, places, ledger)
    tasks = tuple(_task(draft, kind, places[key], ledger) for key, draft in drafts.items())
    lost = tuple(one for draft in drafts.values() for one in draft.lost)
    read = sum(one.read for one in new.values())
    return ImportPlan(kind, tasks, len(entries) - len(new), read, lost, tuple(mapped))


def _by_key(found: Iterable[Foreign]) -> dict[str, Foreign]:
    entries: dict[str, Foreign] = {}
    for one in found:
        where = f"the entry {one.key[:_LONGEST_KEY]!r}"
        if one.key in entries:
            raise BadSource(where, "it is there twice")
        if not one.key or one.key != one_line(one.key):
            raise BadSource(where, "its key is empty, or not one line of words")
        if len(one.key) > _LONGEST_KEY:
            raise BadSource(where, f"its key is longer than {_LONGEST_KEY} characters")
        entries[one.key] = one
    return entries


def _name(kind: str, one: Foreign) -> str:
    """What a task is imported as; what comes from another ledger of tk stays what it was there."""
    before = one.task.imported if one.task is not None else None
    return before or f"{kind}:{one.key}"


def _same(
    entries: Mapping[str, Foreign], places: Mapping[str, str], ledger: Snapshot
) -> Iterator[tuple[str, Task]]:
    """The entries that are tasks of this very ledger, as they are in it: what it wrote out itself."""
    for key, one in entries.items():
        task = ledger.task(key) if one.task is not None and key not in places else None
        if task is not None and one.task == task:
            yield key, task


def _ids(kind: str, new: Mapping[str, Foreign], taken: set[str]) -> Iterator[tuple[str, str]]:
    """An id for each: what it is called, if that is an id and free; those come first."""
    later = []
    for key, one in new.items():
        word = one.name or key
        if is_id(word) and word not in taken:
            taken.add(word)
            yield key, word
        else:
            later.append((key, word))
    # of many keys that lead to one word, each goes on from the last
    rows: dict[str, Iterator[str]] = {}
    for key, word in later:
        row = rows.setdefault(base := _base(kind, word), numbered(base, "-"))
        id = next(one for one in row if is_id(one) and one not in taken)
        taken.add(id)
        yield key, id


def _base(kind: str, word: str) -> str:
    letters = (
        one if one.isascii() and (one.isalnum() or one in "_-") else "-" for one in word.lower()
    )
    base = (
        "-".join(filter(None, "".join(letters).split("-")))
        .lstrip("_")[: _LONGEST_ID - 8]
        .rstrip("-")
    )
    return base or kind


def _task(draft: Draft, kind: str, id: str, ledger: Snapshot) -> Task:
    draft.values["imported"] = _name(kind, draft.source)
    law = ledger.policy
    type = draft.values.get("type", DEFAULT_TYPE)
    if law is not None and law.types and type not in law.types and not draft.has_ended:
        draft.lose("type", draft.values.pop("type", type), "the policy does not list it")
        if DEFAULT_TYPE not in law.types:
            draft.values["type"] = law.types[0]
    try:
        return draft.task(id)
    except FieldError as error:
        raise BadSource(f"the entry {draft.source.key!r}", str(error)) from None


# -- links -----------------------------------------------------------------------------------


def _link(drafts: Mapping[str, Draft], places: Mapping[str, str], ledger: Snapshot) -> None:
    """Give the tasks their parents, origins and dependencies by id, but for those that the law refuses."""
    state = {places[key]: draft.source.state for key, draft in drafts.items()}

    def has_ended(id: str) -> bool:
        task = ledger.task(id)
        return state.get(id, task.state if task else None) in TERMINAL

    parents: dict[str, str] = {}
    for key, draft in drafts.items():
        id, source = places[key], draft.source
        for name in ("parent", "origin", "reopens"):
            other = source.parent if name == "parent" else source.fields.get(name)
            if not other:
                continue
            found = places.get(other)
            why = _unfit(id, found)
            if name == "parent" and found and not why:
                if id in walk(found, parents.get):
                    why = "its parents lead back to it"
                elif has_ended(found) and not has_ended(id):
                    why = "it has ended, and the task has not"
            if name == "reopens" and found and not why and not has_ended(found):
                why = "it has not ended"
            if why:
                draft.lose(name, other, why)
                continue
            draft.values[name] = found
            if name == "parent" and found:
                parents[id] = found
        wait = draft.values.get("wait")
        if source.task is not None and wait is not None:
            tasks = tuple(places.get(one, one) for one in wait.tasks)
            draft.values["wait"] = wait._replace(tasks=tasks)
    _depend(drafts, places, parents)


def _unfit(id: str, found: str | None) -> str:
    """Why a task cannot hang on what was found; empty if it can."""
    if found is None:
        return "it is not there"
    return "it is the task itself" if found == id else ""


def _depend(
    drafts: Mapping[str, Draft], places: Mapping[str, str], parents: Mapping[str, str]
) -> None:
    by_id = {places[key]: draft for key, draft in drafts.items()}
    needs: dict[str, list[str]] = {}
    for key, draft in drafts.items():
        id = places[key]
        for other in dict.fromkeys(draft.source.depends_on):
            found = places.get(other)
            if why := _unfit(id, found):
                draft.lose("depends_on", other, why)
            elif found:
                needs.setdefault(id, []).append(found)
    alive = {id for id, draft in by_id.items() if not draft.has_ended}
    waits = {id: [*needs.get(id, ())] for id in alive}
    for child, parent in parents.items():
        if parent in alive and child in alive:
            waits[parent].append(child)
    for id, other in _closing(waits, needs):
        needs[id].remove(other)
        by_id[id].lose("depends_on", other, "the two would wait for each other")
    for id, others in needs.items():
        if others:
            by_id[id].values["depends_on"] = tuple(others)


def _closing(
    waits: dict[str, list[str]], needs: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """The dependencies that have to go lest tasks wait for each other: one on each circle that is left.

    Raises BadSource if there are too many to look for each.
    """
    state: dict[str, int] = {}
    count = 0
    starts = sorted(waits, reverse=True)
    while starts:
        start = starts.pop()
        stack = [(start, iter(tuple(waits[start])))] if start not in state else []
        path = [start] if stack else []
        state.setdefault(start, 1)
        while stack:
            node, rest = stack[-1]
            other = next(rest, None)
            if other is None:
                state[node] = 2
                stack.pop()
                path.pop()
            elif other not in waits or state.get(other) == 2 or other not in waits[node]:
                continue
            elif state.get(other) == 1:
                circle = path[path.index(other) :]
                pairs = zip(reversed(circle), [other, *reversed(circle[1:])])
                one, gone = next((a, b) for a, b in pairs if b in needs.get(a, ()))
                waits[one].remove(gone)
                yield one, gone
                count += 1
                if count > _MOST_CIRCLES:
                    raise BadSource(f"the entry {start!r}", f"more than {_MOST_CIRCLES:,} circles")
                while path[-1] != one:  # what lies behind was not looked at whole
                    starts.append(path.pop())
                    del state[starts[-1]]
                    stack.pop()
            else:
                state[other] = 1
                path.append(other)
                stack.append((other, iter(tuple(waits[other]))))
