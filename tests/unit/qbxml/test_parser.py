from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.errors import UnreadableXml
from qbwc_server.qbxml import parse_lenient, parse_xml
from qbwc_server.qbxml.parser import LONGEST_PROLOG

BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]>'


@pytest.mark.parametrize(
    "text",
    [
        "<a>é</a>",
        "\n  <?xml version='1.0' encoding='utf-8'?><a>é</a>",
        "\ufeff<a>é</a>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>",
        "<?xml version='1.0' encoding='utf-16'?><a>é</a>",
        "<?xml version='1.0' encoding='no-such-code'?><a>é</a>",
        "<?xml version='1.0'?><?qbxml version='13.0'?><!-- new --><a>&#233;</a>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".encode("latin-1"),
        "<?xml version='1.0' encoding='windows-1252'?><a>é</a>".encode("cp1252"),
        "<a>é</a>".encode(),
        "\ufeff<a>é</a>".encode(),
        "<?xml version='1.0' encoding='utf-16'?><a>é</a>".encode("utf-16"),
        "\ufeff<a>é</a>".encode("utf-16-be"),
    ],
)
def test_a_document_is_read_whatever_encoding_it_is_in(text: str | bytes) -> None:
    assert parse_xml(text).text == "é"
    assert parse_lenient(text).text == "é"


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        "<!doctype a><a/>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        f"{BOMB}<a b='&y;'>&y;</a>",
        f"<?xml version='1.0'?>\n<!-- a comment -->\n<?pi?>\n{BOMB}<a/>",
        f"<!-- > -- > <a> -->{BOMB}<a/>",
        f" \n\ufeff\n{BOMB}<a/>",
        f"\ufeff{BOMB}<a/>".encode("utf-16-le"),
    ],
)
def test_a_doctype_is_refused_with_its_reason(text: str | bytes) -> None:
    for parse in (parse_xml, parse_lenient):
        with pytest.raises(UnreadableXml, match="DOCTYPE"):
            parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <!DOCTYPE a> --><a>x</a>",
        "<?pi <!DOCTYPE a> ?><a>x</a>",
        "<a><![CDATA[<!DOCTYPE a>]]></a>",
        "<a>&lt;!DOCTYPE a></a>",
        "<a b='&lt;!DOCTYPE a>'>x</a>",
    ],
)
def test_the_word_doctype_in_a_comment_or_a_text_is_no_doctype(text: str) -> None:
    assert parse_xml(text).text in ("x", "<!DOCTYPE a>")


def test_a_second_byte_order_mark_is_refused_and_hides_no_doctype() -> None:
    for text in (f"\ufeff\n\ufeff{BOMB}<a/>", "\ufeff\ufeff<a/>", " \ufeff \ufeff <a/>"):
        for parse in (parse_xml, parse_lenient):
            with pytest.raises(UnreadableXml, match="more than one byte order mark"):
                parse(text)


@pytest.mark.parametrize("filler", ["<!-- -->", "<?x y?>", "\n", " <!-- -->\r\n\t\t\t\t\t"])
def test_a_prolog_without_end_is_refused_as_such(filler: str) -> None:
    prolog = filler * (LONGEST_PROLOG // len(filler) - 30)
    assert parse_xml(f"<?xml version='1.0'?>{prolog}<a>x</a>").text == "x"
    for text in (f"<?xml version='1.0'?>{prolog * 2}<a>x</a>", f"{prolog}<!-- {' ' * LONGEST_PROLOG}"):
        with pytest.raises(UnreadableXml, match="before its first element is longer than 65536 bytes"):
            parse_xml(text)


def seconds(text: bytes) -> float:
    """Processor time of reading a text, whatever else the machine is doing; the best of three."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        for parse in (parse_xml, parse_lenient):
            with suppress(UnreadableXml):
                parse(text)
        times.append(time.thread_time() - start)
    return min(times)


@pytest.mark.parametrize(
    "filler",
    [
        b"\xef\xbb\xbf ",
        b"\xef\xbb\xbf",
        b" ",
        b"\r\n\t",
        b"<?x ?>",
        b"<!-- -->",
        b"<!--",
        b"<?",
        b"<? >",
        b"?>",
        b"--",
        b"&#1",
        b"&#x1;",
        b"<?xml encoding='",
    ],
)
@pytest.mark.parametrize("before", [b"", b"<?xml version='1.0'?>", b"<!-- ", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("after", [b"", b"<!DOCTYPE a><a/>"])
def test_no_loop_over_what_stands_before_the_root_copies_or_starts_anew(
    filler: bytes, before: bytes, after: bytes
) -> None:
    short, long = (before + filler * (size // len(filler)) + after for size in (64 * 1024, 8 * 64 * 1024))
    # Eight times the text: in proportion is 8 times the time, quadratic is 64 times.
    assert seconds(long) < 24 * seconds(short)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin with an element"),
        ("  \n ", "does not begin with an element"),
        ("no XML", "does not begin with an element"),
        ("<a><b></a>", "closed by the tag of another"),
        ("<a><b>", "ends before all elements are closed"),
        ("<a/><b/>", "more text after the end"),
        ("<a>x & y</a>", "&amp;"),
        ("<a>&nbsp;</a>", "entity"),
        ("<a b='1' b='2'/>", "same attribute twice"),
        ("<a>\x19</a>", "does not allow"),
        ("<a>&#x19;</a>", "does not allow"),
        ("<a>\ud800</a>", "surrogate"),
        ("<p:a/>", "prefix"),
        (b"<a>\xe9</a>", "encoding"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "use UTF-8"),
        (b"<?xml version='1.0' encoding='ascii'?><a>\xe9</a>", "encoding"),
    ],
)
def test_what_is_no_xml_is_refused_in_plain_words(text: str | bytes, reason: str) -> None:
    with pytest.raises(UnreadableXml, match=reason):
        parse_xml(text)


def test_the_reason_is_that_of_this_document_and_not_of_an_earlier_one() -> None:
    with pytest.raises(UnreadableXml, match="closed by the tag"):
        parse_xml("<a><b></a>")
    with pytest.raises(UnreadableXml, match="same attribute twice"):
        parse_xml("<a b='1' b='2'/>")


def test_a_refusal_names_the_line_and_never_quotes_the_document() -> None:
    with pytest.raises(UnreadableXml) as refusal:
        parse_xml("<a>\n<strPassword>hunter2<hunter3></strPassword></a>")
    assert refusal.value.problems[0].line == 2
    assert "hunter" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        "<a>x\x19\x00\x0b&#x19;&#25;&#0025;&#X1f;&#0;&#xD800;&#xFFFE;&#x110000;&#99999999999;y</a>",
        "<a>x\ud800\ufffey</a>",
        b"<a>x\x19y</a>",
        b"\n<?xml version='1.0' encoding='no-such-code'?><a>xy</a>",
    ],
)
def test_characters_that_xml_does_not_allow_are_dropped_from_an_answer(text: str | bytes) -> None:
    assert parse_lenient(text).text == "xy"


def test_allowed_references_survive_beside_forbidden_ones() -> None:
    assert parse_lenient("<a>&#233;&#x19;&#xE9;&#10;&amp;</a>").text == "éé\n&"


def test_an_answer_in_windows_1252_is_read_though_it_does_not_say_so() -> None:
    assert parse_lenient("<?xml version='1.0' ?><a>Café €</a>".encode("cp1252")).text == "Café €"
    assert parse_lenient("<?xml version='1.0' encoding='utf-8'?><a>Café €</a>".encode("cp1252")).text == "Café €"


def test_a_clean_document_is_never_scrubbed() -> None:
    # In CDATA this is no reference but text.
    assert parse_lenient("<a><![CDATA[&#x19;]]></a>").text == "&#x19;"


@pytest.mark.parametrize("parse", [parse_xml, parse_lenient])
def test_broken_xml_is_refused_and_not_repaired(parse: object) -> None:
    assert callable(parse)
    with pytest.raises(UnreadableXml):
        parse("<QBXML><TxnID>1</TxnID><Broken></QBXML>")


def test_a_comment_does_not_cut_a_text_in_two() -> None:
    assert parse_xml("<a>one <!-- and -->two</a>").text == "one two"


def test_the_qbxml_instruction_stays_before_the_root() -> None:
    before = parse_xml('<?xml version="1.0"?><?qbxml version="13.0"?><QBXML/>').getprevious()
    assert before is not None
    assert before.text == 'version="13.0"'


def test_a_large_text_is_read() -> None:
    size = 12_000_000
    assert len(parse_xml(f"<a>{'x' * size}</a>").text or "") == size


def test_nesting_without_end_is_refused_as_such() -> None:
    assert parse_xml("<a>" * 1000 + "</a>" * 1000).tag == "a"
    with pytest.raises(UnreadableXml, match="nested too deeply"):
        parse_xml("<a>" * 100_000 + "</a>" * 100_000)


@given(st.binary() | st.text(st.characters(codec=None)))
def test_whatever_comes_in_is_an_element_or_a_refusal(text: bytes | str) -> None:
    for parse in (parse_xml, parse_lenient):
        try:
            assert parse(text).tag
        except UnreadableXml:
            continue
