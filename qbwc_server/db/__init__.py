"""The database: engine and transactions, the tables, their migrations. Knows nothing of what the rows mean."""

from qbwc_server.db import tables
from qbwc_server.db.engine import Database
from qbwc_server.db.slices import slices

__all__ = ["Database", "slices", "tables"]
