"""Passwords: how they are hashed and compared, what is wrong with one, and making a one-time one."""

import secrets
import unicodedata
from collections.abc import Iterator

from flask import current_app
from flask_security import hash_password, verify_password

from dossiers import names
from dossiers.accounts.models import Account
from dossiers.extensions import security
from dossiers.languages import gettext as _

LONGEST = 128

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a one-time password, which is read aloud and typed: no l and 1, no i, no o and 0."""

_COMMON = ("password", "matkhau", "dangnhap", "quantri", "ketnap", "hoso", "vietnam", "iloveyou", "admin", "welcome")
_RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUN = 4
"""So many letters as they stand in the alphabet or on a keyboard are guessed as one."""

_OWN_LETTERS = 5
"""So many different letters must be left of a password without what is guessed first."""


def hashed(password: str) -> str:
    """The hash to keep; argon2id takes its time, so not while others wait to write."""
    found: str = hash_password(security.password_util.normalize(password))
    return found


def is_right(password: str, account: Account) -> bool:
    """Whether this is the account's password."""
    if not account.password:
        return False
    return bool(verify_password(security.password_util.normalize(password), account.password))


def one_time() -> str:
    """A password of 79 bits of chance, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _group in range(4))


def least() -> int:
    """How many characters a password needs."""
    return int(current_app.config["PASSWORD_LENGTH"])


def fault_of(password: str, email: str, name: str) -> str | None:
    """What is wrong with a password somebody chose, as a sentence; None when nothing is.

    `email` and `name` are theirs: a password made of them is guessed first.
    """
    length = len(unicodedata.normalize("NFC", password))
    if length < least():
        return _("Mật khẩu cần ít nhất %(least)s ký tự.", least=least())
    if length > LONGEST:
        return _("Mật khẩu dài nhất %(longest)s ký tự.", longest=LONGEST)
    if len(set(_rest(password, email, name))) < _OWN_LETTERS:
        return _("Mật khẩu này dễ đoán: đừng dùng họ tên, thư điện tử, dãy số liền nhau hay chữ lặp lại.")
    return None


def _rest(password: str, email: str, name: str) -> str:
    """The folded password without what is guessed first."""
    left = "".join(names.words(password))
    for word in sorted({*_COMMON, *names.words(name), *names.words(email)}, key=len, reverse=True):
        if len(word) > 1:
            left = left.replace(word, "")
    for run in _runs(left):
        left = left.replace(run, "")
    marks = [char for char in password if not char.isalnum() and not char.isspace()]
    return left + "".join(marks)


def _runs(text: str) -> Iterator[str]:
    """Pieces of a text, longest first, that go up or down an alphabet or a keyboard's row."""
    rows = [*_RUNS, *(row[::-1] for row in _RUNS)]
    for length in range(len(text), _RUN - 1, -1):
        for start in range(len(text) - length + 1):
            piece = text[start : start + length]
            if any(piece in row for row in rows):
                yield piece
