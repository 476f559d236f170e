"""What each role may do: one table. Every route names an action of it, or the service does not start.

A new kind of request gets a member of ``Action`` and a row of ``RULES``, its route ``dependencies=[allows(Action.…)]``,
and ``tests/api/accounts/permissions.csv`` a row for each role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from engine.storage.tables import Role


class Action(StrEnum):
    """What a request does. All that only look are one action."""

    READ = "read"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    ACCEPT_DEVIATION = "accept-deviation"
    WITHDRAW_ACCEPTANCE = "withdraw-acceptance"
    ADD_ACTION = "add-action"
    CHANGE_ACTION = "change-action"
    REMOVE_ACTION = "remove-action"
    UPLOAD_LOG = "upload-log"
    APPEND_EVENTS = "append-events"
    CLOSE_CASE = "close-case"
    CLOSE_LOG = "close-log"
    ASK_FOR_ASSESSMENT = "ask-for-assessment"
    CANCEL_ASSESSMENT = "cancel-assessment"
    ADD_SCHEDULE = "add-schedule"
    CHANGE_SCHEDULE = "change-schedule"
    ADD_HOOK = "add-hook"
    REMOVE_HOOK = "remove-hook"
    UPLOAD_FLOW = "upload-flow"
    ACTIVATE_FLOW = "activate-flow"
    MAKE_KEY = "make-key"
    READ_KEYS = "read-keys"
    REVOKE_KEY = "revoke-key"
    READ_AUDIT = "read-audit"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do something.

    Attributes:
        least: The least role that may.
        resource: The kind of what is changed; it is also the name of the parameter in the address that says which one.
        own: Whether it may be done to one's own only; an administrator may do it to everybody's.
    """

    least: Role
    resource: str = ""
    own: bool = False


RULES: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.READ: Rule(Role.REVIEWER),
        Action.SIGN_IN: Rule(Role.REVIEWER, "key"),
        Action.SIGN_OUT: Rule(Role.REVIEWER, "key"),
        Action.ACCEPT_DEVIATION: Rule(Role.REVIEWER, "acceptance"),
        Action.WITHDRAW_ACCEPTANCE: Rule(Role.REVIEWER, "acceptance", own=True),
        Action.ADD_ACTION: Rule(Role.REVIEWER, "action"),
        Action.CHANGE_ACTION: Rule(Role.REVIEWER, "action", own=True),
        Action.REMOVE_ACTION: Rule(Role.REVIEWER, "action", own=True),
        Action.UPLOAD_LOG: Rule(Role.OPERATOR, "log"),
        Action.APPEND_EVENTS: Rule(Role.OPERATOR, "log"),
        Action.CLOSE_CASE: Rule(Role.OPERATOR, "case"),
        Action.CLOSE_LOG: Rule(Role.OPERATOR, "log", own=True),
        Action.ASK_FOR_ASSESSMENT: Rule(Role.OPERATOR, "assessment"),
        Action.CANCEL_ASSESSMENT: Rule(Role.OPERATOR, "assessment", own=True),
        Action.ADD_SCHEDULE: Rule(Role.OPERATOR, "schedule"),
        Action.CHANGE_SCHEDULE: Rule(Role.OPERATOR, "schedule", own=True),
        Action.ADD_HOOK: Rule(Role.OPERATOR, "hook"),
        Action.REMOVE_HOOK: Rule(Role.OPERATOR, "hook", own=True),
        Action.UPLOAD_FLOW: Rule(Role.DESIGNER, "flow"),
        Action.ACTIVATE_FLOW: Rule(Role.DESIGNER, "flow"),
        Action.MAKE_KEY: Rule(Role.ADMINISTRATOR, "key"),
        Action.READ_KEYS: Rule(Role.ADMINISTRATOR),
        Action.REVOKE_KEY: Rule(Role.REVIEWER, "key", own=True),
        Action.READ_AUDIT: Rule(Role.ADMINISTRATOR),
    }
)

_RANKS = {role: rank for rank, role in enumerate(Role)}


def may(role: Role, action: Action) -> bool:
    """Whether a role may do something, at least to its own."""
    return _RANKS[role] >= _RANKS[RULES[action].least]


def may_to_all(role: Role, action: Action) -> bool:
    """Whether a role may do something to what is others' too."""
    return may(role, action) and (role is Role.ADMINISTRATOR or not RULES[action].own)
