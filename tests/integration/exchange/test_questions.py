"""What a person is asked about held jobs, and what each answer leads to."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from qbwc_server import exchange, jobs, records
from qbwc_server.db import Database, tables
from qbwc_server.errors import JobRefused, PayloadRefused, UnknownJob
from qbwc_server.exchange import Verb
from qbwc_server.jobs import Applied, Event, Job, Status
from tests.support.desk import Desk, Sent, customer, invoice

UNKNOWN = '<QBXML><QBXMLMsgsRs newMessageSetID="{}" messageSetStatusCode="9002"/></QBXML>'
ABSENT = "<QBXML><QBXMLMsgsRs/></QBXML>"


def answer(
    desk: Desk, who: Sequence[str], verb: Verb, *values: str, whole_set: bool = False, **more: bool
) -> list[Job]:
    ids = [desk.job(each).id for each in who]
    with desk.db.write() as c:
        return exchange.answer(c, ids, verb, values, desk.clock, whole_set=whole_set, actor="command line", **more)


def refusal(desk: Desk, who: Sequence[str], verb: Verb, *values: str, **more: bool) -> str:
    with pytest.raises((JobRefused, PayloadRefused)) as refused:
        answer(desk, who, verb, *values, **more)
    return str(refused.value)


def history(desk: Desk, external_id: str) -> list[Event]:
    with desk.db.read() as c:
        return jobs.job_story(c, desk.job(external_id).id).events


def look_alikes(search: Sent, names: Sequence[str]) -> str:
    """The answer to a search: customers without a GUID under these names."""
    inner = ""
    for request in search.requests:
        name = request.element.findtext("NameFilter/Name")
        ret = (
            f"<CustomerRet><ListID>8000{names.index(name)}000-1</ListID><Name>{name}</Name></CustomerRet>"
            if name in names
            else ""
        )
        code = 0 if ret else 1
        inner += f'<CustomerQueryRs requestID="{request.request_id}" statusCode="{code}">{ret}</CustomerQueryRs>'
    return f"<QBXML><QBXMLMsgsRs>{inner}</QBXMLMsgsRs></QBXML>"


def recovery_works(desk: Desk) -> None:
    """As an earlier set has shown."""
    with desk.db.write() as c:
        c.execute(sa.update(tables.company).values(recovery="works"))


def held(desk: Desk, names: Sequence[str], alike: Sequence[str], status: str = UNKNOWN) -> Sent:
    """A set that was never answered and is looked for; for the names in `alike` a person is asked."""
    if status == UNKNOWN:
        recovery_works(desk)
    desk.enqueue(*(customer(name) for name in names))
    lost = desk.send(desk.greet())
    desk.clock.advance(hours=25)
    ticket = desk.log_in()
    assert desk.send(ticket).is_check
    desk.hand_in(ticket, status.format(lost.new_id))
    search = desk.send(ticket)
    assert search.is_search
    desk.hand_in(ticket, look_alikes(search, alike))
    desk.exchange.close(ticket)
    assert [desk.job(name).question for name in alike] == ["in-the-books"] * len(alike)
    return lost


def test_booked_records_the_id_and_lets_go_what_waits(desk: Desk, db: Database) -> None:
    held(desk, ["C-1"], ["C-1"])
    desk.enqueue(invoice("INV-1", "C-1"))
    (job,) = answer(desk, ["C-1"], Verb.BOOKED, "80000000-1")
    assert (job.status, job.applied, job.list_id, job.error, job.question) == (
        Status.DONE,
        Applied.YES,
        "80000000-1",
        None,
        None,
    )
    assert desk.job("INV-1").waiting_for == 0
    with db.read() as c:
        assert records.find(c, job.company_id, [("customer", "C-1")])[("customer", "C-1")].qb_id == "80000000-1"
    assert history(desk, "C-1")[-1].actor == "command line"
    assert "80000000-1" in history(desk, "C-1")[-1].reason
    assert desk.send(desk.log_in()).titles == ["INV-1"]


def test_not_booked_for_a_whole_set_sends_the_identical_text_again_where_recovery_works(desk: Desk) -> None:
    lost = held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    changed = answer(desk, ["C-1"], Verb.NOT_BOOKED, whole_set=True)
    assert [job.status for job in changed] == [Status.IN_DOUBT] * 2
    ticket = desk.log_in()
    check = desk.send(ticket)
    assert check.is_check
    desk.hand_in(ticket, UNKNOWN.format(lost.new_id))
    again = desk.send(ticket)
    assert again.text == lost.text
    assert desk.answer(ticket, again) == 100
    assert set(desk.statuses().values()) == {Status.DONE}


def test_not_booked_plans_anew_where_recovery_does_not_work(desk: Desk) -> None:
    lost = held(desk, ["C-1", "C-2"], ["C-1", "C-2"], ABSENT)
    answer(desk, ["C-1", "C-2"], Verb.NOT_BOOKED)
    assert [(job.status, job.applied) for job in desk.jobs()] == [(Status.QUEUED, Applied.NO)] * 2
    again = desk.send(desk.log_in())
    assert again.titles == ["C-1", "C-2"]
    assert again.new_id != lost.new_id


def test_half_an_answer_waits_for_the_other_half(desk: Desk) -> None:
    held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    job = desk.job("C-1")
    assert (job.status, job.question) == (Status.HELD, "in-the-books")
    assert "when the others of its set are answered" in (job.error or "")
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"
    answer(desk, ["C-2"], Verb.BOOKED, "80001000-1")
    assert desk.statuses() == {"C-1": Status.QUEUED, "C-2": Status.DONE}
    assert desk.send(desk.log_in()).titles == ["C-1"]


def test_a_half_answer_can_be_taken_back(desk: Desk) -> None:
    held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    answer(desk, ["C-1"], Verb.BOOKED, "80000000-1")
    answer(desk, ["C-2"], Verb.NOT_BOOKED)
    assert desk.statuses() == {"C-1": Status.DONE, "C-2": Status.QUEUED}


def test_jobs_of_the_set_that_nobody_was_asked_about_are_looked_for_again(desk: Desk) -> None:
    lost = held(desk, ["C-1", "C-2"], ["C-1"])
    assert desk.statuses() == {"C-1": Status.HELD, "C-2": Status.IN_DOUBT}
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    assert desk.statuses() == {"C-1": Status.QUEUED, "C-2": Status.IN_DOUBT}
    ticket = desk.log_in()
    assert desk.send(ticket).is_check
    desk.hand_in(ticket, UNKNOWN.format(lost.new_id))
    search = desk.send(ticket)
    assert "C-1" not in [request.element.findtext("NameFilter/Name") for request in search.requests]
    desk.answer(ticket, search)
    assert desk.send(ticket).titles == ["C-1", "C-2"]


def test_shortly_after_sending_only_the_old_id_protects_so_a_new_set_waits(desk: Desk) -> None:
    recovery_works(desk)
    desk.enqueue(customer("C-1"), customer("C-2"))
    lost = desk.send(desk.greet())
    ticket = desk.log_in()
    desk.send(ticket)
    desk.hand_in(ticket, UNKNOWN.format(lost.new_id))
    desk.hand_in(ticket, look_alikes(desk.send(ticket), ["C-1", "C-2"]))
    answer(desk, ["C-1"], Verb.BOOKED, "80000000-1")
    answer(desk, ["C-2"], Verb.NOT_BOOKED)
    assert desk.job("C-2").status is Status.RETRYING
    desk.clock.advance(minutes=11)
    assert desk.send(desk.log_in()).titles == ["C-2"]


def test_several_ids_in_one_answer_go_to_the_jobs_in_order(desk: Desk) -> None:
    held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    answer(desk, ["C-2", "C-1"], Verb.BOOKED, "80001000-1", "80000000-1")
    assert {job.external_id: job.list_id for job in desk.jobs()} == {"C-1": "80000000-1", "C-2": "80001000-1"}
    assert desk.exchange.authenticate(desk.credentials.username, desk.credentials.password)[1] == "none"


def test_two_ids_are_settled_by_saying_which_is_right(desk: Desk, db: Database) -> None:
    desk.enqueue(customer("C-1"))
    ticket = desk.greet()
    sent = desk.send(ticket)
    desk.answer(ticket, sent)
    desk.answer(ticket, sent)  # the same text was carried out twice: a second ID
    job = desk.job("C-1")
    assert (job.status, job.question) == (Status.HELD, "two-ids")
    first, second = json.loads(job.question_detail or "")["ids"]
    assert "Possible: booked ID." in refusal(desk, ["C-1"], Verb.NOT_BOOKED)
    (job,) = answer(desk, ["C-1"], Verb.BOOKED, second)
    assert (job.status, job.list_id) == (Status.DONE, second)
    with db.read() as c:
        held_by = records.holders(c, job.company_id, [("customer", first), ("customer", second)])
    assert [record.qb_id for record in held_by.values()] == [second]
    assert first in (history(desk, "C-1")[-1].detail or "")


def test_an_answer_that_does_not_fit_the_question_is_refused_with_the_possible_ones(desk: Desk) -> None:
    held(desk, ["C-1"], ["C-1"])
    for verb, values in [(Verb.LINK, ["80000000-1"]), (Verb.RENAME, ["x"]), (Verb.SKIP, []), (Verb.ACCEPT, [])]:
        text = refusal(desk, ["C-1"], verb, *values)
        assert "Possible: booked ID | not-booked." in text
    assert desk.job("C-1").status is Status.HELD


def test_a_job_that_waits_for_no_answer_is_refused(desk: Desk) -> None:
    desk.enqueue(customer("C-1"))
    assert "is queued; nothing is asked about it" in refusal(desk, ["C-1"], Verb.SKIP)
    with pytest.raises(UnknownJob), desk.db.write() as c:
        exchange.answer(c, [999], Verb.SKIP, [], desk.clock, actor="test")


@pytest.mark.parametrize(
    "qb_id", ["", "nonsense", "80000000", "-", "80000000-1; DROP TABLE job", "8" * 30 + "-" + "1" * 9]
)
def test_what_is_no_id_is_refused(desk: Desk, qb_id: str) -> None:
    held(desk, ["C-1"], ["C-1"])
    assert "is no ListID" in refusal(desk, ["C-1"], Verb.BOOKED, qb_id)


def test_an_id_on_record_for_another_external_id_is_refused_naming_it(desk: Desk) -> None:
    held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    answer(desk, ["C-1"], Verb.BOOKED, "80000000-1")
    assert "on record for customer 'C-1'" in refusal(desk, ["C-2"], Verb.BOOKED, "80000000-1")


def test_the_number_of_ids_must_be_that_of_the_jobs_and_each_is_given_once(desk: Desk) -> None:
    held(desk, ["C-1", "C-2"], ["C-1", "C-2"])
    assert "booked needs 2 IDs" in refusal(desk, ["C-1", "C-2"], Verb.BOOKED, "80000000-1")
    assert "more than one job" in refusal(desk, ["C-1", "C-2"], Verb.BOOKED, "80000000-1", "80000000-1")
    assert "needs nothing behind it" in refusal(desk, ["C-1"], Verb.NOT_BOOKED, "80000000-1")
    assert set(desk.statuses().values()) == {Status.HELD}


def taken(desk: Desk, *names: str) -> None:
    """Customers whose names are taken by somebody, and held for that."""
    desk.enqueue(*(customer(name) for name in names))
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), dict.fromkeys(names, 3100))
    desk.answer(ticket, desk.send(ticket))
    desk.exchange.close(ticket)


def test_skip_cancels_by_the_rule_for_what_waits(desk: Desk) -> None:
    taken(desk, "C-1")
    desk.enqueue(invoice("INV-1", "C-1"))
    assert "--with-dependents" in refusal(desk, ["C-1"], Verb.SKIP)
    answer(desk, ["C-1"], Verb.SKIP, with_dependents=True)
    assert desk.statuses() == {"C-1": Status.CANCELLED, "INV-1": Status.CANCELLED}
    assert history(desk, "C-1")[-1].reason == "skipped"


def test_with_dependents_says_nothing_with_another_answer(desk: Desk) -> None:
    taken(desk, "C-1")
    assert "goes with skip alone" in refusal(desk, ["C-1"], Verb.RENAME, "C-2", with_dependents=True)


def test_skip_may_answer_for_the_whole_set(desk: Desk) -> None:
    taken(desk, "C-1", "C-2")
    answer(desk, ["C-1"], Verb.SKIP, whole_set=True)
    assert set(desk.statuses().values()) == {Status.CANCELLED}


@pytest.mark.parametrize(
    ("name", "reason"), [("a:b", "colon"), ("x" * 42, "at most 41"), (" x", "blank"), ("", "name"), ("c-1", "taken")]
)
def test_a_new_name_obeys_the_rules_of_names(desk: Desk, name: str, reason: str) -> None:
    taken(desk, "C-1")
    assert reason in refusal(desk, ["C-1"], Verb.RENAME, name)
    assert desk.job("C-1").status is Status.HELD


def test_the_old_payload_of_a_renamed_job_stays_in_its_history(desk: Desk) -> None:
    taken(desk, "C-1")
    answer(desk, ["C-1"], Verb.RENAME, "C-1 (new)")
    assert history(desk, "C-1")[-1].detail == '{"name":"C-1"}'
    assert desk.enqueue(customer("C-1", name="C-1 (new)"))[0].created is False
    assert desk.send(desk.log_in()).titles == ["C-1 (new)"]


def test_one_name_is_not_for_several_jobs(desk: Desk) -> None:
    taken(desk, "C-1", "C-2")
    assert "several jobs" in refusal(desk, ["C-1", "C-2"], Verb.RENAME, "C-9")


def test_a_link_to_an_entry_of_another_kind_is_refused(desk: Desk, db: Database) -> None:
    taken(desk, "C-1")
    shown = {"name": "C-1", "candidates": [{"type": "Vendor", "list_id": "80000099-1", "name": "C-1", "active": True}]}
    with db.write() as c:
        c.execute(sa.update(tables.job).values(question_detail=json.dumps(shown)))
    assert "is a Vendor in QuickBooks" in refusal(desk, ["C-1"], Verb.LINK, "80000099-1")
    answer(desk, ["C-1"], Verb.LINK, "80000098-1")
    assert desk.job("C-1").list_id == "80000098-1"


def test_asking_quickbooks_again_is_an_answer_too(desk: Desk) -> None:
    lost = held(desk, ["C-1", "C-2"], ["C-1"])
    with desk.db.write() as c:
        exchange.retry(c, [desk.job("C-1").id], desk.clock, actor="test")
    assert set(desk.statuses().values()) == {Status.IN_DOUBT}
    ticket = desk.log_in()
    assert desk.send(ticket).is_check
    desk.hand_in(ticket, desk.reply(lost, {}))
    assert set(desk.statuses().values()) == {Status.DONE}


def linked_to_the_next_id(desk: Desk) -> str:
    """C-1 is linked to an ID that nothing in QuickBooks has, and QuickBooks then gives it to C-2, a new customer."""
    taken(desk, "C-1")
    qb_id = f"{0x80000000 + desk.next_id:X}-1700000000"
    answer(desk, ["C-1"], Verb.LINK, qb_id)
    desk.enqueue(customer("C-2"), invoice("INV-1", "C-1"))
    return qb_id


def test_an_id_that_quickbooks_gave_to_another_job_than_a_person_said_can_be_taken_from_that(desk: Desk) -> None:
    qb_id = linked_to_the_next_id(desk)
    ticket = desk.log_in()
    sent = desk.send(ticket)
    assert sent.titles[0] == "C-2"
    desk.answer(ticket, sent, {"INV-1": 3180})
    assert (desk.job("C-2").status, desk.job("C-2").question) == (Status.HELD, "two-ids")
    assert "on record for customer 'C-1'" in (desk.job("C-2").error or "")

    answer(desk, ["C-2"], Verb.BOOKED, qb_id)

    assert (desk.job("C-2").status, desk.job("C-2").list_id) == (Status.DONE, qb_id)
    first = desk.job("C-1")
    assert (first.status, first.question) == (Status.HELD, "gone")
    assert f"is that of job {desk.job('C-2').id} (Customer C-2)" in (first.error or "")
    assert desk.job("INV-1").waiting_for == 1
    assert "on record for customer 'C-2'" in refusal(desk, ["C-1"], Verb.BOOKED, qb_id)

    answer(desk, ["C-1"], Verb.BOOKED, "80000777-1")

    assert desk.job("C-1").list_id == "80000777-1"
    assert desk.job("INV-1").waiting_for == 0


def test_a_link_that_was_wrong_can_be_undone_to_a_new_entry(desk: Desk) -> None:
    qb_id = linked_to_the_next_id(desk)
    ticket = desk.log_in()
    desk.answer(ticket, desk.send(ticket), {"INV-1": 3180})
    answer(desk, ["C-2"], Verb.BOOKED, qb_id)
    answer(desk, ["C-1"], Verb.NOT_BOOKED)
    desk.exchange.close(ticket)
    assert (desk.job("C-1").status, desk.job("C-1").list_id) == (Status.QUEUED, None)
    assert "C-1" in desk.send(desk.log_in()).titles


def test_an_item_is_not_linked_to_an_item_of_another_kind(desk: Desk, db: Database) -> None:
    price = {"price": "5.00", "account_ref": "Income"}
    item = {"kind": "item_service", "operation": "add", "external_id": "Labor"}
    desk.enqueue(item | {"payload": {"name": "Labor", "sales_or_purchase": price}})
    ticket = desk.greet()
    desk.answer(ticket, desk.send(ticket), {"Labor": 3100})
    desk.answer(ticket, desk.send(ticket))
    entry = {"type": "ItemInventory", "list_id": "80000099-1", "name": "Labor", "active": True}
    with db.write() as c:
        c.execute(sa.update(tables.job).values(question_detail=json.dumps({"name": "Labor", "candidates": [entry]})))
    text = refusal(desk, ["Labor"], Verb.LINK, "80000099-1")
    assert "80000099-1 is a ItemInventory in QuickBooks" in text
    assert "skip it and let others refer to that entry by its full name" in text
