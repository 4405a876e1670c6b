"""The list of jobs on the page, and what is done to many of them at once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qbwc_server.accounts import Role
from qbwc_server.admin import bulk
from qbwc_server.db import tables
from qbwc_server.jobs import Status
from tests.support.desk import customer, invoice
from tests.support.doubles import SeededChance
from tests.support.page import VIEWER, Browser, Page, form_at, parsed, text_of
from tests.support.queueing import QueueDesk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

HOSTILE = "<script>alert(1)</script> \u202e" + "x" * 3000


@pytest.fixture
def queue(page: Page) -> QueueDesk:
    return QueueDesk(page.db, page.clock, SeededChance())


@pytest.fixture
def ada(page: Page) -> Browser:
    page.person()
    return page.signed_in()


def rows(browser: Browser, address: str) -> list[str]:
    """What the list calls its jobs, from top to bottom."""
    links = parsed(browser.get(address)).xpath("//td[contains(@class, 'lead')]//a")
    return [str(link.text_content()) for link in links]


def tab_counts(browser: Browser, address: str) -> dict[str, str]:
    tabs = parsed(browser.get(address)).xpath("//nav[@aria-label='Jobs by state']//a")
    return {
        tab.xpath("span[not(@class)]")[-1].text_content(): tab.xpath(".//*[@class='count']")[0].text for tab in tabs
    }


def test_jobs_are_found_by_what_stands_in_the_address(ada: Browser, queue: QueueDesk, page: Page) -> None:
    other = QueueDesk(page.db, page.clock, SeededChance(2), company="Beta")
    queue.enqueue(customer("C-1", name="Acme Hardware"), invoice("INV-1", to="C-1"), customer("C-2"))
    other.enqueue(customer("B-1"))
    queue.fails("C-2")
    with page.db.write() as c:
        c.execute(sa.update(tables.job).where(tables.job.c.external_id == "C-2").values(error_code="3140"))

    assert rows(ada, "/admin/jobs") == ["Customer B-1", "Customer C-2", "Invoice INV-1", "Customer Acme Hardware"]
    assert rows(ada, "/admin/jobs?company=beta") == ["Customer B-1"]
    assert rows(ada, "/admin/jobs?company=Acme&kind=invoice") == ["Invoice INV-1"]
    assert rows(ada, "/admin/jobs?text=hardware") == ["Invoice INV-1", "Customer Acme Hardware"]
    assert rows(ada, "/admin/jobs?status=failed") == rows(ada, "/admin/jobs?error=3140") == ["Customer C-2"]
    assert tab_counts(ada, "/admin/jobs?company=Acme") == {
        **dict.fromkeys(("Held", "Blocked", "In doubt", "Retrying", "Sent", "Done", "Cancelled"), "0"),
        "All": "3",
        "Need a person": "1",
        "Failed": "1",
        "Queued": "2",
    }
    assert "No job matches" in text_of(ada.get("/admin/jobs?text=nobody"))


def test_a_day_begins_where_the_viewer_is(queue: QueueDesk, page: Page) -> None:
    page.person()
    page.clock.advance(hours=17)  # 2 November, 26:00 UTC
    ada = page.signed_in()
    queue.enqueue(customer("C-1"))
    assert rows(ada, "/admin/jobs?since=2026-11-03") == ["Customer C-1"]
    ada.post("/admin/account/time-zone", {"time_zone": "America/Chicago"})
    assert rows(ada, "/admin/jobs?since=2026-11-03") == []
    assert rows(ada, "/admin/jobs?until=2026-11-02") == ["Customer C-1"]
    assert "2 Nov 2026, 20:00" in text_of(ada.get("/admin/jobs"))


UNREADABLE = (
    ("since", "yesterday", "is no day"),
    ("until", "0001-01-01", "out of range"),
    ("kind", "<b>", "is no kind of job"),
    ("status", "lost", "is no state"),
    ("company", "Nobody", "no company named 'Nobody'"),
    ("text", "x" * 300, "300 characters"),
    ("error", "a%00b", "characters that no text has"),
)


def test_what_cannot_be_read_is_told_at_its_field(ada: Browser, queue: QueueDesk) -> None:
    queue.enqueue(customer("C-1"))
    for field, value, reason in UNREADABLE:
        answer = ada.get(f"/admin/jobs?{field}={value}&before=none&after=-1")
        assert answer.status_code == 200
        errors = parsed(answer).xpath("//form[@role='search']//*[@class='error']")
        assert [reason in error.text_content() for error in errors] == [True], field
        assert "qbwc company" not in answer.text
        assert "Retry all" not in text_of(answer), "what is shown is not what was asked for"


def test_a_long_list_is_read_page_by_page_in_both_directions(ada: Browser, queue: QueueDesk) -> None:
    queue.enqueue(*(customer(f"C-{number}") for number in range(1, 121)))
    first = ada.get("/admin/jobs?kind=customer")
    (older,) = parsed(first).xpath("//a[@rel='next']/@href")
    assert rows(ada, older)[0] == "Customer C-70"
    (newer,) = parsed(ada.get(older)).xpath("//a[@rel='prev']/@href")
    assert rows(ada, newer) == rows(ada, "/admin/jobs?kind=customer")
    (last,) = parsed(ada.get(older)).xpath("//a[@rel='next']/@href")
    assert rows(ada, last)[-1] == "Customer C-1"
    assert not parsed(ada.get(last)).xpath("//a[@rel='next']")
    assert form_at(ada.get(last), "/jobs/change").fields["up_to"] == "120", "all that match are not only those below"


def test_texts_that_others_wrote_are_only_texts(ada: Browser, queue: QueueDesk) -> None:
    queue.enqueue(customer("C-1", name="<b>Bold</b> & 'Sons'"), customer("</td><script>"))
    queue.fails("C-1", error=HOSTILE)
    answer = ada.get("/admin/jobs")
    assert not parsed(answer).xpath("//b | //script[not(@src)]")
    assert "Customer <b>Bold</b> & 'Sons'" in text_of(answer)
    assert HOSTILE in text_of(answer)


def test_the_list_says_how_many_wait_for_a_company_and_until_when(ada: Browser, queue: QueueDesk, page: Page) -> None:
    queue.enqueue(*(customer(f"C-{number}") for number in range(3)))
    address = "/admin/jobs?company=Acme"
    assert "3 jobs of Acme wait. The Web Connector has not logged in yet." in text_of(
        ada.get("/admin/jobs?company=Acme")
    )
    with page.db.write() as c:
        c.execute(sa.update(tables.company).values(last_contact_at=page.clock.now()))
    assert "3 jobs of Acme wait; through about 2 Nov 2026, 09:" in text_of(ada.get(address))


def figures(answer: object) -> list[str]:
    return [str(value.text_content()) for value in parsed(answer).xpath("//*[@class='facts-value']")]  # type: ignore[arg-type]


def test_ticked_jobs_are_previewed_and_then_done_as_previewed(ada: Browser, queue: QueueDesk) -> None:
    queue.enqueue(*(customer(f"C-{number}") for number in range(4)))
    for name in ("C-0", "C-1"):
        queue.fails(name)
    queue.becomes("C-2", Status.DONE)
    ids = ",".join(str(queue.number(f"C-{number}")) for number in range(3))

    preview = ada.send(form_at(ada.get("/admin/jobs"), "/jobs/change"), "Retry the ticked", ids=ids)

    assert "Retry 2 jobs?" in text_of(preview)
    assert figures(preview) == ["2", "1"]
    assert "Is done; there is nothing to try again" in text_of(preview)
    assert queue.statuses("C-0") == {"C-0": "failed"}
    done = ada.follow(ada.send(form_at(preview, "/jobs/change")))
    assert "2 jobs were tried again" in text_of(done)
    assert figures(done) == ["2", "1"]
    assert "Is done; there is nothing to try again" in text_of(done)
    assert queue.statuses("C-0", "C-1", "C-2", "C-3") == {
        "C-0": "queued",
        "C-1": "queued",
        "C-2": "done",
        "C-3": "queued",
    }
    assert queue.history("C-0")[-1].actor == "ada@example.com"


def test_all_that_match_are_those_that_were_there_when_the_button_was_pressed(ada: Browser, queue: QueueDesk) -> None:
    queue.enqueue(*(customer(f"C-{number}") for number in range(60)), invoice("INV-1", to="C-0"))
    preview = ada.send(form_at(ada.get("/admin/jobs?kind=customer"), "/jobs/change"), "Cancel all…")
    assert "All jobs that match this, up to number 60" in text_of(preview)
    assert figures(preview) == ["59", "1"], "C-0 is waited for by the invoice"
    queue.enqueue(customer("C-60"))

    done = ada.follow(ada.send(form_at(preview, "/jobs/change")))

    assert figures(done) == ["59", "1"]
    assert queue.statuses("C-0", "C-1", "C-59", "C-60", "INV-1") == {
        **dict.fromkeys(("C-1", "C-59"), "cancelled"),
        **dict.fromkeys(("C-0", "C-60", "INV-1"), "queued"),
    }
    (along,) = parsed(preview).xpath("//a[contains(., 'with the jobs that wait')]/@href")
    ada.send(form_at(ada.get(along), "/jobs/change"))
    assert queue.statuses("C-0", "INV-1", "C-60") == {"C-0": "cancelled", "INV-1": "cancelled", "C-60": "queued"}


def test_what_takes_long_is_done_in_parts(ada: Browser, queue: QueueDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbwc_server.desk.bulk.CHUNK", 2)
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 4)
    queue.enqueue(*(customer(f"C-{number}") for number in range(7)))
    preview = ada.send(form_at(ada.get("/admin/jobs"), "/jobs/change"), "Cancel all…")
    part = ada.follow(ada.send(form_at(preview, "/jobs/change")))
    assert "There are more" in text_of(part)
    assert figures(part) == ["4", "0"]
    whole = ada.follow(ada.send(form_at(part, "/jobs/change")))
    assert "7 jobs were cancelled" in text_of(whole)
    assert "There are more" not in text_of(whole)


def test_the_second_of_two_admins_learns_that_nothing_was_left_to_do(
    ada: Browser, page: Page, queue: QueueDesk
) -> None:
    page.person("bob@example.com")
    bob = page.signed_in("bob@example.com")
    queue.enqueue(customer("C-1"))
    queue.fails("C-1")
    previews = [who.get(f"/admin/jobs/change?deed=retry&ids={queue.number('C-1')}") for who in (ada, bob)]
    first, second = (
        who.follow(who.send(form_at(preview, "/jobs/change")))
        for who, preview in zip((ada, bob), previews, strict=True)
    )
    assert "1 job was tried again" in text_of(first)
    assert "0 jobs were tried again" in text_of(second)
    assert "Is queued; there is nothing to try again" in text_of(second)


UNCLEAR = (
    ("deed=retry", "No job is ticked."),
    ("deed=retry&ids=1&ids=x", "No job is ticked."),
    ("deed=retry&ids=999", "There is no job 999."),
    ("deed=retry&ids=" + ",".join(map(str, range(1, 100))), "More than 50 jobs are ticked."),
    ("deed=burn&ids=1", "Nothing was chosen to be done."),
    ("deed=cancel-all&up_to=5&since=soon", "is no day"),
    ("deed=cancel-all&up_to=5&company=Nobody", "no company named 'Nobody'"),
    ("deed=cancel-all", "nobody can tell which jobs were shown"),
)


def test_a_choice_that_is_not_clear_changes_nothing(ada: Browser, queue: QueueDesk) -> None:
    queue.enqueue(customer("C-1"))
    token = ada.token()
    for query, reason in UNCLEAR:
        fields = {"csrf_token": token, **dict(part.split("=") for part in query.split("&"))}
        asked, done = ada.get(f"/admin/jobs/change?{query}"), ada.post("/admin/jobs/change", fields, token=False)
        for answer in (asked, done):
            assert answer.status_code == 422, query
            assert reason.lower() in text_of(answer).lower()
    assert queue.statuses("C-1") == {"C-1": "queued"}


def test_a_viewer_sees_the_list_and_no_button_that_changes_it(page: Page, queue: QueueDesk) -> None:
    page.person()
    page.person(VIEWER, Role.VIEWER)
    viewer = page.signed_in(VIEWER)
    queue.enqueue(customer("C-1"))
    answer = viewer.get("/admin/jobs")
    assert "Customer C-1" in text_of(answer)
    assert not parsed(answer).xpath("//input[@type='checkbox'] | //button[@name='deed']")
    assert viewer.get("/admin/jobs/change?deed=cancel&ids=1").status_code == 403
    assert viewer.post("/admin/jobs/change", {"deed": "cancel", "ids": "1"}).status_code == 403
    assert queue.statuses("C-1") == {"C-1": "queued"}
