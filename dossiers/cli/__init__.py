"""Commands of `flask --app wsgi`: an exit code, one line on a mistake, and --json where there is data."""

from flask import Flask

from dossiers.cli.keeping import audit, backup, counts, database, instance, upgrade_log
from dossiers.cli.office import accounts, units
from dossiers.cli.reading import dossiers, quota
from dossiers.cli.serving import demo, prepare, serve, worker


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (
        demo, dossiers, quota, counts, audit, upgrade_log, backup, database, instance, accounts, units,
        prepare, serve, worker,
    ):  # fmt: skip
        app.cli.add_command(command)
