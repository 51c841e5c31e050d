"""The shipped texts as a template to begin with, and as they read on the sample."""

from collections.abc import Mapping
from typing import Any

from dossiers import clock
from dossiers.documents import rendering
from dossiers.documents.composing import LETTER, Beside, Composed, Paragraph, Table, drafts, layout_of, write
from workflow.papers import Kind

_BODY = ("{%p for one in text.body %}", "{{ one }}", "{%p endfor %}")
_COLUMNS = 5
"""Of the cover list, the shipped text with a list."""


class _Marked(str):
    """A marked field, which the layout would else write in capitals: `text.above` is no field then."""

    def upper(self) -> str:
        """Itself, to be made capitals when it is filled."""
        return f"{{{{ {self}|upper }}}}"


def starter(kind: Kind | Beside) -> bytes:
    """The shipped text as DOCX with its fields marked instead of filled, to be changed and loaded."""
    draft = drafts()[kind]
    receivers = ("{%p for one in text.receivers %}", "{{ one }}", "{%p endfor %}") if draft.receivers else ()
    filled = ("{{ candidate }}", *_BODY) if kind is Kind.CV else ()  # its items are the candidate's own
    table = None
    if kind is Beside.COVER_LIST:
        cells = tuple(f"{{{{ row.c{nr} }}}}" for nr in range(1, _COLUMNS + 1))
        blank = ("",) * (_COLUMNS - 1)
        rows = (("{%tr for row in text.rows %}", *blank), cells, ("{%tr endfor %}", *blank))
        table = Table(("TT", "Tên giấy tờ", "Số, ngày", "Số trang", "Ghi chú"), (2, 12, 6, 3, 5), rows)
    return rendering.docx(
        Composed(
            above=_Marked("text.above"),
            issuer=_Marked("text.issuer"),
            number="{{ text.number }}" if draft.suffix else "",
            place_date="{{ text.place_date }}",
            title=draft.title,
            subject=draft.subject,
            to=draft.to,
            body=tuple(Paragraph(text.removeprefix("# "), text.startswith("# ")) for text in (*filled, *draft.body)),
            authority=draft.authority,
            office=draft.office,
            signer="{{ text.signer }}",
            receivers=receivers,
            measures=layout_of(clock.today()).measures,
            mark="{{ text.mark }}",
            table=table,
            letter=draft.title == LETTER,
            beside=draft.beside,
            beside_signer="{{ text.beside_signer }}" if draft.beside else "",
        )
    )


def words(kind: Kind | Beside, sample: Mapping[str, Any]) -> list[str]:
    """The shipped text as it reads on the sample, a paragraph each."""
    made = write(drafts()[kind], sample, "", None, clock.today(), "", "")
    return [f"{made.title} {made.subject}", *(one.text for one in made.body), f"{made.authority} {made.office}".strip()]
