"""Registered companies, on both databases."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from qbwc_server import companies
from qbwc_server.clock import SystemChance
from qbwc_server.companies import Company, CompanyState, Credentials, qwc_file
from qbwc_server.db import Database, tables
from qbwc_server.errors import CompanyRefused, PasswordReplaced, UnknownCompany
from tests.support.doubles import ManualClock, SeededChance

BASE = "https://sync.example.com"
GUID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")


@pytest.fixture
def acme(db: Database, clock: ManualClock, chance: SeededChance) -> Credentials:
    """A registered company and the only copy of its password."""
    with db.write() as c:
        return companies.add(c, name="Acme Hardware", base_url=BASE, clock=clock, chance=chance)


def stored(db: Database, name: str = "Acme Hardware") -> Company:
    with db.read() as c:
        return companies.get(c, name)


def see(db: Database, **columns: Any) -> None:
    """What the exchange writes when it has seen a company file."""
    with db.write() as c:
        c.execute(sa.update(tables.company).where(tables.company.c.name == "Acme Hardware").values(**columns))


def test_a_new_company_is_active_and_found_by_its_name_in_any_case(db: Database, acme: Credentials) -> None:
    company = stored(db, " ACME hardware ")
    assert (company.name, company.state, company.run_every_minutes) == ("Acme Hardware", CompanyState.ACTIVE, 15)
    assert (company.username, company.company_file) == (acme.username, "")
    assert re.fullmatch(r"acme-hardware-[0-9a-f]{8}", acme.username)
    assert re.fullmatch(r"[0-9a-f]{32}", acme.password)
    assert GUID.fullmatch(company.owner_id)
    assert GUID.fullmatch(company.file_id)


def test_the_password_is_nowhere_in_the_database_and_in_no_repr(db: Database, acme: Credentials) -> None:
    with db.read() as c:
        row = c.execute(sa.select(tables.company)).one()
    assert acme.password not in repr(row)
    assert acme.password not in repr(acme)
    assert row.password_sha256 not in repr(stored(db))


def test_companies_share_the_owner_id_and_differ_in_file_id(db: Database, acme: Credentials) -> None:
    with db.write() as c:
        companies.add(c, name="Beta", base_url=BASE, clock=ManualClock(), chance=SystemChance())
    first, second = stored(db), stored(db, "Beta")
    assert first.owner_id == second.owner_id
    assert first.file_id != second.file_id
    with db.read() as c:
        assert [company.name for company in companies.all_companies(c)] == ["Acme Hardware", "Beta"]


def test_the_qwc_file_is_the_same_after_everything_that_may_change(db: Database, acme: Credentials) -> None:
    before = qwc_file(stored(db))
    with db.write() as c:
        companies.new_password(c, "Acme Hardware", SystemChance())
        companies.pause(c, "Acme Hardware", "month end")
        companies.resume(c, "Acme Hardware")
    see(db, seen_company_name="Acme", stop_reason="Stopped: another file.")
    with db.write() as c:
        companies.accept_file(c, "Acme Hardware")
    assert qwc_file(stored(db)) == before


@pytest.mark.parametrize("name", ["Acme Hardware", "ACME HARDWARE", " acme hardware "])
def test_a_name_is_taken_once_without_regard_to_case(db: Database, acme: Credentials, name: str) -> None:
    with db.write() as c, pytest.raises(CompanyRefused, match="registered already"):
        companies.add(c, name=name, base_url=BASE, clock=ManualClock(), chance=SystemChance())
    with db.read() as c:
        assert len(companies.all_companies(c)) == 1


def test_everything_that_is_wrong_with_a_new_company_is_told_at_once(db: Database) -> None:
    with db.write() as c, pytest.raises(CompanyRefused) as refusal:
        companies.add(
            c,
            name="",
            base_url="ftp://x",
            company_file="acme.qbw",
            run_every_minutes=0,
            clock=ManualClock(),
            chance=SystemChance(),
        )
    assert [problem.path for problem in refusal.value.problems] == ["name", "url", "file", "every"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [("Acme Hardwear", "Did you mean Acme Hardware?"), ("Zebra", "company list"), ("Ac\x00me", "no company named")],
)
def test_an_unknown_company_names_the_nearest(db: Database, acme: Credentials, asked: str, told: str) -> None:
    with db.read() as c, pytest.raises(UnknownCompany, match=re.escape(told)):
        companies.get(c, asked)


def test_an_empty_register_says_how_to_start(db: Database) -> None:
    with db.read() as c, pytest.raises(UnknownCompany, match="qbwc company add"):
        companies.get(c, "Acme")


def test_a_number_nobody_has_is_refused_not_crashed_upon(db: Database) -> None:
    with db.write() as c:
        with pytest.raises(UnknownCompany):
            companies.by_id(c, 77)
        with pytest.raises(UnknownCompany):
            companies.lock(c, 77)


def test_a_company_is_locked_until_the_transaction_ends(db: Database, acme: Credentials) -> None:
    number = stored(db).id
    got_it: list[str] = []

    def second() -> None:
        with db.write() as c:
            companies.lock(c, number)
            got_it.append("second")

    with db.write() as c:
        assert companies.lock(c, number) == stored(db)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        got_it.append("first")
    thread.join(10)
    assert got_it == ["first", "second"]


# --- logging in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", ["{}", " {}", "{}\r\n"])
def test_the_right_password_logs_in_even_pasted_with_blanks(db: Database, acme: Credentials, wrap: str) -> None:
    with db.read() as c:
        found = companies.find_login(c, wrap.format(acme.username), wrap.format(acme.password))
    assert found == stored(db)


@pytest.mark.parametrize("password", [None, "", " ", "0" * 32, "x" * 100_000, "\x00", "\ud800", "{sha}"])
def test_no_other_password_does(db: Database, acme: Credentials, password: str | None) -> None:
    with db.read() as c:
        sha = c.execute(sa.select(tables.company.c.password_sha256)).scalar_one()
        given = password.format(sha=sha) if password else password
        assert companies.find_login(c, acme.username, given) is None


@pytest.mark.parametrize("username", [None, "", "nobody", "acme", "\x00", "\ud800", "' OR 1=1 --", "ü", "a" * 5000])
def test_no_other_username_does(db: Database, acme: Credentials, username: str | None) -> None:
    with db.read() as c:
        assert companies.find_login(c, username, acme.password) is None


def test_logging_in_is_one_read_and_no_write_however_wrong(db: Database, acme: Credentials) -> None:
    statements: list[str] = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def _remember(*arguments: Any) -> None:
        statements.append(arguments[2])

    with db.read() as c:
        statements.clear()
        for password in ("wrong", "", acme.password):
            companies.find_login(c, acme.username, password)
        companies.find_login(c, "nobody-12345678", "wrong")
    assert [statement.split()[0] for statement in statements] == ["SELECT"] * 4


def test_after_a_thousand_wrong_passwords_the_right_one_still_works(db: Database, acme: Credentials) -> None:
    with db.read() as c:
        for attempt in range(1000):
            assert companies.find_login(c, acme.username, f"{attempt:032x}") is None
        assert companies.find_login(c, acme.username, acme.password) is not None


def test_a_new_password_replaces_the_old_one(db: Database, acme: Credentials) -> None:
    with db.write() as c:
        new = companies.new_password(c, "acme hardware", SystemChance())
    assert (new.name, new.username) == (acme.name, acme.username)
    with db.read() as c:
        assert companies.find_login(c, acme.username, acme.password) is None
        assert companies.find_login(c, acme.username, new.password) is not None


def test_a_password_is_replaced_once_by_whoever_saw_the_mark_of_the_old_one(db: Database, acme: Credentials) -> None:
    with db.read() as c:
        mark = companies.password_mark(c, acme.name)
    with db.write() as c:
        new = companies.new_password(c, acme.name, SystemChance(), instead_of=mark)
    with db.write() as c, pytest.raises(PasswordReplaced, match="another password meanwhile"):
        companies.new_password(c, acme.name, SystemChance(), instead_of=mark)
    with db.read() as c:
        assert companies.find_login(c, acme.username, new.password) is not None
        assert companies.password_mark(c, acme.name) != mark


# --- changing, pausing, accepting ---------------------------------------------------------------------------------


def test_a_change_touches_only_what_is_given(db: Database, acme: Credentials) -> None:
    before = stored(db)
    with db.write() as c:
        companies.change(c, "Acme Hardware", base_url="https://other.example.com/", run_every_minutes=5)
    after = stored(db)
    assert (after.base_url, after.run_every_minutes) == ("https://other.example.com", 5)
    assert (after.file_id, after.owner_id, after.username) == (before.file_id, before.owner_id, before.username)
    with db.write() as c, pytest.raises(CompanyRefused, match="full Windows path"):
        companies.change(c, "Acme Hardware", company_file="acme.qbw", base_url="https://third.example.com")
    assert stored(db) == after


def test_a_pause_keeps_its_reason_until_it_is_resumed(db: Database, acme: Credentials) -> None:
    with db.write() as c:
        companies.pause(c, "Acme Hardware", "month end")
    assert (stored(db).is_paused, stored(db).pause_reason) == (True, "month end")
    with db.write() as c:
        companies.resume(c, "Acme Hardware")
    assert (stored(db).is_paused, stored(db).pause_reason) == (False, None)


def test_accepting_a_file_pins_what_was_seen_last_and_lifts_the_stop(db: Database, acme: Credentials) -> None:
    see(
        db,
        pinned_company_name="Old",
        pinned_legal_name="Old LLC",
        seen_company_name="New",
        seen_ein_sha256="e" * 64,
        stop_reason="Stopped: it is another one.",
    )
    with db.write() as c:
        company = companies.accept_file(c, "Acme Hardware")
    assert company == stored(db)
    assert (company.stop_reason, company.pinned_company_name) == (None, "New")
    assert (company.pinned_legal_name, company.pinned_ein_sha256) == (None, "e" * 64)


def test_there_is_no_file_to_accept_before_the_first_contact(db: Database, acme: Credentials) -> None:
    with db.write() as c, pytest.raises(CompanyRefused, match="not been in contact"):
        companies.accept_file(c, "Acme Hardware")


def test_accepting_a_file_that_was_stamped_before_takes_its_file_id(db: Database, acme: Credentials) -> None:
    see(db, seen_file_id="57f3b9b1-86f1-4fcc-b1ee-566de1813d20", seen_company_name="Acme", stop_reason="Stopped.")
    with db.write() as c:
        company = companies.accept_file(c, "Acme Hardware")
    assert company.file_id == "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
    assert company.stop_reason is None


def test_a_file_of_another_company_is_never_accepted(db: Database, acme: Credentials) -> None:
    with db.write() as c:
        companies.add(c, name="Beta", base_url=BASE, clock=ManualClock(), chance=SystemChance())
    before = stored(db).file_id
    see(db, seen_file_id=stored(db, "Beta").file_id.lower(), seen_company_name="Beta", stop_reason="Stopped.")
    with db.write() as c, pytest.raises(CompanyRefused, match="belongs to the company Beta"):
        companies.accept_file(c, "Acme Hardware")
    assert (stored(db).file_id, stored(db).stop_reason) == (before, "Stopped.")


def test_a_file_id_that_is_no_guid_is_not_taken_over(db: Database, acme: Credentials) -> None:
    see(db, seen_file_id="x" * 255, seen_company_name="Acme", stop_reason="Stopped.")
    with db.write() as c, pytest.raises(CompanyRefused, match="no GUID"):
        companies.accept_file(c, "Acme Hardware")


def test_companies_that_are_added_at_the_same_moment_share_one_owner_id_and_no_name(db: Database) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(6)

    def add(name: str) -> None:
        start.wait()
        try:
            with db.write() as c:
                companies.add(c, name=name, base_url=BASE, clock=ManualClock(), chance=SystemChance())
            outcomes.append(name.lower())
        except CompanyRefused as refusal:
            outcomes.append(str(refusal))

    names = ["Acme", "ACME", "acme", "Beta", "Gamma", "Delta"]
    threads = [threading.Thread(target=add, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome for outcome in outcomes if " " not in outcome) == ["acme", "beta", "delta", "gamma"]
    assert sum("registered already" in outcome for outcome in outcomes) == 2
    with db.read() as c:
        found = companies.all_companies(c)
    assert len(found) == 4
    assert len({company.owner_id for company in found}) == 1
