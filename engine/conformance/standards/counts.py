"""The rule about how often a step is done."""

from __future__ import annotations

import numpy as np

from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import Judged
from engine.definitions.rules import Count
from engine.vocabulary import DeviationKind


def count(facts: Facts, rule: Count) -> Judged:
    """One instance for each case; shown by the first and the last time that the step was done.

    Too many is missed at once, in an open case too. Enough is met at once where nothing is too many; otherwise the case
    has to be closed.
    """
    done = np.bincount(facts.events.case[facts.done(rule.step)], minlength=facts.count)
    few = np.zeros(facts.count, dtype=np.bool_) if rule.at_least is None else done < rule.at_least
    many = np.zeros(facts.count, dtype=np.bool_) if rule.at_most is None else done > rule.at_most
    closed = facts.cases.closed
    settled = closed | many | (~few if rule.at_most is None else False)
    return Judged.of(
        np.arange(facts.count),
        facts.first_done(rule.step),
        facts.last_done(rule.step),
        missed=settled & (few | many),
        waiting=~settled,
        kind=DeviationKind.WRONG_COUNT,
    )
