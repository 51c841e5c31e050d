"""Builds a Roundup tracker (first time) and serves it: python main.py HOME SIZE PORT.

The tracker is the one that `roundup-admin install minimal` makes, with a class of dossiers and one of units added and
pages that show no more than a list, a dossier with its history, and a report.
"""

import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent.parent))
HOME, SIZE, PORT = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

import roundup.instance
from roundup import date

from bench.data import CELLS, EVENTS, ORGANISATIONS, rows

PASSWORD = "bench"


def fold(text: str) -> str:
    """Without accents."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def configure(wanted: dict[str, str]) -> None:
    """Settings of the tracker, wherever they stand in its file."""
    config, lines = HOME / "config.ini", []
    for line in config.read_text().splitlines():
        name = line.lstrip("#").partition("=")[0].strip()
        lines.append(f"{name} = {wanted[name]}" if name in wanted and "=" in line and line[0] != " " else line)
    config.write_text("\n".join(lines) + "\n")


def install() -> None:
    """The tracker's home, with our class and pages."""
    admin = Path(sys.executable).parent / "roundup-admin"
    subprocess.run([admin, "-i", HOME, "install", "minimal", "sqlite"], check=True, stdout=subprocess.DEVNULL)
    configure({"domain": "example.org", "host": "localhost", "web": f"http://127.0.0.1:{PORT}/", "indexer": "native"})
    schema = HOME / "schema.py"
    schema.write_text(schema.read_text() + (HERE / "schema.py").read_text())
    shutil.copytree(HERE / "html", HOME / "html", dirs_exist_ok=True)
    shutil.copytree(HERE / "extensions", HOME / "extensions", dirs_exist_ok=True)
    tracker = roundup.instance.open(str(HOME))
    from roundup import password

    tracker.init(password.Password(PASSWORD, config=tracker.config))


def build() -> None:
    """The dossiers by Roundup's own calls for units and states, straight into its tables for the many."""
    install()
    tracker = roundup.instance.open(str(HOME))
    db = tracker.open("admin")
    units = {}
    for code in ORGANISATIONS:
        top = db.unit.create(code=code)
        for n in range(1, CELLS + 1):
            units[f"{code}-C{n}"] = int(db.unit.create(code=f"{code}-C{n}", parent=top))
    first = db.dossier.create(name="x", folded="x", unit=str(next(iter(units.values()))), state="listed", since="2022")
    db.dossier.set(first, state="paused")
    db.commit()
    now = db.to_sql_value(type(db.dossier.getprops()["creation"]))(date.Date("."))
    data = list(rows(SIZE))
    sql = db.sql
    sql("DELETE FROM _dossier")
    sql("DELETE FROM dossier__journal")
    db.cursor.executemany(
        "INSERT INTO _dossier (id, __retired__, _activity, _actor, _creation, _creator, _name, _folded, _unit, _state,"
        " _since) VALUES (?, 0, ?, 1, ?, 1, ?, ?, ?, ?, ?)",
        [(r.id, now, now, r.name, fold(r.name), units[r.cell], r.state, r.since) for r in data],
    )
    journal = "INSERT INTO dossier__journal (nodeid, date, tag, action, params) VALUES (?, ?, '1', 'set', ?)"
    for n in range(EVENTS):
        db.cursor.executemany(journal, [(r.id, now, repr({"state": f"step {n}"})) for r in data])
    sql("UPDATE ids SET num = ? WHERE name = 'dossier'", (SIZE + 1,))
    sql("CREATE INDEX bench_list ON _dossier (_unit, _state, _since)")
    sql("ANALYZE")
    db.conn.commit()
    db.close()


if __name__ == "__main__":
    if not (HOME / "built").exists():
        shutil.rmtree(HOME, ignore_errors=True)
        build()
        (HOME / "built").touch()
    configure({"web": f"http://127.0.0.1:{PORT}/"})
    from roundup.cgi.wsgi_handler import RequestDispatcher
    from waitress import serve

    serve(RequestDispatcher(str(HOME)), host="127.0.0.1", port=PORT, threads=8)
