"""The CV of the applicant (2-KNĐ): its sections, each a page, with what is written in them (domain.md §5).

The items are those the form is known by; its wording is prescribed by guidance we have not seen (38-HD/BTCTW). What is
written is kept as pairs of a key and a text: `full_name`, or `periods.0.since` for the first row of a list.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from workflow.codes import Code
from workflow.text import Text

_KEY = re.compile(r"[a-z_]+(\.[0-9]{1,2}\.[a-z_]+)?")

Pairs = tuple[tuple[str, str], ...]
"""What is written, by key, in the order of the form."""


class Section(Code):
    """A part of the CV that is written, saved and taken up by itself."""

    IDENTITY = "identity"
    HISTORY = "history"
    WORK = "work"
    FEATURES = "features"
    COURSES = "courses"
    ABROAD = "abroad"
    MERITS = "merits"
    FAMILY = "family"
    REVIEW = "review"


class Field(msgspec.Struct, frozen=True):
    """A field of a section: how it is called, what is typed into it, how long that may be."""

    name: str
    label: Text
    kind: Literal["line", "name", "day", "when", "text", "sex", "tie"] = "line"
    longest: int = 200


class Rows(msgspec.Struct, frozen=True):
    """A list of a section: what a row is called, and its fields; a row counts when its `head` is filled."""

    name: str
    label: Text
    fields: tuple[Field, ...]
    head: str


class Page(msgspec.Struct, frozen=True):
    """A section: its items on the form, title, fields and lists; `may_be_empty`: one can have nothing to declare."""

    items: str
    title: Text
    hint: Text
    fields: tuple[Field, ...] = ()
    lists: tuple[Rows, ...] = ()
    may_be_empty: bool = False

    def knows(self, key: str) -> bool:
        """Whether a key names something of this section."""
        if not _KEY.fullmatch(key):
            return False
        if key == NOTHING:
            return self.may_be_empty
        if "." not in key:
            return any(field.name == key for field in self.fields)
        name, _nr, column = key.split(".")
        return any(rows.name == name and any(f.name == column for f in rows.fields) for rows in self.lists)


NOTHING = "nothing"
"""The key that says that one has nothing to declare."""

MOST_ROWS = 30

TIES: dict[str, Text] = {
    "father": Text("Cha", "Father"),
    "mother": Text("Mẹ", "Mother"),
    "guardian": Text("Người nuôi dưỡng", "Guardian"),
    "spouse": Text("Vợ hoặc chồng", "Spouse"),
    "father_in_law": Text("Cha vợ (chồng)", "Father-in-law"),
    "mother_in_law": Text("Mẹ vợ (chồng)", "Mother-in-law"),
    "child": Text("Con", "Child"),
    "grandparent": Text("Ông, bà", "Grandparent"),
    "sibling": Text("Anh, chị, em ruột", "Brother or sister"),
}
"""The relatives of the form: those who are verified (workflow.facts.Relation), grandparents, brothers and sisters."""

SEXES: dict[str, Text] = {"female": Text("Nữ", "Female"), "male": Text("Nam", "Male")}

_SINCE = Field("since", Text("Từ tháng/năm", "From (month/year)"), "when", 20)
_UNTIL = Field("until", Text("Đến tháng/năm", "To (month/year)"), "when", 20)
_PERIOD = (_SINCE, _UNTIL)

PAGES: dict[Section, Page] = {
    Section.IDENTITY: Page(
        "1–14",
        Text("Bản thân", "The person"),
        Text(
            "Điền sẵn từ hồ sơ; sửa cho đúng với bản viết tay. Chỗ khác với hồ sơ được báo.",
            "Filled from the dossier; mend it after the handwritten original. Where it differs, you are told.",
        ),
        (
            Field("full_name", Text("Họ và tên đang dùng", "Full name in use"), "name", 120),
            Field("sex", Text("Giới tính", "Sex"), "sex"),
            Field("birth_name", Text("Họ và tên khai sinh", "Name at birth"), "name", 120),
            Field("other_names", Text("Bí danh, tên gọi khác", "Other names"), "line", 120),
            Field("birth_date", Text("Ngày sinh", "Date of birth"), "day"),
            Field("birth_place", Text("Nơi sinh", "Place of birth")),
            Field("home_town", Text("Quê quán", "Home town")),
            Field("residence", Text("Nơi cư trú (thường trú, tạm trú)", "Residence (permanent, temporary)")),
            Field("ethnic_group", Text("Dân tộc", "Ethnic group"), "line", 60),
            Field("religion", Text("Tôn giáo", "Religion"), "line", 60),
            Field("occupation", Text("Nghề nghiệp hiện nay", "Present occupation"), "line", 120),
            Field("schooling", Text("Giáo dục phổ thông", "General schooling"), "line", 60),
            Field("professional_level", Text("Chuyên môn, nghiệp vụ, học vị", "Profession, degrees"), "line", 120),
            Field("theory_level", Text("Lý luận chính trị", "Political theory"), "line", 120),
            Field("languages", Text("Ngoại ngữ, tiếng dân tộc", "Languages"), "line", 120),
            Field("youth_joined", Text("Ngày và nơi vào Đoàn", "Joined the Youth Union (day, place)")),
            Field("party_before", Text("Ngày và nơi vào Đảng lần thứ nhất", "First joined the Party (day, place)")),
            Field("official_before", Text("Ngày và nơi chính thức lần thứ nhất", "First recognised (day, place)")),
            Field("introduced_before", Text("Người giới thiệu vào Đảng lần thứ nhất", "Who introduced the first time")),
        ),
    ),
    Section.HISTORY: Page(
        "15",
        Text("Lịch sử bản thân", "Life, period by period"),
        Text(
            "Từ lúc còn nhỏ đến nay, theo từng giai đoạn: học ở đâu, làm gì.",
            "From childhood on, period by period: schooling and what was done.",
        ),
        (),
        (
            Rows(
                "periods",
                Text("Giai đoạn", "Period"),
                (*_PERIOD, Field("what", Text("Học, làm gì, ở đâu", "Schooling, work, where"), "text", 1000)),
                "what",
            ),
        ),
    ),
    Section.WORK: Page(
        "16",
        Text("Công việc, chức vụ đã qua", "Work and posts"),
        Text(
            "Mọi công việc, chức vụ trong và ngoài cơ quan nhà nước, đoàn thể, doanh nghiệp.",
            "All work and posts, in and outside the state, organisations and firms.",
        ),
        (),
        (
            Rows(
                "posts",
                Text("Công việc", "Post"),
                (
                    *_PERIOD,
                    Field("what", Text("Làm việc gì, chức vụ", "Work, post")),
                    Field("where", Text("Ở đâu", "Where")),
                ),
                "what",
            ),
        ),
        may_be_empty=True,
    ),
    Section.FEATURES: Page(
        "17",
        Text("Đặc điểm lịch sử", "Particulars of the past"),
        Text(
            "Bị bắt, bị tù (thời gian, nơi, lý do); làm việc trong chế độ cũ; tham gia tổ chức chính trị, xã hội khác.",
            "Arrest, prison (when, where, why); service under the former regime; other organisations joined.",
        ),
        (Field("features", Text("Đặc điểm lịch sử", "Particulars"), "text", 4000),),
        may_be_empty=True,
    ),
    Section.COURSES: Page(
        "18",
        Text("Lớp đào tạo, bồi dưỡng đã qua", "Training attended"),
        Text(
            "Về lý luận chính trị, chuyên môn, nghiệp vụ, ngoại ngữ, tin học.",
            "In political theory, profession, languages, computing.",
        ),
        (),
        (
            Rows(
                "courses",
                Text("Lớp", "Course"),
                (
                    *_PERIOD,
                    Field("what", Text("Tên lớp, ngành học", "Course, subject")),
                    Field("where", Text("Trường, nơi học", "School, place")),
                    Field("how", Text("Hình thức học", "How"), "line", 120),
                    Field("paper", Text("Văn bằng, chứng chỉ", "Diploma, certificate"), "line", 120),
                ),
                "what",
            ),
        ),
        may_be_empty=True,
    ),
    Section.ABROAD: Page(
        "19",
        Text("Đi nước ngoài", "Journeys abroad"),
        Text("Nước nào, lý do, cấp nào cử đi.", "Which country, why, who sent."),
        (),
        (
            Rows(
                "trips",
                Text("Chuyến đi", "Journey"),
                (
                    *_PERIOD,
                    Field("where", Text("Nước", "Country"), "line", 120),
                    Field("what", Text("Lý do, nội dung đi", "Reason")),
                    Field("by", Text("Cấp cử đi", "Sent by"), "line", 120),
                ),
                "where",
            ),
        ),
        may_be_empty=True,
    ),
    Section.MERITS: Page(
        "20–21",
        Text("Khen thưởng, kỷ luật", "Commendation, discipline"),
        Text("Từ bằng khen trở lên; mọi hình thức kỷ luật.", "Certificates of merit and above; every discipline."),
        (),
        (
            Rows(
                "rewards",
                Text("Khen thưởng", "Commendation"),
                (
                    Field("when", Text("Tháng/năm", "Month/year"), "when", 20),
                    Field("what", Text("Hình thức khen thưởng", "Commendation")),
                    Field("by", Text("Cấp quyết định khen thưởng", "Commended by"), "line", 120),
                ),
                "what",
            ),
            Rows(
                "penalties",
                Text("Kỷ luật", "Discipline"),
                (
                    Field("when", Text("Tháng/năm", "Month/year"), "when", 20),
                    Field("what", Text("Hình thức, lý do kỷ luật", "Discipline and reason")),
                    Field("by", Text("Cấp quyết định kỷ luật", "Disciplined by"), "line", 120),
                ),
                "what",
            ),
        ),
        may_be_empty=True,
    ),
    Section.FAMILY: Page(
        "22",
        Text("Hoàn cảnh gia đình", "The family"),
        Text(
            "Cha, mẹ (hoặc người nuôi dưỡng), cha mẹ vợ (chồng), vợ (chồng), con; ông bà, anh chị em ruột.",
            "Parents (or guardians), parents-in-law, spouse, children; grandparents, brothers and sisters.",
        ),
        (),
        (
            Rows(
                "people",
                Text("Thân nhân", "Relative"),
                (
                    Field("relation", Text("Quan hệ", "Relation"), "tie"),
                    Field("name", Text("Họ và tên", "Name"), "line", 120),
                    Field("born", Text("Năm sinh", "Year of birth"), "when", 20),
                    Field("home", Text("Quê quán", "Home town")),
                    Field("residence", Text("Nơi cư trú", "Residence")),
                    Field("occupation", Text("Nghề nghiệp, chức vụ", "Occupation, post"), "line", 120),
                    Field("party", Text("Là đảng viên, sinh hoạt ở", "Party member, in which organisation")),
                    Field("past", Text("Hoạt động qua các thời kỳ", "What was done in each period"), "text", 1000),
                ),
                "name",
            ),
        ),
    ),
    Section.REVIEW: Page(
        "23–24",
        Text("Tự nhận xét, cam đoan", "Self-assessment, declaration"),
        Text(
            "Ưu điểm, khuyết điểm về phẩm chất chính trị, đạo đức, lối sống, năng lực, quan hệ quần chúng.",
            "Strengths and shortcomings: political quality, morals, way of life, ability, ties with people.",
        ),
        (
            Field("strengths", Text("Ưu điểm", "Strengths"), "text", 3000),
            Field("shortcomings", Text("Khuyết điểm", "Shortcomings"), "text", 3000),
        ),
    ),
}  # fmt: skip


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A section as it was written, whole; what it says stands sealed beside the event."""

    section: Section
    values: Annotated[Pairs, msgspec.Meta(max_length=400)] = ()


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """That a section is written: when last, and how many times; not what it says."""

    section: Section
    on: date
    times: Annotated[int, msgspec.Meta(ge=1)] = 1


def written_once_more(known: Iterable[Told], written: Written, on: date) -> tuple[Told, ...]:
    """What is known of the sections once one of them was written."""
    by = {told.section: told for told in known}
    before = by.get(written.section)
    by[written.section] = Told(written.section, on, 1 if before is None else before.times + 1)
    return tuple(by[section] for section in Section if section in by)


def rows_of(values: Mapping[str, str], rows: Rows) -> list[dict[str, str]]:
    """The rows of a list, by column, in their order."""
    found: dict[int, dict[str, str]] = {}
    for key, text in values.items():
        name, _dot, rest = key.partition(".")
        if name == rows.name and rest:
            nr, column = rest.split(".")
            found.setdefault(int(nr), {})[column] = text
    return [found[nr] for nr in sorted(found)]


def pairs(page: Page, fields: Mapping[str, str], lists: Mapping[str, Iterable[Mapping[str, str]]]) -> Pairs:
    """What is written as pairs: fields and rows in the order of the form, empty ones left out."""

    def all_of() -> Iterator[tuple[str, str]]:
        for field in page.fields:
            yield field.name, fields.get(field.name, "")
        for rows in page.lists:
            filled = (row for row in lists.get(rows.name, ()) if any(row.values()))
            for nr, row in enumerate(filled):
                for column in rows.fields:
                    yield f"{rows.name}.{nr}.{column.name}", row.get(column.name, "")
        if page.may_be_empty:
            yield NOTHING, fields.get(NOTHING, "")

    return tuple((key, text) for key, text in all_of() if text)


class Merged(msgspec.Struct, frozen=True):
    """Two people's changes put together: what then stands, and where both wrote something else (key: the other's)."""

    values: Pairs
    both: dict[str, str]


def merged(page: Page, base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str]) -> Merged:
    """What two people made of one section: nothing either typed is lost. Where both changed the same, mine stands and
    theirs is told. Rows are compared by their place; new rows of both follow each other.
    """
    both: dict[str, str] = {}

    def one(key: str, was: str, other: str, own: str) -> str:
        if own in (was, other):
            return other
        if other != was:
            both[key] = other
        return own

    fields = {
        name: one(name, base.get(name, ""), theirs.get(name, ""), mine.get(name, ""))
        for name in (*(field.name for field in page.fields), NOTHING)
    }
    lists: dict[str, list[dict[str, str]]] = {}
    for rows in page.lists:
        was, other, own = (rows_of(values, rows) for values in (base, theirs, mine))
        made: list[dict[str, str]] = []
        for nr in range(len(was)):
            old, their, my = ((r[nr] if nr < len(r) else {}) for r in (was, other, own))
            made.append({
                column.name: one(
                    f"{rows.name}.{len(made)}.{column.name}", old.get(column.name, ""), their.get(column.name, ""),
                    my.get(column.name, ""),
                )
                for column in rows.fields
            })  # fmt: skip
        new = other[len(was) :]
        made += [*new, *(row for row in own[len(was) :] if row not in new)]
        lists[rows.name] = made
    return Merged(pairs(page, fields, lists), both)


_YEAR = re.compile(r"(?:^|\D)(\d{4})$")


def year_of(text: str) -> int | None:
    """The year a date as people write it ends with: 1960, 3/1960, 05/03/1960."""
    found = _YEAR.search(text.strip())
    return int(found.group(1)) if found else None
