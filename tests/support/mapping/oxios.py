"""oxios: the manager of agents' lives."""

from __future__ import annotations

import re

from tests.support.mapping.page import PAGE, Case, shown
from tests.support.project import Project
from tkledger.core.lifecycle import State
from tkledger.core.task_parts import REASONS, RESOLUTIONS
from tkledger.errors import Exit


def table_of_states(project: Project) -> None:
    """Each state has a word elsewhere, and what the table says of waits and ends are words of tk."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("| elsewhere | in tk |")[2].partition("\n\n")[0]
    for state in State:
        assert f"`{state.value}`" in table
    assert "failed" in REASONS
    ended = re.findall(r"`resolution` ([\w, ]+)", table)
    named = {word for words in ended for word in re.split(r", | or ", words.strip())}
    assert named <= {word for ways in RESOLUTIONS.values() for word in ways}


def breaker(project: Project) -> None:
    project.ok("config", "set", "failures", "2")
    answer = project.tk("run", "--next", "--as", "alice", "--", "false")
    assert answer.status == Exit.REJECTED
    states = {one: project.ok("show", one, "--json").json["task"]["state"] for one in "cd"}
    assert states == {"c": "todo", "d": "todo"}, "two failed, and no third was begun"
    assert "the next try is at" in answer.err
    assert "[TK714]" in project.tk("start", "c", "--as", "alice").err
    project.ok("start", "c", "--as", "bob")


ROWS: dict[str, Case] = {
    "S4.14": shown(
        "cli/test_waits.py::a_task_waits_for_one_thing",
    ),
    "S4.1": table_of_states,
    "S4.2": shown(
        "agents/test_run.py::a_success_ends_the_task",
        "agents/test_run.py::a_command_is_given_the_messages_that_wait_for_its_actor",
        "agents/test_interrupted_runs.py::what_a_killed_tk_left_is_reaped_and_taken_up",
        "agents/test_run_files.py::files_that_are_not_committed_are_work_on_the_task",
        "doors/test_may.py::an_honest_bot_does_its_work",
    ),
    "S4.3": shown(
        "cli/test_spec.py::a_specification_is_written_shown_changed_and_taken_out",
        "cli/test_criteria.py::a_task_is_not_done_before_all_is_met_or_waived",
    ),
    "S4.4": shown(
        "agents/test_run.py::a_failure_blocks_the_task",
        "agents/test_run.py::an_agent_that_lost_its_claim_is_ended",
        "agents/test_run_files.py::a_budget_of_seconds_ends_the_command",
    ),
    "S4.5": shown(
        "agents/test_run.py::a_success_ends_the_task",
        "agents/test_run.py::where_reviews_are_required_it_is_sent_there",
        "agents/test_run.py::a_failure_blocks_the_task",
    ),
    "S4.6": shown(
        "agents/test_retry.py::a_retry_is_told_the_gap",
    ),
    "S4.7": shown(
        "agents/test_cancelled_runs.py::a_cancel_from_elsewhere_ends_the_command",
        "agents/test_cancelled_runs.py::a_command_that_ends_first_does_not_take_done_over_cancelled",
    ),
    "S4.8": shown(
        "claims/test_claims.py::reap_frees_what_ran_out_and_nothing_else",
        "agents/test_interrupted_runs.py::what_a_killed_tk_left_is_reaped_and_taken_up",
        "agents/test_next.py::what_its_holder_left_is_offered_wherever_it_was_begun",
    ),
    "S4.9": shown(
        "agents/test_next.py::says_why_and_offers_no_parent_of_open_work",
        "doors/test_limits.py::it_is_the_same_at_every_door",
        "doors/test_rates.py::an_agent_takes_as_many_as_it_says",
    ),
    "S4.10": shown(
        "doors/test_rates.py::an_actor_starts_so_many_in_so_long",
    ),
    "S4.11": shown(
        "doors/test_authority.py::only_the_role_changes_the_policy",
        "doors/test_editions.py::an_amended_policy_judges_from_the_next_commit_on",
    ),
    "S4.12": shown(
        "agents/test_registry.py::agents_say_what_they_can_do",
    ),
    "S4.13": shown(
        "doors/test_may.py::every_door_keeps_an_actor_to_what_it_may",
        "doors/test_guards.py::every_door_keeps_the_guards_and_takes_who_may",
        "doors/test_authority.py::only_the_role_changes_the_policy",
        "doors/test_budgets.py::a_limit_is_raised_by_its_role_with_a_reason",
    ),
    "S4.15": shown(
        "cli/test_moves.py::a_refusal_names_fact_and_remedy",
        "core/rules/test_rules.py::a_violation_states_fact_and_remedy_and_is_told_once",
        "core/rules/test_golden_texts.py::message_and_remedy_of_every_rule_are_these",
    ),
    "S4.16": shown(
        "doors/test_may.py::every_door_keeps_an_actor_to_what_it_may",
    ),
    "S4.17": shown(
        "doors/test_denials.py::a_server_keeps_who_was_refused_what_and_why",
        "doors/test_denials.py::no_note_changes_the_verdict",
        "doors/test_audit.py::each_act_is_named_with_its_proof",
    ),
    "S4.18": shown(
        "cli/test_watch.py::events_come_while_it_waits",
        "api/test_watch.py::from_each_cursor_on_all_that_came_after_is_told",
        "api/test_watch.py::events_of_watchers_killed_at_random_are_all_told",
    ),
    "S4.19": shown(
        "views/test_stats.py::hostile_labels_are_values_and_nothing_else",
        "cli/test_stats.py::it_is_drawn_and_told_to_a_monitor",
    ),
    "S4.20": shown(
        "views/test_lists.py::tree_shows_children_and_how_far_they_are",
        "views/test_texts.py::card_counts_no_child_that_was_cancelled",
    ),
    "S4.21": shown(
        "agents/test_inbox.py::a_message_says_what_it_asks_for_and_what_it_answers",
        "agents/test_registry.py::agents_say_what_they_can_do",
    ),
    "S4.22": shown(
        "doors/test_bypass.py::a_way_around_is_shut",
        "doors/test_look_alikes.py::every_look_alike_is_refused_at_every_door",
        "ledger/test_write_path.py::the_author_may_be_set_apart_from_the_committer",
    ),
    "S4.23": shown(
        "doors/test_verdicts.py::roles_and_scores",
        "doors/test_verdicts.py::the_next_attempt_gets_to_know_what_was_missing",
        "doors/test_budgets.py::an_agent_that_fails_and_resumes_for_ever_is_stopped",
    ),
    "S4.24": breaker,
}
