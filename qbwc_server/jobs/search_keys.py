"""What a job is looked for by, kept beside it in the table `job_key`, so that a search reads one index.

The keys of a job are its external id, its number (its own, or the one that QuickBooks gave it) or name with every word
that begins in it, its company's name, the customer it is for (by whichever of external id, ListID or name the payload
names it), and its ListID or TxnID. They are kept folded: without case, with single blanks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.jobs.model import Job

LONGEST_KEY = 100
"""Characters of a key; what is longer is found by its beginning."""
_MOST_WORDS = 4
"""Words of a name at which it may be found."""
KEYED = ("external_id", "payload", "label", "list_id", "txn_id")
"""The columns of a job that its keys are made of."""
_ADD = sa.text(
    "INSERT INTO job_key (company_id, key, job_id) VALUES (:company_id, :key, :job_id) ON CONFLICT DO NOTHING"
)
_SAME = object()
_key = tables.job_key


def folded(text: str) -> str:
    """The form in which texts are compared: without case, with single blanks, at most LONGEST_KEY characters."""
    return " ".join(text.split()).casefold()[:LONGEST_KEY]


def search_keys(columns: Mapping[str, object]) -> set[str]:
    """The keys that come from these columns of a job, some or all of KEYED."""
    texts = [columns.get(name) for name in ("external_id", "list_id", "txn_id")]
    texts.append(str(columns.get("label") or "").partition(" ")[2])
    if payload := columns.get("payload"):
        texts += _of_payload(json.loads(str(payload)))
    return {key for text in texts if text and (key := folded(str(text)))}


def add_keys(c: sa.Connection, rows: Iterable[tuple[int, int, set[str]]]) -> None:
    """Writes keys down: for each job its company, its number and the keys. A key that is there already stays."""
    values = [
        {"company_id": company_id, "key": key, "job_id": number}
        for company_id, number, keys in rows
        for key in sorted(keys)
    ]
    if values:
        c.execute(_ADD, values)


def change_keys(c: sa.Connection, changed: Iterable[tuple[Job, Mapping[str, object]]]) -> None:
    """Follows jobs, as they were, of which these columns are changed; those that make no keys do not matter."""
    new = []
    for job, columns in changed:
        touched: Sequence[str] = [name for name in KEYED if columns.get(name, _SAME) not in (_SAME, getattr(job, name))]
        if not touched:
            continue
        if "payload" in touched:
            touched = KEYED
        before = {name: getattr(job, name) for name in touched}
        was, is_now = search_keys(before), search_keys(before | dict(columns))
        new.append((job.company_id, job.id, is_now - was))
        if gone := was - is_now:
            mine = sa.and_(_key.c.company_id == job.company_id, _key.c.key.in_(gone), _key.c.job_id == job.id)
            c.execute(_key.delete().where(mine))
    add_keys(c, new)


def _of_payload(payload: Mapping[str, object]) -> Iterator[object]:
    yield payload.get("ref_number")
    customer = payload.get("customer_ref") or {}
    names = [payload.get("name"), payload.get("company_name")]
    if isinstance(customer, Mapping):
        yield from (customer.get("external_id"), customer.get("list_id"))
        names.append(customer.get("full_name"))
    for name in names:
        words = str(name).replace(":", " ").split() if name else []
        yield name
        yield from (" ".join(words[start:]) for start in range(1, min(len(words), _MOST_WORDS)))
