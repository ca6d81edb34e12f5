"""agentrelay: tasks, branches, pull requests."""

from __future__ import annotations

from pathlib import Path

from tests.support.mapping.page import Case, shown
from tests.support.project import Project


def place_of_work(project: Project) -> None:
    checkout = Project(Path(project.ok("work", "a", "--path").out.strip()))
    assert checkout.path.is_dir()
    assert project.ok("work", "a", "--path").out.strip() == str(checkout.path)
    checkout.ok("block", "a", "--reason", "failed", "-m", "it broke")
    said = checkout.file("a")
    for line in ("branch: tk/a", "base: main", "message: it broke"):
        assert line in said
    checkout.ok("requeue", "a")
    assert "attempt: 2" in checkout.file("a")


def how_it_ended(project: Project) -> None:
    project.ok("start", "a")
    before = project.file("a").splitlines()
    project.ok("done", "a", "--resolution", "no_pr")
    after = project.file("a").splitlines()
    assert sorted({*after} - {*before}) == ["resolution: no_pr", "state: done"]


def said_at_the_end(project: Project) -> None:
    project.ok("start", "a", "b")
    project.ok("done", "a", "--pr", "12", "--resolution", "merged", "-m", "both parsers are one")
    for line in ('pr: "12"', "resolution: merged", "- both parsers are one"):
        assert line in project.file("a")
    project.ok("concern", "b", "who restarts it?", "--kind", "ops")
    project.ok("note", "b", "works on Windows too")
    project.ok("block", "b", "--reason", "failed", "-m", "no network")
    for line in ('"ops: who restarts it?"', "- works on Windows too", "message: no network"):
        assert line in project.file("b")


ROWS: dict[str, Case] = {
    "S3.1": shown(
        "cli/test_moves.py::every_move_answers_alike",
        "cli/test_moves.py::work_that_is_handed_in_or_ended_may_name_its_pull_request",
    ),
    "S3.2": place_of_work,
    "S3.3": shown(
        "cli/test_writing.py::edit_changes_fields_and_takes_them_out",
        "cli/test_writing.py::a_design_concern_stands_in_the_way_of_done_until_it_is_settled",
        "core/rules/test_lifecycle_rules.py::everything_that_changed_in_what_has_ended_is_named_but_what_may",
    ),
    "S3.4": shown(
        "cli/test_moves.py::every_move_answers_alike",
    ),
    "S3.5": shown(
        "cli/test_moves.py::every_move_answers_alike",
    ),
    "S3.6": shown(
        "cli/test_attempts.py::each_attempt_that_is_followed_by_another_leaves_a_line",
    ),
    "S3.7": shown(
        "cli/test_moves.py::every_move_answers_alike",
    ),
    "S3.11": shown(
        "cli/test_gates.py::a_task_is_done_once_its_gate_passed_on_its_code",
        "doors/test_evidence.py::every_door_asks_for_evidence_of_the_code",
    ),
    "S3.12": shown(
        "doors/test_later_attempts.py::a_later_attempt_ends_by_a_review_and_the_first_one_need_not",
        "doors/test_later_attempts.py::a_run_sends_a_later_attempt_to_its_review",
    ),
    "S3.13": shown(
        "agents/test_merge.py::a_run_merges_what_is_done",
        "agents/test_run_gates.py::a_run_is_done_once_its_gate_passed_on_what_it_left",
        "agents/test_run_gates.py::a_gate_that_fails_blocks_the_task_and_the_next_attempt_sees_why",
        "agents/test_run_gates.py::work_ends_by_its_gates_in_one_step",
    ),
    "S3.14": shown(
        "agents/test_run.py::a_command_that_cannot_be_run_is_no_attempt",
        "agents/test_run.py::nothing_more_is_taken_after_the_first_that_fails",
        "core/test_attempt.py::which_errors_are_tried_again",
    ),
    "S3.15": shown(
        "agents/test_run.py::all_there_is_is_done_side_by_side",
        "agents/test_run.py::nothing_more_is_taken_after_the_first_that_fails",
    ),
    "S3.8": shown(
        "cli/test_criteria.py::a_frozen_specification_changes_by_its_keeper_only",
    ),
    "S3.9": shown(
        "cli/test_spec.py::a_specification_is_written_shown_changed_and_taken_out",
        "cli/test_spec.py::a_guard_may_ask_for_a_field_of_it",
        "cli/test_criteria.py::criteria_are_added_met_waived_and_listed",
    ),
    "S3.10": shown(
        "core/test_snapshot.py::what_is_ready_is_in_todo_and_waits_for_nothing",
        "cli/test_looking.py::ready_gives_what_can_be_started",
        "core/rules/test_lifecycle_rules.py::what_a_task_waits_for_is_named",
    ),
    "S3.16": shown(
        "agents/test_streams.py::work_of_a_stream_is_merged_into_its_branch_and_the_next_starts_there",
        "agents/test_streams.py::what_came_to_a_stream_is_not_offered_again",
        "cli/test_streams.py::each_stream_is_shown_with_its_state_and_branch",
        "core/test_streams.py::the_state_of_all_is_what_can_be_done_about_them",
    ),
    "S3.17": shown(
        "agents/test_work.py::the_settings_say_where",
        "agents/test_work.py::a_branch_that_is_there_is_gone_on_with",
    ),
    "S3.18": how_it_ended,
    "S3.19": shown(
        "cli/test_attempts.py::each_attempt_that_is_followed_by_another_leaves_a_line",
        "agents/test_run.py::another_attempt_hears_of_the_first_once_it_may_begin",
    ),
    "S3.20": shown(
        "cli/test_writing.py::a_design_concern_stands_in_the_way_of_done_until_it_is_settled",
        "core/rules/test_lifecycle_rules.py::the_concern_that_is_open_is_named",
    ),
    "S3.21": shown(
        "cli/test_snapshots.py::restore_brings_back_texts_by_an_edit_and_no_state",
        "ledger/test_undo.py::each_move_is_taken_back_with_files_index_and_claim",
        "agents/test_work.py::nothing_uncommitted_is_dropped",
    ),
    "S3.26": shown(
        "agents/test_run.py::a_terminal_shows_what_each_job_is_at",
        "cli/test_watch.py::a_table_for_people",
        "cli/test_watch.py::events_come_while_it_waits",
    ),
    "S3.22": shown(
        "agents/test_status.py::each_thing_that_needs_ada_is_in_its_section",
        "doors/test_honest_flows.py::the_button_that_merges",
        "doors/test_honest_flows.py::the_button_that_rebases",
        "doors/test_honest_flows.py::the_button_that_squashes_where_the_policy_says_so",
    ),
    "S3.23": shown(
        "cli/test_writing.py::edit_changes_fields_and_takes_them_out",
    ),
    "S3.24": shown(
        "doors/test_may.py::branches_are_asked_of_who_pushes",
    ),
    "S3.25": said_at_the_end,
}
