"""Reads the section ``standards``, and the time limits that steps carry themselves."""

from __future__ import annotations

from fractions import Fraction

from engine.definitions.fields import COMES_LATER, Fields, as_fields, sections
from engine.definitions.flow import Node
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.rules import CycleTime, Duration, Precedence, Response, Rule, StandardKind, TimeSpan, TimeUnit
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Scalar
from engine.vocabulary import Dimension

_COMMON_KEYS = ("title", "dimension", "share", "tolerance")
_RULE_KEYS = {
    StandardKind.DURATION: ("duration", "at-least", "at-most"),
    StandardKind.CYCLE_TIME: ("cycle-time",),
    StandardKind.RESPONSE: ("response", "within"),
    StandardKind.PRECEDENCE: ("precedence",),
}
RULES = tuple(kind.value for kind in _RULE_KEYS)
DIMENSIONS = (Dimension.COMPLETENESS.value, Dimension.ORDERING.value, Dimension.EFFICIENCY.value)
"""Where a standard may count. Adaptability counts cases, not standards."""


def title_of_id(identifier: str) -> Title:
    """The title of something that was given none: its id as words."""
    words = identifier.replace("-", " ").replace("_", " ").strip()
    text = words[:1].upper() + words[1:]
    return Title(text, text)


def default_dimension(*, timed: bool) -> Dimension:
    """The dimension a standard counts in when the file does not say: time in efficiency, order in ordering."""
    return Dimension.EFFICIENCY if timed else Dimension.ORDERING


def step_standard(node: Node, key: str, span: TimeSpan, line: int) -> Standard:
    """The standard that ``at-least`` or ``at-most`` on a step stands for: every instance, no tolerance."""
    sign = "≥" if key == "at-least" else "≤"
    return Standard(
        id=f"{node.id}.{key}",
        title=Title(f"{node.title.en} {sign} {span.text}", f"{node.title.zh} {sign} {span.text}"),
        rule=Duration(
            node.id,
            at_least=span if key == "at-least" else None,
            at_most=span if key == "at-most" else None,
        ),
        share=Fraction(1),
        tolerance=Fraction(0),
        dimension=Dimension.EFFICIENCY,
        line=line,
    )


def bounds(fields: Fields) -> tuple[TimeSpan | None, TimeSpan | None]:
    """``(at-least, at-most)`` of a mapping."""
    at_least, at_most = fields.time_span("at-least"), fields.time_span("at-most")
    if at_least is not None and at_least.unit is TimeUnit.WORKDAYS:
        # a working day ends at midnight, so "at least two" would ask for 25 hours or for 71
        fields.reading.add("flow.minimum-in-workdays", fields.line_of("at-least"), fields.path, found=at_least.text)
        at_least = None
    return at_least, at_most


def bounds_agree(fields: Fields, at_least: TimeSpan | None, at_most: TimeSpan | None) -> bool:
    """Whether a minimum and a maximum leave something between them; they are compared in one unit only."""
    if at_least is None or at_most is None or at_least.unit is not at_most.unit or at_least.amount <= at_most.amount:
        return True
    fields.reading.add(
        "flow.bounds-crossed",
        fields.line_of("at-most"),
        fields.path,
        least=at_least.text,
        most=at_most.text,
    )
    return False


def read_standards(reading: Reading, document: Fields, references: References) -> tuple[Standard, ...]:
    """Read the section ``standards``."""
    found: list[Standard] = []
    for identifier, key, value in sections(reading, document, "standards"):
        fields = as_fields(reading, value, f"standards.{identifier}")
        if fields is None:
            continue
        standard = _standard(fields, identifier, key.line, references)
        if standard is not None:
            found.append(standard)
    return tuple(found)


def _standard(fields: Fields, identifier: str, line: int, references: References) -> Standard | None:
    kind = _kind(fields)
    if kind is None:
        return None
    fields.allow((*_RULE_KEYS[kind], *_COMMON_KEYS))
    steps = _steps(fields, kind, references)
    at_least, at_most, complete = _limits(fields, kind)
    share, tolerance = _share_and_tolerance(fields)
    chosen = fields.choice("dimension", DIMENSIONS)
    title = fields.title("title") or title_of_id(identifier)
    if steps is None or not complete:
        return None
    timed = at_least is not None or at_most is not None
    dimension = Dimension(chosen) if chosen else default_dimension(timed=timed)
    rule = _rule_of(kind, steps, at_least, at_most)
    return Standard(identifier, title, rule, share, tolerance, dimension, line=line)


def _kind(fields: Fields) -> StandardKind | None:
    """The one rule that a standard states."""
    rules = [rule for rule in RULES if rule in fields]
    if len(rules) == 1:
        return StandardKind(rules[0])
    reading = fields.reading
    later = [key for key in fields if key in COMES_LATER]
    for key in later:
        reading.add("flow.comes-later", fields.line_of(key), fields.path, what=key)
    if rules:
        reading.add("flow.standard-with-two-rules", fields.line_of(rules[1]), fields.path, rules=", ".join(rules))
    elif not later:
        fields.allow((*RULES, "within", "at-least", "at-most", *_COMMON_KEYS))
        reading.add("flow.standard-without-rule", fields.line, fields.path, known=", ".join(RULES))
    return None


def _rule_of(kind: StandardKind, steps: tuple[str, ...], at_least: TimeSpan | None, at_most: TimeSpan | None) -> Rule:
    if kind is StandardKind.DURATION:
        return Duration(steps[0], at_least, at_most)
    if kind is StandardKind.CYCLE_TIME:
        return CycleTime(at_least, at_most)
    if kind is StandardKind.RESPONSE:
        return Response(steps[0], steps[1], at_most)
    return Precedence(steps[0], steps[1])


def _steps(fields: Fields, kind: StandardKind, references: References) -> tuple[str, ...] | None:
    """The steps a rule is about, or None after saying what is wrong with them."""
    if kind is StandardKind.CYCLE_TIME:
        return ()
    path = f"{fields.path}.{kind.value}"
    if kind is StandardKind.DURATION:
        value = fields.tree("duration")
        step = None if value is None else references.step(value, path)
        return None if step is None else (step.id,)
    items = fields.items(kind.value)
    if items is None:
        return None
    steps = [references.step(item, path) for item in items]
    if len(steps) != 2 or (steps[0] is not None and steps[0] is steps[1]):
        fields.reading.add("flow.standard-needs-two-steps", fields.line_of(kind.value), path, rule=kind.value)
        return None
    return tuple(step.id for step in steps if step is not None) if all(steps) else None


def _limits(fields: Fields, kind: StandardKind) -> tuple[TimeSpan | None, TimeSpan | None, bool]:
    """``(minimum, maximum, whether the rule has the limits it needs)``."""
    if kind is StandardKind.PRECEDENCE:
        return None, None, True
    if kind is StandardKind.RESPONSE:
        return None, fields.time_span("within"), True
    holder = fields.fields("cycle-time") if kind is StandardKind.CYCLE_TIME else fields
    if holder is None:
        return None, None, False
    if kind is StandardKind.CYCLE_TIME:
        holder.allow(("at-least", "at-most"))
    if "at-least" not in holder and "at-most" not in holder:
        holder.reading.add("flow.standard-without-limit", holder.line, holder.path)
        return None, None, False
    at_least, at_most = bounds(holder)
    return at_least, at_most, bounds_agree(holder, at_least, at_most)


def _share_and_tolerance(fields: Fields) -> tuple[Fraction, Fraction]:
    """Target share and tolerance: all and none where the file says nothing."""
    share, tolerance = fields.share("share"), fields.share("tolerance")
    if share is not None and share == 0:
        fields.reading.add("flow.share-out-of-range", fields.line_of("share"), fields.path, key="share", found="0")
        share = None
    target = Fraction(1) if share is None else share
    if tolerance is not None and tolerance >= target:
        written = fields.tree("tolerance")
        found = written.text if isinstance(written, Scalar) else ""
        fields.reading.add("flow.tolerance-out-of-range", fields.line_of("tolerance"), fields.path, found=found)
        tolerance = None
    return target, tolerance or Fraction(0)
