"""How QuickBooks carries out a query, whatever it asks for (`facts/qbxml.md` section 7)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.refusals import invalid_iterator, malformed_id, missing_element
from qbwc_server.simulator.quickbooks.stamps import looks_like_an_id
from qbwc_server.simulator.quickbooks.work import Carry, Found, Work

_NOTHING_FOUND = 1, "A query request did not find a matching object in QuickBooks"
_SOME_MISSING = 500
_OK = 0, "Status OK"
# What may change from page to page; everything else must be sent again as it was.
_NOT_PART_OF_THE_FILTERS = ("@requestID", "@iterator", "@iteratorID", "@metaData", "MaxReturned")


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was found for the explicit keys of a query."""

    ids: Sequence[str]
    missing: Sequence[str]
    """Keys for which there is nothing."""


class Query(Protocol):
    """What one kind of query looks through."""

    @property
    def name(self) -> str:
        """``CustomerQuery``."""
        ...

    def by_key(self, work: Work, content: Aggregate) -> Keyed | None:
        """None if the request has no keys. Raises Refused."""
        ...

    def by_filter(self, work: Work, content: Aggregate) -> list[str]:
        """The IDs of all that fits the filters, in the order of the books. Raises Refused."""
        ...

    def ret(self, work: Work, content: Aggregate, object_id: str) -> tuple[str, Aggregate] | None:
        """An object with the name of its *Ret as it is now; None if it is gone."""
        ...


def carried_out(query: Query) -> Carry:
    """The query as the request processor carries it out; its content is the whole *Rq with its attributes."""
    return partial(_carry_out, query)


def checked_ids(content: Aggregate, name: str, field: str) -> list[str]:
    """The IDs of that name in a request, each once. Raises 3000; `field` is ``list id`` or ``txn id``."""
    ids = texts(content, name)
    for one in ids:
        if not looks_like_an_id(one):
            raise malformed_id(one, field)
    return ids


def texts(content: Aggregate, name: str) -> list[str]:
    """The texts of that name in a request, each once, in order."""
    return list(dict.fromkeys(item for item in content.items(name) if isinstance(item, str)))


def some_missing(key: str) -> tuple[int, str]:
    """500: what could be found is answered, this was not."""
    return _SOME_MISSING, (
        "The query request has not been fully completed. "
        f'There was a required element ("{key}") that could not be found in QuickBooks.'
    )


def _carry_out(query: Query, work: Work, content: Aggregate) -> Found:
    iterator = content.text("@iterator")
    if iterator is not None:
        return _page(query, work, content, iterator)
    keyed = query.by_key(work, content)
    if keyed is not None:
        status = some_missing(keyed.missing[0]) if keyed.missing else _OK
        return _found(query, work, content, keyed.ids, len(keyed.ids), status)
    ids = query.by_filter(work, content)
    limit = content.text("MaxReturned")
    return _found(query, work, content, ids[: int(limit)] if limit else ids, len(ids), _OK if ids else _NOTHING_FOUND)


def _page(query: Query, work: Work, content: Aggregate, iterator: str) -> Found:
    iterator_id = content.text("@iteratorID") or ""
    if iterator == "Stop":
        if not work.iterators.stop(iterator_id):
            raise invalid_iterator(iterator_id)
        return Found()
    size = content.text("MaxReturned")
    if not size:
        raise missing_element("MaxReturned")
    request = _request(query, content)
    if iterator == "Start":
        iterator_id = _new_iterator_id(work)
        work.iterators.start(iterator_id, request, query.by_filter(work, content))
    page = work.iterators.page(iterator_id, request, int(size))
    if page is None:
        raise invalid_iterator(iterator_id)
    ids, remaining = page
    status = _OK if ids else _NOTHING_FOUND
    return _found(query, work, content, ids, len(ids) + remaining, status, iterator_id=iterator_id, remaining=remaining)


def _found(
    query: Query,
    work: Work,
    content: Aggregate,
    ids: Sequence[str],
    count: int,
    status: tuple[int, str],
    *,
    iterator_id: str | None = None,
    remaining: int | None = None,
) -> Found:
    meta_data = content.text("@metaData") or "NoMetaData"
    rets = [] if meta_data == "MetaDataOnly" else [query.ret(work, content, one) for one in ids]
    return Found(
        rets=tuple(ret for ret in rets if ret is not None),
        code=status[0],
        message=status[1],
        ret_count=None if meta_data == "NoMetaData" else count,
        iterator_remaining=remaining,
        iterator_id=iterator_id,
    )


def _request(query: Query, content: Aggregate) -> str:
    filters = content.copy()
    for name in _NOT_PART_OF_THE_FILTERS:
        filters.put(name, None)
    return f"{query.name} {filters.to_json()}"


def _new_iterator_id(work: Work) -> str:
    """Not given out before in this company file, and the same in a run that is repeated."""
    number = work.books.next_number("iterator")
    return f"{{{uuid.uuid5(uuid.NAMESPACE_OID, f'{work.books.now_seconds()} {number}')}}}"
