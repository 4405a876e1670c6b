from __future__ import annotations

import pytest
from flask import Request
from werkzeug.test import create_environ

from qbwc_server.admin.visitors import address_of, from_our_own_page, is_secure
from qbwc_server.config import networks

LOCAL = networks("127.0.0.1,::1")


def request(peer: str = "127.0.0.1", scheme: str = "http", host: str = "sync.example.com", **headers: str) -> Request:
    environ = create_environ(
        base_url=f"{scheme}://{host}",
        headers=[(name.replace("_", "-"), value) for name, value in headers.items()],
        environ_base={"REMOTE_ADDR": peer},
    )
    return Request(environ)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("127.0.0.1", "203.0.113.5", "127.0.0.1,::1", "203.0.113.5"),
        ("::1", "2001:db8::5", "127.0.0.1,::1", "2001:db8::5"),
        ("::ffff:127.0.0.1", "203.0.113.5", "127.0.0.1", "203.0.113.5"),
        ("198.51.100.1", "203.0.113.5", "127.0.0.1,::1", "198.51.100.1"),  # spoofed
        ("127.0.0.1", "6.6.6.6, 203.0.113.5", "127.0.0.1", "203.0.113.5"),  # what a client adds stands on the left
        ("10.0.0.2", "203.0.113.5, 10.0.0.9", "10.0.0.0/8", "203.0.113.5"),  # two proxies
        ("127.0.0.1", "203.0.113.5, <script>", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5", "none", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_only_from_a_listed_proxy(
    peer: str, forwarded: str, proxies: str, address: str
) -> None:
    assert address_of(request(peer, X_Forwarded_For=forwarded), networks(proxies)) == address


@pytest.mark.parametrize(
    ("peer", "scheme", "forwarded", "secure"),
    [
        ("127.0.0.1", "http", "https", True),
        ("127.0.0.1", "http", "http", False),
        ("127.0.0.1", "http", "", False),
        ("198.51.100.1", "http", "https", False),
        ("198.51.100.1", "https", "", True),
    ],
)
def test_https_is_known_from_the_request_or_a_listed_proxy(
    peer: str, scheme: str, forwarded: str, secure: bool
) -> None:
    assert is_secure(request(peer, scheme, X_Forwarded_Proto=forwarded), LOCAL) is secure


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "https://sync.example.com"}, False),
        ({"Sec_Fetch_Site": ""}, False),
        ({"Origin": "https://sync.example.com"}, True),
        ({"Origin": "https://sync.example.com:443"}, True),
        ({"Origin": "https://SYNC.example.com"}, True),
        ({"Origin": "http://sync.example.com"}, False),
        ({"Origin": "https://sync.example.com:8443"}, False),
        ({"Origin": "https://sync.example.com.evil.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://[bad"}, False),
        ({"Origin": "https://evil.example", "Referer": "https://sync.example.com/admin/"}, False),
        ({"Referer": "https://sync.example.com/admin/people"}, True),
        ({"Referer": "https://evil.example/https://sync.example.com"}, False),
        ({}, False),
    ],
)
def test_a_request_of_our_own_page_is_told_from_another_sites(headers: dict[str, str], ours: bool) -> None:
    assert from_our_own_page(request(**headers), secure=True) is ours


def test_a_port_and_an_address_in_brackets_are_part_of_the_origin() -> None:
    assert from_our_own_page(request(host="[::1]:8000", Origin="http://[::1]:8000"), secure=False)
    assert not from_our_own_page(request(host="localhost:8000", Origin="http://localhost:8001"), secure=False)
