"""The road of a form: show it, check it, do the act, and say what happens next. Views of the stages call `act`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import HiddenField

from dossiers import profile
from dossiers.accounts import delegating
from dossiers.acting.forms import ActForm, Balloted
from dossiers.acting.sent import sent_key, typed_mark
from dossiers.casework import loading
from dossiers.casework.act import Duplicate, NotFound, VersionConflict
from dossiers.casework.advance import advance, foresee, sent_before
from dossiers.casework.case import Case
from dossiers.casework.closing import is_shut
from dossiers.casework.helping import reads
from dossiers.formatters import role, say, state
from dossiers.forms import Meanwhile
from dossiers.languages import gettext as _
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.reading.evidence import evidence
from dossiers.reading.page import DossierPage, dossier_page
from dossiers.reading.refusals import told_to
from dossiers.reading.timeline import changes_since
from dossiers.security import permits, signed
from workflow import machine
from workflow.consequences import consequences, is_final
from workflow.guards import Refusal, Situation
from workflow.machine import Refused
from workflow.procedure.table import move_by
from workflow.text import Text
from workflow.triggers import TRIGGERS


def act(code: str, trigger: str, form_class: type[ActForm]) -> ResponseReturnValue:
    """Show the form of an act (GET) or do it (POST)."""
    who = signed()
    case = loading.load_for(code, trigger, who)
    s = loading.situation(case, who)
    option = machine.option(s, trigger)
    shut = option is None or is_shut(option)
    if request.method == "POST" and shut and sent_here_before(code, trigger):
        return already(code)  # it was done, and is therefore not possible any more
    form = form_class()
    if option is None:
        return _impossible(case, trigger, form)
    form.prepare(case, s, trigger)
    refusals: tuple[Refusal, ...] = option.refusals if request.method == "GET" else ()
    if request.method == "POST" and (form.behalf.data or "") != machine.behalf(s, trigger):
        form.behalf.data = machine.behalf(s, trigger)
        refusals = option.refusals if shut else ()
        return _page(case, trigger, form, refusals, shut, 409, typed=typed_into(form), other=True)
    if request.method == "POST" and not shut and form.lengthen(request.form.get("more")):
        return _page(case, trigger, form, (), shut, 200)
    if request.method == "POST" and not shut:
        if form.validate():
            try:
                if is_final(trigger, s) and (first := _told_first(form, trigger, case, s)):
                    return _page(case, trigger, form, (), shut, 200, told=first)
                done = advance(code, form.act(trigger, case), who, form.seen_version(), case)
            except Duplicate:
                return already(code)
            except VersionConflict as conflict:
                meanwhile = form.meet(conflict.case, loading.situation(conflict.case, who), trigger)
                news = changes_since(conflict.case, conflict.seen, who)
                return _page(conflict.case, trigger, form, (), shut, 409, news, meanwhile=meanwhile)
            except Refused as refused:
                refusals = refused.refusals
            else:
                told = done_text(trigger, done.case, done.outcome.from_state != done.outcome.to)
                if not reads(who, done.case):
                    flash(_and_back(told, done.case), "done")
                    return redirect(url_for("lists.inbox"), 303)  # the act took it out of this person's reach
                flash(told, "done")
                for warning in done.outcome.warnings:
                    flash(f"{say(warning.message)} {say(warning.remedy)}", "warn")
                return redirect(form.then(code), 303)
        return already(code) if sent_here_before(code, trigger) else _page(case, trigger, form, refusals, shut, 422)
    if shut:
        refusals = option.refusals
    return _page(case, trigger, form, refusals, shut, 200 if request.method == "GET" else 403)


@dataclass(frozen=True)
class Told:
    """What a final act will do, and the mark of what was typed: the act is done when it comes back with the button."""

    sentences: tuple[Text, ...]
    mark: str


def _told_first(form: ActForm, trigger: str, case: Case, s: Situation) -> Told | None:
    """What the act would do, unless the person has read just that and confirmed it. Raises Refused, writes nothing."""
    mark = typed_mark()[:24]
    if request.form.get("confirmed") == mark or sent_here_before(case.code, trigger):
        return None
    outcome = foresee(form.act(trigger, case), signed(), case).outcome
    return Told(consequences(s, outcome), mark)


def done_text(trigger: str, case: Case, moved: bool) -> str:
    """What was recorded, and what happens next."""
    text = _("Đã ghi: %(act)s.", act=say(TRIGGERS[trigger].label))
    if moved and case.state is not None:
        text += " " + _("Hồ sơ nay ở bước “%(state)s”.", state=state(case.state))
    if case.turn:
        text += " " + _("Đến lượt: %(role)s.", role=role(case.turn))
    return text


def _and_back(told: str, case: Case) -> str:
    """What was done, with the way to take it back: the page that would offer it is out of this person's reach."""
    last = case.facts.last
    if last is None or not last.undoable:
        return told
    link = Markup('<a href="{}">{}</a>').format(f"/ho-so/{case.code}/undo", say(TRIGGERS["undo"].label))
    return Markup("{} {}").format(told, link)


def sent_here_before(code: str, trigger: str) -> bool:
    """Whether the form that is being sent was recorded already, as this act on this dossier."""
    return sent_before(sent_key(request.form.get("act_key"), code, trigger))


def already(code: str) -> ResponseReturnValue:
    """Back to the dossier: the form was recorded when it was sent first."""
    flash(_("Việc này đã được ghi nhận từ lần gửi trước."), "info")
    return redirect(url_for("reading.dossier", code=code), 303)


def typed_into(form: ActForm) -> list[tuple[str, str]]:
    """What was sent, by the labels of its fields, for a page on which the form itself has no place any more."""
    hidden = {"csrf_token", *(field.name for field in form if isinstance(field, HiddenField))}
    labels = {field.name: str(field.label.text) for field in form}
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in hidden and value.strip()]
    return [(labels.get(name, name), value) for name, value in sent]


def _impossible(case: Case, trigger: str, form: ActForm) -> ResponseReturnValue:
    """The dossier's step does not know the act (any more): why, what others did meanwhile, and what was typed."""
    s = loading.situation(case, signed())
    seen = form.seen_version() if request.method == "POST" else 0
    news = changes_since(case, seen, signed()) if 0 < seen < case.version else []
    try:
        machine.fire(trigger, s)
    except Refused as refused:
        return _page(case, trigger, None, refused.refusals, True, 409, news, typed_into(form))
    raise NotFound(case.code)


def _page(
    case: Case,
    trigger: str,
    form: ActForm | None,
    refusals: tuple[Refusal, ...],
    shut: bool,
    status: int,
    news: list[object] | None = None,
    typed: list[tuple[str, str]] | None = None,
    told: Told | None = None,
    other: bool = False,
    meanwhile: Sequence[Meanwhile] = (),
) -> ResponseReturnValue:
    """`other`: for whom the act would be done is another than when the form was shown; `meanwhile`: fields that
    somebody else changed since then.
    """
    if form is not None and not shut and request.method == "GET":
        form.remember()
    page = dossier_page(case, signed())
    behalf = machine.behalf(page.situation, trigger)
    privacy.note(case.id, signed().account_id, Part.FORM)
    told_of = [told_to(refusal, page.roles) for refusal in refusals]
    stands = [(form.field_of(r.field) if form is not None else "", r) for r in told_of]
    answer = render_template(
        "acting/act.html",
        page=page,
        told=told,
        instead=[r.mend for _name, r in stands if form is not None and _takes_the_same(r.mend, page)],
        evidence=evidence(case, page) if form is not None and not shut and _is_judged(trigger, case) else None,
        trigger=TRIGGERS[trigger],
        form=form,
        shut=shut,
        at_field={name: r for name, r in stands if name},
        refusals=[r for name, r in stands if not name],
        asked=request.method == "POST" and status != 200,
        news=news or [],
        meanwhile=meanwhile,
        typed=typed if typed and (form is None or shut) else [],
        behalf=delegating.names_of([int(behalf[1:])]).popitem()[1] if behalf else "",
        over=delegating.told_over(signed()) if other else [],
        is_another=other,
    )
    return answer, status


def _is_judged(trigger: str, case: Case) -> bool:
    move = move_by(trigger, case.state, case.route)
    return move is not None and move.judges


def _takes_the_same(trigger: str, page: DossierPage) -> bool:
    """Whether what was typed can be recorded by this act instead: a vote that failed, as failed."""
    form = form_of(trigger)
    return form is not None and issubclass(form, Balloted) and page.can_open(trigger)


_FORMS: dict[str, type[ActForm]] = {}


def form_of(trigger: str) -> type[ActForm] | None:
    """The form of an act; None for what is not recorded through a page of its own."""
    return _FORMS.get(trigger)


def know_forms(forms: dict[str, type[ActForm]]) -> None:
    """Forms of acts that open a dossier: their pages are elsewhere, they are corrected as all others."""
    _FORMS.update(forms)


def add_acts(blueprint: Blueprint, forms: dict[str, type[ActForm]]) -> None:
    """Give a blueprint a page for each of its triggers: /ho-so/<code>/<trigger>."""
    _FORMS.update(forms)
    for trigger, form_class in forms.items():
        blueprint.add_url_rule(f"/ho-so/<code>/{trigger}", trigger, _view(trigger, form_class), methods=["GET", "POST"])


def _view(trigger: str, form_class: type[ActForm]) -> Callable[[str], ResponseReturnValue]:
    @permits("dossier.act")
    def view(code: str) -> ResponseReturnValue:
        return act(code, trigger, form_class)

    return profile.contents(view) if trigger in profile.ACTS_OFF else view
