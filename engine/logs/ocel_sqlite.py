"""Reading OCEL 2.0 from a SQLite database: tables for events, objects and relations, and one for each type.

A database is a program as much as a file: views and generated columns compute, and may never end. So only plain tables
are read, from a copy in memory, with a budget of steps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.collecting import ProblemCollector
from engine.logs.object_log import ObjectLog, TypeOfThings

_NEEDED = {
    "event": ("ocel_id", "ocel_type"),
    "object": ("ocel_id", "ocel_type"),
    "event_object": ("ocel_event_id", "ocel_object_id", "ocel_qualifier"),
    "event_map_type": ("ocel_type", "ocel_type_map"),
    "object_map_type": ("ocel_type", "ocel_type_map"),
}
_KINDS = {"INTEGER": "integer", "INT": "integer", "REAL": "float", "FLOAT": "float", "DOUBLE": "float",
          "NUMERIC": "float", "BOOLEAN": "boolean", "TIMESTAMP": "time", "DATETIME": "time"}  # fmt: skip
_STEPS = 1_000
_STEPS_A_BYTE = 50
"""Reading a plain table takes a few steps of SQLite's machine for each byte of it at most."""

Row = tuple[str | None, ...]


def read_ocel_sqlite(data: bytes, problems: ProblemCollector, *, limits: Limits) -> ObjectLog:
    """Read one database.

    Raises:
        InputRefused: It is damaged, lacks a table or column of the standard, or computes what it holds.
        LimitExceeded: It declares too many names, or holds too many values.
    """
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(data)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(limits.attribute_bytes * 2, len(data) // 16, 1_000_000))
        database.text_factory = bytes
        budget = [(_STEPS_A_BYTE * len(data) + 10_000_000) // _STEPS]

        def spent() -> bool:
            budget[0] -= 1
            return budget[0] < 0

        database.set_progress_handler(spent, _STEPS)
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
            database.execute(f"PRAGMA {pragma}").close()
        # A damaged page can leave rows out without a word; this reads every page once and finds it.
        verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != b"ok":
            raise problems.refusal("log.sqlite-damaged", reason=verdict.decode(errors="replace")[:80])
        return _Reading(database, problems, limits).read()
    except (sqlite3.Error, OverflowError, MemoryError, UnicodeDecodeError) as error:
        raise problems.refusal("log.sqlite-damaged", reason=str(error)[:80]) from error
    finally:
        database.close()


class _Reading:
    """One database on its way into the tables of text."""

    def __init__(self, database: sqlite3.Connection, problems: ProblemCollector, limits: Limits) -> None:
        self._database = database
        self._problems = problems
        self._limits = limits
        self._cells = 0
        self._log = ObjectLog(problems, limits)
        self._tables = self._plain_tables()

    def read(self) -> ObjectLog:
        """Fill the tables.

        Raises:
            InputRefused: A table or column of the standard is missing.
        """
        for table, columns in _NEEDED.items():
            self._require(table, columns)
        self._problems.refuse_if_wrong()
        types = dict(self._pairs("event", "ocel_id", "ocel_type"))
        times: dict[str | None, str | None] = {}
        values: list[tuple[str | None, str, str]] = []
        for kind, table, of in self._types("event_map_type", "event_", self._log.event_types):
            names = self._attributes(table, of)
            for event, time, *found in self._rows(table, ("ocel_id", "ocel_time", *names)):
                if types.get(event) != kind:
                    self._problems.error("log.ocel-row-unknown", None, table, id=(event or "")[:80], table=table[:80])
                times[event] = time
                values += [(event, name, value) for name, value in zip(names, found, strict=True) if value is not None]
        rows = self._events(types, times)
        for event, name, value in values:
            if event in rows:
                self._log.event_values.add(rows[event], name, value, None)
        self._read_objects()
        for event, other, qualifier in self._rows("event_object", _NEEDED["event_object"]):
            if event not in rows:
                self._problems.error(
                    "log.ocel-row-unknown", None, "event_object", id=(event or "")[:80], table="event_object"
                )
            else:
                self._log.relations.add(rows[event], other or "", qualifier or "", None)
        if "object_object" in self._tables:
            self._log.object_relations = sum(1 for _ in self._rows("object_object", ("ocel_source_id",)))
        self._problems.refuse_if_wrong()
        return self._log

    def _events(
        self, types: dict[str | None, str | None], times: dict[str | None, str | None]
    ) -> dict[str | None, int]:
        rows: dict[str | None, int] = {}
        for event, kind in types.items():
            if not event or not times.get(event):
                self._problems.error("log.ocel-shape", None, f"event {event or ''}"[:80], expected="ocel_time")
            rows[event] = self._log.events.height
            self._log.events.add(event or "", kind or "", times.get(event), None)
        return rows

    def _read_objects(self) -> None:
        log = self._log
        rows: dict[str | None, int] = {}
        types: dict[str | None, str | None] = {}
        for name, kind in self._rows("object", _NEEDED["object"]):
            rows.setdefault(name, log.objects.height)
            types[name] = kind
            log.objects.add(name or "", kind or "", None)
        for kind, table, of in self._types("object_map_type", "object_", log.object_types):
            names = self._attributes(table, of)
            for name, time, changed, *found in self._rows(
                table, ("ocel_id", "ocel_time", "ocel_changed_field", *names)
            ):
                if types.get(name) != kind:
                    self._problems.error("log.ocel-row-unknown", None, table, id=(name or "")[:80], table=table[:80])
                    continue
                for attribute, value in zip(names, found, strict=True):
                    # A row that names a changed field says nothing of the others; NULL there is a value taken away.
                    if value is not None and changed in (None, "", attribute):
                        log.object_values.add(rows[name], attribute, value, time, None)

    def _types(
        self, table: str, prefix: str, types: dict[str, TypeOfThings]
    ) -> Iterator[tuple[str, str, TypeOfThings]]:
        """Each type with its table, once all are known to be there."""
        found = []
        for kind, mapped in self._pairs(table, "ocel_type", "ocel_type_map"):
            of = self._log.declare(types, kind or "", None)
            own = f"{prefix}{mapped}"
            # Some writers leave out the other two where no object of a type ever changes.
            if self._require(own, ("ocel_id",) if prefix == "object_" else ("ocel_id", "ocel_time")):
                found.append((kind or "", own, of))
        self._problems.refuse_if_wrong()
        yield from found

    def _attributes(self, table: str, of: TypeOfThings) -> tuple[str, ...]:
        names = []
        for name, declared in self._tables[table].items():
            if not name.startswith("ocel_"):
                names.append(name)
                self._log.attribute(of, name, _KINDS.get(declared.split("(")[0].strip().upper(), "string"), None)
        return tuple(names)

    def _plain_tables(self) -> dict[str, dict[str, str]]:
        """The columns of each table that holds what it shows: no view, no virtual table, no generated column."""
        tables: dict[str, dict[str, str]] = {}
        listed = self._database.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
        for name, kind, sql in listed:
            text = (sql or b"").lstrip().upper()
            if kind != b"table" or text.startswith(b"CREATE VIRTUAL") or not isinstance(name, bytes):
                continue
            columns = self._database.execute(f"PRAGMA table_xinfo({_quoted(name.decode())})").fetchall()
            if all(column[6] == 0 for column in columns):
                tables[name.decode()] = {column[1].decode(): (column[2] or b"").decode() for column in columns}
        return tables

    def _require(self, table: str, columns: tuple[str, ...]) -> bool:
        missing = [column for column in columns if column not in self._tables.get(table, {})]
        if missing:
            self._problems.error(
                "log.sqlite-table-missing", None, table[:80], table=table[:80], columns=", ".join(missing)
            )
        return not missing

    def _pairs(self, table: str, one: str, other: str) -> Iterator[tuple[str | None, str | None]]:
        return ((row[0], row[1]) for row in self._rows(table, (one, other)))

    def _rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
        """The rows of a table as text, in the order in which they were written."""
        known = self._tables[table]
        chosen = ", ".join(_quoted(column) if column in known else "NULL" for column in columns)
        for row in self._database.execute(f"SELECT {chosen} FROM {_quoted(table)}"):  # noqa: S608 - names are quoted
            self._cells += len(row)
            if self._cells > self._limits.log_cells:
                place = Place(self._problems.source, None, table[:80])
                raise LimitExceeded(limit="log_cells", allowed=self._limits.log_cells, found=self._cells, place=place)
            yield tuple(_text(value) for value in row)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.decode() if isinstance(value, bytes) else repr(value)


def _quoted(name: str) -> str:
    """A name as SQL writes it; quotes inside are doubled, so that it can be nothing else."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
