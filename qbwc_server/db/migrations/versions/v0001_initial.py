"""The first tables.

Written out and frozen: it makes what the tables were on the day of this revision, whatever `tables.py` says later.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Tables first that others refer to."""
    _company()
    _session()
    _job()
    _job_dependency()
    _job_event()
    _message_set()
    _message_set_text()
    _message_set_item()
    _record()
    _missing_name()
    _admin_user()
    _login_failure()
    _instance_setting()


def _company() -> None:
    op.create_table(
        "company",
        _number("id"),
        _word("name", 64),
        _word("name_key", 64),
        _word("username", 64),
        _word("password_sha256", 64),
        _word("owner_id", 38),
        _word("file_id", 38),
        _text("base_url"),
        _text("company_file"),
        _count("run_every_minutes", 15),
        _text("settings", default="{}"),
        _word("state", 16, default="active"),
        _text("pause_reason", nullable=True),
        _text("stop_reason", nullable=True),
        _word("recovery", 16, default="unknown"),
        _word("echoes_guid", 16, default="unknown"),
        _count("set_size", 20),
        _text("hcp_sha256", nullable=True),
        _text("facts", nullable=True),
        _text("pinned_company_name", nullable=True),
        _text("pinned_legal_name", nullable=True),
        _text("pinned_ein_sha256", nullable=True),
        _text("seen_file_id", nullable=True),
        _text("seen_company_name", nullable=True),
        _text("seen_legal_name", nullable=True),
        _text("seen_ein_sha256", nullable=True),
        _text("seen_path", nullable=True),
        _moment("created_at"),
        _moment("first_seen_at", nullable=True),
        _moment("last_contact_at", nullable=True),
        _text("last_result", nullable=True),
        PrimaryKeyConstraint("id", name="pk_company"),
        UniqueConstraint("file_id", name="uq_company_file_id"),
        UniqueConstraint("name_key", name="uq_company_name_key"),
        UniqueConstraint("username", name="uq_company_username"),
    )


def _session() -> None:
    op.create_table(
        "session",
        _number("id"),
        _number("company_id"),
        _word("ticket_sha256", 64),
        _word("state", 16),
        _moment("started_at"),
        _moment("last_call_at"),
        _moment("ended_at", nullable=True),
        _count("round_trips", 0),
        _text("machine", nullable=True),
        _text("path", nullable=True),
        _text("qbxml_version", nullable=True),
        _text("last_error"),
        _text("closing_text", nullable=True),
        _word("identity", 16, default="unknown"),
        _count("done", 0),
        _count("failed", 0),
        _count("connection_errors", 0),
        PrimaryKeyConstraint("id", name="pk_session"),
        UniqueConstraint("ticket_sha256", name="uq_session_ticket_sha256"),
        ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_session_company_id"),
    )
    _partial_index("ix_session_open", "session", ["company_id"], "state = 'open'")


def _job() -> None:
    op.create_table(
        "job",
        _number("id"),
        _number("company_id"),
        _word("kind", 40),
        _word("family", 40),
        _word("operation", 16),
        _word("step", 16),
        _word("external_id", 255, nullable=True),
        _word("idempotency_key", 320),
        _word("content_sha256", 64),
        _text("payload", default="{}"),
        _text("label"),
        _count("priority", 0),
        _count("rank", 0),
        _word("status", 16),
        _word("applied", 8, default="no"),
        _count("waiting_for", 0),
        _moment("due_at"),
        _count("attempts", 0),
        _word("guid", 38),
        _text("search_group", nullable=True),
        _number("message_set_id", nullable=True),
        _text("error", nullable=True),
        _text("error_code", nullable=True),
        _text("cause", nullable=True),
        _text("remedy", nullable=True),
        _text("quickbooks_message", nullable=True),
        _text("missing_name", nullable=True),
        _word("list_id", 36, nullable=True),
        _word("txn_id", 36, nullable=True),
        _text("warning", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("finished_at", nullable=True),
        PrimaryKeyConstraint("id", name="pk_job"),
        UniqueConstraint("company_id", "idempotency_key", name="uq_job_company_id_idempotency_key"),
        UniqueConstraint("guid", name="uq_job_guid"),
        ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_job_company_id"),
        CheckConstraint("applied IN ('no', 'unknown', 'yes')", name="ck_job_applied"),
        CheckConstraint(
            "(error IS NULL) = (status IN ('queued', 'sent', 'done', 'cancelled'))",
            name="ck_job_error_belongs_to_status",
        ),
        CheckConstraint(
            "status IN ('queued','sent','in_doubt','retrying','blocked','held','done','failed','cancelled')",
            name="ck_job_status",
        ),
    )
    op.create_index("ix_job_company_status", "job", ["company_id", "status", "id"])
    _partial_index("ix_job_due", "job", ["company_id", "due_at"], "status = 'retrying' AND waiting_for = 0")
    op.create_index("ix_job_message_set", "job", ["message_set_id"])
    _partial_index(
        "ix_job_ready", "job", ["company_id", sa.text("rank DESC"), "id"], "status = 'queued' AND waiting_for = 0"
    )
    op.create_index("ix_job_record", "job", ["company_id", "family", "external_id"])


def _job_dependency() -> None:
    op.create_table(
        "job_dependency",
        _number("job_id"),
        _number("on_job_id"),
        _text("path"),
        PrimaryKeyConstraint("job_id", "on_job_id", name="pk_job_dependency"),
        ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_dependency_job_id"),
        ForeignKeyConstraint(["on_job_id"], ["job.id"], name="fk_job_dependency_on_job_id"),
    )
    op.create_index("ix_job_dependency_on", "job_dependency", ["on_job_id"])


def _job_event() -> None:
    op.create_table(
        "job_event",
        _number("id"),
        _number("job_id"),
        _moment("at"),
        _word("from_status", 16, nullable=True),
        _word("to_status", 16),
        _text("reason"),
        _text("actor"),
        _text("detail", nullable=True),
        PrimaryKeyConstraint("id", name="pk_job_event"),
        ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_event_job_id"),
    )
    op.create_index("ix_job_event_job_id", "job_event", ["job_id"])


def _message_set() -> None:
    op.create_table(
        "message_set",
        _number("id"),
        _number("company_id"),
        _number("session_id"),
        _word("key", 20),
        _word("purpose", 16),
        _number("about_id", nullable=True),
        _number("clears_id", nullable=True),
        _word("state", 16),
        _word("clearing", 16, default="none"),
        _word("qbxml_version", 8),
        _count("jobs", 0),
        _count("sendings", 1),
        _moment("first_sent_at"),
        _moment("sent_at"),
        _moment("answered_at", nullable=True),
        _moment("clear_after", nullable=True),
        _number("checked_session_id", nullable=True),
        _count("checks", 0),
        _count("percent", 0),
        _text("status_code", nullable=True),
        _text("hresult", nullable=True),
        PrimaryKeyConstraint("id", name="pk_message_set"),
        UniqueConstraint("key", name="uq_message_set_key"),
        ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_message_set_company_id"),
        ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_message_set_session_id"),
    )
    _partial_index("ix_message_set_open", "message_set", ["company_id", "id"], "state IN ('sent', 'in_doubt')")
    op.create_index("ix_message_set_session", "message_set", ["session_id"])
    _partial_index("ix_message_set_uncleared", "message_set", ["company_id", "clear_after"], "clearing = 'uncleared'")


def _message_set_text() -> None:
    op.create_table(
        "message_set_text",
        _number("message_set_id"),
        _text("request"),
        _text("response", nullable=True),
        PrimaryKeyConstraint("message_set_id", name="pk_message_set_text"),
        ForeignKeyConstraint(["message_set_id"], ["message_set.id"], name="fk_message_set_text_message_set_id"),
    )


def _message_set_item() -> None:
    op.create_table(
        "message_set_item",
        _number("message_set_id"),
        Column("position", sa.Integer, nullable=False),
        _number("job_id"),
        _word("step", 16),
        Column("status_code", sa.Integer, nullable=True),
        _word("applied", 8, default="unknown"),
        _text("qb_id", nullable=True),
        PrimaryKeyConstraint("message_set_id", "position", name="pk_message_set_item"),
        ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_message_set_item_job_id"),
        ForeignKeyConstraint(["message_set_id"], ["message_set.id"], name="fk_message_set_item_message_set_id"),
    )
    op.create_index("ix_message_set_item_job_id", "message_set_item", ["job_id"])


def _record() -> None:
    op.create_table(
        "record",
        _number("id"),
        _number("company_id"),
        _word("family", 40),
        _word("external_id", 255),
        _word("qb_id", 36),
        _number("job_id", nullable=True),
        _text("name", nullable=True),
        _text("edit_sequence", nullable=True),
        _text("txn_number", nullable=True),
        _text("total", nullable=True),
        _text("balance", nullable=True),
        _text("time_created", nullable=True),
        _moment("recorded_at"),
        PrimaryKeyConstraint("id", name="pk_record"),
        UniqueConstraint("company_id", "family", "external_id", name="uq_record_company_id_family_external_id"),
        UniqueConstraint("company_id", "family", "qb_id", name="uq_record_company_id_family_qb_id"),
        ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_record_company_id"),
        ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_record_job_id"),
    )


def _missing_name() -> None:
    op.create_table(
        "missing_name",
        _number("company_id"),
        _word("name", 300),
        _number("job_id"),
        _moment("since"),
        PrimaryKeyConstraint("company_id", "name", "job_id", name="pk_missing_name"),
        ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_missing_name_company_id"),
        ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_missing_name_job_id"),
    )


def _admin_user() -> None:
    op.create_table(
        "admin_user",
        _number("id"),
        _word("email", 254),
        _text("password_hash"),
        _word("role", 16),
        _moment("created_at"),
        PrimaryKeyConstraint("id", name="pk_admin_user"),
        UniqueConstraint("email", name="uq_admin_user_email"),
    )


def _login_failure() -> None:
    op.create_table(
        "login_failure",
        _number("id"),
        _word("subject", 300),
        _moment("at"),
        PrimaryKeyConstraint("id", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_subject", "login_failure", ["subject"])


def _instance_setting() -> None:
    op.create_table(
        "instance_setting",
        _word("name", 64),
        _text("value"),
        PrimaryKeyConstraint("name", name="pk_instance_setting"),
    )


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    """A row number of 64 bits; SQLite counts up by itself only for the type it calls INTEGER."""
    return Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def _word(name: str, length: int, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    return Column(name, sa.String(length), nullable=nullable, server_default=default)


def _text(name: str, *, nullable: bool = False, default: str = "") -> Column[str]:
    return Column(name, sa.Text, nullable=nullable, server_default=None if nullable else default)


def _count(name: str, default: int) -> Column[int]:
    return Column(name, sa.Integer, nullable=False, server_default=str(default))


def _moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _partial_index(name: str, table: str, columns: list[str | sa.TextClause], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
