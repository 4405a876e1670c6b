"""Asking QuickBooks, at most hourly, whether the names that jobs are blocked on are there by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from qbwc_server import jobs
from qbwc_server.companies import Company
from qbwc_server.db import tables
from qbwc_server.errors import QbwcError
from qbwc_server.exchange import message_sets
from qbwc_server.exchange.arrived import Arrived
from qbwc_server.exchange.message_set import MessageSet, Purpose, SetState
from qbwc_server.exchange.outcome import MOST_TRIES
from qbwc_server.exchange.session import Session
from qbwc_server.exchange.settle import ACTOR
from qbwc_server.exchange.store import store
from qbwc_server.exchange.visit import Visit
from qbwc_server.qbxml import Rendered, Ret, Version, message_set

EVERY = timedelta(hours=1)
_MOST_NAMES = 500
"""Names in one set; the rest is left to people and to the jobs that create them."""
_LISTS = (
    *("Account", "Class", "Currency", "Customer", "CustomerMsg", "CustomerType", "Item", "JobType", "PaymentMethod"),
    *("PriceLevel", "SalesRep", "SalesTaxCode", "ShipMethod", "Terms", "Vendor"),
)
_QUERY_OF = {name.casefold(): f"{name}Query" for name in _LISTS}
"""The query of each list by its name in QuickBooks' sentences, which may hold blanks."""


def wants_names(c: sa.Connection, company: Company, session: Session | None, now: datetime) -> bool:
    """Whether there are names to ask for and an hour has passed since QuickBooks was asked last.

    What was missed in this visit itself is not asked for: QuickBooks has just said that it is not there.
    """
    asked = company.missing_asked_at
    if asked is not None and timedelta(0) <= now - asked < EVERY:
        return False
    before = now if session is None else session.started_at
    return any(_query_of(name) for name in jobs.missing_names(c, company.id, before))


def next_names(visit: Visit, version: Version) -> str:
    """One set with a query for each list in which names are missing, or ''."""
    if not wants_names(visit.c, visit.company, visit.session, visit.now):
        return ""
    company = tables.company
    visit.c.execute(company.update().where(company.c.id == visit.company.id).values(missing_asked_at=visit.now))
    key = message_sets.new_key(visit.tools.chance)
    by_query: dict[str, list[str]] = {}
    for name in jobs.missing_names(visit.c, visit.company.id)[:_MOST_NAMES]:
        by_query.setdefault(_query_of(name), []).append(name.partition(":")[2])
    requests: list[Rendered] = []
    for template, names in by_query.items():
        if template:
            requests += _rendered(visit, template, names, message_sets.request_id(key, len(requests) + 1))
    if not requests:
        return ""
    text = message_set(requests, version=version)
    store(visit, Purpose.NAMES, text, version, key=key)
    return text


def take_names(visit: Visit, query: MessageSet, arrived: Arrived) -> Visit:
    """Releases what is blocked on the names that were found and are in use."""
    if query.state is not SetState.SENT:
        return visit
    message_sets.keep_response(visit.c, query, arrived.response)
    message_sets.change(visit.c, query, state=SetState.ANSWERED, answered_at=visit.now, hresult=arrived.hresult)
    there = {
        (reply.name.removesuffix("Rs"), jobs.missing_key(name))
        for reply in arrived.replies
        for ret in reply.rets
        for name in _names_of(ret)
    }
    found = [
        name
        for name in jobs.missing_names(visit.c, visit.company.id)
        if (_query_of(name), jobs.missing_key(name.partition(":")[2])) in there
    ]
    jobs.release_missing(
        visit.c,
        visit.company.id,
        found,
        "the name it missed is in QuickBooks now",
        now=visit.now,
        actor=ACTOR,
        most_attempts=MOST_TRIES,
    )
    return visit


def _query_of(missing: str) -> str:
    """The query of the list in "Sales Tax Code:Non"; '' for a list we know no query for."""
    return _QUERY_OF.get("".join(missing.partition(":")[0].split()).casefold(), "")


def _rendered(visit: Visit, template: str, names: Iterable[str], number: str) -> Iterator[Rendered]:
    """One request for all of them; a name that does not fit the list's rules is left to a person."""
    some = list(names)
    try:
        yield visit.tools.renderer.request(template, request_id=number, full_names=some)
    except QbwcError:
        fitting = [name for name in some if _fits(visit, template, name)]
        if fitting:
            yield visit.tools.renderer.request(template, request_id=number, full_names=fitting)


def _fits(visit: Visit, template: str, name: str) -> bool:
    try:
        visit.tools.renderer.request(template, request_id="1", full_names=[name])
    except QbwcError:
        return False
    return True


def _names_of(ret: Ret) -> list[str]:
    """What an entry is referred to by; none if it is inactive, which QuickBooks refuses in the same words."""
    if ret.text("IsActive") == "false":
        return []
    return [name for path in ("FullName", "Name", "Initial") if (name := ret.text(path))]
