"""Texts of the application's own as Word files, to be edited; of each is told, as plain values, what stands where."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as Align
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt


def drawn(texts: Sequence[dict[str, Any]], face: str) -> bytes:
    """Texts in one file, each from a page of its own, numbered by itself."""
    made = Document()
    made.styles["Normal"].font.name = face
    for nr, one in enumerate(texts):
        _write(made, one, made.sections[0] if nr == 0 else made.add_section())
    made.core_properties.title = f"{texts[0]['title']} {texts[0]['subject']}"
    made.core_properties.author = ""
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _write(made: Any, text: dict[str, Any], page: Any) -> None:
    """Write a text into its own section of a document."""

    measures = text["measures"]
    _set_page(page, measures)

    def write(where: Any, words: str, align: Any, size: int, bold: bool = False, italic: bool = False) -> Any:
        paragraph = where.add_paragraph()
        paragraph.alignment = align
        shape = paragraph.paragraph_format
        shape.line_spacing, shape.space_after = Pt(measures["line"]), Pt(6 if where is made else 0)
        run = paragraph.add_run(words)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)
        return paragraph

    def pair() -> tuple[Any, Any]:
        left, right = made.add_table(rows=1, cols=2).rows[0].cells
        for cell in (left, right):  # a new cell has an empty paragraph
            cell._element.remove(cell.paragraphs[0]._element)
        return left, right

    left, right = pair()
    if text["above"]:
        write(left, text["above"], Align.CENTER, 14)
    if text["issuer"]:
        write(left, text["issuer"], Align.CENTER, 14, bold=True)
        write(left, "*", Align.CENTER, 14)
    if text["number"]:
        write(left, text["number"], Align.CENTER, 14)
    if text["letter"]:
        write(left, text["about"], Align.CENTER, 12, italic=True)
    if text["grade"]:
        write(left, text["grade"], Align.CENTER, 14, bold=True)
    if not left.paragraphs:
        left.add_paragraph()  # a cell needs one
    write(right, text["banner"], Align.CENTER, measures["heading"], bold=True).runs[0].underline = True
    write(right, text["place_date"], Align.CENTER, 14, italic=True)
    if not text["letter"]:
        write(made, text["title"], Align.CENTER, measures["title"], bold=True).paragraph_format.space_before = Pt(12)
        write(made, text["subject"], Align.CENTER, 14, bold=True)
    if text["to"]:
        write(made, "Kính gửi: " + text["to"], Align.CENTER, 14)

    for each in text["body"]:
        is_head = each["centred"] or each.get("bold", False)
        if each.get("table") is not None:
            _list(made, each["table"])
            continue
        align = Align.CENTER if each["centred"] else Align.JUSTIFY
        paragraph = write(made, each["text"], align, measures["body"], bold=is_head)
        if not is_head:
            paragraph.paragraph_format.first_line_indent = Mm(measures["indent"])
    if text["table"] is not None:
        _list(made, text["table"])
    made.add_paragraph().paragraph_format.line_spacing = Pt(12)
    left, right = pair()
    if text["beside"]:
        write(left, text["beside"], Align.CENTER, 14)
        _room(left)
        write(left, text["beside_signer"], Align.CENTER, 14, bold=True)
    if text["receivers"]:
        write(left, "Nơi nhận:", Align.LEFT, 12).runs[0].underline = True
    for receiver in text["receivers"]:
        write(left, f"- {receiver}", Align.LEFT, 12)
    if not left.paragraphs:
        left.add_paragraph()  # as above
    if text["authority"]:
        write(right, text["authority"], Align.CENTER, 14, bold=True)
    write(right, text["office"], Align.CENTER, 14)
    _room(right)
    write(right, text["signer"], Align.CENTER, 14, bold=True)
    write(made, text["mark"], Align.LEFT, 8)


def _room(cell: Any) -> None:
    """Room for a signature."""
    for _line in range(3):
        cell.add_paragraph()


def _list(made: Any, table: dict[str, Any]) -> None:
    """A list with its heads, each column as wide as it is to the others."""

    listed = made.add_table(rows=1, cols=len(table["heads"]), style="Table Grid")
    listed.autofit = False
    for cell, head in zip(listed.rows[0].cells, table["heads"], strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    for row in table["rows"]:
        for cell, words in zip(listed.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(words).font.size = Pt(12)
    for width, column in zip(table["widths"], listed.columns, strict=True):
        column.width = Mm(_WIDTH * width / sum(table["widths"]))
        for cell in column.cells:
            cell.width = column.width


_WIDTH = 165
"""Millimetres between the margins."""


def _set_page(page: Any, measures: Mapping[str, int]) -> None:
    """A4 with its margins; numbered by itself from its second page on, top centre."""

    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(measures["top"]), Mm(measures["bottom"])
    page.left_margin, page.right_margin = Mm(measures["left"]), Mm(measures["right"])
    page.different_first_page_header_footer = True
    for old in page._sectPr.findall(qn("w:pgNumType")):
        page._sectPr.remove(old)
    numbered = OxmlElement("w:pgNumType")
    numbered.set(qn("w:start"), "1")
    page._sectPr.append(numbered)
    page.header.is_linked_to_previous = False
    paragraph = page.header.paragraphs[0]
    paragraph.alignment = Align.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
