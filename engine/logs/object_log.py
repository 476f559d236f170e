"""What an object-centric log says (OCEL 2.0, ocel-standard.org), before it is flattened: tables of text.

Events and objects have types; an event may belong to any number of objects; objects have attributes whose values change
over time. The three formats of the standard fill the same tables, each value as text with the line it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.collecting import ProblemCollector

KINDS = {"string": "string", "time": "date", "integer": "int", "float": "float", "boolean": "boolean"}
"""The attribute types of the standard, and the kinds of ``attributes`` that they are."""
_PACK_AT = 50_000


class Records:
    """Rows that gather one by one and are packed into columns every so often.

    Attributes:
        height: How many there are.
    """

    __slots__ = ("_frames", "_rows", "_schema", "height")

    def __init__(self, **schema: pl.DataType) -> None:
        self._schema = schema
        self._rows: list[tuple[object, ...]] = []
        self._frames: list[pl.DataFrame] = []
        self.height = 0

    def add(self, *row: object) -> None:
        """Take one row."""
        self._rows.append(row)
        self.height += 1
        if len(self._rows) >= _PACK_AT:
            self._pack()

    def frame(self) -> pl.DataFrame:
        """All rows, in the order in which they came."""
        self._pack()
        return pl.concat([pl.DataFrame(schema=self._schema), *self._frames])

    def _pack(self) -> None:
        if self._rows:
            self._frames.append(pl.DataFrame(self._rows, schema=self._schema, orient="row"))
            self._rows = []


@dataclass(slots=True)
class TypeOfThings:
    """A type of events or objects.

    Attributes:
        kinds: The kind of each of its attributes.
    """

    kinds: dict[str, str] = field(default_factory=dict)


class ObjectLog:
    """One object-centric log, filled by a reader.

    Attributes:
        event_types: The types of events that are declared.
        object_types: The types of objects.
        events: ``id``, ``type``, ``time`` as written, ``line``.
        objects: ``id``, ``type``, ``line``.
        event_values: ``of`` (the row of the event), ``name``, ``value``, ``line``.
        object_values: ``of`` (the row of the object), ``name``, ``value``, ``time``, ``line``.
        relations: ``of`` (the row of the event), ``object`` (its id), ``qualifier``, ``line``.
        object_relations: How many relations between objects there are.
    """

    def __init__(self, problems: ProblemCollector, limits: Limits) -> None:
        text, row, line = pl.String(), pl.UInt32(), pl.UInt32()
        self._problems = problems
        self._limits = limits
        self._names: set[str] = set()
        self.event_types: dict[str, TypeOfThings] = {}
        self.object_types: dict[str, TypeOfThings] = {}
        self.events = Records(id=text, type=text, time=text, line=line)
        self.objects = Records(id=text, type=text, line=line)
        self.event_values = Records(of=row, name=text, value=text, line=line)
        self.object_values = Records(of=row, name=text, value=text, time=text, line=line)
        self.relations = Records(of=row, object=text, qualifier=text, line=line)
        self.object_relations = 0

    def declare(self, types: dict[str, TypeOfThings], name: str, line: int | None) -> TypeOfThings:
        """A type that the log declares; one of two alike is reported."""
        self._count(f"{id(types)} {name}", line)
        if name in types:
            self._problems.error("log.ocel-type-twice", line, name[:80], type=name[:80])
        types[name] = TypeOfThings()
        return types[name]

    def attribute(self, of: TypeOfThings, name: str, kind: str, line: int | None) -> None:
        """An attribute that a type declares."""
        self._count(name, line)
        if kind not in KINDS:
            self._problems.error("log.ocel-kind-unknown", line, name[:80], kind=kind[:80], known=", ".join(KINDS))
        of.kinds[name] = KINDS.get(kind, "string")

    def _count(self, name: str, line: int | None) -> None:
        self._names.add(name)
        if len(self._names) > self._limits.attribute_keys:
            raise LimitExceeded(
                limit="attribute_keys",
                allowed=self._limits.attribute_keys,
                found=len(self._names),
                place=Place(self._problems.source, line),
            )
