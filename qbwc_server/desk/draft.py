"""A job that is not handed in yet: the paper it would be, its request, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from lxml import etree

from qbwc_server import jobs, records
from qbwc_server.desk.document import Document, paper
from qbwc_server.errors import Problem, RenderingFailed
from qbwc_server.jobs import NewJob, Payload
from qbwc_server.qbxml import Renderer, parse_xml

_LONGEST_ID = 36
"""Characters of a ListID or TxnID."""


@dataclass(frozen=True, slots=True)
class Draft:
    """How a job would look."""

    document: Document
    request: str
    """The request, indented. Empty if it cannot be written."""
    not_recorded: tuple[str, ...]
    """What has no ID of QuickBooks' yet, like "customer C-1"; the request shows so in the ID's place."""
    problems: tuple[Problem, ...]
    """For what it would be refused."""


def draft(c: sa.Connection, company_id: int, new: NewJob, renderer: Renderer) -> Draft:
    """How the job would look if it were enqueued now; changes nothing."""
    kind = jobs.kind(new.kind)
    problems = jobs.why_not_enqueued(c, company_id, [new])
    keys = set(_external(new.payload))
    known = {key: record.qb_id for key, record in records.find(c, company_id, keys).items()}
    missing = sorted(keys - known.keys())
    payload = jobs.resolved(new.payload, known | {key: _place_of(*key) for key in missing})
    try:
        request = _request(renderer, kind.request_for(new.operation), payload)
    except RenderingFailed as failed:
        request, problems = "", (*problems, *failed.problems)
    document = paper(c, company_id, new.kind, kind.family, new.payload_json)
    return Draft(document, request, tuple(f"{family} {external_id}" for family, external_id in missing), problems)


def _external(payload: Payload) -> Iterator[tuple[str, str]]:
    for each in jobs.references(payload):
        if each.family and each.ref.external_id:
            yield each.family, each.ref.external_id


def _place_of(family: str, external_id: str) -> str:
    return f"ID of {family} {external_id}"[:_LONGEST_ID]


def _request(renderer: Renderer, template: str, payload: Payload) -> str:
    """Without what only the queue knows: the job's own GUID and its number in the set."""
    root = parse_xml(renderer.request(template, request_id="1", payload=payload).text)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
