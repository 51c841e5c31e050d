"""Invented people: plausible Vietnamese names drawn at random; nobody real is meant."""

from random import Random

FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Đinh", "Mai", "Trịnh", "Đoàn", "Lâm", "Tạ", "Cao", "Châu", "Hà",
)  # fmt: skip
MIDDLE_FEMALE = ("Thị", "Thị Ngọc", "Thị Thu", "Ngọc", "Thùy", "Thanh", "Kim", "Hồng", "Mỹ", "Thị Minh", "Bảo")
MIDDLE_MALE = ("Văn", "Hữu", "Đức", "Minh", "Quốc", "Công", "Xuân", "Thành", "Đình", "Trọng", "Gia", "Anh")
GIVEN_FEMALE = (
    "An", "Anh", "Bích", "Chi", "Dung", "Duyên", "Đào", "Giang", "Hà", "Hạnh", "Hiền", "Hoa", "Huyền", "Hương", "Lan",
    "Liên", "Linh", "Loan", "Ly", "Mai", "Nga", "Ngân", "Nhung", "Oanh", "Phương", "Quyên", "Tâm", "Thảo", "Thơ",
    "Thúy", "Trang", "Trâm", "Trinh", "Uyên", "Vân", "Xuân", "Yến",
)  # fmt: skip
GIVEN_MALE = (
    "An", "Ân", "Bảo", "Bình", "Cường", "Danh", "Dũng", "Duy", "Đạt", "Đức", "Giang", "Hải", "Hiếu", "Hoàng", "Hùng",
    "Huy", "Khang", "Khánh", "Khoa", "Kiên", "Lâm", "Long", "Lộc", "Mạnh", "Nam", "Nghĩa", "Nhân", "Phong", "Phúc",
    "Quang", "Quân", "Sơn", "Tài", "Thắng", "Thịnh", "Tiến", "Toàn", "Trung", "Tuấn", "Tùng", "Việt", "Vinh",
)  # fmt: skip
JOBS = (
    "Chuyên viên", "Kế toán", "Kỹ sư", "Công nhân vận hành", "Nhân viên kinh doanh", "Giao dịch viên", "Điều dưỡng",
    "Giáo viên", "Kỹ thuật viên", "Nhân viên hành chính",
)  # fmt: skip
PLACES = (
    "huyện Tân Hòa", "huyện Phú Sơn", "thị xã Bình Lợi", "thành phố Vĩnh An", "huyện Long Xuyên Hạ", "huyện Đông Hải",
    "huyện An Thới", "phường Hòa Bình",
)  # fmt: skip


def name(rng: Random, sex: str) -> str:
    """An invented full name."""
    female = sex == "female"
    middle = rng.choice(MIDDLE_FEMALE if female else MIDDLE_MALE)
    given = rng.choice(GIVEN_FEMALE if female else GIVEN_MALE)
    return f"{rng.choice(FAMILY)} {middle} {given}"


def sex(rng: Random) -> str:
    """female or male."""
    return rng.choice(("female", "male"))
