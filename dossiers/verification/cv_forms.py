"""The form of a section of the CV: left and taken up again, by several people, copied from an earlier dossier."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import LazyString
from wtforms import BooleanField, FormField, HiddenField
from wtforms.validators import Optional

from dossiers import clock
from dossiers.acting.forms import ActForm, Brought
from dossiers.acting.rows import Piece, Row, RowList
from dossiers.casework import cv
from dossiers.casework.case import Case
from dossiers.casework.cv import CV, Difference
from dossiers.fields import ChoiceField, DayField, LineField, NameWords, ParagraphField, Words, labelled, with_empty
from dossiers.formatters import say
from dossiers.forms import Meanwhile
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.people import reading as people
from dossiers.people.personal import beyond, withheld
from dossiers.privacy import services as privacy
from dossiers.privacy.services import Part
from dossiers.reading import cv as reading
from dossiers.reading.scans import Scanned
from dossiers.security import signed
from workflow.cv import (
    MOST_ROWS,
    NOTHING,
    PAGES,
    SEXES,
    TIES,
    Field,
    Page,
    Rows,
    Section,
    Written,
    merged,
    pairs,
    rows_of,
)
from workflow.facts import SCHOOLING_LABELS
from workflow.guards import Situation
from workflow.text import Text

_WHEN = re.compile(r"(?:(?:\d{1,2}/)?\d{1,2}/)?\d{4}|[Nn]ay|[Nn]ow")


def _said(text: Text) -> Any:
    """A text of the rules as a label: in the language of whoever sees it."""
    return LazyString(lambda: say(text))


def _made(field: Field) -> Any:
    """The form's field for a field of the CV."""
    label = _said(field.label)
    if field.kind == "day":
        return DayField(label, [Optional()])
    if field.kind in ("sex", "tie"):
        return ChoiceField(label, [Optional()], choices=[])
    if field.kind == "name":
        return LineField(label, [Optional(), NameWords()])
    if field.kind == "text":
        return ParagraphField(label, [Words(field.longest)])
    if field.kind == "when":
        hint = _l("Ghi năm, tháng/năm hoặc ngày/tháng/năm, ví dụ 9/2015; đến hiện tại thì ghi “nay”.")
        return LineField(label, [Optional(), Words(field.longest, _WHEN.pattern, hint)])
    return LineField(label, [Words(field.longest)])


class CvRow(Row):
    """A row of a list of the CV; it counts when its head is filled."""

    rows: ClassVar[Rows]

    def placed(self, index: int) -> None:
        """Rows are counted; what is chosen from is in the language of the page."""
        self.legend = f"{say(self.rows.label)} {index + 1}"
        for field in self.rows.fields:
            if field.kind == "tie":
                self._any(field.name).choices = with_empty(labelled(TIES))

    def _any(self, name: str) -> Any:
        return self[name]

    def texts(self) -> dict[str, str]:
        """What was typed, by column."""
        return {field.name: _text(field, self[field.name].data) for field in self.rows.fields}

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that was begun has its head, and a relative a relation."""
        fine: bool = super().validate(extra_validators)
        if not any(self.texts().values()):
            return fine
        asked = [self.rows.head, *(field.name for field in self.rows.fields if field.kind == "tie")]
        for name in asked:
            if not self[name].data:
                self[name].errors = [_("Vui lòng nhập mục này.")]
        return not self.errors


def _row_of(rows: Rows) -> type[CvRow]:
    """The form of a row of a list."""
    made: Any = type(f"{rows.name.title()}Row", (CvRow,), {field.name: _made(field) for field in rows.fields})
    made.rows = rows
    found: type[CvRow] = made
    return found


def _text(field: Field, data: Any) -> str:
    """What a form's field holds, as it is kept."""
    return (
        data.isoformat()
        if isinstance(data, date)
        else " ".join(str(data or "").split())
        if field.kind != "text"
        else str(data or "").strip()
    )


def _data(field: Field, text: str) -> Any:
    """Its mirror."""
    return (date.fromisoformat(text) if text else None) if field.kind == "day" else text


class CvForm(ActForm):
    """A section of the CV; which, and at which event it was seen, stand hidden in it. Fields of others are left out."""

    happened_on = DayField(_l("Ngày ghi"))
    section = HiddenField()
    seen = HiddenField()
    nothing = BooleanField(_l("Không có gì để khai ở mục này"))

    is_cv = True

    _page: Page = PAGES[Section.IDENTITY]
    _cv: CV
    _hidden: frozenset[str]
    _version: int = 0
    _differences: list[Difference]
    copied_from: str = ""
    copied_wrong: str = ""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Leave out what belongs to other sections, and show what stands there, or what is known already."""
        super().prepare(case, s, trigger)
        self.happened_on.data = clock.today()  # it is written when it is written
        self.code, self._version = case.code, case.version
        self._cv = cv.read(case)
        self.here = self._asked(case)
        self.section.data = str(self.here)
        self._page = PAGES[self.here]
        self.heading = f"{self._page.items}. {say(self._page.title)}"
        roles = s.actor.roles
        is_open = (
            any(one.account_id == signed().account_id for one in privacy.openings(case.id)) if beyond(roles) else False
        )
        self._hidden = withheld(roles, beyond(roles) if is_open else ())
        kept = {field.name for field in self._page.fields if field.name not in self._hidden}
        kept |= {rows.name for rows in self._page.lists} | ({NOTHING} if self._page.may_be_empty else set())
        for name in _OF_SECTIONS - kept:
            del self[name]
        for field in self._page.fields:
            if field.kind == "sex":
                self._any(field.name).choices = with_empty(labelled(SEXES))
        self._person, self._relatives = people.candidate(case.person_id), people.relatives(case.id)
        self._differences = cv.differences(self._cv, self._person, self._relatives, self._hidden)
        self.scanned: Scanned | None = reading.scan_of(case, s.rulebook)
        self.earlier = reading.earlier(case, signed())
        if not self.is_filled():
            self.seen.data = str(self._seq())
            self._show(self._known(case))
        for rows in self._page.lists:
            if not self._any(rows.name).entries:
                self._any(rows.name).add([{}])

    def _any(self, name: str) -> Any:
        """A field, whatever it is: they are made from the sections."""
        return self[name]

    def _asked(self, case: Case) -> Section:
        """The section that is asked for: by the form, the address, or the first that is not written yet."""
        typed = (self.section.data or "") if self.is_filled() else ""
        for name in (typed, request.args.get("muc", "")):
            if name in set(map(str, Section)):
                return Section(name)
        written = {told.section for told in case.facts.cv}
        return next((section for section in Section if section not in written), Section.IDENTITY)

    def _seq(self) -> int:
        """The event that wrote this section last; 0 for none."""
        read = self._cv.get(self.here)
        return 0 if read is None else read.write.seq

    def _stands(self) -> dict[str, str]:
        """What this section says now."""
        read = self._cv.get(self.here)
        return {} if read is None or read.values is None else read.values

    def _known(self, case: Case) -> Mapping[str, str]:
        """What the form starts with: an earlier dossier's words if asked for, what stands there, or the file's."""
        asked = request.args.get("chep", "").strip().upper()[:40]
        if asked:
            other = reading.to_copy(asked, case, signed())
            if other is not None:
                read = cv.read(other, (self.here,)).get(self.here)
                privacy.note(other.id, signed().account_id, Part.CV)
                if read is not None and read.values is not None:
                    self.copied_from = other.code
                    return {key: text for key, text in read.values.items() if key not in self._hidden}
            self.copied_wrong = asked
        return self._stands() or self._of_file(case)

    def _of_file(self, case: Case) -> dict[str, str]:
        """What the file knows already, so that nobody types it twice."""
        if self.here is Section.IDENTITY:
            known = {key: text for key, text in cv.of_file(self._person).items() if key not in self._hidden}
            if case.facts.schooling is not None:
                known["schooling"] = SCHOOLING_LABELS[case.facts.schooling].vi
            return known
        if self.here is not Section.FAMILY:
            return {}
        known = {}
        for nr, one in enumerate(self._relatives[:MOST_ROWS]):
            told = (str(one.relation), one.name, str(one.birth_year or ""), one.place or "", one.occupation or "")
            for column, text in zip(("relation", "name", "born", "residence", "occupation"), told, strict=True):
                known[f"people.{nr}.{column}"] = text
        return known

    def _show(self, values: Mapping[str, str]) -> None:
        """Put words into the fields and rows."""
        for field in self._page.fields:
            if field.name in self:
                self[field.name].data = _data(field, values.get(field.name, ""))
        if NOTHING in self:
            self.nothing.data = bool(values.get(NOTHING))
        for rows in self._page.lists:
            self._any(rows.name).show(
                {field.name: _data(field, row.get(field.name, "")) for field in rows.fields}
                for row in _with_room(rows_of(values, rows))
            )

    def _typed(self) -> dict[str, str]:
        """What was typed, and what stands in fields that whoever types does not see."""
        fields = {f.name: _text(f, self[f.name].data) for f in self._page.fields if f.name in self}
        fields |= {name: text for name, text in self._stands().items() if name in self._hidden}
        lists = {rows.name: [row.texts() for row in self._any(rows.name).rows] for rows in self._page.lists}
        if NOTHING in self and self.nothing.data:
            fields[NOTHING] = "1"
        return dict(pairs(self._page, fields, lists))

    def seen_version(self) -> int:
        """The dossier's version, if nobody wrote this section since it was seen: other sections do not matter."""
        if not self._version:
            return super().seen_version()  # its step does not know the act
        if str(self.seen.data) == str(self._seq()):
            return self._version
        return min(super().seen_version(), self._version - 1)

    def meet(self, case: Case, s: Situation, trigger: str) -> list[Meanwhile]:
        """Somebody wrote since: put both together, and tell at the field where both wrote something else."""
        self.version.data = str(case.version)
        mine, typed_seq = self._typed(), str(self.seen.data)
        base = cv.contents(case.id, [int(typed_seq)]) if re.fullmatch(r"[1-9][0-9]{0,8}", typed_seq) else {}
        self._cv, self._version = cv.read(case), case.version
        self.seen.data = str(self._seq())
        both = merged(self._page, next(iter(base.values()), {}), self._stands(), mine)
        self._show(dict(both.values))
        for key, theirs in both.both.items():
            field = self._at(key)
            if field is not None:
                told = cv.text_of(cv.field_of(key).kind, theirs) if key != NOTHING else ""
                field.errors = [_("Người khác vừa ghi: “%(text)s”. Ô này đang giữ điều bạn gõ.", text=told)]
        return []

    def _at(self, key: str) -> Any:
        """The form's field a key names."""
        if "." not in key:
            return self._fields.get(key)
        name, nr, column = key.split(".")
        rows = self._any(name).rows
        return rows[int(nr)][column] if int(nr) < len(rows) else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Something is written, or nothing is to be declared; not both."""
        fine: bool = super().validate(extra_validators)
        if not fine:
            return False
        typed = self._typed()
        says = any(key != NOTHING and key not in self._hidden for key in typed)
        first = self.nothing if NOTHING in self else next(field for field in self if field.type != "HiddenField")
        if not says and NOTHING not in typed:
            first.errors = [_("Mục này còn trống: ghi ít nhất một điều, hoặc đánh dấu không có gì để khai.")]
        elif says and NOTHING in typed:
            first.errors = [_("Đã ghi nội dung thì bỏ đánh dấu “không có gì để khai”.")]
        return not first.errors

    def bring(self, brought: Brought, case: Case) -> None:
        """The section, whole."""
        brought.evidence["happened_on"] = self.happened_on.data
        brought.evidence["cv"] = Written(self.here, tuple(self._typed().items()))

    def layout(self) -> list[Piece]:
        """What the section asks for, then its fields and rows; the day is today's."""
        pieces = [piece for piece in super().layout() if self.happened_on not in piece.fields]
        return [Piece(hint=say(self._page.hint)), *pieces]

    def field_of(self, evidence: str) -> str:
        """A refusal of the section stands at its first field."""
        if evidence == "cv":
            return str(next(field.name for field in self if field.type != "HiddenField"))
        return super().field_of(evidence)

    def then(self, code: str) -> str:
        """After a section comes the next that is not written, or the whole."""
        written = {*self._cv, self.here}
        left = [section for section in Section if section not in written]
        after = [section for section in left if list(Section).index(section) > list(Section).index(self.here)]
        if request.form.get("roi") == "tiep" and left:
            return url_for("verification.write_cv", code=code, muc=str((after or left)[0]))
        return url_for("reading.cv", code=code)

    @property
    def sections(self) -> list[tuple[Section, str, bool, bool]]:
        """The sections as the way between them shows them: title, whether it is written, whether it is this one."""
        return [
            (section, f"{page.items}. {say(page.title)}", section in self._cv, section is self.here)
            for section, page in PAGES.items()
        ]

    @property
    def differs(self) -> list[Difference]:
        """Where this section says other than the file."""
        return [one for one in self._differences if one.section is self.here]


def _with_room(filled: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows there are, and room for more: three where there is none yet."""
    return [*filled, *({} for _row in range(1 if filled else 3))][:MOST_ROWS]


def _list_of(rows: Rows) -> RowList:
    return RowList(FormField(_row_of(rows)), grows=3, max_entries=MOST_ROWS)


for _page in PAGES.values():
    for _field in _page.fields:
        setattr(CvForm, _field.name, _made(_field))
    for _rows in _page.lists:
        setattr(CvForm, _rows.name, _list_of(_rows))

_OF_SECTIONS: frozenset[str] = frozenset(
    [
        NOTHING,
        *(f.name for page in PAGES.values() for f in page.fields),
        *(r.name for p in PAGES.values() for r in p.lists),
    ]
)
