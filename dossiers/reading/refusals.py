"""What of a refusal somebody is told: rules look at the whole file, and their sentences say what they saw."""

from collections.abc import Iterable

import msgspec

from dossiers.people.personal import sees_file
from workflow.checklist import Check
from workflow.guards import Refusal
from workflow.machine import Option
from workflow.roles import Role
from workflow.text import Text

OF_THE_FILE = frozenset({"verified_persons"})
"""Rules whose sentences name what stands in the personal file: which relatives there are, and whose result lacks."""

_UNTOLD = Text("Việc thẩm tra thân nhân chưa đủ.", "The verification of relatives is not complete.")


def told_to(refusal: Refusal, roles: Iterable[Role]) -> Refusal:
    """A refusal as somebody with these roles over the dossier is told it."""
    if refusal.rule not in OF_THE_FILE or sees_file(roles):
        return refusal
    return msgspec.structs.replace(refusal, message=_UNTOLD, items=())


def option_for(option: Option, roles: tuple[Role, ...]) -> Option:
    """An act with its refusals as they are told."""
    told = tuple(told_to(refusal, roles) for refusal in option.refusals)
    return option if told == option.refusals else msgspec.structs.replace(option, refusals=told)


def check_for(check: Check, roles: tuple[Role, ...]) -> Check:
    """A line of the checklist as it is told."""
    if check.refusal is None:
        return check
    return msgspec.structs.replace(check, refusal=told_to(check.refusal, roles))
