"""Random standards of every rule, with everything that the flow file can say about them, for laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from engine.calendars.days import DayOfYear, DayRange
from engine.definitions import rules
from engine.definitions.durations import parse_time_span
from engine.definitions.flow import Season
from engine.definitions.rules import (
    AttributeRef,
    AuthorityLimit,
    Measured,
    RequiredField,
    SecondTier,
    StandardKind,
    TimeSpan,
)
from engine.definitions.standard_reader import title_of_id
from engine.definitions.standards import Domain, Intention, Period, Standard, default_dimension, event_step
from engine.definitions.titles import Title
from engine.vocabulary import Dimension
from tests.simple_rules import SIMPLE_KINDS, simple_rule

SPANS = ("30s", "7m", "1h30m", "14d", "7 分钟", "2小时30分", "6 workhours", "3天")
WHOLE_DAYS = ("5 workdays", "1 工作日", "same day", "当天", "次日", "2 calendar days", "next workday", "3个自然日")
CONDITIONS = (
    "case.answers >= 30",
    "case['预约'] == \"是\"",
    "!case.booked",
    "case.a == 'x: #'\n && case.b",
    "has(case.c)",
)
EVENT_CONDITIONS = (*CONDITIONS, "event.customer_present", "event['数量'] > case.n")
NAMES = ("promised_time", "预约时间", "org:role", "cost.total", "a b", "yes", "7", "# x", "it's")
WORDS = ("差", "一般", "良好", "优秀", "no", "null", "1", "a: b", "[x]")


@dataclass(frozen=True)
class Named:
    """What standards may name."""

    steps: Sequence[str]
    roles: Sequence[str]
    seasons: Sequence[str]


def span_of(text: str) -> TimeSpan:
    span = parse_time_span(text)
    assert span is not None
    return span


spans = st.sampled_from(SPANS).map(span_of)
limits = st.sampled_from((*SPANS, *WHOLE_DAYS)).map(span_of)
shares = st.integers(1, 10**6).map(lambda n: Fraction(n, 10**6))
numbers = st.integers(-(10**12), 10**12).map(lambda n: Fraction(n, 10**4))
percentages = st.integers(-(10**7), 10**7).map(lambda n: Fraction(n, 10**6))
_bounds = st.sampled_from([(True, False), (False, True), (True, True)])


@st.composite
def ordered(draw: st.DrawFn, values: st.SearchStrategy[Fraction]) -> tuple[Fraction | None, Fraction | None]:
    """A minimum, a maximum or both in their order."""
    first, second = sorted([draw(values), draw(values)])
    has_least, has_most = draw(_bounds)
    return (first if has_least else None, second if has_most else None)


@st.composite
def time_bounds(draw: st.DrawFn) -> tuple[TimeSpan | None, TimeSpan | None]:
    has_least, has_most = draw(_bounds)
    least, most = draw(spans), draw(limits)
    if has_least and has_most and least.unit is most.unit and least.amount > most.amount:
        least, most = most, least
    return (least if has_least else None, most if has_most else None)


@st.composite
def tiers(draw: st.DrawFn, first: TimeSpan | None) -> SecondTier | None:
    """A second limit that is later than the first where the two can be compared."""
    within = draw(limits)
    if draw(st.booleans()) or (first is not None and first.unit is within.unit and within.amount <= first.amount):
        return None
    return SecondTier(within, draw(st.just(Fraction(1)) | shares))


@st.composite
def attributes(draw: st.DrawFn, steps: Sequence[str]) -> AttributeRef:
    return AttributeRef(draw(st.sampled_from([None, *steps])), draw(st.sampled_from(NAMES)))


def some(items: Sequence[str], least: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    """Different ones of the items, in any order."""
    return st.lists(st.sampled_from(items), unique=True, min_size=least, max_size=5).map(tuple)


@st.composite
def _counts(draw: st.DrawFn, named: Named) -> rules.Rule:
    least, most = sorted([draw(st.integers(1, 10**6)), draw(st.integers(1, 10**6))])
    has_least, has_most = draw(_bounds)
    return rules.Count(draw(st.sampled_from(named.steps)), least if has_least else None, most if has_most else None)


@st.composite
def _precedences(draw: st.DrawFn, named: Named) -> rules.Rule:
    first, second = draw(st.permutations(named.steps))[:2]
    return rules.Precedence(first, second)


@st.composite
def _responses(draw: st.DrawFn, named: Named) -> rules.Rule:
    first, second = draw(st.permutations(named.steps))[:2]
    within = draw(st.none() | limits)
    return rules.Response(first, second, within, draw(tiers(within)) if within else None)


@st.composite
def _all_of(draw: st.DrawFn, named: Named) -> rules.Rule:
    before, *members = draw(some(named.steps, min(3, len(named.steps))))
    return rules.AllOf(tuple(members), before) if len(members) > 1 else rules.Together((before, *members))


@st.composite
def _cycle_times(draw: st.DrawFn, named: Named) -> rules.Rule:
    del named
    least, most = draw(time_bounds())
    return rules.CycleTime(least, most, draw(tiers(most)) if most else None)


@st.composite
def _agreements(draw: st.DrawFn, named: Named) -> rules.Rule:
    first, second = draw(st.lists(attributes(named.steps), min_size=2, max_size=2, unique=True))
    return rules.Agreement(first, second, draw(st.just(Fraction(0)) | shares))


@st.composite
def _ratings(draw: st.DrawFn, named: Named) -> rules.Rule:
    scale = draw(some(WORDS))
    return rules.Rating(draw(attributes(named.steps)), scale, draw(st.sampled_from(scale)))


@st.composite
def _fields(draw: st.DrawFn, named: Named) -> rules.Rule:
    names = draw(some(NAMES, 1))
    required = tuple(RequiredField(name, draw(st.just(()) | some(WORDS, 1))) for name in names)
    return rules.Fields(draw(st.sampled_from(named.steps)), required)


@st.composite
def _authorities(draw: st.DrawFn, named: Named) -> rules.Rule:
    amounts = st.none() | st.integers(0, 10**9).map(lambda n: Fraction(n, 100))
    allowed = tuple(AuthorityLimit(role, draw(amounts)) for role in draw(some(named.roles, 1)))
    return rules.Authority(draw(st.sampled_from(named.steps)), draw(attributes(named.steps)), allowed)


@st.composite
def _changes(draw: st.DrawFn, named: Named) -> rules.Rule:
    measured = draw(st.sampled_from(Measured))
    of: str | AttributeRef = draw(st.sampled_from(named.steps))
    if measured is Measured.MEAN:
        of = draw(attributes(named.steps))
    return rules.Change(measured, of, *draw(ordered(percentages)))


@st.composite
def rules_of(draw: st.DrawFn, named: Named) -> rules.Rule:
    """Any rule, one as likely as the other; those that name roles only where there are some."""
    steps, sets = st.sampled_from(named.steps), some(named.steps)
    references = attributes(named.steps)
    kinds: list[st.SearchStrategy[rules.Rule]] = [
        _counts(named),
        _precedences(named),
        _responses(named),
        _all_of(named),
        sets.map(rules.Together),
        st.builds(lambda step, bounds: rules.Duration(step, *bounds), steps, time_bounds()),
        _cycle_times(named),
        st.builds(rules.Deadline, steps, references, tiers(None)),
        st.builds(rules.LeadTime, steps, references, spans),
        _agreements(named),
        st.builds(lambda of, bounds: rules.Level(of, *bounds), references, ordered(numbers)),
        _ratings(named),
        _fields(named),
        st.builds(rules.Holds, steps, st.sampled_from(EVENT_CONDITIONS)),
        sets.map(rules.SameActor),
        sets.map(rules.DifferentActor),
        _changes(named),
        st.builds(
            lambda texts, ends: rules.Quicker(*texts[:2], *ends),
            st.permutations(CONDITIONS),
            st.permutations([None, None, *named.steps]).map(lambda ends: ends[:2]),
        ),
    ]
    if named.roles:
        kinds += [st.builds(rules.PerformedBy, steps, some(named.roles, 1)), _authorities(named)]
    return draw(draw(st.sampled_from(kinds)))


@st.composite
def standards(draw: st.DrawFn, identifier: str, named: Named, titles: st.SearchStrategy[Title]) -> Standard:
    """A standard with any rule and any of the keys that all standards may have."""
    rule = draw(rules_of(named))
    share = draw(st.just(Fraction(1)) | shares)
    season = draw(st.sampled_from([None, *named.seasons]))
    conditions = CONDITIONS if event_step(rule) is None else EVENT_CONDITIONS
    needs_period = isinstance(rule, rules.Change)
    return Standard(
        id=identifier,
        title=draw(st.just(title_of_id(identifier)) | titles),
        rule=rule,
        share=share,
        tolerance=draw(st.just(Fraction(0)) | st.just(share / 2)),
        dimension=draw(st.sampled_from([default_dimension(rule), Dimension.COMPLETENESS])),
        when=draw(st.none() | st.sampled_from(conditions)),
        season=season,
        out_of_season=season is not None and draw(st.booleans()),
        per=draw(st.sampled_from([*([] if needs_period else [None]), *Period])),
        domain=draw(st.none() | st.sampled_from(Domain)),
    )


@st.composite
def simple_standards(draw: st.DrawFn, identifier: str, named: Named, titles: st.SearchStrategy[Title]) -> Standard:
    """A standard about order or time, for every case and at any time."""
    kind = draw(st.sampled_from(SIMPLE_KINDS))
    pair = tuple(draw(st.permutations(named.steps))[:2])
    at_least: TimeSpan | None = None
    at_most: TimeSpan | None = draw(limits)
    if kind is StandardKind.PRECEDENCE or (kind is StandardKind.RESPONSE and draw(st.booleans())):
        at_most = None
    elif kind is not StandardKind.RESPONSE and draw(st.booleans()):
        at_least, at_most = draw(spans), None
    rule = simple_rule(kind, pair, at_least, at_most)
    title, share = draw(st.just(title_of_id(identifier)) | titles), draw(st.just(Fraction(1)) | shares)
    return Standard(identifier, title, rule, share, Fraction(0), default_dimension(rule))


@st.composite
def intentions(draw: st.DrawFn, identifier: str, steps: Sequence[str], titles: st.SearchStrategy[Title]) -> Intention:
    """Something wanted without a rule."""
    return Intention(
        id=identifier,
        title=draw(st.just(title_of_id(identifier)) | titles),
        statement=draw(titles),
        about=draw(some(steps, 0)),
        domain=draw(st.none() | st.sampled_from(Domain)),
    )


_dates = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@st.composite
def day_ranges(draw: st.DrawFn) -> DayRange:
    """Days of one year or of every one, a range of them as a rule."""
    first, last = sorted([draw(_dates), draw(_dates)])
    if draw(st.booleans()):
        first, last = draw(st.permutations([first, last]))  # without years a range may run over the turn of the year
        return DayRange(DayOfYear(first.month, first.day), DayOfYear(last.month, last.day))
    return DayRange(DayOfYear(first.month, first.day, first.year), DayOfYear(last.month, last.day, last.year))


@st.composite
def seasons(draw: st.DrawFn, identifier: str, titles: st.SearchStrategy[Title]) -> Season:
    """A season of ranges of days, of holidays or of both."""
    holidays = draw(st.sampled_from([(), ("春节",), ("Labor Day", "国庆节")]))
    return Season(
        id=identifier,
        title=draw(st.just(title_of_id(identifier)) | titles),
        ranges=tuple(draw(st.lists(day_ranges(), min_size=0 if holidays else 1, max_size=3))),
        holidays=holidays,
        days_before=draw(st.integers(0, 366)) if holidays else 0,
        days_after=draw(st.integers(0, 366)) if holidays else 0,
    )
