"""JSON shapes of flows."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.schemas.problem import ProblemShape
from api.schemas.titles import TitleShape
from engine.nets.soundness import Verdict
from engine.review.check import CheckReport
from engine.storage.tables import FlowRow
from engine.vocabulary import Language


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
        created: When it came.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "name": "survey.yaml",
                    "format": "yaml",
                    "flow": "satisfaction_survey",
                    "title": {"en": "Customer satisfaction survey", "zh": "客户满意度调查"},
                    "steps": 3,
                    "sha256": "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865",
                    "created": "2026-03-01T09:00:00Z",
                }
            ]
        }
    )

    id: int
    name: str
    format: Literal["yaml", "bpmn", "pnml"]
    flow: str
    title: TitleShape
    steps: int
    sha256: str
    created: datetime

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
                "created": row.created,
            }
        )


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
