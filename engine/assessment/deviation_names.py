"""The key of a deviation: what equal deviations have in common in every assessment of every version of a flow."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

KEY_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class DeviationName:
    """What equal deviations have in common.

    Attributes:
        kind: A ``DeviationKind`` value.
        steps: Ids of the steps; activity names for ``unplanned``.
        standard: Id of the standard, or "".
        other_branch: For ``out-of-place``.
        branch: Gateway and target, for ``wrong-branch``, else ().
    """

    kind: str
    steps: tuple[str, ...]
    standard: str = ""
    other_branch: bool = False
    branch: tuple[str, ...] = ()

    def key(self, flow: str) -> str:
        """The key in a flow, given the flow's own id: 32 hexadecimal digits of a SHA-256."""
        parts = [flow, self.kind, self.steps, self.standard, self.branch, self.other_branch]
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_CHARACTERS]
