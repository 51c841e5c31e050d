"""What stands on file for dossiers, compared with what their events say: papers, votes, deadlines, scans, requests,
members beside the candidate, relatives.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from dossiers.audit.rows import Key, Rows, between, differs
from dossiers.casework.models import DeadlineRecord, VoteRecord
from dossiers.casework.replaying import Projection
from dossiers.casework.rows import table_of
from dossiers.extensions import Model, run
from dossiers.inquiries import rows as inquiries
from dossiers.inquiries.models import Inquiry
from dossiers.papers import scans
from dossiers.papers.models import PaperRecord, PaperScan, ScanFile
from dossiers.people import reading as people
from dossiers.people.models import Companion, Relative
from dossiers.people.rows import RelativeRow
from workflow import replay
from workflow.deadlines import Deadline

_FILED: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (PaperRecord, ("seq", "nr")),
    (VoteRecord, ("seq",)),
    (DeadlineRecord, ("rule", "starts_on")),
    (Companion, ("seq", "nr")),
    (PaperScan, ("seq",)),
    (ScanFile, ("seq", "nr")),
    (Inquiry, ("nr",)),
)
_OWNED: tuple[type[Model], ...] = (*(model for model, _key in _FILED), Relative)
READ = {model: between(model, table_of(model).c.dossier_id) for model in _OWNED}


class FiledRows(Rows):
    """Compares what is on file."""

    def _runs(self, standing: replay.Standing) -> tuple[Deadline, ...]:
        """Open deadlines as they must stand: by the rules in force, or as last counted while they wait to be."""
        return standing.deadlines if self._waiting else replay.due(standing, self._now)

    def _filed(
        self, made: Mapping[int, Projection], dossiers: Mapping[int, Any], broken: set[int], asked: dict[str, int]
    ) -> None:
        for model, key in _FILED:
            actual = self._read(model, key, asked)
            for number, projection in made.items():
                expected = getattr(self, f"_{table_of(model).name}")(projection)
                self._rows(dossiers[number].code, model, key, expected, actual.pop(number, {}))
            self._unowned(model, actual.keys() - dossiers.keys() - broken)
        self._relatives(made, dossiers, broken, asked)

    def _read(self, model: type[Model], key: tuple[str, ...], asked: dict[str, int]) -> dict[int, dict[Key, Key]]:
        columns = [column.name for column in table_of(model).columns if column.name not in ("dossier_id", *key)]
        found: dict[int, dict[Key, Key]] = defaultdict(dict)
        for row in run(READ[model], asked):
            values = _opened(row) if model is Inquiry else row._mapping
            found[row.dossier_id][tuple(values[k] for k in key)] = tuple(values[c] for c in columns)
        return found

    @staticmethod
    def _paper_record(made: Projection) -> dict[Key, Key]:
        return {
            (row["seq"], row["nr"]): (
                row["form"],
                row["number"],
                row["issued_on"],
                row["issuer"],
                row["number_key"],
                row["number_words"],
            )
            for row in made.papers
        }

    @staticmethod
    def _vote_record(made: Projection) -> dict[Key, Key]:
        return {
            (seq,): (
                str(v.body),
                str(v.purpose),
                v.held_on,
                v.entitled,
                v.present,
                v.in_favour,
                v.against,
                v.passed,
                *made.registers.get(seq, (None, "")),
            )
            for seq, v in made.votes
        }

    def _deadline_record(self, made: Projection) -> dict[Key, Key]:
        def row(deadline: Deadline, ended_on: date | None) -> tuple[Key, Key]:
            key = (deadline.rule, deadline.starts_on)
            return key, (deadline.due_on, deadline.extended_by, ended_on)

        runs = self._runs(made.standing)
        found = dict(row(ended.deadline, ended.ended_on) for ended in made.standing.ended.values())
        found.update(row(deadline, None) for deadline in runs)
        return found

    @staticmethod
    def _companion(made: Projection) -> dict[Key, Key]:
        return {(seq, nr): (row.kind, row.ref, row.name, row.since, row.until) for seq, nr, row in made.companions}

    @staticmethod
    def _paper_scan(made: Projection) -> dict[Key, Key]:
        rows = (scans.scan_row(0, seq, scan) for seq, scan in made.scans)
        return {(row["seq"],): (row["paper_seq"], row["paper_nr"], row["form"], row["leaves"]) for row in rows}

    @staticmethod
    def _scan_file(made: Projection) -> dict[Key, Key]:
        return {(seq, nr): (address,) for seq, scan in made.scans for nr, address in enumerate(scan.files)}

    @staticmethod
    def _inquiry(made: Projection) -> dict[Key, Key]:
        rows = inquiries.all_rows(0, made.standing.facts.asked, made.requests)
        return {(row["nr"],): tuple(row.values())[2:] for row in rows}

    def _relatives(
        self, made: Mapping[int, Projection], dossiers: Mapping[int, Any], broken: set[int], asked: dict[str, int]
    ) -> None:
        actual: dict[int, dict[str, Any]] = defaultdict(dict)
        for row in run(READ[Relative], asked):
            actual[row.dossier_id][row.ref] = row
        for number, projection in made.items():
            there, code = actual.pop(number, {}), dossiers[number].code
            places = {ref: nr for nr, ref in enumerate(projection.relatives)}
            for ref in sorted({*there, *projection.relatives}, key=str):
                named = f"relative {ref}"
                if ref not in there:
                    self._say(code, 0, f"{named}: the row is missing")
                elif ref not in projection.relatives:
                    self._say(code, 0, f"{named}: the row was added")
                else:
                    self._relative(code, named, there[ref], projection.relatives[ref])
                    if there[ref].nr != places[ref]:
                        self._say(code, 0, differs(named, "nr", there[ref].nr, places[ref]))
        self._unowned(Relative, actual.keys() - dossiers.keys() - broken)

    def _relative(self, code: str, named: str, row: Any, expected: RelativeRow) -> None:
        for column in expected.__struct_fields__:
            try:
                same = people.relative_column(row, column) == self._stored(getattr(expected, column))
            except Exception:  # whatever a changed ciphertext breaks on
                self._say(code, 0, f"{named}: {column} cannot be read, it was changed or stood elsewhere")
            else:
                if not same:
                    self._say(code, 0, f"{named}: {column} is not what the events say")


def _opened(row: Any) -> Mapping[str, Any]:
    """A request's row in the open; None where a changed ciphertext does not open."""
    values = dict(row._mapping)
    for column in ("addressee", "answer"):
        try:
            values[column] = inquiries.opened(column, row.dossier_id, row.nr, values[column])
        except Exception:  # whatever a changed ciphertext breaks on
            values[column] = None
    return values
