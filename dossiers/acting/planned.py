"""What the page of a correction says of votes, and of a correction that waits for a second person."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from dossiers.accounts.models import Account
from dossiers.asking import Question
from dossiers.casework.correcting import Plan, Proposal
from dossiers.extensions import run
from dossiers.languages import gettext as _
from dossiers.languages import message
from workflow.bodies import votes_needed
from workflow.guards import Situation


@dataclass(frozen=True)
class Difference:
    """Something that reads otherwise after a correction."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class StaysPassed:
    """A vote that is recorded as passed, and after the correction has fewer votes than it needs."""

    in_favour: int
    entitled: int
    needed: int


_NUMBERS: dict[str, str] = {
    "entitled": message("Có quyền biểu quyết"), "present": message("Số người có mặt"),
    "exempt_present": message("Trong số có mặt: đảng viên được miễn sinh hoạt"),
    "abstained": message("Trong số có mặt: không tham gia biểu quyết"), "in_favour": message("Tán thành"),
    "against": message("Không tán thành"), "blank": message("Phiếu trắng, không có ý kiến"),
    "invalid": message("Phiếu không hợp lệ"),
}  # fmt: skip


def votes_differ(plan: Plan) -> Iterator[Difference]:
    """The numbers of the corrected vote that read otherwise."""
    old, new = plan.target.recorded.evidence.ballot, plan.brought.evidence.ballot
    if old is None or new is None:
        return
    for name, label in _NUMBERS.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield Difference(_(label), str(was), str(now))


def stays_passed(plan: Plan, then: Situation) -> StaysPassed | None:
    """Whether the corrected vote is too few and counts as passed all the same; `then` is where it was taken."""
    vote = next((vote for seq, vote in plan.after.votes if seq == plan.target.event.seq), None)
    if vote is None or not vote.passed:
        return None
    least = votes_needed(plan.target.event.trigger, then, vote.entitled)
    return None if least is None or vote.in_favour >= least else StaysPassed(vote.in_favour, vote.entitled, least)


_NAME = Question(select(Account.name).where(Account.id == bindparam("account")))


def proposer(proposal: Proposal) -> str:
    """The name of who proposed a correction."""
    return str(run(_NAME, {"account": proposal.by}).scalar() or "–")
