"""Recognition as it comes: what somebody on probation still lacks, and whether it was decided in time."""

from datetime import date

import msgspec

from workflow.calendar import WorkCalendar, add_months
from workflow.deadlines import follow_up_end, probation_end
from workflow.facts import DossierFacts
from workflow.monitoring import quarters
from workflow.papers import Kind
from workflow.rulebook import Rulebook
from workflow.text import Text

CLASSIFIED_FROM = 11
"""The month in which the classification of a year begins."""
MONTHS = 3
"""Months of a quarter of the calendar year."""


class Lack(msgspec.Struct, frozen=True):
    """A thing that is not there yet; `after`: it is made after this day only (None: it could be there by now)."""

    key: str
    label: Text
    after: date | None = None


def lacks(facts: DossierFacts, book: Rulebook, today: date) -> tuple[Lack, ...]:
    """What is missing on a day for the recognition of a member on probation, in the order in which it is done."""
    end = probation_end(facts, book)
    if end is None or facts.recognition_resolution_on is not None:
        return ()  # the cell has voted: where it stands says what is next
    found = [
        Lack(form, _paper(form, book))
        for form in (book.form(Kind.MEMBER_CV), *book.words("new_member_course"))
        if facts.paper(form) is None
    ]
    bare = [nr for nr, _begins, ends in quarters(facts, book) if ends < today and not facts.year.remarked(nr)]
    if bare:
        told = ", ".join(map(str, bare))
        found.append(Lack("remarks", Text(f"Nhận xét quý {told}", f"Remarks on quarters {told}")))
    if facts.year.helper_left_on is not None:
        found.append(Lack("helper", Text("Người giúp đỡ", "A helping member")))
    for form in book.words("recognition_papers"):
        paper = facts.paper(form)
        if paper is None or paper.issued_on <= end:
            found.append(Lack(form, _paper(form, book), end if today <= end else None))
    return tuple(found)


def _paper(form: str, book: Rulebook) -> Text:
    """Number and title: wrong lists of forms circulate."""
    title = book.form_title(form)
    return Text(f"{form} {title.vi}", f"{form} {title.en}")


def vote_by(facts: DossierFacts, book: Rulebook, calendar: WorkCalendar) -> date | None:
    """The last day on which the cell considers the recognition, extensions included."""
    end = probation_end(facts, book)
    if end is None:
        return None
    return calendar.add_working_days(end, book.number("recognition_vote") + facts.extension("recognition_vote"))


def is_late(facts: DossierFacts, book: Rulebook, calendar: WorkCalendar, day: date) -> bool:
    """Whether a day on which the recognition was decided, or on which it is not yet, lies behind a deadline of it: the
    cell considered it too late or has not, or the decision came too late after the cell's resolution.
    """
    last, voted = vote_by(facts, book, calendar), facts.recognition_resolution_on
    if last is None:
        return False
    if voted is None or voted > last:
        return (voted or day) > last
    days = book.number("recognition_decision") + facts.extension("recognition_decision")
    return day > calendar.add_working_days(voted, days)


def years_to_classify(facts: DossierFacts, book: Rulebook, today: date) -> tuple[int, ...]:
    """The years in which a member is classified, from the one of the admission to the last of the follow-up, as far as
    their end is near (guards.probation.classified_in_turn): not the one whose last months alone saw a member.
    """
    admitted = facts.admitted_on
    if admitted is None or facts.ceremony_on is None:
        return ()
    first = add_months(admitted, book.number("classified_after"))
    last = follow_up_end(facts, book) or date.max
    return tuple(
        year
        for year in range(admitted.year, today.year + 1)
        if first <= date(year, 12, 31) and today >= date(year, CLASSIFIED_FROM, 1) and last >= date(year, 12, 31)
    )


def quarter_of(day: date) -> date:
    """The first day of the quarter of the calendar year a day lies in; the next one begins MONTHS later."""
    return date(day.year, (day.month - 1) // MONTHS * MONTHS + 1, 1)
