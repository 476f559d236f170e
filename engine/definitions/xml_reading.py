"""Safe XML, for every reader of it: parsing, places, and the list of all that is wrong with a file.

DOCTYPE is refused, so there are no entities; nothing is fetched; size and depth are bounded. What elements mean is for
the reader of each format to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import cast

from lxml import etree

from engine.errors import InputRefused, LimitExceeded, Place, Problem, Severity, Value, refusal_of
from engine.limits import Limits

_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class XmlCodes:
    """The codes of what can be wrong with any file of one format.

    Attributes:
        doctype: It has a DOCTYPE.
        not_xml: It is not well formed.
        more: There are more problems than are named.
        size: The limit of its bytes.
    """

    doctype: str
    not_xml: str
    more: str
    size: str


class XmlReading:
    """Collects what is wrong with one file and what is worth knowing of it.

    Args:
        source: The file's name as the user gave it.
        limits: The published limits.
        codes: Those of the format.
    """

    def __init__(self, source: str, limits: Limits, codes: XmlCodes) -> None:
        self.source = source
        self.limits = limits
        self.codes = codes
        self._problems: list[Problem] = []
        self._notes: dict[tuple[str, tuple[tuple[str, Value], ...]], Problem] = {}

    def problem(self, code: str, at: etree._Element | None = None, /, **values: Value) -> None:
        """Add a problem at an element."""
        self._problems.append(Problem(code, self.place(at), shown(values)))

    def add(self, problem: Problem) -> None:
        """Add a problem that was found elsewhere."""
        self._problems.append(problem)

    def limit(self, limit: str, found: int, element: etree._Element | None) -> None:
        """Add that something is past a limit."""
        self.problem("limit.exceeded", element, limit=limit, allowed=getattr(self.limits, limit), found=found)

    def note(self, code: str, at: etree._Element | None = None, /, **values: Value) -> None:
        """Add a warning; the same one again is counted at its first place."""
        clean = shown(values)
        key = (code, tuple(sorted(clean.items(), key=lambda item: item[0])))
        known = self._notes.get(key)
        if known is None:
            self._notes[key] = Problem(code, self.place(at), clean, Severity.WARNING)
        else:
            self._notes[key] = replace(known, count=known.count + 1)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """The warnings, in the order in which they were added."""
        return tuple(self._notes.values())

    @property
    def failed(self) -> bool:
        """Whether a problem was noted so far."""
        return bool(self._problems)

    def refuse_if_failed(self) -> None:
        """End the reading when something is wrong.

        Raises:
            InputRefused: With the problems in the order of their lines; past ``limits.problems`` the rest is counted
                in one last problem, ``codes.more``.
        """
        if self._problems:
            limit = self.limits.problems
            raise refusal_of(self._problems, limit=limit, source=self.source, more=self.codes.more)

    def place(self, element: etree._Element | None) -> Place:
        """Where an element stands: its line, and its id or name."""
        if element is None:
            return Place(self.source)
        return Place(self.source, line_of(element), cut(element.get("id") or local_name(element)))


def parse_xml(data: bytes, reading: XmlReading) -> etree._Element:
    """The root element of a file.

    Raises:
        InputRefused: The bytes are not XML or hold a DOCTYPE.
        LimitExceeded: The file is longer than the format's limit or nests deeper than ``nesting``.
    """
    limits, codes, place = reading.limits, reading.codes, Place(reading.source)
    allowed: int = getattr(limits, codes.size)
    if len(data) > allowed:
        raise LimitExceeded(limit=codes.size, allowed=allowed, found=len(data), place=place)
    if _DOCTYPE.search(data):
        raise InputRefused([Problem(codes.doctype, place)])
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        at = Place(reading.source, error.lineno)
        raise InputRefused([Problem(codes.not_xml, at, shown({"detail": error.msg or ""}))]) from None
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that the search does not see through
        raise InputRefused([Problem(codes.doctype, place)])
    _check_depth(root, reading)
    return root


def _check_depth(root: etree._Element, reading: XmlReading) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > reading.limits.nesting:
            place = Place(reading.source, line_of(element))
            raise LimitExceeded(limit="nesting", allowed=reading.limits.nesting, found=depth, place=place)


def line_of(element: etree._Element) -> int | None:
    """The 1-based line of an element, where the parser knows it."""
    return cast("int | None", element.sourceline)  # the stubs do not know its type


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def shown(values: dict[str, Value]) -> dict[str, Value]:
    """Values as a message can carry them: no text longer than a label."""
    return {name: cut(value) if isinstance(value, str) else value for name, value in values.items()}


def cut(text: str) -> str:
    """A text no longer than a label."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
