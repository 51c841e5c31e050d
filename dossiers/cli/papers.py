"""Commands for papers: texts drawn up."""

from pathlib import Path

import click

from dossiers.casework import loading
from dossiers.casework.act import NotFound
from dossiers.cli.common import Commands, fail
from dossiers.documents import services
from dossiers.documents.composing import drafts
from dossiers.privacy import services as privacy
from dossiers.rules import services as rules

papers = Commands("papers", help="Papers: texts drawn up as PDF or DOCX.")


@papers.command("render")
@click.argument("code")
@click.argument("form")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def render(code: str, form: str, file: Path) -> None:
    """Draw up a text of a dossier: FORM as its rulebook calls it, such as 6-KNĐ; FILE ends in .pdf or .docx."""
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in services.RENDER:
        fail(f"{file.name}: the file must end in .pdf or .docx")
    try:
        case = loading.load_for_administration(code.upper())
    except NotFound:
        fail(f"no dossier {code!r}")
    book = rules.books()[case.rulebook]
    kind = services.kind_of(form.upper().replace("KND", "KNĐ"), book)
    if kind is None:
        known = [book.form(kind) for kind in drafts() if kind in book.kinds]
        fail(f"no text for {form!r} under {book.code}; there are: {', '.join(known)}")
    try:
        file.write_bytes(services.RENDER[suffix](services.composed(case, kind, sensitive=True)))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}")
    privacy.note_command(f"papers render {case.code} {book.form(kind)}")
    click.echo(f"Wrote {file}.")
