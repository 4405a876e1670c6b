"""QuickBooks files for the tests of the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.simulator.asking import Asked, customer, service


@pytest.fixture
def new() -> Iterator[Asked]:
    """A company file nobody has typed anything into."""
    asked = Asked()
    yield asked
    asked.books.close()


@pytest.fixture
def quickbooks(new: Asked) -> Asked:
    """A company file with the customer Acme and the service Labor at 60.00, taxable, no tax by default."""
    new.ask(customer("Acme"), service("Labor"))
    return new
