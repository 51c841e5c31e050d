"""Noting who looked at a dossier, and telling those entitled."""

from collections.abc import Sequence
from enum import StrEnum
from time import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g
from sqlalchemy import bindparam, delete, select

from dossiers import engines
from dossiers.accounts.models import Account
from dossiers.extensions import db, run, write_transaction
from dossiers.later import write_later
from dossiers.privacy.models import DossierRead
from workflow.roles import Role
from workflow.text import Text

log = structlog.get_logger()

SLOT = 900
"""Seconds within which looks of one person at one part are one row."""

PAGE = 50

LAST = 2**31 - 1
"""No row has a higher number."""

TOLD = frozenset({Role.INSPECTOR, Role.CELL_SECRETARY, Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY})
"""Who is told who looked: inspectors, and the secretaries of the units a dossier stands in."""


class Part(StrEnum):
    """What of a dossier was looked at."""

    OVERVIEW = "overview"
    PAPERS = "papers"
    RELATIVES = "relatives"
    VOTES = "votes"
    HISTORY = "history"
    FORM = "form"
    SCAN = "scan"
    SCAN_PRINTED = "scan_printed"
    SCAN_SAVED = "scan_saved"
    READS = "reads"


PART_LABELS: dict[Part, Text] = {
    Part.OVERVIEW: Text("Tổng quan", "Overview"),
    Part.PAPERS: Text("Giấy tờ", "Papers"),
    Part.RELATIVES: Text("Thân nhân", "Relatives"),
    Part.VOTES: Text("Biểu quyết", "Votes"),
    Part.HISTORY: Text("Diễn biến", "Timeline"),
    Part.FORM: Text("Biểu mẫu", "A form"),
    Part.SCAN: Text("Bản chụp giấy tờ", "A scan"),
    Part.SCAN_PRINTED: Text("In bản chụp giấy tờ", "A scan, printed"),
    Part.SCAN_SAVED: Text("Tải bản chụp giấy tờ về", "A scan, downloaded"),
    Part.READS: Text("Nhật ký xem", "Who looked"),
}

_OF = (
    select(DossierRead.id, DossierRead.part, DossierRead.at, Account.name)
    .join(Account, Account.id == DossierRead.account_id)
    .where(DossierRead.dossier_id == bindparam("dossier"), DossierRead.id < bindparam("before"))
    .order_by(DossierRead.id.desc())
    .limit(PAGE)
)


def note(dossier_id: int, account_id: int, part: Part) -> None:
    """Remember that somebody is being shown a part of a dossier; it is written when the answer has been sent."""
    g.setdefault("reads", []).append((dossier_id, account_id, str(part)))


def of(dossier_id: int, before: int | None = None) -> Sequence[Any]:
    """Who looked at a dossier, latest first, a page: id, part, at (seconds), name."""
    return run(_OF, {"dossier": dossier_id, "before": before or LAST}).all()


def forget() -> int:
    """Take away what is older than the time a setting says (READS_DAYS); how many rows."""
    before = int(time()) - 86_400 * int(current_app.config["READS_DAYS"])
    with write_transaction():
        return run(delete(DossierRead).where(DossierRead.at < before)).rowcount


def init_app(app: Flask) -> None:
    """Write the reads of a request once it is answered; the log tells of what cannot be written, with whose it was."""

    @app.after_request
    def noted(response: Response) -> Response:
        reads = g.get("reads")
        if reads and response.status_code in (200, 409, 422):  # pages that show something
            moment = int(time())
            rows = [
                {"dossier_id": dossier, "account_id": account, "part": part, "slot": moment // SLOT, "at": moment}
                for dossier, account, part in dict.fromkeys(reads)
            ]
            write_later(
                app,
                response,
                lambda: run(engines.upsert(db, DossierRead.__table__).on_conflict_do_nothing(), rows),
                lambda error: log.error("reads_not_noted", reads=rows, exc_info=error),
            )
        return response
