"""Tables as files that spreadsheets open: CSV and XLSX, made here in a few lines.

A cell holds a text, a whole number, a day or nothing. What people typed stays text: no cell begins a formula.
"""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from io import BytesIO, StringIO

from dossiers.formatters import day

Cell = str | int | date | None
MIMETYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BEGINNING = date(1899, 12, 30)
"""The day from which spreadsheets count days."""


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its heads, its lines."""

    name: str
    heads: Sequence[str]
    lines: Sequence[Sequence[Cell]]

    def made(self, suffix: str) -> bytes:
        """The table as a file, "csv" or "xlsx"."""
        return _xlsx(self) if suffix == "xlsx" else _csv(self)


def _csv(sheet: Sheet) -> bytes:
    """With semicolons, as spreadsheets read it where the comma is in numbers; its first bytes say that it is UTF-8."""
    made = StringIO()
    writer = csv.writer(made, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.heads)
    writer.writerows([_plain(cell) for cell in line] for line in sheet.lines)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, date):
        return day(cell)
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Times New Roman"/></font>'
    '<font><b/><sz val="11"/><name val="Times New Roman"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>',
}
_WHEN = (2020, 1, 1, 0, 0, 0)
"""What every part says it was written: the same table makes the same file."""


def _xlsx(sheet: Sheet) -> bytes:
    name = escape("".join(" " if char in "[]:*?/\\" else char for char in sheet.name)[:31])
    parts = {
        **_PARTS,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(_rows(sheet))}'
        "</sheetData></worksheet>",
    }
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for path, text in parts.items():
            file.writestr(zipfile.ZipInfo(path, _WHEN), _HEAD + text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _rows(sheet: Sheet) -> Iterable[str]:
    yield f'<row r="1">{"".join(_text(head, 2) for head in sheet.heads)}</row>'
    for nr, line in enumerate(sheet.lines, start=2):
        yield f'<row r="{nr}">{"".join(map(_cell, line))}</row>'


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, date):
        return f'<c s="1"><v>{(cell - _BEGINNING).days}</v></c>'
    return f"<c><v>{cell}</v></c>" if isinstance(cell, int) else _text(cell, 0)


def _text(text: str, style: int) -> str:
    shown = escape("".join(char for char in text if char.isprintable() or char == "\n"), quote=False)
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{shown}</t></is></c>'
