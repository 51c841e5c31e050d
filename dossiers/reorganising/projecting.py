"""What units become by the lines of a plan: from the tree alone; nothing is read or written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from dossiers.formatters import say
from dossiers.languages import gettext as _
from dossiers.reorganising.lines import Line, What
from dossiers.units.services import ABOVE
from dossiers.units.tree import Node, Tree
from workflow.route import UNIT_KIND_LABELS, UnitKind

CELLS = (UnitKind.CELL, UnitKind.GRASSROOTS_CELL)
UNIONS = (UnitKind.YOUTH_UNION, UnitKind.TRADE_UNION)
MERGED = (*CELLS, UnitKind.SECTION_COMMITTEE, UnitKind.GRASSROOTS_COMMITTEE, *UNIONS)
"""Kinds of unit that are merged; of a training centre classes hang."""
SPLIT = (UnitKind.CELL, UnitKind.SECTION_COMMITTEE, UnitKind.GRASSROOTS_COMMITTEE)


@dataclass(frozen=True)
class Stand:
    """A unit as the lines leave it. A new one has a number below zero; a closed one stands under its successor."""

    id: int
    code: str
    name: str
    kind: UnitKind
    decider: str | None
    parent: int | None
    is_open: bool
    org_code: str | None


@dataclass(frozen=True)
class Fault:
    """Why a line is not possible: at which of its fields, in a sentence."""

    line: int
    field: str
    text: str


@dataclass
class Outcome:
    """What becomes of units: those that change as they then stand, `successors` of those that close, to which cell the
    dossiers of a merged `cells` and single ones (`picked`, by code) go, which seats go where, and what is wrong.
    """

    units: dict[int, Stand] = field(default_factory=dict)
    successors: dict[int, int] = field(default_factory=dict)
    passing: dict[int, Line] = field(default_factory=dict)
    cells: dict[int, int] = field(default_factory=dict)
    picked: dict[str, tuple[int, int]] = field(default_factory=dict)
    seats: dict[int, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class _Projection:
    def __init__(self, tree: Tree, within: int) -> None:
        self.tree, self.within, self.out = tree, within, Outcome()
        self.line = 0
        self.codes = {node.code.upper() for node in tree.everything()}
        self.org_codes = {node.org_code for node in tree.everything() if node.org_code}

    def wrong(self, name: str, text: str) -> None:
        self.out.faults.append(Fault(self.line, name, text))

    def at(self, unit: int) -> Stand:
        found = self.out.units.get(unit)
        return found if found is not None else _stand(self.tree[unit])

    def put(self, unit: Stand) -> None:
        self.out.units[unit.id] = unit

    def under(self, unit: int) -> list[Stand]:
        """The open units directly under a unit, as they now stand."""
        known = {node.id for node in self.tree.under(unit)} | set(self.out.units)
        return [one for one in map(self.at, sorted(known)) if one.is_open and one.parent == unit]

    def lies_in(self, unit: int | None, above: int) -> bool:
        """Whether a unit is another, or stands below it."""
        while unit is not None:
            if unit == above:
                return True
            unit = self.at(unit).parent
        return False

    def source(self, unit: int, kinds: Sequence[UnitKind] | None = None) -> Stand | None:
        """A unit that is to change: below whose decision it is, open, of a kind; None, and a sentence, when not."""
        found = self.at(unit)
        if unit == self.within or not self.lies_in(unit, self.within):
            self.wrong("units", _("%(code)s không thuộc cấp ra quyết định.", code=found.code))
        elif not found.is_open:
            self.wrong("units", _("%(code)s đã kết thúc, hoặc kết thúc ở dòng khác của phương án.", code=found.code))
        elif kinds is not None and found.kind not in kinds:
            kind = say(UNIT_KIND_LABELS[found.kind])
            self.wrong("units", _("%(code)s là %(kind)s: việc này không dùng cho loại đơn vị đó.",
                                  code=found.code, kind=kind))  # fmt: skip
        else:
            return found
        return None

    def target(self, unit: int | None) -> Stand | None:
        if unit is None:
            self.wrong("to", _("Chưa chọn đơn vị nhận."))
            return None
        found = self.at(unit)
        if not found.is_open:
            self.wrong("to", _("%(code)s đã kết thúc, không nhận thêm được.", code=found.code))
        elif not self.lies_in(unit, self.within):
            self.wrong("to", _("%(code)s không thuộc cấp ra quyết định.", code=found.code))
        else:
            return found
        return None

    # --- the lines ---

    def merge(self, line: Line) -> None:
        to = self.target(line.to)
        for unit in line.units:
            found = self.source(unit, MERGED)
            if found is None or to is None:
                continue
            if found.id == to.id:
                self.wrong("to", _("Đơn vị không sáp nhập vào chính mình."))
            elif found.kind is not to.kind:
                self.wrong("to", _("%(one)s và %(other)s không cùng loại: chỉ sáp nhập đơn vị cùng loại.",
                                   one=found.code, other=to.code))  # fmt: skip
            else:
                self.merged(found, to, line)

    def merged(self, unit: Stand, to: Stand, line: Line) -> None:
        """A unit goes into another: what stood under it stands under that one; unions go into its unions."""
        unions = {one.kind: one for one in self.under(to.id) if one.kind in UNIONS}
        for child in self.under(unit.id):
            if child.kind in unions:
                self.merged(child, unions[child.kind], line)
            else:
                self.put(replace(child, parent=to.id))
        if unit.kind in CELLS:
            self.out.cells[unit.id] = to.id
        self.close_into(unit, to.id, line)

    def close_into(self, unit: Stand, successor: int, line: Line) -> None:
        self.put(replace(self.at(unit.id), is_open=False, parent=successor))
        self.out.successors[unit.id], self.out.passing[unit.id] = successor, line

    def split(self, line: Line) -> None:
        found = self.source(line.units[0], SPLIT)
        if found is None:
            return
        if line.code.upper() in self.codes:
            self.wrong("code", _("Mã %(code)s đã có, hoặc dùng hai lần trong phương án.", code=line.code))
        self.codes.add(line.code.upper())
        org_code = self.free_org_code(line.org_code)
        new = Stand(-self.line, line.code, line.name, found.kind, found.decider, found.parent, True, org_code)
        self.put(new)
        if found.kind in CELLS:
            if not line.dossiers and not line.seats:
                self.wrong("dossiers", _("Chưa chọn hồ sơ hoặc người nào sang đơn vị mới."))
            self.out.seats |= dict.fromkeys(line.seats, (found.id, new.id))
            for code in line.dossiers:
                if code in self.out.picked:
                    self.wrong("dossiers", _("Hồ sơ %(code)s đã chọn ở dòng khác.", code=code))
                self.out.picked[code] = (found.id, new.id)
            return
        if not line.parts:
            self.wrong("parts", _("Chưa chọn đơn vị nào sang đơn vị mới."))
        for part in line.parts:
            child = self.at(part)
            if child.parent != found.id or not child.is_open:
                self.wrong("parts", _("%(code)s không trực thuộc %(unit)s.", code=child.code, unit=found.code))
            else:
                self.put(replace(child, parent=new.id))

    def parent(self, line: Line) -> None:
        to = self.target(line.to)
        for unit in line.units:
            found = self.source(unit)
            if found is None or to is None:
                continue
            if self.lies_in(to.id, found.id):
                self.wrong("to", _("%(to)s nằm trong %(unit)s.", to=to.code, unit=found.code))
            elif to.kind not in ABOVE[found.kind]:
                kinds = ", ".join(say(UNIT_KIND_LABELS[kind]) for kind in ABOVE[found.kind])
                self.wrong("to", _("%(unit)s trực thuộc: %(kinds)s.", unit=found.code, kinds=kinds))
            elif found.parent == to.id:
                self.wrong("units", _("%(unit)s đang trực thuộc %(to)s.", unit=found.code, to=to.code))
            else:
                self.put(replace(found, parent=to.id))

    def decider(self, line: Line) -> None:
        for unit in line.units:
            found = self.source(unit, (UnitKind.GRASSROOTS_COMMITTEE,))
            if found is None:
                continue
            if found.decider == line.decider:
                self.wrong("decider", _("Cấp quyết định của %(unit)s không đổi.", unit=found.code))
            self.put(replace(found, decider=line.decider))

    def rename(self, line: Line) -> None:
        found = self.source(line.units[0])
        if found is None:
            return
        if not line.org_code and line.name in ("", found.name):
            self.wrong("name", _("Tên không đổi."))
        org_code = self.free_org_code(line.org_code) if line.org_code else found.org_code
        self.put(replace(found, name=line.name or found.name, org_code=org_code))

    def free_org_code(self, org_code: str) -> str | None:
        if org_code in self.org_codes:
            self.wrong("org_code", _("Mã tổ chức này đã có."))
        if org_code:
            self.org_codes.add(org_code)
        return org_code or None

    def close(self, line: Line) -> None:
        for unit in line.units:
            found = self.source(unit, MERGED)
            if found is None or found.parent is None:
                continue
            for child in self.under(unit):
                if self.at(found.parent).kind in ABOVE[child.kind]:
                    self.put(replace(child, parent=found.parent))
                else:
                    self.wrong("units", _("%(unit)s còn %(child)s trực thuộc: chuyển hoặc sáp nhập trước.",
                                          unit=found.code, child=child.code))  # fmt: skip
            self.close_into(found, found.parent, line)


def project(tree: Tree, within: int, lines: Sequence[Line]) -> Outcome:
    """What becomes of units by these lines, in their order, when the unit `within` decides it."""
    made = _Projection(tree, within)
    does: dict[What, Callable[[Line], None]] = {
        What.MERGE: made.merge, What.SPLIT: made.split, What.PARENT: made.parent, What.DECIDER: made.decider,
        What.RENAME: made.rename, What.CLOSE: made.close,
    }  # fmt: skip
    for number, line in enumerate(lines, start=1):
        made.line = number
        does[line.what](line)
    for unit in list(made.out.units.values()):
        above = None if unit.parent is None else made.at(unit.parent)
        if unit.is_open and above is not None and not above.is_open:
            made.wrong("units", _("%(unit)s còn trực thuộc %(above)s đã kết thúc.", unit=unit.code, above=above.code))
    return made.out


def _stand(node: Node) -> Stand:
    return Stand(
        node.id, node.code, node.name, node.kind, node.deciding_body, node.parent_id, node.is_open, node.org_code
    )
