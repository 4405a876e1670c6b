"""The session on the console: a readable transcript, the progress bar, and a short account at the end."""

from __future__ import annotations

from typing import Self

from lxml import etree
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.syntax import Syntax

from qbwc_server import qbxml
from qbwc_server.errors import UnreadableXml
from qbwc_server.simulator.quickbooks.books import Books
from qbwc_server.simulator.quickbooks.refusals import ProcessingError
from qbwc_server.simulator.webconnector.deeds import deeds_of, is_status_check, message_set_remark, noun
from qbwc_server.simulator.webconnector.outcome import Outcome


class Transcript:
    """A Watcher that writes to a console; use it as a context manager around the session."""

    def __init__(self, console: Console, *, show_xml: bool) -> None:
        self._console = console
        self._show_xml = show_xml
        self._bar = Progress(
            TextColumn("[bold]QuickBooks"), BarColumn(), TaskProgressColumn(), console=console, transient=True
        )
        self._task: TaskID | None = None
        self._asks_for_a_record = False

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def said(self, text: str) -> None:
        """See Watcher."""
        self._line(f"[dim]{escape(text)}[/dim]")

    def request(self, qbxml: str) -> None:
        """See Watcher."""
        self._line("[dim]ProcessRequestXML() : Sending request to QuickBooks.[/dim]")
        self._asks_for_a_record = is_status_check(qbxml)
        self._xml(qbxml)

    def answer(self, qbxml: str) -> None:
        """See Watcher."""
        if remark := message_set_remark(qbxml):
            self._line(f"  {escape(remark)}")
        try:
            for deed in deeds_of(qbxml, is_remembered=self._asks_for_a_record):
                self._line(
                    f"  [red]✗[/red] {escape(deed.text)}"
                    if deed.is_error
                    else f"  [green]✓[/green] {escape(deed.text)}"
                )
        except UnreadableXml as error:
            self._line(f"  [red]✗[/red] {escape(str(error))}")
        self._xml(qbxml)

    def refused(self, error: ProcessingError) -> None:
        """See Watcher."""
        self._line(f"  [red]✗[/red] QuickBooks said HRESULT {error.hresult}: {escape(error.message)}")
        if error.detail:
            self._line(f"    [yellow]{escape(error.detail)}[/yellow]")

    def progress(self, percent: int) -> None:
        """See Watcher."""
        if not self._console.is_terminal:
            self._line(f"Progress: {percent} %")
            return
        if self._task is None:
            self._task = self._bar.add_task("", total=100)
        self._bar.update(self._task, completed=percent)

    def account(self, outcome: Outcome, books: Books) -> None:
        """The end: what the Status column shows, what was done, what is in the books now."""
        colour = "green" if outcome.ok and not outcome.errors else "red"
        self._line("")
        self._line(f"[{colour}]Status:[/{colour}] {escape(outcome.status)}")
        self._line(
            f"{_counted(outcome.round_trips, 'message set')} with {_counted(outcome.requests, 'request')}: "
            f"{outcome.added} added to the books, {outcome.errors} refused."
        )
        summary = books.summary()
        held = ", ".join(_counted(count, noun(name)) for name, count in summary.items()) or "nothing yet"
        self._line(f"The company file {escape(books.path)} holds {escape(held)}.")

    def _xml(self, text: str) -> None:
        if not self._show_xml:
            return
        if self._console.is_terminal:
            self._console.print(Syntax(_pretty(text), "xml", background_color="default", word_wrap=True))
        else:
            self._console.print(_pretty(text), markup=False, highlight=False, soft_wrap=True)

    def _line(self, markup: str) -> None:
        self._console.print(markup, highlight=False, soft_wrap=True)


def _pretty(text: str) -> str:
    try:
        root = qbxml.parse_lenient(text)
    except UnreadableXml:
        return text
    etree.indent(root)
    return etree.tostring(root.getroottree(), encoding="unicode").strip()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
