"""The audit log, for inspectors; read-only."""

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from dossiers.audit import checkpoints
from dossiers.audit import log as audit_log
from dossiers.audit import reads as audit_reads
from dossiers.fields import parse_day, whole
from dossiers.office.services import TOPICS
from dossiers.privacy import services as privacy
from dossiers.privacy import watching
from dossiers.privacy.services import PART_LABELS, Part
from dossiers.privacy.unusual import KIND_LABELS
from dossiers.security import permits, signed
from workflow.roles import Role
from workflow.triggers import ACT_LABELS

blueprint = Blueprint("audit", __name__)


@blueprint.get("/nhat-ky/quan-tri")
@permits("audit.read")
def office_log() -> ResponseReturnValue:
    """What was changed outside any dossier: units, registers, accounts, rules, quotas."""
    before = whole(request.args.get("before", ""))
    entries, following = audit_log.office_log(signed(), current_app.config["PAGE_SIZE"], before)
    privacy.note_many((), signed().account_id, Part.LOG, "office=1")
    return render_template("audit/office.html", entries=entries, following=following, topics=TOPICS)


def _asked(chosen: audit_log.Filter) -> str:
    """What the log was narrowed by, with nobody's name."""
    days = {name: f"{day:%d/%m/%Y}" for name, day in (("since", chosen.since), ("until", chosen.until)) if day}
    asked = {"code": chosen.code, "trigger": chosen.trigger, "who": privacy.masked(chosen.who), **days}
    return urlencode({name: value for name, value in asked.items() if value})


@blueprint.get("/nhat-ky/xem")
@permits("reads.watch")
def reads() -> ResponseReturnValue:
    """Unusual reading, what was opened for a purpose and, for inspectors, every read, within the own units."""
    who, asked = signed(), request.args.get("q", "").strip()[:120]
    name, before = request.args.get("who", "").strip()[:120], whole(request.args.get("before", ""))
    may_read = Role.INSPECTOR in who.roles
    rows, following = audit_reads.reads(who, name, asked, before) if may_read else ((), None)
    if may_read:
        privacy.note_many((), who.account_id, Part.READS, privacy.masked(asked) if asked else "")
    return render_template(
        "audit/reads.html",
        warned=watching.warnings(who, audit_reads.DAYS),
        limits=watching.limits(),
        openings=audit_reads.openings(who),
        rows=rows,
        following=following,
        may_read=may_read,
        who=name,
        q=asked,
        labels=PART_LABELS,
        kinds=KIND_LABELS,
        told=audit_reads.told,
    )


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
    privacy.note_many([e.event.dossier_id for e in entries], signed().account_id, Part.LOG, _asked(chosen))
    page = render_template(
        "audit/log.html", entries=entries, following=following, f=chosen, typed=request.args, errors=errors,
        triggers=ACT_LABELS, checkpoint=checkpoints.newest(), warned=watching.warnings(signed()),
    )  # fmt: skip
    return page, 422 if errors else 200
