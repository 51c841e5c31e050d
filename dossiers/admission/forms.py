"""Forms of admission: before the cell, the votes, the appraisal, the decision."""

from wtforms.validators import Optional

from dossiers.acting.forms import ActForm, Balloted, DecisionForm, Late, Numbered, Reasoned
from dossiers.fields import DayField, LineField, NumberWords, ParagraphField, Words, required
from dossiers.languages import lazy as _l


class SubmitForm(ActForm):
    """The dossier goes before the cell."""

    happened_on = DayField(_l("Ngày trình chi bộ"), [required])


class CellVoteForm(Numbered, Balloted, ActForm):
    """The cell's resolution with its counted votes."""

    happened_on = DayField(_l("Ngày họp chi bộ"), [required])
    number = LineField(_l("Số nghị quyết của chi bộ"), [required, NumberWords()])


class AppraiseForm(Numbered, ActForm):
    """The section committee's report."""

    happened_on = DayField(_l("Ngày thẩm định"), [required])
    number = LineField(_l("Số báo cáo thẩm định"), [required, NumberWords()])


class CommitteeVoteForm(Numbered, Balloted, ActForm):
    """The committee's resolution with its counted votes."""

    happened_on = DayField(_l("Ngày họp cấp ủy"), [required])
    number = LineField(_l("Số nghị quyết của đảng ủy"), [required, NumberWords()])


class FailedVoteForm(Balloted, ActForm):
    """A vote that did not reach its majority."""

    happened_on = DayField(_l("Ngày họp"), [required])


class PrepareForm(ActForm):
    """The board has checked the dossier and prepares the decision."""

    happened_on = DayField(_l("Ngày trình"), [required])
    reason = ParagraphField(_l("Ý kiến thẩm định"), [Optional(), Words(2000)])


class ApproveForm(ActForm):
    """Another person has looked through the draft decision."""

    happened_on = DayField(_l("Ngày duyệt"), [required])
    reason = ParagraphField(_l("Ý kiến của người duyệt"), [Optional(), Words(2000)])


class AdmissionForm(Late, DecisionForm):
    """The decision to admit."""


class RevokeForm(DecisionForm, Reasoned):
    """A decision taken back before the ceremony."""


FORMS: dict[str, type[ActForm]] = {
    "submit_to_cell": SubmitForm,
    "pass_cell_vote": CellVoteForm,
    "appraise": AppraiseForm,
    "pass_committee_vote": CommitteeVoteForm,
    "record_failed_vote": FailedVoteForm,
    "prepare_decision": PrepareForm,
    "approve_decision": ApproveForm,
    "decide_admission": AdmissionForm,
    "revoke_decision": RevokeForm,
}
