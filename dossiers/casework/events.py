"""The event of an act: what it says (format 3), what stands sealed beside it, and how both are read again.

The body names the cell and the road the act was judged on, the rules in force by their hash, and the evidence;
people are named by reference. What identifies stands in the personal part, bound by a commitment: reasons, the
candidate, whole rows of relatives, names of introducers and helpers. Nothing here relies on a default of today: a
field that is left out means what it means in this format.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from dossiers import chain, clock
from dossiers.casework.act import Act
from dossiers.casework.case import Case
from dossiers.casework.models import personal_place
from dossiers.casework.tables import CountedBy, EventRow, PersonalPartRow
from dossiers.encryption import seal
from dossiers.people.rows import CompanionRow, RelativeRow, Texts, texts
from workflow import route
from workflow.cv import Pairs
from workflow.deadlines import Deadline
from workflow.facts import Actor, DossierFacts, Evidence, Scan, Vote
from workflow.replay import REBASE, Ended, Recorded, Standing
from workflow.roles import Role
from workflow.route import ToldRoute
from workflow.stages import State

FORMAT = 3


Moved = tuple[tuple[str, date, date], ...]
"""Deadlines counted anew: (rule, old day, new day)."""


class Brought(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an act brings, but for what identifies: the evidence, the class, the members beside the candidate by
    reference, and the unit whose register says who was entitled to vote, with that register's hash (units.registers).
    """

    evidence: Evidence
    course: int | None = None
    companions: tuple[tuple[str, str], ...] = ()
    register: int | None = None
    register_hash: str = ""

    @property
    def counted_by(self) -> CountedBy | None:
        """The register a vote was counted against; None without one."""
        return None if self.register is None else (self.register, self.register_hash)


class Base(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a dossier stood when its log was begun anew; `signature` is the instance's, over all of it.

    `registers` says against which a vote was counted, where that is known: (event, unit, hash); `requests` by which
    event a request went out: (its number, event, the letter's number).
    """

    state: State
    since: date
    rulebook: str
    facts: DossierFacts
    person: int
    nominator: int | None
    course: int | None
    previous: int | None
    deadlines: tuple[tuple[str, date, date, int, date | None], ...]
    papers: tuple[tuple[int, int, str, str, date, str, str | None], ...]
    votes: tuple[tuple[int, Vote], ...]
    companions: tuple[tuple[int, int, str, str, date, date | None], ...]
    signature: str = ""
    registers: tuple[tuple[int, int, str], ...] = ()
    scans: tuple[tuple[int, Scan], ...] = ()
    requests: tuple[tuple[int, int, str], ...] = ()


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event's body. `series` is the unit in whose numbers the paper of the act stands; `organisation` the one that
    nominates, told when it changes; `person` and `previous` when a dossier is opened; `to_unit` and `to_route` when it
    is moved; `rulebook` when an administrator changes it; `corrected` what takes the place of event `about`'s;
    `erased` the events whose personal parts were erased, `answers` the rules that had said yes to what is gone;
    `moved` the deadlines counted anew (rule, old day, new day) because of the office's event `cause`; `behalf` the
    account for whom somebody acted to whom it had lent its role (accounts.delegating).
    """

    format: int
    cell: int
    route: ToldRoute
    rules: str
    brought: Brought
    series: int | None = None
    person: int | None = None
    previous: int | None = None
    organisation: int | msgspec.UnsetType | None = msgspec.UNSET
    to_unit: int | None = None
    to_route: ToldRoute | None = None
    rulebook: str | None = None
    about: int | None = None
    corrected: Brought | None = None
    erased: tuple[int, ...] = ()
    answers: tuple[str, ...] = ()
    moved: Moved = ()
    cause: int | None = None
    base: Base | None = None
    behalf: int | None = None


class Personal(msgspec.Struct, frozen=True, omit_defaults=True):
    """The personal part of an event. `person` is the candidate's row when it is made; `before` and `after` what
    changes in it; `names` those of members beside the candidate, in the order of the body's references; `cv` what was
    written into a section of the CV.
    """

    reason: str = ""
    birth_date: date | None = None
    agreed_by: str = ""
    kept_because: str = ""
    points: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    person: Texts = {}
    before: Texts = {}
    after: Texts = {}
    relatives: tuple[RelativeRow, ...] = ()
    companions: tuple[CompanionRow, ...] = ()
    cv: Pairs = ()
    corrected: "Personal | None" = None
    base: "BasePersonal | None" = None


class BasePersonal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What identifies at the beginning of a log that was begun anew."""

    birth_date: date | None
    person: Texts
    relatives: tuple[RelativeRow, ...] = ()
    names: tuple[str, ...] = ()
    requests: tuple[tuple[str, str], ...] = ()


_BODY = msgspec.json.Decoder(Body)
_PERSONAL = msgspec.json.Decoder(Personal)
_EMPTY = Personal()


class Told(msgspec.Struct, frozen=True):
    """An event read again: its row's columns, its body and its personal part (`erased` when that is gone)."""

    seq: int
    trigger: str
    from_state: State | None
    to_state: State
    happened_on: date
    recorded_at: str
    actor_id: int
    actor_role: str
    unit_id: int
    rulebook: str
    body: Body
    personal: Personal
    is_erased: bool


class NotOurs(ValueError):
    """An event whose body is of another format than this program folds."""


def split(evidence: Evidence) -> tuple[Evidence, Personal]:
    """The evidence without what identifies, and that."""
    candidate = evidence.candidate
    born = candidate.birth_date if candidate is not None else None
    if candidate is not None and born is not None:
        candidate = msgspec.structs.replace(candidate, birth_date=None)
    cv = None if evidence.cv is None else msgspec.structs.replace(evidence.cv, values=())
    points, texts = ("",) * len(evidence.points), ("",) * len(evidence.texts)  # how many there are is no secret
    bare = msgspec.structs.replace(
        evidence, reason="", agreed_by="", kept_because="", candidate=candidate, points=points, texts=texts, cv=cv
    )
    return bare, Personal(
        evidence.reason, born, evidence.agreed_by, evidence.kept_because, evidence.points, evidence.texts,
        cv=() if evidence.cv is None else evidence.cv.values,
    )  # fmt: skip


def joined(brought: Brought, personal: Personal) -> Evidence:
    """The evidence whole again, as far as its personal part is still there."""
    evidence, born = brought.evidence, personal.birth_date
    others = (personal.agreed_by, personal.kept_because, personal.points, personal.texts, personal.cv)
    if not (personal.reason or born or any(others)):
        return evidence
    candidate = evidence.candidate
    if candidate is not None and born is not None:
        candidate = msgspec.structs.replace(candidate, birth_date=born)
    cv = evidence.cv
    return msgspec.structs.replace(
        evidence,
        cv=None if cv is None else msgspec.structs.replace(cv, values=personal.cv),
        reason=personal.reason,
        agreed_by=personal.agreed_by,
        kept_because=personal.kept_because,
        candidate=candidate,
        points=personal.points or evidence.points,
        texts=personal.texts or evidence.texts,
    )


def brought(act: Act, evidence: Evidence, register: CountedBy | None) -> tuple[Brought, Personal]:
    """What an act brings, in its two parts."""
    bare, personal = split(evidence)
    references = tuple((row.kind, row.ref) for row in act.companions)
    identifying: dict[str, Any] = {"relatives": act.relatives, "companions": act.companions}
    if act.was:
        identifying |= {"before": texts(act.was), "after": texts(act.person)}
    else:
        identifying["person"] = texts(act.person)
    return (
        Brought(bare, act.class_id, references, *(register or ())),
        msgspec.structs.replace(personal, **identifying),
    )


def rows(
    case: Case,
    trigger: str,
    from_state: State | None,
    body: Body,
    personal: Personal,
    by: tuple[int, str, int],
    salt: str,
    key: str | None,
) -> tuple[EventRow, PersonalPartRow | None]:
    """The event's row and that of its personal part; `case` is as the act left it but for its head.

    `by` is who acted: account, role, and the unit in which the role is held.
    """
    content = "" if personal == _EMPTY else _canonical(personal)
    row: EventRow = {
        "dossier_id": case.id,
        "seq": case.version,
        "trigger": trigger,
        "from_state": str(from_state) if from_state else None,
        "to_state": str(case.state),
        "happened_on": body.brought.evidence.happened_on,
        "recorded_at": clock.stamp(clock.now()),
        "actor_id": by[0],
        "actor_role": by[1],
        "unit_id": by[2],
        "rulebook": case.rulebook,
        "body": _canonical(body),
        "commitment": chain.commitment(salt, content) if content else "",
        "prev_hash": case.head_hash,
        "act_key": key,
        "hash": "",
    }
    row["hash"] = chain.event_hash(case.code, row)
    if not content:
        return row, None
    sealed = seal(content, personal_place(case.id, case.version))
    return row, {"dossier_id": case.id, "seq": case.version, "salt": salt, "content": sealed}


def committed(salt: str, personal: Personal) -> str:
    """The commitment of an event's row to its personal part; "" when there is none."""
    return "" if personal == _EMPTY else chain.commitment(salt, _canonical(personal))


def _canonical(content: msgspec.Struct) -> str:
    return msgspec.json.encode(content, order="deterministic").decode()


def told(row: Any, content: str | None) -> Told:
    """An event read again from its row (columns as attributes) and the text of its personal part. Raises NotOurs."""
    try:
        body = _BODY.decode(row.body)
    except msgspec.MsgspecError as error:
        raise NotOurs(f"event {row.seq}: its body is not of format {FORMAT}: {error}") from error
    if body.format != FORMAT:
        raise NotOurs(f"event {row.seq}: its body has format {body.format}")
    personal = _PERSONAL.decode(content) if content else _EMPTY
    return Told(
        row.seq,
        row.trigger,
        State(row.from_state) if row.from_state else None,
        State(row.to_state),
        row.happened_on,
        row.recorded_at,
        row.actor_id,
        row.actor_role,
        row.unit_id,
        row.rulebook,
        body,
        personal,
        content is None and bool(row.commitment),
    )


def foldable(rows: Sequence[Any]) -> Sequence[Any]:
    """The events of a dossier from the one on that says by itself where it stood, or all of them."""
    for at in range(len(rows) - 1, -1, -1):
        if rows[at].trigger == REBASE:
            return rows[at:]
    return rows


def recorded(event: Told) -> Recorded:
    """The event as the rules fold it."""
    body, personal = event.body, event.personal
    corrected = None
    if body.corrected is not None:
        corrected = joined(body.corrected, personal.corrected or _EMPTY)
    return Recorded(
        event.seq,
        event.trigger,
        event.from_state,
        event.to_state,
        joined(body.brought, personal),
        _actor(event.actor_id, event.actor_role, body.behalf),
        route.read(body.route),
        body.rules,
        _day(event.recorded_at),
        None if body.to_route is None else route.read(body.to_route),
        body.rulebook,
        body.about,
        corrected,
        answers=body.answers,
        base=None if body.base is None else _standing(body, body.base, personal.base),
    )


@lru_cache(maxsize=4096)
def _actor(account: int, role: str, behalf: int | None) -> Actor:
    held = Role(role)
    return Actor(f"a{account}", (held,), () if behalf is None else ((held, f"a{behalf}"),))


@lru_cache(maxsize=65536)
def _day(recorded_at: str) -> date:
    return clock.parse_stamp(recorded_at).date()


def _standing(body: Body, base: Base, personal: BasePersonal | None) -> Standing:
    facts = base.facts
    if personal is not None:
        facts = msgspec.structs.replace(facts, birth_date=personal.birth_date)
    runs = tuple(Deadline(rule, start, due, more) for rule, start, due, more, end in base.deadlines if end is None)
    ended = {
        (rule, start): Ended(Deadline(rule, start, due, more), end)
        for rule, start, due, more, end in base.deadlines
        if end is not None
    }
    return Standing(base.state, base.since, route.read(body.route), base.rulebook, facts, runs, ended, body.rules)


class _Lent(msgspec.Struct):
    behalf: int | None = None


_LENT = msgspec.json.Decoder(_Lent)


def lent_in(event: EventRow) -> dict[int, int]:
    """The account in whose place an event's act was done, under its dossier; nothing when it was nobody's but the
    actor's.
    """
    lender = _LENT.decode(event["body"]).behalf
    return {} if lender is None else {event["dossier_id"]: lender}


class _Format(msgspec.Struct):
    format: int = 1


_FORMAT = msgspec.json.Decoder(_Format)


def format_of(body: str) -> int:
    """The format of an event's body; 1 for those that did not say."""
    return _FORMAT.decode(body).format


def open_deadlines(rows: Iterable[Any]) -> tuple[Deadline, ...]:
    """The deadlines among rows of theirs that still run."""
    return tuple(Deadline(r.rule, r.starts_on, r.due_on, r.extended_by) for r in rows if r.ended_on is None)


def said(body: str) -> Mapping[str, Any]:
    """The evidence of an event as plain JSON, of either format, for showing."""
    content = msgspec.json.decode(body)
    if "brought" not in content:
        return dict(content)
    shown: dict[str, Any] = dict(content["brought"]["evidence"])
    if content.get("about"):
        shown["event"] = content["about"]
    if content.get("corrected"):
        shown["corrected"] = content["corrected"]["evidence"]
    if content.get("moved"):
        shown["moved"], shown["cause"] = content["moved"], content.get("cause")
    if content.get("behalf"):
        shown["behalf"] = content["behalf"]
    return shown


def personal_said(content: str) -> dict[str, Any]:
    """The personal part as plain JSON, for showing."""
    return dict(msgspec.json.decode(content))
