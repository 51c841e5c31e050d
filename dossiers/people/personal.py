"""What is kept of a person, and who sees which of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from dossiers.formatters import day, say
from dossiers.languages import gettext, message
from workflow.facts import SECTOR_LABELS
from workflow.roles import Role

FULL_VIEW = frozenset(Role) - {Role.TRAINING_OFFICER, Role.ADMINISTRATOR, Role.YOUTH_OFFICER, Role.UNION_OFFICER}
"""Roles that see the personal file; the others see name, birth date and state."""


SENSITIVE = ("ethnic_group", "religion", "identity_number")
"""Fields the law calls sensitive: kept encrypted, shown to the roles that must judge them."""


PERSON_FIELDS = (
    "full_name", "other_names", "birth_date", "sex", "contact", "birth_place", "home_town", "residence", "occupation",
    "employer", "sector", "professional_level", "theory_level", "languages", "youth_joined_on", "union_joined_on",
    *SENSITIVE,
)  # fmt: skip
"""What is kept of a person and may be corrected (domain.md §2)."""


EMPTY_IS_NONE = ("birth_date", "youth_joined_on", "union_joined_on", *SENSITIVE)


SENSITIVE_VIEW = FULL_VIEW - {Role.CELL_MEMBER_HELPER, Role.INSPECTOR}
"""Roles that see the sensitive fields whenever they open the file, because they judge them."""


BEYOND: Mapping[Role, tuple[str, ...]] = {Role.INSPECTOR: SENSITIVE}
"""What a role that watches over units may open beyond what it sees: for a purpose it states, a dossier at a time, for a
limited time, and seen by those entitled (dossiers.privacy).
"""


def sees_file(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles over a dossier sees what identifies and why acts were done."""
    return bool(FULL_VIEW.intersection(roles))


def sees_sensitive(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles over a dossier sees its sensitive fields."""
    return bool(SENSITIVE_VIEW.intersection(roles))


HEADED = ("full_name", "birth_date", "sex")
"""Fields that stand at the head of a dossier's page, for everybody who may open it."""


REASONS = ("reason", "agreed_by", "kept_because", "points")
"""What was written of an act in words of one's own; it may say anything of anybody."""


def withheld(roles: Iterable[str], opened: Iterable[str] = ()) -> frozenset[str]:
    """The columns of a candidate that somebody with these roles over the dossier is not shown, on a page, in a form or
    anywhere else; `opened` are those they opened beyond their role.
    """
    return _withheld(frozenset(roles), frozenset(opened))


@lru_cache(maxsize=512)
def _withheld(held: frozenset[str], opened: frozenset[str]) -> frozenset[str]:
    if sees_sensitive(held):
        return frozenset()
    if sees_file(held):
        return frozenset(SENSITIVE).difference(opened)
    return frozenset(PERSON_FIELDS).difference(HEADED)


def beyond(roles: Iterable[Role]) -> tuple[str, ...]:
    """The columns somebody with these roles may open for a purpose, and does not see without."""
    hidden = withheld(roles)
    return tuple(name for role in roles for name in BEYOND.get(role, ()) if name in hidden)


def seen_of_event(personal: Mapping[str, Any], roles: Iterable[str]) -> dict[str, Any]:
    """What of an event's personal part somebody with these roles over the dossier reads: nothing unless they see the
    file, and then without the columns they are not shown. The one place where that is decided: the timeline, the page
    of what changed meanwhile, forms of corrections and the log all ask it.
    """
    held = frozenset(roles)
    if not sees_file(held):
        return {}
    hidden = withheld(held)
    return _without(personal, hidden) if hidden else dict(personal)


def _without(personal: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """A personal part without some columns of the candidate, in whatever it holds them."""
    found = dict(personal)
    for part in ("person", "before", "after"):
        if part in found:
            found[part] = {name: value for name, value in found[part].items() if name not in hidden}
    if "cv" in found:
        found["cv"] = [(name, value) for name, value in found["cv"] if name not in hidden]
    for part in ("corrected", "base"):
        if found.get(part):
            found[part] = _without(found[part], hidden)
    return found


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


_BESIDE = tuple(name for name in _LABELS if name not in HEADED)


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


def shown(person: object, roles: Iterable[Role], opened: Iterable[str] = ()) -> list[tuple[str, str, str]]:
    """What a person with these roles sees of the candidate: (field, label, text), empty ones left out."""
    hidden = withheld(roles, opened)
    found: list[tuple[str, str, str]] = []
    for name in _BESIDE:
        value = None if name in hidden else getattr(person, name)
        if value:
            found.append((name, field_label(name), field_text(name, value)))
    return found
