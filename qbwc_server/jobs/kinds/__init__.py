"""The kinds of jobs. A new kind is a module here and a line in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qbwc_server.errors import PayloadRefused, Problem
from qbwc_server.jobs.kinds import customer, invoice, item_inventory, item_non_inventory, item_service, payment
from qbwc_server.jobs.kinds.base import Kind
from qbwc_server.jobs.kinds.invoice import Invoice, InvoiceLine
from qbwc_server.jobs.kinds.payment import Payment
from qbwc_server.jobs.ref import Registered
from qbwc_server.jobs.refusals import nearest, shown

__all__ = ["KINDS", "REGISTERED", "Invoice", "InvoiceLine", "Kind", "Payment", "kind"]

_REGISTRY = (
    customer.KIND,
    item_service.KIND,
    item_non_inventory.KIND,
    item_inventory.KIND,
    invoice.KIND,
    payment.KIND,
)

KINDS: Mapping[str, Kind] = MappingProxyType({one.name: one for one in _REGISTRY})
REGISTERED = Registered(frozenset(KINDS), frozenset(one.family for one in _REGISTRY))


def kind(name: str) -> Kind:
    """The kind of that name. Raises PayloadRefused, naming the nearest."""
    if name not in KINDS:
        remedy = nearest(name, KINDS) or f"Known kinds: {', '.join(KINDS)}."
        raise PayloadRefused(Problem(f"there is no kind {shown(name)}.", "kind", remedy))
    return KINDS[name]
