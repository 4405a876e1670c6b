from __future__ import annotations

import pytest

from qbwc_server.companies.urls import checked_base, qbwc_refusals
from qbwc_server.errors import CompanyRefused


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://sync.example.com", "https://sync.example.com"),
        ("https://sync.example.com/", "https://sync.example.com"),
        ("  HTTPS://Sync.Example.COM:8443/ ", "https://sync.example.com:8443"),
        ("https://sync.example.com:", "https://sync.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:49152", "http://127.0.0.1:49152"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://office_pc", "https://office_pc"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_http_base_without_a_path_is_taken(given: str, kept: str) -> None:
    assert checked_base(given) == kept


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "1 to 200 characters"),
        ("https://" + "a" * 250, "1 to 200 characters"),
        ("sync.example.com", "begin with https://"),
        ("ftp://sync.example.com", "begin with https://"),
        ("https:sync.example.com", "begin with https://"),
        ("javascript:alert(1)", "begin with https://"),
        ("https://", "host name"),
        ("https:///qbwc", "host name"),
        ("https://:8443", "host name"),
        ("https://-a.example.com", "host name"),
        ("https://a..example.com", "host name"),
        ("https://bücher.example", "xn--"),
        ("https://user:secret@sync.example.com", "user name or password"),
        ("https://@sync.example.com", "user name or password"),
        ("https://sync.example.com/app", "no path"),
        ("https://sync.example.com//", "no path"),
        ("https://sync.example.com?a=1", "query"),
        ("https://sync.example.com/?", "query"),
        ("https://sync.example.com#top", "fragment"),
        ("https://sync.example.com:0", "port"),
        ("https://sync.example.com:65536", "port"),
        ("https://sync.example.com:http", "port"),
        ("https://sync.example.com:-1", "port"),
        ("https://[::1", "host and port"),
        ("https://sync.exa mple.com", "blanks"),
        ("https://sync.example\n.com", "blanks, control characters"),
        ("https://sync.example.com\\qbwc", "backslashes"),
    ],
)
def test_any_other_base_is_refused_with_its_reason(given: str, reason: str) -> None:
    with pytest.raises(CompanyRefused, match="^url: ") as refusal:
        checked_base(given)
    assert reason in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "base", ["https://sync.example.com", "https://sync.example.com:8443", "http://localhost:8000", "https://localhost"]
)
def test_the_web_connector_takes_https_and_localhost(base: str) -> None:
    assert qbwc_refusals(base) == []


@pytest.mark.parametrize(
    "base", ["http://sync.example.com", "http://office-pc:8000", "http://localhost.", "http://sync.localhost"]
)
def test_http_is_refused_with_the_code_the_user_would_meet(base: str) -> None:
    assert ["QBWC1010" in str(problem) for problem in qbwc_refusals(base)] == [True]


@pytest.mark.parametrize(
    "host",
    [
        "192.168.0.175",
        "[::1]",
        "[2001:db8::7]:8443",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0300.0250.0.1",
        "10.0.0.1.",
        "999.0.0.1",
    ],
)
def test_an_ip_address_in_any_notation_is_refused_with_its_codes(host: str) -> None:
    problems = [str(problem) for problem in qbwc_refusals(checked_base(f"https://{host}"))]
    assert len(problems) == 1
    assert "QBWC1001" in problems[0]
    assert "QBWC1002" in problems[0]


def test_http_on_an_address_is_refused_for_both_reasons() -> None:
    assert len(qbwc_refusals("http://127.0.0.1:8000")) == 2


@pytest.mark.parametrize("host", ["10.example.com", "0x7f.example.com", "v2.sync-7.example.com", "a1"])
def test_digits_in_a_host_name_are_no_address(host: str) -> None:
    assert qbwc_refusals(f"https://{host}") == []
