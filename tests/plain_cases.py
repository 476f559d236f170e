"""Random small logs with everything that a filter asks for, as plain cases and as logs."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from engine.logs.attribute_matching import NumberRange
from engine.logs.filtering import LogFilter
from engine.logs.log import Log
from engine.logs.variants import variant_hash
from tests.oracles.plain_log import PlainEvent
from tests.oracles.process_map import PlainCase
from tests.oracles.small_logs import hours, log_of

ACTIVITIES = ("a", "b", "c", "接待", "x->y\\")
CHANNELS = ("phone", "web", None)
moments = st.one_of(st.none(), st.integers(0, 30).map(hours))


def log_of_cases(cases: Sequence[PlainCase]) -> Log:
    values = [case.values for case in cases]
    return log_of([case.events for case in cases], [case.name for case in cases], values)


@st.composite
def events(draw: st.DrawFn) -> PlainEvent:
    values = (("score", draw(st.sampled_from([1.5, 2.0, None]))), ("vip", draw(st.sampled_from([True, False, None]))))
    resource = draw(st.sampled_from(["Ann", "Bo", None]))
    return PlainEvent(draw(st.sampled_from(ACTIVITIES)), draw(moments), draw(moments), resource, values)


@st.composite
def plain_cases(draw: st.DrawFn) -> list[PlainCase]:
    traces = draw(st.lists(st.lists(events(), max_size=6), max_size=8))
    amounts, channels = st.integers(0, 4), st.sampled_from(CHANNELS)
    return [
        PlainCase(f"c{number}", tuple(trace), {"amount": draw(amounts), "channel": draw(channels)})
        for number, trace in enumerate(traces)
    ]


activities = st.frozensets(st.sampled_from(ACTIVITIES), max_size=2)
pairs = st.tuples(st.sampled_from(("", *ACTIVITIES)), st.sampled_from(("", *ACTIVITIES))).filter(any)
attributes = st.tuples(
    st.sampled_from(("amount", "channel", "score", "vip")), st.sampled_from(("1", "2.0", "phone", "true", ""))
)


@st.composite
def ranges(draw: st.DrawFn) -> NumberRange:
    low, high = sorted(draw(st.tuples(st.integers(-1, 5), st.integers(-1, 5))))
    name = draw(st.sampled_from(("amount", "score")))
    return draw(st.sampled_from((NumberRange(name, low, high), NumberRange(name, low), NumberRange(name, high=high))))


def few(values: st.SearchStrategy[object], most: int = 2) -> st.SearchStrategy[object]:
    """Often none, so that filters mean some cases."""
    return st.one_of(st.just(frozenset()), st.just(frozenset()), st.frozensets(values, max_size=most))


@st.composite
def filters(draw: st.DrawFn) -> LogFilter:
    traces = st.lists(st.sampled_from(ACTIVITIES), max_size=3)
    span = st.one_of(st.none(), st.none(), st.integers(0, 60).map(lambda n: n * 1800))
    start = st.one_of(st.none(), moments)
    given = {
        "started_from": draw(start),
        "started_before": draw(start),
        "with_activities": draw(few(st.sampled_from(ACTIVITIES))),
        "without_activities": draw(few(st.sampled_from(ACTIVITIES))),
        "paths": draw(few(pairs)),
        "variants": draw(few(traces.map(variant_hash), 4)),
        "attributes": draw(few(attributes)),
        "ranges": draw(few(ranges())),
        "lasting_from": draw(span),
        "lasting_below": draw(span),
        "resources": draw(few(st.sampled_from(("Ann", "Bo", "", "\\")))),
        "cases": draw(
            st.one_of(st.none(), st.none(), st.frozensets(st.sampled_from(("c0", "c1", "", "\\c")), max_size=3))
        ),
        "inverted": draw(st.booleans()),
    }
    names = draw(st.frozensets(st.sampled_from(sorted(given)), max_size=4))
    return LogFilter(**{name: given[name] for name in names})  # type: ignore[arg-type]  # each was drawn for its field
