"""Use cases of reporting: an assessment as a page, on paper and as a workbook, and what stands beside it.

As in ``composition``, values go in and out, and heavy parts are loaded when a function is called. All three reports
take the same arguments and say the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.composition import require_file
from engine.errors import InputRefused, LimitExceeded, Place, Problem, Severity
from engine.limits import DEFAULT_LIMITS, Limits
from engine.vocabulary import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.assessment.actions import Action
    from engine.assessment.assessment import Assessment
    from engine.assessment.versions import VersionedAssessment
    from engine.rendering.content import Beside

ACTION_ROOM = 8
"""A file of actions may be so many times as long as its texts: names of fields, quotes, escapes."""


def report_of(
    assessment: Assessment, *, language: Language, beside: Beside | None = None, limits: Limits = DEFAULT_LIMITS
) -> str:
    """An assessment as one self-contained HTML file.

    Args:
        assessment: What was found.
        language: Of every text that is not the user's own.
        beside: The assessment of the last period, improvement actions, ids of the cases, who made it.
        limits: Bounds pictures, rows and pages.
    """
    from engine.rendering.content import NOTHING_BESIDE
    from engine.rendering.report import render_report

    return render_report(assessment, language=language, beside=beside or NOTHING_BESIDE, limits=limits)


def report_pdf_of(
    assessment: Assessment, *, language: Language, beside: Beside | None = None, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The same as a PDF on A4, its first page a summary to be signed; arguments as of ``report_of``."""
    from engine.rendering.content import NOTHING_BESIDE
    from engine.rendering.paper import render_paper

    return render_paper(assessment, language=language, beside=beside or NOTHING_BESIDE, limits=limits)


def report_xlsx_of(
    assessment: Assessment, *, language: Language, beside: Beside | None = None, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The same as a workbook, with all rows and with the cases; arguments as of ``report_of``."""
    from engine.rendering.content import NOTHING_BESIDE
    from engine.rendering.workbook import render_workbook

    return render_workbook(assessment, language=language, beside=beside or NOTHING_BESIDE, limits=limits)


def versions_report_of(found: VersionedAssessment, *, log: str, language: Language) -> str:
    """What several versions of a flow found in a log of that name, as one self-contained HTML file."""
    from engine.rendering.versions_report import render_versions_report

    return render_versions_report(found, log=log, language=language)


def load_actions(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Action, ...]:
    """Improvement actions from a JSON file: a list of them, or an object that has it under ``actions``.

    Raises:
        InputRefused: With everything that is wrong with it.
        LimitExceeded: It is longer than as many actions as are allowed can be.
    """
    import json

    from engine.assessment.actions import FIELDS, read_actions

    require_file(path)
    allowed = limits.actions * limits.action_characters * len(FIELDS) * ACTION_ROOM
    found = path.stat().st_size
    if found > allowed:
        raise LimitExceeded(limit="actions", allowed=limits.actions, found=f"{found} B", place=Place(path.name))
    try:
        read = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        place = Place(path.name, line=error.lineno)
        raise InputRefused([Problem("action.not-json", place, {"reason": error.msg})]) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, a number of thousands of digits, nested without end
        values = {"reason": type(error).__name__}
        raise InputRefused([Problem("action.not-json", Place(path.name), values)]) from None
    rows = read.get("actions") if isinstance(read, dict) else read
    if not isinstance(rows, list):
        raise InputRefused([Problem("action.not-a-list", Place(path.name))])
    return read_actions(rows, source=path.name, limits=limits)


def warnings_of_actions(actions: Sequence[Action], assessment: Assessment, *, source: str) -> tuple[Problem, ...]:
    """A warning for each action that answers nothing that was found this time."""
    from engine.assessment.actions import known_keys

    known = known_keys(assessment)
    return tuple(
        Problem("action.answers-nothing", Place(source), {"key": action.answers}, Severity.WARNING)
        for action in actions
        if action.answers not in known
    )
