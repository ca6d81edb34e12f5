from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise, product
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.overviews import board_of, listed, tree_of
from tkledger.api.lists import groups_of
from tkledger.core.graph import reachable
from tkledger.core.lifecycle import State
from tkledger.core.overview import Chosen
from tkledger.core.rows import overview
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, task
from tkledger.views.board import SHOWN, board, board_by
from tkledger.views.list import listing
from tkledger.views.style import LOOKS
from tkledger.views.text_layout import Frame, plain
from tkledger.views.tree_shape import under_each


def made(name: str, title: str, state: str = "todo", **more: Any) -> Task:
    return task({"id": name, "title": title, "state": state, **more})


TASKS = (
    made("tk-a", "Release 1.0", "in_progress", priority=1, owner="alice"),
    made("tk-b", "修复解析器的崩溃问题", "done", parent="tk-a"),
    made("tk-c", "Write the notes 🎉", parent="tk-a", depends_on=["tk-b", "tk-d"], labels=["docs"]),
    made(
        "tk-d",
        "Sign the packages",
        "blocked",
        parent="tk-a",
        type="bug",
        wait={"reason": "approval", "detail": "ops"},
    ),
    made("tk-e", "Old idea", "cancelled"),
)
SNAPSHOT = Snapshot().put(*TASKS)
HIDDEN = Counter(one.state for one in TASKS if one.ended)
OPEN = [one for one in TASKS if not one.ended]


def test_listing_is_a_table_by_state_with_a_count(terminal: Any) -> None:
    ages = {"tk-a": 3 * 86400 + 5, "tk-c": 90}
    assert terminal(listed(OPEN, SNAPSHOT, HIDDEN, ages), 110) == (
        "id    P   age  type  title               owner  labels  waits for\n"
        "\n"
        "◐ in_progress 1\n"
        "tk-a  P1  3d         Release 1.0         alice\n"
        "\n"
        "✗ blocked 1\n"
        "tk-d  P2       bug   Sign the packages                  approval – ops\n"
        "\n"
        "○ todo 1\n"
        "tk-c  P2  1m         Write the notes 🎉         docs    waits for tk-d (blocked)\n"
        "\n"
        "3 open · 1 done, 1 cancelled (tk list --all)"
    )


def test_listing_in_another_order_says_the_state_in_each_line(terminal: Any) -> None:
    shown = overview(SNAPSHOT)
    places = [shown.places[one] for one in ("tk-c", "tk-a")]
    assert terminal(listing(shown, Chosen(places, 2, 3, reordered=True), {}), 100) == (
        "state          id    P   title               owner  labels  waits for\n"
        "○ todo         tk-c  P2  Write the notes 🎉         docs    waits for tk-d (blocked)\n"
        "◐ in_progress  tk-a  P1  Release 1.0         alice\n"
        "\n"
        "2 of 3 open"
    )


def test_listing_stacks_where_columns_do_not_fit(terminal: Any) -> None:
    assert terminal(listed(OPEN[1:], SNAPSHOT, {}), 52) == (
        "✗ blocked 1\n"
        "tk-d  P2  Sign the packages  bug · approval – ops\n"
        "\n"
        "○ todo 1\n"
        "tk-c  P2  Write the notes 🎉\n"
        "          docs · waits for tk-d (blocked)\n"
        "\n"
        "2 open"
    )


def test_a_remark_that_several_tasks_share_is_said_once(terminal: Any, piped: Any) -> None:
    shown = overview(SNAPSHOT)
    spent = "9 of 10 steps used of tk-a"
    shown.remarks = {"tk-a": "9 of 10 steps used", "tk-c": spent, "tk-d": f"nobody's; {spent}"}
    places = [shown.places[one.id] for one in OPEN]
    view = listing(shown, Chosen(places, 3, 3), {})
    text = terminal(view, 160)
    assert text.count(spent) == 1
    assert text.splitlines()[-2:] == ["3 open", f"2 tasks: {spent}"]
    assert "approval – ops; nobody's\n" in text
    assert "  9 of 10 steps used\n" in text  # its own budget
    assert piped(view).count(spent) == 2


def test_listing_counts_ended_tasks_that_are_shown(terminal: Any) -> None:
    assert terminal(listed(TASKS, SNAPSHOT, {})).endswith("\n\n3 open, 1 done, 1 cancelled")
    assert terminal(listed([], SNAPSHOT, {State.DONE: 2000})) == (
        "0 open · 2,000 done (tk list --all)"
    )


def test_piped_listing_is_one_task_a_line_in_full(piped: Any) -> None:
    title = "long " * 100 + "end"
    text = piped(listed([*OPEN, made("tk-f", title)], SNAPSHOT, HIDDEN))
    rows = [line.split("  ") for line in text.splitlines()]
    assert [[cell.strip() for cell in row if cell] for row in rows] == [
        ["◐ in_progress", "tk-a", "P1", "-", "alice", "-", "-", "Release 1.0"],
        ["○ todo", "tk-c", "P2", "-", "-", "docs", "waits for tk-d", "Write the notes 🎉"],
        ["✗ blocked", "tk-d", "P2", "bug", "-", "-", "approval – ops", "Sign the packages"],
        ["○ todo", "tk-f", "P2", "-", "-", "-", "-", title],
    ]
    assert piped(listed([], SNAPSHOT, HIDDEN)) == ""


def test_a_dependency_that_can_never_be_done_says_so(terminal: Any) -> None:
    stuck = made("tk-s", "Stuck", depends_on=["tk-e", "tk-zz"])
    text = terminal(listed([stuck], SNAPSHOT.put(stuck), {}), 110)
    assert "waits for tk-e (cancelled), tk-zz (unknown)" in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_no_view_is_wider_than_the_terminal(terminal: Any, width: int) -> None:
    names = [
        made(f"tk-{n}", "宽🎉ä" * n, owner="所有者" * 9, depends_on=["tk-b"]) for n in range(1, 40)
    ]
    nested = [one._replace(parent=f"tk-{n}") for n, one in enumerate(names)]
    snapshot = SNAPSHOT.put(*nested)
    for view in (listed(nested, snapshot, HIDDEN), tree_of(snapshot), board_of(snapshot)):
        lines = terminal(view, width).splitlines()
        assert max(map(cell_len, lines)) <= width
        assert len(lines) > 10


def test_wide_letters_do_not_break_the_columns(terminal: Any) -> None:
    tasks = [made("tk-1", "修复" * 4, owner="x"), made("tk-2", "plain", owner="x")]
    lines = terminal(listed(tasks, SNAPSHOT, {})).splitlines()
    assert [cell_len(line) for line in lines[3:5]] == [cell_len("tk-1  P2  ") + 16 + 3] * 2


def test_tree_shows_children_and_how_far_they_are(terminal: Any) -> None:
    assert terminal(tree_of(SNAPSHOT, None, True), 80) == (
        "◐ tk-a P1 Release 1.0  ▰▱▱▱▱ 1/3 done  alice\n"
        "├─ ○ tk-c P2 Write the notes 🎉  waits for tk-d (blocked)\n"
        "├─ ✗ tk-d P2 Sign the packages  blocked: approval – ops\n"
        "└─ ● tk-b P2 修复解析器的崩溃问题\n"
        "⊘ tk-e P2 Old idea\n"
        "\n"
        "○ 1 todo · ◐ 1 in_progress · ✗ 1 blocked · ● 1 done · ⊘ 1 cancelled"
    )


def test_tree_leaves_out_what_has_ended(piped: Any) -> None:
    assert piped(tree_of(SNAPSHOT)) == (
        "◐ in_progress tk-a P1 Release 1.0  ▰▱▱▱▱ 1/3 done  alice\n"
        "├─ ○ todo tk-c P2 Write the notes 🎉  waits for tk-d\n"
        "└─ ✗ blocked tk-d P2 Sign the packages  blocked: approval – ops\n"
    )
    assert piped(tree_of(SNAPSHOT, "tk-e")) == "⊘ cancelled tk-e P2 Old idea\n"


def test_tree_keeps_an_ended_parent_of_something_open(piped: Any) -> None:
    snapshot = Snapshot().put(made("tk-1", "Up", "done"), made("tk-2", "Down", parent="tk-1"))
    assert piped(tree_of(snapshot)) == (
        "● done tk-1 P2 Up  ▱▱▱▱▱ 0/1 done\n└─ ○ todo tk-2 P2 Down\n"
    )


def test_tree_rolls_up_all_that_is_below_and_says_what_is_left_out(
    terminal: Any, piped: Any
) -> None:
    snapshot = Snapshot().put(
        made("top", "Top"),
        made("mid", "Middle", parent="top"),
        made("old", "Old", "done", parent="mid"),
        made("older", "Older", "done", parent="old"),
        made("not", "Not at all", "cancelled", parent="mid"),
        made("new", "New", parent="mid"),
    )
    assert terminal(tree_of(snapshot)).splitlines()[:3] == [
        "○ top P2 Top  ▰▰▱▱▱ 2/4 done",
        "└─ ○ mid P2 Middle  ▰▰▰▱▱ 2/3 done  (+1 done, 1 cancelled)",
        "   └─ ○ new P2 New",
    ]
    assert "(+" not in terminal(tree_of(snapshot, None, True)) + piped(tree_of(snapshot))
    lines = [line.split("P2 ")[-1] for line in piped(tree_of(snapshot, depth=0)).splitlines()]
    assert lines == ["Top  ▰▰▱▱▱ 2/4 done", "└─ … 2 deeper (tk tree top)"]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_below_is_counted_at_any_depth(seed: int) -> None:
    rng = random.Random(seed)
    some = [made("tk-0", "Top")]
    for n in range(1, 60):
        above = f"tk-{rng.randrange(n)}" if rng.random() < 0.9 else None
        some.append(
            made(f"tk-{n}", "Step", rng.choice(["todo", "done", "cancelled"]), parent=above)
        )
    shown = overview(Snapshot().put(*some))
    every, done = under_each(shown)
    for one in some:
        below = [*reachable([one.id], shown.children)][1:]
        states = Counter(shown.rows[shown.places[key]].state for key in below)
        place = shown.places[one.id]
        assert every[place] == sum(states.values()) - states[State.CANCELLED]
        assert done[place] == states[State.DONE]


def test_a_terminal_has_short_names_that_are_still_different(terminal: Any, piped: Any) -> None:
    owners = ("ann@here.example", "ann@there.example", "7+bob@users.example", "ops")
    some = [made(f"tk-{n}", "Title", owner=owner) for n, owner in enumerate(owners)]
    snapshot = Snapshot().put(*some)
    shown = [line.split()[-1] for line in terminal(tree_of(snapshot)).splitlines()[:4]]
    assert shown == ["ann@here.example", "ann@there.example", "bob", "ops"]
    assert [line.split()[-1] for line in piped(tree_of(snapshot)).splitlines()] == [*owners]


def test_narrow_tree_puts_details_on_a_line_of_their_own(terminal: Any) -> None:
    assert terminal(tree_of(SNAPSHOT, "tk-d"), 44).splitlines()[:2] == [
        "✗ tk-d P2 Sign the packages",
        "     blocked: approval – ops",
    ]


@pytest.mark.parametrize("width", range(24, 91, 6))
def test_a_narrow_tree_keeps_progress_owner_and_waits_whole(terminal: Any, width: int) -> None:
    snapshot = SNAPSHOT.put(
        made(
            "tk-long",
            "A title that is longer than a narrow terminal is",
            parent="tk-a",
            owner="maintainer",
        ),
        made(
            "tk-in",
            "Inner",
            "blocked",
            parent="tk-long",
            wait={"reason": "user", "detail": "which one is it?"},
        ),
        made("tk-ended", "Ended", "done", parent="tk-long"),
    )
    lines = terminal(tree_of(snapshot, "tk-a"), width).split("\n")
    assert max(map(cell_len, lines)) <= width
    text = " ".join(" ".join(line.strip("│├└─ ") for line in lines).split())
    for whole in (
        *("▰▱▱▱▱ 2/6 done", "▰▰▱▱▱ 1/2 done", "(+1 done)", "alice", "maintainer"),
        *("waits for tk-d (blocked)", "blocked: user – which one is it?"),
    ):
        assert whole in text, lines
    cut_lines = [line for line in lines if "…" in line]
    assert all(line.lstrip("│├└─ ")[2:].startswith("tk-") for line in cut_lines), "titles only"
    assert width < 72 or not cut_lines


def test_tree_says_what_to_do_when_there_is_nothing(terminal: Any) -> None:
    assert terminal(tree_of(Snapshot())) == "no tasks yet (tk new TITLE)"
    assert terminal(tree_of(Snapshot().put(TASKS[4]))) == "nothing open (tk tree --all)"


def test_orphans_and_circles_are_roots_with_a_mark(piped: Any) -> None:
    snapshot = Snapshot().put(
        made("tk-1", "Circle", parent="tk-2"),
        made("tk-2", "Circle too", parent="tk-1"),
        made("tk-3", "Below", parent="tk-2"),
        made("tk-4", "Own parent", parent="tk-4"),
        made("tk-5", "Orphan", parent="tk-gone"),
    )
    assert piped(tree_of(snapshot)) == (
        "○ todo tk-5 P2 Orphan  parent tk-gone is unknown\n"
        "○ todo tk-1 P2 Circle  ▱▱▱▱▱ 0/1 done  parent cycle: tk-1 -> tk-2 -> tk-1\n"
        "└─ ○ todo tk-2 P2 Circle too  ▱▱▱▱▱ 0/2 done\n"
        "   └─ ○ todo tk-3 P2 Below\n"
        "○ todo tk-4 P2 Own parent  ▱▱▱▱▱ 0/1 done  parent cycle: tk-4 -> tk-4\n"
    )


def test_a_very_deep_chain_is_counted_not_drawn(piped: Any, terminal: Any) -> None:
    chain = [made("tk-0", "Top")]
    chain += [made(f"tk-{n}", "Step", parent=f"tk-{n - 1}") for n in range(1, 10_000)]
    snapshot = Snapshot().put(*chain)
    lines = piped(tree_of(snapshot)).splitlines()
    assert len(lines) == 42
    assert lines[-1].strip() == "└─ … 9,959 deeper (tk tree tk-40)"
    assert "… 9,993 deeper (tk tree tk-6)" in terminal(tree_of(snapshot), 60)


def test_board_has_a_column_a_state(terminal: Any) -> None:
    rule = "─" * 23
    assert terminal(board_of(SNAPSHOT), 100) == (
        "○ todo 1                 ◐ in_progress 1          ✗ blocked 1              ● done 1\n"
        f"{rule}  {rule}  {rule}  {rule}\n"
        "tk-c  P2                 tk-a  P1  alice          tk-d  P2                 tk-b  P2\n"
        "Write the notes 🎉       Release 1.0              Sign the packages        "
        "修复解析器的崩溃问题\n"
        "waits for tk-d                                    approval – ops\n"
        "(blocked)\n"
        "\n"
        "1 cancelled (tk list --all)"
    )


def test_narrow_board_stacks_its_columns(terminal: Any) -> None:
    assert terminal(board_of(Snapshot().put(*TASKS[2:4])), 30) == (
        "○ todo 1\n"
        "──────────────────────────────\n"
        "tk-c  P2\n"
        "Write the notes 🎉\n"
        "waits for tk-b (unknown), tk-d\n"
        "(blocked)\n"
        "\n"
        "✗ blocked 1\n"
        "──────────────────────────────\n"
        "tk-d  P2\n"
        "Sign the packages\n"
        "approval – ops"
    )


def test_board_has_what_was_done_last_first_unless_it_is_put_in_order(terminal: Any) -> None:
    done = [made(f"tk-{n}", f"Step {n}", "done") for n in range(12)]
    ages = {f"tk-{n}": abs(n - 7) * 3600 for n in range(10)}

    def shown(**more: Any) -> list[str]:
        lines = terminal(
            board_of(Snapshot().put(*done), ages=lambda: ages, **more), 30
        ).splitlines()
        assert lines[-1] == "… 6 more"
        return [line.split()[0] for line in lines if line.startswith("tk-")]

    assert shown() == ["tk-7", "tk-6", "tk-8", "tk-5", "tk-9", "tk-4"]
    assert shown(reordered=True) == [f"tk-{n}" for n in range(6)]
    assert "tk-6  P2  1h\n" in terminal(board_of(Snapshot().put(*done), ages=lambda: ages), 30)


@pytest.mark.parametrize(
    ("width", "height"), [*product([40, 60, 80, 120, 200], [12, 24, 50, 90]), (26, 24), (26, 50)]
)
def test_board_fits_the_height_and_says_what_is_left_out(width: int, height: int) -> None:
    states = [state.value for state in LOOKS]
    some = [
        made(f"tk-{n}", "Step by step" + " by step" * (n % 4), states[n % 7], owner=f"own{n % 30}")
        for n in range(1, 200)
    ]
    shown = overview(Snapshot().put(*some))
    places = range(len(shown))
    for view in (
        board(shown, places, places),
        board_by(shown, groups_of(shown, places, "owner"), "owner"),
    ):
        lines = [plain(line) for line in view.draw(Frame(width, False, height))]
        assert len(lines) < height
        assert max(map(cell_len, lines)) <= width
        assert any(" more" in line for line in lines) or height == 90
    heads = [f"{look.glyph} {look.label}" for state, look in LOOKS.items() if state in SHOWN]
    drawn = [plain(line) for line in board(shown, places, places).draw(Frame(width, False, height))]
    under = [above for above, line in pairwise(drawn) if line.startswith("─")]
    hidden = [head for head in heads if not any(head in line for line in under)]
    if width > 26 and height > 12:  # they are not in columns, but named
        assert all(any(head in line for line in drawn) for head in hidden)
    assert ("shows all" in " ".join(drawn)) == bool(hidden)
    whole = [
        plain(line) for line in board(shown, places, places, 3).draw(Frame(width, False, height))
    ]
    under = [above for above, line in pairwise(whole) if line.startswith("─")]
    assert all(any(head in line for line in under) for head in heads), "as --limit 3 has it"
    assert "shows all" not in " ".join(whole)


def test_board_says_how_many_may_be_in_progress() -> None:
    some = [made(f"tk-{n}", "Step", "in_progress", owner="ann") for n in range(3)]
    shown = overview(Snapshot().put(*some))

    def head(most: int) -> Any:
        view = board(shown, range(3), range(3), most=lambda: most)
        return next(iter(view.draw(Frame(80, False, 24))))[0]

    assert head(3) == ("◐ in_progress 3, limit 3", "bold yellow")
    assert head(2) == ("◐ in_progress 3, limit 2", "bold red")
    groups = groups_of(shown, range(3), "owner")
    view = board_by(shown, groups, "owner", most=lambda: 2)
    assert next(iter(view.draw(Frame(80, False, 24))))[0][0] == "ann: 3 of 2 in progress, 3"


def test_board_by_something_else_says_the_state_of_each_task(terminal: Any, piped: Any) -> None:
    some = (
        made("tk-1", "One", "in_progress", owner="ann@here.example", labels=["ui", "docs"]),
        made("tk-2", "Two", parent="tk-1", labels=["ui"]),
        made("tk-3", "Three", "done", owner="ann@here.example"),
    )
    shown = overview(Snapshot().put(*some))

    def by(what: str) -> Any:
        return board_by(shown, groups_of(shown, range(3), what), what)

    assert terminal(by("owner"), 60) == (
        "ann 1                          no owner 1\n"
        "─────────────────────────────  ─────────────────────────────\n"
        "◐ tk-1  P2  ann                ○ tk-2  P2\n"
        "One                            Two"
    )
    assert terminal(by("label"), 60).splitlines()[0] == "ui 2                           docs 1"
    assert piped(by("label")) == (
        "ui    ◐ in_progress  tk-1  P2  ann@here.example  -  One\n"
        "ui    ○ todo         tk-2  P2  -                 -  Two\n"
        "docs  ◐ in_progress  tk-1  P2  ann@here.example  -  One\n"
    )
    assert piped(by("parent")) == (
        "tk-1  ○ todo         tk-2  P2  -                 -  Two\n"
        "-     ◐ in_progress  tk-1  P2  ann@here.example  -  One\n"
    )


def test_piped_board_is_one_task_a_line(piped: Any) -> None:
    assert piped(board_of(SNAPSHOT)) == (
        "○ todo         tk-c  P2  -      waits for tk-d  Write the notes 🎉\n"
        "◐ in_progress  tk-a  P1  alice  -               Release 1.0\n"
        "✗ blocked      tk-d  P2  -      approval – ops  Sign the packages\n"
        "● done         tk-b  P2  -      -               修复解析器的崩溃问题\n"
    )
