"""Quotas of admissions, given by a decision to a unit for a year and allotted down the tree."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.extensions import Model
from dossiers.office.logged import logged


class Quota(Model):
    """How many admissions a unit is to reach in a year, and the decision that says so."""

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    amount: Mapped[int]
    decision_number: Mapped[str] = mapped_column(String(60))
    decided_on: Mapped[date]

    __table_args__ = (UniqueConstraint("unit_id", "year"), logged())
