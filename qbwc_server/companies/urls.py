"""The public base URL of the server: what can be registered, and what the Web Connector accepts."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from qbwc_server.errors import CompanyRefused, Problem

MAX_LENGTH = 200
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]+")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_EXAMPLE = "Give it as https://HOST, for instance https://sync.example.com; /qbwc and /support are added to it."


def checked_base(text: str) -> str:
    """The base in its one form: lower-case scheme and host, the port if it was given, no slash at the end.

    Takes any http or https URL without a path. Raises CompanyRefused with the first thing that is wrong.
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise _refused(f"must have 1 to {MAX_LENGTH} characters, this has {len(text)}.")
    if any(ord(character) <= 32 or ord(character) == 127 for character in text) or "\\" in text:
        raise _refused("must not hold blanks, control characters or backslashes.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused("has no readable host and port; a port is a number from 1 to 65535.") from None
    if port == 0:
        raise _refused("has port 0; a port is a number from 1 to 65535.")
    _check_shape(text, parts)
    host = _host_text(parts.hostname or "")
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def qbwc_refusals(base: str) -> list[Problem]:
    """What the Web Connector would refuse when it loads a .qwc with this base, each with its QBWC code.

    `base` comes from `checked_base`. Source: facts/qbwc-protocol.md section 1.5.
    """
    parts = urlsplit(base)
    host = parts.hostname or ""
    problems = []
    if parts.scheme != "https" and host != "localhost":
        message = f"{base} is not https; the Web Connector would refuse it with QBWC1010."
        problems.append(Problem(message, "url", "Only the host localhost may go without TLS."))
    if is_ip_address(host):
        message = f"{host} is an IP address; the Web Connector would refuse it with QBWC1001 and QBWC1002."
        problems.append(Problem(message, "url", "Use a host name that the customer's PC can look up."))
    return problems


def suggested_base(seen: str) -> str:
    """The base under which a browser sees this server, as far as the Web Connector would take it; "" otherwise.

    Whoever looks from the server's own computer sees an IP address there, and is given its name.
    """
    try:
        base = checked_base(re.sub(r"//(127\.0\.0\.1|\[::1\])(?=[:/]|$)", "//localhost", seen))
    except CompanyRefused:
        return ""
    return "" if qbwc_refusals(base) else base


def is_local(base: str) -> bool:
    """Whether a base, from `checked_base`, can be reached from the server's own computer alone."""
    return urlsplit(base).hostname == "localhost"


def is_ip_address(host: str) -> bool:
    """Whether Windows would read the host as an address: IPv6, or a last label that is a number in any notation.

    So 10.0.0.1, 127.1, 0x7f000001, 2130706433 and 127.0.0.1. all are.
    """
    return ":" in host or bool(_NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]))


def _check_shape(text: str, parts: SplitResult) -> None:
    if parts.scheme not in ("http", "https") or "://" not in text:
        raise _refused("must begin with https:// (or http://, for localhost).")
    if "@" in parts.netloc:
        raise _refused("must not hold a user name or password; the Web Connector has its own.")
    if not _is_host(parts.hostname or ""):
        raise _refused("has no valid host name; one with other than ASCII letters is written in its xn-- form.")
    if parts.query or "?" in text:
        raise _refused("must not hold a query (?...).")
    if parts.fragment or "#" in text:
        raise _refused("must not hold a fragment (#...).")
    if parts.path not in ("", "/"):
        raise _refused(f"must have no path, this has {parts.path}.")


def _is_host(host: str) -> bool:
    if ":" in host:
        return bool(_IPV6.fullmatch(host))
    return len(host) <= 253 and bool(_HOST.fullmatch(host))


def _host_text(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refused(rule: str) -> CompanyRefused:
    return CompanyRefused(Problem(rule, path="url", remedy=_EXAMPLE))
