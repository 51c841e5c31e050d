"""The file of a backup: AES-GCM in pieces, so that gigabytes pass through little memory, and open in any place.

Each piece is bound to its number, the last one to being the last: one that is changed, moved, left out or taken from
another backup, and a file that ends early, are seen. Whoever lacks the key learns how large the database is, no more.
"""

import hashlib
import io
import os
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_BEGINS = b"DOSSIERS BACKUP\n"
_FORMAT = b"\x01"
_SALT, _PREFIX, _CHECK, _TAG = 16, 7, 16, 16
_HEAD = len(_BEGINS) + 1 + _SALT + _PREFIX + _CHECK
_PIECE = 1 << 16


class BadBackup(ValueError):
    """A backup, or a database to fill, that cannot be used; the message is one line."""


class Plain(BadBackup):
    """A file that is neither encrypted nor signed: of an earlier version, or of somebody else."""


class _Cipher:
    def __init__(self, secret: str, salt: bytes, prefix: bytes) -> None:
        made = hashlib.scrypt(secret.encode(), salt=b"dossiers.backup" + salt, n=2**14, r=8, p=1, dklen=32 + _CHECK)
        self.check = made[32:]
        self.head = _BEGINS + _FORMAT + salt + prefix + self.check
        self._key, self._prefix = AESGCM(made[:32]), prefix

    def _nonce(self, number: int, is_last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([is_last])

    def seal(self, content: bytes, number: int, is_last: bool) -> bytes:
        return self._key.encrypt(self._nonce(number, is_last), content, self.head)

    def open(self, sealed: bytes, number: int, is_last: bool) -> bytes:
        return self._key.decrypt(self._nonce(number, is_last), sealed, self.head)


class Writer:
    """Takes content and writes it sealed; what was written opens only once `close` has written the last piece."""

    def __init__(self, file: BinaryIO, secret: str) -> None:
        self._file = file
        self._cipher = _Cipher(secret, os.urandom(_SALT), os.urandom(_PREFIX))
        self._waiting = bytearray()
        self._number = 0
        file.write(self._cipher.head)

    def write(self, content: bytes) -> int:
        """Take some content; all of it."""
        self._waiting += content
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), False)
            del self._waiting[:_PIECE]
        return len(content)

    def flush(self) -> None:
        """Do nothing: pieces are written when they are full."""

    def close(self) -> None:
        """Write the last piece."""
        self._put(bytes(self._waiting), True)

    def _put(self, content: bytes, is_last: bool) -> None:
        self._file.write(self._cipher.seal(content, self._number, is_last))
        self._number += 1


class Reader(io.RawIOBase):
    """A sealed file, read in any place. Raises BadBackup, also while it is read."""

    def __init__(self, path: Path, secret: str) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise BadBackup("there is no such file") from None
        except OSError as error:
            raise BadBackup(f"cannot be read: {error.strerror}") from None
        try:
            self._begin(secret)
        except BaseException:
            self._file.close()
            raise

    def _begin(self, secret: str) -> None:
        head = self._read(_HEAD)
        if head.startswith(b"PK"):
            raise Plain("is neither encrypted nor signed")
        if not head.startswith(_BEGINS):
            raise BadBackup("is no backup")
        if len(head) < _HEAD:
            raise BadBackup("was cut off")
        if head[len(_BEGINS) : len(_BEGINS) + 1] != _FORMAT:
            raise BadBackup("is of a format this program does not read")
        salt, rest = head[len(_BEGINS) + 1 :][:_SALT], head[len(_BEGINS) + 1 + _SALT :]
        self._cipher = _Cipher(secret, salt, rest[:_PREFIX])
        if self._cipher.check != rest[_PREFIX:]:
            raise BadBackup("was encrypted with another key (DOSSIERS_BACKUP_KEY)")
        content = os.fstat(self._file.fileno()).st_size - _HEAD
        self._last = max(0, content - 1) // (_PIECE + _TAG)
        self._size = content - (self._last + 1) * _TAG
        self._at, self._number, self._piece = 0, -1, b""
        if self._size < 0:
            raise BadBackup("was cut off")
        self._load(self._last)

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            raise BadBackup(f"cannot be read: {error.strerror}") from None

    def _load(self, number: int) -> None:
        self._file.seek(_HEAD + number * (_PIECE + _TAG))
        try:
            self._piece = self._cipher.open(self._read(_PIECE + _TAG), number, number == self._last)
        except InvalidTag:
            raise BadBackup("was cut off or changed" if number == self._last else "was changed") from None
        self._number = number

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read on from elsewhere."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, into: Any) -> int:
        """Read up to the end of a piece."""
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, _PIECE)
        if number != self._number:
            self._load(number)
        found = self._piece[start : start + len(into)]
        into[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()
