"""What an operation of the service is, as the client knows it: how it is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

import httpx
from pydantic import BaseModel

from api.client.answers import Download, Notice

Answer = TypeVar("Answer")
Shape = TypeVar("Shape", bound=BaseModel)
Item = TypeVar("Item", bound=BaseModel)


class Repeat(Enum):
    """Whether a request is sent again, of which it is not known what became.

    ``ALWAYS``: doing it twice comes to the same as doing it once. ``KEYED``: so it does under an idempotency key, which
    the client makes. ``UNSENT``: only where it surely was not done. ``NEVER``: the caller wants the first answer.
    """

    ALWAYS = "always"
    KEYED = "keyed"
    UNSENT = "unsent"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Operation(Generic[Answer]):
    """An operation.

    Attributes:
        method: HTTP method.
        path: As OpenAPI writes it; its parameters in the order in which they are given.
        answer: What it answers; the shape of the route. ``bytes`` for a file, ``str`` for text, None for nothing.
        parse: Makes it of a response. Raises ``ValueError`` for what is none.
        query: Names of its query parameters, as OpenAPI writes them; but ``after`` and ``limit`` of lists.
        body: The shape of its JSON body; None without one.
        repeat: Whether it is sent again.
    """

    method: str
    path: str
    answer: type[object] | None
    parse: Callable[[httpx.Response], Answer]
    query: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    repeat: Repeat = Repeat.ALWAYS


@dataclass(frozen=True, slots=True)
class ListOperation(Operation[Shape], Generic[Shape, Item]):
    """An operation that answers a part of a list.

    Attributes:
        item: The shape of its items.
        has_parts: Whether the list comes in parts; else the answer is all of it.
    """

    item: type[Item] | None = None
    has_parts: bool = True


def reads(path: str, answer: type[Shape], *query: str, repeat: Repeat = Repeat.ALWAYS) -> Operation[Shape]:
    """An operation that answers one thing."""
    return Operation("GET", path, answer, _parser(answer), query, repeat=repeat)


def lists(
    path: str, answer: type[Shape], item: type[Item], *query: str, has_parts: bool = True
) -> ListOperation[Shape, Item]:
    """An operation that answers a list."""
    return ListOperation("GET", path, answer, _parser(answer), query, item=item, has_parts=has_parts)


def downloads(path: str, *query: str) -> Operation[Download]:
    """An operation that answers a file."""
    return Operation("GET", path, bytes, Download.of, query)


def tells(path: str) -> Operation[str]:
    """An operation that answers text."""
    return Operation("GET", path, str, _text)


def streams(path: str, *query: str) -> Operation[Notice]:
    """An operation that answers server-sent events, one notice after the other."""
    return Operation("GET", path, Notice, _no_notice, query)


def makes(path: str, answer: type[Shape], *query: str, body: type[BaseModel] | None = None) -> Operation[Shape]:
    """An operation that makes something new each time that it is done."""
    return Operation("POST", path, answer, _parser(answer), query, body, Repeat.KEYED)


def changes(
    path: str, answer: type[Shape], *query: str, method: str = "POST", body: type[BaseModel] | None = None
) -> Operation[Shape]:
    """An operation that changes something that is there; done twice, it comes to the same."""
    return Operation(method, path, answer, _parser(answer), query, body)


def removes(path: str, answer: type[Shape]) -> Operation[Shape]:
    """An operation that removes something and answers what it was; done twice, there is nothing to remove."""
    return Operation("DELETE", path, answer, _parser(answer), repeat=Repeat.UNSENT)


def deletes(path: str) -> Operation[None]:
    """An operation that removes something and answers nothing; done twice, there is nothing to remove."""
    return Operation("DELETE", path, None, _nothing, repeat=Repeat.UNSENT)


def _parser(answer: type[Shape]) -> Callable[[httpx.Response], Shape]:
    def parse(response: httpx.Response) -> Shape:
        return answer.model_validate_json(response.content)

    return parse


def _text(response: httpx.Response) -> str:
    return response.text


def _nothing(_response: httpx.Response) -> None:
    return None


def _no_notice(_response: httpx.Response) -> Notice:
    raise ValueError("a stream is no single answer")
