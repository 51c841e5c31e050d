"""Plans that wait for their second person, as lines of the inbox."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import exists

from dossiers.accounts.giving import Second
from dossiers.accounts.grants import Signed
from dossiers.formatters import moment
from dossiers.languages import gettext as _
from dossiers.lists.seconds import MOST, Asked, Source
from dossiers.reorganising import plans
from dossiers.reorganising.models import Stage, UnitPlan
from dossiers.security import units_with
from dossiers.units import tree


def _lines(_signed: Signed, units: Sequence[int], second: Second) -> list[Asked]:
    names = tree.current()
    return [
        Asked(
            _("Hoàn tác một phương án đã thực hiện") if plan.stage == Stage.UNDO_ASKED
            else _("Phương án sắp xếp đơn vị"),
            f"{plan.number}, {names.name(plan.unit_id)}: {plan.subject}", asker.name,
            moment(plan.asked_at or plan.prepared_at), _("Xem trước và xác nhận"),
            url_for("reorganising.preview", number=plan.id),
        )
        for plan, asker in plans.waiting(units, second, MOST)
    ]  # fmt: skip


PLANS = Source(lambda _signed: units_with("units.confirm"), exists().where(UnitPlan.stage.in_(plans.WAITING)), _lines)
"""Plans to be carried out or undone."""
