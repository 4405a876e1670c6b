"""What the fields of several kinds have in common beyond the catalog."""

from typing import Annotated

from pydantic import AfterValidator

from qbwc_server.jobs.refusals import Broken, blank_edges, several


def _marker(text: str) -> str:
    """QuickBooks cuts blanks off, and then neither a search nor a comparison finds what was sent."""
    if problem := blank_edges(text):
        raise several([Broken(problem, "QuickBooks would cut it off.")])
    return text


def _list_name(name: str) -> str:
    broken = [Broken(problem, "QuickBooks would cut it off.")] if (problem := blank_edges(name)) else []
    if ":" in name:
        rule = "holds a colon, which QuickBooks keeps for parent:child."
        broken.append(Broken(rule, "Give the name alone here and its parent in parent_ref."))
    if broken:
        raise several(broken)
    return name


Marker = Annotated[str, AfterValidator(_marker)]
"""A text by which QuickBooks is searched, such as a document's number."""
ListName = Annotated[str, AfterValidator(_list_name)]
"""The name of a member of a list, without its parents (statusCode 3090)."""
