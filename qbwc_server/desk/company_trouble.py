"""What keeps a company from being in touch with QuickBooks: what happened, why, what to do, and who does it."""

from __future__ import annotations

import re

from qbwc_server.desk.overview import Card
from qbwc_server.desk.trouble import Explanation, Who, who_acts
from qbwc_server.desk.visits import LATE_CAUSE, Contact
from qbwc_server.qbxml import hresult_fact

_UNREACHABLE = re.compile(r"QuickBooks could not be reached \((0x[0-9A-Fa-f]{1,8})\): ")
"""How the exchange begins what the Web Connector told in connectionError."""
_RUN_AGAIN = (
    "Press Update Selected in the Web Connector on that PC. If it ends the same way, its log there, "
    r"C:\ProgramData\Intuit\QBWebConnector\log\QWCLog.txt, says more."
)


def company_explanation(card: Card) -> Explanation | None:
    """What is wrong with a company's connection; None while it is fine, or was never made."""
    match card.contact:
        case Contact.STOPPED:
            return _stopped(card)
        case Contact.PAUSED:
            return _paused(card)
        case Contact.LATE:
            return _late(card)
        case Contact.FAILING:
            return _failing(card)
        case Contact.NEVER_SEEN | Contact.FINE:
            return None


def _stopped(card: Card) -> Explanation:
    name, reason = card.company.name, card.company.stop_reason or ""
    seen = reason.removeprefix("Stopped: ").partition(f". Open the company file of {name}; ")[0]
    return Explanation(
        f"Nothing is exchanged: {seen.rstrip('.')}.",
        "Somebody opened another company file on that PC; or a backup was restored, or a copy or a new year's file is "
        "in use now.",
        f"Open the company file of {name} in QuickBooks, then press Update Selected in the Web Connector. Only if the "
        "file that is open is the right one from now on, say so here: what waits is then booked in it.",
        Who.ADMINISTRATOR,
        None,
        None,
    )


def _paused(card: Card) -> Explanation:
    return Explanation(
        f"{(card.company.pause_reason or 'No reason was given').rstrip('.')}.",
        None,
        "Nothing goes out, and new jobs are still taken into the queue. Resume when the reason is gone.",
        Who.ADMINISTRATOR,
        None,
        None,
    )


def _late(card: Card) -> Explanation:
    machine = card.last_visit.machine if card.last_visit is not None else None
    where = f"the PC {machine}" if machine else "the PC where QuickBooks runs"
    return Explanation(
        "The Web Connector should have come by, and did not.",
        LATE_CAUSE,
        f"Look at {where}: wake it, let its Windows user log in, start the Web Connector, tick Auto-Run, and close any "
        "dialog that QuickBooks shows.",
        Who.ADMINISTRATOR,
        None,
        None,
    )


def _failing(card: Card) -> Explanation:
    said = card.last_visit.last_error if card.last_visit is not None else ""
    found = _UNREACHABLE.match(said)
    if found is None:
        return Explanation(said, None, _RUN_AGAIN, who_acts(said) or Who.ADMINISTRATOR, None, None)
    fact = hresult_fact(found[1])
    words = said[found.end() :].removesuffix(f" {fact.remedy}").rstrip(".")
    return Explanation(
        f"The Web Connector came, and could not reach QuickBooks ({fact.code}).",
        fact.meaning,
        fact.remedy,
        who_acts(fact.remedy) or Who.ADMINISTRATOR,
        fact.code,
        None if words == fact.meaning.rstrip(".") else words,
    )
