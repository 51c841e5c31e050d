"""The rows a dossier has in the tables."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from sqlalchemy import Table

from dossiers import names
from dossiers.casework.case import Case
from dossiers.casework.models import head_mark
from dossiers.casework.tables import (
    CompanionOnFile,
    CountedBy,
    DeadlineRow,
    DossierRow,
    EventRow,
    Listed,
    OutboxRow,
    RelativeOnFile,
    VoteRow,
)
from dossiers.encryption import place, seal
from dossiers.extensions import Model
from dossiers.people.models import SEALED_OF_PERSON
from dossiers.people.rows import CompanionRow, PersonRow, RelativeRow, person_row
from dossiers.rules import services as rules
from dossiers.units import tree
from workflow.deadlines import MILESTONES, Deadline
from workflow.facts import Vote
from workflow.stages import DONE
from workflow.turn import whose_turn


def table_of(model: type[Model]) -> Table:
    """The table of a model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


def dossier_row(case: Case) -> DossierRow:
    """The dossier's row as it is stored."""
    return {
        "id": case.id,
        "code": case.code,
        "person_id": case.person_id,
        "unit_id": case.unit_id,
        "nominator_id": case.nominator_id,
        "class_id": case.class_id,
        "previous_id": case.previous_id,
        "state": str(case.state),
        "since": case.since,
        "rulebook": case.rulebook,
        "version": case.version,
        "head_hash": case.head_hash,
        "facts": msgspec.json.encode(case.facts).decode(),
        "turn": case.turn,
        "due_on": case.due_on,
        "admitted_on": case.facts.admitted_on,
        "mark": head_mark(case.code, case.version, case.head_hash),
        "correcting": case.facts.correction.event if case.facts.correction else None,
    }


def listed(case: Case) -> Listed:
    """What lists filter and sort a dossier by."""
    return {
        "state": str(case.state),
        "since": case.since,
        "source": str(case.facts.source),
        "turn": case.turn,
        "due_on": case.due_on,
        "admitted_on": case.facts.admitted_on,
        "unit_code": tree.current()[case.unit_id].code,
        "done": case.state in DONE,
    }


def scope_rows(case: Case) -> list[dict[str, object]]:
    """The rows that put the dossier into the lists of its units."""
    shared = {"dossier_id": case.id, **listed(case), "sort_key": names.sort_key(case.full_name)}
    return [{"ancestor_id": unit, **shared} for unit in case.scope_units]


def vote_row(dossier_id: int, seq: int, vote: Vote, register: CountedBy | None) -> VoteRow:
    """A counted vote, with the register that said who was entitled."""
    unit, found = register or (None, "")
    return {
        "dossier_id": dossier_id,
        "seq": seq,
        "body": str(vote.body),
        "purpose": str(vote.purpose),
        "held_on": vote.held_on,
        "entitled": vote.entitled,
        "present": vote.present,
        "in_favour": vote.in_favour,
        "against": vote.against,
        "passed": vote.passed,
        "register_unit_id": unit,
        "register_hash": found,
    }


def deadline_row(dossier_id: int, deadline: Deadline, ended_on: date | None = None) -> DeadlineRow:
    """A deadline, whole; `ended_on` when it has stopped to run."""
    return {
        "dossier_id": dossier_id,
        "rule": deadline.rule,
        "starts_on": deadline.starts_on,
        "due_on": deadline.due_on,
        "extended_by": deadline.extended_by,
        "ended_on": ended_on,
    }


def changed_deadlines(
    dossier_id: int, before: Iterable[Deadline], after: Iterable[Deadline], day: date, whole: bool = False
) -> list[DeadlineRow]:
    """The rows of deadlines that an act of `day` started, moved or ended; `whole`: of all that run."""
    known, runs = tuple(before), {(deadline.rule, deadline.starts_on): deadline for deadline in after}
    rows = [deadline_row(dossier_id, deadline) for deadline in runs.values() if whole or deadline not in known]
    ended = (deadline for deadline in known if (deadline.rule, deadline.starts_on) not in runs)
    return rows + [deadline_row(dossier_id, deadline, day) for deadline in ended]


def relative_row(dossier_id: int, nr: int, relative: RelativeRow) -> RelativeOnFile:
    """The `nr`th relative of a dossier, what identifies sealed to the row."""

    def sealed(column: str, value: str | None) -> str | None:
        return seal(value, place("relative", column, dossier_id, relative.ref)) if value else value

    return {
        "dossier_id": dossier_id,
        "ref": relative.ref,
        "nr": nr,
        "relation": str(relative.relation),
        "name": sealed("name", relative.name) or "",
        "birth_year": relative.birth_year,
        "place": sealed("place", relative.place),
        "occupation": sealed("occupation", relative.occupation),
        "result": sealed("result", relative.result),
        "verified_on": relative.verified_on,
        "exempt": relative.exempt,
    }


def companion_row(dossier_id: int, seq: int, nr: int, companion: CompanionRow) -> CompanionOnFile:
    """A member beside the candidate, the `nr`th that event `seq` names."""
    return {
        "dossier_id": dossier_id,
        "seq": seq,
        "nr": nr,
        "kind": companion.kind,
        "ref": companion.ref,
        "name": companion.name,
        "since": companion.since,
        "until": companion.until,
    }


def sealed_person(person_id: int, columns: Mapping[str, date | str | None]) -> PersonRow:
    """Columns of a candidate's row, what the law calls sensitive sealed to it."""
    row = dict(person_row(columns))
    for column in SEALED_OF_PERSON:
        if row.get(column):
            row[column] = seal(str(row[column]), place("person", column, person_id))
    return row


def settle(case: Case, runs: tuple[Deadline, ...]) -> None:
    """Say whose turn it is and until when, from what is now so; `runs` are the deadlines that run."""
    assert case.state is not None
    case.due_on = min((d.due_on for d in runs if d.rule not in MILESTONES), default=None)
    idle = case.facts.suspended or case.facts.closed
    turn = None if idle else whose_turn(case.state, case.route, case.facts, rules.books()[case.rulebook])
    case.turn = str(turn) if turn else None


def outbox_row(case: Case, trigger: str, event: EventRow) -> OutboxRow:
    """What is to be told of an act."""
    return {
        "topic": f"dossier:{trigger}",
        "dossier_id": case.id,
        "seq": case.version,
        "created_at": event["recorded_at"],
        "done_at": None,
    }
