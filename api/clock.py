"""The time, as it is handed to whoever needs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""The present moment, with its zone."""
