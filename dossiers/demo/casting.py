"""Who is in a demo: units, the registers of those who vote, accounts, classes; shared by all scenes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from flask_security import hash_password
from sqlalchemy import func, insert, select

from dossiers import engines
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.courses.models import CourseClass
from dossiers.demo import people
from dossiers.extensions import db
from dossiers.units import persons
from dossiers.units.models import BodyMember, OrgPerson, SeatStatus, Unit
from dossiers.units.persons import name_key
from dossiers.units.registers import Status
from dossiers.units.services import add_unit
from workflow.calendar import add_months
from workflow.roles import Role
from workflow.route import UnitKind
from workflow.votes import Body

_SEATED = frozenset({
    Role.CELL_SECRETARY, Role.COMMITTEE_SECRETARY, Role.UPPER_SECRETARY, Role.YOUTH_OFFICER, Role.UNION_OFFICER,
})  # fmt: skip
"""Roles of people who vote in the bodies of their own unit."""

PASSWORD = "ho-so-ket-nap-2022"  # noqa: S105 - the demo's, printed on purpose


@dataclass
class Cast:
    """The units of a scene with everybody who acts in them; `today` is where the demo's clock starts.

    `seated` are the seats of people who have an account: they act, and so introduce nobody.
    """

    today: date
    upper: Unit
    centre: Unit
    organisations: list[Unit] = field(default_factory=list)
    cells: dict[str, list[Unit]] = field(default_factory=dict)
    unions: dict[int, dict[str, Unit]] = field(default_factory=dict)
    actors: dict[tuple[Role, int], Signed] = field(default_factory=dict)
    members: dict[int, list[str]] = field(default_factory=dict)
    member_names: dict[str, str] = field(default_factory=dict)
    seated: set[str] = field(default_factory=set)
    classes: list[CourseClass] = field(default_factory=list)


class Casting:
    """Casts a scene in the current transaction; the same seed gives the same cast."""

    since: date
    """The day from which units, seats and roles are."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.born = Random("persons")  # noqa: S311 - apart: it does not change who is in the demo
        self.hash = hash_password(PASSWORD)
        self.seats: list[dict[str, object]] = []
        self.statuses: dict[int, Status] = {}
        self.count = 0

    def account(self, cast: Cast, role: Role, unit: Unit, label: str | None, until: date | None = None) -> None:
        """Somebody who holds a role in a unit."""
        name = people.name(self.rng, people.sex(self.rng))
        self._account(cast, role, unit, label, until, (name, f"{self.rng.getrandbits(256):064x}"))

    def second_administrator(self, cast: Cast) -> None:
        """Somebody who confirms the roles the first administrator gives, and the other way round."""
        rng = self.born
        drawn = people.name(rng, people.sex(rng)), f"{rng.getrandbits(256):064x}"
        self._account(cast, Role.ADMINISTRATOR, cast.upper, "Quản trị thứ hai", None, drawn, "administrator-2")

    def _account(
        self, cast: Cast, role: Role, unit: Unit, label: str | None, until: date | None, drawn: tuple[str, str],
        called: str = "",
    ) -> None:  # fmt: skip
        name, word = drawn
        self.count += 1
        born = date(self.since.year - self.born.randint(30, 54), self.born.randint(1, 12), self.born.randint(1, 28))
        person = OrgPerson(name=name, name_key=name_key(name), birth_date=born)
        db.session.add(person)
        db.session.flush()
        account = Account(
            email=f"{called or role.replace('_', '-')}.{unit.code.lower()}@demo.example",
            name=name,
            password=self.hash,
            active=True,
            fs_uniquifier=word,
            demo_label=label,
            person_id=person.id,
        )
        db.session.add(account)
        db.session.flush()
        if role in _SEATED:
            self._sit(person, unit)
        held = RoleAssignment(
            account_id=account.id, role=str(role), unit_id=unit.id, valid_from=self.since, valid_to=until
        )
        db.session.add(held)
        cast.actors.setdefault((role, unit.id), Signed(account.id, ((role, unit.id),), person.id))

    def member_of(self, cast: Cast, role: Role, unit: Unit, cell: Unit) -> None:
        """Whoever holds a role in a unit is a member of a cell."""
        person = db.session.get(OrgPerson, cast.actors[role, unit.id].person_id)
        assert person is not None
        self._sit(person, cell)

    def account_of(self, cast: Cast, role: Role, unit: Unit, ref: str) -> None:
        """The account with a role in a unit is that of whoever has this seat."""
        seat = db.session.get_one(BodyMember, int(ref[1:]))
        account = db.session.get_one(Account, cast.actors[role, unit.id].account_id)
        account.name, account.person_id = seat.name, seat.person_id

    def _sit(self, person: OrgPerson, unit: Unit) -> None:
        """Give a person the first official seat that is free in each body of a unit."""
        bodies: set[object] = set()
        for number, seat in enumerate(self.seats, start=1):
            is_official = self.statuses.get(number, Status.OFFICIAL) is Status.OFFICIAL
            if seat["unit_id"] == unit.id and seat["body"] not in bodies and is_official and not seat["person_id"]:
                bodies.add(seat["body"])
                seat["name"], seat["person_id"] = person.name, person.id

    def seat(self, unit: Unit, body: Body, size: int, statuses: Iterable[Status] = ()) -> None:
        """`size` seats in a body; the first of them hold these statuses, the rest are official members."""
        first = len(self.seats) + 1
        self.statuses |= dict(enumerate(statuses, start=first))
        for _number in range(size):
            self.seats.append(
                {"unit_id": unit.id, "body": str(body), "name": people.name(self.rng, people.sex(self.rng)),
                 "person_id": None, "valid_from": self.since, "valid_to": None}
            )  # fmt: skip

    def fill_seats(self, cast: Cast) -> None:
        """Write the seats, and know those of cells by name."""
        others: list[dict[str, object]] = []
        last = db.session.scalar(select(func.max(OrgPerson.id))) or 0
        for number, seat in enumerate(self.seats, start=1):
            seat["id"] = number
            if seat["person_id"] is None:
                seat["person_id"] = last + len(others) + 1
                name = str(seat["name"])
                others.append({"id": seat["person_id"], "name": name, "name_key": name_key(name)})
            else:
                cast.seated.add(f"m{number}")
            is_official = self.statuses.get(number, Status.OFFICIAL) is Status.OFFICIAL
            if seat["body"] == str(Body.CELL) and is_official:
                cast.members.setdefault(int(str(seat["unit_id"])), []).append(f"m{number}")
                cast.member_names[f"m{number}"] = str(seat["name"])
        db.session.execute(insert(OrgPerson), others)
        engines.follow_numbers(db, ("org_person",))
        db.session.execute(insert(BodyMember), self.seats)
        persons.changed()
        statuses = [
            {"id": number, "seat_id": number, "status": str(self.statuses.get(number, Status.OFFICIAL)),
             "valid_from": self.since, "valid_to": None} for number in range(1, len(self.seats) + 1)
        ]  # fmt: skip
        db.session.execute(insert(SeatStatus), statuses)

    def unions(self, cast: Cast, unit: Unit, short: str, labels: tuple[str | None, str | None]) -> None:
        """The base Youth Union and trade union of an organisation, with their officers."""
        youth = add_unit(f"{unit.code}-DTN", f"Đoàn cơ sở {short}", UnitKind.YOUTH_UNION, unit, self.since)
        union = add_unit(f"{unit.code}-CD", f"Công đoàn cơ sở {short}", UnitKind.TRADE_UNION, unit, self.since)
        for base in (youth, union):
            self.seat(base, Body.UNION_EXECUTIVE, self.rng.choice((5, 7, 9)))
        self.account(cast, Role.YOUTH_OFFICER, youth, labels[0])
        self.account(cast, Role.UNION_OFFICER, union, labels[1])
        cast.unions[unit.id] = {"youth_union": youth, "trade_union": union}

    def hold_classes(self, cast: Cast, first: date, months: int) -> None:
        """A class a month of five days."""
        for number in range(months):
            starts = add_months(first, number)
            cast.classes.append(
                CourseClass(
                    code=f"NTVĐ-{starts:%Y-%m}",
                    title=f"Lớp nhận thức về Đảng tháng {starts.month}/{starts.year}",
                    centre_id=cast.centre.id,
                    starts_on=starts,
                    ends_on=starts + timedelta(days=5),
                )
            )
        db.session.add_all(cast.classes)
        db.session.flush()
