"""Gunicorn's threaded worker with two manners of ours: nobody holds a thread by being slow, and nobody is sent HTML.

A request that has begun must go on: gunicorn itself waits for the rest of it without end, and a thread with it, so that
a few half-sent requests would stop everybody. And what is no HTTP that gunicorn accepts never reaches the application;
its answer is made here, in the form that the Web Connector can read (facts/qbwc-protocol.md section 1.3).
"""

from __future__ import annotations

import errno
import socket
import ssl
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from qbwc_server.logs import account
from qbwc_server.soap.replies import FaultCode, Refused, Reply, fault

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SLOWEST = 16 * 1024
"""Bytes in a second (128 kbit/s). Whoever is slower than that uses up his patience."""

FAREWELL = 2.0
"""Seconds. A connection that is closed while something lies unread in it loses the answer on its way."""

_STATUS = {
    "LimitRequestLine": HTTPStatus.REQUEST_URI_TOO_LONG,
    "LimitRequestHeaders": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "UnsupportedTransferCoding": HTTPStatus.NOT_IMPLEMENTED,
    "ExpectationFailed": HTTPStatus.EXPECTATION_FAILED,
    "ForbiddenProxyRequest": HTTPStatus.FORBIDDEN,
}
"""By the names of gunicorn's errors: not every version has them all. The others are 400."""


class PatientSocket(socket.socket):
    """A connection whose other side has `patience` seconds for a request, and one more for each SLOWEST bytes of it.

    The time starts anew when gunicorn turns to the connection, which it does by `setblocking(True)`. Once it is over,
    the connection counts as broken and stays so.
    """

    def __init__(self, accepted: socket.socket, patience: float) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self._patience = patience
        self._is_over = False
        self.setblocking(True)

    def setblocking(self, flag: bool, /) -> None:
        """False as usual; True waits, but not for ever."""
        self._deadline = time.monotonic() + self._patience
        self.settimeout(self._patience if flag else 0.0)

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """As usual, within what is left of the time."""
        asked = self.gettimeout()
        if asked == 0:
            return super().recv(bufsize, flags)
        left = self._deadline - time.monotonic()
        if left <= 0 or self._is_over:
            raise self._too_slow()
        self.settimeout(left if asked is None else min(left, asked))
        try:
            data = super().recv(bufsize, flags)
        except TimeoutError:
            raise self._too_slow() from None
        finally:
            self.settimeout(asked)
        self._deadline += len(data) / SLOWEST
        return data

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """As usual, within the time that an answer of this length may take."""
        asked = self.gettimeout()
        if asked == 0:
            return super().sendall(data, flags)
        self.settimeout(self._patience + memoryview(data).nbytes / SLOWEST)
        try:
            return super().sendall(data, flags)
        except TimeoutError:
            raise self._too_slow() from None
        finally:
            self.settimeout(asked)

    def take_leave(self) -> None:
        """Sends nothing more, and gives the other side FAREWELL seconds to read what was sent before all is cut off."""
        with suppress(OSError):
            self.shutdown(socket.SHUT_WR)
            self._deadline = time.monotonic() + FAREWELL
            for _ in range(16):
                if not self.recv(4096):
                    break
        self._is_over = True

    def _too_slow(self) -> ConnectionResetError:
        """To gunicorn and to the application it is as if the other side had gone away, which is no news to either."""
        self._is_over = True
        return ConnectionResetError(errno.ECONNRESET, "the other side was too slow")


class Listener:
    """A listening socket of gunicorn's that gives out patient connections."""

    def __init__(self, listener: Any, patience: float) -> None:
        self._listener = listener
        self._patience = patience

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)

    def accept(self) -> tuple[PatientSocket, Any]:
        """A connection and its address."""
        accepted, address = self._listener.accept()
        return PatientSocket(accepted, self._patience), address


class Worker(ThreadWorker):
    """What `worker_class` names."""

    patience = 60.0
    """Seconds. QBWC sends a call at once, as fast as the line can, and waits 100 seconds for the answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        patient: list[Any] = [Listener(each, self.patience) for each in self.sockets]
        self.sockets = patient

    def handle(self, conn: TConn) -> bool:
        """As usual; but the farewell takes this thread's time, and not that of the loop that serves everybody."""
        goes_on = super().handle(conn)
        if not goes_on and isinstance(conn.sock, PatientSocket):
            conn.sock.take_leave()
        return goes_on

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers a request that is not accepted as HTTP, and logs no word of it: it may hold anything."""
        if isinstance(exc, ParseException | ssl.SSLError):
            refusal = _refusal(type(exc).__name__)
            self.log.warning("A request from %s was refused: %s", addr[0] if addr else "a socket", type(exc).__name__)
        else:
            refusal = Refused("Internal error", code=FaultCode.SERVER)
            self.log.error("A request failed in the web server.\n%s", account(exc))
        with suppress(OSError):
            client.sendall(_in_full(fault(refusal)))


def _refusal(name: str) -> Refused:
    status = _STATUS.get(name, HTTPStatus.BAD_REQUEST)
    return Refused(f"The request is not HTTP that this server accepts ({status} {status.phrase}).", status=status)


def _in_full(reply: Reply) -> bytes:
    """A reply as it goes over the line, after which the connection is closed."""
    head: list[str] = []

    def take(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        head.append(f"HTTP/1.1 {status}")
        head.extend(f"{name}: {value}" for name, value in [*headers, ("Connection", "close")])

    body = b"".join(reply.send("POST", take))
    return "\r\n".join([*head, "", ""]).encode("ascii") + body
