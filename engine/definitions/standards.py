"""Standards: measurable rules with a target share and a tolerance. This file holds what they are, not how they end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.definitions.rules import (
    CASE_RULES,
    POPULATION_RULES,
    AllOf,
    Authority,
    CycleTime,
    Deadline,
    Duration,
    Fields,
    Holds,
    LeadTime,
    Level,
    PerformedBy,
    Precedence,
    Rating,
    Response,
    Rule,
    SecondTier,
    StandardKind,
    TimeSpan,
    TimeUnit,
)
from engine.definitions.titles import Title
from engine.vocabulary import Dimension

__all__ = ["Domain", "Period", "Standard", "StandardKind", "TimeSpan", "TimeUnit"]


class Period(StrEnum):
    """A stretch of the calendar over which a share is formed, in the calendar's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Domain(StrEnum):
    """What a standard of service is about: seven domains of the procedure, then seven of the person who serves."""

    TIME_LIMIT = "time-limit"  # 时限
    PROCEDURE = "procedure"  # 流程
    ADAPTABILITY = "adaptability"  # 适应性
    FORESIGHT = "foresight"  # 预见性
    COMMUNICATION = "communication"  # 信息沟通
    FEEDBACK = "feedback"  # 客户反馈
    SUPERVISION = "supervision"  # 组织和监管
    APPEARANCE = "appearance"  # 仪表
    ATTITUDE = "attitude"  # 态度
    ATTENTION = "attention"  # 关注
    TACT = "tact"  # 得体
    GUIDANCE = "guidance"  # 指引
    SELLING = "selling"  # 销售技巧
    COMPLAINTS = "complaints"  # 投诉解决


_EFFICIENCY = (
    StandardKind.DURATION,
    StandardKind.CYCLE_TIME,
    StandardKind.DEADLINE,
    StandardKind.LEAD_TIME,
    StandardKind.QUICKER,
)
_ORDERING = (
    StandardKind.PRECEDENCE,
    StandardKind.RESPONSE,
    StandardKind.TOGETHER,
    StandardKind.SAME_ACTOR,
    StandardKind.DIFFERENT_ACTOR,
    StandardKind.PERFORMED_BY,
    StandardKind.AUTHORITY,
)


def default_dimension(rule: Rule) -> Dimension:
    """The dimension a standard counts in when the file does not say.

    Time counts in efficiency; order, what belongs together and who may do it in ordering; what has to be there, and
    be right, in completeness.
    """
    if rule.kind in _EFFICIENCY or (isinstance(rule, Response) and rule.within is not None):
        return Dimension.EFFICIENCY
    return Dimension.ORDERING if rule.kind in _ORDERING else Dimension.COMPLETENESS


def event_step(rule: Rule) -> str | None:
    """The step whose event a rule's condition can ask about as ``event``.

    None for a rule with one instance for each case, or for many: there is no one event then.
    """
    if isinstance(rule, Duration | Fields | Holds | PerformedBy | Authority):
        return rule.step
    if isinstance(rule, Level | Rating):
        return rule.attribute.step
    if isinstance(rule, Precedence):
        return rule.second
    if isinstance(rule, Response):
        return rule.first
    return rule.before if isinstance(rule, AllOf) else None


@dataclass(frozen=True, slots=True)
class Intention:
    """What is wanted, without saying how it is measured: not yet a standard, and judged by nobody.

    "Visit as soon as possible" has no number. It can be written down as it stands, so that the lint can name what a
    standard would need.

    Attributes:
        id: The key in the file, among the standards.
        title: Its name for people.
        statement: The words.
        about: The steps it is about, in their order; may be empty.
        domain: What it is about, or None.
        line: 1-based line in the file.
    """

    id: str
    title: Title
    statement: Title
    about: tuple[str, ...] = ()
    domain: Domain | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard of a flow.

    Attributes:
        id: The key in the file; for ``at-least``/``at-most`` written on a step, ``STEP.at-least``/``STEP.at-most``.
        title: Its name for people; where the file gives none, one made from its id.
        rule: What it asks for.
        share: The share of instances that must meet it, 0 < share ≤ 1.
        tolerance: How far below ``share`` is still tolerated, 0 ≤ tolerance < share.
        dimension: The measure it counts in, as the file says or as the design gives it to the rule.
        when: CEL about ``case`` and, for rules about occurrences of a step, ``event``; where it is false there is no
            instance. None for every instance.
        season: Id of the season in which it is in force, or None; ``out_of_season`` turns it round.
        out_of_season: Whether it is in force outside ``season`` instead.
        per: The periods over which its share is judged one by one, or None for the whole log at once.
        domain: What it is about, or None.
        line: 1-based line in the file.
        inside: Id of the sub-flow that it is about, or None for the whole case. It is then judged only in cases in
            which work inside was performed, and a cycle time is that of the work inside.
    """

    id: str
    title: Title
    rule: Rule
    share: Fraction
    tolerance: Fraction
    dimension: Dimension
    when: str | None = None
    season: str | None = None
    out_of_season: bool = False
    per: Period | None = None
    domain: Domain | None = None
    line: int = 0
    inside: str | None = None

    @property
    def kind(self) -> StandardKind:
        """The name of its rule."""
        return self.rule.kind

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps its rule names, in the order of the rule."""
        return self.rule.steps

    @property
    def at_least(self) -> TimeSpan | None:
        """The minimum time it asks for, or None."""
        return self.rule.at_least if isinstance(self.rule, Duration | CycleTime | LeadTime) else None

    @property
    def at_most(self) -> TimeSpan | None:
        """The maximum time it allows, or None."""
        if isinstance(self.rule, Duration | CycleTime):
            return self.rule.at_most
        return self.rule.within if isinstance(self.rule, Response) else None

    @property
    def second_tier(self) -> SecondTier | None:
        """The later limit for what missed the first, or None."""
        return getattr(self.rule, "second_tier", None)

    @property
    def is_timed(self) -> bool:
        """Whether it measures time."""
        timed = (StandardKind.DEADLINE, StandardKind.LEAD_TIME, StandardKind.QUICKER)
        return self.at_least is not None or self.at_most is not None or self.kind in timed

    @property
    def is_of_case(self) -> bool:
        """Whether it has one instance for each case, rather than one for each occurrence of a step."""
        if isinstance(self.rule, Level | Rating):
            return self.rule.attribute.step is None
        return isinstance(self.rule, CASE_RULES)

    @property
    def is_of_population(self) -> bool:
        """Whether it holds of many cases together and of none alone."""
        return isinstance(self.rule, POPULATION_RULES)


def acting_step(rule: Rule) -> str | None:
    """The step whose role has to act for a time to be kept, so that its working time counts; None where nobody's does.

    The step that is timed, the one that responds, the one that keeps a promise.
    """
    match rule:
        case Response():
            return rule.second
        case Duration() | Deadline() | LeadTime():
            return rule.step
        case _:
            return None


def counts_by_calendar(standard: Standard) -> bool:
    """Whether one of its limits is counted in working time or in days."""
    tier = standard.second_tier
    spans = (standard.at_least, standard.at_most, None if tier is None else tier.within)
    return any(span is not None and span.unit is not TimeUnit.CLOCK for span in spans)


def depends_on_calendar(standard: Standard) -> bool:
    """Whether what a standard asks for depends on a calendar: on its working time, its days or its holidays."""
    if counts_by_calendar(standard):
        return True
    return standard.per is not None or standard.season is not None or standard.kind is StandardKind.CHANGE
