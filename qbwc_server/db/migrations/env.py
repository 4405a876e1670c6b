"""Run by Alembic inside the connection and transaction that `migrate.upgrade` was given."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
