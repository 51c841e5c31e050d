"""Requests of the invented scenes: whom committees were asked about, and what became of it."""

from datetime import date, timedelta
from random import Random
from typing import Any

from dossiers.demo import people
from dossiers.demo.player import Player
from dossiers.documents.fields import body_of
from dossiers.people.rows import RelativeRow
from workflow.asking import CANDIDATE, Giver, Outcome, Request
from workflow.facts import Relation, Relative

_ELSEWHERE = ("Đảng ủy xã Hòa Bình", "Đảng ủy phường Tân Lập", "Đảng ủy xã Yên Mỹ", "Đảng ủy phường Đông Sơn")


def ask(player: Player, since: date, today: date, unit: tuple[int, str] | None = None) -> None:
    """Ask about the parents of somebody whose verification began on a day; `unit`: a committee of the tree."""
    shared, rng = player.rng, _own(player)
    player.rng = rng
    rows = [
        RelativeRow("r1", Relation.FATHER, people.name(rng, "male"), 1962, "Xã Hòa Bình"),
        RelativeRow("r2", Relation.MOTHER, people.name(rng, "female"), 1965, "Xã Hòa Bình"),
    ]
    sent = min(since + timedelta(days=1), today)
    known = {"relatives": tuple(Relative(row.ref, row.relation) for row in rows)}
    player.do("record_relatives", sent, known, relatives=tuple(rows))
    number, where = (unit[0], body_of(unit[1])) if unit else (None, rng.choice(_ELSEWHERE))
    request = Request(about=("r1", "r2"), unit=number)
    evidence: dict[str, Any] = {"request": request, "texts": (where,), "number": f"{rng.randint(10, 90)}-CV/ĐU"}
    player.do("send_request", sent, evidence)
    opinion = {"request": Request(giver=Giver.RESIDENCE), "texts": (f"Chi ủy {where.removeprefix('Đảng ủy ')}",)}
    player.do("send_request", sent, opinion)
    if (today - sent).days > 12:
        player.do("remind_request", sent + timedelta(days=10), {"asked": 1})
    if (today - sent).days > 6:
        answered = {"asked": 2, "outcome": Outcome.ANSWERED, "texts": ("Gia đình chấp hành tốt nơi cư trú.",)}
        player.do("record_answer", sent + timedelta(days=6), answered)
    player.rng = shared


def _own(player: Player) -> Random:
    """Chances of its own: nothing else changes by what is asked here."""
    return Random(f"asking {player.on_file.code}")  # noqa: S311 - the same each time


def ask_late(player: Player, since: date) -> None:
    """Ask about the candidate, whom nobody has answered about."""
    request = {"request": Request(about=(CANDIDATE,)), "texts": (_ELSEWHERE[0],), "number": "31-CV/ĐU"}
    shared, player.rng = player.rng, _own(player)
    player.do("send_request", since, request)
    player.rng = shared
