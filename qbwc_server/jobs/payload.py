"""What a job's payload is made of: a model declared against an element of the qbXML catalog.

A field of the model is an element of the catalog, written in snake_case; its type, length, values and whether it
may have several lines come from there and are stated nowhere else. What the model adds is what the catalog cannot
know: which fields QuickBooks wants in practice, which exclude each other, what a reference points to. A model
that does not fit the catalog is an error at import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler

from qbwc_server.errors import CatalogError
from qbwc_server.jobs.declared import FieldReader, declared_readers
from qbwc_server.jobs.refusals import Broken, broken_rules, refusal, several, shown, unknown_fields
from qbwc_server.qbxml import Element, catalog


class Payload(BaseModel):
    """The base of all payloads and their parts.

    Declare a model with the path of its element: ``class Invoice(Payload, element="InvoiceAddRq/InvoiceAdd")``.
    Validation raises pydantic's ValidationError with every broken rule at once. null is the same as absent; neither
    ever clears anything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalog_element: ClassVar[Element]
    readers: ClassVar[Mapping[str, FieldReader]] = {}
    referring: ClassVar[Mapping[str, FieldReader]] = {}
    """Those of the readers whose field is a reference or may hold one further in: few of many."""
    not_offered: ClassVar[Mapping[str, str]] = {}
    """Elements of the catalog, in snake_case, or of QuickBooks, that are no fields here, each with the reason."""

    def __init_subclass__(cls, element: str = "", **options: Any) -> None:
        """Takes the keyword, which pydantic hands to this hook too, before the fields are known."""
        super().__init_subclass__(**options)

    @classmethod
    def __pydantic_init_subclass__(cls, element: str = "", **options: Any) -> None:
        """Ties the fields to the catalog. Raises CatalogError if one does not fit."""
        super().__pydantic_init_subclass__(**options)
        if element:
            cls.catalog_element = catalog.element(element)
        if not hasattr(cls, "catalog_element"):
            raise CatalogError(f"{cls.__name__} names no element of the catalog.")
        cls.readers = declared_readers(cls.__name__, cls.model_fields, cls.catalog_element)
        cls.referring = {
            name: reader
            for name, reader in cls.readers.items()
            if reader.ref is not None or any(part.referring for part in reader.parts)
        }

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:  # noqa: ARG003 - for those that have rules
        """Rules about which fields stand together, told from what was given, right or wrong; null counts as absent."""
        return iter(())

    @field_validator("*", mode="before")
    @classmethod
    def _read_by_the_catalog(cls, value: object, info: ValidationInfo) -> object:
        return cls.readers[str(info.field_name)].read(value, info.context)

    @model_validator(mode="wrap")
    @classmethod
    def _every_problem_at_once(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(data, cls):
            return data
        if not isinstance(data, Mapping):
            raise refusal(f"must be an object with fields in braces, this is {shown(data)}.")
        given = {key: value for key, value in data.items() if value is not None and key in cls.readers}
        unknown = unknown_fields(data, cls.readers, cls.not_offered, "docs/payloads.md lists the fields.")
        broken = [*unknown, *cls.broken_combinations(given)]
        try:
            payload = handler(given)
        except ValidationError as error:
            raise several([*broken, *broken_rules(error)]) from None
        if broken:
            raise several(broken)
        return payload


def only_one_of(given: Mapping[str, object], *names: str) -> Iterator[Broken]:
    """At most one of these fields may be given; reported at each but the first."""
    first, *others = [name for name in names if name in given] or [""]
    for name in others:
        yield Broken(
            f"cannot be given together with {first}.", f"Only one of {', '.join(names)} may stand here.", (name,)
        )


def only_with(given: Mapping[str, object], needed: str, *names: str) -> Iterator[Broken]:
    """These fields make sense only if `needed` is given."""
    if needed not in given:
        for name in names:
            if name in given:
                yield Broken(f"can only be given together with {needed}.", "", (name,))
