"""Registering companies and changing what is registered of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from qbwc_server.clock import Chance, Clock, guid
from qbwc_server.companies import names
from qbwc_server.companies.credentials import make_password, password_hash
from qbwc_server.companies.finding import get, lock
from qbwc_server.companies.identity import file_key
from qbwc_server.companies.model import Company, CompanyState, Credentials, Recovery
from qbwc_server.companies.policies import changed_settings
from qbwc_server.companies.urls import checked_base
from qbwc_server.db import tables
from qbwc_server.errors import CompanyRefused, Problem, QbwcError

_OWNER_ID = "owner_id"
_company = tables.company.c


def add(
    c: sa.Connection,
    *,
    name: str,
    base_url: str,
    company_file: str = "",
    run_every_minutes: int = 15,
    clock: Clock,
    chance: Chance,
) -> Credentials:
    """Registers a company; its password stands in the answer and nowhere else.

    Raises CompanyRefused with everything that is wrong.
    """
    values = _checked(name=name, base_url=base_url, company_file=company_file, run_every_minutes=run_every_minutes)
    username = names.make_username(values["name"], chance)
    password = make_password(chance)
    new = sa.insert(tables.company).values(
        **values,
        name_key=names.name_key(values["name"]),
        username=username,
        password_sha256=password_hash(password),
        owner_id=owner_id(c, chance),
        file_id=guid(chance),
        created_at=clock.now(),
    )
    try:
        with c.begin_nested():
            c.execute(new)
    except IntegrityError:
        raise _name_taken(get(c, values["name"])) from None
    return Credentials(values["name"], username, password)


def change(
    c: sa.Connection,
    name: str,
    *,
    base_url: str | None = None,
    company_file: str | None = None,
    run_every_minutes: int | None = None,
    policies: Sequence[str] = (),
) -> Company:
    """Changes what is given and leaves the rest; `policies` are texts such as "link_same_name=yes".

    The GUIDs and the login stay, so that a new .qwc replaces the old one. Raises UnknownCompany, or CompanyRefused
    with everything that is wrong.
    """
    company = lock(c, get(c, name).id)
    given = {"base_url": base_url, "company_file": company_file, "run_every_minutes": run_every_minutes}
    values = _checked(**{field: value for field, value in given.items() if value is not None})
    if policies:
        values["settings"] = changed_settings(company.settings, policies)
    return _update(c, company, **values) if values else company


def pause(c: sa.Connection, name: str, reason: str) -> Company:
    """Lets nothing go out until `resume`; a second pause only changes the reason. Raises UnknownCompany."""
    return _update(c, get(c, name), state=CompanyState.PAUSED, pause_reason=reason)


def resume(c: sa.Connection, name: str) -> Company:
    """Lets jobs go out again; ids and versions that QuickBooks refused are tried anew. Raises UnknownCompany."""
    company = get(c, name)
    recovery = Recovery.UNKNOWN if company.recovery is Recovery.REFUSED else company.recovery
    return _update(c, company, state=CompanyState.ACTIVE, pause_reason=None, recovery=recovery, qbxml_cap=None)


def accept_file(c: sa.Connection, name: str) -> Company:
    """Takes the company file that was open last as the right one from now on, and lifts the stop.

    Raises UnknownCompany; CompanyRefused if no file was seen yet, or if the file carries another company's FileID.
    """
    company = lock(c, get(c, name).id)
    if not (company.seen_file_id or company.seen_company_name or company.seen_legal_name or company.seen_ein_sha256):
        remedy = "Let the Web Connector run once while the right file is open."
        raise CompanyRefused(Problem(f"{company.name} has not been in contact with a company file yet.", remedy=remedy))
    return _update(
        c,
        company,
        stop_reason=None,
        is_stamped=bool(company.seen_file_id),
        file_id=_accepted_file_id(c, company),
        pinned_company_name=company.seen_company_name,
        pinned_legal_name=company.seen_legal_name,
        pinned_ein_sha256=company.seen_ein_sha256,
    )


def owner_id(c: sa.Connection, chance: Chance) -> str:
    """The OwnerID of this installation, made at the first call and the same ever after."""
    setting = tables.instance_setting.c
    wanted = sa.select(setting.value).where(setting.name == _OWNER_ID)
    found = c.execute(wanted).scalar_one_or_none()
    if found is None:
        try:
            with c.begin_nested():
                c.execute(sa.insert(tables.instance_setting).values(name=_OWNER_ID, value=guid(chance)))
        except IntegrityError:
            pass  # another process made it at the same moment; that one counts
        found = c.execute(wanted).scalar_one()
    return str(found)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": names.checked_name,
    "base_url": checked_base,
    "company_file": names.checked_path,
    "run_every_minutes": names.checked_minutes,
}


def _checked(**given: Any) -> dict[str, Any]:
    """The values as they are kept, or CompanyRefused with the problems of all of them."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, value in given.items():
        try:
            values[field] = _CHECKS[field](value)
        except QbwcError as error:
            problems += error.problems
    if problems:
        raise CompanyRefused(*problems)
    return values


def _accepted_file_id(c: sa.Connection, company: Company) -> str:
    """The FileID the accepted file carries, or the company's own where it carries none or the same."""
    seen = company.seen_file_id
    if not seen or file_key(seen) == file_key(company.file_id):
        return company.file_id
    others = c.execute(sa.select(_company.name, _company.file_id).where(_company.id != company.id))
    for other in others:
        if file_key(other.file_id) == file_key(seen):
            message = f"the file that was open last belongs to the company {other.name}."
            raise CompanyRefused(Problem(message, remedy=f"Open the file of {company.name} instead."))
    try:
        return "{" + str(uuid.UUID(file_key(seen))).upper() + "}"
    except ValueError:
        message = "the file that was open last carries a FileID that is no GUID, so none of ours."
        remedy = "Remove and add the application in the Web Connector while that file is open."
        raise CompanyRefused(Problem(message, remedy=remedy)) from None


def _update(c: sa.Connection, company: Company, **values: Any) -> Company:
    c.execute(sa.update(tables.company).where(_company.id == company.id).values(**values))
    return get(c, company.name)


def _name_taken(there: Company) -> CompanyRefused:
    message = f"a company named {there.name} is registered already."
    remedy = "Choose another name; names that differ only by capitals are the same."
    return CompanyRefused(Problem(message, path="name", remedy=remedy))
