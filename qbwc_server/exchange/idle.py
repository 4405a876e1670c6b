"""Whether a company may have anything to do at all, in one statement: most polls find that it has nothing.

Each condition is wider than the rule it stands for (`progress.something_to_do` has the rules themselves), so that a No
is always right, and a Yes is looked into.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qbwc_server.db import tables
from qbwc_server.exchange.message_sets import IS_IN_DOUBT

MOST_UNCLEARED = 20
"""More sets than this that may be cleared, and a set is sent for clearing alone."""

_job, _set, _missing = tables.job.c, tables.message_set.c, tables.missing_name.c
_MINE: sa.BindParameter[int] = sa.bindparam("company")
# As a range: with an equality SQLite would rather walk over all that is queued than read the narrow indexes.
_QUEUED = sa.and_(_job.company_id.between(_MINE, _MINE), _job.status == sa.literal_column("'queued'"))
_MY_SET = _set.company_id == _MINE
_NOW = sa.bindparam("now", type_=tables.job.c.due_at.type)


def _is(column: sa.ColumnElement[str], value: str) -> sa.ColumnElement[bool]:
    """As a literal: a partial index is not seen to fit a parameter."""
    return column == sa.literal_column(f"'{value}'")


_FREE = _job.waiting_for == sa.literal_column("0")
_CLEARABLE = sa.and_(_MY_SET, _is(_set.clearing, "uncleared"), _set.clear_after <= _NOW)
_ANYTHING = sa.select(
    sa.or_(
        sa.exists().where(_QUEUED, _FREE),
        sa.exists().where(_job.company_id == _MINE, _is(_job.status, "retrying"), _FREE, _job.due_at <= _NOW),
        sa.exists().where(_QUEUED, _is(_job.step, "lookup")),
        sa.exists().where(_MY_SET, _is(_set.state, "refused")),
        sa.exists().where(_MY_SET, IS_IN_DOUBT),
        sa.exists().where(_missing.company_id == _MINE),
        sa.exists(sa.select(_set.id).where(_CLEARABLE).limit(1).offset(MOST_UNCLEARED)),
    )
)


def is_idle(c: sa.Connection, company_id: int, now: datetime) -> bool:
    """Whether nothing is queued, in doubt, missing or to be cleared: then there is nothing to do for sure."""
    return not c.scalar(_ANYTHING, {"company": company_id, "now": now})
