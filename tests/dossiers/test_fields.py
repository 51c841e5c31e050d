"""What people type into a field, and what is made of it."""

from datetime import date

import pytest
from flask import Flask

from dossiers.fields import choice, parse_day, proper_name
from dossiers.forms import FlaskForm


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("10/07/2022", date(2022, 7, 10)), ("10/7/2022", date(2022, 7, 10)), ("10-7-2022", date(2022, 7, 10)),
        ("10.07.2022", date(2022, 7, 10)), ("2022-07-10", date(2022, 7, 10)), ("10072022", date(2022, 7, 10)),
        (" 03022000 ", date(2000, 2, 3)), ("29022024", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_days_as_people_type_them(app: Flask, typed: str, meant: date) -> None:
    with app.test_request_context("/"):
        assert parse_day(typed) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("3-2-00", "năm đủ bốn chữ số"), ("3/2/22", "năm đủ bốn chữ số"), ("29/02/2022", "không có trong lịch"),
        ("29022022", "không có trong lịch"), ("01/01/0022", "Năm 22"), ("hôm qua", "ngày/tháng/năm"),
        ("", "ngày/tháng/năm"),
        ("1/13/2022", "không có trong lịch"), ("²/1/2022", "ngày/tháng/năm"), ("100720221", "ngày/tháng/năm"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_asked_back(app: Flask, typed: str, says: str) -> None:
    with app.test_request_context("/"), pytest.raises(ValueError, match=says):
        parse_day(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nguyễn thị ánh dương", "Nguyễn Thị Ánh Dương"), ("NGUYỄN THỊ ÁNH DƯƠNG", "Nguyễn Thị Ánh Dương"),
        ("Nguyễn  thị Ánh", "Nguyễn Thị Ánh"), ("H'Hen Niê", "H'Hen Niê"), ("đỗ Đức", "Đỗ Đức"),
    ],
)  # fmt: skip
def test_the_capitals_of_a_name_are_put_right(typed: str, name: str) -> None:
    assert proper_name(typed) == name


class _Chosen(FlaskForm):
    unit = choice("Đơn vị")


LINES = [("", "—"), *((str(n), f"CB{n} – Chi bộ Cơ quan {n} Đường Sắt") for n in range(1, 300))]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("CB17", "17"), ("cb17 – chi bộ cơ quan 17 đường sắt", "17"), ("co quan 288", "288"), ("17", "17"), ("", None)],
)
def test_a_long_list_is_not_sent_along_but_typed(app: Flask, typed: str, meant: str | None) -> None:
    with app.test_request_context("/", method="POST", data={"unit": typed}):
        form = _Chosen(meta={"csrf": False})
        form.unit.choices = LINES
        assert "<option" not in form.unit()
        assert f'value="{typed}"' in form.unit() or typed == "17"
        assert form.validate() is bool(meant)
        assert not meant or form.unit.data == meant
        assert not meant or f"CB{meant} – " in form.unit(), "shown again, it is the whole line"


def test_what_fits_several_lines_of_a_long_list_or_none_is_asked_back(app: Flask) -> None:
    for typed, says in (("duong sat", "Nhiều dòng khớp: CB1 – "), ("không có đâu", "Không có dòng nào như vậy")):
        with app.test_request_context("/", method="POST", data={"unit": typed}):
            form = _Chosen(meta={"csrf": False})
            form.unit.choices = LINES
            assert not form.validate()
            assert says in form.unit.errors[0]
            assert f'value="{typed}"' in form.unit()
