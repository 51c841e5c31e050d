"""The hash chain of events: what is hashed, how, and how the personal part is bound in."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

GENESIS = "0" * 64
"""What stands as the previous hash of a dossier's first event."""

HASHED = (
    "seq", "trigger", "from_state", "to_state", "happened_on", "recorded_at", "actor_id", "actor_role", "unit_id",
    "rulebook", "body", "commitment", "prev_hash", "act_key",
)  # fmt: skip
"""The columns of an event that its hash covers, beside the dossier's code."""


OFFICE_HASHED = ("seq", "topic", "recorded_at", "actor_id", "unit_id", "body", "prev_hash")
"""The columns of an office event that its hash covers, beside its commitment."""


def commitment(salt: str, content: str) -> str:
    """SHA-256 over salt and personal content: binds it without showing it, so that it can be erased."""
    return hashlib.sha256(f"{salt}:{content}".encode()).hexdigest()


def event_hash(dossier_code: str, row: Mapping[str, Any]) -> str:
    """SHA-256 of an event's canonical content: a JSON list of the dossier's code and HASHED in their order."""
    return _hash([dossier_code, *(row[name] for name in HASHED)])


def office_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of an office event's canonical content: a JSON list of OFFICE_HASHED in their order.

    The commitment to a personal part, if there is one, comes last; events from before there were any have none.
    """
    values = [row[name] for name in OFFICE_HASHED]
    return _hash([*values, row["commitment"]] if row.get("commitment") else values)


def digest(content: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(content).digest()


def _hash(values: list[Any]) -> str:
    return hashlib.sha256(msgspec.json.encode([_plain(value) for value in values])).hexdigest()


def _plain(value: Any) -> Any:
    """Days as texts; bytes, which SQLite keeps in any column, as what no text is."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return value.isoformat() if isinstance(value, date) else value


def canonical(content: dict[str, Any]) -> str:
    """JSON with sorted keys: the same content gives the same text."""
    return msgspec.json.encode(content, order="deterministic").decode()
