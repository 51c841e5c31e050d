"""The bloc of the letter: its units, the registers of those who vote, accounts, quotas and classes."""

from datetime import date
from random import Random

from dossiers.demo.casting import Cast, Casting
from dossiers.extensions import db
from dossiers.quotas.models import Quota
from dossiers.units.models import Unit
from dossiers.units.services import add_unit
from workflow.roles import Role
from workflow.route import Decider, UnitKind
from workflow.votes import Body

TODAY = date(2022, 7, 27)
"""Where the bloc's clock starts."""

SINCE = date(2008, 1, 1)

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


HELPS = 3
"""Which member of DB02-C3 has the account of a helper: one who helps candidates and a member on probation."""

DECIDERS = {"delegated": Decider.OWN_COMMITTEE}


class BlocCasting(Casting):
    """Casts the bloc."""

    since = SINCE

    def build(self) -> Cast:
        """Units, registers, accounts, quotas, classes."""
        upper = add_unit("KHOI", "Đảng bộ Khối Cơ quan và Doanh nghiệp", UnitKind.UPPER_COMMITTEE, None, SINCE)
        centre = add_unit("TTCT", "Trung tâm Chính trị Khối", UnitKind.TRAINING_CENTRE, upper, SINCE)
        bloc = Cast(TODAY, upper, centre)
        self.seat(upper, Body.STANDING_COMMITTEE, 9)
        self.account(bloc, Role.UPPER_OFFICER, upper, "Ban tổ chức Đảng ủy Khối")
        self.account(bloc, Role.UPPER_SECRETARY, upper, "Bí thư Đảng ủy Khối")
        self.account(bloc, Role.TRAINING_OFFICER, centre, "Trung tâm chính trị")
        self.account(bloc, Role.INSPECTOR, upper, "Ủy ban kiểm tra Đảng ủy Khối")
        self.account(bloc, Role.ADMINISTRATOR, upper, "Quản trị")
        for code, name, kind in COMMITTEES:
            self._committee(bloc, code, name, kind)
        for code, name in CELLS:
            self._grassroots_cell(bloc, code, name)
        self.fill_seats(bloc)
        self.second_administrator(bloc)
        for unit, amount in zip(bloc.organisations, QUOTAS, strict=True):
            db.session.add(Quota(unit_id=unit.id, year=2022, amount=amount, decision_number="12-QĐ/ĐUK",
                                 decided_on=date(2022, 2, 10)))  # fmt: skip
        db.session.add(Quota(unit_id=upper.id, year=2022, amount=130, decision_number="486-QĐ/TU",
                             decided_on=date(2022, 1, 25)))  # fmt: skip
        self.hold_classes(bloc, date(2014, 1, 10), 12 * 9)
        shared, self.rng = self.rng, Random("helpers")  # noqa: S311 - apart: nobody else is somebody else by it
        cell = bloc.cells["DB02"][2]
        self.account(bloc, Role.CELL_MEMBER_HELPER, cell, "Đảng viên giúp đỡ DB02-C3")
        self.account_of(bloc, Role.CELL_MEMBER_HELPER, cell, bloc.members[cell.id][HELPS])
        self.rng = shared
        return bloc

    def _committee(self, bloc: Cast, code: str, name: str, kind: str) -> None:
        rng = self.rng
        unit = add_unit(code, name, UnitKind.GRASSROOTS_COMMITTEE, bloc.upper, SINCE, DECIDERS.get(kind))
        bloc.organisations.append(unit)
        self.seat(unit, Body.COMMITTEE, rng.choice((9, 11, 13, 15)))
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
        self.member_of(bloc, Role.COMMITTEE_OFFICER, unit, cells[-1])
        self._unions(bloc, unit, code, name)

    def _grassroots_cell(self, bloc: Cast, code: str, name: str) -> None:
        unit = add_unit(code, name, UnitKind.GRASSROOTS_CELL, bloc.upper, SINCE)
        bloc.organisations.append(unit)
        self.seat(unit, Body.CELL, self.rng.randint(8, 16))
        self.account(
            bloc, Role.CELL_SECRETARY, unit, "Bí thư chi bộ cơ sở CB01 (đường ngắn nhất)" if code == "CB01" else None
        )
        bloc.cells[code] = [unit]
        self._unions(bloc, unit, code, name)

    def _cell(self, bloc: Cast, code: str, name: str, parent: Unit, label: str | None) -> Unit:
        unit = add_unit(code, name, UnitKind.CELL, parent, SINCE)
        self.seat(unit, Body.CELL, self.rng.randint(7, 18))
        self.account(bloc, Role.CELL_SECRETARY, unit, label)
        return unit

    def _unions(self, bloc: Cast, unit: Unit, code: str, name: str) -> None:
        short = name.removeprefix("Đảng bộ ").removeprefix("Chi bộ cơ sở ")
        youth = f"Cán bộ Đoàn {code}" if code in ("DB02", "CB01") else None
        self.unions(bloc, unit, short, (youth, f"Cán bộ công đoàn {code}" if code == "DB02" else None))
