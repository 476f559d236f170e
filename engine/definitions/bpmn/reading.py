"""One reading of a BPMN file: its XML, what is wrong with it, and what it holds that a flow does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from engine.definitions.bpmn.vocabulary import MODEL
from engine.definitions.xml_reading import XmlCodes, XmlReading, line_of, local_name, parse_xml, shown
from engine.errors import InputRefused, Place, Problem, Severity, Value
from engine.limits import Limits

_CODES = XmlCodes("bpmn.doctype", "bpmn.not-xml", "bpmn.more-problems", size="bpmn_bytes")
_BLANK = re.compile(r"\s+")
_IDS_SHOWN = 6


class BpmnReading(XmlReading):
    """Collects problems, warnings, and lists of what is set aside.

    Args:
        source: The file's name as the user gave it.
        limits: The published limits.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        super().__init__(source, limits, _CODES)
        self.refused_elements: set[str] = set()
        self._told: list[Problem] = []
        self._lists: dict[tuple[str, str], tuple[etree._Element, list[str]]] = {}

    def refuse(self, code: str, element: etree._Element, /, **values: Value) -> None:
        """Add a problem of an element that is named by what it is, its id and its name."""
        self.refused_elements.add(element.get("id", ""))
        self.problem(code, element, **describe(element), **values)

    def remark(self, code: str, element: etree._Element, /, **values: Value) -> None:
        """Add a warning about an element that is named by what it is, its id and its name."""
        self.note(code, element, **describe(element), **values)

    def inform(self, code: str, element: etree._Element, /, **values: Value) -> None:
        """Add what is only worth knowing of an element that is named by what it is, its id and its name."""
        values = shown({**describe(element), **values})
        self._told.append(Problem(code, self.place(element), values, Severity.INFO))

    def listed(self, code: str, what: str, element: etree._Element) -> None:
        """Add an element to a list of its like, which becomes one note with their number and ids."""
        name = element.get("id") or element.get("name") or f"{line_of(element) or '?'}"
        self._lists.setdefault((code, what), (element, []))[1].append(name)

    def notes_and_lists(self) -> tuple[Problem, ...]:
        """Every note: warnings first, then the lists, each in the order in which it began."""
        lists = [
            Problem(code, self.place(first), shown({"what": what, "ids": _some(ids)}), Severity.INFO, len(ids))
            for (code, what), (first, ids) in self._lists.items()
        ]
        return (*self.notes, *self._told, *lists)

    def label(self, text: str | None, element: etree._Element) -> str:
        """A name as a label: one line, in normal form C, without blanks around it and control characters."""
        clean = "".join(c if unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} else " " for c in text or "")
        label = unicodedata.normalize("NFC", _BLANK.sub(" ", clean)).strip()
        if len(label) > self.limits.label_characters:
            self.limit("label_characters", len(label), element)
        return label


def parse_bpmn(data: bytes, reading: BpmnReading) -> etree._Element:
    """The ``definitions`` element of a file.

    Raises:
        InputRefused: The bytes are not XML, hold a DOCTYPE, or their root is not that of BPMN 2.0.
        LimitExceeded: The file is longer than ``bpmn_bytes`` or nests deeper than ``nesting``.
    """
    root = parse_xml(data, reading)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace != MODEL:
        values = shown({"element": name.localname, "namespace": name.namespace or "-"})
        raise InputRefused([Problem("bpmn.not-bpmn", Place(reading.source, line_of(root)), values)])
    return root


def model_children(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The child elements of BPMN's own namespace, with their names."""
    for child in element:
        name = etree.QName(child)
        if name.namespace == MODEL:
            yield name.localname, child


def first_child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of BPMN's own namespace with a name, or None."""
    return next((child for found, child in model_children(element) if found == name), None)


def text_of(element: etree._Element | None) -> str:
    """All text inside an element, without blanks around it; "" for None."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def describe(element: etree._Element) -> dict[str, Value]:
    """What an element is, its id and its name, for a message."""
    name = _BLANK.sub(" ", element.get("name", "")).strip()
    return {"what": local_name(element), "id": element.get("id", "-"), "name": name or "-"}


def flag(element: etree._Element, attribute: str, *, default: bool = False) -> bool:
    """An attribute of the XML type ``boolean``."""
    text = element.get(attribute, "").strip()
    return text in {"true", "1"} if text else default


def _some(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    more = ["…"] if len(names) > _IDS_SHOWN else []
    return ", ".join([*names[:_IDS_SHOWN], *more])
