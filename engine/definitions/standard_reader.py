"""Reads the section ``standards``, and the time limits that steps carry themselves.

How each rule is spelled is in ``engine.definitions.rules_reading``; here is what all standards have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.definitions.fields import COMES_LATER, Fields, as_fields, sections
from engine.definitions.flow import Node
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.rules import Duration, StandardKind, TimeSpan
from engine.definitions.rules_reading.operands import Operands, minimum, times_agree
from engine.definitions.rules_reading.spelling import READERS, RULE_KEYS, SYNONYMS
from engine.definitions.standards import Domain, Intention, Period, Standard, default_dimension, event_step
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Scalar
from engine.vocabulary import Dimension

COMMON_KEYS = (
    "title",
    "dimension",
    "share",
    "tolerance",
    "when",
    "season",
    "not-in-season",
    "per",
    "domain",
    "inside",
)
"""The keys that every standard may have."""
INTENTION_KEYS = ("intention", "about", "title", "domain")
RULES = tuple(kind.value for kind in StandardKind)
DIMENSIONS = (Dimension.COMPLETENESS.value, Dimension.ORDERING.value, Dimension.EFFICIENCY.value)
"""Where a standard may count. Adaptability counts cases, not standards."""
_PERIODS = {
    **{period.value: period for period in Period},
    "日": Period.DAY,
    "周": Period.WEEK,
    "月": Period.MONTH,
    "季度": Period.QUARTER,
    "年": Period.YEAR,
}
_DOMAINS = {
    **{domain.value: domain for domain in Domain},
    "时限": Domain.TIME_LIMIT,
    "流程": Domain.PROCEDURE,
    "适应性": Domain.ADAPTABILITY,
    "预见性": Domain.FORESIGHT,
    "信息沟通": Domain.COMMUNICATION,
    "客户反馈": Domain.FEEDBACK,
    "组织和监管": Domain.SUPERVISION,
    "仪表": Domain.APPEARANCE,
    "态度": Domain.ATTITUDE,
    "关注": Domain.ATTENTION,
    "得体": Domain.TACT,
    "指引": Domain.GUIDANCE,
    "销售技巧": Domain.SELLING,
    "投诉解决": Domain.COMPLAINTS,
}


@dataclass(frozen=True, slots=True)
class ReadStandards:
    """What the section holds.

    Attributes:
        standards: Those that state a rule, in file order.
        intentions: Those that only say what is wanted, in file order.
    """

    standards: tuple[Standard, ...]
    intentions: tuple[Intention, ...]


def title_of_id(identifier: str) -> Title:
    """The title of something that was given none: its id as words."""
    words = identifier.replace("-", " ").replace("_", " ").strip()
    text = words[:1].upper() + words[1:]
    return Title(text, text)


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
    return minimum(fields), fields.time_span("at-most")


def bounds_agree(fields: Fields, at_least: TimeSpan | None, at_most: TimeSpan | None) -> bool:
    """Whether a minimum and a maximum leave something between them."""
    return times_agree(fields, at_least, at_most)


def read_standards(
    reading: Reading,
    document: Fields,
    references: References,
    *,
    roles: Mapping[str, Title],
    seasons: Collection[str],
) -> ReadStandards:
    """Read the section ``standards``.

    Args:
        reading: Where problems go.
        document: The whole file.
        references: The declared nodes.
        roles: The declared roles.
        seasons: Ids of the declared seasons.
    """
    standards: list[Standard] = []
    intentions: list[Intention] = []
    for identifier, key, value in sections(reading, document, "standards"):
        fields = as_fields(reading, value, f"standards.{identifier}")
        if fields is None:
            continue
        operands = Operands(fields, references, roles)
        if "intention" in fields and not any(rule in fields for rule in RULES):
            intention = _intention(operands, identifier, key.line)
            intentions += [] if intention is None else [intention]
            continue
        standard = _standard(operands, identifier, key.line, seasons)
        standards += [] if standard is None else [standard]
    return ReadStandards(tuple(standards), tuple(intentions))


def _intention(operands: Operands, identifier: str, line: int) -> Intention | None:
    fields = operands.fields
    fields.allow(INTENTION_KEYS)
    statement = fields.title("intention")
    title = fields.title("title") or title_of_id(identifier)
    about = operands.steps("about") if "about" in fields else ()
    domain = fields.choice("domain", _DOMAINS)
    if statement is None or about is None:
        return None
    return Intention(identifier, title, statement, about, _DOMAINS[domain] if domain else None, line)


def _standard(operands: Operands, identifier: str, line: int, seasons: Collection[str]) -> Standard | None:
    fields = operands.fields
    kind = _kind(fields)
    if kind is None:
        return None
    fields.allow((kind.value, *RULE_KEYS[kind], *COMMON_KEYS))
    rule = READERS[kind](operands)
    share, tolerance = _share_and_tolerance(fields)
    title = fields.title("title") or title_of_id(identifier)
    dimension = fields.choice("dimension", DIMENSIONS)
    per, domain = fields.choice("per", _PERIODS), fields.choice("domain", _DOMAINS)
    season = _season(fields, seasons)
    inside = operands.sub_flow("inside") if "inside" in fields else None
    about_event = rule is None or event_step(rule) is not None
    when = operands.condition("when", about_event=about_event)
    if rule is None:
        return None
    return Standard(
        id=identifier,
        title=title,
        rule=rule,
        share=share,
        tolerance=tolerance,
        dimension=Dimension(dimension) if dimension else default_dimension(rule),
        when=when,
        season=season,
        out_of_season="not-in-season" in fields,
        per=_PERIODS[per] if per else None,
        domain=_DOMAINS[domain] if domain else None,
        line=line,
        inside=inside,
    )


def _kind(fields: Fields) -> StandardKind | None:
    """The one rule that a standard states."""
    rules = [rule for rule in RULES if rule in fields]
    if len(rules) == 1 and "intention" not in fields:
        return StandardKind(rules[0])
    reading = fields.reading
    if rules:
        stated = [*rules, *(["intention"] if "intention" in fields else [])]
        reading.add("flow.standard-with-two-rules", fields.line_of(stated[1]), fields.path, rules=", ".join(stated))
        return None
    elsewhere = [key for key in fields if key in SYNONYMS]
    for key in elsewhere:
        reading.add("flow.misspelt-key", fields.line_of(key), fields.path, key=key, suggestion=SYNONYMS[key])
    later = [key for key in fields if key in COMES_LATER]
    for key in later:
        reading.add("flow.comes-later", fields.line_of(key), fields.path, what=key)
    if not elsewhere and not later:
        known = {key for keys in RULE_KEYS.values() for key in keys}
        fields.allow((*RULES, *sorted(known), *COMMON_KEYS, *INTENTION_KEYS))
        reading.add("flow.standard-without-rule", fields.line, fields.path, known=", ".join((*RULES, "intention")))
    return None


def _season(fields: Fields, seasons: Collection[str]) -> str | None:
    """The season in which, or outside which, a standard is in force."""
    keys = [key for key in ("season", "not-in-season") if key in fields]
    if len(keys) > 1:
        fields.reading.add("flow.two-seasons", fields.line_of(keys[1]), fields.path)
        return None
    if not keys:
        return None
    scalar = fields.scalar(keys[0])
    if scalar is None or scalar.text in seasons:
        return None if scalar is None else scalar.text
    near = fields.reading.similar(scalar.text, seasons)
    if near is None:
        fields.reading.add("flow.unknown-season", scalar.line, fields.path, found=scalar.text)
    else:
        fields.reading.add("flow.misspelt-season", scalar.line, fields.path, found=scalar.text, suggestion=near)
    return None


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
