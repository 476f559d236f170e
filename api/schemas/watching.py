"""The JSON shape of ``watch --json``: one object for each verdict, and for each case that has ended."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from api.watching import Seen
from engine.conformance.live_deviations import Account, LiveDeviation
from engine.vocabulary import Change, DeviationKind, RiseKind


class LiveDeviationShape(BaseModel):
    """One deviation of a running case.

    Attributes:
        number: Its identity in the case.
        change: What the event did to it.
        kind: What went wrong.
        steps: Labels of the steps concerned; for ``unplanned`` the activity.
        positions: 0-based positions of the events concerned.
        cost: What its moves cost.
        other_branch: Whether an exclusive branch that was not taken contains the step.
    """

    number: int
    change: Change
    kind: DeviationKind
    steps: list[str]
    positions: list[int]
    cost: int
    other_branch: bool

    @classmethod
    def of(cls, found: LiveDeviation, change: Change) -> LiveDeviationShape:
        """The shape of a deviation."""
        one = found.deviation
        return cls(
            number=found.number,
            change=change,
            kind=one.kind,
            steps=list(one.steps),
            positions=list(one.positions),
            cost=found.cost,
            other_branch=one.other_branch,
        )


class SeenShape(BaseModel):
    """What is said of one event, or of the end of a case.

    Attributes:
        case: The case.
        closed: Whether the case has ended; what only an event has is then null.
        position: 0-based position of the event in its case.
        activity: Its activity.
        step: The label that it means, null when the flow does not know it.
        time: When it happened, as far as is known.
        late: Whether it happened before others of its case that were known.
        cost: The prefix cost; of a case that has ended, the cost of all of it, null where nothing explains it.
        rise: How much the cost has risen; below 0 only after a late event.
        kind: Why it has risen.
        expected: Steps that may come next without a further deviation.
        ruled_out: Steps that were possible before the event and are not any more.
        required: Steps in every run to an end.
        may_end: Whether the case could end here without a further deviation.
        deviations: All of them, with what the event did to each; those that are withdrawn come last.
    """

    case: str
    closed: bool
    position: int | None = None
    activity: str | None = None
    step: str | None = None
    time: datetime | None = None
    late: bool | None = None
    cost: int | None
    rise: int | None
    kind: RiseKind | None = None
    expected: list[str] | None = None
    ruled_out: list[str] | None = None
    required: list[str] | None = None
    may_end: bool | None = None
    deviations: list[LiveDeviationShape]

    @classmethod
    def of(cls, seen: Seen) -> SeenShape:
        """The shape of what is said."""
        event, verdict, closing = seen.event, seen.verdict, seen.closing
        if verdict is not None:
            outlook = verdict.outlook
            return cls(
                case=event.case,
                closed=False,
                position=verdict.position,
                activity=verdict.activity,
                step=verdict.step,
                time=event.time,
                late=seen.late,
                cost=verdict.cost,
                rise=verdict.rise,
                kind=verdict.kind,
                expected=list(outlook.expected),
                ruled_out=list(outlook.ruled_out),
                required=list(outlook.required),
                may_end=outlook.may_end,
                deviations=_deviations(verdict.account),
            )
        if closing is None:
            raise ValueError("either an event or an end")
        deviations = _deviations(closing.account)
        return cls(case=event.case, closed=True, cost=closing.alignment.cost, rise=closing.rise, deviations=deviations)


def changes_of(account: Account) -> list[tuple[LiveDeviation, Change]]:
    """Every deviation of an account with what was done to it; those that are withdrawn come last."""
    groups = ((Change.OPENED, account.opened), (Change.EXTENDED, account.extended), (Change.REVISED, account.revised))
    changed = {one.number: change for change, group in groups for one in group}
    present = [(one, changed.get(one.number, Change.UNCHANGED)) for one in account.deviations]
    return present + [(one, Change.WITHDRAWN) for one in account.withdrawn]


def _deviations(account: Account) -> list[LiveDeviationShape]:
    return [LiveDeviationShape.of(one, change) for one, change in changes_of(account)]
