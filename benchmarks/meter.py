"""What a server process has used: its own account of processor time and memory, asked for over HTTP.

It stands outside the program: `qbwc serve` is started as always, and the WSGI application it makes is wrapped here.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/meter"
_KIBIBYTE = 1 if sys.platform == "darwin" else 1024


class Shares:
    """How the processor's time divides into phases, each moment counted once, for the innermost phase it is in."""

    def __init__(self) -> None:
        self.cpu: defaultdict[str, float] = defaultdict(float)
        """Seconds of the processor by phase."""
        self._mine = threading.local()

    @property
    def innermost(self) -> str:
        """The phase that this thread is in."""
        stack: list[str] = self._mine.__dict__.get("stack", [])
        return stack[-1] if stack else ""

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """What runs inside is counted for `name`, but for what a phase inside it takes for itself."""
        stack: list[str] = self._mine.__dict__.setdefault("stack", [])
        self._count(stack)
        stack.append(name)
        try:
            yield
        finally:
            self._count(stack)
            stack.pop()

    def timed(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """`function`, its time counted for the phase `name`."""

        def measured(*args: Any, **kwargs: Any) -> Any:
            with self.phase(name):
                return function(*args, **kwargs)

        return measured

    def _count(self, stack: list[str]) -> None:
        now = time.thread_time()
        if stack:
            self.cpu[stack[-1]] += now - self._mine.since
        self._mine.since = now


class Meter:
    """A WSGI application around another one, which also answers what the process has used so far."""

    def __init__(self, inner: WSGIApplication, shares: Mapping[str, Shares]) -> None:
        self._inner = inner
        self._shares = shares
        self._calls: list[tuple[str, float]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self._told()).encode()]
        operation = environ.get("HTTP_SOAPACTION", "").strip('"').rpartition("/")[2]
        began = time.thread_time()
        answer = list(self._inner(environ, start_response))
        self._calls.append((operation, time.thread_time() - began))
        return answer

    def _told(self) -> dict[str, object]:
        calls, self._calls = self._calls, []
        return {
            "cpu": time.process_time(),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE,
            "calls": calls,
            "shares": {name: shares.cpu for name, shares in self._shares.items()},
        }
