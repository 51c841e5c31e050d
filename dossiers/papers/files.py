"""Where files are: cut into pieces, each encrypted, found by a keyed hash over their content.

A file has a key of its own, which is sealed by the one of the settings: to change that one, only these are sealed anew
(`rotate`). The key of the addresses never changes, for events name them. Nothing is written but within the act that
attaches a file: one that was cut off leaves nothing. Where the settings name a store (`objects`), the pieces of what
comes now stand there, put before that act is written; the row that names them, and their key, stay here.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import bindparam, delete, func, insert, select, update

from dossiers import engines
from dossiers.asking import Question
from dossiers.encryption import place
from dossiers.extensions import db, run, write_transaction
from dossiers.papers import objects
from dossiers.papers.models import FileChunk, FileKey, ScanFile, StoredFile
from dossiers.papers.scanner import INFECTED, WAITING

CHUNK = 256 * 1024
"""Bytes of a piece: a row that both databases take without ado."""

_SEALED = CHUNK + 28
"""Bytes of it once it is encrypted: nonce before, tag behind."""

_ADDRESSES, FOLDER = "addresses", "objects"

_ONE = Question(select(*StoredFile.__table__.c).where(StoredFile.address == bindparam("address")))
_SOME = Question(select(*StoredFile.__table__.c).where(StoredFile.address.in_(bindparam("addresses", expanding=True))))
_OF_FILE = FileChunk.address == bindparam("address")
_CHUNKS = select(FileChunk.nr, FileChunk.content).where(_OF_FILE).order_by(FileChunk.nr)
_ALL_CHUNKS = (
    select(FileChunk.address, FileChunk.nr, FileChunk.content)
    .where(FileChunk.address.in_(bindparam("addresses", expanding=True)))
    .order_by(FileChunk.address, FileChunk.nr)
)
_KEY = select(FileKey.sealed).where(FileKey.name == _ADDRESSES)
_FOLDER_KEY = select(FileKey.sealed).where(FileKey.name == FOLDER)
_KEYS = select(FileKey.name, FileKey.sealed).order_by(FileKey.name)
_OBJECTS = select(StoredFile.object).where(StoredFile.address.in_(bindparam("addresses", expanding=True)))
_ADD_CHUNK = insert(FileChunk)
_NAMED = select(ScanFile.address).where(ScanFile.address.in_(bindparam("addresses", expanding=True))).distinct()
_OF_DOSSIER = select(ScanFile.address).where(ScanFile.dossier_id == bindparam("dossier")).distinct()
_DROP_CHUNKS = delete(FileChunk).where(FileChunk.address == bindparam("of"))
_DROP_FILE = delete(StoredFile).where(StoredFile.address == bindparam("of"))


class Damaged(Exception):
    """A file that is not there, or not as it was stored."""


@dataclass(frozen=True)
class Sealed:
    """A file ready to be stored: its row but for the pieces, and these."""

    address: str
    kind: str
    pages: int
    size: int
    verdict: str
    sealed_key: str
    chunks: tuple[bytes, ...]
    object: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """Its row in stored_file."""
        names = ("address", "kind", "pages", "size", "verdict", "sealed_key", "object")
        return {name: getattr(self, name) for name in names}

    @property
    def chunk_rows(self) -> list[dict[str, Any]]:
        """Its rows in file_chunk."""
        return [{"address": self.address, "nr": nr, "content": chunk} for nr, chunk in enumerate(self.chunks)]


# --- keys ---


@lru_cache(maxsize=4)
def _wrapping(key: str) -> AESGCM:
    return AESGCM(hashlib.scrypt(key.encode(), salt=b"dossiers.file", n=2**12, r=8, p=1, dklen=32))


def _setting() -> str:
    config = current_app.config
    return str(config.get("FILE_KEY") or config["DATA_KEY"])


def _wrap(key: bytes, where: str) -> str:
    nonce = os.urandom(12)
    return base64.b64encode(nonce + _wrapping(_setting()).encrypt(nonce, key, where.encode())).decode()


def _unwrap(sealed: str, where: str) -> bytes:
    """The key, whether it was sealed by the setting or, while keys are changed, by the one before. Raises Damaged."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        for setting in dict.fromkeys((_setting(), str(current_app.config.get("FILE_KEY_BEFORE") or _setting()))):
            try:
                return _wrapping(setting).decrypt(raw[:12], raw[12:], where.encode())
            except InvalidTag:
                continue
    except ValueError:
        pass
    raise Damaged("its key cannot be opened")


def _where(address: str, kind: str, pages: int, size: int) -> str:
    return place("stored_file", "sealed_key", address, kind, pages, size)


def begin(key: bytes | None = None) -> None:
    """Within a transaction that writes: make the key of the addresses if there is none (or take this one: the demo)."""
    made = {"name": _ADDRESSES, "sealed": _wrap(key or os.urandom(32), place("file_key", "sealed", _ADDRESSES))}
    run(engines.upsert(db, FileKey.__table__).on_conflict_do_nothing(), [made])


def has_begun() -> bool:
    """Whether there is a key of the addresses."""
    return run(_KEY).first() is not None


def _address(content: bytes) -> str:
    sealed = run(_KEY).scalar()
    if sealed is None:
        raise Damaged("the key of the addresses is missing")
    return _hashed(_unwrap(sealed, place("file_key", "sealed", _ADDRESSES)), content)


def _hashed(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()


# --- storing and reading ---


def seal(content: bytes, kind: str, pages: int, verdict: str) -> Sealed:
    """Encrypt a file; nothing is written. Needs the key of the addresses (`begin`)."""
    address, key = _address(content), AESGCM.generate_key(256)
    cipher, count = AESGCM(key), -(-len(content) // CHUNK)
    chunks = []
    for nr in range(count):
        nonce = os.urandom(12)
        piece = content[nr * CHUNK : (nr + 1) * CHUNK]
        chunks.append(nonce + cipher.encrypt(nonce, piece, _piece(address, nr, count)))
    sealed_key = _wrap(key, _where(address, kind, pages, len(content)))
    return Sealed(address, kind, pages, len(content), verdict, sealed_key, tuple(chunks))


def _piece(address: str, nr: int, count: int) -> bytes:
    return place("file_chunk", "content", address, nr, count).encode()


def put(files: Sequence[Sealed]) -> tuple[Sealed, ...]:
    """Before the transaction that writes them: where the settings name a store, put there what is not here yet. What no
    row names in the end is swept (`keeping.sweep`). Raises objects.Unreachable.
    """
    if not files or not objects.is_used():
        return tuple(files)
    if folder() is None:
        with write_transaction():
            begin_folder()
    known = told(file.address for file in files)
    return tuple(file if file.address in known else _put(file) for file in files)


def _put(file: Sealed) -> Sealed:
    named = replace(file, object=objects.new_name(folder() or begin_folder(), file.address))
    objects.Objects().put(named.object, file.chunks)
    return named


def write(files: Iterable[Sealed]) -> None:
    """Write files in the current transaction; one that is there already is not written again. One that was there when
    it was `put` and is not any more is put now. Raises objects.Unreachable.
    """
    for file in files:
        if objects.is_used() and not file.object and not told([file.address]):
            file = _put(file)
        statement = engines.upsert(db, StoredFile.__table__).on_conflict_do_nothing().returning(StoredFile.address)
        if run(statement, file.row).first() is None:
            objects.go_with_commit([file.object] if file.object else [])
        elif not file.object:
            run(_ADD_CHUNK, file.chunk_rows)


def folder() -> str | None:
    """The folder of the store that this instance alone writes to and sweeps, if it has begun one. Raises Damaged."""
    sealed = run(_FOLDER_KEY).scalar()
    return None if sealed is None else _unwrap(sealed, place("file_key", "sealed", FOLDER)).hex()


def begin_folder() -> str:
    """In the current transaction that writes: draw the folder. It is in no backup, so that what is made of one never
    takes away the objects of the instance it was made of.
    """
    made = {"name": FOLDER, "sealed": _wrap(os.urandom(8), place("file_key", "sealed", FOLDER))}
    run(engines.upsert(db, FileKey.__table__).on_conflict_do_nothing(), [made])
    return folder() or ""


def told(addresses: Iterable[str]) -> dict[str, Any]:
    """The rows of files, by address; one query."""
    asked = list(addresses)
    return {row.address: row for row in run(_SOME, {"addresses": asked})} if asked else {}


def read(address: str) -> bytes:
    """A file's content. Raises Damaged when it is not there, or not what its address says; objects.Unreachable."""
    row = run(_ONE, {"address": address}).first()
    if row is None:
        raise Damaged("the file is missing")
    return opened(row, pieces(row))


def read_all(addresses: Iterable[str]) -> dict[str, bytes]:
    """The content of files, by address; three queries. Raises Damaged for the first that is not as it was stored,
    objects.Unreachable.
    """
    asked = list(dict.fromkeys(addresses))
    rows = told(asked)
    if missing := next((address for address in asked if address not in rows), None):
        raise Damaged(f"the file {missing[:12]} is missing")
    of_file: dict[str, list[tuple[int, bytes]]] = {address: [] for address in asked}
    for chunk in run(_ALL_CHUNKS, {"addresses": asked}) if asked else ():
        of_file[chunk.address].append((chunk.nr, chunk.content))
    return {
        address: opened(rows[address], pieces(rows[address]) if rows[address].object else of_file[address])
        for address in asked
    }


def pieces(row: Any) -> list[tuple[int, bytes]]:
    """The pieces of a file as they are kept, encrypted, in their order. Raises Damaged, objects.Unreachable."""
    if not row.object:
        return [(chunk.nr, chunk.content) for chunk in run(_CHUNKS, {"address": row.address})]
    try:
        content = objects.Objects().get(row.object)
    except objects.Missing:
        raise Damaged("the store has no such object") from None
    return list(enumerate(content[at : at + _SEALED] for at in range(0, len(content), _SEALED)))


def opened(row: Any, chunks: Sequence[tuple[int, bytes]]) -> bytes:
    cipher = AESGCM(_unwrap(row.sealed_key, _where(row.address, row.kind, row.pages, row.size)))
    count = -(-row.size // CHUNK)
    if [nr for nr, _chunk in chunks] != list(range(count)):
        raise Damaged("pieces of it are missing")
    try:
        content = b"".join(
            cipher.decrypt(chunk[:12], chunk[12:], _piece(row.address, nr, count)) for nr, chunk in chunks
        )
    except (InvalidTag, ValueError):
        raise Damaged("its content was changed") from None
    if _address(content) != row.address:
        raise Damaged("its content is not what its address says")
    return content


def of_dossier(dossier_id: int) -> list[str]:
    """The addresses of all files a dossier's scans name."""
    return list(run(_OF_DOSSIER, {"dossier": dossier_id}).scalars())


def forget_unnamed(addresses: Sequence[str]) -> None:
    """In the current transaction: take away those of these files that no scan of any dossier names any more."""
    if not addresses:
        return
    gone = set(addresses) - set(run(_NAMED, {"addresses": list(addresses)}).scalars())
    if gone:
        objects.go_with_commit(name for name in run(_OBJECTS, {"addresses": sorted(gone)}).scalars() if name)
        for statement in (_DROP_CHUNKS, _DROP_FILE):
            run(statement, [{"of": address} for address in sorted(gone)])


# --- keeping ---


def check() -> Iterator[tuple[str, str]]:
    """Read every file again: (address, what is wrong) for each that is missing, was changed or belongs to nothing. When
    the store is away this is said of the first file there.
    """
    named = select(ScanFile.address).outerjoin(StoredFile, StoredFile.address == ScanFile.address)
    for address in run(named.where(StoredFile.address.is_(None)).distinct().order_by(ScanFile.address)).scalars():
        yield address, "the file is missing"
    loose = select(FileChunk.address).outerjoin(StoredFile, StoredFile.address == FileChunk.address)
    for address in run(loose.where(StoredFile.address.is_(None)).distinct().order_by(FileChunk.address)).scalars():
        yield address, "pieces of a file that is not there"
    is_away = False
    for row in run(select(*StoredFile.__table__.c).order_by(StoredFile.address)).all():
        if row.object and is_away:
            continue
        try:
            opened(row, pieces(row))  # one file at a time is in memory
        except objects.Unreachable as error:
            is_away = True
            yield row.address, str(error)
        except Damaged as error:
            yield row.address, str(error)


def rotate() -> int:
    """In the current transaction: seal the key of every file anew, by the setting of now; how many files.

    Raises Damaged when one opens neither by that nor by the one before.
    """
    rows = run(select(*StoredFile.__table__.c)).all()
    put = update(StoredFile).where(StoredFile.address == bindparam("of")).values(sealed_key=bindparam("new"))
    anew = []
    for row in rows:
        where = _where(row.address, row.kind, row.pages, row.size)
        anew.append({"of": row.address, "new": _wrap(_unwrap(row.sealed_key, where), where)})
    if anew:
        run(put, anew)
    for name, sealed in run(_KEYS).all():
        where = place("file_key", "sealed", name)
        run(update(FileKey).where(FileKey.name == name).values(sealed=_wrap(_unwrap(sealed, where), where)))
    return len(anew)


def waiting() -> list[str]:
    """The addresses of files the virus scanner has not answered for."""
    return list(run(select(StoredFile.address).where(StoredFile.verdict == WAITING)).scalars())


def judged(address: str, verdict: str) -> None:
    """In the current transaction: what the virus scanner said of a file."""
    run(update(StoredFile).where(StoredFile.address == address).values(verdict=verdict))


def is_shown(row: Any) -> bool:
    """Whether a stored file may be looked at: nobody still waits for the virus scanner, and it found nothing."""
    return row is not None and row.verdict not in (WAITING, INFECTED)


def count() -> int:
    """How many files are stored."""
    return int(run(select(func.count()).select_from(StoredFile)).scalar() or 0)
