"""The audit log, for inspectors; read-only."""

from datetime import date

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from dossiers.audit import checkpoints
from dossiers.audit import log as audit_log
from dossiers.fields import parse_day
from dossiers.office.services import TOPICS
from dossiers.security import permits, signed
from workflow.triggers import ACT_LABELS

blueprint = Blueprint("audit", __name__)


@blueprint.get("/nhat-ky/quan-tri")
@permits("audit.read")
def office_log() -> ResponseReturnValue:
    """What was changed outside any dossier: units, registers, accounts, rules, quotas."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isdigit() and len(typed) < 10 else None
    entries, following = audit_log.office_log(signed(), current_app.config["PAGE_SIZE"], before)
    return render_template("audit/office.html", entries=entries, following=following, topics=TOPICS)


@blueprint.get("/nhat-ky")
@permits("audit.read")
def log() -> ResponseReturnValue:
    """Who did what on which dossier, when, with what stood before and after."""
    errors: dict[str, str] = {}

    def day(name: str) -> date | None:
        typed = request.args.get(name, "")
        if not typed.strip():
            return None
        try:
            return parse_day(typed)
        except ValueError as problem:
            errors[name] = str(problem)
            return None

    trigger = request.args.get("trigger", "")
    chosen = audit_log.Filter(
        code=request.args.get("code", "").strip()[:20],
        who=request.args.get("who", "").strip()[:120],
        trigger=trigger if trigger in ACT_LABELS else "",
        since=day("since"),
        until=day("until"),
        before=request.args.get("before", "")[:100],
    )
    entries, following = audit_log.log(chosen, signed(), current_app.config["PAGE_SIZE"])
    page = render_template(
        "audit/log.html", entries=entries, following=following, f=chosen, typed=request.args, errors=errors,
        triggers=ACT_LABELS, checkpoint=checkpoints.newest(),
    )  # fmt: skip
    return page, 422 if errors else 200
