"""How companies stand on the page: which come first, what is said of each, and their jobs by state. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qbwc_server.admin.connecting import seen_file
from qbwc_server.desk import Card, Contact, Count, Estimate, Explanation, JobFilter, JobLine, company_explanation
from qbwc_server.jobs import Status

ROWS = 50
"""Companies on one page of a table."""
NEWEST = 8
"""Jobs that wait for a person, shown in one place."""

STATES = {
    Contact.LATE: "late",
    Contact.STOPPED: "stopped",
    Contact.FAILING: "failing",
    Contact.PAUSED: "paused",
    Contact.NEVER_SEEN: "waiting",
    Contact.FINE: "active",
}
"""What each is called among the parts of pages; the worst first."""
_ORDER = {contact: place for place, contact in enumerate(STATES)}
_SAY = {
    Contact.LATE: ("is late", "are late"),
    Contact.STOPPED: ("is stopped", "are stopped"),
    Contact.FAILING: ("could not reach QuickBooks", "could not reach QuickBooks"),
    Contact.PAUSED: ("is paused", "are paused"),
    Contact.NEVER_SEEN: ("was not seen yet", "were not seen yet"),
}
_FIGURES = (
    (Status.HELD, "need an answer"),
    (Status.FAILED, "failed"),
    (Status.BLOCKED, "blocked"),
    (Status.IN_DOUBT, "in doubt"),
    (Status.RETRYING, "tried again later"),
    (Status.QUEUED, "queued"),
    (Status.SENT, "sent"),
    (Status.DONE, "done"),
    (Status.CANCELLED, "cancelled"),
)
_ALWAYS = {Status.QUEUED, Status.DONE}
"""Shown even where there are none, so that the figures are never an empty box."""

JobsUrl = Callable[[JobFilter], str | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures above a page, as `facts` of the macros takes it."""

    label: str
    value: str
    href: str | None
    status: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company among many."""

    card: Card
    state: str
    why: str
    """What is wrong with its connection and why, in a sentence or two; empty if nothing is."""
    figures: tuple[Figure, ...]

    @property
    def is_late(self) -> bool:
        """Whether the time at which it was expected has passed by far."""
        return self.card.contact is Contact.LATE


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the page of one company says of how it stands."""

    card: Card
    state: str
    explanation: Explanation | None
    figures: tuple[Figure, ...]
    estimate: Estimate
    waiting: tuple[JobLine, ...]
    """The newest jobs that wait for a person."""
    all_waiting: str | None
    """Where all of those are listed."""
    seen_file: str
    """Which file was open last; empty if none was seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a table."""

    cards: tuple[Card, ...]
    number: int
    """Counted from 1; the last one if there are not so many."""
    pages: int
    first: int
    """Of the first one shown, among all, counted from 1; 0 if there is none."""
    last: int
    total: int


def worst_first(cards: Iterable[Card]) -> list[Card]:
    """Those that need a look before those that do well, each by name."""
    return sorted(cards, key=lambda card: (_ORDER[card.contact], not card.needs_person.number, _name(card)))


def named(cards: Iterable[Card], text: str) -> list[Card]:
    """Those in whose name, path or user name a text occurs, in any case."""
    wanted = " ".join(text.split()).casefold()
    return [card for card in cards if wanted in _name(card) or wanted in _places(card)]


def part(cards: Sequence[Card], number: int) -> Part:
    """That page of a table."""
    pages = max(1, -(-len(cards) // ROWS))
    number = min(max(1, number), pages)
    start = (number - 1) * ROWS
    shown = tuple(cards[start : start + ROWS])
    return Part(shown, number, pages, start + 1 if shown else 0, start + len(shown), len(cards))


def row(card: Card, jobs_url: JobsUrl) -> CompanyRow:
    """What a table says of a company."""
    return CompanyRow(card, STATES[card.contact], why(card), tuple(figures([card], jobs_url)))


def standing(card: Card, waiting: Sequence[JobLine], estimate: Estimate, jobs_url: JobsUrl) -> Standing:
    """What the page of a company, or Home while there is one alone, shows."""
    return Standing(
        card=card,
        state=STATES[card.contact],
        explanation=company_explanation(card),
        figures=tuple(figures([card], jobs_url)),
        estimate=estimate,
        waiting=tuple(waiting[:NEWEST]),
        all_waiting=jobs_url(JobFilter(company=card.company.name, needs_person=True)),
        seen_file=seen_file(card.company),
    )


def why(card: Card) -> str:
    """What is wrong with a company's connection, for one cell of a table."""
    told = company_explanation(card)
    if told is None:
        return card.says
    return told.cause or told.what if card.contact is Contact.LATE else told.what


def figures(cards: Sequence[Card], jobs_url: JobsUrl) -> list[Figure]:
    """The jobs of one company, or of all, by state; without the states that no job is in."""
    alone = cards[0].company.name if len(cards) == 1 else None
    found = []
    for status, label in _FIGURES:
        count = summed(card.counts[status] for card in cards)
        if count.number or status in _ALWAYS:
            url = jobs_url(JobFilter(company=alone, statuses=(status,)))
            found.append(Figure(label, str(count), url if count.number else None, status if count.number else None))
    return found


def summed(counts: Iterable[Count]) -> Count:
    """Several counts together."""
    every = list(counts)
    return Count(sum(each.number for each in every), any(each.is_capped for each in every))


def lead(cards: Sequence[Card]) -> str:
    """How it stands with all of them, in two sentences."""
    numbers = Counter(card.contact for card in cards)
    bad = [f"{numbers[contact]:,} {words[numbers[contact] > 1]}" for contact, words in _SAY.items() if numbers[contact]]
    there = f"{len(cards):,} {'company' if len(cards) == 1 else 'companies'}."
    return f"{there} {_listed(bad)}." if bad else f"{there} The Web Connector of each comes by as it should."


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _name(card: Card) -> str:
    return card.company.name.casefold()


def _places(card: Card) -> str:
    company = card.company
    return "\n".join([company.username, company.company_file, company.seen_path or ""]).casefold()
