"""How the verification of dossiers stands, person by person, and the opinions that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dossiers import clock
from dossiers.casework.case import Case
from dossiers.formatters import say
from dossiers.inquiries import answers, reading
from dossiers.inquiries.answers import Written
from dossiers.inquiries.reading import Letter
from dossiers.languages import gettext as _
from dossiers.people import reading as people
from dossiers.people.rows import RelativeRow
from dossiers.rules import services as rules
from workflow.asking import GIVER_LABELS, Asked
from workflow.facts import RELATION_LABELS
from workflow.verifying import Standing, Verified, answer_due, opinion_standing, verification

ASKABLE = (Standing.NOT_ASKED, Standing.REFUSED)
"""Of whom nobody was asked, or whoever was asked refused."""


@dataclass(frozen=True)
class Line:
    """One who is to be verified, or an opinion: who, how it stands, the request with its letter, what came of it."""

    ref: str
    who: str
    name: str
    standing: Standing
    asked: Asked | None = None
    letter: Letter | None = None
    due_on: date | None = None
    result: str = ""
    came_on: date | None = None
    written: Written | None = None

    @property
    def waits(self) -> bool:
        """Whether an answer is waited for."""
        return self.asked is not None and self.asked.is_open

    @property
    def is_askable(self) -> bool:
        """Whether a request can go out."""
        return self.standing in ASKABLE


@dataclass(frozen=True)
class Standings:
    """How the verification of a dossier stands."""

    verified: tuple[Line, ...]
    opinions: tuple[Line, ...]


_Letters = dict[tuple[int, int], Letter]
_Written = dict[tuple[int, int], Written]


def standings(cases: Sequence[Case]) -> dict[int, Standings]:
    """How the verification of dossiers stands, by their numbers; three queries, however many they are."""
    numbers = [case.id for case in cases]
    relatives, letters, written = people.relatives_of(numbers), reading.letters(numbers), answers.of(numbers)
    return {case.id: _standings(case, relatives.get(case.id, []), letters, written) for case in cases}


def _standings(case: Case, relatives: Sequence[RelativeRow], letters: _Letters, written: _Written) -> Standings:
    book, calendar, today = rules.books()[case.rulebook], rules.calendar(), clock.today()
    rows = {row.ref: row for row in relatives}
    verified = (
        _verified(case, one, rows.get(one.ref), letters, written)
        for one in verification(case.facts, book, calendar, today)
    )
    opinions = (
        _opinion(case, one, opinion_standing(one, book, calendar, today),
                 answer_due(one, book, calendar) if one.is_open else None, letters, written)
        for one in case.facts.asked if one.request.giver is not None
    )  # fmt: skip
    return Standings(tuple(verified), tuple(opinions))


def _verified(case: Case, one: Verified, row: RelativeRow | None, letters: _Letters, written: _Written) -> Line:
    at = (case.id, one.asked.nr) if one.asked else (0, 0)
    letter = letters.get(at)
    who = say(RELATION_LABELS[one.relation]) if one.relation else _("Người xin vào Đảng")
    answered = letter.answer if letter and one.relation is None else ""
    came = one.asked.closed_on if one.asked and one.relation is None else None
    return Line(
        one.ref, who, (row.name if row else "") if one.relation else case.full_name, one.standing, one.asked, letter,
        one.due_on, (row.result or "") if row else answered, row.verified_on if row else came, written.get(at),
    )  # fmt: skip


def _opinion(
    case: Case, one: Asked, standing: Standing, due: date | None, letters: _Letters, written: _Written
) -> Line:
    at, vote = (case.id, one.nr), ""
    if one.opinion is not None:
        vote = _("%(a)s/%(n)s tán thành. ", a=one.opinion.in_favour, n=one.opinion.present)
    giver = say(GIVER_LABELS[one.request.giver]) if one.request.giver else ""
    return Line(
        "", giver, letters[at].addressee, standing, one, letters[at], due, vote + letters[at].answer, one.closed_on,
        written.get(at),
    )  # fmt: skip
