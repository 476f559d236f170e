"""The small logs that ``benchmarks.mutations`` damages: the same dealer's visits in every format that is read."""

from __future__ import annotations

import io
import json
import sqlite3
from typing import Any

import polars as pl
import xlsxwriter

from benchmarks.mutations import Seed, rezipped, with_wrappings
from engine.logs.options import ReadOptions

ROWS = [
    ("001", "接车", "2024-03-05 09:07:01", "王", "complete", 12, "好,快"),
    ("001", "问诊", "2024-03-05 09:17:01", "李", "complete", 7, ""),
    ("001", "交车", "2024-03-06 18:00:00", "王", "complete", 0, 'say "hi"'),
    ("002", "接车", "2024-03-07 08:00:00", "王", "start", 5, "NA"),
    ("002", "交车", "2024-03-07 08:00:00", "赵", "complete", 30, "null"),
]
HEADINGS = ("工单号", "环节", "时间", "处理人", "lifecycle", "里程", "备注")
_OCEL = ReadOptions(object_type="visit", timezone="Asia/Shanghai")


def seeds() -> dict[str, list[Seed]]:
    """The seeds that are read in this process, and those that are read in one of their own."""
    common = [
        Seed("XES", _xes()),
        Seed("CSV", _csv(",").encode("utf-8-sig"), ReadOptions(timezone="Europe/Berlin")),
        Seed("CSV in GB18030", _csv(";").encode("gb18030")),
        Seed("CSV in UTF-16", _csv("\t").encode("utf-16")),
        Seed("JSON Lines", _json_lines()),
        Seed("OCEL JSON", json.dumps(_ocel(), ensure_ascii=False, indent=1).encode(), _OCEL),
        Seed("OCEL XML", _ocel_xml(), _OCEL),
        Seed("OCEL SQLite", _ocel_sqlite(), _OCEL),
    ]
    rare = [
        Seed("Parquet", _parquet()),
        Seed("Parquet, not compressed", _parquet(compression="uncompressed", row_group_size=2)),
        Seed("Parquet, snappy", _parquet(compression="snappy", statistics=False, data_page_size=16)),
        Seed("xlsx", _xlsx()),
    ]
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        content, packing = rezipped(_xlsx(), part)
        rare.append(Seed(f"xlsx, {part}", content, None, packing))
    return {"common": [wrapped for seed in common for wrapped in with_wrappings(seed)], "rare": rare}


def _csv(separator: str) -> str:
    def cell(value: object) -> str:
        text = str(value)
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if separator in text or '"' in text else text

    return "".join(separator.join(map(cell, row)) + "\r\n" for row in (HEADINGS, *ROWS))


def _xes() -> bytes:
    traces = []
    for case in ("001", "002"):
        events = "".join(
            f'<event><string key="concept:name" value="{row[1]}"/>\n'
            f'<date key="time:timestamp" value="{row[2].replace(" ", "T")}Z"/>'
            f'<string key="lifecycle:transition" value="{row[4]}"/><int key="里程" value="{row[5]}"/></event>\n'
            for row in ROWS
            if row[0] == case
        )
        traces.append(f'<trace><string key="concept:name" value="{case}"/>{events}</trace>\n')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n{"".join(traces)}</log>'.encode()


def _json_lines() -> bytes:
    lines = [dict(zip(HEADINGS, row, strict=True)) | {"customer": {"tier": "gold", "tags": [1, "x"]}} for row in ROWS]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def _ocel() -> dict[str, object]:
    def things(kind: str, attribute: str, of: str) -> list[dict[str, object]]:
        return [{"name": kind, "attributes": [{"name": attribute, "type": of}]}]

    epoch = "1970-01-01T00:00:00Z"
    return {
        "objectTypes": things("visit", "price", "float") + things("car", "plate", "string"),
        "eventTypes": things("接车", "km", "integer") + things("交车", "paid", "boolean"),
        "objects": [
            {"id": "v1", "type": "visit", "attributes": [{"name": "price", "time": epoch, "value": "9.5"}],
             "relationships": [{"objectId": "c1", "qualifier": "of"}]},
            {"id": "v2", "type": "visit", "attributes": [], "relationships": []},
            {"id": "c1", "type": "car", "attributes": [{"name": "plate", "time": epoch, "value": "沪A 1"}],
             "relationships": []},
        ],
        "events": [
            {"id": "e1", "type": "接车", "time": "2024-03-05T09:07:01",
             "attributes": [{"name": "km", "value": "12"}],
             "relationships": [{"objectId": "v1", "qualifier": ""}, {"objectId": "c1", "qualifier": ""}]},
            {"id": "e2", "type": "交车", "time": "2024-03-06T18:00:00Z",
             "attributes": [{"name": "paid", "value": "true"}],
             "relationships": [{"objectId": "v1", "qualifier": ""}, {"objectId": "v2", "qualifier": ""}]},
        ],
    }  # fmt: skip


def _ocel_xml() -> bytes:
    return """<?xml version="1.0" encoding="UTF-8"?>
<log>
<object-types><object-type name="visit"><attributes><attribute name="price" type="float"/></attributes></object-type>
</object-types>
<event-types><event-type name="接车"><attributes><attribute name="km" type="integer"/></attributes></event-type>
</event-types>
<objects><object id="v1" type="visit"><attributes><attribute name="price" time="1970-01-01T00:00:00Z">9.5</attribute>
</attributes><objects><relationship object-id="v2" qualifier="x"/></objects></object>
<object id="v2" type="visit"><attributes/><objects/></object></objects>
<events><event id="e1" type="接车" time="2024-03-05T09:07:01">
<attributes><attribute name="km">12</attribute></attributes>
<objects><relationship object-id="v1" qualifier=""/><relationship object-id="v2" qualifier=""/></objects></event>
</events>
</log>""".encode()


def _ocel_sqlite() -> bytes:
    database = sqlite3.connect(":memory:")
    database.executescript("""
        PRAGMA page_size = 512;
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE event_a (ocel_id TEXT, ocel_time TIMESTAMP, km INTEGER);
        CREATE TABLE object_v (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, price REAL);
        INSERT INTO event VALUES ('e1', '接车'), ('e2', '接车');
        INSERT INTO object VALUES ('v1', 'visit'), ('v2', 'visit');
        INSERT INTO event_object VALUES ('e1', 'v1', ''), ('e2', 'v1', 'x'), ('e2', 'v2', '');
        INSERT INTO event_map_type VALUES ('接车', 'a');
        INSERT INTO object_map_type VALUES ('visit', 'v');
        INSERT INTO event_a VALUES ('e1', '2024-03-05 09:07:01', 12), ('e2', '2024-03-06 18:00:00', NULL);
        INSERT INTO object_v VALUES ('v1', '1970-01-01 00:00:00', NULL, 9.5), ('v1', '2024-03-06 00:00:00', 'price', 8);
    """)
    return database.serialize()


def _parquet(**options: Any) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(ROWS, schema=list(HEADINGS), orient="row").write_parquet(buffer, **options)
    return buffer.getvalue()


def _xlsx() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("工单")
        for number, row in enumerate((HEADINGS, *ROWS)):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()
