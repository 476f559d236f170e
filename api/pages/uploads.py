"""Files that are sent from a page: the answer is where to go, or a fragment that says what is wrong."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Response


def gone_to(address: str) -> Response:
    """Tell the page's script where to go."""
    return Response(status_code=HTTPStatus.CREATED.value, headers={"Location": address})
