"""A reference to another record as one line of text: a name in QuickBooks, or one of our own records.

A plain text is the full name in QuickBooks. "Acme Hardware [ours: C-1]" is our record C-1, whatever it is called, and
"[ListID: 80000013-1416570432]" QuickBooks' own id. Neither can be taken for a name: no name in QuickBooks has a
blank behind a colon, since it keeps colons for parent:child and cuts blanks off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Names: TypeAlias = Mapping[tuple[str, str], str]
"""What our own records are called, by family and external id."""
_OURS, _LIST_ID, _END = "[ours: ", "[ListID: ", "]"


@dataclass(frozen=True, slots=True)
class Called:
    """One of our records, and what the form calls it."""

    field: str
    family: str
    external_id: str
    name: str
    """As it stands in front of the mark; empty if nothing does."""


def ours(external_id: str, name: str = "") -> str:
    """The text that means one of our own records."""
    return f"{name} {_OURS}{external_id}{_END}" if name else f"{_OURS}{external_id}{_END}"


def read_ref(text: str) -> str | dict[str, str]:
    """What a payload says for a text."""
    for mark, form in ((_OURS, "external_id"), (_LIST_ID, "list_id")):
        _, found, rest = text.partition(mark)
        if found and rest.endswith(_END):
            return {form: rest.removesuffix(_END)}
    return text


def name_in(text: str) -> str:
    """The name in front of the mark, or the whole text."""
    return text.partition(_OURS)[0].strip()


def ref_text(ref: object, family: str | None, names: Names) -> str:
    """The text for what stands in a payload."""
    if not isinstance(ref, Mapping):
        return str(ref)
    if (external_id := ref.get("external_id")) is not None:
        return ours(str(external_id), names.get((family or "", str(external_id)), ""))
    if (list_id := ref.get("list_id")) is not None:
        return f"{_LIST_ID}{list_id}{_END}"
    return str(ref.get("full_name", ""))


def external_ids(value: object) -> Iterator[str]:
    """Every external id that something in a payload refers to."""
    if isinstance(value, Mapping):
        if isinstance(found := value.get("external_id"), str):
            yield found
        for part in value.values():
            yield from external_ids(part)
    elif isinstance(value, list):
        for part in value:
            yield from external_ids(part)
