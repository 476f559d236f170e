"""The XML side of PNML: texts and counts. What elements mean is for ``pnml_reader.py`` to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.definitions.xml_reading import XmlCodes, XmlReading, line_of, local_name, parse_xml, shown
from engine.errors import InputRefused, Place, Problem
from engine.limits import Limits

NAMESPACE = "http://www.pnml.org/version-2009/grammar/pnml"

_COUNT = re.compile(r"\+?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_CODES = XmlCodes("pnml.doctype", "pnml.not-xml", "pnml.more-problems", size="net_bytes")


class PnmlReading(XmlReading):
    """One reading of a PNML file.

    Args:
        source: The file's name as the user gave it.
        limits: The published limits.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        super().__init__(source, limits, _CODES)


def parse(data: bytes, reading: PnmlReading) -> etree._Element:
    """The ``pnml`` element of a file.

    Raises:
        InputRefused: The bytes are not XML, hold a DOCTYPE, or their root is not ``pnml`` in a known namespace.
        LimitExceeded: The file is longer than ``net_bytes`` or nests deeper than ``nesting``.
    """
    root = parse_xml(data, reading)
    name = etree.QName(root)
    if name.localname != "pnml" or name.namespace not in (None, NAMESPACE):
        values = shown({"element": name.localname, "namespace": name.namespace or "-"})
        raise InputRefused([Problem("pnml.not-pnml", Place(reading.source, line_of(root)), values)])
    return root


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
