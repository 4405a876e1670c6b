"""What happened in a schedule, as numbered lines that a person can follow."""

from __future__ import annotations

import re
from datetime import datetime

_REQUEST = re.compile(r"<(\w+)Rq (?:[a-z]+=\"[^\"]*\" )*?requestID=\"[0-9a-f]+\.(\d+)\"")
_SET = re.compile(r"newMessageSetID=\"([0-9a-f]+)\"")
_OLD = re.compile(r"oldMessageSetID=\"([0-9a-f]+)\"")
_NAME = re.compile(r"<(?:Name|RefNumber)>([^<]*)<")
_STATUS = re.compile(r"<(\w+)Rs [^>]*?statusCode=\"(\d+)\"")
_SET_STATUS = re.compile(r"messageSetStatusCode=\"(\d+)\"")


class Story:
    """Lines with the hour, numbered from 1."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def tell(self, at: datetime, text: str) -> None:
        """Adds a line."""
        self._lines.append(f"{at:%d %H:%M:%S}  {text}")

    def __str__(self) -> str:
        return "\n".join(f"{number:4}  {line}" for number, line in enumerate(self._lines, start=1))


def request_line(text: str) -> str:
    """A message set in a few words: its id, what it clears, what it asks."""
    if not text:
        return "nothing"
    new, old = _SET.search(text), _OLD.search(text)
    names = _NAME.findall(text)
    requests = ", ".join(name for name, _ in _REQUEST.findall(text)) or "no requests"
    ids = [f"new={new[1][:6]}" if new else "", f"old={old[1][:6]}" if old else ""]
    return " ".join(part for part in (*ids, requests, f"({', '.join(names)})" if names else "") if part)


def answer_line(text: str, hresult: str) -> str:
    """An answer in a few words."""
    if hresult:
        return f"HRESULT {hresult}"
    status = _SET_STATUS.search(text)
    replies = ", ".join(f"{name} {code}" for name, code in _STATUS.findall(text)) or "no replies"
    return f"{replies}{f' (set status {status[1]})' if status else ''}"
