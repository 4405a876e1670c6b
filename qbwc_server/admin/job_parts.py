"""What a job's page shows, in the shape in which the macros take it. Pure: nothing of Flask, nothing of a database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qbwc_server.admin.paper import capital
from qbwc_server.desk import Compared, Document, Entry, Receipt, Story, Verdict, Who, number
from qbwc_server.jobs import Status

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
            return Callout("It is in QuickBooks, but worth a look", "late", capital(job.warning))
        return None
    remedy = None if trouble.remedy is not None and "qbwc " in trouble.remedy else trouble.remedy
    return Callout(
        _TITLES.get(job.status, "Something is wrong"),
        str(job.status),
        capital(trouble.what),
        trouble.cause,
        remedy,
        _WHO[trouble.who],
        trouble.quickbooks_said,
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
    shown = [each for each in receipt.fields if each.is_looked_for]
    sent = [_row(each) for each in shown]
    added = [_row(each) for each in receipt.fields if each not in shown and each.verdict is Verdict.ADDED]
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


_NOTES = {Verdict.NOT_RETURNED: "not shown in QuickBooks' answer", Verdict.ADDED: "set by QuickBooks"}


def _row(each: Compared) -> Row:
    equal = {Verdict.EQUAL: True, Verdict.DIFFERENT: False}.get(each.verdict)
    sent, found = ((_grouped(text) if each.is_number else text) for text in (each.sent, each.returned))
    return Row(capital(each.field), sent, found, equal, each.is_number, _NOTES.get(each.verdict, ""))


def receipt_says(receipt: Receipt, rows: Sequence[Row]) -> str:
    """In one sentence, whether QuickBooks holds what was sent; the expected total counts too."""
    if not receipt.differences and any(row.equal is False for row in rows):
        return f"It is in QuickBooks as {receipt.qb_id}. What was sent is equal, but the total is not the expected one."
    return receipt.says


def who_was_faster(entries: Sequence[Entry]) -> Entry | None:
    """The last thing that a person did to a job."""
    people = [entry for entry in entries if entry.who not in ("exchange", "QuickBooks")]
    return people[-1] if people else None


def _readable(detail: str | None) -> str | None:
    """Kept JSON with line breaks; anything else as it is."""
    if detail is None:
        return None
    try:
        return json.dumps(json.loads(detail), indent=2, ensure_ascii=False)
    except ValueError:
        return detail


def _grouped(text: str | None) -> str | None:
    """A number with thousands separators and the decimals it came with."""
    value = number(text)
    return text if value is None else f"{value:,f}"
