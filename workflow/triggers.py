"""Everything people can press (domain.md §4), with its label and the stage whose pages hold its form."""

import msgspec

from workflow.codes import Code
from workflow.stages import Stage
from workflow.text import Text


class Kind(Code):
    """How a trigger relates to the road."""

    STEP = "step"
    SUPPORT = "support"
    SIDE = "side"
    END = "end"


class Trigger(msgspec.Struct, frozen=True):
    """What a person presses. `home` is the stage whose pages hold its form (None: the pages across stages)."""

    code: str
    label: Text
    kind: Kind
    home: Stage | None


TRIGGERS: dict[str, Trigger] = {
    t.code: t
    for t in (
        Trigger("create", Text("Thêm vào danh sách nguồn", "Add to the source list"), Kind.STEP, Stage.SOURCING),
        Trigger("nominate", Text("Giới thiệu", "Nominate"), Kind.STEP, Stage.SOURCING),
        Trigger("accept_to_list", Text("Đưa vào danh sách cảm tình", "Accept to the list"), Kind.STEP, Stage.SOURCING),
        Trigger("propose_course", Text("Đề nghị cử đi học", "Propose for the course"), Kind.SUPPORT, Stage.TRAINING),
        Trigger("enrol", Text("Cử đi học", "Enrol"), Kind.STEP, Stage.TRAINING),
        Trigger("certify", Text("Cấp giấy chứng nhận", "Certify"), Kind.STEP, Stage.TRAINING),
        Trigger("fail_course", Text("Không đạt khóa học", "Course not passed"), Kind.SIDE, Stage.TRAINING),
        Trigger(
            "record_certificate",
            Text("Ghi giấy chứng nhận đã có", "Record a certificate held"),
            Kind.STEP,
            Stage.TRAINING,
        ),
        Trigger(
            "renew_certificate",
            Text("Ghi giấy chứng nhận mới", "Record a new certificate"),
            Kind.SUPPORT,
            Stage.TRAINING,
        ),
        Trigger("open_dossier", Text("Lập hồ sơ", "Open the dossier"), Kind.STEP, Stage.VERIFICATION),
        Trigger("record_papers", Text("Ghi giấy tờ", "Record papers"), Kind.SUPPORT, Stage.VERIFICATION),
        Trigger(
            "assign_introducers",
            Text("Phân công người giới thiệu", "Assign introducers"),
            Kind.SUPPORT,
            Stage.VERIFICATION,
        ),
        Trigger(
            "write_cv",
            Text("Ghi lý lịch", "Write the CV"),
            Kind.SUPPORT,
            Stage.VERIFICATION,
        ),
        Trigger(
            "record_relatives",
            Text("Ghi thân nhân và kết quả thẩm tra", "Record relatives and results"),
            Kind.SUPPORT,
            Stage.VERIFICATION,
        ),
        Trigger(
            "send_request",
            Text("Gửi yêu cầu thẩm tra, xin ý kiến", "Send a request"),
            Kind.SUPPORT,
            Stage.VERIFICATION,
        ),
        Trigger("remind_request", Text("Nhắc trả lời", "Remind of a request"), Kind.SUPPORT, Stage.VERIFICATION),
        Trigger("record_answer", Text("Ghi trả lời", "Record an answer"), Kind.SUPPORT, Stage.VERIFICATION),
        Trigger("start_verification", Text("Bắt đầu thẩm tra", "Start verification"), Kind.STEP, Stage.VERIFICATION),
        Trigger(
            "conclude_verification", Text("Kết luận thẩm tra", "Conclude verification"), Kind.STEP, Stage.VERIFICATION
        ),
        Trigger(
            "redo_stale_papers",
            Text("Làm lại giấy tờ quá hạn", "Make stale papers again"),
            Kind.SIDE,
            Stage.VERIFICATION,
        ),
        Trigger("submit_to_cell", Text("Trình chi bộ", "Submit to the cell"), Kind.STEP, Stage.ADMISSION),
        Trigger("pass_cell_vote", Text("Chi bộ thông qua", "Cell vote passed"), Kind.STEP, Stage.ADMISSION),
        Trigger("appraise", Text("Thẩm định", "Appraise"), Kind.STEP, Stage.ADMISSION),
        Trigger("pass_committee_vote", Text("Đảng ủy thông qua", "Committee vote passed"), Kind.STEP, Stage.ADMISSION),
        Trigger(
            "record_failed_vote", Text("Ghi biểu quyết không đạt", "Record a failed vote"), Kind.SIDE, Stage.ADMISSION
        ),
        Trigger("prepare_decision", Text("Trình quyết định", "Prepare the decision"), Kind.SUPPORT, Stage.ADMISSION),
        Trigger(
            "approve_decision",
            Text("Duyệt dự thảo quyết định", "Approve the draft decision"),
            Kind.SUPPORT,
            Stage.ADMISSION,
        ),
        Trigger("decide_admission", Text("Quyết định kết nạp", "Decide admission"), Kind.STEP, Stage.ADMISSION),
        Trigger(
            "revoke_decision", Text("Thu hồi quyết định kết nạp", "Revoke the decision"), Kind.END, Stage.ADMISSION
        ),
        Trigger("receive_decision", Text("Nhận quyết định", "Receive the decision"), Kind.SUPPORT, Stage.MONITORING),
        Trigger("hold_ceremony", Text("Lễ kết nạp", "Hold the ceremony"), Kind.STEP, Stage.MONITORING),
        Trigger(
            "submit_for_recognition", Text("Trình xét công nhận", "Submit for recognition"), Kind.STEP, Stage.MONITORING
        ),
        Trigger(
            "refer_to_superior",
            Text("Chuyển cấp trên quyết định", "Refer to the superior"),
            Kind.STEP,
            Stage.MONITORING,
        ),
        Trigger("decide_recognition", Text("Quyết định công nhận", "Decide recognition"), Kind.STEP, Stage.MONITORING),
        Trigger(
            "propose_removal", Text("Chi bộ đề nghị xóa tên", "Cell proposes removal"), Kind.SIDE, Stage.MONITORING
        ),
        Trigger(
            "endorse_removal",
            Text("Đảng ủy đề nghị xóa tên", "Committee endorses removal"),
            Kind.SIDE,
            Stage.MONITORING,
        ),
        Trigger(
            "record_failed_removal_vote",
            Text("Biểu quyết xóa tên không đạt", "Removal vote failed"),
            Kind.SIDE,
            Stage.MONITORING,
        ),
        Trigger("remove", Text("Quyết định xóa tên", "Decide removal"), Kind.END, Stage.MONITORING),
        Trigger("record_month", Text("Ghi sinh hoạt tháng", "Record a month"), Kind.SUPPORT, Stage.MONITORING),
        Trigger("remark_quarter", Text("Nhận xét quý", "Remark on a quarter"), Kind.SUPPORT, Stage.MONITORING),
        Trigger("answer_warning", Text("Trả lời cảnh báo", "Answer a warning"), Kind.SUPPORT, Stage.MONITORING),
        Trigger(
            "assign_helper",
            Text("Phân công người giúp đỡ", "Assign a helping member"),
            Kind.SUPPORT,
            Stage.MONITORING,
        ),
        Trigger(
            "helper_leaves",
            Text("Người giúp đỡ thôi giúp đỡ", "The helping member leaves"),
            Kind.SUPPORT,
            Stage.MONITORING,
        ),
        Trigger(
            "record_merit",
            Text("Ghi khen thưởng, kỷ luật", "Record commendation or discipline"),
            Kind.SUPPORT,
            Stage.MONITORING,
        ),
        Trigger("classify", Text("Xếp loại năm", "Classify the year"), Kind.SUPPORT, Stage.MONITORING),
        Trigger(
            "tell_person", Text("Ghi việc thông báo", "Record that the person was told"), Kind.SIDE, Stage.MONITORING
        ),
        Trigger("close", Text("Khép hồ sơ theo dõi", "Close the follow-up"), Kind.SIDE, Stage.MONITORING),
        Trigger("take_over", Text("Tiếp nhận hồ sơ đang làm trên giấy", "Take over from paper"), Kind.SIDE, None),
        Trigger("receive_transfer", Text("Tiếp nhận người chuyển đến", "Receive from elsewhere"), Kind.SIDE, None),
        Trigger("attach_scan", Text("Lưu bản chụp giấy tờ", "Attach a scan of a paper"), Kind.SUPPORT, None),
        Trigger("hand_over", Text("Bàn giao hồ sơ", "Hand the dossier over"), Kind.SUPPORT, None),
        Trigger("receive_dossier", Text("Nhận hồ sơ bàn giao", "Receive the dossier"), Kind.SUPPORT, None),
        Trigger("mend_point", Text("Đánh dấu đã sửa", "Tick a point off"), Kind.SUPPORT, None),
        Trigger(
            "require_mending",
            Text("Yêu cầu làm lại thủ tục", "Order the procedure done again"),
            Kind.SIDE,
            Stage.MONITORING,
        ),
        Trigger(
            "confirm_after_mending",
            Text("Công nhận sau khi làm lại thủ tục", "Recognise after mending"),
            Kind.SIDE,
            Stage.MONITORING,
        ),
        Trigger("annul_admission", Text("Hủy quyết định kết nạp", "Annul the admission"), Kind.END, Stage.MONITORING),
        Trigger("follow_new_road", Text("Đi tiếp theo đường mới", "Follow the new road"), Kind.STEP, None),
        Trigger("return_for_correction", Text("Trả hồ sơ để sửa", "Return for correction"), Kind.SIDE, None),
        Trigger("extend_deadline", Text("Gia hạn", "Extend a deadline"), Kind.SIDE, None),
        Trigger("suspend", Text("Tạm dừng", "Suspend"), Kind.SIDE, None),
        Trigger("resume", Text("Tiếp tục", "Resume"), Kind.SIDE, None),
        Trigger("transfer", Text("Chuyển đơn vị", "Transfer to another unit"), Kind.SIDE, None),
        Trigger("reorganise", Text("Sắp xếp lại đơn vị", "Units reorganised"), Kind.SIDE, None),
        Trigger("correct_candidate", Text("Sửa thông tin cá nhân", "Correct the candidate's data"), Kind.SUPPORT, None),
        Trigger("correct_record", Text("Đính chính", "Correct an entry"), Kind.SIDE, None),
        Trigger("prepare_correction", Text("Trình đính chính", "Propose a correction"), Kind.SIDE, None),
        Trigger("decline_correction", Text("Không nhận đính chính", "Decline a correction"), Kind.SIDE, None),
        Trigger("undo", Text("Hoàn tác việc vừa ghi", "Take back the last act"), Kind.SIDE, None),
        Trigger("change_rulebook", Text("Đổi bộ quy tắc", "Move to another rulebook"), Kind.SIDE, None),
        Trigger("readmit", Text("Lập hồ sơ kết nạp lại", "Re-admit"), Kind.SIDE, None),
        Trigger("withdraw", Text("Rút hồ sơ", "Withdraw"), Kind.END, None),
        Trigger("refuse", Text("Không kết nạp", "Refuse"), Kind.END, None),
        Trigger("transfer_out", Text("Chuyển đi nơi khác", "Transfer out"), Kind.END, None),
        Trigger("record_death", Text("Ghi từ trần", "Record death"), Kind.END, None),
    )
}

SYSTEM_LABELS: dict[str, Text] = {
    "recount": Text("Tính lại thời hạn", "Deadlines counted anew"),
    "rebase": Text("Lập lại nhật ký", "Log begun anew"),
    "erase_personal": Text("Xóa dữ liệu cá nhân theo luật", "Personal data erased by law"),
}
"""What the program itself records on a dossier; nobody presses these."""

ACT_LABELS: dict[str, Text] = {**{code: trigger.label for code, trigger in TRIGGERS.items()}, **SYSTEM_LABELS}
"""What every event of a dossier is called."""
