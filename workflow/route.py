"""The route of a dossier, read off the unit tree (domain.md §2), and who plays which part on it."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from workflow.codes import Code
from workflow.roles import Part, Role
from workflow.rulebook import Rulebook
from workflow.text import Text


class UnitKind(Code):
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


class Decider(Code):
    """Which body decides on admissions of a grass-roots organisation (`deciding_body`, domain.md §2)."""

    UPPER_STANDING = "upper_standing_committee"
    OWN_COMMITTEE = "own_committee"
    OWN_STANDING = "own_standing_committee"


DECIDER_LABELS: dict[Decider, Text] = {
    Decider.UPPER_STANDING: Text("Ban Thường vụ cấp ủy cấp trên", "Standing committee above"),
    Decider.OWN_COMMITTEE: Text("Đảng ủy cơ sở (được ủy quyền)", "Grass-roots committee (delegated)"),
    Decider.OWN_STANDING: Text("Ban Thường vụ đảng ủy cơ sở", "Standing committee of the grass-roots committee"),
}


class Level(Code):
    """A level between the cell and who decides."""

    SECTION = "section_committee"
    COMMITTEE = "grassroots_committee"


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The road of a dossier: the levels above its cell, who decides, and whether the committee votes before that.

    It follows from the tree of units, from who may decide there, and from the rulebook.
    """

    levels: tuple[Level, ...] = ()
    decider: Decider = Decider.UPPER_STANDING
    committee_votes: bool | None = None
    """None: as usual: before the standing committee above, and not where it is the committee's own matter."""

    @property
    def has_section(self) -> bool:
        """Whether a section committee appraises between cell and committee."""
        return Level.SECTION in self.levels

    @property
    def has_committee(self) -> bool:
        """Whether there is a grass-roots committee above the cell."""
        return Level.COMMITTEE in self.levels

    @property
    def is_delegated(self) -> bool:
        """Whether the grass-roots organisation decides admissions itself."""
        return self.has_committee and self.decider is not Decider.UPPER_STANDING

    @property
    def has_committee_review(self) -> bool:
        """Whether the grass-roots committee votes before somebody else decides."""
        if not self.has_committee or self.decider is Decider.OWN_COMMITTEE:
            return False
        usual = self.decider is Decider.UPPER_STANDING
        return usual if self.committee_votes is None else self.committee_votes

    def above(self) -> "Route":
        """The road once who decides gave up: the standing committee above."""
        return Route(self.levels, Decider.UPPER_STANDING, self.has_committee_review)


class RouteName(Code):
    """Names of the roads there usually are, for JSON; others are told by their levels and who decides."""

    COMMITTEE = "committee"
    COMMITTEE_SECTION = "committee_section"
    GRASSROOTS_CELL = "grassroots_cell"
    DELEGATED = "delegated"
    DELEGATED_SECTION = "delegated_section"
    OWN_STANDING = "own_standing"
    OWN_STANDING_SECTION = "own_standing_section"


_COMMITTEE, _BOTH = (Level.COMMITTEE,), (Level.SECTION, Level.COMMITTEE)
ROUTES: dict[RouteName, Route] = {
    RouteName.COMMITTEE: Route(_COMMITTEE),
    RouteName.COMMITTEE_SECTION: Route(_BOTH),
    RouteName.GRASSROOTS_CELL: Route(),
    RouteName.DELEGATED: Route(_COMMITTEE, Decider.OWN_COMMITTEE),
    RouteName.DELEGATED_SECTION: Route(_BOTH, Decider.OWN_COMMITTEE),
    RouteName.OWN_STANDING: Route(_COMMITTEE, Decider.OWN_STANDING),
    RouteName.OWN_STANDING_SECTION: Route(_BOTH, Decider.OWN_STANDING),
}
_NAMES = {route: name for name, route in ROUTES.items()}

ToldRoute = RouteName | Route
"""A road as JSON tells it: by its name, or by its levels and who decides."""


def told(route: Route) -> ToldRoute:
    """A road as JSON tells it."""
    return _NAMES.get(route, route)


def read(told: ToldRoute) -> Route:
    """A road as JSON told it."""
    return ROUTES[told] if isinstance(told, RouteName) else told


def walked(route: Route, book: Rulebook, referred: bool) -> Route:
    """A road as it is walked under a rulebook; `referred`: who decides gave up, and it went above."""
    if route.decider is Decider.OWN_STANDING and route.committee_votes is None and book.flag("committee_votes_first"):
        route = Route(route.levels, route.decider, True)
    return route.above() if referred and route.is_delegated else route


def route_label(route: Route, book: Rulebook | None = None) -> Text:
    """A road in words, with the levels as a rulebook calls them."""

    def level(kind: UnitKind) -> Text:
        return book.level(str(kind), UNIT_KIND_LABELS[kind]) if book else UNIT_KIND_LABELS[kind]

    kinds = [UnitKind.CELL if route.has_committee else UnitKind.GRASSROOTS_CELL]
    kinds += [UnitKind(str(one)) for one in route.levels if one is Level.SECTION or route.has_committee_review]
    steps = [*(level(kind) for kind in kinds), DECIDER_LABELS[route.decider]]
    return Text(" → ".join(step.vi for step in steps), " → ".join(step.en for step in steps))


Link = tuple[UnitKind, str | None]
"""A unit on the way up: its kind, and who decides there if that was said (else as the rulebook has it)."""


def route_of(chain: Sequence[Link], book: Rulebook) -> Route | None:
    """The road of a dossier from its unit upwards, under a rulebook.

    `chain` holds (kind, deciding body) from the dossier's own unit to the top of the tree. None when the chain is no
    road for a dossier: it must start at a cell under a grass-roots committee, or at a grass-roots cell. A body the
    rulebook does not allow to decide is as if nobody had been named.
    """
    if not chain:
        return None
    if chain[0][0] is UnitKind.GRASSROOTS_CELL:
        return ROUTES[RouteName.GRASSROOTS_CELL]
    if chain[0][0] is not UnitKind.CELL:
        return None
    return _road(tuple(chain), book.words("deciding_bodies"), book.flag("committee_votes_first"))


@lru_cache(maxsize=4096)
def _road(chain: tuple[Link, ...], allowed: tuple[str, ...], votes_first: bool) -> Route | None:
    has_section = any(kind is UnitKind.SECTION_COMMITTEE for kind, _ in chain)
    for kind, named in chain:
        if kind is UnitKind.GRASSROOTS_COMMITTEE:
            decider = Decider(named if named in allowed else allowed[0])
            votes = True if votes_first and decider is Decider.OWN_STANDING else None
            return Route(_BOTH if has_section else _COMMITTEE, decider, votes)
    return None


def role_for(part: Role | Part, route: Route) -> Role:
    """The role that plays `part` on `route`.

    A grass-roots cell has no office and no committee of its own: the upper organisation board does the
    office's work and the cell secretary signs for the organisation. Where the organisation decides itself, its own
    officer prepares and its secretary signs the decision.
    """
    if isinstance(part, Role):
        return part
    if part is Part.ORGANISATION_OFFICER:
        return Role.COMMITTEE_OFFICER if route.has_committee else Role.UPPER_OFFICER
    if part is Part.ORGANISATION_SECRETARY:
        return Role.COMMITTEE_SECRETARY if route.has_committee else Role.CELL_SECRETARY
    if part is Part.DECIDING_OFFICER:
        return Role.COMMITTEE_OFFICER if route.is_delegated else Role.UPPER_OFFICER
    return Role.COMMITTEE_SECRETARY if route.is_delegated else Role.UPPER_SECRETARY
