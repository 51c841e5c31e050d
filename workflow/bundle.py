"""The bundle of papers: which a dossier asks for in its half of the road, and what is there (domain.md §5)."""

from workflow.guards import Situation, introducing_form
from workflow.papers import Kind, Wanted, extra
from workflow.stages import STAGE_OF, Stage


def wanted(s: Situation) -> tuple[Wanted, ...]:
    """The papers that are collected in this half of the road, ordinary ones first; acts make theirs themselves."""
    if s.state is None:
        return ()
    book, facts = s.rulebook, s.facts
    asked: list[tuple[str, str, int, bool]]
    if STAGE_OF[s.state] is Stage.MONITORING:
        asked = [(book.form(Kind.MEMBER_CV), "member_cv", 1, False)]
        if facts.moved_in_on is not None:
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
