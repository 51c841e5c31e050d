"""A scan is of a paper that is on file, and its pages are in its files."""

from datetime import date

import pytest

from tests.workflow.helpers import rules_against, situation
from tests.workflow.situations import verifying
from workflow.facts import DossierFacts, Leaf, Paper, Scan
from workflow.stages import State

ON = date(2022, 7, 1)
HELD = (Paper("1-KNĐ", date(2022, 6, 1)),)


@pytest.mark.parametrize(
    ("scan", "papers", "refused"),
    [
        (Scan(3, 0, "1-KNĐ", ("a", "b"), (Leaf(1, 1, 90), Leaf(0))), HELD, False),
        (Scan(3, 0, "1-KNĐ"), HELD, False),
        (Scan(3, 0, "2-KNĐ", ("a",), (Leaf(),)), HELD, True),
        (Scan(3, 0, "1-KNĐ", ("a",), (Leaf(),)), (), True),
        (Scan(3, 0, "1-KNĐ", ("a",), (Leaf(1),)), HELD, True),
        (Scan(3, 0, "1-KNĐ", ("a", "b"), (Leaf(),)), HELD, True),
        (Scan(3, 0, "1-KNĐ", ("a",), ()), HELD, True),
    ],
    ids=[
        "two files",
        "taken off",
        "another paper",
        "no paper",
        "a page of no file",
        "a file without a page",
        "no page",
    ],
)
def test_a_scan_is_of_a_paper_on_file(scan: Scan, papers: tuple[Paper, ...], refused: bool) -> None:
    s = situation(State.VERIFYING, verifying(papers=papers))
    assert ("evidence" in rules_against(s, "attach_scan", ON, scan=scan)) is refused


def test_it_changes_nothing_the_rules_look_at() -> None:
    assert "scan" not in " ".join(DossierFacts.__struct_fields__)
