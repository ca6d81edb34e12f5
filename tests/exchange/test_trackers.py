"""The tasks of other trackers as their readers give them, out of whole and out of damaged files."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.golden import hold
from tkledger.core.lifecycle import State
from tkledger.exchange.foreign import READERS, BadSource, Foreign, leaves, reader

HERE = Path(__file__).parents[1] / "data" / "foreign"

SOURCES = {
    "backlog": ("backlog", "backlog"),
    "beads": ("beads", "beads"),
    "github": ("github", "github/issues.json"),
    "github-rest": ("github", "github/rest.json"),
    "speckit": ("speckit", "speckit"),
    "taskmaster": ("taskmaster", "taskmaster"),
    "taskwarrior": ("taskwarrior", "taskwarrior.json"),
    "ticket": ("ticket", "ticket"),
}
"""The kind of each fixture, and where it lies."""

LOST = {"beads": ["web-e5f6 metadata"]}
"""What of the fixtures has no place in tk: the key of the task, and the name in the tracker."""

KINDS = sorted({kind for kind, _ in SOURCES.values()})


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def found(kind: str, path: Path) -> list[Foreign]:
    return [*reader(kind)(path)]


def fixture(name: str) -> list[Foreign]:
    kind, place = SOURCES[name]
    return found(kind, HERE / place)


def test_every_reader_has_a_fixture() -> None:
    assert {kind for kind, _ in SOURCES.values()} == {"beads", "backlog", "ticket"} | {
        *("taskmaster", "taskwarrior", "github", "speckit")
    }
    assert set(KINDS) <= set(READERS)


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_tracker_wrote_is_read_as_it_was_last_time(name: str) -> None:
    given = [_shown(task) for task in fixture(name)]
    hold(json.dumps(given, indent=1, ensure_ascii=False) + "\n", f"trackers/{name}.json")


def _shown(task: Foreign) -> dict[str, Any]:
    values = {**task._asdict(), "comments": [one._asdict() for one in task.comments]}
    return {name: value for name, value in values.items() if leaves(value) or value == "todo"}


@pytest.mark.parametrize("name", SOURCES)
def test_at_most_one_in_a_hundred_values_has_no_place(name: str) -> None:
    tasks = fixture(name)
    lost = [f"{task.key} {field}" for task in tasks for field in task.extra]
    assert lost == LOST.get(name, [])
    read = sum(task.read for task in tasks)
    assert sum(leaves(task.extra) for task in tasks) <= read / 100
    assert read > 40


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_names_each_task_once_and_the_others_by_their_keys(name: str) -> None:
    tasks = fixture(name)
    keys = [task.key for task in tasks]
    assert len(keys) == len({*keys})
    named = [key for task in tasks for key in (*task.depends_on, task.parent) if key]
    assert named
    assert {*named} <= {*keys}


@pytest.mark.parametrize("name", SOURCES)
def test_a_blocked_task_says_why_and_others_do_not_wait(name: str) -> None:
    for task in fixture(name):
        assert (task.state is State.BLOCKED) == ("wait" in task.fields), task.key
        assert all(value not in (None, "", [], (), {}) for value in task.fields.values()), task.key


def test_a_day_is_the_one_where_the_machine_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "tasks.json"
    file.write_text('[{"uuid": "u", "description": "t", "due": "20270330T220000Z"}]')
    assert found("taskwarrior", file)[0].fields["due"] == "2027-03-30"
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    assert found("taskwarrior", file)[0].fields["due"] == "2027-03-31"


# -- what is not of its kind -----------------------------------------------------------------

NOT_OF_IT = {
    "": "it holds no|it is not|it has no",
    "{}": "it is not",
    "[]": "it holds no|it is not",
    "[1]": "it is not",
    '{"a": 1}': "it is not",
    "---\n---\n": "it is not|JSON",
    "---\nid: [a\n---\n": "YAML|JSON|it is not",
    "Dear all\n": "it is not|JSON",
    "---\nid: TASK-1\n---\n\n## Description\n": "it is not|JSON",
    '[{"id": "a", "title": "t"}]': "it is not",
}
"""Texts that no tracker wrote, and what is said of them."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", NOT_OF_IT)
def test_a_file_of_another_kind_is_refused_with_what_was_expected(
    kind: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "file.md"
    file.write_text(text)
    with pytest.raises(BadSource, match=NOT_OF_IT[text]) as refused:
        found(kind, file)
    assert str(refused.value).startswith(str(file))


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_folder_and_none_at_all_are_refused(kind: str, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(BadSource) as refused:
            found(kind, path)
        assert str(refused.value).startswith(str(path))


@pytest.mark.parametrize("name", SOURCES)
def test_the_fixture_of_one_tracker_is_refused_as_that_of_another(name: str) -> None:
    own, place = SOURCES[name]
    for kind in KINDS:
        if kind != own:
            with pytest.raises(BadSource):
                found(kind, HERE / place)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("beads", '{"id": "a", "title": "t", "status": "open"}\n' * 2),
        ("github", '[{"number": 1, "title": "t"}, {"number": 1, "title": "u"}]'),
        ("taskwarrior", '[{"uuid": "a", "description": "t"}, {"uuid": "a", "description": "t"}]'),
    ],
)
def test_a_key_that_is_there_twice_is_refused(kind: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "tasks.md"
    file.write_text(text)
    with pytest.raises(BadSource, match="is there twice"):
        found(kind, file)


@pytest.mark.parametrize(
    ("kind", "text", "keys"),
    [
        (
            "taskmaster",
            '{"tasks": [{"id": 1, "title": "t"}, {"id": "1", "title": "u"}, {"id": 1, "title": "v"}]}',
            ["1", "1#2", "1#3"],
        ),
        (
            "speckit",
            "## Phase 3.1: One\n- [ ] T001 a\n- [x] **T001** [P]b\n",
            ["here", "here/phase-3.1", "here/T001", "here/T001#2"],
        ),
    ],
)
def test_a_key_that_models_write_twice_is_told_apart(
    kind: str, text: str, keys: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "here" / "tasks.md"
    file.parent.mkdir()
    file.write_text(text)
    assert [task.key for task in found(kind, file)] == keys


def test_an_id_that_the_archive_has_too_is_the_one_of_the_task(tmp_path: Path) -> None:
    for folder in ("tasks", "archive/tasks"):
        (tmp_path / folder).mkdir(parents=True)
        head = f"id: task-1\ntitle: in {folder}\nassignee: @bob"
        (tmp_path / folder / "task-1.md").write_text(f"---\n{head}\n---\n")
    (tmp_path / "tasks" / "readme.md").write_text("What lies here.\n")
    assert [
        (task.key, task.title, task.state.value, task.fields["owner"])
        for task in found("backlog", tmp_path)
    ] == [
        ("TASK-1", "in tasks", "todo", "bob"),
        ("archive/TASK-1", "in archive/tasks", "cancelled", "bob"),
    ]


def test_tasks_of_spec_kit_are_offered_in_the_order_of_the_page() -> None:
    tasks = [one for one in fixture("speckit") if "001-user-login/T" in one.key]
    assert tasks == sorted(tasks, key=lambda task: (task.fields["priority"], task.key))


def test_a_task_of_backlog_is_named_by_its_number_or_as_it_was_called_once(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "config.yml").write_text('task_prefix: "web"\n')
    needs = {1: "[]", 2: "[task-1]", 3: "[2, web-1, TASK-9]"}
    for number, names in needs.items():
        head = f"id: WEB-{number}\ntitle: t\ndependencies: {names}\nparent_task_id: task-1"
        (tmp_path / "tasks" / f"{number}.md").write_text(f"---\n{head}\n---\n")
    assert [task.depends_on for task in found("backlog", tmp_path)] == [
        (),
        ("WEB-1",),
        ("WEB-2", "WEB-1", "TASK-9"),
    ]
    assert {task.parent for task in found("backlog", tmp_path)} == {"WEB-1"}


def test_other_forms_that_trackers_write_are_read_as_well(tmp_path: Path) -> None:
    issues = [
        json.loads(line) for line in (HERE / "beads/.beads/issues.jsonl").read_text().splitlines()
    ]
    listed = tmp_path / "listed.json"
    listed.write_text(json.dumps([one for one in issues if one["_type"] == "issue"], indent=1))
    assert found("beads", listed) == [task for task in fixture("beads") if task.key != "memories"]

    lines = tmp_path / "lines.json"
    tasks = json.loads((HERE / "taskwarrior.json").read_text())
    lines.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    assert found("taskwarrior", lines) == fixture("taskwarrior")

    short = tmp_path / "short.json"
    short.write_text(
        '[{"number": 2, "title": "t", "state": "OPEN", "blockedBy": [{"number": 1}], "labels": ["p3", "x"]}]'
    )
    (issue,) = found("github", short)
    assert (issue.key, issue.name, issue.depends_on) == ("#2", "gh-2", ("#1",))
    assert issue.fields == {"priority": 3, "labels": ["x"]}


def test_a_task_of_backlog_from_before_it_marked_its_sections_is_read(tmp_path: Path) -> None:
    file = tmp_path / "task-1.md"
    sections = (
        "## Description\n\nIt fails.\n\n## Acceptance Criteria\n\n- [x] it works\n- [ ] twice\n"
    )
    more = "\n## Implementation Notes\n\nLooked.\n\n### A heading\n\nMore.\n"
    file.write_bytes(
        f"---\nid: task-1\ntitle: t\n---\n{sections}{more}".replace("\n", "\r\n").encode()
    )
    (task,) = found("backlog", file)
    assert task.fields == {
        "description": "It fails.",
        "criteria": ("it works", "twice"),
        "met": ("it works",),
    }
    assert [one.text for one in task.comments] == ["Looked.\n\n### A heading\n\nMore."]


def test_criteria_that_would_not_fit_stay_in_the_description(tmp_path: Path) -> None:
    file = tmp_path / "issues.jsonl"
    for text in ("it works\nand fast", "- " + "x" * 301, "- one -- two", "- one --", "just so"):
        file.write_text(
            json.dumps({"id": "a", "title": "t", "status": "open", "acceptance_criteria": text})
        )
        (task,) = found("beads", file)
        assert task.fields == {"description": f"## Acceptance criteria\n\n{text}"}


# -- hostile files ---------------------------------------------------------------------------


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    for name in ("beads", "taskmaster", "ticket", "backlog", "speckit"):
        shutil.copytree(HERE / SOURCES[name][1], outside / name)
    places = {
        "beads": (".beads", "beads/.beads"),
        "taskmaster": (".taskmaster", "taskmaster/.taskmaster"),
        "ticket": (".tickets", "ticket/.tickets"),
        "backlog": ("backlog", "backlog"),
        "speckit": ("specs", "speckit/specs"),
    }
    for kind, (link, target) in places.items():
        folder = tmp_path / kind
        folder.mkdir()
        (folder / link).symlink_to(outside / target)
        with pytest.raises(BadSource):
            found(kind, folder)
    for file in (outside / "ticket" / ".tickets").iterdir():
        folder = tmp_path / "linked" / ".tickets"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file.name).symlink_to(file)
    with pytest.raises(BadSource):
        found("ticket", tmp_path / "linked")


@pytest.mark.parametrize(
    ("head", "fact"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nid: *b", "anchors and aliases"),
        ("id: !!python/object/apply:os.system [true]", "tags are not read"),
        (f"id: {'[' * 50}", "deeper than 8"),
        ("a: b\na: c", "twice"),
        ("id: |\n" + "  x\n" * 40_000, "longer than"),
        ("- id", "map of fields"),
        ("id: a\nb: \x00", "YAML"),
    ],
)
@pytest.mark.parametrize("kind", ["backlog", "ticket"])
def test_yaml_that_runs_grows_or_nests_is_refused(
    kind: str, head: str, fact: str, tmp_path: Path
) -> None:
    file = tmp_path / "task.md"
    file.write_text(f"---\n{head}\n---\ntext\n")
    with pytest.raises(BadSource, match=fact):
        found(kind, file)


def test_tasks_below_each_other_without_end_are_refused(tmp_path: Path) -> None:
    value: dict[str, Any] = {"id": 1, "title": "t"}
    for _ in range(12):
        value = {"id": 1, "title": "t", "subtasks": [value]}
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps({"tasks": [value]}))
    with pytest.raises(BadSource, match="8 deep"):
        found("taskmaster", file)


def test_one_long_line_takes_no_longer_than_many_short_ones(tmp_path: Path) -> None:
    long = {
        one: one * 20_000 for one in (" ", ".", "[", "(", "#", "🎯 ", "- ", "(depends on T1 ", '" ')
    }
    file = tmp_path / "file"
    for text in long.values():
        spec = f"## Phase 1: One{text}\n- [ ] T001 [P] {text}x\n  {text}\n"
        file.write_text(f"# Tasks: {text}\n{spec}")
        assert len(found("speckit", file)) == 3
        ended = "\n\n## Notes\n\n**2026-01-01T00:00:00Z**\n\n"
        file.write_text(f"---\nid: a\n---\n# {text}x\n\n{text}{ended}{text}\n")
        assert len(found("ticket", file)) == 1
        file.write_text(f"---\nid: a\ntitle: b\n---\n\n## Comments\n\n{text}\n---\n{text}\n---\n")
        assert len(found("backlog", file)) == 1
        values = {"id": "a", "number": 1, "status": text, "title": f"a{text}", "created_at": text}
        values |= {"milestone": {"title": text}, "url": text, "labels": [text], "due_at": text}
        file.write_text(json.dumps({**values, "acceptance_criteria": f"- {text}", "state": text}))
        assert len(found("beads", file)) == 1
        assert len(found("github", file)) == 1


WRONG = [
    None,
    True,
    7,
    1e300,
    "x",
    "\x1b[31m\u202e\ud800",
    [],
    [[]],
    {},
    {"a": {"b": []}},
    [None, 1],
]
"""Values of a form that fields do not have."""


@pytest.mark.parametrize("name", ["beads", "github", "github-rest", "taskmaster", "taskwarrior"])
def test_a_field_of_a_wrong_type_counts_as_lost_or_is_refused(name: str, tmp_path: Path) -> None:
    kind, place = SOURCES[name]
    file = tmp_path / "file.json"
    held = {field: (entry, write) for entry, write in _entries(HERE / place) for field in entry}
    for field, (entry, write) in held.items():
        for wrong in WRONG:
            file.write_text(write({**entry, field: wrong}))
            try:
                tasks = found(kind, file)
            except BadSource:
                continue
            assert all(isinstance(one.title, str) and one.title.strip() for one in tasks)
            assert all(leaves(one.extra) <= one.read for one in tasks)


def _entries(path: Path) -> list[tuple[dict[str, Any], Callable[[Any], str]]]:
    """Each entry of a fixture, and how a file with only this one is written."""
    if path.is_dir():
        (path,) = [file for file in path.rglob("*") if file.is_file()]
    text = path.read_text()
    if path.suffix == ".jsonl":
        return [(json.loads(line), json.dumps) for line in text.splitlines()]
    value = json.loads(text)
    if isinstance(value, list):
        return [(one, lambda entry: json.dumps([entry])) for one in value]
    tasks = value["master"]["tasks"]
    return [(one, lambda entry: json.dumps({"tasks": [entry]})) for one in tasks]


_BYTES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [b"\n", b"---\n", b"## Notes\n", b"- [x] ", b"\x00", b"\xff", b'"', b"[", b"{", b"\r"]
    ),
)
_EDITS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 40), _BYTES), min_size=1, max_size=6
)


@pytest.mark.parametrize("name", SOURCES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=_EDITS, which=st.integers(0, 100))
def test_a_damaged_file_is_read_or_refused(
    name: str, edits: list[tuple[int, int, bytes]], which: int, tmp_path: Path
) -> None:
    kind, place = SOURCES[name]
    source, root = HERE / place, tmp_path / "root"
    if not root.exists():  # it is the same for all examples
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root)
    files = sorted(file for file in [root, *root.rglob("*")] if file.is_file())
    file = files[which % len(files)]
    whole = file.read_bytes()
    data = bytearray(whole)
    for place_of, length, new in edits:
        at = place_of % (len(data) + 1)
        data[at : at + length] = new
    file.write_bytes(data)
    try:
        tasks = found(kind, root)
    except BadSource:
        return
    finally:
        file.write_bytes(whole)
    assert all(task.key.strip() and task.title.strip() for task in tasks)
    assert all(isinstance(task.state, State) for task in tasks)
