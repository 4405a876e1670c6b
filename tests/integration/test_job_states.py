"""The rules that every state of a job keeps, in the code that moves jobs and in the table itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.db import Database, tables
from qbwc_server.jobs import Move, Status, Trouble
from tests.support.desk import customer
from tests.support.queueing import QueueDesk

WITHOUT_ERROR = {Status.QUEUED, Status.SENT, Status.DONE, Status.CANCELLED}


@pytest.mark.parametrize("status", Status)
def test_a_job_shows_an_error_exactly_in_the_states_in_which_something_is_wrong(
    desk: QueueDesk, status: Status
) -> None:
    desk.enqueue(customer("C-1"))
    desk.becomes("C-1", Status.HELD)
    desk.becomes("C-1", status)
    assert (desk.job("C-1").error is None) == (status in WITHOUT_ERROR)


@pytest.mark.parametrize("status", Status)
def test_the_table_itself_refuses_an_error_too_many_or_too_few(desk: QueueDesk, db: Database, status: Status) -> None:
    desk.enqueue(customer("C-1"))
    wrong = "an error" if status in WITHOUT_ERROR else None
    with pytest.raises(sa.exc.IntegrityError, match="error_belongs_to_status"), db.write() as c:
        c.execute(sa.update(tables.job).values(status=status, error=wrong))
    right = None if status in WITHOUT_ERROR else "an error"
    with db.write() as c:
        c.execute(sa.update(tables.job).values(status=status, error=right))


@pytest.mark.parametrize("column", ["status", "applied"])
def test_the_table_refuses_words_that_are_no_state(desk: QueueDesk, db: Database, column: str) -> None:
    desk.enqueue(customer("C-1"))
    with pytest.raises(sa.exc.IntegrityError), db.write() as c:
        c.execute(sa.update(tables.job).values(**{column: "perhaps", "error": "an error"}))


@pytest.mark.parametrize("status", Status)
def test_a_move_that_would_break_the_rule_is_refused_before_it_reaches_the_table(
    desk: QueueDesk, db: Database, status: Status
) -> None:
    desk.enqueue(customer("C-1"))
    wrong = Trouble("an error") if status in WITHOUT_ERROR else None
    move = Move(desk.job("C-1"), status, "for no reason", wrong)
    with pytest.raises(ValueError, match=status), db.write() as c:
        jobs.move(c, [move], now=desk.clock.now(), actor="test")


def test_a_move_that_ends_a_job_notes_when_and_one_that_goes_on_takes_it_back(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"))
    for status in Status:
        desk.clock.advance(minutes=1)
        desk.becomes("C-1", status)
        job = desk.job("C-1")
        ended = status in (Status.DONE, Status.FAILED, Status.CANCELLED)
        assert job.finished_at == (desk.clock.now() if ended else None)
        assert job.updated_at == desk.clock.now()


def test_everything_that_was_said_of_an_old_trouble_goes_with_it(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    trouble = Trouble("it failed", "3180", "a cause", "a remedy", "their words", "Item:Labor")
    with db.write() as c:
        moves = [Move(desk.job("C-1"), Status.FAILED, "refused", trouble)]
        jobs.move(c, moves, now=desk.clock.now(), actor="QuickBooks")
    job = desk.job("C-1")
    assert (job.error, job.error_code, job.cause) == ("it failed", "3180", "a cause")
    assert (job.remedy, job.quickbooks_message, job.missing_name) == ("a remedy", "their words", "Item:Labor")
    desk.becomes("C-1", Status.QUEUED)
    job = desk.job("C-1")
    assert {job.error, job.error_code, job.cause, job.remedy, job.quickbooks_message, job.missing_name} == {None}


def test_an_error_is_one_line_whatever_quickbooks_wrote(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"))
    desk.fails("C-1", " The name\r\n\tis in use. ")
    assert desk.job("C-1").error == "The name is in use."


def test_several_moves_at_once_each_leave_their_own_line(desk: QueueDesk, db: Database) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(3)))
    found = [desk.job(f"C-{number}") for number in range(3)]
    moves = [
        Move(found[0], Status.SENT, "went out", changes={"attempts": 1}),
        Move(found[1], Status.HELD, "a question waits", Trouble("which one?"), detail='{"a": 1}'),
        Move(found[2], Status.SENT, "went out"),
    ]
    with db.write() as c:
        jobs.move(c, moves, now=desk.clock.now(), actor="exchange")
        jobs.move(c, [], now=desk.clock.now(), actor="exchange")
    assert desk.statuses("C-0", "C-1", "C-2") == {"C-0": "sent", "C-1": "held", "C-2": "sent"}
    assert [desk.job(f"C-{number}").attempts for number in range(3)] == [1, 0, 0]
    assert desk.history("C-1")[-1].detail == '{"a": 1}'
    assert [len(desk.history(f"C-{number}")) for number in range(3)] == [2, 2, 2]
