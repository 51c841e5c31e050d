"""The bloc on 27/07/2022: the letter's figures, every state, and what makes a committee miss its quota."""

from datetime import date, timedelta
from typing import Any

from dossiers.demo import asking, cv, meetings, registers, scans
from dossiers.demo.bloc.units import TODAY
from dossiers.demo.player import ROAD, steps_to
from dossiers.demo.scene import Scene
from workflow.facts import Paper
from workflow.roles import Role
from workflow.stages import State
from workflow.votes import Body

ADMITTED = 63
"""Admissions decided from 01/01/2022 to 10/07/2022: the letter's figure."""

SPREAD: tuple[tuple[State, int], ...] = (
    (State.SOURCED, 20), (State.NOMINATED, 10), (State.LISTED, 12), (State.ENROLLED, 10), (State.TRAINED, 11),
    (State.APPLYING, 10), (State.VERIFYING, 10), (State.VERIFIED, 7), (State.CELL_REVIEW, 8),
    (State.SECTION_APPRAISAL, 4), (State.COMMITTEE_REVIEW, 6), (State.AWAITING_DECISION, 9),
    (State.RECOGNITION_CELL_REVIEW, 4), (State.RECOGNITION_SECTION_APPRAISAL, 2), (State.RECOGNITION_COMMITTEE_REVIEW, 3),
    (State.RECOGNITION_AWAITING_DECISION, 4), (State.OFFICIAL, 9),
)  # fmt: skip
"""Dossiers beside the admissions, by the state they stand in; the special cases come on top."""

BULK_WEIGHTS: tuple[tuple[State, int], ...] = (
    (State.SOURCED, 22), (State.NOMINATED, 12), (State.LISTED, 14), (State.ENROLLED, 8), (State.TRAINED, 10),
    (State.APPLYING, 8), (State.VERIFYING, 6), (State.VERIFIED, 4), (State.CELL_REVIEW, 3), (State.SECTION_APPRAISAL, 1),
    (State.COMMITTEE_REVIEW, 2), (State.AWAITING_DECISION, 2), (State.OFFICIAL, 8),
)  # fmt: skip


def _admissions(scene: Scene) -> None:
    """The 63, spread over organisations as their quotas go, over the first half year as bodies meet."""
    rng = scene.rng
    first, last = date(2022, 1, 4), date(2022, 7, 8)
    span = (last - first).days
    organisations = [unit.code for unit in scene.cast.organisations]
    weights = [9, 12, 4, 11, 9, 3, 2, 9, 2, 3, 8, 2, 3, 5, 2, 1, 3, 1, 1, 1, 2, 1, 1, 2]
    for number in range(ADMITTED - 1):
        decided = first + timedelta(days=span * number // (ADMITTED - 2))
        player = scene.player(rng.choices(organisations, weights)[0])
        steps = steps_to(State.PROBATIONARY, player.route)
        if decided > date(2022, 7, 1):
            steps -= 2
        elif decided > date(2022, 6, 20):
            steps -= 1
        player.play(steps, decided)
        player.finish()
    _late_ceremony(scene)


def _late_ceremony(scene: Scene) -> None:
    """The 63rd: a ceremony after its thirty working days, with the superior's consent."""
    player = scene.player("DB04", 0, "trade_union")
    decided = date(2022, 3, 15)
    player.play(steps_to(State.APPROVED, player.route), decided)
    player.step("receive_decision", date(2022, 3, 21))
    extension = {"rule": "ceremony", "days": 30, "agreed_by": "Ban Thường vụ Đảng ủy Khối",
                 "reason": "Chi bộ phong tỏa phòng dịch, chưa tổ chức được lễ kết nạp."}  # fmt: skip
    player.do("extend_deadline", date(2022, 4, 28), extension)
    player.step("hold_ceremony", date(2022, 5, 19))
    player.finish()


def _spread(scene: Scene) -> None:
    rng = scene.rng
    for state, count in SPREAD:
        for number in range(count):
            code = cell = None
            if state.endswith("section_appraisal"):
                code, cell = rng.choice(("DB02", "DB04", "DB08")), rng.choice((2, 3))
            elif state.endswith("committee_review"):
                code, cell = rng.choice(("DB01", "DB02", "DB03", "DB06", "DB11")), rng.choice((0, 1))
            source = rng.choice(("youth_union", "trade_union")) if state is State.NOMINATED else None
            days = rng.randint(2, 25)
            if state is State.OFFICIAL:
                days = rng.randint(5, 190)
            player = scene.stand(scene.player(code, cell, source), state, days)
            if state is State.VERIFYING:
                seen = player.on_file.scope_units
                unit = next(unit for unit in scene.cast.organisations[1:] if unit.id not in seen)
                asking.ask(player, TODAY - timedelta(days=days), TODAY, None if number % 3 else (unit.id, unit.name))
            player.finish()


def _special_cases(scene: Scene) -> None:
    """What makes a committee miss its quota, one of each, in units easy to find."""
    rng = scene.rng
    expired = scene.player("DB01", 0, "trade_union")
    expired.play(steps_to(State.TRAINED, expired.route), date(2018, 3, 1))
    expired.finish()

    stale = scene.player("DB01", 1, "trade_union")
    stale.play(steps_to(State.VERIFIED, stale.route), TODAY - timedelta(days=230))
    stale.finish()

    returned = scene.stand(scene.player("DB03", 0, "youth_union"), State.COMMITTEE_REVIEW, 20)
    reason = "Thiếu kết quả thẩm tra bên vợ ở nơi cư trú cũ; bổ sung rồi trình lại."
    points = ("Xác minh bên vợ ở nơi cư trú cũ", "Bổ sung nhận xét của chi ủy nơi cư trú")
    returned.do(
        "return_for_correction",
        TODAY - timedelta(days=9),
        {"return_to": State.VERIFYING, "reason": reason, "points": points},
    )
    returned.do("mend_point", TODAY - timedelta(days=3), {"point": 2})
    returned.finish()

    twice = scene.stand(scene.player("DB06", 0, "youth_union"), State.RECOGNITION_CELL_REVIEW, 16)
    for days_ago in (12, 4):
        on = TODAY - timedelta(days=days_ago)
        twice.do("record_failed_vote", on, {"ballot": twice.ballot("record_failed_vote", on, passing=False)})
    twice.finish()

    thrice = scene.stand(scene.player("DB07", 0, "trade_union"), State.RECOGNITION_CELL_REVIEW, 30)
    for days_ago in (27, 18, 6):
        on = TODAY - timedelta(days=days_ago)
        thrice.do("record_failed_vote", on, {"ballot": thrice.ballot("record_failed_vote", on, passing=False)})
    thrice.finish()

    overdue = scene.stand(scene.player("DB09", 0, "trade_union"), State.AWAITING_DECISION, 105)
    overdue.finish()

    ended = scene.player("DB10", 0, "youth_union")
    steps = steps_to(State.PROBATIONARY, ended.route)
    ended.play(steps, date(2021, 7, 26) - timedelta(days=18))
    ended.finish()

    removed = scene.player("DB12", 0, "trade_union")
    removed.play(steps_to(State.PROBATIONARY, removed.route), date(2020, 9, 10))
    for trigger, day in (("propose_removal", date(2021, 6, 4)), ("endorse_removal", date(2021, 6, 25)),
                         ("remove", date(2021, 7, 30))):  # fmt: skip
        evidence: dict[str, Any] = {
            "ballot": removed.ballot(trigger, day),
            "number": removed.number(trigger, day, trigger),
        }
        if trigger != "endorse_removal":
            evidence["ground"] = "absent"
        removed.do(trigger, day, evidence)
    removed.finish()

    too_old = scene.player("CB04", 0, "other")
    too_old.create(TODAY - timedelta(days=400), born=date(1961, 5, 2))
    for offset, name in ROAD[2 : steps_to(State.VERIFIED, too_old.route)]:
        too_old.step(name, TODAY - timedelta(days=18 - 110 - offset))
    too_old.finish()

    for code, trigger, state, evidence in (
        ("DB02", "withdraw", State.LISTED, {"reason": "Chuyển công tác theo gia đình."}),
        ("DB08", "withdraw", State.APPLYING, {"reason": "Nguyện vọng cá nhân."}),
        ("DB13", "refuse", State.CELL_REVIEW, {"reason": "Chưa đủ uy tín trong quần chúng.", "number": "04-TB/CB"}),
        ("CB02", "transfer_out", State.TRAINED, {"reason": "Chuyển về tỉnh khác.", "number": "11-TB/CB"}),
        ("DB14", "record_death", State.OFFICIAL, {"number": "87-KT"}),
    ):
        player = scene.stand(scene.player(code, 0, "trade_union"), state, 40)
        player.do(trigger, TODAY - timedelta(days=15), evidence)
        player.finish()

    waiting = scene.stand(scene.player("DB11", 1, "youth_union"), State.VERIFYING, 60)
    waiting.do("suspend", TODAY - timedelta(days=30), {"reason": "Đang đi học dài hạn."})
    waiting.finish()

    proposed = [
        scene.stand(scene.player(code, 0, "youth_union"), State.LISTED, 30) for code in ("DB02", "DB02", "CB01")
    ]
    for player in proposed:
        player.do("propose_course", TODAY - timedelta(days=5))
        player.finish()

    prepared = scene.stand(scene.player("DB02", 2, "youth_union"), State.AWAITING_DECISION, 12)
    prepared.do("prepare_decision", TODAY - timedelta(days=2))
    prepared.finish()

    ready = scene.stand(scene.player("CB01", 0, "trade_union"), State.VERIFYING, 50)
    asking.ask_late(ready, TODAY - timedelta(days=48))
    ready.step("record_relatives", TODAY - timedelta(days=20))
    ready.do("record_papers", TODAY - timedelta(days=8), {"papers": (Paper("5-KNĐ", TODAY - timedelta(days=10)),)})
    cv.write(ready, TODAY - timedelta(days=7))
    ready.finish()

    for code, cell in (("DB02", 2), ("CB01", 0)):  # the cells of the one-click accounts have something to do
        for state in (State.SOURCED, State.NOMINATED, State.LISTED, State.TRAINED, State.APPLYING, State.CELL_REVIEW):
            scene.stand(scene.player(code, cell, "youth_union"), state, rng.randint(6, 24)).finish()

    _wrong_admissions(scene)
    for code in ("DB02", "CB03", "DB05"):
        july = scene.player(code, 0, "youth_union")
        july.play(steps_to(State.APPROVED, july.route), date(2022, 7, 19))
        if code == "DB02":
            july.scan("1-KNĐ", date(2022, 7, 21), [scans.picture("1-KNĐ, 1"), scans.picture("1-KNĐ, 2")], turn=90)
            july.scan("2-KNĐ", date(2022, 7, 21), [scans.document(["Ly lich, trang 1", "Ly lich, trang 2"])])
        july.finish()


def _wrong_admissions(scene: Scene) -> None:
    """The superior has one procedure done again, and annuls another; both of last year."""
    for code, ended in (("DB08", False), ("DB14", True)):
        player = scene.player(code, 0, "trade_union")
        player.play(steps_to(State.PROBATIONARY, player.route), date(2021, 11, 8))
        letter = date(2022, 5, 16)
        player.do("require_mending", letter, {
            "number": player.number("require_mending", letter, "KHOI"),
            "reason": "Nghị quyết chi bộ không ghi kết quả biểu quyết từng người.",
        })  # fmt: skip
        if ended:
            name, decided = "annul_admission", date(2022, 6, 20)
            player.do(name, decided, {
                "number": player.number(name, decided, "KHOI"), "ballot": player.ballot(name, decided),
                "reason": "Chi bộ không họp xét; biên bản lập sau.",
            })  # fmt: skip
        player.finish()


def _bulk(scene: Scene, count: int) -> None:
    """More dossiers for benchmarks; none is decided in 2022, so that the letter's figure stays."""
    rng, scene.follows = scene.rng, False
    states, weights = zip(*BULK_WEIGHTS, strict=True)
    section = [(code, cell) for code in ("DB02", "DB04", "DB08") for cell in (2, 3)]
    for state in rng.choices(states, weights, k=count):
        code = cell = None
        if state is State.SECTION_APPRAISAL:
            code, cell = rng.choice(section)
        elif state is State.COMMITTEE_REVIEW:
            code, cell = rng.choice(("DB01", "DB03", "DB06", "DB11")), None
        source = "youth_union" if state is State.NOMINATED else None
        days = rng.randint(1, 170) if state is not State.OFFICIAL else rng.randint(1, 900)
        if state in (State.SECTION_APPRAISAL, State.COMMITTEE_REVIEW, State.AWAITING_DECISION, State.CELL_REVIEW):
            days = rng.randint(1, 80)
        scene.stand(scene.player(code, cell, source), state, days).finish()


def play(scene: Scene, more: int) -> None:
    """Everybody of the bloc, and `more` for benchmarks."""
    _admissions(scene)
    _spread(scene)
    _special_cases(scene)
    _bulk(scene, more)
    _meetings(scene)
    registers.keep_letters(scene, date(2022, 1, 1), date(2022, 7, 11))


def _meetings(scene: Scene) -> None:
    """A cell has met, and two bodies are called."""
    meetings.hold(scene, "DB02", 2, date(2022, 7, 20), "Phòng họp Chi bộ 3")
    cell, upper, actors = scene.cast.cells["DB02"][2], scene.cast.upper, scene.cast.actors
    secretary, office = actors[Role.CELL_SECRETARY, cell.id], actors[Role.UPPER_OFFICER, upper.id]
    meetings.call(scene, cell, Body.CELL, secretary, date(2022, 7, 29), "Phòng họp Chi bộ 3")
    meetings.call(scene, upper, Body.STANDING_COMMITTEE, office, date(2022, 8, 2), "Phòng họp Ban Thường vụ")
