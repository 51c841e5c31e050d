"""How plans are told: their stages, their lines."""

from dataclasses import dataclass

from dossiers.formatters import say
from dossiers.languages import gettext as _
from dossiers.reorganising.lines import WHAT_LABELS, Line, What
from dossiers.reorganising.models import Stage
from dossiers.units.tree import Tree
from workflow.route import DECIDER_LABELS, Decider
from workflow.text import Text

STAGE_LABELS: dict[Stage, Text] = {
    Stage.DRAFT: Text("Đang lập", "Being prepared"),
    Stage.ASKED: Text("Chờ xác nhận", "Waits for the second person"),
    Stage.DONE: Text("Đã thực hiện", "Carried out"),
    Stage.UNDO_ASKED: Text("Chờ xác nhận hoàn tác", "Waits to be undone"),
    Stage.UNDONE: Text("Đã hoàn tác", "Undone"),
    Stage.DROPPED: Text("Đã bỏ", "Given up"),
}


@dataclass(frozen=True)
class Told:
    """A line in words: what, of which units, and what becomes of them."""

    what: str
    units: str
    then: str


def line_told(line: Line, units: Tree) -> Told:
    """A line as people read it."""

    def named(numbers: tuple[int, ...]) -> str:
        return ", ".join(f"{units[number].code} {units[number].name}" for number in numbers)

    then = []
    if line.to is not None:
        then.append(f"→ {named((line.to,))}")
    if line.decider:
        then.append(say(DECIDER_LABELS[Decider(line.decider)]))
    if line.code:
        then.append(_("đơn vị mới %(code)s %(name)s", code=line.code, name=line.name))
    elif line.name:
        then.append(_("tên mới: %(name)s", name=line.name))
    if line.org_code:
        then.append(_("mã tổ chức %(code)s", code=line.org_code))
    if line.parts:
        then.append(named(line.parts))
    if line.dossiers:
        then.append(_("hồ sơ: %(codes)s", codes=", ".join(line.dossiers)))
    if line.seats:
        then.append(_("%(n)s người trong danh sách biểu quyết", n=len(line.seats)))
    if line.what is What.MERGE:
        then.append(_("danh sách biểu quyết sang đơn vị nhận") if line.members else _("danh sách biểu quyết kết thúc"))
        then.append(_("vai trò giữ tiếp ở đơn vị nhận") if line.roles else _("vai trò kết thúc"))
    return Told(say(WHAT_LABELS[line.what]), named(line.units), "; ".join(then))
