"""What lists, searches and the overview read: indexes in the order in which people look, and the keys of jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_AT_ONCE = 2000
_LONGEST = 100
_MOST_WORDS = 4


def upgrade() -> None:
    """Fills the keys of the jobs that are there: about a minute for a million of them."""
    op.create_index("ix_job_company_kind", "job", ["company_id", "kind", "id"])
    op.create_index("ix_job_created", "job", ["created_at", "id"])
    _partial("ix_job_trouble", "job", ["status", "id"], "error IS NOT NULL")
    _partial("ix_job_error_code", "job", ["error_code", "id"], "error_code IS NOT NULL")
    op.create_index("ix_session_newest", "session", ["company_id", "id"])
    _partial("ix_message_set_timed", "message_set", ["company_id", "id"], "purpose = 'write' AND state = 'answered'")
    job_key = op.create_table(
        "job_key",
        sa.Column("company_id", _ROW_ID, sa.ForeignKey("company.id", name="fk_job_key_company_id"), nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("job_id", _ROW_ID, sa.ForeignKey("job.id", name="fk_job_key_job_id"), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "key", "job_id", name="pk_job_key"),
        sqlite_with_rowid=False,
    )
    c = op.get_bind()
    job = sa.table("job", *map(sa.column, ("id", "company_id", "external_id", "list_id", "txn_id", "payload")))
    last = 0
    while rows := c.execute(sa.select(job).where(job.c.id > last).order_by(job.c.id).limit(_AT_ONCE)).all():
        c.execute(
            job_key.insert(),
            [{"company_id": row.company_id, "key": key, "job_id": row.id} for row in rows for key in _keys(row)],
        )
        last = rows[-1].id


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _keys(row: sa.Row[tuple[object, ...]]) -> set[str]:
    """As `jobs.search_keys` made them when this was written; the program's own may change later."""
    texts = [row.external_id, row.list_id, row.txn_id, *_of_payload(json.loads(row.payload))]
    return {key for text in texts if text and (key := " ".join(str(text).split()).casefold()[:_LONGEST])}


def _of_payload(payload: dict[str, object]) -> Iterator[object]:
    yield payload.get("ref_number")
    customer = payload.get("customer_ref") or {}
    names = [payload.get("name"), payload.get("company_name")]
    if isinstance(customer, dict):
        yield from (customer.get("external_id"), customer.get("list_id"))
        names.append(customer.get("full_name"))
    for name in names:
        words = str(name).replace(":", " ").split() if name else []
        yield name
        yield from (" ".join(words[start:]) for start in range(1, min(len(words), _MOST_WORDS)))
