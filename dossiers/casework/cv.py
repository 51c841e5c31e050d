"""The CV of a dossier as its events hold it: sections as written last, and where they differ from the file."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.casework import events
from dossiers.casework.amended import amended
from dossiers.casework.case import Case
from dossiers.casework.models import Event, EventPersonal, opened
from dossiers.extensions import run
from dossiers.formatters import day, say
from dossiers.people import reading as people
from dossiers.people.reading import Candidate
from dossiers.people.rows import DAYS, RelativeRow
from dossiers.profile import is_register
from workflow.cv import NOTHING, PAGES, SEXES, TIES, Field, Section, rows_of, year_of
from workflow.facts import Relation
from workflow.text import Text

TRIGGER = "write_cv"

_WRITES = Question(
    select(Event.seq, Event.body, Event.recorded_at, Event.actor_id, Account.name)
    .join(Account, Account.id == Event.actor_id)
    .where(Event.dossier_id == bindparam("dossier"), Event.trigger == TRIGGER)
    .order_by(Event.seq)
)
_CONTENTS = Question(
    select(EventPersonal.seq, EventPersonal.sealed.label("sealed")).where(
        EventPersonal.dossier_id == bindparam("dossier"), EventPersonal.seq.in_(bindparam("seqs", expanding=True))
    )
)


@dataclass(frozen=True)
class Write:
    """A section as event `seq` wrote it: by whom, and when that was recorded."""

    seq: int
    section: Section
    by: int
    who: str
    recorded_at: str


@dataclass(frozen=True)
class SectionRead:
    """A section as it stands: who wrote it last, and what it says by key (None: erased by law)."""

    write: Write
    values: dict[str, str] | None


CV = Mapping[Section, SectionRead]


@dataclass(frozen=True)
class Difference:
    """Where the CV says other than the file: at which key of which section, what it is, and both sides."""

    section: Section
    key: str
    label: Text
    cv: str
    file: str


def writes(dossier_id: int) -> list[Write]:
    """Every time a section was written and not taken back, oldest first; two queries. A register has none."""
    if is_register():
        return []
    rows = run(_WRITES, {"dossier": dossier_id}).all()
    undone = {seq for _dossier, seq in amended([dossier_id])} if rows else set()
    return [
        Write(row.seq, Section(events.said(row.body)["cv"]["section"]), row.actor_id, row.name, row.recorded_at)
        for row in rows
        if row.seq not in undone
    ]


def contents(dossier_id: int, seqs: Sequence[int]) -> dict[int, dict[str, str]]:
    """What these events wrote, by event; one query. One whose words were erased is not there."""
    rows = run(_CONTENTS, {"dossier": dossier_id, "seqs": list(seqs)}) if seqs else ()
    return {row.seq: _values(opened(dossier_id, row.seq, row.sealed)) for row in rows}


def _values(content: str) -> dict[str, str]:
    return dict(events.personal_said(content).get("cv", ()))


def read(case: Case, only: Collection[Section] = tuple(Section)) -> dict[Section, SectionRead]:
    """The CV of a dossier, section by section; no query where nothing was written, else three."""
    if not case.facts.cv:
        return {}
    last = {write.section: write for write in writes(case.id) if write.section in only}
    told = contents(case.id, [write.seq for write in last.values()])
    return {section: SectionRead(last[section], told.get(last[section].seq)) for section in Section if section in last}


AS_IN_THE_FILE = (
    "full_name", "sex", "birth_date", "other_names", "birth_place", "home_town", "residence", "ethnic_group",
    "religion", "occupation", "professional_level", "theory_level", "languages",
)  # fmt: skip
"""Fields of the CV that the file has as well, under the same name."""

VERIFIED = frozenset(map(str, Relation))


def of_file(person: Candidate) -> dict[str, str]:
    """What the file knows of the person, as the CV would say it."""
    found: dict[str, str] = {}
    for name in AS_IN_THE_FILE:
        value = getattr(person, name)
        if value:
            found[name] = value.isoformat() if name in DAYS else str(value)
    return found


def _alike(text: str) -> list[tuple[str, ...]]:
    """What makes two texts one, however commas, capitals and tone marks (ủy, uỷ) stand: letters and marks, by word."""
    words = unicodedata.normalize("NFD", text.lower()).replace(",", " ").replace(".", " ").split()
    return [
        ("".join(c for c in word if not unicodedata.combining(c)), *sorted(c for c in word if unicodedata.combining(c)))
        for word in words
    ]


def differences(
    cv: CV, person: Candidate, relatives: Sequence[RelativeRow], hidden: Collection[str] = ()
) -> list[Difference]:
    """Where the CV says other than the file, of fields both have; `hidden` are those whoever asks does not see."""
    found: list[Difference] = []
    identity, family = cv.get(Section.IDENTITY), cv.get(Section.FAMILY)
    if identity is not None and identity.values is not None:
        known = of_file(person)
        for field in PAGES[Section.IDENTITY].fields:
            said, file = identity.values.get(field.name, ""), known.get(field.name, "")
            if said and file and field.name not in hidden and _alike(said) != _alike(file):
                found.append(Difference(Section.IDENTITY, field.name, field.label, said, file))
    if family is not None and family.values is not None:
        found += _of_family(family.values, relatives)
    return found


def _of_family(values: Mapping[str, str], relatives: Sequence[RelativeRow]) -> list[Difference]:
    """Relatives to be verified that only one side names, or names with another year of birth."""
    (rows,) = PAGES[Section.FAMILY].lists
    people = [(nr, row) for nr, row in enumerate(rows_of(values, rows)) if row.get("relation") in VERIFIED]
    named = {(str(one.relation), *_alike(one.name)): one for one in relatives}
    found: list[Difference] = []
    for nr, row in people:
        key = (row["relation"], *_alike(row.get("name", "")))
        one, year = named.pop(key, None), year_of(row.get("born", ""))
        if one is None and relatives:
            found.append(
                Difference(Section.FAMILY, f"people.{nr}.name", TIES[row["relation"]], row.get("name", ""), "")
            )
        elif one is not None and year and one.birth_year and year != one.birth_year:
            told = Text(f"{TIES[row['relation']].vi}: năm sinh", f"{TIES[row['relation']].en}: year of birth")
            found.append(Difference(Section.FAMILY, f"people.{nr}.born", told, str(year), str(one.birth_year)))
    return found + [Difference(Section.FAMILY, "", TIES[str(one.relation)], "", one.name) for one in named.values()]


def compared(case: Case, cv: CV, hidden: Collection[str] = ()) -> list[Difference]:
    """Where the CV of a dossier says other than its file; two queries, none where nothing was written."""
    if not cv:
        return []
    return differences(cv, people.candidate(case.person_id), people.relatives(case.id), hidden)


def differs(case: Case) -> tuple[Text, ...] | None:
    """What the CV says otherwise than the file, by name, without a word of either; None where nothing is written."""
    if not case.facts.cv or is_register():
        return None
    found = compared(case, read(case, (Section.IDENTITY, Section.FAMILY)))
    return tuple(dict.fromkeys(one.label for one in found))


_FIELDS = {
    **{field.name: field for page in PAGES.values() for field in page.fields},
    **{f"{rows.name}.{field.name}": field for page in PAGES.values() for rows in page.lists for field in rows.fields},
}
"""The fields of all sections, by key without the number of the row."""


def field_of(key: str) -> Field:
    """The field a key names."""
    parts = key.split(".")
    return _FIELDS[key if len(parts) == 1 else f"{parts[0]}.{parts[2]}"]


def text_of(kind: str, text: str, code: str = "") -> str:
    """What is written in a field of a kind, as people read it, in a language or in that of the request."""
    labels = {"tie": TIES, "sex": SEXES}.get(kind, {})
    if text in labels:
        return labels[text].in_(code) if code else say(labels[text])
    return day(date.fromisoformat(text)) if kind == "day" and text else text


@dataclass(frozen=True)
class Shown:
    """A section as people read it: its fields by label, its lists with a cell a column, whether nothing is declared."""

    fields: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]
    is_nothing: bool


def shown(section: Section, values: Mapping[str, str], hidden: Collection[str] = ()) -> Shown:
    """What a section says, for who does not see `hidden`; fields that are empty are empty texts."""
    page = PAGES[section]
    return Shown(
        tuple((say(f.label), text_of(f.kind, values.get(f.name, ""))) for f in page.fields if f.name not in hidden),
        tuple(
            (
                say(rows.label),
                tuple(say(field.label) for field in rows.fields),
                tuple(
                    tuple(text_of(field.kind, row.get(field.name, "")) for field in rows.fields)
                    for row in rows_of(values, rows)
                ),
            )
            for rows in page.lists
        ),
        bool(values.get(NOTHING)),
    )
