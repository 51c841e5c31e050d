"""The unit tree as it stands today, kept in memory: nearly every page asks about it and it changes a few times a year.

It is read again when the instance's value `tree_version` is another than the one it was read for, so that all
processes follow each other's changes; whoever changes a unit calls `changed`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dossiers import names
from dossiers.extensions import run
from dossiers.rules import instance
from dossiers.units.models import Unit, UnitPlacement
from dossiers.units.places import Place
from workflow.facts import Source
from workflow.route import UnitKind

VERSION = "tree_version"

_UNITS = select(
    Unit.id, Unit.code, Unit.name, Unit.kind, Unit.deciding_body, Unit.parent_id, Unit.valid_to, Unit.org_code
)

_PERIODS = select(
    UnitPlacement.unit_id,
    UnitPlacement.parent_id,
    UnitPlacement.deciding_body,
    UnitPlacement.valid_from,
    UnitPlacement.valid_to,
).order_by(UnitPlacement.unit_id, UnitPlacement.valid_from)

FEW = 40
"""Up to so many units stand in a list to choose from; among more one searches."""

Choices = tuple[tuple[str, str], ...]
"""(code, name) of units, for a list to choose from."""


@dataclass(frozen=True)
class Node:
    """A unit with its way to the top: `chain` holds the numbers of the unit itself and of those above it."""

    id: int
    code: str
    name: str
    kind: UnitKind
    deciding_body: str | None
    parent_id: int | None
    is_open: bool
    chain: tuple[int, ...]
    org_code: str | None = None

    def lies_in(self, units: Iterable[int]) -> bool:
        """Whether this is one of `units` or stands below one."""
        return not set(units).isdisjoint(self.chain)


class Tree:
    """All units, closed ones too, as they stand under each other."""

    def __init__(self, read: Callable[[], Iterable[Any]], periods: Sequence[Any] = ()) -> None:
        self._read = read
        self._periods: dict[int, list[Any]] = {}
        for period in periods:
            self._periods.setdefault(period.unit_id, []).append(period)
        self._last_change = max((period.valid_to for period in periods if period.valid_to is not None), default=None)
        self._nodes = _nodes(read())
        self._by_code = {node.code: node for node in self._nodes.values()}
        self._choices: dict[tuple[tuple[int, ...], tuple[str, ...] | None], Choices] = {}
        self._places: dict[int, Place] = {}
        self._under: dict[int | None, list[Node]] = {}
        self._ever_under: dict[int | None, list[Node]] = {}
        for node in self._nodes.values():
            self._ever_under.setdefault(node.parent_id, []).append(node)
            if node.is_open:
                self._under.setdefault(node.parent_id, []).append(node)
        self._tops = {node.chain[-1] for node in self._nodes.values()}
        self._folded: dict[int, str] = {}

    def __getitem__(self, unit_id: int) -> Node:
        """A unit by its number. Raises KeyError.

        One that another process added after this request had looked at the tree's version is read now.
        """
        return self._nodes.get(unit_id) or _nodes(self._read())[unit_id]

    def everything(self) -> Iterable[Node]:
        """All units, closed ones too, by code."""
        return self._nodes.values()

    def name(self, unit_id: int | None) -> str:
        """A unit's name; "" for none."""
        return self[unit_id].name if unit_id is not None else ""

    def find(self, code: str, within: Iterable[int]) -> Node | None:
        """The unit with this code if it is one of `within` or stands below one."""
        node = self._by_code.get(code)
        return node if node is not None and node.lies_in(within) else None

    def below(self, units: Iterable[int], kinds: Iterable[str] | None = None) -> list[Node]:
        """The open units in and under `units`, by code; of some kinds if given."""
        reach, wanted = set(units), None if kinds is None else set(kinds)
        return [
            node for node in self._nodes.values()
            if node.is_open and not reach.isdisjoint(node.chain) and (wanted is None or node.kind in wanted)
        ]  # fmt: skip

    def all_below(self, units: Iterable[int]) -> list[int]:
        """The numbers of all units in and under `units`, closed ones too."""
        reach = set(units)
        return [node.id for node in self._nodes.values() if not reach.isdisjoint(node.chain)]

    def offered(self, units: tuple[int, ...], kinds: tuple[str, ...] | None = None) -> Choices:
        """The same as `choices` where they are FEW; () where they are to be searched."""
        found = self.choices(units, kinds)
        return found if len(found) <= FEW else ()

    def named(self, text: str, within: Iterable[int]) -> list[Node]:
        """The units a typed text can mean: the one with this code, closed ones too, else those that `search` finds."""
        text = " ".join(text.split())[:60]
        exactly = self.find(text, within)
        return [exactly] if exactly is not None else self.search(text, within, FEW)

    @property
    def highest(self) -> list[int]:
        """The units that stand under none: everything is below them."""
        return [node.id for node in self._under.get(None, ())]

    def is_whole(self, units: Iterable[int]) -> bool:
        """Whether every unit, closed ones too, lies in or under one of `units`."""
        return self._tops <= set(units)

    def under(self, unit_id: int) -> list[Node]:
        """The open units directly under a unit, by code."""
        return self._under.get(unit_id, [])

    def search(self, text: str, within: Iterable[int], most: int) -> list[Node]:
        """The open units in and under `within` whose code or name holds every word of a text, accents not needed; those
        whose code it is first, `most` at most.
        """
        wanted = names.words(text)
        if not wanted:
            return []
        if not self._folded:
            self._folded = {
                node.id: " ".join(("", *names.words(f"{node.code} {node.name}"))) for node in self._nodes.values()
            }
        reach, begins = set(within), [f" {word}" for word in wanted]
        found = (
            node for node in self._nodes.values()
            if node.is_open
            and all(begin in self._folded[node.id] for begin in begins)
            and not reach.isdisjoint(node.chain)
        )  # fmt: skip
        code = text.strip().upper()
        return sorted(found, key=lambda node: (node.code.upper() != code, len(node.chain), node.code))[:most]

    def parts(self, unit_id: int, kinds: Iterable[str]) -> list[Node]:
        """The units directly under a unit that are of some kinds, closed ones too, by code."""
        wanted = set(kinds)
        return [node for node in self._ever_under.get(unit_id, ()) if node.kind in wanted]

    def choices(self, units: Iterable[int], kinds: tuple[str, ...] | None = None) -> Choices:
        """The same as `below`, as (code, name); made once."""
        key = (tuple(units), kinds)
        if key not in self._choices:
            self._choices[key] = tuple((node.code, node.name) for node in self.below(*key))
        return self._choices[key]

    def roots(self, units: tuple[int, ...]) -> tuple[int, ...]:
        """`units` without those that lie under another of them."""
        if len(units) < 2:
            return units
        reach = set(units)
        return tuple(unit for unit in units if reach.isdisjoint(self[unit].chain[1:]))

    def place(self, unit_id: int) -> Place:
        """Where a unit stands today, and so the road of its dossiers."""
        if unit_id not in self._places:
            above = [self[number] for number in self[unit_id].chain]
            self._places[unit_id] = Place(tuple((node.id, node.kind, node.deciding_body) for node in above))
        return self._places[unit_id]

    def place_on(self, unit_id: int, day: date) -> Place:
        """Where a unit stood on a day: an act is judged by the tree of its own day."""
        if self._last_change is None or day >= self._last_change:
            return self.place(unit_id)
        chain, at = [], unit_id
        while True:
            node = self[at]
            then = next(
                (p for p in self._periods.get(at, ())
                 if p.valid_from <= day and (p.valid_to is None or p.valid_to > day)), None,
            )  # fmt: skip
            chain.append((node.id, node.kind, then.deciding_body if then else node.deciding_body))
            above = then.parent_id if then else node.parent_id
            if above is None or any(above == unit for unit, _, _ in chain):
                return Place(tuple(chain))
            at = above

    def successor(self, unit_id: int) -> Node:
        """The unit itself while it is open; else the one that goes on in its place, under which it stands."""
        node = self[unit_id]
        while not node.is_open and node.parent_id is not None:
            node = self[node.parent_id]
        return node

    def stands_for(self, units: Iterable[int]) -> tuple[int, ...]:
        """These units, and the closed ones they go on in the place of: what was sent to those is theirs to answer."""
        found = list(dict.fromkeys(units))
        for unit in found:
            found += [node.id for node in self._ever_under.get(unit, ()) if not node.is_open and node.id not in found]
        return tuple(found)

    def has_changed_since(self, day: date) -> bool:
        """Whether some unit stood elsewhere on a day than today."""
        return self._last_change is not None and day < self._last_change

    def cells_on(self, day: date) -> dict[int, tuple[int, ...]]:
        """The cells, closed ones too, each with the units above it on a day, and itself."""
        kinds = (UnitKind.CELL, UnitKind.GRASSROOTS_CELL)
        return {
            node.id: tuple(unit for unit, _, _ in self.place_on(node.id, day).chain)
            for node in self._nodes.values() if node.kind in kinds
        }  # fmt: skip

    def organisations(self, place: Place) -> dict[Source, int]:
        """The base organisations of the grass-roots organisation a place lies in: the unit of each source."""
        base = place.unit_of(UnitKind.GRASSROOTS_COMMITTEE, UnitKind.GRASSROOTS_CELL)
        if base is None:
            return {}
        found = [node for node in self.parts(base, map(str, Source)) if node.is_open]
        return {Source(str(node.kind)): node.id for node in sorted(found, key=lambda node: -node.id)}


def _nodes(units: Iterable[Any]) -> dict[int, Node]:
    """Each unit's number and what stands there, in the order of codes."""
    rows = {unit.id: unit for unit in units}
    found = {}
    for unit in sorted(rows.values(), key=lambda unit: unit.code):
        chain, above = [unit.id], unit.parent_id
        while above is not None and above not in chain:  # a tree that somebody bent by SQL bites its tail
            chain.append(above)
            above = rows[above].parent_id
        found[unit.id] = Node(
            unit.id, unit.code, unit.name, UnitKind(unit.kind), unit.deciding_body, unit.parent_id,
            unit.valid_to is None, tuple(chain), getattr(unit, "org_code", None),  # logs of before have none
        )  # fmt: skip
    return found


def current() -> Tree:
    """The tree of this instance."""
    return instance.remembered(VERSION, lambda: Tree(lambda: run(_UNITS), run(_PERIODS).all()))


def changed() -> None:
    """Units were added or changed in the current transaction: everybody is to read the tree again."""
    instance.renew(VERSION)
