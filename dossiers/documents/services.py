"""Drawing up texts of dossiers."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from flask import current_app
from msgspec.structs import replace

from dossiers import clock
from dossiers.casework import cv
from dossiers.casework.case import Case
from dossiers.courses.reading import classes
from dossiers.documents import converting, cv_text, rendering, templates
from dossiers.documents.composing import Beside, Composed, Style, Table, compose, drafts, seal_of
from dossiers.documents.fields import OPINIONS, fields, opinions
from dossiers.documents.marking import fillings
from dossiers.inquiries import reading
from dossiers.languages import gettext, message
from dossiers.languages import lazy as _l
from dossiers.people import reading as people
from dossiers.people.personal import SENSITIVE
from dossiers.rules import services as rules
from workflow.papers import Kind
from workflow.route import Decider
from workflow.rulebook import Rulebook
from workflow.stages import State
from workflow.votes import Body, Purpose

RENDER: Mapping[str, Callable[[Composed | Sequence[Composed]], bytes]] = {
    "pdf": rendering.pdf,
    "docx": rendering.docx,
}
"""How texts are made, by the suffix of their file."""

MIMETYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


BESIDE = {
    Beside.INTRODUCTION_BY_TWO: "3A-KNĐ",
    Beside.ADMISSION_BY_COMMITTEE: "9A-KNĐ",
    Beside.ADMISSION_BY_STANDING: "9B-KNĐ",
    Beside.RECOGNITION_BY_COMMITTEE: "16A-KNĐ",
    Beside.RECOGNITION_BY_STANDING: "16B-KNĐ",
    Beside.MOVED_AFTER_CELL: "17A-KNĐ",
    Beside.MOVED_AFTER_COMMITTEE: "17B-KNĐ",
    Beside.MOVED_AFTER_DECISION: "17C-KNĐ",
    Beside.COVER_LIST: "BK-HS",
    Beside.COVER_LISTS: "BK-BG",
    Beside.REFUSAL: "TB-KKN",
}
"""What texts that are no paper of the bundle, or another form of one, are called where forms are."""

_NAMED = {form: kind for kind, form in BESIDE.items()}

GRADES = {"none": "", "mat": "MẬT", "toi-mat": "TỐI MẬT", "tuyet-mat": "TUYỆT MẬT"}
"""The grades of secrecy as addresses and commands name them, and as texts print them."""

GRADE_LABELS = {"none": _l("không"), "mat": _l("Mật"), "toi-mat": _l("Tối mật"), "tuyet-mat": _l("Tuyệt mật")}

_BEFORE_CEREMONY = frozenset({State.APPROVED})


def _cell_voted(case: Case) -> bool:
    return case.facts.passed(Body.CELL, Purpose.ADMISSION) and case.facts.admitted_on is None


_FITS: Mapping[Beside, Callable[[Case], bool]] = {
    Beside.INTRODUCTION_BY_TWO: lambda case: len(case.facts.introducers) > 1,
    Beside.ADMISSION_BY_COMMITTEE: lambda case: case.route.decider is Decider.OWN_COMMITTEE,
    Beside.ADMISSION_BY_STANDING: lambda case: case.route.decider is Decider.OWN_STANDING,
    Beside.RECOGNITION_BY_COMMITTEE: lambda case: (
        case.route.decider is Decider.OWN_COMMITTEE and case.facts.ceremony_on is not None
    ),
    Beside.RECOGNITION_BY_STANDING: lambda case: (
        case.route.decider is Decider.OWN_STANDING and case.facts.ceremony_on is not None
    ),
    Beside.MOVED_AFTER_CELL: lambda case: (
        _cell_voted(case) and not case.facts.passed(Body.COMMITTEE, Purpose.ADMISSION)
    ),
    Beside.MOVED_AFTER_COMMITTEE: lambda case: (
        _cell_voted(case) and case.facts.passed(Body.COMMITTEE, Purpose.ADMISSION)
    ),
    Beside.MOVED_AFTER_DECISION: lambda case: case.state in _BEFORE_CEREMONY,
    Beside.REFUSAL: lambda case: case.state is State.NOT_ADMITTED,
}


_TITLES: Mapping[Beside, str] = {
    Beside.INTRODUCTION_BY_TWO: message("Giấy giới thiệu người vào Đảng của hai đảng viên chính thức"),
    Beside.ADMISSION_BY_COMMITTEE: message("Quyết định kết nạp đảng viên"),
    Beside.ADMISSION_BY_STANDING: message("Quyết định kết nạp đảng viên"),
    Beside.RECOGNITION_BY_COMMITTEE: message("Quyết định công nhận đảng viên chính thức"),
    Beside.RECOGNITION_BY_STANDING: message("Quyết định công nhận đảng viên chính thức"),
    Beside.MOVED_AFTER_CELL: message("Công văn chuyển hồ sơ của người đã được chi bộ đề nghị kết nạp vào Đảng"),
    Beside.MOVED_AFTER_COMMITTEE: message(
        "Công văn chuyển hồ sơ của người đã được cấp ủy cơ sở đề nghị kết nạp vào Đảng"
    ),
    Beside.MOVED_AFTER_DECISION: message("Công văn chuyển hồ sơ của người đã có quyết định kết nạp vào Đảng"),
    Beside.REFUSAL: message("Công văn về việc không kết nạp đảng viên"),
}


def beside(case: Case) -> list[tuple[str, str]]:
    """The texts beside the papers of the bundle that fit a dossier now: form, and title in the request's language."""
    return [(BESIDE[kind], gettext(_TITLES[kind])) for kind, fits in _FITS.items() if fits(case)]


@lru_cache(maxsize=4)
def _sealing(key: str) -> bytes:
    return hmac.new(key.encode(), b"dossiers.documents", hashlib.sha256).digest()


def sealing() -> bytes:
    """The key of the codes at the foot of texts."""
    return _sealing(current_app.config["DATA_KEY"])


def style(grade: str = "") -> Style:
    """How this office writes; `grade` is one of GRADES, "" for the usual one. ValueError for another word."""
    named = grade or str(current_app.config["GRADE"])
    if named not in GRADES:
        raise ValueError(named)
    return Style(str(current_app.config["TONE_MARKS"]), GRADES[named])


def place() -> str:
    """Where texts are dated at."""
    return str(current_app.config["PLACE"])


def kind_of(form: str, book: Rulebook) -> Kind | Beside | None:
    """The kind of text a form is, if there is a draft of it that needs nothing but the dossier."""
    named = _NAMED.get(form)
    if named is not None and named not in (Beside.COVER_LIST, Beside.COVER_LISTS):
        return named
    known = book.forms.get(form)
    kind = Kind(known.kind) if known and known.kind else None
    return kind if kind in drafts() else None


def called(kind: Kind | Beside, book: Rulebook) -> str:
    """The form of a kind of text."""
    return BESIDE[kind] if isinstance(kind, Beside) else book.form(kind)


def composed(case: Case, kind: Kind | Beside, sensitive: bool, table: Table | None = None, grade: str = "") -> Composed:
    """The text of a kind of paper for a dossier that was loaded; `sensitive`: also what the law calls so;
    `table`: a list within it; `grade`: see `style`.

    At its foot a code leads back to the dossier, names the rulebook and the template, which is the shipped one, and
    changes with every letter of the text.
    """
    return composed_all([(case, kind)], sensitive, table, grade)[0]


def composed_all(
    wanted: Sequence[tuple[Case, Kind | Beside]], sensitive: bool, table: Table | None = None, grade: str = ""
) -> list[Composed]:
    """The same for many dossiers, in their order; four queries for all of them."""
    return [sealed(text) for text, _values in _drawn_up(wanted, sensitive, table, grade, templates.SHIPPED)]


def _drawn_up(
    wanted: Sequence[tuple[Case, Kind | Beside]], sensitive: bool, table: Table | None, grade: str, template: str
) -> list[tuple[Composed, Mapping[str, Any]]]:
    """Texts that are not sealed yet, each with the values it was drawn up from."""
    numbers = [case.id for case, _kind in wanted]
    persons = people.candidates([case.person_id for case, _kind in wanted])
    companions, courses = people.companions_of(numbers), classes(case.class_id for case, _kind in wanted)
    asked = [case.id for case, kind in wanted if kind in OPINIONS]
    letters = reading.letters(asked)
    today, how, found = clock.today(), style(grade), []
    for case, kind in wanted:
        book = rules.books()[case.rulebook]
        person, course = persons[case.person_id], courses.get(case.class_id)
        values = fields(case, person, companions.get(case.id, ()), book, sensitive, course)
        if isinstance(kind, Kind) and kind in OPINIONS:
            values = {**values, "opinions": opinions(case.facts, letters, case.id, OPINIONS[kind])}
        if kind in CERTIFICATES and course is None:
            values = {**values, **_issuer(case, book, kind)}
        if kind is Beside.INTRODUCTION_BY_TWO:
            values = {**values, **_two(str(values.get("introducers", "")))}
        mark = " · ".join((case.code, called(kind, book), book.code, template))
        made = compose(kind, values, case.facts, book, today, place(), mark, table, how)
        if kind is Kind.CV:
            hidden = () if sensitive else SENSITIVE
            made = replace(made, body=(*cv_text.items(cv.read(case), hidden), *made.body), signer=case.full_name)
        found.append((made, values))
    return found


CERTIFICATES = frozenset({Kind.CERTIFICATE, Kind.NEW_MEMBER_CERTIFICATE})
"""What a training centre issues; in a bundle only its scan stands for it."""


def _issuer(case: Case, book: Rulebook, kind: Kind | Beside) -> dict[str, str]:
    """The centre that issued a certificate on file, where it says so: it may be one from elsewhere."""
    paper = case.facts.paper(called(kind, book))
    return {"centre": paper.issuer, "centre_above": ""} if paper and paper.issuer else {}


def _two(introducers: str) -> dict[str, str]:
    """The names under a text of two introducers: the last two."""
    first, _comma, second = ", ".join(introducers.split(", ")[-2:]).partition(", ")
    return {"beside_signer": first, "signer": second}


@dataclass(frozen=True)
class Made:
    """A text as a file, and what it says of itself: dossier, form, rulebook, template, and the code of its letters."""

    content: bytes
    mark: str


def made(
    case: Case, kind: Kind | Beside, suffix: str, sensitive: bool, table: Table | None = None, grade: str = ""
) -> Made:
    """A text as a file of a kind (pdf, docx), made by the template in force on the text's day; `grade`: see `style`.

    A template of one's own makes the DOCX, and the PDF where the instance has LibreOffice; else the shipped one makes
    it. Raises Unfit when a template makes no text of this dossier in its time.
    """
    own = own_template(case, kind) if can_be_own(suffix) else None
    if own is None:
        text = composed(case, kind, sensitive, table, grade)
        return Made(drawn(text, suffix), text.mark)
    return _filled(own, *composed_by(own, case, kind, sensitive, table, grade), suffix)


def can_be_own(suffix: str) -> bool:
    """Whether files of a kind are made by templates of one's own here."""
    return suffix == "docx" or converting.is_set()


def _filled(own: templates.InForce, text: Composed, values: Mapping[str, Any], suffix: str) -> Made:
    told = {"title": f"{text.title} {text.subject}"[:255], "version": own.label}
    content = templates.filled(own, fillings(values, text), text.mark, told)
    return Made(marked(converting.pdf(content), [text], suffix) if suffix == "pdf" else content, text.mark)


def each_made(
    wanted: Mapping[str, tuple[Case, Kind | Beside] | Composed], suffix: str, sensitive: bool, grade: str = ""
) -> Iterator[tuple[str, bytes]] | None:
    """Texts as a file each, by the names of `wanted`, one at a time; a text that is composed already is laid out. None
    where no template of one's own makes any of them: then they fit into one file. Raises as `made`.
    """
    asked = {name: one for name, one in wanted.items() if not isinstance(one, Composed)}
    day_of = {name: (kind, _day_of(case, kind)) for name, (case, kind) in asked.items()}
    versions = {at: templates.of_day(*at) for at in dict.fromkeys(day_of.values())} if can_be_own(suffix) else {}
    if not any(versions.values()):
        return None

    def files() -> Iterator[tuple[str, bytes]]:
        by_label: dict[templates.InForce | None, list[str]] = {}
        for name in asked:
            by_label.setdefault(versions[day_of[name]], []).append(name)
        drawn_up: dict[str, tuple[Composed, Mapping[str, Any]]] = {}
        for own, names in by_label.items():
            label = own.label if own else templates.SHIPPED
            drawn_up |= zip(names, _drawn_up([asked[n] for n in names], sensitive, None, grade, label), strict=True)
        for name, one in wanted.items():
            if isinstance(one, Composed):
                yield name, drawn(one, suffix)
                continue
            own, (text, values) = versions[day_of[name]], drawn_up[name]
            yield (
                name,
                drawn(sealed(text), suffix)
                if own is None
                else _filled(own, _sealed_by(own, text, values), values, suffix).content,
            )

    return files()


def own_template(case: Case, kind: Kind | Beside) -> templates.InForce | None:
    """The template of one's own that is in force on the day of a dossier's text; None: the shipped one."""
    return templates.of_day(kind, _day_of(case, kind))


def _day_of(case: Case, kind: Kind | Beside) -> date:
    """The day of a text: that of the paper on file, else today."""
    named = str(kind) if isinstance(kind, Kind) else drafts()[kind].of
    paper = case.facts.paper(rules.books()[case.rulebook].form(Kind(named))) if named else None
    return paper.issued_on if paper else clock.today()


def composed_by(
    own: templates.InForce,
    case: Case,
    kind: Kind | Beside,
    sensitive: bool,
    table: Table | None = None,
    grade: str = "",
) -> tuple[Composed, Mapping[str, Any]]:
    """The text a template of one's own is filled with, and the values it may show beside it; the code changes with
    every letter of these, and with the template.
    """
    [(text, values)] = _drawn_up([(case, kind)], sensitive, table, grade, own.label)
    return _sealed_by(own, text, values), values


def _sealed_by(own: templates.InForce, text: Composed, values: Mapping[str, Any]) -> Composed:
    return sealed(text, own.digest.encode() + msgspec.json.encode(values, order="sorted"))


def sealed(text: Composed, beside: bytes = b"") -> Composed:
    """A text with the code at its foot, which changes with every letter of it; `beside` is what else it may say."""
    return replace(text, mark=f"{text.mark} · {seal_of(sealing(), text, beside)}")


SEAL = b"%dossiers "
"""How the last line of a PDF of ours begins; readers of PDF pass over it."""


def drawn(text: Composed | Sequence[Composed], suffix: str) -> bytes:
    """A file of a text, or of several that follow each other. A PDF ends in a line that tells whether it is as it was
    made, and the marks of its texts.
    """
    return marked(RENDER[suffix](text), [text] if isinstance(text, Composed) else text, suffix)


def marked(made: bytes, texts: Sequence[Composed], suffix: str) -> bytes:
    """A file that was made of texts, with that line."""
    if suffix != "pdf":
        return made
    marks = [one.mark for one in texts]
    told = b64encode(json.dumps(marks, ensure_ascii=False).encode())
    return b"".join((made.rstrip(b"\n"), b"\n", SEAL, told, b" ", pdf_seal(made.rstrip(b"\n"), told), b"\n"))


def pdf_seal(content: bytes, told: bytes) -> bytes:
    """What the last line of a PDF of ours ends in."""
    return hmac.new(sealing(), content + told, hashlib.sha256).hexdigest().encode()


def file_name(case: Case, kind: Kind | Beside, suffix: str) -> str:
    """What a text is called where it is saved."""
    book = rules.books()[case.rulebook]
    form = called(kind, book)
    title = drafts()[kind].subject if isinstance(kind, Beside) else book.form_title(form).vi
    return f"{form} {title} - {case.full_name}.{suffix}"
