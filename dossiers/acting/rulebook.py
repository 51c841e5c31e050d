"""Moving dossiers to another rulebook, one or many: an act of administration."""

import hashlib
import re
import secrets
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from dossiers import clock
from dossiers.acting.trying import Told, told
from dossiers.casework import loading
from dossiers.casework.act import Act, Done, Duplicate, NotFound
from dossiers.casework.advance import advance
from dossiers.casework.case import Case
from dossiers.casework.many import Answer, advance_all, foresee_all
from dossiers.casework.trials import Run
from dossiers.fields import ChoiceField, LineField, ParagraphField, Words, required
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.rules import services as rules
from dossiers.security import permits, signed
from dossiers.units import registers
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.trial import Standing
from workflow.votes import Body

MOST = 200
"""Dossiers moved at once: all in one transaction."""


class MoveForm(FlaskForm):
    """Move a dossier to another rulebook."""

    code = LineField(_l("Mã hồ sơ"), [required, Words(20)])
    rulebook = ChoiceField(_l("Bộ quy tắc"), [required])
    reason = ParagraphField(_l("Lý do"), [required, Words(2000)])


class MoveManyForm(FlaskForm):
    """Move many; `seen` is how each stood when it was shown, so that nothing is moved that changed since."""

    codes = ParagraphField(_l("Mã các hồ sơ, cách nhau bằng dấu cách hoặc xuống dòng"), [required, Words(6000)])
    rulebook = ChoiceField(_l("Bộ quy tắc"), [required])
    reason = ParagraphField(_l("Căn cứ"), [required, Words(2000)])
    key = HiddenField()
    seen = HiddenField()


def _books() -> list[tuple[str, str]]:
    return [(code, f"{code}: {say(book.title)}") for code, book in rules.books().items()]


@permits("administration")
def change_rulebook() -> ResponseReturnValue:
    """Move a dossier to another rulebook; the administrator sees nothing of it but the code."""
    form = MoveForm()
    form.rulebook.choices = _books()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and _moved(form):
            flash(_("Đã chuyển hồ sơ sang bộ quy tắc %(book)s.", book=form.rulebook.data), "done")
            return redirect(url_for("rules.rulebooks"), 303)
    return render_template("acting/change_rulebook.html", form=form), status


def _moved(form: MoveForm) -> bool:
    code = str(form.code.data).upper()
    try:
        version = loading.load_for_administration(code).version
        advance(code, _act(form, secrets.token_hex(16)), signed(), version)
    except NotFound:
        form.code.errors = [_("Không có hồ sơ mang mã này.")]
        return False
    except Refused as refused:
        form.code.errors = [say(refusal.message) for refusal in refused.refusals]
        return False
    return True


def _act(form: MoveForm | MoveManyForm, key: str) -> Act:
    evidence = Evidence(clock.today(), reason=form.reason.data)
    return Act("change_rulebook", evidence, key=key, rulebook=form.rulebook.data)


Preview = tuple[str, str, str, tuple[Told, ...]]
"""A dossier's code, the rulebook it is on, why it is not moved ("": it is), and what changes for it."""


@permits("administration")
def change_many() -> ResponseReturnValue:
    """Move many dossiers to another rulebook: shown one by one first, then done in one transaction."""
    form = MoveManyForm()
    form.rulebook.choices = _books()
    preview: list[Preview] = []
    if not form.is_submitted():
        form.codes.data = request.args.get("ma", "")
        form.rulebook.data = request.args.get("bo", form.rulebook.data)
        return render_template("acting/change_many.html", form=form, preview=preview)
    codes = list(dict.fromkeys(re.findall(r"[\w-]+", str(form.codes.data or "").upper())))
    fine = form.validate()
    if len(codes) > MOST:
        form.codes.errors = [_("Mỗi lần nhiều nhất %(most)s hồ sơ; đây có %(n)s.", most=MOST, n=len(codes))]
        fine = False
    status = 200
    if not fine:
        status = 422
    elif "confirmed" in request.form:
        seen = dict(pair.split("=", 1) for pair in str(form.seen.data).split() if "=" in pair)
        answers = _answers(form, codes, seen)
        return render_template("acting/change_many.html", form=form, preview=(), answers=answers)
    else:
        form.key.data = secrets.token_hex(16)
        preview, form.seen.data = _preview(form, codes)
    return render_template("acting/change_many.html", form=form, preview=preview), status


def _acts(form: MoveManyForm, cases: Sequence[Case]) -> list[tuple[Case, Act]]:
    made = (hashlib.sha256(f"{form.key.data}/{case.code}".encode()).hexdigest() for case in cases)
    return [(case, _act(form, key)) for case, key in zip(cases, made, strict=True)]


def _preview(form: MoveManyForm, codes: Sequence[str]) -> tuple[list[Preview], str]:
    """Each dossier with what becomes of it; and how each stands now."""
    found = loading.cases_for_administration(codes)
    cases, books = list(found.values()), rules.books()
    dry = Run(books[form.rulebook.data], moved=True)
    members = registers.members_in({case.unit_id for case in cases}, str(Body.CELL), dry.day)
    answers = dict(zip(found, foresee_all(_acts(form, cases), signed()), strict=True))
    preview: list[Preview] = []
    for code in codes:
        case = found.get(code)
        if case is None or case.state is None:
            preview.append((code, "", _("Không có hồ sơ mang mã này."), ()))
            continue
        if case.rulebook == dry.book.code:
            preview.append((code, case.rulebook, _already(), ()))
            continue
        standing = Standing(case.state, case.facts, members.get(case.unit_id, 0))
        changes = dry.effects(standing, case.rulebook, case.place)
        words = tuple(told(change, books[case.rulebook], dry.book) for change in changes)
        preview.append((code, case.rulebook, _why(answers[code]), words))
    return preview, " ".join(f"{case.code}={case.version}" for case in cases)


def _answers(form: MoveManyForm, codes: Sequence[str], seen: dict[str, str]) -> list[tuple[str, str]]:
    """Move those that stand as they were shown; each with why it was not moved ("": it was)."""
    found = loading.cases_for_administration(codes)
    others = {code: case for code, case in found.items() if case.rulebook != form.rulebook.data}
    cases = [case for case in others.values() if seen.get(case.code) == str(case.version)]
    done = dict(zip((case.code for case in cases), advance_all(_acts(form, cases), signed()), strict=True))
    told_: list[tuple[str, str]] = []
    for code in codes:
        if code in done:
            told_.append((code, _why(done[code])))
        elif code in found and code not in others:
            told_.append((code, _already()))
        elif code in found:
            told_.append((code, _("Có người vừa ghi vào hồ sơ này; xem lại rồi chuyển.")))
        else:
            told_.append((code, _("Không có hồ sơ mang mã này.")))
    return told_


def _already() -> str:
    return _("Hồ sơ đang theo bộ quy tắc này.")


def _why(answer: Answer) -> str:
    if isinstance(answer, Done):
        return ""
    if isinstance(answer, Refused):
        return " ".join(say(refusal.message) for refusal in answer.refusals)
    if isinstance(answer, Duplicate):
        return _("Biểu mẫu này đã gửi rồi.")
    return _("Có người vừa ghi vào hồ sơ này; xem lại rồi chuyển.")
