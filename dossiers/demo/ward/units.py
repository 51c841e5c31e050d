"""A ward of 2026: 23 cells, of which eleven stood under two committees of their own until those were closed."""

from datetime import date

from dossiers.demo.casting import Cast, Casting
from dossiers.extensions import db
from dossiers.quotas.models import Quota
from dossiers.units.models import Unit
from dossiers.units.registers import Status
from dossiers.units.services import add_unit
from workflow.roles import Role
from workflow.route import UnitKind
from workflow.votes import Body

TODAY = date(2026, 11, 20)
"""Where the ward's clock starts."""

SINCE = date(2025, 7, 1)
"""Wards of two-level local government are from this day."""

CLOSED = date(2026, 9, 30)
"""The day the committees between cells and ward were closed."""

WARD, SECTIONS = "BA", ("BA-S1", "BA-S2")

CELLS: tuple[tuple[str, str | None], ...] = (
    *((f"Khu phố {number}", None) for number in range(1, 9)),
    ("Cơ quan Đảng, đoàn thể phường", None), ("Ủy ban nhân dân phường", None), ("Công an phường", None),
    ("Quân sự phường", None),
    ("Trường Mầm non Hoa Sen", "BA-S1"), ("Trường Tiểu học Bình An 1", "BA-S1"),
    ("Trường Tiểu học Bình An 2", "BA-S1"), ("Trường THCS Bình An", "BA-S1"), ("Trường THPT Bình An", "BA-S1"),
    ("Trạm Y tế phường", "BA-S1"),
    ("Công ty Dệt may Bình An", "BA-S2"), ("Công ty Thực phẩm Sông Xanh", "BA-S2"),
    ("Công ty Vận tải Hưng Phát", "BA-S2"), ("Chợ Bình An", "BA-S2"), ("Hợp tác xã Bình An", "BA-S2"),
)  # fmt: skip
"""The cells of the ward, with the committee they stood under; the last has two official members left."""

_OFFICES = 9
"""The number of the cell of the ward's own offices."""

_LABELS = {1: "Bí thư chi bộ Khu phố 1", 14: "Bí thư chi bộ Trường Tiểu học Bình An 1", 23: "Bí thư chi bộ Hợp tác xã"}


class WardCasting(Casting):
    """Casts the ward, as it stood before its committees were closed."""

    since = SINCE

    def build(self) -> Cast:
        """Units, registers, accounts, quotas, classes."""
        city = add_unit("TH", "Đảng bộ Thành phố Tân Hưng", UnitKind.UPPER_COMMITTEE, None, SINCE)
        centre = add_unit("TTCT", "Trung tâm Chính trị Tân Hưng", UnitKind.TRAINING_CENTRE, city, SINCE)
        cast = Cast(TODAY, city, centre)
        self.seat(city, Body.STANDING_COMMITTEE, 15)
        self.account(cast, Role.UPPER_OFFICER, city, "Ban Tổ chức Thành ủy")
        self.account(cast, Role.UPPER_SECRETARY, city, None)
        self.account(cast, Role.TRAINING_OFFICER, centre, "Trung tâm chính trị")
        self.account(cast, Role.INSPECTOR, city, "Ủy ban Kiểm tra Thành ủy")
        self.account(cast, Role.ADMINISTRATOR, city, "Quản trị")
        ward = self._ward(cast, WARD, "Đảng bộ phường Bình An", shown=True)
        sections = {code: self._section(cast, ward, code, name) for code, name in (
            (SECTIONS[0], "Đảng bộ Khối trường học, y tế"), (SECTIONS[1], "Đảng bộ Khối doanh nghiệp"),
        )}  # fmt: skip
        for number, (name, section) in enumerate(CELLS, start=1):
            parent = sections[section] if section else ward
            self._cell(cast, WARD, number, name, parent, small=number == len(CELLS))
        self.member_of(cast, Role.COMMITTEE_OFFICER, ward, cast.cells[WARD][_OFFICES - 1])
        self.unions(cast, ward, "phường Bình An", ("Cán bộ Đoàn phường", "Cán bộ công đoàn phường"))
        beside = self._ward(cast, "HL", "Đảng bộ phường Hòa Lạc", shown=False)
        for number in (1, 2):
            self._cell(cast, "HL", number, f"Khu phố {number}, phường Hòa Lạc", beside)
        self.unions(cast, beside, "phường Hòa Lạc", (None, None))
        self.fill_seats(cast)
        self.second_administrator(cast)
        for unit, amount, decision, day in (
            (city, 40, "88-QĐ/TU", date(2026, 1, 20)), (ward, 24, "31-QĐ/TU", date(2026, 2, 12)),
            (beside, 12, "31-QĐ/TU", date(2026, 2, 12)),
        ):  # fmt: skip
            db.session.add(Quota(unit_id=unit.id, year=2026, amount=amount, decision_number=decision, decided_on=day))
        self.hold_classes(cast, date(2025, 7, 8), 20)
        return cast

    def _ward(self, cast: Cast, code: str, name: str, shown: bool) -> Unit:
        unit = add_unit(code, name, UnitKind.GRASSROOTS_COMMITTEE, cast.upper, SINCE)
        cast.organisations.append(unit)
        cast.cells[code] = []
        self.seat(unit, Body.COMMITTEE, 27)
        self.seat(unit, Body.STANDING_COMMITTEE, 9)
        self.account(cast, Role.COMMITTEE_OFFICER, unit, "Ban Xây dựng Đảng phường" if shown else None)
        self.account(cast, Role.COMMITTEE_SECRETARY, unit, "Bí thư Đảng ủy phường" if shown else None)
        return unit

    def _section(self, cast: Cast, ward: Unit, code: str, name: str) -> Unit:
        unit = add_unit(code, name, UnitKind.SECTION_COMMITTEE, ward, SINCE)
        self.account(cast, Role.SECTION_OFFICER, unit, None, until=CLOSED)
        return unit

    def _cell(self, cast: Cast, code: str, number: int, name: str, parent: Unit, small: bool = False) -> None:
        unit = add_unit(f"{code}-{number:02d}", f"Chi bộ {name}", UnitKind.CELL, parent, SINCE)
        if small:
            self.seat(unit, Body.CELL, 3, (Status.PROBATIONARY,))
        else:
            statuses = (Status.EXEMPT, Status.EXEMPT, Status.ELSEWHERE) if number <= len(("1", "2", "3")) else ()
            self.seat(unit, Body.CELL, self.rng.randint(7, 18), statuses)
        self.account(cast, Role.CELL_SECRETARY, unit, _LABELS.get(number) if code == WARD else None)
        cast.cells[code].append(unit)
