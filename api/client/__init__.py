"""The typed Python client of the service: ``Client`` with a method for each operation, and what it raises.

What its methods are given beside numbers and texts can be had from here too, so that a program needs one import.
"""

from __future__ import annotations

from api.accounts.roles import Action
from api.client.answers import Download, Notice
from api.client.calling import Listing
from api.client.client import Client
from api.client.failures import (
    AssessmentFailed,
    AssessmentUnfinished,
    ClientError,
    NotUnderstood,
    RequestRefused,
    Unreachable,
    WaitedTooLong,
)
from api.events.schemas import EventRequest
from api.schedules.schemas import Daily, Monthly, Period, ScheduledOptions, Weekly
from engine.logs.filtering import LogFilter
from engine.logs.options import DateOrder, ReadOptions
from engine.storage.live_store import NoticeKind
from engine.storage.outbox import HookKind
from engine.storage.tables import Role, Status
from engine.vocabulary import ActionState, DeviationKind, Dimension, Language

__all__ = [
    "Action",
    "ActionState",
    "AssessmentFailed",
    "AssessmentUnfinished",
    "Client",
    "ClientError",
    "Daily",
    "DateOrder",
    "DeviationKind",
    "Dimension",
    "Download",
    "EventRequest",
    "HookKind",
    "Language",
    "Listing",
    "LogFilter",
    "Monthly",
    "NotUnderstood",
    "Notice",
    "NoticeKind",
    "Period",
    "ReadOptions",
    "RequestRefused",
    "Role",
    "ScheduledOptions",
    "Status",
    "Unreachable",
    "WaitedTooLong",
    "Weekly",
]
