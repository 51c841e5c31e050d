"""The rulebooks with their sources, for everybody; an administrator's changes to them and to the calendar."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from dossiers.extensions import db
from dossiers.fields import DayField, LineField, OneOfField, Words, required
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.rules import services
from dossiers.rules.models import CalendarDay
from dossiers.security import may, permits, signed
from workflow.rulebook import CONFIDENCES, RulebookError, Value
from workflow.words import differences

blueprint = Blueprint("rules", __name__)


class ValueForm(FlaskForm):
    """Another value for a rule to be confirmed."""

    value = LineField(_l("Giá trị"), [required, Words(200)])


class CalendarForm(FlaskForm):
    """A day made working or off."""

    day = DayField(_l("Ngày"), [required])
    working = OneOfField(_l("Là"), [required], choices=[("1", _l("Ngày làm việc")), ("0", _l("Ngày nghỉ"))])
    note = LineField(_l("Theo thông báo nào"), [required, Words(200)])


@blueprint.get("/quy-tac")
@permits("signed_in")
def rulebooks() -> ResponseReturnValue:
    """Every rule with its value, source and whether it was checked."""
    days = db.session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
    return render_template(
        "rules/rulebooks.html",
        books=list(services.books().values()),
        days=days,
        confidences=CONFIDENCES,
        may_change=may("administration"),
    )


@blueprint.get("/quy-tac/so-sanh/<first>/<second>")
@permits("signed_in")
def compare(first: str, second: str) -> ResponseReturnValue:
    """What two rulebooks say otherwise."""
    books = services.books()
    if first not in books or second not in books:
        abort(404)
    lines = differences(books[first], books[second])
    return render_template("rules/compare.html", first=books[first], second=books[second], lines=lines)


@blueprint.route("/quy-tac/<code>/<key>", methods=["GET", "POST"])
@permits("administration")
def change_value(code: str, key: str) -> ResponseReturnValue:
    """Change a value that stands as to be confirmed."""
    book = services.books().get(code)
    if book is None or key not in book.rules or book.rules[key].value is None:
        abort(404)
    rule = book.rules[key]
    form = ValueForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                services.change_value(code, key, _typed(form.value.data, rule.value), signed().account_id)
            except (RulebookError, ValueError):
                form.value.errors = [_("Giá trị không hợp với quy tắc này, hoặc quy tắc đã được đối chiếu.")]
            else:
                flash(_("Đã đổi giá trị của “%(rule)s”.", rule=say(rule.title)), "done")
                return redirect(url_for("rules.rulebooks"), 303)
    else:
        form.value.data = ", ".join(rule.value) if isinstance(rule.value, tuple) else str(rule.value)
    return render_template("rules/value.html", book=book, rule=rule, form=form), status


def _typed(text: str, old: Any) -> Value:
    if isinstance(old, bool):
        return {"true": True, "false": False}[text.strip().lower()] if text.lower() in ("true", "false") else text
    if isinstance(old, int):
        return int(text)
    if isinstance(old, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


@blueprint.route("/quy-tac/lich", methods=["GET", "POST"])
@permits("administration")
def add_day() -> ResponseReturnValue:
    """Add a working day or a day off to the calendar."""
    form = CalendarForm()
    if form.validate_on_submit():
        services.set_day(form.day.data, form.working.data == "1", form.note.data, signed().account_id)
        flash(_("Đã ghi vào lịch làm việc."), "done")
        return redirect(url_for("rules.rulebooks"), 303)
    return render_template("rules/day.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/quy-tac/lich/<day>/bo")
@permits("administration")
def forget_day(day: str) -> ResponseReturnValue:
    """Take a day of the administrator's back."""
    try:
        services.forget_day(date.fromisoformat(day), signed().account_id)
    except ValueError:
        abort(404)
    flash(_("Đã bỏ ngày khỏi lịch riêng."), "done")
    return redirect(url_for("rules.rulebooks"), 303)
