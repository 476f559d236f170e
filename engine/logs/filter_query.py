"""A filter as names and values: what stands in an address, on the command line, and in a form.

Each pair asks for one thing; a name may stand there several times. In ``follows``, ``attribute`` and ``range`` two
parts stand beside each other, so in what is written before and after the sign between them a backslash takes the next
character as it is: ``follows=Register->Check``, ``attribute=channel=phone``, ``range=amount=100..2000``. In front of a
plain name it does the same, so that a name may be empty or begin with one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.definitions.durations import MICROSECONDS_PER_SECOND, parse_time_span
from engine.definitions.standards import TimeUnit
from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.attribute_matching import NumberRange
from engine.logs.filtering import EDGE, LogFilter, values_of

Pair = tuple[str, str]

MANY: Mapping[str, str] = {
    "with": "with_activities",
    "without": "without_activities",
    "follows": "paths",
    "variant": "variants",
    "attribute": "attributes",
    "range": "ranges",
    "by": "resources",
    "case-id": "cases",
}
"""Name → field of ``LogFilter``, of what may be asked for several times."""
PLAIN = ("with", "without", "variant", "by", "case-id")
"""Those of them whose value is one name."""
ONCE: Mapping[str, str] = {
    "from": "started_from",
    "before": "started_before",
    "lasting-from": "lasting_from",
    "lasting-below": "lasting_below",
    "no-case": "cases",
    "invert": "inverted",
}
"""The same of what is asked for once."""
NAMES = (*ONCE, *MANY)

LONGEST_SECONDS = 36_525 * 86_400
"""The longest duration that a filter names: a hundred years."""
VALUE_CHARACTERS = 2_000
"""One value as written: two names of 200 characters with a backslash before each fit, and a long attribute."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_HASH = re.compile(r"[0-9a-f]{16}")
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def to_query(chosen: LogFilter, *, limits: Limits = DEFAULT_LIMITS) -> list[Pair]:
    """A filter as pairs that ``from_query`` reads back; equal filters give equal lists.

    Args:
        chosen: Any filter.
        limits: ``filter_values`` bounds the pairs.

    Raises:
        LimitExceeded: It holds more values than an address may: many ids of cases, which have to be named otherwise.
    """
    _check_count(sum(1 for _ in values_of(chosen)), limits)
    pairs: list[Pair] = []
    for name, moment in (("from", chosen.started_from), ("before", chosen.started_before)):
        pairs += [(name, _moment_text(moment))] if moment is not None else []
    for name, seconds in (("lasting-from", chosen.lasting_from), ("lasting-below", chosen.lasting_below)):
        pairs += [(name, _span_text(seconds))] if seconds is not None else []
    written = {name: [_plain_text(text) for text in sorted(getattr(chosen, MANY[name]) or ())] for name in PLAIN}
    written["follows"] = [f"{_escape(a)}->{_escape(b)}" for a, b in sorted(chosen.paths)]
    written["attribute"] = [f"{_escape(name)}={value}" for name, value in sorted(chosen.attributes)]
    written["range"] = [
        f"{_escape(one.attribute)}={_number_text(one.low)}..{_number_text(one.high)}" for one in sorted(chosen.ranges)
    ]
    pairs += [(name, value) for name in MANY for value in written[name]]
    pairs += [("no-case", "true")] if chosen.cases is not None and not chosen.cases else []
    return pairs + ([("invert", "true")] if chosen.inverted else [])


def from_query(pairs: Iterable[Pair], *, limits: Limits = DEFAULT_LIMITS) -> LogFilter:
    """The filter that pairs ask for.

    Args:
        pairs: Names of ``NAMES`` with their values; an empty value asks for nothing, as an empty field of a form does.
            Other names are refused: hand over those of the filter only.
        limits: ``filter_values`` bounds the pairs, ``label_characters`` the length of activities and ids.

    Raises:
        InputRefused: With everything that is wrong with them; the element of each place is the name.
        LimitExceeded: There are too many.
    """
    given = [(name, value) for name, value in pairs if value]
    _check_count(len(given), limits)
    reading = _Reading(limits)
    for name, value in given:
        reading.take(name, value)
    reading.check()
    if reading.problems:
        raise InputRefused(reading.problems[: limits.problems])
    fields: dict[str, Any] = reading.once | {kept: frozenset(values) for kept, values in reading.many.items()}
    return LogFilter(**fields)


@dataclass(slots=True)
class _Reading:
    """What has been read of some pairs: fields of the filter, and what is wrong."""

    limits: Limits
    once: dict[str, Any] = field(default_factory=dict)
    many: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, name: str, value: str, **values: str | int) -> None:
        """Note that something is wrong with one pair."""
        self.problems.append(Problem(code, Place(element=name), {"name": name, "value": value[:80], **values}))

    def take(self, name: str, value: str) -> None:
        """Read one pair."""
        if name not in NAMES:
            self.refuse("filter.unknown-name", name[:80], value, known=", ".join(NAMES))
        elif len(value) > VALUE_CHARACTERS:
            self.refuse("filter.value-too-long", name, value, found=len(value), allowed=VALUE_CHARACTERS)
        elif any("\ud800" <= character <= "\udfff" for character in value):
            self.refuse("filter.not-text", name, value.encode("ascii", "backslashreplace").decode())
        elif name in MANY:
            self._take_one_of_many(name, value)
        elif ONCE[name] in self.once:
            self.refuse("filter.given-twice", name, value)
        else:
            self._take_once(name, value)

    def check(self) -> None:
        """Note what does not go together."""
        for low, high in (("from", "before"), ("lasting-from", "lasting-below")):
            first, second = self.once.get(ONCE[low]), self.once.get(ONCE[high])
            if first is not None and second is not None and first >= second:
                self.problems.append(Problem("filter.empty-span", Place(element=high), {"low": low, "high": high}))
        if "cases" in self.once and "cases" in self.many:
            self.problems.append(Problem("filter.case-and-no-case", Place(element="no-case")))

    def _take_once(self, name: str, value: str) -> None:
        read = _READERS[name](value)
        if read is None:
            self.refuse(_WRONG[name], name, value, longest=LONGEST_SECONDS // 86_400)
        else:
            self.once[ONCE[name]] = read

    def _take_one_of_many(self, name: str, value: str) -> None:
        read: object = value.removeprefix("\\")
        labels: tuple[str, ...] = (value,)
        if name == "follows":
            labels = _split(value, "->") or ()
            read = labels if labels and labels != (EDGE, EDGE) else None
        elif name == "attribute":
            read = _split(value, "=", plain=True)
            labels = ()
        elif name == "range":
            read = _range(value)
            labels = ()
        elif name == "variant":
            read = value if _HASH.fullmatch(value) else None
        if read is None:
            self.refuse(_WRONG[name], name, value)
            return
        for label in labels:
            if len(label) > self.limits.label_characters:
                allowed = self.limits.label_characters
                self.refuse("filter.value-too-long", name, label, found=len(label), allowed=allowed)
                return
        self.many.setdefault(MANY[name], []).append(read)


def _check_count(found: int, limits: Limits) -> None:
    if found > limits.filter_values:
        raise LimitExceeded(limit="filter_values", allowed=limits.filter_values, found=found)


def _escape(part: str) -> str:
    return re.sub(r"[\\>=]", r"\\\g<0>", part)


def _plain_text(name: str) -> str:
    return name if name and not name.startswith("\\") else f"\\{name}"


def _split(value: str, sign: str, *, plain: bool = False) -> tuple[str, str] | None:
    """The two parts beside the first sign that no backslash stands before; None without one.

    Args:
        value: As written.
        sign: What stands between.
        plain: Whether the second part is taken as it stands.
    """
    found = re.match(rf"((?:\\.|(?!{sign})[^\\])*){sign}(.*)\Z", value, re.DOTALL)
    if found is None or (plain and not found[1]):
        return None
    return _ESCAPED.sub(r"\1", found[1]), found[2] if plain else _ESCAPED.sub(r"\1", found[2])


def _range(value: str) -> NumberRange | None:
    parts = _split(value, "=", plain=True)
    low, sign, high = parts[1].partition("..") if parts else ("", "", "")
    if parts is None or not sign or not (low or high):
        return None
    try:
        ends = float(low) if low else -math.inf, float(high) if high else math.inf
        finite = all(math.isfinite(end) for end, text in zip(ends, (low, high), strict=True) if text)
        return NumberRange(parts[0], *ends) if finite else None
    except ValueError:
        return None


def _number_text(number: float) -> str:
    if math.isinf(number):
        return ""
    return str(int(number)) if number == int(number) and abs(number) < 10**15 else repr(number)


def _moment(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _seconds(text: str) -> int | None:
    """A span of clock time in seconds; ``0s`` is one."""
    span = parse_time_span(text)
    if span is None or span.unit is not TimeUnit.CLOCK:
        return None
    seconds = span.amount // MICROSECONDS_PER_SECOND
    return seconds if seconds <= LONGEST_SECONDS else None


def _span_text(seconds: int) -> str:
    parts = []
    for unit, size in _UNITS:
        amount, seconds = divmod(seconds, size)
        parts += [f"{amount}{unit}"] if amount else []
    return "".join(parts) or "0s"


def _true(text: str) -> bool | None:
    return True if text == "true" else None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "from": _moment,
    "before": _moment,
    "lasting-from": _seconds,
    "lasting-below": _seconds,
    "no-case": lambda text: frozenset[str]() if text == "true" else None,
    "invert": _true,
}
_WRONG: Mapping[str, str] = {
    "from": "filter.not-a-moment",
    "before": "filter.not-a-moment",
    "lasting-from": "filter.not-a-duration",
    "lasting-below": "filter.not-a-duration",
    "no-case": "filter.not-true",
    "invert": "filter.not-true",
    "follows": "filter.not-a-path",
    "variant": "filter.not-a-variant",
    "attribute": "filter.not-an-attribute",
    "range": "filter.not-a-range",
}
"""Name → what is said of a value that cannot be read."""
