"""Attempts that failed, by address: who has too many has to wait.

A key cannot be guessed at any speed. This keeps the load of guessing, and what it writes, small.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from threading import Lock

BURST = 10
"""Failed attempts at once."""

SECONDS_EACH = 30
"""After so many seconds one of them is forgotten."""

MOST_ADDRESSES = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: float
    at: datetime

    def left(self, now: datetime) -> float:
        return max(0.0, self.count - max(0.0, (now - self.at).total_seconds()) / SECONDS_EACH)


class Attempts:
    """The failed attempts of all addresses. Of more than ten thousand, those that failed longest ago are forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, address: str, *, now: datetime) -> int:
        """How many seconds an address has to wait before its next attempt; 0 when it need not."""
        with self._lock:
            found = self._failures.get(_network(address))
        left = 0.0 if found is None else found.left(now)
        return max(0, math.ceil((left - BURST + 1) * SECONDS_EACH))

    def failed(self, address: str, *, now: datetime) -> None:
        """Note that an attempt failed."""
        network = _network(address)
        with self._lock:
            found = self._failures.pop(network, None)
            left = 0.0 if found is None else found.left(now)
            self._failures[network] = _Failures(min(left + 1, BURST), now)
            if len(self._failures) > MOST_ADDRESSES:
                self._failures.popitem(last=False)


def _network(address: str) -> str:
    """The address; of IPv6 the network of 64 bits, all of which one subscriber has."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None else str(parsed)
