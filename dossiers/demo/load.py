"""`flask demo load`: a scene in an empty database, the same each time, through the one way to change a state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy import select

from dossiers import engines
from dossiers.demo.bloc import story as bloc
from dossiers.demo.bloc.units import TODAY as BLOC_TODAY
from dossiers.demo.bloc.units import BlocCasting
from dossiers.demo.casting import PASSWORD, Cast
from dossiers.demo.scene import Scene
from dossiers.demo.ward import story as ward
from dossiers.demo.ward.units import TODAY as WARD_TODAY
from dossiers.demo.ward.units import WardCasting
from dossiers.extensions import db, write_transaction
from dossiers.office import services as office
from dossiers.papers import files
from dossiers.rules import instance
from dossiers.rules import services as rules
from dossiers.units import tree
from dossiers.units.models import Unit
from dossiers.units.services import REPORTED

DEMO_PASSWORD = PASSWORD


class NotEmpty(Exception):
    """The database already holds units."""


@dataclass(frozen=True)
class Told:
    """A scene that can be loaded: the day its clock starts, its cast, its story."""

    today: date
    cast: Callable[[Random], Cast]
    play: Callable[[Scene, int], None]


SCENES: dict[str, Told] = {
    "bloc": Told(BLOC_TODAY, lambda rng: BlocCasting(rng).build(), bloc.play),
    "ward": Told(WARD_TODAY, lambda rng: WardCasting(rng).build(), ward.play),
}
"""The bloc of the letter, in 2022; a ward in 2026, under the rules of then."""


def load(more: int, seed: int, scene: str = "bloc") -> int:
    """Play a scene in an empty database, in one transaction; returns the number of dossiers. Raises NotEmpty.

    `more`: as many dossiers beside its own. Raises KeyError for a scene there is not.
    """
    told = SCENES[scene]
    if db.session.scalar(select(Unit.id).limit(1)) is not None:
        raise NotEmpty
    with write_transaction():
        instance.put("demo", "yes")
        instance.put("clock", told.today.isoformat())
        files.begin(f"{seed} addresses".encode())  # events name files by it, and are to be the same each time
        played = Scene(seed, told.cast)
        instance.put(rules.COUNTED, rules.current().hash)  # there is no deadline yet that other rules counted
        told.play(played, more)
        played.store.flush()
        _give_codes()
        office.record_everything("demo:loaded", None)
        engines.follow_numbers(db, ("body_member", "seat_status", "person", "dossier"))
        engines.gather_statistics(db)
    return played.made


def _give_codes() -> None:
    """Organisation codes, invented, for the Party's units: for the last of them nobody has asked for one yet."""
    units = db.session.scalars(select(Unit).where(Unit.kind.in_(REPORTED)).order_by(Unit.id)).all()
    for unit in units[:-1]:
        digits = f"99000{unit.id:09d}"
        unit.org_code = f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}.{digits[8:11]}.{digits[11:]}"
    db.session.flush()
    tree.changed()
