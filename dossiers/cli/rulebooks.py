"""Commands for rulebooks that come as files: checked, loaded, run dry."""

import sys
from pathlib import Path

import click
import msgspec

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.services import by_email
from dossiers.acting.trying import told
from dossiers.casework import trials
from dossiers.cli.common import AS_JSON, Commands, fail, show
from dossiers.privacy import services as privacy
from dossiers.rules import files
from dossiers.rules import services as rules
from workflow.roles import Role
from workflow.rulebook import Rulebook
from workflow.rulefile import MOST_BYTES, Checked, faults

rulebook = Commands("rulebook", help="Rulebooks as files: check, load, run dry.")

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:  # no more than is needed to see that it is too large
        return opened.read(MOST_BYTES + 1)


def _refused(found: Checked, file: Path) -> None:
    """Name every fault and end with exit code 1, as a check that found something does."""
    for line in faults(found):
        click.echo(line)
    click.echo(f"{file.name}: {len(found.findings)} chỗ sai; chưa ghi gì.", err=True)
    sys.exit(1)


@rulebook.command("check")
@_FILE
@AS_JSON
def rulebook_check(file: Path, as_json: bool) -> None:
    """Check a rulebook's file strictly and store nothing: each fault with its line and key; exit code 1 if any."""
    found = files.checked(_read(file))
    if as_json:
        show([{"line": one.line, "key": one.key, "what": one.what.vi} for one in found.findings])
        sys.exit(1 if found.findings else 0)
    if found.book is None:
        _refused(found, file)
    else:
        click.echo(f"{file.name}: {found.book.code}, in force from {found.book.in_force_from}; nothing is wrong.")


@rulebook.command("load")
@_FILE
@click.option("--as", "email", required=True, help="The administrator whose act it is, by address.")
@click.option("--ground", required=True, help="The text it rests on, such as its number and date.")
def rulebook_load(file: Path, email: str, ground: str) -> None:
    """Check a rulebook's file and keep it; it takes effect when a second person confirms it on its page."""
    account = by_email(email)
    who = grants.load(account.id, clock.today()) if account else None
    if who is None or Role.ADMINISTRATOR not in who.roles:
        fail(f"{email} is no administrator")
    if not 0 < len(ground.strip()) <= 300:
        fail("the ground has 1 to 300 letters")
    kept, found = files.load(_read(file), ground.strip(), who.account_id)
    if kept is None:
        _refused(found, file)
        return
    trials.begin(kept)
    click.echo(f"Loaded {kept.code} version {kept.version}, SHA-256 {kept.digest}; it waits for a second person.")


@rulebook.command("list")
@AS_JSON
def rulebook_list(as_json: bool) -> None:
    """The rulebooks of this instance, and the newest hundred files that were loaded, each with what became of it."""
    data = {
        "rulebooks": [{"code": one.code, "in_force_from": one.in_force_from} for one in rules.books().values()],
        "files": [
            {
                "number": one.file.id,
                "code": one.file.code,
                "version": one.file.version,
                "in_force_from": one.file.in_force_from,
                "digest": one.file.digest,
                "outcome": one.file.outcome or "waits",
            }
            for one in files.page(0, 100)
        ],
    }
    if as_json:
        show(data)
        return
    for book in data["rulebooks"]:
        click.echo(f"{book['code']:<12} from {book['in_force_from']}")
    for file in data["files"]:
        click.echo(
            f"{file['code']:<12} version {file['version']} from {file['in_force_from']}  {file['outcome']:<9}"
            f" {file['digest']}"
        )


def _book(what: str) -> Rulebook:
    """A rulebook by its code (of a loaded one the newest version), or in a file."""
    loaded = files.newest(what.upper())
    if loaded is not None:
        return files.book_of(loaded)
    known = rules.books().get(what.upper())
    if known is not None:
        return known
    path = Path(what)
    if not path.is_file():
        fail(f"no rulebook and no file {what!r}; there are: {', '.join(rules.books())}")
    found = files.checked(_read(path))
    if found.book is None:
        _refused(found, path)
    assert found.book is not None
    return found.book


@rulebook.command("try")
@click.argument("what")
@click.option("--summary", is_flag=True, help="Only the figures.")
@AS_JSON
def rulebook_try(what: str, summary: bool, as_json: bool) -> None:
    """Run a rulebook dry, by its code or as a FILE that was not loaded: dossiers whose deadlines, needs, road or
    answers would change, before and after, one by one as they are found; then the figures. With --json a line each.
    """
    book, books = _book(what), rules.books()
    counted = trials.figures(())
    for one in trials.Run(book).all():
        counted.update(trials.figures((one,)))
        if summary:
            continue
        if as_json:
            line = {"code": one.code, "rulebook": one.rulebook, "refused": one.is_refused, "changes": one.changes}
            click.echo(msgspec.json.encode(line).decode())
            continue
        for change in one.changes:
            said = told(change, books[one.rulebook], book)
            click.echo(f"{one.code}  {said.title}: {said.before} → {said.after}")
    privacy.note_command(f"rulebook try {book.code} ({counted['affected']})")
    figures = {name: counted[name] for name in ("affected", "refused", "deadlines", "needs", "routes")}
    if as_json:
        click.echo(msgspec.json.encode(figures).decode())
    else:
        click.echo(
            "{refused} hồ sơ sẽ bị từ chối, {deadlines} thời hạn thay đổi, {needs} hồ sơ đổi giấy tờ, điều kiện, "
            "{routes} hồ sơ đổi đường xét; {affected} hồ sơ có thay đổi.".format(**figures)
        )
