from __future__ import annotations

import io
from pathlib import Path

import platformdirs
import pytest
from rich.console import Console

from qbwc_server.config import default_database_url
from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator import Options, Outcome, ProcessingError, default_books, simulate
from qbwc_server.simulator.simulate import machine_name
from qbwc_server.simulator.transcript import Transcript
from qbwc_server.simulator.webconnector.deeds import deeds_of, message_set_remark
from tests.unit.simulator.asking import Asked, applied, customer, invoice, line, message_set, payment, ref, service


def transcript(*, show_xml: bool = False, is_terminal: bool = False) -> tuple[Transcript, io.StringIO]:
    paper = io.StringIO()
    return Transcript(Console(file=paper, width=200, force_terminal=is_terminal), show_xml=show_xml), paper


def test_each_request_has_a_line_in_plain_words(new: Asked) -> None:
    header = "<RefNumber>1001</RefNumber>"
    answer = new.processor.process(
        message_set(
            customer("Acme"),
            customer("Roof", ref("ParentRef", "Acme")),
            service("Labor"),
            invoice(line(), header=header),
            payment(total="5.00"),
            customer("Acme"),
            "<CompanyQueryRq/>",
        )
    )
    ids = [document.id for document in new.books.documents()]
    assert [deed.text for deed in deeds_of(answer)] == [
        f'Added customer "Acme" (ListID {ids[0]}).',
        f'Added customer "Acme:Roof" (ListID {ids[1]}).',
        f'Added service item "Labor" (ListID {ids[2]}).',
        f'Added invoice "1001" (TxnID {ids[3]}).',
        f"Added payment (TxnID {ids[4]}).",
        'Refused customer: 3100 The name "Acme" of the list element is already in use.',
        "Answered company query.",
    ]


def test_a_warning_and_a_payment_without_a_transaction_are_told(quickbooks: Asked) -> None:
    quickbooks.faults.fail_next(530, "Something was ignored.")
    warned = quickbooks.processor.process(message_set(customer("B")))
    assert deeds_of(warned)[0].text.endswith(" with warning 530: Something was ignored..")
    owed, credit = quickbooks.id_of(invoice(line())), quickbooks.id_of(payment(total="5.00"))
    set_off = f"<SetCredit><CreditTxnID>{credit}</CreditTxnID><AppliedAmount>5.00</AppliedAmount></SetCredit>"
    done = quickbooks.processor.process(message_set(payment(applied(owed, after=set_off))))
    assert deeds_of(done)[0].text == "Did payment, without making anything new."
    assert not deeds_of(done)[0].is_added


def test_what_the_answer_says_about_the_set_itself_is_told(new: Asked) -> None:
    check = new.processor.process(message_set(newMessageSetID="Z", oldMessageSetID="Z"))
    assert "messageSetStatusCode 9002" in message_set_remark(check)
    assert "no request" in message_set_remark(new.processor.process(message_set()))
    assert message_set_remark(new.processor.process(message_set(customer("A")))) == ""
    assert "cannot be read" in message_set_remark("rubbish")


def test_percentages_are_printed_where_no_bar_can_be_drawn() -> None:
    watcher, paper = transcript()
    with watcher:
        watcher.progress(30)
        watcher.progress(100)
    assert paper.getvalue().splitlines() == ["Progress: 30 %", "Progress: 100 %"]


def test_a_terminal_gets_a_bar() -> None:
    watcher, paper = transcript(is_terminal=True)
    with watcher:
        watcher.progress(30)
    assert "30%" in paper.getvalue()


def test_texts_of_the_server_cannot_change_the_look_of_the_transcript() -> None:
    watcher, paper = transcript()
    watcher.said("[bold red]not markup[/nonsense]")
    assert paper.getvalue() == "[bold red]not markup[/nonsense]\n"


def test_xml_is_shown_only_when_asked_for(new: Asked) -> None:
    request = message_set(customer("A"))
    answer = new.processor.process(request)
    for show_xml, is_there in ((False, False), (True, True)):
        watcher, paper = transcript(show_xml=show_xml)
        watcher.request(request)
        watcher.answer(answer)
        assert ("<CustomerAddRq" in paper.getvalue()) == is_there
        assert ("    <CustomerAddRs " in paper.getvalue()) == is_there


def test_a_set_that_was_thrown_back_is_told_with_what_the_simulator_knows() -> None:
    watcher, paper = transcript()
    watcher.refused(ProcessingError("0x80040400", "QuickBooks found an error.", "CustomerAdd/Name: too long"))
    assert "HRESULT 0x80040400: QuickBooks found an error." in paper.getvalue()
    assert "CustomerAdd/Name: too long" in paper.getvalue()


def test_an_answer_that_cannot_be_read_is_told_and_shown(new: Asked) -> None:
    watcher, paper = transcript(show_xml=True)
    watcher.answer("rubbish")
    assert "cannot be read" in paper.getvalue()
    assert "rubbish" in paper.getvalue()


def test_the_account_counts_what_was_done_and_what_is_in_the_books(quickbooks: Asked) -> None:
    watcher, paper = transcript()
    watcher.account(
        Outcome(ok=True, code="", status="1 job done.", round_trips=1, requests=2, added=2), quickbooks.books
    )
    assert paper.getvalue().splitlines() == [
        "",
        "Status: 1 job done.",
        "1 message set with 2 requests: 2 added to the books, 0 refused.",
        "The company file :memory: holds 1 customer, 1 service item.",
    ]


def test_new_books_hold_nothing_yet(new: Asked) -> None:
    watcher, paper = transcript()
    watcher.account(Outcome(ok=True, code="", status=""), new.books)
    assert "holds nothing yet." in paper.getvalue()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(password="p"), "--url"),
        (Options(password="p", url="localhost:8000", username="u"), "not an http"),
        (Options(password="p", url="http://", username="u"), "not an http"),
        (Options(password="p", url="http://localhost:99999", username="u"), "not an http"),
        (Options(password="p", url="http://local host/", username="u"), "not an http"),
        (Options(password="p", url="http://localhost"), "--username"),
        (Options(password="p", url="http://localhost", qwc=Path("a.qwc")), "not both"),
        (Options(password="p", qwc=Path("missing.qwc")), "missing.qwc: The file cannot be read"),
    ],
)
def test_a_run_that_cannot_start_says_what_is_missing(options: Options, words: str) -> None:
    with pytest.raises(SimulationFailed, match=f"(?i){words}"):
        simulate(options)


def test_the_company_file_is_kept_next_to_the_servers_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, **_: tmp_path / name)
    assert default_books() == tmp_path / "qbwc-server" / "books.qbw.db"
    assert default_database_url() == f"sqlite:///{default_books().parent}/qbwc.sqlite3"


@pytest.mark.parametrize(
    ("hostname", "expected"),
    [
        ("office-pc.lan", "OFFICE-PC"),
        ("My_Very_Long_Computer_Name", "MYVERYLONGCOMPU"),
        ("::1", "1"),
        ("", "OFFICE-PC"),
    ],
)
def test_the_machine_has_a_windows_name(monkeypatch: pytest.MonkeyPatch, hostname: str, expected: str) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: hostname)
    assert machine_name() == expected
