"""The verification desk: all dossiers in verification of somebody's units, and what is done with many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wtforms import FormField, HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.rows import Row, RowList
from dossiers.casework.act import Act, VersionConflict
from dossiers.casework.case import Case
from dossiers.casework.loading import load_cases
from dossiers.casework.many import Answer, advance_all
from dossiers.fields import DayField, LineField, Words, choice, known_key, labelled, required
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.lists import worklist
from dossiers.reading.verifying import Standings, standings
from dossiers.verification.request_forms import unit_named
from workflow.asking import WAY_LABELS, Request, Way
from workflow.facts import Evidence
from workflow.machine import Refused
from workflow.stages import State

SIZE = 15
"""So many dossiers stand on a page of the desk."""
ROWS = 100
"""So many requests can be sent from one page."""

Pick = tuple[str, int]
"""A request: the dossier's code, and its number."""


@dataclass(frozen=True)
class Entry:
    """A dossier on the desk, and how its verification stands."""

    case: Case
    unit: str
    found: Standings


@dataclass(frozen=True)
class Desk:
    """A page of the desk and the cursor of the next ("" on the last)."""

    entries: tuple[Entry, ...]
    next: str = ""


def desk(chosen: worklist.Filter, signed: Signed, size: int) -> Desk:
    """The dossiers in verification, the one due first before the others; a fixed number of queries."""
    page = worklist.page(chosen, signed, size)
    cases = load_cases([row.code for row in page.rows], signed)
    found = standings(list(cases.values()))
    entries = (Entry(cases[row.code], row.unit, found[cases[row.code].id]) for row in page.rows if row.code in cases)
    return Desk(tuple(entries), page.next)


def filter_of(unit: str, overdue: bool, after: str) -> worklist.Filter:
    """What the desk is narrowed by."""
    return worklist.Filter(state=str(State.VERIFYING), unit=unit, overdue=overdue, sort="due", after=after)


def parse_picks(texts: Iterable[str], most: int) -> list[Pick]:
    """Requests as forms and addresses name them: HS2022-000123.2; what is none is left out."""
    found = []
    for text in list(texts)[:most]:
        code, _dot, nr = text.partition(".")
        if code and nr.isascii() and nr.isdigit() and len(nr) <= 3:
            found.append((code[:20], int(nr)))
    return list(dict.fromkeys(found))


class AskRow(Row):
    """One who is to be verified, and who is asked about them (nobody, if it is left empty)."""

    code = HiddenField()
    ref = HiddenField()
    addressee = LineField(_l("Nơi được hỏi"), [Optional(), Words(200)])


class DeskForm(FlaskForm):
    """Requests sent from the desk, or reminders."""

    happened_on = DayField(_l("Ngày gửi"), [required])
    way = choice(_l("Cách hỏi"), of=Way)
    rows = RowList(FormField(AskRow), max_entries=ROWS)
    act_key = HiddenField()

    def fit(self, entries: Sequence[Entry], key: str) -> None:
        """A row for everybody nobody was asked about, as far as there is room."""
        self.way.choices = labelled(WAY_LABELS)
        if not self.act_key.data:
            self.act_key.data = key
        if not self.is_filled():
            self.happened_on.data = clock.today()
            wanted = [
                {"code": one.case.code, "ref": line.ref}
                for one in entries
                for line in one.found.verified
                if line.is_askable
            ]
            self.rows.add(wanted[:ROWS])

    def row_for(self, code: str, ref: str) -> AskRow | None:
        """The row of somebody, if there is one."""
        found: AskRow | None = next(
            (row for row in self.rows.rows if (row.code.data, row.ref.data) == (code, ref)), None
        )
        return found


@dataclass(frozen=True)
class Tried:
    """What became of what was done at once: the requests it was done with, and of whom it was refused, and why."""

    done: tuple[Pick, ...]
    refused: tuple[tuple[str, str], ...]


def send(form: DeskForm, signed: Signed) -> Tried:
    """Send the requests that were filled in, of a dossier one for each who is asked; all in one transaction."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for row in form.rows.rows:
        if row.addressee.data:
            wanted.setdefault((str(row.code.data), row.addressee.data), []).append(str(row.ref.data))
    cases = load_cases(sorted({code for code, _who in wanted}), signed)
    acts: list[tuple[Case, Act]] = []
    for nr, ((code, typed), refs) in enumerate(wanted.items()):
        if code not in cases:
            continue
        unit, name = unit_named(typed)
        evidence = Evidence(
            form.happened_on.data, request=Request(form.way.data, tuple(dict.fromkeys(refs)), None, unit), texts=(name,)
        )
        acts.append((cases[code], Act("send_request", evidence, known_key(f"{form.act_key.data}-{code}-{nr}"))))
    return _tried(acts, signed)


def remind(picks: Sequence[Pick], form: DeskForm, signed: Signed) -> Tried:
    """Remind of requests; all in one transaction."""
    cases = load_cases(sorted({code for code, _nr in picks}), signed)
    acts = [
        (cases[code], Act("remind_request", Evidence(form.happened_on.data, asked=nr),
                          known_key(f"{form.act_key.data}-{code}-r{nr}")))
        for code, nr in picks if code in cases
    ]  # fmt: skip
    return _tried(acts, signed)


def _tried(acts: Sequence[tuple[Case, Act]], signed: Signed) -> Tried:
    done: list[Pick] = []
    refused: list[tuple[str, str]] = []
    latest: dict[str, int] = {}
    for (case, act), answer in zip(acts, advance_all(acts, signed), strict=True):
        why = _why_not(answer)
        if why:
            refused.append((f"{case.full_name} ({case.code})", why))
        elif act.evidence.asked is not None:
            done.append((case.code, act.evidence.asked))
        else:
            latest[case.code] = latest.get(case.code, len(case.facts.asked)) + 1
            done.append((case.code, latest[case.code]))
    return Tried(tuple(done), tuple(refused))


def _why_not(answer: Answer) -> str:
    if isinstance(answer, Refused):
        return " ".join(f"{say(refusal.message)} {say(refusal.remedy)}" for refusal in answer.refusals)
    if isinstance(answer, VersionConflict):
        return _("Hồ sơ vừa có người khác ghi; gửi lại.")
    return ""


def as_address(picks: Iterable[Pick]) -> list[str]:
    """Requests as an address names them."""
    return [f"{code}.{nr}" for code, nr in picks]
