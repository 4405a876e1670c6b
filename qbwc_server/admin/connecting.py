"""What the page of a company says beside its facts: the steps of connecting, codes that people meet, policies. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qbwc_server.companies import POLICIES, Company
from qbwc_server.desk import Step


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as `stepper` of the macros takes it."""

    key: str
    title: str
    text: str
    state: str
    """done, current or todo."""


@dataclass(frozen=True, slots=True)
class PolicyField:
    """A policy as a field of a form."""

    name: str
    label: str
    hint: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Help:
    """What to do when a dialog of the Web Connector or of QuickBooks says something else."""

    sign: str
    cause: str
    remedy: str


HELP = (
    Help(
        "QBWC1039",
        "You are not Admin in single-user mode; or the file still carries the mark of an earlier connection.",
        "Log in to QuickBooks as Admin, in single-user mode. If the company was connected before, remove it in that "
        "Web Connector first, while its file is open.",
    ),
    Help(
        "QBWC1003, QBWC1004, QBWC1048",
        "This server cannot be reached from that PC, or Windows does not trust its certificate.",
        "Open the address of the help page, below, in a browser on that PC: a page must appear, without a warning and "
        "without a question for a password.",
    ),
    Help("QBWC1022 to QBWC1025", "No company file is open in QuickBooks.", "Open it, and try again."),
    Help(
        "QBWC1030, QBWC1040, “invalid password”",
        "The password was not typed, or not this one.",
        "Type it again without blanks and press Enter; if it is lost, make a new one here.",
    ),
    Help(
        "QBWC1012, QBWC1041, QBWC1042, QBWC1044",
        "This server cannot be reached just now, or something in front of it answers instead.",
        "Open the address of the help page on that PC; whoever runs the server looks at its log.",
    ),
    Help(
        "0x80040408, 0x80040414",
        "QuickBooks cannot be started, or shows a dialog.",
        "Open QuickBooks and close its dialogs; run it and the Web Connector with the same Windows rights.",
    ),
    Help(
        "0x8004040A",
        "Another company file is open.",
        "Open the right one, then press Update Selected once more.",
    ),
    Help(
        "0x80040418, 0x8004041A, 0x8004041D, 0x80040420",
        "The application may not use this file, or not log in by itself.",
        "As Admin: Edit > Preferences > Integrated Applications > Company Preferences.",
    ),
)

_POLICIES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "link_same_name": (
        "When QuickBooks already has an entry of that name",
        {"ask": "ask a person", "yes": "take it for the job's own"},
    ),
}
"""How a form names each policy and its values."""


def shown_steps(steps: Sequence[Step]) -> list[ShownStep]:
    """The steps with where somebody is: what cannot be seen from here counts as done once a later step is."""
    last = max((place for place, step in enumerate(steps) if step.is_done), default=-1)
    return [ShownStep(step.key, step.title, step.text, _state(place, last, step)) for place, step in enumerate(steps)]


def policy_fields() -> list[PolicyField]:
    """Every policy, its meaning and what it may be."""
    fields = []
    for name, policy in POLICIES.items():
        label, words = _POLICIES.get(name, (name.replace("_", " ").capitalize(), {}))
        options = tuple((value, words.get(value, value)) for value in policy.values)
        fields.append(PolicyField(name, label, f"{policy.meaning[:1].upper()}{policy.meaning[1:]}.", options))
    return fields


def seen_file(company: Company) -> str:
    """Which file was open last, so that a button can say which one it means."""
    return " ".join(filter(None, [company.seen_file_id, company.seen_company_name, company.seen_legal_name]))


def _state(place: int, last: int, step: Step) -> str:
    if step.is_done or (step.is_done is None and place < last):
        return "done"
    return "current" if place == last + 1 else "todo"
