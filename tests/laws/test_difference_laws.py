"""Laws of the comparison: a trace that it names is one, and none is shorter."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nets.process import process_of_flow
from engine.review.difference import difference
from engine.review.traces import SearchEnd, TraceSearch
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.structured_flows import structured_flow

LONGEST = 5


def is_right(found: TraceSearch, accepting: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> bool:
    only = accepting - other
    if found.trace is None or len(found.trace) > LONGEST:
        return not only
    return found.end is SearchEnd.FOUND and found.trace in only and len(found.trace) == min(map(len, only))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(2, 5))
def test_the_traces_named_are_shortest_differences(one: int, two: int, steps: int) -> None:
    old, new = structured_flow(random.Random(one), steps), structured_flow(random.Random(two), steps)
    before, after = flow_language(old, LONGEST), flow_language(new, LONGEST)
    found = difference(process_of_flow(old), process_of_flow(new))
    assert is_right(found.allowed, after, before)
    assert is_right(found.forbidden, before, after)
