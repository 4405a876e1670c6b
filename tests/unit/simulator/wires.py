"""A wire whose other end is a list of answers, and a watcher that remembers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from qbwc_server.simulator import (
    ApplicationFile,
    Argument,
    Operation,
    Outcome,
    ProcessingError,
    WebConnector,
    WireFault,
)
from tests.unit.simulator.asking import Asked

Scripted = str | int | tuple[str, ...] | WireFault | None
"""A string or number is the one result, a tuple is authenticate's array, None is no result at all."""

APPLICATION = ApplicationFile(
    app_name="Acme Sync",
    app_url="https://sync.example.com/qbwc",
    app_support="https://sync.example.com/support",
    username="acme",
    owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    file_id="{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}",
    certificate_url="https://sync.example.com/qbwc",
    run_every_seconds=None,
)


class ScriptedWire:
    """Answers each operation with the next of its answers, the last one again and again."""

    def __init__(self, **answers: Scripted | list[Any]) -> None:
        defaults: dict[str, Scripted | list[Any]] = {
            "serverVersion": "1.0",
            "clientVersion": "",
            "authenticate": ("ticket-1", ""),
            "closeConnection": "OK",
            "getLastError": "",
            "connectionError": "done",
        }
        told = defaults | answers
        self._answers: dict[str, deque[Scripted]] = {
            name: deque(one if isinstance(one, list) else [one]) for name, one in told.items()
        }
        self.calls: list[tuple[Argument, ...]] = []

    def call(self, operation: Operation, *arguments: Argument) -> tuple[str, ...]:
        self.calls.append((str(operation), *arguments))
        answers = self._answers[operation]
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        if isinstance(answer, WireFault):
            raise answer
        if answer is None:
            return ()
        return (str(answer),) if isinstance(answer, str | int) else answer

    @property
    def operations(self) -> list[str]:
        """The names of the calls, in order."""
        return [str(call[0]) for call in self.calls]

    def arguments(self, operation: str) -> list[tuple[Argument, ...]]:
        """The arguments of every call of one operation."""
        return [call[1:] for call in self.calls if call[0] == operation]


class Notes:
    """A watcher that writes everything down."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.percentages: list[int] = []

    def said(self, text: str) -> None:
        self.lines.append(text)

    def request(self, qbxml: str) -> None:
        self.lines.append(qbxml)

    def answer(self, qbxml: str) -> None:
        self.lines.append(qbxml)

    def refused(self, error: ProcessingError) -> None:
        self.lines.append(str(error))

    def progress(self, percent: int) -> None:
        self.percentages.append(percent)


def run(
    wire: ScriptedWire,
    asked: Asked,
    *,
    application: ApplicationFile | None = None,
    sleep: Callable[[float], None] | None = None,
    notes: Notes | None = None,
) -> Outcome:
    """One session of user "acme" whose password is "secret"; a sleep that is not expected fails the test."""

    def no_sleep(seconds: float) -> None:
        raise AssertionError(f"slept {seconds} seconds")

    connector = WebConnector(
        *(wire, asked.processor),
        username="acme",
        password="secret",
        application=application,
        machine="office-pc",
        sleep=sleep or no_sleep,
        watcher=notes or Notes(),
    )
    return connector.run()
