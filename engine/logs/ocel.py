"""Object-centric logs as event logs: the objects of one type are the cases.

An event that belongs to several objects of that type stands in each of their cases, one that belongs to none stands in
no case; both are counted. An attribute of a case has the latest value that its object was given. Event attributes, the
event's id (``ocel:id``), how it belongs to the case (``ocel:qualifier``) and the ids of its objects of other types
(``object:TYPE``) are attributes of the event.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from engine.errors import Place, Problem, Severity
from engine.limits import Limits
from engine.logs.assembly import check_cells, free_name
from engine.logs.attributes import DateAudit, read_values
from engine.logs.collecting import ProblemCollector
from engine.logs.log import Log
from engine.logs.object_log import ObjectLog, TypeOfThings
from engine.logs.options import ReadOptions
from engine.logs.table_times import read_times
from engine.logs.tables import Table, log_of_columns

_OBJECT, _ACTIVITY, _TIME, _ID, _QUALIFIER = (
    "ocel:object",
    "ocel:activity",
    "ocel:timestamp",
    "ocel:id",
    "ocel:qualifier",
)
_JOINT = ", "
_SHOWN = 40


def flattened(found: ObjectLog, problems: ProblemCollector, options: ReadOptions, *, limits: Limits) -> Log:
    """The cases of one type of object.

    Raises:
        InputRefused: Ids, types or relations do not fit together; a value does not read as its type says; or several
            types could be the cases and none is named.
        LimitExceeded: There are too many cells.
    """
    events, objects = found.events.frame(), found.objects.frame()
    relations = _relations(found, events, objects, problems)
    problems.refuse_if_wrong()
    chosen = _chosen_type(found, relations, objects, options.object_type, problems)
    dates = DateAudit(options.timezone)
    values = _columns(found.event_values.frame(), events["type"], found.event_types, problems, dates)
    of_type = relations.filter(pl.col("type") == chosen)
    check_cells(of_type.height, len(values) + 5 + len(found.object_types), limits, problems.source)
    frame, lines = _rows(events, of_type, relations, values, chosen)
    attributes = _object_attributes(found, objects, chosen, problems, dates)
    problems.refuse_if_wrong()
    _count(events, of_type, objects, chosen, problems)
    problems.warn("log.ocel-object-relations", found.object_relations)
    named = replace(options, case=_OBJECT, activity=options.activity or _ACTIVITY, timestamp=options.timestamp or _TIME)
    log = log_of_columns(Table(frame, lines, problems, named, limits), dates)
    return _with_objects(log, attributes)


def _relations(
    found: ObjectLog, events: pl.DataFrame, objects: pl.DataFrame, problems: ProblemCollector
) -> pl.DataFrame:
    """Each pair of event and object once: ``of``, ``object``, ``type``, ``qualifier`` (several joined)."""
    for things, types in ((events, found.event_types), (objects, found.object_types)):
        for row in (~things["id"].is_first_distinct()).arg_true().to_list():
            problems.error("log.ocel-id-twice", things["line"][row], things["id"][row][:80], id=things["id"][row][:80])
        for row in (~things["type"].is_in(list(types))).arg_true().to_list():
            name = things["type"][row][:80]
            problems.error("log.ocel-type-unknown", things["line"][row], things["id"][row][:80], type=name)
    joined = found.relations.frame().join(
        objects.select(object="id", type="type").unique("object", keep="first"),
        on="object", how="left", maintain_order="left",
    )  # fmt: skip
    for of, name, line in joined.filter(pl.col("type").is_null()).select("of", "object", "line").iter_rows():
        problems.error("log.ocel-object-unknown", line, events["id"][of][:80], object=name[:80])
    qualifiers = pl.col("qualifier").filter(pl.col("qualifier") != "").unique(maintain_order=True).str.join(_JOINT)
    return joined.group_by("of", "object", maintain_order=True).agg(pl.col("type").first(), qualifiers)


def _chosen_type(
    found: ObjectLog, relations: pl.DataFrame, objects: pl.DataFrame, wanted: str | None, problems: ProblemCollector
) -> str:
    """The type whose objects are the cases.

    Raises:
        InputRefused: None is named and several have events, none has, or there is no such type.
    """
    events = dict(relations.group_by("type").agg(pl.col("of").n_unique()).iter_rows())
    counts = dict(objects.group_by("type").len().iter_rows())
    listed = _JOINT.join(
        f"{name} ({counts.get(name, 0)} / {events.get(name, 0)})" for name in list(found.object_types)[:_SHOWN]
    )
    if wanted is not None:
        if wanted not in found.object_types:
            raise problems.refusal("log.object-type-unknown", type=wanted[:80], types=listed)
        return wanted
    usable = [name for name in found.object_types if name in events] or list(found.object_types)
    if len(usable) != 1:
        raise problems.refusal("log.object-type-ambiguous" if usable else "log.ocel-without-objects", types=listed)
    return usable[0]


def _columns(
    values: pl.DataFrame,
    type_of: pl.Series,
    types: dict[str, TypeOfThings],
    problems: ProblemCollector,
    dates: DateAudit,
) -> list[pl.Series]:
    """The values of events or objects as one column for each name; a name of several kinds is kept as text."""
    columns = []
    for name in values["name"].unique(maintain_order=True).to_list():
        of_name = values.filter(pl.col("name") == name)
        twice = of_name.filter(~pl.col("of").is_first_distinct())
        for line in twice["line"].to_list():
            problems.error("log.attribute-twice", line, name[:80], key=name[:80])
        kinds = {types[kind].kinds.get(name) for kind in type_of.gather(of_name["of"]).unique().to_list()}
        if None in kinds:
            problems.warn("log.ocel-attribute-undeclared", of_name.height, of_name["line"][0], name, name=name[:80])
        kind = kinds.pop() if len(kinds) == 1 else "string"
        if kinds:
            listed = _JOINT.join(sorted(str(kind) for kind in kinds if kind))
            problems.warn("log.kinds-mixed", 1, of_name["line"][0], name, key=name[:80], kinds=listed)
        typed = _typed(of_name.with_columns(pl.col("value").alias(name))[name], kind, of_name["line"], problems, dates)
        whole = pl.DataFrame({"of": pl.int_range(len(type_of), dtype=pl.UInt32, eager=True)}).join(
            pl.DataFrame({"of": of_name["of"], "value": typed}).unique("of", keep="first"),
            on="of", how="left", maintain_order="left",
        )  # fmt: skip
        columns.append(whole["value"].alias(name))  # only here: an attribute may be called “of”
    return columns


def _typed(
    text: pl.Series, kind: str | None, lines: pl.Series, problems: ProblemCollector, dates: DateAudit
) -> pl.Series:
    """Text as values of its kind; what does not read is reported."""
    if kind == "date":
        return read_times(text, lines, problems, dates)
    values = read_values(text, kind or "string")
    for row in (values.is_null() & text.is_not_null()).arg_true().to_list():
        problems.error("log.value-unreadable", lines[row], text.name[:80], kind=kind or "", value=text[row][:80])
    return values.set(values == "", None) if values.dtype == pl.String else values


def _rows(
    events: pl.DataFrame, of_type: pl.DataFrame, relations: pl.DataFrame, values: list[pl.Series], chosen: str
) -> tuple[pl.DataFrame, pl.Series]:
    """One row for each event of each case, in the order of the file."""
    at = of_type["of"]
    columns = [
        of_type["object"].alias(_OBJECT),
        events["type"].gather(at).alias(_ACTIVITY),
        events["time"].gather(at).alias(_TIME),
        events["id"].gather(at).alias(_ID),
        of_type["qualifier"].alias(_QUALIFIER).set(of_type["qualifier"] == "", None),
    ]
    names = [column.name for column in columns]
    for column in values:
        names.append(free_name(column.name, names))
        columns.append(column.gather(at).alias(names[-1]))
    others = relations.filter(pl.col("type") != chosen)
    for kind in others["type"].unique(maintain_order=True).to_list():
        joined = others.filter(pl.col("type") == kind).group_by("of").agg(pl.col("object").str.join(_JOINT))
        names.append(free_name(f"object:{kind}", names))
        column = of_type.select("of").join(joined, on="of", how="left", maintain_order="left")["object"]
        columns.append(column.alias(names[-1]))
    return pl.DataFrame(columns), events["line"].gather(at)


def _object_attributes(
    found: ObjectLog, objects: pl.DataFrame, chosen: str, problems: ProblemCollector, dates: DateAudit
) -> pl.DataFrame:
    """The objects of a type with the latest value of each attribute; earlier ones are counted."""
    values = found.object_values.frame()
    values = values.filter((objects["type"].gather(values["of"]) == chosen).fill_null(value=False))
    moments = read_times(values["time"].alias("time"), values["line"], problems, dates)
    dated = values.with_columns(moments.alias("moment")).with_row_index("row")
    ordered = dated.sort("moment", "row", nulls_last=False)
    latest = ordered.unique(["of", "name"], keep="last", maintain_order=True).sort("row").drop("row")
    earlier = values.group_by("name", maintain_order=True).agg(pl.len() - pl.col("of").n_unique())
    for name, count in earlier.iter_rows():
        problems.warn("log.ocel-values-changed", count, None, name, name=name[:80])
    columns = _columns(latest.drop("time", "moment"), objects["type"], found.object_types, problems, dates)
    names = ["case_id"]
    for column in columns:
        names.append(free_name(column.name, names))
    table = pl.DataFrame(
        [objects["id"].alias("case_id"), *(c.alias(n) for c, n in zip(columns, names[1:], strict=True))]
    )
    return table.filter(objects["type"] == chosen)


def _count(
    events: pl.DataFrame, of_type: pl.DataFrame, objects: pl.DataFrame, chosen: str, problems: ProblemCollector
) -> None:
    """Count what flattening repeats and leaves out."""
    repeated = of_type.filter(pl.col("of").is_duplicated())["of"].unique(maintain_order=True)
    if len(repeated):
        extra = int(of_type["of"].is_duplicated().sum()) - len(repeated)
        line = events["line"][repeated[0]]
        problems.warn("log.ocel-events-repeated", len(repeated), line, type=chosen, rows=extra)
    bare = ~pl.int_range(events.height, dtype=pl.UInt32, eager=True).is_in(of_type["of"].unique().implode())
    if bare.any():
        problems.warn("log.ocel-events-left-out", int(bare.sum()), events["line"].filter(bare)[0], type=chosen)
    problems.warn("log.ocel-objects-not-cases", int((objects["type"] != chosen).sum()), type=chosen)


def _with_objects(log: Log, attributes: pl.DataFrame) -> Log:
    """The log with the attributes of its cases, and the objects without events as empty cases behind the others."""
    known = log.cases.select("case_id")
    empty = attributes.filter(~pl.col("case_id").is_in(known["case_id"].implode())).select("case_id")
    cases = pl.concat([known, empty]).join(attributes, on="case_id", how="left", maintain_order="left")
    for column in log.cases.get_columns()[1:]:  # event attributes that were written as attributes of their case
        name = free_name(column.name, cases.columns)
        cases = cases.with_columns(column.extend_constant(None, empty.height).alias(name))
    warnings = log.warnings
    if empty.height:
        counted = Problem("log.empty-cases", Place(log.name), {}, Severity.WARNING, empty.height)
        warnings = tuple(sorted((*warnings, counted), key=lambda problem: (problem.code, problem.place.element)))
    return replace(log, cases=cases, warnings=warnings)
