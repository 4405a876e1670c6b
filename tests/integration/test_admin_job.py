"""The page of one job: what it shows, every answer through its form, two admins at once, and what never happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from qbwc_server.accounts import Role
from qbwc_server.db import tables
from qbwc_server.jobs import Job, Status
from qbwc_server.simulator import Person
from tests.support.desk import Desk, customer, invoice, payment
from tests.support.doubles import SeededChance
from tests.support.office import Office
from tests.support.page import VIEWER, Browser, Page, form_at, parsed, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

ABSENT = "<QBXML><QBXMLMsgsRs/></QBXML>"
HOSTILE = "<script>alert(1)</script> \u202e'\"" + "x" * 3000
OTHER_ID = "80000777-1700000000"
LABOR = {
    "kind": "item_service",
    "operation": "add",
    "external_id": "I-1",
    "payload": {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Consulting Income"}},
}


@pytest.fixture
def desk(page: Page) -> Desk:
    return Desk(page.db, page.clock, SeededChance())


@pytest.fixture
def office(page: Page, tmp_path: Path) -> Office:
    return Office(page.db, page.clock, SeededChance(), tmp_path / "books.db")


@pytest.fixture
def ada(page: Page) -> Browser:
    page.person()
    return page.signed_in()


def words(answer: TestResponse) -> str:
    """What stands on the page, part by part."""
    return " ".join(" ".join(parsed(answer).itertext()).split())


def address(job: Job) -> str:
    return f"/admin/jobs/{job.id}"


def name_is_taken(desk: Desk, *names: str) -> None:
    """Customers whose names somebody has in QuickBooks: a customer, and a vendor that is on record elsewhere."""
    desk.enqueue(*(customer(name) for name in names))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), dict.fromkeys(names, (3100, HOSTILE)))
    query = desk.send(ticket)
    found = f"<CustomerRet><ListID>80000099-1</ListID><Name>{names[0]}</Name><IsActive>false</IsActive></CustomerRet>"
    replies = "".join(
        f'<EntityQueryRs requestID="{each.request_id}" statusCode="0">{found}</EntityQueryRs>'
        for each in query.requests
    )
    desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{replies}</QBXMLMsgsRs></QBXML>")
    desk.exchange.close(ticket)
    assert desk.job(names[0]).question == "name-taken"


def nobody_answered(desk: Desk, *names: str) -> None:
    """A set that was never answered; QuickBooks holds look-alikes of all of it."""
    desk.enqueue(*(customer(name) for name in names))
    desk.send(desk.greet())
    desk.clock.advance(minutes=20)
    ticket = desk.log_in()
    desk.send(ticket)
    desk.hand_in(ticket, ABSENT)
    replies = ""
    for place, request in enumerate(desk.send(ticket).requests):
        name = request.element.findtext("NameFilter/Name")
        ret = f"<CustomerRet><ListID>8000{place}000-1</ListID><Name>{name}</Name></CustomerRet>"
        replies += f'<CustomerQueryRs requestID="{request.request_id}" statusCode="0">{ret}</CustomerQueryRs>'
    desk.hand_in(ticket, f"<QBXML><QBXMLMsgsRs>{replies}</QBXMLMsgsRs></QBXML>")
    desk.exchange.close(ticket)
    assert desk.job(names[0]).question == "in-the-books"


def two_ids_came_back(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.answer(ticket, sent)
    desk.answer(ticket, sent)
    assert desk.job("C-1").question == "two-ids"


def booked_invoice(office: Office, **more: object) -> str:
    office.enqueue(LABOR, customer("C-1"), invoice("INV-1", "C-1", **more))
    office.visit()
    return office.job("INV-1").txn_id or ""


def somebody_paid(office: Office) -> str:
    txn_id = booked_invoice(office)
    there = Person(office.books).type_payment("C-1", "120.00", ref_number="4711", applied_to={txn_id: "120.00"})
    office.enqueue(payment("PAY-1", "C-1", "INV-1"))
    office.visit()
    assert office.job("PAY-1").question == "payment-does-not-fit"
    return there


def total_differs(office: Office) -> None:
    booked_invoice(office, expected_total="129.60")
    office.enqueue(payment("PAY-1", "C-1", "INV-1"))
    office.visit()
    assert office.job("PAY-1").question == "total-differs"


@dataclass(frozen=True)
class Given:
    """An answer as it is chosen and typed."""

    asked: Callable[[Desk], object]
    choice: str
    becomes: Status
    typed: dict[str, str] = field(default_factory=dict)
    qb_id: str | None = None


ANSWERS = {
    "link to one that is shown": Given(
        lambda desk: name_is_taken(desk, "C-1"), "link 80000099-1", Status.DONE, qb_id="80000099-1"
    ),
    "link to another": Given(
        lambda desk: name_is_taken(desk, "C-1"), "link", Status.DONE, {"id-link": f" {OTHER_ID} "}, OTHER_ID
    ),
    "rename": Given(lambda desk: name_is_taken(desk, "C-1"), "rename", Status.QUEUED, {"name": "C-1, the other"}),
    "skip": Given(lambda desk: name_is_taken(desk, "C-1"), "skip", Status.CANCELLED),
    "booked as shown": Given(
        lambda desk: nobody_answered(desk, "C-1"), "booked 80000000-1", Status.DONE, qb_id="80000000-1"
    ),
    "booked as another": Given(
        lambda desk: nobody_answered(desk, "C-1"), "booked", Status.DONE, {"id-booked": OTHER_ID}, OTHER_ID
    ),
    "not booked": Given(lambda desk: nobody_answered(desk, "C-1"), "not-booked", Status.QUEUED, {"sure": "1"}),
    "one of two": Given(two_ids_came_back, "booked 80000001-1700000000", Status.DONE, qb_id="80000001-1700000000"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_given_through_its_form(ada: Browser, desk: Desk, name: str) -> None:
    given = ANSWERS[name]
    given.asked(desk)
    shown = ada.get(address(desk.job("C-1")))
    form = form_at(shown, "/answer")
    assert given.choice in [each.get("value") for each in form.xpath(".//input[@type='radio']")]

    done = ada.follow(ada.send(form, answer=given.choice, **given.typed))

    assert "Your answer is recorded." in text_of(done)
    job = desk.job("C-1")
    assert (job.status, job.qb_id) == (given.becomes, given.qb_id)
    (story,) = parsed(done).xpath("//ol[@class='timeline']")
    assert "ada@example.com" in story.text_content()
    assert not parsed(done).xpath("//form[contains(@action, '/answer')]")


@pytest.mark.parametrize(("choice", "becomes"), [("credit", "queued"), ("skip", "cancelled"), ("link", "done")])
def test_every_answer_about_a_payment_that_does_not_fit(
    ada: Browser, office: Office, choice: str, becomes: str
) -> None:
    there = somebody_paid(office)
    shown = ada.get(address(office.job("PAY-1")))
    assert "4711" in text_of(shown), "the payment that is there is offered"
    value = f"link {there}" if choice == "link" else choice
    ada.follow(ada.send(form_at(shown, "/answer"), answer=value))
    assert office.job("PAY-1").status == becomes


def test_a_difference_is_accepted_and_the_payment_goes_out(ada: Browser, office: Office) -> None:
    total_differs(office)
    shown = ada.get(address(office.job("PAY-1")))
    assert "the total in QuickBooks is 120.00, not the expected 129.60" in text_of(shown)
    ada.follow(ada.send(form_at(shown, "/answer"), answer="accept"))
    office.visit()
    assert office.job("PAY-1").status is Status.DONE


def test_not_booked_needs_somebody_who_has_looked(ada: Browser, desk: Desk) -> None:
    nobody_answered(desk, "C-1")
    answer = ada.send(form_at(ada.get(address(desk.job("C-1"))), "/answer"), answer="not-booked")
    assert answer.status_code == 422
    assert "else it may be booked twice" in text_of(answer)
    assert parsed(answer).xpath("//input[@value='not-booked']/@checked")
    assert desk.job("C-1").status is Status.HELD


def test_one_answer_is_given_for_all_jobs_that_are_asked_about_together(ada: Browser, desk: Desk) -> None:
    nobody_answered(desk, "C-1", "C-2", "C-3")
    shown = ada.get(address(desk.job("C-2")))
    assert "The same answer for all 3 jobs" in text_of(shown)
    everything = {"answer": "not-booked", "sure": "1", "set-not-booked": "1"}
    ada.follow(ada.send(form_at(shown, "/answer"), **everything))
    assert desk.statuses() == dict.fromkeys(("C-1", "C-2", "C-3"), Status.QUEUED)


def test_what_is_wrong_with_an_answer_stands_at_its_field_and_nothing_typed_is_lost(ada: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    shown = ada.get(address(desk.job("C-1")))
    wrong = [
        ({}, "answer", "Choose one of the answers."),
        ({"answer": "burn"}, "answer", "Choose one of the answers."),
        ({"answer": "link"}, "id-link", "Type its ID"),
        ({"answer": "link", "id-link": "80<b>"}, "id-link", "'80<b>' is no ListID. One looks like"),
        ({"answer": "rename", "name": "a:b"}, "name", "colon"),
        ({"answer": "rename", "name": "c-1"}, "name", "is the name that is taken"),
        ({"answer": "accept"}, "answer", "is no answer to what is asked"),
    ]
    for typed, place, reason in wrong:
        answer = ada.send(form_at(shown, "/answer"), **typed)
        assert answer.status_code == 422, typed
        at = "question-error" if place == "answer" else f"f-{place}-error"
        assert reason in parsed(answer).xpath("//*[@id = $at]", at=at)[0].text_content(), typed
        form = form_at(answer, "/answer")
        assert {name: form.fields[name] for name in typed if name != "answer"} == {
            name: value for name, value in typed.items() if name != "answer"
        }
    assert desk.job("C-1").status is Status.HELD


def test_leaving_a_job_out_may_take_along_what_waits_for_it(ada: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    desk.enqueue(invoice("INV-1", "C-1"))
    alone = ada.send(form_at(ada.get(address(desk.job("C-1"))), "/answer"), answer="skip")
    assert "is waited for by job" in parsed(alone).xpath("//*[@id='question-error']")[0].text_content()
    ada.follow(ada.send(form_at(alone, "/answer"), answer="skip", with_dependents="1"))
    assert set(desk.statuses().values()) == {Status.CANCELLED}


@pytest.fixture
def bob(page: Page, ada: Browser) -> Browser:
    page.person("bob@example.com")
    return page.signed_in("bob@example.com")


def test_of_two_admins_who_answer_the_second_is_told_what_the_first_did(ada: Browser, bob: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    forms = [form_at(who.get(address(desk.job("C-1"))), "/answer") for who in (ada, bob)]
    ada.send(forms[0], answer="rename", name="Another")
    second = bob.send(forms[1], answer="skip")
    assert second.status_code == 409
    assert "Nothing was changed. ada@example.com was faster: renamed to 'Another'" in text_of(second)
    assert desk.job("C-1").status is Status.QUEUED
    assert "Queued" in parsed(second).xpath("//h1")[0].text_content()


def test_of_two_admins_who_retry_or_cancel_the_second_is_told_too(ada: Browser, bob: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    shown = [who.get(address(desk.job("C-1"))) for who in (ada, bob)]
    ada.follow(ada.send(form_at(shown[0], "/cancel")))
    second = bob.send(form_at(shown[1], "/cancel"))
    assert second.status_code == 409
    assert "ada@example.com was faster: cancelled." in text_of(second)
    ada.follow(ada.send(form_at(ada.get(address(desk.job("C-1"))), "/retry")))
    assert bob.send(form_at(second, "/retry")).status_code == 409
    assert desk.job("C-1").status is Status.QUEUED


def test_an_answer_to_another_question_than_is_asked_by_now_is_not_taken(ada: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    form = form_at(ada.get(address(desk.job("C-1"))), "/answer")
    with desk.db.write() as c:
        c.execute(sa.update(tables.job).values(question="payment-does-not-fit"))
    answer = ada.send(form, answer="skip")
    assert answer.status_code == 409
    assert "Another question is asked by now." in text_of(answer)
    assert desk.job("C-1").status is Status.HELD


def test_what_waits_for_a_job_is_named_before_it_is_cancelled_with_it(ada: Browser, desk: Desk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    shown = ada.get(address(desk.job("C-1")))
    assert f"is waited for by job {desk.job('INV-1').id} (Invoice INV-1, queued)" in text_of(shown)
    assert "--with-dependents" not in shown.text
    (link,) = parsed(shown).xpath("//a[. = 'Invoice INV-1']/@href")
    assert "Waits for Customer C-1 Queued" in words(ada.get(link))
    ada.follow(ada.send(form_at(shown, "/cancel")))
    assert set(desk.statuses().values()) == {Status.CANCELLED}


def test_a_refusal_says_what_to_do_and_by_whom_and_retry_mends_it(ada: Browser, office: Office) -> None:
    office.enqueue(customer("C-1"), invoice("INV-1", "C-1"))
    office.visit()
    shown = ada.get(address(office.job("INV-1")))
    assert "Item 'Labor' is not in QuickBooks" in text_of(shown)
    for part in ("Likely cause", "What to do", "Who does it The bookkeeper", "There is an invalid reference"):
        assert part in words(shown)
    office.enqueue(LABOR)
    office.visit()
    if office.job("INV-1").status is Status.BLOCKED:
        ada.follow(ada.send(form_at(shown, "/retry")))
        office.visit()
    assert office.job("INV-1").status is Status.DONE


def cells(answer: TestResponse, row: str) -> list[str]:
    (found,) = parsed(answer).xpath("//section[@class='receipt']//tr[th = $row]", row=row)
    return [" ".join(each.text_content().split()) for each in found.xpath("td")]


def test_a_done_invoice_looks_like_one_and_has_a_receipt(ada: Browser, office: Office) -> None:
    booked_invoice(office, memo="Thank you")
    shown = ada.get(address(office.job("INV-1")))
    (paper,) = parsed(shown).xpath("//article")
    assert "Invoice INV-1" in paper.get("aria-label")
    text = " ".join(" ".join(paper.itertext()).split())
    for part in ("Bill to C-1", "2026-11-02", "Labor", "Repair", "60.00", "Total before tax 120.00", "Thank you"):
        assert part in text
    assert cells(shown, "Line 1: rate") == ["60.00", "60.00", "equal"]
    assert "Everything that was compared is equal." in text_of(shown)
    assert office.job("INV-1").txn_id in [each.get("data-copy") for each in parsed(shown).xpath("//*[@data-copy]")]
    assert not parsed(shown).xpath("//*[@data-live]"), "a done job does not change any more"


def test_a_receipt_names_what_differs(ada: Browser, office: Office) -> None:
    booked_invoice(office, expected_total="129.60")
    with office.db.write() as c:
        text = tables.message_set_text
        answer = sa.func.replace(text.c.response, "<Rate>60.00</Rate>", "<Rate>61.00</Rate>")
        c.execute(sa.update(text).values(response=answer))
    shown = ada.get(address(office.job("INV-1")))
    assert cells(shown, "Line 1: rate") == ["60.00", "61.00", "differs"]
    assert cells(shown, "Total with tax") == ["129.60", "120.00", "differs"]
    assert "2 fields differ." in text_of(shown)


def test_a_job_under_way_looks_for_news_until_it_is_not(ada: Browser, desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    job = desk.job("C-1")
    (region,) = parsed(ada.get(address(job))).xpath("//*[@data-live]")
    news = ada.get(region.get("hx-get"), HX_Request="true")
    assert "HX-Refresh" not in news.headers
    assert "<html" not in news.text
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket))
    assert ada.get(region.get("hx-get"), HX_Request="true").headers["HX-Refresh"] == "true"


def test_the_texts_are_shown_and_downloaded_but_never_run(ada: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    job = desk.job("C-1")
    links = parsed(ada.get(address(job))).xpath("//details[@hx-get]//a/@href")
    assert len(links) == 2, "its own sending, and the question who has the name"
    whole, part = ada.get(links[-1]), ada.get(links[-1], HX_Request="true")
    assert "<html" in whole.text
    assert "<html" not in part.text
    for answer in (whole, part):
        assert "<CustomerAdd>" in text_of(answer)
        assert "&lt;script&gt;" in text_of(answer), "the message as it stands in the XML"
        assert not parsed(answer).xpath("//script[not(@src)]")
    (request_file, answer_file) = parsed(whole).xpath("//main//a[contains(., 'Download')]/@href")
    for path, name in ((request_file, "request"), (answer_file, "answer")):
        file = ada.get(path)
        assert file.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert file.headers["Content-Disposition"] == f'attachment; filename="job-{job.id}-{name}.xml"'
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert ada.get(request_file).text.startswith("<CustomerAddRq")


def test_texts_that_others_wrote_are_only_texts(ada: Browser, desk: Desk) -> None:
    name_is_taken(desk, "C-1")
    shown = {"name": HOSTILE, "candidates": [{"type": "Customer", "list_id": "8-1", "name": HOSTILE, "active": True}]}
    with desk.db.write() as c:
        evil = {"label": f"Customer {HOSTILE}", "error": HOSTILE, "quickbooks_message": HOSTILE, "cause": HOSTILE}
        payload = {"name": HOSTILE, "notes": HOSTILE, "bill_address": {"addr1": HOSTILE}}
        c.execute(
            sa.update(tables.job).values(
                **evil, external_id=HOSTILE[:255], payload=json.dumps(payload), question_detail=json.dumps(shown)
            )
        )
        c.execute(sa.update(tables.job_event).values(reason=HOSTILE, actor=HOSTILE, detail=json.dumps(payload)))
    answer = ada.get("/admin/jobs/1")
    assert answer.status_code == 200
    assert not parsed(answer).xpath("//script[not(@src)]")
    assert text_of(answer).count("<script>alert(1)</script>") > 8


def test_what_is_not_there_is_told_in_plain_words(ada: Browser, desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    for path in ("/admin/jobs/999", f"/admin/jobs/{2**70}", "/admin/jobs/999/news"):
        answer = ada.get(path)
        assert answer.status_code == 404
        assert "There is no job" in text_of(answer)
        assert "`qbwc" not in answer.text
    for path in ("/admin/jobs/1/xml/unknown", "/admin/jobs/1/xml/a%00b", f"/admin/jobs/{2**70}/xml/x/request"):
        assert ada.get(path).status_code == 404
    for deed in ("retry", "cancel", "answer"):
        assert ada.post(f"/admin/jobs/{2**70}/{deed}").status_code == 404


def test_a_viewer_reads_everything_and_changes_nothing(ada: Browser, page: Page, desk: Desk) -> None:
    page.person(VIEWER, Role.VIEWER)
    viewer = page.signed_in(VIEWER)
    name_is_taken(desk, "C-1")
    shown = viewer.get(address(desk.job("C-1")))
    assert "A person has to decide" in text_of(shown)
    assert not parsed(shown).xpath("//main//form")
    for deed in ("retry", "cancel", "answer"):
        assert viewer.post(f"{address(desk.job('C-1'))}/{deed}", {"answer": "skip"}).status_code == 403
    assert desk.job("C-1").status is Status.HELD
