from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from qbwc_server.errors import RenderingFailed
from qbwc_server.qbxml import Renderer, Version, message_set, parse_xml
from tests.unit.qbxml.samples import GUID, filled, least

INSTALLED = Renderer()


@dataclass(frozen=True)
class AnyRef:
    list_id: str | None = None
    full_name: str | None = None
    txn_id: str | None = None


def overriding(folder: Path, name: str, text: str) -> Renderer:
    (folder / name).write_text(text, encoding="utf-8")
    return Renderer(folder)


def failure(renderer: Renderer, template: str = "HostQuery", **values: object) -> str:
    with pytest.raises(RenderingFailed) as refusal:
        renderer.request(template, request_id="s.1", **values)  # type: ignore[arg-type]
    return str(refusal.value)


def host_query(content: str) -> str:
    """A template whose content is the text of the one field a HostQuery may have."""
    return (
        f'<HostQueryRq requestID="{{{{ request_id }}}}"><IncludeRetElement>{content}</IncludeRetElement></HostQueryRq>'
    )


def test_a_request_is_compact_ascii_without_a_declaration() -> None:
    rendered = INSTALLED.request("CustomerAdd", request_id="s.1", guid=GUID, payload=least("customer"))
    assert rendered.text == (
        '<CustomerAddRq requestID="s.1"><CustomerAdd><Name>A</Name>'
        f"<ExternalGUID>{GUID}</ExternalGUID></CustomerAdd></CustomerAddRq>"
    )
    assert rendered.name == "CustomerAddRq"
    assert rendered.version == Version(11, 0)


def test_characters_above_ascii_travel_as_references() -> None:
    text = INSTALLED.request("CustomerAdd", request_id="1", guid=GUID, payload=filled("customer", 0)).text
    assert text.isascii()
    assert "&lt;&amp;\"&#233;&#8364;'x" in text


def test_an_invoice_always_says_that_it_is_neither_printed_nor_emailed() -> None:
    text = INSTALLED.request("InvoiceAdd", request_id="1", guid=GUID, payload=least("invoice")).text
    assert "<IsToBePrinted>false</IsToBePrinted><IsToBeEmailed>false</IsToBeEmailed>" in text


def test_what_is_only_compared_is_never_sent() -> None:
    payload = least("invoice").model_copy(update={"expected_total": Decimal("77.77"), "expected_tax": Decimal("7.77")})
    assert "7.77" not in INSTALLED.request("InvoiceAdd", request_id="1", guid=GUID, payload=payload).text


def test_a_payment_without_invoices_is_never_applied_by_quickbooks() -> None:
    unapplied = INSTALLED.request("ReceivePaymentAdd", request_id="1", guid=GUID, payload=least("payment")).text
    applied = INSTALLED.request("ReceivePaymentAdd", request_id="1", guid=GUID, payload=filled("payment", 0)).text
    assert "<IsAutoApply>false</IsAutoApply>" in unapplied
    assert "IsAutoApply" not in applied
    assert "<AppliedToTxnAdd><TxnID>C5-1417118624</TxnID><PaymentAmount>0.01</PaymentAmount>" in applied


def test_line_breaks_in_a_memo_are_kept() -> None:
    payload = least("payment").model_copy(update={"memo": "one\r\ntwo\n  three "})
    text = INSTALLED.request("ReceivePaymentAdd", request_id="1", guid=GUID, payload=payload).text
    assert parse_xml(text).findtext("ReceivePaymentAdd/Memo") == "one\ntwo\n  three "


def test_a_text_that_is_too_long_is_refused_with_its_path() -> None:
    words = failure(INSTALLED, "CustomerAdd", payload=least("customer").model_copy(update={"name": "x" * 42}))
    assert words == "CustomerAdd/Name: It has 42 characters; at most 41 are allowed."


@pytest.mark.parametrize("character", ["ł", "😀", "\x85"])
def test_a_character_that_quickbooks_cannot_hold_is_refused_with_its_place(character: str) -> None:
    payload = least("customer").model_copy(update={"notes": f"abc{character}"})
    words = failure(INSTALLED, "CustomerAdd", payload=payload)
    assert words.startswith("CustomerAdd/Notes: The character")
    assert "position 3" in words


@pytest.mark.parametrize("character", ["\x01", "\ud800", "\x00"])
def test_a_character_that_xml_cannot_hold_is_refused(character: str) -> None:
    payload = least("customer").model_copy(update={"notes": f"abc{character}"})
    assert failure(INSTALLED, "CustomerAdd", payload=payload).startswith("CustomerAdd.xml: ")


def test_a_line_break_in_a_field_of_one_line_is_refused() -> None:
    payload = least("customer").model_copy(update={"name": "A\nB"})
    assert failure(INSTALLED, "CustomerAdd", payload=payload).startswith("CustomerAdd/Name: It has a line break")


def test_a_reference_that_was_not_resolved_is_refused() -> None:
    payload = least("customer").model_copy(update={"parent_ref": AnyRef()})
    assert "a value is missing" in failure(INSTALLED, "CustomerAdd", payload=payload)


def test_an_amount_with_three_decimals_is_refused_with_the_line_of_the_template() -> None:
    payload = least("payment").model_copy(update={"total_amount": Decimal("1.005")})
    words = failure(INSTALLED, "ReceivePaymentAdd", payload=payload)
    assert words.startswith("ReceivePaymentAdd.xml line 8: ")
    assert "at most 2 decimals" in words


@pytest.mark.parametrize("name", ["NoSuchAdd", "_macros", "../HostQuery", "HostQuery.xml", ""])
def test_a_template_that_does_not_exist_is_refused(name: str) -> None:
    assert name[:20] in failure(INSTALLED, name)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a<b", "a<b"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.10"), "0.10"),
        (date(2026, 3, 1), "2026-03-01"),
        (True, "true"),
        (7, "7"),
    ],
)
def test_a_template_may_print_texts_numbers_dates_and_truth_values(tmp_path: Path, value: object, text: str) -> None:
    renderer = overriding(tmp_path, "HostQuery.xml", host_query("{{ value }}"))
    node = parse_xml(renderer.request("HostQuery", request_id="1", value=value).text)
    assert node.findtext("IncludeRetElement") == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "a value is missing"),
        (0.1, "a float cannot be printed"),
        ([], "a list cannot be printed"),
        ({}, "a dict cannot be printed"),
        (datetime(2026, 3, 1, tzinfo=UTC), "must be a date without a time"),
        (b"x", "a bytes cannot be printed"),
    ],
)
def test_a_template_may_print_nothing_else(tmp_path: Path, value: object, words: str) -> None:
    renderer = overriding(tmp_path, "HostQuery.xml", host_query("{{ value }}"))
    assert words in failure(renderer, value=value)


def test_a_folder_of_the_users_own_overrides_a_template_and_leaves_the_others(tmp_path: Path) -> None:
    renderer = overriding(tmp_path, "HostQuery.xml", host_query("ours"))
    assert "ours" in renderer.request("HostQuery", request_id="1").text
    assert renderer.request("CompanyQuery", request_id="1") == INSTALLED.request("CompanyQuery", request_id="1")


def test_a_macro_may_be_overridden_for_all_templates(tmp_path: Path) -> None:
    macros = (Path(__file__).parents[3] / "qbxml_templates" / "_macros.xml").read_text(encoding="utf-8")
    shouting = macros.replace("<{{ name }}>{{ value }}</{{ name }}>", "<{{ name }}>{{ value | upper }}</{{ name }}>", 1)
    renderer = overriding(tmp_path, "_macros.xml", shouting)
    payload = least("customer").model_copy(update={"name": "Acme"})
    assert "<Name>ACME</Name>" in renderer.request("CustomerAdd", request_id="1", payload=payload).text


def test_an_override_that_is_missing_or_a_folder_that_is_not_there_does_no_harm(tmp_path: Path) -> None:
    assert Renderer(tmp_path / "nowhere").request("HostQuery", request_id="1").text == '<HostQueryRq requestID="1"/>'


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ payload.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(payload) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% set x = names.append('more') %}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../etc/passwd' %}",
    ],
)
def test_an_override_cannot_leave_its_sandbox(tmp_path: Path, attack: str) -> None:
    renderer = overriding(tmp_path, "HostQuery.xml", host_query(attack))
    names: list[str] = []
    assert "The template cannot be rendered" in failure(renderer, payload=least("customer"), names=names)
    assert names == []


def test_an_override_that_breaks_the_order_is_refused_with_the_path(tmp_path: Path) -> None:
    text = (
        '<CustomerAddRq requestID="{{ request_id }}"><CustomerAdd>'
        "<Phone>1</Phone><Name>{{ payload.name }}</Name></CustomerAdd></CustomerAddRq>"
    )
    words = failure(overriding(tmp_path, "CustomerAdd.xml", text), "CustomerAdd", payload=least("customer"))
    assert words == "CustomerAdd/Name: Name may not stand after Phone in CustomerAdd."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<HostQueryRq requestID="other"/>', "must set requestID to s.1"),
        ("<HostQueryRq/>", "must set requestID to s.1"),
        ('<CompanyQueryRq requestID="s.1"/>', "must make one HostQueryRq, not CompanyQueryRq"),
        ('<HostQueryRq requestID="s.1"/><HostQueryRq requestID="s.1"/>', "more text after the end"),
        ('<HostQueryRq requestID="s.1">', "ends before all elements are closed"),
        ('<!DOCTYPE x><HostQueryRq requestID="s.1"/>', "DOCTYPE"),
        ('<HostQueryRq requestID="s.1"><Nope/></HostQueryRq>', "Nope: HostQueryRq has no element Nope."),
        ('<HostQueryRq requestID="s.1">loose</HostQueryRq>', "holds elements and no text"),
        ("{{ nothing }}", "HostQuery.xml line 1: The template cannot be rendered: 'nothing' is undefined."),
        ("\n\n{{ 1 / 0 }}", "HostQuery.xml line 3: The template cannot be rendered: division by zero."),
        ("\n{% if %}", "HostQuery.xml line 2: The template cannot be rendered"),
        ("{{ request_id | nofilter }}", "nofilter"),
        ("", "does not begin with an element"),
    ],
)
def test_an_override_that_goes_wrong_is_refused_with_its_reason(tmp_path: Path, text: str, words: str) -> None:
    assert words in failure(overriding(tmp_path, "HostQuery.xml", text))


def test_an_override_must_send_the_jobs_own_guid(tmp_path: Path) -> None:
    text = '<CustomerAddRq requestID="{{ request_id }}"><CustomerAdd><Name>A</Name></CustomerAdd></CustomerAddRq>'
    renderer = overriding(tmp_path, "CustomerAdd.xml", text)
    assert "must send ExternalGUID" in failure(renderer, "CustomerAdd", guid=GUID)


def test_comments_and_instructions_of_a_template_do_not_travel(tmp_path: Path) -> None:
    text = '<?pi?><!-- x --><HostQueryRq requestID="{{ request_id }}"><!-- x --><?pi?></HostQueryRq><!-- x -->'
    rendered = overriding(tmp_path, "HostQuery.xml", text).request("HostQuery", request_id="1")
    assert parse_xml(rendered.text).get("requestID") == "1"
    assert "x" not in rendered.text
    assert "pi" not in rendered.text


def test_a_value_cannot_become_markup() -> None:
    name = '</Name><IsActive>false</IsActive><Name>"'
    payload = least("customer").model_copy(update={"name": name})
    node = parse_xml(INSTALLED.request("CustomerAdd", request_id="1", payload=payload).text)
    assert [child.tag for child in node[0]] == ["Name"]
    assert node.findtext("CustomerAdd/Name") == name


def test_a_message_set_is_one_ascii_document_that_goes_on_after_an_error() -> None:
    one = INSTALLED.request("HostQuery", request_id="s.1")
    assert message_set([one, "<X>é</X>"], version=Version(13, 0), new_id="new-1", old_id="old-1") == (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>'
        '<QBXML><QBXMLMsgsRq onError="continueOnError" newMessageSetID="new-1" oldMessageSetID="old-1">'
        '<HostQueryRq requestID="s.1"/><X>&#233;</X></QBXMLMsgsRq></QBXML>'
    )


def test_a_check_and_a_clear_have_no_requests() -> None:
    check = message_set([], version=Version(13, 0), new_id="a1", old_id="a1")
    assert '<QBXMLMsgsRq onError="continueOnError" newMessageSetID="a1" oldMessageSetID="a1"></QBXMLMsgsRq>' in check
    clear = message_set([], version=Version(13, 0), old_id="a1")
    assert '<QBXMLMsgsRq onError="continueOnError" oldMessageSetID="a1"></QBXMLMsgsRq>' in clear


def test_queries_travel_without_an_id() -> None:
    assert "MessageSetID" not in message_set(["<X/>"], version=Version(13, 0))


@pytest.mark.parametrize("bad", ["", "x" * 21, "é", 'a"b', "a b", "a&b"])
def test_an_id_that_quickbooks_would_refuse_never_leaves(bad: str) -> None:
    for ids in ({"new_id": bad}, {"old_id": bad}):
        with pytest.raises(RenderingFailed, match="must be 1 to 20"):
            message_set([], version=Version(13, 0), **ids)


def test_a_request_that_needs_a_newer_version_never_leaves() -> None:
    rendered = INSTALLED.request("CustomerAdd", request_id="1", guid=GUID, payload=filled("customer", 0))
    assert rendered.version == Version(12, 0)
    with pytest.raises(RenderingFailed, match=r"CustomerAddRq: It needs qbXML 12\.0, but 11\.0 is spoken here"):
        message_set([rendered], version=Version(11, 0))


def test_a_customer_is_rendered_well_within_a_millisecond() -> None:
    payload = least("customer")
    INSTALLED.request("CustomerAdd", request_id="1", guid=GUID, payload=payload)
    started = time.process_time()
    for _ in range(200):
        INSTALLED.request("CustomerAdd", request_id="1", guid=GUID, payload=payload)
    # 0.3 ms were measured; the margin is for slow machines.
    assert (time.process_time() - started) / 200 < 0.003
