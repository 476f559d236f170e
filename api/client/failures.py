"""What goes wrong with a request, as its caller is told.

Tree::

    ClientError              the root; never raised itself
    ├── RequestRefused       the service answered that it will not, or cannot now
    ├── Unreachable          no answer came
    ├── NotUnderstood        an answer came that is none of this service's, a proxy's page for example
    └── AssessmentUnfinished     the root of what waiting for an assessment may end in
        ├── AssessmentFailed     it failed, or was cancelled
        └── WaitedTooLong        it is not done in the time that one wanted to wait
"""

from __future__ import annotations

from api.assessments.schemas import AssessmentAnswer
from api.http.shapes import ProblemDetails
from api.schemas.problem import ProblemShape
from engine.errors import Problem, TruelineError
from engine.messages.catalogue import problem_text
from engine.storage.tables import Status
from engine.vocabulary import Language


class ClientError(TruelineError):
    """Root of what the client raises. It may go from one process to another."""

    def __reduce__(self) -> tuple[object, ...]:
        """Made again as it is, whatever its own arguments were."""
        return _made_again, (type(self), self.args, dict(self.__dict__))


class RequestRefused(ClientError):  # noqa: N818 - the name says what happened, as in ``engine.errors``
    """The service answered with problem details: nothing was done, unless ``code`` says that it is not certain.

    Attributes:
        status: HTTP status.
        code: Code of the first problem; it never changes.
        title: What is wrong, in the language asked for.
        remedy: What to do about it.
        problems: Everything that is wrong; at least one.
        request: What the request is called in the service's log.
        retry_after: After how many seconds it may be sent again; None where the service does not say.
    """

    def __init__(self, details: ProblemDetails, *, retry_after: float | None) -> None:
        self.status = details.status
        self.code = details.code
        self.title = details.title
        self.remedy = details.detail
        self.problems: tuple[ProblemShape, ...] = tuple(details.problems)
        self.request = details.request
        self.retry_after = retry_after
        super().__init__(f"{self.title} — {self.remedy} ({self.status} {self.code}, {self.request})")


class Unreachable(ClientError):  # noqa: N818
    """No answer came: nobody listens there, the connection broke, or the time was up.

    Attributes:
        address: Where to.
        may_be_done: Whether the service may have done what was asked for; False where the request surely never came
            to it.
        problem: The same as a problem.
    """

    def __init__(self, address: str, reason: Exception, *, may_be_done: bool, language: Language) -> None:
        self.address = address
        self.may_be_done = may_be_done
        code = "client.lost-answer" if may_be_done else "client.unreachable"
        self.problem = problem_with(code, address=address, reason=str(reason) or type(reason).__name__)
        super().__init__(_line(self.problem, language))


class NotUnderstood(ClientError):  # noqa: N818
    """An answer came that this service would not give, or not this version of it.

    Attributes:
        address: From where.
        status: Its HTTP status.
        problem: The same as a problem.
    """

    def __init__(self, address: str, status: int, kind: str, *, language: Language) -> None:
        self.address = address
        self.status = status
        self.problem = problem_with("client.not-understood", address=address, status=status, kind=kind)
        super().__init__(_line(self.problem, language))


class AssessmentUnfinished(ClientError):  # noqa: N818
    """Root of what waiting for an assessment may end in.

    Attributes:
        assessment: How far it is.
        problem: The same as a problem.
    """

    def __init__(self, assessment: AssessmentAnswer, problem: Problem, language: Language) -> None:
        self.assessment = assessment
        self.problem = problem
        super().__init__(_line(problem, language))


class AssessmentFailed(AssessmentUnfinished):
    """It failed, or was cancelled; ``assessment.status`` says which.

    Attributes:
        problems: Why it failed, as the service tells it; empty where it was cancelled.
    """

    def __init__(self, assessment: AssessmentAnswer, *, language: Language) -> None:
        self.problems: tuple[ProblemShape, ...] = tuple(assessment.problems)
        if assessment.status is Status.CANCELLED:
            problem = problem_with("client.assessment-cancelled", id=assessment.id)
        else:
            reason = "; ".join(one.sentence for one in self.problems)
            problem = problem_with("client.assessment-failed", id=assessment.id, reason=reason)
        super().__init__(assessment, problem, language)


class WaitedTooLong(AssessmentUnfinished, TimeoutError):  # noqa: N818
    """It is not done in the time that one wanted to wait; it goes on all the same."""

    def __init__(self, assessment: AssessmentAnswer, seconds: float, *, language: Language) -> None:
        values = {"id": assessment.id, "seconds": round(seconds, 1), "status": assessment.status.value}
        super().__init__(assessment, problem_with("client.waited-too-long", **values), language)


def problem_with(code: str, **values: str | float) -> Problem:
    """A problem of the client's own."""
    return Problem(code, values=values)


def _made_again(kind: type[ClientError], args: tuple[object, ...], members: dict[str, object]) -> ClientError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


def _line(problem: Problem, language: Language) -> str:
    return problem_text(problem, language).line
