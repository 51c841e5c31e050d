"""No field of a person or of the year after admission exists beyond domain.md §2, §5 and §7 (see kept.txt)."""

from collections.abc import Iterator
from pathlib import Path

from dossiers.monitoring.forms import FORMS
from dossiers.monitoring.month import PersonRow
from dossiers.people.models import Companion, Person, Relative
from workflow import probation
from workflow.cv import PAGES
from workflow.facts import Evidence
from workflow.procedure.monitoring import MONITORING

LIST = Path(__file__).with_name("kept.txt")
_SECTIONS = ("§2", "§3", "§5", "§7")


def listed() -> dict[str, str]:
    """The fields that may be kept, each with its section."""
    lines = [line for line in LIST.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("  ", 1) for line in lines)


def kept() -> Iterator[str]:
    """The fields that are: columns of persons, fields of the CV, facts of the year, evidence of its acts."""
    for table in (Person, Relative, Companion):
        yield from (f"{table.__tablename__}.{column.name}" for column in table.__table__.columns)
    for name, kind in vars(probation).items():
        if isinstance(kind, type) and issubclass(kind, probation._Kept) and kind is not probation._Kept:
            yield from (f"{name}.{field}" for field in kind.__struct_fields__)
    for section, page in PAGES.items():
        yield from (f"cv.{section}.{field.name}" for field in page.fields)
        yield from (f"cv.{section}.{rows.name}.{field.name}" for rows in page.lists for field in rows.fields)
    for line in MONITORING:
        yield from (f"{line.trigger}.{field}" for field in ("happened_on", *line.needs, *line.takes))


def test_nothing_is_kept_beyond_the_list_and_nothing_stands_there_in_vain() -> None:
    assert set(kept()) == set(listed())


def test_each_field_says_which_section_asks_for_it() -> None:
    for field, why in listed().items():
        assert why.startswith(_SECTIONS), field


def test_what_people_type_ends_in_one_of_these_fields() -> None:
    """Forms of the year ask for nothing that their act has no use for."""
    acts = {line.trigger: {"happened_on", *line.needs, *line.takes} for line in MONITORING}
    of_form = {
        "of_month": "month", "met": "month", "dues": "month", "tasks": "texts", "remark": "texts", "quality": "texts",
        "duties": "texts", "advice": "texts", "reviewed_on": "papers",
    }  # fmt: skip
    aside = {"csrf_token", "version", "act_key", "behalf", "code", "was"}
    for trigger, fields in acts.items():
        asked = {name for name in dir(FORMS[trigger]) if hasattr(getattr(FORMS[trigger], name), "field_class")} - aside
        assert {of_form.get(name, name) for name in asked} <= fields, trigger
    assert {
        of_form.get(name, name) for name in dir(PersonRow) if hasattr(getattr(PersonRow, name), "field_class")
    } - aside <= (acts["record_month"])
    assert fields_of_evidence() >= {field for fields in acts.values() for field in fields}


def fields_of_evidence() -> set[str]:
    """What an act may bring at all."""
    return set(Evidence.__struct_fields__)
