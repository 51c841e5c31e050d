"""The items of the CV as its text has them: what is written, dots where nothing is."""

from collections.abc import Collection, Iterator

from dossiers.casework.cv import CV, text_of
from dossiers.documents.composing import Item, Table
from dossiers.documents.fields import DOTS
from workflow.cv import NOTHING, PAGES, Page, rows_of

_WIDTHS = {"text": 4, "when": 2, "tie": 2}
"""How wide a column is to the others, by what is written in it; the rest are 3."""


def items(found: CV, hidden: Collection[str]) -> Iterator[Item]:
    """Section by section: its title, its fields, its lists; of `hidden` fields dots. In Vietnamese, as the form is."""
    for section, page in PAGES.items():
        read = found.get(section)
        yield Item(f"{page.items}. {page.title.vi}", bold=True)
        yield from _of(page, {} if read is None or read.values is None else read.values, hidden)


def _of(page: Page, values: dict[str, str], hidden: Collection[str]) -> Iterator[Item]:
    if values.get(NOTHING):
        yield Item("Không có.")
        return
    for field in page.fields:
        text = "" if field.name in hidden else text_of(field.kind, values.get(field.name, ""), "vi")
        lines = text.splitlines() or [DOTS]
        yield Item(f"{field.label.vi}: {lines[0]}")
        yield from (Item(line) for line in lines[1:] if line)
    for rows in page.lists:
        if len(page.lists) > 1:
            yield Item(f"{rows.label.vi}:")
        filled = rows_of(values, rows)
        if not filled:
            yield Item(DOTS)
            continue
        used = [field for field in rows.fields if any(row.get(field.name) for row in filled)]
        yield Item(
            "",
            table=Table(
                tuple(field.label.vi for field in used),
                tuple(_WIDTHS.get(field.kind, 3) for field in used),
                tuple(tuple(text_of(f.kind, row.get(f.name, ""), "vi") for f in used) for row in filled),
            ),
        )
