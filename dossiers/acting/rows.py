"""Rows of forms of acts: each is a small form of its own that checks itself; and the pieces a form is laid out in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from wtforms import BooleanField, Field, FieldList, Form, HiddenField
from wtforms.utils import unset_value

from dossiers.fields import (
    DayField,
    LineField,
    NumberWords,
    WholeNumberField,
    Words,
    asked_for,
    choice,
    labelled,
    with_empty,
)
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.people.rows import RelativeRow
from workflow.facts import RELATION_LABELS, Paper, Relation


@dataclass(frozen=True)
class Piece:
    """A piece of a form as people see it: a hint, or fields, which stand together when they have a legend."""

    fields: tuple[Field, ...] = ()
    legend: str = ""
    note: str = ""
    hint: str = ""
    more: str = ""
    """The list of rows that a button here makes longer."""
    most: int = 0
    """How long that list may be."""
    picture: str = ""
    """The address of a picture of what the row is about."""


class Row(Form):
    """One of the repeated rows of a form. It checks itself; hidden in it may stand what it is about."""

    legend: str = ""
    note: str = ""

    @property
    def shown(self) -> bool:
        """Whether people see the row."""
        return True

    def placed(self, index: int) -> None:
        """Called whenever the row has been filled at a place of its list; here a row says what it is called."""

    def piece(self) -> Piece:
        """How the row is laid out."""
        return Piece(tuple(self), self.legend, self.note)


class RowList(FieldList):  # type: ignore[type-arg] # only its stubs are generic
    """The rows of a form: `RowList(FormField(PaperRowForm))`. Sent rows come as they are; the form names what lacks."""

    grows = 0
    """How many rows people may ask for at once, by a button; 0: the form says how many there are."""

    def __init__(self, *args: Any, grows: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grows = grows

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Make the rows, and let each say what it is called."""
        super().process(formdata, data, extra_filters)
        self._place(0)

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """Places such as 0 or 17; a name that somebody made up is no row (WTForms would fail at `papers-²-number`)."""
        for name in formdata:
            found = re.match(rf"{re.escape(prefix)}-([0-9]{{1,2}})-", name)
            if found:
                yield int(found.group(1))

    def show(self, rows: Iterable[object]) -> None:
        """Rows anew, from what is known; {} makes an empty one."""
        self.process(None, list(rows))

    def add(self, rows: Iterable[object]) -> None:
        """More rows at the end."""
        at = len(self.entries)
        for row in rows:
            self.append_entry(row)
        self._place(at)

    @property
    def most(self) -> int:
        """How many rows there may be."""
        return self.max_entries or 100

    def lengthen(self) -> None:
        """Some more empty rows, as many as there may be."""
        self.add({} for _row in range(min(self.grows, self.most - len(self.entries))))

    def _place(self, start: int) -> None:
        for index, row in enumerate(self.rows[start:], start):
            row.placed(index)

    @property
    def rows(self) -> list[Any]:
        """The forms of the rows."""
        return [entry.form for entry in self.entries]


class PaperRowForm(Row):
    """A paper: its number, date and issuer. The code of its form stands hidden in the row."""

    number = LineField("", [NumberWords()])
    issued_on = DayField("")
    issuer = LineField("", [Words(120)])
    form = HiddenField()

    fits = True
    """Whether the dossier takes this paper now."""

    def placed(self, index: int) -> None:
        """The labels say of which paper."""
        paper = self.form.data
        self.number.label.text = _("Số của %(paper)s", paper=paper)
        self.issued_on.label.text = _("Ngày của %(paper)s", paper=paper)
        self.issuer.label.text = _("Nơi lập %(paper)s", paper=paper)

    @property
    def begun(self) -> bool:
        """Whether anything was typed."""
        return bool(self.issued_on.data or self.issued_on.errors or self.number.data or self.issuer.data)

    @property
    def shown(self) -> bool:
        """An empty row for a paper that is not asked for (any more) goes unseen."""
        return self.fits or self.begun

    def validate(self, extra_validators: Any = None) -> bool:
        """No number without a date, and no paper that is not asked for."""
        fine: bool = super().validate(extra_validators)
        if self.issued_on.errors or not self.begun:
            return fine
        if not self.fits:
            self.issued_on.errors = [_("Giấy tờ này không ghi được ở bước hiện tại của hồ sơ.")]
        elif not self.issued_on.data:
            self.issued_on.errors = [_("Chưa ghi ngày của giấy tờ này.")]
        return fine and not self.issued_on.errors

    def paper(self) -> Paper:
        """The paper as the rules know it; the row has its date."""
        return Paper(self.form.data or "", self.issued_on.data, self.number.data or "", self.issuer.data or "")


EXEMPT = "Miễn thẩm tra: là đảng viên"
"""How the result of a relative begins who need not be verified; the unit and the file that were looked at follow."""

CHECKED = _l("Nơi sinh hoạt đảng và hồ sơ đã xem (khi miễn)")


def exempt_result(checked: str) -> str:
    """The result of a relative who is exempt."""
    return f"{EXEMPT}; {checked}"


def shown_result(row: Any) -> dict[str, str]:
    """The result on file as the fields `result` and `checked` show it; what was kept of somebody exempt before unit and
    file were asked for stands as what was looked at.
    """
    text = getattr(row, "result", None) or ""
    return {"result": "", "checked": text.removeprefix(f"{EXEMPT}; ")} if row.exempt else {"result": text}


class RelativeRowForm(Row):
    """A relative to be verified, with the result. The ref of one who is known stands hidden in the row."""

    relation = choice(_l("Quan hệ"), optional=True, of=Relation)
    name = LineField(_l("Họ và tên"), [Words(120)])
    birth_year = WholeNumberField(_l("Năm sinh"))
    place = LineField(_l("Nơi ở"), [Words(200)])
    occupation = LineField(_l("Nghề nghiệp"), [Words(120)])
    result = LineField(_l("Kết quả thẩm tra"), [Words(500)])
    verified_on = DayField(_l("Ngày có kết quả"))
    exempt = BooleanField(_l("Miễn thẩm tra: là đảng viên, đã kê khai đầy đủ"))
    checked = LineField(CHECKED, [Words(150)])
    ref = HiddenField()

    def placed(self, index: int) -> None:
        """Rows are counted; the relations are in the language of the page."""
        self.legend = _("Thân nhân %(n)s", n=index + 1)
        self.relation.choices = with_empty(labelled(RELATION_LABELS))

    @property
    def begun(self) -> bool:
        """Whether somebody stands in the row."""
        return bool(self.relation.data or self.name.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that was begun is complete; results come with their date, who is exempt with unit and file."""
        fine: bool = super().validate(extra_validators)
        if not self.begun:
            return fine
        for field in (self.relation, self.name):
            if not field.data:
                field.errors = [asked_for(field)]
        if self.exempt.data:
            for proof in (self.checked, self.verified_on):
                if not proof.data and not proof.errors:
                    proof.errors = [asked_for(proof)]
        elif bool(self.result.data) != bool(self.verified_on.data) and not self.verified_on.errors:
            self.verified_on.errors = [_("Kết quả và ngày có kết quả đi cùng nhau.")]
        year = self.birth_year.data
        if year is not None and not 1850 <= year <= 2100:
            self.birth_year.errors = [_("Năm sinh không hợp lý.")]
        return not self.errors

    def relative(self, ref: str) -> RelativeRow:
        """The relative, whole, as the file keeps them."""
        return RelativeRow(
            ref,
            Relation(self.relation.data),
            self.name.data,
            self.birth_year.data,
            self.place.data or None,
            self.occupation.data or None,
            exempt_result(self.checked.data) if self.exempt.data else self.result.data or None,
            self.verified_on.data,
            bool(self.exempt.data),
        )


class MemberRowForm(Row):
    """An official member chosen from the register, by ref; the first row of its list must be filled."""

    member = choice("", optional=True)

    titles: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    """What the fields are called in each of the rows."""

    def placed(self, index: int) -> None:
        """The first must be filled, and each says which one it is."""
        self.member.flags.required = index == 0
        for name, labels in self.titles.items():
            self[name].label.text = labels[index]

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody is chosen in the first row."""
        fine: bool = super().validate(extra_validators)
        if self.member.flags.required and not self.member.data:
            self.member.errors = [asked_for(self.member)]
        return fine and not self.member.errors


class HelperRowForm(MemberRowForm):
    """A member who helps."""

    titles: ClassVar = {"member": (_l("Đảng viên giúp đỡ"), _l("Đảng viên giúp đỡ thứ hai"))}


class IntroducerRowForm(MemberRowForm):
    """A member who introduces, and since when the two have worked or studied together."""

    together_since = DayField(_l("Cùng công tác, học tập, sinh hoạt nơi cư trú từ ngày"))
    replaces = choice("", optional=True)

    titles: ClassVar = {
        "member": (_l("Người giới thiệu"), _l("Người giới thiệu thứ hai")),
        "together_since": (
            _l("Cùng công tác, học tập, sinh hoạt nơi cư trú từ ngày"),
            _l("Người thứ hai cùng công tác, học tập, sinh hoạt nơi cư trú từ ngày"),
        ),
        "replaces": (
            _l("Phân công thay cho (người thay không cần đủ 12 tháng)"),
            _l("Người thứ hai phân công thay cho"),
        ),
    }

    def placed(self, index: int) -> None:
        """The first must be filled, and so must their day together, unless they stand in for somebody."""
        super().placed(index)
        self.together_since.flags.required = index == 0 and not self.replaces.data
