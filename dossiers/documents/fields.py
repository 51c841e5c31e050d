"""What the official texts may say of a dossier: names, days, votes, papers, each as it is written."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dossiers import formatters
from dossiers.casework.case import Case
from dossiers.inquiries.reading import Letter
from dossiers.people.personal import field_text
from dossiers.people.reading import Candidate
from dossiers.units import tree
from workflow import deadlines
from workflow.asking import Giver
from workflow.facts import DossierFacts
from workflow.papers import Kind
from workflow.route import Decider, Route, UnitKind
from workflow.rulebook import Rulebook
from workflow.verifying import given
from workflow.votes import Body, Purpose
from workflow.words import legal_basis

DOTS = "…………"
"""What stands for something that is not known yet; it is written in by hand."""

NAMES = frozenset({
    "cell", "section", "committee", "upper", "nominator", "deciding_body", "above_cell", "proposing_body",
    "authority_of_deciding", "rule_of_votes", "rule_of_decision", "candidate", "birth_date", "sex", "home_town",
    "residence", "occupation", "employer", "ethnic_group", "religion", "identity_number", "introducer", "introducers",
    "helper", "together_since", "votes", "papers", "admitted_on", "ceremony_on", "probation_end", "effective_on",
    "dots", "opinions", "code", "handing", "handing_above", "receiving", "centre", "centre_above", "course",
    "course_code", "course_starts_on", "course_ends_on",
})  # fmt: skip
"""What a text may name (`handing` to `receiving`: between whom the file is handed over); of `votes` a body and a count,
of `papers` a kind and `number` or `day`.
"""

BODIES = frozenset({
    "cell", "section", "committee", "upper", "nominator", "deciding_body", "above_cell", "proposing_body", "handing",
    "handing_above", "receiving", "centre", "centre_above", "asker", "body", "body_above", "opener", "opener_above",
})  # fmt: skip
"""Those of them that name bodies, which are written as the office writes."""

_BODIES = {
    "executive": (Body.UNION_EXECUTIVE, Purpose.NOMINATION),
    "cell": (Body.CELL, Purpose.ADMISSION),
    "committee": (Body.COMMITTEE, Purpose.ADMISSION),
    "recognition_cell": (Body.CELL, Purpose.RECOGNITION),
    "recognition_committee": (Body.COMMITTEE, Purpose.RECOGNITION),
    "deciding": (Body.STANDING_COMMITTEE, Purpose.ADMISSION),
    "recognition_deciding": (Body.STANDING_COMMITTEE, Purpose.RECOGNITION),
}

VOTERS = tuple(_BODIES)
"""Whose votes a text may name."""

COUNTS = ("day", "entitled", "present", "absent", "in_favour", "against", "percent")
"""And what of each."""


def day_written(day: date | None) -> str:
    """A day as texts write it; dots when there is none yet."""
    return formatters.day(day) if day else DOTS


def fields(
    case: Case, person: Candidate, companions: Sequence[Any], book: Rulebook, sensitive: bool, course: Any = None
) -> Mapping[str, Any]:
    """Everything a text may name of a dossier, each value as it is written; `sensitive`: also what the law calls so;
    `course`: the row of the class the candidate sat in.
    """
    units, facts, place, route = tree.current(), case.facts, case.place, case.route
    named = {
        "cell": place.unit_of(UnitKind.CELL, UnitKind.GRASSROOTS_CELL),
        "section": place.unit_of(UnitKind.SECTION_COMMITTEE),
        "committee": place.unit_of(UnitKind.GRASSROOTS_COMMITTEE),
        "upper": place.unit_of(UnitKind.UPPER_COMMITTEE),
        "nominator": case.nominator_id,
    }
    found = {name: body_of(units.name(unit)) for name, unit in named.items() if unit is not None}
    deciding = _deciding(route, found)
    above = found.get("section") or found.get("committee") or deciding
    people = {kind: [one.name for one in companions if one.kind == kind] for kind in ("introducer", "helper")}
    kept = ("ethnic_group", "religion", "identity_number") if sensitive else ()
    values: dict[str, Any] = {
        **found,
        **_handing(case, found, deciding),
        **taught(course, _centre(case, course)),
        "dots": DOTS,
        "code": case.code,
        "candidate": case.full_name,
        **{
            name: field_text(name, getattr(person, name))
            for name in ("birth_date", "sex", "home_town", "residence", "occupation", "employer", *kept)
            if getattr(person, name)
        },
        "introducer": people["introducer"][-1] if people["introducer"] else "",
        "introducers": ", ".join(people["introducer"]),
        "helper": people["helper"][-1] if people["helper"] else "",
        "together_since": _day(next((one.together_since for one in facts.introducers if one.together_since), None)),
        "deciding_body": deciding,
        "above_cell": above,
        "proposing_body": found.get("committee" if route.has_committee_review else "cell", ""),
        "authority_of_deciding": "T/M ĐẢNG ỦY" if route.decider is Decider.OWN_COMMITTEE else "T/M BAN THƯỜNG VỤ",
        "rule_of_votes": _source(book, "cell_vote"),
        "rule_of_decision": _source(book, "admission_decision"),
        "votes": _votes(facts, route),
        "papers": _papers(facts, book),
        "admitted_on": _day(facts.admitted_on),
        "ceremony_on": _day(facts.ceremony_on),
        "probation_end": _day(deadlines.probation_end(facts, book)),
        "effective_on": _day(facts.effective_on or deadlines.probation_end(facts, book)),
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


OPINIONS = {Kind.OPINIONS: Purpose.ADMISSION, Kind.MEMBER_OPINIONS: Purpose.RECOGNITION}
"""The papers that put opinions together, and about which half of the road."""


def opinions(
    facts: DossierFacts, letters: Mapping[tuple[int, int], Letter], dossier_id: int, purpose: Purpose
) -> dict[str, str]:
    """The opinions that came, of organisations and of the cell of residence, as a text puts them together."""
    found: dict[str, list[str]] = {"organisations": [], "residence": []}
    for one in given(facts, purpose):
        name, vote = letters[dossier_id, one.nr].addressee, ""
        if one.opinion is not None:
            vote = f", {one.opinion.in_favour}/{one.opinion.present} tán thành"
        said = letters[dossier_id, one.nr].answer
        where = "residence" if one.request.giver is Giver.RESIDENCE else "organisations"
        found[where].append(f"{name} (ngày {day_written(one.closed_on)}{vote}): {said.rstrip('.')}")
    return {name: f"{'; '.join(lines)}." for name, lines in found.items() if lines}


def body_of(unit: str) -> str:
    """The body that speaks for a unit: of a Party organisation (đảng bộ) its committee (đảng ủy)."""
    return f"Đảng ủy {unit.removeprefix('Đảng bộ ')}" if unit.startswith("Đảng bộ ") else unit


def _centre(case: Case, course: Any) -> int | None:
    """The training centre of a class; without one the only one that serves the dossier's units, if there is one."""
    if course is not None:
        return int(course.centre_id)
    units = tree.current()
    near = {node.id for unit, _kind, _decider in case.place.chain for node in units.under(unit)
            if node.kind == UnitKind.TRAINING_CENTRE}  # fmt: skip
    return near.pop() if len(near) == 1 else None


def taught(course: Any, centre: int | None) -> dict[str, str]:
    """What a text may name of a class and of the centre that holds it."""
    units = tree.current()
    above = units[centre].parent_id if centre is not None else None
    found = {
        "centre": units.name(centre) if centre is not None else "",
        "centre_above": body_of(units.name(above)) if above is not None else "",
    }
    if course is None:
        return found
    days = {name: day_written(getattr(course, name)) for name in ("starts_on", "ends_on")}
    return found | {"course": course.title, "course_code": course.code} | {f"course_{n}": d for n, d in days.items()}


def _day(day: date | None) -> str:
    return day_written(day) if day else ""


def _source(book: Rulebook, rule: str) -> str:
    return legal_basis(book.rule(rule).source)


def _deciding(route: Route, found: Mapping[str, str]) -> str:
    if route.decider is Decider.OWN_COMMITTEE:
        return found.get("committee", "")
    unit = found.get("committee" if route.is_delegated else "upper", "")
    return f"Ban Thường vụ {unit}" if unit else ""


def _handing(case: Case, found: Mapping[str, str], deciding: str) -> dict[str, str]:
    """Whose file it was and who acts on it now, where the dossier stands: between them it is handed over."""
    below = [found[name] for name in ("cell", "section") if name in found]
    at = str(case.state).removeprefix("recognition_")
    if at == "awaiting_decision":
        if case.route.has_committee_review and "committee" in found:
            below.append(found["committee"])
        receiving = deciding
    elif at == "committee_review":
        receiving = found.get("committee", "")
    else:
        below, receiving = below[:1], found.get("section") or found.get("committee") or deciding
    above = found.get("upper", "") if below[-1:] == [found.get("committee")] else found.get("committee", "")
    return {"handing": below[-1] if below else "", "handing_above": above, "receiving": receiving}


def _votes(facts: DossierFacts, route: Route) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    decides_itself = route.decider is Decider.OWN_COMMITTEE
    for name, (usual, purpose) in _BODIES.items():
        body = Body.COMMITTEE if decides_itself and usual is Body.STANDING_COMMITTEE else usual
        last = next((v for v in reversed(facts.votes) if v.body is body and v.purpose is purpose), None)
        if last is not None:
            share = f"{formatters.rate(last.in_favour, last.entitled)}%".replace(".", ",") if last.entitled else DOTS
            found[name] = {
                "day": day_written(last.held_on),
                "entitled": str(last.entitled),
                "present": str(last.present),
                "absent": str(last.entitled - last.present),
                "in_favour": str(last.in_favour),
                "against": str(last.against),
                "percent": share,
            }
    return found


def _papers(facts: DossierFacts, book: Rulebook) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind, form in book.kinds.items():
        paper = facts.paper(form)
        if paper is not None:
            found[kind] = dict(day=day_written(paper.issued_on), **({"number": paper.number} if paper.number else {}))
    return found
