"""What a page's address asks for, in words, each with the address of the page without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from api.cases.service import StoredBook, process_of
from api.http.asked import path_of
from api.pages.narrowing import Narrowing, Pair
from api.pages.scorecard import kept_assessment
from api.pages.shell import Visit
from engine.assessment.assessment import Finding
from engine.assessment.deviation_search import deviation_by_key
from engine.rendering.names import Names

HASH_SHOWN = 8


class Named(Protocol):
    """What a deviation and a finding have in common: see ``Finding``."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def steps(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def standard(self) -> str | None: ...  # noqa: D102
    @property
    def branch(self) -> Sequence[str] | None: ...  # noqa: D102
    @property
    def other_branch(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is asked for.

    Attributes:
        name: The parameter.
        words: What it asks for.
        without: The page's address without it, and without what means nothing when it is gone.
    """

    name: str
    words: str
    without: str


def chips_of(
    visit: Visit, asked: Narrowing, *, names: Names | None = None, sought: Mapping[str, Named] = MappingProxyType({})
) -> tuple[Chip, ...]:
    """Everything that a page's address asks for.

    Args:
        visit: Who asks.
        asked: What the address says.
        names: How the parts of the flow are called, where cases of an assessment are looked at.
        sought: What is asked for by a number or a key, as ``sought_in`` finds it.
    """
    path = path_of(visit.request)
    return tuple(Chip(pair[0], _words(pair, visit, names, sought), _without(asked, path, pair)) for pair in asked.pairs)


def names_of(visit: Visit, book: StoredBook) -> Names:
    """How the parts of the flow that judged are called."""
    return Names(process_of(visit.running, book).flow, visit.wording)


def sought_in(visit: Visit, book: StoredBook, asked: Narrowing) -> Mapping[str, Named]:
    """What is asked for by a number or a key, by the name of the parameter; without what is not there."""
    key = asked.wanted.key
    found = {
        "finding": _finding(visit, book, asked),
        "deviation": None if key is None else deviation_by_key(book.tables, key),
    }
    return {name: one for name, one in found.items() if one is not None}


def _finding(visit: Visit, book: StoredBook, asked: Narrowing) -> Finding | None:
    number, dimension = asked.wanted.finding, asked.wanted.dimension
    if number is None or dimension is None or (assessment := kept_assessment(visit, book.row)) is None:
        return None
    findings = assessment.dimension(dimension).findings
    return findings[number] if number < len(findings) else None


def words_of(one: Named, names: Names) -> str:
    """A deviation or a finding in words: what it is, and what it is about."""
    kind = names.kind(one.kind, other_branch=one.other_branch)
    subject = names.subject(one.kind, one.steps, one.standard or "", one.branch or ())
    return f"{kind}{names.colon}{subject}" if subject else kind


def _words(pair: Pair, visit: Visit, names: Names | None, sought: Mapping[str, Named]) -> str:
    name, value = pair
    wording = visit.wording
    said: dict[str, Callable[[], str]] = {
        "kind": lambda: wording.term(f"deviation.{value}"),
        "dimension": lambda: wording.term(f"dimension.{value}"),
        "closed": lambda: wording.text("page.case.closed" if value == "true" else "page.case.open"),
        "variant": lambda: value[:HASH_SHOWN],
    }
    if names is not None:
        said |= {"step": lambda: names.step(value), "standard": lambda: names.standard(value)}
        if name in sought:
            said[name] = lambda: words_of(sought[name], names)
    return said.get(name, lambda: value)()


def _without(asked: Narrowing, path: str, pair: Pair) -> str:
    """A finding is one of a dimension's, and goes with it."""
    more = [one for one in asked.pairs if one[0] == "finding"] if pair[0] == "dimension" else []
    return asked.without(path, pair, *more)
