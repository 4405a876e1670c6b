"""Names of list elements: who may have which, and what a new element gets (`facts/qbxml.md` 5.10)."""

from __future__ import annotations

from dataclasses import replace

from qbwc_server.simulator.quickbooks import stamps
from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.elements import TYPES, ListElement
from qbwc_server.simulator.quickbooks.refusals import (
    empty_name,
    invalid_parent,
    list_element_in_use,
    malformed_id,
    name_in_use,
    name_with_colon,
    not_saved,
)
from qbwc_server.simulator.quickbooks.stamps import looks_like_an_id
from qbwc_server.simulator.quickbooks.work import Work

_DEEPEST_SUBLEVEL = 4
_NOT_KEPT_IN_FIELDS = ("Name", "ParentRef", "IsActive", "ExternalGUID")


def new_element(work: Work, list_type: str, content: Aggregate) -> ListElement:
    """A list element as it would be stored, with its ListID; `content` is the *Add with references resolved.

    Raises 3090, 3100, 3130 or 3175. It is not in the list yet: see `Elements.add`.
    """
    parent = _parent(work, list_type, content)
    name = _free_name(work, list_type, content, parent)
    seconds = work.books.now_seconds()
    fields = content.copy()
    for field in _NOT_KEPT_IN_FIELDS:
        fields.put(field, None)
    family = TYPES[list_type].family
    return ListElement(
        list_id=stamps.list_id(work.books.next_number(f"list {family}"), seconds),
        type=list_type,
        name=name,
        full_name=f"{parent.full_name}:{name}" if parent else name,
        parent_id=parent.list_id if parent else "",
        sublevel=parent.sublevel + 1 if parent else 0,
        is_active=content.text("IsActive") not in ("false", "0"),
        edit_sequence=stamps.next_edit_sequence(seconds),
        created=seconds,
        modified=seconds,
        guid=content.text("ExternalGUID"),
        fields=fields,
    )


def type_by_hand(work: Work, list_type: str, name: str, **fields: str) -> ListElement:
    """What a person adds at the keyboard, under the same rules: no ExternalGUID, and any list."""
    with work.books.transaction():
        element = new_element(work, list_type, Aggregate({"Name": name, **fields}))
        work.books.elements.add(element)
    return element


def set_active(work: Work, element: ListElement, *, active: bool) -> ListElement:
    """What a person does with the "inactive" box; the name stays taken either way."""
    seconds = work.books.now_seconds()
    sequence = stamps.next_edit_sequence(seconds, element.edit_sequence)
    with work.books.transaction():
        work.books.elements.set_active(element, active=active, edit_sequence=sequence, seconds=seconds)
    return replace(element, is_active=active, edit_sequence=sequence, modified=seconds)


def rename(work: Work, element: ListElement, name: str) -> None:
    """What a person does with the name; the FullNames of all below it change with it. Raises 3090 or 3100."""
    kept = _checked_name(work, element.type, name, element.parent_id, allowed=element.list_id)
    above = element.full_name.rpartition(":")[0]
    full_name = f"{above}:{kept}" if above else kept
    seconds = work.books.now_seconds()
    sequence = stamps.next_edit_sequence(seconds, element.edit_sequence)
    elements = work.books.elements
    with work.books.transaction():
        for one in elements.descendants(element):
            is_itself = one.list_id == element.list_id
            elements.set_name(
                one,
                name=kept if is_itself else one.name,
                full_name=full_name + one.full_name[len(element.full_name) :],
                edit_sequence=sequence if is_itself else one.edit_sequence,
                seconds=seconds if is_itself else one.modified,
            )


def _parent(work: Work, list_type: str, content: Aggregate) -> ListElement | None:
    ref = content.one("ParentRef")
    if ref is None:
        return None
    family, plural = TYPES[list_type].family, TYPES[list_type].plural
    list_id, full_name = ref.text("ListID"), ref.text("FullName")
    if list_id is not None:
        if not looks_like_an_id(list_id):
            raise malformed_id(list_id, "list id")
        parent = work.books.elements.by_id(family, list_id)
    else:
        parent = work.books.elements.by_full_name(family, full_name or "")
    if parent is None or parent.type != list_type or not parent.is_active:
        raise invalid_parent(list_id if list_id is not None else full_name or "", plural)
    if work.faults.is_locked(parent.list_id):
        raise list_element_in_use(parent.list_id)
    return parent


def _free_name(work: Work, list_type: str, content: Aggregate, parent: ListElement | None) -> str:
    name = _checked_name(work, list_type, content.text("Name") or "", parent.list_id if parent else "")
    if parent is not None and parent.sublevel >= _DEEPEST_SUBLEVEL:
        raise not_saved(f'{TYPES[list_type].plural} list, element "{name}"', "It would stand too many levels deep.")
    return name


def _checked_name(work: Work, list_type: str, text: str, parent_id: str, allowed: str = "") -> str:
    """The name as it is kept; `allowed` is the ListID of who may have it already."""
    words = TYPES[list_type]
    name = text.strip()
    if not name:
        raise empty_name(words.name_field)
    if ":" in name:
        raise name_with_colon(name, words.name_field)
    holder = work.books.elements.by_name(words.family, parent_id, name)
    if holder is not None and holder.list_id != allowed:
        raise name_in_use(name)
    return name
