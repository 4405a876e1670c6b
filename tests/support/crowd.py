"""A crowded database, made in SQL alone: many companies with long queues, keys, dependencies, sets and visits."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from qbwc_server.db import Database

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_COMPANY = """
INSERT INTO company (name, name_key, username, password_sha256, owner_id, file_id, created_at, last_contact_at)
SELECT 'Company ' || n, 'company ' || n, 'user-' || n, 'x', 'o', 'f-' || n, {begun}, {begun} FROM numbers
"""
_JOB = """
INSERT INTO job (id, company_id, kind, family, operation, step, external_id, idempotency_key, content_sha256, payload,
    label, status, due_at, guid, error, error_code, list_id, created_at, updated_at)
SELECT n, 1 + n % :companies, kind, kind, 'add', 'add', kind || '-' || n, kind || '-' || n, 'x',
    '{{"customer_ref":{{"external_id":"c-' || (n % 500) || '"}},"total_amount":"1.00"}}', 'Invoice ' || n, status,
    {moment}, 'g-' || n, CASE WHEN status = 'failed' OR status = 'held' OR status = 'retrying' THEN 'wrong' END,
    CASE WHEN status = 'failed' THEN '3140' END, 'L-' || n, {moment}, {moment}
FROM (SELECT n,
    CASE WHEN n % 10 < 6 THEN 'invoice' WHEN n % 10 < 8 THEN 'payment' WHEN n % 1000 = 9 THEN 'item_service'
        ELSE 'customer' END AS kind,
    CASE WHEN n % 997 = 0 THEN 'failed' WHEN n % 1009 = 0 THEN 'held' WHEN n % 1013 = 0 THEN 'retrying'
        WHEN n % 1019 = 0 THEN 'cancelled' WHEN n > :jobs * 0.97 THEN 'queued' ELSE 'done' END AS status
    FROM numbers) AS each
"""
_KEYS = (
    "INSERT INTO job_key (company_id, key, job_id) SELECT company_id, kind || '-' || id, id FROM job",
    "INSERT INTO job_key (company_id, key, job_id) SELECT company_id, CAST(id AS TEXT), id FROM job",
    "INSERT INTO job_key (company_id, key, job_id) SELECT company_id, 'c-' || (id % 500), id FROM job"
    " WHERE kind <> 'item_service'",
)
_EVENT = """
INSERT INTO job_event (job_id, at, to_status, reason, actor) SELECT id, created_at, 'queued', 'enqueued', 'x' FROM job
"""
_DEPENDENCY = """
INSERT INTO job_dependency (job_id, on_job_id, path)
SELECT id, CASE WHEN id % 100 = 1 THEN 8 ELSE id - 2 END, '' FROM job WHERE id % 10 = 3 OR id % 100 = 1
"""
_SESSION = """
INSERT INTO session (company_id, ticket_sha256, state, started_at, last_call_at)
SELECT 1 + n % :companies, 't-' || n, 'closed', {moment}, {moment} FROM numbers
"""
_SET = """
INSERT INTO message_set (id, company_id, session_id, key, purpose, state, qbxml_version, jobs, first_sent_at, sent_at,
    answered_at)
SELECT n, 1 + n % :companies, (SELECT min(id) FROM session), 'k-' || n, 'write', 'answered', '13.0', 20,
    {moment}, {moment}, {moment}
FROM numbers
"""
_ITEM = """
INSERT INTO message_set_item (message_set_id, position, job_id, step, status_code, applied, qb_id)
SELECT n, 1, n, 'add', 0, 'yes', 'L-' || n FROM numbers
"""
_RECORD = """
INSERT INTO record (company_id, family, external_id, qb_id, job_id, name, total, recorded_at)
SELECT company_id, family, external_id, list_id, id, label, '1.00', created_at FROM job WHERE status = 'done'
"""


def crowd(db: Database, jobs: int = 40_000, companies: int = 10) -> None:
    """Fills an empty database. The first companies have as many jobs as the last; they were enqueued a minute apart."""
    moment = "datetime({begun}, '+' || n || ' minutes')" if db.is_sqlite else "{begun} + n * interval '1 minute'"
    begun = "'2026-01-01 00:00:00.000000'" if db.is_sqlite else "timestamptz '2026-01-01 00:00:00+00'"
    numbers = "numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < :most)"
    words = {"moment": moment.format(begun=begun), "begun": begun}
    steps = [(_COMPANY, companies), (_JOB, jobs), *((text, 0) for text in (*_KEYS, _EVENT, _DEPENDENCY))]
    steps += [(_SESSION, jobs // 4), (_SET, jobs // 4), (_ITEM, jobs // 4), (_RECORD, 0)]
    with db.write() as c:
        if not db.is_sqlite:
            c.execute(sa.text("SET LOCAL statement_timeout = 0"))
        for text, most in steps:
            statement = text.format(**words) if "{" in text else text
            if "FROM numbers" in statement:
                head, body = statement.split("SELECT", 1)
                statement = f"{head} WITH RECURSIVE {numbers} SELECT{body}"
            given = {"most": most, "companies": companies, "jobs": jobs}
            named = {name: value for name, value in given.items() if f":{name}" in statement}
            c.execute(sa.text(statement), named)
        if not db.is_sqlite:
            c.execute(sa.text("SELECT setval(pg_get_serial_sequence('job', 'id'), (SELECT max(id) FROM job))"))
