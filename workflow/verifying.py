"""The verification of a dossier: who is to be verified, and how it stands with each. Nobody else is asked about."""

from collections.abc import Sequence
from datetime import date

import msgspec

from workflow.asking import CANDIDATE, Asked, Outcome
from workflow.calendar import WorkCalendar
from workflow.codes import Code
from workflow.facts import DossierFacts, Relation, Relative
from workflow.rulebook import Rulebook
from workflow.text import Text
from workflow.votes import Purpose


class Standing(Code):
    """How it stands with one who is to be verified, or with an opinion."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    OVERDUE = "overdue"
    REFUSED = "refused"
    DONE = "done"
    EXEMPT = "exempt"


STANDING_LABELS: dict[str, Text] = {
    Standing.NOT_ASKED: Text("Chưa gửi yêu cầu", "Not asked yet"),
    Standing.WAITING: Text("Đang chờ trả lời", "Waiting for the answer"),
    Standing.OVERDUE: Text("Quá hạn trả lời", "Answer overdue"),
    Standing.REFUSED: Text("Nơi được hỏi từ chối", "Refused by who was asked"),
    Standing.DONE: Text("Đã có kết quả", "Result in"),
    Standing.EXEMPT: Text("Miễn thẩm tra: là đảng viên", "Exempt: a Party member"),
}


class Verified(msgspec.Struct, frozen=True):
    """One who is to be verified: by ref, how it stands, the newest request about them and when its answer is due."""

    ref: str
    relation: Relation | None
    standing: Standing
    asked: Asked | None = None
    due_on: date | None = None


def verified_relations(book: Rulebook) -> tuple[Relation, ...]:
    """The relations a rulebook lets be verified."""
    return tuple(Relation(word) for word in book.words("verified_persons"))


def to_verify(relatives: Sequence[Relative], book: Rulebook) -> tuple[Relative, ...]:
    """Those of the relatives on file who are verified by this rulebook (01-HD/TW §3); of others nobody may ask."""
    relations = verified_relations(book)
    return tuple(relative for relative in relatives if relative.relation in relations)


def answer_due(asked: Asked, book: Rulebook, calendar: WorkCalendar) -> date:
    """The last day for the answer to a request, counted from the last letter that went out."""
    return calendar.add_working_days(asked.waits_since, book.number(asked.rule))


def first_due(facts: DossierFacts, opinions: bool, book: Rulebook, calendar: WorkCalendar) -> tuple[date, date] | None:
    """Of the open requests for opinions, or of the others, the one due first: since when it waits, and until when."""
    waiting = [one for one in facts.asked if one.is_open and (one.request.giver is not None) is opinions]
    periods = ((answer_due(one, book, calendar), one.waits_since) for one in waiting)
    due, since = min(periods, default=(None, None))
    return None if due is None or since is None else (since, due)


def overdue(facts: DossierFacts, book: Rulebook, calendar: WorkCalendar, today: date) -> tuple[Asked, ...]:
    """The requests whose answer is overdue on a day, the one due first before the others."""
    late = [(answer_due(one, book, calendar), one.nr, one) for one in facts.asked if one.is_open]
    return tuple(one for due, _nr, one in sorted(late, key=lambda each: each[:2]) if due < today)


def verification(facts: DossierFacts, book: Rulebook, calendar: WorkCalendar, today: date) -> tuple[Verified, ...]:
    """Everybody who is to be verified, the candidate first, each with how it stands on a day."""
    relatives = to_verify(facts.relatives, book)
    everybody: list[Relative | None] = [None, *relatives]
    return tuple(_verified(one, facts, book, calendar, today) for one in everybody)


def _verified(
    relative: Relative | None, facts: DossierFacts, book: Rulebook, calendar: WorkCalendar, today: date
) -> Verified:
    ref = relative.ref if relative else CANDIDATE
    asked = next((one for one in reversed(facts.asked) if ref in one.request.about), None)
    due = answer_due(asked, book, calendar) if asked and asked.is_open else None
    if relative is not None and relative.verified_on is not None:
        standing = Standing.EXEMPT if relative.exempt else Standing.DONE
    elif relative is not None and relative.exempt:
        standing = Standing.EXEMPT
    else:
        standing = _of(asked, due, today)
    return Verified(ref, relative.relation if relative else None, standing, asked, due)


def _of(asked: Asked | None, due: date | None, today: date) -> Standing:
    if asked is None:
        return Standing.NOT_ASKED
    if due is not None:
        return Standing.OVERDUE if due < today else Standing.WAITING
    return Standing.REFUSED if asked.outcome is Outcome.REFUSED else Standing.DONE


def opinion_standing(asked: Asked, book: Rulebook, calendar: WorkCalendar, today: date) -> Standing:
    """How it stands with a request on a day."""
    return _of(asked, answer_due(asked, book, calendar) if asked.is_open else None, today)


def given(facts: DossierFacts, purpose: Purpose) -> tuple[Asked, ...]:
    """The opinions that came for a half of the road: those asked for before the admission, or after it."""
    return tuple(
        one
        for one in facts.asked
        if one.request.giver is not None
        and one.outcome is Outcome.ANSWERED
        and (facts.admitted_on is None or one.asked_on < facts.admitted_on) is (purpose is Purpose.ADMISSION)
    )
