"""Drawing up a text of a dossier."""

import hashlib
import hmac
from functools import lru_cache

from flask import current_app
from msgspec.structs import replace

from dossiers import clock
from dossiers.casework.case import Case
from dossiers.documents import rendering
from dossiers.documents.composing import Beside, Composed, Table, compose, drafts, seal_of
from dossiers.documents.fields import OPINIONS, fields, opinions
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


BESIDE = {Beside.COVER_LIST: "BK-HS", Beside.COVER_LISTS: "BK-BG", Beside.REFUSAL: "TB-KKN"}
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

    At its foot a code leads back to the dossier, names the rulebook, and changes with every letter of the text.
    """
    book = rules.books()[case.rulebook]
    values = fields(case, people.candidate(case.person_id), people.companions(case.id), book, sensitive)
    place, mark = str(current_app.config["PLACE"]), f"{case.code} · {called(kind, book)} · {book.code}"
    if isinstance(kind, Kind) and kind in OPINIONS:
        values = {**values, "opinions": opinions(case.facts, reading.letters([case.id]), case.id, OPINIONS[kind])}
    return sealed(compose(kind, values, case.facts, book, clock.today(), place, mark, table), mark)


def sealed(text: Composed, mark: str) -> Composed:
    """A text with the code at its foot, which changes with every letter of it."""
    return replace(text, mark=f"{mark} · {seal_of(_sealing(current_app.config['DATA_KEY']), text)}")


def file_name(case: Case, kind: Kind | Beside, suffix: str) -> str:
    """What a text is called where it is saved."""
    book = rules.books()[case.rulebook]
    form = called(kind, book)
    title = drafts()[kind].subject if isinstance(kind, Beside) else book.form_title(form).vi
    return f"{form} {title} - {case.full_name}.{suffix}"
