"""The lifecycle against a grid written by hand: 49 pairs of states, fifteen edges, no more."""

from __future__ import annotations

import json
from itertools import pairwise, product
from pathlib import Path

import pytest

from tkledger.core.lifecycle import (
    INITIAL,
    TARGETS,
    TERMINAL,
    TRANSITIONS,
    Event,
    Lifecycle,
    State,
    edge_name,
    is_terminal,
    narrowed,
)

# Rows are where a task stands, columns where it goes; '-' is no edge.
GRID = """
              backlog  todo     in_progress  in_review  blocked  done     cancelled
backlog       -        admit    -            -          -        -        -
todo          -        -        start        -          block    -        cancel
in_progress   -        -        -            submit     block    done     cancel
in_review     -        -        reject       -          block    approve  cancel
blocked       -        requeue  resume       -          -        -        cancel
done          -        -        -            -          -        -        -
cancelled     -        -        -            -          -        -        -
"""

# Where each event begins, and where it leads.
EVENTS = {
    Event.ADMIT: (["backlog"], "todo"),
    Event.START: (["todo"], "in_progress"),
    Event.SUBMIT: (["in_progress"], "in_review"),
    Event.FINISH: (["in_progress"], "done"),
    Event.APPROVE: (["in_review"], "done"),
    Event.REJECT: (["in_review"], "in_progress"),
    Event.BLOCK: (["todo", "in_progress", "in_review"], "blocked"),
    Event.RESUME: (["blocked"], "in_progress"),
    Event.REQUEUE: (["blocked"], "todo"),
    Event.CANCEL: (["todo", "in_progress", "in_review", "blocked"], "cancelled"),
    Event.NEW: ([], None),
}

# What each state can come to, in any number of moves.
REACH = {
    "backlog": "backlog todo in_progress in_review blocked done cancelled",
    "todo": "todo in_progress in_review blocked done cancelled",
    "in_progress": "todo in_progress in_review blocked done cancelled",
    "in_review": "todo in_progress in_review blocked done cancelled",
    "blocked": "todo in_progress in_review blocked done cancelled",
    "done": "done",
    "cancelled": "cancelled",
}

VECTORS = Path(__file__).parents[1] / "data" / "exec-kernel.json"


def _cells() -> dict[tuple[State, State], str]:
    head, *rows = [line.split() for line in GRID.strip().splitlines()]
    return {
        (State(row[0]), State(target)): word
        for row in rows
        for target, word in zip(head, row[1:], strict=True)
    }


CELLS = _cells()


def test_the_grid_covers_every_pair_of_states() -> None:
    assert set(CELLS) == set(product(State, State))
    assert sum(word != "-" for word in CELLS.values()) == len(TRANSITIONS) == 15


@pytest.mark.parametrize(("pair", "word"), list(CELLS.items()), ids=str)
def test_each_pair_of_states_has_the_event_of_the_grid(
    pair: tuple[State, State], word: str
) -> None:
    edge = Lifecycle().event_between(*pair)
    assert (edge.event.value if edge else "-") == word
    if edge:
        assert (edge.source, edge.target) == pair


@pytest.mark.parametrize("event", list(Event), ids=str)
def test_each_event_begins_and_ends_where_the_grid_says(event: Event) -> None:
    sources, target = EVENTS[event]
    edges = [edge for edge in TRANSITIONS if edge.event is event]
    assert [edge.source.value for edge in edges] == sources
    assert {edge.target.value for edge in edges} == ({target} if target else set())
    in_grid = [source for (source, _), word in CELLS.items() if word == event.value]
    assert {edge.source for edge in edges} == set(in_grid)


def test_every_event_but_a_birth_has_a_target_for_its_command() -> None:
    assert {event: state.value for event, state in TARGETS.items()} == {
        event: target for event, (_, target) in EVENTS.items() if target
    }


@pytest.mark.parametrize("state", list(State), ids=str)
def test_legal_events_are_the_row_of_the_grid(state: State) -> None:
    row = [word for (source, _), word in CELLS.items() if source is state and word != "-"]
    found = [edge.event.value for edge in Lifecycle().legal_events(state)]
    assert sorted(found) == sorted(row)


def test_terminal_states_absorb() -> None:
    assert {State.DONE, State.CANCELLED} == TERMINAL
    for state in State:
        assert is_terminal(state) == (not Lifecycle().legal_events(state))


def test_a_task_is_born_in_todo_or_backlog() -> None:
    assert INITIAL == (State.TODO, State.BACKLOG)


def test_each_edge_says_what_happened_in_words_of_its_own() -> None:
    reasons = [edge.reason for edge in TRANSITIONS]
    assert len(set(reasons)) == 15
    assert dict(zip(((edge.source, edge.target) for edge in TRANSITIONS), reasons))[
        State.BLOCKED, State.TODO
    ] == ("Unblocked, needs fresh start")


def test_all_pairs_are_answered_as_measured_on_the_reference() -> None:
    pairs = json.loads(VECTORS.read_text())["match"]["transitions_7x7"]
    assert len(pairs) == 49
    for pair in pairs:
        edge = Lifecycle().event_between(State(pair["from"]), State(pair["to"]))
        assert bool(edge) == pair["allowed"], pair
        if edge:
            assert pair["message"] == f"VALID: {edge.reason}"


@pytest.mark.parametrize(("source", "target"), list(product(State, State)), ids=str)
def test_reaches_says_what_any_number_of_moves_can_do(source: State, target: State) -> None:
    assert Lifecycle().reaches(source, target) == (target.value in REACH[source.value].split())


@pytest.mark.parametrize(
    ("source", "target", "verbs"),
    [
        ("todo", "done", "start done"),
        ("backlog", "done", "admit start done"),
        ("in_review", "todo", "block requeue"),
        ("blocked", "done", "resume done"),
        ("todo", "todo", ""),
    ],
)
def test_a_path_is_the_shortest_way_along_edges(source: str, target: str, verbs: str) -> None:
    way = Lifecycle().path(State(source), State(target))
    assert way is not None
    assert [edge.event.value for edge in way] == verbs.split()
    for one, following in pairwise(way):
        assert one.target is following.source


def test_no_path_leaves_a_terminal_state() -> None:
    assert Lifecycle().path(State.DONE, State.TODO) is None


def test_a_forbidden_edge_is_gone_and_all_others_stay() -> None:
    without = narrowed(("todo->cancelled",), review=False)
    assert without.event_between(State.TODO, State.CANCELLED) is None
    assert set(TRANSITIONS) - set(without.transitions) == {
        edge for edge in TRANSITIONS if edge_name(edge.source, edge.target) == "todo->cancelled"
    }
    assert without.reaches(State.TODO, State.CANCELLED)  # by way of work


def test_required_review_leaves_no_way_to_done_but_an_approval() -> None:
    reviewed = narrowed((), review=True)
    assert reviewed.event_between(State.IN_PROGRESS, State.DONE) is None
    way = reviewed.path(State.TODO, State.DONE)
    assert way is not None
    assert [edge.event for edge in way] == [Event.START, Event.SUBMIT, Event.APPROVE]


def test_an_approval_cannot_be_reconstructed_from_a_jump() -> None:
    reviewed = narrowed((), review=True)
    assert reviewed.path(State.TODO, State.DONE, unguarded=True) is None
    assert reviewed.path(State.TODO, State.IN_REVIEW, unguarded=True) is not None
    assert Lifecycle().path(State.TODO, State.DONE, unguarded=True) is not None


def test_a_jump_goes_past_no_approval_of_which_something_is_asked() -> None:
    """Where work ends by a review only since the straight edge is forbidden, too."""
    straight = ("in_progress->done",)
    asked = narrowed(straight, review=False, approvals=True)
    assert asked.path(State.IN_PROGRESS, State.DONE, unguarded=True) is None
    assert asked.path(State.IN_PROGRESS, State.DONE) is not None
    free = narrowed(straight, review=False)
    assert free.path(State.IN_PROGRESS, State.DONE, unguarded=True) is not None
