"""The page of an act on many dossiers: which act, its form, what would become of each, what became."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dossiers.acting.sent import sent_key, typed_mark
from dossiers.acting.together import MOST, Together, shared
from dossiers.casework.advance import sent_before_of
from dossiers.casework.loading import load_cases
from dossiers.languages import gettext as _
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.security import permits, signed
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


def _is_sent(codes: list[str], trigger: str) -> bool:
    """Whether the form was recorded already, so that the act is not possible any more."""
    return bool(sent_before_of([sent_key(request.form.get("act_key"), code, trigger) for code in codes]))
