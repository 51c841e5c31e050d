"""The papers of a dossier by what they are; a rulebook says under which number and title each goes (domain.md §5)."""

import msgspec

from workflow.codes import Code
from workflow.facts import DossierFacts
from workflow.rulebook import Rulebook
from workflow.text import Text


class Kind(Code):
    """What a paper is, whatever the number of its form in a rulebook."""

    CERTIFICATE = "awareness_certificate"
    APPLICATION = "application"
    CV = "applicant_cv"
    INTRODUCTION = "introduction"
    YOUTH_RESOLUTION = "youth_resolution"
    UNION_RESOLUTION = "union_resolution"
    OPINIONS = "opinions"
    CELL_RESOLUTION = "cell_resolution"
    APPRAISAL = "appraisal"
    COMMITTEE_RESOLUTION = "committee_resolution"
    ADMISSION = "admission_decision"
    NEW_MEMBER_CERTIFICATE = "new_member_certificate"
    SELF_REVIEW = "self_review"
    HELPER_REMARKS = "helper_remarks"
    MEMBER_OPINIONS = "member_opinions"
    RECOGNITION_CELL_RESOLUTION = "recognition_cell_resolution"
    RECOGNITION_APPRAISAL = "recognition_appraisal"
    RECOGNITION_COMMITTEE_RESOLUTION = "recognition_committee_resolution"
    RECOGNITION = "recognition_decision"
    MEMBER_CV = "member_cv"
    CONSENT = "written_consent"
    NOTICE = "notice"
    HELPED = "being_helped"
    LETTER = "letter_of_transfer"
    FORMAL_TRANSFER = "formal_transfer"
    MENDING_LETTER = "mending_letter"
    MENDED_DECISION = "mended_decision"
    ANNULMENT = "annulment_decision"
    YEARLY_REVIEW = "yearly_review"


class Wanted(msgspec.Struct, frozen=True):
    """A paper a step asks for: its form, how often, whether it is there, and whether the step waits for it.

    `rule` is the one that asks for it.
    """

    form: str
    title: Text
    rule: str
    times: int
    there: int
    blocks: bool = True

    @property
    def is_missing(self) -> bool:
        """Whether not all of it is there."""
        return self.there < self.times


def extra(facts: DossierFacts, book: Rulebook) -> tuple[tuple[str, str, bool], ...]:
    """What is asked for beside the ordinary papers, for some: (form, rule, whether the road waits for it)."""
    found: list[tuple[str, str, bool]] = []
    if facts.private_owner:
        found += [(form, "private_owner_papers", True) for form in book.words("private_owner_papers")]
    if facts.religious:  # an extra list, never a bar
        found += [(form, "religion_papers", False) for form in book.words("religion_papers")]
    if facts.moved_in and facts.cell_resolution_on is None:
        found += [(form, "mover_papers", True) for form in book.words("mover_papers")]
    return tuple(found)
