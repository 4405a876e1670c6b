"""What the log tells an administrator about visits, and what it never holds."""

from __future__ import annotations

import logging

import pytest

from qbwc_server.db import Database
from tests.support.desk import Desk, customer

CYCLE = "qbwc_server.exchange.cycle"


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.name == CYCLE]


def test_a_visit_is_one_line_at_its_start_and_one_at_its_end(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.exchange.close(desk.greet())
    desk.enqueue(customer("C-1"), customer("C-2"))
    caplog.clear()
    with caplog.at_level(logging.INFO, "qbwc_server"):
        ticket = desk.log_in()
        sent = desk.send(ticket)
        desk.answer(ticket, sent)
        closing_text = desk.exchange.close(ticket)
        assert desk.exchange.close(ticket) == closing_text
    assert lines(caplog) == [
        ("INFO", "Acme: session started"),
        ("INFO", f"Acme: session closed after 1 round trips, 2 jobs done, 0 failed: {closing_text}"),
    ]


def test_no_ticket_password_or_company_data_is_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.enqueue(customer("C-1"))
    with caplog.at_level(logging.DEBUG):
        ticket = desk.greet()
        desk.answer(ticket, desk.send(ticket))
        desk.exchange.close(ticket)
        desk.exchange.authenticate(desk.credentials.username, "canary-password")
    log = "\n".join(message for _, message in lines(caplog))
    assert "session closed" in log
    for secret in (ticket, desk.credentials.password, "canary-password", "12-3456789", "PC-1"):
        assert secret not in log


def test_a_visit_with_nothing_to_do_is_no_line(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.exchange.close(desk.greet())
    caplog.clear()
    with caplog.at_level(logging.INFO, "qbwc_server"):
        assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"
    assert lines(caplog) == []


@pytest.mark.parametrize(
    ("username", "shown"),
    [
        ("nobody", "nobody"),
        ("Zoë Müller", "Zoë Müller"),
        ("x" * 1000, "x" * 64),
        ("a\nERROR forged\x1b[31m\u202e", "a\\nERROR forged\\x1b[31m\\u202e"),
        ("\ud800", "\\ud800"),
        (None, ""),
    ],
)
def test_a_refused_login_names_the_user_and_cannot_write_into_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture, username: str | None, shown: str
) -> None:
    assert desk.exchange.authenticate(username, "canary-password")[1] == "nvu"
    assert lines(caplog) == [("WARNING", f"login refused for the Web Connector's user '{shown}'")]


def test_a_message_of_quickbooks_in_a_closing_text_stays_on_its_line(
    db: Database, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = desk.log_in()
    desk.exchange.connection_error(ticket, "0x80040408", "Could not\nERROR start QuickBooks.\r\n")
    caplog.clear()
    with caplog.at_level(logging.INFO, "qbwc_server"):
        desk.exchange.close(ticket)
    ((_, line),) = lines(caplog)
    assert "Could not\\nERROR start QuickBooks." in line
    assert len(line.splitlines()) == 1
