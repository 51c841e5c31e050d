"""Noting what somebody is shown, opening more for a purpose, and telling those entitled."""

import getpass
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from time import time
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from dossiers import engines
from dossiers.accounts.models import Account
from dossiers.asking import Question, Writing
from dossiers.encryption import blind, place, seal, unseal
from dossiers.extensions import db, run, write_transaction
from dossiers.later import write_later
from dossiers.names import words
from dossiers.privacy.models import DossierRead, ReadCount
from workflow.codes import Code
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


class Part(Code):
    """What was read."""

    OVERVIEW = "overview"
    PAPERS = "papers"
    RELATIVES = "relatives"
    VOTES = "votes"
    HISTORY = "history"
    FORM = "form"
    TEXT = "text"
    SCAN = "scan"
    SCAN_PRINTED = "scan_printed"
    SCAN_SAVED = "scan_saved"
    WHOLE = "whole"
    DIGITAL = "digital"
    COVER_LIST = "cover_list"
    READS = "reads"
    OPENED = "opened"
    FOREIGN = "foreign"
    LOG = "log"
    SEARCH = "search"
    PRINT = "print"
    COMMAND = "command"
    YEAR = "year"
    EXPORT = "export"
    DESK = "desk"
    REQUEST = "request"
    CV = "cv"
    CV_PRINTED = "cv_printed"


PART_LABELS: dict[Part, Text] = {
    Part.OVERVIEW: Text("Tổng quan", "Overview"),
    Part.PAPERS: Text("Giấy tờ", "Papers"),
    Part.RELATIVES: Text("Thân nhân", "Relatives"),
    Part.VOTES: Text("Biểu quyết", "Votes"),
    Part.HISTORY: Text("Diễn biến", "Timeline"),
    Part.FORM: Text("Biểu mẫu", "A form"),
    Part.TEXT: Text("Văn bản", "A text"),
    Part.SCAN: Text("Bản chụp giấy tờ", "A scan"),
    Part.SCAN_PRINTED: Text("In bản chụp giấy tờ", "A scan, printed"),
    Part.SCAN_SAVED: Text("Tải bản chụp giấy tờ về", "A scan, downloaded"),
    Part.WHOLE: Text("Tải cả hồ sơ về (PDF)", "The whole dossier, downloaded (PDF)"),
    Part.DIGITAL: Text("Tải hồ sơ số về", "The digital file, downloaded"),
    Part.COVER_LIST: Text("Bản kê giấy tờ", "The cover list"),
    Part.READS: Text("Nhật ký xem", "Who looked"),
    Part.OPENED: Text("Mở mục được che", "Opened what is covered"),
    Part.FOREIGN: Text("Thử mã ngoài phạm vi", "Tried a code out of reach"),
    Part.LOG: Text("Nhật ký", "The log"),
    Part.SEARCH: Text("Tìm", "A search"),
    Part.PRINT: Text("In danh sách", "Printed a list"),
    Part.COMMAND: Text("Lệnh trên máy chủ", "A command on the server"),
    Part.YEAR: Text("Năm dự bị", "Year of probation"),
    Part.EXPORT: Text("Tải danh sách về", "Downloaded a list"),
    Part.DESK: Text("Bàn thẩm tra", "The verification desk"),
    Part.REQUEST: Text("Yêu cầu gửi đến đơn vị", "A request to a unit"),
    Part.CV: Text("Lý lịch", "The CV"),
    Part.CV_PRINTED: Text("In lý lịch", "The CV, printed"),
}

OF_DOSSIERS = (
    Part.OVERVIEW, Part.PAPERS, Part.RELATIVES, Part.VOTES, Part.HISTORY, Part.FORM, Part.TEXT, Part.YEAR, Part.OPENED,
    Part.SCAN, Part.SCAN_PRINTED, Part.SCAN_SAVED, Part.REQUEST, Part.WHOLE, Part.DIGITAL, Part.COVER_LIST,
    Part.CV, Part.CV_PRINTED,
)  # fmt: skip
"""Parts that show a dossier to who opened it."""

COLUMNS = (
    DossierRead.id, DossierRead.part, DossierRead.at, Account.name, DossierRead.address, DossierRead.about,
    DossierRead.purpose, DossierRead.until, DossierRead.dossier_id, DossierRead.account_id,
)  # fmt: skip
"""What is told of a read."""

_OF = Question(
    select(*COLUMNS)
    .outerjoin(Account, Account.id == DossierRead.account_id)
    .where(DossierRead.dossier_id == bindparam("dossier"), DossierRead.id < bindparam("before"))
    .order_by(DossierRead.id.desc())
    .limit(PAGE)
)
_OPEN = Question(
    select(*COLUMNS)
    .join(Account, Account.id == DossierRead.account_id)
    .where(DossierRead.dossier_id == bindparam("dossier"), DossierRead.until > bindparam("now"))
    .order_by(DossierRead.id)
)


_SHOW = (200, 403, 409, 422)
"""Answers that show something: a refusal shows whose dossier it is about."""


def note(dossier_id: int, account_id: int, part: Part, about: str = "") -> None:
    """Remember that somebody is being shown a part of a dossier; it is written when the answer has been sent."""
    g.setdefault("reads", []).append(_row(dossier_id, account_id, part, about))


def note_many(dossiers: Sequence[int], account_id: int, part: Part, about: str) -> None:
    """Remember that somebody is being shown a page about many dossiers, or none: one row for it, one for each."""
    g.setdefault("reads", []).extend(_row(one, account_id, part, about) for one in (None, *dict.fromkeys(dossiers)))


def note_search(account_id: int, text: str, found: int) -> None:
    """Remember a search: how it looked, masked, how much it found, and a keyed hash of its words."""
    row = _row(None, account_id, Part.SEARCH, f"{masked(text)} → {found}")
    g.setdefault("reads", []).append({**row, "mark": mark_of(text)})


def note_foreign(dossier_id: int | None, code: str, account_id: int) -> None:
    """Remember that somebody tried the code of a dossier out of their reach; `dossier_id` if there is such a one."""
    if has_request_context():
        g.setdefault("tried", []).append(_row(dossier_id, account_id, Part.FOREIGN, code[:40]))


def note_command(about: str, dossier_id: int | None = None) -> None:
    """Write down at once that a command on the server shows dossiers; whoever sits there has no account here."""
    row = {**_row(dossier_id, None, Part.COMMAND, about), **_when()}
    try:
        with write_transaction():
            run(engines.upsert(db, DossierRead.__table__).on_conflict_do_nothing(), row)
    except SQLAlchemyError as error:  # a database that can only be read still shows
        log.error("reads_not_noted", reads=[row], exc_info=error)


def _row(dossier_id: int | None, account_id: int | None, part: Part, about: str) -> dict[str, Any]:
    return {
        "dossier_id": dossier_id, "account_id": account_id, "part": str(part), "address": from_where()[:60],
        "about": about[:120], "mark": None,
    }  # fmt: skip


def _when() -> dict[str, int]:
    moment = int(time())
    return {"slot": moment // SLOT, "at": moment}


def from_where() -> str:
    """The address a request comes from; the name of who runs a command on the server."""
    if has_request_context():
        return request.remote_addr or ""
    with suppress(OSError, KeyError):
        return f"server: {getpass.getuser()}"
    return "server"


def masked(text: str) -> str:
    """What was searched as it may stand in a list: initials of words, no digit but those of a dossier's code."""
    shown = []
    for word in text.split()[:8]:
        is_code = word[:2].isalpha() and word[2:6].isdigit() and word[6:7] == "-"
        digits = sum(char.isdigit() for char in word)
        shown.append(word[:20] if is_code else "•" * min(digits, 12) if digits else f"{word[0]}.")
    return " ".join(shown)


def mark_of(text: str) -> str:
    """The keyed hash of the words of a search, however they were typed."""
    return blind(f"search:{' '.join(words(text))}")


@dataclass(frozen=True)
class Opening:
    """What somebody opened beyond their role, what for, and until when (seconds)."""

    account_id: int
    name: str
    purpose: str
    until: int


def open_for(dossier_id: int, account_id: int, purpose: str) -> int:
    """Open to somebody what their role may open for a purpose; written at once. Until when (seconds since 1970)."""
    moment = int(time())
    until = moment + 60 * int(current_app.config["OPENING_MINUTES"])
    row = {
        **_row(dossier_id, account_id, Part.OPENED, ""), "slot": moment // SLOT, "at": moment, "until": until,
        "purpose": seal(purpose, _purpose_place(dossier_id, account_id, moment)),
    }  # fmt: skip
    with write_transaction():
        run(engines.upsert(db, DossierRead.__table__).on_conflict_do_nothing(), row)  # sent twice, it is one
    log.warning("opened_for_a_purpose", dossier=dossier_id, account=account_id, until=until)
    return until


def openings(dossier_id: int) -> list[Opening]:
    """Who has more of a dossier open than their role shows, now; one query."""
    found = run(_OPEN, {"dossier": dossier_id, "now": int(time())})
    return [Opening(row.account_id, row.name, purpose_of(row), row.until) for row in found]


def purpose_of(row: Any) -> str:
    """What a read was for, opened; "" when nothing was said."""
    if not row.purpose:
        return ""
    try:
        return unseal(row.purpose, _purpose_place(row.dossier_id, row.account_id, row.at))
    except (InvalidTag, ValueError):
        return "?"  # it was tampered with


def _purpose_place(dossier_id: int, account_id: int, at: int) -> str:
    return place("dossier_read", "purpose", dossier_id, account_id, at)


def of(dossier_id: int, before: int | None = None) -> Sequence[Any]:
    """Who looked at a dossier, latest first, a page: rows of COLUMNS."""
    return run(_OF, {"dossier": dossier_id, "before": before or LAST}).all()


def forget_purposes(dossiers: Iterable[int]) -> None:
    """Forget what these dossiers were opened for, in the transaction that runs: what they hold was erased by law."""
    of_them = DossierRead.dossier_id.in_(list(dossiers))
    run(update(DossierRead).where(of_them, DossierRead.purpose.is_not(None)).values(purpose=None))


def forget() -> int:
    """Take away what is older than the time a setting says (READS_DAYS); how many rows."""
    before = int(time()) - 86_400 * int(current_app.config["READS_DAYS"])
    with write_transaction():
        run(delete(ReadCount).where(ReadCount.slot < before // SLOT))
        return run(delete(DossierRead).where(DossierRead.at < before)).rowcount


@lru_cache(maxsize=2)
def _noting(_is_postgresql: bool) -> Writing:
    """The statement that notes reads, on each engine its own."""
    return Writing(engines.upsert(db, DossierRead.__table__).on_conflict_do_nothing())


def init_app(app: Flask) -> None:
    """Write the reads of a request once it is answered; the log tells of what cannot be written, with whose it was."""

    @app.after_request
    def noted(response: Response) -> Response:
        shown = g.get("reads", ()) if response.status_code in _SHOW else ()
        reads = [*shown, *g.get("tried", ())]
        if reads:
            rows = [{**row, **_when()} for row in reads]
            write_later(
                app,
                response,
                _noting(engines.is_postgresql(db)),
                rows,
                lambda error: log.error("reads_not_noted", reads=rows, exc_info=error),
            )
        return response
