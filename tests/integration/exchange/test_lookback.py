"""Looking back before a visit writes: only what was asked for can be missed, and only by an answer that is in time."""

from __future__ import annotations

from qbwc_server.db import Database, tables
from qbwc_server.jobs import Applied, Status
from tests.support.desk import Desk, customer, read


def _seen_before(desk: Desk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    desk.exchange.close(ticket)


def test_the_same_lookback_answer_twice_holds_nothing_that_was_booked_in_between(desk: Desk) -> None:
    _seen_before(desk)
    desk.enqueue(customer("C-3"), customer("C-4"))
    ticket = desk.log_in()
    told = desk.everything_is_there(read(desk.ask(ticket)))
    desk.hand_in(ticket, told)
    desk.answer(ticket, desk.send(ticket))
    desk.hand_in(ticket, told)
    assert set(desk.statuses().values()) == {Status.DONE}
    assert not desk.company.is_paused


def test_a_late_write_answer_before_the_lookback_answer_holds_nothing(desk: Desk) -> None:
    _seen_before(desk)
    desk.enqueue(customer("C-3"), customer("C-4"))
    old = desk.log_in()
    write = desk.send(old)
    new = desk.log_in()
    lookback = read(desk.ask(new))
    assert lookback.is_lookback
    desk.answer(old, write)
    desk.hand_in(new, desk.everything_is_there(lookback))
    assert set(desk.statuses().values()) == {Status.DONE}
    assert not desk.company.is_paused


def test_what_was_gone_and_is_there_after_all_is_done_again(desk: Desk) -> None:
    _seen_before(desk)
    desk.enqueue(customer("C-3"))
    ticket = desk.log_in()
    lookback = read(desk.ask(ticket))
    only_one = desk.everything_is_there(lookback).replace("80000002-1700000000", "80000099-1700000000")
    desk.hand_in(ticket, only_one)
    assert desk.statuses()["C-2"] is Status.HELD
    desk.exchange.close(ticket)
    ticket = desk.log_in()
    desk.hand_in(ticket, desk.everything_is_there(read(desk.ask(ticket))))
    assert desk.statuses()["C-2"] is Status.DONE


def test_a_job_that_cannot_be_looked_for_is_never_taken_for_not_there(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    desk.send(desk.greet())
    with db.write() as c:  # as a stricter version of the payload's rules would find it
        broken = tables.job.update().where(tables.job.c.external_id == "C-1")
        c.execute(broken.values(payload='{"name": "C-1", "no_such_field": "x"}'))
    for _ in range(3):
        desk.clock.advance(hours=26)
        ticket = desk.log_in()
        while desk.ask(ticket):
            sent = desk.last_sent()
            assert sent.titles[:1] != ["C-1"], "sent again without having been looked for"
            desk.hand_in(ticket, "<QBXML><QBXMLMsgsRs/></QBXML>" if sent.is_check else desk.reply(sent, {}))
        desk.exchange.close(ticket)
    assert (desk.job("C-1").status, desk.job("C-1").applied) == (Status.HELD, Applied.UNKNOWN)
