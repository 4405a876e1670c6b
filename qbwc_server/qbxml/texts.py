"""Reads the tables of explanations: `status_codes.txt` and `hresults.txt`.

A block is a heading, lines with the cause, and lines after ``>`` with the remedy; ``@name`` as a
remedy stands for the block of that name. Blocks are separated by empty lines, ``#`` begins a comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from qbwc_server.errors import CatalogError, Problem


@dataclass(frozen=True)
class Explanation:
    """One block of a table."""

    heading: str
    """The words of its first line: a code, and for a statusCode its class."""
    cause: str
    remedy: str


def explanations(file_name: str) -> list[Explanation]:
    """The blocks of a table in this package, in order. Raises CatalogError for one that is not as described."""
    text = (files("qbwc_server.qbxml") / file_name).read_text(encoding="utf-8")
    return parse_explanations(text, file_name)


def parse_explanations(text: str, source: str) -> list[Explanation]:
    """The blocks of a table's text; `source` is named in the error."""
    found: list[Explanation] = []
    named: dict[str, str] = {}
    for heading, cause, remedy in _blocks(text, source):
        if remedy.startswith("@"):
            if remedy not in named:
                raise CatalogError(Problem(f"{heading} refers to {remedy}, which is not defined above it.", source))
            remedy = named[remedy]
        if heading.startswith("@"):
            named[heading] = remedy
        else:
            found.append(Explanation(heading, cause, remedy))
    return found


def _blocks(text: str, source: str) -> list[tuple[str, str, str]]:
    blocks = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            continue
        heading, *rest = lines
        if heading != heading.strip() or not all(line.startswith(("    ", "  > ")) for line in rest):
            raise CatalogError(Problem(f"The block {heading.strip()!r} is not indented as it should be.", source))
        cause = " ".join(line.strip() for line in rest if line.startswith("    "))
        remedy = " ".join(line[4:].strip() for line in rest if line.startswith("  > "))
        blocks.append((heading, cause, remedy))
    return blocks
