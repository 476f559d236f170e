"""One object-centric log in the three formats of OCEL 2.0."""

from __future__ import annotations

import copy
import json
import sqlite3
from typing import Any
from xml.sax.saxutils import escape, quoteattr

EPOCH = "1970-01-01T00:00:00Z"


def _relations(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"objectId": name, "qualifier": qualifier} for name, qualifier in pairs]


ORDERS: dict[str, Any] = {
    "objectTypes": [
        {"name": "order", "attributes": [{"name": "price", "type": "float"}, {"name": "vip", "type": "boolean"}]},
        {"name": "item", "attributes": [{"name": "colour", "type": "string"}]},
    ],
    "eventTypes": [
        {"name": "下单", "attributes": [{"name": "user", "type": "string"}, {"name": "lines", "type": "integer"}]},
        {"name": "pack & ship", "attributes": [{"name": "user", "type": "string"}]},
    ],
    "objects": [
        {"id": "o1", "type": "order", "attributes": [
            {"name": "price", "time": EPOCH, "value": "10.5"},
            {"name": "price", "time": "2024-01-05T00:00:00Z", "value": "9"},
            {"name": "vip", "time": EPOCH, "value": "true"},
        ], "relationships": _relations(("i1", "has"), ("i2", "has"))},
        {"id": "o2", "type": "order", "attributes": [{"name": "price", "time": EPOCH, "value": "3.0"}],
         "relationships": []},
        {"id": "o3", "type": "order", "attributes": [], "relationships": []},
        {"id": "i1", "type": "item", "attributes": [{"name": "colour", "time": EPOCH, "value": "red"}],
         "relationships": []},
        {"id": "i2", "type": "item", "attributes": [], "relationships": []},
    ],
    "events": [
        {"id": "e1", "type": "下单", "time": "2024-01-01T09:00:00Z",
         "attributes": [{"name": "user", "value": "王"}, {"name": "lines", "value": "2"}],
         "relationships": _relations(("o1", "places"), ("i1", "of"), ("i2", "of"))},
        {"id": "e2", "type": "下单", "time": "2024-01-01T10:00:00Z",
         "attributes": [{"name": "lines", "value": "1"}], "relationships": _relations(("o2", "places"))},
        {"id": "e3", "type": "pack & ship", "time": "2024-01-02T09:00:00Z",
         "attributes": [{"name": "user", "value": "李"}],
         "relationships": _relations(("o1", "ships"), ("o2", "ships"), ("i1", "of"))},
        {"id": "e4", "type": "pack & ship", "time": "2024-01-03T09:00:00Z", "attributes": [],
         "relationships": _relations(("i2", "of"))},
    ],
}  # fmt: skip
"""Two orders that are shipped together, an order without events, and an event without an order."""


def changed(**parts: Any) -> dict[str, Any]:
    """``ORDERS`` with some parts replaced."""
    return copy.deepcopy(ORDERS) | parts


def as_json(log: dict[str, Any]) -> bytes:
    return json.dumps(log, ensure_ascii=False).encode()


def as_xml(log: dict[str, Any]) -> bytes:
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<log>"]
    for part, tag in (("objectTypes", "object-type"), ("eventTypes", "event-type")):
        parts.append(f"<{tag}s>")
        for kind in log[part]:
            inner = "".join(
                f"<attribute name={quoteattr(a['name'])} type={quoteattr(a['type'])}/>" for a in kind["attributes"]
            )
            parts.append(f"<{tag} name={quoteattr(kind['name'])}><attributes>{inner}</attributes></{tag}>")
        parts.append(f"</{tag}s>")
    for part, tag in (("objects", "object"), ("events", "event")):
        parts.append(f"<{part}>")
        for thing in log[part]:
            time = f" time={quoteattr(thing['time'])}" if "time" in thing else ""
            parts.append(f"<{tag} id={quoteattr(thing['id'])} type={quoteattr(thing['type'])}{time}><attributes>")
            for a in thing["attributes"]:
                time = f" time={quoteattr(a['time'])}" if "time" in a else ""
                parts.append(f"<attribute name={quoteattr(a['name'])}{time}>{escape(a['value'])}</attribute>")
            parts.append("</attributes><objects>")
            parts += [
                f"<relationship object-id={quoteattr(r['objectId'])} qualifier={quoteattr(r['qualifier'])}/>"
                for r in thing["relationships"]
            ]
            parts.append(f"</objects></{tag}>")
        parts.append(f"</{part}>")
    return "\n".join([*parts, "</log>"]).encode()


_SQL = {"string": "TEXT", "float": "REAL", "integer": "INTEGER", "boolean": "BOOLEAN", "time": "TIMESTAMP"}


def as_sqlite(log: dict[str, Any], *more: str) -> bytes:
    """The database; ``more`` are further statements at its end."""
    database = sqlite3.connect(":memory:")
    run = database.execute
    run("CREATE TABLE event (ocel_id TEXT, ocel_type TEXT)")
    run("CREATE TABLE object (ocel_id TEXT, ocel_type TEXT)")
    run("CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)")
    run("CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT)")
    for things, types, extra in (("event", "eventTypes", ""), ("object", "objectTypes", "ocel_changed_field TEXT, ")):
        run(f"CREATE TABLE {things}_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        for number, kind in enumerate(log[types]):
            columns = "".join(f', "{a["name"]}" {_SQL[a["type"]]}' for a in kind["attributes"])
            run(f"CREATE TABLE {things}_t{number} (ocel_id TEXT, {extra}ocel_time TIMESTAMP{columns})")
            run(f"INSERT INTO {things}_map_type VALUES (?, ?)", (kind["name"], f"t{number}"))  # noqa: S608 - a test's own names
    numbers = {kind["name"]: n for part in ("eventTypes", "objectTypes") for n, kind in enumerate(log[part])}
    for thing in log["events"]:
        run("INSERT INTO event VALUES (?, ?)", (thing["id"], thing["type"]))
        _insert(database, f"event_t{numbers[thing['type']]}", thing, thing["time"], thing["attributes"])
        for r in thing["relationships"]:
            run("INSERT INTO event_object VALUES (?, ?, ?)", (thing["id"], r["objectId"], r["qualifier"]))
    for thing in log["objects"]:
        run("INSERT INTO object VALUES (?, ?)", (thing["id"], thing["type"]))
        table = f"object_t{numbers[thing['type']]}"
        first = [a for a in thing["attributes"] if a["time"] == EPOCH]
        _insert(database, table, thing, EPOCH, first)
        for a in thing["attributes"]:
            if a["time"] != EPOCH:
                _insert(database, table, thing, a["time"], [a], field=a["name"])
        for r in thing["relationships"]:
            run("INSERT INTO object_object VALUES (?, ?, ?)", (thing["id"], r["objectId"], r["qualifier"]))
    for statement in more:
        run(statement)
    database.commit()
    return database.serialize()


def _insert(
    database: sqlite3.Connection, table: str, thing: dict[str, Any], time: str, values: list[Any], *, field: str = ""
) -> None:
    row = {"ocel_id": thing["id"], "ocel_time": time} | ({"ocel_changed_field": field} if field else {})
    row |= {a["name"]: a["value"] for a in values}
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - as above
