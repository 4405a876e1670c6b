"""In which order the ways of writing a set are tried, and which are given up."""

from __future__ import annotations

import pytest

from qbwc_server.exchange.canary import Manner, manners
from qbwc_server.qbxml import Version


def _told(first: Manner) -> list[str]:
    return [f"{manner.version}{' with ids' if manner.carries_id else ''}" for manner in manners(first)]


def test_ids_are_given_up_before_the_version_and_both_at_last() -> None:
    assert _told(Manner(Version(13, 0), carries_id=True)) == [
        "13.0 with ids",
        "13.0",
        "12.0 with ids",
        "11.0 with ids",
        "12.0",
        "11.0",
    ]


def test_what_was_sent_without_ids_is_only_tried_in_older_versions() -> None:
    assert _told(Manner(Version(12, 0), carries_id=False)) == ["12.0", "11.0"]


def test_a_newer_version_than_the_usual_one_falls_back_to_the_usual_one_first() -> None:
    assert _told(Manner(Version(16, 0), carries_id=True))[:3] == ["16.0 with ids", "16.0", "13.0 with ids"]


@pytest.mark.parametrize("carries_id", [True, False])
def test_nothing_is_tried_twice(carries_id: bool) -> None:
    tried = manners(Manner(Version(14, 0), carries_id=carries_id))
    assert len(set(tried)) == len(tried)
