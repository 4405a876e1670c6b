"""Retry and cancel for many: the preview, the deed in chunks, and what was not there when the person looked."""

from __future__ import annotations

import pytest

from qbwc_server import desk as desks
from qbwc_server.db import Database
from qbwc_server.desk import Deed, JobFilter, Preview, Result, Selection, bulk
from qbwc_server.errors import JobRefused, UnknownJob
from qbwc_server.jobs import Applied, Status
from tests.support.desk import customer, invoice
from tests.support.queueing import QueueDesk


def previewed(db: Database, deed: Deed, selection: Selection, *, with_dependents: bool = False) -> Preview:
    with db.read() as c:
        return desks.preview(c, deed, selection, with_dependents=with_dependents)


def done(desk: QueueDesk, deed: Deed, selection: Selection, *, with_dependents: bool = False) -> Result:
    return desks.carry_out(desk.db, deed, selection, desk.clock, with_dependents=with_dependents, actor="test")


def all_of(desk: QueueDesk, up_to: str) -> Selection:
    return Selection(matching=JobFilter(company="Acme"), up_to=desk.number(up_to))


def test_a_preview_says_how_many_and_why_not(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(5)), invoice("INV-1", to="C-4"))
    for name in ("C-0", "C-1"):
        desk.fails(name)
    desk.becomes("C-2", Status.FAILED, applied=Applied.UNKNOWN)
    desk.becomes("C-3", Status.DONE)
    ids = tuple(desk.number(f"C-{number}") for number in range(4))

    told = previewed(db, Deed.RETRY, Selection(ids))

    assert (told.will_change, told.will_stay, told.is_capped) == (2, 2, False)
    assert {(reason.text, reason.count) for reason in told.reasons} == {
        ("may be in the books already and is not sent again", 1),
        ("is done; there is nothing to try again", 1),
    }
    assert "job" in str(told.reasons[0].examples[0])
    assert desk.statuses("C-0", "C-1") == {"C-0": "failed", "C-1": "failed"}, "a preview changes nothing"
    with pytest.raises(UnknownJob):
        previewed(db, Deed.RETRY, Selection((2**60,)))


def test_all_that_match_are_those_that_were_there_when_the_person_looked(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    desk.enqueue(customer("C-1"), customer("C-2"), customer("C-3"))
    other.enqueue(customer("B-1"))
    for name in ("C-1", "C-3"):
        desk.fails(name)
    other.fails("B-1")

    result = done(desk, Deed.RETRY, all_of(desk, up_to="C-2"))

    assert (result.changed, result.stayed, result.is_unfinished) == (1, 0, False)
    assert desk.statuses("C-1", "C-3") == {"C-1": "queued", "C-3": "failed"}
    assert other.statuses("B-1") == {"B-1": "failed"}
    assert done(desk, Deed.RETRY, all_of(desk, up_to="C-2")).changed == 0, "done twice, it changes nothing more"


def test_a_deed_goes_on_chunk_by_chunk_in_whatever_order_jobs_wait(
    desk: QueueDesk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    desk.enqueue(invoice("INV-0", to="C-0"), *(customer(f"C-{number}") for number in range(5)))
    desk.enqueue(*(invoice(f"INV-{number}", to="C-1") for number in range(1, 4)))
    everything = all_of(desk, up_to="INV-3")

    assert previewed(db, Deed.CANCEL, everything).will_change == 9
    assert done(desk, Deed.CANCEL, everything).changed == 9
    assert desks.carry_out(db, Deed.CANCEL, everything, desk.clock, actor="test").changed == 0

    cancelled = Selection(matching=JobFilter(statuses=(Status.CANCELLED,)), up_to=everything.up_to)
    assert done(desk, Deed.RETRY, cancelled).changed == 9


def test_a_page_that_cannot_wait_does_a_part_and_goes_on(
    desk: QueueDesk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    desk.enqueue(*(customer(f"C-{number}") for number in range(5)))
    everything = all_of(desk, up_to="C-4")

    first = desks.carry_out(db, Deed.CANCEL, everything, desk.clock, actor="test", most=2)

    assert (first.changed, first.is_unfinished) == (2, True)
    assert desks.carry_out(db, Deed.CANCEL, everything, desk.clock, actor="test", most=100).changed == 3


def test_what_others_wait_for_is_cancelled_only_with_them(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), customer("C-2"), invoice("INV-2", to="C-2"))
    desk.becomes("INV-2", Status.SENT, applied=Applied.UNKNOWN)
    both = Selection((desk.number("C-1"), desk.number("C-2")))

    assert [reason.text for reason in previewed(db, Deed.CANCEL, both).reasons] == ["is waited for by other jobs"]
    told = previewed(db, Deed.CANCEL, both, with_dependents=True)
    assert (told.will_change, told.will_stay) == (1, 1)
    result = done(desk, Deed.CANCEL, both, with_dependents=True)
    assert (result.changed, result.stayed) == (2, 1)
    assert desk.statuses("C-1", "INV-1", "C-2") == {"C-1": "cancelled", "INV-1": "cancelled", "C-2": "queued"}


def test_a_text_that_matches_too_much_is_no_selection(
    desk: QueueDesk, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbwc_server.desk.finding.MOST_MATCHES", 2)
    desk.enqueue(*(customer(f"C-{number}") for number in range(5)))

    with pytest.raises(JobRefused, match="jobs match"):
        done(desk, Deed.CANCEL, Selection(matching=JobFilter(text="C-"), up_to=2**40))
