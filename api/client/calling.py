"""What all methods of the client have in common: they put a request together, and read its answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel
from pydantic_core import to_json

from api.client.operation import Answer, Item, ListOperation, Operation, Repeat, Shape
from api.client.tags import Seen, Tags
from api.client.transport import API, KEY_HEADER, Sending, Transport

Part = int | str
"""A parameter of a path."""
MOST_ITEMS = 100
"""How many items the service puts into one part of a list, at most."""
JSON_TYPE, FILE_TYPE = "application/json", "application/octet-stream"
OUTSIDE = ("/health", "/ready", "/metrics")
"""Paths that do not stand under ``/api/v1``."""

NONE: Mapping[str, str] = MappingProxyType({})

PageShape = TypeVar("PageShape", bound=BaseModel)


class Caller:
    """Puts requests together. Methods of the client say what they are about, and nothing of HTTP."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._tags = Tags()

    def _read(self, operation: Operation[Answer], *path: Part, seen: Answer | None = None, **query: object) -> Answer:
        """Read something; what was seen before where it would be the same."""
        headers = {} if seen is None else {"If-None-Match": self._tags.of(_tagged(seen))}
        response = self._send(operation, path, query, headers=headers)
        if seen is not None and response.status_code == httpx.codes.NOT_MODIFIED:
            return seen
        return self._parsed(operation, response)

    def ask(self, operation: Operation[Answer], path: Sequence[Part], values: Mapping[str, object]) -> Answer:
        """Ask for an operation by itself. The methods that are named after what they do are easier to use.

        Args:
            operation: What is asked for.
            path: The parameters of its path.
            values: Its query parameters and the members of its body, by name.
        """
        return self._parsed(operation, self._send(operation, path, values))

    def _list(self, operation: ListOperation[Shape, Item], *path: Part, **query: object) -> Listing[Shape, Item]:
        """A list, of which nothing is read yet."""
        return Listing(self, operation, path, query)

    def _make(
        self,
        operation: Operation[Answer],
        *path: Part,
        idempotency_key: str | None,
        file: bytes | None = None,
        **values: object,
    ) -> Answer:
        """Make something new, once, however often it has to be sent."""
        headers = {KEY_HEADER: idempotency_key or str(uuid.uuid4())}
        return self._parsed(operation, self._send(operation, path, values, headers=headers, content=file))

    def _change(
        self,
        operation: Operation[Answer],
        *path: Part,
        if_match: Seen | None = None,
        content: bytes | None = None,
        **values: object,
    ) -> Answer:
        """Change something; where it has to be as it was seen, only then.

        Done twice, most changes come to the same; but the second of two that depend on what was seen is refused,
        because the first has changed it. So a POST has an idempotency key then, and another is not sent again.
        """
        headers, repeat = {}, operation.repeat
        if if_match is not None:
            headers["If-Match"] = self._tags.of(if_match)
            if operation.method == "POST":
                headers[KEY_HEADER] = str(uuid.uuid4())
            else:
                repeat = Repeat.UNSENT
        response = self._send(operation, path, values, headers=headers, content=content, repeat=repeat)
        return self._parsed(operation, response)

    def _send(
        self,
        operation: Operation[Any],
        path: Sequence[Part],
        values: Mapping[str, object],
        *,
        headers: Mapping[str, str] = NONE,
        content: bytes | None = None,
        repeat: Repeat | None = None,
    ) -> httpx.Response:
        sending = sending_of(operation, path, values, headers=headers, content=content, repeat=repeat)
        return self._transport.send(sending)

    def _parsed(self, operation: Operation[Answer], response: httpx.Response) -> Answer:
        try:
            answer = operation.parse(response)
        except ValueError:
            raise self._transport.not_understood(response) from None
        self._tags.keep(answer, response.headers.get("etag", ""))
        return answer


class Listing(Generic[PageShape, Item]):
    """A list that the service gives in parts.

    Going through it goes through all of its items; each part is asked for when its turn comes, and anew each time that
    one goes through it again. Nothing is asked for before.
    """

    def __init__(
        self,
        caller: Caller,
        operation: ListOperation[PageShape, Item],
        path: Sequence[Part],
        query: Mapping[str, object],
        *,
        begin: Part | None = None,
    ) -> None:
        self._caller = caller
        self._operation = operation
        self._path = path
        self._query = query
        self._begin = begin

    def __iter__(self) -> Iterator[Item]:
        """Every item, in the order of the list."""
        for page in self.pages():
            yield from _items(page)

    def pages(self, *, limit: int = MOST_ITEMS) -> Iterator[PageShape]:
        """The parts as the service answers them, with what they say beside their items.

        Args:
            limit: How many items each has at most, 1 to 100.
        """
        after = self._begin
        while True:
            page = self._page(after, limit)
            yield page
            after = getattr(page, "next", None)
            if after is None:
                return

    def first(self, *, limit: int = MOST_ITEMS) -> PageShape:
        """The first part alone.

        Args:
            limit: How many items it has at most, 1 to 100.
        """
        return self._page(self._begin, limit)

    def after(self, place: Part) -> Listing[PageShape, Item]:
        """The same list from behind a place on.

        Args:
            place: ``next`` of a part; in most lists that is the number of its last item.
        """
        return Listing(self._caller, self._operation, self._path, self._query, begin=place)

    def _page(self, after: Part | None, limit: int) -> PageShape:
        parts = {"after": after, "limit": limit} if self._operation.has_parts else {}
        return self._caller.ask(self._operation, self._path, {**self._query, **parts})


def _items(page: BaseModel) -> Sequence[Any]:
    items: Sequence[Any] = page.items  # type: ignore[attr-defined]  # every shape of a list has them, a test holds
    return items


def sending_of(
    operation: Operation[Any],
    path: Sequence[Part],
    values: Mapping[str, object],
    *,
    headers: Mapping[str, str] = NONE,
    content: bytes | None = None,
    repeat: Repeat | None = None,
) -> Sending:
    """A request: what the operation does not know as a query parameter is a member of its body."""
    names = {*operation.query, "after", "limit"} if isinstance(operation, ListOperation) else set(operation.query)
    spelled = {name: name.replace("_", "-") for name in values}
    query = [
        (spelled[name], text) for name, value in values.items() if spelled[name] in names for text in _texts(value)
    ]
    members = {name: value for name, value in values.items() if spelled[name] not in names}
    kind = FILE_TYPE if operation.body is None else JSON_TYPE
    if operation.body is not None and content is None:
        content = to_json(members, inf_nan_mode="constants")
    if content is not None:
        headers = {"Content-Type": kind, **headers}
    address = _address(operation.path, path)
    return Sending(operation.method, address, query, dict(headers), content, repeat or operation.repeat)


def _address(template: str, parts: Sequence[Part]) -> str:
    """A path with its parameters, percent-encoded whatever they hold: nothing of them is taken for a folder."""
    pieces = template.split("{")
    filled = pieces[0]
    for piece, part in zip(pieces[1:], parts, strict=True):
        filled += _quoted(str(part)) + piece.partition("}")[2]
    return filled if template in OUTSIDE else API + filled


def _quoted(part: str) -> str:
    return part.replace(".", "%2E") if part in (".", "..") else quote(part, safe="")


def _texts(value: object) -> Iterator[str]:
    """A value as it stands in an address; None does not."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, StrEnum):
        yield value.value
    elif isinstance(value, datetime | date):
        yield value.isoformat()
    elif value is not None:
        yield str(value)


def _tagged(seen: object) -> Seen:
    if isinstance(seen, Seen):
        return seen
    raise ValueError("this answer has no tag")
