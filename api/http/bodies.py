"""Bodies of requests, taken in chunks: a body past its limit is refused before it is held anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from api.http.dependencies import RunningDep
from api.http.problems import Refusal, parameter_problem
from api.running import Running
from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.storage.files import Incoming

JSON_BYTES = 64 * 1024
NAME_CHARACTERS = 200

Model = TypeVar("Model", bound=BaseModel)

_NAME = Query(
    alias="name",
    min_length=1,
    max_length=NAME_CHARACTERS,
    description="The file's name, shown in lists, reports and problems. Its content says what it is.",
    examples=["visits.csv"],
)
FileName = Annotated[str, _NAME]
OptionalFileName = Annotated[str | None, _NAME]


class Upload:
    """A file that a request brought.

    Attributes:
        name: As the user calls it; without folders and control characters.
        incoming: Where its bytes lie; gone when the request ends unless it is kept.
    """

    def __init__(self, name: str, incoming: Incoming) -> None:
        self.name = name
        self.incoming = incoming


async def receive_upload(request: Request, running: RunningDep, name: FileName) -> AsyncIterator[Upload]:
    """Take the body of a request as a file.

    Raises:
        Refusal: It is a form, or encoded.
        LimitExceeded: It is larger than ``upload_bytes``.
        InputRefused: It is empty, or its name is none.
    """
    async for upload in _received(request, running, name):
        yield upload


UploadDep = Annotated[Upload, Depends(receive_upload)]


def upload_or_json(model: type[Model]) -> Callable[..., AsyncIterator[Upload | Model]]:
    """A dependency that takes the body as JSON of one shape where it is declared as JSON, otherwise as a file."""

    async def receive_either(
        request: Request, running: RunningDep, name: OptionalFileName = None
    ) -> AsyncIterator[Upload | Model]:
        if is_json(request):
            yield await json_of(request, model)
        elif name is None:
            raise InputRefused([Problem("service.missing-field", Place(element="name"), {"name": "name"})])
        else:
            async for upload in _received(request, running, name):
                yield upload

    return receive_either


async def _received(request: Request, running: Running, name: str) -> AsyncIterator[Upload]:
    _require_plain(request)
    limit = running.limits.upload_bytes
    with running.files.incoming(limit=limit) as incoming:
        failure: OSError | None = None
        async for chunk in limited(request, limit=limit):
            try:
                if failure is None:
                    incoming.write(chunk)
            except OSError as error:  # told once the client listens, as in ``limited``
                failure = error
        if failure is not None:
            raise failure
        stored = await run_in_threadpool(incoming.finish)
        if stored.size == 0:
            raise InputRefused([Problem("service.empty-body", Place(name))])
        yield Upload(clean_name(name), incoming)


async def limited(request: Request, *, limit: int, name: str = "upload_bytes") -> AsyncIterator[bytes]:
    """The chunks of a body.

    A client that is still sending does not listen; so the rest of a body that is too large is thrown away, up to as
    much again, before the refusal is sent.

    Raises:
        LimitExceeded: More than ``limit`` bytes were announced or came.
    """
    announced = request.headers.get("content-length", "")
    size = int(announced) if announced.isascii() and announced.isdigit() else 0
    if size > 2 * limit:
        raise LimitExceeded(limit=name, allowed=limit, found=size)
    found = 0
    async for chunk in request.stream():
        found += len(chunk)
        if found <= limit:
            yield chunk
        elif found > 2 * limit:
            break
    if found > limit:
        raise LimitExceeded(limit=name, allowed=limit, found=max(found, size))


def json_body(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads the body of a request as JSON of one shape."""

    async def receive_json(request: Request) -> Model:
        return await json_of(request, model)

    return receive_json


async def json_of(request: Request, model: type[Model]) -> Model:
    """The body of a request as JSON.

    Raises:
        Refusal: It is not declared as JSON, encoded, or larger than 64 KiB.
        InputRefused: It is not JSON, or not of this shape; every field that is wrong is named.
    """
    try:
        body = await json_bytes(request, limit=JSON_BYTES, name="json")
    except LimitExceeded:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "service.body-too-large", allowed=JSON_BYTES) from None
    try:
        read = model.model_validate_json(body)
    except ValidationError as error:
        entries = error.errors(include_url=False, include_input=False)
        if any(entry["type"] == "json_invalid" for entry in entries):
            raise InputRefused([Problem("service.bad-json")]) from None
        raise InputRefused(parameter_problem(entry) for entry in entries) from None
    if b"\\u0000" in body:  # no other way to write it in JSON; PostgreSQL cannot keep it
        refuse_nul(read.model_dump(mode="json"))
    return read


def refuse_nul(said: object, name: str = "") -> None:
    """Hold that no text holds NUL.

    Raises:
        InputRefused: One does.
    """
    if isinstance(said, str) and "\0" in said:
        raise InputRefused([parameter_problem({"type": "nul", "loc": (name,)})])
    members = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for part, value in members:
        refuse_nul(value, f"{name}.{part}".lstrip("."))


async def json_bytes(request: Request, *, limit: int, name: str) -> bytes:
    """The body of a request that is declared as JSON, not yet read.

    Args:
        request: The request.
        limit: Bytes past which it is refused.
        name: The limit's name.

    Raises:
        Refusal: It is not declared as JSON, or encoded.
        LimitExceeded: It is too large.
    """
    _require_plain(request)
    if not is_json(request):
        media_type = _media_type(request)
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "service.not-json", found=media_type[:100])
    return b"".join([chunk async for chunk in limited(request, limit=limit, name=name)])


def is_json(request: Request) -> bool:
    """Whether a request says that its body is JSON."""
    return _media_type(request) == "application/json"


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def clean_name(name: str) -> str:
    """A file's name without its folders and without what no file name should hold.

    Raises:
        InputRefused: Nothing is left.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character for character in last if character.isprintable() and character != "�").strip()
    if clean in ("", ".", ".."):
        raise InputRefused([Problem("service.bad-name", Place(element="name"))])
    return clean


def _require_plain(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "service.encoded-body")
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "service.form-body")
