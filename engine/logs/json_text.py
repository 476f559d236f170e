"""JSON as strictly as its standard has it (RFC 8259), with what it leaves open refused: readers disagree about it."""

from __future__ import annotations

import json
import re
from typing import Any

_MAY_BE_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPES = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
"""Every escape of a text in turn; the group is half a pair of surrogates without its other half."""


class NotJson(ValueError):  # noqa: N818 - it says what the text is not
    """A text that is not JSON, or says one thing twice.

    Attributes:
        reason: What is wrong with it, in the words of the parser, or ``key twice: …``.
        line: The 1-based line within the text, or None where the parser does not say.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def strict_json(text: str) -> Any:
    """The value of a JSON text: objects as dict, numbers as int or float.

    Raises:
        NotJson: It is no JSON; it holds NaN, Infinity or a number that no double holds; an object has a key twice; or
            an escape is half a character (a lone surrogate), which nothing can write.
    """
    try:
        found = _DECODER.decode(text)
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        raise NotJson(error.msg, error.lineno) from error
    except RecursionError as error:
        raise NotJson("nested too deeply") from error
    except ValueError as error:
        raise NotJson("a number of thousands of digits") from error
    if _MAY_BE_HALF.search(text):
        _refuse_half_characters(text)
    return found


def _refuse_half_characters(text: str) -> None:
    half = next((escape for escape in _ESCAPES.finditer(text) if escape[1]), None)
    if half is not None:
        raise NotJson(f"half a character: {half[0]}", text.count("\n", 0, half.start()) + 1)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NotJson(f"key twice: {twice[:80]}")
    return found


def _constant(name: str) -> float:
    raise NotJson(name)


def _real(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise NotJson(text[:80])
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_constant, parse_float=_real)
