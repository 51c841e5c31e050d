"""An act that takes a dossier out of its doer's reach: what was done, and the way to take it back."""

from flask import Flask

from dossiers.casework import loading
from dossiers.units import tree
from tests.people import Person, code_in


def test_the_message_of_an_act_leads_to_taking_it_back(app: Flask) -> None:
    code = code_in(app, "enrolled")
    with app.app_context():
        centre = loading.load_for_administration(code).centre_id
        assert centre is not None
        unit = tree.current()[centre].code
    instructor = Person(app, "training_officer", unit)
    told = instructor.send(instructor.form(code, "fail_course"), reason="Nghỉ quá số buổi.").follow().maybe_follow()
    instructor.get(f"/ho-so/{code}", status=404)
    assert told.click(href=f"/ho-so/{code}/undo").forms["act"].submit().status_int == 303
    assert instructor.get(f"/ho-so/{code}")
