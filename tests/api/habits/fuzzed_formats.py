"""What schemathesis makes of the formats of texts: its own moments lie mostly in years that no calendar knows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st

_ZONES = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2199, 12, 30), timezones=_ZONES)  # noqa: DTZ001 - the zone is beside
_DEAF = st.sampled_from(
    ("http://127.0.0.1:9/", "https://127.0.0.1:9/trueline?to=%E5%89%8D%E5%8F%B0", "http://[::1]:9/a")
)
"""Where nobody listens: a hook that is registered is told, and nothing may leave this machine."""

schemathesis.openapi.format("date-time", _MOMENTS.map(datetime.isoformat))
schemathesis.openapi.format("uri", _DEAF)
