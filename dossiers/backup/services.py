"""Backups: every table as lines of JSON in one zip, the same for both engines; encrypted fields stay encrypted.

A backup is one picture of the database (a single read transaction), so it can be taken while people work. It is
encrypted (dossiers.backup.sealed), and its manifest is signed with the instance's key. No key is in it: keep them
elsewhere.
"""

import base64
import hashlib
import heapq
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import Date, DateTime, LargeBinary, Result, Table, func, insert, select, text
from sqlalchemy import column as light_column
from sqlalchemy import table as light_table

from dossiers import clock, engines, private
from dossiers.audit import chains, keys
from dossiers.audit.chains import Head
from dossiers.backup.sealed import BadBackup, Plain, Reader, Writer
from dossiers.casework import search
from dossiers.extensions import Model, db, write_transaction
from dossiers.papers import files, keeping

FORMAT = 1
BATCH = 2000

_SIGNED = b"dossiers.backup\n"
"""Stands before what is signed, so that no other signature of the instance fits."""

_DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError)
"""What reading a damaged zip, or lines that are not as they were written, may raise."""


def _tables() -> list[Table]:
    return [table for table in Model.metadata.sorted_tables if not table.info.get("passing")]


def _light(table: Table, names: list[str] | None = None) -> Any:
    """The table by its bare columns (those a backup of another version names): what is stored is copied, not read."""
    columns = table.columns
    return light_table(
        table.name,
        *(light_column(name, columns[name].type if name in columns else None) for name in names or columns.keys()),
    )


def _batch(table: Table) -> int:
    """Rows that are in memory at a time: fewer of a table with files in it."""
    return 20 if table.name in ("file_chunk", "text_template") else BATCH


def _query(table: Table, source: Any) -> Any:
    """All rows of a table that a backup carries: not which folder of a store is this instance's alone."""
    query = select(source)
    return query.where(source.c.name != files.FOLDER) if table.name == "file_key" else query


def _whole(table: Table, found: Result[Any]) -> Iterator[Any]:
    """The rows of a table; files come along whole, wherever their pieces are, as if all were in the database."""
    rows = found.mappings()
    if table.name == "stored_file":
        return ({**row, "object": ""} for row in rows)
    if table.name == "file_chunk":
        return heapq.merge(rows, keeping.carried(), key=lambda row: (row["address"], row["nr"]))
    return iter(rows)


def _order(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _reader(table: Table) -> dict[str, Callable[[Any], Any]]:
    """How to turn the plain values of a table's columns back."""
    how: dict[str, Callable[[Any], Any]] = {}
    for column in table.columns:
        if isinstance(column.type, DateTime):
            how[column.name] = datetime.fromisoformat
        elif isinstance(column.type, Date):
            how[column.name] = date.fromisoformat
        elif isinstance(column.type, LargeBinary):
            how[column.name] = base64.b64decode
    return how


def revision() -> str:
    """The migration the database stands at."""
    return str(db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def create(path: Path) -> dict[str, Any]:
    """Write a backup that only its owner reads; returns its manifest. Raises OSError when it cannot be written: then
    nothing of it is left.
    """
    partial = path.with_name(path.name + ".part")
    try:
        with private.create(partial) as file:
            sealed = Writer(file, current_app.config["BACKUP_KEY"])
            manifest = _write(sealed)
            sealed.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        db.session.rollback()  # the picture it was of
        partial.unlink(missing_ok=True)
        raise
    return manifest


def _write(sealed: Writer) -> dict[str, Any]:
    db.session.commit()
    db.session.connection(execution_options=engines.snapshot_options(db))
    rows: dict[str, int] = {}
    sums: dict[str, str] = {}
    heads: list[Head] = []
    into: Any = sealed  # a file as far as a zip is written without going back
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as pack:
        for table in _tables():
            source = _light(table)
            digest, count = hashlib.sha256(), 0
            query = _query(table, source).order_by(*(source.c[name] for name in _order(table)))
            query = query.execution_options(yield_per=_batch(table))
            with ExitStack() as stack:
                file = stack.enter_context(pack.open(f"{table.name}.jsonl", "w", force_zip64=True))
                # An open cursor would keep SQLite's picture of the database where something goes wrong.
                found = stack.enter_context(closing(db.session.execute(query)))
                for row in _whole(table, found):
                    line = (json.dumps([_plain(value) for value in row.values()], ensure_ascii=False) + "\n").encode()
                    digest.update(line)
                    file.write(line)
                    count += 1
                    if table.name == "dossier":
                        heads.append(Head(row["code"], row["version"], row["head_hash"]))
            rows[table.name], sums[table.name] = count, digest.hexdigest()
        manifest = {
            "format": FORMAT,
            "revision": revision(),
            "created_at": clock.stamp(clock.now()),
            "root": chains.root(heads),
            "rows": rows,
            "sha256": sums,
            "columns": {table.name: [column.name for column in table.columns] for table in _tables()},
        }
        told = json.dumps(manifest, ensure_ascii=False, indent=1)
        pack.writestr("manifest.json", told)
        signed = {"public_key": keys.public_key(), "signature": keys.sign(_SIGNED + told.encode())}
        pack.writestr("manifest.sig", json.dumps(signed))
    db.session.rollback()
    return manifest


@dataclass(frozen=True)
class Trust:
    """Whose backups are taken: those signed with the public key `key` (this instance's, if None), or `anybody`'s."""

    key: str | None = None
    anybody: bool = False


_OURS = Trust()


def _open(path: Path, trust: Trust) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    try:
        pack = _pack(path, trust)
        told = pack.read("manifest.json")
        manifest = json.loads(told)
        if not trust.anybody:
            _signed(pack, told, trust.key or keys.public_key())
    except BadBackup:
        raise
    except _DAMAGED as error:
        raise BadBackup(f"is no backup: {_said(error)}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadBackup(f"is of a format this program does not read; it reads {FORMAT}")
    rows, *others = (manifest.get(name) for name in ("rows", "sha256", "columns"))
    if not isinstance(rows, dict) or not all(isinstance(o, dict) and o.keys() == rows.keys() for o in others):
        raise BadBackup("has a manifest that does not fit itself")
    return pack, manifest


def _pack(path: Path, trust: Trust) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BufferedReader(Reader(path, current_app.config["BACKUP_KEY"])))
    except Plain as error:
        if trust.anybody:
            return zipfile.ZipFile(path)
        raise BadBackup(f"{error}; --unsigned takes it all the same") from None


def _signed(pack: zipfile.ZipFile, told: bytes, key: str) -> None:
    given = json.loads(pack.read("manifest.sig"))
    if given["public_key"] != key.lower():
        raise BadBackup("was signed by another instance; --key names whose to take, --unsigned takes anybody's")
    if not keys.is_signed(_SIGNED + told, given["signature"], key):
        raise BadBackup("has a signature that does not fit")


def _said(error: Exception) -> str:
    return str(error).partition("\n")[0] if isinstance(error, zipfile.BadZipFile | OSError) else type(error).__name__


def _rows(pack: zipfile.ZipFile, manifest: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    columns = manifest["columns"][table]
    digest, count = hashlib.sha256(), 0
    try:
        with pack.open(f"{table}.jsonl") as file:
            for line in file:
                digest.update(line)
                count += 1
                yield dict(zip(columns, json.loads(line), strict=True))
    except BadBackup:
        raise
    except _DAMAGED as error:
        raise BadBackup(f"{table} is damaged: {_said(error)}") from None
    if count != manifest["rows"][table] or digest.hexdigest() != manifest["sha256"][table]:
        raise BadBackup(f"{table} is not as it was written")


def verify(path: Path, trust: Trust = _OURS) -> dict[str, Any]:
    """Check a backup alone: whose it is, sums, counts, chains, the root. Returns its manifest; raises BadBackup."""
    pack, manifest = _open(path, trust)
    try:
        _check(pack, manifest)
    except BadBackup:
        raise
    except _DAMAGED as error:
        raise BadBackup(f"is damaged: {_said(error)}") from None
    return manifest


def _check(pack: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    with pack:
        heads = {
            row["id"]: Head(row["code"], row["version"], row["head_hash"]) for row in _rows(pack, manifest, "dossier")
        }
        _count, findings = chains.check(((row, None) for row in _rows(pack, manifest, "event")), heads)
        _count, office = chains.check_office((row, None) for row in _rows(pack, manifest, "office_event"))
        for table in manifest["rows"]:
            if table not in ("dossier", "event", "office_event"):
                for _row in _rows(pack, manifest, table):
                    pass
    if findings or office:
        first = [*findings, *office][0]
        raise BadBackup(f"{first.code} event {first.seq}: {first.what}")
    if chains.root(heads.values()) != manifest["root"]:
        raise BadBackup("the heads of its chains give another root")


def restore(path: Path, trust: Trust = _OURS) -> dict[str, Any]:
    """Fill the application's empty database from a backup made at its migration; returns the manifest.

    Raises BadBackup; then nothing was written.
    """
    manifest = verify(path, trust)
    if revision() != manifest["revision"]:
        made = manifest["revision"]
        raise BadBackup(
            f"was made at migration {made}, the database stands at {revision()}: restore it into an empty one "
            f"made with `flask db upgrade {made}`, then run `flask db upgrade`"
        )
    known = {table.name: table for table in _tables() if table.name in manifest["rows"]}
    for name, table in known.items():
        if db.session.execute(select(func.count()).select_from(table)).scalar_one():
            raise BadBackup(f"the database is not empty ({name})")
    pack, _manifest = _open(path, trust)
    with pack, write_transaction():
        engines.defer_foreign_keys(db)
        for name, table in known.items():
            how, target = _reader(table), _light(table, manifest["columns"][name])
            batch: list[dict[str, Any]] = []
            for row in _rows(pack, manifest, name):
                for column, read in how.items():
                    if row.get(column) is not None:
                        row[column] = read(row[column])
                batch.append(row)
                if len(batch) == _batch(table):
                    db.session.execute(insert(target), batch)
                    batch = []
            if batch:
                db.session.execute(insert(target), batch)
        try:
            search.index_all()
        except InvalidTag:
            raise BadBackup("has sealed fields that do not open with DOSSIERS_DATA_KEY; nothing was restored") from None
        engines.follow_numbers(
            db, [t.name for t in known.values() if "id" in t.columns and t.columns["id"].autoincrement]
        )
        engines.gather_statistics(db)
    return manifest


def copy(url: str) -> dict[str, Any]:
    """Copy this instance into the empty database at `url`; counts and root are compared. Raises BadBackup."""
    from dossiers import create_app  # which imports the commands, and these this module

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.zip"
        manifest = create(path)
        settings = {"SQLALCHEMY_DATABASE_URI": engines.driver_url(url)}
        names = ("SECRET_KEY", "DATA_KEY", "BACKUP_KEY", "INSTANCE")
        settings.update({name: current_app.config[name] for name in names})
        other = create_app(settings)
        with other.app_context():
            upgrade()
            restore(path)
            there = create(Path(folder) / "there.zip")
            db.session.remove()
            db.engine.dispose()
    for name in ("rows", "root", "sha256"):
        if there[name] != manifest[name]:
            raise BadBackup(f"the copy differs in its {name}")
    return manifest
