"""docs/payloads.md, written from the models themselves: ``python -m qbwc_server.jobs.payload_reference``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from qbwc_server.jobs.declared import FieldReader
from qbwc_server.jobs.intake import HIGHEST_PRIORITY, LOWEST_PRIORITY
from qbwc_server.jobs.kinds import KINDS, REGISTERED, Kind
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.readers import EARLIEST, LATEST
from qbwc_server.jobs.ref import LONGEST_EXTERNAL_ID, RefReader
from qbwc_server.qbxml import Element, FieldType

EXAMPLES = (
    '{"kind": "customer", "operation": "add", "external_id": "C-1", "payload": {"name": "Acme Hardware", '
    '"company_name": "Acme Hardware LLC", "bill_address": {"addr1": "Acme Hardware LLC", "addr2": "1 Main St", '
    '"city": "Mansfield", "state": "CT", "postal_code": "06268"}, "phone": "555-0100", "email": "ap@acme.example"}}',
    '{"kind": "customer", "operation": "add", "external_id": "C-2", "payload": {"name": "Roof", '
    '"parent_ref": {"external_id": "C-1"}}}',
    '{"kind": "item_service", "operation": "add", "external_id": "I-1", "payload": {"name": "Labor", '
    '"sales_or_purchase": {"desc": "Labor by the hour", "price": "60.00", "account_ref": "Consulting Income"}}}',
    '{"kind": "invoice", "operation": "add", "external_id": "INV-1", "payload": {"customer_ref": '
    '{"external_id": "C-1"}, "txn_date": "2026-11-02", "ref_number": "1001", "lines": [{"item_ref": '
    '{"external_id": "I-1"}, "desc": "Repair", "quantity": "2", "rate": "60.00"}], "expected_total": "120.00"}}',
    '{"kind": "payment", "operation": "add", "external_id": "P-1", "payload": {"customer_ref": '
    '{"external_id": "C-1"}, "txn_date": "2026-11-03", "ref_number": "CHK 77", "total_amount": "120.00", '
    '"payment_method_ref": "Check", "applied_to": [{"txn": {"external_id": "INV-1"}, "payment_amount": "120.00"}]}}',
)
"""One job a line, as a file for `qbwc enqueue` holds them."""
_EXAMPLE_LINES = "\n".join(EXAMPLES)
_KIND_NAMES = ", ".join(f"`{name}`" for name in KINDS)

_INTRODUCTION = f"""\
# Jobs and their payloads

This page is written by `python -m qbwc_server.jobs.payload_reference` from the models that check the payloads.

A file for `qbwc enqueue` is UTF-8 text with one job on each line (JSON lines):

```json
{_EXAMPLE_LINES}
```

| key | | meaning |
|---|---|---|
| `kind` | required | what is added: {_KIND_NAMES} |
| `operation` | required | `add` |
| `external_id` | required | your own id of the record, 1 to {LONGEST_EXTERNAL_ID} characters; all kinds of items \
share one set of ids, every other kind has its own |
| `payload` | required | the fields below |
| `priority` | | whole number from {LOWEST_PRIORITY} to {HIGHEST_PRIORITY}, 0 if left out; higher goes first |

The order of the lines does not matter: a job waits for the records it refers to. A file is accepted whole or not at
all, and all its errors are reported at once.

## Types

- **text**: in quotes, also when it consists of digits. QuickBooks stores Windows-1252: other characters, control
  characters, and line breaks except in *text of several lines* are refused. An empty text is refused: leave the field
  out. The number is the longest length, in characters.
- **amount**: money, at most two decimals and 13 digits before the point. **number**: at most five decimals and
  10 digits before the point. Both as a JSON number or, safer in most programs, in quotes: `"60.00"`. In Python
  `Decimal` or `str`, never `float`.
- **date**: `"2026-11-30"`, from {EARLIEST} to {LATEST}. **true/false**: without quotes.
- **reference**: which other record is meant, one of
  - `{{"external_id": "C-1"}}`: your own id, of a job in the same file, in the queue or done;
  - `{{"list_id": "80000013-1416570432"}}`, for a transaction `{{"txn_id": "C5-1417118624"}}`: QuickBooks' own id;
  - `{{"full_name": "Acme Hardware:Roof"}}` or just `"Acme Hardware:Roof"`: the name in QuickBooks with its parents, for
    members of lists. The table gives its longest form.

`null` is the same as leaving a field out, and leaving a field out never clears anything.
"""


Row = tuple[str, str, str, str]
_NUMBERS = {FieldType.PRICE, FieldType.QUANTITY, FieldType.PERCENT}


def payload_reference() -> str:
    """The whole page, Markdown."""
    sections = [_section(kind) for kind in KINDS.values()]
    return "\n".join([_INTRODUCTION, *sections])


def _section(kind: Kind) -> str:
    rows = [("field", "", "type", "meaning"), ("---",) * 4, *_rows(kind.model, "")]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"## {kind.title}: `{kind.name}`", "", _purpose(kind.model), "", *lines, ""])


def _purpose(model: type[Payload]) -> str:
    return " ".join((model.__doc__ or "").split())


def _rows(model: type[Payload], prefix: str) -> Iterator[Row]:
    for name, reader in model.readers.items():
        field = model.model_fields[name]
        path = f"{prefix}{name}"
        yield f"`{path}`", "required" if field.is_required() else "", _type(reader, field), str(field.description)
        for part in reader.parts:
            inside = f"{path}[]" if reader.is_list else path
            yield f"`{inside}`", "", "object", _purpose(part)
            yield from _rows(part, f"{inside}.")


def _type(reader: FieldReader, field: FieldInfo) -> str:
    if reader.ref is not None:
        return _reference_type(reader.ref)
    if reader.leaf is not None:
        return ", ".join([_leaf_type(reader.leaf.element), *_bounds(field)])
    return "list" if reader.is_list else ""


def _leaf_type(element: Element) -> str:
    match element.type:
        case FieldType.TEXT:
            return f"text{' of several lines' if element.multiline else ''}, at most {element.max_length}"
        case FieldType.ENUM:
            return " or ".join(f"`{value}`" for value in element.values)
        case FieldType.BOOLEAN:
            return "true/false"
        case FieldType.FLOAT:
            return "number with any decimals"
        case kind if kind in _NUMBERS:
            return "number"
        case kind:
            return str(kind)


def _bounds(field: FieldInfo) -> Iterator[str]:
    for mark in field.metadata:
        for bound, words in (("gt", "more than"), ("ge", "at least")):
            if (limit := getattr(mark, bound, None)) is not None:
                yield f"{words} {limit}"


def _reference_type(reader: RefReader) -> str:
    known = reader.family is not None and REGISTERED.offers(reader.family)
    forms = [f"`{form}`" for form in reader.forms if known or form != "external_id"]
    longest = f" ({reader.names.max_length})" if reader.names is not None else ""
    return f"reference: {', '.join(forms)}{longest}"


if __name__ == "__main__":
    sys.stdout.write(payload_reference())
