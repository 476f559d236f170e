"""The words that results are made of. Each is spelled the same in JSON, in messages and in the documentation."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language that every title and every message exists in."""

    EN = "en"
    ZH = "zh"


class MoveKind(StrEnum):
    """One step of an alignment, as in van der Aalst, Adriansyah and van Dongen (2012).

    ``sync``: event and net agree. ``log``: the event alone. ``model``: a visible transition alone.
    ``silent``: an invisible transition.
    """

    SYNC = "sync"
    LOG = "log"
    MODEL = "model"
    SILENT = "silent"


class AlignmentStatus(StrEnum):
    """What is known of a variant's cost.

    ``optimal``: exact. ``budget``: the search ended early, the cost lies between two bounds.
    ``unreachable``: the net has no run from its initial to a final marking.
    """

    OPTIMAL = "optimal"
    BUDGET = "budget"
    UNREACHABLE = "unreachable"


class Explanation(StrEnum):
    """Which optimal alignment was taken.

    ``global``: the one with the fewest deviations. ``local``: counting them would have taken too much, so the other
    criteria alone decided.
    """

    GLOBAL = "global"
    LOCAL = "local"


class DeviationKind(StrEnum):
    """What went wrong, one cause each.

    From alignments: ``misplaced`` (done, elsewhere), ``unplanned`` (the flow has no such step), ``repeated`` (done
    again), ``out-of-place`` (done where the flow has no room for it), ``skipped`` (work went on without it),
    ``unfinished`` (the case stopped before it). From standards: ``late`` and ``too-short`` (time), ``wrong-order``
    (a precedence or response that does not hold), ``incomplete`` (not all of a set before a step), ``not-together``
    (some of a set without the rest), ``wrong-count``, ``wrong-value``, ``missing-field``, ``wrong-actor`` (the wrong
    person or role, or more than it may decide on). From gateways: ``wrong-branch`` (taken against its condition).
    """

    MISPLACED = "misplaced"
    UNPLANNED = "unplanned"
    REPEATED = "repeated"
    OUT_OF_PLACE = "out-of-place"
    SKIPPED = "skipped"
    UNFINISHED = "unfinished"
    LATE = "late"
    TOO_SHORT = "too-short"
    WRONG_ORDER = "wrong-order"
    INCOMPLETE = "incomplete"
    NOT_TOGETHER = "not-together"
    WRONG_COUNT = "wrong-count"
    WRONG_VALUE = "wrong-value"
    MISSING_FIELD = "missing-field"
    WRONG_ACTOR = "wrong-actor"
    WRONG_BRANCH = "wrong-branch"


class Dimension(StrEnum):
    """The four measures of a service process."""

    COMPLETENESS = "completeness"
    ORDERING = "ordering"
    EFFICIENCY = "efficiency"
    ADAPTABILITY = "adaptability"


class Outcome(StrEnum):
    """What one instance of a standard came to."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not-due"
    NO_EVIDENCE = "no-evidence"


class Lack(StrEnum):
    """What is missing where an instance of a standard or a branch cannot be judged.

    ``time``: a moment that is needed. ``value``: an attribute. ``unreadable``: it is there, but is no number, no moment
    or no word of the scale. ``actor``: the resource or its role. ``condition``: what a condition asks for is not there
    or of another type. ``alignment``: the case could not be explained within the budget.
    """

    TIME = "time"
    VALUE = "value"
    UNREADABLE = "unreadable"
    ACTOR = "actor"
    CONDITION = "condition"
    ALIGNMENT = "alignment"


class Verdict(StrEnum):
    """What a standard came to over a population; ``not-proven``: so few instances leave it open."""

    MET = "met"
    MISSED = "missed"
    NOT_PROVEN = "not-proven"
    NOT_ASSESSABLE = "not-assessable"


class RiseKind(StrEnum):
    """Why an event of a running case made its cost rise: how the event is taken at the least cost.

    ``not-expected-here``: as a log move. ``something-missing-before``: as a synchronous move, after model moves.
    ``either``: both cost the same.
    """

    NOT_EXPECTED_HERE = "not-expected-here"
    SOMETHING_MISSING_BEFORE = "something-missing-before"
    EITHER = "either"


class Change(StrEnum):
    """What an event did to a deviation of a running case, or its end did.

    ``opened``: it is new. ``extended``: it costs more. ``revised``: it is explained otherwise, at no more cost.
    ``withdrawn``: it is gone. ``unchanged``: it stands as it was; after the end of the case, confirmed.
    """

    OPENED = "opened"
    EXTENDED = "extended"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"
    UNCHANGED = "unchanged"


class Requirement(StrEnum):
    """What a standard has to be."""

    CLEAR = "clear"
    MEASURABLE = "measurable"
    FEASIBLE = "feasible"
    IN_TIME = "in-time"
    FITTING = "fitting"


class Answer(StrEnum):
    """Whether a requirement is kept; ``open`` where the flow does not tell."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


class Trend(StrEnum):
    """What can be said of a measure beside the same measure of an earlier period.

    ``better`` and ``worse``: the difference is more than chance. ``no-clear-change``: it is not. ``too-few``: fewer
    than two cases on one side say nothing of chance. ``not-comparable``: the two measure different things.
    """

    BETTER = "better"
    WORSE = "worse"
    NO_CLEAR_CHANGE = "no-clear-change"
    TOO_FEW = "too-few"
    NOT_COMPARABLE = "not-comparable"


class ActionState(StrEnum):
    """How far an improvement action is."""

    OPEN = "open"
    IN_PROGRESS = "in-progress"
    DONE = "done"
    DROPPED = "dropped"


class Phase(StrEnum):
    """What an assessment that is worked on does, in this order."""

    READING = "reading"
    ALIGNING = "aligning"
    EXPLAINING = "explaining"
    STANDARDS = "standards"
    TABLES = "tables"
    REPORT = "report"
