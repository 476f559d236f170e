"""Rows that the report shows: an assessment in one language, nothing new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.actions import deviation_key, finding_key
from engine.assessment.assessment import Assessment, DeviationSummary, DimensionScore, Finding
from engine.assessment.closing import Closing
from engine.definitions.versions import content_hash
from engine.rendering.calendar_views import say_calendars
from engine.rendering.cells import EMPTY, Cell, Cells
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind

FINDINGS_SHOWN = 10
EXAMPLES_SHOWN = 3
DEVIATIONS_SHOWN = 20
"""Rows of a table and cases of a row on screen and on paper; a workbook has them all."""
HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the header.

    Attributes:
        name: What it is about.
        value: What it says.
        code: Whether it is a hash, shown in full but small.
        key: Its name in the catalogue.
    """

    name: str
    value: str
    code: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One dimension.

    Attributes:
        key: The dimension's code.
        name: Its name.
        question: What it asks.
        score: The score; empty when not assessable.
        position: The score, 0…100.
        low, high: The interval's ends, equal to the score where there is no interval.
        kept, counted: Numerator and denominator.
        units: Both in words.
        interval: In words.
        verdict: How many of its standards are met, in words.
        verdict_kind: ``met``, ``missed`` or ``none``.
        reason: Why it is not assessable.
        notes: Further remarks.
    """

    key: str
    name: str
    question: str
    score: Cell
    position: float
    low: float
    high: float
    kept: Cell
    counted: Cell
    units: str
    interval: str
    verdict: str
    verdict_kind: str
    reason: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding.

    Attributes:
        key: By which an improvement action answers it.
        bar: Its share of the largest one of its dimension, in per cent.
    """

    key: str
    mark: str
    kind: str
    subject: str
    group: str
    lost: Cell
    points: Cell
    cases: Cell
    examples: tuple[str, ...]
    bar: float


@dataclass(frozen=True, slots=True)
class FindingTable:
    """The findings of one dimension; ``lost`` and ``points`` are the totals.

    Attributes:
        rows: All of them; a page shows the first ``FINDINGS_SHOWN``.
        rest: Sums up those that it does not.
    """

    name: str
    gap: str
    rows: tuple[FindingRow, ...]
    rest: FindingRow | None
    lost: Cell
    points: Cell
    empty: str

    @property
    def shown(self) -> tuple[FindingRow, ...]:
        """What a page shows one by one."""
        return self.rows[:FINDINGS_SHOWN]


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """Equal deviations; ``key`` is that by which an improvement action answers them."""

    key: str
    mark: str
    kind: str
    subject: str
    count: Cell
    cases: Cell
    share: Cell
    bar: float
    examples: tuple[str, ...]


def facts(assessment: Assessment, wording: Wording) -> tuple[Fact, ...]:
    """The header: what was held against what, and under which rules."""

    def fact(name: str, value: str, *, code: bool = False) -> Fact:
        return Fact(wording.text(f"report.fact.{name}"), value, code, name)

    period = assessment.period
    span = " – ".join(wording.moment(moment) for moment in period) if period else wording.text("report.no-timestamps")
    variants = len(assessment.variants) if assessment.variants is not None else len(assessment.alignments)
    found = [
        fact("version", version_text(assessment, wording)),
        fact("log", clean(assessment.log_name)),
        fact("period", span),
        fact("cases", _cases(assessment, wording)),
        fact("events", wording.number(assessment.events)),
        fact("variants", wording.number(variants) if variants or not assessment.cases else ""),
        fact("now", wording.moment(assessment.now) if assessment.now else wording.text("report.no-timestamps")),
        fact("closed", closed_rule(assessment.closed_rule, wording)),
        fact("calendar", say_calendars(assessment.calendars, assessment.flow, wording) or assessment.calendar),
        fact("lifecycle", wording.term(f"report.lifecycle.{assessment.lifecycle}")),
        fact("engine", assessment.hashes.get("engine", "")),
    ]
    found += [fact(f"hash.{name}", assessment.hashes.get(name, ""), code=True) for name in ("flow", "log")]
    return tuple(item for item in found if item.value)


def version_text(assessment: Assessment, wording: Wording) -> str:
    """Which version of the flow it is: since when, and the beginning of the hash of its meaning."""
    flow = assessment.flow
    since = wording.term("version.always") if flow.effective is None else flow.effective.isoformat()
    return f"{since} · {content_hash(flow)[:HASH_SHOWN]}"


def closed_rule(rule: str, wording: Wording) -> str:
    """Which cases were taken as closed, in words."""
    name, _, detail = rule.partition(":")
    return wording.text(f"report.closed.{name}", detail=detail) if name in set(Closing) else rule


def cards(assessment: Assessment, wording: Wording) -> tuple[Card, ...]:
    """The four scores."""
    return tuple(_card(assessment, score, wording) for score in assessment.dimensions)


def finding_tables(assessment: Assessment, wording: Wording) -> tuple[FindingTable, ...]:
    """The findings of each dimension that could be assessed."""
    return tuple(_findings(assessment, score, wording) for score in assessment.dimensions if score.score is not None)


def deviation_rows(assessment: Assessment, wording: Wording) -> tuple[DeviationRow, ...]:
    """The deviations, the most frequent first; a page shows the first ``DEVIATIONS_SHOWN``."""
    names, cells = Names(assessment.flow, wording), Cells(wording)
    most = max((summary.count for summary in assessment.deviations), default=1)
    return tuple(
        DeviationRow(
            key=deviation_key(summary),
            mark=DEVIATION_MARKS[summary.kind],
            kind=names.kind(summary.kind, other_branch=summary.other_branch),
            subject=deviation_subject(summary, names),
            count=cells.count(summary.count),
            cases=cells.count(summary.cases),
            share=cells.share(Fraction(summary.cases, max(1, assessment.cases))),
            bar=100 * summary.count / most,
            examples=tuple(clean(case) for case in summary.examples),
        )
        for summary in assessment.deviations
    )


def beside(assessment: Assessment, wording: Wording) -> tuple[Fact, ...]:
    """Further measures of the dimensions, those with evidence."""
    return tuple(
        Fact(wording.term(f"report.beside.{name}"), _measure(name, value, wording))
        for score in assessment.dimensions
        for name, value in score.beside.items()
        if value is not None
    )


def deviation_subject(summary: DeviationSummary, names: Names) -> str:
    """What equal deviations are about; of a wrong branch also its condition, and the values of one case."""
    evidence = summary.branch
    if evidence is None:
        return names.subject(summary.kind, summary.steps, summary.standard, ())
    branch = names.subject(summary.kind, (), "", (evidence.gateway, evidence.target))
    code = "report.branch.otherwise" if evidence.otherwise else "report.branch.when"
    conditions = names.wording.text("chart.list-separator").join(clean(text) for text in evidence.conditions)
    values = next((one.values for one in evidence.examples), ())
    known = names.wording.text("chart.list-separator").join(f"{clean(k)} = {clean(v) or '–'}" for k, v in values)
    return names.wording.text(code, branch=branch, condition=conditions, values=known)


def _cases(assessment: Assessment, wording: Wording) -> str:
    cases = wording.number(assessment.cases)
    if not assessment.open_cases:
        return cases
    return wording.text("report.cases-open", cases=cases, open=wording.number(assessment.open_cases))


def _measure(name: str, value: float, wording: Wording) -> str:
    if name.endswith("_seconds"):
        return wording.duration(value)
    return wording.share(value) if name.endswith("_share") else wording.number(value)


def _card(assessment: Assessment, score: DimensionScore, wording: Wording) -> Card:
    cells = Cells(wording)
    position = float(score.score) if score.score is not None else 0.0
    low, high = score.interval or (position, position)
    results = [r for r in assessment.standards if r.dimension is score.dimension and r.verdict != "not-assessable"]
    met = sum(result.verdict == "met" for result in results)
    verdict = wording.text("report.no-standards")
    if results:
        verdict = wording.text("report.standards-met", met=met, all=len(results))
    return Card(
        key=score.dimension.value,
        name=wording.term(f"dimension.{score.dimension}"),
        question=wording.term(f"dimension.{score.dimension}.question"),
        score=cells.score(score.score),
        position=position,
        low=low,
        high=high,
        kept=cells.count(score.numerator),
        counted=cells.count(score.denominator),
        units=wording.text(
            f"report.units.{score.dimension}",
            kept=wording.number(score.numerator),
            counted=wording.number(score.denominator),
        ),
        interval=wording.text("report.interval", low=f"{low:.1f}", high=f"{high:.1f}")
        if score.interval
        else wording.text("report.no-interval"),
        verdict=verdict,
        verdict_kind="none" if not results else "met" if met == len(results) else "missed",
        reason=wording.term(score.reason) if score.reason else "",
        notes=tuple(_notes(assessment, score, wording)),
    )


def _notes(assessment: Assessment, score: DimensionScore, wording: Wording) -> Iterator[str]:
    if score.no_evidence:
        yield wording.text("report.no-evidence", count=wording.number(score.no_evidence))
    titles = {group.id: clean(wording.title(group.title)) for group in assessment.flow.weights}
    if len(score.groups) > 1:
        parts = [
            wording.text(
                "report.group",
                title=titles.get(group.group, wording.text("report.group.rest")),
                weight=group.weight,
                kept=wording.number(group.numerator),
                counted=wording.number(group.denominator),
            )
            for group in score.groups
        ]
        yield wording.text("report.groups", groups=wording.text("chart.list-separator").join(parts))


def _findings(assessment: Assessment, score: DimensionScore, wording: Wording) -> FindingTable:
    names, cells = Names(assessment.flow, wording), Cells(wording)
    most = max((finding.points for finding in score.findings), default=1)
    points = cells.points(sum(finding.points for finding in score.findings))
    hidden = score.findings[FINDINGS_SHOWN:]
    rest = None
    if hidden:
        rest = FindingRow(
            key="",
            mark="⋯",
            kind=wording.text("report.findings.rest", count=len(hidden)),
            subject="",
            group="",
            lost=cells.count(sum(finding.lost for finding in hidden)),
            points=cells.points(sum(finding.points for finding in hidden)),
            cases=EMPTY,
            examples=(),
            bar=0,
        )
    return FindingTable(
        name=wording.term(f"dimension.{score.dimension}"),
        gap=points.text,
        rows=tuple(_finding(finding, assessment, names, most) for finding in score.findings),
        rest=rest,
        lost=cells.count(sum(finding.lost for finding in score.findings)),
        points=points,
        empty="" if score.findings else wording.text("report.findings.none"),
    )


def _finding(finding: Finding, assessment: Assessment, names: Names, most: int) -> FindingRow:
    titles = {group.id: clean(names.wording.title(group.title)) for group in assessment.flow.weights}
    subject = names.subject(finding.kind, finding.steps, finding.standard, finding.branch)
    cells = Cells(names.wording)
    return FindingRow(
        key=finding_key(finding),
        mark=finding_mark(finding.kind),
        kind=names.kind(finding.kind, other_branch=finding.other_branch),
        subject=subject,
        group=titles.get(finding.group, ""),
        lost=cells.count(finding.lost),
        points=cells.points(finding.points),
        cases=cells.count(finding.cases),
        examples=tuple(clean(case) for case in finding.examples[:EXAMPLES_SHOWN]),
        bar=100 * finding.points / max(1, most),
    )


def finding_mark(kind: str) -> str:
    """The sign of a kind of finding."""
    known = {member.value: member for member in DeviationKind}
    return DEVIATION_MARKS[known[kind]] if kind in known else "§"
