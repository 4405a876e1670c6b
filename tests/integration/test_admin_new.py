"""Jobs typed into forms: what was meant is queued, once; what is wrong is said at its field; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from qbwc_server import companies, jobs, records
from qbwc_server.accounts import Role
from qbwc_server.db import tables
from qbwc_server.jobs import Job, Move, Status, Trouble
from qbwc_server.records import Record
from tests.support.page import VIEWER, Browser, Page, hidden, parsed, text_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

HOSTILE = "\"><script>alert(1)</script> \u202eevil' O’Neil"


class Office:
    """A company, its queue, and somebody at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.person()
        self.ada = page.signed_in()
        self.company()

    def company(self, name: str = "Acme") -> None:
        with self.page.db.write() as c:
            companies.add(c, name=name, base_url="https://sync.example.com", clock=self.page.clock, chance=Chance)

    def queue(self, *given: Mapping[str, object], company: str = "Acme") -> list[int]:
        """As a program does it."""
        with self.page.db.write() as c:
            company_id = companies.get(c, company).id
            new = jobs.read_dicts(given)
            done = jobs.enqueue(c, company_id, new, self.page.clock, Chance, actor="a program")
        return [each.id for each in done]

    def fail(self, number: int) -> None:
        (job,) = self.jobs(number)
        with self.page.db.write() as c:
            trouble = Trouble(error="refused", code="3140", cause="", remedy="")
            moves = [Move(job, Status.SENT, "sent"), Move(job, Status.FAILED, "refused", trouble)]
            for each in moves:
                (again,) = jobs.by_ids(c, [number])
                jobs.move(c, [Move(again, each.to, each.reason, each.trouble)], now=self.page.clock.now(), actor="test")

    def jobs(self, *numbers: int) -> list[Job]:
        with self.page.db.read() as c:
            return jobs.by_ids(c, numbers or list(c.scalars(sa.select(tables.job.c.id).order_by(tables.job.c.id))))

    def payload(self, number: int) -> Any:
        (job,) = self.jobs(number)
        return json.loads(job.payload)

    def fill(self, path: str, browser: Browser | None = None, /, **typed: str) -> TestResponse:
        """Opens a form, types into it and sends it, with everything else that stands in it."""
        browser = browser or self.ada
        return self.send(browser.get(path), typed, path, browser)

    def send(
        self, shown: TestResponse, typed: Mapping[str, str], path: str, browser: Browser | None = None
    ) -> TestResponse:
        return (browser or self.ada).post(path, {**form_of(shown), **typed}, token=False)


class _Chance:
    def __init__(self) -> None:
        self.last = 0

    def bits(self, count: int) -> int:
        self.last += 1
        return self.last & ((1 << count) - 1)


Chance = _Chance()


@pytest.fixture
def office(page: Page) -> Office:
    return Office(page)


def form_of(shown: TestResponse) -> dict[str, str]:
    """The fields of the form in the content of a page, as a browser would send them."""
    (form,) = parsed(shown).xpath("//main//form[@method='post']")
    fields = {}
    for each in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        if each.tag == "select":
            (chosen, *_) = each.xpath("./option[@selected]") or each.xpath("./option")
            fields[each.get("name")] = chosen.get("value") or ""
        elif each.tag == "textarea":
            fields[each.get("name")] = (each.text or "").removeprefix("\n")
        elif each.get("type") != "checkbox" or each.get("checked") is not None:
            fields[each.get("name")] = each.get("value") or ""
    return fields


def job_made(answer: TestResponse) -> int:
    """The number of the job to which the page went on."""
    assert answer.status_code == 303, text_of(answer)
    return int(answer.location.replace("/admin/jobs/", "job=").split("job=")[1].split("&")[0].split("?")[0])


def error_at(answer: TestResponse, field: str) -> str:
    """What stands at a field; the summary leads there, too."""
    assert answer.status_code == 422
    page = parsed(answer)
    (place,) = page.xpath("//*[@id = $id]", id=f"f-{field}")
    assert place.get("aria-invalid") == "true"
    assert page.xpath("//*[@role='alert']//a[@href = $href]", href=f"#f-{field}")
    return " ".join(page.xpath("//*[@id = $id]", id=f"f-{field}-error")[0].text_content().split())


def customer(external_id: str, name: str) -> dict[str, object]:
    return {"kind": "customer", "operation": "add", "external_id": external_id, "payload": {"name": name}}


def invoice(external_id: str, to: str, number: str, **payload: object) -> dict[str, object]:
    line = {"item_ref": "Labor", "quantity": "2", "rate": "60.00"}
    given = {"customer_ref": {"external_id": to}, "txn_date": "2026-11-02", "ref_number": number, "lines": [line]}
    return {"kind": "invoice", "operation": "add", "external_id": external_id, "payload": given | payload}


def test_a_customer_is_queued_as_it_was_typed(office: Office) -> None:
    answer = office.fill(
        "/admin/new/customer",
        **{"name": " Birch & Sons ", "bill_address.addr1": "1 Main St", "bill_address.city": "Mansfield"},
        credit_limit="1,250.50",
        terms_ref="Net 30",
        notes="first\r\nsecond",
        external_id="C-7",
    )
    (job,) = office.jobs(job_made(answer))
    assert (job.kind, job.external_id, job.status) == ("customer", "C-7", Status.QUEUED)
    assert json.loads(job.payload) == {
        "name": "Birch & Sons",
        "bill_address": {"addr1": "1 Main St", "city": "Mansfield"},
        "credit_limit": "1250.5",
        "terms_ref": {"full_name": "Net 30"},
        "notes": "first\nsecond",
    }


ITEMS: list[tuple[str, dict[str, str], dict[str, object]]] = [
    (
        "item_service",
        {"sales_or_purchase.price": "60", "sales_or_purchase.account_ref": "Sales"},
        {"sales_or_purchase": {"price": "60", "account_ref": {"full_name": "Sales"}}},
    ),
    (
        "item_non_inventory",
        {
            "sales_and_purchase.income_account_ref": "Sales",
            "sales_and_purchase.purchase_cost": ".5",
            "sales_and_purchase.expense_account_ref": "Costs:Goods",
        },
        {
            "sales_and_purchase": {
                "income_account_ref": {"full_name": "Sales"},
                "purchase_cost": "0.5",
                "expense_account_ref": {"full_name": "Costs:Goods"},
            }
        },
    ),
    (
        "item_inventory",
        {
            "income_account_ref": "Sales",
            "cogs_account_ref": "Cost of Goods Sold",
            "asset_account_ref": "Stock",
            "quantity_on_hand": "12",
            "inventory_date": "2026-11-01",
        },
        {
            "income_account_ref": {"full_name": "Sales"},
            "cogs_account_ref": {"full_name": "Cost of Goods Sold"},
            "asset_account_ref": {"full_name": "Stock"},
            "quantity_on_hand": "12",
            "inventory_date": "2026-11-01",
        },
    ),
]


def test_each_kind_of_item_is_queued_as_it_was_typed(office: Office) -> None:
    for kind, typed, payload in ITEMS:
        number = job_made(office.fill(f"/admin/new/{kind}", name="Nails", **typed))
        assert office.payload(number) == {"name": "Nails", **payload}
        assert office.jobs(number)[0].kind == kind


def test_an_invoice_is_queued_with_its_lines_and_the_total_that_they_come_to(office: Office) -> None:
    office.queue(customer("C-1", "Acme Hardware"))
    answer = office.fill(
        "/admin/new/invoice",
        customer_ref="Acme Hardware [ours: C-1]",
        ref_number="1042",
        expected_tax="1.00",
        **{"lines-0-item": "Labor", "lines-0-quantity": "0.1", "lines-0-rate": "0.2"},
        **{"lines-2-item": "[ListID: 80000013-1416570432]", "lines-2-quantity": "3", "lines-2-rate": "0.335"},
        **{"lines-7-desc": "Thank you\r\nfor your business", "lines-5-item": "Rebate", "lines-5-rate": "-0.505"},
    )
    payload = office.payload(job_made(answer))
    assert payload == {
        "customer_ref": {"external_id": "C-1"},
        "ref_number": "1042",
        "txn_date": office.page.clock.now().date().isoformat(),
        "lines": [
            {"item_ref": {"full_name": "Labor"}, "quantity": "0.1", "rate": "0.2"},
            {"item_ref": {"list_id": "80000013-1416570432"}, "quantity": "3", "rate": "0.335"},
            {"item_ref": {"full_name": "Rebate"}, "rate": "-0.505"},
            {"desc": "Thank you\nfor your business"},
        ],
        "expected_tax": "1",
        "expected_total": "1.52",  # 0.02 + 1.01 - 0.51 + 1.00
    }


def test_the_total_is_left_out_without_the_tick_and_where_quickbooks_sets_a_price(office: Office) -> None:
    shown = office.ada.get("/admin/new/invoice")
    fields = {**form_of(shown), "customer_ref": "Birch", "lines-0-item": "Labor", "lines-0-rate": "5"}
    unticked = {name: text for name, text in fields.items() if name != "expect"}
    priced = {**fields, "external_id": "web-2", "lines-1-item": "Nails", "lines-1-quantity": "2"}
    for given in (unticked, priced):
        payload = office.payload(job_made(office.ada.post("/admin/new/invoice", given, token=False)))
        assert "expected_total" not in payload


def test_the_date_is_todays_where_the_viewer_is(office: Office) -> None:
    dates = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart: never the same day
        assert office.ada.post("/admin/account/time-zone", {"time_zone": zone}).status_code == 303
        dates.add(hidden(office.ada.get("/admin/new/payment"), "txn_date"))
    assert len(dates) == 2


def test_a_payment_is_spread_over_the_oldest_invoices_and_the_rest_is_said(office: Office) -> None:
    office.queue(customer("C-1", "Acme"), invoice("INV/1", "C-1", "1001"), invoice("INV/2", "C-1", "1002"))
    typed = {"customer_ref": "Acme [ours: C-1]", "total_amount": "200"}
    found = office.fill("/admin/new/payment", **typed, action="find")
    assert "1001" in text_of(found)
    assert "120.00" in text_of(found)
    spread = office.send(found, {"action": "spread"}, "/admin/new/payment")
    assert [value for name, value in form_of(spread).items() if name.startswith("apply-")] == ["120.00", "80.00"]
    number = job_made(office.send(spread, {"action": "queue"}, "/admin/new/payment"))
    assert office.payload(number)["applied_to"] == [
        {"txn": {"external_id": "INV/1"}, "payment_amount": "120"},
        {"txn": {"external_id": "INV/2"}, "payment_amount": "80"},
    ]
    left = office.fill("/admin/new/payment", **typed, action="find")
    assert "40.00" in text_of(left)
    assert "1001" not in text_of(left)
    more = office.send(left, {"action": "spread"}, "/admin/new/payment")
    assert "Not applied 160.00" in text_of(more)


def test_open_invoices_are_found_by_the_customers_name_in_quickbooks_too(office: Office) -> None:
    (number, *_) = office.queue(customer("C-1", "Acme"), invoice("INV-1", "C-1", "1001"))
    with office.page.db.write() as c:
        record = Record("customer", "C-1", "80000001-1700000000", number, name="Acme")
        records.save(c, office.jobs(number)[0].company_id, [record], office.page.clock.now())
    found = office.fill("/admin/new/payment", customer_ref="acme", total_amount="20", action="find")
    assert "1001" in text_of(found)


def test_a_payment_without_an_open_invoice_is_said_to_be_a_credit(office: Office) -> None:
    found = office.fill("/admin/new/payment", customer_ref="Birch", total_amount="20", action="find")
    assert "The whole payment stays as the customer’s credit" in text_of(found)
    number = job_made(office.send(found, {"action": "queue"}, "/admin/new/payment"))
    assert "applied_to" not in office.payload(number)


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("customer", {"name": ""}, "name", "Is required."),
    ("customer", {"name": "A:B"}, "name", "colon"),
    ("customer", {"name": "A", "parent_ref": "x [ours: C-9]"}, "parent_ref", "'C-9' is known"),
    ("customer", {"name": "A", "external_id": ""}, "external_id", "Is required."),
    ("customer", {"name": "A", "credit_limit": "12,50"}, "credit_limit", "Must be a plain number"),
    ("customer", {"name": "A", "company": "Nobody"}, "company", "Choose one of the list."),
    (
        "customer",
        {"name": "A", **{f"bill_address.addr{n}": "x" for n in (1, 2, 3)}, "bill_address.city": "x"}
        | {"bill_address.country": "x", "others": '{"bill_address": {"addr4": "x"}}'},
        "bill_address.addr1",
        "at most 5 are allowed",
    ),
    ("item_service", {"name": "A"}, "sales_or_purchase.desc", "Is required. Or give sales_and_purchase"),
    ("invoice", {"customer_ref": "A", "lines-2-item": "N", "lines-2-rate": "abc"}, "lines-2-rate", '"abc"'),
    ("invoice", {"customer_ref": "A", "lines-1-quantity": "2"}, "lines-1-quantity", "without item_ref"),
    ("invoice", {"customer_ref": "A"}, "lines-0-item", "at least one entry"),
    ("invoice", {"customer_ref": "A", "txn_date": "2026-02-30"}, "txn_date", "a day of the calendar"),
    ("invoice", {"customer_ref": "A", "ref_number": "1" * 12}, "ref_number", "at most 11 are allowed"),
    ("payment", {"customer_ref": "A", "total_amount": "0"}, "total_amount", "Must be more than 0."),
    ("payment", {"customer_ref": "A", "total_amount": "", "action": "spread"}, "total_amount", "amount first"),
    (
        "payment",
        {"customer_ref": "A", "total_amount": "5", f"apply-e{b'INV-1'.hex()}": "-1"},
        f"apply-e{b'INV-1'.hex()}",
        "Must be more than 0.",
    ),
]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(office: Office) -> None:
    for path, typed, field, words in WRONG:
        answer = office.fill(f"/admin/new/{path}", **typed)
        assert words in error_at(answer, field), typed
        kept = form_of(answer)
        assert {name: kept[name] for name in typed.keys() - {"action", "company"}} == {
            name: text for name, text in typed.items() if name not in {"action", "company"}
        }
    assert office.jobs() == []


def test_a_name_that_belongs_to_another_of_our_records_is_refused(office: Office) -> None:
    office.queue(customer("C-1", "Acme Hardware"))
    answer = office.fill("/admin/new/payment", customer_ref="Birch [ours: C-1]", total_amount="5")
    assert "C-1 is Acme Hardware, not Birch." in error_at(answer, "customer_ref")


def test_what_is_wrong_without_a_field_stands_above_the_form(office: Office) -> None:
    answer = office.fill("/admin/new/customer", name="A", others='{"nmae": "B"}')
    assert answer.status_code == 422
    assert 'nmae: is not a known field. Did you mean "name"?' in text_of(answer)
    for others in ("{", "[]", '{"fax": 1e9999999999999999999}', "[" * 9999):
        broken = office.fill("/admin/new/customer", name="A", others=others)
        assert "cannot be read" in text_of(broken)
        assert hidden(broken, "name") == "A"


def test_a_form_that_is_sent_twice_books_once(office: Office) -> None:
    fields = {**form_of(office.ada.get("/admin/new/customer")), "name": "Birch"}
    numbers = {job_made(office.ada.post("/admin/new/customer", fields, token=False)) for _ in range(2)}
    assert len(numbers) == len(office.jobs()) == 1
    changed = office.ada.post("/admin/new/customer", {**fields, "name": "Maple"}, token=False)
    assert "with other content" in error_at(changed, "external_id")
    assert form_of(office.ada.get("/admin/new/customer"))["external_id"] != fields["external_id"]


def test_a_session_that_is_over_loses_no_line(office: Office) -> None:
    shown = office.ada.get("/admin/new/invoice")
    office.page.clock.advance(hours=2)
    login = office.send(shown, {"lines-4-desc": "\u00dcber\n40 hours"}, "/admin/new/invoice")
    assert login.status_code == 401
    carried = {name: hidden(login, name) for name in ("csrf_token", "next", "fields")}
    credentials = {"email": "ada@example.com", "password": "correct horse battery staple"}
    resumed = office.ada.post("/admin/log-in", {**credentials, **carried}, token=False)
    again = office.send(resumed, {}, "/admin/new/invoice")
    assert hidden(again, "lines-4-desc").splitlines() == ["\u00dcber", "40 hours"]
    assert "You are signed in again" in text_of(again)
    assert office.jobs() == []


def test_more_lines_and_half_typed_names_work_without_scripts(office: Office) -> None:
    office.queue(customer("C-1", "Acme Hardware"), customer("C-2", "Birch"))
    more = office.fill("/admin/new/invoice", **{"lines-0-desc": "x", "more": "1"})
    assert {"lines-3-item", "lines-0-desc"} <= form_of(more).keys()
    assert "lines-4-item" not in form_of(more)
    found = office.fill("/admin/new/invoice", customer_ref="acm", action="find")
    options = parsed(found).xpath("//datalist[@id='f-customer_ref-list']/option/@value")
    assert options == ["Acme Hardware [ours: C-1]"]
    narrowed = office.ada.get("/admin/new/choices?family=customer&company=Acme&customer_ref=bir", HX_Request="true")
    assert "Birch [ours: C-2]" in narrowed.text
    assert "C-1" not in narrowed.text


def test_a_preview_shows_the_paper_and_the_request_and_queues_nothing(office: Office) -> None:
    office.queue(customer("C-1", "Acme Hardware"))
    before = office.page.checksum()
    typed = {"lines-0-item": "Labor", "lines-0-quantity": "2", "lines-0-rate": "60.005", "action": "preview"}
    seen = office.fill("/admin/new/invoice", customer_ref="[ours: C-1]", **typed)
    text = text_of(seen)
    assert seen.status_code == 200
    assert "Nothing is queued yet." in text
    assert "120.01" in text
    assert "ID of customer C-1" in text
    assert "<Rate>60.005</Rate>" in text
    assert "Not in QuickBooks yet: customer C-1" in text
    assert office.page.checksum() == before
    assert office.payload(job_made(office.send(seen, {"action": "queue"}, "/admin/new/invoice")))["expected_total"]


def test_a_form_goes_on_as_json_with_every_field(office: Office) -> None:
    typed = {"lines-0-item": "Labor", "lines-0-rate": "6x", "action": "json"}
    shown = office.fill("/admin/new/invoice", customer_ref="Birch [ours: C-2]", **typed)
    job = json.loads(hidden(shown, "lines"))
    assert job["payload"]["lines"] == [{"item_ref": "Labor", "rate": "6x"}]
    job["payload"]["lines"][0]["rate"] = "6"
    job["payload"]["customer_ref"] = "Birch"
    job["payload"]["fob"] = "Factory"
    number = job_made(office.send(shown, {"lines": json.dumps(job)}, "/admin/new/lines"))
    assert office.payload(number)["fob"] == "Factory"


def test_json_lines_are_queued_all_or_none_with_every_error(office: Office) -> None:
    good, bad = json.dumps(customer("C-1", "A")), json.dumps(customer("C-2", ""))
    refused = office.fill("/admin/new/lines", lines=f"{good}\r\n{bad}\r\nnot json\r\n")
    assert refused.status_code == 422
    assert "line 2: name: is empty." in text_of(refused)
    assert "line 3: is not one whole JSON object" in text_of(refused)
    assert hidden(refused, "lines").splitlines() == [good, bad, "not json"]
    assert office.jobs() == []
    done = office.fill("/admin/new/lines", lines=f"{good}\n{json.dumps(customer('C-3', 'C'))}")
    assert "2 queued." in text_of(office.ada.get(done.location))
    again = office.fill("/admin/new/lines", lines=f"{good}\n{json.dumps(customer('C-4', 'D'))}")
    assert "1 queued, 1 there already." in text_of(office.ada.get(again.location))
    too_much = office.ada.post("/admin/new/lines", {"lines": "x" * 2 * 1024 * 1024})
    assert too_much.status_code == 413
    assert "qbwc enqueue" in text_of(too_much)


def test_without_a_company_the_forms_say_what_comes_first(page: Page) -> None:
    page.person()
    browser = page.signed_in()
    for path in ("", "/invoice", "/lines"):
        assert "There is no company yet" in text_of(browser.get(f"/admin/new{path}"))


def test_with_several_companies_one_has_to_be_chosen(office: Office) -> None:
    office.company("Birch")
    answer = office.fill("/admin/new/customer", name="A")
    assert "Choose one of the list." in error_at(answer, "company")
    number = job_made(office.send(answer, {"company": "Birch"}, "/admin/new/customer"))
    with office.page.db.read() as c:
        assert office.jobs(number)[0].company_id == companies.get(c, "Birch").id


def test_hostile_texts_stay_texts(office: Office) -> None:
    typed = {"name": HOSTILE, "others": json.dumps({HOSTILE: 1}), "external_id": HOSTILE, "company": "Acme"}
    for action in ("queue", "preview", "json", "find"):
        answer = office.fill("/admin/new/customer", **typed, action=action)
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.text
    odd = {"customer_ref": "a\x00b [ours: \x00]", "total_amount": "1" * 5000, "lines-0-rate": "9" * 400}
    for kind in ("payment", "invoice"):
        for action in ("find", "spread", "preview", "queue"):
            given = {**odd, "lines-99999-item": "x", "lines-0-quantity": "1e999", "apply-zz": "1", "action": action}
            assert office.fill(f"/admin/new/{kind}", **given).status_code in {200, 422}
    assert office.jobs() == []


def test_a_viewer_is_not_shown_what_they_may_not_use(office: Office) -> None:
    office.page.person(VIEWER, Role.VIEWER)
    viewer = office.page.signed_in(VIEWER)
    assert viewer.get("/admin/new/customer").status_code == 403
    assert viewer.post("/admin/new/customer", {"name": "A", "external_id": "1", "company": "Acme"}).status_code == 403
    assert 'href="/admin/new"' not in viewer.get("/admin/").text
    assert office.jobs() == []


def test_a_failed_job_is_corrected_in_its_form_and_loses_nothing_that_the_form_does_not_show(office: Office) -> None:
    lines = [
        {"item_ref": {"external_id": "I-1"}, "rate": "5", "quantity": "2", "service_date": "2026-11-01"},
        {"item_ref": "Nails", "amount": "7.00", "desc": "two\nlines"},
    ]
    item = {"name": "Labor", "sales_or_purchase": {"account_ref": "Sales"}}
    service = {"kind": "item_service", "operation": "add", "external_id": "I-1", "payload": item}
    more = {"fob": "Factory", "bill_address": {"addr1": "A", "addr5": "E"}, "expected_total": "17.00", "lines": lines}
    *_, number = office.queue(customer("C-1", "Acme"), service, invoice("INV-1", "C-1", "1001", **more))
    before = office.payload(number)
    office.fail(number)
    path = f"/admin/jobs/{number}/correct"
    shown = office.ada.get(path)
    assert form_of(shown)["lines-0-item"] == "Labor [ours: I-1]"
    assert job_made(office.fill(path, ref_number="1002")) == number
    (job,) = office.jobs(number)
    assert (job.status, job.external_id) == (Status.QUEUED, "INV-1")
    assert office.payload(number) == {**before, "ref_number": "1002"}
    assert len(office.jobs()) == 3
    stale = office.send(shown, {"ref_number": "1003"}, path)
    assert "on its way" in text_of(stale)


def test_a_correction_that_changes_nothing_tries_the_job_again(office: Office) -> None:
    (number,) = office.queue(customer("C-1", "Acme"))
    office.fail(number)
    answer = office.fill(f"/admin/jobs/{number}/correct")
    assert "retried" in answer.location
    assert office.jobs(number)[0].status is Status.QUEUED


def test_of_two_who_correct_a_job_the_second_is_told(office: Office) -> None:
    (number,) = office.queue(customer("C-1", "Acme"))
    office.fail(number)
    path = f"/admin/jobs/{number}/correct"
    early = office.ada.get(path)
    office.fill(path, name="Acme Two")
    office.fail(number)
    late = office.send(early, {"name": "Acme Three"}, path)
    assert late.status_code == 422
    assert "was corrected by somebody else meanwhile" in text_of(late)
    assert hidden(late, "name") == "Acme Three"
    assert office.payload(number)["name"] == "Acme Two"


def test_a_job_may_be_corrected_as_json_but_not_into_another_record(office: Office) -> None:
    (number,) = office.queue(customer("C-1", "Acme"))
    office.fail(number)
    path = f"/admin/jobs/{number}/correct"
    shown = office.fill(path, action="json")
    other = office.send(shown, {"lines": json.dumps(customer("C-2", "Acme"))}, path)
    assert "with the external_id 'C-1'" in text_of(other)
    wrong = office.send(shown, {"lines": json.dumps(customer("C-1", ""))}, path)
    assert "name: is empty." in text_of(wrong)
    assert job_made(office.send(shown, {"lines": json.dumps(customer("C-1", "Birch"))}, path)) == number
    assert office.payload(number) == {"name": "Birch"}


def test_a_job_that_is_on_its_way_or_not_there_cannot_be_corrected(office: Office) -> None:
    (number,) = office.queue(customer("C-1", "Acme"))
    answer = office.ada.get(f"/admin/jobs/{number}/correct")
    assert answer.status_code == 409
    assert "on its way" in text_of(answer)
    assert office.ada.get("/admin/jobs/999/correct").status_code == 404
    assert office.ada.post("/admin/jobs/999/correct").status_code == 404


def test_a_very_long_invoice_is_read_to_its_last_line(office: Office) -> None:
    lines = {
        f"lines-{number}-{name}": text for number in range(805) for name, text in (("item", "Labor"), ("rate", "2"))
    }
    made = job_made(office.fill("/admin/new/invoice", customer_ref="Birch", action="queue", **lines))
    assert len(office.payload(made)["lines"]) == 805
