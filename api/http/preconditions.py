"""Entity tags and preconditions (RFC 9110, 8.8.3 and 13).

Who has an answer is not sent it again, and who changes something may say what it has to be like for that.

A tag is ``"BODY"`` or ``"VERSION-BODY"``: the first digits of the SHA-256 of the answer's bytes, and, of what can
change, of its state. The same state has answers of several kinds, one in each language for example; so
``If-None-Match`` goes by the whole tag, and ``If-Match`` of a request that changes something by the version.
"""

from __future__ import annotations

import hashlib
import json
import re
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from api.http.problems import Refusal

VERSION_DIGITS = 16
BODY_DIGITS = 32
KEPT_HEADERS = ("cache-control", "content-language", "vary")
"""What a 304 says again of the answer that it stands for."""

VARIES = "Accept-Language, Authorization, Cookie"

_TAG = re.compile(r'(?:\s*,)*\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


class Unchanged(Exception):  # noqa: N818 - the name says what happened
    """Who asks has the answer already.

    Attributes:
        etag: Its tag.
    """

    def __init__(self, etag: str) -> None:
        self.etag = etag
        super().__init__(etag)


class Tag:
    """The tag of what a request is about."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._version = ""

    def has(self, *state: object) -> None:
        """Say the state of what is read: everything of it that can change, in words that mean the same for ever."""
        self._version = _version(state)

    def holds(self, *state: object) -> None:
        """Hold that what is about to be changed is what the request says it has to be; in the change's unit of work.

        Raises:
            Refusal: It is not.
        """
        version = _version(state)
        wanted, unwanted = self._given("if-match"), self._given("if-none-match")
        if wanted is not None and not any(tag.partition("-")[0] == version for tag in wanted) and "*" not in wanted:
            raise failed()
        if unwanted is not None and ("*" in unwanted or any(tag.partition("-")[0] == version for tag in unwanted)):
            raise failed()

    def stored(self, digest: str) -> str:
        """Say that the answer is a file of this SHA-256, before it is read; its tag.

        Raises:
            Unchanged: Who asks has it.
        """
        etag = self._of(digest)
        if self._is_known(etag):
            raise Unchanged(etag)
        return etag

    def answered(self, response: Response) -> Response:
        """An answer with its tag; 304 where who asks has it, 412 where ``If-Match`` wants another one."""
        body = getattr(response, "body", None)  # a file that is about to be sent has its tag; what never ends has none
        if response.status_code != HTTPStatus.OK or (body is None and "ETag" not in response.headers):
            return response
        etag = response.headers.setdefault("ETag", self._of(hashlib.sha256(body or b"").hexdigest()))
        response.headers.setdefault("Vary", VARIES)
        wanted = self._given("if-match")
        if wanted is not None and "*" not in wanted and etag.strip('"') not in wanted:
            raise failed()
        if not self._is_known(etag):
            return response
        return not_modified(etag, {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers})

    def _of(self, digest: str) -> str:
        return f'"{self._version}-{digest[:BODY_DIGITS]}"' if self._version else f'"{digest[:BODY_DIGITS]}"'

    def _is_known(self, etag: str) -> bool:
        known = self._given("if-none-match", weak=True)
        return known is not None and ("*" in known or etag.strip('"') in known)

    def _given(self, header: str, *, weak: bool = False) -> set[str] | None:
        """What a header holds: tags without their quotes, or ``*``; None without the header."""
        values = self._request.headers.getlist(header)
        if not values:
            return None
        text = ", ".join(values).strip()
        return {"*"} if text == "*" else {tag for is_weak, tag in _TAG.findall(text) if weak or not is_weak}


def not_modified(etag: str, headers: dict[str, str] | None = None) -> Response:
    """The answer to who has it."""
    return Response(None, HTTPStatus.NOT_MODIFIED.value, {"vary": VARIES, **(headers or {}), "etag": etag})


def failed() -> Refusal:
    """What is there is not what the request says it has to be."""
    return Refusal(HTTPStatus.PRECONDITION_FAILED, "service.precondition-failed")


async def tag_of(request: Request) -> Tag:
    """The tag of what a request is about; of a page, one that nobody is told."""
    return getattr(request.state, "tag", None) or Tag(request)


TagDep = Annotated[Tag, Depends(tag_of)]


def _version(state: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()[:VERSION_DIGITS]
