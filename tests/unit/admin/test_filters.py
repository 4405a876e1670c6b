"""Money, moments and XML as the page shows them, hostile ones included."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Blueprint, Flask, render_template_string

from qbwc_server.admin.filters import moment, money, register, zone_named
from qbwc_server.admin.xml_view import SHOWN_CHARACTERS, highlight_xml


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, "–"),
        (Decimal(0), "0.00"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("12.5"), "12.50"),
        (Decimal("1250"), "1,250.00"),
        (Decimal("-1234567.89"), "-1,234,567.89"),
        (Decimal("0.12345"), "0.12345"),
        (Decimal("2.50000"), "2.50"),
        (Decimal("1E+6"), "1,000,000.00"),
        (Decimal("99999999999999999999.99"), "99,999,999,999,999,999,999.99"),
        (Decimal("NaN"), "NaN"),
    ],
)
def test_money_has_separators_and_is_never_rounded(amount: Decimal | None, shown: str) -> None:
    assert money(amount) == shown


def test_a_float_is_no_money() -> None:
    amount: Any = 12.5

    with pytest.raises(TypeError, match="float"):
        money(amount)


AT = datetime(2026, 11, 2, 23, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2 Nov 2026, 23:05"),
        ("Europe/Berlin", "3 Nov 2026, 00:05"),
        ("America/New_York", "2 Nov 2026, 18:05"),
        ("Asia/Kathmandu", "3 Nov 2026, 04:50"),
    ],
)
def test_a_moment_is_read_in_the_viewers_zone_and_kept_in_utc(zone: str, shown: str) -> None:
    assert moment(AT, ZoneInfo(zone)) == (
        f'<time datetime="2026-11-02T23:05:09Z" title="2026-11-02 23:05:09 UTC">{shown}</time>'
    )


def test_a_moment_in_another_offset_is_the_same_moment() -> None:
    assert moment(AT.astimezone(timezone(timedelta(hours=-7)))) == moment(AT)


def test_no_moment_is_a_dash_and_one_without_a_zone_an_error() -> None:
    assert moment(None) == '<span class="none">–</span>'
    with pytest.raises(ValueError, match="zone"):
        moment(AT.replace(tzinfo=None))


def test_the_last_hour_a_datetime_can_hold_is_shown_all_the_same() -> None:
    assert "9999" in moment(datetime.max.replace(tzinfo=UTC), ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    "name",
    [None, "", "../../etc/passwd", "Europe", "Europe/Atlantis", "/etc/localtime", "a" * 5000, "UTC\0", "..", "Ä/B"],
)
def test_what_is_no_zone_is_utc(name: str | None) -> None:
    assert zone_named(name) is UTC


def test_a_zone_is_found_by_its_name() -> None:
    assert zone_named("America/Argentina/Buenos_Aires") == ZoneInfo("America/Argentina/Buenos_Aires")


def plain(html: str) -> str:
    """What a reader sees."""
    return unescape(re.sub(r"</?span[^>]*>", "", html))


REQUEST = '<?xml version="1.0"?>\n<Add requestID="7.1" kind=\'x\'>\n  <Name>A &amp; B</Name><!-- mine --><Memo/></Add>'


def test_xml_is_coloured_and_reads_as_before() -> None:
    shown = highlight_xml(REQUEST)

    assert plain(shown) == REQUEST
    assert '<span class="x-tag">&lt;Add</span> <span class="x-name">requestID</span>=' in shown
    assert '<span class="x-value">&#34;7.1&#34;</span>' in shown
    assert '<span class="x-note">&lt;!-- mine --&gt;</span>' in shown
    assert '<span class="x-entity">&amp;amp;</span>' in shown


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<a b='\"><script>'>",
    '<Name attr="</span><script>">',
    "<![CDATA[</pre><script>alert(1)</script>]]>",
    "<!-- never closed <script>",
    "<![CDATA[ never closed <script>",
    "<!DOCTYPE a [<!ENTITY b '<script>'>]>",
    "&lt;script&gt; & &#60;script&#62; &" + "x" * 20 + ";",
    "<<<>>><a<b>c",
    '<a b="never closed>',
    "",
    "no XML at all",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_gets_out_of_its_escaping(text: str) -> None:
    shown = highlight_xml(text)

    assert plain(shown) == text
    assert set(re.findall(r"<[^>]*>", shown)) <= {
        "</span>",
        *(f'<span class="{name}">' for name in ("x-tag", "x-name", "x-value", "x-note", "x-entity")),
    }


def test_characters_that_act_unseen_are_shown_by_their_number() -> None:
    assert plain(highlight_xml("<Name>ab\u202ecd\u200b\x00</Name>")) == "<Name>abU+202EcdU+200BU+0000</Name>"


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = plain(highlight_xml("<a>" + "x" * SHOWN_CHARACTERS))

    assert shown.endswith("… The first 60,000 of 60,003 characters are shown.")
    assert highlight_xml(None) == ""


MALICE = ["x", " ", "<!--", "<a b='", '<a "', "<![CDATA[", "<a ='\"", "&", "<a b=c ", "<a =", "</"]


@pytest.mark.parametrize("piece", MALICE)
def test_the_time_grows_with_the_text_and_not_with_its_malice(piece: str) -> None:
    def seconds(length: int) -> float:
        started = time.perf_counter()
        highlight_xml("<a " + (piece * length)[:length] + ">", length + 4)
        return time.perf_counter() - started

    seconds(1000)
    assert min(seconds(40_000) for _ in range(3)) < 40 * min(seconds(5_000) for _ in range(5)) + 0.05


@pytest.mark.parametrize("on_a_blueprint", [False, True])
def test_the_templates_know_the_filters(on_a_blueprint: bool) -> None:
    app = Flask(__name__)
    blueprint = Blueprint("page", __name__)
    register(blueprint if on_a_blueprint else app, lambda: ZoneInfo("Europe/Berlin"))
    app.register_blueprint(blueprint)

    with app.test_request_context():
        shown = render_template_string(
            "{{ amount|money }} {{ at|t }} {{ '<a>'|highlight_xml }} {{ viewer_zone() }}", amount=Decimal(7), at=AT
        )

    assert shown.startswith("7.00 <time ")
    assert ', 00:05</time> <span class="x-tag">&lt;a</span>' in shown
    assert shown.endswith(" Europe/Berlin")
