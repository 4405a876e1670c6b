"""The people who use the page: disabled or not, their time zone, their sessions, and links for setting a password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

revision = "0004"
down_revision = "0003"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No admin could be made before this revision, so the tables of people are empty."""
    op.add_column("admin_user", sa.Column("disabled_at", _MOMENT))
    op.add_column("admin_user", sa.Column("time_zone", sa.Text))
    op.create_table(
        "admin_session",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("user_id", _ROW_ID, nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("last_seen_at", _MOMENT, nullable=False),
        sa.Column("address", sa.Text, nullable=False, server_default=""),
        sa.Column("browser", sa.Text, nullable=False, server_default=""),
        PrimaryKeyConstraint("id", name="pk_admin_session"),
        UniqueConstraint("token_sha256", name="uq_admin_session_token_sha256"),
        ForeignKeyConstraint(["user_id"], ["admin_user.id"], name="fk_admin_session_user_id"),
    )
    op.create_index("ix_admin_session_user_id", "admin_session", ["user_id"])
    op.create_table(
        "admin_link",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("user_id", _ROW_ID, nullable=True),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        PrimaryKeyConstraint("id", name="pk_admin_link"),
        UniqueConstraint("token_sha256", name="uq_admin_link_token_sha256"),
        ForeignKeyConstraint(["user_id"], ["admin_user.id"], name="fk_admin_link_user_id"),
    )
    op.create_index("ix_admin_link_user_id", "admin_link", ["user_id"])
