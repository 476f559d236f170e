"""Events as values: what a sender says of one, its canonical form, and what is known of it once it is stored.

Two events are the same when their canonical forms are. It is JSON in the spirit of RFC 8785: members in the order of
their UTF-16 code units, no white space, text exactly as it was sent; and beyond it, moments in UTC to the microsecond,
members without a value left out. Numbers are doubles, as in RFC 8785, so ``1`` and ``1.0`` are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Scalar = str | int | float | bool
"""The value of an attribute. Whole numbers are ``int`` and lie within ±(2⁵³ − 1); others are finite."""

LARGEST_WHOLE = 2**53 - 1
"""Beyond it, programs that hold JSON's numbers as doubles take different numbers for the same (RFC 7493, 2.2)."""

_PLAIN = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Kind(StrEnum):
    """The kind of an attribute's values; one for each key of a log, so that the key is a column."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"


_KINDS = {str: Kind.TEXT, int: Kind.NUMBER, float: Kind.NUMBER, bool: Kind.TRUTH}


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a live log.

    Attributes:
        id: Given by its sender, unique in its log.
        case: Its case.
        activity: What happened.
        time: When it happened, or when its work was completed; in UTC.
        start: When its work began; in UTC.
        resource: Who did it.
        lifecycle: Which transition it is, as in IEEE 1849.
        attributes: What else is known, by key. ``case:`` begins the key of an attribute of the case, as in tables.
    """

    id: str
    case: str
    activity: str
    time: datetime
    start: datetime | None = None
    resource: str | None = None
    lifecycle: str | None = None
    attributes: Mapping[str, Scalar] = ()  # type: ignore[assignment]  # frozen below

    def __post_init__(self) -> None:
        """Put the attributes in their order."""
        ordered = sorted(dict(self.attributes).items(), key=lambda item: item[0].encode("utf-16-be"))
        object.__setattr__(self, "attributes", dict(ordered))


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event that is stored.

    Attributes:
        sequence: Its number in its log, from 1 on, without gaps, in the order in which events were stored.
        event: The event.
    """

    sequence: int
    event: Event


def kind_of(value: Scalar) -> Kind:
    """The kind of an attribute's value."""
    return _KINDS[type(value)]


def canonical(event: Event) -> str:
    """The canonical form of an event; ``event_of`` reads it again."""
    said: dict[str, Any] = {"activity": event.activity}
    if event.attributes:
        said["attributes"] = event.attributes
    said |= {"case": event.case, "id": event.id}
    for name, value in (
        ("lifecycle", event.lifecycle),
        ("resource", event.resource),
        ("start", None if event.start is None else written(event.start)),
        ("time", written(event.time)),
    ):
        if value is not None:
            said[name] = value
    return _PLAIN.encode(said)


def event_of(text: str) -> Event:
    """The event of a canonical form."""
    said = json.loads(text)
    for name in ("time", "start"):
        if name in said:
            said[name] = datetime.fromisoformat(said[name])
    return Event(**said)


def written(moment: datetime) -> str:
    """A moment as canonical forms hold it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def digest_of(body: str) -> bytes:
    """The hash by which canonical forms are compared: SHA-256, 32 bytes."""
    return hashlib.sha256(body.encode()).digest()


def chained(digest: str, hashes: Iterable[bytes]) -> str:
    """The digest of a log that has grown: SHA-256 of its digest before and the event's hash, event by event.

    Args:
        digest: Of the log before, hexadecimal; "" for an empty log.
        hashes: Of the new events, in the order of their numbers.

    Returns:
        The same for the same events in the same order, however they are kept.
    """
    current = bytes.fromhex(digest)
    for one in hashes:
        current = hashlib.sha256(current + one).digest()
    return current.hex()
