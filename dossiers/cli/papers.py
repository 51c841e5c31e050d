"""Commands about the files of papers."""

import click

from dossiers.cli.common import AS_JSON, Commands, fail, show
from dossiers.extensions import write_transaction
from dossiers.papers import asking, files

papers = Commands("papers", help="The scans of papers.")


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
