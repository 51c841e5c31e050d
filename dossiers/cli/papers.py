"""Commands for papers: texts drawn up, the files of scans."""

import sys
from datetime import timedelta
from pathlib import Path

import click

from dossiers import profile
from dossiers.casework import loading
from dossiers.casework.act import NotFound
from dossiers.casework.case import Case
from dossiers.cli.common import AS_JSON, Commands, fail, show
from dossiers.documents import letters, services
from dossiers.documents.composing import Beside, drafts
from dossiers.extensions import write_transaction
from dossiers.papers import asking, files, keeping, objects
from dossiers.papers.judging import Unfit
from dossiers.privacy import services as privacy
from dossiers.reading import bundle, digital
from dossiers.reading.bundle import Unready
from dossiers.rules import services as rules

papers = Commands("papers", help="Papers: texts drawn up as PDF or DOCX, and the files of scans.")


def _case(code: str) -> Case:
    if profile.is_register():
        fail("this installation is a register (DOSSIERS_PROFILE): it keeps no contents of papers")
    try:
        return loading.load_for_administration(code.upper())
    except NotFound:
        fail(f"no dossier {code!r}")


@papers.command("render")
@click.argument("code")
@click.argument("form")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--grade", type=click.Choice(list(services.GRADES)), help="The grade of secrecy it carries.")
def render(code: str, form: str, file: Path, grade: str | None) -> None:
    """Draw up a text of a dossier: FORM as its rulebook calls it, such as 6-KNĐ; FILE ends in .pdf or .docx.

    CV-TT are its letters of the verification, CV-YK those that ask for opinions, BK-HS its cover list.
    """
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in services.RENDER:
        fail(f"{file.name}: the file must end in .pdf or .docx")
    case = _case(code)
    text = form.upper().replace("KND", "KNĐ")
    try:
        file.write_bytes(_made(case, text, suffix, grade or ""))
    except Unfit as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}")
    privacy.note_command(f"papers render {case.code} {form.upper()}")
    click.echo(f"Wrote {file}.")


def _made(case: Case, form: str, suffix: str, grade: str) -> bytes:
    """The text of a form, or the letters it stands for. Ends the command where there is none."""
    book = rules.books()[case.rulebook]
    if form in letters.FORMS:
        wanted = letters.of_dossier(case, letters.FORMS[form])
        if not wanted:
            fail(f"{case.code} has no such requests: no letters to draw up")
        return services.drawn([letters.composed(one, grade) for one in wanted], suffix)
    if form == services.BESIDE[Beside.COVER_LIST]:
        table = bundle.cover_table(bundle.handed(case))
        return services.made(case, Beside.COVER_LIST, suffix, False, table, grade).content
    kind = services.kind_of(form, book)
    if kind is None:
        known = [
            services.called(kind, book)
            for kind in drafts()
            if (isinstance(kind, Beside) and kind is not Beside.COVER_LISTS) or kind in book.kinds
        ]
        fail(f"no text for {form!r} under {book.code}; there are: {', '.join((*known, *letters.FORMS))}")
    return services.made(case, kind, suffix, True, grade=grade).content


@papers.command("export")
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@AS_JSON
def export(code: str, file: Path, as_json: bool) -> None:
    """Write the digital file of a dossier (1361-CV/BTCTW) as FILE.zip; `papers verify` checks it."""
    if file.suffix.lower() != ".zip":
        fail(f"{file.name}: the file must end in .zip")
    case = _case(code)
    try:
        made = digital.make(case, sensitive=True)
        file.write_bytes(made.content)
    except (Unready, Unfit, files.Damaged, objects.Unreachable) as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}")
    privacy.note_command(f"papers export {case.code}", case.id)
    listed = made.listed
    if as_json:
        show({
            "code": listed.code, "version": listed.version, "folder": listed.folder, "missing": listed.missing,
            "unknown": listed.unknown, "told": made.told,
            "files": [
                {"name": one.name, "form": one.form, "size": one.size, "sha256": one.sha256} for one in listed.files
            ],
        })  # fmt: skip
    else:
        click.echo(" ".join((f"Wrote {file}: {len(listed.files)} files in {listed.folder}.", *made.told)))


@papers.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AS_JSON
def verify(file: Path, as_json: bool) -> None:
    """Check a digital file: names, content, nothing missing or too much, no newer scans in the dossier.

    Exit code 1 when something is wrong with it, 2 when it is no digital file.
    """
    try:
        listed, wrong = digital.opened(file)
    except digital.NoDigitalFile as error:
        fail(f"{file.name} {error}")
    try:
        wrong += digital.against(listed, loading.load_for_administration(listed.code))
    except NotFound:
        wrong.append(f"no dossier {listed.code[:40]!r} here")
    if as_json:
        show({"code": listed.code, "files": len(listed.files), "missing": listed.missing, "wrong": wrong})
    elif wrong:
        click.echo(f"{file.name}: {'; '.join(wrong)}")
    else:
        without = f"; without a scan: {', '.join(listed.missing)}" if listed.missing else ""
        click.echo(f"{file.name}: {len(listed.files)} files of {listed.code}, all as they were written{without}.")
    sys.exit(1 if wrong else 0)


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


@papers.command("move-files")
@click.option("--to", "where", type=click.Choice(["database", "store"]), help="Where the setting says if left out.")
@AS_JSON
def move_files(where: keeping.Where | None, as_json: bool) -> None:
    """Take the files of scans to the store of DOSSIERS_S3_URL, or back into the database; one by one, each read through
    before. What was cut off goes on when it is run again.
    """
    to: keeping.Where = where or ("store" if objects.is_used() else "database")
    try:
        done = keeping.move(to)
    except files.Damaged as error:
        fail(f"A file is damaged ({error}); `audit verify` names it. Those before it were moved.")
    except objects.Unreachable as error:
        fail(f"{error}; what was moved before stays moved.")
    if as_json:
        show({"files": done, "to": to})
    else:
        click.echo(f"{done} files went to the {to}.")


@papers.command("sweep")
@click.option("--minutes", type=click.IntRange(0, 100_000), default=60, show_default=True,
              help="Leave alone what is younger: its act may still be written.")  # fmt: skip
@AS_JSON
def sweep(minutes: int, as_json: bool) -> None:
    """Take away what acts that were cut off left in the store of scans (`serve` does it by itself)."""
    try:
        gone = keeping.sweep(timedelta(minutes=minutes))
    except (files.Damaged, objects.Unreachable) as error:
        fail(str(error))
    if as_json:
        show({"objects": gone})
    else:
        click.echo(f"{gone} loose objects taken away.")
