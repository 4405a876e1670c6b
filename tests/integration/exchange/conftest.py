from __future__ import annotations

import pytest

from qbwc_server.db import Database
from tests.support.desk import Desk
from tests.support.doubles import ManualClock, SeededChance


@pytest.fixture
def desk(db: Database, clock: ManualClock, chance: SeededChance) -> Desk:
    """A registered company at an exchange, on each database."""
    return Desk(db, clock, chance)
