"""A batch of events as JSON: ``{"events": [{"id": …, "case": …, "activity": …, "time": …}, …]}``, checked whole.

Python's own JSON reader is lenient: it takes ``NaN``, lets the last of two equal keys win, and makes infinity of
``1e999``. Here each of them becomes a mark that no event may hold, so that it is told where it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from engine.calendars import FIRST_YEAR, LAST_YEAR
from engine.errors import InputRefused, LimitExceeded, Place, Problem, Value
from engine.limits import Limits
from engine.logs.columns import CASE_PREFIX, OWN_LAYOUT
from engine.logs.instants import offset_minutes
from engine.storage.events import LARGEST_WHOLE, Event, Scalar, canonical

MEMBERS = ("id", "case", "activity", "time", "start", "resource", "lifecycle", "attributes")
REQUIRED = MEMBERS[:4]
RESERVED = frozenset({"case", CASE_PREFIX, *OWN_LAYOUT})
"""Names that attributes cannot have, because the event's own columns have them."""

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,12})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
"""RFC 3339, without leap seconds."""
_DIGITS = 17
"""More digits than a whole number may have here; longer ones are not even converted."""

_LONGER = 4
"""A canonical form is at most so many times as long as what was sent: ``9e15`` becomes sixteen digits."""


@dataclass(frozen=True, slots=True)
class _NotANumber:
    """Stands for what is spelt like a number and is none that can be kept."""


class _Repeated(dict[str, Any]):
    """An object that says one key twice."""


@dataclass(slots=True)
class _Checker:
    """One event on its way in: what it is so far, and what is wrong with it."""

    index: int
    limits: Limits
    may_be_large: bool
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, code: str, member: str = "", **values: Value) -> None:
        element = f"events.{self.index}.{member}" if member else f"events.{self.index}"
        named: dict[str, Value] = {"index": self.index, "member": member}
        self.problems.append(Problem(code, Place(element=element), named | values))

    def too_large(self, limit: str, member: str, found: int) -> None:
        allowed: int = getattr(self.limits, limit)
        self.wrong("limit.exceeded", member, limit=limit, allowed=allowed, found=found)


def read_batch(body: bytes, *, limits: Limits) -> tuple[Event, ...]:
    """Read a batch; every event that is wrong is named by its index.

    Raises:
        InputRefused: It is no JSON, no batch, empty, or holds events that are wrong.
        LimitExceeded: It holds too many.
    """
    try:
        said = json.loads(
            body.decode("utf-8"), parse_int=_whole, parse_float=_float, parse_constant=_constant,
            object_pairs_hook=_object,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise InputRefused([Problem("service.bad-json")]) from None
    if type(said) is not dict or set(said) != {"events"} or not isinstance(said["events"], list):
        raise InputRefused([Problem("event.not-a-batch")])
    listed = said["events"]
    if not listed:
        raise InputRefused([Problem("event.empty-batch")])
    if len(listed) > limits.batch_events:
        raise LimitExceeded(limit="batch_events", allowed=limits.batch_events, found=len(listed))
    may_be_large = len(body) * _LONGER > limits.event_bytes
    events: list[Event] = []
    wrong: list[list[Problem]] = []
    for index, one in enumerate(listed):
        checker = _Checker(index, limits, may_be_large)
        event = _event(one, checker)
        if checker.problems or event is None:
            wrong.append(checker.problems)
        else:
            events.append(event)
    if wrong:
        raise InputRefused(_named(wrong, limits=limits))
    return tuple(events)


def text_is_wrong(text: str) -> bool:
    """Whether a text holds NUL, which PostgreSQL cannot keep, or half a character, which nothing can write."""
    if "\0" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _named(wrong: list[list[Problem]], *, limits: Limits) -> Iterator[Problem]:
    """All problems; past the limit, the first of each event, so that every wrong event is named all the same."""
    if sum(map(len, wrong)) <= limits.problems:
        for problems in wrong:
            yield from problems
    else:
        for first, *rest in wrong:
            yield Problem(first.code, first.place, first.values, first.severity, 1 + len(rest))


def _whole(digits: str) -> int | _NotANumber:
    if len(digits) > _DIGITS or abs(int(digits)) > LARGEST_WHOLE:
        return _NotANumber()
    return int(digits)


def _float(text: str) -> float | int | _NotANumber:
    number = float(text)
    if not isfinite(number):
        return _NotANumber()
    if number.is_integer() and abs(number) <= LARGEST_WHOLE:
        return int(number)
    return number


def _constant(_text: str) -> _NotANumber:
    return _NotANumber()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Repeated(made)


def _event(said: Any, checker: _Checker) -> Event | None:
    if not isinstance(said, dict):
        checker.wrong("event.not-an-object")
        return None
    if isinstance(said, _Repeated):
        checker.wrong("event.key-twice")
        return None
    for member in said:
        if member not in MEMBERS:
            checker.wrong("event.unknown-member", member[: checker.limits.label_characters])
    given = {member: value for member, value in said.items() if value is not None}
    for member in REQUIRED:
        if member not in given:
            checker.wrong("event.missing-member", member)
    labels = {name: _label(given[name], name, checker) for name in MEMBERS[:3] if name in given}
    others = {name: _label(given[name], name, checker) for name in ("resource", "lifecycle") if name in given}
    moments = {name: _moment(given[name], name, checker) for name in ("time", "start") if name in given}
    attributes = _attributes(given.get("attributes", {}), checker)
    if checker.problems:
        return None
    event = Event(**labels, **moments, **others, attributes=attributes)  # type: ignore[arg-type]
    if checker.may_be_large and (size := len(canonical(event).encode())) > checker.limits.event_bytes:
        checker.too_large("event_bytes", "", size)
    return event


def _label(value: Any, member: str, checker: _Checker) -> str | None:
    if not isinstance(value, str):
        checker.wrong("event.not-text", member)
    elif text_is_wrong(value):
        checker.wrong("event.bad-text", member)
    elif not value.strip():
        checker.wrong("event.blank", member)
    elif len(value) > checker.limits.label_characters:
        checker.too_large("label_characters", member, len(value))
    else:
        return value
    return None


def _moment(value: Any, member: str, checker: _Checker) -> datetime | None:
    """A moment in UTC; what is finer than a microsecond is cut off."""
    shape = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if shape is None:
        checker.wrong("event.not-a-moment", member, found=str(value)[:80])
        return None
    if shape[2] is None:
        checker.wrong("event.moment-without-zone", member, found=value)
        return None
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except ValueError:
        checker.wrong("event.not-a-moment", member, found=value)
        return None
    except OverflowError:  # an offset leads out of the years that there are
        moment = None
    if offset_minutes(shape[2].upper()) is None:
        checker.wrong("event.not-a-moment", member, found=value)
    elif moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        checker.wrong("event.moment-out-of-range", member, found=value, first=FIRST_YEAR, last=LAST_YEAR)
    else:
        return moment
    return None


def _attributes(said: Any, checker: _Checker) -> dict[str, Scalar]:
    if not isinstance(said, dict):
        checker.wrong("event.not-attributes", "attributes")
        return {}
    if isinstance(said, _Repeated):
        checker.wrong("event.key-twice", "attributes")
    kept: dict[str, Scalar] = {}
    for key, value in said.items():
        member = f"attributes.{key[: checker.limits.label_characters]}"
        if text_is_wrong(key):
            checker.wrong("event.bad-text", member)
        elif not key.strip():
            checker.wrong("event.blank", member)
        elif key in RESERVED:
            checker.wrong("event.key-reserved", member, key=key)
        elif len(key) > checker.limits.label_characters:
            checker.too_large("label_characters", member, len(key))
        elif value is not None and _is_kept(value, member, checker):
            kept[key] = value
    return kept


def _is_kept(value: Any, member: str, checker: _Checker) -> bool:
    if isinstance(value, _NotANumber):
        checker.wrong("event.bad-number", member, largest=LARGEST_WHOLE)
    elif not isinstance(value, str | int | float):  # bool is an int
        checker.wrong("event.not-a-value", member)
    elif not isinstance(value, str):
        return True
    elif text_is_wrong(value):
        checker.wrong("event.bad-text", member)
    elif (size := len(value.encode())) > checker.limits.attribute_bytes:
        checker.too_large("attribute_bytes", member, size)
    else:
        return True
    return False
