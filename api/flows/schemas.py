"""JSON shapes of flows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.schemas.problem import ProblemShape
from api.schemas.titles import TitleShape
from engine.nets.soundness import Verdict
from engine.review.check import CheckReport
from engine.storage.tables import ActivationRow, FlowRow
from engine.vocabulary import Language

FLOW_FILE = """\
trueline: 1
flow: car_service
title: {en: Car service, zh: 汽车保养}
effective: 2026-04-01
nodes:
  start: start
  receive: {step: {en: Receive the car, zh: 接车}}
  inspect: {step: {en: Inspect, zh: 检查}}
  hand_over: {step: {en: Hand over, zh: 交车}}
  end: end
edges:
  - start -> receive -> inspect -> hand_over -> end
"""
"""A flow as somebody may upload it."""


class FlowShape(BaseModel):
    """A flow that was uploaded.

    Attributes:
        id: Its number here.
        name: The file's name.
        format: What kind of file it is.
        flow: The flow's own id, as its file says.
        title: Its name for people.
        steps: How many steps it has.
        sha256: Of the file's bytes.
        content_hash: SHA-256 of what it means; null for one that came before this was kept.
        effective: The day from which it is in force, as its file says; null when it says none.
        created: When it came.
        created_by: The number of the key by which; null for what is older than accounts.
    """

    id: int
    name: str
    format: Literal["yaml", "bpmn", "pnml"]
    flow: str
    title: TitleShape
    steps: int
    sha256: str
    content_hash: str | None
    effective: date | None
    created: datetime
    created_by: int | None

    @classmethod
    def of(cls, row: FlowRow) -> FlowShape:
        """The shape of a row."""
        return cls.model_validate(
            {
                "id": row.id,
                "name": row.name,
                "format": row.format,
                "flow": row.key,
                "title": {"en": row.title_en, "zh": row.title_zh},
                "steps": row.steps,
                "sha256": row.file,
                "content_hash": row.content_hash or None,
                "effective": row.effective,
                "created": row.created,
                "created_by": row.created_by,
            }
        )


class ActivationRequest(BaseModel):
    """From when a version is to be in force.

    Attributes:
        effective: The first day, as ``2026-04-01``; without it, the day that the file says.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"effective": "2026-04-01"}]}
    )

    effective: date | None = None


class ActivationShape(BaseModel):
    """A version in force.

    Attributes:
        flow: The number of the version.
        effective: Its first day; it ends with the day before the next version's.
        created: When it was put into force.
    """

    flow: int
    effective: date
    created: datetime

    @classmethod
    def of(cls, row: ActivationRow) -> ActivationShape:
        """The shape of a row."""
        return cls(flow=row.flow, effective=row.effective, created=row.created)


class VersionsAnswer(BaseModel):
    """The versions of one flow that were put into force.

    Attributes:
        key: The flow's own id, as its files say.
        versions: In the order of their days.
    """

    key: str
    versions: list[ActivationShape]


class CheckAnswer(BaseModel):
    """What a check found.

    Attributes:
        clean: Whether no problem is an error.
        soundness: Whether every case can end properly: ``sound``, ``unsound``, ``unbounded`` or ``unknown``.
        markings: Markings that were explored; 0 where the structure gave the answer.
        problems: Everything it found, each with a run that shows it where there is one.
    """

    clean: bool
    soundness: Verdict
    markings: int
    problems: list[ProblemShape]

    @classmethod
    def of(cls, report: CheckReport, language: Language) -> CheckAnswer:
        """The shape of a report."""
        return cls(
            clean=report.is_clean,
            soundness=report.soundness.verdict,
            markings=report.soundness.markings,
            problems=[ProblemShape.of(problem, language) for problem in report.problems],
        )
