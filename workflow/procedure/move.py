"""What a line of the table says, column by column."""

from functools import lru_cache

import msgspec

from workflow.codes import Code
from workflow.facts import Control, Source
from workflow.guards import Guard, Situation
from workflow.papers import Kind
from workflow.procedure.effects import Effect
from workflow.roles import Part, Role
from workflow.route import Route
from workflow.stages import ENDS, Stage, State
from workflow.text import Text
from workflow.triggers import TRIGGERS
from workflow.votes import Purpose


class Voter(Code):
    """Whose vote a line records; `bodies.body_of` says which body that is on a dossier's route."""

    EXECUTIVE = "executive"
    CELL = "cell"
    COMMITTEE = "committee"
    DECIDING = "deciding"
    """The committee where it is delegated, else the standing committee above."""
    NEXT_ON_REMOVAL = "next_on_removal"
    """The cell, and once it proposed the removal the committee where there is one."""


class Issuer(Code):
    """In whose series of numbers the paper of a line stands."""

    NOMINATOR = "nominator"
    CENTRE = "centre"
    CELL = "cell"
    SECTION = "section"
    COMMITTEE = "committee"
    DECIDING = "deciding"


class Correction(Code):
    """Whether a recorded act can be put right by `correct_record`: freely, with a second person, never."""

    FREE = "free"
    SECOND_PERSON = "second_person"
    NEVER = "never"


class Where(msgspec.Struct, frozen=True):
    """On which roads a line is walked: each column that is said must be so of the road."""

    section: bool | None = None
    """There is a section committee."""
    review: bool | None = None
    """The grass-roots committee votes before another body decides."""

    def fits(self, route: Route) -> bool:
        """Whether a road is one of these."""
        return self.section in (None, route.has_section) and self.review in (None, route.has_committee_review)


class Line(msgspec.Struct, frozen=True):
    """One line of the table as it is written: from any of `sources`, by `trigger`, to `dest`."""

    trigger: str
    sources: tuple[State | None, ...]
    """The states it starts in; None opens a dossier."""
    dest: State | None
    """Where it leads; None: the dossier stays where it is."""
    parts: tuple[Role | Part, ...]
    """Who may do it."""
    needs: tuple[str, ...] = ()
    """The fields of the evidence that must be filled."""
    guards: tuple[Guard, ...] = ()
    """The rules it must pass, after those every act passes."""
    takes: tuple[str, ...] = ()
    """Fields of the evidence that may be filled beside those it needs; all else is refused."""
    only: Where = Where()
    """The roads that know it."""
    body: Voter | None = None
    """Whose vote it records; None: no vote."""
    purpose: Purpose | None = None
    """What the vote is about; None: the half of the road the dossier is on."""
    passes: bool = False
    """Whether its ballot counts as passed."""
    form: Kind | None = None
    """The paper the act itself makes, with the evidence's number and date; the rulebook gives its form."""
    forms: dict[Source, Kind] = {}
    """The same where the paper depends on who nominates."""
    issuer: Issuer | None = None
    """In whose series of numbers that paper stands; None: in nobody's of ours."""
    effect: Effect | None = None
    """What it changes in the facts beside the day, the papers and the votes."""
    control: Control | None = None
    """Which step of control on the dossier it is."""
    above: bool = False
    """Whether the superior does it (domain.md §3, "wrong admission"): it is judged on the road as it leads above."""
    suspended_ok: bool = False
    """Whether it is possible while the dossier is suspended."""
    closed_ok: bool = False
    """Whether it is possible after the dossier was closed."""
    decides: bool = False
    """Whether it is a signed decision of the body that decides."""
    undoable: bool = True
    """Whether who did it may take it back within the day."""
    correction: Correction = Correction.FREE
    """How it is put right once it is recorded."""
    never: Text | None = None
    """Why it is never corrected, and what is done instead."""

    def fits(self, route: Route) -> bool:
        """Whether this line applies on `route`."""
        return self.only.fits(route)

    def paper_from(self, source: Source) -> Kind | None:
        """The paper the act makes for a candidate of `source`; None when it makes none."""
        return self.forms.get(source, self.form)


_JUDGING = (Control.VERIFY, Control.CONCLUDE, Control.PREPARE, Control.APPROVE, Control.SIGN)
_LOOKING = ("return_for_correction", "submit_for_recognition", "require_mending")


@lru_cache(maxsize=512)
def _accepted(needs: tuple[str, ...], takes: tuple[str, ...], makes_paper: bool) -> frozenset[str]:
    paper = ("issued_on", "issuer") if makes_paper else ()
    meeting = ("meeting",) if "ballot" in (*needs, *takes) else ()
    return frozenset(("happened_on", *needs, *takes, *paper, *meeting))


class Move(Line, frozen=True, kw_only=True):
    """A line read from one of its sources: what the machine walks."""

    source: State | None

    def road(self, route: Route) -> Route:
        """The road its bodies and roles are those of: the dossier's own, or that of the superior."""
        return route.above() if self.above and route.is_delegated else route

    def asks(self, s: Situation) -> Situation:
        """The situation as the guards of this line look at it."""
        return msgspec.structs.replace(
            s,
            route=self.road(s.route),
            parts=self.parts,
            needs=self.needs,
            dest=self.dest,
            takes=None if s.evidence is None else self.accepted,
            control=self.control,
        )

    @property
    def accepted(self) -> frozenset[str]:
        """All fields of the evidence the act has a use for; a paper it makes has a date and an issuer, a vote is taken
        at a meeting.
        """
        return _accepted(self.needs, self.takes, bool(self.form or self.forms))

    @property
    def chosen_by(self) -> str | None:
        """The field of the evidence that says where it leads, where that is chosen."""
        return next((name for name in ("return_to", "stands_in") if name in self.needs), None)

    @property
    def judges(self) -> bool:
        """Whether somebody judges the candidate by it: whoever does should have the evidence before them."""
        judged = self.body is not None or self.control in _JUDGING or self.dest in ENDS
        return judged or self.trigger in _LOOKING or TRIGGERS[self.trigger].home is Stage.ADMISSION

    @property
    def is_final(self) -> bool:
        """Whether it ends the dossier or is a signed decision: what people are asked about once more."""
        return self.decides or self.dest in ENDS

    @property
    def leads_on(self) -> bool:
        """Whether the dossier stands elsewhere after it."""
        return self.dest is not None and self.dest is not self.source
