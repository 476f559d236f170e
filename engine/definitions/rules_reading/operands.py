"""What rules are made of, read from the fields of a standard: steps, attributes, numbers, times, roles, conditions.

Each function notes what is wrong and returns None, so that one mistake does not hide the next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.definitions.conditions import CASE, EVENT, names_used
from engine.definitions.edge_reader import as_condition
from engine.definitions.fields import Fields, as_label, no_role
from engine.definitions.flow import NodeKind
from engine.definitions.references import References
from engine.definitions.rules import AttributeRef, SecondTier, TimeSpan, TimeUnit
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Scalar, Tree

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?\Z")
_PERCENTAGE = re.compile(r"([+-]?[0-9]{1,6}(?:\.[0-9]{1,7})?)[ ]*%\Z")

_WHOLE_DAYS = (TimeUnit.DAYS, TimeUnit.WORKDAYS)


@dataclass(frozen=True, slots=True)
class Operands:
    """The fields of one standard, and what they may name.

    Attributes:
        fields: As they stand in the file.
        references: The declared nodes.
        roles: The declared roles.
    """

    fields: Fields
    references: References
    roles: Mapping[str, Title]

    def inside(self, key: str) -> Operands | None:
        """The fields of a mapping inside."""
        fields = self.fields.fields(key, required=True)
        return None if fields is None else Operands(fields, self.references, self.roles)

    def step(self, key: str) -> str | None:
        """One step."""
        value = self.fields.tree(key, required=True)
        node = None if value is None else self.references.step(value, self.path(key))
        return None if node is None else node.id

    def sub_flow(self, key: str) -> str | None:
        """One sub-flow."""
        value = self.fields.tree(key, required=True)
        node = None if value is None else self.references.of(value, self.path(key))
        if value is None or node is None:
            return None
        if node.kind is not NodeKind.SUB_FLOW:
            self.fields.reading.add("flow.not-a-sub-flow", value.line, self.path(key), found=node.id)
            return None
        return node.id

    def pair(self, key: str) -> tuple[str, str] | None:
        """Two different steps, in their order."""
        items = self.fields.items(key, required=True)
        if items is None:
            return None
        steps = [self.references.step(item, self.path(key)) for item in items]
        if len(steps) != 2 or (steps[0] is not None and steps[0] is steps[1]):
            self.note("flow.standard-needs-two-steps", key, rule=key)
            return None
        first, second = steps
        return None if first is None or second is None else (first.id, second.id)

    def several(self, key: str) -> tuple[str, ...] | None:
        """Two or more different steps."""
        found = self.steps(key)
        if found is not None and len(found) < 2:
            self.note("flow.standard-needs-several-steps", key, rule=key)
            return None
        return found

    def steps(self, key: str) -> tuple[str, ...] | None:
        """Different steps."""
        items = self.fields.items(key, required=True)
        if items is None:
            return None
        steps: dict[str, None] = {}
        whole = True
        for item in items:
            step = self.references.step(item, self.path(key))
            if step is None:
                whole = False
            elif step.id in steps:
                self.fields.reading.add("flow.repeated-item", item.line, self.path(key), item=step.id)
                whole = False
            else:
                steps[step.id] = None
        return tuple(steps) if whole else None

    def attribute(self, key: str) -> AttributeRef | None:
        """One attribute, ``case.name`` or ``STEP.name``."""
        value = self.fields.tree(key, required=True)
        return None if value is None else self._as_attribute(value, key)

    def attributes(self, key: str) -> tuple[AttributeRef, AttributeRef] | None:
        """Two different attributes, in their order."""
        items = self.fields.items(key, required=True)
        if items is None:
            return None
        found = [self._as_attribute(item, key) for item in items]
        if len(found) != 2:
            self.note("flow.rule-needs-two-attributes", key, rule=key)
            return None
        first, second = found
        if first is None or second is None:
            return None
        if first == second:
            self.note("flow.repeated-item", key, item=first.text)
            return None
        return first, second

    def _as_attribute(self, value: Tree, key: str) -> AttributeRef | None:
        text = as_label(self.fields.reading, value, self.path(key))
        if text is None:
            return None
        # a step's id may hold dots itself (a called flow's steps do), and so may an attribute's name
        cuts = [i for i, character in enumerate(text) if character == "." and 0 < i < len(text) - 1]
        if not cuts:
            self.fields.reading.add("flow.bad-attribute", value.line, self.path(key), key=key, found=text)
            return None
        if text[: cuts[0]] == CASE:
            return AttributeRef(None, text[cuts[0] + 1 :].strip())
        known = [cut for cut in cuts if text[:cut] in self.references.nodes]
        cut = known[-1] if known else cuts[0]
        step = self.references.step(Scalar(text[:cut], plain=True, line=value.line), self.path(key))
        return None if step is None else AttributeRef(step.id, text[cut + 1 :].strip())

    def count(self, key: str, *, least: int = 0, most: int | None = None) -> int | None:
        """A whole number from ``least`` to ``most``, at most ``limits.rule_count``."""
        found = self.fields.integer(key)
        allowed = self.fields.reading.limits.rule_count
        most = allowed if most is None else min(most, allowed)
        if found is None or least <= found <= most:
            return found
        self.note("flow.number-out-of-range", key, key=key, found=found, least=least, most=most)
        return None

    def number(self, key: str) -> Fraction | None:
        """An exact decimal number."""
        scalar = self.fields.scalar(key)
        if scalar is None:
            return None
        if scalar.plain and _NUMBER.match(scalar.text):
            return Fraction(scalar.text)
        self.note("flow.bad-number", key, key=key, found=scalar.text)
        return None

    def percentage(self, key: str) -> Fraction | None:
        """An exact percentage with its sign: ``-10%``."""
        scalar = self.fields.scalar(key)
        if scalar is None:
            return None
        found = _PERCENTAGE.match(scalar.text.strip())
        if found is None:
            self.note("flow.bad-percentage", key, key=key, found=scalar.text)
            return None
        return Fraction(found[1]) / 100

    def bounds_agree(self, least: Fraction | int | None, most: Fraction | int | None) -> bool:
        """Whether there is a minimum or a maximum, and something between the two."""
        if least is None and most is None:
            if "at-least" not in self.fields and "at-most" not in self.fields:
                self.note("flow.standard-without-limit", "")
            return False
        if least is not None and most is not None and least > most:
            self.note("flow.bounds-crossed", "at-most", least=self._written("at-least"), most=self._written("at-most"))
            return False
        return True

    def _written(self, key: str) -> str:
        scalar = self.fields.scalar(key)
        return "" if scalar is None else scalar.text

    def time_bounds(self) -> tuple[TimeSpan | None, TimeSpan | None] | None:
        """``(at-least, at-most)`` as times, at least one of them; None when they are not."""
        if "at-least" not in self.fields and "at-most" not in self.fields:
            self.note("flow.standard-without-limit", "")
            return None
        at_least, at_most = minimum(self.fields), self.fields.time_span("at-most")
        if not times_agree(self.fields, at_least, at_most):
            return None
        return (at_least, at_most) if at_least or at_most else None

    def second_tier(self, first: TimeSpan | None, *, needs: str = "") -> SecondTier | None:
        """The second limit, when there is one.

        Args:
            first: The first limit, which has to be shorter where the two can be compared; or None.
            needs: The key of the first limit where it has to be there, else "".
        """
        if "second-tier" not in self.fields:
            return None
        fields = self.fields.fields("second-tier")
        if needs and needs not in self.fields:
            self.note("flow.second-tier-without-limit", "second-tier", key=needs)
        if fields is None:
            return None
        fields.allow(("within", "share"))
        if "within" not in fields:
            fields.missing("within")
        within, share = fields.time_span("within"), fields.share("share")
        if share == 0:
            fields.reading.add("flow.share-out-of-range", fields.line_of("share"), fields.path, key="share", found="0")
        if within is None:
            return None
        if first is not None and first.unit is within.unit and within.amount <= first.amount:
            line = fields.line_of("within")
            fields.reading.add("flow.second-tier-not-later", line, fields.path, first=first.text, second=within.text)
        return SecondTier(within, share or Fraction(1))

    def condition(self, key: str, *, about_event: bool, required: bool = False) -> str | None:
        """A condition about the case and, where there is one, the event."""
        scalar = self.fields.scalar(key, required=required)
        if scalar is None:
            return None
        path = self.path(key)
        text = as_condition(self.fields.reading, scalar, path, about_event=True)
        if text is None or about_event:
            return text
        names = names_used(text)
        if names.event or EVENT in names.whole:
            self.note("flow.condition-without-event", key, found=text)
            return None
        return text

    def role(self, name: str, line: int, path: str) -> str | None:
        """A declared role."""
        if name in self.roles:
            return name
        no_role(self.fields.reading, name, self.roles, line=line, path=path)
        return None

    def labels(self, key: str, *, least: int = 1) -> tuple[str, ...] | None:
        """Different labels, at least so many."""
        items = self.fields.items(key, required=True)
        if items is None:
            return None
        labels: dict[str, None] = {}
        whole = True
        for item in items:
            label = as_label(self.fields.reading, item, self.path(key))
            if label is not None and label in labels:
                self.fields.reading.add("flow.repeated-item", item.line, self.path(key), item=label)
                label = None
            if label is None:
                whole = False
            else:
                labels[label] = None
        if len(items) < least:
            self.note("flow.list-too-short", key, key=key, least=least)
            return None
        return tuple(labels) if whole else None

    def path(self, key: str) -> str:
        """The element of problems of a field."""
        return f"{self.fields.path}.{key}" if key else self.fields.path

    def note(self, code: str, at: str, /, **values: str | int) -> None:
        """Note a problem of the field ``at``, or of them all."""
        self.fields.reading.add(code, self.fields.line_of(at), self.path(at), **values)


def minimum(fields: Fields, key: str = "at-least") -> TimeSpan | None:
    """A minimum time: a day counts until it ends, so that "at least two workdays" would ask for 25 hours or for 71."""
    found = fields.time_span(key)
    if found is not None and found.unit in _WHOLE_DAYS:
        fields.reading.add("flow.minimum-in-workdays", fields.line_of(key), fields.path, found=found.text)
        return None
    return found


def times_agree(fields: Fields, at_least: TimeSpan | None, at_most: TimeSpan | None) -> bool:
    """Whether a minimum and a maximum leave something between them; they are compared in one unit only."""
    if at_least is None or at_most is None or at_least.unit is not at_most.unit or at_least.amount <= at_most.amount:
        return True
    fields.reading.add(
        "flow.bounds-crossed",
        fields.line_of("at-most"),
        fields.path,
        least=at_least.text,
        most=at_most.text,
    )
    return False
