"""What goes wrong, and the buttons that mend it: each is pressed, and QuickBooks has what it should have."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from playwright.sync_api import Locator, Page, expect

from qbwc_server.jobs import Status
from qbwc_server.simulator import Point, QuickBooksSettings, Recovery
from tests.browser.conftest import SignedIn
from tests.browser.site import ADA, BOB, Office, Site, customer, invoice, payment, service

pytestmark = pytest.mark.browser

FORGETFUL = QuickBooksSettings(recovery=Recovery.ABSENT, echoes_guid=False)
"""A QuickBooks that keeps no record of message sets and returns no GUID: after a crash only a person can tell."""


def opened(page: Page, number: int) -> Page:
    page.goto(f"/admin/jobs/{number}")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def answer(page: Page, choice: str, **typed: str) -> None:
    """Chooses in the question's box, types what belongs to it, and sends it."""
    box = page.locator("form.question")
    box.get_by_label(re.compile(f"^{choice}")).check()
    for label, text in typed.items():
        box.get_by_label(re.compile(label.replace("_", " "))).fill(text)
    box.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Your answer is recorded.")).to_be_visible()


def state(page: Page) -> Locator:
    return page.locator("#job-state")


def expect_states(office: Office, numbers: Iterable[int], *statuses: Status) -> None:
    assert [office.job(number).status for number in numbers] == list(statuses)


def test_a_record_that_was_in_use_goes_out_again_when_somebody_says_so(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("Locked")
    (number,) = office.enqueue(customer("Acme"))
    office.pc.faults.fail_next(3175, "The list element is in use by another user.")
    office.pc.visit()
    expect(state(opened(ada, number))).to_have_text("Retrying")

    press(ada, "Retry")

    expect(ada.get_by_text("It is tried again")).to_be_visible()
    office.pc.visit()
    expect(state(opened(ada, number))).to_have_text("Done")
    assert office.pc.booked() == ["Acme"]


def test_a_refused_job_is_corrected_and_booked_once(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("Refused")
    (number,) = office.enqueue(customer("Acme", notes="a note"))
    office.pc.faults.fail_next(3070, "The string in the field Notes is too long.")
    office.pc.visit()
    opened(ada, number)
    expect(state(ada)).to_have_text("Failed")
    expect(ada.get_by_text("The string in the field Notes is too long.").first).to_be_visible()

    ada.get_by_role("link", name="Correct and send again").click()
    expect(ada.get_by_label(re.compile("^Name"))).to_have_value("Acme")
    ada.get_by_label(re.compile("^Name")).fill("Acme Hardware")
    press(ada, "Hand it in again")

    expect(state(ada)).to_have_text("Queued")
    office.pc.visit()
    expect(state(opened(ada, number))).to_have_text("Done")
    assert office.pc.booked() == ["Acme Hardware"]


def test_a_taken_name_is_linked_renamed_or_left_out(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("Taken")
    with office.pc.at_the_keyboard() as person:
        ids = [person.type_customer(name) for name in ("Acme", "Birch", "Cole")]
    numbers = office.enqueue(customer("Acme"), customer("Birch"), customer("Cole"))
    office.pc.visit()
    expect_states(office, numbers, *[Status.HELD] * 3)

    answer(opened(ada, numbers[0]), f"It is Acme .*{ids[0]}")
    answer(opened(ada, numbers[1]), "No: add it under a new name", New_name="Birch (web shop)")
    answer(opened(ada, numbers[2]), "Leave it out")

    office.pc.visit()
    expect_states(office, numbers, Status.DONE, Status.DONE, Status.CANCELLED)
    assert office.job(numbers[0]).list_id == ids[0]
    assert office.pc.booked() == ["Acme", "Birch", "Cole", "Birch (web shop)"]


def test_a_total_that_differs_is_accepted_and_the_payment_goes_out(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("Differs")
    office.enqueue(customer("Acme"), service("Labor"))
    booked, paid = office.enqueue(
        invoice("1001", "Acme", "Labor", expected_total="120.01"), payment("P-1", "Acme", "120.00", "1001")
    )
    office.pc.visit()
    expect_states(office, (booked, paid), Status.DONE, Status.HELD)
    receipt = opened(ada, booked).locator("section.receipt")
    expect(receipt.get_by_role("row").filter(has_text="differs").first).to_contain_text("120.01")

    answer(opened(ada, paid), "Yes, the difference is right")

    office.pc.visit()
    expect(state(opened(ada, paid))).to_have_text("Done")


def test_what_is_in_doubt_is_booked_or_not_as_somebody_saw_in_quickbooks(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("In doubt", FORGETFUL)
    numbers = office.enqueue(customer("Acme"), customer("Birch"))
    office.pc.faults.crash_at(Point.AFTER_SEND)
    office.pc.visit()
    with office.pc.at_the_keyboard() as person:
        acme, birch = person.type_customer("Acme"), person.type_customer("Birch")
    office.pc.visit()
    expect_states(office, numbers, Status.HELD, Status.HELD)

    answer(opened(ada, numbers[0]), f"It is .*{acme}")
    with office.pc.at_the_keyboard() as person:
        person.rename("Customer", birch, "Birch of old")
    opened(ada, numbers[1]).get_by_label(re.compile("^I have looked for it")).check()
    answer(ada, "It is not in QuickBooks")

    office.pc.visit()
    expect_states(office, numbers, Status.DONE, Status.DONE)
    assert office.job(numbers[0]).list_id == acme
    assert office.pc.booked() == ["Acme", "Birch of old", "Birch"]


def test_a_customer_is_cancelled_with_what_waits_for_it(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("Cancelled")
    numbers = office.enqueue(customer("Acme"), invoice("1001", {"external_id": "Acme"}, "Labor"))

    opened(ada, numbers[0]).get_by_text("Cancel it and what waits for it").click()
    press(ada, "Cancel all of them")

    expect(ada.get_by_text("The job is cancelled")).to_be_visible()
    expect_states(office, numbers, Status.CANCELLED, Status.CANCELLED)
    press(ada, "Queue it again")
    expect(state(ada)).to_have_text("Queued")


def test_all_that_match_are_tried_again_after_a_look_at_how_many(ada: Page, shared_site: Site) -> None:
    office = shared_site.office("Many")
    numbers = office.enqueue(*(customer(f"Customer {each}") for each in range(60)))
    for _ in numbers:
        office.pc.faults.fail_next(3070, "The string is too long.")
    office.pc.visit()
    ada.goto("/admin/jobs?company=Many&status=failed")

    press(ada, "Retry all…")
    expect(ada.get_by_role("heading", name="Retry 60 jobs?")).to_be_visible()
    expect_states(office, numbers[:1], Status.FAILED)
    press(ada, "Retry 60 jobs")

    expect(ada.get_by_role("heading", name="60 jobs were tried again")).to_be_visible()
    expect_states(office, numbers, *[Status.QUEUED] * 60)


def test_the_second_of_two_admins_is_told_what_the_first_one_did(signed_in: SignedIn, shared_site: Site) -> None:
    office = shared_site.office("Two admins")
    with office.pc.at_the_keyboard() as person:
        person.type_customer("Acme")
    (number,) = office.enqueue(customer("Acme"))
    office.pc.visit()
    with signed_in(ADA) as ada, signed_in(BOB) as bob:
        opened(ada, number)
        opened(bob, number)
        answer(ada, "No: add it under a new name", New_name="Acme (ada)")

        bob.locator("form.question").get_by_label(re.compile("^Leave it out")).check()
        press(bob, "Answer")

        expect(bob.get_by_text("ada@example.com was faster")).to_be_visible()
        expect(state(bob)).to_have_text("Queued")
    office.pc.visit()
    assert office.pc.booked() == ["Acme", "Acme (ada)"]
