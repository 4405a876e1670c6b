"""How a database would carry out the queries that a piece of the program makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from qbwc_server.db import Database


def query_plans(db: Database, queries: Callable[[sa.Connection], object]) -> list[str]:
    """The plan of each SELECT that `queries` makes, as the database tells it; statistics are made first."""
    seen: list[tuple[str, Any]] = []

    def remember(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    with db.write() as c:
        c.exec_driver_sql("ANALYZE")
    sa.event.listen(db.engine, "before_cursor_execute", remember)
    try:
        with db.read() as c:
            queries(c)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", remember)
    explain = "EXPLAIN QUERY PLAN " if db.is_sqlite else "EXPLAIN "
    with db.read() as c:
        return ["\n".join(str(row[-1]) for row in c.exec_driver_sql(explain + text, given)) for text, given in seen]


def scans(plan: str, table: str) -> bool:
    """Whether the whole of a table or of one of its indexes is read."""
    return re.search(rf"(?:Seq Scan on|SCAN) {table}\b", plan) is not None


def sorts(plan: str) -> bool:
    """Whether rows are sorted after they were found, so that all of them must be found first."""
    return "Sort" in plan or "TEMP B-TREE" in plan
