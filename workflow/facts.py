"""What is known of a dossier when a rule is asked: frozen pictures without names.

`DossierFacts` is what earlier acts left behind; `Evidence` is what the person brings for the act at hand;
`Actor` is who asks. All three come from JSON as they are, so a rule can be tried from the command line.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from workflow.asking import Asked, Nr, Opinion, Outcome, Request
from workflow.codes import Code
from workflow.cv import Told, Written
from workflow.probation import NOTHING, Followed, Month, QuarterNr, Year
from workflow.roles import Role
from workflow.stages import State
from workflow.text import Text
from workflow.votes import Body, Purpose

Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Ref = Annotated[str, msgspec.Meta(max_length=64)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=4000)]


class Source(Code):
    """Who put the candidate forward."""

    YOUTH_UNION = "youth_union"
    TRADE_UNION = "trade_union"
    OTHER = "other"


SOURCE_LABELS: dict[Source, Text] = {
    Source.YOUTH_UNION: Text("Đoàn thanh niên", "Youth Union"),
    Source.TRADE_UNION: Text("Công đoàn", "Trade union"),
    Source.OTHER: Text("Nguồn khác", "Other"),
}


class Schooling(Code):
    """General schooling in the 12-year system, in rising order."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"


SCHOOLING_LABELS: dict[Schooling, Text] = {
    Schooling.PRIMARY: Text("Tiểu học", "Primary"),
    Schooling.LOWER_SECONDARY: Text("Trung học cơ sở", "Lower secondary"),
    Schooling.UPPER_SECONDARY: Text("Trung học phổ thông", "Upper secondary"),
}


SECTOR_LABELS: dict[str, Text] = {
    "agency": Text("Cơ quan", "Agency"),
    "state_enterprise": Text("Doanh nghiệp nhà nước", "State enterprise"),
    "private_enterprise": Text("Doanh nghiệp tư nhân", "Private enterprise"),
}
"""The sectors of reports (domain.md §6)."""


class Relation(Code):
    """A relative's tie to the candidate."""

    FATHER = "father"
    MOTHER = "mother"
    GUARDIAN = "guardian"
    SPOUSE = "spouse"
    FATHER_IN_LAW = "father_in_law"
    MOTHER_IN_LAW = "mother_in_law"
    CHILD = "child"


RELATION_LABELS: dict[Relation, Text] = {
    Relation.FATHER: Text("Cha", "Father"),
    Relation.MOTHER: Text("Mẹ", "Mother"),
    Relation.GUARDIAN: Text("Người nuôi dưỡng", "Guardian"),
    Relation.SPOUSE: Text("Vợ hoặc chồng", "Spouse"),
    Relation.FATHER_IN_LAW: Text("Cha vợ (chồng)", "Father-in-law"),
    Relation.MOTHER_IN_LAW: Text("Mẹ vợ (chồng)", "Mother-in-law"),
    Relation.CHILD: Text("Con", "Child"),
}


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all facts: unchangeable, and strict about what it is given."""


class Paper(Frozen, frozen=True):
    """A paper on file: form, number, date and who issued it."""

    form: Annotated[str, msgspec.Meta(max_length=20)]
    issued_on: date
    number: Short = ""
    issuer: Short = ""


class Vote(Frozen, frozen=True):
    """One counted vote; `passed` says whether it reached its majority."""

    body: Body
    purpose: Purpose
    held_on: date
    entitled: Count
    present: Count
    in_favour: Count
    against: Count = 0
    passed: bool = False


class Introducer(Frozen, frozen=True):
    """An official member who introduces the candidate. `ref` names the person without a name.

    `together_since` is when the two began to work or study in the same grass-roots organisation, or to be active where
    the candidate lives; for a replacement assigned by the cell, in the place of `replaces`, the tie is not asked.
    """

    ref: Ref
    together_since: date | None = None
    replacement: bool = False
    replaces: Ref = ""


class Relative(Frozen, frozen=True):
    """A relative to be verified; `verified_on` is empty until the result is in.

    `exempt`: a Party member who is fully declared; the result says where the file was looked at.
    """

    ref: Ref
    relation: Relation
    verified_on: date | None = None
    exempt: bool = False


class Extension(Frozen, frozen=True):
    """More time for the deadline of a rule: working days, and the day it was agreed."""

    rule: Ref
    days: Annotated[int, msgspec.Meta(ge=1, le=366)]
    agreed_on: date


class Control(Code):
    """A step of control on a dossier; one person may not take two of a pair (rule `separation_pairs`)."""

    INTRODUCE = "introduce"
    VERIFY = "verify"
    RESULTS = "results"
    CONCLUDE = "conclude"
    PREPARE = "prepare"
    APPROVE = "approve"
    SIGN = "sign"


class Controlled(Frozen, frozen=True):
    """A step of control that was taken, and by whom."""

    step: Control
    by: Ref


class Point(Frozen, frozen=True):
    """Something a returned dossier must mend, by its number; what it says stands with the return."""

    nr: Annotated[int, msgspec.Meta(ge=1, le=99)]
    mended_on: date | None = None


class Vouched(Frozen, frozen=True):
    """A vote in favour that was taken on paper before the dossier was kept here."""

    body: Body
    purpose: Purpose
    held_on: date


class Taken(Frozen, frozen=True):
    """What a dossier brings along that began on paper or elsewhere: the days of the steps already walked."""

    helpers: Count = 0
    course_ends_on: date | None = None
    dossier_made_on: date | None = None
    cell_resolution_on: date | None = None
    committee_resolution_on: date | None = None
    admitted_on: date | None = None
    received_on: date | None = None
    ceremony_on: date | None = None
    recognition_resolution_on: date | None = None
    recognition_committee_on: date | None = None
    recognised_on: date | None = None
    introducers: tuple[Introducer, ...] = ()


class Leaf(Frozen, frozen=True):
    """A page of a scan: in which of its files, which page of that one, turned clockwise by how much."""

    file: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    page: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    turn: Literal[0, 90, 180, 270] = 0


class Scan(Frozen, frozen=True):
    """The scan of a paper on file, whole: of the `nr`th paper that event `seq` brought, of which form; the addresses of
    its files (keyed hashes over their content) and its pages in their order. Without pages the paper has none any more.
    """

    seq: Annotated[int, msgspec.Meta(ge=1)]
    nr: Count
    form: Annotated[str, msgspec.Meta(max_length=20)]
    files: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=100)] = ()
    leaves: Annotated[tuple[Leaf, ...], msgspec.Meta(max_length=100)] = ()


class Handed(Frozen, frozen=True):
    """A paper on a cover list: the `nr`th that event `seq` brought, of which form."""

    seq: Annotated[int, msgspec.Meta(ge=1)]
    nr: Count
    form: Annotated[str, msgspec.Meta(max_length=20)]


class HandedOver(Frozen, frozen=True):
    """The papers that were handed to whoever acts next, on a day, and when they were received, each one ticked."""

    on: date
    papers: tuple[Handed, ...]
    received_on: date | None = None


class LastAct(Frozen, frozen=True):
    """The newest act that counts: what, by whom, recorded when, and whether who did it may take it back."""

    trigger: Ref
    by: Ref
    on: date
    undoable: bool = False


class PreparedCorrection(Frozen, frozen=True):
    """A correction that waits for a second person: of which event, by whom (and for whom, if for somebody else), and
    the hash of what it says.
    """

    event: Annotated[int, msgspec.Meta(ge=1)]
    by: Ref
    content: Ref
    behalf: Ref = ""


class DossierFacts(Frozen, frozen=True):
    """Everything the rules know of a dossier; built up act by act (see `acts.apply`).

    `last_on` is the day of the last act that led on; what only supports or waits does not hold a late recording up.
    `controls` are all steps of control anybody took; `referred` says that the body which decides gave up three times.
    `answers` are the rules that said yes to facts which were then erased by law: they are not asked again.
    `religious` is never kept here: who may see the file says it when asking. `followed` is None as long as
    nothing is kept. `handed` lasts as long as the dossier stays where it was handed to.
    """

    source: Source = Source.OTHER
    consented: bool = False
    birth_date: date | None = None
    schooling: Schooling | None = None
    schooling_ground: Ref = ""
    youth_member: bool = False
    union_member: bool = False
    unit_has_youth_union: bool = False
    unit_has_trade_union: bool = False
    last_on: date | None = None
    suspended: bool = False
    closed: bool = False
    helpers: Count = 0
    course_proposed_on: date | None = None
    course_ends_on: date | None = None
    dossier_made_on: date | None = None
    verifier: Ref = ""
    verifying_since: date | None = None
    preparer: Ref = ""
    prepared_on: date | None = None
    approved_on: date | None = None
    suspended_on: date | None = None
    controls: tuple[Controlled, ...] = ()
    referred: bool = False
    introducers: tuple[Introducer, ...] = ()
    relatives: tuple[Relative, ...] = ()
    papers: tuple[Paper, ...] = ()
    votes: tuple[Vote, ...] = ()
    extensions: tuple[Extension, ...] = ()
    cell_resolution_on: date | None = None
    admitted_on: date | None = None
    received_on: date | None = None
    ceremony_on: date | None = None
    recognition_resolution_on: date | None = None
    recognised_on: date | None = None
    effective_on: date | None = None
    left_on: date | None = None
    readmission: bool = False
    readmitted: bool = False
    private_owner: bool = False
    religious: bool = False
    moved_in: bool = False
    moved_in_on: date | None = None
    taken_over: bool = False
    vouched: tuple[Vouched, ...] = ()
    points: tuple[Point, ...] = ()
    mending_since: date | None = None
    last: LastAct | None = None
    correction: PreparedCorrection | None = None
    answers: tuple[Ref, ...] = ()
    followed: Followed | None = None
    asked: tuple[Asked, ...] = ()
    handed: HandedOver | None = None
    cv: tuple[Told, ...] = ()

    @property
    def year(self) -> Followed:
        """What is kept of the year of probation and after."""
        return self.followed or NOTHING

    def paper(self, form: str) -> Paper | None:
        """The newest paper of a form, by date of issue; of two on one day the later recorded."""
        found: Paper | None = None
        for paper in self.papers:
            if paper.form == form and (found is None or paper.issued_on >= found.issued_on):
                found = paper
        return found

    def paper_by(self, form: str, day: date) -> Paper | None:
        """The newest paper of a form that was made by a day: what is dated later supports no act of that day."""
        found: Paper | None = None
        for paper in self.papers:
            if paper.form == form and paper.issued_on <= day and (found is None or paper.issued_on >= found.issued_on):
                found = paper
        return found

    def extension(self, rule: str) -> int:
        """Working days by which the deadline of `rule` was extended, all together."""
        return sum(extension.days for extension in self.extensions if extension.rule == rule)

    def failed_votes(self, body: Body, purpose: Purpose) -> int:
        """How often `body` failed to reach its majority for `purpose`."""
        return sum(1 for v in self.votes if v.body is body and v.purpose is purpose and not v.passed)

    def failed_on_membership(self, body: Body) -> int:
        """How often `body` failed on recognition, or on removal: what it gave up three times the superior decides."""
        return max(self.failed_votes(body, Purpose.RECOGNITION), self.failed_votes(body, Purpose.REMOVAL))

    def passed(self, body: Body, purpose: Purpose) -> bool:
        """Whether `body` ever reached its majority for `purpose`, here or on paper before."""
        here = any(v.passed for v in self.votes if v.body is body and v.purpose is purpose)
        return here or any(v.body is body and v.purpose is purpose for v in self.vouched)


class Ballot(Frozen, frozen=True):
    """The counted result of a vote: those entitled on the day, those present, for and against.

    Among those entitled are the exempt members who came (`exempt_present`); `members` are all official members of the
    cell, whoever came or may vote (None: nobody says, then those entitled). `blank` and `invalid` are votes neither for
    nor against, `abstained` who was present and took no part: the introducer, a relative.
    """

    entitled: Count
    present: Count
    in_favour: Count
    against: Count = 0
    exempt_present: Count = 0
    members: Count | None = None
    blank: Count = 0
    invalid: Count = 0
    abstained: Count = 0


class Candidate(Frozen, frozen=True):
    """What the rules need to know of the person; a correction names only what changes.

    `clear` names what is taken away: left out means as it was, cleared means known no more.
    """

    birth_date: date | None = None
    schooling: Schooling | None = None
    schooling_ground: Ref | None = None
    youth_member: bool | None = None
    union_member: bool | None = None
    private_owner: bool | None = None
    clear: tuple[Literal["birth_date", "schooling", "schooling_ground"], ...] = ()


class Evidence(Frozen, frozen=True):
    """What the person at the form brings for one act. Each trigger says which of these it needs."""

    happened_on: date
    number: Short = ""
    issuer: Short = ""
    issued_on: date | None = None
    ballot: Ballot | None = None
    papers: tuple[Paper, ...] = ()
    reason: Long = ""
    ground: Ref = ""
    helpers: Count = 0
    consented: bool = False
    source: Source | None = None
    candidate: Candidate | None = None
    course_starts_on: date | None = None
    course_ends_on: date | None = None
    introducers: tuple[Introducer, ...] = ()
    relatives: tuple[Relative, ...] = ()
    received_on: date | None = None
    return_to: State | None = None
    rule: Ref = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] | None = None
    agreed_by: Short = ""
    event: Annotated[int, msgspec.Meta(ge=1)] | None = None
    content: Ref = ""
    kept_because: Long = ""
    unit_has_youth_union: bool | None = None
    unit_has_trade_union: bool | None = None
    cleared_on: date | None = None
    points: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=500)], ...], msgspec.Meta(max_length=20)] = ()
    point: Annotated[int, msgspec.Meta(ge=1, le=99)] | None = None
    renamed: bool = False
    stands_in: State | None = None
    taken: Taken | None = None
    meeting: Annotated[int, msgspec.Meta(ge=1)] | None = None
    month: Month | None = None
    quarter: QuarterNr | None = None
    texts: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=1000)], ...], msgspec.Meta(max_length=5)] = ()
    warning: Ref = ""
    causes: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=24)] = ()
    year: Year | None = None
    member_moves: bool = False
    scan: Scan | None = None
    cv: Written | None = None
    request: Request | None = None
    asked: Nr | None = None
    outcome: Outcome | None = None
    opinion: Opinion | None = None
    handed: Annotated[tuple[Handed, ...], msgspec.Meta(max_length=99)] = ()


class Actor(Frozen, frozen=True):
    """Who acts: a reference without a name, and the roles they hold over this dossier today.

    `lent` names those of the roles that somebody else lent them for a period, and whose they are.
    """

    ref: Ref = ""
    roles: tuple[Role, ...] = ()
    lent: tuple[tuple[Role, Ref], ...] = ()

    def behalf(self, role: Role | None) -> Ref:
        """For whom they act in a role; "" for themselves."""
        return next((ref for lent, ref in self.lent if lent is role), "")
