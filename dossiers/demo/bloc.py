"""The bloc of the letter: its units, the registers of those who vote, accounts, quotas and classes."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from flask_security import hash_password
from sqlalchemy import insert

from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.courses.models import CourseClass
from dossiers.demo import people
from dossiers.extensions import db
from dossiers.quotas.models import Quota
from dossiers.units.models import BodyMember, SeatStatus, Unit
from dossiers.units.registers import Status
from dossiers.units.services import add_unit
from workflow.calendar import add_months
from workflow.roles import Role
from workflow.route import Decider, UnitKind
from workflow.votes import Body

SINCE = date(2008, 1, 1)
PASSWORD = "ho-so-ket-nap-2022"  # noqa: S105 - the demo's, printed on purpose

COMMITTEES = (
    ("DB01", "Đảng bộ Văn phòng Ủy ban", "plain"),
    ("DB02", "Đảng bộ Công ty Điện lực", "section"),
    ("DB03", "Đảng bộ Công ty Cấp nước", "plain"),
    ("DB04", "Đảng bộ Ngân hàng Nông nghiệp", "section"),
    ("DB05", "Đảng bộ Bệnh viện Đa khoa", "delegated"),
    ("DB06", "Đảng bộ Sở Giáo dục", "plain"),
    ("DB07", "Đảng bộ Công ty Xổ số", "plain"),
    ("DB08", "Đảng bộ Bưu điện", "section"),
    ("DB09", "Đảng bộ Sở Nông nghiệp", "plain"),
    ("DB10", "Đảng bộ Công ty Dược", "plain"),
    ("DB11", "Đảng bộ Cục Thuế", "plain"),
    ("DB12", "Đảng bộ Kho bạc", "plain"),
    ("DB13", "Đảng bộ Sở Giao thông", "plain"),
    ("DB14", "Đảng bộ Trường Cao đẳng nghề", "plain"),
)
CELLS = (
    ("CB01", "Chi bộ cơ sở Hội Nông dân"), ("CB02", "Chi bộ cơ sở Hội Phụ nữ"), ("CB03", "Chi bộ cơ sở Tỉnh đoàn"),
    ("CB04", "Chi bộ cơ sở Liên minh Hợp tác xã"), ("CB05", "Chi bộ cơ sở Ban Dân tộc"),
    ("CB06", "Chi bộ cơ sở Hội Chữ thập đỏ"), ("CB07", "Chi bộ cơ sở Công ty Môi trường"),
    ("CB08", "Chi bộ cơ sở Sở Ngoại vụ"), ("CB09", "Chi bộ cơ sở Công ty In"), ("CB10", "Chi bộ cơ sở Hội Nhà báo"),
)  # fmt: skip
QUOTAS = (9, 12, 7, 11, 12, 6, 5, 9, 6, 6, 8, 5, 6, 8, 2, 2, 3, 2, 2, 1, 3, 1, 2, 2)
"""Allotments to the 24 organisations in their order; together 130."""


@dataclass
class Bloc:
    """The bloc with everybody who acts in it."""

    upper: Unit
    centre: Unit
    organisations: list[Unit] = field(default_factory=list)
    cells: dict[str, list[Unit]] = field(default_factory=dict)
    unions: dict[int, dict[str, Unit]] = field(default_factory=dict)
    cast: dict[tuple[Role, int], Signed] = field(default_factory=dict)
    members: dict[int, list[str]] = field(default_factory=dict)
    member_names: dict[str, str] = field(default_factory=dict)
    classes: list[CourseClass] = field(default_factory=list)


DECIDERS = {"delegated": Decider.OWN_COMMITTEE}


class Builder:
    """Builds the bloc in the current transaction; the same seed gives the same bloc."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.hash = hash_password(PASSWORD)
        self.seats: list[dict[str, object]] = []
        self.count = 0

    def build(self) -> Bloc:
        """Units, registers, accounts, quotas, classes."""
        upper = add_unit("KHOI", "Đảng bộ Khối Cơ quan và Doanh nghiệp", UnitKind.UPPER_COMMITTEE, None, SINCE)
        centre = add_unit("TTCT", "Trung tâm Chính trị Khối", UnitKind.TRAINING_CENTRE, upper, SINCE)
        bloc = Bloc(upper, centre)
        self._seats(upper, Body.STANDING_COMMITTEE, 9)
        self.account(bloc, Role.UPPER_OFFICER, upper, "Ban tổ chức Đảng ủy Khối")
        self.account(bloc, Role.UPPER_SECRETARY, upper, "Bí thư Đảng ủy Khối")
        self.account(bloc, Role.TRAINING_OFFICER, centre, "Trung tâm chính trị")
        self.account(bloc, Role.INSPECTOR, upper, "Ủy ban kiểm tra Đảng ủy Khối")
        self.account(bloc, Role.ADMINISTRATOR, upper, "Quản trị")
        for code, name, kind in COMMITTEES:
            self._committee(bloc, code, name, kind)
        for code, name in CELLS:
            self._grassroots_cell(bloc, code, name)
        self._finish_seats(bloc)
        for unit, amount in zip(bloc.organisations, QUOTAS, strict=True):
            db.session.add(Quota(unit_id=unit.id, year=2022, amount=amount, decision_number="12-QĐ/ĐUK",
                                 decided_on=date(2022, 2, 10)))  # fmt: skip
        db.session.add(Quota(unit_id=upper.id, year=2022, amount=130, decision_number="486-QĐ/TU",
                             decided_on=date(2022, 1, 25)))  # fmt: skip
        self._classes(bloc)
        return bloc

    def _committee(self, bloc: Bloc, code: str, name: str, kind: str) -> None:
        rng = self.rng
        unit = add_unit(code, name, UnitKind.GRASSROOTS_COMMITTEE, bloc.upper, SINCE, DECIDERS.get(kind))
        bloc.organisations.append(unit)
        self._seats(unit, Body.COMMITTEE, rng.choice((9, 11, 13, 15)))
        label = {"DB02": "đường dài nhất", "DB05": "được ủy quyền"}.get(code)
        self.account(bloc, Role.COMMITTEE_OFFICER, unit, f"Văn phòng {code} ({label})" if label else None)
        self.account(bloc, Role.COMMITTEE_SECRETARY, unit, f"Bí thư {code} ({label})" if label else None)
        cells = []
        for number in (1, 2):
            cells.append(self._cell(bloc, f"{code}-C{number}", f"Chi bộ {number}, {name}", unit, None))
        if kind in ("section", "delegated"):
            section = add_unit(
                f"{code}-S1", f"Đảng bộ bộ phận Khối sản xuất, {name}", UnitKind.SECTION_COMMITTEE, unit, SINCE
            )
            self.account(bloc, Role.SECTION_OFFICER, section, "Đảng ủy bộ phận DB02-S1" if code == "DB02" else None)
            for number in (3, 4):
                label = "Bí thư chi bộ DB02-C3 (đường dài nhất)" if (code, number) == ("DB02", 3) else None
                cells.append(self._cell(bloc, f"{code}-C{number}", f"Chi bộ {number}, {name}", section, label))
        else:
            cells.append(self._cell(bloc, f"{code}-C3", f"Chi bộ 3, {name}", unit, None))
        bloc.cells[code] = cells
        self._unions(bloc, unit, code, name)

    def _grassroots_cell(self, bloc: Bloc, code: str, name: str) -> None:
        unit = add_unit(code, name, UnitKind.GRASSROOTS_CELL, bloc.upper, SINCE)
        bloc.organisations.append(unit)
        self._seats(unit, Body.CELL, self.rng.randint(8, 16))
        self.account(
            bloc, Role.CELL_SECRETARY, unit, "Bí thư chi bộ cơ sở CB01 (đường ngắn nhất)" if code == "CB01" else None
        )
        bloc.cells[code] = [unit]
        self._unions(bloc, unit, code, name)

    def _cell(self, bloc: Bloc, code: str, name: str, parent: Unit, label: str | None) -> Unit:
        unit = add_unit(code, name, UnitKind.CELL, parent, SINCE)
        self._seats(unit, Body.CELL, self.rng.randint(7, 18))
        self.account(bloc, Role.CELL_SECRETARY, unit, label)
        return unit

    def _unions(self, bloc: Bloc, unit: Unit, code: str, name: str) -> None:
        short = name.removeprefix("Đảng bộ ").removeprefix("Chi bộ cơ sở ")
        youth = add_unit(f"{code}-DTN", f"Đoàn cơ sở {short}", UnitKind.YOUTH_UNION, unit, SINCE)
        union = add_unit(f"{code}-CD", f"Công đoàn cơ sở {short}", UnitKind.TRADE_UNION, unit, SINCE)
        for base in (youth, union):
            self._seats(base, Body.UNION_EXECUTIVE, self.rng.choice((5, 7, 9)))
        shown = code in ("DB02", "CB01")
        self.account(bloc, Role.YOUTH_OFFICER, youth, f"Cán bộ Đoàn {code}" if shown else None)
        self.account(bloc, Role.UNION_OFFICER, union, f"Cán bộ công đoàn {code}" if code == "DB02" else None)
        bloc.unions[unit.id] = {"youth_union": youth, "trade_union": union}

    def account(self, bloc: Bloc, role: Role, unit: Unit, label: str | None) -> None:
        """Somebody who holds a role in a unit."""
        self.count += 1
        account = Account(
            email=f"{role.replace('_', '-')}.{unit.code.lower()}@demo.example",
            name=people.name(self.rng, people.sex(self.rng)),
            password=self.hash,
            active=True,
            fs_uniquifier=f"{self.rng.getrandbits(256):064x}",
            demo_label=label,
        )
        db.session.add(account)
        db.session.flush()
        db.session.add(RoleAssignment(account_id=account.id, role=str(role), unit_id=unit.id, valid_from=SINCE))
        bloc.cast[role, unit.id] = Signed(account.id, ((role, unit.id),))

    def _seats(self, unit: Unit, body: Body, size: int) -> None:
        for _number in range(size):
            self.seats.append(
                {"unit_id": unit.id, "body": str(body), "name": people.name(self.rng, people.sex(self.rng)),
                 "account_id": None, "valid_from": SINCE, "valid_to": None}
            )  # fmt: skip

    def _finish_seats(self, bloc: Bloc) -> None:
        for number, seat in enumerate(self.seats, start=1):
            seat["id"] = number
            if seat["body"] == str(Body.CELL):
                bloc.members.setdefault(int(str(seat["unit_id"])), []).append(f"m{number}")
                bloc.member_names[f"m{number}"] = str(seat["name"])
        db.session.execute(insert(BodyMember), self.seats)
        official = [
            {"id": seat["id"], "seat_id": seat["id"], "status": str(Status.OFFICIAL), "valid_from": SINCE,
             "valid_to": None} for seat in self.seats
        ]  # fmt: skip
        db.session.execute(insert(SeatStatus), official)

    def _classes(self, bloc: Bloc) -> None:
        first = date(2014, 1, 10)
        for number in range(12 * 9):
            starts = add_months(first, number)
            bloc.classes.append(
                CourseClass(
                    code=f"NTVĐ-{starts:%Y-%m}",
                    title=f"Lớp nhận thức về Đảng tháng {starts.month}/{starts.year}",
                    centre_id=bloc.centre.id,
                    starts_on=starts,
                    ends_on=starts + timedelta(days=5),
                )
            )
        db.session.add_all(bloc.classes)
        db.session.flush()
