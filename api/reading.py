"""The options of reading a log as every way in spells them: made from ``ReadOptions``, never listed again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from engine.logs.options import ReadOptions

LONGEST = 200
"""Characters of the name of a column, a sheet, a zone or a type of object."""


@dataclass(frozen=True, slots=True)
class ReadOption:
    """One option.

    Attributes:
        field: The field of ``ReadOptions``: ``date_order``.
        kind: ``str``, or the enumeration of its values.
    """

    field: str
    kind: type[str]

    @property
    def spelled(self) -> str:
        """How users write it, after ``--`` or as a parameter of a request: ``date-order``."""
        return self.field.replace("_", "-")

    @property
    def metavar(self) -> str | None:
        """What stands for its value in help texts; None where its values are listed."""
        return None if issubclass(self.kind, StrEnum) else _METAVARS.get(self.field, "COLUMN")


_METAVARS = {"timezone": "ZONE", "sheet": "NAME", "object_type": "TYPE"}


def _kind(hint: Any) -> type[str]:
    (kind,) = (part for part in get_args(hint) if part is not type(None))
    return kind  # type: ignore[no-any-return]  # a hint is not typed


READ_OPTIONS = tuple(ReadOption(f.name, _kind(get_type_hints(ReadOptions)[f.name])) for f in fields(ReadOptions))
"""All of them, in the order of the fields."""


def options_to_json(options: ReadOptions) -> str:
    """The options as they are stored."""
    return json.dumps(asdict(options))


def options_from_json(text: str) -> ReadOptions:
    """The options as they were stored; what was stored before an option was known has none of it."""
    stored = json.loads(text)
    given = {option.field: option.kind(stored[option.field]) for option in READ_OPTIONS if stored.get(option.field)}
    return ReadOptions(**given)  # type: ignore[arg-type]  # each value was made with its field's type
