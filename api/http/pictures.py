"""Pictures and pages as responses."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Response

from engine.rendering.picture import PictureFormat
from engine.vocabulary import Language

PICTURE_TYPES = {
    PictureFormat.SVG: "image/svg+xml",
    PictureFormat.PNG: "image/png",
    PictureFormat.PDF: "application/pdf",
}

PICTURE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A picture needs nothing but itself: whatever a label in it says, no script runs and nothing is fetched."""

REPORT_POLICY = f"sandbox; {PICTURE_POLICY}"
"""So does a report, and it is none of our pages: it can do nothing as its reader. PDF is not shown in a sandbox."""


def picture_response(content: bytes, picture: PictureFormat, language: Language) -> Response:
    """A picture."""
    headers = {"Content-Language": language.value, "Content-Security-Policy": PICTURE_POLICY}
    return Response(content, HTTPStatus.OK, headers, PICTURE_TYPES[picture])
