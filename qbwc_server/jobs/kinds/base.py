"""What the rest of the program knows about a kind of job."""

from dataclasses import dataclass

from qbwc_server.errors import CatalogError
from qbwc_server.jobs.payload import Payload


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that jobs can bring into QuickBooks."""

    name: str
    """As jobs name it: ``item_service``."""
    family: str
    """What an external id is unique within: all kinds of items share ``item``."""
    model: type[Payload]
    request: str
    """The request without its Rq, which is also the template's name: ``ItemServiceAdd``."""
    query: str
    """The query that finds its records, without its Rq: ``ItemQuery``."""
    is_transaction: bool
    """Whether QuickBooks answers with a TxnID; a ListID otherwise."""
    title: str
    """What people call it: ``Service item``."""
    named_by: tuple[str, ...]
    """Fields that tell one record from another for people; the first that was given is taken."""
    operations: tuple[str, ...] = ("add",)

    def __post_init__(self) -> None:
        if self.model.catalog_element.name != self.request:
            raise CatalogError(f"{self.name}: its model is declared against {self.model.catalog_element.name}")

    @property
    def object_name(self) -> str:
        """What its objects are called in answers: ``ItemServiceRet``."""
        return f"{self.request.removesuffix('Add')}Ret"

    def request_for(self, step: str) -> str:
        """The request that a step of a job is sent as, without its Rq. Raises CatalogError."""
        if step != "add":
            raise CatalogError(f"{self.name} has no step {step!r}")
        return self.request

    def label(self, payload: Payload) -> str:
        """One record for people: ``Invoice 1001``, ``Customer Acme Hardware``, ``Payment of 2026-11-03``."""
        for name in self.named_by:
            if (value := getattr(payload, name)) is not None:
                return f"{self.title} {value}" if isinstance(value, str) else f"{self.title} of {value}"
        return self.title
