"""Policies: what a company lets this server decide by itself. Kept in its `settings`, as far as they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qbwc_server.errors import CompanyRefused, Problem


@dataclass(frozen=True, slots=True)
class Policy:
    """One thing that a company may want one way or another."""

    default: str
    others: tuple[str, ...]
    meaning: str

    @property
    def values(self) -> tuple[str, ...]:
        """Everything it may be, the default first."""
        return (self.default, *self.others)


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "link_same_name": Policy(
            "ask",
            ("yes",),
            "an entry of the same name and kind that agrees in e-mail, phone, postal code or company: ask a person, "
            "or take it for the job's own",
        ),
    }
)


def policies(settings: str) -> dict[str, str]:
    """Every policy and its value, from the JSON of `Company.settings`."""
    kept = json.loads(settings)
    return {name: kept.get(name, policy.default) for name, policy in POLICIES.items()}


def changed_settings(settings: str, given: Sequence[str]) -> str:
    """The JSON of settings after ``key=value`` texts were applied.

    Raises CompanyRefused with everything that is wrong, naming what there is.
    """
    wanted = dict(each.partition("=")[::2] for each in given)
    problems = [problem for name, value in wanted.items() if (problem := _problem(name, value))]
    if problems:
        raise CompanyRefused(*problems)
    kept = json.loads(settings) | wanted
    differing = {name: kept[name] for name in kept if name not in POLICIES or kept[name] != POLICIES[name].default}
    return json.dumps(differing, sort_keys=True)


def _problem(name: str, value: str) -> Problem | None:
    if name not in POLICIES:
        there = "; ".join(f"{each}={'|'.join(policy.values)}" for each, policy in POLICIES.items())
        return Problem(f"there is no policy {name!r}.", remedy=f"There is {there}.")
    if value not in POLICIES[name].values:
        return Problem(f"{value!r} is no value of it.", path=name, remedy=f"Use {' or '.join(POLICIES[name].values)}.")
    return None
