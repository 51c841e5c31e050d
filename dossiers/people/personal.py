"""What is kept of a person, and who sees which of it."""

from collections.abc import Iterable
from datetime import date

from dossiers.formatters import day, say
from dossiers.languages import gettext, message
from workflow.facts import SECTOR_LABELS
from workflow.roles import Role

FULL_VIEW = frozenset(Role) - {Role.TRAINING_OFFICER, Role.ADMINISTRATOR, Role.YOUTH_OFFICER, Role.UNION_OFFICER}
"""Roles that see the personal file; the others see name, birth date and state."""


SENSITIVE = ("ethnic_group", "religion", "identity_number")
"""Fields the law calls sensitive: kept encrypted, shown to the roles that must judge them."""


PERSON_FIELDS = (
    "full_name", "other_names", "birth_date", "contact", "birth_place", "home_town", "residence", "occupation",
    "employer", "sector", "professional_level", "theory_level", "languages", "youth_joined_on", "union_joined_on",
    *SENSITIVE,
)  # fmt: skip
"""What is kept of a person and may be corrected (domain.md §2)."""


EMPTY_IS_NONE = ("birth_date", "youth_joined_on", "union_joined_on", *SENSITIVE)


def sees_file(roles: Iterable[Role]) -> bool:
    """Whether somebody with these roles over a dossier sees what identifies and why acts were done."""
    return bool(FULL_VIEW.intersection(roles))


def sees_sensitive(roles: Iterable[Role]) -> bool:
    """Whether somebody with these roles over a dossier sees its sensitive fields."""
    return bool((FULL_VIEW - {Role.CELL_MEMBER_HELPER}).intersection(roles))


_HEADED = ("full_name", "birth_date", "sex")
"""Fields that stand at the head of a dossier's page, for everybody who may open it."""


_LABELS: dict[str, str] = {
    "full_name": message("Họ và tên"), "birth_date": message("Ngày sinh"), "sex": message("Giới tính"),
    "other_names": message("Tên gọi khác"), "contact": message("Liên hệ"), "birth_place": message("Nơi sinh"),
    "home_town": message("Quê quán"), "residence": message("Nơi ở"), "occupation": message("Nghề nghiệp"),
    "employer": message("Nơi làm việc"), "sector": message("Khu vực"), "professional_level": message("Chuyên môn"),
    "theory_level": message("Lý luận chính trị"), "languages": message("Ngoại ngữ"),
    "youth_joined_on": message("Vào Đoàn"), "union_joined_on": message("Vào công đoàn"),
    "ethnic_group": message("Dân tộc"), "religion": message("Tôn giáo"),
    "identity_number": message("Số định danh"),
}  # fmt: skip


def field_label(name: str) -> str:
    """What people call a column of a candidate."""
    return gettext(_LABELS[name])


def field_text(name: str, value: object) -> str:
    """What stands in such a column, as people read it; a dash for nothing."""
    if not value:
        return "–"
    if name == "sex":
        return gettext("Nữ") if value == "female" else gettext("Nam")
    if name == "sector":
        return say(SECTOR_LABELS[str(value)])
    return day(value) if isinstance(value, date) else str(value)


def _shown(person: object, roles: tuple[Role, ...]) -> list[tuple[str, str, str]]:
    """What a person with these roles sees of the candidate: (field, label, text), empty ones left out."""
    if not FULL_VIEW.intersection(roles):
        return []
    found: list[tuple[str, str, str]] = []
    for name in (name for name in _LABELS if name not in _HEADED):
        value = getattr(person, name)
        if not value or (name in SENSITIVE and not sees_sensitive(roles)):
            continue
        found.append((name, field_label(name), field_text(name, value)))
    return found
