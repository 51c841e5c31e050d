"""Rulebooks loaded as files: one person loads, another confirms, and only then is it among the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from dossiers import clock
from dossiers.accounts import giving
from dossiers.accounts.grants import CONFIRMING, Signed
from dossiers.accounts.models import Account
from dossiers.extensions import db, write_transaction
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.rules import services as rules
from dossiers.rules.models import RulebookFile
from dossiers.rules.services import CONFIRMED, REFUSED
from dossiers.units import tree
from workflow.rulebook import Rulebook, read
from workflow.rulefile import Checked, Finding, check
from workflow.rulestate import digest
from workflow.text import Text


def checked(content: bytes) -> Checked:
    """A file read against the rulebooks of this instance and its own values; nothing is stored."""
    return check(content, rules.as_loaded(), rules.own_values())


def load(content: bytes, ground: str, account_id: int) -> tuple[RulebookFile | None, Checked]:
    """Keep a rulebook, which then waits for a second person; None with every finding where something is wrong."""
    with write_transaction():
        found = checked(content)
        if found.book is None:
            return None, found
        code, made = found.book.code, digest(found.text)
        same = list(db.session.scalars(select(RulebookFile).where(RulebookFile.code == code)))
        fault = _fault_of(same, made)
        if fault is not None:
            return None, Checked(None, found.text, (Finding(0, "code", fault),))
        file = RulebookFile(
            code=code,
            version=max((one.version for one in same), default=0) + 1,
            in_force_from=found.book.in_force_from,
            digest=made,
            text=found.text,
            ground=ground,
            loaded_by_id=account_id,
            loaded_at=clock.stamp(clock.now()),
        )
        db.session.add(file)
        db.session.flush()
        office.record("rulebook:loaded", None, account_id, [file], **_told(file), ground=ground)
    return file, found


def _fault_of(same: Sequence[RulebookFile], made: str) -> Text | None:
    if any(not one.outcome for one in same):
        return Text(
            "một bản của bộ này đang chờ xác nhận; quyết định bản đó trước.",
            "a version of it waits for its second person; decide on that first.",
        )
    newest = max((one for one in same if one.outcome == CONFIRMED), key=lambda one: one.version, default=None)
    if newest is not None and newest.digest == made:
        return Text("nội dung này đã nạp và đang dùng.", "this very text is loaded and in use.")
    return None


def _told(file: RulebookFile) -> dict[str, Any]:
    return {"rulebook": file.code, "version": file.version, "since": file.in_force_from, "digest": file.digest}


def fault_of_deciding(file: RulebookFile, who: Signed) -> str | None:
    """Why this person may not confirm a rulebook, as a sentence; None when nothing stands against it. Who loaded it and
    who confirms are two people, and the one did not lately set the other's password.
    """
    return _fault_of_second(file, db.session.get_one(Account, file.loaded_by_id), giving.Second(who))


def lender(who: Signed) -> int | None:
    """The account in whose place this person confirms rules; None when the role is their own."""
    return who.lender(CONFIRMING, tree.current().roots(who.units_as(CONFIRMING)))


def _fault_of_second(file: RulebookFile, loader: Account, second: giving.Second) -> str | None:
    if file.outcome:
        return _("Bản này không còn chờ xác nhận.")
    return second.why_not(
        loader,
        lender(second.who),
        _("Người nạp không tự xác nhận: một quản trị viên khác, hoặc bí thư cấp ủy cao nhất, xác nhận."),
        _("Mật khẩu của bạn do người nạp đặt trong %(days)s ngày qua: người khác xác nhận.", days=giving.days()),
    )


def decide(file_id: int, confirm: bool, who: Signed) -> str | None:
    """Let a loaded rulebook take effect, or refuse it (its loader takes it back so): None, or why not, as a sentence.

    It is checked once more: another may have taken its day meanwhile. Whoever calls this has made sure that this person
    may confirm rules.
    """
    with write_transaction():
        query = select(RulebookFile).where(RulebookFile.id == file_id).with_for_update()
        file = db.session.scalars(query.execution_options(populate_existing=True)).one()
        if file.outcome:
            return _("Bản này không còn chờ xác nhận.")
        if confirm:
            fault = fault_of_deciding(file, who) or _stands_no_more(file)
            if fault is not None:
                return fault
        file.outcome = CONFIRMED if confirm else REFUSED
        file.decided_by_id, file.decided_at = who.account_id, clock.stamp(clock.now())
        topic = "rulebook:confirmed" if confirm else "rulebook:refused"
        told = {**_told(file), "asked_by": file.loaded_by_id}
        office.record(topic, None, who.account_id, [file], behalf=lender(who), **told)
        if confirm:
            rules.renew()
    if confirm:
        rules.changed.send()
    return None


def _stands_no_more(file: RulebookFile) -> str | None:
    if digest(file.text) != file.digest:
        return _("Nội dung không còn là nội dung đã nạp; báo ủy ban kiểm tra.")
    found = checked(file.text.encode())
    if found.book is None:
        said = "; ".join(one.told() for one in found.findings[:3])
        return _("Bản này không còn hợp với các bộ quy tắc đang có: %(what)s", what=said)
    return None


def book_of(file: RulebookFile) -> Rulebook:
    """The rulebook of a loaded file as it would be among those in force. Raises RulebookError where it fits no more."""
    return read(file.text, rules.as_loaded()).changed(rules.own_values().get(file.code, {}))


@dataclass(frozen=True)
class Loaded:
    """A loaded rulebook with who loaded it and who decided ("": nobody yet)."""

    file: RulebookFile
    loaded_by: str
    decided_by: str

    @property
    def waits(self) -> bool:
        """Whether nobody has decided on it."""
        return not self.file.outcome


_FIRST, _SECOND = aliased(Account), aliased(Account)
_LOADED = (
    select(RulebookFile, _FIRST.name, _SECOND.name)
    .join(_FIRST, _FIRST.id == RulebookFile.loaded_by_id)
    .outerjoin(_SECOND, _SECOND.id == RulebookFile.decided_by_id)
)


def page(first: int, size: int) -> list[Loaded]:
    """A page of what was loaded, newest first; one query."""
    query = _LOADED.order_by(RulebookFile.id.desc()).offset(first).limit(size)
    return [_as_loaded(row) for row in db.session.execute(query)]


def one(file_id: int) -> Loaded | None:
    """A loaded rulebook by its number."""
    row = db.session.execute(_LOADED.where(RulebookFile.id == file_id)).first()
    return None if row is None else _as_loaded(row)


def _as_loaded(row: Any) -> Loaded:
    file, loaded_by, decided_by = row
    return Loaded(file, loaded_by, decided_by or "")


def newest(code: str) -> RulebookFile | None:
    """The newest version of a loaded rulebook by its code."""
    query = select(RulebookFile).where(RulebookFile.code == code).order_by(RulebookFile.version.desc()).limit(1)
    return db.session.scalar(query)


_WAITING = (
    select(RulebookFile, _FIRST).join(_FIRST, _FIRST.id == RulebookFile.loaded_by_id).where(RulebookFile.outcome == "")
)


def waiting(second: giving.Second) -> list[tuple[RulebookFile, Account]]:
    """The loaded rulebooks this person may decide on now, each with who loaded it, the oldest first; one query."""
    rows = db.session.execute(_WAITING.order_by(RulebookFile.id)).tuples()
    return [(file, loader) for file, loader in rows if _fault_of_second(file, loader, second) is None]


def how_many_wait() -> int:
    """How many loaded rulebooks wait for a second person; one query."""
    return db.session.scalar(select(func.count()).select_from(RulebookFile).where(RulebookFile.outcome == "")) or 0
