"""What every guard takes and gives: the `Situation` in, nothing or a `Refusal` out."""

from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from workflow.calendar import WorkCalendar
from workflow.facts import Actor, Control, DossierFacts, Evidence
from workflow.roles import Part, Role
from workflow.route import Route, role_for
from workflow.rulebook import Rulebook
from workflow.stages import State
from workflow.text import Text
from workflow.votes import Purpose


class Refusal(msgspec.Struct, frozen=True):
    """Why an act is not possible: the rule's key and citation, what is wrong and what or who unlocks it.

    `field` names the piece of evidence at fault ("" for the dossier itself); `mend` the trigger that mends it; `items` are
    the things that are missing one by one, where there are several.
    """

    rule: str
    citation: str
    message: Text
    remedy: Text
    field: str = ""
    mend: str = ""
    items: tuple[Text, ...] = ()


class About(msgspec.Struct, frozen=True):
    """A recorded act that somebody wants to put right, as the rules of corrections see it.

    `roles` may do that act, `offices` may correct it or propose to, `signers` sign decisions; `never` says why it is not
    corrected; `touches_decision` whether a signed decision, or what follows from one, would read otherwise; `refused`
    names acts that the rules would not allow any more; `wrong` is what no record may say, whatever the ground;
    `changes` whether the correction says anything new.
    """

    seq: int
    label: Text
    roles: tuple[Role, ...] = ()
    offices: tuple[Role, ...] = ()
    signers: tuple[Role, ...] = ()
    never: Text | None = None
    touches_decision: bool = False
    refused: tuple[Text, ...] = ()
    wrong: tuple[Refusal, ...] = ()
    changes: bool = True

    @property
    def recorders(self) -> tuple[Role, ...]:
        """Who records the correction: of a touched decision who signs them, else who did the act or prepares it."""
        return self.signers if self.touches_decision else tuple(dict.fromkeys((*self.roles, *self.offices)))

    @property
    def proposers(self) -> tuple[Role, ...]:
        """Who proposes the correction to a second person."""
        return tuple(dict.fromkeys((*self.roles, *self.offices, *self.signers)))


class Situation(msgspec.Struct, frozen=True):
    """All a guard may look at. `about` is the act to be put right, if one is.

    `persons` says of references who is meant, where several name one person: four eyes are a person's (see `who`).

    Of the line of the table that is asked: `parts` may do it, `needs` must be there, `takes` is all it has a use for
    (None: nobody says), `dest` is where it leads, `control` the step of control it is. `cell_members`: how many official
    members the cell has today, where somebody counted them; `cv_differs`: what of the person the CV says otherwise than
    the dossier, where somebody compared them.
    """

    state: State | None
    route: Route
    facts: DossierFacts
    rulebook: Rulebook
    calendar: WorkCalendar
    actor: Actor
    today: date
    evidence: Evidence | None = None
    parts: tuple[Role | Part, ...] = ()
    needs: tuple[str, ...] = ()
    about: About | None = None
    dest: State | None = None
    takes: frozenset[str] | None = None
    control: Control | None = None
    cell_members: int | None = None
    cv_differs: tuple[Text, ...] | None = None
    persons: Mapping[str, str] = {}

    def who(self, ref: str) -> str:
        """The person a reference names: the same for all accounts and seats of one person."""
        return self.persons.get(ref, ref)

    @property
    def competent(self) -> tuple[Role, ...]:
        """The roles that may do the act that is asked; putting right is done in those of the act that is put right."""
        if self.about is not None:
            return tuple(dict.fromkeys((*self.about.recorders, *self.about.proposers)))
        return tuple(dict.fromkeys(role_for(part, self.route) for part in self.parts))

    @property
    def behalf(self) -> str:
        """For whom the actor would do the act that is asked, when the role it is done in was lent; else "". Of an act
        that was done the one role is known.
        """
        held = self.actor.roles
        return self.actor.behalf(held[0] if len(held) == 1 else next((r for r in self.competent if r in held), None))

    @property
    def on(self) -> date:
        """The day the act happened, or today while nobody has said."""
        return self.evidence.happened_on if self.evidence else self.today

    @property
    def purpose(self) -> Purpose:
        """Whether this half of the road is about admission or about recognition."""
        return Purpose.ADMISSION if self.facts.admitted_on is None else Purpose.RECOGNITION

    def no(
        self, rule: str, vi: str, en: str, fix_vi: str, fix_en: str, field: str = "", mend: str = "",
        items: tuple[Text, ...] = (),
    ) -> Refusal:  # fmt: skip
        """A refusal under `rule`, with the citation the rulebook gives."""
        return Refusal(rule, self.rulebook.rule(rule).source, Text(vi, en), Text(fix_vi, fix_en), field, mend, items)


Guard = Callable[[Situation], Refusal | None]


def day_text(day: date | None) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else "–"


def named(form: str, book: Rulebook) -> Text:
    """A form by its number and title: wrong lists of numbers circulate."""
    title = book.form_title(form)
    return Text(f"{form} {title.vi}", f"{form} {title.en}")


def papers_there(s: Situation, rule: str, mend: str) -> Refusal | None:
    missing = [form for form in s.rulebook.words(rule) if s.facts.paper_by(form, s.on) is None]
    if not missing:
        return None
    return s.no(
        rule,
        "Còn thiếu: " + "; ".join(f"{f} {s.rulebook.form_title(f).vi}" for f in missing) + ".",
        "Missing: " + "; ".join(f"{f} {s.rulebook.form_title(f).en}" for f in missing) + ".",
        "Lập hoặc thu giấy tờ còn thiếu, rồi ghi ngày (và số, nếu có) vào hồ sơ.",
        "Make or collect what is missing, then record its date, and its number if it has one.",
        mend=mend,
        items=tuple(named(form, s.rulebook) for form in missing),
    )
