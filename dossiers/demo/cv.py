"""A CV in the demo, half written by two people, with a slip in it. Everyone in it is invented."""

from datetime import date, timedelta
from random import Random

from dossiers.demo.player import Player
from workflow.cv import NOTHING, Pairs, Section, Written

_SECTIONS: tuple[tuple[Section, Pairs], ...] = (
    (
        Section.HISTORY,
        (
            ("periods.0.since", "9/1998"), ("periods.0.until", "5/2010"),
            ("periods.0.what", "Học tiểu học, trung học ở quê; vào Đoàn năm 2009."),
            ("periods.1.since", "9/2010"), ("periods.1.until", "6/2014"),
            ("periods.1.what", "Học đại học ngành kỹ thuật điện."),
            ("periods.2.since", "8/2014"), ("periods.2.until", "nay"),
            ("periods.2.what", "Làm việc tại đơn vị; tham gia ban chấp hành công đoàn bộ phận."),
        ),
    ),
    (
        Section.WORK,
        (
            ("posts.0.since", "8/2014"), ("posts.0.until", "12/2017"), ("posts.0.what", "Nhân viên kỹ thuật"),
            ("posts.0.where", "Phòng Kỹ thuật"), ("posts.1.since", "01/2018"), ("posts.1.until", "nay"),
            ("posts.1.what", "Tổ trưởng"), ("posts.1.where", "Phòng Kỹ thuật"),
        ),
    ),
    (Section.ABROAD, ((NOTHING, "1"),)),
    (Section.IDENTITY, (("full_name", ""), ("home_town", "Xã Đông Giang, tỉnh Thái Bình"), ("occupation", "Kỹ sư"))),
)  # fmt: skip


def write(player: Player, on: date) -> None:
    """Write some sections, a day each; what comes later in the scene draws the same lots as without."""
    shared, player.rng = player.rng, Random(7)  # noqa: S311 - an invented dossier
    for nr, (section, values) in enumerate(_SECTIONS):
        told = tuple((key, text or player.on_file.full_name) for key, text in values)
        player.do("write_cv", on + timedelta(days=nr), {"cv": Written(section, told)})
    player.rng = shared
