"""Where a cell stands in the tree."""

from dataclasses import dataclass

from workflow.route import Route, UnitKind, route_of
from workflow.rulebook import Rulebook


@dataclass(frozen=True)
class Place:
    """Where a dossier stands in the tree: its unit upwards, as (id, kind, who decides there if that was said)."""

    chain: tuple[tuple[int, UnitKind, str | None], ...]

    def road(self, book: Rulebook) -> Route | None:
        """The road of its dossiers under a rulebook; None when there is none."""
        return route_of(tuple((kind, decider) for _, kind, decider in self.chain), book)

    @property
    def has_dossiers(self) -> bool:
        """Whether a dossier can stand here: a cell under a grass-roots committee, or a grass-roots cell."""
        kinds = [kind for _, kind, _ in self.chain]
        under = kinds[:1] == [UnitKind.CELL] and UnitKind.GRASSROOTS_COMMITTEE in kinds
        return under or kinds[:1] == [UnitKind.GRASSROOTS_CELL]

    def unit_of(self, *kinds: UnitKind) -> int | None:
        """The nearest unit of one of these kinds, from the dossier's unit upwards."""
        return next((unit_id for unit_id, kind, _ in self.chain if kind in kinds), None)
