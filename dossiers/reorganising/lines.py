"""What a plan does to units, line by line."""

from collections.abc import Sequence

import msgspec

from workflow.codes import Code
from workflow.text import Text


class What(Code):
    """What becomes of units."""

    MERGE = "merge"
    SPLIT = "split"
    PARENT = "parent"
    DECIDER = "decider"
    RENAME = "rename"
    CLOSE = "close"


WHAT_LABELS: dict[What, Text] = {
    What.MERGE: Text("Sáp nhập", "Merge"),
    What.SPLIT: Text("Chia tách", "Split"),
    What.PARENT: Text("Chuyển cấp trên trực tiếp", "Put under another parent"),
    What.DECIDER: Text("Đổi cấp quyết định", "Another deciding body"),
    What.RENAME: Text("Đổi tên, mã tổ chức", "Rename, organisation code"),
    What.CLOSE: Text("Kết thúc hoạt động", "Close"),
}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a plan: `units` go into `to` (merge), stand under it (parent), have another decider or name, close.

    A split opens a unit `code`, `name` beside the one of `units`, to which `parts` (units under it), `dossiers` (codes)
    and `seats` (of the cell's register) go. `roles` and `members`: whether roles and seats of a merged unit pass on.
    """

    what: What
    units: tuple[int, ...]
    to: int | None = None
    code: str = ""
    name: str = ""
    org_code: str = ""
    decider: str = ""
    parts: tuple[int, ...] = ()
    dossiers: tuple[str, ...] = ()
    seats: tuple[int, ...] = ()
    roles: bool = False
    members: bool = False


def read(text: str) -> tuple[Line, ...]:
    """The lines of a plan as they are kept."""
    return msgspec.json.decode(text or "[]", type=tuple[Line, ...])


def written(lines: Sequence[Line]) -> str:
    """Lines as they are kept with the plan."""
    return msgspec.json.encode(lines).decode()
