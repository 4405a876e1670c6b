"""Policies as they are kept: only what differs from the default."""

from __future__ import annotations

import pytest

from qbwc_server.companies.policies import POLICIES, changed_settings, policies
from qbwc_server.errors import CompanyRefused


def test_a_company_without_settings_has_the_defaults() -> None:
    assert policies("{}") == {name: policy.default for name, policy in POLICIES.items()}


def test_only_what_differs_is_kept_and_what_another_version_wrote_stays() -> None:
    settings = changed_settings('{"from_the_future": "1"}', ["link_same_name=yes"])
    assert settings == '{"from_the_future": "1", "link_same_name": "yes"}'
    assert policies(settings)["link_same_name"] == "yes"
    assert changed_settings(settings, ["link_same_name=ask"]) == '{"from_the_future": "1"}'


def test_the_last_of_several_counts_and_every_problem_is_told() -> None:
    assert changed_settings("{}", ["link_same_name=yes", "link_same_name=ask"]) == "{}"
    with pytest.raises(CompanyRefused) as refused:
        changed_settings("{}", ["a=b", "link_same_name=perhaps"])
    assert len(refused.value.problems) == 2
