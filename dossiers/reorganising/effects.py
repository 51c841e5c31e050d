"""What a plan does, as people see it before and after: of every unit, dossier, role, register, quota and meeting."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dossiers import chain
from dossiers.extensions import Model


@dataclass(frozen=True)
class UnitChange:
    """A unit as it was and as it will be; before is empty for a new one."""

    code: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Going:
    """An open dossier that goes along: where it stands, whose turn it is, until when; before and after.

    `off`: its step is none of the new road, or one before it is missing; `follow_new_road` then leads it on.
    """

    code: str
    state: str
    unit: tuple[str, str]
    road: tuple[str, str]
    turn: tuple[str, str]
    due: tuple[date | None, date | None]
    nominator: tuple[str, str]
    off: bool


@dataclass(frozen=True)
class Seats:
    """A register that ends or loses seats: how many, where they go (""): nowhere."""

    unit: str
    body: str
    count: int
    to: str


@dataclass(frozen=True)
class RoleChange:
    """A role in a unit that closes: whose, and where it passes on; "" when it ends, with why."""

    account: str
    role: str
    unit: str
    to: str
    why: str


@dataclass(frozen=True)
class QuotaChange:
    """A quota that is added to that of the successor."""

    unit: str
    year: int
    amount: int
    to: str
    total: int


@dataclass(frozen=True)
class RequestsGo:
    """Open requests to a unit that closes: how many, and which unit answers them then; or, undone, again."""

    unit: str
    count: int
    to: str


@dataclass
class Effects:
    """All that changes; `faults` are sentences that stand against it. `listed`: ended dossiers found elsewhere then."""

    faults: list[str] = field(default_factory=list)
    units: list[UnitChange] = field(default_factory=list)
    dossiers: list[Going] = field(default_factory=list)
    seats: list[Seats] = field(default_factory=list)
    roles: list[RoleChange] = field(default_factory=list)
    quotas: list[QuotaChange] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    inquiries: list[RequestsGo] = field(default_factory=list)
    companions: int = 0
    requests: int = 0
    listed: int = 0
    rows: list[Model | tuple[str, str]] = field(default_factory=list)
    """The rows of the office's log."""
    seen: str = ""
    """What it was reckoned from, as one text: another one means that something changed since."""

    @property
    def groups(self) -> Sequence[tuple[Going, int]]:
        """The dossiers by what they have in common, with how many."""
        counted = Counter((one.unit, one.road, one.off, one.state if one.off else "") for one in self.dossiers)
        first: dict[object, Going] = {}
        for one in self.dossiers:
            first.setdefault((one.unit, one.road, one.off, one.state if one.off else ""), one)
        return [(first[key], number) for key, number in counted.items()]

    @property
    def deadlines_moved(self) -> int:
        """How many dossiers have another nearest deadline then."""
        return sum(one.due[0] != one.due[1] for one in self.dossiers)

    def print_of(self, *rest: object) -> str:
        """A short name of all of this: the same as long as nothing it rests on changed."""
        told = chain.canonical({"effects": repr((self.faults, self.units, self.dossiers, self.seats, self.roles,
                                                 self.quotas, self.inquiries, self.seen)),
                                "rest": repr(rest)})  # fmt: skip
        return hashlib.sha256(told.encode()).hexdigest()[:32]
