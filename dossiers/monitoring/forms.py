"""Forms of monitoring: receipt and ceremony, recognition, removal, and the close of the follow-up."""

from dossiers.acting.forms import ActForm, Balloted, Brought, DecisionForm, Late, Numbered, Reasoned
from dossiers.acting.rows import Piece
from dossiers.casework.case import Case
from dossiers.fields import DayField, LineField, NumberWords, choice, labelled, required, with_empty
from dossiers.formatters import day
from dossiers.languages import gettext as _
from dossiers.languages import lazy as _l
from dossiers.monitoring import year_forms
from workflow.deadlines import probation_end
from workflow.guards import REMOVAL_GROUNDS, Situation


class ReceiveForm(ActForm):
    """The cell received the decision; the thirty working days for the ceremony begin."""

    happened_on = DayField(_l("Ngày chi bộ nhận quyết định"), [required])

    def bring(self, brought: Brought, case: Case) -> None:
        """The day it happened is the day of receipt."""
        super().bring(brought, case)
        brought.evidence["received_on"] = self.happened_on.data


class CeremonyForm(ActForm):
    """The ceremony; the twelve months of probation begin."""

    happened_on = DayField(_l("Ngày tổ chức lễ kết nạp"), [required])
    received_on = DayField(_l("Ngày chi bộ nhận quyết định"), [required])

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """The day of receipt is known when it was recorded before."""
        super().prepare(case, s, trigger)
        if not self.is_filled() and case.facts.received_on:
            self.received_on.data = case.facts.received_on


class SubmitForm(ActForm):
    """The dossier for recognition goes before the cell."""

    happened_on = DayField(_l("Ngày trình chi bộ"), [required])


class ReferForm(Reasoned, ActForm):
    """Three votes failed: the superior decides."""


class RecognitionForm(Late, DecisionForm):
    """The decision to recognise; its effective date is computed."""

    _effect = ""

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Say from which day the member will count as official."""
        super().prepare(case, s, trigger)
        end = probation_end(case.facts, s.rulebook)
        self._effect = _("Được công nhận chính thức từ ngày %(day)s (đúng ngày hết 12 tháng dự bị).", day=day(end))

    def layout(self) -> list[Piece]:
        """That day first."""
        return [Piece(hint=self._effect), *super().layout()]


class _Grounded(ActForm):
    ground = choice(_l("Căn cứ xóa tên"))

    def prepare(self, case: Case, s: Situation, trigger: str) -> None:
        """Offer the grounds of the statutes."""
        super().prepare(case, s, trigger)
        self.ground.choices = with_empty(labelled(REMOVAL_GROUNDS))


class ProposeRemovalForm(Numbered, Balloted, _Grounded):
    """The cell votes to propose the removal."""

    happened_on = DayField(_l("Ngày họp chi bộ"), [required])


class EndorseRemovalForm(Numbered, Balloted, ActForm):
    """The grass-roots committee votes on the removal."""

    happened_on = DayField(_l("Ngày họp cấp ủy"), [required])


class FailedRemovalForm(Balloted, ActForm):
    """A vote on removal that did not reach its majority."""

    happened_on = DayField(_l("Ngày họp"), [required])


class RemoveForm(Numbered, Balloted, _Grounded):
    """The decision to remove the name."""

    happened_on = DayField(_l("Ngày ký quyết định"), [required])


class MendingForm(Numbered, Reasoned, ActForm):
    """The superior has the procedure done again."""

    happened_on = DayField(_l("Ngày công văn"), [required])
    number = LineField(_l("Số công văn"), [required, NumberWords()])


class MendedForm(DecisionForm):
    """Recognised after the procedure was done again."""


class AnnulForm(DecisionForm, Reasoned):
    """The admission is annulled."""


class CloseForm(ActForm):
    """The follow-up is over."""


FORMS: dict[str, type[ActForm]] = {
    "receive_decision": ReceiveForm,
    "hold_ceremony": CeremonyForm,
    "submit_for_recognition": SubmitForm,
    "refer_to_superior": ReferForm,
    "decide_recognition": RecognitionForm,
    "propose_removal": ProposeRemovalForm,
    "endorse_removal": EndorseRemovalForm,
    "record_failed_removal_vote": FailedRemovalForm,
    "remove": RemoveForm,
    "require_mending": MendingForm,
    "confirm_after_mending": MendedForm,
    "annul_admission": AnnulForm,
    "close": CloseForm,
    **year_forms.FORMS,
}
