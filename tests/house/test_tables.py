"""Every table belongs to a chain, or says why not; and rows of the log name nobody who cannot be erased."""

import pytest
from sqlalchemy import Table

from dossiers import create_app
from dossiers.extensions import Model

OF_DOSSIERS = {
    "companion": "the event that names introducers or helpers (assign_introducers, accept_to_list …)",
    "deadline_record": "the event that begins, extends or ends it; worked out from the facts and the rules it names",
    "dossier": "every event: state, facts, version and head_hash are its fold",
    "inquiry": "send_request and record_answer: the facts, by nr, and who was asked in the personal part",
    "paper_record": "the event that brings the paper, by seq and nr",
    "paper_scan": "attach_scan: the paper and its pages, by seq",
    "person": "create, complete_personal_file and corrections: columns in the personal part of the event",
    "relative": "record_relatives and corrections: rows in the personal part of the event",
    "scan_file": "attach_scan: the addresses of its files, by seq and nr",
    "vote_record": "the event that holds the ballot, by seq",
}
"""Tables whose rows follow from the dossiers' events, and from which; audit verify folds these and compares."""

assert create_app  # with it every model was imported


def _where(table: Table) -> list[str]:
    found = ["dossiers' events"] if table.name in OF_DOSSIERS else []
    found += ["office's log"] if "log" in table.info else []
    return found + (["apart"] if table.info.get("apart") else [])


@pytest.mark.parametrize("table", Model.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_belongs_to_a_chain_or_says_why_not(table: Table) -> None:
    where = _where(table)
    assert len(where) == 1, f"{table.name}: {where or 'in no chain, and says nothing'}"
    why = table.info.get("apart", "It stands.")
    assert why[0].isupper() and why.endswith(".") and len(why.split()) > 1, "a sentence"


def test_what_is_said_of_the_dossiers_tables_is_about_tables_there_are() -> None:
    assert OF_DOSSIERS.keys() <= Model.metadata.tables.keys()
