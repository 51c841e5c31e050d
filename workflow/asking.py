"""Requests of a dossier: whom a committee is asked about, which organisation for its opinion, and how each stands.

Frozen and without a word typed, as all facts: who is asked by name and what was answered stand in the events.
"""

from datetime import date
from typing import Annotated

import msgspec

from workflow.codes import Code
from workflow.text import Text

Key = Annotated[str, msgspec.Meta(max_length=64)]
Nr = Annotated[int, msgspec.Meta(ge=1, le=999)]
Number = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Unit = Annotated[int, msgspec.Meta(ge=1)]

CANDIDATE = "candidate"
"""What a request calls the candidate, who is verified beside the relatives."""


class Way(Code):
    """How a request goes out: somebody travels only if needed (06-HD/TW 3.4)."""

    LETTER = "letter"
    PERSON = "person"


class Giver(Code):
    """Who is asked for an opinion on a candidate, or on a probationary member."""

    YOUTH_UNION = "youth_union"
    TRADE_UNION = "trade_union"
    WOMENS_UNION = "womens_union"
    FARMERS = "farmers"
    VETERANS = "veterans"
    FRONT = "front"
    RESIDENCE = "residence"


class Outcome(Code):
    """What became of a request."""

    ANSWERED = "answered"
    REFUSED = "refused"


WAY_LABELS: dict[str, Text] = {
    Way.LETTER: Text("Gửi công văn", "By letter"),
    Way.PERSON: Text("Cử người đi", "Somebody goes there"),
}
GIVER_LABELS: dict[str, Text] = {
    Giver.YOUTH_UNION: Text("Đoàn thanh niên", "Youth Union"),
    Giver.TRADE_UNION: Text("Công đoàn", "Trade union"),
    Giver.WOMENS_UNION: Text("Hội Liên hiệp Phụ nữ", "Women's Union"),
    Giver.FARMERS: Text("Hội Nông dân", "Farmers' Union"),
    Giver.VETERANS: Text("Hội Cựu chiến binh", "Veterans' Association"),
    Giver.FRONT: Text("Mặt trận Tổ quốc", "Fatherland Front"),
    Giver.RESIDENCE: Text("Chi ủy nơi cư trú", "Cell committee of residence"),
}
OUTCOME_LABELS: dict[str, Text] = {
    Outcome.ANSWERED: Text("Đã trả lời", "Answered"),
    Outcome.REFUSED: Text("Từ chối trả lời", "Refused"),
}


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Unchangeable, and strict about what it is given."""


class Request(_Frozen, frozen=True):
    """What a request asks: about whom (a verification), or whose opinion (`giver`). `unit` is who is asked, where that
    is one of this tree; outside it the name stands with the act.
    """

    way: Way = Way.LETTER
    about: Annotated[tuple[Key, ...], msgspec.Meta(max_length=60)] = ()
    giver: Giver | None = None
    unit: Unit | None = None


class Opinion(_Frozen, frozen=True):
    """The vote behind an opinion: how many were there, and how many of them were in favour."""

    present: Number
    in_favour: Number


class Asked(_Frozen, frozen=True):
    """A request that went out, the `nr`th of its dossier, and what became of it."""

    nr: Nr
    request: Request
    asked_on: date
    reminded: tuple[date, ...] = ()
    closed_on: date | None = None
    outcome: Outcome | None = None
    opinion: Opinion | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.closed_on is None

    @property
    def waits_since(self) -> date:
        """The day the last letter went out, from which the answer is waited for."""
        return self.reminded[-1] if self.reminded else self.asked_on

    @property
    def rule(self) -> str:
        """The rule that says how long an answer may take."""
        if self.reminded:
            return "reminder_answer"
        return "opinion_answer" if self.request.giver else "inquiry_answer"
