"""The socket under gunicorn that does not wait for ever. The whole worker is in tests/protocol/test_slow_clients.py."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from qbwc_server.soap import worker
from qbwc_server.soap.worker import PatientSocket

MIB = 1024 * 1024


@pytest.fixture
def ends() -> Iterator[tuple[PatientSocket, socket.socket]]:
    """The server's end, with a fifth of a second of patience, and the client's."""
    ours, theirs = socket.socketpair()
    patient = PatientSocket(ours, 0.2)
    with patient, theirs:
        yield patient, theirs


def test_what_was_sent_arrives(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.sendall(b"hello")
    assert ours.recv(100) == b"hello"
    ours.sendall(b"good bye")
    assert theirs.recv(100) == b"good bye"


def test_silence_is_taken_for_a_broken_connection_and_stays_one(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = ends
    with pytest.raises(ConnectionResetError):
        ours.recv(100)
    theirs.sendall(b"too late")
    ours.setblocking(True)
    with pytest.raises(ConnectionResetError):
        ours.recv(100)


def test_a_client_that_never_reads_holds_nobody(
    ends: tuple[PatientSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SLOWEST", 100 * MIB)
    ours, _ = ends
    with pytest.raises(ConnectionResetError):
        ours.sendall(b"x" * 20 * MIB)


def test_what_arrives_buys_time_for_the_rest(
    ends: tuple[PatientSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SLOWEST", 1)  # a byte buys a second
    ours, theirs = ends
    theirs.sendall(b"xx")
    assert ours.recv(100) == b"xx"
    time.sleep(0.4)
    theirs.sendall(b"y")
    assert ours.recv(100) == b"y"


def test_a_new_request_has_time_of_its_own(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = ends
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.recv(100)
    time.sleep(0.3)
    ours.setblocking(True)
    theirs.sendall(b"next")
    assert ours.recv(100) == b"next"


def test_a_shorter_limit_of_gunicorns_own_holds(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, _ = ends
    ours.settimeout(0.01)
    with pytest.raises(ConnectionResetError):
        ours.recv(100)
    assert ours.gettimeout() == 0.01


def test_a_farewell_lets_the_answer_be_read_and_then_cuts_off(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.sendall(b"unread")
    ours.sendall(b"answer")
    theirs.shutdown(socket.SHUT_WR)
    ours.take_leave()
    assert theirs.recv(100) == b"answer"
    assert theirs.recv(100) == b""
    with pytest.raises(ConnectionResetError):
        ours.recv(100)
