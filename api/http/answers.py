"""Examples of answers: what the service answered when all of it was asked for once, on a day at a service desk.

``answers.json`` is written by a run, not by hand: ``make answers``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("answers.json")


def answer_of(method: str, path: str, status: str) -> Any | None:
    """What an operation answered with a status, in JSON; None where that is not known.

    Args:
        method: Of HTTP, in any case.
        path: As in the document: ``/api/v1/flows/{flow}``.
        status: As in the document.
    """
    return _answers().get(f"{method.upper()} {path} {status}")


@cache
def _answers() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
