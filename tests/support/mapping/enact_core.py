"""enact-core's kernel: reducer, states, waits, errors, cost."""

from __future__ import annotations

from tests.support.mapping.page import Case, shown

ROWS: dict[str, Case] = {
    "S1.5": shown(
        "cli/test_waits.py::reasons_of_other_systems_are_reasons",
        "cli/test_waits.py::a_pause_keeps_what_there_was",
    ),
    "S1.6": shown(
        "cli/test_waits.py::reasons_of_other_systems_are_reasons",
        "cli/test_waits.py::garbage_is_a_mistake_of_the_command_line",
    ),
    "S1.8": shown(
        "cli/test_waits.py::a_task_waits_for_one_thing",
        "cli/test_waits.py::a_pause_keeps_what_there_was",
    ),
    "S1.21": shown(
        "cli/test_waits.py::a_question_is_answered_and_the_task_goes_on",
    ),
    "S1.24": shown(
        "cli/test_waits.py::a_child_is_waited_for",
        "core/test_waits.py::a_wait_is_over_from",
    ),
    "S1.1": shown(
        "core/test_layers.py::the_core_imports_the_standard_library_and_itself_only",
        "doors/test_equivalence.py::every_door_gives_the_same_codes",
    ),
    "S1.2": shown(
        "ledger/test_write_path.py::a_refusal_writes_nothing",
        "cli/test_batch.py::a_batch_is_one_commit",
        "cli/test_batch.py::a_batch_is_all_or_nothing_before_the_rules_too",
    ),
    "S1.3": shown(
        "doors/test_replay.py::a_task_is_replayed_from_its_birth_to_where_it_is",
        "doors/test_replay.py::the_first_commit_that_the_law_does_not_lead_to_is_named",
    ),
    "S1.4": shown(
        "doors/test_special_attacks.py::a_protected_branch_is_not_rewritten_or_deleted",
    ),
    "S1.7": shown(
        "cli/test_criteria.py::steps_of_the_work_are_checked_skipped_and_listed",
        "cli/test_criteria.py::an_open_step_prevents_nothing_and_both_sides_of_a_merge_stay",
    ),
    "S1.10": shown(
        "cli/test_spec.py::a_new_task_says_why_it_is_made",
        "cli/test_reopen.py::what_has_ended_is_reopened_by_a_successor_in_one_legal_commit",
    ),
    "S1.11": shown(
        "cli/test_cancel.py::children_are_detached",
        "cli/test_cancel.py::to_detach_from_a_budget_takes_the_role",
    ),
    "S1.12": shown(
        "cli/test_cancel.py::a_cascade_cancels_all_that_is_open_below_in_one_commit",
        "cli/test_cancel.py::a_cancel_waits_for_the_children",
        "cli/test_cancel.py::children_are_detached",
    ),
    "S1.13": shown(
        "cli/test_attempts.py::an_error_for_good_is_not_tried_again_unless_it_was_another",
        "core/test_attempt.py::which_errors_are_tried_again",
    ),
    "S1.14": shown(
        "cli/test_attempts.py::the_policy_says_what_is_tried_again_and_how_much_later",
        "doors/test_budgets.py::attempts_are_limited_and_wait",
    ),
    "S1.15": shown(
        "doors/test_budgets.py::a_step_is_refused_at_one_more_than_the_limit",
        "doors/test_budgets.py::a_warning_from_four_fifths_on",
    ),
    "S1.16": shown(
        "doors/test_budgets.py::a_step_is_refused_at_one_more_than_the_limit",
        "cli/test_spendings.py::what_was_used_is_summed_by_agent_model_and_week",
        "ledger/test_artifacts.py::the_policy_says_how_large_they_may_be",
        "doors/test_limits.py::it_is_the_same_at_every_door",
    ),
    "S1.17": shown(
        "doors/test_guards.py::every_door_keeps_the_guards_and_takes_who_may",
        "doors/test_may.py::every_door_keeps_an_actor_to_what_it_may",
        "core/rules/test_rules.py::a_loop_check_refuses_warns_or_is_off",
        "core/test_lifecycle.py::a_forbidden_edge_is_gone_and_all_others_stay",
    ),
    "S1.18": shown(
        "cli/test_attempts.py::the_same_error_again_and_again_is_not_tried_again",
        "doors/test_budgets.py::the_policy_says_from_when_on_there_are_warnings",
        "core/rules/test_rules.py::a_loop_check_refuses_warns_or_is_off",
    ),
    "S1.19": shown(
        "doors/test_denials.py::a_server_keeps_who_was_refused_what_and_why",
        "doors/test_audit.py::each_act_is_named_with_its_proof",
    ),
    "S1.29": shown(
        "api/test_watch.py::events_are_what_the_log_has",
    ),
    "S1.20": shown(
        "cli/test_decide.py::a_decision_is_recorded_shown_and_logged",
        "cli/test_recall.py::what_was_learnt_is_found_by_its_words_its_task_and_its_label",
        "core/rules/test_rules.py::what_breaks_a_rule_breaks_just_that",
    ),
    "S1.9": shown(
        "ledger/test_artifacts.py::a_file_is_attached_listed_and_written_out",
    ),
    "S1.25": shown(
        "ledger/test_artifacts.py::a_file_is_attached_listed_and_written_out",
        "ledger/test_artifacts.py::another_clone_fetches_a_file_when_it_is_asked_for",
    ),
    "S1.22": shown(
        "agents/test_inbox.py::who_takes_a_task_or_looks_at_one_hears_of_messages",
    ),
    "S1.23": shown(
        "agents/test_run.py::a_failure_blocks_the_task",
        "agents/test_run_files.py::a_budget_of_seconds_ends_the_command",
    ),
    "S1.26": shown(
        "cli/test_snapshots.py::a_snapshot_is_taken_listed_and_searched",
        "cli/test_snapshots.py::every_look_takes_a_snapshot_and_a_date",
    ),
    "S1.27": shown(
        "cli/test_spendings.py::a_price_finds_the_cost_of_tokens",
        "cli/test_spendings.py::what_was_used_is_summed_by_agent_model_and_week",
    ),
    "S1.28": shown(
        "ledger/test_races.py::new_tasks_get_different_ids",
    ),
    "S1.30": shown(
        "cli/test_snapshots.py::a_snapshot_is_taken_listed_and_searched",
        "doors/test_guards.py::every_door_keeps_the_guards_and_takes_who_may",
    ),
}
