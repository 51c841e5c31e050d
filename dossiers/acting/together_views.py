"""The page of an act on many dossiers: which act, its form, what would become of each, what became."""

from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers import wire
from dossiers.acting.sent import sent_key, typed_mark
from dossiers.acting.together import Together, shared
from dossiers.casework.advance import sent_before_of
from dossiers.casework.helping import roles_over
from dossiers.casework.loading import load_cases
from dossiers.casework.many import MOST
from dossiers.documents.services import MIMETYPES, RENDER
from dossiers.languages import gettext as _
from dossiers.people.personal import sees_file
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.reading import bundle
from dossiers.security import permits, shown_alone, signed
from workflow.triggers import TRIGGERS


@permits("dossier.act")
def together() -> ResponseReturnValue:
    """Choose an act for the dossiers that were ticked, fill its form in, see what it would do to each, do it."""
    who = signed()
    codes = list(dict.fromkeys(request.values.getlist("ho-so")))
    if len(codes) > MOST:
        flash(_("Mỗi lần làm chung nhiều nhất %(n)s hồ sơ; chọn ít hơn.", n=MOST), "error")
        return redirect(url_for("lists.worklist"))
    found = load_cases(codes, who)
    cases = [found[code] for code in codes if code in found]
    if not cases:
        flash(_("Chưa chọn hồ sơ nào. Đánh dấu các hồ sơ trong danh sách rồi bấm lại."), "info")
        return redirect(url_for("lists.worklist"))
    offered, trigger = shared(cases, who), request.values.get("viec", "")
    page: dict[str, Any] = {"cases": cases, "offered": [TRIGGERS[one] for one in offered], "trigger": None}
    privacy.note_many([case.id for case in cases], who.account_id, Part.FORM, urlencode({"n": len(cases)}))
    act = Together(trigger, cases, who) if trigger in offered else None
    if request.method == "POST" and act is None and _is_sent(codes, trigger):
        flash(_("Việc này đã được ghi nhận từ lần gửi trước."), "info")
        return redirect(url_for("lists.worklist"))
    if act is None or not act.is_possible:
        if trigger:
            flash(_("Việc này không làm chung được cho các hồ sơ đã chọn."), "warn")
        return render_template("acting/together.html", **page)
    page |= {"trigger": TRIGGERS[trigger], "act": act, "results": None, "mark": ""}
    if request.method == "GET":
        return render_template("acting/together.html", **page)
    if act.form.lengthen(request.form.get("more")):
        return render_template("acting/together.html", **page)
    if not act.validate():
        return render_template("acting/together.html", **page), 422
    mark = typed_mark()[:24]
    do = request.form.get("confirmed") == mark
    results = act.results([request.form.get(f"seen-{case.code}", "") for case in cases], do)
    template = "acting/together_done.html" if do else "acting/together.html"
    page |= {"results": results, "mark": mark, "undo": TRIGGERS["undo"]}
    return render_template(template, **page), 422 if all(one.error for one in results) else 200


@permits("dossier.read")
def cover_list(suffix: str) -> ResponseReturnValue:
    """One list of the papers of several dossiers that are handed over together."""
    who = signed()
    codes = list(dict.fromkeys(request.args.getlist("ho-so")))[:MOST]
    found = load_cases(codes, who)
    cases = [found[code] for code in codes if code in found and sees_file(roles_over(who, found[code]))]
    if not cases:
        abort(404)
    privacy.note_many([case.id for case in cases], who.account_id, Part.COVER_LIST, urlencode({"n": len(cases)}))
    made = RENDER[suffix](bundle.cover_list_of_many(cases))
    answer = wire.named_file(made, MIMETYPES[suffix], f"{_('Bản kê bàn giao')}.{suffix}", saved=True)
    shown_alone(answer)
    return answer


def _is_sent(codes: list[str], trigger: str) -> bool:
    """Whether the form was recorded already, so that the act is not possible any more."""
    return bool(sent_before_of([sent_key(request.form.get("act_key"), code, trigger) for code in codes]))
