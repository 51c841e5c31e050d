"""Commands of the office: accounts, units, and erasing by law."""

from datetime import date

import click

from dossiers import clock
from dossiers.accounts import grants, passwords
from dossiers.accounts import services as accounting
from dossiers.casework import erasing
from dossiers.casework.act import NotFound
from dossiers.cli.common import AS_JSON, DAY, Commands, fail, show
from dossiers.cli.reading import dossiers
from dossiers.units import services
from workflow.roles import Role
from workflow.route import Decider, UnitKind

accounts = Commands("accounts", help="Accounts.")
units = Commands("units", help="The unit tree.")


@accounts.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, help="Such as cell_secretary.")
@click.option("--unit", required=True, help="Code of the unit.")
@click.password_option()
@AS_JSON
def accounts_create(email: str, name: str, role: str, unit: str, password: str, as_json: bool) -> None:
    """Make an account and give it a role in a unit. Its owner changes the password at the first sign-in."""
    if role not in set(map(str, Role)):
        fail(f"unknown role {role!r}; known: {', '.join(Role)}")
    found = services.by_code(unit)
    if found is None:
        fail(f"no unit {unit!r}")
    if len(password) < passwords.least():
        fail(f"the password needs at least {passwords.least()} characters")
    if accounting.address(email) is None:
        fail(f"{email!r} is no address")
    if accounting.by_email(email) is not None:
        fail(f"{email} already has an account")
    try:
        account = accounting.create_with_role(email, name, password, Role(role), found)
    except ValueError:
        fail(f"{role} is not held in a unit of kind {found.kind}")
    if as_json:
        show({"id": account.id, "email": account.email, "role": role, "unit": unit})
    else:
        click.echo(f"Made {email}: {role} in {unit}.")


@accounts.command("one-time-password")
@click.option("--email", required=True)
def accounts_one_time_password(email: str) -> None:
    """Set a password that is good until its owner signs in and changes it; print it."""
    account = accounting.by_email(email)
    if account is None:
        fail(f"{email} has no account")
    click.echo(accounting.give_one_time_password(account, None))


@units.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", required=True, help="Such as upper_committee, grassroots_cell, cell.")
@click.option("--parent", default=None, help="Code of the unit it stands under; none for the top.")
@click.option("--since", type=DAY, default=None, help="First day; today if left out.")
@click.option(
    "--decides", type=click.Choice([str(one) for one in Decider]), default=None,
    help="Who decides on the admissions of a grass-roots committee; as the rulebook has it if left out.",
)  # fmt: skip
@AS_JSON
def units_add(
    code: str, name: str, kind: str, parent: str | None, since: date | None, decides: str | None, as_json: bool
) -> None:
    """Add a unit to the tree; the first one is the upper committee."""
    if kind not in set(map(str, UnitKind)):
        fail(f"unknown kind {kind!r}; known: {', '.join(UnitKind)}")
    above = services.by_code(parent) if parent else None
    if parent and above is None:
        fail(f"no unit {parent!r}")
    if services.by_code(code) is not None:
        fail(f"there is a unit {code!r} already")
    decider = Decider(decides) if decides else None
    try:
        unit = services.open_unit(code, name, UnitKind(kind), above, since or clock.today(), decider, None)
    except ValueError:
        fail(f"a {kind} stands under: {', '.join(services.ABOVE[UnitKind(kind)]) or 'nothing, it is the top'}")
    if as_json:
        show({"id": unit.id, "code": unit.code, "kind": unit.kind, "parent": parent})
    else:
        click.echo(f"Added {unit.code}.")


@dossiers.command("erase")
@click.argument("code")
@click.option("--reason", required=True, help="Why the law asks for it, such as the end of the time it may be kept.")
@click.option("--as", "email", required=True, help="The administrator whose act it is, by address.")
def dossiers_erase(code: str, reason: str, email: str) -> None:
    """Erase what identifies the person of a dossier that has ended; what was taken is an event, the chain verifies."""
    account = accounting.by_email(email)
    who = grants.load(account.id, clock.today()) if account else None
    if who is None or Role.ADMINISTRATOR not in who.roles:
        fail(f"{email} is no administrator")
    try:
        gone = erasing.erase(code.upper(), reason, who)
    except NotFound:
        fail(f"no dossier {code!r}")
    except erasing.NotEnded as error:
        fail(f"{error} has not ended: nothing was erased")
    click.echo(f"Erased {gone} personal parts.")
