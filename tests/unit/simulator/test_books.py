from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator import Books, CompanyRecord
from tests.unit.simulator.asking import Asked, applied, customer, invoice, line, payment, service


def test_a_new_company_file_has_what_quickbooks_puts_in_and_shows_none_of_it_as_booked(new: Asked) -> None:
    elements = new.books.elements
    for family, name in [
        ("Account", "Accounts Receivable"),
        ("Account", "Undeposited Funds"),
        ("Account", "Checking"),
        ("Account", "Consulting Income"),
        ("Account", "Cost of Goods Sold"),
        ("Account", "Inventory Asset"),
        ("Terms", "Net 30"),
        ("PaymentMethod", "Check"),
        ("SalesTaxCode", "Tax"),
        ("SalesTaxCode", "Non"),
        ("Item", "State Tax"),
    ]:
        assert elements.by_full_name(family, name) is not None, name
    assert new.books.documents() == []
    assert new.books.summary() == {}


def test_each_list_counts_its_own_ids_and_all_carry_the_time_of_the_file(new: Asked) -> None:
    seconds = new.books.now_seconds()
    tax, non = (new.books.elements.by_full_name("SalesTaxCode", name) for name in ("Tax", "Non"))
    assert tax is not None
    assert non is not None
    assert (tax.list_id, non.list_id) == (f"80000001-{seconds}", f"80000002-{seconds}")


def test_books_are_found_again_where_they_were_left(tmp_path: Path) -> None:
    file = tmp_path / "books.db"
    first = Asked(file)
    first.ask(customer("Acme"))
    expected = first.books.documents()
    first.books.close()

    again = Asked(file, company=CompanyRecord(name="Somebody Else"))

    assert again.books.documents() == expected
    assert again.books.company.name == "Willow Creek Repairs"
    again.books.close()


def test_documents_tell_what_is_booked_and_what_is_open(quickbooks: Asked) -> None:
    invoice_id = quickbooks.id_of(invoice(line(Quantity="2"), header="<RefNumber>1001</RefNumber>"))
    quickbooks.id_of(payment(applied(invoice_id, "100.00"), total="130.00"))

    told = [(one.type, one.name, one.customer, one.total, one.balance) for one in quickbooks.books.documents()]

    assert told == [
        ("Customer", "Acme", None, None, Decimal("-10.00")),
        ("ItemService", "Labor", None, None, None),
        ("Invoice", "1001", "Acme", Decimal("120.00"), Decimal("20.00")),
        ("ReceivePayment", "", "Acme", Decimal("130.00"), Decimal("30.00")),
    ]
    assert quickbooks.books.summary() == {"Customer": 1, "ItemService": 1, "Invoice": 1, "ReceivePayment": 1}


def test_what_fails_inside_a_transaction_never_happened(new: Asked) -> None:
    def interrupted() -> None:
        with new.books.transaction():
            assert new.books.next_number("txn") == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert new.books.next_number("txn") == 1


def test_numbers_are_given_out_once_and_may_be_skipped(new: Asked) -> None:
    assert [new.books.next_number("x"), new.books.next_number("x", step=3), new.books.next_number("x")] == [1, 2, 5]


def test_a_backup_is_a_company_file_as_it_was(quickbooks: Asked, tmp_path: Path) -> None:
    quickbooks.books.copy_to(tmp_path / "backup.db")
    quickbooks.ask(customer("Later"))

    restored = Books(tmp_path / "backup.db")

    assert [document.name for document in restored.documents()] == ["Acme", "Labor"]
    restored.close()


def test_two_programs_may_have_the_same_company_file_open(tmp_path: Path) -> None:
    first, second = Asked(tmp_path / "books.db"), Asked(tmp_path / "books.db")
    first.ask(customer("Acme"))
    assert second.reply(customer("acme")).status_code == 3100
    first.books.close()
    second.books.close()


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE job (id INTEGER)")
    other.close()
    content = file.read_bytes()

    with pytest.raises(SimulationFailed, match="not a simulated company file"):
        Books(file)

    assert file.read_bytes() == content


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(SimulationFailed, match="cannot be used"):
        Books(tmp_path / "letter.txt")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationFailed, match="nowhere"):
        Books(tmp_path / "nowhere" / "books.db")


def test_the_time_zone_is_that_of_the_company(tmp_path: Path) -> None:
    asked = Asked(company=CompanyRecord(zone="America/Los_Angeles"))
    assert asked.ret(service("Labor")).text("TimeCreated") == "2026-11-02T07:00:00-08:00"
    asked.books.close()


def test_two_simulators_may_make_the_same_file_at_the_same_moment(tmp_path: Path) -> None:
    meeting = threading.Barrier(4)

    def ids(file: Path) -> list[str]:
        meeting.wait(timeout=30)
        books = Books(file)
        try:
            return [each.list_id for each in books.elements.all()]
        finally:
            books.close()

    with ThreadPoolExecutor(4) as simulators:
        for round_number in range(5):
            found = list(simulators.map(ids, [tmp_path / f"{round_number}.db"] * 4))
            assert found[0]
            assert all(each == found[0] for each in found)
