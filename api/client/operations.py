"""Every operation of the service, under the name of the client's method that asks for it.

A test holds this table against the OpenAPI document: its addresses, its query parameters, its bodies and its answers.
"""

from __future__ import annotations

from api.acceptances.schemas import AcceptanceRequest, AcceptanceShape
from api.accounts.schemas import KeyAnswer, KeyRequest, KeyShape, Me
from api.actions.schemas import ActionAnswer, ActionRequest
from api.assessments.schemas import AssessmentAnswer, AssessmentRequest, AssessmentSummary
from api.audit.schemas import AuditShape
from api.client.operation import Repeat, changes, deletes, downloads, lists, makes, reads, removes, streams, tells
from api.events.schemas import BatchAnswer, BatchRequest, CaseShape, ClosedLogAnswer, StoredEventShape
from api.flows.schemas import ActivationRequest, ActivationShape, CheckAnswer, FlowShape, VersionsAnswer
from api.hooks.schemas import DeliveryShape, HookAnswer, HookList, HookRequest, HookShape
from api.http.shapes import Page
from api.live.schemas import DeadlinePage, DeadlineShape, LiveCaseShape, StandingShape
from api.logs.schemas import LiveLogRequest, LogAnswer, LogSummary
from api.operations.schemas import Health, Ready
from api.reading import READ_OPTIONS
from api.schedules.schemas import ScheduleAnswer, ScheduleList, ScheduleRequest
from api.schemas.cases import CaseRowShape, CasesShape, VariantRowShape, VariantsShape
from api.schemas.comparison import ComparisonShape
from api.schemas.deviations import DeviationGroupShape, DeviationsShape
from api.schemas.judged_standards import JudgedStandardShape, JudgedStandardsShape, KpiShape, KpisShape
from api.schemas.log import LogShape
from api.schemas.one_case import OneCaseShape
from api.schemas.review import DifferenceShape
from engine.logs.filter_query import NAMES

_WHICH_CASES = (
    "deviation",
    "kind",
    "step",
    "standard",
    "dimension",
    "finding",
    "variant",
    "closed",
    "min-cost",
    "text",
)
_READING = tuple(option.spelled for option in READ_OPTIONS)

HEALTH = reads("/health", Health)
READY = reads("/ready", Ready, repeat=Repeat.NEVER)
METRICS = tells("/metrics")

ME = reads("/me", Me)
MAKE_KEY = makes("/keys", KeyAnswer, body=KeyRequest)
KEYS = lists("/keys", Page[KeyShape], KeyShape)
KEY = reads("/keys/{key}", KeyShape)
REVOKE_KEY = deletes("/keys/{key}")
AUDIT = lists("/audit", Page[AuditShape], AuditShape, "key", "action", "resource", "id", "since")

UPLOAD_FLOW = makes("/flows", FlowShape, "name")
FLOWS = lists("/flows", Page[FlowShape], FlowShape)
FLOW = reads("/flows/{flow}", FlowShape)
FLOW_SOURCE = downloads("/flows/{flow}/source")
CHECK_FLOW = reads("/flows/{flow}/check", CheckAnswer, "lang")
ACTIVATE_FLOW = changes("/flows/{flow}/activations", ActivationShape, body=ActivationRequest)
VERSIONS = reads("/flows/{flow}/versions", VersionsAnswer)
COMPARE_FLOWS = reads("/flows/{flow}/diff/{other}", DifferenceShape)
FLOW_CHART = downloads("/flows/{flow}/chart", "format", "lang")

ACCEPT_DEVIATION = makes("/flows/{flow}/acceptances", AcceptanceShape, body=AcceptanceRequest)
ACCEPTANCES = lists("/flows/{flow}/acceptances", Page[AcceptanceShape], AcceptanceShape)
ACCEPTANCE = reads("/flows/{flow}/acceptances/{acceptance}", AcceptanceShape)
WITHDRAW_ACCEPTANCE = changes("/flows/{flow}/acceptances/{acceptance}", AcceptanceShape, method="DELETE")

ADD_ACTION = makes("/flows/{flow}/actions", ActionAnswer, body=ActionRequest)
ACTIONS = lists("/flows/{flow}/actions", Page[ActionAnswer], ActionAnswer)
ACTION = reads("/flows/{flow}/actions/{action}", ActionAnswer)
CHANGE_ACTION = changes("/flows/{flow}/actions/{action}", ActionAnswer, method="PUT", body=ActionRequest)
REMOVE_ACTION = removes("/flows/{flow}/actions/{action}", ActionAnswer)

UPLOAD_LOG = makes("/logs", LogAnswer, "name", *_READING, "lang")
MAKE_LIVE_LOG = makes("/logs", LogAnswer, "lang", body=LiveLogRequest)
LOGS = lists("/logs", Page[LogSummary], LogSummary)
LOG = reads("/logs/{log}", LogAnswer, "lang")
LOG_QUALITY = reads("/logs/{log}/quality", LogShape, "lang")
EXPORT_LOG = downloads("/logs/{log}/export", "format", *NAMES)

APPEND_EVENTS = changes("/logs/{log}/events", BatchAnswer, "lang", body=BatchRequest)
EVENTS = lists("/logs/{log}/events", Page[StoredEventShape], StoredEventShape)
LIVE_CASES = lists("/logs/{log}/cases", Page[CaseShape], CaseShape)
LIVE_CASE = reads("/logs/{log}/cases/{case}", LiveCaseShape, "lang")
CASE_EVENTS = lists("/logs/{log}/cases/{case}/events", Page[StoredEventShape], StoredEventShape)
CLOSE_CASE = changes("/logs/{log}/cases/{case}/close", CaseShape)
CLOSE_LOG = changes("/logs/{log}/close", ClosedLogAnswer)
VERDICTS = lists("/logs/{log}/verdicts", Page[StandingShape], StandingShape)
DEADLINES = lists("/logs/{log}/deadlines", DeadlinePage, DeadlineShape, "within", "lang")
FOLLOW = streams("/logs/{log}/stream", "after")

ADD_HOOK = makes("/logs/{log}/hooks", HookAnswer, body=HookRequest)
HOOKS = lists("/logs/{log}/hooks", HookList, HookShape, has_parts=False)
HOOK = reads("/logs/{log}/hooks/{hook}", HookShape)
DELIVERIES = lists("/logs/{log}/hooks/{hook}/deliveries", Page[DeliveryShape], DeliveryShape)
REMOVE_HOOK = deletes("/logs/{log}/hooks/{hook}")

ASSESS = makes("/assessments", AssessmentSummary, "lang", body=AssessmentRequest)
ASSESSMENTS = lists("/assessments", Page[AssessmentSummary], AssessmentSummary, "lang")
ASSESSMENT = reads("/assessments/{assessment}", AssessmentAnswer, "lang")
CANCEL_ASSESSMENT = changes("/assessments/{assessment}/cancellation", AssessmentSummary, "lang")
ASSESSMENT_CHART = downloads("/assessments/{assessment}/chart", "show", "format", "lang")
REPORT = downloads("/assessments/{assessment}/report", "format", "lang")
EXPORT_ASSESSMENT = downloads("/assessments/{assessment}/export", "format", "lang")
COMPARE_ASSESSMENTS = reads("/assessments/{assessment}/comparison/{earlier}", ComparisonShape)
CASES = lists("/assessments/{assessment}/cases", CasesShape, CaseRowShape, *_WHICH_CASES, "sort")
CASE = reads("/assessments/{assessment}/cases/{case}", OneCaseShape, "number", "lang")
VARIANTS = lists("/assessments/{assessment}/variants", VariantsShape, VariantRowShape, *_WHICH_CASES)
DEVIATIONS = lists(
    "/assessments/{assessment}/deviations",
    DeviationsShape,
    DeviationGroupShape,
    *("kind", "step", "standard", "dimension", "accepted"),
)
STANDARDS = lists("/assessments/{assessment}/standards", JudgedStandardsShape, JudgedStandardShape)
KEY_FIGURES = lists("/assessments/{assessment}/kpis", KpisShape, KpiShape, "lang", has_parts=False)

ADD_SCHEDULE = makes("/schedules", ScheduleAnswer, "lang", body=ScheduleRequest)
SCHEDULES = lists("/schedules", ScheduleList, ScheduleAnswer, "lang", has_parts=False)
SCHEDULE = reads("/schedules/{schedule}", ScheduleAnswer, "lang")
PAUSE_SCHEDULE = changes("/schedules/{schedule}/pause", ScheduleAnswer, "lang")
RESUME_SCHEDULE = changes("/schedules/{schedule}/resumption", ScheduleAnswer, "lang")
DELETE_SCHEDULE = deletes("/schedules/{schedule}")
