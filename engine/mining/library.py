"""The door to pm4py, which is optional and AGPL-licensed: imported on demand, one module at a time."""

from __future__ import annotations

import contextlib
import importlib
import io
from typing import Any

from engine.errors import Unavailable


def load(module: str) -> Any:
    """A module of pm4py.

    Its licence banner goes nowhere: standard output may carry nothing but JSON, and our own documentation says
    under which licence an installation with pm4py is used.

    Raises:
        Unavailable: ``mine.pm4py-missing`` when pm4py, or a part of it, is not installed.
    """
    silence = io.StringIO()
    try:
        with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
            return importlib.import_module(module)
    except ImportError as missing:
        raise Unavailable("mine.pm4py-missing") from missing
