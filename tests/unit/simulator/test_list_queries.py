"""Queries of lists: by key, by filter, and what they answer where nothing is found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qbwc_server.simulator import Person, QuickBooksSettings
from tests.unit.simulator.asking import GUID, Asked, customer, query, ref, service

NOTHING = (1, "Info", "A query request did not find a matching object in QuickBooks")
ALL = "<ActiveStatus>All</ActiveStatus>"


def name(*names: str) -> str:
    return "".join(f"<FullName>{one}</FullName>" for one in names)


def from_modified(moment: str, to: str = "") -> str:
    return f"<FromModifiedDate>{moment}</FromModifiedDate>" + (f"<ToModifiedDate>{to}</ToModifiedDate>" if to else "")


def named(criterion: str, text: str) -> str:
    return f"<NameFilter><MatchCriterion>{criterion}</MatchCriterion><Name>{text}</Name></NameFilter>"


def status(asked: Asked, request: str) -> tuple[int | None, str, str]:
    reply = asked.reply(request)
    return reply.status_code, reply.severity, reply.message


@pytest.fixture
def person(quickbooks: Asked) -> Person:
    return Person(quickbooks.books)


@pytest.mark.parametrize("text", ["Acme", "ACME", "acme"])
def test_a_name_is_found_in_upper_and_lower_case(quickbooks: Asked, text: str) -> None:
    reply = quickbooks.reply(query("CustomerQuery", name(text)))
    assert (reply.status_code, reply.severity, reply.message) == (0, "Info", "Status OK")
    assert reply.ret is not None
    assert (reply.ret.name, reply.ret.full_name, reply.ret.list_id) == (
        "CustomerRet",
        "Acme",
        quickbooks.document("Acme").id,
    )


def test_a_query_answers_what_the_add_answered(quickbooks: Asked) -> None:
    added = quickbooks.ret(
        customer("Beta", f"<CompanyName>B</CompanyName><Email>b@c.example</Email><ExternalGUID>{GUID}</ExternalGUID>")
    )
    found = quickbooks.ret(query("CustomerQuery", f"<ListID>{added.list_id}</ListID>"))
    assert [(node.tag, node.text) for node in found.element.iter("*")] == [
        (node.tag, node.text) for node in added.element.iter("*")
    ]
    assert found.external_guid == GUID


def test_a_quickbooks_that_does_not_echo_guids_does_not_tell_them_in_queries_either() -> None:
    asked = Asked(settings=QuickBooksSettings(echoes_guid=False))
    asked.ask(customer("Acme", f"<ExternalGUID>{GUID}</ExternalGUID>"))
    assert asked.ret(query("CustomerQuery", name("Acme"))).external_guid is None
    asked.books.close()


def test_keys_are_answered_once_each_in_the_order_in_which_they_were_asked(quickbooks: Asked) -> None:
    quickbooks.ask(customer("Beta"))
    assert quickbooks.found("CustomerQuery", name("Beta", "acme", "BETA")) == ["Beta", "Acme"]


def test_where_some_keys_are_missing_the_others_come_with_a_warning(quickbooks: Asked) -> None:
    reply = quickbooks.reply(query("CustomerQuery", name("Nobody & Sons".replace("&", "&amp;"), "Acme", "Else")))
    assert (reply.status_code, reply.severity) == (500, "Warn")
    assert reply.message == (
        "The query request has not been fully completed. There was a required element "
        '("Nobody & Sons") that could not be found in QuickBooks.'
    )
    assert [ret.full_name for ret in reply.rets] == ["Acme"]


def test_a_single_missing_key_is_that_warning_with_nothing_in_it(quickbooks: Asked) -> None:
    reply = quickbooks.reply(query("ItemQuery", "<ListID>80000077-1</ListID>"))
    assert (reply.status_code, reply.rets) == (500, ())
    assert '("80000077-1")' in reply.message


@pytest.mark.parametrize("list_id", ["", "Acme", "8000"])
def test_what_is_no_list_id_is_refused(quickbooks: Asked, list_id: str) -> None:
    code, message = quickbooks.refusal(query("CustomerQuery", f"<ListID>{list_id}</ListID>"))
    assert (code, message) == (3000, f'The given object ID "{list_id}" in the field "list id" is invalid.')


def test_a_query_finds_only_what_is_of_its_own_type(quickbooks: Asked, person: Person) -> None:
    vendor = person.type_name("Vendor", "Roofers")
    assert status(quickbooks, query("CustomerQuery", name("Roofers")))[0] == 500
    assert status(quickbooks, query("CustomerQuery", f"<ListID>{vendor}</ListID>"))[0] == 500
    assert quickbooks.found("VendorQuery", name("Roofers")) == ["Roofers"]


def test_an_entity_query_tells_which_list_a_name_is_in(quickbooks: Asked, person: Person) -> None:
    for list_type in ("Vendor", "Employee", "OtherName"):
        person.type_name(list_type, f"A {list_type}")
    reply = quickbooks.reply(query("EntityQuery", name("acme", "a vendor", "an employee", "A Employee", "A OtherName")))
    assert [(ret.name, ret.list_name) for ret in reply.rets] == [
        ("CustomerRet", "Acme"),
        ("VendorRet", "A Vendor"),
        ("EmployeeRet", "A Employee"),
        ("OtherNameRet", "A OtherName"),
    ]
    assert '("an employee")' in reply.message


def test_an_item_query_answers_all_types_of_items_mixed(quickbooks: Asked, person: Person) -> None:
    for item_type in ("ItemDiscount", "ItemSubtotal", "ItemOtherCharge", "ItemPayment", "ItemGroup"):
        person.type_name(item_type, f"My {item_type}")
    for item_type in ("ItemSalesTaxGroup", "ItemInventoryAssembly"):
        person.type_name(item_type, f"My {item_type}")
    rets = [ret.name for ret in quickbooks.reply(query("ItemQuery")).rets]
    assert rets == [
        "ItemSalesTaxRet",
        "ItemSalesTaxRet",
        "ItemServiceRet",
        "ItemDiscountRet",
        "ItemSubtotalRet",
        "ItemOtherChargeRet",
        "ItemPaymentRet",
        "ItemGroupRet",
        "ItemSalesTaxGroupRet",
        "ItemInventoryAssemblyRet",
    ]


@pytest.mark.parametrize(
    ("list_query", "text", "ret_name"),
    [
        ("AccountQuery", "consulting income", "AccountRet"),
        ("TermsQuery", "net 30", "StandardTermsRet"),
        ("PaymentMethodQuery", "check", "PaymentMethodRet"),
        ("SalesTaxCodeQuery", "non", "SalesTaxCodeRet"),
        ("SalesRepQuery", "dw", "SalesRepRet"),
        ("ShipMethodQuery", "ups", "ShipMethodRet"),
        ("CustomerMsgQuery", "Thank you for your business.", "CustomerMsgRet"),
        ("ItemQuery", "state tax", "ItemSalesTaxRet"),
        ("VendorQuery", "State Revenue Department", "VendorRet"),
        ("ClassQuery", "North", "ClassRet"),
        ("CustomerTypeQuery", "Retail", "CustomerTypeRet"),
        ("JobTypeQuery", "Repair", "JobTypeRet"),
        ("PriceLevelQuery", "Friends", "PriceLevelRet"),
    ],
)
def test_a_name_is_found_in_every_list(
    quickbooks: Asked, person: Person, list_query: str, text: str, ret_name: str
) -> None:
    for list_type, one in [
        ("Class", "North"),
        ("CustomerType", "Retail"),
        ("JobType", "Repair"),
        ("PriceLevel", "Friends"),
    ]:
        person.type_name(list_type, one)
    ret = quickbooks.ret(query(list_query, name(text)))
    assert (ret.name, (ret.list_name or "").casefold()) == (ret_name, text.casefold())
    assert status(quickbooks, query(list_query, name("No Such")))[0] == 500


def test_a_company_file_with_one_currency_has_no_list_of_them(quickbooks: Asked) -> None:
    assert quickbooks.refusal(query("CurrencyQuery", name("Euro")))[0] == 3250


def test_filters_that_fit_nothing_say_so_and_it_is_no_error(quickbooks: Asked) -> None:
    assert status(quickbooks, query("CustomerQuery", named("Contains", "zzz"))) == NOTHING
    assert status(quickbooks, query("ClassQuery")) == NOTHING


def test_inactive_members_are_left_out_unless_they_are_asked_for(quickbooks: Asked, person: Person) -> None:
    person.make_inactive("Customer", person.type_customer("Gone"))
    assert quickbooks.found("CustomerQuery") == ["Acme"]
    assert quickbooks.found("CustomerQuery", "<ActiveStatus>ActiveOnly</ActiveStatus>") == ["Acme"]
    assert quickbooks.found("CustomerQuery", "<ActiveStatus>InactiveOnly</ActiveStatus>") == ["Gone"]
    assert quickbooks.found("CustomerQuery", ALL) == ["Acme", "Gone"]


def test_a_key_finds_what_is_inactive_too(quickbooks: Asked, person: Person) -> None:
    person.make_inactive("Customer", person.type_customer("Gone"))
    ret = quickbooks.ret(query("EntityQuery", name("gone")))
    assert (ret.full_name, ret.text("IsActive")) == ("Gone", "false")


@pytest.mark.parametrize(
    ("criterion", "text", "found"),
    [
        ("StartsWith", "acme", ["Acme", "Acme:Roof"]),
        ("EndsWith", "ROOF", ["Acme:Roof", "Roof"]),
        ("Contains", "ROO", ["Acme:Roof", "Roof"]),
        ("Contains", "me:r", ["Acme:Roof"]),
        ("StartsWith", "me", []),
    ],
)
def test_a_name_filter_looks_at_the_whole_name_in_any_case(
    quickbooks: Asked, criterion: str, text: str, found: list[str]
) -> None:
    quickbooks.ask(customer("Roof", ref("ParentRef", "Acme")), customer("Roof"))
    assert quickbooks.found("CustomerQuery", named(criterion, text)) == found


def test_at_most_as_many_are_returned_as_were_asked_for(quickbooks: Asked) -> None:
    quickbooks.ask(customer("B"), customer("C"))
    assert quickbooks.found("CustomerQuery", "<MaxReturned>2</MaxReturned>") == ["Acme", "B"]


def test_the_moment_from_which_on_is_included_and_so_is_the_last(quickbooks: Asked) -> None:
    quickbooks.later(60)  # Acme: 10:00:00 in New York, Beta: 10:01:00
    quickbooks.ask(customer("Beta"))
    assert quickbooks.found("CustomerQuery", from_modified("2026-11-02T10:00:00")) == ["Acme", "Beta"]
    assert quickbooks.found("CustomerQuery", from_modified("2026-11-02T10:00:01")) == ["Beta"]
    assert quickbooks.found("CustomerQuery", from_modified("2026-11-02T10:01:00")) == ["Beta"]
    assert quickbooks.found("CustomerQuery", from_modified("2026-11-02T10:01:01")) == []
    assert quickbooks.found("CustomerQuery", from_modified("2026-11-02T09:00:00", "2026-11-02T10:00:59")) == ["Acme"]
    assert quickbooks.found("CustomerQuery", from_modified("2026-11-02T09:00:00", "2026-11-02T10:01:00")) == [
        "Acme",
        "Beta",
    ]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2026-11-02", "2026-11-02", True),
        ("2026-11-2", "2026-11-3", True),
        ("2026-11-03", "", False),
        ("2026-11-01", "2026-11-01", False),
        ("2026-11-02T10", "2026-11-02T10", True),
        ("2026-11-02T10:1", "", False),
        ("", "2026-11-02T9:59", False),
    ],
)
def test_what_is_left_out_of_a_time_means_its_whole_day_hour_or_minute(
    quickbooks: Asked, start: str, end: str, found: bool
) -> None:
    assert quickbooks.found("CustomerQuery", from_modified(start, end)) == (["Acme"] if found else [])


def test_a_change_by_hand_is_a_new_time(quickbooks: Asked, person: Person) -> None:
    quickbooks.later(3600)
    person.rename("Customer", quickbooks.document("Acme").id, "Acme Inc")
    assert quickbooks.found("EntityQuery", from_modified("2026-11-02T10:30:00")) == ["Acme Inc"]


def in_summer(hour: int, minute: int) -> Asked:
    """A customer of 15 July 2026 at a time of New York, which is 4 hours behind UTC then."""
    asked = Asked(now=datetime(2026, 7, 15, hour + 4, minute, tzinfo=UTC))
    asked.ask(customer("Summer"))
    return asked


def test_in_summer_a_time_without_an_offset_is_the_clock_on_the_wall() -> None:
    asked = in_summer(12, 0)
    assert asked.found("CustomerQuery", from_modified("2026-07-15T12:00:00")) == ["Summer"]
    assert asked.found("CustomerQuery", from_modified("2026-07-15T12:00:01")) == []
    asked.books.close()


def test_in_summer_quickbooks_understands_its_own_wrong_offset_and_misunderstands_the_true_one() -> None:
    asked = in_summer(12, 0)
    told = asked.ret(query("CustomerQuery", name("Summer"))).text("TimeModified") or ""
    assert told == "2026-07-15T12:00:00-05:00"
    assert asked.found("CustomerQuery", from_modified(told)) == ["Summer"]
    assert asked.found("CustomerQuery", from_modified("2026-07-15T12:30:00-04:00")) == ["Summer"]
    assert asked.found("CustomerQuery", from_modified("2026-07-15T17:00:00+00:00")) == ["Summer"]
    assert asked.found("CustomerQuery", from_modified("2026-07-15T17:00:01+00:00")) == []
    asked.books.close()


def test_the_hour_that_comes_twice_in_autumn_is_one_hour_for_a_filter() -> None:
    asked = Asked(now=datetime(2026, 11, 1, 5, 30, tzinfo=UTC))  # 01:30, the first time
    asked.ask(customer("First"))
    asked.later(3600)  # 01:30, the second time
    asked.ask(customer("Second"))
    assert asked.found("CustomerQuery", from_modified("2026-11-01T01:30:00")) == ["First", "Second"]
    asked.books.close()


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-02-30T10:00:00", "", 3020),
        ("2026-11-02T24:00:00", "", 3020),
        ("2026-11-02", "2026-11-01", 3030),
        ("1969-12-31", "", 3031),
        ("2026-11-02", "2038-01-20", 3031),
        ("0001-01-01T00:00:00+14:00", "", 3020),
    ],
)
def test_times_that_there_are_not_are_refused(quickbooks: Asked, start: str, end: str, code: int) -> None:
    assert quickbooks.refusal(query("CustomerQuery", from_modified(start, end)))[0] == code


def test_how_many_there_are_is_told_where_it_is_asked_for(quickbooks: Asked) -> None:
    quickbooks.ask(customer("B"), customer("C"))
    counted = quickbooks.reply(query("CustomerQuery", metaData="MetaDataOnly"))
    assert (counted.ret_count, counted.rets) == (3, ())
    both = quickbooks.reply(query("CustomerQuery", name("B", "Nobody"), metaData="MetaDataAndResponseData"))
    assert (both.status_code, both.ret_count, len(both.rets)) == (500, 1, 1)
    assert quickbooks.reply(query("CustomerQuery", metaData="NoMetaData")).ret_count is None


def test_the_answer_of_a_job_names_its_customer_as_it_is_called_now(quickbooks: Asked, person: Person) -> None:
    quickbooks.ask(customer("Roof", ref("ParentRef", "Acme")))
    person.rename("Customer", quickbooks.document("Acme").id, "Acme Inc")
    job = quickbooks.ret(query("CustomerQuery", name("acme inc:roof")))
    assert (job.full_name, job.text("ParentRef/FullName")) == ("Acme Inc:Roof", "Acme Inc")


def test_a_query_changes_nothing_in_the_books(quickbooks: Asked) -> None:
    before = quickbooks.books.documents()
    quickbooks.ask(query("CustomerQuery"), query("ItemQuery", name("Labor")), query("EntityQuery", ALL))
    assert quickbooks.books.documents() == before
    assert quickbooks.reply(service("Labor")).status_code == 3100
