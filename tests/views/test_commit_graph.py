"""The graph beside `tk log`: a drawing read back has the links between the commits shown, of any history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tkledger.core.ancestry import links
from tkledger.views.commit_graph import beside, cut, room, rows
from tkledger.views.text_layout import Frame, plain

History = dict[str, list[str]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Commits with up to four parents, children before parents."""
    size = draw(st.integers(1, 14))
    found = {}
    for at in range(size):
        later = st.integers(at + 1, size - 1)
        parents = st.lists(later, max_size=4, unique=True) if at + 1 < size else st.just([])
        found[f"c{at}"] = [f"c{one}" for one in draw(parents)]
    return found


def before(history: Mapping[str, Iterable[str]], commit: str) -> set[str]:
    """All that a commit has in its history."""
    return {one for parent in history[commit] for one in (parent, *before(history, parent))}


def read_back(lines: Iterable[str], names: Iterable[str]) -> set[tuple[str, str]]:
    """The links in a drawing, by following its signs; the stars are of these commits."""
    found, stars = set(), iter(names)
    straight: dict[int, set[str]] = {}
    moving: dict[int, set[str]] = {}
    for line in lines:
        signs = line.ljust(2 * 40)
        after: dict[int, set[str]] = {}
        moved: dict[int, set[str]] = {}
        for lane in range(39):
            still, came = straight.get(lane, set()), moving.get(lane, set())
            if lane and signs[2 * lane - 1] == "/":  # it is the one that came which goes on
                goes, still = (came, still) if came else (still, set())
                assert goes, line
                moved.setdefault(lane - 1, set()).update(goes)
            else:
                still = still | came
            if signs[2 * lane + 1] == "\\":
                assert still, line
                after.setdefault(lane + 1, set()).update(still)
            if signs[2 * lane] == "|":
                assert still or after.get(lane), line
                after.setdefault(lane, set()).update(still)
            elif signs[2 * lane] == "*":
                name = next(stars)
                found |= {(one, name) for one in still}
                after[lane] = {name}
        straight, moving = after, moved
    assert next(stars, None) is None
    return found


@given(histories(), st.data())
def test_shown_commits_are_linked_with_the_nearest_in_their_history(
    history: History, data: st.DataObject
) -> None:
    shown = data.draw(st.sets(st.sampled_from(sorted(history)), min_size=1))
    steps = count()
    related = ((next(steps), [one, *parents])[1] for one, parents in history.items())
    found = links(related, shown)
    assert [*found] == [one for one in history if one in shown]
    assert next(steps) == 1 + max(place for place, one in enumerate(history) if one in shown)
    for one, parents in found.items():
        all_before = before(history, one) & shown
        covered = {far for near in all_before for far in before(history, near)}
        assert sorted(parents) == sorted(all_before - covered)


@given(histories())
def test_a_drawing_read_back_has_its_links(history: History) -> None:
    found = links(([one, *parents] for one, parents in history.items()), history)
    drawn = [*rows(found)]
    assert [row.star.count("*") for row in drawn] == [1] * len(found)
    below = [(row.star, *row.onward, row.below) for row in drawn]  # more text than lines
    expected = {(one, parent) for one, parents in found.items() for parent in parents}
    for lines in (below, [(row.star, *row.onward) for row in drawn]):
        assert read_back((line for part in lines for line in part), found) == expected


@given(histories(), st.integers(12, 60))
def test_a_graph_has_its_share_of_a_terminal(history: History, width: int) -> None:
    frame = Frame(width, piped=False)
    found = links(([one, *parents] for one, parents in history.items()), history)
    drawn = [*rows(found)]
    taken = room(drawn, frame)
    assert taken <= width // 4
    blocks = [([], [((one, ""),), (("more", ""),)]) for one in found]
    lines = [*map(plain, beside(drawn, [*found], blocks, taken, frame))]
    stars = [line for line in lines if "*" in line]
    assert [line[taken:].split() for line in stars] == [[one] for one in found]
    assert all("*" in line[:taken] for line in stars)


@pytest.mark.parametrize(
    ("line", "width", "shown"),
    [
        ("| *", 3, "| *"),
        ("| *", 5, "| *  "),
        ("* | |", 4, "* |~"),
        ("| | *", 4, "| ~*"),
        ("| |\\ \\", 3, "| ~"),
    ],
)
def test_what_is_cut_has_a_sign(line: str, width: int, shown: str) -> None:
    assert cut(line, width) == shown
