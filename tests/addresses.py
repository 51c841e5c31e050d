"""Every page there is: the addresses of the url map that answer GET, with values filled in from the demo."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Flask, url_for
from sqlalchemy import func, select

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.models import Account, RoleAssignment
from dossiers.casework import loading, trials
from dossiers.casework.closing import is_shut
from dossiers.casework.models import Dossier, Event, Scope
from dossiers.courses.models import CourseClass
from dossiers.extensions import db
from dossiers.inquiries.models import Inquiry
from dossiers.meetings.models import MeetingLine
from dossiers.papers.models import PaperScan
from dossiers.reorganising import plans
from dossiers.reorganising.lines import Line, What
from dossiers.reorganising.models import UnitPlan
from dossiers.rules import files
from dossiers.rules.models import RulebookFile
from dossiers.security import PERMISSIONS, permission_of
from dossiers.units.models import BodyMember, Unit
from workflow import machine
from workflow.cv import Section
from workflow.roles import Role

PEOPLE = (
    ("upper_officer", "KHOI"), ("cell_secretary", "DB02-C3"), ("committee_officer", "DB02"),
    ("committee_secretary", "DB02"), ("section_officer", "DB02-S1"), ("upper_secretary", "KHOI"),
    ("youth_officer", "DB02-DTN"), ("union_officer", "DB02-CD"), ("training_officer", "TTCT"),
    ("inspector", "KHOI"), ("administrator", "KHOI"), ("cell_member_helper", "DB02-C3"),
)  # fmt: skip
"""Who looks, by role and unit; of those who may, the first takes a page."""

FOR_PROGRAMS = {
    "operations.healthz", "operations.readyz", "operations.metrics", "static", "documents.text",
    "verification.letters_file", "meeting_texts.text", "meeting_texts.progress", "training.class_text",
    "meetings.figures",  # for the script of the page of results
    "monitoring.due_file", "monitoring.classification_file",
}  # fmt: skip
"""What answers with something else than a page."""
FILES = {
    "acting.cover_list",
    "acting.loaded_text",
    "documents.starting_file",
    "documents.version_file",
    "documents.version_sample",
    "reading.scan_page",
    "reading.scan_shown",
    "reading.scan_printed",
    "reading.scan_saved",
    "reading.whole_dossier",
    "reading.digital_file",
    "reading.cover_list",
}
"""What is no page: files people sent, or that are made of these."""

ASKED: dict[str, tuple[dict[str, str], ...]] = {
    "lists.worklist": ({"stage": "admission", "overdue": "1", "sort": "due"}, {"stage": "ended"}),
    "lists.search": ({"q": "nguyen"}, {"q": "zzz"}),
    "quotas.report": ({"year": "2022", "as_of": "31/02/2022"},),
    "reports.report": ({"unit": "DB02"},),
    "acting.together": ({"ho-so": "HS2021-000228"}, {"ho-so": "HS2021-000228", "viec": "extend_deadline"}),
    "rules.rulebooks": ({"bo": "RB-2026B"},),
    "monitoring.board": ({"don-vi": "DB02"}, {"canh-bao": "member_cv"}, {"nam-thang": "5", "ngay": "31/02/2022"}),
    "monitoring.due": ({"quy": "qua-han"}, {"don-vi": "DB02", "in": "1"}),
    "monitoring.classification": ({"nam": "2021"}, {"don-vi": "DB02", "ngay": "31/02/2022"}),
    "monitoring.month": ({"thang": "2022-06"},),
    "verification.desk": ({"unit": "DB02"}, {"overdue": "1"}),
    "audit.log": ({"since": "31/02/2022"}, {"trigger": "correct_candidate"}),
}
"""What else is asked of a page that is then another."""


class Address(NamedTuple):
    """A page, and who looks at it ("" when nobody has to sign in)."""

    path: str
    role: str = ""
    unit: str = ""


def everything(app: Flask) -> list[Address]:
    """Every page once, some more often; fails for a route nobody has said values for."""
    with app.test_request_context():
        return [*_pages(app)]


def _pages(app: Flask) -> Iterator[Address]:
    acts, filled = _acts(), _filled()
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if permission is None or rule.endpoint in FOR_PROGRAMS | FILES or "GET" not in (rule.methods or ()):
            continue
        name = rule.rule.rsplit("/", 1)[1]
        if rule.endpoint == "lists.home":
            continue  # leads on
        if rule.rule.startswith("/ho-so/<code>") and rule.rule.count("<") == 1 and rule.endpoint not in filled:
            values, who = ({"code": acts[name][0]}, acts[name][1]) if name in acts else _some_dossier()
            yield Address(url_for(rule.endpoint, **values), *who)
        elif "<" in rule.rule:
            assert rule.endpoint in filled, (
                f"{rule.rule}: say with which values it is opened, and who looks, in _filled"
            )
            for values, who in filled[rule.endpoint]:
                yield Address(url_for(rule.endpoint, **values), *who)
        else:
            roles = PERMISSIONS[permission]
            who = next((who for who in PEOPLE if roles and Role(who[0]) in roles), ("", ""))
            for asked in ({}, *ASKED.get(rule.endpoint, ())):
                yield Address(url_for(rule.endpoint, **asked), *who)
    for role, unit in PEOPLE:
        yield Address("/viec-cua-toi", role, unit)
    yield Address("/nhat-ky/xem", "inspector", "KHOI")
    yield Address("/khong-co", *PEOPLE[0])


def _some_dossier() -> tuple[dict[str, Any], tuple[str, str]]:
    """One with much in its file."""
    query = select(Dossier.code).where(Dossier.state == "official").order_by(Dossier.version.desc()).limit(1)
    return {"code": db.session.scalars(query).one()}, ("inspector", "KHOI")


def _acts() -> dict[str, tuple[str, tuple[str, str]]]:
    """For each act a dossier and somebody to whom its form is open; who can do it, rather than who may look."""
    found: dict[str, tuple[int, str, tuple[str, str]]] = {}
    for who in PEOPLE:
        email = f"{who[0].replace('_', '-')}.{who[1].lower()}@demo.example"
        signed = grants.load(db.session.scalars(select(Account.id).where(Account.email == email)).one(), clock.today())
        here = select(func.min(Scope.dossier_id)).where(Scope.ancestor_id.in_(signed.reading_units))
        codes = select(Dossier.code).where(Dossier.id.in_(here.group_by(Scope.state))).order_by(Dossier.id)
        for code in db.session.scalars(codes).all():
            s = loading.situation(loading.load_case(code, signed), signed)
            for option in machine.options(s):
                rank = 2 if option.allowed else 0 if is_shut(option) else 1
                if rank > found.get(option.trigger, (-1,))[0]:
                    found[option.trigger] = (rank, code, who)
    return {trigger: (code, who) for trigger, (_rank, code, who) in found.items()}


def _loaded() -> int:
    """A rulebook that was loaded as a file and waits; with a dry run."""
    known = db.session.scalar(select(RulebookFile.id))
    if known is not None:
        return known
    text = (
        'code = "RB-2022B"\nin_force_from = 2022-08-15\nextends = "RB-2021"\n'
        'title = { vi = "Quy định thử", en = "A regulation to try" }\n'
        '[rules.age_min]\nvalue = 600\nsource = "Quy định thử, điều 1"\nstate = "one_source"\n'
    )
    file, _checked = files.load(text.encode(), "Quy định thử", 1)
    assert file is not None
    trials.begin(file)
    return file.id


def _filled() -> dict[str, list[tuple[dict[str, Any], tuple[str, str]]]]:
    """Values for routes that want some, and who looks."""
    cell, committee = (db.session.scalars(select(Unit).where(Unit.code == code)).one() for code in ("DB02-C3", "DB02"))
    seat = {"code": cell.code, "seat_id": db.session.scalar(select(BodyMember.id).where(BodyMember.unit_id == cell.id))}
    course = db.session.scalar(select(func.max(CourseClass.id)))
    attended = db.session.scalar(select(func.max(Dossier.class_id)).where(Dossier.state == "enrolled"))
    secretary, administrator, officer = ("cell_secretary", "DB02-C3"), ("administrator", "KHOI"), PEOPLE[0]
    closed, open_ = ({"number": number} for number in (1, 2))
    voted, waiting = (
        db.session.scalars(
            select(Dossier.code).join(MeetingLine, MeetingLine.dossier_id == Dossier.id)
            .where(MeetingLine.meeting_id == number).order_by(MeetingLine.place).limit(1)
        ).one() for number in (1, 2)
    )  # fmt: skip
    rules = ("quorum", "removal_grounds", "ceremony_clock_starts", "age_min", "probation", "opinions", "consent_note")
    loaded = {"number": _loaded()}
    return {
        "acting.loaded_one": [(loaded, administrator)],
        "acting.dry_run": [(loaded, administrator)],
        "documents.text_template": [({"text": "admission_decision"}, administrator)],
        "documents.version": [({"text": "admission_decision", "number": 0}, administrator)],
        "meetings.meeting": [(closed, secretary), (open_, secretary), ({"number": 3}, officer)],
        "meetings.change": [(open_, secretary)],
        "meetings.who_came": [(closed, secretary), (open_, secretary)],
        "meetings.enter": [(open_, secretary), ({"number": 3}, officer)],
        "meetings.say_matter": [({**open_, "ho-so": waiting}, secretary), ({"number": 3}, officer)],
        "meetings.abstaining": [({**open_, "code": waiting}, secretary)],
        "meetings.notice": [(open_, secretary)],
        "meetings.record": [(closed, secretary)],
        "meetings.resolutions": [(closed, secretary)],
        "meetings.resolution": [({**closed, "code": voted}, secretary)],
        "meetings.extract": [({**closed, "code": voted}, secretary)],
        "decisions.sign": [({"number": 3}, ("upper_secretary", "KHOI"))],
        "decisions.register": [({"number": 1}, officer)],
        "decisions.printed": [({"number": 1}, officer)],
        "verification.reply": _asked(),
        "training.course": [({"course_id": course}, officer), ({"course_id": attended}, ("training_officer", "TTCT"))],
        "units.unit": [({"code": cell.code}, secretary), ({"code": committee.code}, officer)],
        "units.org_code": [({"code": committee.code}, administrator)],
        **_plans(administrator),
        "registers.change": [(seat, secretary)],
        "registers.end": [(seat, secretary)],
        "registers.holder": [(seat, secretary)],
        "rules.compare": [({"first": "RB-2021", "second": "RB-2026B"}, officer)],
        "rules.change_value": [({"code": "RB-2025", "key": key}, administrator) for key in rules],
        "accounts.account": [({"account_id": 1}, administrator)],
        "accounts.whose": [({"account_id": 2}, administrator)],
        "accounts.grant": [({"account_id": 1}, administrator)],
        "monitoring.classified": [
            ({"kind": kind, "nam": "2022"}, officer)
            for kind in ("admitted", "in_time", "late", "overdue", "removed", "source")
        ],
        "delegations.lend": [({"role_id": _role("cell-secretary.db02-c3")}, secretary)],
        "reading.scan": _scans(),
        "reading.cv": [_written(), ({"code": voted}, secretary)],
        "reading.cv_printed": [_written()],
        "verification.write_cv": [({**_written()[0], "muc": str(section)}, officer) for section in Section],
        "accounts.one_time_password": [({"account_id": 1}, administrator)],
    }


def _role(name: str) -> int:
    """The assignment of somebody of the demo."""
    query = select(RoleAssignment.id).join(Account, Account.id == RoleAssignment.account_id)
    return db.session.scalars(query.where(Account.email == f"{name}@demo.example")).one()


def _plans(administrator: tuple[str, str]) -> dict[str, list[tuple[dict[str, Any], tuple[str, str]]]]:
    """A plan by which units change, and what can be added to it; the demo has none, so it is made here."""
    codes = ("KHOI", "DB03", "DB02")
    bloc, third, second = (db.session.scalars(select(Unit.id).where(Unit.code == code)).one() for code in codes)
    found = db.session.scalar(select(func.max(UnitPlan.id)))
    if found is None:
        asks = select(Account.id).where(Account.email == "administrator.khoi@demo.example")
        who = grants.load(db.session.scalars(asks).one(), clock.today())
        plan = plans.start(bloc, "64-QĐ/ĐUK", clock.today(), clock.today(), "Sắp xếp tổ chức", who)
        plans.add(plan, Line(What.MERGE, (third,), second))
        found = plan.id
    one = {"number": found}
    return {
        "reorganising.plan": [(one, administrator)],
        "reorganising.preview": [(one, administrator)],
        "reorganising.add": [({**one, "what": str(what)}, administrator) for what in What],
    }


def _asked() -> list[tuple[dict[str, Any], tuple[str, str]]]:
    """A request of the demo to a committee of the tree, and its officer."""
    query = (
        select(Dossier.code, Inquiry.nr, Unit.code.label("unit"))
        .join(Dossier, Dossier.id == Inquiry.dossier_id).join(Unit, Unit.id == Inquiry.unit_id)
        .where(Inquiry.closed_on.is_(None)).order_by(Inquiry.dossier_id).limit(1)
    )  # fmt: skip
    return [({"code": row.code, "nr": row.nr}, ("committee_officer", row.unit)) for row in db.session.execute(query)]


def _written() -> tuple[dict[str, Any], tuple[str, str]]:
    """The dossier of the demo whose CV is half written, and who reads it."""
    query = select(Dossier.code).join(Event, Event.dossier_id == Dossier.id).where(Event.trigger == "write_cv").limit(1)
    return {"code": db.session.scalars(query).one()}, ("inspector", "KHOI")


def _scans() -> list[tuple[dict[str, Any], tuple[str, str]]]:
    """The scans of the demo: one of pictures, one that is a PDF."""
    found = db.session.execute(select(Dossier.code, PaperScan.seq).join(Dossier, Dossier.id == PaperScan.dossier_id))
    return [({"code": row.code, "seq": row.seq}, ("inspector", "KHOI")) for row in found]
