from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.errors import UnreadableXml
from qbwc_server.qbxml import Answer, read_answer

INVOICE = """<?xml version="1.0" ?>
<QBXML>
<QBXMLMsgsRs newMessageSetID="a1" messageSetStatusCode="0">
<InvoiceAddRs requestID="a1.1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">
<InvoiceRet>
<TxnID>1B2-1790000000</TxnID>
<TimeCreated>2026-07-01T10:15:30-05:00</TimeCreated>
<TimeModified>2026-07-01T10:15:30-05:00</TimeModified>
<EditSequence>1790000000</EditSequence>
<TxnNumber>71</TxnNumber>
<CustomerRef>
<ListID>80000011-1780000000</ListID>
<FullName>Acme Hardware:Roof</FullName>
</CustomerRef>
<RefNumber>1001</RefNumber>
<Subtotal>120.00</Subtotal>
<SalesTaxTotal>0.00</SalesTaxTotal>
<AppliedAmount>-20.00</AppliedAmount>
<Memo></Memo>
<ExternalGUID>{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}</ExternalGUID>
<SomethingNew><Inside>x</Inside></SomethingNew>
</InvoiceRet>
</InvoiceAddRs>
</QBXMLMsgsRs>
</QBXML>
"""


def answer(replies: str, attributes: str = "") -> str:
    return f"<QBXML><QBXMLMsgsRs{attributes}>{replies}</QBXMLMsgsRs></QBXML>"


def test_an_object_is_read_with_all_that_identifies_it() -> None:
    read = read_answer(INVOICE)
    assert (read.new_message_set_id, read.message_set_status) == ("a1", 0)
    [reply] = read.replies
    assert (reply.name, reply.request_id, reply.status_code) == ("InvoiceAddRs", "a1.1", 0)
    assert (reply.severity, reply.message) == ("Info", "Status OK")
    ret = reply.ret
    assert ret is not None
    assert ret.name == "InvoiceRet"
    assert (ret.txn_id, ret.list_id, ret.id) == ("1B2-1790000000", None, "1B2-1790000000")
    assert (ret.edit_sequence, ret.txn_number, ret.ref_number) == ("1790000000", "71", "1001")
    assert ret.external_guid == "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
    assert ret.full_name is None


def test_fields_are_read_by_their_path_and_an_empty_one_is_absent() -> None:
    ret = read_answer(INVOICE).replies[0].rets[0]
    assert ret.text("CustomerRef/ListID") == "80000011-1780000000"
    assert ret.text("CustomerRef/FullName") == "Acme Hardware:Roof"
    assert ret.text("Memo") is None
    assert ret.text("NoSuch/Thing") is None
    assert ret.text("CustomerRef") is None


def test_amounts_are_decimals_and_what_is_none_is_none() -> None:
    ret = read_answer(INVOICE).replies[0].rets[0]
    assert ret.amount("AppliedAmount") == Decimal("-20.00")
    assert ret.amount("RefNumber") == Decimal(1001)
    assert ret.amount("CustomerRef/FullName") is None
    assert ret.amount("Memo") is None


def test_the_wrong_offset_of_summer_time_is_cut_off() -> None:
    ret = read_answer(INVOICE).replies[0].rets[0]
    assert (ret.time_created, ret.time_modified) == ("2026-07-01T10:15:30", "2026-07-01T10:15:30")


def test_replies_keep_the_order_of_the_answer() -> None:
    replies = "".join(f'<CustomerAddRs requestID="s.{number}" statusCode="3100"/>' for number in range(1, 4))
    assert [reply.request_id for reply in read_answer(answer(replies)).replies] == ["s.1", "s.2", "s.3"]


def test_the_stored_answer_of_a_status_check_has_only_identifiers() -> None:
    recovery = "<ErrorRecovery><ListID>80000011-1</ListID><EditSequence>9</EditSequence></ErrorRecovery>"
    text = answer(
        f'<CustomerAddRs requestID="1" statusCode="0">{recovery}</CustomerAddRs>', ' messageSetStatusCode="0"'
    )
    [reply] = read_answer(text).replies
    assert reply.rets == ()
    assert reply.recovery is not None
    assert reply.ret is reply.recovery
    assert (reply.recovery.name, reply.recovery.id, reply.recovery.edit_sequence) == (
        "ErrorRecovery",
        "80000011-1",
        "9",
    )


def test_an_object_counts_before_its_error_recovery() -> None:
    content = "<CustomerRet><ListID>1-1</ListID></CustomerRet><ErrorRecovery><ListID>2-2</ListID></ErrorRecovery>"
    [reply] = read_answer(answer(f"<CustomerAddRs>{content}</CustomerAddRs>")).replies
    assert reply.ret is not None
    assert reply.ret.list_id == "1-1"
    assert reply.recovery is not None


def test_several_objects_of_a_query_are_no_single_one() -> None:
    rets = (
        "<ItemServiceRet><ListID>1-1</ListID></ItemServiceRet><ItemInventoryRet><ListID>2-2</ListID></ItemInventoryRet>"
    )
    [reply] = read_answer(answer(f"<ItemQueryRs>{rets}</ItemQueryRs>")).replies
    assert [(ret.name, ret.id) for ret in reply.rets] == [("ItemServiceRet", "1-1"), ("ItemInventoryRet", "2-2")]
    assert reply.ret is None


def test_an_error_is_read_without_an_object() -> None:
    text = answer(
        '<CustomerAddRs requestID="x" statusCode="3100" statusSeverity="Error" statusMessage="&quot;A&quot;" />'
    )
    [reply] = read_answer(text).replies
    assert (reply.status_code, reply.severity, reply.message, reply.ret) == (3100, "Error", '"A"', None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("0", 0), (" 3100 ", 3100), ("-1", -1), ("", None), ("OK", None), ("1.0", None), ("9" * 5000, None), ("٣", None)],
)
def test_a_status_code_that_is_no_number_is_none(code: str, expected: int | None) -> None:
    [reply] = read_answer(answer(f'<XRs statusCode="{code}"/>')).replies
    assert reply.status_code == expected


def test_missing_attributes_are_none_or_empty() -> None:
    [reply] = read_answer(answer("<XRs/>")).replies
    assert (reply.request_id, reply.status_code, reply.severity, reply.message) == (None, None, "", "")
    read = read_answer(answer(""))
    assert read == Answer(None, None, ())
    assert read_answer(answer("", ' newMessageSetID="" messageSetStatusCode="x"')) == Answer(None, None, ())


def test_an_answer_to_a_clear_has_only_its_code() -> None:
    assert read_answer(answer("", ' messageSetStatusCode="600"')).message_set_status == 600


def test_a_page_of_a_query_says_how_many_are_still_held_back() -> None:
    page = '<CustomerQueryRs statusCode="0" retCount="7" iteratorRemainingCount="5" iteratorID="{1}"/>'
    [reply] = read_answer(answer(page)).replies
    assert (reply.ret_count, reply.remaining, reply.iterator_id) == (7, 5, "{1}")
    [plain] = read_answer(answer('<CustomerQueryRs statusCode="0" iteratorRemainingCount="x" iteratorID=""/>')).replies
    assert (plain.ret_count, plain.remaining, plain.iterator_id) == (None, None, None)


@pytest.mark.parametrize(
    ("ret", "name"),
    [
        ("<CustomerRet><Name>Roof</Name><FullName>Acme:Roof</FullName></CustomerRet>", "Acme:Roof"),
        ("<VendorRet><Name>Roofers</Name></VendorRet>", "Roofers"),
        ("<SalesRepRet><Initial>DW</Initial></SalesRepRet>", "DW"),
        ("<InvoiceRet><RefNumber>1</RefNumber></InvoiceRet>", None),
    ],
)
def test_a_list_element_has_a_name_wherever_its_list_keeps_it(ret: str, name: str | None) -> None:
    [reply] = read_answer(answer(f"<EntityQueryRs>{ret}</EntityQueryRs>")).replies
    assert reply.rets[0].list_name == name


@pytest.mark.parametrize(
    "text",
    [
        "\n" + INVOICE,
        INVOICE.replace("?>", 'encoding="ISO-8859-1"?>', 1),
        INVOICE.replace("?>", 'encoding="ISO-8859-1"?>', 1).encode("latin-1"),
        INVOICE.replace("1001", "1001\x19"),
        INVOICE.replace("1001", "1001&#x19;"),
        INVOICE.replace("Roof", "Café").encode("cp1252"),
        INVOICE.encode("utf-16"),
    ],
)
def test_odd_encodings_and_control_characters_do_not_hide_a_txn_id(text: str | bytes) -> None:
    ret = read_answer(text).replies[0].ret
    assert ret is not None
    assert (ret.txn_id, ret.ref_number) == ("1B2-1790000000", "1001")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not begin with an element"),
        ("<html><body>502</body></html>", "not an answer of QuickBooks"),
        ("<QBXML/>", "QBXMLMsgsRs is missing"),
        ("<QBXML><QBXMLMsgsRq/></QBXML>", "QBXMLMsgsRs is missing"),
        ("<QBXMLMsgsRs/>", "QBXMLMsgsRs is missing"),
        (INVOICE[:400] + "r>", "ends before all elements are closed"),
        ("<!DOCTYPE x>" + INVOICE[22:], "DOCTYPE"),
    ],
)
def test_what_is_no_answer_is_refused(text: str, words: str) -> None:
    with pytest.raises(UnreadableXml, match=words):
        read_answer(text)


@given(st.binary() | st.text(st.characters(codec=None)))
def test_whatever_comes_back_is_an_answer_or_unreadable(text: bytes | str) -> None:
    try:
        assert isinstance(read_answer(text), Answer)
    except UnreadableXml:
        return


@given(st.data())
def test_a_damaged_answer_is_an_answer_or_unreadable(data: st.DataObject) -> None:
    intact = INVOICE.encode()
    start = data.draw(st.integers(0, len(intact)))
    end = data.draw(st.integers(start, min(len(intact), start + 40)))
    damaged = intact[:start] + data.draw(st.binary(max_size=20)) + intact[end:]
    try:
        read = read_answer(damaged)
    except UnreadableXml:
        return
    for reply in read.replies:
        for ret in reply.rets:
            assert ret.id is None or ret.id.strip() == ret.id
            assert ret.amount("Subtotal") is None or ret.text("Subtotal") is not None


LINE = "<InvoiceLineRet><TxnLineID>1</TxnLineID><Desc>Work</Desc></InvoiceLineRet>\n"
"""A thousand of them are more than is read at once."""


def long_answer(name: str, *, end: str = "") -> str:
    ret = f"<InvoiceRet><TxnID>1B2-1</TxnID>{LINE * 2000}<Subtotal>5.00</Subtotal>{end}</InvoiceRet>"
    return answer(f'<{name}Rs requestID="a1.1" statusCode="0">{ret}</{name}Rs>')


def test_of_a_long_answer_everything_is_read_but_the_lines_that_we_sent() -> None:
    ret = read_answer(long_answer("InvoiceAdd")).replies[0].rets[0]
    assert (ret.txn_id, ret.amount("Subtotal")) == ("1B2-1", Decimal("5.00"))
    assert {line.findtext("Desc") for line in ret.element.findall("InvoiceLineRet")} == {None}


def test_the_lines_of_a_long_answer_to_a_query_are_read() -> None:
    ret = read_answer(long_answer("InvoiceQuery")).replies[0].rets[0]
    assert [line.findtext("Desc") for line in ret.element.findall("InvoiceLineRet")] == ["Work"] * 2000


def test_a_long_answer_keeps_what_it_says_after_a_character_that_is_none() -> None:
    ret = read_answer(long_answer("InvoiceAdd", end="<Memo>a&#x19;b</Memo>")).replies[0].rets[0]
    assert ret.text("Memo") == "ab"


@pytest.mark.parametrize(
    ("end", "words"),
    [("<Memo>a & b</Memo>", "not written as"), ("</Memo>", "closed by"), ("<Memo>&x;</Memo>", "cannot be read")],
)
def test_a_long_answer_that_is_broken_behind_its_lines_is_refused_whole(end: str, words: str) -> None:
    with pytest.raises(UnreadableXml, match=words):
        read_answer(long_answer("InvoiceAdd", end=end))
