"""JSON shapes that every resource uses."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from api.schemas.problem import ProblemShape

Item = TypeVar("Item", bound=BaseModel)


class ProblemDetails(BaseModel):
    """An error, as in RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["There is no flow 7"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["service.no-such-flow"])
    detail: str
    problems: list[ProblemShape]


class Page(BaseModel, Generic[Item]):
    """A part of a list.

    Attributes:
        items: In the order in which they came.
        next: Give it as ``after`` to get the next part; null at the end.
    """

    items: list[Item]
    next: int | None
