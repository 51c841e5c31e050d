"""A text put together from its draft and what is known of a dossier, before anybody lays it out."""

import hmac
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import ChainableUndefined
from jinja2.sandbox import SandboxedEnvironment

from dossiers.documents.fields import BODIES, DOTS
from dossiers.documents.tones import OLD, toned
from workflow.codes import Code
from workflow.facts import DossierFacts
from workflow.papers import Kind
from workflow.rulebook import Rulebook

_HERE = Path(__file__).parent
FONTS = ("Liberation Serif", "Tinos", "Times New Roman", "Libertinus Serif")
"""Faces of Times metrics with Vietnamese letters, the first that is installed; the last comes with the renderer."""


class Beside(Code):
    """A text that is no paper of the dossier's bundle, or another form of one."""

    INTRODUCTION_BY_TWO = "introduction_by_two"
    ADMISSION_BY_COMMITTEE = "admission_by_committee"
    ADMISSION_BY_STANDING = "admission_by_standing"
    RECOGNITION_BY_COMMITTEE = "recognition_by_committee"
    RECOGNITION_BY_STANDING = "recognition_by_standing"
    MOVED_AFTER_CELL = "moved_after_cell"
    MOVED_AFTER_COMMITTEE = "moved_after_committee"
    MOVED_AFTER_DECISION = "moved_after_decision"
    COVER_LIST = "cover_list"
    COVER_LISTS = "cover_lists"
    REFUSAL = "refusal_told"


LETTER = "CÔNG VĂN"
"""The title of letters; it is not printed: their subject stands under the number."""


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text as it is written in texts.toml; `by` says whose heading it carries, `of` whose number and day (the kind of
    the paper it is another form of), `beside` what stands over a second name, on the left.
    """

    by: str
    title: str
    subject: str
    body: tuple[str, ...]
    office: str
    suffix: str = ""
    to: str = ""
    authority: str = ""
    receivers: tuple[str, ...] = ()
    of: str = ""
    beside: str = ""


class Style(msgspec.Struct, frozen=True):
    """How an office writes: where tone marks stand (tones), and the grade of secrecy, "" for none."""

    tone: str = OLD
    grade: str = ""


PLAIN = Style()


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


class Item(Paragraph, frozen=True):
    """A paragraph of a form: one that begins an item stands bold; a list may stand in its place."""

    bold: bool = False
    table: Table | None = None


PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A text, ready to be laid out; `grade` is that of its secrecy, `beside` and its name are signed on the left."""

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
    letter: bool = False
    grade: str = ""
    beside: str = ""
    beside_signer: str = ""
    banner: str = PARTY
    """What stands top right: whose text it is."""


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
    style: Style = PLAIN,
) -> Composed:
    """The text of a kind of paper for one dossier. KeyError when there is no draft of that kind.

    It carries number and day of the paper on file; where there is none yet, dots and today's layout.
    """
    draft = drafts()[kind]
    named = str(kind) if isinstance(kind, Kind) else draft.of
    paper = facts.paper(book.form(Kind(named))) if named else None
    number, day = (paper.number, paper.issued_on) if paper else ("", None)
    return write(draft, values, number, day, today, place, mark, table, style)


def write(
    draft: Draft,
    values: Mapping[str, Any],
    number: str,
    day: date | None,
    today: date,
    place: str,
    mark: str,
    table: Table | None = None,
    style: Style = PLAIN,
) -> Composed:
    """A draft filled with values, and a list within it. Where it has no number or day yet: dots, and today's layout.

    A paragraph that is @ and a name stands for the paragraphs that `values` has under it.
    """

    values = {**values, **{name: toned(str(values[name]), style.tone) for name in BODIES & values.keys()}}

    def written(text: str) -> str:
        return str(_template(toned(text, style.tone)).render(values))

    body: list[str] = []
    for text in draft.body:
        body += values.get(text[1:], ()) if text.startswith("@") else (written(text),)
    above, issuer = _heading(draft.by, values)
    told = ""
    if draft.suffix:
        told = f"Số {number}" if number else f"Số {DOTS}-{draft.suffix}"
    when = f"{day.day:02d} tháng {_month(day)} năm {day.year}" if day else f"{_SHORT} tháng {_SHORT} năm {today.year}"
    return Composed(
        above=above,
        issuer=issuer,
        number=told,
        place_date=f"{place or DOTS}, ngày {when}",
        title=draft.title,
        subject=written(draft.subject),
        to=written(draft.to) if draft.to else "",
        body=tuple(Paragraph(text.removeprefix("# "), text.startswith("# ")) for text in body),
        authority=written(draft.authority) if draft.authority else "",
        office=draft.office,
        receivers=tuple(one for one in map(written, draft.receivers) if DOTS not in one),
        measures=layout_of(day or today).measures,
        mark=mark,
        table=table,
        letter=draft.title == LETTER,
        grade=style.grade,
        beside=draft.beside,
        beside_signer=str(values.get("beside_signer", "")) if draft.beside else "",
        signer=str(values.get("signer", "")),
        banner=str(values.get("banner", PARTY)),
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
        "body": (values.get("body_above") or "", values.get("body")),
        "centre": (values.get("centre_above") or "", values.get("centre")),
        "opener": (values.get("opener_above") or "", values.get("opener")),
        "person": ("", ""),
    }
    above, issuer = names[by]
    return str(above or ""), str(issuer or "")


_SHORT = DOTS[:3]
"""Dots for a day or a month."""


def words_in(composed: Composed) -> list[str]:
    """All that is printed of a text but its mark, in the order in which a file of it is read."""
    text = composed
    left = [text.above.upper(), text.issuer.upper(), "*" if text.issuer else "", text.number]
    left += [about(text)] if text.letter else []
    head = [*left, text.grade, text.banner, text.place_date]
    head += [] if text.letter else [text.title, text.subject]
    body = [word for each in text.body for word in (each.text, *_cells(each.table if isinstance(each, Item) else None))]
    receivers = ["Nơi nhận:", *(f"- {one}" for one in text.receivers)] if text.receivers else []
    foot = [text.beside, text.beside_signer, *receivers, text.authority, text.office, text.signer]
    said = [f"Kính gửi: {text.to}"] if text.to else []
    return [one for one in (*head, *said, *body, *_cells(text.table), *foot) if one]


def _cells(table: Table | None) -> list[str]:
    return [] if table is None else [cell for row in (table.heads, *table.rows) for cell in row]


def about(letter: Composed) -> str:
    """The subject of a letter, as it stands under its number."""
    return f"V/v {letter.subject}"


def seal_of(key: bytes, composed: Composed, beside: bytes = b"") -> str:
    """Ten signs that change with every letter of a text, made with the instance's key; `beside` is what else it says,
    and by which template.
    """
    return seal_of_words(key, composed.mark, words_in(composed), beside)


def seal_of_words(key: bytes, mark: str, words: Iterable[str], beside: bytes = b"") -> str:
    """The same of words that were read from a file, where spaces and the bars between cells may be others."""
    said = "".join("".join(words).replace("|", "").split())
    return hmac.new(key, f"{mark}\n{said}".encode() + beside, sha256).hexdigest()[:10]
