from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from qbwc_server.soap.text import xml_text

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
@example("\x00\x1f\ud800\udfff\ufffe\uffff\x7f\x85")
def test_any_text_can_be_carried_by_xml_afterwards(text: str) -> None:
    element = etree.Element("x")
    element.text = xml_text(text)
    assert (etree.fromstring(etree.tostring(element)).text or "") == element.text


@given(ANY_TEXT)
def test_every_character_stays_or_is_visibly_replaced(text: str) -> None:
    cleaned = xml_text(text)
    assert len(cleaned) == len(text)
    for before, after in zip(text, cleaned, strict=True):
        assert after in {before, "\N{REPLACEMENT CHARACTER}"}


def test_a_text_without_fault_is_left_alone() -> None:
    text = "tab\t line\r\n Grüße \N{GRINNING FACE} \x7f \x85 \N{REPLACEMENT CHARACTER}"
    assert xml_text(text) == text
