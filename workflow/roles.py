"""Roles of people in units (domain.md §2): codes, labels, and who stands in where a level is missing."""

from workflow.codes import Code
from workflow.text import Text


class Role(Code):
    """A role a person holds in one unit for a period."""

    YOUTH_OFFICER = "youth_officer"
    UNION_OFFICER = "union_officer"
    CELL_SECRETARY = "cell_secretary"
    CELL_MEMBER_HELPER = "cell_member_helper"
    SECTION_OFFICER = "section_officer"
    COMMITTEE_OFFICER = "committee_officer"
    COMMITTEE_SECRETARY = "committee_secretary"
    UPPER_OFFICER = "upper_officer"
    UPPER_SECRETARY = "upper_secretary"
    TRAINING_OFFICER = "training_officer"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Part(Code):
    """A part in the procedure that the route gives to a role (see `route.role_for`)."""

    ORGANISATION_OFFICER = "organisation_officer"
    ORGANISATION_SECRETARY = "organisation_secretary"
    DECIDING_OFFICER = "deciding_officer"
    DECIDING_SECRETARY = "deciding_secretary"


ROLE_LABELS: dict[Role, Text] = {
    Role.YOUTH_OFFICER: Text("Cán bộ Đoàn", "Youth Union officer"),
    Role.UNION_OFFICER: Text("Cán bộ công đoàn", "Trade-union officer"),
    Role.CELL_SECRETARY: Text("Bí thư chi bộ", "Cell secretary"),
    Role.CELL_MEMBER_HELPER: Text("Đảng viên hướng dẫn, giúp đỡ", "Helping member"),
    Role.SECTION_OFFICER: Text("Cán bộ đảng ủy bộ phận", "Section committee officer"),
    Role.COMMITTEE_OFFICER: Text("Văn phòng đảng ủy cơ sở", "Grass-roots committee officer"),
    Role.COMMITTEE_SECRETARY: Text("Bí thư đảng ủy cơ sở", "Grass-roots committee secretary"),
    Role.UPPER_OFFICER: Text("Ban tổ chức cấp trên", "Upper organisation board"),
    Role.UPPER_SECRETARY: Text("Bí thư cấp ủy cấp trên", "Upper committee secretary"),
    Role.TRAINING_OFFICER: Text("Trung tâm chính trị", "Training centre officer"),
    Role.INSPECTOR: Text("Ủy ban kiểm tra", "Inspector"),
    Role.ADMINISTRATOR: Text("Quản trị", "Administrator"),
}
