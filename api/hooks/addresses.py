"""To which addresses hooks may lead: nobody shall reach through the service what only the service can reach.

A name is looked up anew for each attempt, every address that it has is checked, and the connection is made to the
address that was checked, so that a name that changes between the check and the connection leads nowhere else.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from engine.errors import Problem

SCHEMES = {"http": 80, "https": 443}
URL_CHARACTERS = 2_000
_WITH_IPV4 = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "::/96")))
"""Mapped addresses, those of NAT64 (RFC 6052), and compatible ones (RFC 4291, 2.5.5)."""


class AddressRefusedError(OSError):
    """The name leads to an address that hooks may not lead to."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a hook leads.

    Attributes:
        secure: Whether by HTTPS.
        host: Name or address.
        port: Port.
        path: Path and query.
    """

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target | None:
    """Where a URL leads; None where it is none that hooks can have."""
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_CHARACTERS
    if not plain or parts.scheme not in SCHEMES or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, port or SCHEMES[parts.scheme], path)


def problem_with(url: str, *, private: bool) -> Problem | None:
    """What is wrong with the URL of a hook that is to be registered.

    Args:
        url: The URL.
        private: Whether addresses of this machine and of private networks are allowed.
    """
    target = target_of(url)
    if target is None:
        return Problem("hook.bad-url", values={"most": URL_CHARACTERS})
    try:
        checked_address(target, private=private)
    except AddressRefusedError:
        return Problem("hook.address-refused", values={"host": target.host})
    except OSError:  # it may be there later; each attempt looks it up anew
        return None
    return None


def checked_address(target: Target, *, private: bool) -> str:
    """The address of a target's host.

    Raises:
        AddressRefusedError: One of its addresses is not of the public internet, and such ones are not allowed.
        OSError: It has none.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    if not private and not all(_is_public(address) for address in addresses):
        raise AddressRefusedError(target.host)
    return addresses[0]


def connection_to(target: Target, *, private: bool, seconds: float) -> http.client.HTTPConnection:
    """A connection to the address that was checked. Redirects are not followed: they would lead elsewhere.

    Raises:
        OSError: As ``checked_address``; or nobody is there, or its certificate is not its own.
    """
    address = checked_address(target, private=private)
    connection = http.client.HTTPConnection(target.host, target.port, timeout=seconds)
    connection.sock = socket.create_connection((address, target.port), timeout=seconds)
    if target.secure:
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=target.host)
    return connection


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.is_site_local or found.sixtofour is not None or found.teredo is not None:
            return False
        for network in _WITH_IPV4:
            if found in network:  # a gateway, or the system itself, leads on to the address in its last 32 bits
                return _is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast
