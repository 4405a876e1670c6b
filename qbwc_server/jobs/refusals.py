"""How a payload is refused: each broken rule in plain words, at its path, all of them at once.

pydantic finds the place; the words are ours. Every reader and rule raises through here, and `problems` turns
what pydantic collected into the program's own kind of error.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from qbwc_server.errors import Problem

_LONGEST_SHOWN = 40
_MOST_UNKNOWN = 20
"""Unknown fields reported by name in one object; who sends more has sent something else altogether."""
_LONGEST_COMPARED = 64
"""Longer words are not compared with names: difflib's time grows with the square of the length."""
TAG_MARK = "="
"""First character of the tags that tell kinds of lines apart; pydantic puts them into places, a path has none."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a value breaks."""

    message: str
    """The rule and its limit, as a sentence that goes on from the path."""
    remedy: str = ""
    at: tuple[str | int, ...] = ()
    """Where, seen from the value that was checked."""


def several(broken: Iterable[Broken]) -> ValidationError:
    """What a pydantic validator raises to report more than one broken rule, each at its own place."""
    details = [InitErrorDetails(type=_custom(one.message, one.remedy), loc=one.at, input=None) for one in broken]
    return ValidationError.from_exception_data("payload", details)


def refusal(message: str, remedy: str = "") -> ValidationError:
    """What a pydantic validator raises to report one broken rule, at the very value that was checked."""
    return several([Broken(message, remedy)])


def broken_rules(error: ValidationError) -> list[Broken]:
    """What pydantic collected, in our words."""
    return [_broken(detail) for detail in error.errors(include_url=False, include_input=False)]


def problems(broken: Iterable[Broken], *, line: int | None = None, prefix: str = "") -> list[Problem]:
    """The same for the person who sent the payload; `prefix` stands before every path."""
    return [Problem(one.message, f"{prefix}{path_text(one.at)}", one.remedy, line) for one in broken]


def path_text(place: Sequence[str | int]) -> str:
    """``("lines", 0, "rate")`` as ``lines[0].rate``."""
    text = ""
    for before, step in zip(("", *place), place, strict=False):
        if isinstance(step, int):
            text += f"[{step}]"
        elif not (isinstance(before, int) and step.startswith(TAG_MARK)):
            text += f".{printable(step)}" if text else printable(step)
    return text


def nearest(word: str, names: Iterable[str]) -> str:
    """`Did you mean "ref_number"?`, or nothing if no name is near."""
    if len(word) > _LONGEST_COMPARED:
        return ""
    found = difflib.get_close_matches(word.lower(), list(names), n=1)
    return f'Did you mean "{found[0]}"?' if found else ""


def unknown_fields(
    given: Iterable[object], known: Iterable[str], reasons: Mapping[str, str], otherwise: str
) -> Iterator[Broken]:
    """Every key that is no field, with the reason why it is none, the nearest name, or what to do `otherwise`."""
    names = list(known)
    unknown = [key for key in given if key not in names]
    for key in unknown[:_MOST_UNKNOWN]:
        name = str(key)
        if name in reasons:
            yield Broken("is not offered.", reasons[name], (name,))
        else:
            yield Broken("is not a known field.", nearest(name, names) or otherwise, (name,))
    if len(unknown) > _MOST_UNKNOWN:
        yield Broken(f"has {len(unknown) - _MOST_UNKNOWN} more unknown fields.")


def shown(value: object) -> str:
    """A value as it may stand in a message: short, on one line, printable."""
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list | tuple):
        return "a list" if isinstance(value, list | tuple) else "an object"
    return printable(str(value))


def printable(text: str) -> str:
    """At most 40 characters of a text, what cannot be printed written as an escape."""
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in short)


def one_line_problem(text: str, *, at_most: int) -> str:
    """Why a text cannot be an identifier that people and logs show on one line; empty if it can."""
    if not text:
        return "is empty."
    if len(text) > at_most:
        return f"has {len(text)} characters, at most {at_most} are allowed."
    for position, char in enumerate(text, start=1):
        if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"holds a control character (U+{ord(char):04X}) at position {position}."
    return blank_edges(text)


def blank_edges(text: str) -> str:
    """Why the blanks around a text are refused; empty if there are none."""
    return "begins or ends with a blank." if text != text.strip() else ""


def _custom(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "refused", {"message": message, "remedy": remedy})


def _broken(detail: ErrorDetails) -> Broken:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "refused":
            return Broken(context["message"], context["remedy"], detail["loc"])
        case "missing":
            message = "is required."
        case "greater_than":
            message = f"must be more than {context['gt']}."
        case "greater_than_equal":
            message = f"must be at least {context['ge']}."
        case _:
            message = f"{detail['msg']}."
    return Broken(message, "", detail["loc"])
