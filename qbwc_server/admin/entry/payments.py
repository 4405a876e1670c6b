"""What a payment gives to which invoice, as fields of its form: `apply-` and a key that means the invoice itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qbwc_server.admin.entry.figures import plain_figure
from qbwc_server.admin.entry.others import read_others

_BEFORE, _OTHERS = "apply-", "others-"
_BY_EXTERNAL_ID, _BY_TXN_ID = "e", "t"


@dataclass(frozen=True, slots=True)
class TypedPart:
    """The part of one invoice."""

    key: str
    amount: str
    others: str
    """What else is given to it, such as a discount, as JSON."""

    @property
    def txn(self) -> dict[str, str]:
        """The invoice as a payload refers to it. Raises ValueError if the key is none of ours."""
        form, hexadecimal = self.key[:1], self.key[1:]
        text = bytes.fromhex(hexadecimal).decode()
        if form == _BY_EXTERNAL_ID:
            return {"external_id": text}
        if form == _BY_TXN_ID:
            return {"txn_id": text}
        raise ValueError("no key of an invoice")

    def applied(self) -> dict[str, object]:
        """The entry of the payload. Raises ValueError."""
        entry: dict[str, object] = {**read_others(self.others), "txn": self.txn}
        if self.amount:
            entry["payment_amount"] = plain_figure(self.amount)
        return entry


def applied_key(txn: Mapping[str, str]) -> str:
    """The key of the invoice that a payload refers to: letters and digits alone, whatever its id is."""
    form = _BY_EXTERNAL_ID if "external_id" in txn else _BY_TXN_ID
    return form + str(txn.get("external_id", txn.get("txn_id", ""))).encode().hex()


def typed_parts(values: Mapping[str, str]) -> list[TypedPart]:
    """The invoices that are given something, in the order of the form."""
    found = []
    for name, text in values.items():
        key = name.removeprefix(_BEFORE)
        if key == name or key.startswith(_OTHERS):
            continue
        part = TypedPart(key, text.strip(), values.get(f"{_BEFORE}{_OTHERS}{key}", ""))
        if part.amount or part.others:
            found.append(part)
    return found


def part_values(applied: Mapping[str, object], txn: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The fields for an entry of a payload."""
    key = applied_key(txn)
    yield f"{_BEFORE}{key}", str(applied.get("payment_amount", ""))
    if others := {name: value for name, value in applied.items() if name not in {"txn", "payment_amount"}}:
        yield f"{_BEFORE}{_OTHERS}{key}", json.dumps(others, default=str)
