"""XML shown to a person: coloured by the server, every character of it escaped, and never parsed.

What QuickBooks sent may be broken, hostile or 20 MB long. So the text is only cut into pieces by one pattern that looks
at each character a bounded number of times; what does not look like XML stays plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

SHOWN_CHARACTERS = 60_000
"""Of a longer text only the beginning is shown: a page of a few hundred kilobytes still scrolls well."""

_PIECE = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z))"
    r"|(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))"
    r"|(?P<instruction><[?!][^<>]*>?)"
    r"|(?P<tag></?[^\s<>/\"'=&]+(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>)"
    r"|(?P<entity>&\#?\w{1,12};)"
    r"|(?P<text>[^<&]+|[<&])",
    re.DOTALL,
)
_TAG = re.compile(r"(?P<open></?)(?P<name>[^\s<>/\"'=&]+)(?P<rest>.*?)(?P<close>/?>)\Z", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?<=[\s\"'])(?P<name>[^\s=\"'/]++)(?P<equals>\s*=\s*)(?P<value>\"[^\"]*\"|'[^']*')")

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that act without being seen: controls, those without width, and those that turn the text's direction."""


def highlight_xml(text: str | None, shown: int = SHOWN_CHARACTERS) -> Markup:
    """`text` as escaped HTML with spans of the classes x-tag, x-name, x-value, x-note, x-entity and x-unseen.

    At most its first `shown` characters, then a sentence in a span of the class x-cut that says how many are left out.
    None is shown as an empty text.
    """
    text = text or ""
    pieces = [piece for found in _PIECE.finditer(text[:shown]) for piece in _piece(found)]
    if len(text) > shown:
        left_out = f"\n… The first {shown:,} of {len(text):,} characters are shown."
        pieces.append(_span("x-cut", left_out))
    return Markup("").join(pieces)


def _piece(found: re.Match[str]) -> Iterator[Markup]:
    kind, text = found.lastgroup, found.group()
    if kind == "tag":
        yield from _tag(text)
    elif kind in {"comment", "cdata", "instruction"}:
        yield _span("x-note", text)
    elif kind == "entity":
        yield _span("x-entity", text)
    else:
        yield visible(text)


def _tag(text: str) -> Iterator[Markup]:
    parts = _TAG.match(text)
    if parts is None:
        yield visible(text)
        return
    yield _span("x-tag", parts["open"] + parts["name"])
    end = 0
    for found in _ATTRIBUTE.finditer(parts["rest"]):
        yield visible(parts["rest"][end : found.start()])
        yield _span("x-name", found["name"])
        yield visible(found["equals"])
        yield _span("x-value", found["value"])
        end = found.end()
    yield visible(parts["rest"][end:])
    yield _span("x-tag", parts["close"])


def _span(css_class: str, text: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(css_class, visible(text))


def visible(text: str) -> Markup:
    """`text` escaped, with each character that would act unseen replaced by its number, "U+202E" for instance."""
    pieces, end = [], 0
    for found in _UNSEEN.finditer(text):
        number = f"U+{ord(found.group()):04X}"
        pieces += [escape(text[end : found.start()]), Markup('<span class="x-unseen">{}</span>').format(number)]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])
