from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from qbwc_server.companies import qwc_file
from qbwc_server.errors import CompanyRefused
from tests.unit.companies.example import FRESH

EXPECTED = b"""<?xml version="1.0" encoding="utf-8"?>
<QBWCXML>
 <AppName>Acme - qbwc-server</AppName>
 <AppID></AppID>
 <AppURL>https://sync.example.com/qbwc</AppURL>
 <AppDescription>qbwc-server for Acme</AppDescription>
 <AppSupport>https://sync.example.com/support</AppSupport>
 <UserName>acme-00000001</UserName>
 <OwnerID>{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}</OwnerID>
 <FileID>{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}</FileID>
 <QBType>QBFS</QBType>
 <PersonalDataPref>pdpNotNeeded</PersonalDataPref>
 <UnattendedModePref>umpOptional</UnattendedModePref>
 <Style>Document</Style>
 <AuthFlags>0xF</AuthFlags>
 <IsReadOnly>false</IsReadOnly>
 <Scheduler>
  <RunEveryNMinutes>15</RunEveryNMinutes>
 </Scheduler>
</QBWCXML>
"""


def test_the_file_holds_what_the_web_connector_reads_in_the_order_of_the_sample() -> None:
    assert qwc_file(FRESH) == EXPECTED


def test_it_has_no_byte_order_mark_and_no_password() -> None:
    assert qwc_file(FRESH).startswith(b"<?xml")
    assert b"assword" not in qwc_file(FRESH)


def test_the_same_company_gets_the_same_bytes_again() -> None:
    assert qwc_file(FRESH) == qwc_file(replace(FRESH, recovery=FRESH.recovery, last_result="done"))


@pytest.mark.parametrize("name", ['Müller & <Söhne> "Ltd"', "株式会社"])
def test_values_are_escaped(name: str) -> None:
    root = etree.fromstring(qwc_file(replace(FRESH, name=name)))
    assert root.findtext("AppName") == f"{name} - qbwc-server"


def test_the_description_keeps_to_80_characters() -> None:
    root = etree.fromstring(qwc_file(replace(FRESH, name="x" * 64)))
    assert len(root.findtext("AppDescription") or "") == 80


def test_a_backslash_does_not_reach_the_registry_key() -> None:
    root = etree.fromstring(qwc_file(replace(FRESH, name="R\\D")))
    assert root.findtext("AppName") == "R-D - qbwc-server"


@pytest.mark.parametrize(
    ("base", "codes"),
    [
        ("http://sync.example.com", ["QBWC1010"]),
        ("https://192.0.2.7", ["QBWC1001"]),
        ("http://192.0.2.7", ["QBWC1010", "QBWC1001"]),
    ],
)
def test_what_the_web_connector_would_refuse_is_refused_here_with_its_code(base: str, codes: list[str]) -> None:
    with pytest.raises(CompanyRefused) as refusal:
        qwc_file(replace(FRESH, base_url=base))
    lines = str(refusal.value).splitlines()
    assert [code in line for code, line in zip(codes, lines, strict=True)] == [True] * len(codes)
