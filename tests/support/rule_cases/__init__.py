"""For every rule, changes that break it, each with a legal twin that differs in just that."""

from __future__ import annotations

from tests.support.rule_cases.admission import admission_cases
from tests.support.rule_cases.approvals import approval_cases
from tests.support.rule_cases.budget import budget_cases
from tests.support.rule_cases.criteria import criteria_cases
from tests.support.rule_cases.evidence import evidence_cases
from tests.support.rule_cases.form import form_cases
from tests.support.rule_cases.graph import graph_cases
from tests.support.rule_cases.guards import guard_cases
from tests.support.rule_cases.imports import import_cases
from tests.support.rule_cases.keepers import keeper_cases
from tests.support.rule_cases.lifecycle_fields import fields_cases
from tests.support.rule_cases.lifecycle_links import links_cases
from tests.support.rule_cases.lifecycle_states import states_cases
from tests.support.rule_cases.loops import chain_cases
from tests.support.rule_cases.may import may_cases
from tests.support.rule_cases.merge import merge_cases
from tests.support.rule_cases.overrides import override_cases
from tests.support.rule_cases.policy import policy_cases
from tests.support.rule_cases.roles import role_cases
from tests.support.rule_cases.room import room_cases
from tests.support.rule_cases.signatures import signature_cases
from tests.support.rule_cases.waits import wait_cases

CASES = (
    *form_cases(),
    *room_cases(),
    *states_cases(),
    *fields_cases(),
    *links_cases(),
    *import_cases(),
    *merge_cases(),
    *graph_cases(),
    *chain_cases(),
    *budget_cases(),
    *role_cases(),
    *approval_cases(),
    *guard_cases(),
    *may_cases(),
    *keeper_cases(),
    *override_cases(),
    *admission_cases(),
    *criteria_cases(),
    *evidence_cases(),
    *wait_cases(),
    *policy_cases(),
    *signature_cases(),
)
