"""The ward of 2026 in the browser: its own standing committee decides, from the source list to official member."""

from datetime import date

import pytest

from tests.browser.test_road import Road, walk
from tests.browser.user import User

SCENE = "ward"
OF_THE_WARD = {
    "youth officer": "Cán bộ Đoàn phường",
    "cell secretary": "Bí thư chi bộ Khu phố 1",
    "officer of the organisation": "Ban Xây dựng Đảng phường",
    "secretary of the organisation": "Bí thư Đảng ủy phường",
    "training officer": "Trung tâm chính trị",
    "officer of the deciding body": "Ban Xây dựng Đảng phường",
    "secretary of the deciding body": "Bí thư Đảng ủy phường",
}


@pytest.mark.browser
def test_from_the_source_list_to_official_member_under_the_rules_of_2026(user: User) -> None:
    road = Road(user, OF_THE_WARD, "90", date(2026, 11, 20))
    walk(road, has_section=False)
    user.activate(user.page.get_by_role("link", name="Tổng quan", exact=True))
    page = user.text()
    assert "Ban Thường vụ đảng ủy cơ sở" in page
    assert "RB-2026B" in page
