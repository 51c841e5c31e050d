"""Checkpoints: the heads of all chains in one root, signed (Ed25519), exported, and checked without the database.

Who holds the database's password can rewrite a chain from some event on, or take a whole dossier away, and recompute
every hash. A root that was signed, printed or kept elsewhere before shows it.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from dossiers import clock, private
from dossiers.audit import chains, keys, services
from dossiers.audit.chains import Finding, Head
from dossiers.audit.models import Checkpoint
from dossiers.casework.models import Dossier, Event
from dossiers.casework.rows import table_of
from dossiers.extensions import db, write_transaction
from dossiers.office import services as office
from dossiers.office.models import OfficeEvent

SIGNED = ("made_at", "dossiers", "events", "root")
OFFICE_ID = 0
"""The number under which the office's log stands among the dossiers; no dossier has it."""


class BadFile(ValueError):
    """A file that is no export of events; the message is one line."""


def _message(values: Mapping[str, Any]) -> bytes:
    return json.dumps([values[name] for name in SIGNED], separators=(",", ":")).encode()


def _all_heads() -> dict[int, Head]:
    last = db.session.execute(
        select(OfficeEvent.seq, OfficeEvent.hash).order_by(OfficeEvent.seq.desc()).limit(1)
    ).first()
    office = {OFFICE_ID: Head("OFFICE", last.seq, last.hash)} if last else {}
    return {**office, **services.heads()}


def make() -> Checkpoint:
    """Take and sign a checkpoint of everything as it stands; committed."""
    with write_transaction():
        heads = _all_heads()
        values: dict[str, Any] = {
            "made_at": clock.stamp(clock.now()),
            "dossiers": len(heads) - (OFFICE_ID in heads),
            "events": sum(head.version for head in heads.values()),
            "root": chains.root(heads.values()),
        }
        made = Checkpoint(
            **values,
            signature=keys.sign(_message(values)),
            public_key=keys.public_key(),
            versions=zlib.compress(json.dumps({str(i): h.version for i, h in heads.items()}).encode()),
        )
        db.session.add(made)
        office.record("checkpoint:taken", None, None, [made], root=made.root)
    return made


def _versions(point: Checkpoint) -> dict[int, int]:
    """How far each chain had come, by the dossier's number."""
    return {int(i): int(v) for i, v in json.loads(zlib.decompress(point.versions)).items()}


def verify() -> list[Finding]:
    """Check every stored checkpoint: its signature, and that today's events still give its root."""
    checkpoints = db.session.scalars(select(Checkpoint).order_by(Checkpoint.id)).all()
    if not checkpoints:
        return []
    key = keys.public_key()
    codes = dict(db.session.execute(select(Dossier.id, Dossier.code)).all())
    codes[OFFICE_ID] = "OFFICE"
    hashes = {
        (dossier_id, seq): event_hash
        for dossier_id, seq, event_hash in db.session.execute(select(Event.dossier_id, Event.seq, Event.hash))
    }
    office = db.session.execute(select(OfficeEvent.seq, OfficeEvent.hash))
    hashes.update({(OFFICE_ID, seq): event_hash for seq, event_hash in office})
    findings: list[Finding] = []
    for point in checkpoints:
        name = f"CHECKPOINT-{point.id}"
        values = {field: getattr(point, field) for field in SIGNED}
        if point.public_key != key or not keys.is_signed(_message(values), point.signature, point.public_key):
            findings.append(Finding(name, point.id, "its signature does not fit"))
        try:
            versions = _versions(point)
        except (zlib.error, TypeError, ValueError, AttributeError):
            findings.append(Finding(name, point.id, "cannot be read: it was changed"))
            continue
        heads = [Head(codes.get(i, ""), version, hashes.get((i, version), "")) for i, version in versions.items()]
        if chains.root(heads) != point.root:
            gone = [i for i, version in versions.items() if (i, version) not in hashes]
            where = f"; dossier number {gone[0]} is gone" if gone else ""
            findings.append(Finding(name, point.id, f"events from before it give another root{where}"))
    return findings


# --- export -------------------------------------------------------------------------------------------------------


def export(path: Path, point: Checkpoint) -> None:
    """Write every event up to a checkpoint, without personal parts, and the checkpoint itself (gzip, a line each)."""
    versions = _versions(point)
    codes = dict(db.session.execute(select(Dossier.id, Dossier.code)).all())
    with private.create(path) as raw, gzip.open(raw, "wt", encoding="utf-8") as file:
        checkpoint = {field: getattr(point, field) for field in (*SIGNED, "signature", "public_key")}
        file.write(_line({"kind": "checkpoint", **checkpoint}))
        if OFFICE_ID in versions:
            last = versions[OFFICE_ID]
            told = [column for column in table_of(OfficeEvent).columns if column.name != "mark"]
            query = select(*told).where(OfficeEvent.seq <= last).order_by(OfficeEvent.seq)
            for row in db.session.execute(query).mappings():
                file.write(_line({"kind": "office", **row}))
        events = select(Event.__table__).order_by(Event.dossier_id, Event.seq).execution_options(yield_per=5000)
        for row in db.session.execute(events).mappings():
            if row["seq"] <= versions.get(row["dossier_id"], 0):
                file.write(_line({"kind": "event", "code": codes[row["dossier_id"]], **row}))


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, default=lambda v: v.isoformat() if isinstance(v, date) else v) + "\n"


def verify_file(path: Path, key: str | None) -> tuple[int, list[Finding]]:
    """Check an exported file alone: every hash, every chain, the root and its signature. Raises BadFile.

    `key` is the public key it must be signed with; without it only that the file fits itself is shown.
    """
    lines = _lines(path)
    point = next(lines, None)
    if point is None or point.get("kind") != "checkpoint" or any(f not in point for f in (*SIGNED, "signature")):
        raise BadFile("does not begin with a checkpoint")
    office: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for line in lines:
        (office if line.get("kind") == "office" else events).append(line)
    heads: dict[int, Head] = {OFFICE_ID: Head("OFFICE", office[-1]["seq"], office[-1]["hash"])} if office else {}
    try:
        for row in events:
            heads[row["dossier_id"]] = Head(row["code"], row["seq"], row["hash"])
        count, findings = chains.check(
            ((row, None) for row in events), {i: h for i, h in heads.items() if i != OFFICE_ID}
        )
        office_count, office_findings = chains.check_office((row, None) for row in office)
    except (KeyError, TypeError) as error:
        raise BadFile(f"a line lacks {error}") from error
    findings = [*office_findings, *findings]
    if chains.root(heads.values()) != point["root"]:
        findings.append(
            Finding("CHECKPOINT", 0, "the events give another root: some were taken away, added or changed")
        )
    if not keys.is_signed(_message(point), point["signature"], point.get("public_key", "")):
        findings.append(Finding("CHECKPOINT", 0, "its signature does not fit"))
    if key is not None and point.get("public_key") != key.lower():
        findings.append(Finding("CHECKPOINT", 0, "it is signed with another key"))
    return count + office_count, findings


def against(path: Path, key: str | None) -> list[Finding]:
    """Compare the database with an export that was kept elsewhere. Raises BadFile.

    Names an older database put back (a chain that ends before the export's), a chain that is another, a dossier that is
    gone, and the export's checkpoint when the database does not hold it or holds another in its place.
    """
    _count, findings = verify_file(path, key or keys.public_key())
    lines = _lines(path)
    point = next(lines)
    findings = [Finding(f"FILE {found.code}", found.seq, found.what) for found in findings]
    ends: dict[str, tuple[int, str]] = {}
    for line in lines:
        name = "OFFICE" if line["kind"] == "office" else line["code"]
        ends[name] = (line["seq"], line["hash"])
    findings += _chains_against(ends)
    stored = {row.root: row for row in db.session.scalars(select(Checkpoint))}
    same = stored.get(point["root"])
    if same is None or (same.signature, same.made_at) != (point["signature"], point["made_at"]):
        findings.append(Finding("CHECKPOINT", 0, f"the one of {point['made_at']} is missing here, or is another"))
    return findings


def _chains_against(ends: Mapping[str, tuple[int, str]]) -> list[Finding]:
    heads = {head.code: head for head in _all_heads().values()}
    hashes: dict[tuple[str, int], str] = {
        (code, seq): event_hash
        for code, seq, event_hash in db.session.execute(
            select(Dossier.code, Event.seq, Event.hash).join(Dossier, Dossier.id == Event.dossier_id)
        )
    }
    hashes |= {("OFFICE", row.seq): row.hash for row in db.session.execute(select(OfficeEvent.seq, OfficeEvent.hash))}
    findings = []
    for code, (seq, event_hash) in ends.items():
        head = heads.get(code)
        if head is None:
            findings.append(
                Finding(code, 0, "is in the file and not here: an older database was put back, or it was taken away")
            )
        elif head.version < seq:
            findings.append(
                Finding(code, head.version, f"ends here, in the file at {seq}: an older database was put back")
            )
        elif hashes.get((code, seq)) != event_hash:
            findings.append(Finding(code, seq, "is another event than in the file"))
    return findings


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for text in file:
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise BadFile("a line is no object")
                yield line
    except FileNotFoundError:
        raise BadFile("there is no such file") from None
    except (OSError, EOFError, UnicodeDecodeError, json.JSONDecodeError, zlib.error) as error:
        raise BadFile(f"cannot be read: {error}") from error


def newest() -> str | None:
    """When the newest checkpoint was taken."""
    return db.session.scalar(select(func.max(Checkpoint.made_at)))
