"""Every rule of every kind: what is refused, at which path, in which words; and what is not."""

from __future__ import annotations

import pytest

from qbwc_server.errors import PayloadRefused
from qbwc_server.jobs import read_dicts
from qbwc_server.jobs.references import Ref

INCOME = {"account_ref": "Income"}
LEAST: dict[str, dict[str, object]] = {
    "customer": {"name": "Acme"},
    "item_service": {"name": "Labor", "sales_or_purchase": INCOME},
    "item_non_inventory": {"name": "Nails", "sales_or_purchase": INCOME},
    "item_inventory": {
        "name": "Hammer",
        "income_account_ref": "Income",
        "cogs_account_ref": "COGS",
        "asset_account_ref": "Stock",
    },
    "invoice": {"customer_ref": "Acme", "txn_date": "2026-11-02", "lines": [{"desc": "text"}]},
    "payment": {"customer_ref": "Acme", "txn_date": "2026-11-03", "total_amount": "10.00"},
}
"""The fewest fields of each kind."""

_EMPTY = "is empty. Leave the field out: an absent field says nothing."
_CUT = "begins or ends with a blank. QuickBooks would cut it off."
_NO_SUCH_NAME = "begins or ends with a blank. QuickBooks has no such names."
_PRICES = "Only one of rate, rate_percent, price_level_ref, amount may stand here."
_TEXT_LINE = "cannot stand in a line without item_ref, which is a text and has only desc."
_ONE_OF_LIST = "needs exactly one of external_id, list_id, full_name."
_A_PAYMENT = {"txn": {"txn_id": "C5-1"}, "payment_amount": "1"}


def problems_of(kind: str, **fields: object) -> list[str]:
    """What is wrong with the fewest fields of a kind and these; a field of None is left out."""
    payload = {name: value for name, value in {**LEAST[kind], **fields}.items() if value is not None}
    try:
        read_dicts([{"kind": kind, "operation": "add", "external_id": "X-1", "payload": payload}])
    except PayloadRefused as refused:
        return [str(problem) for problem in refused.problems]
    return []


@pytest.mark.parametrize("kind", sorted(LEAST))
def test_the_fewest_fields_are_accepted(kind: str) -> None:
    assert problems_of(kind) == []


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, payload in LEAST.items() for field in payload])
def test_each_of_the_fewest_fields_is_required(kind: str, field: str) -> None:
    [problem] = problems_of(kind, **{field: None})
    assert problem.startswith(f"{field}: is required.")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("name", "", f"name: {_EMPTY}"),
        ("name", "  ", "name: holds nothing but blanks. Leave the field out: an absent field says nothing."),
        ("name", 5, 'name: must be a text, not a number. Write it in quotes: "5".'),
        ("name", True, "name: must be a text."),
        ("name", ["Acme"], "name: must be a text."),
        ("name", "x" * 42, "name: has 42 characters, at most 41 are allowed."),
        ("name", " Acme", f"name: {_CUT}"),
        ("name", "Acme\u00a0", f"name: {_CUT}"),
        (
            "name",
            "Acme:Roof",
            "name: holds a colon, which QuickBooks keeps for parent:child. "
            "Give the name alone here and its parent in parent_ref.",
        ),
        (
            "name",
            "Wałsa",
            'name: holds the character "ł" (U+0142) at position 3: not in Windows-1252, '
            "the characters QuickBooks knows.",
        ),
        ("name", "a\nb", "name: holds the character (U+000A) at position 2: a line break in a field of one line."),
        ("phone", "555\t1", "phone: holds the character (U+0009) at position 4: a tab in a field of one line."),
        ("notes", "a\x00b", "notes: holds the character (U+0000) at position 2: a control character."),
        ("phone", "", f"phone: {_EMPTY}"),
        ("phone", "1" * 22, "phone: has 22 characters, at most 21 are allowed."),
        ("is_active", "true", "is_active: must be true or false. Write it without quotes."),
        ("is_active", 1, "is_active: must be true or false."),
        ("is_active", "", f"is_active: {_EMPTY}"),
        (
            "job_status",
            "Award",
            "job_status: must be one of Awarded, Closed, InProgress, None, NotAwarded, Pending. "
            'Did you mean "Awarded"?',
        ),
        ("job_status", 5, "job_status: must be one of Awarded, Closed, InProgress, None, NotAwarded, Pending."),
        ("job_start_date", "2026-02-30", 'job_start_date: must be a day of the calendar, "2026-02-30" is none.'),
        (
            "job_start_date",
            "30.11.2026",
            'job_start_date: must be a date written as "2026-11-30", this is "30.11.2026".',
        ),
        ("job_start_date", "2026-1-5", 'job_start_date: must be a date written as "2026-11-30", this is "2026-1-5".'),
        ("job_start_date", "1899-12-31", "job_start_date: must be from 1900-01-01 to 2099-12-31, this is 1899-12-31."),
        ("job_start_date", "2100-01-01", "job_start_date: must be from 1900-01-01 to 2099-12-31, this is 2100-01-01."),
        ("job_start_date", 20261130, 'job_start_date: must be a date written as "2026-11-30", this is 20261130.'),
        ("credit_limit", "-0.01", "credit_limit: must be at least 0."),
        ("credit_limit", "1.005", 'credit_limit: must have at most 2 decimals, this is "1.005".'),
        (
            "credit_limit",
            "12345678901234",
            'credit_limit: must have at most 13 digits before the point, this is "12345678901234".',
        ),
        ("credit_limit", "1,000.00", 'credit_limit: must be a plain number such as "1234.50", this is "1,000.00".'),
        ("credit_limit", "$5", 'credit_limit: must be a plain number such as "1234.50", this is "$5".'),
        ("credit_limit", "1e3", 'credit_limit: must be a plain number such as "1234.50", this is "1e3".'),
        ("credit_limit", "٣", 'credit_limit: must be a plain number such as "1234.50", this is "٣".'),
        ("credit_limit", True, 'credit_limit: must be a number, such as 60.00 or "60.00".'),
        ("credit_limit", {}, 'credit_limit: must be a number, such as 60.00 or "60.00".'),
        ("credit_limit", "", f"credit_limit: {_EMPTY}"),
        ("emial", "x", 'emial: is not a known field. Did you mean "email"?'),
        ("zzz", "x", "zzz: is not a known field. docs/payloads.md lists the fields."),
        ("bill_address", "1 Main St", 'bill_address: must be an object with fields in braces, this is "1 Main St".'),
        ("bill_address", {"addr6": "x"}, 'bill_address.addr6: is not a known field. Did you mean "addr5"?'),
        ("bill_address", {"city": "x" * 32}, "bill_address.city: has 32 characters, at most 31 are allowed."),
        (
            "open_balance",
            "5.00",
            "open_balance: is not offered. It would book an opening-balance invoice on the side. "
            "Queue the open invoices themselves.",
        ),
    ],
)
def test_a_wrong_field_of_a_customer_is_refused(field: str, value: object, text: str) -> None:
    assert problems_of("customer", **{field: value}) == [text]


def test_a_text_with_many_wrong_characters_shows_the_first_of_them() -> None:
    assert problems_of("customer", notes="ł" * 10)[-1] == "notes: holds 7 more characters that are refused."
    assert len(problems_of("customer", notes="ł" * 10)) == 4


def test_what_windows_1252_has_is_accepted_and_several_lines_where_they_belong() -> None:
    assert problems_of("customer", name="Café €5 Straße", notes="one\n\ttwo\r\nthree") == []


def test_several_rules_broken_by_one_field_are_all_reported() -> None:
    assert problems_of("customer", name=" Acme:Roof") == [
        f"name: {_CUT}",
        "name: holds a colon, which QuickBooks keeps for parent:child. "
        "Give the name alone here and its parent in parent_ref.",
    ]


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ({"addr1": "1", "addr2": "2", "addr3": "3", "addr4": "4", "addr5": "5"}, 0),
        ({"addr1": "1", "addr2": "2", "addr3": "3", "city": "c", "state": "s", "postal_code": "p", "country": "US"}, 0),
        ({"addr1": "1", "addr2": "2", "addr3": "3", "addr4": "4", "city": "c", "note": "not printed"}, 0),
        ({"addr1": "1", "addr2": "2", "addr3": "3", "addr4": "4", "postal_code": "p", "country": "US"}, 6),
        ({"addr1": "1", "addr2": "2", "addr3": "3", "addr4": "4", "addr5": "5", "state": "s"}, 6),
        ({"addr1": "1", "addr2": "2", "addr3": "3", "addr4": "4", "addr5": "5", "city": "c", "country": "US"}, 7),
        ({"addr1": "1", "addr2": "2", "addr3": "3", "addr4": "4", "addr5": "5", "city": None, "country": None}, 0),
    ],
)
def test_an_address_prints_at_most_five_lines(address: dict[str, object], lines: int) -> None:
    for field in ("bill_address", "ship_address"):
        problems = problems_of("invoice", **{field: address})
        assert [problem.split(" (")[0] for problem in problems] == ([f"{field}: prints {lines} lines"] if lines else [])


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("", f"parent_ref: {_EMPTY}"),
        (" Acme", f"parent_ref: {_NO_SUCH_NAME}"),
        ("x" * 210, "parent_ref: has 210 characters, at most 209 are allowed."),
        (7, "parent_ref: must be a name in QuickBooks or an object with one of external_id, list_id, full_name. "
            'Write it in quotes: "7".'),
        ([], "parent_ref: must be a name in QuickBooks or an object with one of external_id, list_id, full_name."),
        ({}, f"parent_ref: {_ONE_OF_LIST}"),
        ({"external_id": None}, f"parent_ref: {_ONE_OF_LIST}"),
        ({"external_id": "a", "list_id": "80-1"}, f"parent_ref: {_ONE_OF_LIST}"),
        ({"external_id": ""}, "parent_ref.external_id: is empty."),
        ({"external_id": 7}, 'parent_ref.external_id: must be a text. Write it in quotes: "7".'),
        ({"external_id": "a "}, "parent_ref.external_id: begins or ends with a blank."),
        ({"external_id": "x" * 256}, "parent_ref.external_id: has 256 characters, at most 255 are allowed."),
        ({"full_name": "ł"}, 'parent_ref.full_name: holds the character "ł" (U+0142) at position 1: '
                             "not in Windows-1252, the characters QuickBooks knows."),
        ({"full_name": True}, "parent_ref.full_name: must be a text."),
        ({"list_id": "acme"}, "parent_ref.list_id: is not an id of QuickBooks' (at most 36 characters, such as "
                              "80000013-1416570432)."),
        ({"list_id": "8" * 30 + "-123456"}, "parent_ref.list_id: is not an id of QuickBooks' (at most 36 characters, "
                                            "such as 80000013-1416570432)."),
        ({"txn_id": "C5-1"}, "parent_ref.txn_id: cannot be used here: a member of a list is meant. "
                             "Use external_id or list_id or full_name."),
        ({"extrenal_id": "a"}, "parent_ref.extrenal_id: is not a way to refer to a record: external_id, list_id, "
                               'full_name. Did you mean "external_id"?'),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_refused(reference: object, text: str) -> None:
    assert problems_of("customer", parent_ref=reference) == [text]


@pytest.mark.parametrize(
    "reference",
    ["Acme", "Acme:Roof", {"full_name": "Acme"}, {"external_id": "C-1"}, {"list_id": "80000013-1416570432"},
     {"external_id": "C-1", "list_id": None}],
)  # fmt: skip
def test_a_reference_by_any_of_its_forms_is_accepted(reference: object) -> None:
    assert problems_of("customer", parent_ref=reference) == []


@pytest.mark.parametrize(
    ("kind", "field", "wanted"),
    [
        ("customer", "class_ref", "class"),
        ("customer", "item_sales_tax_ref", "item_sales_tax or item_sales_tax_group"),
        ("item_inventory", "pref_vendor_ref", "vendor"),
        ("invoice", "item_sales_tax_ref", "item_sales_tax or item_sales_tax_group"),
    ],
)
def test_an_external_id_waits_until_there_is_a_kind_for_it(kind: str, field: str, wanted: str) -> None:
    assert problems_of(kind, **{field: {"external_id": "a"}}) == [
        f"{field}.external_id: cannot be used here yet: there is no kind of job for {wanted}. Use list_id or full_name."
    ]


@pytest.mark.parametrize("field", ["terms_ref", "sales_rep_ref", "ar_account_ref", "template_ref", "ship_method_ref"])
def test_an_external_id_is_refused_where_no_job_can_make_the_record(field: str) -> None:
    assert problems_of("invoice", **{field: {"external_id": "a"}}) == [
        f"{field}.external_id: cannot be used here: no kind of job makes such a record. Use list_id or full_name."
    ]


@pytest.mark.parametrize("kind", ["item_service", "item_non_inventory"])
def test_an_item_is_sold_in_exactly_one_way(kind: str) -> None:
    both = {"income_account_ref": "Income", "expense_account_ref": "Expense"}
    assert problems_of(kind, sales_or_purchase=None, sales_and_purchase=both) == []
    assert problems_of(kind, sales_and_purchase=both) == [
        "sales_and_purchase: cannot be given together with sales_or_purchase. "
        "Only one of sales_or_purchase, sales_and_purchase may stand here."
    ]
    assert problems_of(kind, sales_or_purchase=None) == [
        "sales_or_purchase: is required. Or give sales_and_purchase, for an item that is bought and sold."
    ]


def test_an_item_needs_its_accounts_and_one_price() -> None:
    assert problems_of("item_service", sales_or_purchase={"price": "1", "price_percent": "2"}) == [
        "sales_or_purchase.price_percent: cannot be given together with price. "
        "Only one of price, price_percent may stand here.",
        "sales_or_purchase.account_ref: is required.",
    ]
    assert problems_of("item_service", sales_or_purchase=None, sales_and_purchase={"sales_desc": "x"}) == [
        "sales_and_purchase.income_account_ref: is required.",
        "sales_and_purchase.expense_account_ref: is required.",
    ]


def test_a_price_has_at_most_five_decimals_and_ten_digits_before_the_point() -> None:
    for price, rule in (("1.123456", "5 decimals"), ("12345678901", "10 digits before the point")):
        assert problems_of("item_service", sales_or_purchase={**INCOME, "price": price}) == [
            f'sales_or_purchase.price: must have at most {rule}, this is "{price}".'
        ]
    assert problems_of("item_service", sales_or_purchase={**INCOME, "price": "-1234567890.12345"}) == []


def test_a_quantity_on_hand_comes_with_its_day() -> None:
    assert problems_of("item_inventory", quantity_on_hand="5", inventory_date="2026-01-01", total_value="50") == []
    assert problems_of("item_inventory", quantity_on_hand="5") == [
        "inventory_date: is required with quantity_on_hand. QuickBooks would choose a day itself."
    ]
    assert problems_of("item_inventory", total_value="5", inventory_date="2026-01-01") == [
        "total_value: can only be given together with quantity_on_hand.",
        "inventory_date: can only be given together with quantity_on_hand.",
    ]
    assert problems_of("item_inventory", quantity_on_hand="-5", inventory_date="2026-01-01") == [
        "quantity_on_hand: must be at least 0."
    ]


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        (
            {"item_ref": "Labor", "rate": "1", "amount": "2"},
            [f".amount: cannot be given together with rate. {_PRICES}"],
        ),
        (
            {"item_ref": "Labor", "rate": "1", "rate_percent": "2"},
            [f".rate_percent: cannot be given together with rate. {_PRICES}"],
        ),
        (
            {"item_ref": "Labor", "price_level_ref": "Trade", "amount": "2"},
            [f".amount: cannot be given together with price_level_ref. {_PRICES}"],
        ),
        (
            {"item_ref": "Labor", "rate": "x", "amount": "2"},
            [
                f".amount: cannot be given together with rate. {_PRICES}",
                '.rate: must be a plain number such as "1234.50", this is "x".',
            ],
        ),
        (
            {"item_ref": "Lock", "amount": "2", "serial_number": "1", "lot_number": "2"},
            [
                ".lot_number: cannot be given together with serial_number. "
                "Only one of serial_number, lot_number may stand here."
            ],
        ),
        (
            {"item_ref": {"external_id": "I-1"}, "desc": "x"},
            [": needs a quantity, a rate or an amount. Only a text, subtotal or discount line has none of the three."],
        ),
        (
            {"item_ref": Ref(external_id="I-1")},
            [": needs a quantity, a rate or an amount. Only a text, subtotal or discount line has none of the three."],
        ),
        ({"desc": "text", "amount": "2"}, [f".amount: {_TEXT_LINE}"]),
        ({"desc": "text", "quantity": "2", "other1": "x"}, [f".quantity: {_TEXT_LINE}", f".other1: {_TEXT_LINE}"]),
        ({}, [": is an empty line. Give item_ref, or desc for a line of text."]),
        ({"item_ref": None, "desc": None}, [": is an empty line. Give item_ref, or desc for a line of text."]),
        ("text", [': must be an object with fields in braces, this is "text".']),
        (
            {"item_ref": "Labor", "quantity": "1.123456"},
            ['.quantity: must have at most 5 decimals, this is "1.123456".'],
        ),
        ({"item_ref": "Labor", "amount": "1.999"}, ['.amount: must have at most 2 decimals, this is "1.999".']),
        (
            {"item_group_ref": "Kit", "rate": "2"},
            [".rate: is not a known field. docs/payloads.md lists the fields."],
        ),
        ({"item_group_ref": None, "quantity": "2"}, [".item_group_ref: is required."]),
        (
            {"item_group_ref": {"external_id": "K-1"}},
            [
                ".item_group_ref.external_id: cannot be used here yet: there is no kind of job for item_group. "
                "Use list_id or full_name."
            ],
        ),
        (
            {"item_ref": "Labor", "amount": "1", "link_to_txn": {}},
            [".link_to_txn: is not offered. Linking to sales orders is not part of this version."],
        ),
    ],
)
def test_a_wrong_line_of_an_invoice_is_refused(line: object, texts: list[str]) -> None:
    assert problems_of("invoice", lines=[{"desc": "before"}, line]) == [f"lines[1]{text}" for text in texts]


@pytest.mark.parametrize(
    "line",
    [
        {"desc": "just text\nof two lines"},
        {"item_ref": {"external_id": "I-1"}, "quantity": "2"},
        {"item_ref": {"external_id": "I-1"}, "rate": "2"},
        {"item_ref": {"external_id": "I-1"}, "amount": "-2.00"},
        {"item_ref": "Labor", "quantity": 2, "rate": "60"},
        {"item_ref": "Labor", "quantity": "-2", "amount": "120"},
        {"item_ref": "Subtotal"},
        {"item_ref": {"list_id": "80000007-1"}, "desc": "10% off"},
        {"item_ref": "Discount", "rate_percent": "-10"},
        {"item_ref": "Labor", "price_level_ref": "Trade", "quantity": "1"},
        {"item_group_ref": "Kit", "quantity": "2"},
        {"item_group_ref": {"list_id": "80000007-1"}},
    ],
)
def test_every_kind_of_line_is_accepted(line: object) -> None:
    assert problems_of("invoice", lines=[line]) == []


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("lines", [], "lines: must have at least one entry."),
        ("lines", {"desc": "x"}, "lines: must be a list in brackets, this is an object."),
        ("lines", [{"desc": "x"}] * 10_001, "lines: has 10001 entries, at most 10000 are allowed."),
        ("ref_number", 1001, 'ref_number: must be a text, not a number. Write it in quotes: "1001".'),
        ("ref_number", "", f"ref_number: {_EMPTY}"),
        ("ref_number", "1001 ", f"ref_number: {_CUT}"),
        ("ref_number", "123456789012", "ref_number: has 12 characters, at most 11 are allowed."),
        ("expected_total", "-1", "expected_total: must be at least 0."),
        ("expected_tax", "1.001", 'expected_tax: must have at most 2 decimals, this is "1.001".'),
        ("exchange_rate", "0", "exchange_rate: must be more than 0."),
        ("is_to_be_printed", "no", "is_to_be_printed: must be true or false. Write it without quotes."),
        ("external_guid", "{0}", "external_guid: is not offered. Every job carries its own GUID."),
        ("set_credit", [], "set_credit: is not offered. Applying credits is not part of this version."),
        ("refnumber", "1", 'refnumber: is not a known field. Did you mean "ref_number"?'),
    ],
)
def test_a_wrong_field_of_an_invoice_is_refused(field: str, value: object, text: str) -> None:
    assert problems_of("invoice", **{field: value}) == [text]


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({"total_amount": "0.00"}, ["total_amount: must be more than 0."]),
        ({"total_amount": "-1"}, ["total_amount: must be more than 0."]),
        ({"applied_to": []}, ["applied_to: is an empty list. Leave the field out: an absent field says nothing."]),
        (
            {"applied_to": [{"txn": {"txn_id": "C5-1"}}]},
            [
                "applied_to[0]: needs a payment_amount or a discount_amount. "
                "QuickBooks refuses an application without an amount."
            ],
        ),
        ({"applied_to": [{"payment_amount": "1"}]}, ["applied_to[0].txn: is required."]),
        (
            {"applied_to": [{"txn": "1001", "payment_amount": "1"}]},
            ['applied_to[0].txn: must be an object with one of external_id, txn_id. Write {"external_id": "1001"}.'],
        ),
        (
            {"applied_to": [{"txn": {"full_name": "1001"}, "payment_amount": "1"}]},
            ["applied_to[0].txn.full_name: cannot be used here: a transaction is meant. Use external_id or txn_id."],
        ),
        (
            {"applied_to": [{"txn": {"txn_id": "1001"}, "payment_amount": "1"}]},
            ["applied_to[0].txn.txn_id: is not an id of QuickBooks' (at most 36 characters, such as C5-1417118624)."],
        ),
        (
            {"applied_to": [{**_A_PAYMENT, "payment_amount": "0"}]},
            ["applied_to[0].payment_amount: must be more than 0."],
        ),
        (
            {"applied_to": [{**_A_PAYMENT, "discount_account_ref": "Discounts"}]},
            ["applied_to[0].discount_account_ref: can only be given together with discount_amount."],
        ),
        (
            {"applied_to": [_A_PAYMENT, {"txn": {"txn_id": "C6-1"}, "payment_amount": "9.01"}]},
            ["applied_to: applies 10.01, more than the total_amount of 10."],
        ),
        (
            {"applied_to": [_A_PAYMENT, _A_PAYMENT]},
            ["applied_to[1].txn: is the invoice of applied_to[0] again. Add the amounts up in applied_to[0]."],
        ),
        (
            {"applied_to": [_A_PAYMENT, {**_A_PAYMENT, "payment_amount": "10"}], "memo": 5},
            [
                'memo: must be a text, not a number. Write it in quotes: "5".',
                "applied_to[1].txn: is the invoice of applied_to[0] again. Add the amounts up in applied_to[0].",
                "applied_to: applies 11, more than the total_amount of 10.",
            ],
        ),
        (
            {"is_auto_apply": True},
            [
                "is_auto_apply: is not offered. QuickBooks would choose the invoices: name them in applied_to. "
                "Without it, it is a credit."
            ],
        ),
    ],
)
def test_a_wrong_payment_is_refused(fields: dict[str, object], texts: list[str]) -> None:
    assert problems_of("payment", **fields) == texts


def test_a_payment_may_be_split_partial_and_leave_a_credit() -> None:
    applied = [
        {"txn": {"external_id": "INV-1"}, "payment_amount": "4"},
        {
            "txn": {"txn_id": "C5-1"},
            "payment_amount": "5.99",
            "discount_amount": "100",
            "discount_account_ref": "Discounts",
        },
        {"txn": {"external_id": "INV-2"}, "discount_amount": "1"},
    ]
    assert problems_of("payment", applied_to=applied) == []


def test_null_is_absent_but_an_unknown_field_of_null_is_still_unknown() -> None:
    payload = {"name": "Acme", "phone": None, "parent_ref": None}
    [job] = read_dicts([{"kind": "customer", "operation": "add", "external_id": "X", "payload": payload}])
    assert job.payload_json == '{"name":"Acme"}'
    with pytest.raises(PayloadRefused, match="pone: is not a known field"):
        read_dicts([{"kind": "customer", "operation": "add", "external_id": "X", "payload": {**payload, "pone": None}}])
