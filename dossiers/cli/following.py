"""Commands about those on probation."""

from datetime import date
from typing import Any

import click

from dossiers.cli.common import AS_JSON, DAY, Commands, fail, show
from dossiers.monitoring.board import board
from dossiers.units.services import by_code

monitoring = Commands("monitoring", help="Those on probation: month by month, with warnings.")


@monitoring.command("board")
@click.option("--unit", required=True, help="Code of the unit; those under it are looked at too.")
@click.option("--as-of", type=DAY, required=True, help="The day to look from, such as 2022-07-27.")
@AS_JSON
def monitoring_board(unit: str, as_of: date, as_json: bool) -> None:
    """Each probationary member: code, month of probation, days to the end, warnings."""
    found = by_code(unit)
    if found is None:
        fail(f"no unit {unit!r}")
    data: list[dict[str, Any]] = [
        {
            "code": line.code,
            "month": line.month,
            "days_to_end": line.days_to_end,
            "warnings": [one.rule for one in line.urged],
            "answered": [one.rule for one in line.warnings if one.answered],
        }
        for line in board(found.id, as_of).lines
    ]
    if as_json:
        show(data)
        return
    for row in data:
        told = ", ".join(row["warnings"]) or "-"
        click.echo(f"{row['code']}  month {row['month']:>2}  {row['days_to_end']:>4} days to the end  {told}")
