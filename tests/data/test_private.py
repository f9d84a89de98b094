"""Personal data: what is found, what only looks like it, and masking."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data.privacy import found, is_card, is_iban, masked


def kinds(text: str) -> set[str]:
    return {kind.name for _, _, kind in found(text)}


@pytest.mark.parametrize(
    ("text", "kind", "mask"),
    [
        ("Write to anna.b+shop@mail.example.com.", "email", "Write to [e-mail]."),
        ("jörg@example.de", "email", "[e-mail]"),
        ("card 4111 1111 1111 1111, thanks", "card", "card [card], thanks"),
        ("4111-1111-1111-1111", "card", "[card]"),
        ("5555555555554444", "card", "[card]"),
        ("3782 822463 10005", "card", "[card]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "iban", "IBAN [IBAN]"),
        ("GB29NWBK60161331926819", "iban", "[IBAN]"),
        ("SSN 078-05-1120", "ssn", "SSN [SSN]"),
        ("+44 20 7946 0018", "phone", "[phone]"),
        ("+1-202-555-0143", "phone", "[phone]"),
        ("call (202) 555-0143 now", "phone", "call [phone] now"),
        ("202-555-0143", "phone", "[phone]"),
        ("Tel. 030 23125 123", "phone", "Tel. [phone]"),
        ("020 7946 0018", "phone", "[phone]"),
        ("0171/23125-12", "phone", "[phone]"),
        ("from 203.0.113.77:8080", None, None),
        ("from 203.0.113.77 today", "ip", "from [IP] today"),
        ("2001:db8:0:1:1:1:1:1", "ip", "[IP]"),
        ("key sk-proj-0000000000000000000000", "secret", "key [key]"),
        ("AKIA0000000000000000", "secret", "[key]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "secret", "[key]"),
    ],
)
def test_what_is_found_and_masked(text: str, kind: str | None, mask: str | None) -> None:
    assert kinds(text) == ({kind} if kind else set())
    assert masked(text) == (mask or text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "order 0000000000000000 and 4242",
        "DE89 3704 0044 0532 0130 01",
        "The years 2019-2021 and 1,250,000 rows in 12.5 seconds",
        "On 2021-03-15 at 12:30:45, ticket 20210315-4471, version 3.1.1.11 of 10.0.0.1",
        "000-12-3456 and 900-12-3456 and 123-00-4567",
        "It costs 1 500 000 or 1.500.000,00; 555-0143 is short",
        "@mention, a@b, me@localhost, 3 @ 5 each",
        "3.14159265358979 and 1e10 and 0.000012345678",
        "192.168.0.1 and 127.0.0.1 and 999.1.1.1",
        "std::vector<int> a::b, 10:20:30",
        "task-skills sk-short eyJust talking",
        "isbn 978-3-16-148410-0",
        "x = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert kinds(text) == set()
    assert masked(text) is text


@given(st.text(alphabet="0123456789 -+().@abAB:/", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)
    assert masked(once) == once
    assert (once == text) == (not kinds(text))


@given(st.lists(st.integers(0, 9), min_size=12, max_size=18))
def test_exactly_one_last_digit_makes_a_card(digits: list[int]) -> None:
    start = "".join(map(str, digits))
    holds = [last for last in "0123456789" if is_card(start + last)]
    assert len(holds) <= 1
    assert len(holds) == 1 or len(set(digits)) == 1


@given(st.text("0123456789", min_size=18, max_size=18))
def test_iban_check_digits(account: str) -> None:
    """ISO 13616: the check digits are 98 less the remainder with zeros in their place."""
    rest = int(re.sub("[A-Z]", lambda c: str(ord(c.group()) - 55), account + "DE00")) % 97
    good = f"DE{98 - rest:02}{account}"
    assert is_iban(good)
    assert not is_iban(good[:-1] + str((int(good[-1]) + 1) % 10))
