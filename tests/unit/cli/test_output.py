from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from qbwc_server.cli import output

IDS = ["80000004-1795307120", "x" * 100]


class Terminal(io.StringIO):
    """A terminal that remembers what it showed."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: str = "80") -> Terminal:
    """Standard output from here on."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    return shown


@pytest.mark.parametrize(("kind", "columns"), [("xterm", "20"), ("xterm", "60"), ("xterm", "500"), ("dumb", "20")])
def test_a_terminal_of_any_width_shows_every_id_whole(monkeypatch: pytest.MonkeyPatch, kind: str, columns: str) -> None:
    terminal = on_a_terminal(monkeypatch, columns)
    monkeypatch.setenv("TERM", kind)
    output.table(["id", "ListID", "error"], [[1, identifier, "why " * 40 + "end"] for identifier in IDS], folds="error")
    shown = terminal.getvalue()
    assert [identifier in shown for identifier in IDS] == [True, True]
    assert shown.count("why") == 80
    assert "…" not in shown


def test_a_table_whose_errors_are_empty_keeps_its_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_a_terminal(monkeypatch, "60")
    output.table(["id", "company", "kind", "ListID", "error"], [[1, "x" * 64, "invoice", IDS[0], None]], folds="error")
    assert IDS[0] in terminal.getvalue()
    assert "error" in terminal.getvalue()


def test_a_long_error_takes_several_lines_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_a_terminal(monkeypatch, "60")
    output.table(["id", "error"], [[7, "why " * 40]], folds="error")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
    assert len(lines) > 4
    assert max(len(line) for line in lines) <= 60


def test_rich_markup_in_data_is_shown_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_a_terminal(monkeypatch)
    output.table(["name"], [["[red]Acme[/red]"]])
    assert "[red]Acme[/red]" in terminal.getvalue()


def test_off_a_terminal_a_table_is_aligned_text_without_trailing_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(["id", "name", "error"], [[1, "Acme", None], [22, "B", "no"]])
    assert capsys.readouterr().out == "id  name  error\n1   Acme\n22  B     no\n"


def test_json_is_ascii_and_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.json_lines([{"name": "Müller\nSöhne", "at": datetime(2026, 11, 2, tzinfo=UTC)}, {}])
    assert capsys.readouterr().out == (
        '{"name": "M\\u00fcller\\nS\\u00f6hne", "at": "2026-11-02T00:00:00+00:00"}\n{}\n'
    )


def test_moments_are_shown_in_utc() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert output.cell(datetime(2026, 11, 2, 9, 0, tzinfo=eastern)) == "2026-11-02 14:00:00 UTC"


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (True, "yes"), (False, "no"), (0, "0"), ("a\n\tb\x1b[0m", "a b?[0m")]
)
def test_a_cell_is_one_harmless_line(value: object, shown: str) -> None:
    assert output.cell(value) == shown


def test_fields_leave_out_what_is_empty_and_indent_what_is_long(capsys: pytest.CaptureFixture[str]) -> None:
    output.fields([("name", "Acme"), ("error", None), ("payload", "{\n  1\n}"), ("tries", 0), ("none", [])])
    assert capsys.readouterr().out == "name     Acme\npayload\n    {\n      1\n    }\ntries    0\n"
