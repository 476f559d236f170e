"""Reading OCEL 2.0 in JSON: one object with types, objects and events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.collecting import ProblemCollector
from engine.logs.json_text import NotJson, strict_json
from engine.logs.object_log import ObjectLog, TypeOfThings

_PARTS = ("objectTypes", "eventTypes", "objects", "events")


def read_ocel_json(data: bytes, problems: ProblemCollector, *, limits: Limits) -> ObjectLog:
    """Read one document.

    JSON states no lines for what stands in it; places are ways through the document: ``events[3].time``.

    Raises:
        InputRefused: It is no JSON, no OCEL 2.0, or lacks something; every problem found.
        LimitExceeded: It is larger than ``json_bytes``: a document is held as objects while it is read.
    """
    if len(data) > limits.json_bytes:
        place = Place(problems.source)
        raise LimitExceeded(limit="json_bytes", allowed=limits.json_bytes, found=len(data), place=place)
    try:
        document = strict_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise problems.refusal("log.encoding-wrong", data.count(b"\n", 0, error.start) + 1, encoding="UTF-8") from error
    except NotJson as error:
        raise problems.refusal("log.json-malformed", error.line, reason=error.reason) from error
    if any(key.startswith("ocel:") for key in document):
        raise problems.refusal("log.ocel-1")
    if not set(_PARTS) & set(document):
        raise problems.refusal("log.is-json")
    return _Reading(problems, limits).read(document)


class _Reading:
    """One document on its way into the tables."""

    def __init__(self, problems: ProblemCollector, limits: Limits) -> None:
        self._problems = problems
        self._log = ObjectLog(problems, limits)

    def read(self, document: dict[str, Any]) -> ObjectLog:
        """Fill the tables.

        Raises:
            InputRefused: Something is missing or has another shape.
        """
        log = self._log
        for part, types in (("objectTypes", log.object_types), ("eventTypes", log.event_types)):
            for way, found in self._list(document, part, ""):
                kind = log.declare(types, self._text(found, "name", way), None)
                self._attributes_of(kind, found, way)
        for row, (way, found) in enumerate(self._list(document, "objects", "")):
            log.objects.add(self._text(found, "id", way), self._text(found, "type", way), None)
            for at, value in self._list(found, "attributes", way, optional=True):
                name, time = self._text(value, "name", at), self._text(value, "time", at)
                log.object_values.add(row, name, self._value(value, at), time, None)
            log.object_relations += sum(1 for _ in self._list(found, "relationships", way, optional=True))
        for row, (way, found) in enumerate(self._list(document, "events", "")):
            time = self._text(found, "time", way)
            log.events.add(self._text(found, "id", way), self._text(found, "type", way), time, None)
            for at, value in self._list(found, "attributes", way, optional=True):
                log.event_values.add(row, self._text(value, "name", at), self._value(value, at), None)
            for at, relation in self._list(found, "relationships", way, optional=True):
                qualifier = relation.get("qualifier")
                shown = qualifier if isinstance(qualifier, str) else ""
                log.relations.add(row, self._text(relation, "objectId", at), shown, None)
        self._problems.refuse_if_wrong()
        return log

    def _attributes_of(self, kind: TypeOfThings, found: dict[str, Any], way: str) -> None:
        for at, attribute in self._list(found, "attributes", way, optional=True):
            self._log.attribute(kind, self._text(attribute, "name", at), self._text(attribute, "type", at), None)

    def _list(
        self, found: dict[str, Any], key: str, way: str, *, optional: bool = False
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects of a list, each with the way to it."""
        path = f"{way}.{key}" if way else key
        items = found.get(key, [] if optional else None)
        if not isinstance(items, list):
            self._problems.error("log.ocel-shape", None, path, expected="[…]")
            return
        for number, item in enumerate(items):
            if isinstance(item, dict):
                yield f"{path}[{number}]", item
            else:
                self._problems.error("log.ocel-shape", None, f"{path}[{number}]", expected="{…}")

    def _text(self, found: dict[str, Any], key: str, way: str) -> str:
        value = found.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self._problems.error("log.ocel-shape", None, f"{way}.{key}", expected='"…"')
        return ""

    def _value(self, found: dict[str, Any], way: str) -> str | None:
        """A value as text; types are read by what their type declares, not by how JSON writes them."""
        value = found.get("value")
        if isinstance(value, dict | list):
            self._problems.error("log.ocel-shape", None, f"{way}.value", expected='"…"')
        return value if value is None or isinstance(value, str) else json.dumps(value)
