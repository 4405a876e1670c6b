from __future__ import annotations

import pytest
from lxml import etree

from qbwc_server.errors import CatalogError
from qbwc_server.qbxml import (
    Choice,
    Element,
    FieldType,
    Group,
    Version,
    check,
    element,
    message,
    parse_xml,
    version_needed,
)
from qbwc_server.qbxml.catalog_check import conformity
from qbwc_server.qbxml.catalog_text import parse_elements


def test_versions_compare_as_numbers() -> None:
    versions = [Version.parse(text) for text in ("13.0", "9.0", "11.0", "4.1", "4.0")]
    assert [str(version) for version in sorted(versions)] == ["4.0", "4.1", "9.0", "11.0", "13.0"]


@pytest.mark.parametrize("text", ["", "13", "CA2.0", "13.0.1", "-1.0", "13.x", "\u0663.\u0660"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a qbXML version"):
        Version.parse(text)


def test_a_field_is_found_by_its_path_with_all_that_is_known_of_it() -> None:
    ref_number = element("InvoiceAddRq/InvoiceAdd/RefNumber")
    assert (ref_number.type, ref_number.max_length, ref_number.multiline) == (FieldType.TEXT, 11, False)
    memo = element("InvoiceAddRq/InvoiceAdd/Memo")
    assert (memo.max_length, memo.multiline) == (4095, True)
    assert element("CustomerAddRq/CustomerAdd/JobTitle").since == Version(12, 0)
    assert element("CustomerAddRq/CustomerAdd/JobStatus").values[0] == "Awarded"
    assert element("CustomerAddRq/CustomerAdd/ShipToAddress").max_occurs == 50


def test_a_path_leads_through_choices_and_shared_aggregates() -> None:
    assert element("InvoiceAddRq/InvoiceAdd/InvoiceLineAdd/RatePercent").type is FieldType.PERCENT
    assert element("ReceivePaymentAddRq/ReceivePaymentAdd/AppliedToTxnAdd/TxnID").type is FieldType.ID
    assert element("CustomerAddRq/CustomerAdd/BillAddress/PostalCode").max_length == 13
    assert element("CustomerAddRq/CustomerAdd/TermsRef/FullName").max_length == 31


@pytest.mark.parametrize("path", ["NoSuchRq", "InvoiceAddRq/InvoiceAdd/Nope", "../../etc/passwdRq", "_shared", ""])
def test_what_is_not_in_the_catalog_is_an_error(path: str) -> None:
    with pytest.raises(CatalogError):
        element(path)


def test_fields_come_in_the_order_in_which_quickbooks_wants_them() -> None:
    service = [child.name for child in element("ItemServiceAddRq/ItemServiceAdd").elements()]
    non_inventory = [child.name for child in element("ItemNonInventoryAddRq/ItemNonInventoryAdd").elements()]
    assert service.index("ClassRef") < service.index("ParentRef")
    assert non_inventory.index("ParentRef") < non_inventory.index("ClassRef")


def invoice(content: str) -> etree._Element:
    return parse_xml(f'<InvoiceAddRq requestID="1"><InvoiceAdd>{content}</InvoiceAdd></InvoiceAddRq>')


def complaints(node: etree._Element) -> list[str]:
    return [str(problem) for problem in check(node)]


def test_a_correct_request_has_nothing_against_it() -> None:
    assert complaints(invoice("<CustomerRef><ListID>1</ListID></CustomerRef><InvoiceLineAdd/><InvoiceLineAdd/>")) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "InvoiceAdd: CustomerRef is missing."),
        ("<CustomerRef/><Nope/>", "InvoiceAdd/Nope: InvoiceAdd has no element Nope."),
        ("<TxnDate/><CustomerRef/>", "InvoiceAdd/CustomerRef: CustomerRef may not stand after TxnDate in InvoiceAdd."),
        ("<CustomerRef/><CustomerRef/>", "CustomerRef may not stand again after CustomerRef"),
        ("<CustomerRef/><RefNumber>123456789012</RefNumber>", "RefNumber: It has 12 characters; at most 11"),
        ("<CustomerRef/><RefNumber>1\n2</RefNumber>", "InvoiceAdd/RefNumber: It has a line break"),
        ("<CustomerRef/><TxnDate>2026-02-30</TxnDate>", 'TxnDate: "2026-02-30" is not a date'),
        ("<CustomerRef/><IsPending>yes</IsPending>", 'IsPending: "yes" is not true or false'),
        ("<CustomerRef/><ExchangeRate>1,5</ExchangeRate>", 'ExchangeRate: "1,5" is not a number'),
        ("<CustomerRef/><ExternalGUID>57F3</ExternalGUID>", "is not a GUID in braces"),
        ("<CustomerRef/><LinkToTxnID>" + "1" * 37 + "</LinkToTxnID>", "is not an ID of at most 36 characters"),
        (
            "<CustomerRef><ListID><Deep/></ListID></CustomerRef>",
            "CustomerRef/ListID: ListID holds text and no elements.",
        ),
        ("text<CustomerRef/>", "InvoiceAdd: InvoiceAdd holds elements and no text."),
        ("<CustomerRef/>text", "InvoiceAdd: InvoiceAdd holds elements and no text."),
        ('<CustomerRef defMacro="x"/>', "InvoiceAdd/CustomerRef: CustomerRef has no attribute defMacro."),
    ],
)
def test_a_broken_rule_is_told_with_its_path(content: str, complaint: str) -> None:
    [found] = complaints(invoice(content))
    assert complaint in found


def test_an_index_from_one_tells_repeated_elements_apart() -> None:
    line = "<InvoiceLineAdd><Rate>1</Rate></InvoiceLineAdd>"
    wrong = "<InvoiceLineAdd><Rate>1.123456</Rate></InvoiceLineAdd>"
    [problem] = check(invoice(f"<CustomerRef/>{line}{wrong}{line}"))
    assert problem.path == "InvoiceAdd/InvoiceLineAdd[2]/Rate"
    [problem] = check(invoice(f"<CustomerRef/>{wrong}"))
    assert problem.path == "InvoiceAdd/InvoiceLineAdd/Rate"


def test_lines_and_groups_may_stand_mixed() -> None:
    group = "<InvoiceLineGroupAdd><ItemGroupRef/></InvoiceLineGroupAdd>"
    assert complaints(invoice(f"<CustomerRef/>{group}<InvoiceLineAdd/>{group}")) == []


def test_only_one_option_of_a_choice_may_stand_there() -> None:
    both = invoice("<CustomerRef/><InvoiceLineAdd><Rate>1</Rate><RatePercent>1</RatePercent></InvoiceLineAdd>")
    [problem] = check(both)
    assert problem.path == "InvoiceAdd/InvoiceLineAdd/RatePercent"


def test_a_choice_that_must_be_made_is_missed() -> None:
    node = parse_xml(
        '<ReceivePaymentAddRq requestID="1"><ReceivePaymentAdd><CustomerRef/></ReceivePaymentAdd></ReceivePaymentAddRq>'
    )
    assert complaints(node) == ["ReceivePaymentAdd: One of AppliedToTxnAdd, IsAutoApply is missing."]


def test_every_problem_of_a_request_is_told_at_once() -> None:
    content = "<CustomerRef/><RefNumber>123456789012</RefNumber><PONumber>" + "1" * 26 + "</PONumber>"
    assert [problem.path for problem in check(invoice(content))] == ["InvoiceAdd/RefNumber", "InvoiceAdd/PONumber"]


def test_lengths_are_counted_in_characters() -> None:
    assert complaints(invoice(f"<CustomerRef/><RefNumber>{'é' * 11}</RefNumber>")) == []


def test_a_message_that_is_not_in_the_catalog_is_told_so() -> None:
    assert "is not a message of the catalog" in complaints(parse_xml("<VendorAddRq/>"))[0]
    assert "is not a message of the catalog" in complaints(parse_xml('<InvoiceAddRq xmlns="urn:x"/>'))[0]


def test_an_answer_needs_its_status() -> None:
    node = parse_xml('<InvoiceAddRs requestID="1" statusCode="0" retCount="1"/>')
    assert complaints(node) == [
        "InvoiceAddRs has no attribute retCount.",
        "InvoiceAddRs needs the attribute statusSeverity.",
    ]


def test_a_query_says_with_its_attributes_how_it_is_to_be_answered() -> None:
    pages = '<CustomerQueryRq requestID="1" iterator="{}" iteratorID="any text" metaData="{}"/>'
    assert complaints(parse_xml(pages.format("Continue", "MetaDataOnly"))) == []
    assert complaints(parse_xml(pages.format("Next", "MetaDataOnly"))) == [
        'iterator is "Next", none of Start, Continue, Stop.'
    ]
    assert complaints(parse_xml(pages.format("Stop", ""))) == [
        'metaData is "", none of NoMetaData, MetaDataOnly, MetaDataAndResponseData.'
    ]
    assert complaints(parse_xml('<ClassQueryRq iterator="Next"/>')) == ["ClassQueryRq has no attribute iterator."]


def test_a_number_below_its_least_is_told() -> None:
    query = "<CustomerQueryRq><MaxReturned>{}</MaxReturned></CustomerQueryRq>"
    assert complaints(parse_xml(query.format("1"))) == []
    assert complaints(parse_xml(query.format("0"))) == ['MaxReturned: "0" is less than 1.']
    assert complaints(parse_xml(query.format("-0"))) == ['MaxReturned: "-0" is less than 1.']
    assert "is not a whole number" in complaints(parse_xml(query.format("")))[0]


def test_processing_instructions_and_comments_do_not_count() -> None:
    assert complaints(invoice("<!-- x --><CustomerRef/><?pi?><TxnDate>2026-11-02</TxnDate>")) == []


def test_a_request_needs_the_version_of_its_newest_element() -> None:
    assert version_needed(invoice("<CustomerRef/>")) == Version(11, 0)
    line = "<InvoiceLineAdd><InventorySiteLocationRef/></InvoiceLineAdd>"
    assert version_needed(invoice(f"<CustomerRef/>{line}")) == Version(12, 0)
    line += "<InvoiceLineAdd><OptionForPriceRuleConflict>Zero</OptionForPriceRuleConflict></InvoiceLineAdd>"
    assert version_needed(invoice(f"<CustomerRef/>{line}")) == Version(13, 0)


def read(text: str) -> Element:
    shared = {"Two": (Element("A", FieldType.TEXT), Element("B", FieldType.TEXT))}
    [root] = parse_elements(text, "test.txt", shared.__getitem__)
    return root


def test_a_catalog_file_is_read_as_its_format_says() -> None:
    root = read(
        "# comment\n"
        "XAddRq @requestID @statusCode!\n"
        "  Name text 41   # a comment\n"
        "\n"
        "  Note? lines 10 since 12.0\n"
        "  Days integer from 1\n"
        "  Ref? ref:31\n"
        "  Many{2,7} as Two\n"
        "    C amount\n"
        "  choice+\n"
        "    Kind enum One|Two\n"
        "    group\n"
        "      From? date\n"
        "      To date\n"
    )
    name, note, days, ref, many, choice = root.children
    assert root.attributes == ("requestID", "statusCode!")
    assert name == Element("Name", FieldType.TEXT, 41)
    assert note == Element("Note", FieldType.TEXT, 10, 0, 1, Version(12, 0), multiline=True)
    assert days == Element("Days", FieldType.INTEGER, least=1)
    assert isinstance(ref, Element)
    assert [child.max_length for child in ref.elements()] == [None, 31]
    assert isinstance(many, Element)
    assert (many.min_occurs, many.max_occurs) == (2, 7)
    assert list(many.by_name) == ["A", "B", "C"]
    assert isinstance(choice, Choice)
    assert (choice.min_occurs, choice.max_occurs) == (1, None)
    kind, group = choice.options
    assert isinstance(kind, Element)
    assert kind.values == ("One", "Two")
    assert isinstance(group, Group)
    assert choice.first == {"Kind", "From", "To"}


@pytest.mark.parametrize(
    ("xml", "clean"),
    [
        ("<Q/>", False),
        ("<Q><ID>1</ID><ID>2</ID></Q>", True),
        ("<Q><From>2026-01-01</From><To>2026-01-02</To></Q>", True),
        ("<Q><To>2026-01-02</To></Q>", True),
        ("<Q><From>2026-01-01</From></Q>", False),
        ("<Q><ID>1</ID><To>2026-01-02</To></Q>", False),
        ("<Q><To>2026-01-02</To><From>2026-01-01</From></Q>", False),
    ],
)
def test_elements_of_a_group_stand_together_in_order_or_not_at_all(xml: str, clean: bool) -> None:
    root = read("Q\n  choice\n    ID+ id\n    group\n      From? date\n      To date\n")
    assert (conformity(root, parse_xml(xml)) == []) is clean


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("A text\n   B text", 2, "two blanks"),
        ("A text\n    B text", 2, "two blanks"),
        ("A\n\tB text", 2, "two blanks"),
        ("A text 41 chars", 1, "'chars'"),
        ("A 41", 1, "'41'"),
        ("A", 1, "either a type or children"),
        ("A text\n  B text", 1, "either a type or children"),
        ("A enum", 1, "ends too early"),
        ("A text since", 1, "ends too early"),
        ("A text since new", 1, "not a qbXML version"),
        ("A integer from", 1, "ends too early"),
        ("A integer from one", 1, "no whole number after 'from'"),
        ("A text from 1", 1, "'from'"),
        ("A as Three", 1, "'Three'"),
        ("A ref:x", 1, "without a length"),
        ("A! text", 1, "begin with a name"),
        ("A{1} text", 1, "begin with a name"),
        ("A\n  choice text\n    B text", 2, "nothing but lines below it"),
        ("A\n  choice?", 2, "nothing but lines below it"),
    ],
)
def test_a_mistake_in_a_catalog_file_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(CatalogError) as refusal:
        read(text)
    [problem] = refusal.value.problems
    assert (problem.path, problem.line) == ("test.txt", line)
    assert words in problem.message


def test_a_message_is_read_once() -> None:
    assert message("InvoiceAddRq") is message("InvoiceAddRq")
