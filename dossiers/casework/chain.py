"""The hash chain of events: what is hashed, how, and how the personal part is bound in."""

import hashlib
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


def commitment(salt: str, content: str) -> str:
    """SHA-256 over salt and personal content: binds it without showing it, so that it can be erased."""
    return hashlib.sha256(f"{salt}:{content}".encode()).hexdigest()


def event_hash(dossier_code: str, row: dict[str, Any]) -> str:
    """SHA-256 of an event's canonical content: a JSON list of the dossier's code and HASHED in their order."""
    values = [dossier_code]
    for name in HASHED:
        value = row[name]
        values.append(value.isoformat() if isinstance(value, date) else value)
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()


def canonical(content: dict[str, Any]) -> str:
    """JSON with sorted keys: the same content gives the same text."""
    return msgspec.json.encode(content, order="deterministic").decode()
