"""Finds personal data and secrets in texts, and masks them. By their form alone: names and addresses are not found.

What has a checksum is checked by it (cards by Luhn, ISO/IEC 7812; IBAN by ISO 13616), so that an order number is not
taken for a card. Formats of keys are those their providers document.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of data. hint: a text without a match of it has none of this kind. holds: tells the real ones among what
    the pattern finds. mask: what is written instead."""

    name: str
    title: str
    mask: str
    hint: re.Pattern[str]
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def _always(found: str) -> bool:
    return True


def is_card(found: str) -> bool:
    """Luhn: from the right, every second digit doubled, the sum of all digits a multiple of ten."""
    digits = [int(c) for c in found if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(found: str) -> bool:
    """The first four characters put last, letters as numbers from ten on: one more than a multiple of 97."""
    plain = found.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def is_phone(found: str) -> bool:
    return 8 <= sum(c.isdigit() for c in found) <= 15


def is_public_ip(found: str) -> bool:
    """An address on the internet, those set aside for examples too; not one of a home or office network. Four small
    numbers are the number of a section or of a version."""
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return False
    if address.version == 4 and max(address.packed) < 30:
        return False
    example = any(address in network for network in _EXAMPLES if network.version == address.version)
    return example or (address.is_global and not address.is_multicast)


_EXAMPLES = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]

# Where one of these has no match, nothing has: they are simple, so that long texts are passed over quickly.
_DIGITS = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6}")
_SECRET = re.compile(r"sk-|gh[oprsu]_|github_pat_|AKIA|AIza|xox[abprs]-|hf_|PRIVATE KEY|eyJ")

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_SECRETS = re.compile(
    r"(?<![\w-])(?:sk-(?:[a-z]+-)?[\w-]{20,200}|gh[oprsu]_\w{36,255}|github_pat_\w{22,255}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}"
    r"|xox[abprs]-[\w-]{10,250}|hf_[A-Za-z]{30,40}|eyJ[\w-]{8,2000}+\.eyJ[\w-]{8,4000}+\.[\w-]{8,2000})"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^-]{0,8000}-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(
    r"(?<!\d)(?<!\d[.,-])(?:3[47]\d{2}[ -]?\d{6}[ -]?\d{5}|[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7})(?![\d-]|[.,]\d)",
    re.ASCII,
)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])", re.ASCII)
_PHONE = re.compile(
    # With a country code; the North American form; with a leading zero and a gap after the area code.
    r"(?<![\w.+-])(?:(?:\+|(?<!\d{4} )00)[1-9]\d{0,2}[ .\-/]?(?:\(0\) ?)?\(?\d{1,5}\)?(?:[ .\-/]?\d{2,5}){1,5}"
    r"|(?:1[ .-])?(?:\([2-9]\d{2}\)[ .-]?|[2-9]\d{2}[.-])[2-9]\d{2}[ .-]\d{4}"
    r"|(?<!\d{4} )\(?0\d{2,4}\)?[ /-]\d{3,4}(?:[ -]?\d{2,5}){1,2})(?![\w]|[.,-]\d)"
)
_IP = re.compile(r"(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w:]|\.\d|-\d)", re.ASCII)
_IP6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}){1,6}(?![\w:])")

# In this order: the digits of a card or an IBAN must not be taken for a phone number.
KINDS = (
    Kind("email", "an e-mail address", "[e-mail]", re.compile("@"), _EMAIL, _always),
    Kind("secret", "what looks like the key or password of a service", "[key]", _SECRET, _SECRETS, _always),
    Kind("iban", "a bank account number (IBAN)", "[IBAN]", _DIGITS, _IBAN, is_iban),
    Kind("card", "a payment card number", "[card]", _DIGITS, _CARD, is_card),
    Kind("ssn", "a US social security number", "[SSN]", _DIGITS, _SSN, _always),
    Kind("phone", "a phone number", "[phone]", _DIGITS, _PHONE, is_phone),
    Kind("ip", "an internet address (IP)", "[IP]", re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]"), _IP, is_public_ip),
    Kind("ip", "an internet address (IP)", "[IP]", re.compile(r":[0-9a-fA-F]{1,4}:"), _IP6, is_public_ip),
)


HINTS = tuple(dict.fromkeys(kind.hint for kind in KINDS))


def found(text: str) -> list[tuple[int, int, Kind]]:
    """Begin and end of each place where `text` holds personal data, and of which kind; in order, none over another."""
    places: list[tuple[int, int, Kind]] = []
    taken = bytearray(len(text))
    for kind in KINDS:
        if kind.hint.search(text):
            for match in kind.pattern.finditer(text):
                begin, end = match.span()
                if kind.holds(match.group()) and taken.find(1, begin, end) < 0:
                    places.append((begin, end, kind))
                    taken[begin:end] = b"\x01" * (end - begin)
    return sorted(places, key=lambda place: place[0])


def masked(text: str) -> str:
    """The text with a word such as [e-mail] in the place of each piece of personal data; the same object where there
    is none. What was masked once is not touched again."""
    parts, after = [], 0
    for begin, end, kind in found(text):
        parts += [text[after:begin], kind.mask]
        after = end
    return "".join([*parts, text[after:]]) if parts else text
