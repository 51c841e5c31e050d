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


_LABELS: dict[str, str] = {
    "other_names": message("Tên gọi khác"), "contact": message("Liên hệ"), "birth_place": message("Nơi sinh"),
    "home_town": message("Quê quán"), "residence": message("Nơi ở"), "occupation": message("Nghề nghiệp"),
    "employer": message("Nơi làm việc"), "sector": message("Khu vực"), "professional_level": message("Chuyên môn"),
    "theory_level": message("Lý luận chính trị"), "languages": message("Ngoại ngữ"),
    "youth_joined_on": message("Vào Đoàn"), "union_joined_on": message("Vào công đoàn"),
    "ethnic_group": message("Dân tộc"), "religion": message("Tôn giáo"),
    "identity_number": message("Số định danh"),
}  # fmt: skip


def _shown(person: object, roles: tuple[Role, ...]) -> list[tuple[str, str, str]]:
    """What a person with these roles sees of the candidate: (field, label, text), empty ones left out."""
    if not FULL_VIEW.intersection(roles):
        return []
    found: list[tuple[str, str, str]] = []
    for name, label in _LABELS.items():
        value = getattr(person, name)
        if not value or (name in SENSITIVE and not sees_sensitive(roles)):
            continue
        text = say(SECTOR_LABELS[value]) if name == "sector" else day(value) if isinstance(value, date) else value
        found.append((name, gettext(label), text))
    return found
