"""Commands for papers: texts drawn up, the files of scans."""

from pathlib import Path

import click

from dossiers.casework import loading
from dossiers.casework.act import NotFound
from dossiers.cli.common import AS_JSON, Commands, fail, show
from dossiers.documents import services
from dossiers.documents.composing import drafts
from dossiers.extensions import write_transaction
from dossiers.papers import asking, files
from dossiers.privacy import services as privacy
from dossiers.rules import services as rules

papers = Commands("papers", help="Papers: texts drawn up as PDF or DOCX, and the files of scans.")


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


@papers.command("rotate-key")
@AS_JSON
def rotate_key(as_json: bool) -> None:
    """Seal the keys of all files by DOSSIERS_FILE_KEY, those sealed by DOSSIERS_FILE_KEY_BEFORE too."""
    try:
        with write_transaction():
            done = files.rotate()
    except files.Damaged as error:
        fail(f"A file opens neither by the file key nor by the one before ({error}); nothing was written.")
    if as_json:
        show({"files": done})
    else:
        click.echo(f"{done} files are sealed by the key of now.")


@papers.command("ask-scanner")
@AS_JSON
def ask_scanner(as_json: bool) -> None:
    """Ask the virus scanner about files it has not answered for (`serve` does it by itself)."""
    answered, left = asking.ask_again()
    if as_json:
        show({"answered": answered, "waiting": left})
    else:
        click.echo(f"{answered} files answered for, {left} wait.")
