"""What commits did to a task: the verb, the words, and the times."""

from __future__ import annotations

from itertools import product

import pytest

from tkledger.core.history import HistoryEntry, Times, event_name, times
from tkledger.core.lifecycle import TRANSITIONS, State

TODO, WORK, DONE = State.TODO, State.IN_PROGRESS, State.DONE


def entry(at: int = 0, target: State = TODO, message: str = "x") -> HistoryEntry:
    return HistoryEntry("c", at, "ann", "a", "Title", "edit", None, target, message)


def test_a_birth_is_new_a_state_that_stays_an_edit_and_no_edge_a_jump() -> None:
    edges = {(edge.source, edge.target): edge.event.value for edge in TRANSITIONS}
    for source, target in product(State, State):
        verb = "edit" if source is target else edges.get((source, target), "jump")
        assert event_name(source, target) == verb
    assert event_name(None, TODO) == event_name(None, DONE) == "new"


@pytest.mark.parametrize(
    ("message", "event", "subject"),
    [
        ("Fix it\n\nTk-Reason: so", "edit", "Fix it"),
        ("tk: start a", "edit", ""),
        ("tk: cancel a\n\nTk-Reason: so\n", "edit", ""),
        ("tk:cancel", "edit", "tk:cancel"),
        ("tk: step a Title", "step", ""),
        ("tk: step a half of it", "step", "half of it"),
        ("chore: start a Title\n\nTk-Actor: x\n", "start", ""),
        ("chore: step a half of it\n\nTk-Actor: x\n", "step", "half of it"),
        ("Fix it\n\nTk-Actor: x\n", "edit", "Fix it"),
    ],
)
def test_a_commit_of_its_own_and_a_step_say_what_they_are(
    message: str, event: str, subject: str
) -> None:
    assert entry(message=message)._replace(event=event).subject == subject


def test_times_are_of_the_birth_the_first_start_and_the_last_commit_and_never_run_back() -> None:
    assert times([]) == Times(None, None, None)
    assert times([entry(0)]) == Times(0, 0, None)
    assert times([entry(3), entry(5, WORK), entry(7), entry(9, WORK)]) == Times(3, 9, 5)
    assert times([entry(9), entry(5, WORK), entry(7)]) == Times(9, 9, 9)
