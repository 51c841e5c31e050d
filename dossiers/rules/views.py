"""The rulebooks with their sources, for everybody; an administrator's changes to them and to the calendar."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from dossiers import clock
from dossiers.extensions import db
from dossiers.fields import DayField, LineField, OneOfField, SomeOfField, WholeNumberField, Words, required
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.rules import files, services
from dossiers.rules.models import CalendarDay
from dossiers.security import may, permits, signed
from workflow.calendar import NationalDay, national_days
from workflow.rulebook import CONFIDENCES, Rule, RulebookError, Value, in_force
from workflow.words import differences, word_text

blueprint = Blueprint("rules", __name__)


class CalendarForm(FlaskForm):
    """A day made working or off."""

    day = DayField(_l("Ngày"), [required])
    working = OneOfField(_l("Là"), [required], choices=[("1", _l("Ngày làm việc")), ("0", _l("Ngày nghỉ"))])
    note = LineField(_l("Theo thông báo nào"), [required, Words(200)])


@blueprint.get("/quy-tac")
@permits("signed_in")
def rulebooks() -> ResponseReturnValue:
    """Every rule of a rulebook with its value, source and whether it was checked; of the one in force, unless asked."""
    books = services.books()
    book = books.get(request.args.get("bo", in_force(clock.today(), books).code))
    if book is None:
        abort(404)
    days = db.session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
    return render_template(
        "rules/rulebooks.html",
        books=list(books.values()),
        book=book,
        days=days,
        national=[(year, _national(year)) for year in (clock.today().year, clock.today().year + 1)],
        confidences=CONFIDENCES,
        may_change=may("administration"),
        waiting=files.how_many_wait() if may("rulebook.confirm") else 0,
    )


def _national(year: int) -> list[NationalDay]:
    """The national calendar of a year, without the days that this instance set itself."""
    own = services.current().own_days
    return [one for one in national_days(year) if one.day not in own]


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
    form = _value_form(rule)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            value = _typed(form.value.data, rule)
            if (tuple(value) if isinstance(value, list) else value) == rule.value:
                flash(_("Giá trị vẫn như cũ; không ghi gì."), "info")
                return redirect(url_for("rules.rulebooks", bo=code), 303)
            try:
                services.change_value(code, key, value, signed().account_id)
            except RulebookError:
                form.value.errors = [_("Giá trị không hợp với quy tắc này, hoặc quy tắc đã được đối chiếu.")]
            else:
                flash(_("Đã đổi giá trị của “%(rule)s”.", rule=say(rule.title)), "done")
                return redirect(url_for("rules.rulebooks", bo=code), 303)
    else:
        form.value.data = _shown(rule)
    return render_template("rules/value.html", book=book, rule=rule, form=form, hint=_hint(rule)), status


def _value_form(rule: Rule) -> Any:
    """A form with one field, made for a rule's kind of value; codes are offered by their words."""
    words = [(word, say(word_text(word))) for word in dict.fromkeys((*_words(rule), *rule.choices))]
    field: Any
    if isinstance(rule.value, bool):
        field = OneOfField(_l("Giá trị"), [required], choices=[("1", _l("Có")), ("0", _l("Không"))])
    elif isinstance(rule.value, int):
        field = WholeNumberField(_l("Giá trị"), [required])
    elif not rule.choices:
        field = LineField(_l("Giá trị"), [required, Words(200)])
    elif isinstance(rule.value, str):
        field = OneOfField(_l("Giá trị"), [required], choices=words)
    else:
        field = SomeOfField(_l("Giá trị"), [required], choices=words)
    return type("ValueForm", (FlaskForm,), {"value": field})()


def _words(rule: Rule) -> tuple[str, ...]:
    return rule.value if isinstance(rule.value, tuple) else ()


def _is_age(rule: Rule) -> bool:
    """Whether a rule counted in months is an age: people say it in years."""
    return rule.reads is not None and "{years}" in rule.reads.vi


def _shown(rule: Rule) -> Any:
    """A rule's value as the field shows it."""
    if isinstance(rule.value, bool):
        return "1" if rule.value else "0"
    if isinstance(rule.value, int):
        return rule.value // 12 if _is_age(rule) else rule.value
    if isinstance(rule.value, tuple):
        return list(rule.value) if rule.choices else ", ".join(rule.value)
    return rule.value


def _typed(data: Any, rule: Rule) -> Value:
    """A value of the rule's kind, of what the field was sent."""
    if isinstance(rule.value, bool):
        return bool(data == "1")
    if isinstance(rule.value, int):
        return int(data) * 12 if _is_age(rule) else int(data)
    if isinstance(rule.value, tuple) and not rule.choices:
        return [part.strip() for part in str(data).split(",") if part.strip()]
    found: Value = data
    return found


def _hint(rule: Rule) -> str:
    """How to type the value, where that does not show."""
    if _is_age(rule):
        return _("Tính bằng năm tuổi.")
    if rule.choices:
        return _("Mục đang chọn đứng trước, theo thứ tự đang ghi.") if isinstance(rule.value, tuple) else ""
    if isinstance(rule.value, int):
        return "" if isinstance(rule.value, bool) else _("Tính bằng: %(unit)s.", unit=say(rule.unit))
    if any("/" in word for word in ((rule.value,) if isinstance(rule.value, str) else _words(rule))):
        return _("Ghi 2/3 là ít nhất hai phần ba; >1/2 là trên một nửa.")
    return _("Ghi số mẫu của từng giấy tờ, cách nhau bằng dấu phẩy.")


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
