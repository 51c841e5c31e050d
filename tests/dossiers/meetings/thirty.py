"""Thirty dossiers before the standing committee: three routes, two rulebooks, one that nobody prepared."""

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from dossiers import clock
from dossiers.accounts import grants
from dossiers.accounts.grants import Signed
from dossiers.accounts.models import Account
from dossiers.casework.act import Act, Done
from dossiers.casework.advance import open_dossier
from dossiers.casework.loading import load_cases
from dossiers.casework.many import advance_all
from dossiers.extensions import db
from dossiers.units.models import Unit
from workflow.facts import Candidate, Evidence, Introducer, Paper, Schooling, Source, Taken
from workflow.papers import Kind
from workflow.rulebook import in_force
from workflow.stages import State

TODAY = date(2022, 7, 27)
CELLS = ("DB01-C1", "DB02-C3", "CB01")
"""A cell under a committee, one under a section committee, a grass-roots cell."""

_OFFICES = {"DB01-C1": "committee-officer.db01", "DB02-C3": "committee-officer.db02", "CB01": "upper-officer.khoi"}
_KINDS = (Kind.CERTIFICATE, Kind.APPLICATION, Kind.CV, Kind.INTRODUCTION, Kind.CELL_RESOLUTION)
_ABOVE: dict[str, tuple[Kind, ...]] = {
    "DB01-C1": (Kind.COMMITTEE_RESOLUTION,), "DB02-C3": (Kind.APPRAISAL, Kind.COMMITTEE_RESOLUTION), "CB01": (),
}  # fmt: skip
_NAMES = ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khoa", "Lan", "Minh", "Nga")


def _signed(account: str) -> Signed:
    found = db.session.scalars(select(Account.id).where(Account.email == f"{account}@demo.example")).one()
    return grants.load(found, clock.today())


def taken_over(cell: str, nr: int) -> str:
    """A dossier of a cell that waits for the decision, taken over from paper; its code."""
    unit = db.session.scalars(select(Unit.id).where(Unit.code == cell)).one()
    made = TODAY - timedelta(days=120)
    voted = TODAY - timedelta(days=30)
    last = voted + timedelta(days=10)
    taken = Taken(
        helpers=1, course_ends_on=made - timedelta(days=60), dossier_made_on=made, cell_resolution_on=voted,
        committee_resolution_on=None if cell == "CB01" else last,
        introducers=(Introducer("m60", made - timedelta(days=900)),),
    )  # fmt: skip
    book = in_force(last)
    days = (made - timedelta(days=60), made, made, made, voted)
    papers = tuple(
        Paper(book.form(kind), day)
        for kind, day in (*zip(_KINDS, days, strict=True), *((kind, last) for kind in _ABOVE[cell]))
    )
    candidate = Candidate(birth_date=date(1996, 5, 4), schooling=Schooling.UPPER_SECONDARY)
    evidence = Evidence(
        last, source=Source.YOUTH_UNION, consented=True, candidate=candidate, stands_in=State.AWAITING_DECISION,
        taken=taken, papers=papers, agreed_by="Chi ủy, theo hồ sơ giấy",
    )  # fmt: skip
    person = {
        "full_name": f"Nguyễn Thị {_NAMES[nr % 10]} {cell[-2:]}", "birth_date": date(1996, 5, 4), "sex": "female",
        "contact": "0900000000",
    }  # fmt: skip
    return open_dossier(Act("take_over", evidence, person=person), _signed(_OFFICES[cell]), unit).case.code


def thirty(app: Flask, each: int = 10) -> list[str]:
    """As many dossiers of each cell wait for the decision; of all but the last it is prepared, every third is under
    RB-2025. Their codes, the one that is not prepared last.
    """
    with app.app_context():
        codes = [taken_over(cell, nr) for cell in CELLS for nr in range(each)]
        office = _signed("upper-officer.khoi")
        cases = load_cases(codes, office)
        prepared = [(cases[code], Act("prepare_decision", Evidence(TODAY))) for code in codes[:-1]]
        assert all(isinstance(answer, Done) for answer in advance_all(prepared, office))
        cases = load_cases(codes, office)
        administrator = _signed("administrator.khoi")
        moves = [
            (cases[code], Act("change_rulebook", Evidence(TODAY, reason="Áp dụng quy định mới."), rulebook="RB-2025"))
            for code in codes[::3]
        ]
        answers = advance_all(moves, administrator)
        assert all(isinstance(answer, Done) for answer in answers), answers
        db.session.remove()
    return codes
