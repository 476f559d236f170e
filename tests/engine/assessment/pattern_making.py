"""Logs with attributes, and deviations and classes without a log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from engine.assessment.assess import assess
from engine.assessment.case_attributes import AttributeCases, AttributeClass, Scope
from engine.assessment.deviation_cases import DeviationCases, RiskGroups
from engine.assessment.losses import Cause
from engine.assessment.patterns import Patterns
from engine.logs.log import Log
from engine.nets.process import Process
from tests.engine.assessment.making import process
from tests.oracles.small_logs import log


def with_attributes(
    made: Log, *, cases: Mapping[str, Sequence[Any]] | None = None, events: Mapping[str, Sequence[Any]] | None = None
) -> Log:
    """A log with columns added; ``resource`` among the events' replaces the empty one."""
    return Log(
        name=made.name,
        activities=made.activities,
        cases=made.cases.with_columns(pl.Series(name, values) for name, values in (cases or {}).items()),
        events=made.events.with_columns(pl.Series(name, values) for name, values in (events or {}).items()),
    )


def patterns_of(cases: Sequence[str], attributes: Mapping[str, Sequence[Any]], made: Process | None = None) -> Patterns:
    """The patterns of cases of the flow a, b, c, d with case attributes."""
    return assess(made or process(), with_attributes(log(*cases), cases=attributes)).patterns


def deviation(name: str, cases: Collection[int], at_risk: int = RiskGroups.EXPLAINED) -> DeviationCases:
    """A skipped step in these cases."""
    return DeviationCases(Cause("skipped", (name,)), np.array(sorted(cases), dtype=np.int64), at_risk)


def attribute(name: str, values: Sequence[str | None]) -> AttributeCases:
    """An attribute of cases, whose classes are in the order of their names."""
    distinct = sorted({value for value in values if value is not None})
    codes = [-1 if value is None else distinct.index(value) for value in values]
    return AttributeCases(
        tuple(AttributeClass(name, Scope.CASE, value=value) for value in distinct), np.array(codes, dtype=np.int32)
    )


def everyone(cases: int) -> RiskGroups:
    """All cases are explained and closed, and there are no standards."""
    return RiskGroups((np.ones(cases, dtype=np.bool_), np.ones(cases, dtype=np.bool_)))


def ids(cases: int) -> pl.Series:
    return pl.Series("case_id", [f"c{number:06d}" for number in range(cases)])
