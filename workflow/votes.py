"""Counting votes (domain.md §3, "Majorities"): shares are of those entitled on the day, not of those present."""

from fractions import Fraction
from functools import lru_cache

from workflow.codes import Code
from workflow.text import Text


class Body(Code):
    """A body that votes on a dossier."""

    UNION_EXECUTIVE = "union_executive"
    CELL = "cell"
    COMMITTEE = "committee"
    STANDING_COMMITTEE = "standing_committee"


BODY_LABELS: dict[Body, Text] = {
    Body.UNION_EXECUTIVE: Text("Ban chấp hành đoàn thể", "Union executive"),
    Body.CELL: Text("Đảng viên chính thức của chi bộ", "Official members of the cell"),
    Body.COMMITTEE: Text("Ban chấp hành đảng bộ cơ sở", "Grass-roots committee"),
    Body.STANDING_COMMITTEE: Text("Ban Thường vụ", "Standing committee"),
}


class Purpose(Code):
    """What a vote is about."""

    NOMINATION = "nomination"
    ADMISSION = "admission"
    RECOGNITION = "recognition"
    REMOVAL = "removal"
    REVOCATION = "revocation"
    REFUSAL = "refusal"
    MENDING = "mending"
    ANNULMENT = "annulment"


PURPOSE_LABELS: dict[Purpose, Text] = {
    Purpose.NOMINATION: Text("giới thiệu", "nomination"),
    Purpose.ADMISSION: Text("kết nạp", "admission"),
    Purpose.RECOGNITION: Text("công nhận chính thức", "recognition"),
    Purpose.REMOVAL: Text("xóa tên", "removal"),
    Purpose.REVOCATION: Text("thu hồi quyết định", "revocation"),
    Purpose.REFUSAL: Text("không kết nạp", "refusal"),
    Purpose.MENDING: Text("công nhận sau khi làm lại thủ tục", "recognition after mending"),
    Purpose.ANNULMENT: Text("hủy quyết định kết nạp", "annulment"),
}


@lru_cache(maxsize=64)
def parse_share(share: str) -> tuple[Fraction, bool]:
    """A share as written in a rulebook: "2/3" (at least) or ">1/2" (more than) → (fraction, strictly more).

    Raises ValueError for anything else, or a share outside 0–1.
    """
    strict = share.startswith(">")
    try:
        fraction = Fraction(share.removeprefix(">"))
    except ZeroDivisionError:
        raise ValueError(f"share of nothing: {share}") from None
    if not 0 <= fraction <= 1:
        raise ValueError(f"share outside 0..1: {share}")
    return fraction, strict


def needed(share: str, entitled: int) -> int:
    """How many votes in favour reach `share` of `entitled`: needed("2/3", 14) is 10, needed(">1/2", 8) is 5."""
    fraction, strict = parse_share(share)
    exact = fraction * max(entitled, 0)
    whole = exact.numerator // exact.denominator
    if strict or exact.denominator != 1:
        return whole + 1
    return whole
