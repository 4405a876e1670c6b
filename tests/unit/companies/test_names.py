from __future__ import annotations

import re

import pytest

from qbwc_server.companies.names import checked_minutes, checked_name, checked_path, make_username, name_key
from qbwc_server.errors import CompanyRefused
from tests.support.doubles import SeededChance


@pytest.mark.parametrize("name", ["A", "Acme Hardware", "Müller & Söhne <GmbH>", "株式会社", "x" * 64, "R\\D / west"])
def test_a_printable_name_is_kept_as_it_is(name: str) -> None:
    assert checked_name(f"  {name} ") == name


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 65, "ß" * 64, "Acme\nHardware", "Acme\x00", "Acme\x1b[31m", "\ud800", "A\u202eB"]
)
def test_an_empty_over_long_or_unprintable_name_is_refused(name: str) -> None:
    with pytest.raises(CompanyRefused, match="^name: "):
        checked_name(name)


def test_names_that_differ_only_by_case_or_encoding_are_the_same() -> None:
    assert name_key("MÜLLER") == name_key("Mu\u0308ller ")
    assert name_key("Acme") != name_key("Acme 2")


@pytest.mark.parametrize(
    "path", [r"C:\Books\Acme.qbw", "d:/books/acme.QBW", r"\\server\books\Acme & Söhne.qbw", r"C:\A's (2026).qbw"]
)
def test_a_full_windows_path_is_taken(path: str) -> None:
    assert checked_path(f" {path} ") == path


def test_no_path_means_the_file_that_is_open() -> None:
    assert checked_path("  ") == ""


@pytest.mark.parametrize(
    "path",
    [
        "none",
        "busy",
        "Acme.qbw",
        r"Books\Acme.qbw",
        "C:Acme.qbw",
        "/srv/acme.qbw",
        r"\\server",
        "C:\\",
        r'"C:\Books\Acme.qbw"',
        r"C:\Books\Ac|me.qbw",
        "C:\\Books\\Ac\nme.qbw",
        "C:\\" + "x" * 257,
    ],
)
def test_a_path_that_is_not_full_or_not_windows_is_refused(path: str) -> None:
    with pytest.raises(CompanyRefused, match="^file: "):
        checked_path(path)


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_a_schedule_outside_a_minute_to_a_day_is_refused(minutes: int) -> None:
    with pytest.raises(CompanyRefused, match="1 to 1440"):
        checked_minutes(minutes)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Acme Hardware", "acme-hardware"),
        ("Müller & Söhne", "muller-sohne"),
        ("株式会社", "company"),
        ("--", "company"),
        ("The Extraordinarily Long Name of a Company", "the-extraordinarily-long"),
    ],
)
def test_a_username_tells_whose_it_is_in_short_ascii(name: str, stem: str) -> None:
    username = make_username(name, SeededChance())
    assert re.fullmatch(re.escape(stem) + "-[0-9a-f]{8}", username)
    assert len(username) <= 40


def test_two_companies_of_one_stem_get_different_usernames() -> None:
    chance = SeededChance()
    assert make_username("Acme!", chance) != make_username("Acme?", chance)
