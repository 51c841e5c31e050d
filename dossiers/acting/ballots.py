"""A vote as it is counted: the form of one dossier is a meeting of one, and goes the same way."""

from dataclasses import dataclass
from datetime import date

from dossiers.casework.case import Case
from dossiers.casework.decide import body_unit, entitled
from dossiers.units import registers
from dossiers.units.registers import Register
from workflow.bodies import body_for, votes_needed
from workflow.facts import Ballot
from workflow.guards import Situation
from workflow.procedure.table import road_of
from workflow.rulebook import Rulebook
from workflow.votes import Body


@dataclass(frozen=True)
class Counted:
    """What was counted on one dossier. `present` are all who came and may vote, `exempt_present` of them those exempt;
    `abstained` took no part in this one.
    """

    present: int
    in_favour: int
    against: int = 0
    exempt_present: int = 0
    blank: int = 0
    invalid: int = 0
    abstained: int = 0

    @property
    def ballot(self) -> Ballot:
        """As the evidence of an act holds it; those entitled are counted when the act is decided."""
        return Ballot(
            0,
            self.present,
            self.in_favour,
            self.against,
            self.exempt_present,
            blank=self.blank,
            invalid=self.invalid,
            abstained=self.abstained,
        )

    @property
    def voting(self) -> int:
        """Those who were to vote: all present but who took no part."""
        return self.present - self.abstained

    @property
    def missing(self) -> int:
        """Votes of those present that nobody counted; less than none when more were counted than there can be."""
        return self.voting - self.in_favour - self.against - self.blank - self.invalid


def voters_of(case: Case, trigger: str, s: Situation) -> tuple[Body, int | None]:
    """The body whose vote an act records, and the unit whose register says who may vote."""
    body, _purpose = body_for(trigger, s)
    return body, body_unit(case, body, road_of(trigger, case.state, case.route))


def register_on(case: Case, trigger: str, s: Situation, day: date) -> tuple[Body, Register]:
    """The body whose vote an act records, and its register of a day; one query."""
    body, unit = voters_of(case, trigger, s)
    return body, registers.counted(unit, str(body), day) if unit else Register()


def came(book: Rulebook, official: int, exempt: int) -> tuple[int, int]:
    """(present, exempt among them) of those who came, as a rulebook counts them: an exempt member counts where it says
    so, and is a guest elsewhere.
    """
    return (official + exempt, exempt) if entitled(Register(), exempt, book) else (official, 0)


def majority(trigger: str, s: Situation, register: Register, exempt_present: int = 0) -> tuple[int, int | None]:
    """How many are entitled to the vote of an act, and how many of them must be in favour (None: it asks for none)."""
    may_vote = entitled(register, exempt_present, s.rulebook)
    return may_vote, votes_needed(trigger, s, may_vote)
