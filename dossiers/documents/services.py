"""Drawing up a text of a dossier."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from flask import current_app
from msgspec.structs import replace

from dossiers import clock
from dossiers.casework.case import Case
from dossiers.documents import converting, rendering, templates
from dossiers.documents.composing import Beside, Composed, Table, compose, drafts, seal_of
from dossiers.documents.fields import OPINIONS, fields, opinions
from dossiers.documents.marking import marked
from dossiers.inquiries import reading
from dossiers.people import reading as people
from dossiers.rules import services as rules
from workflow.papers import Kind
from workflow.rulebook import Rulebook

RENDER = {"pdf": rendering.pdf, "docx": rendering.docx}
"""How a text is made, by the suffix of its file."""

MIMETYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


BESIDE = {Beside.COVER_LIST: "BK-HS", Beside.REFUSAL: "TB-KKN"}
"""What texts that are no paper of the bundle are called where forms are."""


@lru_cache(maxsize=4)
def _sealing(key: str) -> bytes:
    return hmac.new(key.encode(), b"dossiers.documents", hashlib.sha256).digest()


def kind_of(form: str, book: Rulebook) -> Kind | Beside | None:
    """The kind of text a form is, if there is a draft of it that needs nothing but the dossier."""
    if form == BESIDE[Beside.REFUSAL]:
        return Beside.REFUSAL
    known = book.forms.get(form)
    kind = Kind(known.kind) if known and known.kind else None
    return kind if kind in drafts() else None


def called(kind: Kind | Beside, book: Rulebook) -> str:
    """The form of a kind of text."""
    return BESIDE[kind] if isinstance(kind, Beside) else book.form(kind)


def composed(case: Case, kind: Kind | Beside, sensitive: bool, table: Table | None = None) -> Composed:
    """The text of a kind of paper for a dossier that was loaded; `sensitive`: also what the law calls so;
    `table`: a list within it.

    At its foot a code leads back to the dossier, names the rulebook and the template, which is the shipped one, and
    changes with every letter of the text.
    """
    text = _composed(case, kind, sensitive, table, templates.SHIPPED)[0]
    return sealed(text, text.mark)


def _composed(
    case: Case, kind: Kind | Beside, sensitive: bool, table: Table | None, template: str
) -> tuple[Composed, Mapping[str, Any]]:
    """The text that is not sealed yet, and the values it was drawn up from."""
    book = rules.books()[case.rulebook]
    values = fields(case, people.candidate(case.person_id), people.companions(case.id), book, sensitive)
    place = str(current_app.config["PLACE"])
    mark = " · ".join((case.code, called(kind, book), book.code, template))
    if isinstance(kind, Kind) and kind in OPINIONS:
        values = {**values, "opinions": opinions(case.facts, reading.letters([case.id]), case.id, OPINIONS[kind])}
    return compose(kind, values, case.facts, book, clock.today(), place, mark, table), values


@dataclass(frozen=True)
class Made:
    """A text as a file, and what it says of itself: dossier, form, rulebook, template, and the code of its letters."""

    content: bytes
    mark: str


def made(case: Case, kind: Kind | Beside, suffix: str, sensitive: bool, table: Table | None = None) -> Made:
    """A text as a file of a kind (pdf, docx), made by the template in force on the text's day.

    A template of one's own makes the DOCX, and the PDF where the instance has LibreOffice; else the shipped one makes
    it. Raises Unfit when a template makes no text of this dossier in its time.
    """
    book = rules.books()[case.rulebook]
    paper = None if isinstance(kind, Beside) else case.facts.paper(book.form(kind))
    own = None
    if suffix == "docx" or converting.is_set():
        own = templates.of_day(kind, paper.issued_on if paper else clock.today())
    if own is None:
        text = composed(case, kind, sensitive, table)
        return Made(RENDER[suffix](text), text.mark)
    text, values = _composed(case, kind, sensitive, table, own.label)
    beside = own.digest.encode() + msgspec.json.encode(values, order="sorted")
    text = sealed(text, text.mark, beside)
    told = {"title": f"{text.title} {text.subject}"[:255], "version": own.label}
    content = templates.filled(own, marked(values, text), text.mark, told)
    return Made(converting.pdf(content) if suffix == "pdf" else content, text.mark)


def sealed(text: Composed, mark: str, beside: bytes = b"") -> Composed:
    """A text with the code at its foot, which changes with every letter of it; `beside` is what else it may say."""
    return replace(text, mark=f"{mark} · {seal_of(_sealing(current_app.config['DATA_KEY']), text, beside)}")


def file_name(case: Case, kind: Kind | Beside, suffix: str) -> str:
    """What a text is called where it is saved."""
    book = rules.books()[case.rulebook]
    form = called(kind, book)
    title = drafts()[kind].subject if isinstance(kind, Beside) else book.form_title(form).vi
    return f"{form} {title} - {case.full_name}.{suffix}"
