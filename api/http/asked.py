"""What a request asks for, as it stands in its first line: ``Request.url`` is made of the path once it was decoded.

So ``/cases/a%23b`` and ``/cases/a%2523b`` are one there, ``/cases/a%2Fb`` is another than it was, a line break is left
out, and ``/cases/案`` is not ASCII: an address that is to be asked for again, or told from others, is not made of it.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request

_KEPT = "/%:@!$&'()*+,;=~"


def path_of(request: Request) -> str:
    """The path of a request as it was sent: in ASCII, what is special percent-encoded, with one ``/`` in front."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode("utf-8", "surrogatepass")
    return "/" + quote(raw, safe=_KEPT).lstrip("/")


def query_of(request: Request) -> str:
    """The query of a request as it was sent, without its question mark."""
    query: bytes = request.scope.get("query_string", b"")
    return quote(query, safe=f"{_KEPT}?")


def asked_again(request: Request, **changed: str | int | None) -> str:
    """The address of a request with some parameters of its query changed; None leaves one out."""
    query = urlencode(request.query_params.multi_items())
    return readdressed(f"{path_of(request)}?{query}", **changed)


def readdressed(address: str, **changed: str | int | None) -> str:
    """An address of ours with some parameters of its query changed; None leaves one out."""
    path, _, given = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(given, keep_blank_values=True) if name not in changed]
    query = urlencode([*kept, *((name, value) for name, value in changed.items() if value is not None)])
    return path + (f"?{query}" if query else "")
