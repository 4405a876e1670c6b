from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbwc_server.errors import CatalogError
from qbwc_server.qbxml import StatusClass, hresult_fact, is_transient_text, missing_name, status_fact
from qbwc_server.qbxml.texts import parse_explanations

# Every code of facts/qbxml.md section 4, with its class there.
CLASSES = {
    StatusClass.OK: [0, 1],
    StatusClass.WARNING: [500, 501, 510, 530, 531, 540, 550, 560, 570],
    StatusClass.VERIFY: [600, 1000, 3230, 9001, 9002, 9003, 9004, 9005],
    StatusClass.TRANSIENT: [1010, 3162, 3175, 3176, 3391],
    StatusClass.CONFLICT: [3172, 3173, 3200, 3240],
    StatusClass.DUPLICATE_NAME: [3100],
    StatusClass.NOT_FOUND: [3120, 3121],
    StatusClass.NOT_APPLIED: [3231],
    StatusClass.MISSING_REFERENCE: [3130, 3140],
    StatusClass.PERMANENT: [
        *(1030, 1060, 3000, 3010, 3020, 3030, 3031, 3035, 3040, 3045, 3050, 3060, 3065, 3070, 3080, 3085, 3090),
        *(3101, 3110, 3150, 3151, 3152, 3153, 3154, 3160, 3161, 3170, 3171, 3177, 3180, 3185, 3190, 3191, 3205),
        *(3210, 3220, 3250, 3260, 3261, 3262, 3263, 3270, 3280, 3290, 3300, 9100, 9101, 9102, 9103),
    ],
}
WORDS_OF_RANGES = {status_fact(code).cause for code in (2, 599, 1999, 2000, 3099, 3999, 9050, 9150, -1)}
CODES = [(code, status_class) for status_class, codes in CLASSES.items() for code in codes]
HRESULTS = [
    *("0x80010105", "0x80040154", "0x80040308", "0x80040400", "0x80040401", "0x80040402", "0x80040403", "0x80040406"),
    *("0x80040408", "0x8004040A", "0x8004040D", "0x80040410", "0x80040414", "0x80040416", "0x80040417", "0x80040418"),
    *("0x8004041A", "0x8004041B", "0x8004041D", "0x8004041F", "0x80040420", "0x80040421", "0x80040422", "0x80040424"),
    "0x80040438",
]


@pytest.mark.parametrize(("code", "status_class"), CODES)
def test_every_code_has_its_class_and_words_of_its_own(code: int, status_class: StatusClass) -> None:
    fact = status_fact(code)
    assert (fact.code, fact.status_class) == (code, status_class)
    assert fact.cause.endswith(".")
    assert fact.remedy.endswith(".") or status_class is StatusClass.OK
    assert fact.cause not in WORDS_OF_RANGES


def test_a_warning_never_sounds_as_if_the_job_should_be_sent_again() -> None:
    for code in CLASSES[StatusClass.WARNING]:
        assert "sends the job again" not in status_fact(code).remedy
        assert "tried again" not in status_fact(code).remedy


@pytest.mark.parametrize(
    ("code", "status_class"),
    [
        (2, StatusClass.OK),
        (499, StatusClass.OK),
        (599, StatusClass.WARNING),
        (1999, StatusClass.VERIFY),
        (2000, StatusClass.PERMANENT),
        (3099, StatusClass.PERMANENT),
        (3999, StatusClass.PERMANENT),
        (9050, StatusClass.VERIFY),
        (9150, StatusClass.PERMANENT),
        (-1, StatusClass.VERIFY),
        (99999, StatusClass.VERIFY),
    ],
)
def test_an_unknown_code_falls_into_its_range(code: int, status_class: StatusClass) -> None:
    fact = status_fact(code)
    assert (fact.code, fact.status_class) == (code, status_class)
    assert fact.cause


@pytest.mark.parametrize(
    "message",
    [
        "There was an error adding, modifying or deleting 495- because it is already in use.  QuickBooks error "
        "message: The transaction could not be locked.  It is in use by another user.",
        "QuickBooks error message: The application failed to acquire the lock.",
        "QuickBooks error message: The list element is in use.",
        "QuickBooks error message: This list has been modified by another user.",
        "QuickBooks error message: The internals could not be locked.",
        "THE TRANSACTION COULD NOT BE LOCKED",
    ],
)
def test_a_lock_is_known_by_its_words(message: str) -> None:
    assert is_transient_text(message)


def test_other_errors_are_no_locks() -> None:
    assert not is_transient_text("QuickBooks error message: The account number is already in use.")
    assert not is_transient_text("")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (
            'There is an invalid reference to QuickBooks Customer "Joe Smith" in the SalesOrder.  QuickBooks error '
            "message: Invalid argument.  The specified record does not exist in the list.",
            ("Customer", "Joe Smith"),
        ),
        (
            'There is an invalid reference to QuickBooks Item "Labor:Night" in the Invoice line.  QuickBooks error '
            "message: Invalid argument.",
            ("Item", "Labor:Night"),
        ),
        (
            'There is an invalid reference to QuickBooks Sales Tax Code "Tax" in the Invoice line.',
            ("Sales Tax Code", "Tax"),
        ),
        (
            'There is an invalid reference to QuickBooks Customer "Joe "Bud" Smith" in the Invoice.',
            ("Customer", 'Joe "Bud" Smith'),
        ),
        (
            'There is an invalid reference to a parent "Acme" in the Customers list.  QuickBooks error message: '
            "Invalid argument.  The specified record does not exist in the list.",
            ("Customer", "Acme"),
        ),
        ("The name is taken.", None),
        ("", None),
        ('There is an invalid reference to QuickBooks Customer "' * 2000, None),
    ],
)
def test_the_missing_name_is_read_from_the_message(message: str, found: tuple[str, str] | None) -> None:
    assert missing_name(message) == found


@given(st.integers(), st.text())
def test_no_code_and_no_message_is_too_strange(code: int, text: str) -> None:
    assert status_fact(code).cause
    assert hresult_fact(text).meaning
    is_transient_text(text)
    missing_name(text)


@pytest.mark.parametrize("code", HRESULTS)
def test_every_hresult_is_explained(code: str) -> None:
    fact = hresult_fact(code)
    assert fact.code == code
    assert fact.meaning != hresult_fact("0x8004FFFF").meaning
    assert fact.remedy


@pytest.mark.parametrize("code", ["0x80040400", " 0X80040400 ", "80040400", "0x80040400\n", "0x80040400".upper()])
def test_an_hresult_is_known_in_any_writing(code: str) -> None:
    assert hresult_fact(code) == hresult_fact("0x80040400")


def test_an_unknown_hresult_keeps_its_code() -> None:
    assert hresult_fact("0x8004ffff").code == "0x8004FFFF"
    assert hresult_fact("something else").code == "something else"
    assert "not in this program's list" in hresult_fact("").meaning


@pytest.mark.parametrize(
    ("text", "words"),
    [("1 ok\n  wrong", "not indented"), (" 1 ok\n    x", "not indented"), ("1 ok\n    x\n  > @y", "@y, which is not")],
)
def test_a_mistake_in_a_table_is_told(text: str, words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        parse_explanations(text, "test.txt")
