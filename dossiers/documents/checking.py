"""Whether a text is as it was made: by the code at its foot, or by its file."""

import hmac
import json
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from dossiers.casework.case import Case
from dossiers.documents import letters, services
from dossiers.documents.composing import Composed, seal_of_words, words_in
from dossiers.papers import judging
from dossiers.papers.judging import Sent
from dossiers.rules import services as rules
from workflow.codes import Code
from workflow.text import Text

_MARK = re.compile(r"[A-Z]+[0-9-]+(?: · [^·]{1,40}){1,4} · [0-9a-f]{10}")
_PARTED = re.compile(r"[\s·|]+")
_TEMPLATE = re.compile(r"mẫu · (gốc|[0-9]+)(?= · )", re.IGNORECASE)
"""What a mark calls a template (templates.SHIPPED, InForce.label) is the one part of two words."""

LARGEST = 900_000
"""Bytes of a file that is checked."""


class Verdict(Code):
    """What there is to say of a text."""

    SAME = "same"
    CHANGED = "changed"
    STRANGE = "strange"
    OTHER_NOW = "other_now"


VERDICT_LABELS: dict[Verdict, Text] = {
    Verdict.SAME: Text("Đúng như lúc dựng, không sửa gì.", "As it was made; nothing was changed."),
    Verdict.CHANGED: Text("Đã bị sửa sau khi dựng.", "It was changed after it was made."),
    Verdict.STRANGE: Text(
        "Không phải tệp nguyên gốc của chương trình (bản chụp, hoặc đã lưu lại bằng phần mềm khác): so từng chữ.",
        "No original file of this program (a scan, or saved again by another program): compare it word by word.",
    ),
    Verdict.OTHER_NOW: Text(
        "Mã này không ứng với văn bản dựng từ dữ liệu hôm nay: văn bản đã bị sửa, hoặc dữ liệu hồ sơ đã thay đổi.",
        "The code does not belong to the text as it is drawn up today: the text was changed, or the dossier was since.",
    ),
}


@dataclass(frozen=True)
class Told:
    """What is said of a text: its mark, and the verdict; `words`: what it says where nobody changed it."""

    mark: str
    verdict: Verdict | None
    words: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What it is a text of: the code of a dossier, HOP-… of a meeting, LOP-… of a class."""
        return self.mark.split(" · ", 1)[0]

    @property
    def number(self) -> int | None:
        """The number of the meeting or class."""
        found = re.fullmatch(r"(?:HOP|LOP)-([0-9]{1,9})", self.about)
        return int(found[1]) if found else None


def mark_in(typed: str) -> str:
    """The mark somebody typed or copied from the foot of a text; "" when it is none."""
    parts = [part for part in _PARTED.split(" ".join(typed.split())) if part]
    said = " · ".join(parts)
    said = " · ".join((*parts[:-1], parts[-1].lower())) if parts else said
    said = _TEMPLATE.sub(lambda found: f"mẫu {found[1].lower()}", said)
    return said if _MARK.fullmatch(said) else ""


def pdf(content: bytes) -> list[Told]:
    """What a PDF says of itself; one that is not ours, or saved anew, is a stranger."""
    body, line, tail = content.rpartition(b"\n" + services.SEAL)
    told, _space, seal = tail.rstrip(b"\n").partition(b" ")
    if not line:
        return [Told("", Verdict.STRANGE)]
    same = hmac.compare_digest(services.pdf_seal(body, told), seal)
    try:
        marks = [str(mark)[:200] for mark in json.loads(b64decode(told, validate=True))][:200]
    except ValueError:
        return [Told("", Verdict.CHANGED)]
    return [Told(mark, Verdict.SAME if same else Verdict.CHANGED) for mark in marks]


def docx(name: str, content: bytes) -> list[Told]:
    """What is to be said of the texts in a DOCX, by their words. Raises judging.Unfit for a file that is not read."""
    kept = judging.judge([Sent(name, content)])
    found: list[Told] = []
    words: list[str] = []
    for paragraph in judging.words_of(kept[0].content):
        said = " ".join(paragraph.split())
        if _MARK.fullmatch(said):
            mark, _dot, seal = said.rpartition(" · ")
            same = hmac.compare_digest(seal_of_words(services.sealing(), mark, words), seal)
            found.append(Told(said, Verdict.SAME if same else Verdict.CHANGED))
            words = []
        else:
            words.append(paragraph)
    return found or [Told("", Verdict.STRANGE)]


def against_today(mark: str, case: Case) -> Told:
    """Whether the code of a text of a dossier is that of the text as it is drawn up now, and its words if it is."""
    _code, form, *more, _seal = mark.split(" · ")
    for text in _drawn_now(case, form, more[1] if len(more) > 1 else ""):
        if hmac.compare_digest(text.mark.encode(), mark.encode()):
            return Told(mark, Verdict.SAME, tuple(words_in(text)))
    return Told(mark, Verdict.OTHER_NOW)


def _drawn_now(case: Case, form: str, template: str) -> Sequence[Composed]:
    """The texts of a form, as they are drawn up now, with each grade they may carry; `template` as a mark names it."""
    if form.isdigit():
        wanted = [one for given in letters.FORMS.values() for one in letters.of_dossier(case, given)]
        return [
            letters.composed(one, grade) for one in wanted if one.asked.nr == int(form) for grade in services.GRADES
        ]
    kind = services.kind_of(form, rules.books()[case.rulebook])
    if kind is None:
        return []
    own = services.own_template(case, kind)
    if own is not None and own.label == template:
        return [services.composed_by(own, case, kind, True, grade=grade)[0] for grade in services.GRADES]
    return [services.composed(case, kind, sensitive=True, grade=grade) for grade in services.GRADES]
