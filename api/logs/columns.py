"""How an uploaded log's file is to be read, as its user says it: one parameter for each option of reading."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query

from api.reading import LONGEST, READ_OPTIONS
from engine.logs.options import ReadOptions


def read_options(**given: Any) -> ReadOptions:
    """The options of one request; FastAPI makes its parameters of the signature below."""
    return ReadOptions(**given)


read_options.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by FastAPI
    [
        inspect.Parameter(
            option.field,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                option.kind | None,
                Query(alias=option.spelled)
                if issubclass(option.kind, StrEnum)
                else Query(alias=option.spelled, min_length=1, max_length=LONGEST),
            ],
        )
        for option in READ_OPTIONS
    ]
)

ReadOptionsDep = Annotated[ReadOptions, Depends(read_options)]
