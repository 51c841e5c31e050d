"""One of everything pages are made of, in each of its states, for the page of components; everybody is invented."""

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField

from dossiers import clock
from dossiers.acting.rows import Piece
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    OneOfField,
    ParagraphField,
    SomeOfField,
    WholeNumberField,
    Words,
    choice,
    labelled,
    required,
    with_empty,
)  # fmt: skip
from dossiers.forms import FlaskForm
from dossiers.languages import lazy as _l
from dossiers.lists.inbox import Task
from dossiers.lists.worklist import Item
from dossiers.reading.page import Missing
from dossiers.reading.points import PointShown
from dossiers.reading.timeline import Line
from workflow.ahead import Next
from workflow.deadlines import Deadline
from workflow.facts import SCHOOLING_LABELS, DossierFacts, Source
from workflow.guards import Refusal
from workflow.machine import Option
from workflow.roles import Role
from workflow.rulebook import Rulebook, shipped
from workflow.stages import STAGE_STATES, Stage, State
from workflow.text import Text
from workflow.triggers import TRIGGERS, Kind

NAME = "Nguyễn Thị Ví Dụ"
CODE = "HS2022-000000"


class Specimen(FlaskForm):
    """A field of each kind."""

    class Meta:
        """It is never sent: there is no token to check."""

        csrf = False

    full_name = LineField(_l("Họ và tên"), [required, NameWords()])
    happened_on = DayField(_l("Ngày diễn ra"), [required])
    number = LineField(_l("Số văn bản"), [Words(60)])
    present = WholeNumberField(_l("Số người có mặt"), [required])
    schooling = choice(_l("Trình độ học vấn"))
    sex = OneOfField(_l("Giới tính"), [required], choices=[("female", _l("Nữ")), ("male", _l("Nam"))])
    grounds = SomeOfField(_l("Căn cứ"), choices=[("a", _l("Miền núi")), ("b", _l("Hải đảo"))])
    consented = BooleanField(_l("Người này đồng ý"))
    reason = ParagraphField(_l("Lý do"), [required, Words(200)])


def _form(name: str, typed: dict[str, str] | None) -> Specimen:
    form = Specimen(MultiDict(typed) if typed is not None else None, prefix=f"{name}-")
    form.schooling.choices = with_empty(labelled(SCHOOLING_LABELS))
    if typed is not None:
        form.validate()
    return form


def _filled(name: str, **values: str) -> Specimen:
    return _form(name, {f"{name}-{field}": value for field, value in values.items()})


def refusal(book: Rulebook) -> Refusal:
    """Why an act cannot be done."""
    return Refusal(
        "introducers_alone", book.rule("introducers_alone").source,
        Text("Mới có 1 đảng viên giới thiệu; cần 2.", "1 member introduces; 2 are needed."),
        Text("Chi bộ phân công thêm người giới thiệu.", "The cell assigns another member."),
    )  # fmt: skip


def _options(book: Rulebook) -> tuple[Option, ...]:
    possible, not_yet = TRIGGERS["record_papers"], TRIGGERS["start_verification"]
    return (
        Option(possible.code, possible.label, State.APPLYING, Kind.SUPPORT, True),
        Option(not_yet.code, not_yet.label, State.VERIFYING, Kind.STEP, False, (refusal(book),)),
    )


def _page(book: Rulebook, today: date, full: bool) -> SimpleNamespace:
    """A dossier as its page sees it: waiting for something to be brought (`full`), or ready to go on."""
    facts = DossierFacts(source=Source.YOUTH_UNION, suspended=full)
    case = SimpleNamespace(
        full_name=NAME, code=CODE, state=State.APPLYING, since=today - timedelta(days=40), facts=facts,
        turn=Role.CELL_SECRETARY,
    )  # fmt: skip
    lacks = refusal(book)
    next_act = TRIGGERS["start_verification"]
    return SimpleNamespace(
        case=case, book=book, address="#dossier", unit_name="Chi bộ Ví dụ", turn_unit="Chi bộ Ví dụ",
        off_road=full, next_states=(State.VERIFYING,),
        stages=((Stage.SOURCING, "done"), (Stage.TRAINING, "done"), (Stage.VERIFICATION, "now"),
                (Stage.ADMISSION, "ahead"), (Stage.MONITORING, "ahead")),
        points=(PointShown(1, "Lý lịch thiếu chữ ký.", None), PointShown(2, "Thiếu ngày sinh của mẹ.", today)) if full else (),
        due=Deadline("stale_dossier", today, today + timedelta(days=-3 if full else 5)),
        ahead=Next(next_act.code), waits_until=None, can_open=lambda _trigger: True,
        main=Option(next_act.code, next_act.label, State.VERIFYING, Kind.STEP, not full),
        missing=(Missing(lacks.message, lacks.remedy, lacks.citation, "assign_introducers"),) if full else (),
    )  # fmt: skip


def _items(today: date) -> list[Item]:
    """A line of a list for a state of each stage; late, soon, later, with no deadline."""
    days = (-12, 3, 30, None, 0, None)
    return [
        Item(
            f"HS2022-{nr:06d}", NAME, date(1996, 5, 20), "Chi bộ Ví dụ", str(states[0]), today, "youth_union",
            str(Role.CELL_SECRETARY), None if left is None else today + timedelta(days=left),
        )
        for nr, (states, left) in enumerate(zip(STAGE_STATES.values(), days, strict=True), start=1)
    ]  # fmt: skip


def _line(seq: int, trigger: str, states: tuple[State, State], today: date, **more: Any) -> Line:
    event: Any = SimpleNamespace(
        seq=seq, trigger=trigger, from_state=states[0], to_state=states[1], happened_on=today,
        recorded_at=clock.stamp(clock.now()), actor_role=Role.CELL_SECRETARY, rulebook="RB-2021", hash="0" * 64,
    )  # fmt: skip
    return Line(event, "Trần Văn Ví Dụ", {"reason": more.get("reason", "")}, more.get("details", {}), more.get("mark"))


@dataclass(frozen=True)
class Specimens:
    """All the page of components shows."""

    forms: dict[str, Specimen]
    row: Piece
    at_field: dict[str, Refusal]
    refusal: Refusal
    options: tuple[Option, ...]
    ready: SimpleNamespace
    waiting: SimpleNamespace
    items: list[Item]
    tasks: list[Task]
    lines: list[Line]
    states: tuple[State, ...]


def specimens() -> Specimens:
    """One of everything."""
    today, book = clock.today(), shipped()["RB-2021"]
    forms = {
        "empty": _form("empty", None),
        "filled": _filled(
            "filled", full_name=NAME, happened_on="10/07/2022", number="12-NQ/CB", present="15",
            schooling="upper_secondary", sex="female", grounds="a", consented="1", reason="Đủ điều kiện.",
        ),
        "wrong": _filled(
            "wrong", full_name="Ví", happened_on="31/02/2022", number="★", present="mười", schooling="", reason="",
        ),
    }  # fmt: skip
    row = _form("row", None)
    items = _items(today)
    return Specimens(
        forms=forms,
        row=Piece((row.happened_on, row.number, row.present), legend="Đơn xin vào Đảng", note="1-KNĐ"),
        at_field={"wrong-number": refusal(book)},
        refusal=refusal(book),
        options=_options(book),
        ready=_page(book, today, full=False),
        waiting=_page(book, today, full=True),
        items=items,
        tasks=[Task(items[0], "nominate"), Task(items[1]), Task(items[2], "record_papers", today + timedelta(days=30))],
        lines=[
            _line(3, "undo", (State.APPLYING, State.APPLYING), today, details={"event": 2}),
            _line(2, "record_papers", (State.APPLYING, State.APPLYING), today, mark=("undone", 3),
                  details={"papers": [{"form": "1-KNĐ", "number": "1"}]}),
            _line(1, "open_dossier", (State.TRAINED, State.APPLYING), today, reason="Đủ điều kiện."),
        ],
        states=tuple(states[0] for states in STAGE_STATES.values()),
    )  # fmt: skip
