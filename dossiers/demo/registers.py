"""Registers of the scene: the letters of the upper committee, of this year (one number is spoiled) and of the last."""

from datetime import date, datetime, time, timedelta

from dossiers import clock
from dossiers.demo.scene import Scene
from dossiers.extensions import db
from dossiers.papers import registers
from dossiers.papers.models import NumberBook, RegisteredNumber
from dossiers.papers.registers import Runs, Series
from workflow.roles import Role


def keep_letters(scene: Scene, begins_on: date, spoiled_on: date) -> None:
    """The register as it stands once all acts of the scene are on file."""
    scene.store.flush()
    upper = scene.cast.upper.id
    by = scene.cast.actors[Role.UPPER_OFFICER, upper].account_id
    book = NumberBook(
        unit_id=upper, series=str(Series.LETTER), sign="CV/ĐUK", runs=str(Runs.YEAR), begins_on=begins_on, first=1,
        ends_on=None, opened_by=by,
    )  # fmt: skip
    db.session.add(book)
    db.session.flush()
    before = NumberBook(
        unit_id=upper, series=str(Series.LETTER), sign="CV/ĐUK", runs=str(Runs.YEAR), first=1, opened_by=by,
        begins_on=begins_on.replace(year=begins_on.year - 1), ends_on=begins_on - timedelta(days=1),
    )  # fmt: skip
    db.session.add(before)
    given = registers.from_file(book, by)
    for entry in given:
        assert entry.issued_on is not None
        entry.given_at = _at(entry.issued_on)
    nr = max((entry.nr for entry in given), default=0) + 1
    spoiled = RegisteredNumber(
        book_id=book.id, period=str(spoiled_on.year), nr=nr, text=f"{nr:02d}-{book.sign}", form="", issued_on=None,
        dossier_id=None, seq=None, given_by=by, given_at=_at(spoiled_on), spoiled_on=spoiled_on,
        ground="Viết nhầm nơi nhận, xé bỏ.",
    )  # fmt: skip
    db.session.add_all([*given, spoiled])
    db.session.flush()


def _at(day: date) -> str:
    return clock.stamp(datetime.combine(day, time(10, 15), clock.VIETNAM))
