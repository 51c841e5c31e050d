"""One candidate from the source list to official member, through pages alone."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import KeyboardUser
from tests.browser.user import User

START = date(2022, 7, 27)


class Road:
    """The days of the road, and who does what on it."""

    def __init__(self, user: User, people: dict[str, str], number: str, start: date = START) -> None:
        self.user = user
        self.people = people
        self.today = start
        self.number = number
        self.code = ""

    def pass_days(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.user.clock(self.today)

    def day(self, ago: int = 0) -> str:
        return f"{self.today - timedelta(days=ago):%d/%m/%Y}"

    def as_(self, role: str) -> None:
        """Sign in as a role and go to the candidate, found by a name without accents."""
        self.user.sign_in(self.people[role])
        if self.code:
            self.user.find("nguyen thi thu nghiem")
            assert self.code in self.user.page.url

    def record(self, *forms: str) -> None:
        """Record papers by their date."""
        user = self.user
        user.activate(user.page.locator("a.button", has_text="Ghi giấy tờ").first)
        user.page.locator("#act").wait_for()
        for form in forms:
            row = user.page.locator("fieldset.row", has_text=f"{form} –")
            user.write(row.get_by_label(f"Ngày của {form}"), self.day())
        user.send()
        user.page.locator(".flash.done").wait_for()

    def decide(self, trigger: str, number: str) -> None:
        """Prepare and sign, by two different people."""
        self.as_("officer of the deciding body")
        self.user.act("prepare_decision")
        self.as_("secretary of the deciding body")
        self.user.act(trigger, number=number, present="all", in_favour="all")


def walk(road: Road, has_section: bool) -> None:
    user, n = road.user, road.number
    road.as_("youth officer")
    user.activate(user.page.get_by_role("link", name="Thêm quần chúng vào danh sách nguồn").first)
    user.page.wait_for_url("**/ho-so/moi")
    user.fill(
        full_name="Nguyễn Thị Thử Nghiệm", birth_date="14/05/1998", sex="female", contact="0900 000 000",
        place="~Chi bộ 3, Đảng bộ Công ty Điện lực – Đoàn thanh niên" if has_section else "first",
        schooling="upper_secondary", consented=True,
    )  # fmt: skip
    user.send()
    user.page.locator(".flash.done").wait_for()
    road.code = user.page.url.rsplit("/", 1)[1].partition("#")[0]
    assert user.state() == "Nguồn phát triển đảng"
    user.act("nominate", number=f"{n}1-NQ/ĐTN", present="all", in_favour="all")

    road.as_("cell secretary")
    user.act("accept_to_list", **{"number": f"{n}2-NQ/CB", "helpers-0-member": "first"})
    user.act("propose_course")
    road.as_("officer of the organisation")
    user.act("enrol", course=f"~{road.today + timedelta(days=31):%Y-%m}")
    road.pass_days(40)
    road.as_("training officer")
    user.act("certify", number=f"{n}3-GCN")

    road.as_("cell secretary")
    user.act("open_dossier")
    since = road.day(ago=800)
    user.act("assign_introducers", **{"introducers-0-member": "first", "introducers-0-together_since": since})
    user.press("correct_candidate", youth_member=True, reason="Bổ sung thông tin đoàn viên.")
    user.page.locator(".flash.done").wait_for()
    road.record("1-KNĐ", "2-KNĐ", "3-KNĐ")
    road.as_("officer of the organisation")
    user.act("start_verification")
    user.activate(user.page.locator("a.button", has_text="Ghi thân nhân"))
    user.page.locator("#act").wait_for()
    for row, relation in enumerate(("father", "mother")):
        told = {"relation": relation, "name": "Nguyễn Văn Tưởng Tượng", "verified_on": road.day(),
                "result": "Chấp hành tốt chủ trương, pháp luật."}  # fmt: skip
        user.fill(**{f"relatives-{row}-{name}": value for name, value in told.items()})
    user.send()
    user.page.locator(".flash.done").wait_for()
    road.record("5-KNĐ")
    road.as_("secretary of the organisation")
    user.act("conclude_verification", reason="Đủ điều kiện, tiêu chuẩn chính trị.")

    road.as_("cell secretary")
    user.act("submit_to_cell")
    user.act("pass_cell_vote", number=f"{n}4-NQ/CB", present="all", in_favour="all")
    votes(road, has_section, n)
    road.decide("decide_admission", f"{n}7-QĐ/ĐU")
    assert user.state() == "Có quyết định kết nạp"
    road.pass_days(5)
    road.as_("cell secretary")
    user.act("receive_decision")
    road.pass_days(7)
    user.act("hold_ceremony")
    ceremony = road.today
    assert user.state() == "Đảng viên dự bị"

    road.pass_days(370)
    road.record("CN-ĐVM", "10-KNĐ", "11-KNĐ", "12-KNĐ")
    user.act("submit_for_recognition")
    user.act("pass_cell_vote", number=f"{n}8-NQ/CB", present="all", in_favour="all")
    votes(road, has_section, f"{n}9")
    road.decide("decide_recognition", f"{n}99-QĐ/ĐU")
    assert user.state() == "Đảng viên chính thức"
    effective = ceremony.replace(year=ceremony.year + 1)
    assert f"{effective:%d/%m/%Y}" in user.page.locator("section.now").inner_text()
    user.activate(user.page.get_by_role("link", name="Diễn biến", exact=True))
    timeline = user.page.locator("ol.timeline li")
    expect(timeline.nth(23)).to_be_visible()


def votes(road: Road, has_section: bool, n: str) -> None:
    """Section and committee, where the route has them."""
    if not has_section:
        return
    road.as_("section officer")
    road.user.act("appraise", number=f"{n}5-BC/ĐUBP")
    road.as_("secretary of the organisation")
    road.user.act("pass_committee_vote", number=f"{n}6-NQ/ĐU", present="all", in_favour="all")


OF_A_SECTION = {
    "youth officer": "Cán bộ Đoàn DB02",
    "cell secretary": "Bí thư chi bộ DB02-C3",
    "officer of the organisation": "Văn phòng DB02",
    "secretary of the organisation": "Bí thư DB02 (đường dài nhất)",
    "section officer": "Đảng ủy bộ phận DB02-S1",
    "training officer": "Trung tâm chính trị",
    "officer of the deciding body": "Ban tổ chức Đảng ủy Khối",
    "secretary of the deciding body": "Bí thư Đảng ủy Khối",
}


@pytest.mark.browser
def test_the_longest_road_with_a_section(user: User) -> None:
    walk(Road(user, OF_A_SECTION, "90"), has_section=True)


@pytest.mark.browser
def test_the_longest_road_by_the_keyboard_alone(user: User) -> None:
    walk(Road(KeyboardUser(user.page, user.address), OF_A_SECTION, "90"), has_section=True)


@pytest.mark.browser
def test_the_shortest_road_of_a_grassroots_cell(user: User) -> None:
    people = {
        "youth officer": "Cán bộ Đoàn CB01",
        "cell secretary": "Bí thư chi bộ cơ sở CB01",
        "officer of the organisation": "Ban tổ chức Đảng ủy Khối",
        "secretary of the organisation": "Bí thư chi bộ cơ sở CB01",
        "training officer": "Trung tâm chính trị",
        "officer of the deciding body": "Ban tổ chức Đảng ủy Khối",
        "secretary of the deciding body": "Bí thư Đảng ủy Khối",
    }
    walk(Road(user, people, "91"), has_section=False)
