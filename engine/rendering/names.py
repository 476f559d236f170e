"""How steps, standards and kinds of findings are called in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.definitions.flow import Flow
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind, Language

STEPS_SHOWN = 4
"""A longer row of steps is shortened to its first two and its last."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one flow's parts.

    Attributes:
        flow: The flow.
        wording: The language.
    """

    flow: Flow
    wording: Wording

    def step(self, label: str) -> str:
        """A step by its title; a label that is no step of the flow (an activity, a PNML transition) as it is."""
        node = self.flow.by_id.get(label)
        return clean(self.wording.title(node.title) if node else label) or label

    def steps(self, labels: Sequence[str], kind: str = "") -> str:
        """Several steps in a row, the middle of a long one counted; of unplanned activities the names in the log."""
        plain = kind == DeviationKind.UNPLANNED.value
        names = [clean(label) if plain else self.step(label) for label in labels]
        if len(names) > STEPS_SHOWN:
            names[2:-1] = [self.wording.text("report.steps-more", count=len(names) - 3)]
        return " → ".join(names)

    def kind(self, kind: str, *, other_branch: bool = False) -> str:
        """A kind of deviation or finding."""
        known = kind in {member.value for member in DeviationKind}
        text = self.wording.term(f"deviation.{kind}" if known else f"finding.{kind}")
        if not other_branch:
            return text
        return self.wording.text("report.kind.other-branch", kind=text)

    def standard(self, standard: str) -> str:
        """A standard by its title, or its id where the flow does not have it."""
        found = next((s for s in self.flow.standards if s.id == standard), None)
        return clean(self.wording.title(found.title) if found else standard)

    def subject(self, kind: str, steps: Sequence[str], standard: str, branch: Sequence[str]) -> str:
        """What a deviation or finding is about: a standard, a branch by its two ends, or steps."""
        if standard:
            return self.standard(standard)
        return self.steps(branch or steps, kind)

    @property
    def colon(self) -> str:
        """What stands between a name and what it names."""
        return "：" if self.wording.language is Language.ZH else ": "
