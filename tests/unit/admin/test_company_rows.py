"""How companies stand on the page: their order, what is said of them together, and the pages of a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qbwc_server.admin import company_rows as rows
from qbwc_server.companies import Company, CompanyState, Recovery
from qbwc_server.desk import Card, Contact, Count, JobFilter, Visit, Who, company_explanation
from qbwc_server.jobs import Status

SEEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MESSAGE = "A modal dialog box is showing in the QuickBooks user interface."
UNREACHABLE = f"QuickBooks could not be reached (0x80040414): {MESSAGE}. Close it."


def company(name: str) -> Company:
    absent = dict.fromkeys(Company.__dataclass_fields__)
    known = {
        "id": 1,
        "name": name,
        "username": f"{name.lower()}-0a1b2c3d",
        "company_file": "",
        "run_every_minutes": 15,
        "settings": "{}",
        "state": CompanyState.ACTIVE,
        "recovery": Recovery.UNKNOWN,
    }
    return Company(**(absent | known))  # type: ignore[arg-type]


def card(name: str = "Acme", contact: Contact = Contact.FINE, **numbers: int) -> Card:
    counts = {status: Count(numbers.get(status, 0), is_capped=False) for status in Status}
    return Card(company(name), contact, "", SEEN, SEEN, None, None, None, None, None, None, (), counts)


def visited(error: str, machine: str | None = "FRONTDESK") -> Card:
    visit = Visit(SEEN, "closed", machine, error, None, 0, 0)
    return replace(card(contact=Contact.FAILING), last_visit=visit)


def url(wanted: JobFilter) -> str:
    return f"{wanted.company}:{','.join(wanted.statuses)}"


def test_those_that_need_a_look_come_first_and_among_equals_the_names_decide() -> None:
    cards = [
        card("Fine"),
        card("Asked", held=1),
        card("New", Contact.NEVER_SEEN),
        card("Paused", Contact.PAUSED),
        card("late b", Contact.LATE),
        card("Failing", Contact.FAILING),
        card("Stopped", Contact.STOPPED),
        card("Late a", Contact.LATE),
    ]
    order = [each.company.name for each in rows.worst_first(cards)]
    assert order == ["Late a", "late b", "Stopped", "Failing", "Paused", "New", "Asked", "Fine"]


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ([Contact.FINE, Contact.FINE], "2 companies. The Web Connector of each comes by as it should."),
        ([Contact.FINE, Contact.LATE], "2 companies. 1 is late."),
        ([Contact.PAUSED, Contact.LATE, Contact.LATE], "3 companies. 2 are late and 1 is paused."),
    ],
)
def test_one_sentence_says_how_many_are_not_well(contacts: list[Contact], said: str) -> None:
    assert rows.lead([card(str(n), contact) for n, contact in enumerate(contacts)]) == said


def test_jobs_by_state_lead_to_their_lists_and_states_without_jobs_are_left_out() -> None:
    found = rows.figures([card(failed=2, done=1)], url)
    assert [(each.label, each.value, each.href) for each in found] == [
        ("failed", "2", "Acme:failed"),
        ("queued", "0", None),
        ("done", "1", "Acme:done"),
    ]


def test_the_figures_of_several_companies_are_added_up_as_far_as_they_were_counted() -> None:
    capped = card("B")
    counts = {**capped.counts, Status.DONE: Count(200, is_capped=True)}
    found = rows.figures([card(done=5), replace(capped, counts=counts)], url)
    assert [(each.value, each.href) for each in found if each.label == "done"] == [("205+", "None:done")]


@pytest.mark.parametrize(
    ("asked", "got", "first", "last"), [(1, 1, 1, 50), (3, 3, 101, 120), (0, 1, 1, 50), (9, 3, 101, 120)]
)
def test_a_table_is_cut_into_pages_and_a_page_that_is_not_there_is_the_nearest(
    asked: int, got: int, first: int, last: int
) -> None:
    part = rows.part([card(str(n)) for n in range(120)], asked)
    assert (part.number, part.pages, part.first, part.last, part.total) == (got, 3, first, last, 120)


def test_a_company_is_found_by_a_part_of_its_name_or_its_file() -> None:
    cards = [
        card("Carpenter & Sons"),
        replace(card("Bakery"), company=replace(company("Bakery"), seen_path=r"C:\Sons.qbw")),
    ]
    assert [each.company.name for each in rows.named(cards, " SONS ")] == ["Carpenter & Sons", "Bakery"]
    assert rows.named(cards, "sons & carpenter") == []


def test_a_failed_visit_is_told_by_its_code_with_quickbooks_own_words() -> None:
    told = company_explanation(visited(UNREACHABLE))
    assert told is not None
    assert (told.code, told.what) == (
        "0x80040414",
        "The Web Connector came, and could not reach QuickBooks (0x80040414).",
    )
    assert told.cause
    assert told.remedy
    assert told.quickbooks_said is not None
    assert told.quickbooks_said.startswith(MESSAGE.rstrip("."))


def test_a_failed_visit_without_a_code_says_what_it_said_and_what_to_do() -> None:
    told = company_explanation(visited("QuickBooks did not say which company file is open."))
    assert told is not None
    assert told.what == "QuickBooks did not say which company file is open."
    assert "Update Selected" in (told.remedy or "")
    assert told.who is Who.ADMINISTRATOR


def test_a_late_company_names_the_pc_that_was_here_last() -> None:
    told = company_explanation(replace(visited(""), contact=Contact.LATE))
    assert told is not None
    assert "the PC FRONTDESK" in (told.remedy or "")
    assert told.cause == rows.why(replace(visited(""), contact=Contact.LATE))


@pytest.mark.parametrize("contact", [Contact.FINE, Contact.NEVER_SEEN])
def test_nothing_is_explained_where_nothing_is_wrong(contact: Contact) -> None:
    assert company_explanation(card(contact=contact)) is None
