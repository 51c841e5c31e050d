"""What a template may mark: each field with what it means and what stands there in an invented sample.

The names come from what builds the data (documents.fields, documents.composing); here is only what they mean.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from dossiers.documents.composing import Composed, Item, Paragraph
from dossiers.documents.fields import COUNTS, DOTS, NAMES, VOTERS
from workflow.papers import Kind
from workflow.rulebook import Rulebook
from workflow.text import Text

_LISTS = ("body", "receivers", "rows")
COLUMNS = 8
"""How many columns a list within a text can have: `c1` to `c8` of each row."""

_MEANINGS: dict[str, tuple[Text, str]] = {
    "cell": (Text("Chi bộ", "The cell"), "Chi bộ Phòng Mẫu"),
    "section": (Text("Đảng ủy bộ phận", "The section committee"), "Đảng ủy bộ phận Mẫu"),
    "committee": (Text("Đảng ủy cơ sở", "The grass-roots committee"), "Đảng ủy Công ty Mẫu"),
    "upper": (Text("Cấp ủy cấp trên", "The committee above"), "Đảng ủy Khối Mẫu"),
    "nominator": (Text("Đoàn thể giới thiệu", "The organisation that nominates"), "Đoàn Thanh niên Công ty Mẫu"),
    "deciding_body": (Text("Cấp ra quyết định", "The body that decides"), "Ban Thường vụ Đảng ủy Khối Mẫu"),
    "above_cell": (Text("Cấp ủy trên chi bộ", "The committee above the cell"), "Đảng ủy Công ty Mẫu"),
    "proposing_body": (Text("Cấp đề nghị", "The body that proposes"), "Đảng ủy Công ty Mẫu"),
    "authority_of_deciding": (Text("Thay mặt ai ký quyết định", "In whose name is signed"), "T/M BAN THƯỜNG VỤ"),
    "rule_of_votes": (Text("Văn bản về biểu quyết", "The regulation about votes"), "Quy định số 24-QĐ/TW"),
    "rule_of_decision": (Text("Văn bản về ra quyết định", "The regulation about decisions"), "Quy định số 29-QĐ/TW"),
    "candidate": (Text("Họ tên người xin vào Đảng, đảng viên dự bị", "The candidate's name"), "Nguyễn Văn Mẫu"),
    "birth_date": (Text("Ngày sinh", "Date of birth"), "01/02/1998"),
    "sex": (Text("Giới tính", "Sex"), "Nam"),
    "home_town": (Text("Quê quán", "Home town"), "Xã Mẫu, tỉnh Mẫu"),
    "residence": (Text("Nơi cư trú", "Residence"), "Số 1, phố Mẫu"),
    "occupation": (Text("Nghề nghiệp", "Occupation"), "Kỹ sư"),
    "employer": (Text("Nơi làm việc", "Employer"), "Công ty Mẫu"),
    "ethnic_group": (Text("Dân tộc (chỉ người được xem)", "Ethnic group (for who may see it)"), "Kinh"),
    "religion": (Text("Tôn giáo (chỉ người được xem)", "Religion (for who may see it)"), "Không"),
    "identity_number": (Text("Số định danh (chỉ người được xem)", "Identity number (for who may see it)"), "0" * 12),
    "introducer": (Text("Đảng viên giới thiệu (người cuối)", "The introducer (the last)"), "Trần Thị Giới Thiệu"),
    "introducers": (Text("Các đảng viên giới thiệu", "All introducers"), "Trần Thị Giới Thiệu, Lê Văn Giới Thiệu"),
    "helper": (Text("Đảng viên giúp đỡ", "The helping member"), "Lê Văn Giúp Đỡ"),
    "together_since": (Text("Cùng công tác từ ngày", "Working together since"), "01/06/2021"),
    "admitted_on": (Text("Ngày quyết định kết nạp", "Day of the decision on admission"), "15/03/2022"),
    "ceremony_on": (Text("Ngày lễ kết nạp", "Day of the ceremony"), "01/04/2022"),
    "probation_end": (Text("Ngày hết 12 tháng dự bị", "Day the probation ends"), "01/04/2023"),
    "effective_on": (Text("Ngày công nhận chính thức", "Day of recognition"), "01/04/2023"),
    "dots": (Text("Dấu chấm, để viết tay", "Dots, to write on by hand"), DOTS),
    "code": (Text("Mã hồ sơ", "The dossier's code"), "HS2022-000000"),
    "handing": (Text("Bên giao hồ sơ", "Who hands the file over"), "Chi bộ Phòng Mẫu"),
    "handing_above": (Text("Cấp trên của bên giao", "The level above who hands over"), "Đảng ủy Công ty Mẫu"),
    "receiving": (Text("Bên nhận hồ sơ", "Who receives the file"), "Đảng ủy Công ty Mẫu"),
    "centre": (Text("Nơi cấp giấy chứng nhận, mở lớp", "The centre of the class"), "Trung tâm Chính trị Mẫu"),
    "centre_above": (Text("Cấp trên của nơi mở lớp", "The level above the centre"), "Đảng ủy Khối Mẫu"),
    "course": (Text("Tên lớp bồi dưỡng", "The class"), "Lớp nhận thức về Đảng khóa 1"),
    "course_code": (Text("Mã lớp", "The code of the class"), "L2022-01"),
    "course_starts_on": (Text("Ngày khai giảng", "First day of the class"), "01/03/2022"),
    "course_ends_on": (Text("Ngày bế giảng", "Last day of the class"), "05/03/2022"),
    "opinions.organisations": (
        Text("Ý kiến các tổ chức chính trị - xã hội", "Opinions of mass organisations"),
        "Công đoàn Mẫu (ngày 01/03/2022, 9/9 tán thành): Tán thành.",
    ),
    "opinions.residence": (Text("Ý kiến chi ủy nơi cư trú", "Opinion of the cell of residence"), "Gương mẫu."),
    "text.above": (Text("Góc trái: cấp trên", "Top left: the level above"), "Đảng ủy Khối Mẫu"),
    "text.issuer": (Text("Góc trái: cơ quan ban hành", "Top left: who issues it"), "Đảng ủy Công ty Mẫu"),
    "text.number": (Text("Số, ký hiệu", "Number and sign"), "Số 12-QĐ/ĐU"),
    "text.place_date": (Text("Địa danh, ngày tháng", "Place and date"), "Hà Nội, ngày 10 tháng 7 năm 2022"),
    "text.title": (Text("Tên loại văn bản", "What kind of text it is"), "VĂN BẢN MẪU"),
    "text.subject": (Text("Trích yếu", "What it is about"), "về nội dung mẫu"),
    "text.to": (Text("Kính gửi", "To whom"), "Đảng ủy Công ty Mẫu"),
    "text.authority": (Text("Thay mặt ai ký", "In whose name it is signed"), "T/M ĐẢNG ỦY"),
    "text.office": (Text("Chức vụ người ký", "Office of who signs"), "BÍ THƯ"),
    "text.signer": (Text("Họ tên người ký", "Who signs"), "Phạm Thị Ký Tên"),
    "text.grade": (Text("Độ mật", "Grade of secrecy"), "MẬT"),
    "text.banner": (Text("Góc phải: tiêu đề", "Top right: whose text it is"), "ĐẢNG CỘNG SẢN VIỆT NAM"),
    "text.beside": (Text("Chức danh ký bên trái", "Office of who signs on the left"), "THƯ KÝ"),
    "text.beside_signer": (Text("Họ tên người ký bên trái", "Who signs on the left"), "Lê Văn Ký Cùng"),
    "text.mark": (
        Text("Mã ở chân trang (không ghi thì tự thêm)", "The code at the foot (added where it is left out)"),
        "HS2022-000000 · mẫu 1 · 0123456789",
    ),
    "text.body": (Text("Các đoạn của văn bản", "The paragraphs of the text"), "Một đoạn mẫu."),
    "text.receivers": (Text("Nơi nhận", "Who receives it"), "Như trên"),
    "text.rows": (Text("Các dòng của bảng: c1, c2 …", "The rows of a list: c1, c2 …"), "ô mẫu"),
}  # fmt: skip

_VOTED = {
    "executive": Text("ban chấp hành đoàn thể giới thiệu", "the nominating executive"),
    "cell": Text("chi bộ, kết nạp", "the cell, admission"),
    "committee": Text("đảng ủy cơ sở, kết nạp", "the committee, admission"),
    "deciding": Text("cấp quyết định, kết nạp", "the deciding body, admission"),
    "recognition_cell": Text("chi bộ, công nhận", "the cell, recognition"),
    "recognition_committee": Text("đảng ủy cơ sở, công nhận", "the committee, recognition"),
    "recognition_deciding": Text("cấp quyết định, công nhận", "the deciding body, recognition"),
}
_COUNTED = {
    "day": (Text("Ngày họp", "Day of the meeting"), "10/03/2022"),
    "entitled": (Text("Số người có quyền biểu quyết", "Entitled"), "15"),
    "present": (Text("Số có mặt", "Present"), "14"),
    "absent": (Text("Số vắng", "Absent"), "1"),
    "in_favour": (Text("Số tán thành", "In favour"), "13"),
    "against": (Text("Số không tán thành", "Against"), "1"),
    "percent": (Text("Tỷ lệ tán thành", "Share in favour"), "86,67%"),
}
_PAPER = {
    "number": (Text("Số", "Number"), "12-NQ/CB"),
    "day": (Text("Ngày", "Day"), "10/03/2022"),
}


@dataclass(frozen=True)
class Field:
    """A field a template may mark: how it is written, what it means, what stands there in the sample."""

    name: str
    meaning: Text
    sample: str
    is_list: bool = False


@dataclass(frozen=True)
class Group:
    """Fields of one kind."""

    title: Text
    fields: tuple[Field, ...]


def groups(book: Rulebook) -> list[Group]:
    """Every field there is; papers are called as a rulebook calls them."""
    of_text = (name for name in Composed.__struct_fields__ if f"text.{name}" in _MEANINGS)
    listed = [_field(f"text.{name}") for name in (*of_text, "rows")]
    return [
        Group(Text("Các phần của văn bản", "Parts of the text"), tuple(listed)),
        Group(Text("Hồ sơ", "The dossier"), tuple(map(_field, _of_dossier()))),
        Group(Text("Biểu quyết", "Votes"), tuple(_of_votes())),
        Group(Text("Giấy tờ", "Papers"), tuple(_of_papers(book))),
    ]


def _of_dossier() -> Iterator[str]:
    yield from sorted(NAMES - {"votes", "papers", "opinions"})
    yield from ("opinions.organisations", "opinions.residence")


def _field(name: str) -> Field:
    meaning, sample = _MEANINGS.get(name, (Text(name, name), DOTS))
    return Field(name, meaning, sample, name.removeprefix("text.") in _LISTS)


def _of_votes() -> Iterator[Field]:
    for voter in VOTERS:
        for count in COUNTS:
            meaning, sample = _COUNTED[count]
            about = _VOTED.get(voter, Text(voter, voter))
            yield Field(
                f"votes.{voter}.{count}", Text(f"{meaning.vi}: {about.vi}", f"{meaning.en}: {about.en}"), sample
            )


def _of_papers(book: Rulebook) -> Iterator[Field]:
    for kind in Kind:
        title = book.form_title(book.form(kind)) if kind in book.kinds else Text(kind, kind)
        for part, (meaning, sample) in _PAPER.items():
            told = Text(f"{meaning.vi}: {title.vi}", f"{meaning.en}: {title.en}")
            yield Field(f"papers.{kind}.{part}", told, sample)


def sample(book: Rulebook) -> Mapping[str, Any]:
    """Values for every field, all invented; what is not in here is no field."""
    made: dict[str, Any] = {}
    for group in groups(book):
        for one in group.fields:
            *way, last = one.name.split(".")
            at = made
            for step in way:
                at = at.setdefault(step, {})
            at[last] = _listed(one.name, one.sample) if one.is_list else one.sample
    return made


def _listed(name: str, sample: str) -> list[Any]:
    if name == "text.rows":
        return [{f"c{nr}": f"{sample} {row}.{nr}" for nr in range(1, COLUMNS + 1)} for row in (1, 2)]
    return [sample, f"{sample.removesuffix('.')} (2)"]


def _lines(paragraph: Paragraph) -> list[str]:
    """A paragraph, or the rows of the list in its place."""
    table = paragraph.table if isinstance(paragraph, Item) else None
    return [paragraph.text] if table is None else [" – ".join(filter(None, row)) for row in table.rows]


def fillings(values: Mapping[str, Any], text: Composed) -> dict[str, Any]:
    """What a template is filled with: what is known of the dossier, and under `text` the parts of the text."""
    parts: dict[str, Any] = msgspec.structs.asdict(text)
    table = parts.pop("table")
    parts["body"] = [line for paragraph in text.body for line in _lines(paragraph)]
    parts["rows"] = [{f"c{nr}": cell for nr, cell in enumerate(row, 1)} for row in table.rows] if table else []
    return {**values, "text": {name: part for name, part in parts.items() if name not in ("measures", "fonts")}}
