"""The report of several versions: who judged which cases, the joined scores, and the whole report of each version."""

from __future__ import annotations

from dataclasses import dataclass

from engine.assessment.assessment import DimensionScore
from engine.assessment.versions import VersionedAssessment, VersionPart
from engine.rendering import palette
from engine.rendering.report import environment, render_report
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import Language

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version.

    Attributes:
        day: From when it is in force.
        content: The hash of its meaning.
        cases: How many it judged.
        scores: Of each dimension, when it judged any.
        report: Its own report, an HTML document; "" when it judged no case.
    """

    day: str
    content: str
    cases: str
    scores: tuple[str, ...]
    report: str


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """One dimension over all versions."""

    name: str
    score: str
    units: str
    interval: str


def render_versions_report(found: VersionedAssessment, *, log: str, language: Language) -> str:
    """The report of a log that several versions judged.

    Args:
        found: What was found.
        log: The log's file name.
        language: Of every text that is not the user's own.

    Returns:
        An HTML document with the reports of the versions inside it. The same values give the same bytes.
    """
    wording = Wording(language)
    flow = found.versions[-1].process.flow
    return (
        environment()
        .get_template("versions.html.j2")
        .render(
            t=wording.text,
            term=wording.term,
            language=language.value,
            palette=palette,
            title=clean(wording.title(flow.title)) or flow.id,
            log=clean(log),
            cases=wording.number(found.cases),
            before_first=wording.number(found.before_first) if found.before_first else "",
            without_start=wording.number(found.without_start) if found.without_start else "",
            dimensions=tuple(wording.term(f"dimension.{score.dimension}") for score in found.dimensions),
            joined=tuple(_joined(score, wording) for score in found.dimensions),
            versions=tuple(_version(part, wording, language) for part in found.versions),
        )
    )


def _version(part: VersionPart, wording: Wording, language: Language) -> VersionRow:
    found = part.assessment
    scores = () if found is None else tuple(_score(score, wording) for score in found.dimensions)
    return VersionRow(
        day=wording.term("version.always") if part.effective is None else part.effective.isoformat(),
        content=part.content_hash,
        cases=wording.number(part.cases),
        scores=scores,
        report="" if found is None else render_report(found, language=language),
    )


def _score(score: DimensionScore, wording: Wording) -> str:
    return NOTHING if score.score is None else wording.score(score.score)


def _joined(score: DimensionScore, wording: Wording) -> JoinedRow:
    interval = NOTHING if score.interval is None else f"{score.interval[0]:.1f} … {score.interval[1]:.1f}"
    units = f"{wording.number(score.numerator)} / {wording.number(score.denominator)}"
    return JoinedRow(wording.term(f"dimension.{score.dimension}"), _score(score, wording), units, interval)
