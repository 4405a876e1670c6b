"""Ties the declared fields of a payload model to the elements of the qbXML catalog, when the model is imported."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from qbwc_server.errors import CatalogError
from qbwc_server.jobs.readers import LeafReader, leaf_reader
from qbwc_server.jobs.ref import Family, Ref, RefReader, Registered
from qbwc_server.jobs.refusals import refusal, shown
from qbwc_server.jobs.texts import EMPTY
from qbwc_server.qbxml import Element, FieldType

if TYPE_CHECKING:
    from qbwc_server.jobs.payload import Payload

Context: TypeAlias = Registered | None
MOST_ENTRIES = 10_000
"""Of one list, such as the lines of a document. Ours, not QuickBooks': what is longer is a mistake."""
_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Called:
    """Marks a field that does not have its element's name in snake_case: which elements it stands for."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class Ours:
    """Marks a field that is no element of QuickBooks' and never sent: how it is read."""

    type: FieldType


@dataclass(frozen=True, slots=True)
class FieldReader:
    """How one field of a model is read, and what it stands for."""

    elements: tuple[Element, ...]
    """Empty for a field of our own."""
    read: Callable[[object, Context], object]
    leaf: LeafReader | None = None
    ref: RefReader | None = None
    parts: tuple[type[Payload], ...] = ()
    """Models of its parts, one for each element."""
    is_list: bool = False

    @property
    def element_names(self) -> tuple[str, ...]:
        return tuple(element.name for element in self.elements)


def snake_case(name: str) -> str:
    """A qbXML name as a field: ``RefNumber`` ref_number, ``PONumber`` po_number, ``ARAccountRef`` ar_account_ref."""
    return _WORD_ENDS.sub("_", name).lower()


def declared_readers(model: str, fields: Mapping[str, FieldInfo], parent: Element) -> dict[str, FieldReader]:
    """A reader for each field. Raises CatalogError for a field that the catalog does not know or knows otherwise."""
    by_field = {snake_case(name): element for name, element in parent.by_name.items()}
    found: dict[str, FieldReader] = {}
    for name, field in fields.items():
        try:
            found[name] = _reader(name, field, parent, by_field)
        except CatalogError as error:
            raise CatalogError(f"{model}.{name}: {error}") from None
    return found


def _reader(name: str, field: FieldInfo, parent: Element, by_field: Mapping[str, Element]) -> FieldReader:
    declared = _bare(field.annotation)
    if ours := _marker(field, Ours):
        return _leaf((), Element(name, ours.type), declared)
    if called := _marker(field, Called):
        elements = tuple(_known(parent.by_name.get(each), each) for each in called.names)
    else:
        elements = (_known(by_field.get(name), name),)
    if not field.is_required() and any(_is_required(element, parent) for element in elements):
        raise CatalogError("the catalog requires it, the model does not")
    if parts := tuple(_parts(declared)):
        return _composed(elements, parts, declared, field.is_required())
    if len(elements) != 1:
        raise CatalogError("only a field with parts can stand for several elements")
    if declared is Ref:
        ref = RefReader(elements[0], _marker(field, Family), _full_name(elements[0]))
        return FieldReader(elements, ref, ref=ref)
    return _leaf(elements, elements[0], declared)


def _leaf(elements: tuple[Element, ...], element: Element, declared: object) -> FieldReader:
    leaf = leaf_reader(element)
    if leaf.python_type is not declared:
        raise CatalogError(f"{declared} is declared, {leaf.python_type.__name__} is in the catalog")
    return FieldReader(elements, lambda value, _context: leaf(value), leaf=leaf)


def _composed(
    elements: tuple[Element, ...], parts: tuple[type[Payload], ...], declared: object, required: bool
) -> FieldReader:
    """A field whose parts have models of their own: read by these, which must agree with the elements here."""
    if len(elements) != len(parts):
        raise CatalogError(f"{len(parts)} models are declared for {len(elements)} elements")
    for element, part in zip(elements, parts, strict=True):
        for child in (child for reader in part.readers.values() for child in reader.elements):
            if _shape(element.child(child.name)) != _shape(child):
                raise CatalogError(f"{part.__name__} and {element.name} differ in {child.name}")
    is_list = get_origin(declared) is tuple
    read = (_required_list if required else _optional_list) if is_list else _as_it_is
    return FieldReader(elements, read, parts=parts, is_list=is_list)


def _required_list(value: object, _context: Context) -> object:
    if not isinstance(value, list | tuple):
        raise refusal(f"must be a list in brackets, this is {shown(value)}.")
    # Not pydantic's min_length and max_length: they count the entries without the wrong ones.
    if not value:
        raise refusal("must have at least one entry.")
    if len(value) > MOST_ENTRIES:
        raise refusal(f"has {len(value)} entries, at most {MOST_ENTRIES} are allowed.")
    return tuple(value)


def _optional_list(value: object, context: Context) -> object:
    if isinstance(value, list | tuple) and not value:
        raise refusal("is an empty list.", EMPTY.remedy)
    return _required_list(value, context)


def _as_it_is(value: object, _context: Context) -> object:
    return value


def _known(element: Element | None, name: str) -> Element:
    if element is None:
        raise CatalogError(f"{name} is not in the catalog")
    return element


def _is_required(element: Element, parent: Element) -> bool:
    """Whether the catalog wants it in every case; an option of a choice is one of several ways."""
    return element.min_occurs > 0 and element in parent.children


def _full_name(element: Element) -> Element | None:
    """The FullName of a Ref aggregate, None for a TxnID."""
    return None if element.type is FieldType.ID else _known(element.child("FullName"), f"{element.name}/FullName")


def _shape(element: Element | None) -> object:
    """What two elements must share for one model to serve both."""
    if element is None:
        return None
    children = [_shape(child) for child in element.elements()]
    return (element.type, element.max_length, element.multiline, element.values, children)


def _marker(field: FieldInfo, kind: type[Any]) -> Any:
    return next((mark for mark in field.metadata if isinstance(mark, kind)), None)


def _bare(annotation: object) -> object:
    """The type itself, without `| None` and without what is attached to it."""
    if get_origin(annotation) in {Union, types.UnionType}:
        [annotation] = [arg for arg in get_args(annotation) if arg is not types.NoneType]
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _parts(declared: object) -> Iterator[type[Payload]]:
    """The models inside an annotation, in order: ``tuple[InvoiceLine | InvoiceGroupLine, ...]``."""
    if isinstance(declared, type) and hasattr(declared, "catalog_element"):
        yield declared
    elif get_origin(declared) is Annotated:
        yield from _parts(get_args(declared)[0])
    else:
        for arg in get_args(declared):
            yield from _parts(arg)
