"""What an act that cannot be lightly undone will do, in sentences: people are told before it is recorded."""

from workflow.deadlines import running
from workflow.guards import Situation, day_text
from workflow.machine import Outcome
from workflow.procedure.move import Correction
from workflow.procedure.table import move_by
from workflow.stages import ENDS, STATE_LABELS
from workflow.text import Text


def is_final(trigger: str, s: Situation) -> bool:
    """Whether an act ends the dossier or is a signed decision in this situation."""
    move = move_by(trigger, s.state, s.route)
    return move is not None and move.is_final


def consequences(s: Situation, outcome: Outcome) -> tuple[Text, ...]:
    """What the outcome of an act means for the dossier: where it goes, what begins to run, how it could be put right.

    `s` is the situation before the act.
    """
    told = [_where(s, outcome)]
    if outcome.facts.effective_on is not None and s.facts.effective_on is None:
        on = day_text(outcome.facts.effective_on)
        told.append(Text(f"Đảng viên chính thức từ ngày {on}.", f"An official member from {on}."))
    if outcome.to not in ENDS and s.state is not None:
        ran = {deadline.rule for deadline in running(s.state, s.facts, s.rulebook, s.calendar)}
        for deadline in outcome.deadlines:
            if deadline.rule not in ran:
                title, due = s.rulebook.rule(deadline.rule).title, day_text(deadline.due_on)
                told.append(Text(f"Bắt đầu tính: {title.vi} – đến {due}.", f"Begins to run: {title.en} – until {due}."))
    return (*told, *_put_right(s, outcome))


def _where(s: Situation, outcome: Outcome) -> Text:
    to = STATE_LABELS[outcome.to]
    if outcome.to in ENDS:
        return Text(
            f"Hồ sơ kết thúc ở “{to.vi}”. Muốn xét lại phải lập hồ sơ mới.",
            f"The dossier ends as “{to.en}”. To be considered again takes a new dossier.",
        )
    return Text(f"Hồ sơ chuyển sang “{to.vi}”.", f"The dossier moves to “{to.en}”.")


def _put_right(s: Situation, outcome: Outcome) -> tuple[Text, ...]:
    move = move_by(outcome.trigger, s.state, s.route)
    if move is None:
        return ()
    if move.undoable:
        return (Text("Người ghi còn hoàn tác được trong ngày.", "Who records it may take it back within the day."),)
    if move.correction is Correction.NEVER and move.never is not None:
        return (move.never,)
    if move.correction is Correction.SECOND_PERSON:
        return (
            Text(
                "Không hoàn tác được; ghi sai thì đính chính, một người trình và người thứ hai ghi.",
                "It cannot be taken back; a mistake is corrected by two people, one proposing, another recording.",
            ),
        )
    return (Text("Không hoàn tác được; ghi sai thì đính chính.", "It cannot be taken back; a mistake is corrected."),)
