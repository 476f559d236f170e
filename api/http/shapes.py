"""JSON shapes that every resource uses."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, Field

from api.http.dependencies import LARGEST_ID
from api.schemas.problem import ProblemShape

Item = TypeVar("Item", bound=BaseModel)

MOMENT_CHARACTERS = 100


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Of a whole number, however it is written: JSON Schema, and so the document, does not tell ``3.0`` from ``3``."""
RowNumber = Annotated[int, Field(ge=1, le=LARGEST_ID), WHOLE]
"""The number of a thing, as a body says it."""
MomentText = Annotated[
    str, Field(min_length=1, max_length=MOMENT_CHARACTERS, json_schema_extra={"format": "date-time"})
]
"""A moment with its zone, as a request says it; read by us, so that what is wrong with it is said in our words."""


class ProblemDetails(BaseModel):
    """An error, as in RFC 9457; ``request`` is what the request is called in the logs."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["There is no flow 7"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["service.no-such-flow"])
    detail: str
    problems: list[ProblemShape]
    request: str = Field(examples=["5b1d0c6e0c0f4a0f9a3f6a3f0e7f5d11"])


class Page(BaseModel, Generic[Item]):
    """A part of a list.

    Attributes:
        items: In the order in which they came.
        next: Give it as ``after`` to get the next part; null at the end.
    """

    items: list[Item]
    next: int | None
