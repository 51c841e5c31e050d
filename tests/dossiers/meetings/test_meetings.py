"""A meeting from its call to its minutes."""

from collections.abc import Callable

from flask import Flask

from dossiers.audit import services as audit
from tests.dossiers.meetings.meeting import Holder
from tests.people import Person, dossier, text_of

Maker = Callable[..., Person]


def test_a_cell_meets_and_everything_is_recorded_together(app: Flask, person: Maker) -> None:
    cell = Holder(person("cell_secretary", "DB02-C3"))
    page = cell.calls("27/07/2022")
    assert "Sinh hoạt chi bộ thường kỳ" in text_of(page)
    cell.puts_all_on()
    assert cell.everybody_came().status_int == 303
    page = cell.step(cell.results(), "all", first_number="41-NQ/CB").follow()
    codes = cell.lines(page)
    assert codes
    answer = cell.step(cell.results(), "close")
    assert answer.status_int == 303, text_of(answer)
    closed = answer.follow()
    assert "Đã khóa cuộc họp" in text_of(closed)
    for code in codes:
        assert dossier(app, code).state in ("section_appraisal", "recognition_section_appraisal")
        assert f"cuộc họp số {cell.number}" in text_of(cell.person.get(f"/ho-so/{code}/dien-bien"))
    with app.app_context():
        assert audit.verify()[1] == []
    for page in ("bien-ban", "nghi-quyet", "giay-moi"):
        cell.person.get(f"{cell.address}/{page}")
