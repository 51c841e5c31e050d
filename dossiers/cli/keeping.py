"""Commands that keep the data: checking the chains, checkpoints, backups, moving to another engine."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import g
from flask.cli import with_appcontext

from dossiers import private
from dossiers.audit import checkpoints, running, upgrading
from dossiers.backup.sealed import BadBackup
from dossiers.casework import counts as kept
from dossiers.cli.common import AS_JSON, DAY, Command, Commands, asked, fail, show
from dossiers.extensions import write_transaction
from dossiers.papers.files import Damaged
from dossiers.papers.objects import Unreachable
from dossiers.privacy import services as privacy
from dossiers.units import tree

audit = Commands("audit", help="The audit chain.")
backup = Commands("backup", help="Backups, also while the instance is in use.")
counts = Commands("counts", help="The counts that reports show.")
instance = Commands("instance", help="The instance as a whole.")


class _Migrating(click.Group):
    """Flask-Migrate's commands, found when one is asked for: they bring Alembic along, which no page wants."""

    def _commands(self) -> click.Group:
        from flask_migrate.cli import db  # brings Alembic along

        found: click.Group = db
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return self._commands().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        return self._commands().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the one that was named."""
        return asked(lambda: super(_Migrating, self).invoke(ctx))


@click.group("db", cls=_Migrating)
@with_appcontext
def database() -> None:
    """The database's tables: upgrade, current, history …"""
    g.directory, g.x_arg = None, ()  # what Flask-Migrate's own group takes as options


@counts.command("verify")
@click.option("--mend", is_flag=True, help="Count anew what differs.")
@AS_JSON
def counts_verify(mend: bool, as_json: bool) -> None:
    """Compare the kept counts with the dossiers; exit code 1 when they differ and are not mended."""
    with write_transaction():
        found, units = kept.wrong(), tree.current()
        if found and mend:
            kept.mend()
    lines = [{"unit": units[unit].code, "state": state, "kept": n, "counted": m} for unit, state, n, m in found]
    if as_json:
        show({"differences": lines, "mended": bool(found and mend)})
    else:
        for line in lines:
            click.echo(f"{line['unit']} {line['state']}: kept {line['kept']}, counted {line['counted']}")
        click.echo(f"{len(lines)} differences{', mended' if found and mend else ''}.")
    sys.exit(1 if found and not mend else 0)


@audit.command("verify")
@click.option("--file", "path", type=click.Path(path_type=Path), help="An exported file; needs no database.")
@click.option("--against", type=click.Path(path_type=Path), help="Also compare with an earlier export, kept elsewhere.")
@click.option("--since", type=DAY, default=None, help="Only dossiers acted on since this day, such as 2022-07-26.")
@click.option("--key", default=None, help="The public key the file must be signed with (64 hex digits).")
@AS_JSON
def audit_verify(path: Path | None, against: Path | None, since: date | None, key: str | None, as_json: bool) -> None:
    """Check every chain, every table that follows from one, every checkpoint; exit code 1 when something differs."""
    try:
        if path is not None:
            count, findings = checkpoints.verify_file(path, key)
        else:
            count, findings = running.verify_all(since, None if as_json else _progress)
            if against is not None:
                findings += checkpoints.against(against, key)
    except checkpoints.BadFile as error:
        fail(f"{path or against}: {error}")
    if as_json:
        show({"events": count, "findings": [{"dossier": f.code, "event": f.seq, "what": f.what} for f in findings]})
    else:
        for finding in findings:
            click.echo(_line(finding))
        click.echo(f"{count} events checked, {len(findings)} findings.")
    sys.exit(1 if findings else 0)


def _progress(done: int, of: int) -> None:
    """How far a long check is, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {of:,} events …", nl=done >= of, err=True)


@click.command("upgrade-log", cls=Command)
@click.option(
    "--as", "email", default=None, help="The administrator whose act it is, by address; the first one if left out."
)
@with_appcontext
def upgrade_log(email: str | None) -> None:
    """Begin logs of an earlier format anew: one signed event a dossier, and one of the office with every row.

    Does nothing where nothing is of an earlier format; refuses (exit code 1) while a chain is broken.
    """
    try:
        done = upgrading.upgrade_log(email)
    except upgrading.NobodyFits as error:
        fail(str(error))
    for finding in done.findings:
        click.echo(_line(finding))
    if done.findings:
        click.echo("Nothing was written.")
        sys.exit(1)
    if done.office:
        click.echo("The log now holds every row.")
    if done.dossiers:
        click.echo(f"{done.dossiers} dossiers begin their log anew.")
    if not (done.office or done.dossiers):
        click.echo("Nothing was written.")


def _line(finding: Any) -> str:
    where = f" event {finding.seq}" if finding.seq else ""
    return f"{finding.code}{where}: {finding.what}"


@audit.command("checkpoint")
@click.option("--file", "path", type=click.Path(path_type=Path), help="Also export every event with the checkpoint.")
@AS_JSON
def audit_checkpoint(path: Path | None, as_json: bool) -> None:
    """Take the heads of all chains into one signed root; print it on paper or keep it elsewhere."""
    made = checkpoints.make()
    if path is not None:
        try:
            checkpoints.export(path, made)
        except OSError as error:
            fail(f"{path}: {error.strerror}")
        privacy.note_command(f"audit checkpoint {path.name}")
    data = {
        "number": made.id, "made_at": made.made_at, "dossiers": made.dossiers, "events": made.events, "root": made.root,
        "signature": made.signature, "public_key": made.public_key,
    }  # fmt: skip
    if as_json:
        show(data)
    else:
        for name, value in data.items():
            click.echo(f"{name:<11} {value}")


@backup.command("create")
@click.argument("path", type=click.Path(path_type=Path))
@AS_JSON
def backup_create(path: Path, as_json: bool) -> None:
    """Write an encrypted, signed backup of everything but the keys; works while the instance is in use."""
    from dossiers.backup import services  # brings Alembic along, which no page wants

    try:
        manifest = services.create(path)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except (Damaged, Unreachable) as error:
        fail(f"{path}: not written, a file of a scan cannot be read: {error}")
    if private.is_open(path.absolute().parent):
        click.echo(f"{path.absolute().parent} is open to others: chmod 700", err=True)
    privacy.note_command(f"backup create {path.name}")
    if as_json:
        show(manifest)
    else:
        click.echo(f"{path}: {sum(manifest['rows'].values())} rows, root {manifest['root']}")


_SIGNED_BY = click.option("--key", help="The public key it must be signed with; this instance's if left out.")
_UNSIGNED = click.option("--unsigned", is_flag=True, help="Take one that nobody, or somebody else, has signed.")


@backup.command("verify")
@click.argument("path", type=click.Path(path_type=Path))
@_SIGNED_BY
@_UNSIGNED
@AS_JSON
def backup_verify(path: Path, key: str | None, unsigned: bool, as_json: bool) -> None:
    """Check a backup: whose it is, its files, its counts, its chains. Needs no database, but the keys."""
    from dossiers.backup import services  # brings Alembic along, which no page wants

    try:
        manifest = services.verify(path, services.Trust(key, unsigned))
    except BadBackup as error:
        fail(f"{path}: {error}")
    if as_json:
        show(manifest)
    else:
        click.echo(f"{path}: whole; {sum(manifest['rows'].values())} rows, root {manifest['root']}")


@backup.command("restore")
@click.argument("path", type=click.Path(path_type=Path))
@_SIGNED_BY
@_UNSIGNED
def backup_restore(path: Path, key: str | None, unsigned: bool) -> None:
    """Fill an empty, migrated database from a backup (flask db upgrade first)."""
    from dossiers.backup import services  # brings Alembic along, which no page wants

    try:
        manifest = services.restore(path, services.Trust(key, unsigned))
    except BadBackup as error:
        fail(f"{path}: {error}")
    click.echo(f"Restored {sum(manifest['rows'].values())} rows, root {manifest['root']}")


@instance.command("copy")
@click.option("--to", "url", required=True, help="Address of an empty database, such as postgresql://user@host/name.")
@AS_JSON
def instance_copy(url: str, as_json: bool) -> None:
    """Copy this instance to another database, of the other engine too; counts and chain heads are compared."""
    from dossiers.backup import services  # brings Alembic along, which no page wants

    try:
        manifest = services.copy(url)
    except (BadBackup, Damaged, Unreachable) as error:
        fail(str(error))
    privacy.note_command("instance copy")
    if as_json:
        show(manifest)
    else:
        click.echo(f"Copied {sum(manifest['rows'].values())} rows; counts and root {manifest['root']} are the same.")
