"""Whether a company file has carried our FileID, and until when an earlier sending of a set may be under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A file that was seen last with a FileID and not stopped carried the right one."""
    op.add_column("company", sa.Column("is_stamped", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("company", sa.Column("lost_lookbacks", sa.Integer, nullable=False, server_default="0"))
    op.add_column("session", sa.Column("looks_back", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("message_set", sa.Column("unsure_until", sa.DateTime(timezone=True)))
    was_gone = "question = 'in-the-books' AND question_detail LIKE '%\"gone\"%'"
    op.execute(f"UPDATE job SET question = 'gone', error_code = 'gone' WHERE {was_gone}")  # noqa: S608 - no input
    op.execute("UPDATE company SET is_stamped = true WHERE seen_file_id IS NOT NULL AND stop_reason IS NULL")
