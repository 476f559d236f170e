"""Attributes as a user writes them: ``answers=10..60``, ``channel=phone:3|app:1``, ``register.product=product*``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from engine.errors import InputRefused, Problem
from engine.errors import Value as ErrorValue
from engine.limits import DEFAULT_LIMITS, Limits
from engine.simulation.values import Choice, Draw, Number, Reference, Value

MOST_VALUES = 100
"""Values of one attribute to choose from."""
_DIGITS = 15
"""So many digits a number has at most, all of which a float holds; what has more is text."""
_NUMBER = re.compile(r"[+-]?(\d+)(?:\.(\d+))?")
_WEIGHTED = re.compile(r"(?P<value>.*):(?P<weight>\d{1,6}(?:\.\d{1,6})?)")


def read_attributes(
    texts: Sequence[str], steps: Collection[str], *, limits: Limits = DEFAULT_LIMITS
) -> dict[str, Draw]:
    """Read ``NAME=VALUES`` texts into what ``SimulationSettings.attributes`` holds.

    NAME is an attribute of the case, which may be written ``case.name`` as in conditions, or ``step.name`` of one of a
    step's events. VALUES is ``LOW..HIGH`` (two decimal numbers; as many decimals as are written), values apart by ``|``
    (each with ``:WEIGHT`` or none; an empty one stands for nothing recorded; a value in quotes is text), or ``WORD*``
    (a text that differs from event to event).

    Args:
        texts: One for each attribute.
        steps: Ids of the flow's steps.
        limits: ``attribute_keys`` bounds the number of texts, ``label_characters`` a name, ``attribute_bytes`` a text.

    Raises:
        InputRefused: With every problem: ``simulate.not-an-attribute`` (no name or no ``=``),
            ``simulate.attribute-twice``, ``simulate.attribute-of-unknown-step``, ``simulate.not-a-range``,
            ``simulate.not-weights``, ``simulate.too-many-values``, ``simulate.attribute-too-long``,
            ``simulate.too-many-attributes``.
    """
    if len(texts) > limits.attribute_keys:
        values = {"found": len(texts), "allowed": limits.attribute_keys}
        raise InputRefused([Problem("simulate.too-many-attributes", values=values)])
    draws: dict[str, Draw] = {}
    problems: list[Problem] = []
    for text in texts:
        name, _, written = (part.strip() for part in text.partition("="))
        found = list(_problems_of_name(text, name, steps, limits)) or list(_problems_of_values(name, written))
        key = name.removeprefix("case.") if "case" not in steps else name
        if not found and key in draws:
            found = [Problem("simulate.attribute-twice", values={"attribute": name})]
        if not found:
            draws[key] = _draw(written)
        problems += found
    if problems:
        raise InputRefused(problems)
    return draws


def _problems_of_name(text: str, name: str, steps: Collection[str], limits: Limits) -> Iterator[Problem]:
    step, dot, attribute = name.partition(".")
    if not name or "=" not in text or (dot and not attribute) or not text.isprintable():
        shown = text[:80].encode("utf-8", "backslashreplace").decode("utf-8")
        yield Problem("simulate.not-an-attribute", values={"text": shown})
    elif len(name) > limits.label_characters or len(text.encode("utf-8", "replace")) > limits.attribute_bytes:
        allowed: dict[str, ErrorValue] = {"characters": limits.label_characters, "bytes": limits.attribute_bytes}
        yield Problem("simulate.attribute-too-long", values=allowed | {"attribute": name[:80]})
    elif dot and step != "case" and step not in steps:
        yield Problem("simulate.attribute-of-unknown-step", values={"attribute": name, "step": step})


def _problems_of_values(name: str, written: str) -> Iterator[Problem]:
    parts = written.split("|")
    if ".." in written and len(parts) == 1 and not _is_quoted(written):
        low, _, high = (part.strip() for part in written.partition(".."))
        if not _is_number(low) or not _is_number(high) or Fraction(low) > Fraction(high):
            yield Problem("simulate.not-a-range", values={"attribute": name, "text": written[:80]})
        return
    if len(parts) > MOST_VALUES:
        values: dict[str, ErrorValue] = {"attribute": name, "found": len(parts), "allowed": MOST_VALUES}
        yield Problem("simulate.too-many-values", values=values)
    weights = [_WEIGHTED.fullmatch(part.strip()) for part in parts]
    known = [float(match["weight"]) for match in weights if match is not None]
    if known and (len(known) < len(parts) or not any(known)):
        yield Problem("simulate.not-weights", values={"attribute": name, "text": written[:80]})


def _draw(written: str) -> Draw:
    parts = [part.strip() for part in written.split("|")]
    if len(parts) == 1 and not _is_quoted(written):
        if ".." in written:
            low, _, high = (part.strip() for part in written.partition(".."))
            return Number(Fraction(low), Fraction(high), max(_decimals(low), _decimals(high)))
        if written.endswith("*") and len(written) > 1:
            return Reference(written[:-1].strip())
    weighted = [match for part in parts if (match := _WEIGHTED.fullmatch(part)) is not None]
    if weighted:
        return Choice(
            tuple(_value(match["value"].strip()) for match in weighted),
            tuple(float(match["weight"]) for match in weighted),
        )
    return Choice(tuple(_value(part) for part in parts))


def _value(text: str) -> Value:
    """Nothing, quoted text, a truth value, a number, else the text itself."""
    if _is_quoted(text):
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if _is_number(text):
        return float(text) if "." in text else int(text)
    return text or None


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "'\""


def _is_number(text: str) -> bool:
    found = _NUMBER.fullmatch(text) if text.isascii() else None
    return found is not None and len(found[1]) + len(found[2] or "") <= _DIGITS


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
