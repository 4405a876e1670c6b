"""A message set that does not fit the schema is thrown back whole, before anything ran."""

from __future__ import annotations

import pytest

from qbwc_server.simulator import ProcessingError, QuickBooksSettings, Recovery
from tests.unit.simulator.asking import Asked, customer, invoice, line, message_set, rq

GOOD = customer("Good")


def thrown_back(quickbooks: Asked, text: str) -> ProcessingError:
    before = quickbooks.books.documents()
    with pytest.raises(ProcessingError) as caught:
        quickbooks.processor.process(text)
    assert quickbooks.books.documents() == before
    return caught.value


def test_the_refusal_is_quickbooks_own_and_says_nothing_of_the_reason(quickbooks: Asked) -> None:
    error = thrown_back(quickbooks, "<QBXML>")
    assert error.hresult == "0x80040400"
    assert error.message == "QuickBooks found an error when parsing the provided XML text stream."


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "declaration is missing"),
        ("\n" + message_set(GOOD), "declaration is missing"),
        (message_set(GOOD).partition("?>")[2], "declaration is missing"),
        (message_set(GOOD).replace('<?qbxml version="13.0"?>', ""), "qbxml version"),
        (message_set(GOOD, version="99.0"), "99.0 is not supported"),
        (message_set(GOOD, version="9.1"), "9.1 is not supported"),
        (message_set(GOOD)[:-1], "XML"),
        (message_set(GOOD).replace("<QBXML>", "<!DOCTYPE QBXML><QBXML>"), "DOCTYPE"),
        (message_set(GOOD).replace("QBXML>", "QBXM>"), "one <QBXMLMsgsRq>"),
        (message_set(GOOD).replace("QBXMLMsgsRq", "QBXMLMsgsRs"), "one <QBXMLMsgsRq>"),
        (message_set(GOOD).replace(' onError="continueOnError"', ""), "onError"),
        (message_set(GOOD, on_error="rollbackOnError"), "onError"),
        (message_set(GOOD, on_error="whatever"), "onError"),
        (message_set(GOOD, responseData="includeSome"), "responseData"),
        (message_set(GOOD, newMessagesetID="a"), "no attribute newMessagesetID"),
        (message_set("<NonsenseAddRq/>"), "NonsenseAddRq"),
        (message_set(GOOD, rq("CustomerAdd", "<Phone>1</Phone><Name>A</Name>")), "CustomerAddRq"),
        (message_set(GOOD, rq("CustomerAdd", "<Phone>1</Phone>")), "Name"),
        (message_set(GOOD, customer("x" * 42)), "42 characters"),
        (message_set(GOOD, customer("A", "<Colour>red</Colour>")), "Colour"),
        (message_set(GOOD, customer("A", "<JobStatus>Finished</JobStatus>")), "JobStatus"),
        (message_set(GOOD, customer("A\nB")), "line"),
        (message_set(GOOD, customer("A").replace("<CustomerAdd>", '<CustomerAdd useMacro="x">')), "useMacro"),
        (message_set(GOOD, invoice(line(Quantity="2", Rate="1.234567"))), "Rate"),
        (message_set(GOOD, invoice(line(Amount="1.5"))), "Amount"),
        (message_set(GOOD, invoice(header="<TxnDate>11/02/2026</TxnDate>")), "TxnDate"),
        (message_set(GOOD, customer("Caf\u00e9")), "above 127"),
        (message_set(GOOD, customer("Wa&#322;y")), "U+0142"),
        (message_set(GOOD, customer("A&#x81;")), "U+0081"),
        (
            message_set(GOOD, invoice(line(Quantity="1", Rate="1", OptionForPriceRuleConflict="Zero")), version="12.0"),
            "13.0",
        ),
        (message_set(GOOD, "<CustomerAddRq/>"), "missing"),
    ],
)
def test_a_set_with_one_fault_is_refused_whole(quickbooks: Asked, text: str, detail: str) -> None:
    assert detail in thrown_back(quickbooks, text).detail


def test_what_windows_can_hold_goes_through_as_a_reference(quickbooks: Asked) -> None:
    ret = quickbooks.ret(customer("Caf&#233; 50&#8364;"))
    assert ret.full_name == "Café 50€"


def test_an_older_version_is_fine_for_what_it_knows(quickbooks: Asked) -> None:
    answer = quickbooks.ask(GOOD, version="11.0")
    assert answer.replies[0].status_code == 0


def test_a_quickbooks_that_does_not_know_a_version_does_not_take_it() -> None:
    old = Asked(settings=QuickBooksSettings(qbxml_versions=("10.0", "11.0")))
    assert "13.0 is not supported" in thrown_back(old, message_set(GOOD)).detail
    old.books.close()


@pytest.mark.parametrize("attributes", [{"newMessageSetID": "a"}, {"oldMessageSetID": "a"}])
def test_a_quickbooks_may_refuse_message_set_ids_altogether(attributes: dict[str, str]) -> None:
    asked = Asked(settings=QuickBooksSettings(recovery=Recovery.REFUSED))
    assert "message set ids" in thrown_back(asked, message_set(GOOD, **attributes)).detail
    assert asked.reply(GOOD).status_code == 0
    asked.books.close()


def test_a_quickbooks_may_stumble_over_a_text_that_fits_the_schema() -> None:
    asked = Asked(settings=QuickBooksSettings(unreadable=("<Name>Odd",)))
    assert "stumbles over" in thrown_back(asked, message_set(GOOD, customer("Odd Ltd"))).detail
    assert asked.reply(GOOD).status_code == 0
    asked.books.close()


def test_a_set_of_nothing_is_a_set(quickbooks: Asked) -> None:
    assert quickbooks.ask().replies == ()
