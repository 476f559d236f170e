"""What the forms of pages say, read as the same shapes that programs send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from api.http.problems import parameter_problem
from engine.errors import InputRefused

Model = TypeVar("Model", bound=BaseModel)


def said(model: type[Model], fields: Mapping[str, str | int | bool]) -> Model:
    """The fields of a form as a shape; an empty field says nothing.

    Raises:
        InputRefused: Something is wrong with them; every such field is named.
    """
    given = {name: value for name, value in fields.items() if value != ""}
    try:
        return model.model_validate_json(json.dumps(given))
    except ValidationError as error:
        entries = error.errors(include_url=False, include_input=False)
        raise InputRefused(parameter_problem(entry) for entry in entries) from None
