"""Trueline's engine: flows, event logs, and the exact explanation of every difference between them.

No HTTP, no environment variables and no hidden clock: ``now``, ids and seeds are arguments.
"""

VERSION = "0.1.0"
"""The version that every result names; the same as in ``pyproject.toml``."""
