"""A text put together from its draft and what is known of a dossier, before anybody lays it out."""

import hmac
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import ChainableUndefined
from jinja2.sandbox import SandboxedEnvironment

from dossiers.documents.fields import DOTS
from workflow.codes import Code
from workflow.facts import DossierFacts
from workflow.papers import Kind
from workflow.rulebook import Rulebook

_HERE = Path(__file__).parent
FONTS = ("Liberation Serif", "Tinos", "Times New Roman", "Libertinus Serif")
"""Faces of Times metrics with Vietnamese letters, the first that is installed; the last comes with the renderer."""


class Beside(Code):
    """A text that is no paper of the dossier's bundle."""

    COVER_LIST = "cover_list"
    COVER_LISTS = "cover_lists"
    REFUSAL = "refusal_told"


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text as it is written in texts.toml; `by` says whose heading it carries."""

    by: str
    title: str
    subject: str
    body: tuple[str, ...]
    office: str
    suffix: str = ""
    to: str = ""
    authority: str = ""
    receivers: tuple[str, ...] = ()


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The measures of texts from a day on, and where they are prescribed."""

    since: date = msgspec.field(name="from")
    source: str
    measures: dict[str, int]


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph of a text."""

    text: str
    centred: bool = False


class Table(msgspec.Struct, frozen=True):
    """A list below the paragraphs of a text: heads, how wide the columns are to each other, rows."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A text, ready to be laid out."""

    above: str
    issuer: str
    number: str
    place_date: str
    title: str
    subject: str
    to: str
    body: tuple[Paragraph, ...]
    authority: str
    office: str
    signer: str = ""
    receivers: tuple[str, ...]
    measures: dict[str, int]
    mark: str
    table: Table | None = None
    fonts: tuple[str, ...] = FONTS


@lru_cache(maxsize=1)
def drafts() -> dict[Kind | Beside, Draft]:
    """The drafts of all texts, by the kind of paper they make."""
    read = tomllib.loads((_HERE / "texts.toml").read_text("utf-8"))
    kinds = {str(kind): kind for kind in (*Kind, *Beside)}
    return {kinds[kind]: msgspec.convert(draft, Draft) for kind, draft in read.items()}


@lru_cache(maxsize=1)
def layouts() -> tuple[Layout, ...]:
    """The layouts, oldest first."""
    read = tomllib.loads((_HERE / "layouts.toml").read_text("utf-8"))
    return tuple(msgspec.convert(layout, Layout) for layout in read["layout"])


def layout_of(day: date) -> Layout:
    """The layout of a text of that day."""
    return next((layout for layout in reversed(layouts()) if layout.since <= day), layouts()[0])


class Dots(ChainableUndefined):
    """What is not known yet: dots, to be written in by hand."""

    def __str__(self) -> str:
        """Dots."""
        return DOTS


_WRITING = SandboxedEnvironment(autoescape=False, undefined=Dots)  # plain text: whoever lays it out escapes


@lru_cache(maxsize=512)
def _template(text: str) -> Any:
    return _WRITING.from_string(text)


def compose(
    kind: Kind | Beside,
    values: Mapping[str, Any],
    facts: DossierFacts,
    book: Rulebook,
    today: date,
    place: str,
    mark: str,
    table: Table | None = None,
) -> Composed:
    """The text of a kind of paper for one dossier. KeyError when there is no draft of that kind.

    It carries number and day of the paper on file; where there is none yet, dots and today's layout.
    """
    paper = None if isinstance(kind, Beside) else facts.paper(book.form(kind))
    number, day = (paper.number, paper.issued_on) if paper else ("", None)
    return write(drafts()[kind], values, number, day, today, place, mark, table)


def write(
    draft: Draft,
    values: Mapping[str, Any],
    number: str,
    day: date | None,
    today: date,
    place: str,
    mark: str,
    table: Table | None = None,
) -> Composed:
    """A draft filled with values, and a list within it. Where it has no number or day yet: dots, and today's layout."""

    def written(text: str) -> str:
        return str(_template(text).render(values))

    above, issuer = _heading(draft.by, values)
    told = ""
    if draft.suffix:
        told = f"Số {number}" if number else f"Số {DOTS}-{draft.suffix}"
    when = f"{day.day:02d} tháng {_month(day)} năm {day.year}" if day else f"{DOTS} tháng {DOTS} năm {today.year}"
    return Composed(
        above=above,
        issuer=issuer,
        number=told,
        place_date=f"{place or DOTS}, ngày {when}",
        title=draft.title,
        subject=written(draft.subject),
        to=written(draft.to) if draft.to else "",
        body=tuple(Paragraph(text.removeprefix("# "), text.startswith("# ")) for text in map(written, draft.body)),
        authority=written(draft.authority) if draft.authority else "",
        office=draft.office,
        receivers=tuple(one for one in map(written, draft.receivers) if DOTS not in one),
        measures=layout_of(day or today).measures,
        mark=mark,
        table=table,
    )


def _month(day: date) -> str:
    return f"{day.month:02d}" if day.month < 3 else str(day.month)


def _heading(by: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Whose superior and whose name stand top left."""
    names = {
        "cell": (values.get("section") or values.get("committee") or values.get("upper") or "", values.get("cell")),
        "section": (values.get("committee") or "", values.get("section")),
        "committee": (values.get("upper") or "", values.get("committee")),
        "deciding": ("", values.get("deciding_body")),
        "nominator": ("", values.get("nominator")),
        "asker": (values.get("upper") if values.get("committee") else "", values.get("asker")),
        "handing": (values.get("handing_above") or "", values.get("handing")),
        "person": ("", ""),
    }
    above, issuer = names[by]
    return str(above or ""), str(issuer or "")


def seal_of(key: bytes, composed: Composed) -> str:
    """Ten signs that change with every letter of a text, made with the instance's key."""
    return hmac.new(key, msgspec.json.encode(composed), sha256).hexdigest()[:10]
