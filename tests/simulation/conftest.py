from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.world import Stage, sqlite_url


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A database and a company file that every schedule finds as they were at first."""
    stage = Stage(sqlite_url(Path(tmp_path_factory.mktemp("simulation"))))
    yield stage
    stage.close()


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """What is broken on purpose fills no log, and no garbage is looked for in the midst of small schedules."""
    logging.disable(logging.CRITICAL)
    gc.disable()
    yield
    gc.enable()
    logging.disable(logging.NOTSET)
