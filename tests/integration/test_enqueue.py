"""Handing in jobs: all or none, each once, corrections of what never reached the books."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from qbwc_server import companies, jobs
from qbwc_server.db import Database, tables
from qbwc_server.errors import PayloadRefused
from qbwc_server.jobs import Applied, Enqueued, Status
from tests.support.desk import customer, invoice, payment
from tests.support.doubles import SeededChance
from tests.support.queueing import QueueDesk, at, below, enqueue_elsewhere, lines
from tests.support.together import at_the_same_moment

A_FEW_SECONDS = 60.0
"""On a machine with other things to do; alone it takes a tenth, and anything that grows with the square many times as
long."""


def test_the_jobs_of_a_file_are_queued_and_numbered_in_its_order(desk: QueueDesk) -> None:
    given = [customer(f"C-{number}") for number in range(50)]
    results = desk.enqueue(*given)
    assert [result.external_id for result in results] == [f"C-{number}" for number in range(50)]
    assert {(result.status, result.created) for result in results} == {(Status.QUEUED, True)}
    assert all(one.id < two.id for one, two in pairwise(results))


def test_a_queued_job_knows_what_was_asked_and_is_ready_at_once(desk: QueueDesk) -> None:
    desk.enqueue(at(7, customer("C-1", name="Acme Hardware", phone="555-0100")))
    job = desk.job("C-1")
    assert json.loads(job.payload) == {"name": "Acme Hardware", "phone": "555-0100"}
    assert (job.kind, job.family, job.operation, job.step) == ("customer", "customer", "add", "add")
    assert (job.label, job.priority, job.rank) == ("Customer Acme Hardware", 7, 7)
    assert (job.status, job.applied, job.error, job.attempts) == (Status.QUEUED, Applied.NO, None, 0)
    assert job.created_at == job.updated_at == job.due_at == desk.clock.now()
    assert desk.ready() == ["C-1"]


def test_every_job_has_a_guid_of_its_own(desk: QueueDesk) -> None:
    desk.enqueue(*(customer(f"C-{number}") for number in range(20)))
    assert len({desk.job(f"C-{number}").guid for number in range(20)}) == 20


def test_nothing_is_taken_if_one_job_is_wrong_and_everything_wrong_is_said_at_once(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"))
    desk.cancel("C-2")
    problems = desk.refused(
        customer("C-3"),
        customer("C-1", name="Another name"),
        invoice("INV-1", to="C-9"),
        invoice("INV-2", to="C-2"),
        customer("C-4", **below("C-5")),
        customer("C-5", **below("C-4")),
        customer("C-3", name="Not the first one"),
        invoice("INV-3", to="C-8", class_ref="Shop", lines=[{"item_ref": {"external_id": "I-1"}, "amount": "1.00"}]),
    )
    said = [(problem.line, problem.path) for problem in problems]
    assert said == [
        (2, "external_id"),
        (3, "customer_ref"),
        (4, "customer_ref"),
        (5, "parent_ref"),
        (7, "external_id"),
        (8, "customer_ref"),
        (8, "lines[0].item_ref"),
    ]
    assert all(problem.remedy for problem in problems)
    assert desk.count() == 2


def test_the_same_job_again_is_the_first_one(desk: QueueDesk) -> None:
    (first,) = desk.enqueue(customer("C-1"))
    (again,) = desk.enqueue(customer("C-1"))
    assert again == Enqueued(first.id, "C-1", Status.QUEUED, created=False)
    assert [event.reason for event in desk.history("C-1")] == ["enqueued"]


def test_the_same_job_twice_in_a_file_is_one_job(desk: QueueDesk) -> None:
    one, other, two = desk.enqueue(customer("C-1"), customer("C-2"), customer("C-1"))
    assert (one.id, one.created) == (two.id, not two.created)
    assert other.id != one.id
    assert desk.count() == 2


def test_the_same_content_may_be_written_in_another_way(desk: QueueDesk) -> None:
    (first,) = desk.enqueue(customer("C-1", credit_limit="60.00", notes=None))
    (again,) = desk.enqueue({"payload": {"credit_limit": 60, "name": "C-1"}, **_without_payload(customer("C-1"))})
    assert (again.id, again.created) == (first.id, False)


def _without_payload(given: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key != "payload"}


@pytest.mark.parametrize("status", Status)
def test_the_same_content_is_the_same_job_in_every_state(desk: QueueDesk, status: Status) -> None:
    (first,) = desk.enqueue(customer("C-1"))
    if status is not Status.QUEUED:
        desk.becomes("C-1", status)
    before = desk.job("C-1")
    (again,) = desk.enqueue(customer("C-1"))
    assert again == Enqueued(first.id, "C-1", status, created=False)
    assert desk.job("C-1") == before


def test_an_external_id_is_unique_in_its_family_and_company_alone(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    desk.enqueue(customer("1"), invoice("1", to="1"), payment("1", of="1", to="1"))
    other.enqueue(customer("1", name="Not the same"))
    assert desk.count() == 4


def test_external_ids_that_differ_by_a_capital_or_an_accent_are_two(desk: QueueDesk) -> None:
    desk.enqueue(
        customer("c-1"), customer("C-1"), customer("caf\u00e9", name="Cafe"), customer("cafe\u0301", name="Cafe")
    )
    assert desk.count() == 4


def test_other_content_for_the_same_id_in_a_file_names_the_first_line(desk: QueueDesk) -> None:
    (problem,) = desk.refused(customer("C-1"), customer("C-2"), customer("C-1", name="Acme"))
    assert str(problem).startswith("line 3: external_id: stands in line 1 with other content")


@pytest.mark.parametrize(
    "status",
    [Status.QUEUED, Status.SENT, Status.IN_DOUBT, Status.RETRYING, Status.DONE],
    ids=lambda status: status.value,
)
def test_other_content_for_a_job_on_its_way_or_in_the_books_is_refused_with_both_shown(
    desk: QueueDesk, status: Status
) -> None:
    (first,) = desk.enqueue(customer("C-1", name="Acme Hardware"))
    if status is not Status.QUEUED:
        desk.becomes("C-1", status)
    before = desk.job("C-1")
    (problem,) = desk.refused(customer("C-1", name="Acme Software"))
    assert (problem.line, problem.path) == (1, "external_id")
    for shown in (f"job {first.id}", status, '{"name":"Acme Hardware"}', '{"name":"Acme Software"}'):
        assert shown in problem.message
    assert desk.job("C-1") == before


@pytest.mark.parametrize("status", [Status.FAILED, Status.BLOCKED, Status.HELD, Status.CANCELLED])
def test_other_content_corrects_a_job_that_never_reached_the_books(desk: QueueDesk, status: Status) -> None:
    (first,) = desk.enqueue(customer("C-1", name="Acme Hardwear"))
    desk.becomes("C-1", status, attempts=3, search_group="suspects")
    before = desk.job("C-1")
    desk.clock.advance(hours=1)
    (again,) = desk.enqueue(at(4, customer("C-1", name="Acme Hardware")))
    assert again == Enqueued(first.id, "C-1", Status.QUEUED, created=False)
    job = desk.job("C-1")
    assert json.loads(job.payload) == {"name": "Acme Hardware"}
    assert (job.label, job.priority, job.rank, job.guid) == ("Customer Acme Hardware", 4, 4, before.guid)
    assert (job.error, job.remedy, job.attempts, job.search_group, job.finished_at) == (None, None, 0, None, None)
    assert (job.due_at, job.created_at) == (desk.clock.now(), before.created_at)
    assert desk.ready() == ["C-1"]
    last = desk.history("C-1")[-1]
    assert (last.from_status, last.to_status, last.actor, last.at) == (
        status,
        "queued",
        "command line",
        desk.clock.now(),
    )
    assert json.loads(last.detail or "") == {"name": "Acme Hardwear"}


@pytest.mark.parametrize("applied", [Applied.UNKNOWN, Applied.YES])
@pytest.mark.parametrize("status", [Status.FAILED, Status.HELD])
def test_a_job_that_may_be_in_the_books_is_never_corrected(desk: QueueDesk, status: Status, applied: Applied) -> None:
    desk.enqueue(customer("C-1", name="Acme Hardware"))
    desk.becomes("C-1", status, applied=applied)
    (problem,) = desk.refused(customer("C-1", name="Acme Software"))
    assert status in problem.message
    assert json.loads(desk.job("C-1").payload) == {"name": "Acme Hardware"}


def test_an_item_may_be_corrected_into_another_kind_of_item(desk: QueueDesk) -> None:
    account = {"price": "60.00", "account_ref": "Sales"}
    item = {"operation": "add", "external_id": "I-1", "payload": {"name": "Labor", "sales_or_purchase": account}}
    (first,) = desk.enqueue({"kind": "item_service", **item})
    (problem,) = desk.refused({"kind": "item_non_inventory", **item})
    assert "there item_service {" in problem.message
    assert "here item_non_inventory {" in problem.message
    desk.fails("I-1")
    (again,) = desk.enqueue({"kind": "item_non_inventory", **item})
    assert again.id == first.id
    assert desk.job("I-1").kind == "item_non_inventory"
    assert "item_service" in desk.history("I-1")[-1].reason


def test_a_corrected_job_waits_for_what_its_new_payload_refers_to(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"), invoice("INV-1", to="C-1"))
    desk.becomes("INV-1", Status.HELD)
    desk.enqueue(invoice("INV-1", to="C-2"))
    desk.booked("C-1")
    assert desk.job("INV-1").waiting_for == 1
    desk.booked("C-2")
    assert desk.ready() == ["INV-1"]


def test_a_corrected_job_that_refers_to_nothing_any_more_is_ready(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.fails("C-1")
    desk.enqueue({**invoice("INV-1", to=""), "payload": _to_a_name(invoice("INV-1", to="C-1"))})
    assert desk.ready() == ["INV-1"]


def _to_a_name(given: Any) -> dict[str, Any]:
    return {**given["payload"], "customer_ref": "Acme Hardware"}


def test_correcting_a_failed_job_releases_everything_that_waits_for_it(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"), payment("P-1", of="C-1", to="INV-1"))
    desk.fails("C-1")
    assert desk.statuses("INV-1", "P-1") == {"INV-1": "blocked", "P-1": "blocked"}
    desk.enqueue(customer("C-1", name="Acme"))
    assert desk.statuses("C-1", "INV-1", "P-1") == dict.fromkeys(("C-1", "INV-1", "P-1"), "queued")
    assert desk.ready() == ["C-1"]


def test_a_job_corrected_to_refer_to_a_failed_one_is_blocked_and_releases_nothing(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), customer("C-2"), customer("C-3", **below("C-2")))
    desk.fails("C-1")
    desk.fails("C-2")
    (result,) = desk.enqueue(customer("C-2", **below("C-1")))
    assert result.status is Status.BLOCKED
    assert desk.statuses("C-2", "C-3") == {"C-2": "blocked", "C-3": "blocked"}
    desk.retry("C-1")
    assert desk.statuses("C-2", "C-3") == {"C-2": "queued", "C-3": "queued"}


def test_a_corrected_file_may_be_handed_in_whole(desk: QueueDesk) -> None:
    good, bad = customer("C-2"), customer("C-1", name="Acme Hardwear")
    desk.enqueue(bad, good, invoice("INV-1", to="C-1"), invoice("INV-2", to="C-2"))
    desk.fails("C-1")
    desk.booked("C-2")
    results = desk.enqueue(customer("C-1", name="Acme"), good, invoice("INV-1", to="C-1"), invoice("INV-2", to="C-2"))
    assert [(result.status, result.created) for result in results] == [
        (Status.QUEUED, False),
        (Status.DONE, False),
        (Status.QUEUED, False),
        (Status.QUEUED, False),
    ]


def test_a_job_corrected_after_a_missing_name_may_miss_the_same_name_again(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"), invoice("INV-1", to="C-1"))
    desk.booked("C-1")
    desk.misses("INV-1", "Item:Labor")
    desk.enqueue(invoice("INV-1", to="C-1", memo="corrected"))
    assert desk.job("INV-1").missing_name is None
    desk.misses("INV-1", "Item:Labor")
    assert desk.job("INV-1").missing_name == "Item:Labor"


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        (invoice("INV-1", to="C-9"), "customer_ref", "no customer with external_id 'C-9' is known"),
        (customer("C-1", **below("C-9")), "parent_ref", "no customer with external_id 'C-9' is known"),
        (payment("P-1", of="C-8", to="INV-9"), "applied_to[0].txn", "no invoice with external_id 'INV-9' is known"),
        (
            invoice(
                "INV-1", to="C-8", lines=[{"desc": "text"}, {"item_ref": {"external_id": "I-9"}, "amount": "1.00"}]
            ),
            "lines[1].item_ref",
            "no item with external_id 'I-9' is known",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unknown_reference_is_refused_with_its_line_and_path(
    desk: QueueDesk, given: Any, path: str, message: str
) -> None:
    (problem,) = desk.refused(customer("C-8"), given)
    assert (problem.line, problem.path, problem.message) == (2, path, message)


def test_jobs_and_records_of_another_company_are_no_targets(desk: QueueDesk, db: Database) -> None:
    other = QueueDesk(db, desk.clock, desk.chance, company="Beta")
    other.enqueue(customer("C-1"), customer("C-2"))
    other.booked("C-2")
    problems = desk.refused(invoice("INV-1", to="C-1"), invoice("INV-2", to="C-2"))
    assert [problem.line for problem in problems] == [1, 2]


def test_a_reference_to_a_cancelled_job_is_refused_with_its_line_and_path(desk: QueueDesk) -> None:
    desk.enqueue(customer("C-1"))
    desk.cancel("C-1")
    (problem,) = desk.refused(customer("C-1"), invoice("INV-1", to="C-1"))
    assert (problem.line, problem.path) == (2, "customer_ref")
    assert "was cancelled" in problem.message
    desk.enqueue(customer("C-1", name="taken up again"), invoice("INV-1", to="C-1"))
    assert desk.ready() == ["C-1"]


@pytest.mark.parametrize(
    ("parents", "circle"),
    [
        ({"A": "A"}, "A -> A"),
        ({"A": "B", "B": "A"}, "A -> B -> A"),
        ({"A": "B", "B": "C", "C": "A"}, "A -> B -> C -> A"),
    ],
)
def test_a_circle_in_a_file_is_refused_with_the_way_around(
    desk: QueueDesk, parents: dict[str, str], circle: str
) -> None:
    (problem,) = desk.refused(*(customer(key, **below(parent)) for key, parent in parents.items()))
    assert (problem.line, problem.path) == (1, "parent_ref")
    assert circle in problem.message
    assert desk.count() == 0


def test_a_circle_is_told_at_a_job_on_it_and_not_at_one_that_leads_to_it(desk: QueueDesk) -> None:
    (problem,) = desk.refused(
        invoice("INV-1", to="A"), customer("A", **below("B")), customer("B", **below("C")), customer("C", **below("B"))
    )
    assert (problem.line, problem.path) == (3, "parent_ref")
    assert "B -> C -> B" in problem.message


def test_two_circles_of_a_file_are_both_told(desk: QueueDesk) -> None:
    problems = desk.refused(
        customer("A", **below("B")),
        customer("B", **below("A")),
        customer("C", **below("D")),
        customer("D", **below("C")),
    )
    assert [problem.line for problem in problems] == [1, 3]


def test_a_circle_through_a_corrected_job_is_refused_where_the_file_closes_it(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"), customer("B", **below("A")), customer("C", **below("B")))
    desk.fails("A")
    (problem,) = desk.refused(customer("X", **below("A")), customer("A", **below("C")))
    assert (problem.line, problem.path) == (2, "parent_ref")
    assert "A -> C -> B -> A" in problem.message
    assert desk.statuses("A", "B", "C") == {"A": "failed", "B": "blocked", "C": "blocked"}


def test_a_correction_that_opens_a_circle_of_before_is_none(desk: QueueDesk) -> None:
    desk.enqueue(customer("A"), customer("B", **below("A")))
    desk.fails("A")
    desk.enqueue(customer("A", **below("B")), customer("B", name="on top now"))
    desk.booked("B")
    assert desk.ready() == ["A"]


def test_references_may_stand_before_what_they_refer_to(desk: QueueDesk) -> None:
    desk.enqueue(payment("P-1", of="C-1", to="INV-1"), invoice("INV-1", to="C-1"), customer("C-1"))
    order = []
    while ready := desk.ready():
        order += ready
        for external_id in ready:
            desk.booked(external_id)
    assert order == ["C-1", "INV-1", "P-1"]


def test_a_record_without_a_job_is_a_known_reference(desk: QueueDesk, db: Database) -> None:
    with db.write() as c:
        known = {"company_id": desk.company_id, "family": "customer", "external_id": "C-1", "qb_id": "80000001-1"}
        c.execute(tables.record.insert().values(**known, recorded_at=desk.clock.now()))
    desk.enqueue(invoice("INV-1", to="C-1"))
    assert desk.ready() == ["INV-1"]


def test_one_record_named_twice_in_a_payload_is_waited_for_once(desk: QueueDesk) -> None:
    line = {"item_ref": {"external_id": "I-1"}, "amount": "1.00"}
    item = {"name": "Labor", "sales_or_purchase": {"price": "60.00", "account_ref": "Sales"}}
    desk.enqueue(
        invoice("INV-1", to="C-1", lines=[line, line]),
        customer("C-1"),
        {"kind": "item_service", "operation": "add", "external_id": "I-1", "payload": item},
    )
    assert desk.job("INV-1").waiting_for == 2


def said(desk: QueueDesk, file: str) -> list[tuple[int | None, str]]:
    """Line and path of everything that is said against a file."""
    with pytest.raises(PayloadRefused) as refusal:
        desk.hand_in(file)
    return [(problem.line, problem.path) for problem in refusal.value.problems]


def test_errors_of_fields_and_errors_between_jobs_come_at_once(desk: QueueDesk) -> None:
    file = lines(
        customer("C-1", phone=5550100),
        customer("C-2", **below("C-3")),
        customer("C-3", **below("C-2")),
        invoice("INV-1", to="C-9"),
        customer("C-2", name="Other"),
        invoice("INV-2", to="C-8", memo=7),
    )
    assert said(desk, file) == [
        (1, "phone"),
        (2, "parent_ref"),
        (4, "customer_ref"),
        (5, "external_id"),
        (6, "memo"),
        (6, "customer_ref"),
    ]


def test_a_reference_to_a_job_that_is_refused_itself_is_not_unknown(desk: QueueDesk) -> None:
    file = lines(customer("C-1", phone=5550100), invoice("INV-1", to="C-1"), invoice("INV-2", to="INV-1"))
    assert said(desk, file) == [(1, "phone"), (3, "customer_ref")]


@pytest.mark.parametrize(
    ("key", "value"), [("kind", "custmer"), ("operation", "void"), ("external_id", 17), ("priority", "high")]
)
def test_a_job_refused_for_what_is_around_its_payload_is_a_target_too(desk: QueueDesk, key: str, value: object) -> None:
    file = lines({**customer("17"), key: value}, invoice("INV-1", to="17"), invoice("INV-2", to="18"))
    assert said(desk, file) == [(1, key), (3, "customer_ref")]


def test_a_reference_to_what_no_kind_makes_is_told_once(desk: QueueDesk) -> None:
    file = lines(customer("C-1", terms_ref={"external_id": "T-1"}))
    assert said(desk, file) == [(1, "terms_ref.external_id")]


@pytest.mark.parametrize("broken", ['{{"kind": "customer", "external_id": "{0}"', '{{"external_id": "{0}, "kind":}}'])
def test_a_reference_to_what_may_stand_in_an_unreadable_line_is_not_unknown(desk: QueueDesk, broken: str) -> None:
    file = f"{broken.format('C-1')}\n" + lines(invoice("INV-1", to="C-1"), invoice("INV-2", to="C-2"))
    assert said(desk, file) == [(1, ""), (3, "customer_ref")]


def test_a_circle_is_told_also_where_a_field_is_wrong(desk: QueueDesk) -> None:
    file = lines(customer("C-1", phone=5550100, **below("C-2")), customer("C-2", **below("C-1")))
    assert sorted(said(desk, file)) == [(1, "parent_ref"), (1, "phone")]


def test_a_second_content_is_told_also_where_a_field_is_wrong(desk: QueueDesk) -> None:
    wrong = customer("C-4", phone=5550100)
    file = lines(customer("C-1", phone=5550100), customer("C-1", name="Other"), wrong, wrong)
    assert said(desk, file) == [(1, "phone"), (2, "external_id"), (3, "phone"), (4, "phone")]


def test_a_call_from_python_is_told_which_of_its_jobs_is_wrong(desk: QueueDesk, db: Database) -> None:
    given = jobs.read_dicts([customer("C-1"), invoice("INV-1", to="C-9"), customer("C-1", name="Acme")])
    with pytest.raises(PayloadRefused) as refusal, db.write() as c:
        jobs.enqueue(c, desk.company_id, given, desk.clock, desk.chance, actor="Python call")
    said = [str(problem) for problem in refusal.value.problems]
    assert [line.split(":")[0] for line in sorted(said)] == ["jobs[1].customer_ref", "jobs[2].external_id"]
    assert "stands in jobs[0] with other content" in sorted(said)[1]
    (alone,) = jobs.read_dicts([invoice("INV-1", to="C-9")])
    with pytest.raises(PayloadRefused, match="^customer_ref: "), db.write() as c:
        jobs.enqueue(c, desk.company_id, [alone], desk.clock, desk.chance, actor="Python call")


def test_the_places_of_a_call_count_what_was_refused_too(desk: QueueDesk, db: Database) -> None:
    given = jobs.survey_dicts([customer("C-1", phone=5550100), customer("C-2"), invoice("INV-1", to="C-9")])
    with pytest.raises(PayloadRefused) as refusal, db.write() as c:
        jobs.enqueue(c, desk.company_id, given.jobs, desk.clock, desk.chance, actor="x", refused=given.refused)
    assert [problem.path for problem in refusal.value.problems] == ["jobs[0].phone", "jobs[2].customer_ref"]


def test_an_empty_hand_in_is_no_error(desk: QueueDesk, db: Database) -> None:
    with db.write() as c:
        assert jobs.enqueue(c, desk.company_id, [], desk.clock, desk.chance, actor="Python call") == []


def test_when_the_transaction_fails_after_enqueueing_nothing_is_there(desk: QueueDesk, db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as c:
        new_jobs = jobs.read_lines(lines(customer("C-1"), invoice("INV-1", to="C-1")))
        jobs.enqueue(c, desk.company_id, new_jobs, desk.clock, desk.chance, actor="command line")
        raise ZeroDivisionError
    assert desk.count() == 0
    with db.read() as c:
        assert c.execute(sa.select(tables.job_event)).all() == []


def test_threads_that_hand_in_the_same_file_at_once_make_each_job_once(desk: QueueDesk, database_url: str) -> None:
    given = [customer("C-1"), *(invoice(f"INV-{number}", to="C-1") for number in range(30))]
    barrier = threading.Barrier(6)

    def hand_in(_number: int) -> list[Enqueued]:
        database = Database(database_url, durable=False)
        try:
            with database.read() as c:
                company_id = companies.get(c, "Acme").id
            barrier.wait(timeout=30)
            with database.write() as c:
                new_jobs = jobs.read_lines(lines(*given))
                return jobs.enqueue(c, company_id, new_jobs, desk.clock, SeededChance(_number), actor="command line")
        finally:
            database.close()

    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(hand_in, range(6)))
    assert {tuple(result.id for result in one) for one in results} == {tuple(result.id for result in results[0])}
    assert sum(result.created for one in results for result in one) == len(given)
    assert desk.count() == len(given)


def test_processes_that_hand_in_the_same_file_at_once_make_each_job_once(desk: QueueDesk, database_url: str) -> None:
    given = [customer("C-1"), *(invoice(f"INV-{number}", to="C-1") for number in range(30))]
    results = at_the_same_moment(3, enqueue_elsewhere, database_url, "Acme", given)
    assert {tuple(result.id for result in one) for one in results} == {tuple(result.id for result in results[0])}
    assert sum(result.created for one in results for result in one) == len(given)
    assert desk.count() == len(given)


def test_hand_ins_for_one_company_wait_for_each_other_and_both_succeed(
    desk: QueueDesk, db: Database, database_url: str
) -> None:
    started = threading.Event()

    def second() -> list[Enqueued]:
        database = Database(database_url, durable=False)
        try:
            started.set()
            with database.write() as c:
                new_jobs = jobs.read_lines(lines(customer("C-1"), invoice("INV-1", to="C-1")))
                return jobs.enqueue(c, desk.company_id, new_jobs, desk.clock, SeededChance(2), actor="command line")
        finally:
            database.close()

    with ThreadPoolExecutor(1) as thread:
        with db.write() as c:
            new_jobs = jobs.read_lines(lines(customer("C-1")))
            jobs.enqueue(c, desk.company_id, new_jobs, desk.clock, desk.chance, actor="command line")
            other = thread.submit(second)
            assert started.wait(timeout=30)
            time.sleep(0.3)
            assert not other.done()
        results = other.result(timeout=30)
    assert [result.created for result in results] == [False, True]


def test_a_chain_of_three_thousand_jobs_in_one_file_is_taken_in_a_few_seconds(desk: QueueDesk) -> None:
    length = 3000
    chain = [customer(f"N{step}", **below(f"N{step + 1}")) for step in range(length - 1)]
    begin = time.monotonic()
    desk.enqueue(*chain, customer(f"N{length - 1}"))
    assert desk.ready() == [f"N{length - 1}"]
    desk.enqueue(at(5, customer("late", **below("N0"))))
    assert desk.job(f"N{length - 1}").rank == 5
    desk.fails(f"N{length - 1}")
    assert desk.job("late").status is Status.BLOCKED
    desk.retry(f"N{length - 1}")
    assert desk.job("late").status is Status.QUEUED
    assert len(desk.cancel(f"N{length - 1}", with_dependents=True)) == length + 1
    assert time.monotonic() - begin < A_FEW_SECONDS


def test_a_circle_of_three_thousand_jobs_is_found_without_running_out_of_stack(desk: QueueDesk) -> None:
    length = 3000
    (problem,) = desk.refused(*(customer(f"N{step}", **below(f"N{(step + 1) % length}")) for step in range(length)))
    assert problem.line == 1
    assert len(problem.message) < 1000


def test_five_thousand_jobs_are_taken_in_a_few_seconds(desk: QueueDesk) -> None:
    begin = time.monotonic()
    results = desk.enqueue(customer("C-1"), *(invoice(f"INV-{number}", to="C-1") for number in range(5000)))
    assert all(one.id < two.id for one, two in pairwise(results))
    desk.fails("C-1")
    desk.retry("C-1")
    desk.booked("C-1")
    assert len(desk.ready(limit=50)) == 50
    assert time.monotonic() - begin < A_FEW_SECONDS
