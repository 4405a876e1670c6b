from __future__ import annotations

import pytest

from qbwc_server.accounts import checked_password
from qbwc_server.errors import PasswordRefused

NAMES = ["jane.doe@acmehardware.example", "Acme Hardware LLC"]


@pytest.mark.parametrize(
    "password",
    [
        "k3v9-zq!",  # 8 characters, the fewest
        "correct horse battery staple",
        "onlyletterswithoutdigits",
        "84620918375502",
        "  blanks at both ends  ",
        "tab\tand\x00nul are characters",
        "пароль из многих слов",
        "密码密码很长的密码",
        "🐎🔋📎✅🐎🔋📎🥁",
        "x7" * 128,  # 256 characters, the most
        "acme hardware sells my fine hammers",  # names may stand in it
    ],
)
def test_a_long_uncommon_password_is_taken_exactly_as_it_was_typed(password: str) -> None:
    assert checked_password(password, NAMES) == password


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 8 characters"),
        ("7 chars", "at least 8 characters"),
        ("x7" * 128 + "x", "at most 256 characters"),
        ("12345678", "anybody would try"),
        ("password1", "anybody would try"),
        ("PassWord", "anybody would try"),
        ("qwertyuiop", "anybody would try"),
        ("iloveyou2", "anybody would try"),
        ("trustno1", "anybody would try"),
        ("zzzzzzzzzzzzzz", "anybody would try"),
        ("quickbooks", "a name that others know"),
        ("QuickBooks2026!", "a name that others know"),
        ("qbwc-server-1", "a name that others know"),
        ("intuit.webconnector", "a name that others know"),
        ("QBWCpassword1", "a name that others know"),
        ("AcmeHardware7", "a name that others know"),
        ("acme hardware llc", "a name that others know"),
        ("jane.doe@acmehardware.example", "a name that others know"),
        ("jane.doe12", "a name that others know"),
    ],
)
def test_a_short_or_guessable_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(PasswordRefused, match=reason) as refusal:
        checked_password(password, NAMES)
    (problem,) = refusal.value.problems
    assert (problem.path, bool(problem.remedy)) == ("password", True)
    assert not password or password not in str(refusal.value)


def test_an_accent_typed_in_two_ways_is_the_same_password_and_a_ligature_is_not() -> None:
    assert checked_password("cafe\u0301 au lait") == checked_password("caf\u00e9 au lait")
    assert checked_password("\ufb01ne old coffee") != checked_password("fine old coffee")


def test_the_length_is_counted_in_characters_as_people_see_them() -> None:
    with pytest.raises(PasswordRefused, match="at least 8"):
        checked_password("e\u0301" * 7)
