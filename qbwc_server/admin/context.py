"""What a request of the page knows: the parts it works with, who is there, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from ipaddress import IPv4Network, IPv6Network

from flask import Request, current_app, g, request

from qbwc_server.accounts import Actor, Hasher, Person, Session
from qbwc_server.admin.filters import ZONE_COOKIE, zone_named
from qbwc_server.clock import Chance, Clock
from qbwc_server.db import Database
from qbwc_server.qbxml import Renderer

_EXTENSION = "qbwc_parts"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the views work with, handed in by whoever makes the application."""

    db: Database
    clock: Clock
    chance: Chance
    hasher: Hasher
    renderer: Renderer
    """Writes jobs as they would be sent, to show them."""
    proxies: tuple[IPv4Network | IPv6Network, ...]
    """Those whose X-Forwarded headers are believed."""


@dataclass(slots=True)
class Visit:
    """This request."""

    address: str
    """Where it came from; behind a trusted proxy, what that one says."""
    secure: bool
    """Whether the browser spoke https."""
    request_id: str
    """Random, in the log and on error pages."""
    cookie: str | None
    """The random name by which the browser is known: a session's token, or nothing's yet."""
    session: Session | None = None
    new_cookie: bool = False
    """Whether `cookie` has to be sent with the answer."""


class PageRequest(Request):
    """A request that is not read further than the page's limits."""

    max_form_parts = 5000
    """An invoice of several hundred lines, with all its fields."""


def keep_parts(parts: Parts, extensions: dict[str, object]) -> None:
    """Puts the parts where `parts()` finds them."""
    extensions[_EXTENSION] = parts


def parts() -> Parts:
    """What the views of this application work with."""
    found: Parts = current_app.extensions[_EXTENSION]
    return found


def visit() -> Visit:
    """This request; the guard put it there before any view."""
    found: Visit = g.visit
    return found


def person() -> Person:
    """Who is logged in. Only for views behind the guard: in a public one there may be nobody."""
    session = visit().session
    if session is None:
        raise LookupError("nobody is logged in, and this view was not made public")
    return session.person


def maybe_person() -> Person | None:
    """Who is logged in, if anybody."""
    here: Visit | None = g.get("visit")
    return here.session.person if here is not None and here.session is not None else None


def actor() -> Actor:
    """Who asks and from where, for the log and for a job's history."""
    someone = maybe_person()
    return Actor(someone.email if someone else "nobody", visit().address, visit().request_id)


def viewer_zone() -> tzinfo:
    """The time zone of whoever looks: the one they chose, else their browser's, else UTC."""
    someone = maybe_person()
    chosen = someone.time_zone if someone is not None else None
    return zone_named(chosen or request.cookies.get(ZONE_COOKIE))
