"""A postal address, the same in every document."""

from collections.abc import Iterator, Mapping

from pydantic import Field

from qbwc_server.jobs.payload import Payload
from qbwc_server.jobs.refusals import Broken

PRINTED_LINES = 5
"""QuickBooks refuses an address that prints more (facts/qbxml.md section 6)."""
_BLOCK = ("addr1", "addr2", "addr3", "addr4", "addr5")


class Address(Payload, element="CustomerAddRq/CustomerAdd/BillAddress"):
    """At most five printed lines: each addr is one, city with state and postal code one, the country one."""

    addr1: str | None = Field(default=None, description="first line, usually the name")
    addr2: str | None = Field(default=None, description="second line")
    addr3: str | None = Field(default=None, description="third line")
    addr4: str | None = Field(default=None, description="fourth line")
    addr5: str | None = Field(default=None, description="fifth line")
    city: str | None = Field(default=None, description="city; prints on one line with state and postal code")
    state: str | None = Field(default=None, description="state or province")
    postal_code: str | None = Field(default=None, description="postal code")
    country: str | None = Field(default=None, description="country; prints on a line of its own")
    note: str | None = Field(default=None, description="a note about the address, not printed")

    @classmethod
    def broken_combinations(cls, given: Mapping[str, object]) -> Iterator[Broken]:
        lines = [name for name in _BLOCK if name in given]
        lines += ["city/state/postal_code"] if given.keys() & {"city", "state", "postal_code"} else []
        lines += ["country"] if "country" in given else []
        if len(lines) > PRINTED_LINES:
            printed = ", ".join(lines)
            yield Broken(f"prints {len(lines)} lines ({printed}), at most {PRINTED_LINES} are allowed.")
