"""JSON shapes of the standards of an assessment with what they ask for, and of its key figures."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from api.schemas.assessment import CalendarUseShape
from api.schemas.standards import StandardShape
from engine.vocabulary import Verdict


class JudgedStandardShape(StandardShape):
    """A standard over the whole log, with what it asks for.

    Attributes:
        due: Instances that were met or missed.
        asks: What is asked for, as the flow file spells it; null where the format cannot say it.
        calendar: Whose working time counts: that of the role that has to act, else the flow's.
    """

    due: int
    asks: str | None
    calendar: CalendarUseShape


class JudgedStandardsShape(BaseModel):
    """Standards in the flow's order.

    Attributes:
        items: A part of them.
        next: Give it as ``after`` to get the next part; null at the end.
        total: How many there are.
    """

    items: list[JudgedStandardShape]
    next: int | None
    total: int


class Better(StrEnum):
    """Which values of a key figure are better."""

    HIGHER = "higher"
    LOWER = "lower"


class KpiUnit(StrEnum):
    """What the values of a key figure are: a ``share`` lies between 0 and 1, a ``change`` may be negative."""

    SECONDS = "seconds"
    SHARE = "share"
    CHANGE = "change"


class KpiShape(BaseModel):
    """A key figure, as a row of the table 指标名称 · 衡量方式 · 目标值 · 实际值 · 备注.

    Attributes:
        id: Its name in the engine, or the id of its standard.
        name: 指标名称, in the reader's language.
        measured_by: 衡量方式: how it is measured; of a standard the rule as the flow file spells it.
        target: 目标值 as text, or null where none was set.
        actual: 实际值 as text, or null without evidence.
        note: 备注, or "".
        unit: What the two values are.
        target_value: The target as a number, or null.
        actual_value: The actual value as a number, or null.
        better: Which values are better.
        standard: Id of the standard, or null.
        verdict: Of the standard, else null.
    """

    id: str
    name: str
    measured_by: str
    target: str | None
    actual: str | None
    note: str
    unit: KpiUnit
    target_value: float | None
    actual_value: float | None
    better: Better
    standard: str | None
    verdict: Verdict | None


class KpisShape(BaseModel):
    """The key figures of an assessment: those of the whole process first, then one for each standard."""

    items: list[KpiShape]
