"""What commands share: one line on a mistake with exit code 2, JSON on demand, dates."""

import json
import sys
from datetime import date
from typing import Any, NoReturn

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")


def fail(text: str) -> NoReturn:
    """End with one line on standard error and exit code 2."""
    click.echo(text, err=True)
    sys.exit(2)


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
