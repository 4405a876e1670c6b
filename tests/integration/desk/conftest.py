from __future__ import annotations

from pathlib import Path

import pytest

from qbwc_server.db import Database
from tests.support.doubles import ManualClock, SeededChance
from tests.support.office import Office


@pytest.fixture
def office(db: Database, clock: ManualClock, chance: SeededChance, tmp_path: Path) -> Office:
    """A company with its PC and simulated QuickBooks, on each database."""
    return Office(db, clock, chance, tmp_path / "books.db")
