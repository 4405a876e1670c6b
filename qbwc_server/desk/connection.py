"""Connecting a company: the steps in QuickBooks, how far it is, and what the last attempt said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from qbwc_server.companies import Company, qbwc_refusals
from qbwc_server.desk.overview import Card, card
from qbwc_server.errors import Problem


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to the first job in the books."""

    key: str
    """A word for it: user, open, load, password, run, check or auto."""
    title: str
    text: str
    """What to do, and what the dialog there says."""
    is_done: bool | None
    """None where it cannot be seen from here."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What the connect page shows."""

    card: Card
    steps: tuple[Step, ...]
    refusals: tuple[Problem, ...]
    """Why the Web Connector would refuse the .qwc; then nothing can be downloaded."""
    is_connected: bool
    """QuickBooks has answered, and the right company file is open."""
    first_answer_at: datetime | None
    last_said: str
    """What the last visit, or the last attempt, came to; empty before the first."""


def connection(c: sa.Connection, company: str, now: datetime) -> Connection:
    """How far a company is on its way. Raises UnknownCompany."""
    shown, _ = card(c, company, now)
    found = shown.company
    is_connected = found.first_seen_at is not None and found.stop_reason is None
    last = shown.last_visit
    said = found.stop_reason or (last.last_error if last else "") or found.last_result or ""
    return Connection(
        shown, tuple(_steps(found)), tuple(qbwc_refusals(found.base_url)), is_connected, found.first_seen_at, said
    )


def _steps(company: Company) -> list[Step]:
    logged_in = company.last_contact_at is not None
    answered = company.first_seen_at is not None
    return [
        Step(
            "user",
            "Make a QuickBooks user",
            "In QuickBooks: Company > Set Up Users and Passwords. It may enter customers, items, invoices and "
            "payments, nothing more. What the server books is then told apart from what people type.",
            True if answered else None,
        ),
        Step(
            "open",
            "Open the company file",
            "As Admin and in single-user mode: QuickBooks admits a new application only then. This once.",
            True if logged_in else None,
        ),
        Step(
            "load",
            "Load the .qwc file",
            "In QuickBooks: File > App Management > Update Web Services, then Add an Application, and choose the file. "
            "QuickBooks asks whether to allow it: answer 'Yes, whenever this QuickBooks company file is open', or "
            "'Yes, always; allow access even if QuickBooks is not running', and let it log in as the user of the "
            "first step.",
            True if logged_in else None,
        ),
        Step(
            "password",
            "Type the password",
            "Into the Web Connector's Password column; press Enter, and let it be saved.",
            logged_in,
        ),
        Step(
            "run",
            "Press Update Selected",
            "Tick the application first, and do it while the queue is empty: the server then only asks which company "
            "file it is talking to.",
            answered,
        ),
        Step(
            "check",
            "Check the company file",
            "This page names it, with QuickBooks' edition and version. Only if it is the right one put jobs into the "
            "queue.",
            answered and company.stop_reason is None,
        ),
        Step(
            "auto",
            "Tick Auto-Run",
            f"From now on the Web Connector comes by itself every {company.run_every_minutes} minutes. QuickBooks may "
            "go back to multi-user mode.",
            None,
        ),
    ]
