"""How the nodes of a flow look: BPMN's shapes, with signs that the vendored font has."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.flow import Flow, Node, NodeKind, Repeat, TriggerKind
from engine.rendering.dot import Row, Run, table
from engine.rendering.frame import LegendItem
from engine.rendering.marks import TITLE_COLUMNS
from engine.rendering.palette import INK, MUTED, OUTLINE, PAPER, PLAN, PLAN_FILL, STEP
from engine.rendering.text import clean, wrap
from engine.rendering.wording import Wording

GATEWAY_SIGNS: Mapping[NodeKind, str] = {
    NodeKind.EXCLUSIVE: "×",
    NodeKind.PARALLEL: "+",
    NodeKind.INCLUSIVE: "○",
    NodeKind.EVENT_BASED: "◎",
}
"""The signs of BPMN 2.0, clause 10.6."""
EVENT_SIGNS: Mapping[TriggerKind, str] = {
    TriggerKind.TIMER: "⊙",
    TriggerKind.MESSAGE: "@",
    TriggerKind.SIGNAL: "△",
    TriggerKind.ERROR: "!",
    TriggerKind.CONDITION: "≡",
}
"""Signs as close to those of BPMN 2.0, clause 10.5, as one character can be."""
TERMINATION = "●"
PARALLEL_INSTANCES = "∥"

_CIRCLE = {"shape": "circle", "fixedsize": "true", "style": "filled", "fillcolor": PAPER, "color": OUTLINE}


def circle(node: Node) -> dict[str, str]:
    """A start, an event or an end: one thin line, two lines, one thick line; dashed where it runs beside the rest."""
    sign = _sign(node)
    label = table([(Run(sign, 9, INK, bold=True),)], padding=0) if sign else ""
    look = _CIRCLE | {"width": "0.3" if sign or node.kind is NodeKind.EVENT else "0.26", "label": label}
    if node.kind is NodeKind.EVENT:
        look |= {"peripheries": "2", "penwidth": "1.0"}
        if node.boundary is not None and not node.boundary.interrupting:
            look["style"] = "filled,dashed"
        return look
    return look | {"penwidth": "3.2" if node.kind is NodeKind.END else "1.3"}


def _sign(node: Node) -> str:
    if node.terminates:
        return TERMINATION
    return EVENT_SIGNS[node.event.kind] if node.event is not None else ""


def diamond(node: Node) -> dict[str, str]:
    """A gateway with its sign."""
    label = table([(Run(GATEWAY_SIGNS[node.kind], 15, INK, bold=True),)], padding=0)
    size = {"width": "0.42", "height": "0.42", "fixedsize": "true"}
    return {"shape": "diamond", "style": "filled", "fillcolor": PAPER, "color": OUTLINE, "label": label} | size


def caption(node: Node, wording: Wording) -> list[Row]:
    """What a gateway asks, or what an event is about."""
    rows: list[Row] = [(Run(part, 9, INK, bold=True),) for part in _wrapped(wording.title(node.title)) if part]
    if node.event is not None and node.event.detail and (node.kind is NodeKind.EVENT or not rows):
        sent = wording.text("chart.sends", detail=clean(node.event.detail)) if node.throws else ""
        told = sent or wording.trigger(node.event)
        rows += [(Run(part, 9, MUTED),) for part in wrap(told, columns=24, lines=3)]
    return rows


def _wrapped(text: str) -> list[str]:
    return list(wrap(clean(text), columns=20, lines=3))


def beneath_title(node: Node, wording: Wording) -> list[Row]:
    """What stands below the title of a step or sub-flow: how often it is repeated, what it calls, what may go wrong."""
    rows: list[Row] = []
    if node.repeat is not None:
        rows.append((Run(repeat_text(node.repeat, wording), 9, INK),))
    if node.calls is not None:
        rows.append((Run(wording.text("chart.calls", flow=clean(node.calls)), 9, MUTED),))
    if node.risk is not None:
        risk = wrap(f"⚠ {clean(wording.title(node.risk))}", columns=TITLE_COLUMNS + 4, lines=2)
        rows += [(Run(part, 9, PLAN),) for part in risk]
    return rows


def repeat_text(repeat: Repeat, wording: Wording) -> str:
    """How often something is repeated, in words."""
    low, high = repeat.at_least, repeat.at_most
    count = f"{low}+" if high is None else str(low) if low == high else f"{low}–{high}"
    return wording.text("chart.repeat.parallel" if repeat.parallel else "chart.repeat", count=count)


def legend(flow: Flow, wording: Wording) -> list[LegendItem]:
    """The part of the legend that explains the flow's own signs; only of those that occur."""
    kinds = {node.kind for node in flow.nodes}
    about = {node.event.kind for node in flow.nodes if node.event is not None}
    items = [
        LegendItem(wording.text(f"chart.gateway.{kind}"), sign=sign, colour=INK)
        for kind, sign in GATEWAY_SIGNS.items()
        if kind in kinds
    ]
    items += [
        LegendItem(wording.text(f"chart.event.{kind}"), sign=sign, colour=INK)
        for kind, sign in EVENT_SIGNS.items()
        if kind in about
    ]
    if any(node.terminates for node in flow.nodes):
        items.append(LegendItem(wording.text("chart.terminates"), sign=TERMINATION, colour=INK))
    if any(node.optional for node in flow.steps):
        items.append(LegendItem(wording.text("chart.optional"), fill=STEP, style="DASHED"))
    if flow.plans:
        items.append(LegendItem(wording.text("chart.plan"), fill=PLAN_FILL, style="DOTTED", colour=PLAN))
    return items
