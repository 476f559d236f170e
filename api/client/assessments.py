"""Assessments, what they found, and what can be taken away from them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from api.assessments.schemas import AssessmentAnswer, AssessmentSummary, ProgressShape
from api.client import operations
from api.client.answers import Download
from api.client.calling import Caller, Listing
from api.client.failures import AssessmentFailed, WaitedTooLong
from api.http.shapes import Page
from api.schemas.cases import CaseRowShape, CasesShape, VariantRowShape, VariantsShape
from api.schemas.comparison import ComparisonShape
from api.schemas.deviations import DeviationGroupShape, DeviationsShape
from api.schemas.judged_standards import JudgedStandardShape, JudgedStandardsShape, KpiShape, KpisShape
from api.schemas.one_case import OneCaseShape
from engine.storage.tables import Status
from engine.vocabulary import DeviationKind, Dimension, Language

FIRST_LOOK, LONGEST_LOOK, SLOWER = 0.05, 2.0, 1.5
"""Seconds between two looks at an assessment: the first, the longest, and how much longer each is than the last."""


class AssessmentMethods(Caller):
    """What the client can do with assessments."""

    def assess(
        self,
        flow: int,
        log: int,
        *,
        now: datetime | None = None,
        closed: str | None = None,
        calendar: str | None = None,
        lifecycle: Literal["all", "complete", "pair"] | None = None,
        period: tuple[datetime, datetime] | None = None,
        versions: bool = False,
        against: int | Literal["last"] | None = "last",
        lang: Language | None = None,
        idempotency_key: str | None = None,
    ) -> AssessmentSummary:
        """Ask for the assessment of a log against a flow. The answer comes at once; ``wait`` waits for what is found.

        Args:
            flow: The flow's number.
            log: The log's number.
            now: The moment at which open cases are judged, with its zone; without it, the latest of the log.
            closed: When a case counts as closed: ``all``, ``ended``, ``idle:14d`` or ``ended-or-idle:14d``.
            calendar: The working calendar; without it, the flow's.
            lifecycle: Which events count; without it, pairs where the log has both.
            period: Its first moment, and the first one after it: only cases that started in it are assessed.
            versions: Whether every case is judged by the version in force when it started; else by this flow alone.
            against: What its reports compare it with: ``last``, the assessment of the last period; the number of
                another one; or None for none.
            lang: Language of the answer.
            idempotency_key: As for every method that makes something.
        """
        asked = None if period is None else {"since": period[0], "until": period[1]}
        return self._make(
            operations.ASSESS,
            idempotency_key=idempotency_key,
            flow=flow,
            log=log,
            now=now,
            closed=closed,
            calendar=calendar,
            lifecycle=lifecycle,
            period=asked,
            versions=versions,
            against=against,
            lang=lang,
        )

    def assessments(self, *, lang: Language | None = None) -> Listing[Page[AssessmentSummary], AssessmentSummary]:
        """The assessments in the order in which they were asked for."""
        return self._list(operations.ASSESSMENTS, lang=lang)

    def assessment(
        self, assessment: int, *, lang: Language | None = None, if_none_match: AssessmentAnswer | None = None
    ) -> AssessmentAnswer:
        """One assessment: how far it is and, once it is done, everything it found."""
        return self._read(operations.ASSESSMENT, assessment, seen=if_none_match, lang=lang)

    def wait(
        self,
        assessment: int,
        *,
        timeout: float = 600.0,
        lang: Language | None = None,
        told: Callable[[ProgressShape], None] | None = None,
    ) -> AssessmentAnswer:
        """Wait for an assessment; what it found.

        Args:
            assessment: Its number.
            timeout: How many seconds at most.
            lang: Language of the answer.
            told: Is told how far it is at every look, while it is worked on.

        Raises:
            AssessmentFailed: It failed, or was cancelled.
            WaitedTooLong: It is not done in time; it goes on all the same.
        """
        deadline, pause = time.monotonic() + timeout, FIRST_LOOK
        while True:
            answer = self.assessment(assessment, lang=lang)
            if answer.status is Status.DONE:
                return answer
            language = lang or self._transport.language
            if answer.status in (Status.FAILED, Status.CANCELLED):
                raise AssessmentFailed(answer, language=language)
            if told is not None and answer.progress is not None:
                told(answer.progress)
            left = deadline - time.monotonic()
            if left <= 0:
                raise WaitedTooLong(answer, timeout, language=language)
            self._transport.sleep(min(pause, left))
            pause = min(pause * SLOWER, LONGEST_LOOK)

    def cancel_assessment(
        self, assessment: int, *, lang: Language | None = None, if_match: AssessmentAnswer | str | None = None
    ) -> AssessmentSummary:
        """Cancel an assessment that waits or runs. Cancelling it again answers as before."""
        return self._change(operations.CANCEL_ASSESSMENT, assessment, if_match=if_match, lang=lang)

    def assessment_chart(
        self,
        assessment: int,
        *,
        show: Literal["deviations", "frequency", "time"] = "deviations",
        format: Literal["svg", "png", "pdf"] = "svg",
        lang: Language | None = None,
        if_none_match: Download | None = None,
    ) -> Download:
        """The flow's chart with what happened drawn on it."""
        return self._read(
            operations.ASSESSMENT_CHART, assessment, seen=if_none_match, show=show, format=format, lang=lang
        )

    def report(
        self,
        assessment: int,
        *,
        format: Literal["html", "pdf", "xlsx"] = "html",
        lang: Language | None = None,
        if_none_match: Download | None = None,
    ) -> Download:
        """The report, with the improvement actions as they are now: a page, paper to be signed, or a workbook."""
        return self._read(operations.REPORT, assessment, seen=if_none_match, format=format, lang=lang)

    def export_assessment(
        self,
        assessment: int,
        *,
        format: Literal["json", "csv", "xlsx", "html", "pdf"],
        lang: Language | None = None,
    ) -> Download:
        """Everything that was found as a file: ``json`` is the result, ``csv`` a zip of tables, else the report."""
        return self._read(operations.EXPORT_ASSESSMENT, assessment, format=format, lang=lang)

    def compare_assessments(
        self, assessment: int, earlier: int, *, if_none_match: ComparisonShape | None = None
    ) -> ComparisonShape:
        """How an assessment stands beside an earlier one: what changed by more than chance."""
        return self._read(operations.COMPARE_ASSESSMENTS, assessment, earlier, seen=if_none_match)

    def cases(
        self,
        assessment: int,
        *,
        deviation: str | None = None,
        kind: DeviationKind | None = None,
        step: str | None = None,
        standard: str | None = None,
        dimension: Dimension | None = None,
        finding: int | None = None,
        variant: int | None = None,
        closed: bool | None = None,
        min_cost: int | None = None,
        text: str | None = None,
        sort: Literal["worst", "longest", "newest"] = "worst",
    ) -> Listing[CasesShape, CaseRowShape]:
        """The cases of an assessment.

        Args:
            assessment: Its number.
            deviation: Those with this deviation, by its key.
            kind: Those with a deviation of this kind,
            step: that names this step,
            standard: that comes from this standard; all three are asked of one deviation.
            dimension: Those that lost units in it,
            finding: by this finding of the dimension: its place in the result, from 0.
            variant: Those of this variant: its number, from 1.
            closed: Those that were judged as closed, or as open.
            min_cost: Those whose alignment costs at least so much.
            text: Those whose id contains it; letters' case does not count.
            sort: Most lost units, the longest or the newest first.
        """
        return self._list(
            operations.CASES,
            assessment,
            deviation=deviation,
            kind=kind,
            step=step,
            standard=standard,
            dimension=dimension,
            finding=finding,
            variant=variant,
            closed=closed,
            min_cost=min_cost,
            text=text,
            sort=sort,
        )

    def case(
        self,
        assessment: int,
        case: str,
        *,
        number: int | None = None,
        lang: Language | None = None,
        if_none_match: OneCaseShape | None = None,
    ) -> OneCaseShape:
        """One case as it was judged: its alignment, its events, what it lost and by what.

        Args:
            assessment: Its number.
            case: Id of the case.
            number: Which case, where several have this id.
            lang: Language of the sentences.
            if_none_match: The case as it was seen.
        """
        return self._read(operations.CASE, assessment, case, seen=if_none_match, number=number, lang=lang)

    def variants(
        self,
        assessment: int,
        *,
        deviation: str | None = None,
        kind: DeviationKind | None = None,
        step: str | None = None,
        standard: str | None = None,
        dimension: Dimension | None = None,
        finding: int | None = None,
        variant: int | None = None,
        closed: bool | None = None,
        min_cost: int | None = None,
        text: str | None = None,
    ) -> Listing[VariantsShape, VariantRowShape]:
        """The variants of the cases that match, those with most of them first; options as for ``cases``."""
        return self._list(
            operations.VARIANTS,
            assessment,
            deviation=deviation,
            kind=kind,
            step=step,
            standard=standard,
            dimension=dimension,
            finding=finding,
            variant=variant,
            closed=closed,
            min_cost=min_cost,
            text=text,
        )

    def deviations(
        self,
        assessment: int,
        *,
        kind: DeviationKind | None = None,
        step: str | None = None,
        standard: str | None = None,
        dimension: Dimension | None = None,
        accepted: bool | None = None,
    ) -> Listing[DeviationsShape, DeviationGroupShape]:
        """The deviations of an assessment, equal ones together, most frequent first, with what they lost.

        Args:
            assessment: Its number.
            kind: Those of this kind.
            step: Those that name this step.
            standard: Those that come from this standard.
            dimension: Those that lost units in it.
            accepted: Those that are accepted in all cases, or are not.
        """
        return self._list(
            operations.DEVIATIONS,
            assessment,
            kind=kind,
            step=step,
            standard=standard,
            dimension=dimension,
            accepted=accepted,
        )

    def standards(self, assessment: int) -> Listing[JudgedStandardsShape, JudgedStandardShape]:
        """The standards of an assessment in the flow's order: what they ask for, and what came of it."""
        return self._list(operations.STANDARDS, assessment)

    def key_figures(self, assessment: int, *, lang: Language | None = None) -> Listing[KpisShape, KpiShape]:
        """The key figures of an assessment: name, how it is measured, target, actual value, note."""
        return self._list(operations.KEY_FIGURES, assessment, lang=lang)
