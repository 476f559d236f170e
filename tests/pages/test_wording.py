"""Words that templates put together from a beginning and a member: there is one for every member, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from api.accounts.principal import How
from api.accounts.roles import RULES, Action
from api.mapping import OF_FLOW, OF_LOG
from api.pages.narrowing import OF_BOOK
from api.pages.shell import SECTIONS
from api.schedules.schemas import Period
from api.schedules.service import WEEKDAYS
from engine.assessment.case_search import CaseOrder
from engine.conformance.deadlines import DeadlineState
from engine.errors import Severity
from engine.logs.filter_query import NAMES
from engine.logs.options import DateOrder
from engine.messages.catalogue import sentence, term
from engine.nets.findings import Verdict as Soundness
from engine.rendering.overlay import OverlayKind
from engine.storage.tables import Role, Status
from engine.vocabulary import DeviationKind, Dimension, Language, MoveKind, Outcome, Verdict

CHANGES = {action for action in Action if RULES[action].resource}
TEXTS: dict[str, Iterable[str]] = {
    "page.action": CHANGES,
    "page.audit.resource": {RULES[action].resource for action in CHANGES},
    "page.audit.how": How,
    "account.role": Role,
    "page.keys.role": Role,
    "page.severity": Severity,
    "page.soundness": Soundness,
    "page.status": Status,
    "page.assessment": (Status.QUEUED, Status.RUNNING),
    "page.filter.name": (*NAMES, *OF_BOOK),
    "page.map.show": (*OF_LOG, *OF_FLOW),
    "page.section": (*SECTIONS, "keys", "audit", "schedules"),
    "page.cases.sort": CaseOrder,
    "page.schedule.period": Period,
    "page.schedule": WEEKDAYS,
    "page.schedule.every": ("day", "week", "month"),
    "page.columns.order": DateOrder,
    "page.live": (DeadlineState.AHEAD, DeadlineState.PASSED, "near"),
    "page.report.kind": ("html", "pdf", "xlsx", "json"),
    "chart.show": OverlayKind,
    "report.chart": OverlayKind,
    "report.move": (MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL),
}
TERMS: dict[str, Iterable[str]] = {
    "dimension": Dimension,
    "deviation": DeviationKind,
    "verdict": Verdict,
    "outcome": Outcome,
    "move": (MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL),
}


@pytest.mark.parametrize("language", Language)
def test_every_member_has_its_words(language: Language) -> None:
    for beginning, members in TEXTS.items():
        for member in members:
            assert sentence(f"{beginning}.{member}", {"name": "x", "minutes": 30}, language), (beginning, member)
    for beginning, members in TERMS.items():
        for member in members:
            assert term(f"{beginning}.{member}", language), (beginning, member)
