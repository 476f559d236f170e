"""A Parquet file in parts: for files that are larger than memory.

The file is gone through three times. First its cases are numbered in the order of their first appearance and cut into
parts of about equal size. Where the rows of each case stand together, a part is a stretch of rows; where they are
scattered, the rows are written once more, part by part, to files of our own. Last each part is read as a log by itself,
with everything that is odd about it, and what they say is put together. So each part has the cases and events that a
reader of the whole file makes of them, in the same order.

Only what can be read so is: times have to be times already, because text is read by looking at all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.limits import Limits
from engine.logs.attributes import DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import CASE_PREFIX, Roles, find_roles
from engine.logs.instants import INSTANT
from engine.logs.lifecycle import INSTANCE, Transitions
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.parquet import decodes, plain_column, read_columns
from engine.logs.parts import EVERY_ATTRIBUTE, LogFacts
from engine.logs.tables import as_label

Rows = NDArray[np.int64]

_OF_COLUMNS = frozenset({"log.column-not-kept", "log.column-renamed"})
"""Warnings about a column, of which every part tells."""
_NO_TIMES = "log.no-times"


@dataclass(frozen=True, slots=True)
class PartRows:
    """Where the rows of a part stand, in the order of the file.

    Attributes:
        files: Parquet files.
        begin: The first row, of the only file.
        rows: How many rows.
    """

    files: tuple[Path, ...]
    begin: int
    rows: int


@dataclass(frozen=True, eq=False, slots=True)
class ParquetParts:
    """A log that is read from a Parquet file part by part.

    Attributes:
        places: Where the rows of each part stand.
        first_cases: int64 number of the first case of each part, and how many cases there are.
        roles: Which column is what.
        options: How the file is to be read.
        limits: Sizes past which it is refused.
        varying: Columns that say they belong to the case and do not.
        projects: Whether columns can be left out: not where some are renamed because of others.
        facts: What is said of the whole.
    """

    places: tuple[PartRows, ...]
    first_cases: Rows
    roles: Roles
    options: ReadOptions
    limits: Limits
    varying: frozenset[str]
    projects: bool
    facts: LogFacts

    @property
    def starts(self) -> Rows:
        """Number of the first case of each part, and how many cases there are."""
        return self.first_cases

    def read(self, part: int, attributes: frozenset[str] | None = EVERY_ATTRIBUTE) -> Log:
        """One part, as ``LogParts.read``."""
        log = self.with_warnings(part, attributes if self.projects else EVERY_ATTRIBUTE)
        return replace(log, warnings=())

    def with_warnings(self, part: int, attributes: frozenset[str] | None = EVERY_ATTRIBUTE) -> Log:
        """One part, with what is odd about those of its rows and columns that are read.

        Raises:
            InputRefused: Something is wrong with it.
        """
        place = self.places[part]
        lazy = pl.scan_parquet(list(place.files), glob=False)
        if attributes is not EVERY_ATTRIBUTE:
            wanted = {name.removeprefix(CASE_PREFIX) for name in attributes} | {INSTANCE}
            used = self.roles.used
            lazy = lazy.select(n for n in lazy.collect_schema() if n in used or n.removeprefix(CASE_PREFIX) in wanted)
        frame = lazy.slice(place.begin, place.rows).collect()
        problems = ProblemCollector(self.facts.name, limit=self.limits.problems)
        log = read_columns(
            frame.get_columns(),
            problems,
            options=self.options,
            limits=self.limits,
            roles=self.roles,
            varying=self.varying,
        )
        return replace(log, source_hash=self.facts.source_hash)


def parquet_parts(
    path: Path, *, source_hash: str, options: ReadOptions, limits: Limits, folder: Path
) -> ParquetParts | None:
    """A Parquet file in parts, if it is so large that it has to be.

    Args:
        path: The file, not packed.
        source_hash: SHA-256 of its bytes.
        options: How it is to be read.
        limits: ``part_cells`` bounds a part, ``parted_cells`` the file.
        folder: An empty folder for files of our own; they are needed as long as the parts are.

    Returns:
        The parts; None where the file has to be read as a whole: it is small, or it is damaged, or what its columns
        are can only be told from all of it, or not at all.

    Raises:
        InputRefused: Something is wrong with the file; every problem found is in it.
        LimitExceeded: It is larger than a limit.
    """
    lazy = pl.scan_parquet(path, glob=False)
    try:
        schema, height = lazy.collect_schema(), lazy.select(pl.len()).collect().item()
    except pl.exceptions.PolarsError:
        return None
    width, place = len(schema), Place(path.name)
    problems = ProblemCollector(path.name, limit=limits.problems)
    roles = _roles(lazy.head(0).collect(), options, problems)
    if roles is None or height * width <= limits.part_cells or width > limits.attribute_keys:
        return None
    if height * width > limits.parted_cells:
        raise LimitExceeded(limit="parted_cells", allowed=limits.parted_cells, found=height * width, place=place)
    step = max(1, limits.part_cells // width)
    if not decodes(path, step):
        return None
    case = _numbered(lazy.select(roles.case), range(0, height, step), options, problems)
    problems.refuse_if_wrong()
    first_cases, bounds = _cut(case, step)
    if (np.diff(case.astype(np.int64)) >= 0).all():
        places = tuple(PartRows((path,), a, b - a) for a, b in pairwise(bounds))
    else:
        part_of = np.repeat(np.arange(len(first_cases) - 1, dtype=np.uint32), np.diff(first_cases))[case]
        places = _spilled(lazy, part_of, step, folder)
    facts = LogFacts(path.name, source_hash, (), Transitions(frozenset(), frozenset()), (), 0, None, None)
    parts = ParquetParts(places, first_cases, roles, options, limits, frozenset(), projects=False, facts=facts)
    return _examined(parts, problems)


def _roles(nothing: pl.DataFrame, options: ReadOptions, problems: ProblemCollector) -> Roles | None:
    """Which column is what, as far as the types of columns tell; None where they do not.

    Args:
        nothing: The columns, without rows.
        options: What the user named.
        problems: Takes what is odd about their names.
    """
    if pl.UInt64 in nothing.dtypes:  # becomes text where some number is too large for a signed one
        return None
    scratch = ProblemCollector(problems.source, limit=len(nothing.columns) + 1)
    dates = DateAudit(options.timezone)
    kept = [plain for column in nothing.get_columns() if (plain := plain_column(column, scratch, dates)) is not None]
    moments = [column.name for column in kept if column.dtype == INSTANT]
    try:
        roles = find_roles([column.name for column in kept], moments, options, scratch)
    except InputRefused:
        return None
    if roles.time not in moments or (roles.start is not None and roles.start not in moments):
        return None
    problems.add_warnings(warning for warning in scratch.warnings() if warning.code not in _OF_COLUMNS)
    return roles


def _numbered(
    cases: pl.LazyFrame, begins: range, options: ReadOptions, problems: ProblemCollector
) -> NDArray[np.uint32]:
    """uint32 number of each row's case, in the order of their first appearance."""
    known = pl.DataFrame(schema={"id": pl.String, "case": pl.UInt32})
    numbers = []
    for begin in begins:
        values = cases.slice(begin, begins.step).collect().to_series()
        plain = plain_column(values, ProblemCollector("", limit=len(values) + 1), DateAudit(options.timezone))
        ids = as_label(values if plain is None else plain).alias("id")
        for _ in range(ids.null_count()):
            problems.error("log.row-without-case")
        fresh = pl.DataFrame(ids.drop_nulls().unique(maintain_order=True))
        fresh = fresh.join(known, on="id", how="anti", maintain_order="left")
        known = pl.concat([known, fresh.with_columns(case=pl.int_range(pl.len(), dtype=pl.UInt32) + known.height)])
        found = pl.DataFrame(ids).join(known, on="id", how="left", maintain_order="left")["case"]
        numbers.append(found.fill_null(0).to_numpy())
    return np.concatenate(numbers)


def _cut(case: NDArray[np.uint32], rows: int) -> tuple[Rows, list[int]]:
    """Cases in parts of about so many rows: the first case of each part, and how many rows stand before it."""
    ends = np.cumsum(np.bincount(case))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])
    first_cases = np.flatnonzero(np.diff(starts // rows, prepend=-1) > 0)
    return np.append(first_cases, len(ends)), [*starts[first_cases].tolist(), int(ends[-1])]


def _spilled(lazy: pl.LazyFrame, part_of: NDArray[np.uint32], step: int, folder: Path) -> tuple[PartRows, ...]:
    """Write the rows of each part to files of our own, one for each stretch of the file that has some."""
    parts = int(part_of.max()) + 1
    files: list[list[Path]] = [[] for _ in range(parts)]
    column = _free("part", lazy.collect_schema().names())
    for begin in range(0, len(part_of), step):
        chunk = lazy.slice(begin, step).collect().with_columns(pl.Series(column, part_of[begin : begin + step]))
        for (part,), rows in chunk.partition_by(column, as_dict=True, include_key=False).items():
            files[part].append(folder / f"{part}-{begin}.parquet")
            rows.write_parquet(files[part][-1], compression="lz4")
    counts = np.bincount(part_of, minlength=parts).tolist()
    return tuple(PartRows(tuple(found), 0, count) for found, count in zip(files, counts, strict=True))


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += " "
    return name


def _examined(parts: ParquetParts, problems: ProblemCollector) -> ParquetParts:
    """The parts with what they say of the whole, all columns looked at.

    Raises:
        InputRefused: Something is wrong with the file; every problem found is in it.
    """
    found = list(_facts_of_parts(parts, problems))
    problems.refuse_if_wrong()
    events = sum(facts.events for facts in found)
    problems.add_warnings(_of_the_whole([warning for facts in found for warning in facts.warnings], events))
    warnings = problems.warnings()
    times = [facts for facts in found if facts.earliest is not None and facts.latest is not None]
    whole = replace(
        parts.facts,
        activities=tuple(dict.fromkeys(name for facts in found for name in facts.activities)),
        transitions=Transitions.joined(facts.transitions for facts in found),
        warnings=warnings,
        events=events,
        earliest=min((facts.earliest for facts in times if facts.earliest), default=None),
        latest=max((facts.latest for facts in times if facts.latest), default=None),
    )
    varying = frozenset(w.place.element for w in warnings if w.code == "log.case-attribute-varies")
    projects = all(warning.code != "log.column-renamed" for warning in warnings)
    return replace(parts, facts=whole, varying=varying, projects=projects)


def _facts_of_parts(parts: ParquetParts, problems: ProblemCollector) -> Iterator[LogFacts]:
    for part in range(len(parts.places)):
        try:
            yield LogFacts.of(parts.with_warnings(part))
        except InputRefused as refused:
            problems.add_errors(refused.problems)


def _of_the_whole(warnings: Sequence[Problem], events: int) -> Iterator[Problem]:
    """The warnings of parts as those of the whole, to be added up.

    Each part tells of the same columns; and one all of whose events lack a time says so in other words than the whole.
    """
    untimed = sum(warning.count for warning in warnings if warning.code == _NO_TIMES)
    told: set[tuple[str, str]] = set()
    for warning in warnings:
        key = (warning.code, warning.place.element)
        if warning.code == _NO_TIMES and untimed < events:
            yield replace(warning, code="log.time-missing")
        elif warning.code not in _OF_COLUMNS or key not in told:
            yield warning
        told.add(key)
