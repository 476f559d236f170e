"""Flows, their versions, what of their deviations is accepted, and what is done about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from api.acceptances.schemas import AcceptanceShape
from api.actions.schemas import ActionAnswer
from api.client import operations
from api.client.answers import Download
from api.client.calling import Caller, Listing
from api.client.files import File, content_of, name_of
from api.flows.schemas import ActivationShape, CheckAnswer, FlowShape, VersionsAnswer
from api.http.shapes import Page
from api.schemas.review import DifferenceShape
from engine.vocabulary import ActionState, DeviationKind, Language


class FlowMethods(Caller):
    """What the client can do with flows."""

    def upload_flow(self, file: File, *, name: str | None = None, idempotency_key: str | None = None) -> FlowShape:
        """Upload a flow (YAML or BPMN) or a net (PNML).

        Args:
            file: Where it lies, or its bytes.
            name: As it is shown; without it, that of the file. Bytes need one.
            idempotency_key: As for every method that makes something.
        """
        return self._make(
            operations.UPLOAD_FLOW,
            idempotency_key=idempotency_key,
            file=content_of(file),
            name=name_of(file) if name is None else name,
        )

    def flows(self) -> Listing[Page[FlowShape], FlowShape]:
        """The flows in the order in which they came."""
        return self._list(operations.FLOWS)

    def flow(self, flow: int, *, if_none_match: FlowShape | None = None) -> FlowShape:
        """One flow."""
        return self._read(operations.FLOW, flow, seen=if_none_match)

    def flow_source(self, flow: int, *, if_none_match: Download | None = None) -> Download:
        """The file as it was uploaded, byte for byte."""
        return self._read(operations.FLOW_SOURCE, flow, seen=if_none_match)

    def check_flow(
        self, flow: int, *, lang: Language | None = None, if_none_match: CheckAnswer | None = None
    ) -> CheckAnswer:
        """Check a flow: whether it can always end, and what else its designer should know."""
        return self._read(operations.CHECK_FLOW, flow, seen=if_none_match, lang=lang)

    def activate_flow(
        self, flow: int, *, effective: date | None = None, if_match: VersionsAnswer | str | None = None
    ) -> ActivationShape:
        """Put a flow into force as a version. Asking for the same again answers as before.

        Args:
            flow: Its number.
            effective: The first day; without it, the day that the file says.
            if_match: Its versions as they were seen.
        """
        return self._change(operations.ACTIVATE_FLOW, flow, if_match=if_match, effective=effective)

    def versions(self, flow: int, *, if_none_match: VersionsAnswer | None = None) -> VersionsAnswer:
        """The versions of the same flow that were put into force, in the order of their days."""
        return self._read(operations.VERSIONS, flow, seen=if_none_match)

    def compare_flows(self, flow: int, other: int, *, if_none_match: DifferenceShape | None = None) -> DifferenceShape:
        """How another flow differs from this one: what was written differently, and what that allows or forbids."""
        return self._read(operations.COMPARE_FLOWS, flow, other, seen=if_none_match)

    def flow_chart(
        self,
        flow: int,
        *,
        format: Literal["svg", "png", "pdf"] = "svg",
        lang: Language | None = None,
        if_none_match: Download | None = None,
    ) -> Download:
        """The flow's chart."""
        return self._read(operations.FLOW_CHART, flow, seen=if_none_match, format=format, lang=lang)

    def accept_deviation(
        self,
        flow: int,
        *,
        reason: str,
        key: str | None = None,
        kind: DeviationKind | None = None,
        steps: Sequence[str] = (),
        standard: str | None = None,
        other_branch: bool = False,
        branch: tuple[str, str] | None = None,
        case: str | None = None,
        expires: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptanceShape:
        """Accept a deviation of a flow, in all of its versions. No score changes by it.

        Args:
            flow: Number of one of its versions.
            reason: Why.
            key: Key of the deviation, as an assessment tells it; or instead:
            kind: What went wrong, and of it:
            steps: Ids of the steps; activity names for ``unplanned``.
            standard: Id of the standard, for kinds that come from one.
            other_branch: For ``out-of-place``: whether a branch not taken contains the step.
            branch: For ``wrong-branch``: gateway and target.
            case: Id of the one case in which it is accepted; without it, all.
            expires: From when on it no longer counts, with its zone; without it, it counts until it is withdrawn.
            idempotency_key: As for every method that makes something.
        """
        return self._make(
            operations.ACCEPT_DEVIATION,
            flow,
            idempotency_key=idempotency_key,
            reason=reason,
            key=key,
            kind=kind,
            steps=steps,
            standard=standard,
            other_branch=other_branch,
            branch=branch,
            case=case,
            expires=expires,
        )

    def acceptances(self, flow: int) -> Listing[Page[AcceptanceShape], AcceptanceShape]:
        """What was accepted of a flow, in order; expired and withdrawn acceptances included."""
        return self._list(operations.ACCEPTANCES, flow)

    def acceptance(self, flow: int, number: int, *, if_none_match: AcceptanceShape | None = None) -> AcceptanceShape:
        """One acceptance of a flow, also one that has expired or was withdrawn."""
        return self._read(operations.ACCEPTANCE, flow, number, seen=if_none_match)

    def withdraw_acceptance(
        self, flow: int, number: int, *, if_match: AcceptanceShape | str | None = None
    ) -> AcceptanceShape:
        """Withdraw an acceptance: it no longer counts. Withdrawing it again answers as before."""
        return self._change(operations.WITHDRAW_ACCEPTANCE, flow, number, if_match=if_match)

    def add_action(
        self,
        flow: int,
        *,
        answers: str,
        action: str,
        owner: str,
        due: date,
        state: ActionState = ActionState.OPEN,
        idempotency_key: str | None = None,
    ) -> ActionAnswer:
        """Write down an improvement action for a flow, in all of its versions.

        Args:
            flow: Number of one of its versions.
            answers: Key of the finding, deviation or standard that it answers.
            action: What is to be done.
            owner: Who sees to it.
            due: The last day for it.
            state: How far it is.
            idempotency_key: As for every method that makes something.
        """
        return self._make(
            operations.ADD_ACTION,
            flow,
            idempotency_key=idempotency_key,
            answers=answers,
            action=action,
            owner=owner,
            due=due,
            state=state,
        )

    def actions(self, flow: int) -> Listing[Page[ActionAnswer], ActionAnswer]:
        """The improvement actions of a flow in the order in which they were written down."""
        return self._list(operations.ACTIONS, flow)

    def action(self, flow: int, number: int, *, if_none_match: ActionAnswer | None = None) -> ActionAnswer:
        """One improvement action."""
        return self._read(operations.ACTION, flow, number, seen=if_none_match)

    def change_action(
        self,
        flow: int,
        number: int,
        *,
        answers: str,
        action: str,
        owner: str,
        due: date,
        state: ActionState,
        if_match: ActionAnswer | str | None = None,
    ) -> ActionAnswer:
        """Change an improvement action: everything of it is said again, as for ``add_action``."""
        return self._change(
            operations.CHANGE_ACTION,
            flow,
            number,
            if_match=if_match,
            answers=answers,
            action=action,
            owner=owner,
            due=due,
            state=state,
        )

    def remove_action(self, flow: int, number: int, *, if_match: ActionAnswer | str | None = None) -> ActionAnswer:
        """Remove an improvement action; the answer is what it was."""
        return self._change(operations.REMOVE_ACTION, flow, number, if_match=if_match)
