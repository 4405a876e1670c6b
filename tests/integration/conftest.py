from __future__ import annotations

import pytest

from qbwc_server.db import Database
from tests.support.doubles import ManualClock, SeededChance
from tests.support.queueing import QueueDesk


@pytest.fixture
def desk(db: Database, clock: ManualClock, chance: SeededChance) -> QueueDesk:
    """A registered company and its queue, on each database."""
    return QueueDesk(db, clock, chance)
