"""The ward on 20/11/2026: sixty people on the road, forty taken over from paper, and two committees closed on the way."""

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import select

from dossiers import clock
from dossiers.demo import meetings, scans
from dossiers.demo.scene import Scene, Walk
from dossiers.demo.ward.units import CLOSED, SECTIONS, TODAY, WARD
from dossiers.extensions import db
from dossiers.units.models import Unit
from dossiers.units.services import change_units
from workflow.facts import Taken
from workflow.papers import Kind
from workflow.roles import Role
from workflow.stages import State
from workflow.votes import Body

ON_THE_ROAD: tuple[tuple[State, int], ...] = (
    (State.SOURCED, 8), (State.NOMINATED, 5), (State.LISTED, 8), (State.ENROLLED, 4), (State.TRAINED, 6),
    (State.APPLYING, 6), (State.VERIFYING, 5), (State.VERIFIED, 3), (State.CELL_REVIEW, 4),
    (State.AWAITING_DECISION, 5), (State.APPROVED, 2), (State.PROBATIONARY, 2),
)  # fmt: skip
"""People whose whole road was walked with the program, by the state they stand in; two more were caught on it."""

FROM_PAPER: tuple[tuple[State, int], ...] = (
    (State.LISTED, 7), (State.TRAINED, 6), (State.APPLYING, 4), (State.VERIFYING, 3), (State.CELL_REVIEW, 2),
    (State.AWAITING_DECISION, 1), (State.APPROVED, 1), (State.PROBATIONARY, 12), (State.RECOGNITION_CELL_REVIEW, 1),
    (State.OFFICIAL, 3),
)  # fmt: skip
"""Dossiers that began before the program was used, by the state they stood in when they were taken over."""

_SCHOOLS = range(12, 18)
"""Cells that stood under a committee of their own, by their place in the list."""


def play(scene: Scene, more: int) -> None:
    """Everybody of the ward, and `more` for benchmarks."""
    walks = _walks(scene, more)
    for walk in walks:
        walk.until(CLOSED)
    scene.store.flush()
    _close_committees(scene)
    live = scene.live()
    for walk in walks:
        walk.rest(live)
    scene.store.flush()
    _from_paper(scene)
    scene.store.flush()
    _meetings(scene)
    scene.all_told()


def _meetings(scene: Scene) -> None:
    """A cell has met, and the ward's standing committee is called."""
    meetings.hold(scene, WARD, 0, TODAY - timedelta(days=9), "Nhà văn hóa Khu phố 1")
    ward, actors = meetings.unit_of(WARD), scene.cast.actors
    office = actors[Role.COMMITTEE_OFFICER, ward.id]
    place = "Phòng họp Đảng ủy phường"
    meetings.call(scene, ward, Body.STANDING_COMMITTEE, office, TODAY + timedelta(days=5), place)


def _walks(scene: Scene, more: int) -> list[Walk]:
    rng = scene.rng
    found = []
    for state, count in ON_THE_ROAD:
        for _number in range(count):
            source = rng.choice(("youth_union", "trade_union")) if state is State.NOMINATED else None
            player = scene.player(WARD, rng.randrange(22), source)
            found.append(scene.walk(player, state, rng.randint(3, 24)))
    for cell in rng.sample(_SCHOOLS, 2):  # their cells said yes while there was still a committee to appraise
        player = scene.player(WARD, cell, "youth_union")
        found.append(scene.walk(player, State.SECTION_APPRAISAL, (TODAY - CLOSED).days + rng.randint(3, 9)))
    scene.follows = False
    for _number in range(more):
        state = rng.choice([state for state, _count in ON_THE_ROAD if state is not State.ENROLLED])
        source = "youth_union" if state is State.NOMINATED else None
        found.append(scene.walk(scene.player(WARD, rng.randrange(22), source), state, rng.randint(1, 60)))
    scene.follows = True
    return found


def _close_committees(scene: Scene) -> None:
    """On one day, by one decision, the cells of both committees come to stand under the ward."""
    units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    sections = [units[code] for code in SECTIONS]
    under = {section.id for section in sections}
    cells = [unit for unit in units.values() if unit.parent_id in under]
    admin = scene.cast.actors[Role.ADMINISTRATOR, scene.cast.upper.id]
    with clock.at(datetime(CLOSED.year, CLOSED.month, CLOSED.day, 8, 30, tzinfo=clock.VIETNAM)):
        change_units(
            cells, CLOSED, "Quyết định 64-QĐ/ĐU ngày 25/9/2026", admin.account_id, parent=units[WARD], closed=sections
        )


_STEPS = ("dossier_made_on", "cell_resolution_on", "admitted_on", "received_on", "ceremony_on",
          "recognition_resolution_on", "recognised_on")  # fmt: skip
_UP_TO = {
    State.LISTED: 0, State.TRAINED: 0, State.APPLYING: 1, State.VERIFYING: 1, State.CELL_REVIEW: 1,
    State.AWAITING_DECISION: 2, State.APPROVED: 3, State.PROBATIONARY: 5, State.RECOGNITION_CELL_REVIEW: 5,
    State.OFFICIAL: 7,
}  # fmt: skip
"""How many of the steps were walked on paper."""

_BETWEEN = (150, 40, 6, 15, 380, 25)
"""Days from each of the steps to the next."""


def _from_paper(scene: Scene) -> None:
    rng = scene.rng
    kinds = (Kind.CERTIFICATE, Kind.APPLICATION, Kind.CV, Kind.INTRODUCTION, Kind.CELL_RESOLUTION, Kind.ADMISSION)
    for state, count in FROM_PAPER:
        for number in range(count):
            walked = _UP_TO[state]
            latest = TODAY - timedelta(days=rng.randint(45, 330) if state is State.PROBATIONARY else rng.randint(8, 40))
            days: dict[str, date] = {}
            day = latest
            for nr in range(walked - 1, -1, -1):
                days[_STEPS[nr]] = day
                day -= timedelta(days=_BETWEEN[nr - 1])
            if state is not State.LISTED:
                days["course_ends_on"] = day - timedelta(days=60)
            if state is State.RECOGNITION_CELL_REVIEW:
                days = {name: on - timedelta(days=372) for name, on in days.items()}
            cell = 22 if state is State.CELL_REVIEW and number == 0 else rng.randrange(22)
            player = scene.player(WARD, cell)  # one waits in the cell that is too small to vote
            player.take_over(
                state,
                latest,
                TODAY - timedelta(days=rng.randint(1, 7)),
                msgspec.structs.replace(Taken(helpers=1), **days),
                kinds,
            )
            if state is State.OFFICIAL and number == 0:
                player.scan("1-KNĐ", TODAY, [scans.picture("1-KNĐ")])
            player.finish()
