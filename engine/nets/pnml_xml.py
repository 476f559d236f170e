"""The XML side of PNML: safe parsing, texts and counts, and the list of all that is wrong with a file.

DOCTYPE is refused, so there are no entities; nothing is fetched; size and depth are bounded. What elements mean is for
``pnml_reader.py`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from lxml import etree

from engine.errors import InputRefused, LimitExceeded, Place, Problem, Severity, Value, refusal_of
from engine.limits import Limits

NAMESPACE = "http://www.pnml.org/version-2009/grammar/pnml"

_COUNT = re.compile(r"\+?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_SHOWN = 200


class PnmlReading:
    """Collects what is wrong with one file and what is worth knowing of it.

    Args:
        source: The file's name as the user gave it.
        limits: The published limits.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self._problems: list[Problem] = []
        self._notes: dict[tuple[str, tuple[tuple[str, Value], ...]], Problem] = {}

    def problem(self, code: str, at: etree._Element | None = None, /, **values: Value) -> None:
        """Add a problem at an element."""
        self._problems.append(Problem(code, self._place(at), _shown(values)))

    def limit(self, limit: str, found: int, element: etree._Element) -> None:
        """Add that something is past a limit."""
        self.problem("limit.exceeded", element, limit=limit, allowed=getattr(self.limits, limit), found=found)

    def note(self, code: str, at: etree._Element | None = None, /, **values: Value) -> None:
        """Add a warning; the same one again is counted at its first place."""
        shown = _shown(values)
        key = (code, tuple(sorted(shown.items(), key=lambda item: item[0])))
        known = self._notes.get(key)
        if known is None:
            self._notes[key] = Problem(code, self._place(at), shown, Severity.WARNING)
        else:
            self._notes[key] = replace(known, count=known.count + 1)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """The warnings, in the order of their first places."""
        return tuple(self._notes.values())

    def refuse_if_failed(self) -> None:
        """End the reading when something is wrong.

        Raises:
            InputRefused: With the problems in the order of their lines; past ``limits.problems`` the rest is counted
                in one last problem, ``pnml.more-problems``.
        """
        if self._problems:
            limit = self.limits.problems
            raise refusal_of(self._problems, limit=limit, source=self.source, more="pnml.more-problems")

    def _place(self, element: etree._Element | None) -> Place:
        if element is None:
            return Place(self.source)
        return Place(self.source, line_of(element), _cut(element.get("id") or local_name(element)))


def parse(data: bytes, reading: PnmlReading) -> etree._Element:
    """The ``pnml`` element of a file.

    Raises:
        InputRefused: The bytes are not XML, hold a DOCTYPE, or their root is not ``pnml`` in a known namespace.
        LimitExceeded: The file is longer than ``net_bytes`` or nests deeper than ``nesting``.
    """
    if len(data) > reading.limits.net_bytes:
        raise LimitExceeded(
            limit="net_bytes", allowed=reading.limits.net_bytes, found=len(data), place=Place(reading.source)
        )
    if _DOCTYPE.search(data):
        raise InputRefused([Problem("pnml.doctype", Place(reading.source))])
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
        place = Place(reading.source, error.lineno)
        raise InputRefused([Problem("pnml.not-xml", place, _shown({"detail": error.msg or ""}))]) from None
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that the search does not see through
        raise InputRefused([Problem("pnml.doctype", Place(reading.source))])
    name = etree.QName(root)
    if name.localname != "pnml" or name.namespace not in (None, NAMESPACE):
        values = _shown({"element": name.localname, "namespace": name.namespace or "-"})
        raise InputRefused([Problem("pnml.not-pnml", Place(reading.source, line_of(root)), values)])
    _check_depth(root, reading)
    return root


def _check_depth(root: etree._Element, reading: PnmlReading) -> None:
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


def children(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The child elements with their names; one of a foreign namespace keeps it in its name."""
    for child in element:
        name = etree.QName(child)
        foreign = name.namespace not in (None, NAMESPACE)
        yield (f"{{{name.namespace}}}{name.localname}" if foreign else name.localname), child


def text_of(element: etree._Element, reading: PnmlReading) -> str:
    """The ``text`` of an annotation (a name, a marking, an inscription).

    White space around it is removed where it spans lines, for then a pretty-printer put it there.
    """
    found = [child for name, child in children(element) if name == "text"]
    if len(found) != 1:
        # A name that is kept elsewhere must not read as an empty one: it would make its transition silent.
        if len(found) > 1 or len(element) or (element.text or "").strip():
            reading.problem("pnml.no-text", element, element=local_name(element))
        return ""
    text = "".join(str(part) for part in found[0].itertext())
    outer = text[: len(text) - len(text.lstrip())] + text[len(text.rstrip()) :]
    return text.strip() if "\n" in outer or "\r" in outer else text


def count_of(element: etree._Element, reading: PnmlReading, *, least: int) -> int:
    """The number in an annotation; ``least`` after a problem was noted.

    Args:
        element: ``initialMarking``, ``inscription`` or a place of a final marking.
        reading: Takes the problems.
        least: 0 for tokens, 1 for weights.
    """
    text = text_of(element, reading).strip()
    if _COUNT.match(text) and int(text) >= least:
        if int(text) > reading.limits.arc_weight:
            reading.limit("arc_weight", int(text), element)
            return least
        return int(text)
    code = "pnml.count-out-of-range" if _NUMBER.match(text) else "pnml.not-a-count"
    reading.problem(code, element, text=text, least=least, element=local_name(element))
    return least


def _shown(values: dict[str, Value]) -> dict[str, Value]:
    return {name: _cut(value) if isinstance(value, str) else value for name, value in values.items()}


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
