"""Patterns in plain words, and the rows of the report that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.assessment.assessment import Assessment
from engine.assessment.attribute_columns import RESOURCE
from engine.assessment.case_attributes import AttributeClass, Scope
from engine.assessment.losses import Cause
from engine.assessment.patterns import LEAST_CASES, LEVEL, MoreFrequent, Together
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind

PATTERNS_SHOWN = 10
EXAMPLES_SHOWN = 3
_VALUE_CHARACTERS = 60
_CAUSES_SHOWN = 3
_STEPS_SHOWN = 2
_HARDLY_MORE = 1.095
"""A ratio that would read "1.0 times"; it is not said."""
_WHOLE_TIMES = 9.95
_LEAST_Q = 0.001


@dataclass(frozen=True, slots=True)
class Compared:
    """A number and the one it is held against, with bars in per cent."""

    found: str
    found_bar: float
    usual: str
    usual_bar: float


@dataclass(frozen=True, slots=True)
class PatternRow:
    """One pattern.

    Attributes:
        mark: The sign of the deviation.
        words: The pattern as a sentence.
        note: What else is to be said, or "".
        compared: The two numbers that make it one.
        cases: How many cases it rests on.
        strength: The effect.
        q: The corrected p.
        examples: Case ids.
    """

    mark: str
    words: str
    note: str
    compared: Compared
    cases: str
    strength: str
    q: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatternTable:
    """One list of patterns.

    Attributes:
        name: ``more-frequent`` or ``together``.
        rows: The strongest patterns.
        left: How many more there are.
        empty: Why there is none, or "".
    """

    name: str
    rows: tuple[PatternRow, ...]
    left: int
    empty: str


def pattern_tables(assessment: Assessment, wording: Wording) -> tuple[PatternTable, ...]:
    """Both lists."""
    names, patterns = Names(assessment.flow, wording), assessment.patterns
    shown = patterns.more_frequent.patterns[:PATTERNS_SHOWN]
    most = max((_shares(pattern)[0] for pattern in shown), default=1)
    more, together = patterns.more_frequent, patterns.together
    return (
        PatternTable(
            "more-frequent",
            tuple(_more_frequent(pattern, names, most) for pattern in shown),
            max(0, more.count - PATTERNS_SHOWN),
            _empty(more.count, more.tests, wording),
        ),
        PatternTable(
            "together",
            tuple(_together(pattern, names) for pattern in together.patterns[:PATTERNS_SHOWN]),
            max(0, together.count - PATTERNS_SHOWN),
            _empty(together.count, together.tests, wording),
        ),
    )


def pattern_method(assessment: Assessment, wording: Wording) -> str:
    """The line below the lists: what was tested, and how far it can be trusted."""
    patterns = assessment.patterns
    return wording.text(
        "report.patterns.legend",
        more=wording.number(patterns.more_frequent.tests),
        together=wording.number(patterns.together.tests),
        level=wording.share(LEVEL),
        cases=LEAST_CASES,
    )


def say_more_frequent(pattern: MoreFrequent, names: Names) -> str:
    """``Cases with branch north skip "Confirm price" 2.4 times as often (18 % against 7 %)``."""
    inside, outside = _shares(pattern)
    return names.wording.text(
        "report.pattern.shares",
        words=_more_frequent_words(pattern, names),
        inside=_share(inside, names.wording),
        outside=_share(outside, names.wording),
    )


def say_together(pattern: Together, names: Names) -> str:
    """``45 cases skip "Confirm price" and also stop before "Pay" (by chance: 12)``."""
    return names.wording.text(
        "report.pattern.chance",
        words=_together_words(pattern, names),
        expected=_about(pattern.expected, names.wording),
    )


def _more_frequent_words(pattern: MoreFrequent, names: Names) -> str:
    form = "never" if pattern.ratio is None else "times" if pattern.ratio >= _HARDLY_MORE else "often"
    return names.wording.text(
        f"report.pattern.more.{form}",
        where=_where(pattern.where, names),
        does=_does(pattern.deviations, names),
        times=_factor(pattern.ratio or 0, names.wording),
    )


def _together_words(pattern: Together, names: Names) -> str:
    return names.wording.text(
        "report.pattern.together",
        both=names.wording.number(pattern.both),
        first=_does(pattern.first, names),
        second=_does(pattern.second, names),
    )


def _shares(pattern: MoreFrequent) -> tuple[float, float]:
    """Inside and outside."""
    return pattern.inside_with / pattern.inside, pattern.outside_with / pattern.outside


def _more_frequent(pattern: MoreFrequent, names: Names, most: float) -> PatternRow:
    """A row whose bars are as long as their share of the largest share of the table."""
    wording = names.wording
    inside, outside = _shares(pattern)
    own = _where(pattern.where, names)
    others = dict.fromkeys(_where(one, names) for one in pattern.same)  # a case and its events may say the same
    same = wording.text("chart.list-separator").join(where for where in others if where != own)
    low, high = (wording.number(100 * end, digits=1) for end in pattern.interval)
    return PatternRow(
        mark=DEVIATION_MARKS[DeviationKind(pattern.deviations[0].kind)],
        words=_more_frequent_words(pattern, names),
        note=wording.text("report.pattern.same", classes=same) if same else "",
        compared=Compared(_share(inside, wording), 100 * inside / most, _share(outside, wording), 100 * outside / most),
        cases=wording.text(
            "report.pattern.of", part=wording.number(pattern.inside_with), all=wording.number(pattern.inside)
        ),
        strength=wording.text("report.pattern.points", low=low, high=high),
        q=_q(pattern.q, wording),
        examples=tuple(clean(case) for case in pattern.examples[:EXAMPLES_SHOWN]),
    )


def _together(pattern: Together, names: Names) -> PatternRow:
    wording = names.wording
    longest = max(pattern.both, pattern.expected)
    return PatternRow(
        mark=DEVIATION_MARKS[DeviationKind(pattern.first[0].kind)],
        words=_together_words(pattern, names),
        note="",
        compared=Compared(
            wording.number(pattern.both),
            100 * pattern.both / longest,
            _about(pattern.expected, wording),
            100 * pattern.expected / longest,
        ),
        cases=wording.text(
            "report.pattern.of-each",
            first=wording.number(pattern.first_cases),
            second=wording.number(pattern.second_cases),
        ),
        strength=f"{pattern.phi:.2f}",
        q=_q(pattern.q, wording),
        examples=tuple(clean(case) for case in pattern.examples[:EXAMPLES_SHOWN]),
    )


def _where(one: AttributeClass, names: Names) -> str:
    """The cases of a class."""
    wording = names.wording
    attribute = clean(one.attribute, limit=_VALUE_CHARACTERS)
    who = one.attribute == RESOURCE and one.scope is not Scope.CASE and one.value is not None
    view = "step" if one.scope is Scope.STEP else "case"
    if one.value is not None:
        value = clean(one.value, limit=_VALUE_CHARACTERS) or wording.text("report.value.empty")
        code = f"report.class.{view}.{'who' if who else 'value'}"
        return wording.text(code, attribute=attribute, value=value, step=names.step(one.step))
    form = "up-to" if one.low is None else "from" if one.high is None else "between"
    low, high = (_number(end, wording) for end in (one.low, one.high))
    return wording.text(
        f"report.class.{view}.{form}", attribute=attribute, low=low, high=high, step=names.step(one.step)
    )


def _does(causes: Sequence[Cause], names: Names) -> str:
    """What goes wrong in a case, as a verb; several things joined."""
    wording = names.wording
    said = [
        wording.text(
            f"report.does.{cause.kind}",
            subject=names.subject(cause.kind, (), cause.standard, cause.branch)
            if cause.standard or cause.branch
            else _first_steps(cause, names),
        )
        for cause in causes[:_CAUSES_SHOWN]
    ]
    if len(causes) > _CAUSES_SHOWN:
        said.append(wording.text("report.does.more", count=len(causes) - _CAUSES_SHOWN))
    if len(said) == 1:
        return said[0]
    return wording.text(
        "report.does.several", first=wording.text("chart.list-separator").join(said[:-1]), last=said[-1]
    )


def _first_steps(cause: Cause, names: Names) -> str:
    """The steps of a deviation; of many the first, with how many more there are."""
    if len(cause.steps) <= _STEPS_SHOWN:
        return names.steps(cause.steps, cause.kind)
    more = names.wording.text("report.steps-more", count=len(cause.steps) - 1)
    return f"{names.steps(cause.steps[:1], cause.kind)} → {more}"


def _empty(count: int, tests: int, wording: Wording) -> str:
    if count:
        return ""
    return (
        wording.text("report.patterns.none", tests=wording.number(tests))
        if tests
        else wording.text("report.patterns.nothing")
    )


def _share(share: float, wording: Wording) -> str:
    """Whole per cents; small ones with a digit more, so that two shares that differ read so."""
    return wording.share(share, digits=0 if share >= 0.1 or share == 0 else 1)


def _factor(ratio: float, wording: Wording) -> str:
    return wording.number(ratio, digits=0 if ratio >= _WHOLE_TIMES else 1)


def _about(expected: float, wording: Wording) -> str:
    return (
        wording.text("report.pattern.hardly")
        if expected < 0.1
        else wording.number(expected, digits=1 if expected < 10 else 0)
    )


def _number(value: float | None, wording: Wording) -> str:
    if value is None:
        return ""
    return wording.number(value) if value == round(value) else f"{value:,.6g}"


def _q(q: float, wording: Wording) -> str:
    return wording.text("report.pattern.below", value=f"{_LEAST_Q}") if q < _LEAST_Q else f"{q:.3f}"
