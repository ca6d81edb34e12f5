"""AbstractRuntime: durable runs."""

from __future__ import annotations

import pytest

from tests.support.mapping.page import Case, shown
from tests.support.project import Project
from tkledger.errors import Exit


def statuses(project: Project) -> None:
    """Running, waiting, completed, failed, cancelled."""
    project.ok("start", "a", "b", "c", "d")
    assert project.state("a") == "in_progress"
    project.ok("block", "a", "--reason", "user", "-m", "which one?")
    assert project.state("a") == "blocked"
    project.ok("done", "b")
    assert project.state("b") == "done"
    project.ok("cancel", "c", "--resolution", "failed")
    assert "resolution: failed" in project.file("c")
    project.ok("cancel", "d")
    assert project.state("d") == "cancelled"


def steps_are_logged(project: Project) -> None:
    project.ok("start", "a")
    project.ok("step", "a", "-m", "read the logs")
    project.ok("spend", "a", "--tokens-in", "10", "--cost", "0.2", "-m", "calls")
    project.write("code.txt", "two\n")
    project.git("commit", "-qam", "Parse\n\nTk-Task: a")
    said = project.ok("log", "a").out
    for words in ("read the logs", "calls; 10 tokens; $0.2", "todo -> in_progress", "Parse"):
        assert words in said
    entries = project.ok("log", "a", "--json").json["entries"]
    assert [one["event"] for one in entries[:4]] == ["new", "start", "step", "spend"]


def a_report(project: Project) -> None:
    said = project.ok("verify", "--all", "--json").json
    assert (said["commits"], said["violations"]) == (project.count(), [])
    said = project.ok("audit", "--json").json
    assert said["range"]["tip"] == project.head()
    assert said["verdict"] == {"commits": project.count(), "violations": []}
    project.plumb({".tasks/a.yaml": project.file("a").replace("todo", "done").encode() + b"\n"})
    project.git("reset", "-q", "--hard")
    answer = project.tk("verify", "--all", "--json")
    assert [(one["code"], one["commit"]) for one in answer.json["violations"]] == [
        ("TK201", project.head())
    ]


def created_once(project: Project) -> None:
    words = ("new", "Ship", "--id", "ship", "--key", "k")
    first = project.ok(*words, "--json")
    assert project.ok(*words, "--json").json == first.json
    assert project.tk("new", "Other", "--id", "ship", "--key", "k").status == Exit.USAGE
    assert project.ok("list", "--json").out.count('"Ship"') == 1


def found(project: Project, *words: str) -> list[str]:
    """The ids that a list has."""
    return [one["id"] for one in project.ok("list", *words, "--json").json["tasks"]]


def runs_are_found(project: Project) -> None:
    project.ok("edit", "b", "--label", "ui", "--owner", "ann", "--priority", "0", "--type", "bug")
    project.ok("note", "c", "an empty file")
    project.ok("edit", "d", "--depends-on", "c", "--stream", "web", "--parent", "a")
    project.ok("wait", "a", "--event", "deployed")
    for words, ids in {
        "--grep file": ["c"],
        "--state blocked": ["a"],
        "--type bug --label ui --owner ann --priority 0": ["b"],
        "--parent a --stream web": ["d"],
        "--blocked-by c": ["d"],
        "--waiting": ["a"],
        "--since yesterday --sort -id --limit 2": ["d", "c"],
        "--until 2001-01-01": [],
    }.items():
        assert found(project, *words.split()) == ids
    assert project.ok("list", "--waiting", "--fields", "id,state").out == "a  blocked\n"


def stalled_waits_are_found(project: Project) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", "2020-01-01T12:00:00Z")
        project.ok("block", "a", "b", "--reason", "user")
        project.ok("start", "c")
    project.ok("note", "b", "asked again")
    assert found(project, "--waiting", "--stale", "14d") == ["a"]
    assert found(project, "--stalled") == ["a", "b"]


def who_cancelled(project: Project) -> None:
    project.ok("cancel", "a", "-m", "not wanted", "--as", "ann")
    entry = project.ok("log", "a", "--json").json["entries"][-1]
    assert (entry["event"], entry["actor"], entry["reason"]) == ("cancel", "ann", "not wanted")
    assert {"actor": "ann", "cancelled": 1} in project.ok("stats", "--json").json["ended"]
    exposed = project.ok("stats", "--prometheus").out
    assert 'tk_ended_total{state="cancelled",actor="ann"} 1\n' in exposed
    project.ok("config", "set", "roles.ci", "robot")
    project.ok("config", "set", "gates.ci", "state=done", "role=ci")
    at = "https://ci.example.org/7"
    project.ok("gate", "b", "ci", "--record", "pass", "--url", at, "--as", "robot")
    evidence = project.ok("show", "b", "--json").json["task"]["evidence"]
    assert evidence[0].startswith("ci pass ")


ROWS: dict[str, Case] = {
    "S2.1": shown(
        "agents/test_waits.py::what_is_due_is_offered_and_taken_up",
    ),
    "S2.3": shown(
        "cli/test_waits.py::a_task_waits_for_one_thing",
        "cli/test_waits.py::a_question_is_answered_and_the_task_goes_on",
    ),
    "S2.4": shown(
        "agents/test_waits.py::a_signal_answers_all_who_wait_for_it",
        "cli/test_waits.py::a_task_waits_for_one_thing",
    ),
    "S2.5": shown(
        "cli/test_waits.py::a_time_ends_a_wait_for_an_event_too",
        "cli/test_waits.py::how_long_it_waits_counts_from_now_and_once_under_a_key",
    ),
    "S2.6": shown(
        "cli/test_waits.py::a_question_is_answered_and_the_task_goes_on",
        "core/rules/test_rules.py::what_breaks_a_rule_breaks_just_that",
    ),
    "S2.7": shown(
        "cli/test_waits.py::a_pause_keeps_what_there_was",
    ),
    "S2.10": shown(
        "agents/test_waits.py::two_who_tick_apart_leave_one_record_one_message_and_no_attempt",
        "cli/test_waits.py::lists_have_what_waits_what_is_due_and_what_has_stalled",
    ),
    "S2.23": shown(
        "cli/test_waits.py::a_child_is_waited_for",
        "agents/test_waits.py::the_end_of_another_task_is_seen_in_a_remembered_list",
    ),
    "S2.11": shown(
        "cli/test_spendings.py::only_types_that_are_listed_are_taken",
        "core/rules/test_rules.py::what_breaks_a_rule_breaks_just_that",
    ),
    "S2.2": statuses,
    "S2.8": shown(
        "core/test_lifecycle.py::terminal_states_absorb",
        "ledger/test_keys.py::a_key_is_bound_to_verb_tasks_and_words",
    ),
    "S2.9": shown(
        "cli/test_cancel.py::a_cascade_cancels_all_that_is_open_below_in_one_commit",
        "cli/test_cancel.py::a_cancel_waits_for_the_children",
        "cli/test_cancel.py::children_are_detached",
    ),
    "S2.12": shown(
        "agents/test_run_records.py::the_commit_that_ends_a_run_says_what_it_came_to",
        "agents/test_run_records.py::output_may_stay_out_of_the_ledger",
    ),
    "S2.13": steps_are_logged,
    "S2.14": a_report,
    "S2.15": shown(
        "doors/test_tampered.py::what_no_law_leads_to_is_named_without_an_anchor",
        "doors/test_tampered.py::what_the_law_would_lead_to_as_well_is_named_by_an_anchor",
        "doors/test_signatures.py::a_signature_of_another_commit_is_refused",
        "doors/test_illegal_commits.py::every_kind_of_illegal_commit_is_named",
        "doors/test_replay.py::an_anchor_tells_a_history_that_was_cut_off_or_rewritten",
        "doors/test_special_attacks.py::a_protected_branch_is_not_rewritten_or_deleted",
    ),
    "S2.16": shown(
        "doors/test_signatures.py::what_is_not_signed_by_its_actor_is_refused",
        "doors/test_signatures.py::verify_names_who_signed",
    ),
    "S2.17": shown(
        "agents/test_registry.py::agents_say_what_they_can_do",
        "doors/test_signatures.py::verify_names_who_signed",
    ),
    "S2.18": shown(
        "agents/test_run.py::another_attempt_hears_of_the_first_once_it_may_begin",
    ),
    "S2.19": shown(
        "ledger/test_keys.py::a_key_is_bound_to_verb_tasks_and_words",
        "ledger/test_keys.py::every_command_that_changes_something_takes_a_key",
    ),
    "S2.20": shown(
        "ledger/test_artifacts.py::another_clone_fetches_a_file_when_it_is_asked_for",
        "ledger/test_artifacts.py::two_clones_that_attach_the_same_and_others_merge",
    ),
    "S2.21": shown(
        "ledger/test_artifacts.py::it_is_in_no_checkout_and_the_tree_stays_small",
    ),
    "S2.22": shown(
        "cli/test_snapshots.py::a_snapshot_is_taken_listed_and_searched",
        "cli/test_snapshots.py::a_snapshot_is_compared_with_what_is_now",
        "cli/test_snapshots.py::every_look_takes_a_snapshot_and_a_date",
        "cli/test_snapshots.py::restore_brings_back_texts_by_an_edit_and_no_state",
    ),
    "S2.24": runs_are_found,
    "S2.25": stalled_waits_are_found,
    "S2.26": shown(
        "agents/test_inbox.py::of_two_clones_the_one_at_the_remote_first_takes_a_message",
        "agents/test_inbox.py::what_is_taken_offline_is_not_exclusive_and_the_second_is_told",
    ),
    "S2.27": created_once,
    "S2.30": who_cancelled,
    "S2.28": shown(
        "ledger/test_races.py::different_tasks_in_one_checkout",
        "ledger/test_races.py::different_tasks_in_eight_checkouts",
    ),
    "S2.29": shown(
        "ledger/test_killed_moves.py::a_killed_start_is_done_or_not_done",
        "ledger/test_killed_moves.py::a_killed_creation_is_done_or_not_done",
    ),
    "S2.31": shown(
        "doors/test_budgets.py::a_limit_is_raised_by_its_role_with_a_reason",
        "doors/test_budgets.py::a_warning_from_four_fifths_on",
    ),
    "S2.32": shown(
        "core/test_layers.py::the_core_imports_the_standard_library_and_itself_only",
        "core/test_layers.py::the_core_opens_and_prints_nothing",
    ),
    "S2.33": shown(
        "agents/test_registry.py::next_offers_what_an_agent_is_able_to_do",
        "agents/test_registry.py::a_worker_elsewhere_takes_what_it_can",
    ),
}
