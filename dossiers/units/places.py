"""Where a cell stands in the tree."""

from dataclasses import dataclass

from workflow.route import Route, UnitKind


@dataclass(frozen=True)
class Place:
    """Where a dossier stands in the tree: its unit upwards, as (id, kind, may_decide)."""

    chain: tuple[tuple[int, UnitKind, bool], ...]
    route: Route | None

    def unit_of(self, *kinds: UnitKind) -> int | None:
        """The nearest unit of one of these kinds, from the dossier's unit upwards."""
        return next((unit_id for unit_id, kind, _ in self.chain if kind in kinds), None)
