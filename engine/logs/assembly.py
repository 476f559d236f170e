"""From rows to a log: what every reader does last, whatever its format was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.collecting import ProblemCollector
from engine.logs.log import EVENT_COLUMNS, Log


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """What a reader has read.

    Attributes:
        case_ids: One id for each case, in file order.
        case_attributes: One row for each case.
        events: ``case`` (UInt32), ``activity`` (String), ``start``, ``time``, ``resource``, ``lifecycle``, then the
            attributes; in the order in which events count.
        event_lines: The line of each event, or None where lines mean nothing.
        case_lines: The line of each case, or None.
        activity_names: Distinct activities; then the ``activity`` of an event is the number (UInt32) of its own.
    """

    case_ids: pl.Series
    case_attributes: pl.DataFrame
    events: pl.DataFrame
    event_lines: pl.Series | None = None
    case_lines: pl.Series | None = None
    activity_names: pl.Series | None = None

    @property
    def activity(self) -> pl.Series:
        """The activity of each event as text."""
        column = self.events["activity"]
        return column if self.activity_names is None else self.activity_names.gather(column)

    def numbered_activity(self) -> tuple[pl.Series, pl.Series]:
        """The distinct activities in the order of their first appearance, and for each event the number of its own."""
        column = self.events["activity"]
        return numbered(column) if self.activity_names is None else in_order(self.activity_names, column)


def assemble(rows: Rows, problems: ProblemCollector, *, limits: Limits) -> Log:
    """Compose and check labels, count what is odd, number the activities, and make the log.

    An accent may be one character with its letter or one behind it (macOS), and looks the same. So activities are
    brought into the one form that flows have their names in (Unicode NFC), and two spellings are one activity.

    Raises:
        InputRefused: Something was wrong with the file; every problem found is in it.
    """
    names, codes = rows.numbered_activity()
    composed = names.str.normalize("NFC")
    if not composed.equals(names):
        rows = _composed(rows, composed.gather(codes), problems)
        names, codes = rows.numbered_activity()
    _check_labels(rows, names, problems, limits)
    problems.refuse_if_wrong()
    _count_order(rows, problems)
    _count_cases(rows, problems)
    events = rows.events.with_columns(codes.alias("activity"))
    own = list(EVENT_COLUMNS)
    return Log(
        name=problems.source,
        activities=tuple(names.to_list()),
        cases=pl.DataFrame([rows.case_ids.alias("case_id"), *rows.case_attributes.get_columns()]),
        events=events.select(own + [name for name in events.columns if name not in EVENT_COLUMNS]),
        warnings=problems.warnings(),
    )


def check_cells(rows: int, columns: int, limits: Limits, source: str) -> None:
    """Refuse a table that would not fit in memory although its file is small, as sparse keys and packing allow.

    Raises:
        LimitExceeded: Rows times columns are above ``limits.log_cells``.
    """
    if rows * columns > limits.log_cells:
        place = Place(source)
        raise LimitExceeded(limit="log_cells", allowed=limits.log_cells, found=rows * columns, place=place)


def numbered(labels: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct labels in the order of their first appearance, and for each row the number of its label (UInt32)."""
    runs = labels.rle_id()
    if len(labels) > 1 and runs[-1] < len(labels) / 2:  # as in most logs, whose cases stand together
        names, numbers = numbered(labels.filter((runs != runs.shift(1)).fill_null(value=True)))
        return names, numbers.gather(runs)
    names = labels.unique(maintain_order=True)
    if names.dtype == pl.String and not names.null_count():  # half the memory and time of a join
        return names, labels.cast(pl.Enum(names)).to_physical().cast(pl.UInt32).alias("number")
    lookup = pl.DataFrame({"label": names, "number": pl.int_range(len(names), dtype=pl.UInt32, eager=True)})
    rows = pl.DataFrame({"label": labels}).join(lookup, on="label", how="left", maintain_order="left")
    return names, rows["number"]


def in_order(names: pl.Series, codes: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Labels given as numbers of distinct names, as ``numbered`` would give them.

    Args:
        names: The names, perhaps more than are used, in any order.
        codes: For each row the number of its label, none of them null.
    """
    number = codes.to_numpy()
    newest = np.maximum.accumulate(number)
    if not len(number) or (number[0] == 0 and newest[-1] == len(names) - 1 and (np.diff(newest) <= 1).all()):
        return names.head(int(newest[-1]) + 1 if len(number) else 0), codes
    first = codes.unique(maintain_order=True)
    place = np.zeros(len(names), dtype=np.uint32)
    place[first.to_numpy()] = np.arange(len(first), dtype=np.uint32)
    return names.gather(first), pl.Series(codes.name, place[number])


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name itself, or with the first number from 2 on that nobody has: ``Variant``, ``Variant (2)``."""
    used = set(taken)
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def _composed(rows: Rows, labels: pl.Series, problems: ProblemCollector) -> Rows:
    """The rows with other labels, which are their own, composed."""
    changed = (labels != rows.activity).fill_null(value=False)
    _warn(problems, "log.names-composed", changed, rows.event_lines)
    return replace(rows, events=rows.events.with_columns(labels.alias("activity")), activity_names=None)


def _check_labels(rows: Rows, names: pl.Series, problems: ProblemCollector, limits: Limits) -> None:
    """Refuse events without an activity and labels that no page or picture could show; ``names`` are the activities."""
    if _blank(names).any():
        for line in _lines_where(_blank(rows.activity), rows.event_lines):
            problems.error("log.activity-missing", line)
    for each, lines, element in ((names, rows.event_lines, "activity"), (rows.case_ids, rows.case_lines, "case")):
        if not (each.str.len_chars() > limits.label_characters).any():
            continue
        labels = rows.activity if element == "activity" else rows.case_ids
        distinct = pl.DataFrame({"label": labels, "row": pl.int_range(len(labels), eager=True)})
        long = distinct.filter(pl.col("label").str.len_chars() > limits.label_characters)
        for label, row in long.unique("label", keep="first", maintain_order=True).iter_rows():
            line = None if lines is None else lines[row]
            problems.error(
                "log.label-too-long", line, element, label=label[:40], found=len(label), allowed=limits.label_characters
            )


def _blank(labels: pl.Series) -> pl.Series:
    return labels.is_null() | (labels.str.strip_chars() == "").fill_null(value=True)


def _count_order(rows: Rows, problems: ProblemCollector) -> None:
    """Count events without a time, earlier than the one before them, at the same time, and ended before they began."""
    before = pl.col("time").forward_fill().over("case") if rows.events["time"].null_count() else pl.col("time")
    events = rows.events.select(
        missing=pl.col("time").is_null(),
        same_case=pl.col("case") == pl.col("case").shift(1),
        step=pl.col("time") - before.shift(1),
        negative=(pl.col("start") > pl.col("time")).fill_null(value=False),
    )
    step, near = events["step"].dt.total_microseconds(), events["same_case"].fill_null(value=False)
    if len(events) and events["missing"].all():
        problems.warn("log.no-times", len(events))
    else:
        _warn(problems, "log.time-missing", events["missing"], rows.event_lines)
    _warn(problems, "log.not-in-time-order", near & (step < 0).fill_null(value=False), rows.event_lines)
    _warn(problems, "log.equal-times", near & (step == 0).fill_null(value=False), rows.event_lines)
    _warn(problems, "log.ends-before-start", events["negative"], rows.event_lines)


def _count_cases(rows: Rows, problems: ProblemCollector) -> None:
    """Count cases without events and ids that more than one case bears."""
    filled = rows.events["case"].unique()
    empty = ~pl.int_range(len(rows.case_ids), dtype=pl.UInt32, eager=True).is_in(filled.implode())
    _warn(problems, "log.empty-cases", empty, rows.case_lines)
    _warn(problems, "log.case-id-twice", ~rows.case_ids.is_first_distinct(), rows.case_lines)


def _warn(problems: ProblemCollector, code: str, mask: pl.Series, lines: pl.Series | None) -> None:
    count = int(mask.sum() or 0)
    if count:
        problems.warn(code, count, None if lines is None else lines.filter(mask)[0])


def _lines_where(mask: pl.Series, lines: pl.Series | None) -> list[int | None]:
    if lines is None:
        return [None]
    return list(lines.filter(mask).to_list())
