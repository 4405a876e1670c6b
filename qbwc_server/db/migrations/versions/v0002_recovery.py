"""What recovery remembers: where a set's jobs were looked for, what a person is asked, what differs or is missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Every new column may be empty or has a default, so jobs in flight go on as they are."""
    op.add_column("job", sa.Column("question", sa.Text))
    op.add_column("job", sa.Column("question_detail", sa.Text))
    op.drop_column("message_set", "checks")
    op.add_column("message_set", sa.Column("searched_session_id", _ROW_ID))
    op.add_column("message_set", sa.Column("failed_searches", sa.Integer, nullable=False, server_default="0"))
    op.add_column("message_set", sa.Column("verdict", sa.String(16)))
    op.add_column("record", sa.Column("gone_since", sa.DateTime(timezone=True)))
    op.create_index("ix_record_newest", "record", ["company_id", "id"])
    op.add_column("company", sa.Column("qbxml_cap", sa.String(8)))
    op.add_column("message_set", sa.Column("carries_id", sa.Boolean, nullable=False, server_default=sa.true()))
    refused = sa.text("state = 'refused'")
    op.create_index(
        "ix_message_set_refused", "message_set", ["company_id", "id"], sqlite_where=refused, postgresql_where=refused
    )
    op.add_column("company", sa.Column("missing_asked_at", sa.DateTime(timezone=True)))
    op.add_column("record", sa.Column("differs", sa.Text))
    lookup = sa.text("status = 'queued' AND step = 'lookup'")
    op.create_index("ix_job_lookup", "job", ["company_id", "id"], sqlite_where=lookup, postgresql_where=lookup)
    op.drop_index("ix_job_dependency_on", "job_dependency")
    op.create_index("ix_job_dependency_on", "job_dependency", ["on_job_id", "job_id"])
    op.execute("UPDATE missing_name SET name = lower(name)")
