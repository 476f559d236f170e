"""Case attributes that match the branches a case took.

Branches are taken by chance, not by their conditions. So that a log does not contradict its flow, the attributes that
simple conditions speak of (``case.booked``, ``!case.booked``, ``case.answers >= 30``, ``case.items == 'small'``) get a
value under which the branch is the one to take. Of a gateway that is passed several times the last passage counts,
because an attribute of a case is what is known at its end; of a case that was cut short, the last until then. Other
conditions are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.definitions.flow import Flow, NodeKind
from engine.nets.net import Net
from engine.simulation.chance import Chance
from engine.simulation.world import Played, World

Value = bool | int | str

_FLAG = re.compile(r"(!?)\s*case\.([A-Za-z_][A-Za-z0-9_]*)")
_COMPARED = re.compile(r"case\.([A-Za-z_][A-Za-z0-9_]*)\s*(==|>=|<=|>|<)\s*('[^'\\]*'|\"[^\"\\]*\"|\d{1,9})")


@dataclass(frozen=True, slots=True)
class _Test:
    """One simple condition: attribute, comparison (``is`` for a flag) and what it is compared with."""

    attribute: str
    comparison: str
    value: Value

    def holding(self, chance: Chance) -> Value:
        """A value for which it holds."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            return self.value
        room = max(self.value, 3)
        above = self.value + chance.below(room)
        below = self.value - chance.below(self.value + 1)
        return {"==": self.value, ">=": above, ">": above + 1, "<=": below, "<": below - 1}[self.comparison]

    def failing(self, chance: Chance) -> Value:
        """A value for which it does not hold."""
        if isinstance(self.value, bool):
            return not self.value
        if isinstance(self.value, str):
            return "none" if self.value != "none" else "other"
        opposite = {"==": ">", ">=": "<", ">": "<=", "<=": ">", "<": ">="}[self.comparison]
        return _Test(self.attribute, opposite, self.value).holding(chance)


def decided_attributes(world: World, played: Sequence[Played], chance: Chance) -> dict[str, list[Value | None]]:
    """A column for each attribute that simple conditions speak of; None where a case never came to the decision.

    Args:
        world: The flow and its net.
        played: The cases.
        chance: Chooses among the values that match.
    """
    decisions = _decisions(world.flow, world.board.net)
    kinds: dict[str, type] = {}
    for tests in decisions.values():
        for test, _ in tests:
            kinds.setdefault(test.attribute, type(test.value))
    columns: dict[str, list[Value | None]] = {name: [] for name in kinds if name != "case_id"}
    for case in played:
        known: dict[str, Value] = {}
        end = max((event.time for event in case.events), default=0)
        for route in case.routes:
            for test, holds in decisions.get(route.transition, ()):
                drawn = test.holding(chance) if holds else test.failing(chance)
                if route.moment <= end:
                    known[test.attribute] = drawn
        for name, column in columns.items():
            value = known.get(name)
            column.append(value if type(value) is kinds[name] else None)
    return columns


def _decisions(flow: Flow, net: Net) -> Mapping[int, tuple[tuple[_Test, bool], ...]]:
    """Transition of an exclusive gateway's edge → the tests it decides and whether each of them holds.

    What can be cancelled as a whole has several transitions for one edge.
    """
    decided: dict[int, tuple[tuple[_Test, bool], ...]] = {}
    for node in flow.nodes:
        edges = [edge for edge in flow.edges if edge.source == node.id]
        if node.kind is not NodeKind.EXCLUSIVE or len(edges) < 2:
            continue
        tests = [_read(edge.when) for edge in edges]
        for edge, own in zip(edges, tests, strict=True):
            routes = [
                t
                for t, meaning in enumerate(net.transitions)
                if (meaning.node, meaning.chosen) == (node.id, (edge.target,))
            ]
            if own is not None:
                decided.update((route, ((own, True),)) for route in routes)
            elif edge.otherwise:
                negated = tuple((test, False) for test in tests if test is not None)
                decided.update((route, negated) for route in routes)
    return decided


def _read(condition: str | None) -> _Test | None:
    text = (condition or "").strip()
    if flag := _FLAG.fullmatch(text):
        return _Test(flag[2], "is", not flag[1])
    if compared := _COMPARED.fullmatch(text):
        quoted = compared[3][0] in "'\""
        if quoted and compared[2] != "==":
            return None
        return _Test(compared[1], compared[2], compared[3][1:-1] if quoted else int(compared[3]))
    return None
