"""Improvement actions: what somebody will do about a finding, who, and until when.

An action answers findings by a key: ``skipped:collect``, ``standard:called-back-in-time``. One key stands for the same
cause in every dimension, in every period and in the deviations.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from engine.assessment.assessment import Assessment, DeviationSummary, Finding
from engine.errors import LimitExceeded, Place, Problem, Value, refusal_of
from engine.limits import DEFAULT_LIMITS, Limits
from engine.vocabulary import ActionState

FIELDS = ("answers", "action", "owner", "due", "state")
REQUIRED = FIELDS[:-1]
KEY_CHARACTERS, KEY_BEGINS, HASH_CHARACTERS = 200, 120, 16
"""A longer key (many steps unfinished) is its beginning and a hash of the whole, so that it can be written down."""
SHOWN = 80
"""Characters of a wrong value that are repeated to its writer."""


@dataclass(frozen=True, slots=True)
class Action:
    """One improvement action.

    Attributes:
        answers: Key of the finding or the standard that it answers, as ``finding_key`` gives it.
        action: What is to be done, in the user's words.
        owner: Who sees to it.
        due: The last day for it.
        state: How far it is.
    """

    answers: str
    action: str
    owner: str
    due: date
    state: ActionState = ActionState.OPEN

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self.state in {ActionState.DONE, ActionState.DROPPED}

    def is_overdue(self, today: date) -> bool:
        """Whether its last day has passed and it is not settled."""
        return not self.is_settled and self.due < today


def finding_key(finding: Finding) -> str:
    """The key by which an action answers a finding; findings of one cause have the same key in every dimension."""
    return _key(finding.kind, finding.branch or finding.steps, finding.standard, other_branch=finding.other_branch)


def deviation_key(summary: DeviationSummary) -> str:
    """The key by which an action answers a deviation; that of the finding with the same cause."""
    branch = () if summary.branch is None else (summary.branch.gateway, summary.branch.target)
    return _key(summary.kind.value, branch or summary.steps, summary.standard, other_branch=summary.other_branch)


def standard_key(standard: str) -> str:
    """The key by which an action answers a standard and every finding that comes from it."""
    return f"standard:{standard}"


def known_keys(assessment: Assessment) -> frozenset[str]:
    """Every key that an action can answer in an assessment: its findings, its deviations, and all its standards."""
    return frozenset(
        (
            *(finding_key(finding) for score in assessment.dimensions for finding in score.findings),
            *(deviation_key(summary) for summary in assessment.deviations),
            *(standard_key(result.standard) for result in assessment.standards),
        )
    )


def read_actions(rows: Sequence[object], *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> tuple[Action, ...]:
    """Actions from what a user wrote: JSON objects with ``answers``, ``action``, ``owner``, ``due`` and ``state``.

    Args:
        rows: The objects. ``due`` is a day in ISO 8601; ``state`` may be missing and is then ``open``.
        source: Where they come from, for the places of problems.
        limits: ``actions`` bounds how many there are, ``action_characters`` each text.

    Raises:
        LimitExceeded: There are more.
        InputRefused: With everything that is wrong with any of them, up to ``limits.problems``.
    """
    if len(rows) > limits.actions:
        raise LimitExceeded(limit="actions", allowed=limits.actions, found=len(rows), place=Place(source))
    problems: list[Problem] = []
    found = [_Reader(source, f"actions[{at}]", limits, problems).read(row) for at, row in enumerate(rows)]
    if problems:
        raise refusal_of(problems, limit=limits.problems, source=source, more="action.more-problems")
    return tuple(action for action in found if action is not None)


def unanswered(keys: Iterable[str], actions: Iterable[Action]) -> tuple[str, ...]:
    """Those of the keys that no action answers that is open, under way or done."""
    answered = {action.answers for action in actions if action.state is not ActionState.DROPPED}
    return tuple(dict.fromkeys(key for key in keys if key not in answered))


def _key(kind: str, parts: Sequence[str], standard: str, *, other_branch: bool) -> str:
    if standard:
        return standard_key(standard)
    escaped = (part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)
    key = f"{'other-branch' if other_branch else kind}:{'|'.join(escaped)}"
    if len(key) <= KEY_CHARACTERS:
        return key
    return f"{key[:KEY_BEGINS]}…{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:HASH_CHARACTERS]}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one action and gathers what is wrong with it."""

    source: str
    place: str
    limits: Limits
    problems: list[Problem]

    def read(self, row: object) -> Action | None:
        """The action, or None where something is wrong."""
        if not isinstance(row, Mapping):
            self.problems.append(Problem("action.not-an-object", Place(self.source, element=self.place)))
            return None
        before = len(self.problems)
        for name in row:
            if name not in FIELDS:
                self._problem("action.unknown-field", str(name)[:SHOWN], known=", ".join(FIELDS))
        texts = {name: self._text(row, name) for name in REQUIRED}
        due, state = self._day(texts["due"]), self._state(row.get("state", ActionState.OPEN.value))
        if len(self.problems) > before or due is None or state is None:
            return None
        return Action(texts["answers"], texts["action"], texts["owner"], due, state)

    def _problem(self, code: str, name: str, **values: Value) -> None:
        place = Place(self.source, element=f"{self.place}.{name}")
        self.problems.append(Problem(code, place, {"field": name, **values}))

    def _text(self, row: Mapping[object, object], name: str) -> str:
        value = row.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            self._problem("action.missing-field", name)
            return ""
        if not isinstance(value, str):
            self._problem("action.not-a-text", name, value=str(value)[:SHOWN])
            return ""
        if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t" for character in value):
            self._problem("action.unprintable", name)
            return ""
        if len(value) > self.limits.action_characters:
            self._problem("action.too-long", name, found=len(value), allowed=self.limits.action_characters)
            return ""
        return value.strip()

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._problem("action.not-a-day", "due", value=text[:SHOWN])
            return None

    def _state(self, value: object) -> ActionState | None:
        try:
            return ActionState(str(value))
        except ValueError:
            self._problem("action.unknown-state", "state", value=str(value)[:SHOWN], known=", ".join(ActionState))
            return None
