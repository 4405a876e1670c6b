"""Queries of lists: CustomerQuery, ItemQuery, EntityQuery and those of the small lists."""

from __future__ import annotations

from dataclasses import dataclass

from qbwc_server.simulator.quickbooks.aggregates import Aggregate
from qbwc_server.simulator.quickbooks.customers import customer_ret
from qbwc_server.simulator.quickbooks.elements import TYPES, ListElement, name_key
from qbwc_server.simulator.quickbooks.items import item_ret
from qbwc_server.simulator.quickbooks.periods import modified_period
from qbwc_server.simulator.quickbooks.queries import Keyed, checked_ids, texts
from qbwc_server.simulator.quickbooks.references import with_current_names
from qbwc_server.simulator.quickbooks.refusals import feature_off
from qbwc_server.simulator.quickbooks.standard_fields import put_list_fields
from qbwc_server.simulator.quickbooks.work import Found, Work

_RET_NAMES = {"Terms": "StandardTermsRet"}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query of one list, or of all lists of a family at once."""

    name: str
    types: tuple[str, ...]
    """The kinds of elements it finds, all of one family."""

    def by_key(self, work: Work, content: Aggregate) -> Keyed | None:
        """ListID or FullName; what is inactive is found too. Raises 3000."""
        elements = work.books.elements
        if "ListID" in content:
            found = {key: elements.by_id(self._family, key) for key in checked_ids(content, "ListID", "list id")}
        elif "FullName" in content:
            found = {key: elements.by_full_name(self._family, key) for key in texts(content, "FullName")}
        else:
            return None
        held = {key: element for key, element in found.items() if element is not None and element.type in self.types}
        ids = dict.fromkeys(element.list_id for element in held.values())
        return Keyed(list(ids), [key for key in found if key not in held])

    def by_filter(self, work: Work, content: Aggregate) -> list[str]:
        """ActiveStatus (active ones unless asked otherwise), times, and names in upper or lower case. See Query."""
        period = modified_period(work, content)
        status = content.text("ActiveStatus") or "ActiveOnly"
        name_filter = content.one("NameFilter")
        return [
            element.list_id
            for element in work.books.elements.of_family(self._family)
            if element.type in self.types
            and status in ("All", "ActiveOnly" if element.is_active else "InactiveOnly")
            and period.includes(work.books.wall_clock(element.modified))
            and (name_filter is None or _matches(name_filter, element.full_name))
        ]

    def ret(self, work: Work, content: Aggregate, object_id: str) -> tuple[str, Aggregate] | None:
        """See Query."""
        element = work.books.elements.by_id(self._family, object_id)
        if element is None:
            return None
        ret = with_current_names(work, _ret(work, element))
        return _RET_NAMES.get(element.type, f"{element.type}Ret"), ret

    @property
    def _family(self) -> str:
        return TYPES[self.types[0]].family


def query_currencies(work: Work, content: Aggregate) -> Found:  # noqa: ARG001 - nothing is looked at
    """CurrencyQuery in a company file with one currency: always 3250."""
    raise feature_off()


def _ret(work: Work, element: ListElement) -> Aggregate:
    if element.type == "Customer":
        return customer_ret(work, element)
    if element.family == "Item":
        return item_ret(work, element)
    ret = element.fields.copy()
    put_list_fields(work, ret, element)
    ret.put("Initial", element.name)  # what the name of a sales rep is called
    return ret


def _matches(name_filter: Aggregate, full_name: str) -> bool:
    wanted, name = name_key(name_filter.text("Name") or ""), name_key(full_name)
    match name_filter.text("MatchCriterion"):
        case "StartsWith":
            return name.startswith(wanted)
        case "EndsWith":
            return name.endswith(wanted)
    return wanted in name
