"""Making a case book from what an assessment was counted from. Nothing is judged or searched for again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.adaptability import disturbed_cases
from engine.assessment.book_losses import losses_of, units_of_deviations, units_of_missed
from engine.assessment.case_book import (
    CASES,
    DEVIATIONS,
    DIMENSIONS,
    EXPLANATIONS,
    LOST,
    MISSED,
    NAMES,
    SUMMARIES,
    CaseBook,
    table,
)
from engine.assessment.deviation_names import DeviationName
from engine.assessment.explanations import LOG, MODEL, Explanations
from engine.assessment.losses import Loss
from engine.assessment.population import Population
from engine.assessment.scoring import Scored
from engine.conformance.alignment import Alignments
from engine.vocabulary import Dimension

Rows = NDArray[np.int64]

_ADAPTABILITY = Dimension.ADAPTABILITY


def make_book(
    population: Population, scored: Sequence[Scored], ranked: Sequence[Loss], alignments: Alignments
) -> CaseBook:
    """The case book of an assessment.

    Args:
        population: Its cases.
        scored: Its dimensions, with the losses behind their findings.
        ranked: The losses behind its ``deviations``, in their order.
        alignments: Of the whole variants.
    """
    losses = losses_of(population, scored)
    deviations = _deviations(population, scored, ranked)
    missed = _missed(population, scored, ranked)
    return CaseBook(
        cases=_cases(population, losses, missed),
        losses=losses,
        summaries=_summaries(population, ranked, deviations, missed),
        deviations=deviations,
        missed=missed,
        explanations=_explanations(population, alignments),
        names=_names(population),
    )


def move_costs(explanations: Explanations) -> Rows:
    """int64 cost of each explanation: one for each log move and each visible model move, as assessments count them."""
    costly = np.isin(explanations.moves.kinds, [LOG, MODEL])
    return np.bincount(explanations.row_of_move[costly], minlength=len(explanations)).astype(np.int64)


def _cases(population: Population, losses: pl.DataFrame, missed: pl.DataFrame) -> pl.DataFrame:
    explanations, times, closed = population.explanations, population.times, population.cases.closed
    of_case, count = explanations.of_case, len(closed)
    disturbed = disturbed_cases(population)
    lost = {name: np.zeros(count, dtype=np.int64) for name in DIMENSIONS}
    for (dimension,), rows in losses.partition_by("dimension", as_dict=True).items():
        np.add.at(lost[str(dimension)], rows["case"].to_numpy(), rows["units"].to_numpy())
    finding = np.full(count, -1, dtype=np.int64)
    broken = losses.filter(pl.col("dimension") == _ADAPTABILITY.value)
    finding[broken["case"].to_numpy()] = broken["finding"].to_numpy()
    standards = len(population.flow.standards)
    of_standard = missed.filter(pl.col("check") < standards)["case"].to_numpy()
    of_branch = missed.filter(pl.col("check") >= standards)["case"].to_numpy()
    return table(
        {
            "case": np.arange(count),
            "case_id": population.case_ids,
            "explanation": of_case,
            "variant": explanations.variant[of_case],
            "closed": closed,
            "ended": population.cases.ended,
            "explained": population.known,
            "start": _moments(times.begin),
            "end": _moments(times.end),
            "duration": _spans(times.cycle),
            "touch": _spans(times.touch),
            "events": explanations.lengths[of_case],
            "cost": move_costs(explanations)[of_case],
            **{LOST[name]: units for name, units in lost.items()},
            "lost": sum(lost.values()),
            "deviations": np.array([len(found) for found in explanations.deviations], dtype=np.int64)[of_case],
            "missed": np.bincount(of_standard, minlength=count),
            "wrong_branches": np.bincount(of_branch, minlength=count),
            "disturbed": disturbed,
            "recovered": pl.Series(finding < 0).set(pl.Series(~(disturbed & closed)), None),
            "finding": pl.Series(finding).set(pl.Series(finding < 0), None),
        },
        CASES,
    )


def _deviations(population: Population, scored: Sequence[Scored], ranked: Sequence[Loss]) -> pl.DataFrame:
    """One row for each deviation of each explanation."""
    lost = units_of_deviations(scored)
    summary_of = {
        (source.explanation, source.deviation): summary
        for summary, loss in enumerate(ranked)
        for source in loss.sources
    }
    found = [
        (
            row,
            number,
            summary_of[row, number],
            list(deviation.positions),
            list(deviation.moves),
            len(deviation.moves),
            *lost.get((row, number), (0, 0, 0)),
        )
        for row, deviations in enumerate(population.explanations.deviations)
        for number, deviation in enumerate(deviations)
    ]
    return pl.DataFrame(found, schema=DEVIATIONS, orient="row")


def _missed(population: Population, scored: Sequence[Scored], ranked: Sequence[Loss]) -> pl.DataFrame:
    """One row for each missed instance."""
    summaries = pl.DataFrame(
        [(loss.check, loss.cause.kind, summary) for summary, loss in enumerate(ranked) if loss.check >= 0],
        schema={"standard": pl.UInt32, "kind": population.part.missed.schema["kind"], "summary": pl.UInt32},
        orient="row",
    )
    found = population.part.missed.join(summaries, on=["standard", "kind"], how="left", maintain_order="left")
    dimensions = pl.Series([check.dimension.value for check in population.checks], dtype=pl.String)
    found = found.with_columns(
        pl.col("standard").alias("check"),
        dimensions.gather(found["standard"]).alias("dimension"),
        pl.col("moment").dt.replace_time_zone("UTC"),
        units_of_missed(found, scored).alias(LOST[_ADAPTABILITY.value]),
    )
    return table(found.sort("case", "check", maintain_order=True).to_dict(), MISSED)


def _summaries(
    population: Population, ranked: Sequence[Loss], deviations: pl.DataFrame, missed: pl.DataFrame
) -> pl.DataFrame:
    """Equal deviations together, with what all of them lost."""
    weight = pl.Series(population.explanations.cases).gather(deviations["explanation"])
    by_summary = [
        deviations.select(
            "summary", *(pl.col(name) * weight for name in deviations.columns if name.startswith("lost_"))
        ),
        missed.select(
            "summary",
            *((pl.col("dimension") == name).cast(pl.UInt32).alias(LOST[name]) for name in DIMENSIONS[:-1]),
            LOST[_ADAPTABILITY.value],
        ),
    ]
    lost = (
        pl.concat(by_summary, how="diagonal_relaxed").group_by("summary").agg(pl.col(LOST[d]).sum() for d in DIMENSIONS)
    )
    found = pl.DataFrame(
        [
            (
                number,
                _name(loss).key(population.flow.id),
                loss.cause.kind,
                list(loss.cause.steps),
                loss.cause.standard,
                loss.cause.other_branch,
                list(loss.cause.branch),
                loss.units,
                loss.cases,
            )
            for number, loss in enumerate(ranked)
        ],
        schema={name: kind for name, kind in SUMMARIES.items() if not name.startswith("lost_")},
        orient="row",
    )
    found = found.join(lost, on="summary", how="left", maintain_order="left")
    return found.select(pl.col(name).cast(kind) for name, kind in SUMMARIES.items())


def _name(loss: Loss) -> DeviationName:
    cause = loss.cause
    return DeviationName(cause.kind, cause.steps, cause.standard, cause.other_branch, cause.branch)


def _explanations(population: Population, alignments: Alignments) -> pl.DataFrame:
    explanations, net = population.explanations, population.net
    moves, variants = explanations.moves, explanations.variants
    labels = np.append(net.transition_labels, -1)[moves.transitions]
    starts = variants.offsets[explanations.variant] - explanations.event_offsets[:-1]
    events = np.arange(explanations.event_offsets[-1]) + np.repeat(starts, explanations.lengths)
    fitness = pl.Series(alignments.fitness[explanations.variant])
    return table(
        {
            "explanation": np.arange(len(explanations)),
            "variant": explanations.variant,
            "open": explanations.is_open,
            "known": explanations.known,
            "cases": explanations.cases,
            "cost": move_costs(explanations),
            "fitness": fitness.set(pl.Series(explanations.is_open), None),
            "activities": _lists(explanations.event_offsets, variants.codes[events]),
            "move_kinds": _lists(moves.offsets, moves.kinds),
            "move_positions": _lists(moves.offsets, moves.positions),
            "move_steps": _lists(moves.offsets, np.where(labels >= 0, labels, -1)),
        },
        EXPLANATIONS,
    )


def _names(population: Population) -> pl.DataFrame:
    activities, steps = population.explanations.variants.activities, population.net.labels
    kinds = [*("activity" for _ in activities), *("step" for _ in steps)]
    return pl.DataFrame({"kind": kinds, "name": [*activities, *steps]}, schema=NAMES)


def _lists(offsets: Rows, values: NDArray[np.integer]) -> pl.Series:
    """Rows of values, laid end to end, as lists."""
    rows = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    kind = pl.Int64
    filled = pl.DataFrame({"row": rows, "value": pl.Series(values, dtype=kind)}).group_by("row", maintain_order=True)
    every = pl.DataFrame({"row": np.arange(len(offsets) - 1)})
    found = every.join(filled.agg("value"), on="row", how="left", maintain_order="left")["value"]
    return found.fill_null(pl.Series([[]], dtype=pl.List(kind)))


def _moments(moments: NDArray[np.datetime64]) -> pl.Series:
    found = pl.Series(moments.astype("datetime64[us]").astype(np.int64)).set(pl.Series(np.isnat(moments)), None)
    return found.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _spans(spans: NDArray[np.timedelta64]) -> pl.Series:
    return pl.Series(spans.astype("timedelta64[us]").astype(np.int64)).set(pl.Series(np.isnat(spans)), None)
