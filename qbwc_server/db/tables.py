"""Every table, as SQLAlchemy Core. What a row means is told by the package that owns it.

Texts that hold one of a few words (status, state, applied) are StrEnums in the owning package. Moments are UTC.
QuickBooks' own timestamps and IDs are texts, kept as they came.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from qbwc_server.db.types import RowId, UtcDateTime

REVISION = "0005"
"""The newest migration: the one after which the database has these tables."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", RowId, primary_key=True, autoincrement=True)


def _company() -> Column[int]:
    return Column("company_id", RowId, ForeignKey("company.id"), nullable=False)


def _text(name: str, default: str | None = "") -> Column[Any]:
    """A text column; with `default=None` it may be null."""
    return Column(name, Text, nullable=default is None, server_default=default)


def _count(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=str(default))


def _moment(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=not required)


company = Table(
    "company",
    metadata,
    _id(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False, unique=True),  # casefolded, so that names differ by more than case
    Column("username", String(64), nullable=False, unique=True),
    Column("password_sha256", String(64), nullable=False),
    Column("owner_id", String(38), nullable=False),
    Column("file_id", String(38), nullable=False, unique=True),
    _text("base_url"),
    _text("company_file"),  # path returned in authenticate[1]; empty: the file that is open
    _count("run_every_minutes", 15),
    _text("settings", "{}"),  # JSON object: the policies that differ from the default
    Column("state", String(16), nullable=False, server_default="active"),  # active | paused
    _text("pause_reason", None),
    _text("stop_reason", None),  # the wrong company file is open: explanation for a person
    Column("recovery", String(16), nullable=False, server_default="unknown"),  # unknown | works | absent | refused
    Column("echoes_guid", String(16), nullable=False, server_default="unknown"),  # unknown | yes | no
    Column("qbxml_cap", String(8), nullable=True),  # QuickBooks refuses newer versions, whatever it says it speaks
    _count("set_size", 20),  # jobs in the next message set, follows the time QuickBooks takes
    _text("hcp_sha256", None),  # of the last HCP read, without its AppLock value
    _text("facts", None),  # JSON object: what the last HCP told of product, file and preferences
    # Identity of the company file: what was pinned, and what was seen last.
    _text("pinned_company_name", None),
    _text("pinned_legal_name", None),
    _text("pinned_ein_sha256", None),
    Column("is_stamped", Boolean, nullable=False, server_default=sa.false()),  # the file has carried our FileID
    _text("seen_file_id", None),
    _text("seen_company_name", None),
    _text("seen_legal_name", None),
    _text("seen_ein_sha256", None),
    _text("seen_path", None),
    _moment("created_at", required=True),
    _moment("first_seen_at"),  # first complete answer from QuickBooks
    _moment("last_contact_at"),  # last accepted authenticate
    _text("last_result", None),  # closing text of the last session
    _count("lost_lookbacks"),  # visits in a row that ended when QuickBooks was asked for the newest records
    _moment("missing_asked_at"),  # when QuickBooks was last asked for the names that jobs miss
)

session = Table(
    "session",
    metadata,
    _id(),
    _company(),
    Column("ticket_sha256", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False),  # open | closed | superseded
    _moment("started_at", required=True),
    _moment("last_call_at", required=True),
    _moment("ended_at"),
    _count("round_trips"),
    _text("machine", None),  # from HCP's AppLock
    _text("path", None),
    _text("qbxml_version", None),  # highest both sides speak
    _text("last_error"),
    _text("closing_text", None),
    Column("identity", String(16), nullable=False, server_default="unknown"),  # unknown | right | wrong: the open file
    _count("done"),  # jobs done in this session
    _count("failed"),  # jobs failed in this session
    _count("connection_errors"),
    Column("looks_back", Boolean, nullable=False, server_default=sa.true()),  # before it writes, at the newest records
    Index(
        "ix_session_open",
        "company_id",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    Index("ix_session_newest", "company_id", "id"),
)

job = Table(
    "job",
    metadata,
    _id(),
    _company(),
    Column("kind", String(40), nullable=False),
    Column("family", String(40), nullable=False),
    Column("operation", String(16), nullable=False),
    Column("step", String(16), nullable=False),  # what is sent next: add | lookup | mod | query | void | delete
    Column("external_id", String(255), nullable=True),
    Column("idempotency_key", String(320), nullable=False),
    Column("content_sha256", String(64), nullable=False),
    _text("payload", "{}"),  # canonical JSON
    _text("label"),  # "Invoice 1001", for people
    _count("priority"),  # as asked, higher first
    _count("rank"),  # as it runs: at least that of what waits for it
    Column("status", String(16), nullable=False),
    Column("applied", String(8), nullable=False, server_default="no"),  # no | unknown | yes
    _count("waiting_for"),
    _moment("due_at", required=True),
    _count("attempts"),
    Column("guid", String(38), nullable=False, unique=True),
    _text("search_group", None),  # jobs that still may be the poison of a refused set travel only with their group
    Column("message_set_id", RowId, nullable=True),  # the set it was last sent in
    _text("error", None),  # what happened, one line; null exactly for queued, sent, done, cancelled
    _text("error_code", None),
    _text("cause", None),
    _text("remedy", None),
    _text("quickbooks_message", None),
    _text("missing_name", None),  # "Item:Labor": the name in QuickBooks it is blocked on
    _text("question", None),  # what a person is asked while it is held
    _text("question_detail", None),  # JSON: what the answer is checked against
    Column("list_id", String(36), nullable=True),
    Column("txn_id", String(36), nullable=True),
    _text("warning", None),  # done, but a person should look: a 5xx, or a total that differs
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
    _moment("finished_at"),
    UniqueConstraint("company_id", "idempotency_key"),
    CheckConstraint(
        "(error IS NULL) = (status IN ('queued', 'sent', 'done', 'cancelled'))", name="error_belongs_to_status"
    ),
    CheckConstraint(
        "status IN ('queued','sent','in_doubt','retrying','blocked','held','done','failed','cancelled')", name="status"
    ),
    CheckConstraint("applied IN ('no', 'unknown', 'yes')", name="applied"),
    Index("ix_job_company_status", "company_id", "status", "id"),
    Index("ix_job_record", "company_id", "family", "external_id"),
    Index("ix_job_message_set", "message_set_id"),
)
_ready = sa.text("status = 'queued' AND waiting_for = 0")
_retrying = sa.text("status = 'retrying' AND waiting_for = 0")
_lookup = sa.text("status = 'queued' AND step = 'lookup'")
Index("ix_job_ready", job.c.company_id, job.c.rank.desc(), job.c.id, sqlite_where=_ready, postgresql_where=_ready)
Index("ix_job_due", job.c.company_id, job.c.due_at, sqlite_where=_retrying, postgresql_where=_retrying)
Index("ix_job_lookup", job.c.company_id, job.c.id, sqlite_where=_lookup, postgresql_where=_lookup)
# For lists, newest first. What is in trouble is rare: those two indexes cost a job that goes well nothing.
_trouble, _coded = sa.text("error IS NOT NULL"), sa.text("error_code IS NOT NULL")
Index("ix_job_company_kind", job.c.company_id, job.c.kind, job.c.id)
Index("ix_job_created", job.c.created_at, job.c.id)
Index("ix_job_trouble", job.c.status, job.c.id, sqlite_where=_trouble, postgresql_where=_trouble)
Index("ix_job_error_code", job.c.error_code, job.c.id, sqlite_where=_coded, postgresql_where=_coded)

job_key = Table(
    "job_key",
    metadata,
    # What a job is looked for by, folded; in the order of code points, so that a beginning is a range of the key.
    Column("company_id", RowId, ForeignKey("company.id"), primary_key=True),
    Column("key", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("job_id", RowId, ForeignKey("job.id"), primary_key=True),
    sqlite_with_rowid=False,
)

job_dependency = Table(
    "job_dependency",
    metadata,
    Column("job_id", RowId, ForeignKey("job.id"), primary_key=True),
    Column("on_job_id", RowId, ForeignKey("job.id"), primary_key=True),
    _text("path"),  # the field that refers to it, or "" for an earlier job on the same record
    # With both columns: a planner that finds few targets in the statistics would else rather read the whole key.
    Index("ix_job_dependency_on", "on_job_id", "job_id"),
)

job_event = Table(
    "job_event",
    metadata,
    _id(),
    Column("job_id", RowId, ForeignKey("job.id"), nullable=False, index=True),
    _moment("at", required=True),
    Column("from_status", String(16), nullable=True),
    Column("to_status", String(16), nullable=False),
    _text("reason"),
    _text("actor"),  # "exchange", "admin", "command line"
    _text("detail", None),  # JSON: the payload that was replaced, both IDs of a conflict
)

message_set = Table(
    "message_set",
    metadata,
    _id(),
    _company(),
    Column("session_id", RowId, ForeignKey("session.id"), nullable=False),  # of the last sending
    Column("key", String(20), nullable=False, unique=True),  # requestID prefix; a write's newMessageSetID
    Column("purpose", String(16), nullable=False),  # write | check | clear | query | canary
    Column("about_id", RowId, nullable=True),  # check, query, canary: the write set asked about
    Column("clears_id", RowId, nullable=True),  # the set whose record this one clears
    Column("state", String(16), nullable=False),  # sent | answered | in_doubt | held | not_applied | refused | lost
    Column("clearing", String(16), nullable=False, server_default="none"),  # none | uncleared | clearing | cleared
    Column("qbxml_version", String(8), nullable=False),
    Column("carries_id", Boolean, nullable=False, server_default=sa.true()),  # false: without newMessageSetID
    _count("jobs"),
    _count("sendings", 1),
    _moment("first_sent_at", required=True),
    _moment("sent_at", required=True),
    _moment("answered_at"),
    _moment("clear_after"),  # when QuickBooks' record of it may be cleared
    Column("checked_session_id", RowId, nullable=True),  # the session that last asked for its status
    Column("searched_session_id", RowId, nullable=True),  # the session that last looked for its jobs in the books
    _count("failed_searches"),  # visits in which QuickBooks could not say whether its jobs are there
    _moment("unsure_until"),  # an earlier sending may still be under way on some PC until then
    Column("verdict", String(16), nullable=True),  # resend | anew: what becomes of the jobs that are not there
    _count("percent", 0),  # the number returned for its answer, given again for the same answer
    _text("status_code", None),
    _text("hresult", None),
    Index(
        "ix_message_set_open",
        "company_id",
        "id",
        sqlite_where=sa.text("state IN ('sent', 'in_doubt')"),
        postgresql_where=sa.text("state IN ('sent', 'in_doubt')"),
    ),
    Index(
        "ix_message_set_uncleared",
        "company_id",
        "clear_after",
        sqlite_where=sa.text("clearing = 'uncleared'"),
        postgresql_where=sa.text("clearing = 'uncleared'"),
    ),
    Index(
        "ix_message_set_refused",
        "company_id",
        "id",
        sqlite_where=sa.text("state = 'refused'"),
        postgresql_where=sa.text("state = 'refused'"),
    ),
    Index("ix_message_set_session", "session_id"),
    Index(
        "ix_message_set_timed",
        "company_id",
        "id",
        sqlite_where=sa.text("purpose = 'write' AND state = 'answered'"),
        postgresql_where=sa.text("purpose = 'write' AND state = 'answered'"),
    ),
)

message_set_text = Table(
    "message_set_text",
    metadata,
    Column("message_set_id", RowId, ForeignKey("message_set.id"), primary_key=True),
    _text("request"),
    _text("response", None),
)

message_set_item = Table(
    "message_set_item",
    metadata,
    Column("message_set_id", RowId, ForeignKey("message_set.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("job_id", RowId, ForeignKey("job.id"), nullable=False, index=True),
    Column("step", String(16), nullable=False),
    Column("status_code", Integer, nullable=True),
    Column("applied", String(8), nullable=False, server_default="unknown"),
    _text("qb_id", None),
)

record = Table(
    "record",
    metadata,
    _id(),
    _company(),
    Column("family", String(40), nullable=False),
    Column("external_id", String(255), nullable=False),
    Column("qb_id", String(36), nullable=False),  # ListID or TxnID
    Column("job_id", RowId, ForeignKey("job.id"), nullable=True),
    _text("name", None),  # FullName or RefNumber as QuickBooks returned it
    _text("edit_sequence", None),
    _text("txn_number", None),
    _text("total", None),  # decimal text
    _text("balance", None),
    _text("time_created", None),  # QuickBooks' own naive local text
    _text("differs", None),  # what differs from the expected total and tax, until a person accepts it
    _moment("recorded_at", required=True),
    _moment("gone_since"),  # known not to be in the file any more, and a person left it so
    Index("ix_record_newest", "company_id", "id"),
    UniqueConstraint("company_id", "family", "external_id"),
    UniqueConstraint("company_id", "family", "qb_id"),
)

missing_name = Table(
    "missing_name",
    metadata,
    Column("company_id", RowId, ForeignKey("company.id"), primary_key=True),
    Column("name", String(300), primary_key=True),  # "item:labor": the job's missing_name, casefolded
    Column("job_id", RowId, ForeignKey("job.id"), primary_key=True),
    _moment("since", required=True),
)

admin_user = Table(
    "admin_user",
    metadata,
    _id(),
    Column("email", String(254), nullable=False, unique=True),  # casefolded
    _text("password_hash"),  # argon2id; empty: has not chosen one yet
    Column("role", String(16), nullable=False),  # admin | viewer
    _moment("created_at", required=True),
    _moment("disabled_at"),
    _text("time_zone", None),  # IANA name; null: the browser's
)

admin_session = Table(
    "admin_session",
    metadata,
    _id(),
    Column("user_id", RowId, ForeignKey("admin_user.id"), nullable=False, index=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    _moment("started_at", required=True),
    _moment("last_seen_at", required=True),
    _text("address"),
    _text("browser"),
)

admin_link = Table(
    "admin_link",
    metadata,
    _id(),
    Column("user_id", RowId, ForeignKey("admin_user.id"), nullable=True, index=True),  # null: for the first admin
    Column("token_sha256", String(64), nullable=False, unique=True),
    _moment("expires_at", required=True),
)

login_failure = Table(
    "login_failure",
    metadata,
    _id(),
    Column("subject", String(300), nullable=False, index=True),  # SHA-256 of an account, an address, or of both
    _moment("at", required=True),
)

instance_setting = Table(
    "instance_setting",
    metadata,
    Column("name", String(64), primary_key=True),
    _text("value"),
)
