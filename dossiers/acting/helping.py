"""The helping members of a dossier, as the cell assigns them before admission and after it."""

from dossiers.acting.forms import Brought, MemberRows, Recorded
from dossiers.acting.rows import RowList
from dossiers.casework.case import Case


class HelperRows(MemberRows):
    """One or two helping members; the form has the list of rows `helpers`."""

    companion = "helper"
    helpers: RowList

    @property
    def people(self) -> RowList:
        """The rows of the helpers."""
        return self.helpers

    def recall(self, recorded: Recorded) -> None:
        """Those who were assigned."""
        super().recall(recorded)
        self.choose({"member": row.ref} for row in recorded.companions if row.kind == "helper")

    def bring(self, brought: Brought, case: Case) -> None:
        """One or two helpers."""
        super().bring(brought, case)
        refs = dict.fromkeys(row.member.data for row in self.helpers.rows if row.member.data)
        brought.evidence["helpers"] = len(refs)
        brought.companions = self.companions(refs, self.happened_on.data)
