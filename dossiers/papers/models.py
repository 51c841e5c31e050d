"""Papers on file, their scans, and the files of these."""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers import engines
from dossiers.extensions import Model
from dossiers.office.logged import apart, logged


class PaperRecord(Model):
    """A paper on file, brought by event `seq` as its `nr`th.

    `number_key` is unique: issuer, form, year and number are used once. By `number_words` it is found.
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(200))
    number_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    number_words: Mapped[str] = mapped_column(engines.plain_text(220), server_default="")

    __table_args__ = (Index("ix_paper_record_number_words", "number_words", "dossier_id"),)


class PaperScan(Model):
    """The scan of a paper, as event `seq` attached it; of one paper the newest counts, and the others are kept.

    The paper is the `paper_nr`th of event `paper_seq`; `leaves` are its pages (papers.scans).
    """

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    paper_seq: Mapped[int]
    paper_nr: Mapped[int]
    form: Mapped[str] = mapped_column(String(20))
    leaves: Mapped[str] = mapped_column(Text)


class ScanFile(Model):
    """A file of a scan, by its address; the `nr`th of the scan that event `seq` attached."""

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(64), index=True)


_HASHED = "A dossier's event names a file by a keyed hash over all of it: audit verify reads each and compares."


class StoredFile(Model):
    """A file that was cleaned, once however often it was sent; `address` is a keyed hash over its content.

    `kind` is pdf, jpeg, png or docx, `verdict` what the virus scanner said (papers.scanner). `sealed_key` is the key it
    is encrypted with, sealed by the one of the settings; it opens for just this kind, size and number of pages.
    `object` is where its pieces are in the store of the settings; "": in file_chunk.
    """

    __table_args__ = (apart(_HASHED),)

    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    pages: Mapped[int]
    size: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(10), index=True)
    sealed_key: Mapped[str] = mapped_column(String(200))
    object: Mapped[str] = mapped_column(String(120), server_default="")


class FileChunk(Model):
    """A piece of a file, encrypted; together they are small enough for either database to carry."""

    __table_args__ = (apart(_HASHED),)

    address: Mapped[str] = mapped_column(ForeignKey("stored_file.address"), primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class FileKey(Model):
    """The key of the addresses, made with the first file, and the name of this instance's folder in a store, with the
    first object there; each sealed by the key of the settings.
    """

    __table_args__ = (apart("Without it no file has its address: audit verify would name them all."),)

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(200))


class NumberBook(Model):
    """The register of the numbers of a unit's texts of one `series` (papers.registers.Series), in use from `begins_on`
    to `ends_on`. Numbers run from `first` on through a term, or anew each year (`runs`); `sign` stands behind them.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    series: Mapped[str] = mapped_column(String(10))
    sign: Mapped[str] = mapped_column(String(40))
    runs: Mapped[str] = mapped_column(String(10))
    begins_on: Mapped[date]
    first: Mapped[int]
    ends_on: Mapped[date | None]
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("unit_id", "series", "begins_on"), logged())


class RegisteredNumber(Model):
    """A number of a register, once for all: of the text that event `seq` of a dossier made, as it stands on paper; or
    spoiled, with its ground. `period` is the year where numbers run anew each year, else "".
    """

    book_id: Mapped[int] = mapped_column(ForeignKey("number_book.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    nr: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(20))
    issued_on: Mapped[date | None]
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    seq: Mapped[int | None]
    given_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    given_for: Mapped[int | None]
    """The account in whose place it was given, by whom its role was lent."""
    given_at: Mapped[str] = mapped_column(String(32))
    spoiled_on: Mapped[date | None]
    ground: Mapped[str] = mapped_column(Text)

    __table_args__ = (logged(personal=("ground",)),)
