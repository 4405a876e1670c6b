"""The references inside a payload: finding them, and putting QuickBooks' own ids in the place of external ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qbwc_server.jobs.declared import MOST_ENTRIES
from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.ref import Family, Ref, RefReader, Registered, usable_id
from qbwc_server.jobs.refusals import path_text

__all__ = ["Family", "FoundReference", "Ref", "RefReader", "Registered", "mentioned", "references", "resolved"]

Key = tuple[str, str]
"""Family and external id."""


@dataclass(frozen=True, slots=True)
class FoundReference:
    """One reference and the place where it stands."""

    place: tuple[str | int, ...]
    """The fields and numbers of lines that lead to it."""
    family: str | None
    """What its external id is unique within; None where only QuickBooks' own id or name can be meant."""
    ref: Ref

    @property
    def path(self) -> str:
        """For example ``lines[0].item_ref``."""
        return path_text(self.place)


def references(payload: Payload) -> list[FoundReference]:
    """Every reference of the payload, in the order of its fields."""
    return list(_found(payload, ()))


def mentioned(
    model: type[Payload], given: object, registered: Registered, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[Key, str]]:
    """The records that a payload refers to by external id, with their paths, however wrong the rest of it is."""
    if not isinstance(given, Mapping):
        return
    for name, reader in model.readers.items():
        value, place = given.get(name), (*at, name)
        if reader.ref is not None:
            if (key := _mentioned_key(reader.ref, value, registered)) is not None:
                yield key, path_text(place)
        elif not reader.is_list:
            for part in reader.parts:
                yield from mentioned(part, value, registered, place)
        elif isinstance(value, list | tuple):
            for index, entry in enumerate(value[:MOST_ENTRIES]):
                for part in reader.parts:
                    yield from mentioned(part, entry, registered, (*place, index))


def _mentioned_key(reader: RefReader, value: object, registered: Registered) -> Key | None:
    if reader.family is None or not registered.offers(reader.family):
        return None
    external_id = value.get("external_id") if isinstance(value, Mapping) and len(value) == 1 else None
    return (reader.family.name, external_id) if isinstance(external_id, str) and usable_id(external_id) else None


def resolved(payload: Payload, ids: Mapping[tuple[str, str], str]) -> Payload:
    """The payload with every external id replaced by the ListID or TxnID that `ids` has for (family, external id).

    The other references stay as they are. Raises KeyError if an id is not there: a job is planned only when
    all it refers to is recorded.
    """
    replaced = dict(_replaced(payload, ids))
    return payload.model_copy(update=replaced) if replaced else payload


def _found(payload: Payload, place: tuple[str | int, ...]) -> Iterator[FoundReference]:
    for name, reader in type(payload).referring.items():
        value = getattr(payload, name)
        if isinstance(value, Ref) and reader.ref is not None:
            family = reader.ref.family
            yield FoundReference((*place, name), family.name if family else None, value)
        elif isinstance(value, Payload):
            yield from _found(value, (*place, name))
        elif isinstance(value, tuple):
            for index, part in enumerate(value):
                yield from _found(part, (*place, name, index))


def _replaced(payload: Payload, ids: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, object]]:
    for name, reader in type(payload).referring.items():
        value = getattr(payload, name)
        if isinstance(value, Ref):
            if reader.ref is not None and reader.ref.family is not None and value.external_id is not None:
                found = ids[reader.ref.family.name, value.external_id]
                yield name, Ref(txn_id=found) if reader.ref.is_transaction else Ref(list_id=found)
        elif isinstance(value, Payload):
            if (part := resolved(value, ids)) is not value:
                yield name, part
        elif isinstance(value, tuple):
            yield name, tuple(resolved(part, ids) for part in value)
