"""Backups: every table as lines of JSON in one zip, the same for both engines; encrypted fields stay encrypted.

A backup is one picture of the database (a single read transaction), so it can be taken while people work. The keys
are not in it: keep the data key and the secret elsewhere.
"""

import base64
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import Date, DateTime, LargeBinary, Table, func, insert, select, text
from sqlalchemy import column as light_column
from sqlalchemy import table as light_table

from dossiers import clock, engines
from dossiers.audit import chains
from dossiers.audit.chains import Head
from dossiers.casework import search
from dossiers.extensions import Model, db, write_transaction

FORMAT = 1
BATCH = 2000


class BadBackup(ValueError):
    """A backup, or a database to fill, that cannot be used; the message is one line."""


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
    return 20 if table.name == "file_chunk" else BATCH


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
    """Write a backup; returns its manifest. Raises OSError when the file cannot be written."""
    db.session.commit()
    db.session.connection(execution_options=engines.snapshot_options(db))
    rows: dict[str, int] = {}
    sums: dict[str, str] = {}
    partial = path.with_name(path.name + ".part")
    heads: list[Head] = []
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as pack:
        for table in _tables():
            source = _light(table)
            digest, count = hashlib.sha256(), 0
            query = select(source).order_by(*(source.c[name] for name in _order(table)))
            with pack.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                for row in db.session.execute(query.execution_options(yield_per=_batch(table))).mappings():
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
        pack.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    db.session.rollback()
    partial.replace(path)
    return manifest


def _open(path: Path) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    try:
        pack = zipfile.ZipFile(path)
        manifest = json.loads(pack.read("manifest.json"))
    except FileNotFoundError:
        raise BadBackup("there is no such file") from None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadBackup(f"is no backup: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BadBackup(f"has format {manifest.get('format')}, this program reads {FORMAT}")
    return pack, manifest


def _rows(pack: zipfile.ZipFile, manifest: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    columns = manifest["columns"][table]
    digest, count = hashlib.sha256(), 0
    try:
        with pack.open(f"{table}.jsonl") as file:
            for line in file:
                digest.update(line)
                count += 1
                yield dict(zip(columns, json.loads(line), strict=True))
    except (KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise BadBackup(f"{table} is damaged: {error}") from error
    if count != manifest["rows"][table] or digest.hexdigest() != manifest["sha256"][table]:
        raise BadBackup(f"{table} is not as it was written")


def verify(path: Path) -> dict[str, Any]:
    """Check a backup alone: sums, counts, every chain, the root. Returns its manifest; raises BadBackup."""
    pack, manifest = _open(path)
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
    return manifest


def restore(path: Path) -> dict[str, Any]:
    """Fill the application's empty database from a backup made at its migration; returns the manifest.

    Raises BadBackup.
    """
    manifest = verify(path)
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
    pack, _manifest = _open(path)
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
        search.index_all()
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
        settings.update({name: current_app.config[name] for name in ("SECRET_KEY", "DATA_KEY", "INSTANCE")})
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
