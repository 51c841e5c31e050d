"""The same invented dossiers for every contender but ours, which plays its own through its rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

ORGANISATIONS = [f"DB{n:02d}" for n in range(1, 25)]
CELLS = 3
STATES = ["sourced", "nominated", "listed", "enrolled", "trained", "applying", "verifying", "verified", "cell_review",
          "awaiting_decision", "probationary", "official"]  # fmt: skip
WEIGHTS = [22, 12, 14, 8, 10, 8, 6, 4, 3, 3, 4, 6]
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô"]
MIDDLE = ["Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Kim", "Xuân", "Bảo"]
GIVEN = ["An", "Bình", "Chi", "Dũng", "Đức", "Giang", "Hà", "Huy", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quân",
         "Sơn", "Tuấn", "Uyên", "Vinh", "Yến"]  # fmt: skip
EVENTS = 7


@dataclass(frozen=True)
class Row:
    """One dossier: its number, name, organisation, cell, state, and the day (as a number) it entered the state."""

    id: int
    name: str
    organisation: str
    cell: str
    state: str
    since: str


def rows(count: int) -> Iterator[Row]:
    """`count` dossiers, the same each time."""
    rng = Random(7)
    for number in range(1, count + 1):
        organisation = rng.choice(ORGANISATIONS)
        yield Row(
            number,
            f"{rng.choice(FAMILY)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)}",
            organisation,
            f"{organisation}-C{rng.randint(1, CELLS)}",
            rng.choices(STATES, WEIGHTS)[0],
            f"20{rng.randint(20, 22)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        )
