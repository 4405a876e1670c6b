"""Lookups: what QuickBooks is asked about a name that is taken or a payment that does not fit, and what it means.

Customers, vendors, employees and other names share one list of names, all kinds of items another, and what is
inactive counts (facts/qbxml.md section 5.10). A payment is never shrunk to what is open on an invoice (section 5.7).
Pure: knows no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qbwc_server.exchange.markers import PAGE, MarkerQuery, Wanted
from qbwc_server.exchange.outcome import Ask, Done, Outcome
from qbwc_server.jobs import Applied, Job, Payload, Payment, Question, Ref, kind
from qbwc_server.qbxml import Reply, Ret

_SHARED_LISTS = {"customer": "EntityQuery", "vendor": "EntityQuery", "item": "ItemQuery"}
"""The query that finds whoever has a name of that family."""
_TOLD = frozenset({0, 1, 500})
"""Answers to a query that say what is there: found, nothing, and some of the keys."""
_SHOWN = 5

Held = Mapping[str, str]
"""ListIDs and TxnIDs that are on record for other external ids, with those."""


def lookup(wanted: Wanted) -> MarkerQuery:
    """The query for a job's lookup."""
    payload = wanted.payload
    if isinstance(payload, Payment):
        txn_ids = [each.txn.txn_id for each in payload.applied_to or () if each.txn.txn_id]
        return MarkerQuery(
            "InvoiceQuery", {"txn_ids": txn_ids, "include_line_items": False, "include_linked_txns": True}
        )
    template = _SHARED_LISTS.get(wanted.job.family, kind(wanted.job.kind).query)
    parent = _parent(payload)
    if parent is not None and parent.full_name is None:  # its FullName is not known, only its ListID
        return MarkerQuery(template, {"name_filter": ("EndsWith", _text(payload, "name")), "max_returned": PAGE})
    names = [parent.full_name] if parent is not None else []
    return MarkerQuery(template, {"full_names": [":".join([*map(str, names), _text(payload, "name")])]})


def decide_lookup(wanted: Wanted, reply: Reply, held: Held, *, link_same_name: bool) -> Outcome | None:
    """What the answer to a lookup means; None: it tells nothing, and the question is asked again.

    `link_same_name`: whether the company lets an entry of the same name be taken for the job's own, where one more
    field agrees.
    """
    if reply.status_code not in _TOLD:
        return None
    if isinstance(wanted.payload, Payment):
        return _does_not_fit(wanted.payload, reply.rets, held)
    return _name_taken(wanted, reply.rets, held, link_same_name=link_same_name)


def unanswered(job: Job) -> Ask:
    """What a person is asked where QuickBooks stops of the lookup itself."""
    if kind(job.kind).is_transaction:
        text = "QuickBooks does not take this payment, and stops when it is asked what is open on its invoices"
        return Ask(Question.PAYMENT_DOES_NOT_FIT, text, Applied.NO, {"invoices": []})
    text = "QuickBooks refused the name as taken, and stops when it is asked who has it: what becomes of the job?"
    return Ask(Question.NAME_TAKEN, text, Applied.NO, {"candidates": []})


def _name_taken(wanted: Wanted, rets: tuple[Ret, ...], held: Held, *, link_same_name: bool) -> Outcome:
    same = [ret for ret in rets if ret.list_id and _same_name(wanted.payload, ret)]
    ours = [ret for ret in same if _is_ours(wanted, ret)]
    if ours:
        return Done(ours[0].list_id or "", ours[0], how="found under its own GUID as")
    likely = [ret for ret in same if _is_likely(wanted, ret, held)]
    name = _text(wanted.payload, "name")
    if link_same_name and len(likely) == 1:
        warning = f"linked to the {_type(likely[0])} {name!r} that was in QuickBooks already; nothing in it was changed"
        return Done(likely[0].list_id or "", likely[0], (warning,), how="linked to")
    if same:
        text = f"the name {name!r} is taken in QuickBooks by {_listed(map(_described, same))}: is that the same one?"
    else:
        text = f"QuickBooks refused the name {name!r} as taken, and shows nobody who has it: what becomes of the job?"
    candidates = [_candidate(ret, held) for ret in same]
    return Ask(Question.NAME_TAKEN, text, Applied.NO, {"name": name, "candidates": candidates})


def _is_ours(wanted: Wanted, ret: Ret) -> bool:
    guid = ret.external_guid or ""
    return guid.upper() == wanted.job.guid.upper() and ret.name == kind(wanted.job.kind).object_name


def _is_likely(wanted: Wanted, ret: Ret, held: Held) -> bool:
    """Of the same kind, in use, nobody else's, without another job's GUID, and one more field agrees."""
    return (
        ret.name == kind(wanted.job.kind).object_name
        and _is_active(ret)
        and ret.list_id not in held
        and ret.external_guid is None
        and any(one != "" and one == other for one, other in _compared(wanted.payload, ret))
    )


def _compared(payload: Payload, ret: Ret) -> Iterator[tuple[str, str]]:
    address = getattr(payload, "bill_address", None)
    yield _folded(_text(payload, "email")), _folded(ret.text("Email"))
    yield _digits(_text(payload, "phone")), _digits(ret.text("Phone"))
    yield _folded(_text(address, "postal_code")), _folded(ret.text("BillAddress/PostalCode"))
    yield _folded(_text(payload, "company_name")), _folded(ret.text("CompanyName"))


def _same_name(payload: Payload, ret: Ret) -> bool:
    if _folded(ret.text("Name") or ret.full_name) != _folded(_text(payload, "name")):
        return False
    parent = _parent(payload)
    if parent is None:
        return ret.text("ParentRef/ListID") is None
    if parent.list_id is not None:
        return ret.text("ParentRef/ListID") == parent.list_id
    return _folded(ret.text("ParentRef/FullName")) == _folded(parent.full_name)


def _candidate(ret: Ret, held: Held) -> dict[str, Any]:
    return {
        "type": _type(ret),
        "list_id": ret.list_id,
        "name": ret.full_name or ret.text("Name"),
        "active": _is_active(ret),
        "on_record_for": held.get(ret.list_id or ""),
    }


def _described(ret: Ret) -> str:
    state = "" if _is_active(ret) else "inactive "
    return f"the {state}{_type(ret)} {ret.full_name or ret.text('Name')} ({ret.list_id})"


def _does_not_fit(payment: Payment, rets: tuple[Ret, ...], held: Held) -> Outcome:
    by_id = {ret.txn_id: ret for ret in rets if ret.txn_id}
    applied = [(each.txn.txn_id or "", each.payment_amount) for each in payment.applied_to or ()]
    shown = [_invoice(txn_id, amount, by_id.get(txn_id), held) for txn_id, amount in applied]
    sentences = _listed(map(_sentence, shown))
    text = f"QuickBooks does not take this payment: {sentences}. Is it there already, or is it a credit?"
    return Ask(Question.PAYMENT_DOES_NOT_FIT, text, Applied.NO, {"invoices": shown})


def _invoice(txn_id: str, amount: object, ret: Ret | None, held: Held) -> dict[str, Any]:
    payments = [
        {
            "txn_id": node.findtext("TxnID"),
            "txn_date": node.findtext("TxnDate"),
            "ref_number": node.findtext("RefNumber"),
            "amount": node.findtext("Amount"),
            "on_record_for": held.get(node.findtext("TxnID") or ""),
        }
        for node in ([] if ret is None else ret.element.findall("LinkedTxn"))
        if node.findtext("TxnType") == "ReceivePayment"
    ]
    return {
        "txn_id": txn_id,
        "ref_number": ret and ret.ref_number,
        "found": ret is not None,
        "open": ret and ret.text("BalanceRemaining"),
        "paid_here": None if amount is None else f"{amount:.2f}",
        "payments": payments,
    }


def _sentence(invoice: Mapping[str, Any]) -> str:
    name = f"invoice {invoice['ref_number'] or invoice['txn_id']}"
    if not invoice["found"]:
        return f"{name} is not in QuickBooks any more"
    others = [_payment(each) for each in invoice["payments"]]
    paid = f" (paid by {_listed(others)})" if others else ""
    wanted = f", {invoice['paid_here']} is to be paid" if invoice["paid_here"] else ""
    return f"on {name} {invoice['open'] or 'an unknown amount'} is open{paid}{wanted}"


def _payment(told: Mapping[str, Any]) -> str:
    number = f" {told['ref_number']}" if told["ref_number"] else ""
    owner = f", which is {told['on_record_for']!r}" if told["on_record_for"] else ""
    return f"payment{number} of {told['txn_date'] or 'an unknown day'}, {told['txn_id']}{owner}"


def _listed(parts: Any) -> str:
    told = list(parts)
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return "; ".join(told[:_SHOWN]) + more


def _parent(payload: Payload) -> Ref | None:
    parent = getattr(payload, "parent_ref", None)
    return parent if isinstance(parent, Ref) else None


def _type(ret: Ret) -> str:
    return ret.name.removesuffix("Ret")


def _is_active(ret: Ret) -> bool:
    return (ret.text("IsActive") or "true") != "false"


def _text(payload: object, name: str) -> str:
    return str(getattr(payload, name, None) or "")


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _digits(text: str | None) -> str:
    return "".join(char for char in text or "" if char.isdigit())
