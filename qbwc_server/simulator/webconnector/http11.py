"""HTTP/1.1 as .NET's HttpWebRequest speaks it: headers first, the body after `100 Continue` or a short wait."""

from __future__ import annotations

import http.client
import io
import socket
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

_CONTINUE_SECONDS = 0.35
"""How long .NET waits for the server's 100 before it sends the body all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer, its body complete."""

    status: int
    reason: str
    content_type: str
    body: bytes


class _Reader(io.BufferedReader):
    """The reading side of one connection, shared by its answers: an answer that ends does not close it."""

    def close(self) -> None:
        """An answer that is read to its end calls this."""

    def hang_up(self) -> None:
        """Closes for good."""
        super().close()


class _Readable:
    """Lets http.client read an answer from a reader that was peeked into."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def makefile(self, mode: str) -> _Reader:
        return self._reader


class Connection:
    """A connection to one address, opened when it is needed and kept as long as the server keeps it."""

    def __init__(self, url: str, answer_seconds: float) -> None:
        """`url` is http or https with a host. Each wait for the server lasts at most `answer_seconds`."""
        parts = urlsplit(url)
        self.host = parts.netloc.rpartition("@")[2]
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._opener = maker(parts.hostname or "", parts.port, timeout=answer_seconds)
        self._seconds = answer_seconds
        self._socket: socket.socket | None = None
        self._reader: _Reader | None = None

    def post(self, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Sends headers with `Expect: 100-continue`, waits, sends the body unless refused, reads the answer.

        Raises OSError or http.client.HTTPException. Only a kept connection that turns out to be closed before
        the body was sent is tried again, on a new one: nothing can have been done twice.
        """
        was_kept = self._socket is not None
        try:
            try:
                is_refused = self._announce(headers)
            except ConnectionError:
                if not was_kept:
                    raise
                self.close()
                is_refused = self._announce(headers)
            if not is_refused:
                self._open().sendall(body)
            return self._answer("POST", is_kept=not is_refused)
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def get(self, headers: list[tuple[str, str]]) -> Answer:
        """A plain GET. Raises OSError or http.client.HTTPException."""
        self._open().sendall(self._head("GET", headers))
        return self._answer("GET", is_kept=True)

    def close(self) -> None:
        """Hangs up; the next call opens a new connection."""
        self._forget_reader()
        self._opener.close()
        self._socket = None

    def _announce(self, headers: list[tuple[str, str]]) -> bool:
        """Sends the headers alone; True if the server answers with something other than 100 Continue."""
        connection = self._open()
        connection.sendall(self._head("POST", headers))
        connection.settimeout(_CONTINUE_SECONDS)
        try:
            first = self._readable().peek(16)
        except TimeoutError:
            # A file that once timed out refuses to read; nothing had arrived, so nothing is lost with it.
            self._forget_reader()
            return False
        finally:
            connection.settimeout(self._seconds)
        if not first:
            raise ConnectionResetError("the server closed the connection")
        return len(first) >= 12 and first[9:12] != b"100"

    def _answer(self, method: str, *, is_kept: bool) -> Answer:
        response = http.client.HTTPResponse(cast(socket.socket, _Readable(self._readable())), method=method)
        try:
            response.begin()
            body = response.read()
        finally:
            response.close()  # while its reader is open: left to the collector it would flush a closed one
        if response.will_close or not is_kept:
            self.close()
        return Answer(response.status, response.reason, response.getheader("Content-Type") or "", body)

    def _head(self, method: str, headers: list[tuple[str, str]]) -> bytes:
        lines = [f"{method} {self._target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("ascii")

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._opener.connect()
            self._socket = cast(socket.socket, self._opener.sock)
        return self._socket

    def _forget_reader(self) -> None:
        if self._reader is not None:
            self._reader.hang_up()
            self._reader = None

    def _readable(self) -> _Reader:
        if self._reader is None:
            self._reader = _Reader(cast(io.RawIOBase, self._open().makefile("rb", buffering=0)))
        return self._reader
