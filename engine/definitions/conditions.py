"""Conditions of edges and triggers: CEL, the Common Expression Language, over the attributes of a case.

A condition is checked when a flow is read: that it is CEL, that it knows no name but ``case`` (a map from text to
anything), and that it can be true or false. It is drawn on the flowchart and handed to reviewers; it is not yet judged
case by case, so a case that took the wrong branch is not a deviation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_LOCATION = re.compile(r"(?:[A-Z_]+: )?ERROR: <input>:[0-9]+:([0-9]+): (.*)")


@dataclass(frozen=True, slots=True)
class ConditionFault:
    """Why a text is no condition.

    Attributes:
        reason: What the CEL compiler says, without its drawing; "" when the text is CEL but of the wrong type.
        found_type: The CEL type it would have, or "" when it does not compile.
    """

    reason: str
    found_type: str


@cache
def _environment() -> Any:
    """CEL with one variable. Made on first use: most flows have no conditions."""
    from cel_expr_python import cel  # noqa: PLC0415 - see above

    return cel.NewEnv(variables={"case": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})


def check_condition(text: str) -> ConditionFault | None:
    """Check that a text is a condition.

    Args:
        text: CEL, such as ``case.answers >= 30``, ``case.booked`` or ``case['预约'] == '是'``.

    Returns:
        None when it is one, else why not.
    """
    try:
        expression = _environment().compile(text)
    except (RuntimeError, TypeError, ValueError) as error:  # TypeError: text that UTF-8 cannot carry
        return ConditionFault(_reason(str(error)), "")
    found = str(expression.return_type().name())
    return None if found in {"BOOL", "DYN"} else ConditionFault("", found)


def _reason(message: str) -> str:
    """The first line of the compiler's message, with the column in front."""
    first = message.splitlines()[0] if message else ""
    located = _LOCATION.match(first)
    return f"{located[1]}: {located[2]}" if located else first
