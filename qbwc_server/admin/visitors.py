"""Where a request came from, and whether our own page sent it.

X-Forwarded-For and X-Forwarded-Proto are believed only from the proxies of QBWC_TRUSTED_PROXIES, for anybody can write
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from flask import Request

Networks = Sequence[IPv4Network | IPv6Network]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}


def address_of(request: Request, proxies: Networks) -> str:
    """The address of whoever sent this: the last one in the chain of proxies that is not a trusted proxy itself."""
    peer = request.remote_addr or ""
    hops = [peer]
    if _among(peer, proxies):
        hops += reversed([hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()])
    believed = peer
    for hop in hops:
        if not _is_address(hop):
            break  # a header that is none; what came before it still holds
        believed = hop
        if not _among(hop, proxies):
            break
    return believed


def is_secure(request: Request, proxies: Networks) -> bool:
    """Whether the browser spoke https, to us or to a trusted proxy."""
    if request.scheme == "https":
        return True
    told = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
    return told == "https" and _among(request.remote_addr or "", proxies)


def from_our_own_page(request: Request, *, secure: bool) -> bool:
    """Whether the browser says that a page of this very origin sent the request, or the person themselves.

    Every browser says so in one of three headers with a POST; a request that has none of them is refused.
    """
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        return fetched in {"same-origin", "none"}
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return source is not None and _origin(source) == _origin(f"{'https' if secure else 'http'}://{request.host}")


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parsed = urlsplit(url)
        port = parsed.port
    except ValueError:
        return None
    if parsed.scheme not in _PORTS or not parsed.hostname:
        return None
    return parsed.scheme, parsed.hostname, port or _PORTS[parsed.scheme]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _among(text: str, proxies: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in proxies)
