"""The one filter in the address of map, variants and cases: what the log tells, and what an assessment found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.cases.endpoints import asked_cases, existing_book
from api.cases.service import StoredBook
from api.http.problems import Refusal
from api.logs.service import stored_log
from api.mapping import narrowed
from api.pages.shell import Visit
from engine.assessment.case_search import CaseFilter, matching
from engine.errors import InputRefused, Place, Problem
from engine.logs.filter_query import MANY, NAMES, from_query
from engine.logs.filtering import LogFilter, cases_meant, unknown_names
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from engine.logs.log import Log
from engine.logs.selecting import select_cases
from engine.storage.case_files import read_judged_log
from engine.storage.tables import LogRow
from engine.vocabulary import DeviationKind, Dimension

Pair = tuple[str, str]

OF_BOOK = ("deviation", "kind", "step", "standard", "dimension", "finding", "closed", "min-cost", "text")
"""Names of what an assessment found; those of what the log tells are ``filter_query.NAMES``."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which cases are looked at.

    Attributes:
        chosen: By what the log tells.
        wanted: By what an assessment found.
        pairs: Both as they stand in the address.
    """

    chosen: LogFilter
    wanted: CaseFilter
    pairs: tuple[Pair, ...]

    @classmethod
    def of(cls, visit: Visit) -> Narrowing:
        """What a request's address asks for.

        Raises:
            InputRefused: With everything that is wrong with it.
        """
        given = [pair for pair in visit.request.query_params.multi_items() if pair[1]]
        known = [pair for pair in given if pair[0] in NAMES or pair[0] in OF_BOOK]
        # A form says again what was asked for before, then what its fields say: of what is asked once the last counts.
        last = {name: place for place, (name, _) in enumerate(known)}
        pairs = tuple(pair for place, pair in enumerate(known) if pair[0] in MANY or last[pair[0]] == place)
        chosen = from_query([pair for pair in pairs if pair[0] in NAMES], limits=visit.running.limits)
        return cls(chosen, _wanted({name: value for name, value in pairs if name in OF_BOOK}), pairs)

    @property
    def is_of_book(self) -> bool:
        """Whether it asks for something that an assessment found."""
        return self.wanted != CaseFilter()

    @property
    def is_empty(self) -> bool:
        """Whether every case is looked at."""
        return not self.pairs

    def address(self, path: str, *more: Pair) -> str:
        """A page with the same cases, narrowed down further."""
        query = urlencode([*self.pairs, *more])
        return f"{path}?{query}" if query else path

    def without(self, path: str, *pairs: Pair) -> str:
        """A page with some things less asked for."""
        left = list(self.pairs)
        for pair in pairs:
            left.remove(pair)
        return f"{path}?{urlencode(left)}" if left else path


def log_of(visit: Visit, row: LogRow) -> Log:
    """A stored log, read or still at hand."""
    key = f"{row.file or row.digest} {row.columns} {row.lifecycle} {row.closed} {row.name}"
    return visit.running.log_cache.log(key, lambda: stored_log(visit.running, row))


def judged_log(visit: Visit, book: StoredBook) -> Log:
    """The log of an assessment as it was judged: the cases of its period, and of a live log what had happened by then.

    Raises:
        Refusal: It was not kept.
    """

    def read() -> Log:
        found = read_judged_log(book.path_of)
        if found is None:
            raise Refusal(HTTPStatus.CONFLICT, "cases.not-kept", id=book.row.id or 0)
        return found

    return visit.running.log_cache.log(f"assessment {book.row.id}", read)


def events_of_log(visit: Visit, row: LogRow, asked: Narrowing) -> Log:
    """The events that count of the cases that are looked at.

    Raises:
        InputRefused: The filter names what the log does not have.
    """
    return narrowed(log_of(visit, row), asked.chosen, lifecycle=row.lifecycle or None)


@dataclass(frozen=True, eq=False, slots=True)
class JudgedCases:
    """The cases of an assessment that are looked at.

    Attributes:
        log: The events of them that were judged.
        numbers: Their numbers in the case book, from 0; in the order of ``log``.
        of: How many cases were judged in all.
    """

    log: Log
    numbers: pl.Series
    of: int


def cases_judged(visit: Visit, book: StoredBook, asked: Narrowing) -> JudgedCases:
    """The cases of an assessment that are looked at, with the events that were judged.

    Raises:
        InputRefused: The filter names what the log does not have.
    """
    counted, meant = _judged(visit, book, asked)
    if asked.is_of_book:
        of_book = np.zeros(len(meant), dtype=np.bool_)
        of_book[matching(book.tables, asked.wanted).select("case").collect()["case"].to_numpy()] = True
        meant = meant & of_book
    chosen = counted if meant.all() else select_cases(counted, meant)
    return JudgedCases(chosen, pl.Series(np.flatnonzero(meant)), len(meant))


def cases_wanted(visit: Visit, book: StoredBook, asked: Narrowing) -> CaseFilter:
    """The filter of an assessment's cases that both halves come to."""
    if asked.chosen.is_empty:
        return asked.wanted
    _, meant = _judged(visit, book, asked)
    return replace(asked.wanted, numbers=frozenset(np.flatnonzero(meant).tolist()))


def _judged(visit: Visit, book: StoredBook, asked: Narrowing) -> tuple[Log, NDArray[np.bool_]]:
    """The events that were judged, and for each case, in the order of the book, whether the log's half means it.

    Raises:
        InputRefused: The filter names what the log does not have.
    """
    counted = apply_lifecycle(judged_log(visit, book), Lifecycle.ALL)  # what did not count is left out already
    problems = unknown_names(counted, asked.chosen)
    if problems:
        raise InputRefused(problems)
    return counted, cases_meant(counted, asked.chosen)


def book_of(visit: Visit, assessment: int) -> StoredBook:
    """The case book of an assessment.

    Raises:
        Refusal: It has none, and why.
    """
    return existing_book(visit.session, visit.running, assessment)


def _wanted(given: dict[str, str]) -> CaseFilter:
    problems = [
        Problem("service.bad-field", Place(element=name), {"name": name, "known": "", "bound": ""})
        for name, value in given.items()
        if not _is_good(name, value)
    ]
    if problems:
        raise InputRefused(problems)
    finding, cost = given.get("finding"), given.get("min-cost")
    return asked_cases(
        deviation=given.get("deviation"),
        kind=DeviationKind(given["kind"]) if "kind" in given else None,
        step=given.get("step"),
        standard=given.get("standard"),
        dimension=Dimension(given["dimension"]) if "dimension" in given else None,
        finding=None if finding is None else int(finding),
        closed=None if "closed" not in given else given["closed"] == "true",
        min_cost=None if cost is None else int(cost),
        text=given.get("text"),
    )


def _is_good(name: str, value: str) -> bool:
    if name == "kind":
        return value in set(DeviationKind)
    if name == "dimension":
        return value in set(Dimension)
    if name == "closed":
        return value in {"true", "false"}
    if name in {"finding", "min-cost"}:
        return value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    return len(value) <= LONGEST_TEXT and "\0" not in value


LONGEST_NUMBER = 9
LONGEST_TEXT = 2_000
