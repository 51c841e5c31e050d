"""The audit log, for inspectors; read-only."""

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from dossiers.audit import checkpoints
from dossiers.audit import log as audit_log
from dossiers.audit import office_log as audit_office
from dossiers.audit import reads as audit_reads
from dossiers.fields import parse_day, whole
from dossiers.office.services import TOPICS
from dossiers.privacy import counting, watching
from dossiers.privacy import services as privacy
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
    days = _Days()
    topic = request.args.get("topic", "")
    chosen = audit_office.Filter(
        who=_typed("who", 120),
        topic=topic if topic in TOPICS else "",
        unit=_typed("unit", 20),
        since=days.typed("since"),
        until=days.typed("until"),
        before=request.args.get("before", "")[:100],
    )
    entries, following = audit_office.log(chosen, signed(), current_app.config["PAGE_SIZE"])
    asked = _narrowed(chosen, office="1", topic=chosen.topic, unit=chosen.unit)
    privacy.note_many((), signed().account_id, Part.LOG, asked)
    page = render_template(
        "audit/office.html", entries=entries, following=following, f=chosen, typed=request.args, errors=days.errors,
        topics=TOPICS, is_narrowed=chosen != audit_office.Filter(),
    )  # fmt: skip
    return page, 422 if days.errors else 200


def _typed(name: str, most: int) -> str:
    return request.args.get(name, "").strip()[:most]


class _Days:
    """Days typed into a filter, and what is wrong with them."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def typed(self, name: str) -> date | None:
        """The day typed into a field; None when there is none, or it is none."""
        typed = request.args.get(name, "")
        if not typed.strip():
            return None
        try:
            return parse_day(typed)
        except ValueError as problem:
            self.errors[name] = str(problem)
            return None


def _narrowed(chosen: audit_log.Narrowed, **by: str) -> str:
    """What a log was narrowed by, with nobody's name."""
    days = {name: f"{day:%d/%m/%Y}" for name, day in (("since", chosen.since), ("until", chosen.until)) if day}
    asked = {**by, "who": privacy.masked(chosen.who), **days}
    return urlencode({name: value for name, value in asked.items() if value})


@blueprint.get("/nhat-ky/xem")
@permits("reads.watch")
def reads() -> ResponseReturnValue:
    """Unusual reading, what was opened for a purpose and, for inspectors, every read, within the own units."""
    who, asked = signed(), _typed("q", 120)
    name, before = _typed("who", 120), whole(request.args.get("before", ""))
    may_read = Role.INSPECTOR in who.roles
    rows, following = audit_reads.reads(who, name, asked, before) if may_read else ((), None)
    if may_read:
        privacy.note_many((), who.account_id, Part.READS, privacy.masked(asked) if asked else "")
    return render_template(
        "audit/reads.html",
        warned=watching.warnings(who, audit_reads.DAYS),
        limits=counting.limits(),
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
    days = _Days()
    trigger = request.args.get("trigger", "")
    chosen = audit_log.Filter(
        code=_typed("code", 20),
        who=_typed("who", 120),
        trigger=trigger if trigger in ACT_LABELS else "",
        since=days.typed("since"),
        until=days.typed("until"),
        before=request.args.get("before", "")[:100],
    )
    entries, following = audit_log.log(chosen, signed(), current_app.config["PAGE_SIZE"])
    privacy.note_many(
        [e.event.dossier_id for e in entries],
        signed().account_id,
        Part.LOG,
        _narrowed(chosen, code=chosen.code, trigger=chosen.trigger),
    )
    page = render_template(
        "audit/log.html", entries=entries, following=following, f=chosen, typed=request.args, errors=days.errors,
        triggers=ACT_LABELS, checkpoint=checkpoints.newest(), warned=watching.warnings(signed()),
    )  # fmt: skip
    return page, 422 if days.errors else 200
