"""Templates of texts: checked and tried when they are loaded, used from a day on by two, every version kept.

A file is opened only by the program that reads uploaded files (cleaning.filling), within its limits of time and memory:
when it is loaded, before it is confirmed, and each time a text is made by it.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import aliased

from dossiers import clock, profile
from dossiers.accounts import giving
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.documents.composing import Beside, drafts
from dossiers.documents.fields import DOTS
from dossiers.documents.marking import sample
from dossiers.documents.models import TemplateUse, TextTemplate
from dossiers.encryption import place, seal, unseal
from dossiers.extensions import db, run, write_transaction
from dossiers.languages import gettext as _
from dossiers.office import services as office
from dossiers.papers import judging
from dossiers.papers.judging import Unfit
from dossiers.rules import files
from dossiers.rules import services as rules
from workflow.papers import Kind
from workflow.rulebook import Rulebook, in_force

CONFIRMED, REFUSED = "confirmed", "refused"
SHIPPED = "mẫu gốc"
"""What the foot of a text calls the template that comes with the program."""


_FIELD = re.compile(r"{{.*?}}")


class NotTaken(ValueError):
    """A template that is not taken, with a sentence for each thing that is wrong."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Tried:
    """A template that was tried: as it is kept, the fields it names, and the text it makes of the sample."""

    kept: bytes
    names: tuple[str, ...]
    made: bytes
    words: tuple[str, ...]


@dataclass(frozen=True)
class InForce:
    """A version a text is made by."""

    id: int
    text: str
    version: int
    digest: str

    @property
    def label(self) -> str:
        """What the foot of a text calls it."""
        return f"mẫu {self.version}"


def known() -> dict[str, Kind | Beside]:
    """The texts a template can make, by their key; a list of many dossiers keeps its layout."""
    return {str(kind): kind for kind in drafts() if kind is not Beside.COVER_LISTS}


def called(kind: Kind | Beside) -> str:
    """What a text is called where no dossier says by which rulebook."""
    draft = drafts()[kind]
    return f"{draft.title} {_FIELD.sub('…', draft.subject)}"


def book() -> Rulebook:
    """The rulebook of today, by which fields are called."""
    return in_force(clock.today(), rules.books())


# --- checking and filling ---


def _sentences(said: Mapping[str, Any]) -> list[str]:
    words = {
        "unknown": _("không có trường này"),
        "call": _("không gọi hàm trong mẫu"),
        "tag": _("thẻ này không dùng được; chỉ dùng if và for"),
        "filter": _("bộ lọc này không dùng được"),
        "expression": _("không tính toán trong mẫu"),
        "no_list": _("không phải danh sách, không lặp được"),
        "syntax": _("sai cú pháp"),
        "deep": _("vòng lặp lồng nhau quá sâu"),
    }
    whole = {
        "none": _("Tệp không có trường nào được đánh dấu, ví dụ {{ candidate }}."),
        "macros": _("Tệp Word có macro hoặc đối tượng nhúng; lưu lại không macro rồi gửi."),
        "active": _("Tệp có nội dung tự chạy hoặc đối tượng nhúng; chỉ số trang được tự tính."),
        "outside": _("Tệp dẫn ra ngoài (liên kết, hình hoặc mẫu ở nơi khác); bỏ liên kết rồi gửi lại."),
        "unpacks": _("Tệp bung ra, hoặc văn bản làm từ mẫu, quá lớn; không nhận."),
        "encrypted": _("Tệp đặt mật khẩu hoặc bị khóa; lưu lại không mật khẩu rồi gửi."),
        "two_files": _("Trong tệp có giấu một tệp khác hoặc mã lệnh; không nhận."),
        "kind": _("Không phải tệp Word (.docx)."),
    }
    faults = said.get("faults", ())
    if not faults:
        return [whole.get(str(said["refused"]), _("Tệp hỏng, không đọc được; lưu lại bằng Word rồi gửi."))]
    return [
        whole[why] if why in whole else f"“{about}”: {words[why]}" + (_(" – ở đoạn “%(s)s”", s=near) if near else "")
        for why, about, near in faults
    ]


def _seconds() -> int:
    return int(current_app.config["TEMPLATE_SECONDS"])


def _late() -> str:
    return _("Mẫu chạy quá %(n)s giây mà chưa xong (vòng lặp không dứt?); không nhận.", n=_seconds())


def tried(content: bytes) -> Tried:
    """A file checked, and filled with the sample; nothing is stored. Raises NotTaken with all that is wrong."""
    most = 1000 * int(current_app.config["TEMPLATE_KILOBYTES"])
    if not content:
        raise NotTaken(_("Chọn tệp mẫu (.docx)."))
    if len(content) > most:
        raise NotTaken(_("Lớn hơn %(n)s kB; bỏ bớt hình rồi gửi lại.", n=most // 1000))
    answer = judging.answer({"task": "try", "values": sample(book())}, content, _seconds())
    if answer is None:
        raise NotTaken(_late())
    said, files = answer
    if "refused" in said:
        raise NotTaken(*_sentences(said))
    return Tried(files[0], tuple(said["names"]), files[1], tuple(said["words"]))


def filled(version: InForce, values: Mapping[str, Any], mark: str, properties: Mapping[str, str]) -> bytes:
    """The DOCX a version makes of values. Raises Unfit where it makes none in its time, or is not what was tried."""
    asked = {"task": "fill", "values": values, "dots": DOTS, "mark": mark, "properties": properties}
    answer = judging.answer(asked, content(version), _seconds())
    if answer is None:
        raise Unfit(_("%(label)s không làm xong văn bản này trong %(n)s giây; báo quản trị viên lấy lại mẫu trước.",
                      label=version.label.capitalize(), n=_seconds()))  # fmt: skip
    said, files = answer
    if "refused" in said:
        label = version.label.capitalize()
        raise Unfit(_("%(label)s không làm được văn bản này; báo quản trị viên lấy lại mẫu trước.", label=label))
    return files[0]


# --- keeping ---


def _where(text: str, version: int, digest: str) -> str:
    return place("text_template", "sealed", text, version, digest)


_SEALED = Question(select(TextTemplate.sealed).where(TextTemplate.id == bindparam("id")))


def content(version: InForce | TextTemplate) -> bytes:
    """The file of a version. Raises Unfit when it is not what was tried."""
    sealed = run(_SEALED, {"id": version.id}).scalar()
    try:
        found = base64.b64decode(unseal(sealed or "", _where(version.text, version.version, version.digest)))
    except (InvalidTag, ValueError):
        found = b""
    if hashlib.sha256(found).hexdigest() != version.digest:
        raise Unfit(_("Tệp mẫu không còn là tệp đã kiểm tra; báo ủy ban kiểm tra."))
    return found


_IN_FORCE = Question(
    select(TextTemplate.id, TextTemplate.text, TextTemplate.version, TextTemplate.digest)
    .select_from(TemplateUse)
    .outerjoin(TextTemplate, TextTemplate.id == TemplateUse.template_id)
    .where(
        TemplateUse.text == bindparam("of"),
        TemplateUse.outcome == CONFIRMED,
        TemplateUse.since <= bindparam("day"),
    )
    .order_by(TemplateUse.since.desc(), TemplateUse.id.desc())
    .limit(1)
)


_ANY_OWN = Question(select(exists().where(TemplateUse.outcome == CONFIRMED, TemplateUse.template_id.is_not(None))))


def are_any_own() -> bool:
    """Whether a template of one's own was ever put in force; before that, texts need not be asked one by one."""
    return not profile.is_register() and bool(run(_ANY_OWN).scalar())


def of_day(kind: Kind | Beside, day: date) -> InForce | None:
    """The version a text of a day is made by; None: the shipped one, as always in a register. One query."""
    if profile.is_register():
        return None
    row = run(_IN_FORCE, {"of": str(kind), "day": day}).first()
    return None if row is None or row.id is None else InForce(row.id, row.text, row.version, row.digest)


def load(kind: Kind | Beside, sent: bytes, since: date, ground: str, who: Signed) -> TextTemplate:
    """Keep a version that was checked and tried, for a second person. Raises NotTaken; then nothing is kept."""
    found = tried(sent)
    text, digest = str(kind), hashlib.sha256(found.kept).hexdigest()
    with write_transaction():
        _check_free(text, since)
        same = select(TextTemplate.version).where(TextTemplate.text == text, TextTemplate.digest == digest)
        if (before := db.session.scalar(same)) is not None:
            raise NotTaken(_("Tệp này là bản %(n)s đã nạp; mở bản đó để dùng lại.", n=before))
        last = db.session.scalar(select(func.max(TextTemplate.version)).where(TextTemplate.text == text)) or 0
        template = TextTemplate(
            text=text,
            version=last + 1,
            digest=digest,
            size=len(found.kept),
            names="\n".join(found.names),
            words="\n".join(" ".join(line.split()) for line in found.words)[:20_000],
            loaded_by_id=who.account_id,
            loaded_at=clock.stamp(clock.now()),
            sealed=seal(base64.b64encode(found.kept).decode(), _where(text, last + 1, digest)),
        )
        db.session.add(template)
        db.session.flush()
        use = _asked(text, template, since, ground, who)
        told = _told(use, template.version)
        office.record("template:loaded", None, who.account_id, [template, use], digest=digest, ground=ground, **told)
    return template


def ask(kind: Kind | Beside, template: TextTemplate | None, since: date, ground: str, who: Signed) -> None:
    """Ask a second person for an earlier version (None: the shipped one) from a day on. Raises NotTaken."""
    with write_transaction():
        _check_free(str(kind), since)
        use = _asked(str(kind), template, since, ground, who)
        told = _told(use, template.version if template else 0)
        office.record("template:asked", None, who.account_id, [use], ground=ground, **told)


def _check_free(text: str, since: date) -> None:
    if since < clock.today():
        raise NotTaken(_("Ngày bắt đầu dùng không trước hôm nay: văn bản đã có ngày giữ mẫu của ngày đó."))
    waits = select(TemplateUse.id).where(TemplateUse.text == text, TemplateUse.outcome == "").limit(1)
    if db.session.scalar(waits) is not None:
        raise NotTaken(_("Văn bản này đang có một đề nghị chờ người thứ hai; quyết định đề nghị đó trước."))


def _asked(text: str, template: TextTemplate | None, since: date, ground: str, who: Signed) -> TemplateUse:
    use = TemplateUse(
        text=text,
        template_id=template.id if template else None,
        since=since,
        ground=ground,
        asked_by_id=who.account_id,
        asked_at=clock.stamp(clock.now()),
        outcome="",
    )
    db.session.add(use)
    db.session.flush()
    return use


def _told(use: TemplateUse, version: int) -> dict[str, Any]:
    return {"text": called(known()[use.text]), "version": version, "since": use.since, "request": use.id}


def fault_of_deciding(use: TemplateUse, who: Signed) -> str | None:
    """Why this person may not confirm, as a sentence; None when nothing stands against it. Who asks and who confirms
    are two people, and the one did not lately set the other's password.
    """
    return _fault_of_second(use, db.session.get_one(Account, use.asked_by_id), giving.Second(who))


def _fault_of_second(use: TemplateUse, asker: Account, second: giving.Second) -> str | None:
    if use.outcome:
        return _("Đề nghị này không còn chờ xác nhận.")
    return second.why_not(
        asker,
        files.lender(second.who),
        _("Người đề nghị không tự xác nhận: một quản trị viên khác, hoặc bí thư cấp ủy cao nhất, xác nhận."),
        _("Mật khẩu của bạn do người đề nghị đặt trong %(days)s ngày qua: người khác xác nhận.", days=giving.days()),
    )


def decide(use: TemplateUse, confirm: bool, who: Signed) -> str | None:
    """Let a version take effect, or refuse it (its asker takes it back so): None, or why not, as a sentence.

    It is tried once more: the fields may be others by now. Whoever calls this has made sure that this person may.
    """
    if confirm and use.template_id is not None:
        try:
            tried(content(db.session.get_one(TextTemplate, use.template_id)))
        except (NotTaken, Unfit) as error:
            return str(error)
    with write_transaction():
        query = select(TemplateUse).where(TemplateUse.id == use.id).with_for_update()
        use = db.session.scalars(query.execution_options(populate_existing=True)).one()
        fault = fault_of_deciding(use, who) if confirm else None
        if fault is not None or use.outcome:
            return fault or _("Đề nghị này không còn chờ xác nhận.")
        use.outcome = CONFIRMED if confirm else REFUSED
        use.decided_by_id, use.decided_at = who.account_id, clock.stamp(clock.now())
        if confirm:
            use.since = max(use.since, clock.today())
        version = db.session.get(TextTemplate, use.template_id) if use.template_id else None
        topic = "template:confirmed" if confirm else "template:refused"
        told = _told(use, version.version if version else 0)
        told = {**told, "asked_by": use.asked_by_id}
        office.record(topic, None, who.account_id, [use], behalf=files.lender(who), **told)
    return None


# --- for pages ---


@dataclass(frozen=True)
class Line:
    """A text with the version in force today (0: the shipped one), since when, and the one that waits (None: none)."""

    kind: Kind | Beside
    version: int
    since: date | None
    waits: int | None


def lines() -> list[Line]:
    """Every text there is, in the order of the drafts; two queries."""
    ranked = (
        select(
            TemplateUse.text,
            TemplateUse.since,
            TextTemplate.version,
            func.row_number()
            .over(partition_by=TemplateUse.text, order_by=(TemplateUse.since.desc(), TemplateUse.id.desc()))
            .label("rank"),
        )
        .outerjoin(TextTemplate, TextTemplate.id == TemplateUse.template_id)
        .where(TemplateUse.outcome == CONFIRMED, TemplateUse.since <= clock.today())
        .subquery()
    )
    now = {row.text: row for row in db.session.execute(select(ranked).where(ranked.c.rank == 1))}
    waiting = (
        select(TemplateUse.text, TextTemplate.version)
        .outerjoin(TextTemplate, TextTemplate.id == TemplateUse.template_id)
        .where(TemplateUse.outcome == "")
    )
    waits = {row.text: row.version or 0 for row in db.session.execute(waiting)}
    return [
        Line(kind, (found.version or 0) if found else 0, found.since if found else None, waits.get(text))
        for text, kind, found in ((text, kind, now.get(text)) for text, kind in known().items())
    ]


@dataclass(frozen=True)
class Used:
    """A use of a version with who asked and who decided ("": nobody yet); version 0 is the shipped one."""

    use: TemplateUse
    version: int
    asked_by: str
    decided_by: str

    @property
    def waits(self) -> bool:
        """Whether nobody has decided on it."""
        return not self.use.outcome


_FIRST, _SECOND = aliased(Account), aliased(Account)
_USES = (
    select(TemplateUse, TextTemplate.version, _FIRST.name, _SECOND.name)
    .outerjoin(TextTemplate, TextTemplate.id == TemplateUse.template_id)
    .join(_FIRST, _FIRST.id == TemplateUse.asked_by_id)
    .outerjoin(_SECOND, _SECOND.id == TemplateUse.decided_by_id)
    .order_by(TemplateUse.id.desc())
)


def uses(kind: Kind | Beside, first: int, size: int) -> list[Used]:
    """A page of the uses of a text's versions, newest first; one query."""
    query = _USES.where(TemplateUse.text == str(kind)).offset(first).limit(size)
    return [_as_used(row) for row in db.session.execute(query)]


def use(number: int) -> Used | None:
    """A use by its number."""
    row = db.session.execute(_USES.where(TemplateUse.id == number)).first()
    return None if row is None else _as_used(row)


def waiting_use(kind: Kind | Beside, version: int) -> Used | None:
    """The use of a version that waits for a second person."""
    of = TextTemplate.version.is_(None) if version == 0 else TextTemplate.version == version
    row = db.session.execute(_USES.where(TemplateUse.text == str(kind), TemplateUse.outcome == "", of)).first()
    return None if row is None else _as_used(row)


def waiting(second: giving.Second) -> list[tuple[TemplateUse, int, Account]]:
    """The uses of versions this person may decide on now, each with the version (0: the shipped one) and who asked, the
    oldest first; one query.
    """
    query = (
        select(TemplateUse, TextTemplate.version, Account)
        .outerjoin(TextTemplate, TextTemplate.id == TemplateUse.template_id)
        .join(Account, Account.id == TemplateUse.asked_by_id)
        .where(TemplateUse.outcome == "")
        .order_by(TemplateUse.id)
    )
    rows = db.session.execute(query).tuples()
    return [(use, nr or 0, asker) for use, nr, asker in rows if _fault_of_second(use, asker, second) is None]


def _as_used(row: Sequence[Any]) -> Used:
    found, version, asked_by, decided_by = row
    return Used(found, version or 0, asked_by, decided_by or "")


def version(kind: Kind | Beside, number: int) -> tuple[TextTemplate, str] | None:
    """A version of a text with who loaded it."""
    query = (
        select(TextTemplate, Account.name)
        .join(Account, Account.id == TextTemplate.loaded_by_id)
        .where(TextTemplate.text == str(kind), TextTemplate.version == number)
    )
    row = db.session.execute(query).first()
    return None if row is None else (row[0], row[1])
