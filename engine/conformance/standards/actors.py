"""Rules about who does what: the same resource, different ones, roles, and how much a role may decide on.

The role of an event is what the log says in ``org:role`` (or ``role``); where it does not, a resource that is called
like a role. A role is known by its id or its title in either language, blanks around it and letter case apart.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.conformance.attributes import as_numbers, as_words, gathered, has_value
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import LACKS, NONE, Judged, lack_of
from engine.conformance.standards.values import is_outside
from engine.definitions.rules import Authority, DifferentActor, PerformedBy, SameActor
from engine.vocabulary import DeviationKind, Lack

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]

ROLE_NAMES = ("org:role", "role", "角色")
"""The attributes of events that name a role, the first that has a value counts."""


def same_actor(facts: Facts, rule: SameActor) -> Judged:
    """One instance for each case in which two or more of the steps were done.

    Two resources are a miss at once. Otherwise an event without a resource leaves no evidence, and an open case in
    which not every step was done is not due.
    """
    found = _Team.of(facts, rule.members)
    return found.judged(facts, _more_than_one(found.case, found.actor, facts.count))


def different_actor(facts: Facts, rule: DifferentActor) -> Judged:
    """As ``same_actor``, but one resource for two of the steps is a miss; for one step twice it is none."""
    found = _Team.of(facts, rule.members)
    clash = np.zeros(facts.count, dtype=np.bool_)
    known = found.actor != NONE
    pairs = np.unique(
        np.stack([found.case[known], found.actor[known], found.step[known]], axis=1).reshape(-1, 3), axis=0
    )
    again = (np.diff(pairs[:, :2], axis=0) == 0).all(axis=1)
    clash[pairs[1:][again, 0]] = True
    return found.judged(facts, clash)


def performed_by(facts: Facts, rule: PerformedBy) -> Judged:
    """One instance for each occurrence of a step."""
    rows = facts.asking(rule.step)
    role = _roles(facts, rows)
    ids = list(facts.roles)
    allowed = [ids.index(name) for name in rule.roles if name in facts.roles]
    return Judged.of(
        facts.events.case[rows],
        rows,
        rows,
        asks=rows,
        missed=(role != NONE) & ~np.isin(role, allowed),
        unknown=role == NONE,
        kind=DeviationKind.WRONG_ACTOR,
        lack=Lack.ACTOR,
    )


def authority(facts: Facts, rule: Authority) -> Judged:
    """One instance for each occurrence; exactly the largest amount is still within authority."""
    rows = facts.asking(rule.step)
    case = facts.events.case[rows]
    own = rule.amount.step == rule.step
    said = facts.at(rule.amount.name, rows) if own else gathered(facts.in_cases(rule.amount), case)
    amount = as_numbers(said)
    role = _roles(facts, rows)
    beyond = role != NONE  # a role without a limit here may decide on nothing
    ids = list(facts.roles)
    for limit in rule.limits:
        if limit.role in facts.roles:
            mine = role == ids.index(limit.role)
            beyond[mine] = is_outside(amount[mine], None, limit.at_most)
    unknown = (role == NONE) | np.isnan(amount)
    return Judged.of(
        case,
        rows,
        rows,
        asks=rows,
        missed=beyond & ~unknown,
        unknown=unknown,
        kind=DeviationKind.WRONG_ACTOR,
        lack=np.where(role == NONE, LACKS.index(Lack.ACTOR), lack_of(has_value(said))).astype(np.int8),
    )


class _Team:
    """Who did some steps: one entry for each event, by row.

    Attributes:
        rows: Rows of the events, increasing.
        case: Their cases.
        step: Index of the step of each.
        actor: Code of the resource of each, −1 where the log does not say.
        members: How many steps there are.
    """

    def __init__(self, rows: Rows, case: Rows, step: Rows, actor: Rows, members: int) -> None:
        self.rows, self.case, self.step, self.actor, self.members = rows, case, step, actor, members

    @classmethod
    def of(cls, facts: Facts, members: tuple[str, ...]) -> _Team:
        done = [facts.done(member) for member in members]
        rows = np.concatenate(done)
        order = np.argsort(rows, kind="stable")
        step = np.repeat(np.arange(len(members)), [len(of_step) for of_step in done])[order]
        rows = rows[order]
        return cls(rows, facts.events.case[rows], step, _actors(facts, rows), len(members))

    def judged(self, facts: Facts, wrong: Truths) -> Judged:
        """The instances, from which cases are wrong whatever is not known."""
        count = facts.count
        steps = np.zeros((self.members, count), dtype=np.bool_)
        steps[self.step, self.case] = True
        done = steps.sum(axis=0)
        unknown = np.zeros(count, dtype=np.bool_)
        unknown[self.case[self.actor == NONE]] = True
        first, last = np.full((2, count), NONE, dtype=np.int64)
        first[self.case[::-1]] = self.rows[::-1]
        last[self.case] = self.rows
        cases = np.flatnonzero(done > 1)
        return Judged.of(
            cases,
            first[cases],
            last[cases],
            missed=wrong[cases],
            unknown=unknown[cases],
            waiting=(done < self.members)[cases] & ~facts.cases.closed[cases],
            kind=DeviationKind.WRONG_ACTOR,
            lack=Lack.ACTOR,
        )


def _more_than_one(case: Rows, actor: Rows, count: int) -> Truths:
    """For each case whether two known actors differ."""
    known = actor != NONE
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, NONE)
    np.minimum.at(least, case[known], actor[known])
    np.maximum.at(most, case[known], actor[known])
    found: Truths = (most != NONE) & (least != most)
    return found


def _actors(facts: Facts, rows: Rows) -> Rows:
    """int64 code of the resource at each row, −1 where the log does not say."""
    words = as_words(facts.at("resource", rows))
    codes = words.rank("dense").cast(pl.Int64).fill_null(NONE)
    return codes.to_numpy()


def _roles(facts: Facts, rows: Rows) -> Rows:
    """int64 place among the flow's roles of the role at each row, −1 where nothing tells it."""
    names: dict[str, int] = {}
    for place, (role, title) in enumerate(facts.roles.items()):
        for name in (role, title.en, title.zh):
            names.setdefault(name.strip().casefold(), place)
    said = pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    for name in ROLE_NAMES:
        said = said.zip_with(said.is_not_null(), as_words(facts.at(name, rows)))
    found = said.zip_with(said.is_not_null(), as_words(facts.at("resource", rows)))
    distinct = found.drop_nulls().unique()
    places = [names.get(word.casefold(), NONE) for word in distinct.to_list()]
    if not places:
        return np.full(len(rows), NONE, dtype=np.int64)
    return found.replace_strict(distinct, places, default=NONE, return_dtype=pl.Int64).fill_null(NONE).to_numpy()
