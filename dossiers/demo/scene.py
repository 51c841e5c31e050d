"""A scene of the demo: its cast, and the players who come on."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import update

from dossiers import clock
from dossiers.casework.bulk import BulkStore
from dossiers.casework.store import DatabaseStore
from dossiers.demo import following
from dossiers.demo.casting import Cast
from dossiers.demo.player import ROAD, Player, steps_to
from dossiers.extensions import run
from dossiers.outbox.models import Outbox
from workflow.stages import State


class Scene:
    """The cast and the counters one load shares, and what is played in it."""

    def __init__(self, seed: int, cast: Callable[[Random], Cast]) -> None:
        self.rng = Random(seed)  # noqa: S311 - the demo must be the same each time
        self.cast = cast(self.rng)
        self._salts = Random(f"{seed} salts")  # noqa: S311 - apart: what events keep does not change who is in the demo
        self.store = BulkStore(self.salt)
        self.numbers: dict[Any, int] = {}
        self.made = 0
        self.follows = True
        """Whether cells record the year of their new members; not of thousands that only fill a benchmark."""

    def salt(self) -> str:
        """32 hex digits, the same each time."""
        return f"{self._salts.getrandbits(128):032x}"

    def live(self) -> "LiveStore":
        """Where acts are written at once: for dossiers that are in the database already."""
        return LiveStore(self.salt)

    def player(self, code: str | None = None, cell: int | None = None, source: str | None = None) -> Player:
        """A new candidate in a cell of an organisation (any, if not named)."""
        rng = self.rng
        cells = self.cast.cells[code or rng.choice(list(self.cast.cells))]
        unit = cells[cell] if cell is not None else rng.choice(cells)
        chosen = source or rng.choices(("youth_union", "trade_union", "other"), (55, 33, 12))[0]
        self.made += 1
        player = Player(self.cast, self.store, rng, self.numbers, unit, chosen)
        player.followed = self.follows and not unit.code.startswith(following.SILENT)
        return player

    def anchor(self, steps: int, days_ago: int) -> date:
        """The anchor that puts the last of `steps` acts `days_ago` before today."""
        return self.cast.today - timedelta(days=days_ago + ROAD[steps - 1][0])

    def stand(self, player: Player, state: State, days_ago: int) -> Player:
        """Play a candidate into a state entered `days_ago`."""
        steps = steps_to(state, player.route)
        player.play(steps, self.anchor(steps, days_ago))
        return player

    def walk(self, player: Player, state: State, days_ago: int) -> "Walk":
        """The same, to be walked in two parts."""
        steps = steps_to(state, player.route)
        return Walk(player, steps, self.anchor(steps, days_ago))

    def all_told(self) -> None:
        """Nobody is to be told of what was only played."""
        now = clock.now().isoformat()
        run(update(Outbox).where(Outbox.done_at.is_(None)).values(done_at=now))


class LiveStore(DatabaseStore):
    """Writes each act at once, with salts that are the same each time."""

    def __init__(self, salt: Callable[[], str]) -> None:
        super().__init__()
        self._salt = salt

    def salt(self) -> str:
        """32 hex digits from the source given at the start."""
        return self._salt()


class Walk:
    """A candidate's first `steps` lines of ROAD, walked up to a day first, and then the rest."""

    def __init__(self, player: Player, steps: int, anchor: date) -> None:
        self.player = player
        self._lines = [(anchor + timedelta(days=offset), name) for offset, name in ROAD[:steps]]

    def _play(self, until: date | None = None) -> None:
        while self._lines and (until is None or self._lines[0][0] < until):
            on, name = self._lines.pop(0)
            self.player.step(name, on)

    def until(self, day: date) -> None:
        """What was done before a day; whoever was put on the list by then is in the store."""
        self._play(day)
        if self.player.case is not None:
            self.player.finish(at_end=False)

    def rest(self, live: LiveStore) -> None:
        """All the rest: at once in the database for those who are there."""
        if self.player.case is not None:
            self.player.go_on(live)
        self._play()
        self.player.finish()
