"""Laying texts out: PDF by typst, DOCX by python-docx. Both are loaded when the first text is asked for."""

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec

from dossiers.documents.composing import FONTS, Composed

_LAYOUT = Path(__file__).parent / "layout.typ"
_WORDS = Path(__file__).parent / "words.typ"


def pdf(text: Composed | Sequence[Composed]) -> bytes:
    """The text as PDF; several follow each other, each from a page of its own, numbered by itself."""
    import typst  # 80 MB that no other page wants

    return _set(typst, _LAYOUT, msgspec.to_builtins(text))


def words(paragraphs: Sequence[str], head: str) -> bytes:
    """The bare words of a text as PDF, below a line that says what they are."""
    import typst  # as above

    return _set(typst, _WORDS, {"paragraphs": list(paragraphs), "head": head, "fonts": FONTS})


def _set(typst: Any, layout: Path, data: Any) -> bytes:
    made = typst.compile(str(layout), sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


def docx(text: Composed) -> bytes:
    """The text as DOCX, to be edited."""
    from docx import Document  # a second of imports that no other page wants
    from docx.enum.text import WD_ALIGN_PARAGRAPH as Align  # as above
    from docx.shared import Mm, Pt  # as above

    measures = text.measures
    made = Document()
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(measures["top"]), Mm(measures["bottom"])
    page.left_margin, page.right_margin = Mm(measures["left"]), Mm(measures["right"])
    usual = made.styles["Normal"]
    usual.font.name, usual.font.size = FONTS[2], Pt(measures["body"])
    usual.paragraph_format.line_spacing = Pt(measures["line"])
    usual.paragraph_format.space_after = Pt(6)

    def write(where: Any, words: str, align: Any, size: int, bold: bool = False, italic: bool = False) -> Any:
        paragraph = where.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run(words)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)
        return paragraph

    def pair() -> tuple[Any, Any]:
        left, right = made.add_table(rows=1, cols=2).rows[0].cells
        for cell in (left, right):  # a new cell has an empty paragraph
            cell._element.remove(cell.paragraphs[0]._element)
        return left, right

    left, right = pair()
    if text.above:
        write(left, text.above.upper(), Align.CENTER, 14)
    write(left, text.issuer.upper(), Align.CENTER, 14, bold=True)
    if text.issuer:
        write(left, "*", Align.CENTER, 14)
    if text.number:
        write(left, text.number, Align.CENTER, 14)
    write(right, "ĐẢNG CỘNG SẢN VIỆT NAM", Align.CENTER, measures["heading"], bold=True)
    write(right, text.place_date, Align.CENTER, 14, italic=True)
    write(made, text.title, Align.CENTER, measures["title"], bold=True)
    write(made, text.subject, Align.CENTER, 14, bold=True)
    if text.to:
        write(made, f"Kính gửi: {text.to}", Align.CENTER, 14)
    for each in text.body:
        paragraph = write(
            made, each.text, Align.CENTER if each.centred else Align.JUSTIFY, measures["body"], bold=each.centred
        )
        if not each.centred:
            paragraph.paragraph_format.first_line_indent = Mm(measures["indent"])
    if text.table is not None:
        listed = made.add_table(rows=1, cols=len(text.table.heads), style="Table Grid")
        for cell, head in zip(listed.rows[0].cells, text.table.heads, strict=True):
            cell.paragraphs[0].add_run(head).bold = True
        for row in text.table.rows:
            for cell, words in zip(listed.add_row().cells, row, strict=True):
                cell.text = words
    left, right = pair()
    if text.receivers:
        write(left, "Nơi nhận:", Align.LEFT, 12).runs[0].underline = True
    for receiver in text.receivers:
        write(left, f"- {receiver}", Align.LEFT, 12)
    if not left.paragraphs:
        left.add_paragraph()  # a cell needs one
    if text.authority:
        write(right, text.authority, Align.CENTER, 14, bold=True)
    write(right, text.office, Align.CENTER, 14)
    for _line in range(3):
        write(right, "", Align.CENTER, 14)
    write(right, text.signer, Align.CENTER, 14, bold=True)
    write(page.footer, text.mark, Align.LEFT, 8)
    made.core_properties.title = f"{text.title} {text.subject}"
    made.core_properties.author = ""
    made.core_properties.comments = text.mark
    out = BytesIO()
    made.save(out)
    return out.getvalue()
