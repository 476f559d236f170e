"""Small BPMN files, written as their elements."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.definitions.bpmn.reader import BpmnImport, read_bpmn_bytes
from engine.definitions.bpmn.vocabulary import MODEL
from engine.errors import InputRefused, Problem
from engine.limits import Limits


def document(*parts: str, process: str = 'id="p" name="P"', beside: str = "") -> str:
    """A file with one process."""
    return (
        f'<definitions xmlns="{MODEL}"><process {process}>\n' + "\n".join(parts) + f"\n</process>{beside}</definitions>"
    )


def task(identifier: str, inside: str = "", **attributes: str) -> str:
    """A task that is called by its id in capitals."""
    return element("task", identifier, inside, name=identifier.upper(), **attributes)


def element(kind: str, identifier: str, inside: str = "", **attributes: str) -> str:
    """Any element with an id."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{identifier}"{written}>{inside}</{kind}>'


def chain(*identifiers: str) -> str:
    """Sequence flows from each to the next."""
    return "".join(f'<sequenceFlow id="{a}.{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(identifiers))


def conditional(source: str, target: str, text: str) -> str:
    """A sequence flow with a condition."""
    expression = f"<conditionExpression>{text}</conditionExpression>"
    return f'<sequenceFlow id="{source}.{target}" sourceRef="{source}" targetRef="{target}">{expression}</sequenceFlow>'


def read(text: str, process: str | None = None) -> BpmnImport:
    """What a file holds."""
    return read_bpmn_bytes(text.encode(), source="f.bpmn", process=process)


def problems(text: str | bytes, limits: Limits | None = None) -> list[Problem]:
    """Why a file is refused."""
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InputRefused) as refusal:
        read_bpmn_bytes(data, source="f.bpmn", limits=limits or Limits())
    return list(refusal.value.problems)


def codes(text: str | bytes) -> list[str]:
    """The codes of the reasons for which a file is refused."""
    return [problem.code for problem in problems(text)]


def notes(text: str) -> dict[str, str]:
    """Code → what a note lists or names; the last of several."""
    return {n.code: str(n.values.get("ids", n.values.get("text", n.values.get("title", "")))) for n in read(text).notes}
