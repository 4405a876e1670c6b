"""What commands write: data on standard output for people or programs, messages on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

FOLDED_WIDTH = 30
"""Characters left for a column that may fold, however narrow the terminal is."""
_EDGES, _BETWEEN = 2, 3
"""Characters that a table draws around itself, and after each column."""


def json_lines(objects: Iterable[Mapping[str, Any]]) -> None:
    """One object a line. ASCII, so that no terminal or pipe of Windows can spoil it."""
    for each in objects:
        click.echo(json.dumps(each, default=_plain))


def message(text: str) -> None:
    """A remark for whoever typed the command."""
    click.echo(printable(text), err=True)


def table(titles: Sequence[str], rows: Sequence[Sequence[object]], *, folds: str | None = None) -> None:
    """A table in which nothing is cut off: the column called `folds` may take several lines, the others stay whole."""
    texts = [[cell(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(titles, texts, folds)
    else:
        _plain_table(titles, texts)


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values, one a line; a value of several lines is indented below its name. Empty values are left out."""
    shown = [(name, _several_lines(value)) for name, value in pairs if value not in (None, "", [], ())]
    width = max((len(name) for name, _ in shown), default=0)
    for name, lines in shown:
        if len(lines) == 1:
            click.echo(f"{name.ljust(width)}  {lines[0]}")
        else:
            click.echo("\n".join([name, *(f"    {line}" for line in lines)]))


def heading(text: str) -> None:
    """A title between two parts of a longer output."""
    click.echo()
    click.secho(text, bold=True)


def cell(value: object) -> str:
    """A value on one line, as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    return printable(" ".join(str(value).split()))


def moment(value: datetime) -> str:
    """Like 2026-11-02 09:00:00 UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def printable(text: str) -> str:
    """The text without what could steer a terminal: control characters become question marks, line ends stay."""
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)


def _several_lines(value: object) -> list[str]:
    return [cell(value)] if not isinstance(value, str) else printable(value.expandtabs()).splitlines()


def _plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[place]) for row in [titles, *rows]) for place in range(len(titles))]
    for row in [titles, *rows]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _rich_table(titles: Sequence[str], rows: Sequence[Sequence[str]], folds: str | None) -> None:
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    least = _EDGES
    for place, title in enumerate(titles):
        width = max(cell_len(row[place]) for row in [titles, *rows])
        if title == folds:
            width = min(width, FOLDED_WIDTH)
        drawn.add_column(title, overflow="fold", no_wrap=title != folds, min_width=width)
        least += width + _BETWEEN
    for row in rows:
        drawn.add_row(*map(Text, row))
    terminal = Console(file=sys.stdout)
    # Wider than the terminal rather than cut: an id that lost its end is of no use. With the height given too, rich
    # takes the width as it is, even where it would take every terminal for 80 characters wide.
    Console(file=sys.stdout, width=max(terminal.width, least), height=terminal.height).print(drawn)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
