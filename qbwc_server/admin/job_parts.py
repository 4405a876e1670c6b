"""What a job's page shows, in the shape in which the macros take it. Pure: nothing of Flask, nothing of a database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from qbwc_server.desk import Document, Entry, Line, Named, Paid, Receipt, Story, Verdict, Who
from qbwc_server.jobs import KINDS, Status

UNDER_WAY = frozenset({Status.QUEUED, Status.SENT, Status.IN_DOUBT, Status.RETRYING, Status.BLOCKED})
"""States that end without anybody at the page; it looks for news while a job is in one."""
MOST_EXCHANGES = 20
_BY_ITSELF = {"exchange": "this server"}
_TITLES: Mapping[Status, str] = {
    Status.FAILED: "It failed",
    Status.BLOCKED: "It cannot go on yet",
    Status.HELD: "A person has to decide",
    Status.IN_DOUBT: "Nobody knows yet whether it is in QuickBooks",
    Status.RETRYING: "It did not work yet, and is tried again",
}
_WHO: Mapping[Who, str] = {
    Who.NOBODY: "Nobody: it goes on by itself",
    Who.BOOKKEEPER: "The bookkeeper",
    Who.ADMINISTRATOR: "The administrator of QuickBooks or of this server",
    Who.DEVELOPER: "Whoever looks after the application that handed in the job",
}


@dataclass(frozen=True, slots=True)
class Callout:
    """What is wrong, as the macro `callout` takes it."""

    title: str
    kind: str
    what: str
    cause: str | None = None
    remedy: str | None = None
    who: str | None = None
    quoted: str | None = None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line of a document."""

    item: Named | None
    text: str
    quantity: Decimal | None
    rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, as the macro `document` takes it."""

    title: str
    number: str | None
    company: str
    party: Named | str | None
    party_label: str
    address: tuple[str, ...]
    facts: tuple[tuple[str, Named | str], ...]
    lines: tuple[PaperLine, ...]
    pays: tuple[Paid, ...]
    totals: tuple[tuple[str, Decimal], ...]
    total: tuple[str, Decimal] | None
    memo: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the timeline."""

    at: datetime
    text: str
    actor: str
    status: str | None
    detail: str | None
    detail_title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a receipt."""

    label: str
    sent: str | None
    found: str | None
    equal: bool | None
    figure: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Texts that can be looked at: one set in which the job travelled."""

    key: str
    at: datetime
    what: str


def callout(story: Story) -> Callout | None:
    """What is wrong with a job, or worth a look; None if nothing is."""
    job, trouble = story.job, story.trouble
    if trouble is None:
        if job.warning:
            return Callout("It is in QuickBooks, but worth a look", "late", _capital(job.warning))
        return None
    remedy = None if trouble.remedy is not None and "qbwc " in trouble.remedy else trouble.remedy
    return Callout(
        _TITLES.get(job.status, "Something is wrong"),
        str(job.status),
        _capital(trouble.what),
        trouble.cause,
        remedy,
        _WHO[trouble.who],
        trouble.quickbooks_said,
    )


def paper(story: Story) -> Paper:
    """The job as the document it stands for; a customer or an item is one with its fields alone."""
    given = story.document
    is_document = KINDS[story.job.kind].is_transaction if story.job.kind in KINDS else False
    fields = dict(given.fields)
    address = tuple(str(value) for name, value in given.fields if name.startswith("bill address: "))
    memo = str(fields["memo"]) if "memo" in fields else None
    apart = {"memo", *(name for name in fields if name.startswith("bill address: "))}
    facts = [("Date", given.date)] if given.date else []
    rest = [(name[:1].upper() + name[1:], value) for name, value in given.fields if name not in apart]
    return Paper(
        title=given.title,
        number=given.number,
        company=story.company,
        party=given.customer if is_document else str(fields.get("name") or story.job.label),
        party_label=("Received from" if given.paid is not None else "Bill to") if is_document else "Name",
        address=address,
        facts=(*facts, *(pair for pair in rest if is_document or pair[0] != "Name")),
        lines=tuple(_line(line) for line in given.lines),
        pays=given.pays,
        totals=tuple(_totals(given)),
        total=_total(given),
        memo=memo,
    )


def happened(entries: Sequence[Entry]) -> list[Happened]:
    """The story of a job, oldest first."""
    return [
        Happened(
            entry.at,
            entry.what,
            _BY_ITSELF.get(entry.who, entry.who),
            entry.status,
            _readable(entry.detail),
            "What was there before" if entry.status == Status.QUEUED else "What was known then",
        )
        for entry in entries
    ]


def exchanges(entries: Sequence[Entry]) -> list[Exchanged]:
    """The sets whose texts can be looked at, the newest first; of each, what was last said of it."""
    newest: dict[str, Exchanged] = {}
    for entry in reversed(entries):
        if entry.set_key is not None:
            newest.setdefault(entry.set_key, Exchanged(entry.set_key, entry.at, entry.what))
    return list(newest.values())[:MOST_EXCHANGES]


def receipt_rows(receipt: Receipt, given: Document) -> tuple[list[Row], list[Row]]:
    """What was sent with what became of it, and what QuickBooks added."""
    sent = [
        Row(
            _capital(each.field),
            each.sent,
            each.returned,
            each.verdict is Verdict.EQUAL if each.verdict is not Verdict.NOT_RETURNED else None,
            _is_figure(each.sent),
            "not shown in QuickBooks' answer" if each.verdict is Verdict.NOT_RETURNED else "",
        )
        for each in receipt.fields
        if each.verdict is not Verdict.ADDED
    ]
    added = [
        Row(_capital(each.field), None, each.returned, None, _is_figure(each.returned))
        for each in receipt.fields
        if each.verdict is Verdict.ADDED
    ]
    if receipt.total_returned is not None and given.paid is None:
        expected = given.expected_total
        equal = None if expected is None else expected == receipt.total_returned
        sent.append(
            Row(
                "Total with tax",
                None if expected is None else f"{expected:,.2f}",
                f"{receipt.total_returned:,.2f}",
                equal,
                True,
                "" if expected is not None else "QuickBooks adds it up",
            )
        )
    return sent, added


def receipt_says(receipt: Receipt, rows: Sequence[Row]) -> str:
    """In one sentence, whether QuickBooks holds what was sent; the expected total counts too."""
    if not receipt.differences and any(row.equal is False for row in rows):
        return f"It is in QuickBooks as {receipt.qb_id}. What was sent is equal, but the total is not the expected one."
    return receipt.says


def who_was_faster(entries: Sequence[Entry]) -> Entry | None:
    """The last thing that a person did to a job."""
    people = [entry for entry in entries if entry.who not in ("exchange", "QuickBooks")]
    return people[-1] if people else None


def _line(line: Line) -> PaperLine:
    more = [f"{name}: {value}" for name, value in line.fields]
    if line.rate_percent is not None:
        more.append(f"{line.rate_percent} %")
    text = ". ".join(part for part in [line.description or "", *more] if part)
    return PaperLine(line.item, text, line.quantity, line.rate, line.amount)


def _totals(given: Document) -> Iterator[tuple[str, Decimal]]:
    if given.paid is not None:
        applied = [paid.amount for paid in given.pays if paid.amount is not None]
        if applied:
            yield "Applied to invoices", sum(applied, Decimal(0))
        if given.unapplied:
            yield "Kept as credit", given.unapplied
        return
    if given.subtotal is not None and (given.expected_total is not None or given.expected_tax is not None):
        yield "Before tax", given.subtotal
    if given.expected_tax is not None:
        yield "Expected tax", given.expected_tax


def _total(given: Document) -> tuple[str, Decimal] | None:
    if given.paid is not None:
        return "Payment", given.paid
    if given.expected_total is not None:
        return "Expected total", given.expected_total
    return None if given.subtotal is None else ("Total before tax", given.subtotal)


def _readable(detail: str | None) -> str | None:
    """Kept JSON with line breaks; anything else as it is."""
    if detail is None:
        return None
    try:
        return json.dumps(json.loads(detail), indent=2, ensure_ascii=False)
    except ValueError:
        return detail


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_figure(text: str | None) -> bool:
    return text is not None and text.replace(".", "", 1).replace("-", "", 1).isdecimal()
