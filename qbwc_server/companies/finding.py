"""Reading registered companies."""

from __future__ import annotations

import difflib
from typing import Any

import sqlalchemy as sa

from qbwc_server.companies.model import SELECT, Company, from_row
from qbwc_server.companies.names import name_key
from qbwc_server.db import tables
from qbwc_server.errors import Problem, UnknownCompany

_company = tables.company.c
# Built once: every call of every Web Connector runs one of them.
_BY_ID = SELECT.where(_company.id == sa.bindparam("number"))
_LOCKED = _BY_ID.with_for_update()


def get(c: sa.Connection, name: str) -> Company:
    """The company of that name, without regard to case. Raises UnknownCompany, which names the nearest."""
    key = name_key(name)
    if key.isprintable():  # else it is nobody's name, and perhaps no text a database takes
        row = c.execute(SELECT.where(_company.name_key == key)).one_or_none()
        if row is not None:
            return from_row(row)
    raise UnknownCompany(_unknown(c, name))


def by_id(c: sa.Connection, company_id: int) -> Company:
    """The company of that number. Raises UnknownCompany."""
    return _one(c, _BY_ID, company_id)


def lock(c: sa.Connection, company_id: int) -> Company:
    """The same, and nobody else can lock it until this transaction ends (on SQLite `db.write()` already sees to it)."""
    return _one(c, _LOCKED, company_id)


def all_companies(c: sa.Connection) -> list[Company]:
    """Every company, by name."""
    return [from_row(row) for row in c.execute(SELECT.order_by(_company.name_key))]


def _one(c: sa.Connection, wanted: sa.Select[Any], company_id: int) -> Company:
    row = c.execute(wanted, {"number": company_id}).one_or_none()
    if row is None:
        raise UnknownCompany(f"there is no company with number {company_id}.")
    return from_row(row)


def _unknown(c: sa.Connection, name: str) -> Problem:
    by_key = {str(row.name_key): str(row.name) for row in c.execute(sa.select(_company.name_key, _company.name))}
    nearest = difflib.get_close_matches(name_key(name), by_key, n=1)
    if nearest:
        remedy = f"Did you mean {by_key[nearest[0]]}?"
    elif by_key:
        remedy = "List them with `qbwc company list`."
    else:
        remedy = "None is registered yet; start with `qbwc company add`."
    return Problem(f"there is no company named {name.strip()[:80]!r}.", remedy=remedy)
