from __future__ import annotations

import pytest

from qbwc_server import qbxml
from qbwc_server.simulator import Crash, Point, ProcessingError
from tests.unit.simulator.asking import Asked, applied, customer, invoice, line, message_set, payment, ref


def codes(answer: qbxml.Answer) -> list[int | None]:
    return [reply.status_code for reply in answer.replies]


def test_an_answer_looks_like_one_of_quickbooks(quickbooks: Asked) -> None:
    text = quickbooks.processor.process(
        message_set(
            customer(
                "Acme", request_id='"1" & 2'.replace('"', "&quot;").replace("&", "&amp;", 0).replace("& ", "&amp; ")
            )
        )
    )
    assert text == (
        '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<CustomerAddRs requestID="&quot;1&quot; &amp; 2" '
        'statusCode="3100" statusSeverity="Error" statusMessage="The name &quot;Acme&quot; of the list element is '
        'already in use." />\n</QBXMLMsgsRs>\n</QBXML>\n'
    )


def test_every_element_stands_on_a_line_of_its_own_without_indentation(quickbooks: Asked) -> None:
    text = quickbooks.processor.process(message_set(customer("B &amp; C", "<Notes>one&#10;two</Notes>", "7")))
    lines = text.splitlines()
    assert lines[:6] == [
        '<?xml version="1.0" ?>',
        "<QBXML>",
        "<QBXMLMsgsRs>",
        '<CustomerAddRs requestID="7" statusCode="0" statusSeverity="Info" statusMessage="Status OK">',
        "<CustomerRet>",
        f"<ListID>{quickbooks.document('B & C').id}</ListID>",
    ]
    assert "<Name>B &amp; C</Name>" in lines
    assert "<Notes>one" in lines
    assert "qbxml" not in text


def test_without_a_request_id_there_is_none_in_the_reply(quickbooks: Asked) -> None:
    text = quickbooks.processor.process(message_set(customer("A").replace(' requestID="1"', "")))
    assert "<CustomerAddRs statusCode=" in text


def test_replies_stand_in_the_order_of_the_requests(quickbooks: Asked) -> None:
    answer = quickbooks.ask(*(customer(name, request_id=name) for name in "CAB"))
    assert [reply.request_id for reply in answer.replies] == ["C", "A", "B"]


def test_with_continue_on_error_the_others_go_on(quickbooks: Asked) -> None:
    assert codes(quickbooks.ask(customer("A"), customer("Acme"), customer("B"))) == [0, 3100, 0]


def test_with_stop_on_error_what_was_done_stays_and_the_rest_is_3231(quickbooks: Asked) -> None:
    answer = quickbooks.ask(customer("A"), customer("Acme"), customer("B"), customer("C"), on_error="stopOnError")
    assert codes(answer) == [0, 3100, 3231, 3231]
    assert answer.replies[2].message == "The request has not been processed."
    assert [document.name for document in quickbooks.books.documents()] == ["Acme", "Labor", "A"]


def test_a_warning_does_not_stop_a_set(quickbooks: Asked) -> None:
    quickbooks.faults.fail_next(530, "The field is not supported by this implementation.")
    answer = quickbooks.ask(customer("A"), customer("B"), on_error="stopOnError")
    assert codes(answer) == [530, 0]
    assert (answer.replies[0].severity, answer.replies[0].ret is not None) == ("Warn", True)


def test_include_none_leaves_the_status_alone(quickbooks: Asked) -> None:
    reply = quickbooks.ask(customer("A"), responseData="includeNone").replies[0]
    assert (reply.status_code, reply.ret) == (0, None)
    assert quickbooks.document("A").id


@pytest.mark.parametrize(("length", "code"), [(50, 0), (51, 1060)])
def test_a_request_id_has_at_most_50_characters(quickbooks: Asked, length: int, code: int) -> None:
    answer = quickbooks.ask(customer("A", request_id="x" * length), customer("B"))
    assert codes(answer) == [code, 0]
    assert answer.replies[0].request_id == "x" * length


def test_a_request_may_use_what_an_earlier_one_of_its_set_made(new: Asked) -> None:
    answer = new.ask(customer("A"), customer("Job", ref("ParentRef", "A")))
    assert codes(answer) == [0, 0]


def test_a_scripted_status_replaces_one_request_and_leaves_nothing(quickbooks: Asked) -> None:
    quickbooks.faults.fail_next(3260, "Insufficient permission level to perform this action.")
    answer = quickbooks.ask(customer("A"), customer("B"))
    assert codes(answer) == [3260, 0]
    assert [document.name for document in quickbooks.books.documents()] == ["Acme", "Labor", "B"]


def test_an_error_that_came_too_late_has_booked_what_it_does_not_show(quickbooks: Asked) -> None:
    quickbooks.faults.fail_next(1000, "There has been an internal error when processing the request.", is_booked=True)
    reply = quickbooks.reply(customer("A"))
    assert (reply.status_code, reply.ret) == (1000, None)
    assert quickbooks.document("A").id


def test_a_scripted_hresult_throws_one_set_back(quickbooks: Asked) -> None:
    quickbooks.faults.refuse_next("0x80040402", "Unexpected error.")
    with pytest.raises(ProcessingError) as caught:
        quickbooks.ask(customer("A"))
    assert (caught.value.hresult, caught.value.message) == ("0x80040402", "Unexpected error.")
    assert codes(quickbooks.ask(customer("A"))) == [0]


def test_a_customer_that_somebody_edits_is_in_use_until_he_is_done(quickbooks: Asked) -> None:
    acme = quickbooks.document("Acme").id
    quickbooks.faults.lock(acme)
    for request in (invoice(line()), customer("Roof", ref("ParentRef", "Acme")), payment(total="1.00")):
        code, message = quickbooks.refusal(request)
        assert code == 3175
        assert message.endswith("QuickBooks error message: The list element is in use.")
        assert qbxml.is_transient_text(message)
    quickbooks.faults.unlock(acme)
    assert quickbooks.reply(invoice(line())).status_code == 0


def test_an_invoice_that_somebody_has_open_cannot_be_paid_until_he_closes_it(quickbooks: Asked) -> None:
    owed = quickbooks.id_of(invoice(line()))
    quickbooks.faults.lock(owed)
    code, message = quickbooks.refusal(payment(applied(owed, "1.00"), total="1.00"))
    assert code == 3176
    assert qbxml.is_transient_text(message)
    quickbooks.faults.unlock(owed)
    assert quickbooks.reply(payment(applied(owed, "1.00"), total="1.00")).status_code == 0


def test_each_request_is_a_commit_of_its_own(quickbooks: Asked) -> None:
    quickbooks.faults.crash_at(Point.BEFORE_COMMIT, 2)
    with pytest.raises(Crash, match="before-commit"):
        quickbooks.ask(customer("A"), customer("B"), customer("C"))
    assert [document.name for document in quickbooks.books.documents()] == ["Acme", "Labor", "A"]


def test_a_crash_happens_once(quickbooks: Asked) -> None:
    quickbooks.faults.crash_at(Point.AFTER_COMMIT)
    with pytest.raises(Crash):
        quickbooks.ask(customer("A"))
    assert codes(quickbooks.ask(customer("B"))) == [0]


def test_queries_do_not_count_where_a_crash_waits_for_a_set_that_writes(quickbooks: Asked) -> None:
    quickbooks.faults.crash_at(Point.AFTER_COMMIT)
    assert codes(quickbooks.ask("<HostQueryRq/>")) == [0]
    with pytest.raises(Crash):
        quickbooks.ask(customer("A"))


@pytest.mark.parametrize(
    ("names", "booked"), [("A", "A"), ("AB", "A"), ("ABC", "A"), ("ABCD", "AB"), ("ABCDEFG", "ABC")]
)
def test_a_set_is_partly_booked_when_half_of_it_is_in_the_books(quickbooks: Asked, names: str, booked: str) -> None:
    quickbooks.faults.crash_at(Point.PARTLY_BOOKED)
    with pytest.raises(Crash):
        quickbooks.ask(*(customer(name) for name in names))
    assert "".join(document.name for document in quickbooks.books.documents()[2:]) == booked


def test_every_set_that_writes_is_partly_booked_once(quickbooks: Asked) -> None:
    quickbooks.faults.crash_at(Point.PARTLY_BOOKED, 3)
    assert codes(quickbooks.ask(customer("A"), customer("B"), customer("C"))) == [0, 0, 0]
    assert codes(quickbooks.ask("<HostQueryRq/>", "<HostQueryRq/>")) == [0, 0]
    assert codes(quickbooks.ask(customer("A"))) == [3100]
    with pytest.raises(Crash):
        quickbooks.ask(customer("D"), customer("E"))
    assert [document.name for document in quickbooks.books.documents()][-2:] == ["C", "D"]


def test_numbers_of_what_was_undone_are_given_out_again(quickbooks: Asked) -> None:
    quickbooks.faults.crash_at(Point.BEFORE_COMMIT)
    with pytest.raises(Crash):
        quickbooks.ask(invoice(line()))
    assert quickbooks.ret(invoice(line())).txn_number == "1"


def test_amounts_cannot_be_more_than_the_books_can_hold(quickbooks: Asked) -> None:
    big = "9999999999999.99"
    assert quickbooks.reply(invoice(line(Amount=big))).status_code == 0
    assert quickbooks.refusal(invoice(line(Amount=big), line(Amount=big)))[0] == 3101
    assert quickbooks.refusal(invoice(line(Quantity="9999999999", Rate="9999999999")))[0] == 3101
    assert quickbooks.refusal(invoice(line(Quantity="0.00001", Amount=big)))[0] == 3101
    assert quickbooks.refusal(invoice(line(Amount=big), header=ref("ItemSalesTaxRef", "State Tax")))[0] == 3101
