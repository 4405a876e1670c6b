"""What a person types after --crash."""

from __future__ import annotations

import pytest

from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator import Crash, Point, ScriptedFaults, parse_crash
from tests.unit.simulator.asking import customer, message_set, query


@pytest.mark.parametrize(
    ("text", "point", "number"),
    [
        ("after-authenticate", Point.AFTER_AUTHENTICATE, 1),
        ("after-authenticate@1", Point.AFTER_AUTHENTICATE, 1),
        ("after-send", Point.AFTER_SEND, 1),
        ("partly-booked@2", Point.PARTLY_BOOKED, 2),
        ("after-booked@17", Point.AFTER_BOOKED, 17),
        ("after-receive@3", Point.AFTER_RECEIVE, 3),
    ],
)
def test_a_moment_is_told_with_the_number_of_the_set(text: str, point: Point, number: int) -> None:
    assert parse_crash(text) == (point, number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@2",
        "after-lunch",
        "before-commit",
        "After-Send",
        "after-send 2",
        "after-send\n",
        "after-send@",
        "after-send@0",
        "after-send@-1",
        "after-send@x",
        "after-send@1@2",
        "after-send@12345678",
    ],
)
def test_anything_else_is_refused_and_the_moments_are_named(text: str) -> None:
    with pytest.raises(SimulationFailed) as refused:
        parse_crash(text)
    for point in ("after-authenticate", "after-send", "partly-booked", "after-booked", "after-receive"):
        assert point in str(refused.value)


def test_a_run_has_one_authenticate() -> None:
    with pytest.raises(SimulationFailed, match="leave out @2"):
        parse_crash("after-authenticate@2")


def test_whether_a_crash_is_still_to_come_can_be_seen() -> None:
    faults = ScriptedFaults()
    due = [faults.is_crash_due]
    faults.crash_at(Point.AFTER_SEND, 2)
    for text in (query("CustomerQuery"), customer("A")):
        faults.at(Point.AFTER_SEND, message_set(text))
        due.append(faults.is_crash_due)
    with pytest.raises(Crash, match="after-send"):
        faults.at(Point.AFTER_SEND, message_set(customer("B")))
    assert [*due, faults.is_crash_due] == [False, True, True, False]
