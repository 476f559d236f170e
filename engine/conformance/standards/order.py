"""Rules about order and completeness of sets: precedence, all-of, together.

A precedence or an all-of is due when its later step is done, in open and closed cases alike: what did not come before
never will. A set of which one member was done is due when the rest was done too, or the case is closed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.conformance.performed import EventTable
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import NONE, Judged
from engine.definitions.rules import AllOf, Precedence, Together
from engine.vocabulary import DeviationKind

Rows = NDArray[np.int64]


def precedence(facts: Facts, rule: Precedence) -> Judged:
    """One instance for each ``second``; shown by the last ``first`` before it."""
    anchors = facts.asking(rule.second)
    first = last_before(facts.events, anchors, facts.done(rule.first))
    return Judged.of(
        facts.events.case[anchors],
        first,
        anchors,
        asks=anchors,
        missed=first == NONE,
        kind=DeviationKind.WRONG_ORDER,
    )


def all_of(facts: Facts, rule: AllOf) -> Judged:
    """One instance for each ``before``; shown by the last member that was done before it."""
    anchors = facts.asking(rule.before)
    rows = np.array([last_before(facts.events, anchors, facts.done(member)) for member in rule.members])
    return Judged.of(
        facts.events.case[anchors],
        rows.max(axis=0, initial=NONE),
        anchors,
        asks=anchors,
        missed=(rows == NONE).any(axis=0),
        kind=DeviationKind.INCOMPLETE,
    )


def together(facts: Facts, rule: Together) -> Judged:
    """One instance for each case in which a member was performed; shown by the first and the last member done."""
    case, count = facts.events.case, facts.count
    asked = np.zeros(count, dtype=np.bool_)
    for member in rule.members:
        asked[case[facts.asking(member)]] = True
    cases = np.flatnonzero(asked)
    rows = np.array([facts.first_done(member) for member in rule.members])[:, cases]
    done = (rows != NONE).all(axis=0)
    closed = facts.cases.closed[cases]
    latest = np.iinfo(np.int64).max
    return Judged.of(
        cases,
        np.where(rows == NONE, latest, rows).min(axis=0, initial=latest),
        rows.max(axis=0, initial=NONE),
        missed=~done & closed,
        waiting=~done & ~closed,
        kind=DeviationKind.NOT_TOGETHER,
    )


def last_before(events: EventTable, anchors: Rows, candidates: Rows) -> Rows:
    """For each anchor the last candidate before it in its case, −1 where there is none; both increasing."""
    return _in_same_case(events, anchors, candidates, np.searchsorted(candidates, anchors, side="left") - 1)


def first_after(events: EventTable, anchors: Rows, candidates: Rows) -> Rows:
    """For each anchor the first candidate after it in its case, −1 where there is none; both increasing."""
    return _in_same_case(events, anchors, candidates, np.searchsorted(candidates, anchors, side="right"))


def _in_same_case(events: EventTable, anchors: Rows, candidates: Rows, at: Rows) -> Rows:
    """The candidate at each index where it exists and shares the anchor's case, else −1."""
    found = np.full(len(anchors), NONE, dtype=np.int64)
    exists = (at >= 0) & (at < len(candidates))
    rows = candidates[at[exists]]
    found[exists] = np.where(events.case[rows] == events.case[anchors[exists]], rows, NONE)
    return found
