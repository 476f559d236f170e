"""Parts of a flow under other ids: how a called flow stands in its caller, and how it is taken out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.definitions import rules
from engine.definitions.flow import Edge, Node, Plan, Season
from engine.definitions.standards import Intention, Standard

Naming = Callable[[str], str]
"""From an id to the one that takes its place."""


def renamed_node(node: Node, named: Naming, *, parent: str | None) -> Node:
    """A node; ``parent`` takes the place of its parent, which may be none."""
    boundary = None if node.boundary is None else replace(node.boundary, at=named(node.boundary.at))
    return replace(node, id=named(node.id), parent=parent, boundary=boundary)


def renamed_edge(edge: Edge, named: Naming) -> Edge:
    """An edge."""
    return replace(edge, source=named(edge.source), target=named(edge.target))


def renamed_plan(plan: Plan, named: Naming) -> Plan:
    """A plan."""
    path = tuple(map(named, plan.path))
    return replace(plan, id=named(plan.id), at=named(plan.at), path=path, rejoin=named(plan.rejoin))


def renamed_season(season: Season, named: Naming) -> Season:
    """A season."""
    return replace(season, id=named(season.id))


def renamed_intention(intention: Intention, named: Naming) -> Intention:
    """An intention."""
    return replace(intention, id=named(intention.id), about=tuple(map(named, intention.about)))


def renamed_standard(standard: Standard, named: Naming, *, inside: str | None) -> Standard:
    """A standard; ``inside`` takes the place of the sub-flow that it is about, which may be none."""
    season = None if standard.season is None else named(standard.season)
    rule = renamed_rule(standard.rule, named)
    return replace(standard, id=named(standard.id), rule=rule, season=season, inside=inside)


def renamed_rule(rule: rules.Rule, named: Naming) -> rules.Rule:  # noqa: C901, PLR0911 - one line for each shape
    """A rule with its steps under other ids; attributes, conditions and roles keep their names."""
    match rule:
        case rules.CycleTime():
            return rule
        case rules.Quicker():
            since, until = (None if step is None else named(step) for step in (rule.since, rule.until))
            return replace(rule, since=since, until=until)
        case rules.Count() | rules.Duration() | rules.Fields() | rules.Holds() | rules.PerformedBy():
            return replace(rule, step=named(rule.step))
        case rules.Precedence() | rules.Response():
            return replace(rule, first=named(rule.first), second=named(rule.second))
        case rules.AllOf():
            return replace(rule, members=tuple(map(named, rule.members)), before=named(rule.before))
        case rules.Together() | rules.SameActor() | rules.DifferentActor():
            return replace(rule, members=tuple(map(named, rule.members)))
        case rules.Deadline() | rules.LeadTime():
            return replace(rule, step=named(rule.step), promised=_attribute(rule.promised, named))
        case rules.Agreement():
            return replace(rule, first=_attribute(rule.first, named), second=_attribute(rule.second, named))
        case rules.Level() | rules.Rating():
            return replace(rule, attribute=_attribute(rule.attribute, named))
        case rules.Authority():
            return replace(rule, step=named(rule.step), amount=_attribute(rule.amount, named))
        case rules.Change():
            return replace(rule, of=named(rule.of) if isinstance(rule.of, str) else _attribute(rule.of, named))


def _attribute(attribute: rules.AttributeRef, named: Naming) -> rules.AttributeRef:
    return attribute if attribute.step is None else replace(attribute, step=named(attribute.step))
