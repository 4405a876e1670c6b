from __future__ import annotations

from collections.abc import Mapping

import pytest

from qbwc_server.errors import SimulationFailed
from qbwc_server.simulator import read_qwc

VALUES = {
    "AppName": "Acme Sync",
    "AppID": "",
    "AppURL": "https://sync.example.com/qbwc",
    "AppDescription": "Acme orders to QuickBooks",
    "AppSupport": "https://sync.example.com/support",
    "UserName": "acme-7f3a",
    "OwnerID": "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    "FileID": "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}",
    "QBType": "QBFS",
}


def qwc(extra: str = "", **changes: str) -> bytes:
    return told(changes, extra)


def told(changes: Mapping[str, str | None], extra: str = "") -> bytes:
    values = {name: value for name, value in (VALUES | dict(changes)).items() if value is not None}
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return f'<?xml version="1.0"?>\n<QBWCXML>{elements}{extra}</QBWCXML>'.encode()


def refusal(content: bytes) -> str:
    with pytest.raises(SimulationFailed) as caught:
        read_qwc(content)
    return str(caught.value)


def test_a_file_is_read_with_its_schedule() -> None:
    application = read_qwc(qwc("<Scheduler><RunEveryNMinutes>15</RunEveryNMinutes></Scheduler>"))
    assert (application.app_name, application.username) == ("Acme Sync", "acme-7f3a")
    assert (application.owner_id, application.file_id) == (VALUES["OwnerID"], VALUES["FileID"])
    assert application.certificate_url == application.app_url == VALUES["AppURL"]
    assert application.run_every_seconds == 900


def test_the_first_of_two_schedules_wins_and_none_is_fine() -> None:
    both = "<RunEveryNSeconds>30</RunEveryNSeconds><RunEveryNMinutes>15</RunEveryNMinutes>"
    assert read_qwc(qwc(f"<Scheduler>{both}</Scheduler>")).run_every_seconds == 30
    assert read_qwc(qwc()).run_every_seconds is None


def test_the_certificate_may_be_checked_somewhere_else() -> None:
    assert read_qwc(qwc("<CertURL>https://cert.example.com/</CertURL>")).certificate_url == "https://cert.example.com/"


@pytest.mark.parametrize("host", ["http://localhost:8000", "https://localhost"])
def test_localhost_may_do_without_https(host: str) -> None:
    assert read_qwc(qwc(AppURL=f"{host}/qbwc", AppSupport="http://elsewhere.example/")).app_url == f"{host}/qbwc"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"AppSupport": "https://other.example.com/"}, "QBWC1000"),
        ({"AppURL": "https://192.168.0.175/qbwc", "AppSupport": "https://192.168.0.175/"}, "QBWC1001"),
        ({"AppURL": "http://127.0.0.1:8000/qbwc"}, "QBWC1001"),
        ({"AppURL": "https://[::1]/qbwc"}, "QBWC1001"),
        ({"AppSupport": "https://10.0.0.1/"}, "QBWC1002"),
        ({"AppURL": "http://sync.example.com/qbwc"}, "QBWC1010"),
        ({"AppURL": "sync.example.com/qbwc"}, "QBWC1039"),
        ({"AppURL": "ftp://sync.example.com/qbwc"}, "QBWC1039"),
        ({"AppURL": "https://[sync/qbwc"}, "QBWC1039"),
        ({"OwnerID": "57F3B9B1-86F1-4FCC-B1EE-566DE1813D20"}, "QBWC1039"),
        ({"FileID": "{90A44FB5}"}, "QBWC1039"),
        ({"QBType": "QBOE"}, "QBWC1065"),
        ({"QBType": "QBPOS"}, "Point of Sale"),
    ],
)
def test_a_file_that_the_web_connector_would_refuse_is_refused_with_its_code(
    changes: dict[str, str], code: str
) -> None:
    assert code in refusal(qwc(**changes))


@pytest.mark.parametrize("name", [name for name in VALUES if name != "AppID"])
def test_every_element_must_be_there_and_filled(name: str) -> None:
    changes: list[dict[str, str | None]] = [{name: None}, {name: " "}]
    for change in changes:
        assert f"QBWC1039: The element {name}" in refusal(told(change))


def test_app_id_must_be_there_and_may_be_empty() -> None:
    assert "AppID" in refusal(told({"AppID": None}))
    assert read_qwc(qwc(AppID="")).app_name == "Acme Sync"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("<IsReadOnly>true</IsReadOnly>", "QBWC1080"),
        ("<Style>RPC</Style>", "Document style"),
        ("<Scheduler><RunEveryNMinutes>often</RunEveryNMinutes></Scheduler>", "RunEveryNMinutes"),
        ("<Scheduler><RunEveryNSeconds>0</RunEveryNSeconds></Scheduler>", "RunEveryNSeconds"),
    ],
)
def test_optional_elements_are_checked_too(extra: str, words: str) -> None:
    assert words in refusal(qwc(extra))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf" + qwc(), "byte order mark"),
        (qwc()[:-3], "XML"),
        (b"", "XML"),
        (b"<html><body>Not found</body></html>", "not QBWCXML"),
        (qwc().replace(b"<QBWCXML>", b"<!DOCTYPE x><QBWCXML>"), "DOCTYPE"),
    ],
)
def test_what_is_no_qwc_file_is_told_so(content: bytes, words: str) -> None:
    assert words in refusal(content)
