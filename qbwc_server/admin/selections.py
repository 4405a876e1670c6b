"""Which jobs a bulk deed is about, as it travels through addresses and forms: by number, or a frozen filter.

Frozen means: the filter as it stood, the highest number that was there, and the time zone in which its days begin.
"""

from __future__ import annotations

from datetime import tzinfo

from werkzeug.datastructures import MultiDict

from qbwc_server.admin.filters import zone_named
from qbwc_server.desk import PAGE, Deed, JobFilter, Selection, read_filter, write_filter
from qbwc_server.errors import JobRefused, Problem

MOST_TICKED = PAGE
"""Jobs that may be ticked: those of one page."""
_ALL = "-all"
Fields = dict[str, str]


def read_deed(given: MultiDict[str, str]) -> tuple[Deed, bool]:
    """What is to be done, and whether to all that match: "retry" or "retry-all". Raises JobRefused."""
    word = given.get("deed", "")
    try:
        return Deed(word.removesuffix(_ALL)), word.endswith(_ALL)
    except ValueError:
        raise JobRefused(Problem("nothing was chosen to be done", remedy="Press one of the buttons.")) from None


def read_selection(given: MultiDict[str, str], zone: tzinfo) -> Selection:
    """The jobs that are meant. Raises JobRefused if none are, or if it cannot be told for sure which."""
    if not read_deed(given)[1]:
        return Selection(ids=read_ids(given, "ids"))
    wanted, problems = read_filter(given, zone_named(given.get("zone")) if given.get("zone") else zone)
    if problems:  # left out, a bad field would make more jobs match
        raise JobRefused(*problems)
    up_to = _number(given.get("up_to", ""))
    if up_to is None:
        raise JobRefused(Problem("nobody can tell which jobs were shown", remedy="Choose them in the list once more."))
    return Selection(matching=wanted, up_to=up_to)


def read_ids(given: MultiDict[str, str], name: str) -> tuple[int, ...]:
    """Numbers of jobs. Raises JobRefused if there is none, or too many, or something else."""
    words = [word for value in given.getlist(name) for word in value.split(",") if word]
    numbers = [number for word in words if (number := _number(word)) is not None]
    if not words or len(numbers) != len(words):
        raise JobRefused(Problem("no job is ticked", remedy="Tick some in the list, then press the button again."))
    if len(numbers) > MOST_TICKED:
        raise JobRefused(Problem(f"more than {MOST_TICKED} jobs are ticked", remedy="Choose all that match instead."))
    return tuple(dict.fromkeys(numbers))


def write_selection(deed: Deed, selection: Selection) -> Fields:
    """The fields that `read_deed` and `read_selection` read."""
    if selection.matching is None:
        return {"deed": deed, "ids": ",".join(map(str, selection.ids))}
    frozen = {"up_to": str(selection.up_to), "zone": str(selection.matching.zone)}
    return {"deed": f"{deed}{_ALL}", **write_filter(selection.matching), **frozen}


def shown_filter(given: MultiDict[str, str]) -> Fields:
    """The fields of the list from which somebody came, to lead back to it."""
    return write_filter(read_filter(given)[0])


def in_words(wanted: JobFilter) -> list[tuple[str, str]]:
    """What is asked of jobs, for people."""
    states = ", ".join(status.replace("_", " ") for status in wanted.wanted)
    told = [
        ("Company", wanted.company),
        ("Kind", wanted.kind and wanted.kind.replace("_", " ")),
        ("State", states),
        ("Text", wanted.text),
        ("From", wanted.since and f"{wanted.since:%d %b %Y}"),
        ("To", wanted.until and f"{wanted.until:%d %b %Y}"),
        ("Error code", wanted.code),
    ]
    return [(name, value) for name, value in told if value]


def _number(text: str) -> int | None:
    """The number of a job; None if it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    return int(text) if 0 < int(text) < 2**63 else None
