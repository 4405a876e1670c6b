"""What QuickBooks remembers of message sets: the combinations of newMessageSetID and oldMessageSetID."""

from __future__ import annotations

import pytest

from qbwc_server import qbxml
from qbwc_server.simulator import (
    Crash,
    Point,
    QuickBooksSettings,
    Recovery,
    RequestProcessor,
    ScriptedFaults,
    StatusAnswers,
    Storing,
)
from tests.unit.simulator.asking import GUID, Asked, customer, invoice, line, message_set, service

THREE = (
    customer("A", f"<ExternalGUID>{GUID}</ExternalGUID>", "s.1"),
    customer("A", request_id="s.2"),
    invoice(line(), to="A", request_id="s.3"),
)


def asked_with(**settings: object) -> Asked:
    asked = Asked(settings=QuickBooksSettings(**settings))  # type: ignore[arg-type]
    asked.ask(service("Labor"))
    return asked


def statuses(answer: qbxml.Answer) -> list[int | None]:
    return [reply.status_code for reply in answer.replies]


@pytest.fixture
def remembering(new: Asked) -> Asked:
    """A QuickBooks that has carried out and stored the set A."""
    new.ask(service("Labor"))
    assert statuses(new.ask(*THREE, newMessageSetID="A")) == [0, 3100, 0]
    return new


def test_without_ids_nothing_is_stored_and_the_answer_has_no_recovery_attributes(new: Asked) -> None:
    answer = new.ask(customer("A"))
    assert (answer.new_message_set_id, answer.message_set_status) == (None, None)
    assert new.processor.memory.stored_ids() == []


def test_a_new_id_is_carried_out_stored_and_echoed(remembering: Asked) -> None:
    assert remembering.processor.memory.stored_ids() == ["A"]
    answer = remembering.ask(customer("B"), newMessageSetID="B")
    assert (answer.new_message_set_id, answer.message_set_status) == ("B", 0)


def test_the_same_text_again_is_not_carried_out_again(remembering: Asked) -> None:
    documents = remembering.books.documents()
    answer = remembering.ask(*THREE, newMessageSetID="A")
    assert statuses(answer) == [0, 3100, 0]
    assert answer.replies[0].ret is not None
    assert answer.replies[0].ret.id == remembering.document("A").id
    assert remembering.books.documents() == documents


def test_another_text_under_the_same_id_is_9001_and_not_carried_out(remembering: Asked) -> None:
    documents = remembering.books.documents()
    answer = remembering.ask(customer("Else"), newMessageSetID="A")
    assert (answer.message_set_status, answer.replies) == (9001, ())
    assert remembering.books.documents() == documents


def test_a_check_tells_the_stored_statuses_and_changes_nothing(remembering: Asked) -> None:
    for _ in range(2):
        answer = remembering.ask(newMessageSetID="A", oldMessageSetID="A")
        assert (answer.new_message_set_id, answer.message_set_status) == ("A", 0)
        assert [(reply.name, reply.request_id, reply.status_code) for reply in answer.replies] == [
            ("CustomerAddRs", "s.1", 0),
            ("CustomerAddRs", "s.2", 3100),
            ("InvoiceAddRs", "s.3", 0),
        ]


def test_requests_inside_a_check_are_not_carried_out(remembering: Asked) -> None:
    documents = remembering.books.documents()
    remembering.ask(customer("Else"), newMessageSetID="A", oldMessageSetID="A")
    assert remembering.books.documents() == documents


@pytest.mark.parametrize("code", [9002, 600])
def test_a_check_of_an_unknown_id_says_so_without_replies(code: int) -> None:
    asked = asked_with(unknown_set_status=code)
    answer = asked.ask(newMessageSetID="Z", oldMessageSetID="Z")
    assert (answer.new_message_set_id, answer.message_set_status, answer.replies) == ("Z", code, ())
    asked.books.close()


def test_a_check_may_be_answered_with_identifiers_alone() -> None:
    asked = asked_with(status_answers=StatusAnswers.RECOVERY)
    asked.ask(*THREE, newMessageSetID="A")
    added, refused, invoiced = asked.ask(newMessageSetID="A", oldMessageSetID="A").replies
    assert (added.rets, refused.rets, refused.recovery) == ((), (), None)
    assert added.recovery is not None
    assert (added.recovery.list_id, added.recovery.external_guid) == (asked.document("A").id, GUID)
    assert added.recovery.edit_sequence == str(asked.books.now_seconds())
    assert invoiced.recovery is not None
    assert (invoiced.recovery.txn_id, invoiced.recovery.txn_number) == (asked.document("1").id, "1")
    asked.books.close()


def test_a_check_may_be_answered_with_status_codes_alone() -> None:
    asked = asked_with(status_answers=StatusAnswers.CODES)
    asked.ask(*THREE, newMessageSetID="A")
    answer = asked.ask(newMessageSetID="A", oldMessageSetID="A")
    assert [(reply.status_code, reply.ret) for reply in answer.replies] == [(0, None), (3100, None), (0, None)]
    asked.books.close()


def test_old_alone_clears_the_record(remembering: Asked) -> None:
    answer = remembering.ask(oldMessageSetID="A")
    assert (answer.new_message_set_id, answer.message_set_status, answer.replies) == (None, 0, ())
    assert remembering.ask(newMessageSetID="A", oldMessageSetID="A").message_set_status == 9002
    assert remembering.ask(oldMessageSetID="A").message_set_status == 600


def test_after_a_clear_the_same_text_is_carried_out_again(remembering: Asked) -> None:
    remembering.ask(oldMessageSetID="A")
    invoices = remembering.books.summary()["Invoice"]
    assert statuses(remembering.ask(*THREE, newMessageSetID="A")) == [3100, 3100, 0]
    assert remembering.books.summary()["Invoice"] == invoices + 1


def test_a_new_and_an_old_id_clear_the_one_and_carry_out_the_other(remembering: Asked) -> None:
    answer = remembering.ask(customer("B"), newMessageSetID="B", oldMessageSetID="A")
    assert (answer.message_set_status, statuses(answer)) == (0, [0])
    assert remembering.processor.memory.stored_ids() == ["B"]


def test_an_old_id_that_is_not_stored_is_600_and_the_set_is_carried_out_all_the_same(new: Asked) -> None:
    answer = new.ask(customer("B"), newMessageSetID="B", oldMessageSetID="Z")
    assert (answer.message_set_status, statuses(answer)) == (600, [0])
    assert new.processor.memory.stored_ids() == ["B"]


def test_clear_all_forgets_every_set(remembering: Asked) -> None:
    remembering.ask(customer("B"), newMessageSetID="B")
    assert remembering.ask(oldMessageSetID="ClearAllMessageSets").message_set_status == 0
    assert remembering.processor.memory.stored_ids() == []


@pytest.mark.parametrize(("length", "status"), [(23, 0), (24, 9004), (36, 9004)])
def test_an_id_has_at_most_23_characters(new: Asked, length: int, status: int) -> None:
    answer = new.ask(customer("A"), newMessageSetID="x" * length)
    assert answer.message_set_status == status
    assert len(new.books.documents()) == (1 if status == 0 else 0)


def test_memory_belongs_to_the_application(remembering: Asked) -> None:
    other = RequestProcessor(remembering.books, application="Another")
    answer = qbxml.read_answer(other.process(message_set(newMessageSetID="A", oldMessageSetID="A")))
    assert answer.message_set_status == 9002
    other.process(message_set(oldMessageSetID="ClearAllMessageSets"))
    assert remembering.processor.memory.stored_ids() == ["A"]


def test_memory_is_kept_in_the_company_file(remembering: Asked) -> None:
    reopened = RequestProcessor(remembering.books, application="Test")
    assert reopened.memory.stored_ids() == ["A"]


def test_a_quickbooks_that_ignores_the_ids_carries_everything_out_twice() -> None:
    asked = asked_with(recovery=Recovery.ABSENT)
    asked.ask(customer("A"))
    for _ in range(2):
        answer = asked.ask(invoice(line(), to="A"), newMessageSetID="A")
        assert (answer.message_set_status, statuses(answer)) == (None, [0])
    assert asked.books.summary()["Invoice"] == 2
    check = asked.ask(newMessageSetID="A", oldMessageSetID="A")
    assert (check.message_set_status, check.replies) == (None, ())
    asked.books.close()


def test_a_quickbooks_that_cannot_store_says_9005_with_its_replies_and_forgets() -> None:
    asked = asked_with(storing=Storing.FAILS)
    answer = asked.ask(customer("A"), newMessageSetID="A")
    assert (answer.message_set_status, statuses(answer)) == (9005, [0])
    assert asked.ask(newMessageSetID="A", oldMessageSetID="A").message_set_status == 9002
    asked.books.close()


def test_a_crash_between_requests_leaves_a_record_of_exactly_what_was_booked(new: Asked) -> None:
    new.ask(service("Labor"))
    new.faults.crash_at(Point.AFTER_COMMIT, 2)
    with pytest.raises(Crash):
        new.ask(*THREE, newMessageSetID="A")
    assert new.books.summary() == {"Customer": 1, "ItemService": 1}

    check = new.ask(newMessageSetID="A", oldMessageSetID="A")
    again = new.ask(*THREE, newMessageSetID="A")

    assert statuses(check) == statuses(again) == [0, 3100, 3231]
    assert "Invoice" not in new.books.summary()


def test_a_crash_before_the_first_commit_leaves_neither_books_nor_record(new: Asked) -> None:
    new.faults.crash_at(Point.BEFORE_COMMIT)
    with pytest.raises(Crash):
        new.ask(customer("A"), newMessageSetID="A")
    assert new.books.documents() == []
    assert new.ask(newMessageSetID="A", oldMessageSetID="A").message_set_status == 9002
    assert statuses(new.ask(customer("A"), newMessageSetID="A")) == [0]


def test_where_records_are_stored_at_the_end_a_crash_leaves_books_without_a_record() -> None:
    asked = asked_with(storing=Storing.AT_THE_END)
    asked.faults.crash_at(Point.AFTER_COMMIT)
    with pytest.raises(Crash):
        asked.ask(customer("A"), customer("B"), newMessageSetID="A")
    assert asked.books.summary()["Customer"] == 1
    assert asked.ask(newMessageSetID="A", oldMessageSetID="A").message_set_status == 9002
    assert statuses(asked.ask(customer("C"), newMessageSetID="C")) == [0]
    assert statuses(asked.ask(newMessageSetID="C", oldMessageSetID="C")) == [0]
    asked.books.close()


def test_a_status_is_stored_in_the_same_commit_as_what_it_tells_about(new: Asked) -> None:
    stored: list[list[str]] = []

    class Looking(ScriptedFaults):
        def at(self, point: Point, qbxml: str) -> None:
            if point is Point.BEFORE_COMMIT:
                stored.append(new.processor.memory.stored_ids())

    processor = RequestProcessor(new.books, faults=Looking(), application="Test")
    processor.process(message_set(customer("A"), newMessageSetID="A"))
    assert stored == [["A"]]
