"""An assessment as CSV files in one zip: made piece by piece, the same bytes for the same assessment.

The files are UTF-8 with a byte order mark, so that a spreadsheet shows Chinese as it is, and a text that a spreadsheet
would take for a formula begins with an apostrophe. Names of columns are the same in every language.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import polars as pl

from engine.assessment.case_book import LOST
from engine.logs.writing import GUARDED

if TYPE_CHECKING:
    from api.schemas.assessment import AssessmentShape

CASES_AT_ONCE = 50_000
LEVEL = 6
SEPARATOR = " | "
"""Between the texts of a list in one cell."""
_BEGAN = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_GUARDED = re.compile(GUARDED)
_MARK = "\ufeff".encode()

CASE_COLUMNS = (
    "case_id",
    "number",
    "variant",
    "closed",
    "ended",
    "explained",
    "start",
    "end",
    "duration_seconds",
    "touch_seconds",
    "events",
    "cost",
    *LOST.values(),
    "lost",
    "deviations",
    "missed",
    "wrong_branches",
    "disturbed",
    "recovered",
)

Cell = str | float | bool | Sequence[str] | None
Row = Sequence[Cell]


def zipped_csv(shape: AssessmentShape, cases: pl.LazyFrame | None) -> Iterator[bytes]:
    """The chunks of the zip.

    Args:
        shape: The result.
        cases: The table ``cases`` of the case book; None where it was not kept, and then that file is not there.
    """
    target = _Gathering()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in (
            ("scores", _scores(shape)),
            ("findings", _findings(shape)),
            ("deviations", _deviations(shape)),
            ("standards", _standards(shape)),
        ):
            archive.writestr(_entry(name), _text(rows))
            yield target.taken()
        if cases is not None:
            with archive.open(_entry("cases"), "w", force_zip64=True) as entry:
                for text in _cases(cases):
                    entry.write(text)
                    yield target.taken()
    yield target.taken()


class _Gathering(io.RawIOBase):
    """What was written and not taken yet. It cannot be gone back in, so the zip is written from front to back."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def write(self, content: object) -> int:
        """Take bytes."""
        before = len(self._written)
        self._written += memoryview(content)  # type: ignore[arg-type]  # every buffer is one
        return len(self._written) - before

    def taken(self) -> bytes:
        """What was written since it was asked for last."""
        found = bytes(self._written)
        self._written.clear()
        return found


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(f"{name}.csv", _BEGAN)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, _UNIX, 0o644 << 16
    return info


def _text(rows: Iterable[Row]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([_cell(cell) for cell in row] for row in rows)
    return _MARK + file.getvalue().encode()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return _GUARDED.sub(r"'\1", value if isinstance(value, str) else SEPARATOR.join(value))


def _scores(shape: AssessmentShape) -> Iterator[Row]:
    yield "dimension", "score", "low", "high", "numerator", "denominator", "no_evidence", "reason"
    for name, one in shape.dimensions.items():
        low, high = one.interval or (None, None)
        yield name.value, one.score, low, high, one.numerator, one.denominator, one.no_evidence, one.reason


def _findings(shape: AssessmentShape) -> Iterator[Row]:
    yield (
        *("dimension", "key", "kind", "steps", "standard", "other_branch", "branch", "group"),
        *("lost", "points", "cases", "examples"),
    )
    for name, dimension in shape.dimensions.items():
        for one in dimension.findings:
            what = one.key, one.kind, one.steps, one.standard, one.other_branch, one.branch, one.group
            yield name.value, *what, one.lost, one.points, one.cases, one.examples


def _deviations(shape: AssessmentShape) -> Iterator[Row]:
    yield "key", "kind", "steps", "standard", "other_branch", "branch", "count", "cases", "examples"
    for one in shape.deviations:
        branch = None if one.branch is None else [one.branch.gateway, one.branch.target]
        what = one.key, one.kind.value, one.steps, one.standard, one.other_branch, branch
        yield *what, one.count, one.cases, one.examples


def _standards(shape: AssessmentShape) -> Iterator[Row]:
    yield (
        *("standard", "title_en", "title_zh", "dimension", "met", "missed", "not_due", "no_evidence"),
        *("share", "low", "high", "target", "tolerance", "verdict", "worst_cases"),
    )
    for one in shape.standards:
        low, high = one.interval or (None, None)
        counts = one.met, one.missed, one.not_due, one.no_evidence
        what = one.standard, one.title.en, one.title.zh, one.dimension.value
        judged = one.share, low, high, one.target, one.tolerance, one.verdict.value
        yield *what, *counts, *judged, one.worst_cases


def _cases(cases: pl.LazyFrame) -> Iterator[bytes]:
    """The table of cases in the log's order, some at once."""
    moment = "%Y-%m-%dT%H:%M:%S%.fZ"
    told = cases.with_columns(
        pl.col("case_id").str.replace(GUARDED, "'${1}"),
        pl.col("case").cast(pl.Int64).add(1).alias("number"),
        pl.col("variant").cast(pl.Int64).add(1),
        pl.col("start", "end").dt.strftime(moment),
        (pl.col("duration") / 1_000_000).alias("duration_seconds"),
        (pl.col("touch") / 1_000_000).alias("touch_seconds"),
    ).select(CASE_COLUMNS)
    every = int(cases.select(pl.len()).collect().item())
    yield _MARK + told.head(0).collect().write_csv(line_terminator="\r\n").encode()
    for first in range(0, every, CASES_AT_ONCE):
        part = told.slice(first, CASES_AT_ONCE).collect()
        yield part.write_csv(include_header=False, line_terminator="\r\n").encode()
