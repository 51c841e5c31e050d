"""Letters of a verification: requests and reminders, put together from what the request asks and nothing else."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from dossiers import clock
from dossiers.casework.case import Case
from dossiers.documents.composing import Composed, Draft, write
from dossiers.documents.fields import body_of, day_written
from dossiers.documents.services import place, sealed, style
from dossiers.inquiries import reading
from dossiers.inquiries.reading import Letter
from dossiers.people import reading as people
from dossiers.people.personal import field_text
from dossiers.people.rows import RelativeRow
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.asking import CANDIDATE, Asked
from workflow.facts import RELATION_LABELS
from workflow.route import UnitKind
from workflow.verifying import answer_due

_HERE = Path(__file__).parent
MOST = 60
"""So many letters are drawn up in one file."""


@dataclass(frozen=True)
class Wanted:
    """A letter that is wanted: of which request of which dossier, and what the file knows of whom it asks about."""

    case: Case
    asked: Asked
    letter: Letter
    person: Any
    relatives: Sequence[RelativeRow]


@lru_cache(maxsize=1)
def drafts() -> dict[str, Draft]:
    """The drafts of the letters."""
    read = tomllib.loads((_HERE / "letters.toml").read_text("utf-8"))
    return {name: msgspec.convert(draft, Draft) for name, draft in read.items()}


def asker_of(case: Case) -> str:
    """Whose office verifies: the committee of the dossier's organisation, of a grass-roots cell the one above."""
    unit = case.place.unit_of(UnitKind.GRASSROOTS_COMMITTEE) or case.place.unit_of(UnitKind.UPPER_COMMITTEE)
    return body_of(tree.current().name(unit))


def about(wanted: Wanted) -> dict[str, str]:
    """Whom a request asks about, by ref, as the letter says it: relation, name, year of birth, place, work."""
    known = {row.ref: row for row in wanted.relatives}
    lines = {}
    for ref in wanted.asked.request.about:
        if ref == CANDIDATE:
            lines[ref] = f"Người xin vào Đảng: {wanted.case.full_name}"
        elif ref in known:
            row = known[ref]
            more = (f"sinh năm {row.birth_year}" if row.birth_year else "", row.place or "", row.occupation or "")
            lines[ref] = ", ".join((f"{RELATION_LABELS[row.relation].vi}: {row.name}", *filter(None, more)))
    return lines


def values(wanted: Wanted) -> Mapping[str, Any]:
    """What a letter may say, each value as it is written."""
    case, asked, person = wanted.case, wanted.asked, wanted.person
    book, units = rules.books()[case.rulebook], tree.current()
    named = {"cell": (UnitKind.CELL, UnitKind.GRASSROOTS_CELL), "section": (UnitKind.SECTION_COMMITTEE,),
             "committee": (UnitKind.GRASSROOTS_COMMITTEE,), "upper": (UnitKind.UPPER_COMMITTEE,)}  # fmt: skip
    bodies = {name: body_of(units.name(case.place.unit_of(*kinds))) for name, kinds in named.items()}
    is_member = case.facts.admitted_on is not None
    found = {
        **bodies,
        "asker": asker_of(case),
        "addressee": wanted.letter.addressee,
        "candidate": case.full_name,
        "about": "; ".join(about(wanted).values()),
        "asked_on": day_written(asked.asked_on),
        "asked_number": f"số {wanted.letter.number} " if wanted.letter.number else "",
        "due_on": day_written(answer_due(asked, book, rules.calendar())),
        "rule_of_verification": book.rule("verified_persons").source,
        "whom": "đảng viên dự bị" if is_member else "người xin vào Đảng",
        "purpose": "công nhận chính thức đối với" if is_member else "kết nạp",
    }
    told = {name: field_text(name, getattr(person, name)) for name in ("birth_date", "home_town", "residence")
            if getattr(person, name)}  # fmt: skip
    return {**{name: value for name, value in found.items() if value or name == "asked_number"}, **told}


FORMS = {"CV-TT": False, "CV-YK": True}
"""What the letters of a dossier are called where forms are, and whether they ask for opinions."""


def of_dossier(case: Case, for_opinions: bool) -> list[Wanted]:
    """The letters of all requests of a dossier: those for opinions, or those of the verification; three queries."""
    sent, person = reading.letters([case.id]), people.candidate(case.person_id)
    relatives = people.relatives(case.id)
    return [
        Wanted(case, asked, sent[case.id, asked.nr], person, relatives)
        for asked in case.facts.asked if bool(asked.request.giver) is for_opinions
    ]  # fmt: skip


def composed(wanted: Wanted, grade: str = "") -> Composed:
    """The letter of a request; where it was reminded of, the reminder. `grade`: see services.style."""
    case, asked = wanted.case, wanted.asked
    kind = "opinion" if asked.request.giver else "inquiry"
    draft = drafts()[f"{kind}_reminder" if asked.reminded else kind]
    day: date = asked.waits_since
    number = "" if asked.reminded else wanted.letter.number
    mark = f"{case.code} · {asked.nr} · {case.rulebook}"
    return sealed(write(draft, values(wanted), number, day, clock.today(), place(), mark, style=style(grade)))
