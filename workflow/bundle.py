"""The bundle of papers: which a dossier asks for in its half of the road, and what is there (domain.md §5)."""

from collections import Counter
from collections.abc import Iterator

from workflow.calendar import age_in_months
from workflow.facts import Paper
from workflow.guards import Refusal, Situation, day_text, introducing_form, within_probation
from workflow.papers import Kind, Wanted, extra
from workflow.stages import STAGE_OF, Stage
from workflow.text import Text


def wanted(s: Situation) -> tuple[Wanted, ...]:
    """The papers that are collected in this half of the road, ordinary ones first; acts make theirs themselves."""
    if s.state is None:
        return ()
    book, facts = s.rulebook, s.facts
    asked: list[tuple[str, str, int, bool]]
    if STAGE_OF[s.state] is Stage.MONITORING:
        asked = [(book.form(Kind.MEMBER_CV), "member_cv", 1, False)]
        if facts.moved_in_on is not None or facts.year.moved_on is not None:
            asked.append((book.form(Kind.FORMAL_TRANSFER), "formal_transfer", 1, False))
        rules = ("new_member_course", "recognition_papers")
        asked += [(form, rule, 1, True) for rule in rules for form in book.words(rule)]
    else:
        own, introduction = introducing_form(s), book.form(Kind.INTRODUCTION)
        people = max(1, len({person.ref for person in facts.introducers}))
        asked = [
            (form, "application_papers", people if form == introduction else 1, True)
            for form in book.words("application_papers")
        ]
        asked += [(own, "introducers_with_organisation", 1, True)] if own else []
        asked += [(form, "opinions", 1, True) for form in book.words("opinions")]
        asked += [(form, rule, 1, blocks) for form, rule, blocks in extra(facts, book)]
    return tuple(
        Wanted(form, book.form_title(form), rule, times, sum(1 for p in facts.papers if p.form == form), blocks)
        for form, rule, times, blocks in asked
    )


YEAR = 12
"""So many months before the age at which consent is needed it may be on file already."""


def takes_consent(s: Situation) -> bool:
    """Whether the dossier has a use for the written consent to admit somebody over the age, or will have one soon."""
    if s.state is None or STAGE_OF[s.state] is Stage.MONITORING or s.facts.birth_date is None:
        return False
    months = age_in_months(s.facts.birth_date, s.on, s.rulebook.word("age_counts_by"))
    return months > s.rulebook.number("age_max") - YEAR


def remarks(s: Situation) -> tuple[Refusal, ...]:
    """What is said of papers when they are recorded, before a later rule says it: none of it stands in the way.

    A paper that is on file already, one that this dossier has no use for, one that is dated too early to count.
    """
    if s.evidence is None or s.state is None or not s.evidence.papers:
        return ()
    asked = {one.form: one for one in wanted(s)}
    there = Counter((paper.form, paper.issued_on, paper.number) for paper in s.facts.papers)
    found: list[Refusal] = []
    for paper in s.evidence.papers:
        same = (paper.form, paper.issued_on, paper.number)
        one = asked.get(paper.form)
        if there[same] >= (1 if paper.number or one is None else one.times):
            found.append(_twice(s, paper, "application_papers" if one is None else one.rule))
        there[same] += 1
        found += _of_no_use(s, paper)
        found += _too_early(s, paper)
    return tuple(found)


def _twice(s: Situation, paper: Paper, rule: str) -> Refusal:
    return s.no(
        rule,
        f"{paper.form} ngày {day_text(paper.issued_on)} đã có trong hồ sơ.",
        f"{paper.form} of {day_text(paper.issued_on)} was on file already.",
        "Nếu ghi nhầm thì hoàn tác hoặc đính chính.",
        "If that was a slip, take it back or correct it.",
        "papers",
    )


def _of_no_use(s: Situation, paper: Paper) -> Iterator[Refusal]:
    if paper.form == s.rulebook.form(Kind.CONSENT) and not takes_consent(s):
        high = s.rulebook.number("age_max") // 12
        yield s.no(
            "age_max",
            f"Hồ sơ này chưa cần {paper.form}: chỉ người quá {high} tuổi mới phải có.",
            f"This dossier has no use for {paper.form}: only somebody over {high} needs it.",
            "Kiểm tra lại ngày sinh; nếu ghi nhầm giấy tờ thì hoàn tác.",
            "Check the birth date; if it was the wrong paper, take it back.",
            "papers",
        )


def _too_early(s: Situation, paper: Paper) -> Iterator[Refusal]:
    later = Text(
        "Khi xét công nhận phải lập lại sau ngày đó.", "For the recognition it must be made again after that day."
    )
    if paper.form in s.rulebook.words("recognition_papers"):
        early = within_probation(s, paper, later, "papers")
        if early is not None:
            yield early
