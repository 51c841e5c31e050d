"""The checklist of the dossier page: what the next main step asks for."""

import msgspec

from workflow import guards as g
from workflow.guards import Refusal, Situation
from workflow.procedure.table import next_step
from workflow.text import Text


class Check(msgspec.Struct, frozen=True):
    """A line of the checklist: the rule it stands for, what is then so, and why it is not yet (None: it is)."""

    rule: str
    label: Text
    refusal: Refusal | None = None


def checklist(s: Situation) -> tuple[Check, ...]:
    """What the next main step asks for, without the question who may take it."""
    move = next_step(s.state, s.route) if s.state else None
    if move is None:
        return ()
    asked = msgspec.structs.replace(move.asks(s), evidence=None)
    items: list[Check] = []
    for guard in move.guards:
        check = CHECKS.get(guard.__name__)
        if guard is g.introducer_tie and not s.facts.introducers:
            continue  # nobody yet whose tie could be judged
        refusal = guard(asked) if check else None
        if check is None or (refusal is not None and refusal.rule in ("separation_of_duties", "actor_role")):
            continue
        items.append(Check(refusal.rule, check.label, refusal) if refusal else check)
    return tuple(items)


CHECKS: dict[str, Check] = {
    "certificate_valid": Check("course_certificate", Text("Giấy chứng nhận còn giá trị", "The certificate is valid")),
    "course_proposed": Check("course_proposal", Text("Chi bộ đã đề nghị cử đi học", "The cell proposed the course")),
    "application_papers": Check("application_papers", Text("Đủ đơn, lý lịch, giấy giới thiệu", "All papers on file")),
    "organisation_resolution": Check(
        "introducers_with_organisation", Text("Nghị quyết của đoàn thể đã đủ", "The organisation’s part is done")
    ),
    "introducers": Check("introducers_alone", Text("Đủ đảng viên giới thiệu", "Enough members introduce")),
    "introducer_tie": Check(
        "introducer_tie",
        Text("Người giới thiệu cùng công tác đủ 12 tháng", "Introducers know the candidate long enough"),
    ),
    "relatives_verified": Check("verified_persons", Text("Thân nhân đã thẩm tra xong", "All relatives are verified")),
    "opinions": Check("opinions", Text("Đã tổng hợp ý kiến (5-KNĐ)", "Opinions are summed up (5-KNĐ)")),
    "age": Check("age_min", Text("Tuổi đúng quy định", "The age is right")),
    "schooling": Check("schooling", Text("Trình độ học vấn đúng quy định", "The schooling is right")),
    "not_stale": Check("stale_dossier", Text("Hồ sơ còn trong hạn 12 tháng", "The dossier is fresh")),
    "votes_left": Check("three_failed_votes", Text("Chưa quá 3 lần biểu quyết không đạt", "There are votes left")),
    "decision_prepared": Check("decision_prepared", Text("Quyết định đã được trình", "The decision is prepared")),
    "decision_approved": Check("decision_approved", Text("Dự thảo quyết định đã được duyệt", "The draft is approved")),
    "admission_voted": Check("cell_vote", Text("Các cấp đã biểu quyết thông qua", "The votes of the route passed")),
    "recognition_voted": Check("cell_vote", Text("Các cấp đã biểu quyết thông qua", "The votes of the route passed")),
    "probation_over": Check("probation", Text("Đã hết 12 tháng dự bị", "The twelve months are over")),
    "new_member_course": Check("new_member_course", Text("Đã học lớp đảng viên mới", "New-member course taken")),
    "recognition_papers": Check("recognition_papers", Text("Đủ giấy tờ công nhận", "Recognition papers on file")),
    "ceremony_in_time": Check("ceremony", Text("Còn trong hạn tổ chức lễ kết nạp", "The ceremony is in time")),
}
"""Guards that show on the checklist of the dossier page, with the rule each stands for and the words when it holds."""
