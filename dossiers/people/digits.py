"""The numbers a person is found by: the digits of the personal number and of telephones, and their ends."""

import re
from collections.abc import Iterable

from dossiers.encryption import blind

TAIL = 4
"""So many last digits find somebody."""

_PHONE = re.compile(r"\+?\(?\d[\d .\-()]{5,18}\d")


def digits_of(text: str) -> str:
    """The digits of a text; those of a telephone abroad as at home (+84 912 … is 0912 …)."""
    found = "".join(char for char in text if char.isascii() and char.isdigit())
    from_abroad = text.lstrip(" (").startswith("+84") or (len(found) == 11 and found.startswith("84"))
    return f"0{found[2:]}" if from_abroad else found


def phones_in(contact: str) -> list[str]:
    """The telephone numbers in what was noted of how to reach somebody."""
    return [digits_of(found) for found in _PHONE.findall(contact)]


def identity_key(digits: str) -> str:
    """Under what the index keeps the last digits of a personal number."""
    return f"zzi{blind(f'identity:{digits[-TAIL:]}')}"


def phone_key(digits: str) -> str:
    """Under what the index keeps the last digits of a telephone number."""
    return f"zzp{blind(f'phone:{digits[-TAIL:]}')}"


def keys_of(identity_number: str | None, contact: str) -> Iterable[str]:
    """All keys of a person, of numbers that are long enough."""
    digits = digits_of(identity_number or "")
    if len(digits) >= TAIL:
        yield identity_key(digits)
    yield from sorted({phone_key(phone) for phone in phones_in(contact)})
