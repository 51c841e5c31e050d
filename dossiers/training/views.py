"""Pages of training: the stage, classes, and acts on a whole class."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import clock, wire
from dossiers.acting.road import add_acts
from dossiers.acting.sent import sent_key
from dossiers.acting.together import Result, act_on_many
from dossiers.courses.models import CourseClass
from dossiers.documents import services as documents
from dossiers.documents.composing import Composed
from dossiers.extensions import db, write_transaction
from dossiers.fields import parse_day, plain, squeeze, still_free, with_empty, wrong_number
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.lists import stages
from dossiers.navigation import page_number
from dossiers.office import services as office
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.profile import contents, is_register
from dossiers.security import on_behalf, permits, signed, units_with
from dossiers.training import services, texts
from dossiers.training.forms import FORMS, ClassForm, classes_from
from dossiers.units import tree
from dossiers.units.tree import Node
from workflow.roles import Role
from workflow.route import UnitKind
from workflow.stages import Stage
from workflow.triggers import TRIGGERS

blueprint = Blueprint("training", __name__)
add_acts(blueprint, FORMS)


SHOWN = 12
"""So many classes stand on the page of the stage."""


@blueprint.get("/boi-duong")
@permits("list.read")
def stage() -> ResponseReturnValue:
    """The stage of training, with its classes, SHOWN a page."""
    page = page_number()
    classes = classes_from((page - 1) * SHOWN, SHOWN + 1)
    return stages.render(Stage.TRAINING, classes=classes[:SHOWN], page=page, more_classes=len(classes) > SHOWN)


def _centres() -> list[Node]:
    """The training centres whose classes whoever asks manages: their own, those below, and those of the committees
    above them, which serve all that stands there.
    """
    units, reach = tree.current(), units_with("class.manage")
    above = {number for unit in reach for number in units[unit].chain}
    centres = units.below(above, (str(UnitKind.TRAINING_CENTRE),))
    found = [node for node in centres if node.parent_id in above or node.lies_in(reach)]
    return sorted(found, key=lambda node: node.name)


@blueprint.route("/boi-duong/lop-moi", methods=["GET", "POST"])
@permits("class.manage")
def new_class() -> ResponseReturnValue:
    """Open a class."""
    form = ClassForm()
    form.centre.choices = with_empty([(str(unit.id), unit.name) for unit in _centres()])
    if form.validate_on_submit():
        course = CourseClass(
            code=form.code.data,
            title=form.title.data,
            centre_id=int(form.centre.data),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
        )
        with still_free(form.code, "course_class_code", _("Mã lớp này đã có.")):
            with write_transaction():
                db.session.add(course)
                db.session.flush()
                office.record(
                    "class:opened", course.centre_id, signed().account_id, [course],
                    behalf=on_behalf("class.manage", course.centre_id), code=course.code,
                )  # fmt: skip
            flash(_("Đã mở lớp %(code)s.", code=course.code), "done")
            return redirect(url_for("training.course", course_id=course.id), 303)
    return render_template("training/new_class.html", form=form), 422 if form.is_submitted() else 200


def _managed(course_id: int) -> CourseClass:
    """A class whoever asks manages. Aborts with 404 for another."""
    found = db.session.get(CourseClass, course_id)
    if found is None or found.centre_id not in {node.id for node in _centres()}:
        abort(404)
    return found


@blueprint.route("/boi-duong/lop/<int:course_id>", methods=["GET", "POST"])
@permits("class.manage")
def course(course_id: int) -> ResponseReturnValue:
    """A class: enrol those proposed, certify those enrolled."""
    who, found = signed(), _managed(course_id)
    form = FlaskForm()
    results: list[Result] = []
    wrong_day = nobody = ""
    status = 200
    may_certify = (Role.TRAINING_OFFICER, found.centre_id) in who.grants
    if request.method == "POST":
        try:
            on = parse_day(request.form.get("happened_on", ""))
        except ValueError as problem:
            wrong_day, status = str(problem), 422
        else:
            action = request.form.get("action")
            results, nobody = _enrol(found, on) if action == "enrol" else _certify(found, on)
            status = 422 if nobody or any(r.error for r in results) else 200
    return render_template(
        "training/course.html",
        course=found,
        form=form,
        enrolled=services.members(found, who),
        proposed=services.proposed(who),
        results=results,
        failed={r.code: r.error for r in results if r.error},
        done=[r for r in results if not r.error],
        undo=TRIGGERS["undo"],
        wrong_day=wrong_day,
        nobody=nobody,
        sent=request.form.get("action"),
        may_certify=may_certify,
        typed=request.form,
        today=clock.today(),
        act_key=secrets.token_hex(12),
        texts=_texts_of(found),
    ), status


def _texts_of(course: CourseClass) -> list[tuple[str, str]]:
    """The texts that can be drawn up of a class now: as addresses name them, and in words."""
    people = texts.sitting(course, signed())
    certified = [("ket-qua", _("Quyết định công nhận học viên hoàn thành lớp, kèm danh sách"))]
    found = [
        ("mo-lop", _("Quyết định mở lớp, kèm danh sách học viên")),
        *(certified if any(row.number for row in people) else ()),
        ("chung-nhan", _("Giấy chứng nhận của cả lớp")),
    ]
    return found if people and not is_register() else []


def _enrol(course: CourseClass, on: date) -> tuple[list[Result], str]:
    chosen = set(request.form.getlist("pick"))
    lines = [
        (row.code, row.full_name, services.enrol_act(course, on, _key(row.code)))
        for row in services.proposed(signed())
        if row.code in chosen
    ]
    if not lines:
        return [], _("Chưa chọn ai để cử đi học.")
    return act_on_many(lines, signed()), ""


def _certify(course: CourseClass, on: date) -> tuple[list[Result], str]:
    lines, bad = [], []
    for row in services.members(course, signed()):
        number = plain(squeeze(request.form.get(f"number-{row.code}", ""))) or ""
        if not number:
            continue
        if wrong := wrong_number(number):
            bad.append(Result(row.code, row.full_name, wrong))
            continue
        lines.append((row.code, row.full_name, services.certify_act(number, on, _key(row.code))))
    if not lines and not bad:
        return [], _("Chưa ghi số giấy chứng nhận nào.")
    return [*act_on_many(lines, signed()), *bad], ""


def _key(code: str) -> str | None:
    return sent_key(request.form.get("act_key"), code, request.form.get("action"))


_TEXTS = {"mo-lop": "Quyết định mở lớp", "ket-qua": "Quyết định công nhận hoàn thành lớp",
          "chung-nhan": "Giấy chứng nhận"}  # fmt: skip
"""The texts of a class as addresses name them, and what their files are called."""


@blueprint.get("/boi-duong/lop/<int:course_id>/<any('mo-lop', 'ket-qua', 'chung-nhan'):what>.<any(pdf, docx):suffix>")
@permits("class.manage")
@contents
def class_text(course_id: int, what: str, suffix: str) -> ResponseReturnValue:
    """A decision on a class with the list of those in it, or all their certificates in one file."""
    course = _managed(course_id)
    people = texts.sitting(course, signed())
    if what == "ket-qua":
        people = [row for row in people if row.number]
    if not people:
        abort(404)
    try:
        found = _class_texts(course, people, what)
    except ValueError:
        abort(404)
    privacy.note_many([row.id for row in people], signed().account_id, Part.TEXT, "")
    name = f"{_TEXTS[what]} {course.code.replace('/', '-')}.{suffix}"
    return wire.named_file(documents.drawn(found, suffix), documents.MIMETYPES[suffix], name, saved=suffix != "pdf")


def _class_texts(course: CourseClass, people: list[Any], what: str) -> list[Composed]:
    grade = request.args.get("do-mat", "")
    if what == "chung-nhan":
        return texts.certificates(course, people, grade)
    return texts.decision(course, people, "class_decision" if what == "mo-lop" else "class_results", grade)
