"""A rulebook somebody wants to load: what is wrong with it is named, with its line and key."""

import msgspec
import pytest

from workflow.calendar import WorkCalendar
from workflow.rulebook import RulebookError, in_force, read, shipped, with_loaded
from workflow.rulefile import MOST_BYTES, check
from workflow.rulestate import Rules, digest
from workflow.rulestate import read as state_of

FINE = """# Ours
code = "RB-2027"
in_force_from = 2027-03-01
extends = "RB-2026B"
title = { vi = "Quy định thử", en = "A regulation to try" }

[rules.ceremony]
value = 20
source = "Quy định thử, điều 4"
state = "one_source"

[forms."1-KNĐ"]
title = { vi = "Đơn (mẫu mới)", en = "Application (new form)" }
"""


def faults(text: str | bytes) -> list[str]:
    found = check(text if isinstance(text, bytes) else text.encode(), shipped())
    assert (found.book is None) is bool(found.findings)
    return [one.told() for one in found.findings]


def test_a_file_as_it_should_be_is_a_rulebook_that_takes_over_the_rest() -> None:
    found = check(FINE.encode(), shipped())
    assert found.findings == ()
    assert found.book is not None
    assert found.book.number("ceremony") == 20
    assert found.book.rule("age_min") == msgspec.structs.replace(shipped()["RB-2026B"].rule("age_min"))
    assert found.book.form_title("1-KNĐ").vi == "Đơn (mẫu mới)"
    assert found.book.extends == "RB-2026B"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "RB-2027"', 'code = "RB-2021"', "dòng 2: code: RB-2021 đi kèm chương trình"),
        ('code = "RB-2027"', 'code = "x"', "dòng 2: code: phải có, dạng RB-2027"),
        ('code = "RB-2027"', "code = 7", "dòng 2: code: phải có"),
        ('code = "RB-2027"', "", "code: phải có"),
        ("2027-03-01", '"2027-03-01"', "dòng 3: in_force_from: phải có ngày"),
        ("2027-03-01", "2027-03-01T10:00:00", "dòng 3: in_force_from: phải có ngày"),
        ("2027-03-01", "1927-03-01", "dòng 3: in_force_from: năm từ 2000 đến 2100"),
        ("2027-03-01", "2026-07-26", "dòng 3: in_force_from: trùng ngày với RB-2026B"),
        ("2027-03-01", "2026-07-25", "dòng 3: in_force_from: chồng ngày"),
        ("2027-03-01", "2027-02-29", "dòng 3: không đúng cú pháp TOML"),
        ('"RB-2026B"', '"RB-1999"', "dòng 4: extends: không có bộ quy tắc này"),
        ('"RB-2026B"', "[1]", "dòng 4: extends: không có bộ quy tắc này"),
        ('extends = "RB-2026B"', "", "extends: không kế thừa bộ nào nên thiếu"),
        ("[rules.ceremony]", "colour = 1\n[rules.ceremony]", "dòng 7: colour: khóa lạ"),
        ("[rules.ceremony]", "[rules.cermony]", "dòng 7: rules.cermony: không có quy tắc này"),
        ("value = 20", "valu = 20", "dòng 8: rules.ceremony.valu: khóa lạ"),
        ("value = 20", 'value = "20"', "dòng 8: rules.ceremony.value: sai kiểu: phải là một số nguyên"),
        ("value = 20", "value = true", "dòng 8: rules.ceremony.value: sai kiểu"),
        ("value = 20", "value = 20.5", "dòng 8: rules.ceremony.value: sai kiểu"),
        ("value = 20", "value = -1", "dòng 8: rules.ceremony.value: ngoài khoảng 0–1200"),
        ("value = 20", "value = 1201", "dòng 8: rules.ceremony.value: ngoài khoảng 0–1200"),
        ('source = "Quy định thử, điều 4"', "", "dòng 7: rules.ceremony.source: thiếu nguồn"),
        ('source = "Quy định thử, điều 4"', 'source = " "', "dòng 9: rules.ceremony.source: thiếu nguồn"),
        ('state = "one_source"', "", "dòng 7: rules.ceremony.state: phải là một trong"),
        ('state = "one_source"', 'state = "sure"', "dòng 10: rules.ceremony.state: phải là một trong"),
        ('state = "one_source"', "state = []", "dòng 10: rules.ceremony.state: phải là một trong"),
        (', en = "A regulation to try"', "", "dòng 5: title: phải có hai thứ tiếng"),
        ("[forms.", "[levels]\nvillage = 1\n[forms.", "levels.village: không có cấp này"),
        ('{ vi = "Đơn (mẫu mới)", en = "Application (new form)" }', '"Đơn"', "dòng 13: forms.1-KNĐ.title"),
        ('[forms."1-KNĐ"]', '[forms."9-X"]', "dòng 12: forms.9-X.made_by: phải là một trong"),
        (
            "[rules.ceremony]\nvalue = 20",
            '[rules.application_papers]\nvalue = ["2/3"]',
            "rules.application_papers.value: không phải số mẫu",
        ),
        ("[rules.ceremony]\nvalue = 20", '[rules.quorum]\nvalue = "3/2"', "rules.quorum.value: không phải số mẫu"),
        ("[rules.ceremony]\nvalue = 20", '[rules.quorum_effect]\nvalue = "shout"', "chỉ có thể là: warn, refuse"),
        ("[rules.ceremony]\nvalue = 20", "[rules.age_max]\nvalue = 200", "rules.age_max.value: nhỏ hơn tuổi tối thiểu"),
        ("value = 20", 'value = 20\nreads = { vi = "{x}", en = "{n}" }', "rules.ceremony.reads: chỉ có {n}"),
    ],
)
def test_each_fault_is_named_with_its_line_and_key(old: str, new: str, said: str) -> None:
    assert old in FINE
    found = faults(FINE.replace(old, new))
    assert any(said in line for line in found), found


def test_all_faults_are_named_at_once_from_the_top_down() -> None:
    found = faults(FINE.replace("value = 20", "value = -1").replace("2027-03-01", "2026-07-26").replace("RB-2027", "x"))
    assert [line.split(":")[0] for line in found] == ["dòng 2", "dòng 3", "dòng 8"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * (MOST_BYTES + 1), "Tệp quá lớn"),
        (b"\xff\xfe", "không phải văn bản UTF-8"),
        (b"a = 'x\x00y'", "không phải văn bản UTF-8"),
        (b"", "code: phải có"),
        (b"rules = 1", "rules: phải là một bảng"),
        (b"[rules]\nceremony = 1", "rules.ceremony: phải là một bảng"),
        (b"a = " + b"[" * 5000, "không đúng cú pháp TOML"),
    ],
)
def test_what_is_no_rulebook_at_all_is_said_in_one_line(content: bytes, said: str) -> None:
    assert any(said in line for line in faults(content))


def test_what_only_its_state_changes_keeps_value_and_source() -> None:
    book = check((FINE + '\n[rules.probation]\nstate = "one_source"\n').encode(), shipped()).book
    assert book is not None
    assert (book.rule("probation").value, book.rule("probation").state) == (12, "one_source")


def test_the_day_before_the_day_and_the_day_after() -> None:
    books = with_loaded((FINE,))
    last, first = FINE and books["RB-2027"].in_force_from.replace(month=2, day=28), books["RB-2027"].in_force_from
    assert [in_force(day, books).code for day in (last, first, first.replace(day=2))] == ["RB-2026B"] + ["RB-2027"] * 2


def test_a_rulebook_may_begin_on_the_29th_of_february_of_a_leap_year() -> None:
    found = check(FINE.replace("2027-03-01", "2028-02-29").encode(), shipped())
    assert found.book is not None
    books = with_loaded((found.text,))
    assert in_force(found.book.in_force_from.replace(day=28), books).code == "RB-2026B"
    assert in_force(found.book.in_force_from, books).code == "RB-2027"


def test_one_loaded_rulebook_extends_another() -> None:
    known = with_loaded((FINE,))
    next_one = FINE.replace("RB-2027", "RB-2028").replace("RB-2026B", "RB-2027").replace("2027-03-01", "2028-01-01")
    assert check(next_one.encode(), known).book is not None
    earlier = check(next_one.replace("2028-01-01", "2027-02-28").encode(), known)
    assert "chồng ngày" in earlier.findings[0].told()
    books = with_loaded((FINE, next_one))
    moved = check(FINE.replace("2027-03-01", "2028-06-01").encode(), books)
    assert "RB-2028 kế thừa bộ này và bắt đầu sớm hơn" in moved.findings[0].told()


def test_an_instances_own_value_that_fits_no_more_is_named() -> None:
    text = FINE.replace('state = "one_source"', 'state = "checked"')
    found = check(text.encode(), shipped(), {"RB-2027": {"ceremony": 22}})
    assert [one.key for one in found.findings] == ["rules.ceremony"]


def test_a_state_of_the_rules_holds_loaded_texts_and_reads_the_same_for_ever() -> None:
    books, calendar = with_loaded((FINE,)), WorkCalendar()
    now = Rules(books, calendar, texts=(FINE,))
    then = state_of(now.content)
    assert then.hash == now.hash
    assert then.books["RB-2027"] == books["RB-2027"]
    assert then.books["RB-2027"].form("application") == "1-KNĐ"
    without = Rules(shipped(), calendar)
    assert '"texts"' not in without.content, "states written before rulebooks could be loaded keep their hash"
    assert digest(without.content) == without.hash


def test_what_cannot_be_read_raises_and_says_so() -> None:
    with pytest.raises(RulebookError):
        read("code = ", shipped())
