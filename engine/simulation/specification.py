"""Which deviations a simulated log shall hold, and their text form: ``skip:0.1,late:5%``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.errors import InputRefused, Problem


class Injection(StrEnum):
    """One thing that can be made to go wrong in a case.

    ``skip``: a required step is left out. ``swap``: two steps in a row change places. ``repeat``: a step is done
    twice. ``unplanned``: an activity that the flow does not have. ``out-of-place``: a step for which the case has no
    room, as of a branch that it did not take. ``stop``: the case ends early. ``late``: a step takes longer than its
    maximum; in a flow without maxima, so long that a response misses its deadline. ``short``: a step takes less than
    its minimum. ``overdue``: a response comes after its deadline. ``cycle``: the whole case takes too long. ``plan``:
    something happens that a contingency plan answers. ``field``: a required field stays empty. ``value``: a value
    that a standard does not allow. ``actor``: the wrong person or role. ``authority``: an amount above the limit of
    whoever decides. ``promise``: work comes too late for a promised moment. ``count``: a step is done too often or too
    seldom. ``set``: not all of a set is done. ``order``: a step comes without the one before or after it. ``branch``:
    a way that the attributes of the case speak against.
    """

    SKIP = "skip"
    SWAP = "swap"
    REPEAT = "repeat"
    UNPLANNED = "unplanned"
    OUT_OF_PLACE = "out-of-place"
    STOP = "stop"
    LATE = "late"
    SHORT = "short"
    OVERDUE = "overdue"
    CYCLE = "cycle"
    PLAN = "plan"
    FIELD = "field"
    VALUE = "value"
    ACTOR = "actor"
    AUTHORITY = "authority"
    PROMISE = "promise"
    COUNT = "count"
    SET = "set"
    ORDER = "order"
    BRANCH = "branch"


@dataclass(frozen=True, slots=True)
class DeviationSpec:
    """Shares of the cases, by what goes wrong in them; no case is given more than one.

    Attributes:
        shares: What goes wrong and in which share of the cases, each once; together at most 1.
    """

    shares: tuple[tuple[Injection, Fraction], ...] = ()

    def counts(self, cases: int) -> dict[Injection, int]:
        """The number of cases for each, rounded to the nearest (halves up), together at most ``cases``."""
        left, counts = cases, {}
        for injection, share in self.shares:
            counts[injection] = min(int(share * cases + Fraction(1, 2)), left)
            left -= counts[injection]
        return counts

    def __str__(self) -> str:
        """The text form, which ``read_deviations`` reads back."""
        return ",".join(f"{injection}:{_decimal(share)}" for injection, share in self.shares)


NO_DEVIATIONS = DeviationSpec()


def read_deviations(text: str) -> DeviationSpec:
    """Read ``NAME:SHARE,…``; a share is a decimal number or a percentage.

    Raises:
        InputRefused: With every problem of the text: ``simulate.not-a-deviation`` (no colon),
            ``simulate.unknown-deviation``, ``simulate.not-a-share``, ``simulate.deviation-twice``,
            ``simulate.shares-above-one``.
    """
    shares: dict[Injection, Fraction] = {}
    problems: list[Problem] = []
    for part in (part.strip() for part in text.replace("，", ",").split(",")):
        if part:
            _read_part(part, shares, problems)
    total = sum(shares.values())
    if total > 1:
        problems.append(Problem("simulate.shares-above-one", values={"total": _decimal(Fraction(total))}))
    if problems:
        raise InputRefused(problems)
    return DeviationSpec(tuple(shares.items()))


def _read_part(part: str, shares: dict[Injection, Fraction], problems: list[Problem]) -> None:
    name, colon, written = (piece.strip() for piece in part.replace("：", ":").partition(":"))
    if not colon:
        problems.append(Problem("simulate.not-a-deviation", values={"text": part}))
        return
    if name not in list(Injection):
        problems.append(Problem("simulate.unknown-deviation", values={"name": name, "known": ", ".join(Injection)}))
        return
    share = _share(written)
    if share is None:
        problems.append(Problem("simulate.not-a-share", values={"name": name, "share": written}))
    elif Injection(name) in shares:
        problems.append(Problem("simulate.deviation-twice", values={"name": name}))
    else:
        shares[Injection(name)] = share


def _share(written: str) -> Fraction | None:
    """A share in [0, 1], or None. Only plain decimals: a short text must not stand for a number without end."""
    digits = written.removesuffix("%").strip()
    if not digits.isascii() or len(digits) > 20 or not digits.replace(".", "", 1).isdigit():
        return None
    share = Fraction(digits) / (100 if written.endswith("%") else 1)
    return share if share <= 1 else None


def _decimal(share: Fraction) -> str:
    return f"{float(share):.10f}".rstrip("0").rstrip(".") or "0"
