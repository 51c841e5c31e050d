"""The route of a dossier, read off the unit tree (domain.md §2), and who plays which part on it."""

from collections.abc import Sequence
from enum import StrEnum

from workflow.roles import Part, Role
from workflow.text import Text


class UnitKind(StrEnum):
    """Kinds of unit in the tree."""

    UPPER_COMMITTEE = "upper_committee"
    GRASSROOTS_COMMITTEE = "grassroots_committee"
    SECTION_COMMITTEE = "section_committee"
    GRASSROOTS_CELL = "grassroots_cell"
    CELL = "cell"
    YOUTH_UNION = "youth_union"
    TRADE_UNION = "trade_union"
    TRAINING_CENTRE = "training_centre"


UNIT_KIND_LABELS: dict[UnitKind, Text] = {
    UnitKind.UPPER_COMMITTEE: Text("Đảng ủy cấp trên", "Upper committee"),
    UnitKind.GRASSROOTS_COMMITTEE: Text("Đảng bộ cơ sở", "Grass-roots committee"),
    UnitKind.SECTION_COMMITTEE: Text("Đảng bộ bộ phận", "Section committee"),
    UnitKind.GRASSROOTS_CELL: Text("Chi bộ cơ sở", "Grass-roots cell"),
    UnitKind.CELL: Text("Chi bộ trực thuộc", "Cell"),
    UnitKind.YOUTH_UNION: Text("Đoàn cơ sở", "Youth Union"),
    UnitKind.TRADE_UNION: Text("Công đoàn cơ sở", "Trade union"),
    UnitKind.TRAINING_CENTRE: Text("Trung tâm chính trị", "Training centre"),
}


ROLE_UNITS: dict[Role, tuple[UnitKind, ...]] = {
    Role.YOUTH_OFFICER: (UnitKind.YOUTH_UNION,),
    Role.UNION_OFFICER: (UnitKind.TRADE_UNION,),
    Role.CELL_SECRETARY: (UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
    Role.CELL_MEMBER_HELPER: (UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
    Role.SECTION_OFFICER: (UnitKind.SECTION_COMMITTEE,),
    Role.COMMITTEE_OFFICER: (UnitKind.GRASSROOTS_COMMITTEE,),
    Role.COMMITTEE_SECRETARY: (UnitKind.GRASSROOTS_COMMITTEE,),
    Role.UPPER_OFFICER: (UnitKind.UPPER_COMMITTEE,),
    Role.UPPER_SECRETARY: (UnitKind.UPPER_COMMITTEE,),
    Role.TRAINING_OFFICER: (UnitKind.TRAINING_CENTRE,),
    Role.INSPECTOR: (UnitKind.UPPER_COMMITTEE, UnitKind.GRASSROOTS_COMMITTEE),
    Role.ADMINISTRATOR: (UnitKind.UPPER_COMMITTEE,),
}
"""In which kinds of unit a role can be held; elsewhere it would reach more dossiers than it should."""


class Route(StrEnum):
    """The roads a dossier can take."""

    COMMITTEE = "committee"
    COMMITTEE_SECTION = "committee_section"
    GRASSROOTS_CELL = "grassroots_cell"
    DELEGATED = "delegated"
    DELEGATED_SECTION = "delegated_section"

    @property
    def has_section(self) -> bool:
        """Whether a section committee appraises between cell and committee."""
        return self in (Route.COMMITTEE_SECTION, Route.DELEGATED_SECTION)

    @property
    def is_delegated(self) -> bool:
        """Whether the grass-roots committee decides admissions itself."""
        return self in (Route.DELEGATED, Route.DELEGATED_SECTION)

    @property
    def has_committee_review(self) -> bool:
        """Whether the grass-roots committee votes before somebody else decides."""
        return self in (Route.COMMITTEE, Route.COMMITTEE_SECTION)


ROUTE_LABELS: dict[Route, Text] = {
    Route.COMMITTEE: Text(
        "Chi bộ → Đảng ủy cơ sở → Ban Thường vụ cấp trên", "Cell → committee → upper standing committee"
    ),
    Route.COMMITTEE_SECTION: Text(
        "Chi bộ → Đảng ủy bộ phận → Đảng ủy cơ sở → Ban Thường vụ cấp trên",
        "Cell → section → committee → upper standing committee",
    ),
    Route.GRASSROOTS_CELL: Text("Chi bộ cơ sở → Ban Thường vụ cấp trên", "Grass-roots cell → upper standing committee"),
    Route.DELEGATED: Text("Chi bộ → Đảng ủy cơ sở được ủy quyền quyết định", "Cell → delegated committee decides"),
    Route.DELEGATED_SECTION: Text(
        "Chi bộ → Đảng ủy bộ phận → Đảng ủy cơ sở được ủy quyền quyết định",
        "Cell → section → delegated committee decides",
    ),
}


def route_of(chain: Sequence[tuple[UnitKind, bool]]) -> Route | None:
    """The route of a dossier from its unit upwards.

    `chain` holds (kind, may_decide) from the dossier's own unit to the top of the tree. None when the chain
    is no road for a dossier: it must start at a cell under a grass-roots committee, or at a grass-roots cell.
    """
    if not chain:
        return None
    if chain[0][0] is UnitKind.GRASSROOTS_CELL:
        return Route.GRASSROOTS_CELL
    if chain[0][0] is not UnitKind.CELL:
        return None
    has_section = any(kind is UnitKind.SECTION_COMMITTEE for kind, _ in chain)
    for kind, may_decide in chain:
        if kind is UnitKind.GRASSROOTS_COMMITTEE:
            if may_decide:
                return Route.DELEGATED_SECTION if has_section else Route.DELEGATED
            return Route.COMMITTEE_SECTION if has_section else Route.COMMITTEE
    return None


def role_for(part: Role | Part, route: Route) -> Role:
    """The role that plays `part` on `route`.

    A grass-roots cell has no office and no committee of its own: the upper organisation board does the
    office's work and the cell secretary signs for the organisation. Where the committee is delegated, its own
    officer prepares and its secretary signs the decision.
    """
    if isinstance(part, Role):
        return part
    if part is Part.ORGANISATION_OFFICER:
        return Role.UPPER_OFFICER if route is Route.GRASSROOTS_CELL else Role.COMMITTEE_OFFICER
    if part is Part.ORGANISATION_SECRETARY:
        return Role.CELL_SECRETARY if route is Route.GRASSROOTS_CELL else Role.COMMITTEE_SECRETARY
    if part is Part.DECIDING_OFFICER:
        return Role.COMMITTEE_OFFICER if route.is_delegated else Role.UPPER_OFFICER
    return Role.COMMITTEE_SECRETARY if route.is_delegated else Role.UPPER_SECRETARY
