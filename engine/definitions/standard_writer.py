"""Writes standards, intentions and seasons as the flow file spells them."""

from __future__ import annotations

from functools import singledispatch

from engine.definitions import rules
from engine.definitions import yaml_text as text
from engine.definitions.day_ranges import written_days
from engine.definitions.flow import Season
from engine.definitions.rules import AttributeRef, SecondTier, TimeSpan
from engine.definitions.rules_reading.actors import UNLIMITED
from engine.definitions.standard_reader import title_of_id
from engine.definitions.standards import Intention, Standard, default_dimension
from engine.definitions.yaml_text import Pairs


def written_standard(standard: Standard) -> str:
    """One entry of the section ``standards``.

    Raises:
        ValueError: When the format cannot say it: a share or a number without a finite decimal, or an attribute of a
            step named ``case``.
    """
    pairs: Pairs = []
    if standard.title != title_of_id(standard.id):
        pairs.append(("title", text.title(standard.title)))
    pairs += [*rule_pairs(standard.rule), *_scope(standard)]
    if standard.share != 1:
        pairs.append(("share", text.percent(standard.share)))
    if standard.tolerance != 0:
        pairs.append(("tolerance", text.percent(standard.tolerance)))
    if standard.dimension is not default_dimension(standard.rule):
        pairs.append(("dimension", standard.dimension.value))
    if standard.domain is not None:
        pairs.append(("domain", standard.domain.value))
    return text.entry(standard.id, pairs)


def written_intention(intention: Intention) -> str:
    """One entry of the section ``standards`` that states no rule."""
    pairs: Pairs = [("intention", text.title(intention.statement))]
    if intention.title != title_of_id(intention.id):
        pairs.insert(0, ("title", text.title(intention.title)))
    if intention.about:
        pairs.append(("about", text.ids(intention.about)))
    if intention.domain is not None:
        pairs.append(("domain", intention.domain.value))
    return text.entry(intention.id, pairs)


def written_season(season: Season) -> str:
    """One entry of the section ``seasons``."""
    pairs: Pairs = []
    if season.title != title_of_id(season.id):
        pairs.append(("title", text.title(season.title)))
    if season.ranges:
        pairs.append(("days", text.listing(map(written_days, season.ranges))))
    if season.holidays:
        pairs.append(("holidays", text.listing(map(text.scalar, season.holidays))))
    pairs += [
        (key, str(days))
        for key, days in (("days-before", season.days_before), ("days-after", season.days_after))
        if days
    ]
    return text.entry(season.id, pairs)


def standard_text(standard: Standard) -> str:
    """What a standard asks for, and when, on one line as the flow file spells it.

    ``response: [ring, answer], within: 20s, not-in-season: peak``; title, target, dimension and domain left out.

    Raises:
        ValueError: As for ``written_standard``.
    """
    pairs = [*rule_pairs(standard.rule), *_scope(standard)]
    return ", ".join(f"{key}: {value}" for key, value in pairs).replace("\n" + " " * 6, " ")


def _scope(standard: Standard) -> Pairs:
    """The instances that a standard is about, and the periods by which it is judged."""
    pairs: Pairs = []
    if standard.inside is not None:
        pairs.append(("inside", standard.inside))
    if standard.when is not None:
        pairs.append(("when", text.scalar(standard.when)))
    if standard.season is not None:
        pairs.append(("not-in-season" if standard.out_of_season else "season", standard.season))
    if standard.per is not None:
        pairs.append(("per", standard.per.value))
    return pairs


@singledispatch
def rule_pairs(rule: rules.Rule) -> Pairs:
    """A rule as keys and rendered values, its own name first.

    Raises:
        TypeError: When the format has no spelling for it.
    """
    raise TypeError(type(rule).__name__)


@rule_pairs.register
def _(rule: rules.Count) -> Pairs:
    return [("count", rule.step), *_numbers(rule.at_least, rule.at_most)]


@rule_pairs.register
def _(rule: rules.Precedence) -> Pairs:
    return [("precedence", text.listing(rule.steps))]


@rule_pairs.register
def _(rule: rules.Response) -> Pairs:
    return [("response", text.listing(rule.steps)), *_span("within", rule.within), *_tier(rule.second_tier)]


@rule_pairs.register
def _(rule: rules.AllOf) -> Pairs:
    return [("all-of", text.ids(rule.members)), ("before", rule.before)]


@rule_pairs.register
def _(rule: rules.Together) -> Pairs:
    return [("together", text.ids(rule.members))]


@rule_pairs.register
def _(rule: rules.Duration) -> Pairs:
    return [("duration", rule.step), *_span("at-least", rule.at_least), *_span("at-most", rule.at_most)]


@rule_pairs.register
def _(rule: rules.CycleTime) -> Pairs:
    limits = [*_span("at-least", rule.at_least), *_span("at-most", rule.at_most), *_tier(rule.second_tier)]
    return [("cycle-time", text.mapping(limits))]


@rule_pairs.register
def _(rule: rules.Deadline) -> Pairs:
    return [("deadline", rule.step), ("promised", _attribute(rule.promised)), *_tier(rule.second_tier)]


@rule_pairs.register
def _(rule: rules.LeadTime) -> Pairs:
    return [("lead-time", rule.step), ("before", _attribute(rule.promised)), *_span("at-least", rule.at_least)]


@rule_pairs.register
def _(rule: rules.Agreement) -> Pairs:
    pair = text.listing([_attribute(rule.first), _attribute(rule.second)])
    return [("agreement", pair), ("within", text.percent(rule.within))]


@rule_pairs.register
def _(rule: rules.Level) -> Pairs:
    bounds = (("at-least", rule.at_least), ("at-most", rule.at_most))
    limits = [(key, text.decimal(number)) for key, number in bounds if number is not None]
    return [("level", _attribute(rule.attribute)), *limits]


@rule_pairs.register
def _(rule: rules.Rating) -> Pairs:
    scale = text.listing(map(text.scalar, rule.scale))
    return [("rating", _attribute(rule.attribute)), ("scale", scale), ("at-least", text.scalar(rule.at_least))]


@rule_pairs.register
def _(rule: rules.Fields) -> Pairs:
    return [("fields", rule.step), ("require", text.listing(map(_required, rule.required)))]


def _required(field: rules.RequiredField) -> str:
    if not field.one_of:
        return text.scalar(field.name)
    choices = text.listing(map(text.scalar, field.one_of))
    return text.mapping([("name", text.scalar(field.name)), ("one-of", choices)])


@rule_pairs.register
def _(rule: rules.Holds) -> Pairs:
    return [("holds", rule.step), ("that", text.scalar(rule.holds))]


@rule_pairs.register
def _(rule: rules.SameActor) -> Pairs:
    return [("same-actor", text.ids(rule.members))]


@rule_pairs.register
def _(rule: rules.DifferentActor) -> Pairs:
    return [("different-actor", text.ids(rule.members))]


@rule_pairs.register
def _(rule: rules.PerformedBy) -> Pairs:
    return [("performed-by", rule.step), ("roles", text.ids(rule.roles))]


@rule_pairs.register
def _(rule: rules.Authority) -> Pairs:
    limits = [(at.role, UNLIMITED[0] if at.at_most is None else text.decimal(at.at_most)) for at in rule.limits]
    return [("authority", rule.step), ("amount", _attribute(rule.amount)), ("limits", text.mapping(limits))]


@rule_pairs.register
def _(rule: rules.Change) -> Pairs:
    of = rule.of if isinstance(rule.of, str) else _attribute(rule.of)
    bounds = (("at-least", rule.at_least), ("at-most", rule.at_most))
    limits = [(key, text.percent(number)) for key, number in bounds if number is not None]
    return [("change", text.mapping([(rule.measured.value, of)])), *limits]


@rule_pairs.register
def _(rule: rules.Quicker) -> Pairs:
    ends = [(key, text.scalar(step)) for key, step in (("from", rule.since), ("to", rule.until)) if step is not None]
    return [("quicker", text.scalar(rule.first)), ("than", text.scalar(rule.second)), *ends]


def _attribute(attribute: AttributeRef) -> str:
    if attribute.step == "case":
        raise ValueError("an attribute of a step named case reads like one of the case")
    return text.scalar(attribute.text)


def _numbers(at_least: int | None, at_most: int | None) -> Pairs:
    return [(key, str(number)) for key, number in (("at-least", at_least), ("at-most", at_most)) if number is not None]


def _span(key: str, span: TimeSpan | None) -> Pairs:
    return [] if span is None else [(key, text.span(span.text))]


def _tier(tier: SecondTier | None) -> Pairs:
    if tier is None:
        return []
    inside: Pairs = [("within", text.span(tier.within.text))]
    if tier.share != 1:
        inside.append(("share", text.percent(tier.share)))
    return [("second-tier", text.mapping(inside))]
