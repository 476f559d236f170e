"""Reads a flow from YAML: the whole file or none of it, and every problem at once.

The format is described in ``docs/flow-format.md``. Each section has its own reader; this file puts them in order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.definitions.calendar_reader import WorkingTime, read_working_time
from engine.definitions.call_reader import Called, CalledParts, Calls
from engine.definitions.edge_reader import ReadEdges, read_edges
from engine.definitions.event_reader import attached
from engine.definitions.fields import Fields, as_id, as_title, sections
from engine.definitions.flow import Flow, Plan, Stage, Termination
from engine.definitions.node_reader import NO_TITLE, ReadNodes, read_nodes
from engine.definitions.plan_reader import read_plans, read_weights
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.season_reader import read_effective, read_idle, read_seasons
from engine.definitions.standard_reader import read_standards, title_of_id
from engine.definitions.structure import check_beside, check_counts, check_paths
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Mapping, Scalar, Sequence, read_document
from engine.limits import DEFAULT_LIMITS, Limits

FORMAT_VERSION = 1
KEYS = (
    "trueline",
    "flow",
    "title",
    "stage",
    "effective",
    "idle",
    "calendar",
    "calendars",
    "ends",
    "roles",
    "role-calendars",
    "nodes",
    "edges",
    "seasons",
    "standards",
    "plans",
    "weights",
)
"""The keys of a flow file, in the order in which they are written."""


def read_flow(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Flow:
    """Read a flow from a YAML file; flows that it calls are read from ``<their id>.yaml`` beside it.

    Args:
        path: The file, UTF-8 with or without a byte order mark.
        limits: Sizes past which it is refused.

    Returns:
        A structurally valid flow; its ``source_hash`` is that of the file's bytes.

    Raises:
        InputRefused: With every problem of the file, each with its line.
        LimitExceeded: When the file is longer than ``limits.flow_bytes``, nests deeper than ``limits.nesting`` or one
            of its sections has more entries than ``limits.flow_nodes``.
        OSError: When the file cannot be opened.
    """
    reading = Reading(path.name, limits)
    with path.open("rb") as file:
        content = file.read(limits.flow_bytes + 1)
    if len(content) > limits.flow_bytes:
        reading.exceeded("flow_bytes", path.stat().st_size, None)
    return _read(content, reading, partial(flow_beside, path, limits=limits))


def flow_beside(path: Path, identifier: str, *, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """The text of the flow that a file calls, from ``<identifier>.yaml`` in the same folder; None without one.

    Args:
        path: The calling file.
        identifier: Of the called flow, well formed.
        limits: ``flow_bytes``; of a longer file just enough is returned to be refused for it.
    """
    try:
        with path.with_name(f"{identifier}.yaml").open("rb") as file:
            return file.read(limits.flow_bytes + 1).decode("utf-8-sig", errors="surrogateescape")
    except OSError:
        return None


def read_flow_text(
    text: str, *, source: str = "", limits: Limits = DEFAULT_LIMITS, called: Called | None = None
) -> Flow:
    """Read a flow from YAML text.

    Args:
        text: The whole file.
        source: A name for it in problems.
        called: Gives the texts of flows that it calls; without it, a call is refused.
        limits: As for ``read_flow``.

    Returns:
        As for ``read_flow``.

    Raises:
        InputRefused: As for ``read_flow``.
        LimitExceeded: As for ``read_flow``.
    """
    return _read_text(text, (), source=source, limits=limits, called=called)


def _read_text(text: str, callers: tuple[str, ...], *, source: str, limits: Limits, called: Called | None) -> Flow:
    """Read a flow that other flows may have called."""
    reading = Reading(source, limits)
    content = text.encode(errors="surrogatepass")  # a lone surrogate is then refused as text that is not UTF-8
    if len(content) > limits.flow_bytes:
        reading.exceeded("flow_bytes", len(content), None)
    return _read(content, reading, called, callers)


def _read(content: bytes, reading: Reading, called: Called | None, callers: tuple[str, ...] = ()) -> Flow:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.add("flow.not-utf8", content[: error.start].count(b"\n") + 1)
        reading.refuse_if_failed()
        raise
    tree = read_document(text, reading)
    flow = None
    if isinstance(tree, Mapping):
        calls = Calls(called, partial(_read_called, limits=reading.limits, called=called), callers)
        flow = _flow(reading, Fields(reading, tree, ""), hashlib.sha256(content).hexdigest(), calls)
    elif tree is not None:
        reading.add("flow.not-a-flow", tree.line)
    reading.refuse_if_failed()
    if flow is None:
        raise AssertionError("a file without a flow has a problem")
    return flow


def _read_called(text: str, callers: tuple[str, ...], *, limits: Limits, called: Called | None) -> Flow:
    return _read_text(text, callers, source=f"{callers[-1]}.yaml", limits=limits, called=called)


def _flow(reading: Reading, document: Fields, source_hash: str, calls: Calls) -> Flow:
    """Every section of the file, whatever is wrong with the one before."""
    document.allow(KEYS)
    _check_version(reading, document)
    identifier = _identifier(reading, document)
    title = document.title("title") or (title_of_id(identifier) if identifier else NO_TITLE)
    stage = document.choice("stage", (stage.value for stage in Stage))
    ends = document.choice("ends", (ends.value for ends in Termination))
    roles = _roles(reading, document)
    if identifier is not None and not calls.callers:
        calls = replace(calls, callers=(identifier,))
    declared = read_nodes(reading, document, roles, calls)
    working_time = read_working_time(reading, document, roles)
    known = References(reading, declared.nodes)
    nodes = {node.id: attached(node, known) for node in declared.nodes.values()}
    references = References(reading, nodes)
    edges = _edges(reading, declared, references)
    plans = read_plans(reading, document, references, edges.edges)
    called = tuple(scope.called for scope in declared.scopes if scope.called is not None)
    plans += tuple(plan for parts in called for plan in parts.plans)
    seasons = read_seasons(reading, document)
    standards = read_standards(reading, document, references, roles=roles, seasons=seasons)
    weights = read_weights(reading, document, references)
    plan_steps = _plan_steps(document, plans)
    if "nodes" in document:
        check_counts(reading, nodes, plan_steps, document.line_of("nodes"))
    if edges.complete:
        check_paths(reading, nodes, edges.edges, plan_steps)
    flow = Flow(
        id=identifier or "",
        title=title,
        stage=Stage(stage) if stage else None,
        calendar=working_time.calendar,
        roles=roles,
        nodes=tuple(nodes.values()),
        edges=edges.edges,
        standards=(*declared.standards, *standards.standards, *(s for parts in called for s in parts.standards)),
        plans=plans,
        weights=weights,
        source_hash=_hash_with_called(source_hash, called),
        seasons=(*seasons.values(), *(season for parts in called for season in parts.seasons)),
        termination=Termination(ends) if ends else Termination.EXPLICIT,
        effective=read_effective(reading, document),
        intentions=(*standards.intentions, *(i for parts in called for i in parts.intentions)),
        calendars=working_time.calendars,
        role_calendars=working_time.role_calendars,
        idle=read_idle(reading, document),
    )
    _check_calendars(reading, working_time, declared)
    check_beside(reading, flow)
    return flow


def _hash_with_called(source_hash: str, called: Iterable[CalledParts]) -> str:
    """The hash of the file's bytes; of a file that calls others, one that changes with theirs too."""
    hashes = [parts.flow.source_hash for parts in called]
    return hashlib.sha256(" ".join([source_hash, *hashes]).encode()).hexdigest() if hashes else source_hash


def _check_calendars(reading: Reading, working_time: WorkingTime, declared: ReadNodes) -> None:
    """Days and working time of a case count by one calendar, whichever file asks for them."""
    for scope in declared.scopes:
        parts = scope.called
        if parts is None or working_time.holds_for(parts.flow) or not parts.counts_days:
            continue
        node, mine = declared.nodes[scope.parent or ""], working_time.calendar
        found = ", ".join(parts.flow.calendar_names)
        calendar = "–" if mine is None else ", ".join(mine.names)
        reading.add(
            "flow.call-calendar", node.line, f"nodes.{node.id}", called=parts.flow.id, found=found, calendar=calendar
        )


def _edges(reading: Reading, declared: ReadNodes, references: References) -> ReadEdges:
    """The edges of every level, in the order of the sub-flows in the file."""
    found = [
        read_edges(reading, scope.fields, references, scope.parent)
        if scope.fields is not None
        else ReadEdges(() if scope.called is None else scope.called.edges, complete=scope.called is not None)
        for scope in declared.scopes
    ]
    edges = tuple(edge for each in found for edge in each.edges)
    if len(edges) > reading.limits.flow_edges:
        reading.exceeded("flow_edges", len(edges), None)
    return ReadEdges(edges, all(each.complete for each in found))


def _check_version(reading: Reading, document: Fields) -> None:
    version = document.integer("trueline", required=True)
    if version is not None and version != FORMAT_VERSION:
        line = document.line_of("trueline")
        reading.add("flow.unknown-version", line, "trueline", found=version, known=FORMAT_VERSION)


def _identifier(reading: Reading, document: Fields) -> str | None:
    scalar = document.scalar("flow", required=True)
    return None if scalar is None else as_id(reading, scalar, "flow")


def _roles(reading: Reading, document: Fields) -> dict[str, Title]:
    roles: dict[str, Title] = {}
    for identifier, _, value in sections(reading, document, "roles"):
        roles[identifier] = as_title(reading, value, f"roles.{identifier}") or title_of_id(identifier)
    return roles


def _plan_steps(document: Fields, plans: tuple[Plan, ...]) -> frozenset[str]:
    """Steps that plans perform, those of plans that could not be read included: they are not also unreachable."""
    steps = {step for plan in plans for step in plan.path}
    section = document.tree("plans")
    for _, plan in section.entries if isinstance(section, Mapping) else ():
        for key, path in plan.entries if isinstance(plan, Mapping) else ():
            if key.text == "path" and isinstance(path, Sequence):
                steps |= {item.text for item in path.items if isinstance(item, Scalar)}
    return frozenset(steps)
