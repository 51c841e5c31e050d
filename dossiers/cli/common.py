"""What commands share: one line on a mistake with exit code 2, also when the database fails; JSON on demand, dates."""

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from dossiers import logs

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")


def fail(text: str) -> NoReturn:
    """End with one line on standard error and exit code 2."""
    click.echo(text, err=True)
    sys.exit(2)


def asked(invoke: Callable[[], Any]) -> Any:
    """What `invoke` gives; when the database or a file fails, one line and the end."""
    try:
        return invoke()
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig).partition("\n")[0]
        fail(f"The database did not answer as expected ({said}). Is it up to date? `flask db upgrade` brings it there.")
    except DBAPIError as error:
        fail(f"The database refused ({logs.told(error.orig or error)}). Is it the database of this program?")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or type(error).__name__}")


class Command(click.Command):
    """A command that says in one line that the database is missing, not up to date, busy or full."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        return asked(lambda: super(Command, self).invoke(ctx))


class Commands(AppGroup):
    """A group of such commands, each with the application's context."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        return asked(lambda: super(Commands, self).invoke(ctx))


def show(data: Any) -> None:
    """Print data as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


class _Day(click.ParamType[date]):
    name = "DATE"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """2022-07-10 as a date."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            fail(f"{param.opts[0]}: {value!r} is no date; write it as 2022-07-10")


DAY = _Day()
