"""Stages and states of a dossier (domain.md §4): their codes, their order, their labels."""

from workflow.codes import Code
from workflow.text import Text


class Stage(Code):
    """The five stages, in order, and the ends outside them."""

    SOURCING = "sourcing"
    TRAINING = "training"
    VERIFICATION = "verification"
    ADMISSION = "admission"
    MONITORING = "monitoring"
    ENDED = "ended"


class State(Code):
    """Every state a dossier can be in, in the order of the road."""

    SOURCED = "sourced"
    NOMINATED = "nominated"
    LISTED = "listed"
    ENROLLED = "enrolled"
    TRAINED = "trained"
    APPLYING = "applying"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    CELL_REVIEW = "cell_review"
    SECTION_APPRAISAL = "section_appraisal"
    COMMITTEE_REVIEW = "committee_review"
    AWAITING_DECISION = "awaiting_decision"
    APPROVED = "approved"
    PROBATIONARY = "probationary"
    RECOGNITION_CELL_REVIEW = "recognition_cell_review"
    RECOGNITION_SECTION_APPRAISAL = "recognition_section_appraisal"
    RECOGNITION_COMMITTEE_REVIEW = "recognition_committee_review"
    RECOGNITION_AWAITING_DECISION = "recognition_awaiting_decision"
    OFFICIAL = "official"
    WITHDRAWN = "withdrawn"
    NOT_ADMITTED = "not_admitted"
    REMOVED = "removed"
    TRANSFERRED_OUT = "transferred_out"
    DECEASED = "deceased"
    ANNULLED = "annulled"


STAGE_LABELS: dict[Stage, Text] = {
    Stage.SOURCING: Text("Tạo nguồn", "Sourcing"),
    Stage.TRAINING: Text("Bồi dưỡng", "Training"),
    Stage.VERIFICATION: Text("Thẩm tra", "Verification"),
    Stage.ADMISSION: Text("Xét kết nạp", "Admission"),
    Stage.MONITORING: Text("Theo dõi sau kết nạp", "Monitoring"),
    Stage.ENDED: Text("Đã kết thúc", "Ended"),
}

_S = State
STATE_LABELS: dict[State, Text] = {
    _S.SOURCED: Text("Nguồn phát triển đảng", "On the source list"),
    _S.NOMINATED: Text("Đoàn thể giới thiệu", "Nominated"),
    _S.LISTED: Text("Cảm tình Đảng", "Listed by the cell"),
    _S.ENROLLED: Text("Học lớp nhận thức về Đảng", "On the awareness course"),
    _S.TRAINED: Text("Đã có giấy chứng nhận", "Certified"),
    _S.APPLYING: Text("Làm hồ sơ xin vào Đảng", "Preparing the dossier"),
    _S.VERIFYING: Text("Thẩm tra lý lịch", "Under verification"),
    _S.VERIFIED: Text("Đã thẩm tra, kết luận", "Verified"),
    _S.CELL_REVIEW: Text("Chi bộ xét", "Before the cell"),
    _S.SECTION_APPRAISAL: Text("Đảng ủy bộ phận thẩm định", "Section appraisal"),
    _S.COMMITTEE_REVIEW: Text("Đảng ủy cơ sở xét", "Before the grass-roots committee"),
    _S.AWAITING_DECISION: Text("Chờ quyết định", "Awaiting decision"),
    _S.APPROVED: Text("Có quyết định kết nạp", "Admission decided"),
    _S.PROBATIONARY: Text("Đảng viên dự bị", "Probationary member"),
    _S.RECOGNITION_CELL_REVIEW: Text("Chi bộ xét công nhận chính thức", "Recognition before the cell"),
    _S.RECOGNITION_SECTION_APPRAISAL: Text(
        "Đảng ủy bộ phận thẩm định công nhận chính thức", "Recognition: section appraisal"
    ),
    _S.RECOGNITION_COMMITTEE_REVIEW: Text("Đảng ủy cơ sở xét công nhận chính thức", "Recognition before the committee"),
    _S.RECOGNITION_AWAITING_DECISION: Text("Chờ quyết định công nhận chính thức", "Recognition awaiting decision"),
    _S.OFFICIAL: Text("Đảng viên chính thức", "Official member"),
    _S.WITHDRAWN: Text("Rút hồ sơ", "Withdrawn"),
    _S.NOT_ADMITTED: Text("Không kết nạp", "Not admitted"),
    _S.REMOVED: Text("Xóa tên", "Removed"),
    _S.TRANSFERRED_OUT: Text("Chuyển đi", "Transferred out"),
    _S.DECEASED: Text("Từ trần", "Deceased"),
    _S.ANNULLED: Text("Hủy quyết định kết nạp", "Admission annulled"),
}

STAGE_STATES: dict[Stage, tuple[State, ...]] = {
    Stage.SOURCING: (_S.SOURCED, _S.NOMINATED, _S.LISTED),
    Stage.TRAINING: (_S.ENROLLED, _S.TRAINED),
    Stage.VERIFICATION: (_S.APPLYING, _S.VERIFYING, _S.VERIFIED),
    Stage.ADMISSION: (
        _S.CELL_REVIEW,
        _S.SECTION_APPRAISAL,
        _S.COMMITTEE_REVIEW,
        _S.AWAITING_DECISION,
        _S.APPROVED,
    ),
    Stage.MONITORING: (
        _S.PROBATIONARY,
        _S.RECOGNITION_CELL_REVIEW,
        _S.RECOGNITION_SECTION_APPRAISAL,
        _S.RECOGNITION_COMMITTEE_REVIEW,
        _S.RECOGNITION_AWAITING_DECISION,
        _S.OFFICIAL,
    ),
    Stage.ENDED: (_S.WITHDRAWN, _S.NOT_ADMITTED, _S.REMOVED, _S.TRANSFERRED_OUT, _S.DECEASED, _S.ANNULLED),
}

STAGE_OF: dict[State, Stage] = {state: stage for stage, states in STAGE_STATES.items() for state in states}
ENDS: tuple[State, ...] = STAGE_STATES[Stage.ENDED]
"""States nothing leads out of (a removed member may be re-admitted, but that opens a new dossier)."""
DONE: tuple[State, ...] = (State.OFFICIAL, *ENDS)
"""States in which it is nobody's turn any more: lists keep such dossiers apart."""
