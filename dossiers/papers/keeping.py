"""Where files are kept: moved between the database and the store of the settings, swept there, carried by backups."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy import bindparam, delete, insert, select, update

from dossiers.extensions import run, write_transaction
from dossiers.papers import files, objects
from dossiers.papers.models import FileChunk, StoredFile

log = structlog.get_logger()

Where = Literal["database", "store"]

YOUNG = timedelta(hours=1)
"""An object this young may be one whose act is still being written."""

_IN_DATABASE = select(*StoredFile.__table__.c).where(StoredFile.object == "").order_by(StoredFile.address)
_IN_STORE = select(*StoredFile.__table__.c).where(StoredFile.object != "").order_by(StoredFile.address)
_NAMED = select(StoredFile.object).where(StoredFile.object != "")
_PLACED = (
    update(StoredFile)
    .where(StoredFile.address == bindparam("of"), StoredFile.object == bindparam("was"))
    .values(object=bindparam("now"))
    .returning(StoredFile.address)
)
_ADD_CHUNK = insert(FileChunk)
_DROP_CHUNKS = delete(FileChunk).where(FileChunk.address == bindparam("of"))


def move(to: Where) -> int:
    """Take every file to where it is to be, each in a transaction of its own, read through before; how many went.

    Raises files.Damaged for the first that is not as it was stored, objects.Unreachable; those before it went.
    """
    if to == "store" and files.folder() is None:
        with write_transaction():
            files.begin_folder()
    rows = run(_IN_DATABASE if to == "store" else _IN_STORE).all()
    return sum(_to_store(row) if to == "store" else _to_database(row) for row in rows)


def _to_store(row: Any) -> bool:
    pieces = files.pieces(row)
    files.opened(row, pieces)
    name = objects.new_name(files.folder() or "", row.address)
    objects.Objects().put(name, (piece for _nr, piece in pieces))
    with write_transaction():
        went = run(_PLACED, {"of": row.address, "was": "", "now": name}).first() is not None
        if went:
            run(_DROP_CHUNKS, {"of": row.address})
    return went


def _to_database(row: Any) -> bool:
    pieces = files.pieces(row)
    files.opened(row, pieces)
    with write_transaction():
        went = run(_PLACED, {"of": row.address, "was": row.object, "now": ""}).first() is not None
        if went:
            run(_ADD_CHUNK, [{"address": row.address, "nr": nr, "content": piece} for nr, piece in pieces])
            objects.go_with_commit([row.object])
    return went


def sweep(young: timedelta = YOUNG) -> int:
    """Take away the objects of this instance's folder that no file names and that are not this young; how many.

    Such are left by an act that was cut off, or by an erasure while the store was away. Raises objects.Unreachable.
    """
    if not objects.is_set() or (folder := files.folder()) is None:
        return 0
    store, old = objects.Objects(), datetime.now(UTC) - young
    found = [name for name, put_at in store.below(folder) if put_at <= old]
    named = set(run(_NAMED).scalars()) if found else set()  # asked after: what is named by now stays
    loose = [name for name in found if name not in named]
    for name in loose:
        store.remove(name)
    if loose:
        log.info("objects_swept", count=len(loose))
    return len(loose)


def carried() -> Iterator[dict[str, Any]]:
    """The pieces of the files in the store, as rows of file_chunk, by address: a backup carries them so.

    Raises files.Damaged, objects.Unreachable.
    """
    for row in run(_IN_STORE).all():
        for nr, piece in files.pieces(row):
            yield {"address": row.address, "nr": nr, "content": piece}
