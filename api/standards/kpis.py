"""The key figures of an assessment: 指标名称 · 衡量方式 · 目标值 · 实际值 · 备注. Nothing here knows HTTP.

Figures of the whole process have no target, because a flow states targets in its standards. Of a standard the target is
the share that has to meet it; of a standard about a change it is the change, from one period to the next.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from api.schemas.assessment import AssessmentShape
from api.schemas.judged_standards import Better, KpiShape, KpisShape, KpiUnit
from api.schemas.one_case import target_of
from api.schemas.standards import StandardShape
from engine.assessment.case_book import BookTables
from engine.definitions.flow import Flow
from engine.definitions.rules import Change
from engine.definitions.standards import Standard
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind, Dimension, Language

_TIMES = ("cycle_median_seconds", "cycle_p90_seconds", "waiting_median_seconds", "touch_median_seconds")
_ADAPTING = ("planned_answers_share", "contingency_coverage_share")


def key_figures(result: AssessmentShape, flow: Flow, book: BookTables | None, *, language: Language) -> KpisShape:
    """The key figures of an assessment.

    Args:
        result: The assessment.
        flow: Its flow.
        book: Its case book; without one, the shares of cases are left out.
        language: Of names, values and notes.
    """
    words = Wording(language)
    standards = {standard.id: standard for standard in flow.standards}
    items = [
        *_of_process(result, words),
        *(() if book is None else _of_cases(book, words)),
        *(_of_standard(one, standards[one.standard], words) for one in result.standards),
    ]
    return KpisShape(items=items)


def _of_process(result: AssessmentShape, words: Wording) -> Iterator[KpiShape]:
    efficiency = result.dimensions[Dimension.EFFICIENCY].beside
    adaptability = result.dimensions[Dimension.ADAPTABILITY].beside
    for name in _TIMES:
        yield _plain(name, efficiency.get(name), KpiUnit.SECONDS, Better.LOWER, words)
    yield _plain("flow_efficiency_share", efficiency.get("flow_efficiency_share"), KpiUnit.SHARE, Better.HIGHER, words)
    for name in _ADAPTING:
        yield _plain(name, adaptability.get(name), KpiUnit.SHARE, Better.HIGHER, words)


def _of_cases(book: BookTables, words: Wording) -> Iterator[KpiShape]:
    """How many cases lost nothing, and how many did no step twice."""
    repeated = book.summaries.filter(pl.col("kind") == DeviationKind.REPEATED.value).select("summary")
    again = book.deviations.join(repeated, on="summary", how="semi").select("explanation").unique().collect()
    known = book.cases.filter(pl.col("explained"))
    counts = known.select(
        pl.len().alias("cases"),
        (pl.col("lost") == 0).sum().alias("flawless"),
        pl.col("closed").sum().alias("closed"),
        (pl.col("closed") & ~pl.col("explanation").is_in(again["explanation"].implode())).sum().alias("first_time"),
    )
    cases, flawless, closed, first_time = counts.collect().row(0)
    for name, kept, of in (("flawless_cases_share", flawless, cases), ("first_time_share", first_time, closed)):
        note = words.text("kpi.note.of", kept=words.number(kept), due=words.number(of))
        yield _plain(name, kept / of if of else None, KpiUnit.SHARE, Better.HIGHER, words, note=note if of else "")


def _plain(
    name: str, value: float | None, unit: KpiUnit, better: Better, words: Wording, *, note: str = ""
) -> KpiShape:
    """A figure without a target."""
    return KpiShape(
        id=name,
        name=words.text(f"kpi.name.{name}"),
        measured_by=words.text(f"kpi.measured.{name}"),
        target=None,
        actual=_text(value, unit, words),
        note=note,
        unit=unit,
        target_value=None,
        actual_value=value,
        better=better,
        standard=None,
        verdict=None,
    )


def _of_standard(found: StandardShape, standard: Standard, words: Wording) -> KpiShape:
    unit, better, target, actual = KpiUnit.SHARE, Better.HIGHER, found.target, found.share
    if isinstance(standard.rule, Change):
        unit = KpiUnit.CHANGE
        bound = standard.rule.at_most if standard.rule.at_most is not None else standard.rule.at_least
        better = Better.HIGHER if standard.rule.at_most is None else Better.LOWER
        target, actual = (0.0 if bound is None else float(bound)), _change(found)
    return KpiShape(
        id=standard.id,
        name=words.title(standard.title),
        measured_by=target_of(standard) or "",
        target=_text(target, unit, words),
        actual=_text(actual, unit, words),
        note=_note(found, words),
        unit=unit,
        target_value=target,
        actual_value=actual,
        better=better,
        standard=standard.id,
        verdict=found.verdict,
    )


def _change(found: StandardShape) -> float | None:
    """By what share the measure changed between the latest two periods; None without two, and from nothing."""
    pairs = [(one.before, one.after) for one in found.comparisons]
    before, after = pairs[-1] if pairs else (None, None)
    return after / before - 1 if before and after is not None else None


def _note(found: StandardShape, words: Wording) -> str:
    parts = [words.term(f"verdict.{found.verdict}")]
    due = found.met + found.missed
    if due:
        parts.append(words.text("kpi.note.of", kept=words.number(found.met), due=words.number(due)))
    if found.no_evidence:
        parts.append(words.text("kpi.note.no-evidence", count=words.number(found.no_evidence)))
    return words.text("kpi.note.joint").join(parts)


def _text(value: float | None, unit: KpiUnit, words: Wording) -> str | None:
    if value is None:
        return None
    if unit is KpiUnit.SECONDS:
        return words.duration(value)
    if unit is KpiUnit.SHARE:
        return words.share(value, digits=1)
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{words.share(abs(value), digits=1)}"
