"""Forms of sourcing: a candidate on the source list, the nomination, the cell's list."""

import secrets
from typing import Any

from wtforms import BooleanField, FormField, HiddenField

from dossiers import clock
from dossiers.accounts.grants import Signed
from dossiers.acting.forms import ActForm, Balloted, Numbered
from dossiers.acting.helping import HelperRows
from dossiers.acting.rows import HelperRowForm, RowList
from dossiers.acting.sent import sent_key
from dossiers.casework.act import Act
from dossiers.fields import (
    DayField,
    LineField,
    NameWords,
    OneOfField,
    Words,
    choice,
    labelled,
    plausible_birth_date,
    required,
    with_empty,
)
from dossiers.formatters import say
from dossiers.forms import FlaskForm
from dossiers.languages import lazy as _l
from dossiers.units import services as units
from workflow.facts import SCHOOLING_LABELS, SOURCE_LABELS, Candidate, Evidence, Schooling, Source

SEXES = (("female", _l("Nữ")), ("male", _l("Nam")))


class CreateForm(FlaskForm):
    """A new candidate: what the source list needs and no more (domain.md §2)."""

    full_name = LineField(_l("Họ và tên"), [required, NameWords()])
    birth_date = DayField(_l("Ngày sinh"), [required])
    sex = OneOfField(_l("Giới tính"), [required], choices=SEXES)
    contact = LineField(_l("Điện thoại hoặc thư điện tử"), [required, Words(120)])
    place = choice(_l("Chi bộ và nguồn"))
    schooling = choice(_l("Trình độ học vấn"), optional=True)
    happened_on = DayField(_l("Ngày đưa vào nguồn"), [required])
    consented = BooleanField(_l("Người này đồng ý để tổ chức ghi và dùng thông tin của mình vào việc xét kết nạp"))
    act_key = HiddenField()

    def prepare(self, signed: Signed) -> None:
        """Offer the cells this person may source for."""
        self.options = units.cells_for_sourcing(signed.grants)
        self.place.choices = with_empty(
            [(f"{cell.id}:{source}", f"{cell.name} – {say(SOURCE_LABELS[source])}") for cell, source in self.options]
        )
        self.schooling.choices = with_empty(labelled(SCHOOLING_LABELS))
        if not self.act_key.data:
            self.act_key.data = secrets.token_hex(16)
        if not self.is_filled():
            self.happened_on.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        """A birth date in the past and not absurdly far."""
        fine: bool = super().validate(extra_validators)
        return plausible_birth_date(self.birth_date) and fine

    def cell_id(self) -> int:
        """The chosen cell."""
        return int(self.place.data.split(":")[0])

    def act(self) -> Act:
        """The act of putting the person on the list."""
        source = Source(self.place.data.split(":")[1])
        schooling = Schooling(self.schooling.data) if self.schooling.data else None
        evidence = Evidence(
            self.happened_on.data,
            source=source,
            consented=bool(self.consented.data),
            candidate=Candidate(birth_date=self.birth_date.data, schooling=schooling),
        )
        person = {
            "full_name": " ".join(self.full_name.data.split()),
            "birth_date": self.birth_date.data,
            "sex": self.sex.data,
            "contact": self.contact.data,
        }
        return Act("create", evidence, key=sent_key(self.act_key.data, "create"), person=person)


class NominateForm(Numbered, Balloted, ActForm):
    """The resolution of the Youth Union or the trade union (4-KNĐ, 4A-KNĐ)."""

    happened_on = DayField(_l("Ngày ra nghị quyết"), [required])


class AcceptForm(Numbered, HelperRows):
    """The cell puts the candidate on its list and assigns one or two helping members."""

    happened_on = DayField(_l("Ngày họp chi bộ"), [required])
    helpers = RowList(FormField(HelperRowForm), min_entries=2, max_entries=2)


FORMS: dict[str, type[ActForm]] = {"nominate": NominateForm, "accept_to_list": AcceptForm}
