"""Commands that read: dossiers and quotas."""

from datetime import date
from typing import Any

import click
import msgspec
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.services import by_email
from dossiers.casework import loading
from dossiers.casework.act import NotFound
from dossiers.casework.helping import actor_over
from dossiers.casework.models import Dossier, Scope
from dossiers.cli.common import AS_JSON, DAY, Commands, fail, show
from dossiers.extensions import db
from dossiers.people.models import Person
from dossiers.privacy import services as privacy
from dossiers.quotas import services
from dossiers.rules import services as rules
from dossiers.units.models import Unit
from dossiers.units.services import by_code
from workflow import machine
from workflow.checklist import checklist
from workflow.deadlines import running
from workflow.facts import Actor
from workflow.guards import Situation
from workflow.roles import Role
from workflow.route import told
from workflow.stages import State

dossiers = Commands("dossiers", help="Dossiers: listed, shown, erased by law.")
quota = Commands("quota", help="Progress against quotas.")


@dossiers.command("list")
@click.option("--state", default="", help="Only this state, such as cell_review.")
@click.option("--unit", default="", help="Only this unit and those under it, by code.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@AS_JSON
def dossiers_list(state: str, unit: str, limit: int, as_json: bool) -> None:
    """List dossiers, those that wait longest first."""
    if state and state not in set(map(str, State)):
        fail(f"unknown state {state!r}; known: {', '.join(State)}")
    query = select(Dossier, Person.full_name, Unit.code).join(Person).join(Unit, Unit.id == Dossier.unit_id)
    if unit:
        found = db.session.scalar(select(Unit.id).where(Unit.code == unit))
        if found is None:
            fail(f"no unit {unit!r}")
        query = query.join(Scope, (Scope.dossier_id == Dossier.id) & (Scope.ancestor_id == found))
    if state:
        query = query.where(Dossier.state == state)
    rows = db.session.execute(query.order_by(Dossier.since, Dossier.id).limit(limit)).all()
    privacy.note_command(f"dossiers list {unit} {state} ({len(rows)})")
    data = [
        {"code": d.code, "name": name, "unit": code, "state": d.state, "since": d.since, "due_on": d.due_on}
        for d, name, code in rows
    ]
    if as_json:
        show(data)
        return
    for row in data:
        click.echo(f"{row['code']}  {row['state']:<30} {row['since']}  {row['unit']:<10} {row['name']}")


@dossiers.command("show")
@click.argument("code")
@click.option("--as", "email", default="", help="As this account sees it: its units, its roles, its acts.")
@AS_JSON
def dossiers_show(code: str, email: str, as_json: bool) -> None:
    """Show a dossier: state, version, deadlines, checklist, options with refusals."""
    account = by_email(email) if email else None
    if email and account is None:
        fail(f"no account {email!r}")
    try:
        if account is None:
            case = loading.load_for_administration(code.upper())
            actor = Actor("", tuple(Role))
        else:
            signed = grants.load(account.id, clock.today())
            case = loading.load_case(code.upper(), signed)
            actor = actor_over(signed, case)
    except NotFound:
        fail(f"no dossier {code!r}")
    privacy.note_command("dossiers show", case.id)
    assert case.state is not None
    book, calendar = rules.books()[case.rulebook], rules.calendar()
    s = Situation(case.state, case.route, case.facts, book, calendar, actor, clock.today())
    data: dict[str, Any] = {
        "code": case.code,
        "state": str(case.state),
        "since": case.since,
        "version": case.version,
        "rulebook": case.rulebook,
        "route": msgspec.to_builtins(told(case.route)),
        "turn": case.turn,
        "deadlines": [
            {"rule": d.rule, "starts_on": d.starts_on, "due_on": d.due_on, "extended_by": d.extended_by}
            for d in running(case.state, case.facts, book, calendar)
        ],
        "checklist": [
            {
                "rule": check.rule,
                "done": check.refusal is None,
                "message": check.refusal.message.vi if check.refusal else check.label.vi,
            }
            for check in checklist(s)
        ],
        "options": [
            {
                "trigger": o.trigger,
                "to": str(o.to),
                "allowed": o.allowed,
                "refusals": [
                    {"rule": r.rule, "citation": r.citation, "message": r.message.vi, "remedy": r.remedy.vi}
                    for r in o.refusals
                ],
            }
            for o in machine.options(s)
        ],
    }
    if as_json:
        show(msgspec.to_builtins(data))
        return
    click.echo(f"{case.code}: {case.state} (version {case.version}), {case.rulebook}, turn: {case.turn or '-'}")
    for deadline in data["deadlines"]:
        click.echo(f"  due {deadline['due_on']}  {deadline['rule']}")
    for item in data["checklist"]:
        click.echo(f"  [{'x' if item['done'] else ' '}] {item['rule']} {item['message']}")
    for option in data["options"]:
        why = "; ".join(r["message"] for r in option["refusals"])
        click.echo(f"  {'+' if option['allowed'] else '-'} {option['trigger']} -> {option['to']} {why}")


@quota.command("report")
@click.option("--unit", required=True, help="Code of the unit.")
@click.option("--year", type=click.IntRange(1990, 2200), required=True)
@click.option("--as-of", type=DAY, required=True, help="Cut-off date, such as 2022-07-10.")
@AS_JSON
def quota_report(unit: str, year: int, as_of: date, as_json: bool) -> None:
    """Admissions decided in the year up to the cut-off, over the quota."""
    found = by_code(unit)
    if found is None:
        fail(f"no unit {unit!r}")
    report = services.report(found, year, as_of)
    if report.total.quota is None:
        fail(f"{unit} has no quota for {year}")

    def line(part: services.Line) -> dict[str, Any]:
        return {
            "unit": part.unit.code, "quota": part.quota, "admitted": part.admitted, "rate": float(part.rate),
        }  # fmt: skip

    data = {
        **line(report.total),
        "year": year,
        "as_of": as_of,
        "decision": report.total.decision,
        "allotted": report.allotted,
        "units": [line(part) for part in report.parts],
    }
    if as_json:
        show(data)
        return
    total = report.total
    click.echo(
        f"{total.unit.name}: {total.admitted}/{total.quota} = {total.rate} % ({as_of:%d/%m/%Y}, {total.decision})"
    )
    for part in report.parts:
        click.echo(f"  {part.unit.code:<8} {part.admitted:>4}/{part.quota:<4} {part.rate:>7} %  {part.unit.name}")
