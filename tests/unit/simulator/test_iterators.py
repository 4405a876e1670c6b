"""Long answers, page by page: only in one session, only with the same filters, each page once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from qbwc_server import qbxml
from qbwc_server.simulator import Argument, Crash, Operation, Person, Point, RequestProcessor
from tests.unit.simulator.asking import Asked, customer, invoice, line, message_set, query
from tests.unit.simulator.wires import ScriptedWire, run

TWO = "<MaxReturned>2</MaxReturned>"
ALL = "<ActiveStatus>All</ActiveStatus>"
INVALID = 3391


@pytest.fixture
def five(new: Asked) -> Asked:
    """A company file with the customers A to E."""
    new.ask(*(customer(name) for name in "ABCDE"))
    return new


def start(asked: Asked, *content: str, of: str = "CustomerQuery") -> qbxml.Reply:
    return asked.reply(query(of, *(content or (TWO,)), iterator="Start"))


def following(asked: Asked, iterator_id: str | None, *content: str, of: str = "CustomerQuery") -> qbxml.Reply:
    told = {"iterator": "Continue", "iteratorID": iterator_id or ""}
    return asked.reply(query(of, *(content or (TWO,)), **told))


def names(reply: qbxml.Reply) -> str:
    return "".join(ret.list_name or ret.ref_number or "" for ret in reply.rets)


def pages(asked: Asked, *content: str, of: str = "CustomerQuery") -> Iterator[str]:
    reply = start(asked, *content, of=of)
    yield names(reply)
    while reply.remaining:
        reply = following(asked, reply.iterator_id, *content, of=of)
        yield names(reply)


def test_pages_come_one_after_the_other_and_tell_how_many_remain(five: Asked) -> None:
    first = start(five)
    assert (first.status_code, names(first), first.remaining) == (0, "AB", 3)
    second = following(five, first.iterator_id)
    assert (names(second), second.remaining, second.iterator_id) == ("CD", 1, first.iterator_id)
    last = following(five, first.iterator_id)
    assert (names(last), last.remaining) == ("E", 0)


def test_an_iterator_id_is_a_guid_in_braces_and_never_the_same_twice(five: Asked) -> None:
    ids = [start(five).iterator_id or "" for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(len(one) == 38 and one[0] + one[-1] == "{}" for one in ids)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_all_pages_together_are_everything(five: Asked, size: int) -> None:
    told = list(pages(five, f"<MaxReturned>{size}</MaxReturned>"))
    assert "".join(told) == "ABCDE"
    assert all(len(page) == size for page in told[:-1])


def test_the_size_of_the_pages_may_change_on_the_way(five: Asked) -> None:
    first = start(five)
    assert names(following(five, first.iterator_id, "<MaxReturned>100</MaxReturned>")) == "CDE"


@pytest.mark.parametrize("of", ["ItemQuery", "EntityQuery", "VendorQuery", "InvoiceQuery", "ReceivePaymentQuery"])
def test_every_long_list_has_pages(quickbooks: Asked, of: str) -> None:
    quickbooks.ask(*(invoice(line(), header=f"<RefNumber>{number}</RefNumber>") for number in "123"))
    one_by_one = list(pages(quickbooks, "<MaxReturned>1</MaxReturned>", of=of))
    assert "".join(one_by_one) == names(quickbooks.reply(query(of)))


def test_a_finished_iterator_is_closed(five: Asked) -> None:
    first = start(five, "<MaxReturned>5</MaxReturned>")
    assert first.remaining == 0
    reply = following(five, first.iterator_id, "<MaxReturned>5</MaxReturned>")
    assert (reply.status_code, reply.message) == (INVALID, f'The iteratorID "{first.iterator_id}" is not valid.')


def test_an_iterator_can_be_stopped_early(five: Asked) -> None:
    first = start(five)
    stop = query("CustomerQuery", iterator="Stop", iteratorID=first.iterator_id or "")
    reply = five.reply(stop)
    assert (reply.status_code, reply.rets) == (0, ())
    assert following(five, first.iterator_id).status_code == INVALID
    assert five.reply(stop).status_code == INVALID


def test_without_a_size_there_are_no_pages(five: Asked) -> None:
    assert five.refusal(query("CustomerQuery", iterator="Start")) == (
        3150,
        'There is a missing element: "MaxReturned".',
    )
    assert five.refusal(query("CustomerQuery", "<FullName>A</FullName>", iterator="Start"))[0] == 3150


def test_the_same_filters_must_be_sent_again(five: Asked) -> None:
    first = start(five, TWO, ALL)
    assert following(five, first.iterator_id, TWO).status_code == INVALID
    assert following(five, first.iterator_id, TWO, "<ActiveStatus>ActiveOnly</ActiveStatus>").status_code == INVALID
    assert following(five, first.iterator_id, TWO, ALL, of="EntityQuery").status_code == INVALID
    assert names(following(five, first.iterator_id, TWO, ALL)) == "CD"


def test_an_iterator_that_starts_with_nothing_says_so_and_is_finished(five: Asked) -> None:
    reply = start(five, TWO, ALL, "<FromModifiedDate>2026-12-01</FromModifiedDate>")
    assert (reply.status_code, reply.remaining) == (1, 0)


def test_what_is_iterated_is_settled_at_the_start(five: Asked) -> None:
    first = start(five)
    five.ask(customer("F"))
    ids = {document.name: document.id for document in five.books.documents()}
    Person(five.books).delete("Customer", ids["C"])
    Person(five.books).rename("Customer", ids["D"], "X")
    assert names(following(five, first.iterator_id)) == "X"
    last = following(five, first.iterator_id)
    assert (names(last), last.remaining) == ("E", 0)


def test_several_iterators_may_be_open_side_by_side(five: Asked) -> None:
    one, other = start(five), start(five, "<MaxReturned>3</MaxReturned>")
    assert names(following(five, other.iterator_id)) == "DE"
    assert names(following(five, one.iterator_id)) == "CD"


def test_no_iterator_outlives_its_session(five: Asked) -> None:
    first = start(five)
    five.processor.end_session()
    assert following(five, first.iterator_id).status_code == INVALID


def test_two_machines_on_one_company_file_have_iterators_of_their_own(five: Asked) -> None:
    first = start(five)
    here = five.processor
    five.processor = RequestProcessor(five.books, application="Test")
    assert following(five, first.iterator_id).status_code == INVALID
    five.processor = here
    assert names(following(five, first.iterator_id)) == "CD"


@pytest.mark.parametrize("crash", [None, Point.AFTER_AUTHENTICATE])
def test_a_run_of_the_web_connector_is_a_session_however_it_ends(five: Asked, crash: Point | None) -> None:
    first = start(five)
    wire = ScriptedWire(sendRequestXML=[message_set(query("CustomerQuery")), ""], receiveResponseXML=100)
    if crash is None:
        run(wire, five)
    else:
        five.faults.crash_at(crash)
        with pytest.raises(Crash):
            run(wire, five)
    assert following(five, first.iterator_id).status_code == INVALID


def test_pages_can_be_asked_for_within_one_run(five: Asked) -> None:
    """As a server does it: the second request carries the ID from the first answer."""
    iterator_ids: list[str] = []

    class Server(ScriptedWire):
        def call(self, operation: Operation, *arguments: Argument) -> tuple[str, ...]:
            if operation is Operation.SEND_REQUEST_XML:
                told = (
                    {"iterator": "Continue", "iteratorID": iterator_ids[-1]} if iterator_ids else {"iterator": "Start"}
                )
                return (message_set(query("CustomerQuery", TWO, **told)),)
            if operation is Operation.RECEIVE_RESPONSE_XML:
                [reply] = qbxml.read_answer(str(arguments[1])).replies
                iterator_ids.append(reply.iterator_id or "")
                return ("50" if reply.remaining else "100",)
            return super().call(operation, *arguments)

    assert run(Server(), five).requests == 3
