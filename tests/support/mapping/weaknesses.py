"""What those systems were weak in."""

from __future__ import annotations

from importlib import metadata

from tests.support.mapping.exec_kernel import cycles
from tests.support.mapping.page import Case, shown
from tests.support.project import Project
from tkledger.errors import Exit


def blank(project: Project) -> None:
    project.ok("config", "set", "admission", "required")
    said = ("--consumer", "ops", "--pain", "slow", "--value", "fast")
    answer = project.tk("new", "T", *said, "--validation", "   ")
    assert answer.status == Exit.REJECTED
    assert "missing: validation_path" in answer.err


def one_message(project: Project) -> None:
    fact = "[TK201] a: todo -> done is not a transition"
    for verb in ("done", "approve"):
        assert fact in project.tk(verb, "a").err
    project.write(".tasks/a.yaml", project.file("a").replace("todo", "done") + "\n")
    project.git("add", ".tasks")
    assert fact in project.tk("verify", "--staged").err


def package(project: Project) -> None:
    assert metadata.metadata("tkledger")["Name"] == "tkledger"


def the_graph(project: Project) -> None:
    project.ok("edit", "b", "--depends-on", "a")
    assert "→ ○ todo b P2 " in project.ok("graph").out
    for format, begin, link in (
        ("mermaid", "flowchart LR", "n0 --> n1"),
        ("dot", "digraph tk {", '"a" -> "b"'),
        ("svg", "<svg ", 'marker-end="url(#end)"'),
        ("json", "{", '{"from": "a", "to": "b", "kind": "before"}'),
    ):
        drawn = project.ok("graph", "--format", format).out
        assert drawn.startswith(begin)
        assert link in drawn


def statistics(project: Project) -> None:
    project.ok("config", "set", "roles.lead", "ann")
    project.ok("config", "set", "guards.safe", "state=done", "role=lead")
    project.ok("start", "a", "--as", "bob")
    refused = project.tk("done", "a", "--as", "bob", "--json")
    assert (refused.status, refused.json["violations"][0]["code"]) == (Exit.REJECTED, "TK507")
    project.ok("done", "a", "--as", "ann")
    found = project.ok("stats", "--json").json
    assert found["states"]["done"] == found["cycle"]["tasks"] == 1
    assert found["ended"] == [{"actor": "ann", "done": 1}]


ROWS: dict[str, Case] = {
    "D1.5": shown(
        "cli/test_waits.py::a_task_waits_for_one_thing",
    ),
    "D2.4": shown(
        "cli/test_waits.py::times_are_of_this_machines_zone_or_have_an_offset",
        "cli/test_waits.py::a_time_that_clocks_skip_or_repeat_takes_an_offset",
    ),
    "D2.5": shown(
        "cli/test_waits.py::a_question_is_answered_and_the_task_goes_on",
        "cli/test_waits.py::what_another_waits_for_is_ended_by_a_role_only",
    ),
    "D0.1": shown(
        "core/test_exec_kernel.py::loop_ends_where_the_reference_never_does",
        "views/test_lists.py::orphans_and_circles_are_roots_with_a_mark",
    ),
    "D0.2": cycles,
    "D0.3": shown(
        "core/test_exec_kernel.py::loop_takes_a_stored_depth_as_a_floor_only",
        "core/rules/test_growth_rules.py::a_depth_is_that_below_the_root_whichever_task_is_looked_at_first",
    ),
    "D0.4": shown(
        "docs/test_tour.py::a_page_shows_what_comes",
        "core/test_exec_kernel.py::every_measured_fault_has_its_better_answer",
    ),
    "D0.5": shown(
        "core/test_exec_kernel.py::budget_measures_seconds_alike",
        "doors/test_budgets.py::time_in_progress_is_limited_by_the_dates_of_commits",
    ),
    "D0.6": shown(
        "cli/test_moves.py::a_refusal_names_fact_and_remedy",
        "cli/test_judging.py::checks_answer_in_the_reference_s_words",
    ),
    "D0.7": shown(
        "core/test_field.py::an_unknown_key_is_refused_with_the_nearest_known_one",
        "files/test_written.py::a_refused_file_is_told_of_with_its_line",
    ),
    "D0.8": blank,
    "D0.9": shown(
        "agents/test_registry.py::a_sleep_holds_in_every_clone_and_an_assignment_ends_it",
    ),
    "D0.10": shown(
        "ledger/test_interference.py::a_move_of_the_same_task_made_meanwhile_is_seen",
    ),
    "D0.11": shown(
        "ledger/test_write_path.py::a_hook_that_says_no_leaves_everything_as_it_was",
    ),
    "D0.12": one_message,
    "D0.13": shown(
        "agents/test_run.py::another_attempt_hears_of_the_first_once_it_may_begin",
    ),
    "D0.14": shown(
        "ledger/test_races.py::one_id_is_given_once",
        "agents/test_next.py::the_most_urgent_then_the_oldest",
    ),
    "D0.15": shown(
        "ledger/test_counting.py::it_is_the_same_in_a_clone",
        "core/test_usage.py::what_words_charge",
    ),
    "D0.16": shown(
        "agents/test_inbox.py::messages_come_in_the_order_in_which_they_were_sent",
        "agents/test_inbox.py::many_send_at_once_and_all_arrive",
        "agents/test_inbox.py::of_many_who_take_one_message_one_has_it",
        "agents/test_inbox.py::the_sender_learns_of_a_dead_letter",
    ),
    "D2.12": shown(
        "ledger/test_artifacts.py::what_cannot_be_attached_leaves_nothing",
    ),
    "D1.1": shown(
        "core/test_layers.py::the_core_imports_the_standard_library_and_itself_only",
        "core/test_layers.py::the_core_opens_and_prints_nothing",
    ),
    "D1.2": shown(
        "doors/test_beginnings.py::a_newer_format_is_unusable_and_no_violation",
        "core/test_policy.py::what_is_newer_needs_a_newer_tk",
    ),
    "D1.3": shown(
        "views/test_texts.py::minutes_are_utc",
        "core/test_time.py::a_time_that_was_written_is_read_again",
    ),
    "D1.4": shown(
        "core/test_task.py::the_tables_have_every_field",
        "core/test_task.py::the_fields_of_the_file_are_those_of_the_task_in_one_order",
    ),
    "D2.1": shown(
        "core/test_lifecycle.py::terminal_states_absorb",
        "doors/test_lying_merges.py::a_stale_branch_does_not_bring_an_ended_task_back",
    ),
    "D2.2": shown(
        "agents/test_interrupted_runs.py::a_task_is_run_once_at_a_time",
    ),
    "D2.3": shown(
        "ledger/test_keys.py::a_key_is_bound_to_verb_tasks_and_words",
    ),
    "D2.6": shown(
        "doors/test_budgets.py::a_step_is_refused_at_one_more_than_the_limit",
        "doors/test_budgets.py::a_warning_from_four_fifths_on",
    ),
    "D2.7": shown(
        "agents/test_run.py::a_command_that_cannot_be_run_is_no_attempt",
        "agents/test_run.py::a_failure_blocks_the_task",
    ),
    "D2.8": shown(
        "cli/test_cancel.py::a_cascade_cancels_all_that_is_open_below_in_one_commit",
        "cli/test_cancel.py::who_waits_for_a_cancelled_task_is_woken",
    ),
    "D2.9": shown(
        "ledger/test_killed_moves.py::a_killed_start_is_done_or_not_done",
        "local/test_store.py::a_file_is_read_as_it_was_written_last",
    ),
    "D2.10": shown(
        "ledger/test_interference.py::a_move_of_another_task_made_meanwhile_stays",
        "ledger/test_races.py::one_task_has_one_winner",
    ),
    "D2.11": shown(
        "doors/test_illegal_commits.py::every_kind_of_illegal_commit_is_named",
        "doors/test_replay.py::an_anchor_tells_a_history_that_was_cut_off_or_rewritten",
    ),
    "D2.13": shown(
        "cli/test_snapshots.py::what_cannot_be_a_name",
        "cli/test_snapshots.py::a_tag_that_names_no_commit_is_told_and_not_followed",
        "core/test_field.py::an_id_ends_where_the_text_ends",
    ),
    "D2.14": shown(
        "ledger/test_key_places.py::the_length_of_history_does_not_matter",
        "ledger/test_key_places.py::it_finds_what_a_search_finds",
    ),
    "D3.1": shown(
        "agents/test_run.py::a_failed_run_leads_on_and_shows_in_every_view",
        "agents/test_retry.py::a_retry_is_told_the_gap",
    ),
    "D3.2": shown(
        "ledger/test_killed_moves.py::a_killed_start_is_done_or_not_done",
        "ledger/test_write_path.py::a_state_change_is_one_line",
    ),
    "D3.3": shown(
        "core/test_lifecycle.py::the_grid_covers_every_pair_of_states",
    ),
    "D3.4": shown(
        "claims/test_claims.py::a_lease_that_ran_out_is_taken_over",
    ),
    "D3.5": shown(
        "core/rules/test_lifecycle_rules.py::the_concern_that_is_open_is_named",
    ),
    "D3.6": shown(
        "cli/test_gates.py::a_fail_is_recorded_and_shown_and_a_rerun_says_so",
    ),
    "D3.7": shown(
        "docs/test_docs_fresh.py::a_generated_page_is_fresh",
        "docs/test_docs_fresh.py::the_commands_told_exist",
        "doors/test_remedies.py::what_is_committed_is_repaired_and_accepted",
    ),
    "D3.8": shown(
        "agents/test_work.py::a_branch_that_is_there_is_gone_on_with",
    ),
    "D3.9": package,
    "D4.1": shown(
        "doors/test_limits.py::it_is_the_same_at_every_door",
    ),
    "D4.2": shown(
        "doors/test_may.py::every_door_keeps_an_actor_to_what_it_may",
        "cli/test_setup.py::init_with_a_preset_and_a_prefix",
    ),
    "D4.3": shown(
        "agents/test_interrupted_runs.py::an_interruption_at_any_moment_leaves_no_claim",
        "claims/test_claims.py::a_refused_move_leaves_no_claim",
    ),
    "D4.4": shown(
        "claims/test_claims.py::a_lease_that_ran_out_is_taken_over",
        "claims/test_fence.py::who_is_stopped_beyond_the_lease_writes_nothing",
    ),
    "D4.5": shown(
        "ledger/test_interference.py::the_next_edge_taken_meanwhile_is_built_upon",
    ),
    "D4.6": statistics,
    "D4.7": shown(
        "cli/test_machine_faults.py::a_full_disk",
        "cli/test_contract.py::a_bug_is_one_sentence",
    ),
    "D5.a": shown(
        "doors/test_same_verdict.py::every_clone_and_folder_comes_to_the_same_verdict",
        "doors/test_elsewhere.py::both_come_to_the_same_verdict_on_random_and_tampered_histories",
    ),
    "D5.b": shown(
        "doors/test_bypass.py::a_way_around_is_shut",
        "doors/test_special_attacks.py::a_commit_is_not_laundered_through_another_ref",
    ),
    "D5.c": shown(
        "merging/test_driver.py::neighbouring_lines_merge_field_by_field",
        "core/test_merge.py::there_is_always_a_state_to_choose",
    ),
    "D5.d": shown(
        "ledger/test_counting.py::what_a_squash_swallows_stays_in_the_mark",
        "doors/test_bypass_sums.py::a_mark_outlives_its_branch",
    ),
    "D5.e": shown(
        "cli/test_looking.py::why_names_the_legal_moves_and_what_hinders_the_others",
        "core/rules/test_judging.py::every_state_has_a_remedy_for_every_wish",
    ),
    "D5.f": the_graph,
    "D5.g": shown(
        "docs/test_docs_fresh.py::a_generated_page_is_fresh",
        "docs/test_docs_fresh.py::every_command_is_documented",
        "docs/test_docs_fresh.py::every_field_is_documented",
    ),
}
