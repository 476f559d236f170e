"""Writes a flow as YAML that reads well: short nodes on one line, plain edges as chains.

Reading what was written gives the same flow, but for lines and hash. Comments of a file that was read are not kept.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.definitions import yaml_text as text
from engine.definitions.calendar_writer import written_calendar, written_choice
from engine.definitions.flow import (
    Edge,
    Flow,
    Node,
    NodeKind,
    Plan,
    Repeat,
    Termination,
    Trigger,
    TriggerKind,
    WeightGroup,
)
from engine.definitions.standard_reader import step_standard, title_of_id
from engine.definitions.standard_writer import written_intention, written_season, written_standard
from engine.definitions.standards import Standard
from engine.definitions.yaml_reader import FORMAT_VERSION
from engine.definitions.yaml_text import Pairs


def write_flow(flow: Flow) -> str:
    """Write a flow.

    Args:
        flow: A flow whose ids are well formed, as every reader of YAML makes them.

    Returns:
        The text of a flow file, ending with a newline.

    Raises:
        ValueError: When the format cannot say it: a share or a number without a finite decimal, an attribute of a step
            named ``case``, or a standard named like one that stands on a step but different from it.
    """
    calls = tuple(f"{node.id}." for node in flow.nodes if node.calls is not None)  # what their files say begins so
    own = [standard for standard in flow.standards if not standard.id.startswith(calls)]
    inline = {standard.id: standard for standard in own if "." in standard.id}
    standards = [written_standard(standard) for standard in own if standard.id not in inline]
    intentions = [written_intention(one) for one in flow.intentions if not one.id.startswith(calls)]
    blocks = [
        _head(flow),
        _section("calendars", map(written_calendar, flow.calendars)),
        _section("roles", [text.inline(role, text.title(title)) for role, title in flow.roles.items()]),
        _section("role-calendars", [text.inline(r, written_choice(c)) for r, c in flow.role_calendars.items()]),
        *_graph(flow, None, inline),
        _section("seasons", [written_season(season) for season in flow.seasons if not season.id.startswith(calls)]),
        _section("standards", [*standards, *intentions]),
        _section("plans", [_plan(plan) for plan in flow.plans if not plan.id.startswith(calls)]),
        _section("weights", [_weight(group) for group in flow.weights]),
    ]
    if inline.keys() - {f"{node.id}.{key}" for node in flow.steps for key in ("at-least", "at-most")}:
        raise ValueError("a standard is named like one of a step that the flow lacks")
    return "\n".join(block for block in blocks if block)


def _head(flow: Flow) -> str:
    lines = [f"trueline: {FORMAT_VERSION}", f"flow: {flow.id}", f"title: {text.title(flow.title)}"]
    if flow.stage is not None:
        lines.append(f"stage: {flow.stage.value}")
    if flow.effective is not None:
        lines.append(f"effective: {flow.effective.isoformat()}")
    if flow.idle is not None:
        lines.append(f"idle: {text.span(flow.idle.text)}")
    if flow.calendar is not None:
        lines.append(f"calendar: {written_choice(flow.calendar)}")
    if flow.termination is not Termination.EXPLICIT:
        lines.append(f"ends: {flow.termination.value}")
    return "\n".join(lines) + "\n"


def _section(name: str, entries: Iterable[str]) -> str:
    entries = list(entries)
    return f"{name}:\n" + "\n".join(entries) + "\n" if entries else ""


def _graph(flow: Flow, parent: str | None, inline: dict[str, Standard]) -> list[str]:
    """The nodes and edges of the flow or of a sub-flow."""
    nodes = [node for node in flow.nodes if node.parent == parent]
    inside = {node.id for node in nodes}
    return [
        _section("nodes", [_node(node, flow, inline) for node in nodes]),
        _section("edges", _edges([edge for edge in flow.edges if edge.source in inside])),
    ]


def _node(node: Node, flow: Flow, inline: dict[str, Standard]) -> str:
    pairs: Pairs = [*_kind(node), *_about(node), *_work(node)]
    for key in ("at-least", "at-most"):
        standard = inline.get(f"{node.id}.{key}")
        if standard is not None:
            pairs.append((key, text.span(_inline_span(standard, node, key))))
    if node.repeat is not None:
        pairs.append(("repeat", _repeat(node.repeat)))
    pairs += [
        (key, text.title(said)) for key, said in (("risk", node.risk), ("script", node.script)) if said is not None
    ]
    if node.kind is NodeKind.SUB_FLOW and node.calls is None:
        if node.ends is not None:
            pairs.append(("ends", node.ends.value))
        head = "\n".join([f"  {node.id}:", *(f"    {name}: {value}" for name, value in pairs)])
        inner = "".join(_graph(flow, node.id, inline)).rstrip("\n")
        return head + "\n" + textwrap.indent(inner, "    ")
    if len(pairs) == 1 and node.kind is not NodeKind.STEP and not node.title.en:
        return text.inline(node.id, node.kind.value)
    return text.entry(node.id, pairs)


def _kind(node: Node) -> Pairs:
    """What a node is, with its title."""
    if node.calls is not None:
        return [("call", node.calls), ("title", text.title(node.title))]
    return [(node.kind.value, text.title(node.title) if node.title.en else '""')]


def _about(node: Node) -> Pairs:
    """What an event is about, and where it sits."""
    pairs: Pairs = []
    if node.event is not None:
        pairs.append(_trigger(node.event))
    if node.kind is NodeKind.EVENT and node.throws:
        pairs.append(("throws", "true"))
    if node.terminates:
        pairs.append(("terminates", "true"))
    if node.boundary is not None:
        pairs.append(("on", node.boundary.at))
        if not node.boundary.interrupting:
            pairs.append(("interrupting", "false"))
    if node.logged:
        pairs.append(("logged", "true"))
    return pairs


def _work(node: Node) -> Pairs:
    """Who does a step, and how a log names it."""
    pairs: Pairs = []
    if node.role is not None:
        pairs.append(("role", node.role))
    if node.aliases:
        pairs.append(("aliases", text.listing(text.scalar(alias) for alias in node.aliases)))
    if node.optional:
        pairs.append(("optional", "true"))
    return pairs


def _trigger(trigger: Trigger) -> tuple[str, str]:
    if not trigger.detail:
        return trigger.kind.value, "true"
    return trigger.kind.value, text.span(trigger.detail) if trigger.kind is TriggerKind.TIMER else text.scalar(
        trigger.detail
    )


def _repeat(repeat: Repeat) -> str:
    pairs: Pairs = [("at-least", str(repeat.at_least))]
    if repeat.at_most is not None:
        pairs.append(("at-most", str(repeat.at_most)))
    if repeat.parallel:
        pairs.append(("parallel", "true"))
    return text.mapping(pairs)


def _inline_span(standard: Standard, node: Node, key: str) -> str:
    """The time of a standard that stands on a step."""
    span = standard.at_least if key == "at-least" else standard.at_most
    if span is None or replace(standard, line=0) != step_standard(node, key, span, 0):
        raise ValueError("a standard on a step has only a time")
    return span.text


def _edges(edges: Sequence[Edge]) -> list[str]:
    """The edges in their order: runs of plain ones as chains, those with a condition one by one."""
    lines: list[str] = []
    chain: list[str] = []
    for edge in edges:
        is_plain = edge.when is None and not edge.otherwise
        if chain and not (is_plain and chain[-1] == edge.source):
            lines.append("  - " + " -> ".join(chain))
            chain = []
        if is_plain:
            chain = [*(chain or [edge.source]), edge.target]
            continue
        pairs: Pairs = [("from", edge.source), ("to", edge.target)]
        if edge.when is not None:
            pairs.append(("when", text.scalar(edge.when)))
        if edge.otherwise:
            pairs.append(("otherwise", "true"))
        lines.append("  - " + text.mapping(pairs))
    if chain:
        lines.append("  - " + " -> ".join(chain))
    return lines


def _plan(plan: Plan) -> str:
    return text.entry(
        plan.id,
        [
            ("risk", text.title(plan.risk)),
            ("at", plan.at),
            ("on", text.mapping([_trigger(plan.trigger)])),
            ("path", text.ids(plan.path)),
            ("rejoin", plan.rejoin),
        ],
    )


def _weight(group: WeightGroup) -> str:
    pairs: Pairs = [("weight", str(group.weight)), ("steps", text.ids(group.steps))]
    if group.title != title_of_id(group.id):
        pairs.insert(0, ("title", text.title(group.title)))
    return text.entry(group.id, pairs)
