"""How values look on the page: money, moments and XML. Pure, so that a table of examples can hold them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, Flask
from markupsafe import Markup

from qbwc_server.admin.xml_view import highlight_xml

NOTHING = "\N{EN DASH}"
"""What stands where there is no value, so that an empty cell is not taken for a fault."""

ZONE_COOKIE = "zone"
"""The viewer's time zone by its IANA name; the page's script sets it. Without scripts, times are shown in UTC."""

_ZONE_NAME = re.compile(r"[A-Za-z][\w+-]{0,30}(?:/[A-Za-z][\w+-]{0,30}){0,2}", re.ASCII)


def money(amount: Decimal | None) -> str:
    """`amount` with thousands separators and at least two decimals, never rounded: "-1,250.00", "0.12345".

    None is NOTHING. A hyphen is the sign of a negative amount, for spreadsheets read what is copied from here.
    """
    if amount is None:
        return NOTHING
    if not isinstance(amount, Decimal):
        raise TypeError(f"money is Decimal, not {type(amount).__name__}")
    if not amount.is_finite():
        return str(amount)
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    text = f"{amount:,.{places}f}"
    return text.removeprefix("-") if amount.is_zero() else text


def moment(at: datetime | None, zone: tzinfo = UTC) -> Markup:
    """`at` (aware) as <time>: in the viewer's zone to read, in UTC as its title and for programs. None is NOTHING.

    "2 Nov 2026, 14:32" with a day and month that nobody can confuse, whatever country they are in.
    """
    if at is None:
        return Markup('<span class="none">{}</span>').format(NOTHING)
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    utc = at.astimezone(UTC)
    local = _in_zone(utc, zone)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"), utc.strftime("%Y-%m-%d %H:%M:%S"), f"{local.day} {local:%b %Y, %H:%M}"
    )


def _in_zone(utc: datetime, zone: tzinfo) -> datetime:
    try:
        return utc.astimezone(zone)
    except OverflowError:  # the first or last hours that a datetime can hold
        return utc


@cache
def _known_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_named(name: str | None) -> tzinfo:
    """The time zone of that IANA name, as a browser sent it; UTC for anything that is none."""
    if not name or not _ZONE_NAME.fullmatch(name):
        return UTC
    return _known_zone(name) or UTC


def register(app: Flask | Blueprint, viewer_zone: Callable[[], tzinfo] = lambda: UTC) -> None:
    """Gives the templates `|money`, `|t`, `|highlight_xml` and `viewer_zone()`, which is asked anew for every page."""

    def t(at: datetime | None) -> Markup:
        return moment(at, viewer_zone())

    filters: dict[str, Callable[..., str]] = {"money": money, "t": t, "highlight_xml": highlight_xml}
    if isinstance(app, Blueprint):
        add_filter, add_global = app.add_app_template_filter, app.add_app_template_global
    else:
        add_filter, add_global = app.add_template_filter, app.add_template_global
    for name, function in filters.items():
        add_filter(function, name)
    add_global(viewer_zone, "viewer_zone")
