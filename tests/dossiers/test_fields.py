"""What people type into a field, and what is made of it."""

from datetime import date

import pytest
from flask import Flask

from dossiers.fields import parse_day, proper_name


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
