from __future__ import annotations

from collections.abc import Iterator

import pytest

from qbwc_server.db import Database
from tests.support.doubles import ManualClock, SeededChance
from tests.support.page import Page
from tests.support.queueing import QueueDesk


@pytest.fixture
def desk(db: Database, clock: ManualClock, chance: SeededChance) -> QueueDesk:
    """A registered company and its queue, on each database."""
    return QueueDesk(db, clock, chance)


@pytest.fixture
def page(database_url: str, clock: ManualClock) -> Iterator[Page]:
    """The whole server with the admin page, on each database; nobody may use it yet."""
    made = Page(database_url, clock)
    yield made
    made.close()
