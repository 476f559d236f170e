"""Writes a flow as YAML that reads well: short nodes on one line, plain edges as chains.

Reading what was written gives the same flow, but for lines and hash. Comments of a file that was read are not kept.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

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
from engine.definitions.standard_reader import default_dimension, step_standard, title_of_id
from engine.definitions.standards import Standard, StandardKind
from engine.definitions.titles import Title
from engine.definitions.yaml_reader import FORMAT_VERSION

_WIDTH = 120
_PLAIN = re.compile(r"[^\W\d_](?:[\w /().？！、，。：；（）+-]*[\w/)？！。）])?\Z")
_PLAIN_SPAN = re.compile(r"[0-9][\w ]*\Z")
_OTHER_TYPE = re.compile(r"(?:true|false|null|yes|no|on|off|y|n)\Z", re.IGNORECASE)
_MOST_DECIMALS = 9

Pairs = list[tuple[str, str]]
"""Keys and their rendered values."""


def write_flow(flow: Flow) -> str:
    """Write a flow.

    Args:
        flow: A flow whose ids are well formed, as every reader of YAML makes them.

    Returns:
        The text of a flow file, ending with a newline.

    Raises:
        ValueError: When the format cannot say it: a share without a finite decimal, or a standard named like one that
            stands on a step but different from it.
    """
    inline = {standard.id: standard for standard in flow.standards if "." in standard.id}
    called = {node.id for node in flow.nodes if _is_called(node, flow)}
    blocks = [
        _head(flow),
        _section("roles", [_inline(role, _title(title)) for role, title in flow.roles.items()]),
        *_graph(flow, None, inline),
        _section("standards", [_standard(standard) for standard in flow.standards if standard.id not in inline]),
        _section("plans", [_plan(plan) for plan in flow.plans if plan.at not in called]),
        _section("weights", [_weight(group) for group in flow.weights]),
    ]
    if inline.keys() - {f"{node.id}.{key}" for node in flow.steps for key in ("at-least", "at-most")}:
        raise ValueError("a standard is named like one of a step that the flow lacks")
    return "\n".join(block for block in blocks if block)


def _head(flow: Flow) -> str:
    lines = [f"trueline: {FORMAT_VERSION}", f"flow: {flow.id}", f"title: {_title(flow.title)}"]
    if flow.stage is not None:
        lines.append(f"stage: {flow.stage.value}")
    if flow.calendar is not None:
        lines.append(f"calendar: {_text(flow.calendar)}")
    if flow.termination is not Termination.EXPLICIT:
        lines.append(f"ends: {flow.termination.value}")
    return "\n".join(lines) + "\n"


def _section(name: str, entries: Iterable[str]) -> str:
    entries = list(entries)
    return f"{name}:\n" + "\n".join(entries) + "\n" if entries else ""


def _inline(key: str, value: str) -> str:
    return f"  {key}: {value}"


def _entry(key: str, pairs: Pairs) -> str:
    """A mapping on one line where it fits, else one line for each key."""
    line = _inline(key, _mapping(pairs))
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"  {key}:", *(f"    {name}: {value}" for name, value in pairs)])


def _mapping(pairs: Pairs) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"


def _ids(ids: Sequence[str]) -> str:
    """A list of ids, over several lines where one is too short."""
    return textwrap.fill(
        _list(ids), _WIDTH - 15, subsequent_indent=" " * 6, break_on_hyphens=False, break_long_words=False
    )


def _text(text: str) -> str:
    """A text as a YAML scalar that every reader takes for text: plain where that is safe, else in double quotes."""
    if _PLAIN.match(text) and not _OTHER_TYPE.match(text) and ": " not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def _span(text: str) -> str:
    """A time span; its first digit and its unit keep it from being taken for anything else."""
    return text if _PLAIN_SPAN.match(text) else _text(text)


def _title(title: Title) -> str:
    return _text(title.en) if title.en == title.zh else _mapping([("en", _text(title.en)), ("zh", _text(title.zh))])


def _is_called(node: Node, flow: Flow) -> bool:
    """Whether a node stands in the file of a flow that is called."""
    while node.parent is not None:
        node = flow.by_id[node.parent]
        if node.calls is not None:
            return True
    return False


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
            pairs.append((key, _span(_inline_span(standard, node, key))))
    if node.repeat is not None:
        pairs.append(("repeat", _repeat(node.repeat)))
    pairs += [(key, _title(text)) for key, text in (("risk", node.risk), ("script", node.script)) if text is not None]
    if node.kind is NodeKind.SUB_FLOW and node.calls is None:
        if node.ends is not None:
            pairs.append(("ends", node.ends.value))
        head = "\n".join([f"  {node.id}:", *(f"    {name}: {value}" for name, value in pairs)])
        inner = "".join(_graph(flow, node.id, inline)).rstrip("\n")
        return head + "\n" + textwrap.indent(inner, "    ")
    if len(pairs) == 1 and node.kind is not NodeKind.STEP and not node.title.en:
        return _inline(node.id, node.kind.value)
    return _entry(node.id, pairs)


def _kind(node: Node) -> Pairs:
    """What a node is, with its title."""
    if node.calls is not None:
        return [("call", node.calls), ("title", _title(node.title))]
    return [(node.kind.value, _title(node.title) if node.title.en else '""')]


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
        pairs.append(("aliases", _list(_text(alias) for alias in node.aliases)))
    if node.optional:
        pairs.append(("optional", "true"))
    return pairs


def _trigger(trigger: Trigger) -> tuple[str, str]:
    if not trigger.detail:
        return trigger.kind.value, "true"
    return trigger.kind.value, _span(trigger.detail) if trigger.kind is TriggerKind.TIMER else _text(trigger.detail)


def _repeat(repeat: Repeat) -> str:
    pairs: Pairs = [("at-least", str(repeat.at_least))]
    if repeat.at_most is not None:
        pairs.append(("at-most", str(repeat.at_most)))
    if repeat.parallel:
        pairs.append(("parallel", "true"))
    return _mapping(pairs)


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
            pairs.append(("when", _text(edge.when)))
        if edge.otherwise:
            pairs.append(("otherwise", "true"))
        lines.append("  - " + _mapping(pairs))
    if chain:
        lines.append("  - " + " -> ".join(chain))
    return lines


def _standard(standard: Standard) -> str:
    pairs: Pairs = []
    if standard.title != title_of_id(standard.id):
        pairs.append(("title", _title(standard.title)))
    spans = [("at-least", standard.at_least), ("at-most", standard.at_most)]
    limits: Pairs = [(key, _span(span.text)) for key, span in spans if span is not None]
    if standard.kind is StandardKind.CYCLE_TIME:
        pairs.append(("cycle-time", _mapping(limits)))
    elif standard.kind is StandardKind.DURATION:
        pairs += [("duration", standard.steps[0]), *limits]
    else:
        pairs.append((standard.kind.value, _list(standard.steps)))
        pairs += [("within", text) for _, text in limits]
    if standard.share != 1:
        pairs.append(("share", _percent(standard.share)))
    if standard.tolerance != 0:
        pairs.append(("tolerance", _percent(standard.tolerance)))
    if standard.dimension is not default_dimension(timed=standard.is_timed):
        pairs.append(("dimension", standard.dimension.value))
    return _entry(standard.id, pairs)


def _percent(share: Fraction) -> str:
    """An exact percentage."""
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = share * 100 * 10**decimals
        if scaled.denominator == 1:
            whole, rest = divmod(scaled.numerator, 10**decimals)
            return f"{whole}.{rest:0{decimals}d}%" if decimals else f"{whole}%"
    raise ValueError("a share needs a finite decimal")


def _plan(plan: Plan) -> str:
    return _entry(
        plan.id,
        [
            ("risk", _title(plan.risk)),
            ("at", plan.at),
            ("on", _mapping([_trigger(plan.trigger)])),
            ("path", _ids(plan.path)),
            ("rejoin", plan.rejoin),
        ],
    )


def _weight(group: WeightGroup) -> str:
    pairs: Pairs = [("weight", str(group.weight)), ("steps", _ids(group.steps))]
    if group.title != title_of_id(group.id):
        pairs.insert(0, ("title", _title(group.title)))
    return _entry(group.id, pairs)
