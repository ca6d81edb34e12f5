"""exec-kernel: lifecycle, loops, budgets, coordination."""

from __future__ import annotations

import json

from tests.support.mapping.page import Case, shown
from tests.support.project import Project
from tkledger.errors import Exit


def depth(project: Project) -> None:
    chain = "".join(
        json.dumps(
            {"op": "new", "title": f"L{n}", "id": f"l{n}"} | ({"parent": f"l{n - 1}"} if n else {})
        )
        + "\n"
        for n in range(11)
    )
    project.ok("batch", stdin=chain)
    answer = project.tk("new", "Deeper", "--parent", "l10")
    assert answer.status == Exit.REJECTED
    assert "[TK307]" in answer.err


def cycles(project: Project) -> None:
    project.ok("edit", "b", "--parent", "a")
    project.ok("edit", "d", "--depends-on", "c")
    for words, code in (
        ("a --parent a", "TK304"),
        ("a --parent b", "TK304"),
        ("c --depends-on d", "TK305"),
        ("b --depends-on a", "TK306"),
    ):
        answer = project.tk("edit", *words.split())
        assert answer.status == Exit.REJECTED, words
        assert f"[{code}]" in answer.err, answer.said
        assert "->" in answer.err or " waits for " in answer.err, answer.said


def budget_of_depth(project: Project) -> None:
    project.ok("edit", "a", "--budget", "depth=1")
    project.ok("edit", "b", "--parent", "a")
    assert "[TK307]" in project.tk("edit", "c", "--parent", "b").err
    assert project.tk("check", "budget", "x", "--depth", "10").status == Exit.OK
    answer = project.tk("check", "budget", "x", "--depth", "11")
    assert (answer.status, "EXCEEDED" in answer.said) == (Exit.REJECTED, True)


def comments(project: Project) -> None:
    project.ok("start", "a")
    project.ok("done", "a")
    project.ok("note", "a", "seen on Windows as well")
    assert "- seen on Windows as well\n" in project.file("a") + "\n"
    project.ok("verify", "--all")


ROWS: dict[str, Case] = {
    "S0.1": shown(
        "core/test_lifecycle.py::a_task_is_born_in_todo_or_backlog",
        "core/test_lifecycle.py::terminal_states_absorb",
        "doors/test_illegal_commits.py::every_kind_of_illegal_commit_is_named",
    ),
    "S0.2": shown(
        "core/test_lifecycle.py::all_pairs_are_answered_as_measured_on_the_reference",
        "core/test_exec_kernel.py::transition_answers_alike_for_every_pair",
        "doors/test_equivalence.py::every_door_gives_the_same_codes",
    ),
    "S0.3": shown(
        "cli/test_judging.py::checks_answer_in_the_reference_s_words",
        "core/test_exec_kernel.py::transition_names_why_it_is_refused",
    ),
    "S0.4": shown(
        "cli/test_looking.py::log_is_the_history_oldest_first",
        "cli/test_looking.py::why_names_the_legal_moves_and_what_hinders_the_others",
        "cli/test_moves.py::a_dry_run_judges_and_writes_nothing",
        "cli/test_moves.py::the_actor_is_as_then_tk_actor_then_the_e_mail",
    ),
    "S0.5": shown(
        "core/test_properties.py::words_of_other_moves_are_notes",
        "core/test_properties.py::a_failure_is_written_as_wait_and_error",
        "ledger/test_log.py::each_task_has_its_own_reason_and_all_that_happened_to_it",
    ),
    "S0.6": depth,
    "S0.7": cycles,
    "S0.8": shown(
        "core/rules/test_growth_rules.py::identity_looks_at_the_parent_alone_and_ancestors_at_all_but_tells_once",
        "core/rules/test_rules.py::a_loop_check_refuses_warns_or_is_off",
    ),
    "S0.9": shown(
        "cli/test_used_ids.py::a_command_does_not_make_it_again",
        "cli/test_used_ids.py::tk_check_loop_says_so",
        "core/test_exec_kernel.py::loop_answers_alike",
    ),
    "S0.10": shown(
        "core/test_exec_kernel.py::loop_answers_alike",
        "core/test_exec_kernel.py::loop_answers_better",
    ),
    "S0.11": shown(
        "core/test_exec_kernel.py::loop_answers_alike",
        "core/rules/test_cycles.py::a_long_loop_is_shown_in_part",
    ),
    "S0.12": shown(
        "doors/test_budgets.py::a_step_is_refused_at_one_more_than_the_limit",
        "core/rules/test_budget_rules.py::the_last_step_is_allowed_and_one_more_is_not",
    ),
    "S0.13": budget_of_depth,
    "S0.14": shown(
        "doors/test_budgets.py::time_in_progress_is_limited_by_the_dates_of_commits",
        "core/test_exec_kernel.py::budget_measures_seconds_alike",
    ),
    "S0.15": shown(
        "core/test_exec_kernel.py::budget_names_steps_before_seconds_before_depth",
        "core/test_budget.py::figures_name_the_unit_and_whose_budget_it_is",
    ),
    "S0.16": shown(
        "doors/test_budgets.py::a_new_attempt_refunds_nothing_unless_the_scope_says_so",
        "core/test_exec_kernel.py::budget_refuses_what_is_no_use_and_no_limit",
    ),
    "S0.17": shown(
        "doors/test_quotas.py::it_is_refused_at_one_more_than_the_quota",
        "doors/test_quotas.py::all_branches_count_where_work_is_taken_up",
        "doors/test_quotas.py::what_is_left_is_shown_and_nearly_none_is_warned_of",
    ),
    "S0.18": shown(
        "cli/test_admission.py::the_refusal_names_the_options_that_are_missing_and_no_other",
        "core/test_exec_kernel.py::a_task_says_why_it_is_wanted_in_the_same_words",
    ),
    "S0.19": shown(
        "cli/test_writing.py::new_takes_all_that_describes_a_task",
        "files/test_codec.py::a_task_is_written_as_in_the_golden_file",
    ),
    "S0.20": shown(
        "agents/test_next.py::who_sleeps_makes_no_tasks",
        "agents/test_registry.py::a_sleep_holds_in_every_clone_and_an_assignment_ends_it",
        "agents/test_registry.py::a_sleep_ends_by_itself",
    ),
    "S0.21": shown(
        "claims/test_claim_races.py::many_in_one_checkout",
        "claims/test_claim_races.py::many_in_eight_worktrees",
        "claims/test_claim_races.py::many_in_clones_of_one_server",
        "claims/test_taking.py::an_assigned_task_is_left_to_its_owner",
    ),
    "S0.22": shown(
        "ledger/test_interference.py::a_move_of_the_same_task_made_meanwhile_is_seen",
        "ledger/test_write_path.py::a_refusal_writes_nothing",
        "core/test_properties.py::words_of_other_moves_are_notes",
    ),
    "S0.23": comments,
    "S0.24": shown(
        "cli/test_spec.py::a_specification_is_written_shown_changed_and_taken_out",
        "cli/test_writing.py::new_takes_all_that_describes_a_task",
    ),
    "S0.26": shown(
        "core/test_policy.py::a_field_takes_and_refuses",
        "core/test_field.py::an_unknown_key_is_refused_with_the_nearest_known_one",
        "files/test_written.py::a_refused_file_is_told_of_with_its_line",
        "cli/test_setup.py::config_explains_every_field",
    ),
    "S0.27": shown(
        "cli/test_judging.py::checks_answer_in_the_reference_s_words",
    ),
    "S0.28": shown(
        "cli/test_decide.py::what_was_tried_and_learnt_outlives_the_next_moves",
        "cli/test_recall.py::what_was_learnt_is_found_by_its_words_its_task_and_its_label",
    ),
    "S0.29": shown(
        "core/test_budget.py::another_attempt_waits_twice_as_long_up_to_two_minutes",
        "doors/test_budgets.py::attempts_are_limited_and_wait",
    ),
    "S0.30": shown(
        "agents/test_retry.py::a_peer_is_asked_and_told",
    ),
    "S0.31": shown(
        "agents/test_retry.py::its_creator_gets_a_task_whose_end_wakes_it",
    ),
    "S0.32": shown(
        "agents/test_retry.py::an_approver_is_told_what_is_recommended_and_what_may_go_wrong",
    ),
    "S0.33": shown(
        "agents/test_retry.py::tiers_one_after_the_other",
        "agents/test_retry.py::a_run_escalates_after_the_last_attempt",
        "agents/test_retry.py::a_retry_without_attempts_left_escalates",
    ),
    "S0.34": shown(
        "agents/test_inbox.py::a_message_says_what_it_asks_for_and_what_it_answers",
        "core/test_messages.py::a_message_without_an_end",
    ),
    "S0.35": shown(
        "agents/test_next.py::waiting_ends_when_there_is_one",
        "agents/test_inbox.py::messages_come_in_the_order_in_which_they_were_sent",
        "agents/test_inbox.py::of_many_who_take_one_message_one_has_it",
        "agents/test_inbox.py::of_two_clones_the_one_at_the_remote_first_takes_a_message",
        "agents/test_inbox.py::what_is_refused_three_times_is_dead",
        "agents/test_inbox.py::the_sender_learns_of_a_dead_letter",
        "agents/test_inbox.py::a_message_is_waited_for",
    ),
    "S0.36": shown(
        "cli/test_watch.py::events_come_while_it_waits",
        "api/test_watch.py::from_each_cursor_on_all_that_came_after_is_told",
        "api/test_watch.py::events_of_watchers_killed_at_random_are_all_told",
    ),
    "S0.37": shown(
        "agents/test_registry.py::agents_say_what_they_can_do",
        "agents/test_registry.py::next_offers_what_an_agent_is_able_to_do",
    ),
    "S0.38": shown(
        "cli/test_recall.py::who_takes_a_task_is_told_of_what_is_like_it",
        "cli/test_recall.py::work_and_run_hand_it_over",
    ),
}
