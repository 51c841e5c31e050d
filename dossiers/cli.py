"""Commands of `flask --app wsgi`: an exit code, one line on a mistake, and --json where there is data."""

import json
import sys
from datetime import date
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")


def _fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(2)


def _print(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


class _Day(click.ParamType):
    name = "DATE"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2022-07-10", param, ctx)


DAY = _Day()
demo = AppGroup("demo", help="The demo instance.")
dossiers = AppGroup("dossiers", help="Read dossiers.")
quota = AppGroup("quota", help="Progress against quotas.")
audit = AppGroup("audit", help="The audit chain.")
accounts = AppGroup("accounts", help="Accounts.")
units = AppGroup("units", help="The unit tree.")


@demo.command("load")
@click.option("--dossiers", "count", type=click.IntRange(0, 2_000_000), default=0, help="Make this many more dossiers.")
@click.option("--seed", type=int, default=2022, show_default=True, help="Another seed makes other people.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database already holds units.")
def demo_load(count: int, seed: int, if_empty: bool) -> None:
    """Build the bloc of the letter in an empty database."""
    from dossiers.demo import load

    try:
        made = load.load(count, seed)
    except load.NotEmpty:
        if if_empty:
            click.echo("The database already holds data; nothing was changed.")
            return
        _fail("The database already holds units; demo data is only loaded into an empty one.")
    click.echo(f"Made {made} dossiers.")


@dossiers.command("list")
@click.option("--state", default="", help="Only this state, such as cell_review.")
@click.option("--unit", default="", help="Only this unit and those under it, by code.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@AS_JSON
def dossiers_list(state: str, unit: str, limit: int, as_json: bool) -> None:
    """List dossiers, those that wait longest first."""
    from sqlalchemy import select

    from dossiers.casework.models import Dossier, Person, Scope
    from dossiers.extensions import db
    from dossiers.units.models import Unit
    from workflow.stages import State

    if state and state not in set(map(str, State)):
        _fail(f"unknown state {state!r}; known: {', '.join(State)}")
    query = select(Dossier, Person.full_name, Unit.code).join(Person).join(Unit, Unit.id == Dossier.unit_id)
    if unit:
        found = db.session.scalar(select(Unit.id).where(Unit.code == unit))
        if found is None:
            _fail(f"no unit {unit!r}")
        query = query.join(Scope, (Scope.dossier_id == Dossier.id) & (Scope.ancestor_id == found))
    if state:
        query = query.where(Dossier.state == state)
    rows = db.session.execute(query.order_by(Dossier.since, Dossier.id).limit(limit)).all()
    data = [
        {"code": d.code, "name": name, "unit": code, "state": d.state, "since": d.since, "due_on": d.due_on}
        for d, name, code in rows
    ]
    if as_json:
        _print(data)
        return
    for row in data:
        click.echo(f"{row['code']}  {row['state']:<30} {row['since']}  {row['unit']:<10} {row['name']}")


@dossiers.command("show")
@click.argument("code")
@AS_JSON
def dossiers_show(code: str, as_json: bool) -> None:
    """Show a dossier: state, version, deadlines, checklist, options with refusals."""
    import msgspec

    from dossiers import clock
    from dossiers.casework import services
    from dossiers.casework.store import DatabaseStore
    from dossiers.rules import services as rules
    from workflow import machine
    from workflow.deadlines import running
    from workflow.facts import Actor
    from workflow.guards import Situation
    from workflow.roles import Role

    try:
        case = services.load_for_administration(code.upper(), DatabaseStore())
    except services.NotFound:
        _fail(f"no dossier {code!r}")
    assert case.state is not None
    book, calendar = rules.books()[case.rulebook], rules.calendar()
    actor = Actor("", tuple(Role))
    s = Situation(case.state, case.route, case.facts, book, calendar, actor, clock.today())
    data = {
        "code": case.code,
        "state": str(case.state),
        "since": case.since,
        "version": case.version,
        "rulebook": case.rulebook,
        "route": str(case.route),
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
            for check in machine.checklist(s)
        ],
        "options": [
            {
                "trigger": o.trigger,
                "to": str(o.to),
                "allowed": o.allowed,
                "refusals": [{"rule": r.rule, "citation": r.citation, "message": r.message.vi} for r in o.refusals],
            }
            for o in machine.options(s)
        ],
    }
    if as_json:
        _print(msgspec.to_builtins(data))
        return
    click.echo(f"{case.code}: {case.state} (version {case.version}), {case.rulebook}, turn: {case.turn or '-'}")
    for deadline in data["deadlines"]:  # type: ignore[attr-defined]
        click.echo(f"  due {deadline['due_on']}  {deadline['rule']}")
    for item in data["checklist"]:  # type: ignore[attr-defined]
        click.echo(f"  [{'x' if item['done'] else ' '}] {item['rule']} {item['message']}")
    for option in data["options"]:  # type: ignore[attr-defined]
        why = "; ".join(r["message"] for r in option["refusals"])
        click.echo(f"  {'+' if option['allowed'] else '-'} {option['trigger']} -> {option['to']} {why}")


@quota.command("report")
@click.option("--unit", required=True, help="Code of the unit.")
@click.option("--year", type=click.IntRange(1990, 2200), required=True)
@click.option("--as-of", type=DAY, required=True, help="Cut-off date, such as 2022-07-10.")
@AS_JSON
def quota_report(unit: str, year: int, as_of: date, as_json: bool) -> None:
    """Admissions decided in the year up to the cut-off, over the quota."""
    from dossiers.quotas import services
    from dossiers.units.services import by_code

    found = by_code(unit)
    if found is None:
        _fail(f"no unit {unit!r}")
    report = services.report(found, year, as_of)
    if report.total.quota is None:
        _fail(f"{unit} has no quota for {year}")

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
        _print(data)
        return
    total = report.total
    click.echo(
        f"{total.unit.name}: {total.admitted}/{total.quota} = {total.rate} % ({as_of:%d/%m/%Y}, {total.decision})"
    )
    for part in report.parts:
        click.echo(f"  {part.unit.code:<8} {part.admitted:>4}/{part.quota:<4} {part.rate:>7} %  {part.unit.name}")


@audit.command("verify")
@AS_JSON
def audit_verify(as_json: bool) -> None:
    """Check the hash chain of every dossier; exit code 1 when something was changed."""
    from dossiers.audit import services

    count, findings = services.verify()
    if as_json:
        _print({"events": count, "findings": [{"dossier": f.code, "event": f.seq, "what": f.what} for f in findings]})
    else:
        for finding in findings:
            click.echo(f"{finding.code} event {finding.seq}: {finding.what}")
        click.echo(f"{count} events checked, {len(findings)} findings.")
    sys.exit(1 if findings else 0)


@accounts.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, help="Such as cell_secretary.")
@click.option("--unit", required=True, help="Code of the unit.")
@click.password_option()
@AS_JSON
def accounts_create(email: str, name: str, role: str, unit: str, password: str, as_json: bool) -> None:
    """Make an account and give it a role in a unit."""
    from dossiers.accounts import services
    from dossiers.units.services import by_code
    from workflow.roles import Role

    if role not in set(map(str, Role)):
        _fail(f"unknown role {role!r}; known: {', '.join(Role)}")
    found = by_code(unit)
    if found is None:
        _fail(f"no unit {unit!r}")
    if len(password) < 10:
        _fail("the password needs at least 10 characters")
    if services.by_email(email) is not None:
        _fail(f"{email} already has an account")
    try:
        account = services.create_with_role(email, name, password, Role(role), found, None)
    except ValueError:
        _fail(f"{role} is not held in a unit of kind {found.kind}")
    if as_json:
        _print({"id": account.id, "email": account.email, "role": role, "unit": unit})
    else:
        click.echo(f"Made {email}: {role} in {unit}.")


def _prepare() -> None:
    """Bring the database up to date; fill an empty one with the demo."""
    from flask_migrate import upgrade
    from sqlalchemy import select

    from dossiers.demo import load
    from dossiers.extensions import db
    from dossiers.units.models import Unit

    upgrade()
    if db.session.scalar(select(Unit.id).limit(1)) is None:
        click.echo("First start: making the demo data (a few seconds) …")
        sys.stdout.flush()
        click.echo(f"Made {load.load(0, 2022)} dossiers of invented people.")
    db.session.remove()


@units.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", required=True, help="Such as upper_committee, grassroots_cell, cell.")
@click.option("--parent", default=None, help="Code of the unit it stands under; none for the top.")
@click.option("--since", type=DAY, default=None, help="First day; today if left out.")
@click.option("--may-decide", is_flag=True, help="A grass-roots committee that decides admissions itself.")
@AS_JSON
def units_add(
    code: str, name: str, kind: str, parent: str | None, since: date | None, may_decide: bool, as_json: bool
) -> None:
    """Add a unit to the tree; the first one is the upper committee."""
    from dossiers import clock
    from dossiers.units import services
    from workflow.route import UnitKind

    if kind not in set(map(str, UnitKind)):
        _fail(f"unknown kind {kind!r}; known: {', '.join(UnitKind)}")
    above = services.by_code(parent) if parent else None
    if parent and above is None:
        _fail(f"no unit {parent!r}")
    if services.by_code(code) is not None:
        _fail(f"there is a unit {code!r} already")
    try:
        unit = services.open_unit(code, name, UnitKind(kind), above, since or clock.today(), may_decide, None)
    except ValueError:
        _fail(f"a {kind} stands under: {', '.join(services.ABOVE[UnitKind(kind)]) or 'nothing, it is the top'}")
    if as_json:
        _print({"id": unit.id, "code": unit.code, "kind": unit.kind, "parent": parent})
    else:
        click.echo(f"Added {unit.code}.")


@click.command("prepare")
def prepare() -> None:
    """Bring the database up to date; fill an empty one with the demo data."""
    _prepare()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT")
@click.option("--prepare", "first", is_flag=True, help="Do what `prepare` does before serving.")
def serve(host: str, port: int, first: bool) -> None:
    """Serve the application and say where; a demo is served on this machine only."""
    from flask import current_app
    from waitress.server import create_server

    from dossiers.demo.load import DEMO_PASSWORD
    from dossiers.demo.views import accounts_of_demo
    from dossiers.rules import instance

    if first:
        _prepare()
    is_demo = instance.is_demo()
    if is_demo and host not in ("127.0.0.1", "::1", "localhost"):
        _fail("a demo is served on this machine only: leave --host away")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        server = create_server(
            app, host=host, port=port, threads=app.config["THREADS"], ident=None, clear_untrusted_proxy_headers=False
        )
    except OSError as error:
        _fail(f"cannot listen on {host}:{port}: {error.strerror}; another port: make run PORT=8001")
    if is_demo:
        click.echo(f"Demo accounts (one click on the sign-in page; password for all: {DEMO_PASSWORD})")
        for account in accounts_of_demo():
            click.echo(f"  {account.email:<40} {account.demo_label}")
    click.echo(f"Open http://{host}:{port}/  (Ctrl+C stops)")
    sys.stdout.flush()
    server.run()


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (demo, dossiers, quota, audit, accounts, units, prepare, serve):
        app.cli.add_command(command)
