"""Attributes as rules refer to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttributeRef:
    """An attribute of a case, or of the last event of a step in it: ``case.promised``, ``print-order.estimate``.

    Attributes:
        step: The step's id, or None for the case.
        name: The attribute's name in the log.
    """

    step: str | None
    name: str

    @property
    def text(self) -> str:
        """As it is written in a flow file."""
        return f"{self.step or 'case'}.{self.name}"


def steps_of(*attributes: AttributeRef) -> tuple[str, ...]:
    """The steps whose attributes they are, each once."""
    return tuple(dict.fromkeys(attribute.step for attribute in attributes if attribute.step is not None))
