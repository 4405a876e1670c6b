"""Names of customers, jobs and items: who may have which."""

from __future__ import annotations

import pytest

from qbwc_server.simulator.quickbooks.naming import set_active, type_by_hand
from qbwc_server.simulator.quickbooks.work import Work
from tests.unit.simulator.asking import Asked, customer, ref, service


@pytest.fixture
def at_the_keyboard(quickbooks: Asked) -> Work:
    """What a person sits at."""
    return Work(quickbooks.books, quickbooks.processor.settings, quickbooks.faults)


@pytest.mark.parametrize("name", ["Acme", "ACME", "acme", " Acme "])
def test_a_name_is_taken_once_whatever_its_case(quickbooks: Asked, name: str) -> None:
    code, message = quickbooks.refusal(customer(name))
    assert code == 3100
    assert message == f'The name "{name.strip()}" of the list element is already in use.'


@pytest.mark.parametrize("list_type", ["Vendor", "Employee", "OtherName"])
def test_a_customer_cannot_have_the_name_of_somebody_in_another_name_list(
    quickbooks: Asked, at_the_keyboard: Work, list_type: str
) -> None:
    type_by_hand(at_the_keyboard, list_type, "Taken")
    assert quickbooks.refusal(customer("taken"))[0] == 3100


def test_an_inactive_name_is_still_taken_and_cannot_be_referred_to(quickbooks: Asked, at_the_keyboard: Work) -> None:
    acme = quickbooks.books.elements.by_full_name("Entity", "Acme")
    assert acme is not None
    set_active(at_the_keyboard, acme, active=False)

    assert quickbooks.refusal(customer("Acme"))[0] == 3100
    assert quickbooks.refusal(customer("Roof", ref("ParentRef", "Acme")))[0] == 3130

    set_active(at_the_keyboard, acme, active=True)
    assert quickbooks.reply(customer("Roof", ref("ParentRef", "Acme"))).status_code == 0


def test_a_customer_and_an_item_may_share_a_name(quickbooks: Asked) -> None:
    assert quickbooks.reply(customer("Labor")).status_code == 0


def test_items_of_all_types_share_names(quickbooks: Asked) -> None:
    assert quickbooks.refusal(service("labor"))[0] == 3100
    assert quickbooks.refusal(service("State Tax"))[0] == 3100


def test_equal_names_below_different_parents_are_two_jobs(quickbooks: Asked) -> None:
    quickbooks.ask(customer("Other"))
    first = quickbooks.ret(customer("Roof", ref("ParentRef", "Acme")))
    second = quickbooks.ret(customer("Roof", ref("ParentRef", "other")))
    assert (first.full_name, second.full_name) == ("Acme:Roof", "Other:Roof")
    assert quickbooks.refusal(customer("ROOF", ref("ParentRef", "Acme")))[0] == 3100


def test_a_colon_in_a_name_is_refused_in_quickbooks_words(quickbooks: Asked) -> None:
    code, message = quickbooks.refusal(customer("Acme:Roof"))
    assert code == 3090
    assert message == (
        'There was an error when storing "Acme:Roof" in the "customer name" field. QuickBooks error message: '
        "Names in this list cannot contain a colon. The colon is a special character used to indicate a "
        "parent/child relationship."
    )
    assert 'in the "item name" field' in quickbooks.refusal(service("A:B"))[1]


def test_a_name_of_blanks_is_refused(quickbooks: Asked) -> None:
    assert quickbooks.refusal(customer("  "))[0] == 3090


def test_a_parent_must_be_there_and_the_words_have_two_spaces(quickbooks: Asked) -> None:
    code, message = quickbooks.refusal(customer("Roof", ref("ParentRef", "Nobody")))
    assert code == 3130
    assert message == (
        'There is an invalid reference to a parent "Nobody" in the Customers list.  QuickBooks error message: '
        "Invalid argument.  The specified record does not exist in the list."
    )


def test_a_parent_must_be_of_the_same_type(quickbooks: Asked, at_the_keyboard: Work) -> None:
    type_by_hand(at_the_keyboard, "Vendor", "Supplier")
    assert quickbooks.refusal(customer("Roof", ref("ParentRef", "Supplier")))[0] == 3130
    assert quickbooks.refusal(service("Sub", before=ref("ParentRef", "State Tax")))[0] == 3130


def test_a_parent_may_be_given_by_list_id_and_then_the_name_beside_it_is_ignored(quickbooks: Asked) -> None:
    acme = quickbooks.document("Acme").id
    parent = f"<ParentRef><ListID>{acme}</ListID><FullName>Nobody</FullName></ParentRef>"
    ret = quickbooks.ret(customer("Roof", parent))
    assert ret.full_name == "Acme:Roof"
    assert ret.text("ParentRef/ListID") == acme
    assert ret.text("ParentRef/FullName") == "Acme"
    assert ret.text("Sublevel") == "1"


def test_a_malformed_parent_id_is_3000(quickbooks: Asked) -> None:
    code, message = quickbooks.refusal(customer("Roof", "<ParentRef><ListID>Acme</ListID></ParentRef>"))
    assert (code, message) == (3000, 'The given object ID "Acme" in the field "list id" is invalid.')


def test_there_are_five_levels_and_no_sixth(quickbooks: Asked) -> None:
    full_name = "Acme"
    for level in range(1, 5):
        quickbooks.id_of(customer(f"L{level}", ref("ParentRef", full_name)))
        full_name += f":L{level}"
    assert quickbooks.refusal(customer("L5", ref("ParentRef", full_name)))[0] == 3180


def test_a_name_can_be_reused_in_the_same_set_by_nobody_and_referred_to_by_everybody(new: Asked) -> None:
    answer = new.ask(customer("A"), customer("a"), customer("Job", ref("ParentRef", "A")))
    assert [reply.status_code for reply in answer.replies] == [0, 3100, 0]
