"""`decide`: what one reply of QuickBooks means for one job. Pure, and the only place that reads a statusCode.

The codes are those of facts/qbxml.md section 4. A code is judged by its number and by whether an object came back,
never by its severity: real files send errors marked "Info".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from qbwc_server.jobs import LOOKUP, Applied, Job, Question, Trouble, kind, looks_like_an_id
from qbwc_server.qbxml import Reply, Ret, StatusClass, is_transient_text, missing_name, status_fact

LONGEST_ID = 36
"""Characters of a ListID or TxnID (IDTYPE): anything longer is none."""
MOST_TRIES = 12
"""Passing refusals a job takes before a person must look; with the delays below about a day."""
_LONGEST_DELAY_MINUTES = 240
PAYMENT = "payment"
_DOES_NOT_FIT = frozenset({3120, 3210})
"""Codes of a payment for an invoice on which less is open, or nothing any more."""
_TEXT_DECIDES = frozenset({3170, 3180, 3185})
"""Codes that mean a lock or a real refusal, told apart by QuickBooks' words."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is in the books under this ID."""

    qb_id: str
    ret: Ret
    warnings: tuple[str, ...] = ()
    how: str = "booked as"
    """For the history, before the ID."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The job goes on with another step, nothing of it being in the books."""

    step: str
    reason: str
    """For the history, one line."""


@dataclass(frozen=True, slots=True)
class Retry:
    """QuickBooks could not do it just then; nothing was applied."""

    after: timedelta
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class NotApplied:
    """QuickBooks never got to it: back to the queue, and no attempt is counted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Verify:
    """It may be in the books; that has to be found out before anything else happens to it."""

    reason: str
    applied: Applied = Applied.UNKNOWN


@dataclass(frozen=True, slots=True)
class Ask:
    """A person has to say how it goes on."""

    question: Question
    text: str
    """What is asked, one line."""
    applied: Applied = Applied.UNKNOWN
    detail: Mapping[str, object] = field(default_factory=dict)
    """What is shown with it and what the answer is checked against."""


@dataclass(frozen=True, slots=True)
class Block:
    """A name it refers to is missing in QuickBooks."""

    on: str
    """List and name, as "Item:Labor"."""
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Fail:
    """Refused for good; nothing was applied."""

    trouble: Trouble


Outcome = Done | NextStep | Retry | NotApplied | Verify | Ask | Block | Fail


def decide(job: Job, step: str, reply: Reply, chance: float) -> Outcome:
    """What `reply` means for `job`, which was sent as `step` ("add"); `chance` in [0, 1) spreads the retries."""
    wanted = f"{kind(job.kind).request_for(step)}Rs"
    if reply.name != wanted:
        return Verify(f"QuickBooks answered with {reply.name} instead of {wanted}")
    code = reply.status_code
    if code is None or code < 0:
        return Verify("QuickBooks' answer carries no status code")
    fact = status_fact(code)
    if fact.status_class in (StatusClass.OK, StatusClass.WARNING):
        return _applied(job, code, reply)
    if reply.ret is not None and reply.ret.id is not None:
        return Verify(f"QuickBooks refused it (status {code}) and returned an object all the same")
    return _refused(job, code, reply, chance)


def _applied(job: Job, code: int, reply: Reply) -> Outcome:
    ret = reply.ret
    qb_id = ret and (ret.txn_id if kind(job.kind).is_transaction else ret.list_id)
    if ret is None or not qb_id or len(qb_id) > LONGEST_ID:
        return Verify(f"QuickBooks reported success (status {code}) but returned no ID", Applied.YES)
    if ret.external_guid is not None and ret.external_guid.upper() != job.guid.upper():
        return Verify("QuickBooks returned an object that carries another job's GUID")
    warnings = () if code == 0 else (_one_line(f"QuickBooks warned (status {code}): {reply.message}"),)
    return Done(qb_id, ret, warnings)


def _refused(job: Job, code: int, reply: Reply, chance: float) -> Outcome:
    fact = status_fact(code)
    trouble = Trouble(
        error=_one_line(f"QuickBooks refused it (status {code}): {reply.message}"),
        code=str(code),
        cause=fact.cause,
        remedy=fact.remedy,
        quickbooks_message=reply.message,
    )
    transient = fact.status_class is StatusClass.TRANSIENT and code not in _TEXT_DECIDES
    if transient or (code in _TEXT_DECIDES and is_transient_text(reply.message)):
        return _retry(job, trouble, chance)
    if _is_looked_up(job, code):
        return NextStep(LOOKUP, trouble.error)
    match fact.status_class:
        case StatusClass.NOT_APPLIED:
            return NotApplied(f"QuickBooks did not process it (status {code})")
        case StatusClass.VERIFY:
            return Verify(f"QuickBooks reported an internal error (status {code}): {reply.message}")
        case StatusClass.MISSING_REFERENCE:
            return _blocked(trouble, reply.message)
    return Fail(trouble)


def _is_looked_up(job: Job, code: int) -> bool:
    """A name that is taken, or a payment that its invoices do not take: QuickBooks is asked before a person is."""
    if kind(job.kind).is_transaction:
        return job.kind == PAYMENT and code in _DOES_NOT_FIT and '"applied_to"' in job.payload
    return status_fact(code).status_class is StatusClass.DUPLICATE_NAME


def _blocked(trouble: Trouble, message: str) -> Outcome:
    missing = missing_name(message)
    if missing is None:
        return Fail(trouble)
    listed, name = missing
    if looks_like_an_id(name):
        return Fail(_gone_reference(trouble, listed, name))
    on = f"{listed}:{name}"
    return Block(
        on,
        Trouble(
            error=f"{listed} {name!r} is not in QuickBooks",
            code=trouble.code,
            cause=trouble.cause,
            remedy=trouble.remedy,
            quickbooks_message=message,
            missing_name=on,
        ),
    )


def _gone_reference(trouble: Trouble, listed: str, qb_id: str) -> Trouble:
    return Trouble(
        error=f"it refers to the {listed} {qb_id}, which is not in QuickBooks any more",
        code=trouble.code,
        cause="It was deleted there, or merged with another entry, after its ID was recorded.",
        remedy="The administrator looks what became of it (`qbwc jobs --status held`), then retries this job.",
        quickbooks_message=trouble.quickbooks_message,
    )


def _retry(job: Job, trouble: Trouble, chance: float) -> Outcome:
    if job.attempts + 1 >= MOST_TRIES:
        return Fail(
            Trouble(
                error=f"tried {MOST_TRIES} times over about a day: {trouble.error}",
                code=trouble.code,
                cause=trouble.cause,
                remedy=trouble.remedy,
                quickbooks_message=trouble.quickbooks_message,
            )
        )
    return Retry(delay(job.attempts, chance), trouble)


def delay(attempts: int, chance: float) -> timedelta:
    """How long to wait after this many earlier tries: 1, 2, 4 ... 240 minutes, spread by a fifth either way."""
    minutes: float = min(2**attempts, _LONGEST_DELAY_MINUTES)
    return timedelta(minutes=minutes * (0.8 + 0.4 * chance))


def _one_line(text: str) -> str:
    return " ".join(text.split())
