"""The Web Connector follows every return value: one session against a scripted server."""

from __future__ import annotations

import pytest

from qbwc_server import qbxml
from qbwc_server.simulator import Crash, Outcome, Point, WireFault
from qbwc_server.simulator.quickbooks.stamping import stamp_file
from tests.unit.simulator.asking import Asked, customer, message_set
from tests.unit.simulator.wires import APPLICATION, Notes, Scripted, ScriptedWire, run

ADD_A = message_set(customer("A"))
ADD_B = message_set(customer("B"))
FAULT = WireFault("HTTP 500")


def test_a_session_makes_its_calls_in_order(new: Asked) -> None:
    wire = ScriptedWire(sendRequestXML=[ADD_A, ADD_B], receiveResponseXML=[50, 100])
    outcome = run(wire, new)
    assert wire.operations == [
        *("serverVersion", "clientVersion", "authenticate"),
        *("sendRequestXML", "receiveResponseXML", "sendRequestXML", "receiveResponseXML", "closeConnection"),
    ]
    assert outcome == Outcome(
        ok=True,
        code="",
        status="OK",
        round_trips=2,
        requests=2,
        added=2,
        errors=0,
        percentages=(50, 100),
    )
    assert [document.name for document in new.books.documents()] == ["A", "B"]


def test_the_ticket_of_authenticate_is_carried_through_the_session(new: Asked) -> None:
    wire = ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=100)
    run(wire, new)
    assert wire.arguments("authenticate") == [("acme", "secret")]
    for operation in ("sendRequestXML", "receiveResponseXML", "closeConnection"):
        assert wire.arguments(operation)[0][0] == "ticket-1"


def test_the_first_send_request_alone_carries_hcp(new: Asked) -> None:
    wire = ScriptedWire(sendRequestXML=[ADD_A, ADD_B], receiveResponseXML=[1, 100])
    run(wire, new)
    first, second = wire.arguments("sendRequestXML")
    assert qbxml.read_hcp(str(first[1])).company_name == "Willow Creek Repairs"
    assert second[1] == ""
    path = r"C:\Users\Public\Documents\Intuit\QuickBooks\Company Files\Willow Creek Repairs.qbw"
    assert first[2:] == second[2:] == (path, "US", 16, 0)


def test_with_an_application_hcp_carries_its_stamp_and_the_lock_of_this_session(new: Asked) -> None:
    stamp_file(new.books, APPLICATION.owner_id, APPLICATION.file_id)
    wire = ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=100)
    run(wire, new, application=APPLICATION)
    hcp = qbxml.read_hcp(str(wire.arguments("sendRequestXML")[0][1]))
    assert hcp.extension(APPLICATION.owner_id, "FileID") == APPLICATION.file_id
    assert (hcp.extension(APPLICATION.owner_id, "AppLock") or "").startswith("LOCKED:OFFICE-PC:6392")
    after = qbxml.read_hcp(new.processor.host_company_preferences(APPLICATION.owner_id))
    assert after.extension(APPLICATION.owner_id, "AppLock") is None


def test_without_an_application_hcp_carries_neither(new: Asked) -> None:
    stamp_file(new.books, APPLICATION.owner_id, APPLICATION.file_id)
    wire = ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=100)
    run(wire, new)
    assert qbxml.read_hcp(str(wire.arguments("sendRequestXML")[0][1])).extensions == ()


def test_quickbooks_answer_goes_back_word_for_word_with_empty_hresult_and_message(new: Asked) -> None:
    wire = ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=100)
    run(wire, new)
    _, response, hresult, message = wire.arguments("receiveResponseXML")[0]
    assert str(response).startswith('<?xml version="1.0" ?>\n<QBXML>\n')
    assert (hresult, message) == ("", "")


@pytest.mark.parametrize("text", ["rubbish", message_set("<NonsenseRq/>")])
def test_a_set_that_quickbooks_throws_back_goes_back_as_an_hresult_and_the_session_goes_on(
    new: Asked, text: str
) -> None:
    wire = ScriptedWire(sendRequestXML=[text, ADD_A], receiveResponseXML=[10, 100])
    outcome = run(wire, new)
    assert wire.arguments("receiveResponseXML")[0] == (
        *("ticket-1", "", "0x80040400"),
        "QuickBooks found an error when parsing the provided XML text stream.",
    )
    assert (outcome.ok, outcome.round_trips, outcome.added, outcome.errors) == (True, 2, 1, 1)


def test_refused_requests_are_counted_and_do_not_make_the_session_fail(quickbooks: Asked) -> None:
    wire = ScriptedWire(
        sendRequestXML=message_set(customer("Acme"), customer("B"), "<HostQueryRq/>"), receiveResponseXML=100
    )
    outcome = run(wire, quickbooks)
    assert (outcome.ok, outcome.requests, outcome.added, outcome.errors) == (True, 3, 1, 1)


@pytest.mark.parametrize("percent", [0, 1, 99])
def test_every_percentage_below_100_goes_on(new: Asked, percent: int) -> None:
    wire = ScriptedWire(sendRequestXML=[ADD_A, ADD_B], receiveResponseXML=[percent, 100])
    notes = Notes()
    assert run(wire, new, notes=notes).percentages == (percent, 100)
    assert notes.percentages == [percent, 100]


def test_more_than_100_is_100(new: Asked) -> None:
    notes = Notes()
    outcome = run(ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=250), new, notes=notes)
    assert outcome.ok
    assert notes.percentages == [100]


def test_a_negative_percentage_asks_for_the_error_shows_it_and_closes(new: Asked) -> None:
    wire = ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=-1, getLastError="The queue is on fire.")
    outcome = run(wire, new)
    assert wire.operations[-2:] == ["getLastError", "closeConnection"]
    assert (outcome.ok, outcome.code, outcome.status) == (False, "QBWC1031", "QBWC1031: The queue is on fire.")


@pytest.mark.parametrize("request_", ["", None])
def test_no_request_and_no_error_is_the_end_of_the_work(new: Asked, request_: str | None) -> None:
    wire = ScriptedWire(sendRequestXML=request_, getLastError="", closeConnection="All done.")
    outcome = run(wire, new)
    assert wire.operations[-3:] == ["sendRequestXML", "getLastError", "closeConnection"]
    assert (outcome.ok, outcome.status, outcome.round_trips) == (True, "All done.", 0)


def test_no_request_and_an_error_shows_the_error(new: Asked) -> None:
    outcome = run(ScriptedWire(sendRequestXML="", getLastError="This is another company file."), new)
    assert (outcome.ok, outcome.status) == (False, "QBWC1031: This is another company file.")


@pytest.mark.parametrize("request_", ["", "NoOp"])
def test_no_op_waits_five_seconds_and_asks_again(new: Asked, request_: str) -> None:
    slept: list[float] = []
    wire = ScriptedWire(sendRequestXML=[request_, request_, ADD_A], getLastError="NoOp", receiveResponseXML=100)
    outcome = run(wire, new, sleep=slept.append)
    assert slept == [5, 5]
    assert (outcome.ok, outcome.added) == (True, 1)
    assert wire.arguments("sendRequestXML")[1][1] == ""


def test_interactive_mode_is_rejected(new: Asked) -> None:
    wire = ScriptedWire(sendRequestXML="", getLastError="Interactive mode", interactiveRejected="")
    outcome = run(wire, new)
    assert wire.operations[-2:] == ["interactiveRejected", "closeConnection"]
    assert wire.arguments("interactiveRejected")[0][0] == "ticket-1"
    assert not outcome.ok


@pytest.mark.parametrize(
    ("answer", "ok", "code", "status"),
    [
        (["t", "none"], True, "", "No data exchange required."),
        (["t", "NONE", "", ""], True, "", "No data exchange required."),
        (["", "nvu"], False, "QBWC1040", "QBWC1040: Invalid password for username acme."),
        (["t", "busy"], False, "", "Application busy."),
        (["t", "", "60", ""], True, "", "Update postponed by application."),
        (["t", "nvu", "60", ""], True, "", "Update postponed by application."),
    ],
)
def test_authenticate_may_end_the_session_and_closes_it(
    new: Asked, answer: list[str], ok: bool, code: str, status: str
) -> None:
    wire = ScriptedWire(authenticate=tuple(answer))
    outcome = run(wire, new)
    assert wire.operations == ["serverVersion", "clientVersion", "authenticate", "closeConnection"]
    assert wire.arguments("closeConnection") == [(answer[0],)]
    assert (outcome.ok, outcome.code, outcome.status) == (ok, code, status)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Object reference"),
        (("only-a-ticket",), "outside the bounds"),
        (FAULT, "HTTP 500"),
    ],
)
def test_an_authenticate_that_is_no_array_is_qbwc1012_and_nothing_is_closed(
    new: Asked, answer: Scripted, words: str
) -> None:
    wire = ScriptedWire(authenticate=answer)
    outcome = run(wire, new)
    assert wire.operations[-1] == "authenticate"
    assert outcome.code == "QBWC1012"
    assert words in outcome.status


def test_a_minimum_interval_does_not_stop_the_update(new: Asked) -> None:
    wire = ScriptedWire(authenticate=("t", "", "", "300"), sendRequestXML=ADD_A, receiveResponseXML=100)
    notes = Notes()
    assert run(wire, new, notes=notes).added == 1
    assert "The application wants at least 300 seconds between updates." in notes.lines


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("E:too old", "QBWC1037"),
        ("O:3.0", "QBWC1037"),
        ("hello", "QBWC1046"),
        ("W", "QBWC1046"),
        (FAULT, "QBWC1036"),
    ],
)
def test_client_version_may_stop_everything_before_the_password_is_sent(
    new: Asked, answer: Scripted, code: str
) -> None:
    wire = ScriptedWire(clientVersion=answer)
    assert run(wire, new).code == code
    assert wire.operations == ["serverVersion", "clientVersion"]


@pytest.mark.parametrize("answer", ["", None, "W:please update"])
def test_client_version_may_say_nothing_or_warn(new: Asked, answer: Scripted) -> None:
    wire = ScriptedWire(clientVersion=answer, sendRequestXML=ADD_A, receiveResponseXML=100)
    notes = Notes()
    assert run(wire, new, notes=notes).ok
    assert any("please update" in text for text in notes.lines) == (answer == "W:please update")


def test_a_server_version_that_fails_is_only_noted(new: Asked) -> None:
    notes = Notes()
    wire = ScriptedWire(serverVersion=WireFault("HTTP 404"), sendRequestXML=ADD_A, receiveResponseXML=100)
    assert run(wire, new, notes=notes).ok
    assert "Actual error received from web service for serverVersion call: <HTTP 404>" in notes.lines


@pytest.mark.parametrize(
    ("answers", "code", "is_closed"),
    [
        ({"sendRequestXML": FAULT}, "QBWC1041", True),
        ({"sendRequestXML": ADD_A, "receiveResponseXML": FAULT}, "QBWC1042", True),
        ({"sendRequestXML": ADD_A, "receiveResponseXML": "soon"}, "QBWC1042", True),
        ({"sendRequestXML": ADD_A, "receiveResponseXML": None}, "QBWC1042", True),
        ({"sendRequestXML": "", "getLastError": FAULT}, "QBWC1043", True),
        ({"sendRequestXML": ADD_A, "receiveResponseXML": 100, "closeConnection": FAULT}, "QBWC1044", True),
    ],
)
def test_a_fault_ends_the_session_with_the_code_of_its_call(
    new: Asked, answers: dict[str, Scripted], code: str, is_closed: bool
) -> None:
    wire = ScriptedWire(**answers)
    outcome = run(wire, new)
    assert (outcome.ok, outcome.code) == (False, code)
    assert outcome.status.startswith(code)
    assert (wire.operations[-1] == "closeConnection") == is_closed


def test_a_path_opens_that_company_file_and_is_remembered_as_its_own(new: Asked) -> None:
    wire = ScriptedWire(authenticate=("t", r"D:\Books\Acme.qbw"), sendRequestXML=ADD_A, receiveResponseXML=100)
    assert run(wire, new).ok
    assert wire.arguments("sendRequestXML")[0][2] == r"D:\Books\Acme.qbw"
    same = ScriptedWire(authenticate=("t", r"d:\books\ACME.qbw"), sendRequestXML="")
    assert run(same, new).ok
    any_file = ScriptedWire(sendRequestXML="")
    run(any_file, new)
    assert any_file.arguments("sendRequestXML")[0][2] == r"D:\Books\Acme.qbw"


def test_another_path_is_another_company_file_and_done_ends_it(new: Asked) -> None:
    run(ScriptedWire(authenticate=("t", r"D:\Acme.qbw"), sendRequestXML=""), new)
    wire = ScriptedWire(authenticate=("t", r"D:\Other.qbw"), connectionError="DONE")
    outcome = run(wire, new)
    assert wire.operations[-1] == "connectionError"
    assert wire.arguments("connectionError")[0][:2] == ("t", "0x8004040A")
    assert (outcome.ok, outcome.code) == (False, "QBWC1013")


def test_connection_error_may_name_the_next_file_to_try(new: Asked) -> None:
    new.faults.fail_to_open("0x80040408", "Could not start QuickBooks.")
    wire = ScriptedWire(connectionError="", sendRequestXML=ADD_A, receiveResponseXML=100)
    outcome = run(wire, new)
    assert wire.arguments("connectionError") == [("ticket-1", "0x80040408", "Could not start QuickBooks.")]
    assert (outcome.ok, outcome.added) == (True, 1)


def test_a_server_that_names_files_for_ever_is_given_up(new: Asked) -> None:
    for _ in range(10):
        new.faults.fail_to_open("0x80040416", "QuickBooks is not running.")
    wire = ScriptedWire(connectionError="")
    outcome = run(wire, new)
    assert wire.operations.count("connectionError") == 5
    assert outcome.code == "QBWC1013"


def test_connection_error_may_fault(new: Asked) -> None:
    new.faults.fail_to_open("0x80040408", "Could not start QuickBooks.")
    wire = ScriptedWire(connectionError=FAULT)
    assert run(wire, new).code == "QBWC1045"
    assert wire.operations[-1] == "connectionError"


@pytest.mark.parametrize(
    ("point", "last_call", "booked"),
    [
        (Point.AFTER_AUTHENTICATE, "authenticate", []),
        (Point.AFTER_SEND, "sendRequestXML", []),
        (Point.BEFORE_COMMIT, "sendRequestXML", []),
        (Point.AFTER_COMMIT, "sendRequestXML", ["A"]),
        (Point.PARTLY_BOOKED, "sendRequestXML", ["A"]),
        (Point.AFTER_BOOKED, "sendRequestXML", ["A", "B"]),
        (Point.AFTER_RECEIVE, "receiveResponseXML", ["A", "B"]),
    ],
)
def test_a_machine_that_dies_calls_nothing_more_and_leaves_its_lock(
    new: Asked, point: Point, last_call: str, booked: list[str]
) -> None:
    new.faults.crash_at(point)
    wire = ScriptedWire(sendRequestXML=message_set(customer("A"), customer("B")), receiveResponseXML=100)
    with pytest.raises(Crash):
        run(wire, new, application=APPLICATION)
    assert wire.operations[-1] == last_call
    assert [document.name for document in new.books.documents()] == booked
    hcp = qbxml.read_hcp(new.processor.host_company_preferences(APPLICATION.owner_id))
    is_locked = hcp.extension(APPLICATION.owner_id, "AppLock") is not None
    assert is_locked == (point is not Point.AFTER_AUTHENTICATE)


def test_the_next_session_takes_over_the_lock_of_a_crashed_one(new: Asked) -> None:
    new.faults.crash_at(Point.AFTER_SEND)
    with pytest.raises(Crash):
        run(ScriptedWire(sendRequestXML=ADD_A), new, application=APPLICATION)
    wire = ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=100)
    assert run(wire, new, application=APPLICATION).added == 1


def test_password_ticket_and_hcp_are_told_to_nobody(new: Asked) -> None:
    notes = Notes()
    ticket = "b2d1f0c4a59e4cf08d6f2a"
    wire = ScriptedWire(authenticate=(ticket, ""), sendRequestXML=ADD_A, receiveResponseXML=100)
    run(wire, new, application=APPLICATION, notes=notes)
    told = "\n".join(notes.lines)
    assert "<password=<MaskedForSecurity>>" in told
    for secret in ("secret", ticket, new.books.company.ein):
        assert secret not in told


def test_the_transcript_speaks_the_words_of_the_web_connectors_log(new: Asked) -> None:
    notes = Notes()
    run(ScriptedWire(sendRequestXML=ADD_A, receiveResponseXML=100), new, notes=notes)
    assert (
        'do_authenticate() : *** Calling authenticate() with following parameters:<userName="acme"><password='
        "<MaskedForSecurity>>"
    ) in notes.lines
    assert (
        'do_authenticate() : Received from authenticate() following parameters:<authRet[0]="tick…"><authRet[1]="">'
    ) in notes.lines
    assert f"do_sendRequestXML() : REQUEST: received from application: size (bytes) = {len(ADD_A)}" in notes.lines
    assert notes.lines[-1] == "Update completed. Status: OK"
