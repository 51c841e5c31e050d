"""Commands of `flask --app wsgi`: an exit code, one line on a mistake, and --json where there is data.

A command's module is loaded when it is asked for: no page wants what commands bring along.
"""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "accounts": "office", "audit": "keeping", "backup": "keeping", "counts": "keeping", "db": "keeping",
    "demo": "serving", "dossiers": "office", "instance": "keeping", "monitoring": "following", "papers": "papers",
    "prepare": "serving", "quota": "reading", "rulebook": "rulebooks", "serve": "serving", "units": "office",
    "upgrade-log": "keeping", "worker": "serving",
}  # fmt: skip
"""In which module of this room each command stands."""


class _Late(AppGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"dossiers.cli.{COMMANDS[cmd_name]}")
        found = [one for one in vars(module).values() if isinstance(one, click.Command) and one.name == cmd_name]
        return found[0]


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli = _Late(app.name)
