"""Which fields of each kind of job its form shows, and in which order; every other one is in the job as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qbwc_server.admin.entry.boxes import Box, box
from qbwc_server.jobs import KINDS


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that belong together."""

    title: str
    """Empty for the first ones."""
    boxes: tuple[Box, ...]
    folded: bool = False
    """Shown closed while nothing stands in it."""
    note: str = ""


_ADDRESS = ("addr1", "addr2", "addr3", "city", "state", "postal_code", "country")
_LABELS = {
    "addr1": "First line",
    "addr2": "Second line",
    "addr3": "Third line",
    "state": "State or province",
    "txn_date": "Date",
    "ref_number": "Number",
    "customer_ref": "Customer",
    "total_amount": "Amount received",
    "is_to_be_printed": "Put it into QuickBooks' queue for printing",
    "is_to_be_emailed": "Put it into QuickBooks' queue for e-mail",
    "is_pending": "Pending: QuickBooks does not post it yet",
    "po_number": "Their order number",
    "expected_tax": "Sales tax you expect",
    "expected_total": "Total you expect",
    "max": "Order up to",
    "reorder_point": "Order at",
    "item_sales_tax_ref": "Sales tax item",
    "sales_desc": "Description on sales documents",
    "purchase_desc": "Description on purchase documents",
    "account_number": "Your number for this customer",
    "deposit_to_account_ref": "Deposit to",
    "payment_method_ref": "Paid by",
    "manufacturer_part_number": "Manufacturer's number",
    "parent_ref": "Stands below",
    "alt_phone": "Another phone",
}
_HINTS = {
    "invoice.ref_number": "QuickBooks counts on by itself if you leave it empty.",
    "payment.ref_number": "Of the check or receipt.",
    "terms_ref": "As in QuickBooks, such as Net 30.",
    "sales_tax_code_ref": "As in QuickBooks, usually Tax or Non.",
    "item_sales_tax_ref": "As in QuickBooks; the customer's own if you leave it empty.",
    "payment_method_ref": "As in QuickBooks, such as Check.",
    "deposit_to_account_ref": "An account in QuickBooks; Undeposited Funds if you leave it empty.",
    "due_date": "By the terms if you leave it empty.",
    "expected_tax": "Nothing if the invoice is not taxed.",
    "expected_total": "With tax. If you leave it empty: the lines and the tax.",
    "customer.parent_ref": "Only for a job: the customer it is for.",
    "customer.name": "Without its parents, as it will be in QuickBooks' list.",
    "account_ref": "QuickBooks needs it; as it is called there.",
    "income_account_ref": "QuickBooks needs it; as it is called there.",
    "expense_account_ref": "QuickBooks needs it; as it is called there.",
    "quantity_on_hand": "Books an opening adjustment on the day beside it.",
    "total_value": "Quantity times cost if you leave it empty.",
}
_SOLD = ("Only sold, or only bought", ("desc", "price", "account_ref"))
_BOTH = ("sales_desc", "sales_price", "income_account_ref", "purchase_desc", "purchase_cost", "expense_account_ref")
_BOUGHT_AND_SOLD_NOTE = "Fill in either the part above or this one."

_Rows = tuple[tuple[str, tuple[str, ...], bool, str], ...]


def _below(parent: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{parent}.{name}" for name in names)


_ITEM_PARTS: _Rows = (
    (_SOLD[0], _below("sales_or_purchase", _SOLD[1]), False, ""),
    ("Bought and sold", _below("sales_and_purchase", _BOTH), True, _BOUGHT_AND_SOLD_NOTE),
)
_LAYOUT: Mapping[str, _Rows] = {
    "customer": (
        ("", ("name", "company_name", "parent_ref"), False, ""),
        ("Person", ("salutation", "first_name", "last_name", "email", "phone", "alt_phone"), False, ""),
        ("Bill to", _below("bill_address", _ADDRESS), False, ""),
        ("Ship to", _below("ship_address", _ADDRESS), True, ""),
        (
            "Terms and tax",
            ("terms_ref", "sales_tax_code_ref", "item_sales_tax_ref", "credit_limit", "account_number", "notes"),
            True,
            "",
        ),
    ),
    "item_service": (("", ("name", "parent_ref", "sales_tax_code_ref"), False, ""), *_ITEM_PARTS),
    "item_non_inventory": (
        ("", ("name", "parent_ref", "sales_tax_code_ref", "manufacturer_part_number"), False, ""),
        *_ITEM_PARTS,
    ),
    "item_inventory": (
        ("", ("name", "parent_ref", "sales_tax_code_ref", "manufacturer_part_number"), False, ""),
        ("Sold", ("sales_price", "income_account_ref", "sales_desc"), False, ""),
        ("Bought", ("purchase_cost", "cogs_account_ref", "purchase_desc"), False, ""),
        (
            "Stock",
            (
                "asset_account_ref",
                "quantity_on_hand",
                "inventory_date",
                "total_value",
                "reorder_point",
                "max",
            ),
            False,
            "",
        ),
    ),
    "invoice": (
        ("", ("customer_ref", "ref_number", "txn_date", "terms_ref", "due_date", "po_number"), False, ""),
        ("Total and tax", ("expected_tax", "expected_total"), False, ""),
        ("Bill to", _below("bill_address", _ADDRESS), True, "The customer's own if you leave it empty."),
        (
            "More",
            ("memo", "item_sales_tax_ref", "customer_msg_ref", "is_to_be_printed", "is_to_be_emailed", "is_pending"),
            True,
            "",
        ),
    ),
    "payment": (
        ("", ("customer_ref", "total_amount", "txn_date", "ref_number", "payment_method_ref"), False, ""),
        ("More", ("deposit_to_account_ref", "ar_account_ref", "memo"), True, ""),
    ),
}


def _box(kind: str, path: str) -> Box:
    name = path.rpartition(".")[2]
    hint = _HINTS.get(f"{kind}.{path}") or _HINTS.get(name, "")
    return box(KINDS[kind].model, path, _LABELS.get(name, ""), hint)


FORMS: Mapping[str, tuple[Part, ...]] = {
    kind: tuple(Part(title, tuple(_box(kind, path) for path in paths), fold, note) for title, paths, fold, note in rows)
    for kind, rows in _LAYOUT.items()
}


def boxes_of(kind: str) -> Iterator[Box]:
    """Every field of a kind's form."""
    for part in FORMS[kind]:
        yield from part.boxes


def has_values(part: Part, values: Mapping[str, str]) -> bool:
    """Whether something stands in one of its fields."""
    return any(values.get(each.path) for each in part.boxes)
