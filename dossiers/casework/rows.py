"""The rows a dossier has in the tables."""

from datetime import date

import msgspec
from sqlalchemy import Table

from dossiers import names
from dossiers.casework.case import Case, Row
from dossiers.extensions import db
from workflow.deadlines import Deadline


def _rows(table: type[db.Model]) -> Table:
    found = table.__table__
    assert isinstance(found, Table)
    return found


def dossier_row(case: Case) -> Row:
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
    }


def listed(case: Case) -> Row:
    """What lists filter and sort a dossier by."""
    return {
        "state": str(case.state),
        "since": case.since,
        "source": str(case.facts.source),
        "turn": case.turn,
        "due_on": case.due_on,
        "admitted_on": case.facts.admitted_on,
    }


def scope_rows(case: Case) -> list[Row]:
    """The rows that put the dossier into the lists of its units."""
    shared = {"dossier_id": case.id, **listed(case), "sort_key": names.sort_key(case.full_name)}
    return [{"ancestor_id": unit, **shared} for unit in case.scope_units]


def _deadline_row(dossier_id: int, deadline: Deadline, ended_on: date | None) -> Row:
    return {
        "dossier_id": dossier_id,
        "rule": deadline.rule,
        "starts_on": deadline.starts_on,
        "due_on": deadline.due_on,
        "extended_by": deadline.extended_by,
        "ended_on": ended_on,
    }
