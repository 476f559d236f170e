"""Lost units, followed from findings down to cases, deviations and missed instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from engine.assessment.case_book import LOSING, LOSSES
from engine.assessment.losses import Loss
from engine.assessment.population import Population
from engine.assessment.scoring import Scored
from engine.vocabulary import Dimension

_KEY = ["case", "dimension", "finding"]
_ADAPTABILITY = Dimension.ADAPTABILITY


def losses_of(population: Population, scored: Sequence[Scored]) -> pl.DataFrame:
    """What each case lost, by finding (``LOSSES``)."""
    explanations = population.explanations
    of_cases = pl.DataFrame(
        {"case": np.arange(len(explanations.of_case)), "explanation": explanations.of_case}
    ).with_columns(pl.col("case").cast(pl.UInt32))
    by_explanation = pl.DataFrame(
        list(losses_by_explanation(scored)),
        schema={"explanation": pl.Int64, "dimension": LOSSES["dimension"], "finding": pl.UInt32, "units": pl.UInt32},
        orient="row",
    )
    frames = [by_explanation.join(of_cases, on="explanation").select(*LOSSES), _of_checks(population, scored)]
    frames += [
        pl.DataFrame({"case": loss.in_cases}).select(
            pl.col("case").cast(pl.UInt32),
            pl.lit(dimension.value, dtype=LOSSES["dimension"]).alias("dimension"),
            pl.lit(finding, dtype=pl.UInt32).alias("finding"),
            pl.lit(1, dtype=pl.UInt32).alias("units"),
        )
        for dimension, finding, loss in _numbered(scored)
        if loss.in_cases is not None
    ]
    return pl.concat(frames).group_by(_KEY).agg(pl.col("units").sum()).sort(_KEY)


def losses_by_explanation(scored: Sequence[Scored]) -> Iterator[tuple[int, str, int, int]]:
    """Explanation, dimension, finding, and the units that each case of the explanation lost."""
    for dimension, finding, loss in _numbered(scored):
        for source in loss.sources:
            yield source.explanation, dimension.value, finding, source.units


def units_of_deviations(scored: Sequence[Scored]) -> Mapping[tuple[int, int], tuple[int, int, int]]:
    """(explanation, number of the deviation) → the units that it loses in each case, in the order of ``LOSING``."""
    found: dict[tuple[int, int], list[int]] = {}
    for dimension, _, loss in _numbered(scored):
        for explanation, deviation, units in loss.sources:
            found.setdefault((explanation, deviation), [0, 0, 0])[LOSING.index(dimension.value)] += units
    return {key: (units[0], units[1], units[2]) for key, units in found.items()}


def units_of_missed(missed: pl.DataFrame, scored: Sequence[Scored]) -> pl.Series:
    """For each missed instance the units of adaptability that it lost: 1 where it kept its case from recovering.

    Only checks with one instance for each case keep one from recovering, so the case and the check name the instance.
    """
    found = np.zeros(missed.height, dtype=np.uint32)
    checks, cases = missed["standard"].to_numpy(), missed["case"].to_numpy()
    for dimension, _, loss in _numbered(scored):
        if dimension is _ADAPTABILITY and loss.in_cases is not None:
            found[(checks == loss.check) & np.isin(cases, loss.in_cases)] = 1
    return pl.Series(found)


def _of_checks(population: Population, scored: Sequence[Scored]) -> pl.DataFrame:
    """The losses of missed instances."""
    missed = population.part.missed
    findings = pl.DataFrame(
        [
            (loss.check, loss.cause.kind, dimension.value, finding)
            for dimension, finding, loss in _numbered(scored)
            if loss.check >= 0 and loss.in_cases is None
        ],
        schema={
            "standard": pl.UInt32,
            "kind": missed.schema["kind"],
            "dimension": LOSSES["dimension"],
            "finding": pl.UInt32,
        },
        orient="row",
    )
    return missed.join(findings, on=["standard", "kind"]).with_columns(units=pl.lit(1, dtype=pl.UInt32)).select(*LOSSES)


def _numbered(scored: Sequence[Scored]) -> Iterator[tuple[Dimension, int, Loss]]:
    """Every loss with its dimension and the index of its finding."""
    for one in scored:
        for finding, loss in enumerate(one.losses):
            yield one.score.dimension, finding, loss
