"""What the report shows of the standards: rows, periods, second tiers, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.assessment import Assessment
from engine.assessment.standard_result import StandardResult, WindowResult
from engine.conformance.standards.population import Comparison
from engine.definitions.rules import Change, Measured
from engine.definitions.standards import Standard
from engine.rendering.calendar_views import say_whose
from engine.rendering.cells import Cell, Cells
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import Verdict

EXAMPLES_SHOWN = 3
WINDOWS_SHOWN = 12
"""Periods and comparisons of one standard, the last ones."""


@dataclass(frozen=True, slots=True)
class StandardRow:
    """One standard; positions of the bar are in per cent. ``notes`` are lines below it."""

    title: str
    dimension: str
    share: Cell
    interval: str
    position: float
    target: Cell
    target_position: float
    tolerance: Cell
    tolerated_position: float
    met: Cell
    missed: Cell
    open: Cell
    verdict: str
    verdict_kind: str
    examples: tuple[str, ...]
    notes: tuple[str, ...]


def standard_rows(assessment: Assessment, wording: Wording) -> tuple[StandardRow, ...]:
    """The standards."""
    return tuple(_row(result, standard_notes(assessment, result, wording), wording) for result in assessment.standards)


def standard_notes(assessment: Assessment, result: StandardResult, wording: Wording) -> Iterator[str]:
    """What stands below a standard: whose working time counts, its second tier, its periods, what was compared."""
    standard = next(standard for standard in assessment.flow.standards if standard.id == result.standard)
    whose = say_whose(standard, assessment.calendars, assessment.flow, wording)
    if whose is not None:
        yield whose
    tier = result.second_tier
    if tier is not None:
        yield wording.text(
            "report.standard.second-tier",
            share=_share(tier.share, wording),
            target=wording.share(tier.target, digits=_digits(tier.target)),
            kept=wording.number(tier.kept),
            due=wording.number(tier.due),
            verdict=wording.term(f"verdict.{tier.verdict}"),
        )
    if result.lacks:
        lacks = [
            wording.text("report.standard.lack", lack=wording.term(f"lack.{lack}"), count=wording.number(count))
            for lack, count in result.lacks
        ]
        yield wording.text("report.standard.no-evidence", lacks=wording.text("chart.list-separator").join(lacks))
    for window in result.windows[-WINDOWS_SHOWN:]:
        yield _window(window, wording)
    for comparison in result.comparisons[-WINDOWS_SHOWN:]:
        yield _comparison(comparison, standard, wording)


def _row(result: StandardResult, notes: Iterator[str], wording: Wording) -> StandardRow:
    cells = Cells(wording)
    return StandardRow(
        title=clean(wording.title(result.title)),
        dimension=wording.term(f"dimension.{result.dimension}"),
        share=cells.share(result.share),
        interval="" if result.interval is None else "{:.1f} … {:.1f}".format(*result.interval),
        position=100 * float(result.share) if result.share is not None else 0.0,
        target=target_cell(result.target, cells),
        target_position=100 * float(result.target),
        tolerance=target_cell(result.tolerance or None, cells),
        tolerated_position=100 * float(result.target - result.tolerance),
        met=cells.count(result.met),
        missed=cells.count(result.missed),
        open=cells.count(result.not_due + result.no_evidence),
        verdict=wording.term(f"verdict.{result.verdict}"),
        verdict_kind="none" if result.verdict is Verdict.NOT_ASSESSABLE else result.verdict.value,
        examples=tuple(clean(case) for case in result.worst_cases[:EXAMPLES_SHOWN]),
        notes=tuple(notes),
    )


def target_cell(share: Fraction | None, cells: Cells) -> Cell:
    """A share as its writer gave it: without digits where it has none."""
    return cells.share(share, digits=0 if share is None else _digits(share))


def _window(window: WindowResult, wording: Wording) -> str:
    return wording.text(
        "report.standard.window",
        first=window.first.isoformat(),
        share=_share(window.share, wording),
        met=wording.number(window.met),
        due=wording.number(window.met + window.missed),
        verdict=wording.term(f"verdict.{window.verdict}"),
    )


def _comparison(comparison: Comparison, standard: Standard, wording: Wording) -> str:
    before, after = (_measure(value, standard, wording) for value in (comparison.before, comparison.after))
    values = {
        "first": clean(comparison.first),
        "second": clean(comparison.second),
        "before": before,
        "after": after,
        "outcome": wording.term(f"outcome.{comparison.outcome}"),
    }
    if comparison.p is None:
        return wording.text("report.standard.change", **values)
    return wording.text("report.standard.quicker", p=f"{comparison.p:.3g}", **values)


def _measure(value: float | None, standard: Standard, wording: Wording) -> str:
    if value is None:
        return "–"
    if not isinstance(standard.rule, Change):
        return wording.duration(value)
    if standard.rule.measured is Measured.SHARE:
        return wording.share(value, digits=1)
    return wording.number(value) if value == round(value) else f"{value:,.4g}"


def _share(share: Fraction | None, wording: Wording) -> str:
    return wording.share(share, digits=1) if share is not None else "–"


def _digits(share: Fraction) -> int:
    return 0 if (share * 100).denominator == 1 else 1
