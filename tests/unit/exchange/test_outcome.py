"""`decide`: what one reply means for one job."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from qbwc_server.exchange.outcome import Block, Done, Fail, NotApplied, Outcome, Retry, Verify, decide, delay
from qbwc_server.jobs import Applied, Job, Status
from qbwc_server.qbxml import Reply, Ret

GUID = "{12345678-1234-4234-8234-1234567890AB}"
NOW = datetime(2026, 11, 2, tzinfo=UTC)
JOB = Job(
    id=1,
    company_id=1,
    kind="invoice",
    family="invoice",
    operation="add",
    step="add",
    external_id="INV-1",
    idempotency_key="invoice:INV-1",
    content_sha256="",
    payload="{}",
    label="Invoice 1001",
    priority=0,
    rank=0,
    status=Status.SENT,
    applied=Applied.UNKNOWN,
    waiting_for=0,
    due_at=NOW,
    attempts=0,
    guid=GUID,
    search_group=None,
    message_set_id=1,
    error=None,
    error_code=None,
    cause=None,
    remedy=None,
    quickbooks_message=None,
    missing_name=None,
    question=None,
    question_detail=None,
    list_id=None,
    txn_id=None,
    warning=None,
    created_at=NOW,
    updated_at=NOW,
    finished_at=None,
)

LOCKS = [
    "The transaction could not be locked.  It is in use by another user.",
    "QuickBooks error message: The application failed to acquire the lock.",
    "QuickBooks error message: The list element is in use.",
    "QuickBooks error message: This list has been modified by another user.",
    "the internals could not be locked.  They are in use by another user.",
]
PERMANENT = [
    *(1030, 1060, 2000, 2040, 3000, 3010, 3020, 3030, 3031, 3035, 3040, 3045, 3050, 3060, 3065, 3070, 3080, 3085),
    *(3090, 3100, 3101, 3110, 3120, 3121, 3150, 3151, 3152, 3153, 3154, 3160, 3161, 3170, 3171, 3172, 3173, 3177),
    *(3180, 3185, 3190, 3191, 3200, 3205, 3210, 3220, 3240, 3250, 3260, 3261, 3262, 3263, 3270, 3280, 3290, 3300),
    *(9100, 9101, 9102, 9103),
]


def _ret(inner: str, name: str = "InvoiceRet") -> Ret:
    return Ret(name, etree.fromstring(f"<{name}>{inner}</{name}>"))


def _reply(
    code: int | None,
    message: str = "Refused.",
    ret: Ret | None = None,
    *,
    severity: str = "Error",
    name: str = "InvoiceAddRs",
) -> Reply:
    recovery = ret if ret is not None and ret.name == "ErrorRecovery" else None
    rets = (ret,) if ret is not None and recovery is None else ()
    return Reply(name, "k.1", code, severity, message, rets, recovery)


def _decide(reply: Reply, job: Job = JOB) -> Outcome:
    return decide(job, "add", reply, 0.5)


def test_status_0_with_an_id_is_done() -> None:
    outcome = _decide(_reply(0, "Status OK", _ret("<TxnID>1-2</TxnID>")))
    assert isinstance(outcome, Done)
    assert (outcome.qb_id, outcome.warnings) == ("1-2", ())


@pytest.mark.parametrize("code", [1, 500, 501, 510, 530, 531, 550, 560, 570, 999])
def test_a_warning_with_an_id_is_done_because_quickbooks_processed_it(code: int) -> None:
    outcome = _decide(_reply(code, "Look at it.", _ret("<TxnID>1-2</TxnID>"), severity="Warn"))
    assert isinstance(outcome, Done)
    assert outcome.warnings == (f"QuickBooks warned (status {code}): Look at it.",)


def test_identifiers_of_a_recovery_answer_are_enough() -> None:
    outcome = _decide(_reply(0, "Status OK", _ret("<TxnID>1-2</TxnID>", "ErrorRecovery")))
    assert isinstance(outcome, Done)
    assert outcome.qb_id == "1-2"


@pytest.mark.parametrize("code", [0, 530, 550])
def test_success_without_an_id_is_applied_and_has_to_be_found(code: int) -> None:
    outcome = _decide(_reply(code, "Status OK"))
    assert isinstance(outcome, Verify)
    assert outcome.applied is Applied.YES


def test_a_list_id_is_no_id_for_a_transaction() -> None:
    assert isinstance(_decide(_reply(0, "Status OK", _ret("<ListID>8-1</ListID>"))), Verify)


def test_an_id_that_is_too_long_is_none() -> None:
    assert isinstance(_decide(_reply(0, "Status OK", _ret(f"<TxnID>{'8' * 37}</TxnID>"))), Verify)


def test_an_object_with_another_guid_is_not_taken_for_ours() -> None:
    other = _ret("<TxnID>1-2</TxnID><ExternalGUID>{00000000-0000-4000-8000-000000000000}</ExternalGUID>")
    assert isinstance(_decide(_reply(0, "Status OK", other)), Verify)


def test_our_guid_in_lower_case_is_ours() -> None:
    ours = _ret(f"<TxnID>1-2</TxnID><ExternalGUID>{GUID.lower()}</ExternalGUID>")
    assert isinstance(_decide(_reply(0, "Status OK", ours)), Done)


@pytest.mark.parametrize("code", [1000, 1001, 9001, 9002, 9003, 9004, 9005])
def test_an_internal_error_has_to_be_verified(code: int) -> None:
    outcome = _decide(_reply(code))
    assert isinstance(outcome, Verify)
    assert outcome.applied is Applied.UNKNOWN


def test_3231_is_the_proof_that_nothing_was_written() -> None:
    assert isinstance(_decide(_reply(3231, "The request has not been processed.")), NotApplied)


@pytest.mark.parametrize("code", PERMANENT)
def test_a_permanent_code_fails_with_cause_and_remedy(code: int) -> None:
    outcome = _decide(_reply(code))
    assert isinstance(outcome, Fail)
    assert outcome.trouble.code == str(code)
    assert outcome.trouble.cause
    assert outcome.trouble.remedy
    assert outcome.trouble.quickbooks_message == "Refused."


@pytest.mark.parametrize("code", [1010, 3162, 3175, 3176])
def test_a_passing_code_is_tried_again(code: int) -> None:
    assert isinstance(_decide(_reply(code)), Retry)


@pytest.mark.parametrize("text", LOCKS)
@pytest.mark.parametrize("code", [3170, 3175, 3176, 3180, 3185])
def test_a_lock_is_known_by_its_words_and_tried_again(code: int, text: str) -> None:
    assert isinstance(_decide(_reply(code, f"There was an error.  {text}")), Retry)


def test_a_lock_marked_as_information_is_still_a_lock() -> None:
    assert isinstance(_decide(_reply(3175, LOCKS[0], severity="Info")), Retry)


@pytest.mark.parametrize(
    ("code", "message", "on"),
    [
        (
            3140,
            'There is an invalid reference to QuickBooks Customer "Joe Smith" in the Invoice.  QuickBooks error '
            "message: Invalid argument.  The specified record does not exist in the list.",
            "Customer:Joe Smith",
        ),
        (
            3140,
            'There is an invalid reference to QuickBooks Item "Labor" in the Invoice line.  QuickBooks error message: '
            "Invalid argument.  The specified record does not exist in the list.",
            "Item:Labor",
        ),
        (
            3130,
            'There is an invalid reference to a parent "Roof" in the Customers list.  QuickBooks error message: '
            "Invalid argument.  The specified record does not exist in the list.",
            None,
        ),
    ],
)
def test_a_missing_name_blocks_on_it(code: int, message: str, on: str | None) -> None:
    outcome = _decide(_reply(code, message))
    assert isinstance(outcome, Block)
    assert on is None or outcome.on == on
    assert outcome.on.endswith(('"', "Roof", "Labor", "Joe Smith"))
    assert outcome.trouble.missing_name == outcome.on


def test_a_missing_reference_without_a_name_fails() -> None:
    assert isinstance(_decide(_reply(3140, "There is an invalid reference.")), Fail)


@pytest.mark.parametrize("code", [None, -1])
def test_a_reply_without_a_status_code_concludes_nothing(code: int | None) -> None:
    assert isinstance(_decide(_reply(code)), Verify)


def test_the_answer_to_another_request_concludes_nothing() -> None:
    assert isinstance(_decide(_reply(0, "Status OK", _ret("<TxnID>1-2</TxnID>"), name="EstimateAddRs")), Verify)


def test_a_refusal_that_returns_an_object_all_the_same_has_to_be_verified() -> None:
    assert isinstance(_decide(_reply(3180, "Refused.", _ret("<TxnID>1-2</TxnID>"))), Verify)


def test_every_number_there_is_gives_an_outcome() -> None:
    for code in range(10_000):
        assert isinstance(_decide(_reply(code)), Verify | NotApplied | Fail | Retry | Block)


def test_retries_grow_are_spread_and_end_after_about_a_day() -> None:
    waits = [delay(attempts, 0.5) for attempts in range(11)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert max(waits) == timedelta(hours=4)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(hours=24)
    assert delay(3, 0.0) < delay(3, 0.99)
    last = _decide(_reply(3175, LOCKS[0]), replace(JOB, attempts=11))
    assert isinstance(last, Fail)
    assert last.trouble.error.startswith("tried 12 times")
