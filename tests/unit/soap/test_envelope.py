from __future__ import annotations

import pytest
from lxml import etree

from qbwc_server.soap.envelope import read_envelope
from qbwc_server.soap.replies import FaultCode, Refused

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def envelope(operation: str) -> bytes:
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="http://developer.intuit.com/">'
        f"<soap:Body>{operation}</soap:Body></soap:Envelope>"
    ).encode()


def operation(inner: str) -> etree._Element:
    found = read_envelope(envelope(f"<t:x>{inner}</t:x>"), "utf-8").find(".//{http://developer.intuit.com/}x")
    assert found is not None
    return found


def parameters(inner: str) -> dict[str, str | None]:
    return {etree.QName(element).localname: element.text for element in operation(inner)}


def test_parameters_are_found_in_any_namespace_or_none() -> None:
    assert parameters('<t:a>1</t:a><b>2</b><c xmlns="urn:other">3</c>') == {"a": "1", "b": "2", "c": "3"}


def test_attributes_are_gone_but_a_true_nil_is_kept() -> None:
    a, b, c = list(operation('<a id="1" xsi:type="x">1</a><b xsi:nil="true" id="2"/><c xsi:nil="false">3</c>'))
    assert a.items() == []
    assert b.items() == [(NIL, "true")]
    assert c.items() == []


def test_a_version_that_is_a_number_is_kept_and_another_is_gone() -> None:
    assert parameters("<qbXMLMajorVers> 16\n</qbXMLMajorVers><qbXMLMinorVers>x</qbXMLMinorVers>") == {
        "qbXMLMajorVers": " 16\n"
    }


def test_a_text_that_looks_like_a_number_elsewhere_is_none_of_our_business() -> None:
    assert parameters("<ticket>x</ticket><hresult></hresult>") == {"ticket": "x", "hresult": None}


def test_a_long_text_between_processing_instructions_is_one_text() -> None:
    assert parameters("<?a?><a>1<?b?>2<?c?>3</a><?d?>") == {"a": "123"}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (envelope("<t:x><a><b/></a></t:x>"), "escaped"),
        (envelope("<t:x><a>1</a><a>1</a></t:x>"), "twice"),
        (envelope('<t:x><a href="#1"/></t:x>'), "href"),
        (envelope(""), "one operation"),
        (envelope("<t:x/><t:y/>"), "one operation"),
        (envelope("<soap:Fault/>"), "not a fault"),
        (b"<Envelope xmlns='urn:x'/>", "SOAP 1.1"),
        (b"<x/>", "no SOAP envelope"),
        (b"", "no body"),
        (b"<!DOCTYPE x><x/>", "DOCTYPE"),
    ],
)
def test_a_refusal_says_what_is_wrong(body: bytes, word: str) -> None:
    with pytest.raises(Refused, match=word):
        read_envelope(body, None)


def test_another_version_of_soap_has_its_own_code() -> None:
    with pytest.raises(Refused) as refused:
        read_envelope(b"<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'/>", None)
    assert refused.value.code is FaultCode.VERSION_MISMATCH
