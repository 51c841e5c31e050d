"""Values and sources of rules in words, and what two rulebooks say otherwise: codes as people read them."""

import re
from functools import lru_cache

import msgspec

from workflow.facts import RELATION_LABELS, SCHOOLING_LABELS, Control
from workflow.guards import CONTROL_LABELS, LEAVING_GROUNDS, REMOVAL_GROUNDS, SCHOOLING_GROUNDS
from workflow.route import DECIDER_LABELS, UNIT_KIND_LABELS
from workflow.rulebook import CONFIDENCES, Rule, Rulebook
from workflow.text import Text


def _pair(first: Control, second: Control) -> Text:
    one, other = CONTROL_LABELS[first], CONTROL_LABELS[second]
    return Text(f"{one.vi} – {other.vi}", f"{one.en} – {other.en}")


_WORDS: dict[str, Text] = {
    **{str(code): text for code, text in SCHOOLING_LABELS.items()},
    **{str(code): text for code, text in RELATION_LABELS.items()},
    **SCHOOLING_GROUNDS,
    **LEAVING_GROUNDS,
    **REMOVAL_GROUNDS,
    **{f"{a}-{b}": _pair(a, b) for a in Control for b in Control},
    **{str(code): text for code, text in DECIDER_LABELS.items()},
    "certified": Text("theo bằng tốt nghiệp", "by certificate"),
    "completed": Text("theo chương trình đã học xong", "by the programme completed"),
    "count_when_present": Text("tính khi có dự họp", "count when present"),
    "never_count": Text("không tính", "never count"),
    "optional": Text("ghi khi có", "recorded where it is done"),
    "required": Text("phải nhận xong", "received first"),
    "warn": Text("nhắc", "warned of"),
    "refuse": Text("không cho ghi", "refused"),
    "received": Text("ngày chi bộ nhận quyết định", "the day the cell received the decision"),
    "issued": Text("ngày ban hành quyết định", "the day the decision was issued"),
    "month": Text("theo tháng", "by month"),
    "day": Text("theo ngày", "by day"),
    "next_working_day": Text("ngày làm việc kế tiếp", "the next working day"),
    "same_day": Text("đúng ngày đó", "that very day"),
    "calendar_year": Text("năm dương lịch", "a calendar year"),
    "running_year": Text("12 tháng liền", "any 12 months"),
    "probation_end": Text("ngày hết thời gian dự bị", "the day probation ends"),
    "decision": Text("ngày quyết định", "the day of the decision"),
}


def value_text(rule: Rule) -> Text:
    """A rule's value as people read it, with its unit: years, shares, yes and no, and codes in words."""
    value = rule.value
    if value is None:
        return Text("nguyên tắc", "principle")
    if rule.reads is not None:
        number = value if isinstance(value, int) else 0
        said = {"n": number, "years": number // 12}
        return Text(rule.reads.vi.format(**said), rule.reads.en.format(**said))
    if isinstance(value, bool):
        return Text("có", "yes") if value else Text("không", "no")
    if isinstance(value, int):
        return Text(f"{value} {rule.unit.vi}".strip(), f"{value} {rule.unit.en}".strip())
    parts = value if isinstance(value, tuple) else (value,)
    words = [word_text(part) for part in parts]
    vi, en = (", ".join(getattr(word, language) for word in words) for language in ("vi", "en"))
    if all(_is_share(part) for part in parts):
        return Text(f"{vi} {rule.unit.vi}", f"{en} {rule.unit.en}")
    return Text(vi, en)


def _is_share(word: str) -> bool:
    return "/" in word and word.lstrip(">").replace("/", "").isdigit()


def _share(word: str) -> Text:
    if not _is_share(word):
        return Text(word, word)
    if word.startswith(">"):
        half = word == ">1/2"
        return Text("trên một nửa", "more than half") if half else Text(f"trên {word[1:]}", f"more than {word[1:]}")
    return Text(f"ít nhất {word}", f"at least {word}")


def word_text(code: str) -> Text:
    """A word of a rule's value as people read it; the word itself where nobody has a better one (a form's number)."""
    return _WORDS.get(code) or _share(code)


_CITED = (
    (r"Điều lệ Đảng, điều (\d+)", r"Party Statutes, article \1"),
    (r"Điều lệ Đảng", "Party Statutes"),
    (r"Điều lệ Đoàn TNCS Hồ Chí Minh", "Statutes of the Ho Chi Minh Communist Youth Union"),
    (r"Bộ luật Dân sự 2015, điều ([\d–]+)", r"Civil Code 2015, articles \1"),
    (r"Luật ([\d/]+/QH\d+)", r"Law \1"),
    (r"Nguyên tắc kiểm soát nội bộ", "Principle of internal control"),
    (r"Thông lệ văn phòng", "Practice of offices"),
    (r"Ngân hàng câu hỏi về", "Question bank on"),
    (r"kế thừa", "continuing"),
    (r"trước đó chưa thấy nêu", "not found stated before"),
    (r"trước đó theo", "before that by"),
    (r"(?i:không|chưa) thấy quy định cho hội nghị chi bộ", "no provision found for cell meetings"),
    (r"(?i:không|chưa) thấy quy định", "no provision found"),
)
"""How sources are cited in English: names of texts that have one; numbers of documents stay as they are."""


@lru_cache(maxsize=512)
def cited(source: str) -> Text:
    """A source of a rule, cited in both languages."""
    english = source
    for vietnamese, words in _CITED:
        english = re.sub(vietnamese, words, english)
    return Text(source, english[:1].upper() + english[1:])


_CALLED = {"QĐ": "Quy định", "HD": "Hướng dẫn", "KL": "Kết luận", "CV": "Công văn", "NQ": "Nghị quyết", "CT": "Chỉ thị"}
_NUMBERED = re.compile(rf"\d+-({'|'.join(_CALLED)})/[^\s;,]+")


@lru_cache(maxsize=512)
def legal_basis(source: str) -> str:
    """A source of a rule as an official text names it, in Vietnamese: the documents in force, without what they
    continue and without clauses. A source that names no numbered document stays as it is, but for brackets.
    """
    now = re.sub(r"\s*\([^)]*\)", "", source)
    found = {match[0]: _CALLED[match[1]] for match in _NUMBERED.finditer(now)}
    return ", ".join(f"{called} số {number}" for number, called in found.items()) or now


class Difference(msgspec.Struct, frozen=True):
    """Something two rulebooks say otherwise: what it is about, and what each says."""

    key: str
    title: Text
    first: Text
    second: Text


def differences(first: Rulebook, second: Rulebook) -> tuple[Difference, ...]:
    """What two rulebooks say otherwise: values, sources with their confidence, forms, names of levels."""
    found: list[Difference] = []
    nothing = Text("–", "–")
    for key in dict.fromkeys((*first.rules, *second.rules)):
        one, other = first.rules.get(key), second.rules.get(key)
        title = (other or one).title  # type: ignore[union-attr] # one of them has it
        if one is None or other is None or one.value != other.value:
            said = [value_text(rule) if rule else nothing for rule in (one, other)]
            found.append(Difference(key, title, *said))
        elif (one.source, one.state) != (other.source, other.state):
            found.append(Difference(key, title, _source(one), _source(other)))
    for code in dict.fromkeys((*first.forms, *second.forms)):
        texts = [book.forms[code].title if code in book.forms else nothing for book in (first, second)]
        if texts[0] != texts[1]:
            found.append(Difference(code, Text(f"Mẫu {code}", f"Form {code}"), *texts))
    for kind in UNIT_KIND_LABELS:
        usual = UNIT_KIND_LABELS[kind]
        names = [book.level(str(kind), usual) for book in (first, second)]
        if names[0] != names[1]:
            found.append(Difference(str(kind), Text("Tên gọi của cấp", "Name of a level"), *names))
    return tuple(found)


def _source(rule: Rule) -> Text:
    state, value, source = CONFIDENCES[rule.state], value_text(rule), cited(rule.source)
    return Text(f"{value.vi} ({source.vi}; {state.vi})", f"{value.en} ({source.en}; {state.en})")
